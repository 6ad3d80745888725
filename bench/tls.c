/*
 * TLS by libgreen beside OpenSSL on blocking sockets: bulk on one connection,
 * and connections one after another, over 127.0.0.1.  An operation is a MiB, or a
 * connection; CPU time is that of both sides.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <err.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "bench.h"
#include "loopback.h"
#include "tls.h"

static EVP_PKEY *key;
static X509 *cert;
static char ca[] = "/tmp/bench-tls.XXXXXX";
static int listener, port;

static EVP_PKEY *
make_key(void)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_id(EVP_PKEY_EC, NULL);
	EVP_PKEY *new = NULL;

	if (EVP_PKEY_keygen_init(ctx) != 1 ||
	    EVP_PKEY_CTX_set_ec_paramgen_curve_nid(ctx,
	    NID_X9_62_prime256v1) != 1 || EVP_PKEY_keygen(ctx, &new) != 1)
		errx(1, "no key");
	EVP_PKEY_CTX_free(ctx);
	return (new);
}

static X509 *
make_cert(void)
{
	X509 *x = X509_new();
	X509_NAME *name = X509_get_subject_name(x);
	X509_EXTENSION *san;

	san = X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name,
	    "DNS:" NAME);
	if (X509_set_version(x, 2) != 1 ||
	    ASN1_INTEGER_set(X509_get_serialNumber(x), 1) != 1 ||
	    X509_gmtime_adj(X509_getm_notBefore(x), -3600) == NULL ||
	    X509_gmtime_adj(X509_getm_notAfter(x), 3600) == NULL ||
	    X509_set_pubkey(x, key) != 1 ||
	    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
	    (const unsigned char *)NAME, -1, -1, 0) != 1 ||
	    X509_set_issuer_name(x, name) != 1 || san == NULL ||
	    X509_add_ext(x, san, -1) != 1 ||
	    X509_sign(x, key, EVP_sha256()) == 0)
		errx(1, "no certificate");
	X509_EXTENSION_free(san);
	return (x);
}

static SSL_CTX *
server_context(enum work work)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());

	if (SSL_CTX_use_certificate(ctx, cert) != 1 ||
	    SSL_CTX_use_PrivateKey(ctx, key) != 1)
		errx(1, "the certificate");
	if (work == FULL)
		(void)SSL_CTX_set_num_tickets(ctx, 0);
	return (ctx);
}

static SSL_CTX *
client_context(void)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());

	if (SSL_CTX_load_verify_locations(ctx, ca, NULL) != 1)
		errx(1, "%s", ca);
	SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
	return (ctx);
}

/* Both sides, each in a thread: the functions of those that are compared. */
struct pair {
	void	*(*server)(void *);
	void	*(*client)(void *);
	enum work work;
};

static int
run(void *arg)
{
	struct trial *t = arg;
	const struct pair *p = t->arg;
	bool bulk = p->work <= DOWN;
	struct side side[2];
	pthread_t thread;

	if (t->tasks != 1)
		t->n = 0;
	side[0] = side[1] = (struct side){
		.work = p->work,
		.n = bulk ? t->n * (1024 * 1024 / PIECE) : t->n,
		.listener = listener,
		.port = port,
		.ca = ca
	};
	side[0].ctx = server_context(p->work);
	side[1].ctx = client_context();
	trial_start(t);
	if ((errno = pthread_create(&thread, NULL, p->server, &side[0])) != 0)
		return (-1);
	(void)p->client(&side[1]);
	(void)pthread_join(thread, NULL);
	trial_stop(t);
	SSL_CTX_free(side[0].ctx);
	SSL_CTX_free(side[1].ctx);
	return (0);
}

static const struct pair green[] = {
	{ green_server, green_client, UP },
	{ green_server, green_client, DOWN },
	{ green_server, green_client, FULL },
	{ green_server, green_client, RESUMED }
};
static const struct pair plain[] = {
	{ plain_server, plain_client, UP },
	{ plain_server, plain_client, DOWN },
	{ plain_server, plain_client, FULL },
	{ plain_server, plain_client, RESUMED }
};

static const struct subject subjects[] = {
	{ "tls-up", "libgreen", run, NULL, { 1 }, &green[UP] },
	{ "tls-up", "openssl", run, NULL, { 1 }, &plain[UP] },
	{ "tls-down", "libgreen", run, NULL, { 1 }, &green[DOWN] },
	{ "tls-down", "openssl", run, NULL, { 1 }, &plain[DOWN] },
	{ "tls-handshake", "libgreen", run, NULL, { 1 }, &green[FULL] },
	{ "tls-handshake", "openssl", run, NULL, { 1 }, &plain[FULL] },
	{ "tls-resumed", "libgreen", run, NULL, { 1 }, &green[RESUMED] },
	{ "tls-resumed", "openssl", run, NULL, { 1 }, &plain[RESUMED] },
	{ .name = NULL }
};

int
main(int argc, char *argv[])
{
	struct sockaddr_in sin;
	FILE *fp = fdopen(mkstemp(ca), "w");
	int rc;

	key = make_key();
	cert = make_cert();
	if (fp == NULL || PEM_write_X509(fp, cert) != 1 || fclose(fp) != 0)
		err(1, "%s", ca);
	listener = listen_any(&sin);
	port = ntohs(sin.sin_port);
	rc = bench(argc, argv, subjects);
	(void)unlink(ca);
	X509_free(cert);
	EVP_PKEY_free(key);
	return (rc);
}
