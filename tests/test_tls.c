/*
 * TLS streams: what is agreed on, both directions at once, sessions.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <green/testing.h>

#include "certs.h"
#include "check.h"
#include "streams.h"
#include "tls.h"

#define BULK	(2 * 1024 * 1024)

static const char *
text_attr(struct green_stream *s, enum green_attr a)
{
	const char *text = "nothing";

	CHECK_INT(green_stream_attr(s, a, &text, sizeof(text)), 0);
	return (text);
}

GREEN_TEST(what_one_side_sends_the_other_receives)
{
	struct side e[2];
	char buf[16];

	REQUIRE(CHECK(sides_open(e, NULL, NULL)));
	CHECK_INT(green_stream_send(e[1].s, "hello", 5), 0);
	CHECK_INT(green_stream_receive(e[0].s, buf, sizeof(buf)), 5);
	CHECK(memcmp(buf, "hello", 5) == 0);
	CHECK_INT(green_stream_send(e[0].s, "and back", 8), 0);
	CHECK_INT(green_stream_receive(e[1].s, buf, 3), 3);
	CHECK_INT(green_stream_receive(e[1].s, buf, sizeof(buf)), 5);
	CHECK(memcmp(buf, " back", 5) == 0);
	sides_close(e);
}

GREEN_TEST(pieces_arrive_as_one_in_order)
{
	struct side e[2];
	static char large[40000];
	struct iovec iov[] = {
		{ (void *)(uintptr_t)"ab", 2 }, { NULL, 0 },
		{ (void *)(uintptr_t)"cd", 2 }, { large, sizeof(large) },
		{ (void *)(uintptr_t)"ef", 2 }
	};
	char *got = malloc(sizeof(large) + 6);

	memset(large, 'x', sizeof(large));
	if (CHECK(sides_open(e, NULL, NULL))) {
		struct call c = {
			.s = e[1].s,
			.buf = got,
			.len = sizeof(large) + 6
		};
		struct green_group g;

		green_group_open(&g);
		CHECK_INT(green_spawn(&g, call_receive_exactly, &c), 0);
		CHECK_INT(green_stream_sendv(e[0].s, iov, 5), 0);
		CHECK_INT(green_group_close(&g, 0), 0);
		CHECK_INT(c.rc, sizeof(large) + 6);
		CHECK(memcmp(got, "abcdx", 5) == 0);
		CHECK(memcmp(got + sizeof(large) + 3, "xef", 3) == 0);
	}
	sides_close(e);
	free(got);
}

GREEN_TEST(facts_are_told_and_others_handed_down)
{
	const char *const alpn[] = { "h2", "http/1.1", NULL };
	const char *const old[] = { "http/1.1", NULL };
	struct green_tls_options s = server_options(), c = client_options();
	struct side e[2];
	X509 *cert = NULL;
	SSL *ssl = NULL;
	bool server = false;
	int fd = -1;
	int64_t size = 0;

	s.alpn = alpn;
	c.alpn = old;
	REQUIRE(CHECK(sides_open(e, &s, &c)));
	CHECK_STR(text_attr(e[0].s, GREEN_ATTR_TLS_VERSION), "TLSv1.3");
	CHECK_HAS(text_attr(e[1].s, GREEN_ATTR_TLS_CIPHER), "TLS_");
	CHECK_STR(text_attr(e[0].s, GREEN_ATTR_TLS_ALPN), "http/1.1");
	CHECK_STR(text_attr(e[1].s, GREEN_ATTR_TLS_ALPN), "http/1.1");
	CHECK_STR(text_attr(e[0].s, GREEN_ATTR_TLS_SHARED_NAME),
	    sides_hostname);
	CHECK_STR(text_attr(e[1].s, GREEN_ATTR_TLS_SHARED_NAME),
	    sides_hostname);
	CHECK_INT(green_stream_attr(e[0].s, GREEN_ATTR_TLS_SERVER_SIDE, &server,
	    sizeof(server)), 0);
	CHECK(server);
	CHECK_INT(green_stream_attr(e[1].s, GREEN_ATTR_TLS_SERVER_SIDE, &server,
	    sizeof(server)), 0);
	CHECK(!server);
	CHECK_INT(green_stream_attr(e[1].s, GREEN_ATTR_TLS_PEER_CERT, &cert,
	    sizeof(cert)), 0);
	CHECK(cert != NULL && X509_cmp(cert, cert_server()->x) == 0);
	CHECK_INT(green_stream_attr(e[0].s, GREEN_ATTR_TLS_PEER_CERT, &cert,
	    sizeof(cert)), 0);
	CHECK(cert == NULL);
	CHECK_INT(green_stream_attr(e[1].s, GREEN_ATTR_TLS_SSL, &ssl,
	    sizeof(ssl)), 0);
	CHECK(ssl != NULL && !SSL_is_server(ssl));
	CHECK_ERRNO(green_stream_attr(e[1].s, GREEN_ATTR_TLS_SSL, &ssl, 1),
	    EINVAL);
	CHECK_INT(green_stream_attr(e[1].s, GREEN_ATTR_FD, &fd, sizeof(fd)), 0);
	CHECK(fd != -1);
	CHECK_INT(green_stream_get(e[1].s, GREEN_OPT_SEND_BUFFER, &size), 0);
	CHECK(size > 0);
	sides_close(e);
}

GREEN_TEST(the_servers_order_of_protocols_decides)
{
	const char *const ours[] = { "b", "a", NULL };
	const char *const theirs[] = { "a", "b", NULL };
	struct green_tls_options s = server_options(), c = client_options();
	struct side e[2];

	s.alpn = ours;
	c.alpn = theirs;
	REQUIRE(CHECK(sides_open(e, &s, &c)));
	CHECK_STR(text_attr(e[1].s, GREEN_ATTR_TLS_ALPN), "b");
	sides_close(e);
	c.alpn = NULL;
	REQUIRE(CHECK(sides_open(e, &s, &c)));
	CHECK_STR(text_attr(e[1].s, GREEN_ATTR_TLS_ALPN), NULL);
	sides_close(e);
}

GREEN_TEST(no_protocol_in_common_is_eproto)
{
	const char *const ours[] = { "a", NULL };
	const char *const theirs[] = { "b", NULL };
	struct green_tls_options s = server_options(), c = client_options();
	struct side e[2];

	s.alpn = ours;
	c.alpn = theirs;
	CHECK(!sides_open(e, &s, &c));
	CHECK_INT(e[0].error, EPROTO);
	CHECK_INT(e[1].error, EPROTO);
	CHECK_HAS(e[0].msg, "ALPN");
	CHECK_HAS(e[1].msg, "the peer has refused: no application protocol");
}

/*
 * Both directions at once.
 */
struct bulk {
	struct green_stream *s;
	unsigned char seed;
	size_t	 size;
	bool	 ok;
};

static int
send_bulk(void *arg)
{
	struct bulk *b = arg;
	unsigned char *p = malloc(b->size);
	size_t i, n, at = 0, step = 1;

	for (i = 0; i < b->size; i++)
		p[i] = (unsigned char)(i * 7 + i / 251 + b->seed);
	for (; at < b->size; at += n, step = step * 3 % 70001) {
		n = step < b->size - at ? step : b->size - at;
		if (!CHECK_INT(green_stream_send(b->s, p + at, n), 0))
			break;
	}
	free(p);
	return (0);
}

static int
receive_bulk(void *arg)
{
	struct bulk *b = arg;
	unsigned char *p = malloc(65536);
	size_t i, at = 0;
	ssize_t n;

	b->ok = true;
	while (at < b->size) {
		if ((n = green_stream_receive(b->s, p, 65536)) <= 0) {
			(void)CHECK_INT(n, 1);
			break;
		}
		for (i = 0; i < (size_t)n; i++)
			if (p[i] != (unsigned char)((at + i) * 7 +
			    (at + i) / 251 + b->seed))
				b->ok = false;
		at += (size_t)n;
	}
	b->ok = b->ok && at == b->size;
	free(p);
	return (0);
}

/* What cannot renew them, only sends. */
static int
renew_keys(void *arg)
{
#ifdef SSL_KEY_UPDATE_REQUESTED
	struct green_stream *s = arg;
	SSL *ssl;
	int i;

	(void)!green_stream_attr(s, GREEN_ATTR_TLS_SSL, &ssl, sizeof(ssl));
	for (i = 0; i < 50; i++) {
		(void)SSL_key_update(ssl, SSL_KEY_UPDATE_REQUESTED);
		(void)!green_checkpoint();
	}
#else
	(void)arg;
#endif
	return (0);
}

static void
full_duplex(struct side e[2], size_t size, bool renew)
{
	struct bulk b[4] = {
		{ e[0].s, 1, size, false }, { e[1].s, 1, size, false },
		{ e[1].s, 2, size, false }, { e[0].s, 2, size, false }
	};
	struct green_group g;
	int i;

	green_group_open(&g);
	for (i = 0; i < 4; i++)
		CHECK_INT(green_spawn(&g, i % 2 == 0 ? send_bulk : receive_bulk,
		    &b[i]), 0);
	for (i = 0; i < 2 && renew; i++)
		CHECK_INT(green_spawn(&g, renew_keys, e[i].s), 0);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK(b[1].ok);
	CHECK(b[3].ok);
}

GREEN_TEST(both_sides_send_and_receive_at_once)
{
	struct side e[2];

	REQUIRE(CHECK(sides_open(e, NULL, NULL)));
	CHECK_INT(green_stream_set(e[0].s, GREEN_OPT_SEND_BUFFER, 4096), 0);
	CHECK_INT(green_stream_set(e[1].s, GREEN_OPT_SEND_BUFFER, 4096), 0);
	full_duplex(e, BULK, false);
	sides_close(e);
}

GREEN_TEST(also_while_keys_are_renewed)
{
	struct side e[2];

	REQUIRE(CHECK(sides_open(e, NULL, NULL)));
	CHECK_INT(green_stream_set(e[0].s, GREEN_OPT_SEND_BUFFER, 4096), 0);
	CHECK_INT(green_stream_set(e[1].s, GREEN_OPT_SEND_BUFFER, 4096), 0);
	full_duplex(e, BULK, true);
	sides_close(e);
}

GREEN_TEST(also_over_tcp)
{
	struct green_tls_options s = server_options(), c = client_options();
	struct green_stream *end[2];
	struct side e[2];

	REQUIRE(streams_open(end));
	e[0] = (struct side){ .s = end[0], .opt = &s };
	e[1] = (struct side){ .s = end[1], .opt = &c };
	sides_wrap(e);
	REQUIRE(CHECK(e[0].s != NULL && e[1].s != NULL));
	full_duplex(e, BULK, true);
	sides_close(e);
}

GREEN_TEST(also_in_another_tls)
{
	struct green_tls_options s = server_options(), c = client_options();
	struct side e[2];

	REQUIRE(CHECK(sides_open(e, NULL, NULL)));
	e[0].opt = &s;
	e[1].opt = &c;
	sides_wrap(e);
	REQUIRE(CHECK(e[0].s != NULL && e[1].s != NULL));
	full_duplex(e, BULK / 4, false);
	sides_close(e);
}

#ifdef SSL_KEY_UPDATE_REQUESTED
GREEN_TEST(an_answer_to_new_keys_goes_out_by_itself)
{
	struct side e[2];
	struct call c;
	struct green_group g;
	char buf[8];
	SSL *ssl;

	REQUIRE(CHECK(sides_open(e, NULL, NULL)));
	CHECK_INT(green_stream_attr(e[0].s, GREEN_ATTR_TLS_SSL, &ssl,
	    sizeof(ssl)), 0);
	/* The session tickets. */
	CHECK_INT(green_stream_send(e[0].s, "x", 1), 0);
	CHECK_INT(green_stream_receive(e[1].s, buf, 1), 1);
	CHECK_INT(SSL_key_update(ssl, SSL_KEY_UPDATE_REQUESTED), 1);
	CHECK_INT(green_stream_send(e[0].s, "y", 1), 0);
	c = (struct call){ .s = e[1].s, .buf = buf, .len = 2 };
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, call_receive_exactly, &c), 0);
	settle();
	/* It has come if there is something to receive. */
	{
		struct green_scope late;
		ssize_t n = 0;

		green_move_on_after(&late, GREEN_SEC / 20);
		n = green_stream_receive(e[0].s, buf, 1);
		(void)!green_scope_close(&late, n == -1 ? -1 : 0);
		CHECK(green_scope_caught(&late));
		CHECK_INT(SSL_get_key_update_type(ssl), SSL_KEY_UPDATE_NONE);
	}
	CHECK_INT(green_stream_send(e[0].s, "z", 1), 0);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(c.rc, 2);
	sides_close(e);
}
#endif

/*
 * Sessions.
 */
static bool
resumes(struct green_tls_config *server, struct green_tls_config *client,
    const char *name)
{
	struct green_tls_options s = { .config = server };
	struct green_tls_options c = { .config = client, .hostname = name };
	struct side e[2];
	char byte;
	bool did;
	SSL *ssl = NULL;

	if (!CHECK(sides_open(e, &s, &c)))
		return (false);
	CHECK_INT(green_stream_send(e[0].s, "x", 1), 0);
	CHECK_INT(green_stream_receive(e[1].s, &byte, 1), 1);
	CHECK_INT(green_stream_attr(e[1].s, GREEN_ATTR_TLS_SSL, &ssl,
	    sizeof(ssl)), 0);
	did = SSL_session_reused(ssl) == 1;
	sides_close(e);
	return (did);
}

static void
resumes_for_the_same_name(const struct green_tls_options *server)
{
	struct green_tls_options co = client_options();
	struct green_tls_config *s = green_tls_config_open(server);
	struct green_tls_config *c = green_tls_config_open(&co);

	REQUIRE(CHECK(s != NULL && c != NULL));
	CHECK(!resumes(s, c, NULL));
	CHECK(resumes(s, c, NULL));
	CHECK(resumes(s, c, sides_hostname));
	CHECK(!resumes(s, c, "a.wild.example"));
	CHECK(resumes(s, c, "a.wild.example"));
	green_tls_config_release(s);
	green_tls_config_release(c);
}

/* LibreSSL's servers hand out none in TLS 1.3. */
#ifndef LIBRESSL_VERSION_NUMBER
GREEN_TEST(sessions_are_resumed_for_the_same_name)
{
	const struct green_tls_options s = server_options();

	resumes_for_the_same_name(&s);
}
#endif

GREEN_TEST(those_of_tls_1_2_too)
{
	SSL_CTX *ctx = cert_context(cert_server());
	const struct green_tls_options s = { .server_side = true,
	    .context = ctx };

	(void)SSL_CTX_set_max_proto_version(ctx, TLS1_2_VERSION);
	resumes_for_the_same_name(&s);
	SSL_CTX_free(ctx);
}

/*
 * Cancellation.
 */
static int
talk(void *arg)
{
	struct green_tls_options c = client_options();
	struct green_tls_options s = server_options();
	struct green_stream *end[2];
	struct green_group g;
	struct side e[2];
	char buf[8];
	int rc = 0;

	(void)arg;
	if (!streams_open_local(end))
		return (0);
	e[0] = (struct side){ .s = end[0], .opt = &s };
	e[1] = (struct side){ .s = end[1], .opt = &c };
	green_group_open(&g);
	if (green_spawn(&g, side_wrap, &e[0]) == -1)
		abort();
	(void)side_wrap(&e[1]);
	rc = green_group_close(&g, 0);
	if (e[0].s != NULL && e[1].s != NULL &&
	    green_stream_send(e[0].s, "x", 1) == 0)
		(void)!green_stream_receive(e[1].s, buf, sizeof(buf));
	if (e[0].s != NULL)
		(void)green_stream_close(e[0].s);
	if (e[1].s != NULL)
		(void)green_stream_close(e[1].s);
	return (rc);
}

PLAIN_TEST(a_cancellation_anywhere_leaves_nothing)
{
	struct green_options opt = { .mock_clock = true };

	CHECK(green_test_cancel_everywhere(talk, NULL, &opt) > 0);
}

CU_TestInfo tls_tests[] = {
	CLAIM(what_one_side_sends_the_other_receives),
	CLAIM(pieces_arrive_as_one_in_order),
	CLAIM(facts_are_told_and_others_handed_down),
	CLAIM(the_servers_order_of_protocols_decides),
	CLAIM(no_protocol_in_common_is_eproto),
	CLAIM(both_sides_send_and_receive_at_once),
	CLAIM(also_while_keys_are_renewed),
	CLAIM(also_over_tcp),
	CLAIM(also_in_another_tls),
#ifdef SSL_KEY_UPDATE_REQUESTED
	CLAIM(an_answer_to_new_keys_goes_out_by_itself),
#endif
#ifndef LIBRESSL_VERSION_NUMBER
	CLAIM(sessions_are_resumed_for_the_same_name),
#endif
	CLAIM(those_of_tls_1_2_too),
	CLAIM(a_cancellation_anywhere_leaves_nothing),
	CU_TEST_INFO_NULL
};
