/*
 * Whom TLS trusts: the system's store, read once for all who bring nothing of
 * their own, and directories of certificates.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <sys/stat.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "net/tls.h"

#include "certs.h"
#include "check.h"
#include "scratch.h"
#include "tls.h"

#define HOUR	(60 * 60 * GREEN_SEC)

/* A time when all that was read is old.  The store is a small one from then on,
   where OpenSSL's own variable says what it is. */
static int64_t
much_later(const char *store)
{
	static int64_t later;

	if (store == NULL)
		unsetenv("SSL_CERT_FILE");
	else
		setenv("SSL_CERT_FILE", store, 1);
	later += 10 * HOUR;
	return (green__clock() + later);
}

GREEN_TEST(clients_without_a_configuration_share_one)
{
	const struct green_tls_options named = { .hostname = "a.example",
	    .allow_truncation = true };
	struct green_tls_config *a = green__tls_config(NULL);
	struct green_tls_config *b = green__tls_config(&named);

	CHECK(a != NULL && a == b);
	CHECK(!a->allow_truncation && a->hostname[0] == '\0');
	green_tls_config_release(a);
	green_tls_config_release(b);
}

GREEN_TEST(those_with_more_to_say_share_the_store)
{
	const char *const alpn[] = { "http/1.1", NULL };
	const struct green_tls_options more = { .alpn = alpn };
	struct green_tls_config *a = green__tls_config(NULL);
	struct green_tls_config *b = green__tls_config(&more);

	CHECK(a != NULL && b != NULL && a != b);
	CHECK(SSL_CTX_get_cert_store(a->ctx) == SSL_CTX_get_cert_store(b->ctx));
	green_tls_config_release(a);
	CHECK(b->alpn_len == 9);
	green_tls_config_release(b);
}

GREEN_TEST(what_is_an_hour_old_is_read_again)
{
	int64_t now = much_later(cert_ca()->file);
	struct green_tls_config *a = green__tls_default(now);
	struct green_tls_config *b = green__tls_default(now);
	struct green_tls_config *c = green__tls_default(now + HOUR);

	CHECK(a != NULL && a == b);
	CHECK(c != NULL && c != a);
	green_tls_config_release(a);
	green_tls_config_release(b);
	green_tls_config_release(c);
}

#define MANY	16

struct want {
	int64_t	 now;
	struct green_tls_config *cfg;
};

static int
ask(void *arg)
{
	struct want *w = arg;

	w->cfg = green__tls_default(w->now);
	return (0);
}

GREEN_TEST(many_at_once_have_it_read_once)
{
	int64_t now = much_later(cert_ca()->file);
	struct want w[MANY];
	struct green_group g;
	int i;

	green_group_open(&g);
	for (i = 0; i < MANY; i++) {
		w[i] = (struct want){ .now = now };
		CHECK_INT(green_spawn(&g, ask, &w[i]), 0);
	}
	CHECK_INT(green_group_close(&g, 0), 0);
	for (i = 0; i < MANY; i++) {
		CHECK(w[i].cfg != NULL && w[i].cfg == w[0].cfg);
		green_tls_config_release(w[i].cfg);
	}
}

#ifndef LIBRESSL_VERSION_NUMBER
GREEN_TEST(a_host_is_enough_for_whom_the_system_trusts)
{
	const struct green_tls_options c = { .hostname = sides_hostname };
	const struct green_tls_options so = server_options();
	struct green_tls_options s = { .config = green_tls_config_open(&so) };
	struct side e[2];
	SSL *ssl = NULL;
	char byte;
	int i;

	green_tls_config_release(
	    green__tls_default(much_later(cert_ca()->file)));
	for (i = 0; i < 2 && CHECK(sides_open(e, &s, &c)); i++) {
		CHECK_INT(green_stream_send(e[0].s, "x", 1), 0);
		CHECK_INT(green_stream_receive(e[1].s, &byte, 1), 1);
		CHECK_INT(green_stream_attr(e[1].s, GREEN_ATTR_TLS_SSL, &ssl,
		    sizeof(ssl)), 0);
		CHECK_INT(SSL_session_reused(ssl), i);
		sides_close(e);
	}
	green_tls_config_release(green__tls_default(much_later(NULL)));
	CHECK(!sides_open(e, &s, &c));
	CHECK_INT(e[1].error, EACCES);
	green_tls_config_release(s.config);
}
#endif

/* A directory that has the CA, named as OpenSSL looks for it. */
static char *
make_directory(void)
{
	char *dir = scratch_path("trusted"), file[512], line[4096];
	FILE *from, *to;
	size_t n;

	(void)mkdir(dir, 0700);
	snprintf(file, sizeof(file), "%s/%08lx.0", dir,
	    X509_subject_name_hash(cert_ca()->x));
	from = fopen(cert_ca()->file, "re");
	to = fopen(file, "we");
	if (CHECK(from != NULL && to != NULL)) {
		n = fread(line, 1, sizeof(line), from);
		CHECK_INT(fwrite(line, 1, n, to), n);
		fclose(from);
		fclose(to);
	}
	return (dir);
}

static void
remove_directory(const char *dir)
{
	char file[512];

	snprintf(file, sizeof(file), "%s/%08lx.0", dir,
	    X509_subject_name_hash(cert_ca()->x));
	CHECK_INT(unlink(file), 0);
	CHECK_INT(rmdir(dir), 0);
}

GREEN_TEST(a_directory_is_read_before_it_is_needed)
{
	char *dir = make_directory();
	struct green_tls_options o = { .ca_path = dir };
	struct green_tls_options c = { .hostname = sides_hostname };
	struct side e[2];

	CHECK((c.config = green_tls_config_open(&o)) != NULL);
	remove_directory(dir);
	if (CHECK(sides_open(e, NULL, &c)))
		sides_close(e);
	green_tls_config_release(c.config);
	CHECK_NULL(green_tls_config_open(&o), ENOENT);
	CHECK_HAS(green_errmsg(), "trusted: ");
	free(dir);
}

CU_TestInfo tls_trust_tests[] = {
	CLAIM(clients_without_a_configuration_share_one),
	CLAIM(those_with_more_to_say_share_the_store),
	CLAIM(what_is_an_hour_old_is_read_again),
	CLAIM(many_at_once_have_it_read_once),
#ifndef LIBRESSL_VERSION_NUMBER
	CLAIM(a_host_is_enough_for_whom_the_system_trusts),
#endif
	CLAIM(a_directory_is_read_before_it_is_needed),
	CU_TEST_INFO_NULL
};
