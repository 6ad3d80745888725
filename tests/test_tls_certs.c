/*
 * Certificates: a matrix of bad ones, each refused for its own reason; and what
 * configurations refuse.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "certs.h"
#include "check.h"
#include "scratch.h"
#include "tls.h"

/* A server with c, which a client has to refuse when it wants that name. */
static void
refused(const struct cert *c, const char *hostname, const char *reason)
{
	SSL_CTX *ctx = cert_context(c);
	struct green_tls_options s = { .server_side = true, .context = ctx };
	struct green_tls_options o = client_options();
	struct side e[2];

	o.hostname = hostname;
	CHECK(!sides_open(e, &s, &o));
	SSL_CTX_free(ctx);
	CHECK_INT(e[1].error, EACCES);
	CHECK_HAS(e[1].msg, reason);
	/* A server of TLS 1.3 is not done yet either. */
	CHECK(e[0].error != 0);
	CHECK_HAS(e[0].msg, "the peer has refused");
}

static void
refused_as(const struct cert_wish *w, const char *hostname, const char *reason)
{
	struct cert c = { .x = NULL };

	if (cert_make(&c, w))
		refused(&c, hostname, reason);
	cert_free(&c);
}

/* The same of when it is valid: the reason ends with that day, as it stands in the
   certificate, since midnight may come in between. */
static void
refused_on(const struct cert_wish *w, const char *reason,
    const ASN1_TIME *(*date)(const X509 *))
{
	struct cert c = { .x = NULL };
	char text[128];
	struct tm tm;
	size_t n;

	if (cert_make(&c, w) && CHECK(ASN1_TIME_to_tm(date(c.x), &tm) == 1)) {
		n = strlcpy(text, reason, sizeof(text));
		strftime(text + n, sizeof(text) - n, "%Y-%m-%d", &tm);
		refused(&c, sides_hostname, text);
	}
	cert_free(&c);
}

GREEN_TEST(an_expired_one_is_refused)
{
	const struct cert_wish w = { .name = "server.example",
	    .san = "DNS:server.example", .issuer = cert_ca(),
	    .from = -20, .to = -10 };

	refused_on(&w, "certificate for server.example has expired on ",
	    X509_get0_notAfter);
}

GREEN_TEST(one_that_is_not_valid_yet_is_refused)
{
	const struct cert_wish w = { .name = "server.example",
	    .san = "DNS:server.example", .issuer = cert_ca(),
	    .from = 10, .to = 20 };

	refused_on(&w, "certificate for server.example is not valid before ",
	    X509_get0_notBefore);
}

GREEN_TEST(one_for_another_name_is_refused)
{
	const struct cert_wish w = { .name = "a.example",
	    .san = "DNS:a.example,DNS:c.example", .issuer = cert_ca() };

	refused_as(&w, "b.example",
	    "certificate is for a.example, c.example, not b.example");
	refused_as(&w, "127.0.0.1",
	    "certificate is for a.example, c.example, not 127.0.0.1");
}

GREEN_TEST(one_for_another_address_is_refused)
{
	const struct cert_wish w = { .name = "127.0.0.1",
	    .san = "IP:127.0.0.2,IP:::2", .issuer = cert_ca() };

	refused_as(&w, "127.0.0.1",
	    "certificate is for 127.0.0.2, ::2, not 127.0.0.1");
	refused_as(&w, "::1", "not ::1");
}

/* As browsers have it, and Python. */
GREEN_TEST(a_common_name_is_no_hosts)
{
	const struct cert_wish w = { .name = "server.example",
	    .issuer = cert_ca() };

	refused_as(&w, sides_hostname, "certificate for server.example has no "
	    "subjectAltName, without which it cannot be for server.example");
	refused_as(&w, "127.0.0.1", "cannot be for 127.0.0.1");
}

GREEN_TEST(wildcards_stand_for_one_whole_label)
{
	const struct cert_wish w = { .name = "x", .san = "DNS:*.wild.example",
	    .issuer = cert_ca() };
	const struct cert_wish part = { .name = "x",
	    .san = "DNS:a*.wild.example", .issuer = cert_ca() };
	const struct cert_wish all = { .name = "x", .san = "DNS:*",
	    .issuer = cert_ca() };
	const struct cert_wish top = { .name = "x", .san = "DNS:*.example",
	    .issuer = cert_ca() };

	refused_as(&w, "wild.example",
	    "certificate is for *.wild.example, not wild.example");
	refused_as(&w, "a.b.wild.example", "not a.b.wild.example");
	refused_as(&part, "ab.wild.example", "not ab.wild.example");
	refused_as(&all, "server.example", "for *");
	refused_as(&top, "server.example", "not server.example");
}

GREEN_TEST(one_of_an_unknown_issuer_is_refused)
{
	const struct cert_wish ca = { .name = "Stranger", .ca = true };
	struct cert stranger = { .x = NULL };

	if (cert_make(&stranger, &ca)) {
		const struct cert_wish w = { .name = "server.example",
		    .san = "DNS:server.example", .issuer = &stranger };

		refused_as(&w, sides_hostname,
		    "issuer is not trusted: Stranger");
	}
	cert_free(&stranger);
}

GREEN_TEST(one_signed_by_itself_is_refused)
{
	const struct cert_wish w = { .name = "server.example",
	    .san = "DNS:server.example" };

	refused_as(&w, sides_hostname,
	    "certificate for server.example is self-signed");
}

GREEN_TEST(one_with_a_weak_key_is_refused)
{
	const struct cert_wish w = { .name = "server.example",
	    .san = "DNS:server.example", .issuer = cert_ca(), .rsa = 1024 };

	refused_as(&w, sides_hostname,
	    "key of the certificate for server.example is too weak: 1024 bits");
}

GREEN_TEST(one_with_a_weak_signature_is_refused)
{
	const struct cert_wish w = { .name = "server.example",
	    .san = "DNS:server.example", .issuer = cert_ca(), .sha1 = true };

	refused_as(&w, sides_hostname,
	    "signature of the certificate for server.example is too weak");
}

GREEN_TEST(one_signed_by_what_is_no_ca_is_refused)
{
	const struct cert_wish w = { .name = "leaf",
	    .san = "DNS:server.example", .issuer = cert_server() };
	SSL_CTX *ctx;
	struct cert c = { .x = NULL };
	struct green_tls_options s = { .server_side = true };
	struct side e[2];

	if (cert_make(&c, &w)) {
		s.context = ctx = cert_context(&c);
		CHECK(SSL_CTX_add1_chain_cert(ctx, cert_server()->x) == 1);
		CHECK(!sides_open(e, &s, NULL));
		CHECK_INT(e[1].error, EACCES);
		CHECK_HAS(e[1].msg, "invalid CA certificate");
		SSL_CTX_free(ctx);
	}
	cert_free(&c);
}

GREEN_TEST(a_revoked_one_is_refused)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
	X509_STORE *store = SSL_CTX_get_cert_store(ctx);
	X509_CRL *crl = X509_CRL_new();
	X509_REVOKED *r = X509_REVOKED_new();
	ASN1_TIME *now = ASN1_TIME_new();
	struct green_tls_options c = {
		.hostname = sides_hostname,
		.context = ctx
	};
	struct side e[2];

	X509_gmtime_adj(now, -60);
	CHECK(X509_CRL_set_issuer_name(crl,
	    X509_get_subject_name(cert_ca()->x)) == 1);
	CHECK(X509_CRL_set1_lastUpdate(crl, now) == 1);
	CHECK(X509_REVOKED_set_revocationDate(r, now) == 1);
	X509_gmtime_adj(now, 3600);
	CHECK(X509_CRL_set1_nextUpdate(crl, now) == 1);
	CHECK(X509_REVOKED_set_serialNumber(r,
	    X509_get_serialNumber(cert_server()->x)) == 1);
	CHECK(X509_CRL_add0_revoked(crl, r) == 1);
	CHECK(X509_CRL_sign(crl, cert_ca()->key, EVP_sha256()) != 0);
	CHECK(X509_STORE_add_cert(store, cert_ca()->x) == 1);
	CHECK(X509_STORE_add_crl(store, crl) == 1);
	CHECK(X509_STORE_set_flags(store, X509_V_FLAG_CRL_CHECK) == 1);
	CHECK(!sides_open(e, NULL, &c));
	CHECK_INT(e[1].error, EACCES);
	CHECK_HAS(e[1].msg, "has been revoked by Test CA");
	X509_CRL_free(crl);
	ASN1_TIME_free(now);
	SSL_CTX_free(ctx);
}

GREEN_TEST(a_good_one_is_good_for_all_its_names)
{
	const char *const name[] = { "server.example", "SERVER.example",
	    "localhost", "server.example.", "a.wild.example", "127.0.0.1",
	    "::1" };
	struct green_tls_options c = client_options();
	struct side e[2];
	size_t i;

	for (i = 0; i < sizeof(name) / sizeof(name[0]); i++) {
		c.hostname = name[i];
		if (CHECK(sides_open(e, NULL, &c)))
			sides_close(e);
	}
}

GREEN_TEST(addresses_are_no_names_to_be_asked_for)
{
	struct green_tls_options c = client_options();
	const char *name = "x";
	struct side e[2];

	c.hostname = "127.0.0.1";
	REQUIRE(CHECK(sides_open(e, NULL, &c)));
	CHECK_INT(green_stream_attr(e[0].s, GREEN_ATTR_TLS_SHARED_NAME, &name,
	    sizeof(name)), 0);
	CHECK(name == NULL);
	sides_close(e);
}

GREEN_TEST(the_systems_trust_does_not_know_the_tests)
{
	struct green_tls_options c = { .hostname = sides_hostname };
	struct side e[2];

	CHECK(!sides_open(e, NULL, &c));
	CHECK_INT(e[1].error, EACCES);
	CHECK_HAS(e[1].msg, "issuer is not trusted: Test CA");
}

GREEN_TEST(who_asks_for_no_verification_gets_none)
{
	const struct cert_wish w = { .name = "whoever", .from = -20, .to = -10 };
	struct cert c = { .x = NULL };
	struct green_tls_options o = { .no_verify = true };
	struct green_tls_options s = { .server_side = true };
	struct side e[2];

	REQUIRE(cert_make(&c, &w));
	s.cert_file = s.key_file = c.file;
	if (CHECK(sides_open(e, &s, &o)))
		sides_close(e);
	cert_free(&c);
}

GREEN_TEST(clients_may_have_to_show_certificates)
{
	struct green_tls_options s = server_options(), c = client_options();
	X509 *cert = NULL;
	struct side e[2];
	char byte;

	s.require_client_cert = true;
	s.ca_file = cert_ca()->file;
	/* In TLS 1.3 a client is done before it is refused. */
	(void)sides_open(e, &s, &c);
	CHECK_INT(e[0].error, EACCES);
	CHECK_HAS(e[0].msg, "no certificate");
	if (CHECK(e[1].s != NULL)) {
		CHECK_ERRNO(green_stream_receive(e[1].s, &byte, 1), EPROTO);
		CHECK_HAS(green_errmsg(),
		    "the peer has refused: certificate required");
		CHECK_ERRNO(green_stream_send(e[1].s, "x", 1), EPROTO);
	}
	CHECK_INT(green_stream_close(e[1].s), 0);

	c.cert_file = c.key_file = cert_server()->file;
	REQUIRE(CHECK(sides_open(e, &s, &c)));
	CHECK_INT(green_stream_attr(e[0].s, GREEN_ATTR_TLS_PEER_CERT, &cert,
	    sizeof(cert)), 0);
	CHECK(cert != NULL && X509_cmp(cert, cert_server()->x) == 0);
	sides_close(e);
}

GREEN_TEST(a_clients_certificate_has_to_be_trusted_too)
{
	const struct cert_wish ca = { .name = "Stranger", .ca = true };
	struct green_tls_options s = server_options(), c = client_options();
	struct cert stranger = { .x = NULL };
	struct side e[2];
	char byte;

	if (cert_make(&stranger, &ca)) {
		s.require_client_cert = true;
		s.ca_file = cert_ca()->file;
		c.cert_file = c.key_file = stranger.file;
		(void)sides_open(e, &s, &c);
		CHECK_INT(e[0].error, EACCES);
		CHECK_HAS(e[0].msg, "certificate for Stranger is self-signed");
		if (e[1].s != NULL)
			CHECK_ERRNO(green_stream_receive(e[1].s, &byte, 1),
			    EPROTO);
		CHECK_INT(green_stream_close(e[1].s), 0);
	}
	cert_free(&stranger);
}

GREEN_TEST(in_tls_1_2_both_know_at_once)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
	struct green_tls_options s = server_options();
	struct green_tls_options c = {
		.hostname = sides_hostname,
		.context = ctx
	};
	struct side e[2];

	s.require_client_cert = true;
	s.ca_file = cert_ca()->file;
	(void)SSL_CTX_set_max_proto_version(ctx, TLS1_2_VERSION);
	CHECK(SSL_CTX_load_verify_locations(ctx, cert_ca()->file, NULL) == 1);
	CHECK(!sides_open(e, &s, &c));
	CHECK_INT(e[0].error, EACCES);
	CHECK_INT(e[1].error, EPROTO);
	CHECK_HAS(e[1].msg, "the peer has refused");
	CHECK(SSL_CTX_use_certificate(ctx, cert_server()->x) == 1);
	CHECK(SSL_CTX_use_PrivateKey(ctx, cert_server()->key) == 1);
	if (CHECK(sides_open(e, &s, &c)))
		sides_close(e);
	SSL_CTX_free(ctx);
}

/*
 * Configurations.
 */
GREEN_TEST(what_does_not_fit_together_is_einval)
{
	struct green_tls_options o = { .server_side = true };
	const char *const alpn[] = { "", NULL };

	CHECK_NULL(green_tls_config_open(&o), EINVAL);
	CHECK_HAS(green_errmsg(), "a server needs");
	o.cert_file = cert_server()->file;
	CHECK_NULL(green_tls_config_open(&o), EINVAL);
	o.key_file = cert_ca()->file;
	CHECK_NULL(green_tls_config_open(&o), EINVAL);
	CHECK_HAS(green_errmsg(), "the key is not the certificate's");
	o.key_file = o.cert_file;
	o.alpn = alpn;
	CHECK_NULL(green_tls_config_open(&o), EINVAL);
	o = (struct green_tls_options){ .hostname = "" };
	CHECK_NULL(green_tls_config_open(&o), EINVAL);
}

GREEN_TEST(files_that_cannot_be_read_are_named)
{
	struct green_tls_options o = { .server_side = true };
	char *file = scratch_file("noise", 100);

	o.cert_file = o.key_file = "/nowhere/cert.pem";
	CHECK_NULL(green_tls_config_open(&o), ENOENT);
	CHECK_HAS(green_errmsg(), "/nowhere/cert.pem: ");
	o.cert_file = o.key_file = file;
	CHECK_NULL(green_tls_config_open(&o), EINVAL);
	CHECK_HAS(green_errmsg(), "noise: ");
	CHECK_HAS(green_errmsg(), "PEM");
	o = (struct green_tls_options){ .ca_file = "/nowhere/ca.pem" };
	CHECK_NULL(green_tls_config_open(&o), ENOENT);
	free(file);
}

GREEN_TEST(a_client_needs_a_name_to_verify)
{
	struct green_tls_options c = client_options();
	struct side e[2];

	c.hostname = NULL;
	CHECK(!sides_open(e, NULL, &c));
	CHECK_INT(e[1].error, EINVAL);
	CHECK_HAS(e[1].msg, "hostname");
}

PLAIN_TEST(configurations_need_no_loop)
{
	struct green_tls_options o = server_options();
	struct green_tls_config *cfg = green_tls_config_open(&o);

	CHECK(cfg != NULL);
	green_tls_config_release(cfg);
	green_tls_config_release(NULL);
	o.cert_file = "/nowhere";
	CHECK_NULL(green_tls_config_open(&o), ENOENT);
}

CU_TestInfo tls_certs_tests[] = {
	CLAIM(an_expired_one_is_refused),
	CLAIM(one_that_is_not_valid_yet_is_refused),
	CLAIM(one_for_another_name_is_refused),
	CLAIM(one_for_another_address_is_refused),
	CLAIM(a_common_name_is_no_hosts),
	CLAIM(wildcards_stand_for_one_whole_label),
	CLAIM(one_of_an_unknown_issuer_is_refused),
	CLAIM(one_signed_by_itself_is_refused),
	CLAIM(one_with_a_weak_key_is_refused),
	CLAIM(one_with_a_weak_signature_is_refused),
	CLAIM(one_signed_by_what_is_no_ca_is_refused),
	CLAIM(a_revoked_one_is_refused),
	CLAIM(a_good_one_is_good_for_all_its_names),
	CLAIM(addresses_are_no_names_to_be_asked_for),
	CLAIM(the_systems_trust_does_not_know_the_tests),
	CLAIM(who_asks_for_no_verification_gets_none),
	CLAIM(clients_may_have_to_show_certificates),
	CLAIM(a_clients_certificate_has_to_be_trusted_too),
	CLAIM(in_tls_1_2_both_know_at_once),
	CLAIM(what_does_not_fit_together_is_einval),
	CLAIM(files_that_cannot_be_read_are_named),
	CLAIM(a_client_needs_a_name_to_verify),
	CLAIM(configurations_need_no_loop),
	CU_TEST_INFO_NULL
};
