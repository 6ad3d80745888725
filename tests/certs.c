/*
 * Certificates, by OpenSSL.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include "certs.h"
#include "check.h"
#include "scratch.h"

#define DAY	(24L * 60 * 60)

static EVP_PKEY *
make_key(int rsa)
{
	EVP_PKEY_CTX *ctx;
	EVP_PKEY *key = NULL;

	ctx = EVP_PKEY_CTX_new_id(rsa > 0 ? EVP_PKEY_RSA : EVP_PKEY_EC, NULL);
	if (EVP_PKEY_keygen_init(ctx) == 1 && (rsa > 0 ?
	    EVP_PKEY_CTX_set_rsa_keygen_bits(ctx, rsa) :
	    EVP_PKEY_CTX_set_ec_paramgen_curve_nid(ctx,
	    NID_X9_62_prime256v1)) == 1)
		(void)EVP_PKEY_keygen(ctx, &key);
	EVP_PKEY_CTX_free(ctx);
	return (key);
}

static bool
extend(X509 *x, X509 *issuer, int nid, const char *value)
{
	X509_EXTENSION *e;
	X509V3_CTX ctx;
	bool ok;

	X509V3_set_ctx(&ctx, issuer, x, NULL, NULL, 0);
	if ((e = X509V3_EXT_conf_nid(NULL, &ctx, nid, value)) == NULL)
		return (false);
	ok = X509_add_ext(x, e, -1) == 1;
	X509_EXTENSION_free(e);
	return (ok);
}

/* One of "DNS:a.example", "IP:::1".  Not by OpenSSL's own words for it: these take
   no names that no certificate should have. */
static GENERAL_NAME *
make_name(const char *text, size_t len)
{
	bool address = strncmp(text, "IP:", 3) == 0;
	size_t start = address ? 3 : 4;
	GENERAL_NAME *g = GENERAL_NAME_new();
	ASN1_STRING *s = address ? NULL : ASN1_IA5STRING_new();
	char name[64];

	snprintf(name, sizeof(name), "%.*s", (int)(len - start), text + start);
	if (address)
		s = a2i_IPADDRESS(name);
	else
		(void)ASN1_STRING_set(s, name, -1);
	GENERAL_NAME_set0_value(g, address ? GEN_IPADD : GEN_DNS, s);
	return (g);
}

static bool
add_names(X509 *x, const char *san)
{
	GENERAL_NAMES *names;
	size_t n;
	bool ok;

	if (san == NULL)
		return (true);
	names = GENERAL_NAMES_new();
	for (; *san != '\0'; san += n + (san[n] == ',')) {
		n = strcspn(san, ",");
		(void)sk_GENERAL_NAME_push(names, make_name(san, n));
	}
	ok = X509_add1_ext_i2d(x, NID_subject_alt_name, names, 0, 0) == 1;
	GENERAL_NAMES_free(names);
	return (ok);
}

static bool
write_file(struct cert *c)
{
	static unsigned n;
	char name[32], *path;
	FILE *fp;
	bool ok;

	snprintf(name, sizeof(name), "cert%u.pem", n++);
	path = scratch_path(name);
	snprintf(c->file, sizeof(c->file), "%s", path);
	free(path);
	if ((fp = fopen(c->file, "we")) == NULL)
		return (false);
	ok = PEM_write_X509(fp, c->x) == 1 && PEM_write_PrivateKey(fp, c->key,
	    NULL, NULL, 0, NULL, NULL) == 1;
	return (fclose(fp) == 0 && ok);
}

bool
cert_make(struct cert *c, const struct cert_wish *w)
{
	static long serial;
	const struct cert *issuer = w->issuer == NULL ? c : w->issuer;
	bool timed = w->from != 0 || w->to != 0;
	X509_NAME *name;
	bool ok;

	c->key = make_key(w->rsa);
	c->x = X509_new();
	name = X509_get_subject_name(c->x);
	ok = X509_set_version(c->x, 2) == 1 &&
	    ASN1_INTEGER_set(X509_get_serialNumber(c->x), ++serial) == 1 &&
	    X509_gmtime_adj(X509_getm_notBefore(c->x),
	    timed ? w->from * DAY : -DAY) != NULL &&
	    X509_gmtime_adj(X509_getm_notAfter(c->x),
	    timed ? w->to * DAY : DAY) != NULL &&
	    X509_set_pubkey(c->x, c->key) == 1 &&
	    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
	    (const unsigned char *)w->name, -1, -1, 0) == 1 &&
	    X509_set_issuer_name(c->x, X509_get_subject_name(issuer->x)) == 1 &&
	    extend(c->x, issuer->x, NID_basic_constraints,
	    w->ca ? "critical,CA:TRUE" : "CA:FALSE") &&
	    add_names(c->x, w->san) &&
	    X509_sign(c->x, issuer->key, w->sha1 ? EVP_sha1() :
	    EVP_sha256()) != 0 && write_file(c);
	return (CHECK(ok));
}

void
cert_free(struct cert *c)
{
	X509_free(c->x);
	EVP_PKEY_free(c->key);
	(void)unlink(c->file);
}

static struct cert ca, server;

static void
free_common(void)
{
	cert_free(&server);
	cert_free(&ca);
}

const struct cert *
cert_ca(void)
{
	static const struct cert_wish wish = { .name = "Test CA", .ca = true };

	if (ca.x == NULL) {
		(void)cert_make(&ca, &wish);
		(void)atexit(free_common);
	}
	return (&ca);
}

const struct cert *
cert_server(void)
{
	const struct cert_wish wish = {
		.name = "server.example",
		.san = "DNS:server.example,DNS:localhost,DNS:*.wild.example,"
		    "IP:127.0.0.1,IP:::1",
		.issuer = cert_ca()
	};

	if (server.x == NULL)
		(void)cert_make(&server, &wish);
	return (&server);
}

SSL_CTX *
cert_context(const struct cert *c)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_method());

	SSL_CTX_set_security_level(ctx, 0);
	CHECK(SSL_CTX_use_certificate(ctx, c->x) == 1);
	CHECK(SSL_CTX_use_PrivateKey(ctx, c->key) == 1);
	return (ctx);
}
