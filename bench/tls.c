/*
 * TLS by libgreen beside OpenSSL on blocking sockets: bulk on one connection,
 * and connections one after another, over 127.0.0.1.  Runs take turns; CPU time
 * is that of both sides.
 *
 *	tls [megabytes [connections]]
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

#define ROUNDS	(3 * RUNS)

static EVP_PKEY *
make_key(void)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_id(EVP_PKEY_EC, NULL);
	EVP_PKEY *key = NULL;

	if (EVP_PKEY_keygen_init(ctx) != 1 ||
	    EVP_PKEY_CTX_set_ec_paramgen_curve_nid(ctx,
	    NID_X9_62_prime256v1) != 1 || EVP_PKEY_keygen(ctx, &key) != 1)
		errx(1, "no key");
	EVP_PKEY_CTX_free(ctx);
	return (key);
}

static X509 *
make_cert(EVP_PKEY *key)
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
server_context(X509 *x, EVP_PKEY *key, enum work work)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());

	if (SSL_CTX_use_certificate(ctx, x) != 1 ||
	    SSL_CTX_use_PrivateKey(ctx, key) != 1)
		errx(1, "the certificate");
	if (work == FULL)
		(void)SSL_CTX_set_num_tickets(ctx, 0);
	return (ctx);
}

static SSL_CTX *
client_context(const char *ca)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());

	if (SSL_CTX_load_verify_locations(ctx, ca, NULL) != 1)
		errx(1, "%s", ca);
	SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
	return (ctx);
}

struct cost {
	double	 wall, cpu;
};

static struct cost
run(struct side side[2], void *(*server)(void *), void *(*client)(void *))
{
	struct cost c = { seconds(), cpu_seconds() };
	pthread_t thread;

	if (pthread_create(&thread, NULL, server, &side[0]) != 0)
		errx(1, "pthread_create");
	(void)client(&side[1]);
	(void)pthread_join(thread, NULL);
	c.wall = seconds() - c.wall;
	c.cpu = cpu_seconds() - c.cpu;
	return (c);
}

static double
best(double old, double new)
{
	return (old == 0 || new < old ? new : old);
}

/* In units of what n is.  Whatever else runs here makes things slower: the best
   run of each is what it costs. */
static void
compare(const char *what, struct side side[2], long n, const char *unit)
{
	struct cost c, plain = { 0, 0 }, green = { 0, 0 };
	int i;

	for (i = 0; i < ROUNDS; i++) {
		c = run(side, plain_server, plain_client);
		plain.wall = best(plain.wall, c.wall);
		plain.cpu = best(plain.cpu, c.cpu);
		c = run(side, green_server, green_client);
		green.wall = best(green.wall, c.wall);
		green.cpu = best(green.cpu, c.cpu);
	}
	printf("%-11s OpenSSL %6.0f, libgreen %6.0f %s/s; "
	    "%7.1f, %7.1f us CPU each: %.2f time, %.2f CPU\n", what,
	    (double)n / plain.wall, (double)n / green.wall, unit,
	    plain.cpu / (double)n * 1e6, green.cpu / (double)n * 1e6,
	    green.wall / plain.wall, green.cpu / plain.cpu);
	fflush(stdout);
}

int
main(int argc, char *argv[])
{
	static const char *const what[] = { "bulk up", "bulk down",
	    "handshakes", "resumed" };
	long mib = argc > 1 ? atol(argv[1]) : 32, n;
	long connections = argc > 2 ? atol(argv[2]) : 100;
	char ca[] = "/tmp/bench-tls.XXXXXX";
	EVP_PKEY *key = make_key();
	X509 *x = make_cert(key);
	struct side side[2];
	struct sockaddr_in sin;
	FILE *fp = fdopen(mkstemp(ca), "w");
	int work;

	if (fp == NULL || PEM_write_X509(fp, x) != 1 || fclose(fp) != 0)
		err(1, "%s", ca);
	side[0].listener = listen_any(&sin);
	side[0].port = ntohs(sin.sin_port);
	side[0].ca = ca;
	for (work = UP; work <= RESUMED; work++) {
		n = work <= DOWN ? mib : connections;
		side[0].work = (enum work)work;
		side[0].n = work <= DOWN ? mib * (1024 * 1024 / PIECE) : n;
		side[1] = side[0];
		side[0].ctx = server_context(x, key, side[0].work);
		side[1].ctx = client_context(ca);
		compare(what[work], side, n, work <= DOWN ? "MiB" : "1");
		SSL_CTX_free(side[0].ctx);
		SSL_CTX_free(side[1].ctx);
	}
	(void)unlink(ca);
	X509_free(x);
	EVP_PKEY_free(key);
	return (0);
}
