/*
 * TLS streams: handshakes, both directions at once, how they end.
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

static int
renew_keys(void *arg)
{
	struct green_stream *s = arg;
	SSL *ssl;
	int i;

	(void)!green_stream_attr(s, GREEN_ATTR_TLS_SSL, &ssl, sizeof(ssl));
	for (i = 0; i < 50; i++) {
		(void)SSL_key_update(ssl, SSL_KEY_UPDATE_REQUESTED);
		(void)!green_checkpoint();
	}
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

/*
 * How it ends.
 */
GREEN_TEST(a_close_ends_the_other_side_in_good_order)
{
	struct side e[2];
	char buf[8];

	REQUIRE(CHECK(sides_open(e, NULL, NULL)));
	CHECK_INT(green_stream_send(e[0].s, "last", 4), 0);
	CHECK_INT(green_stream_close(e[0].s), 0);
	CHECK_INT(green_stream_receive(e[1].s, buf, sizeof(buf)), 4);
	CHECK_INT(green_stream_receive(e[1].s, buf, sizeof(buf)), 0);
	CHECK_INT(green_stream_receive(e[1].s, buf, sizeof(buf)), 0);
	CHECK_INT(green_stream_close(e[1].s), 0);
}

GREEN_TEST(an_abort_is_truncation)
{
	struct side e[2];
	char buf[8];

	REQUIRE(CHECK(sides_open(e, NULL, NULL)));
	CHECK_INT(green_stream_send(e[0].s, "last", 4), 0);
	green_stream_abort(e[0].s);
	CHECK_INT(green_stream_receive(e[1].s, buf, sizeof(buf)), 4);
	CHECK_ERRNO(green_stream_receive(e[1].s, buf, sizeof(buf)), EPROTO);
	CHECK_HAS(green_errmsg(), "cut short");
	CHECK_ERRNO(green_stream_receive(e[1].s, buf, sizeof(buf)), EPROTO);
	CHECK_INT(green_stream_close(e[1].s), 0);
}

GREEN_TEST(truncation_may_be_allowed)
{
	struct green_tls_options c = client_options();
	struct side e[2];
	char buf[8];

	c.allow_truncation = true;
	REQUIRE(CHECK(sides_open(e, NULL, &c)));
	CHECK_INT(green_stream_send(e[0].s, "last", 4), 0);
	green_stream_abort(e[0].s);
	CHECK_INT(green_stream_receive(e[1].s, buf, sizeof(buf)), 4);
	CHECK_INT(green_stream_receive(e[1].s, buf, sizeof(buf)), 0);
	CHECK_INT(green_stream_close(e[1].s), 0);
}

GREEN_TEST(one_direction_ends_alone)
{
	struct side e[2];
	char buf[8];

	REQUIRE(CHECK(sides_open(e, NULL, NULL)));
	CHECK_INT(green_stream_send(e[1].s, "q", 1), 0);
	CHECK_INT(green_stream_send_eof(e[1].s), 0);
	CHECK_ERRNO(green_stream_send(e[1].s, "q", 1), EPIPE);
	CHECK_INT(green_stream_receive(e[0].s, buf, sizeof(buf)), 1);
	CHECK_INT(green_stream_receive(e[0].s, buf, sizeof(buf)), 0);
	CHECK_INT(green_stream_send(e[0].s, "answer", 6), 0);
	CHECK_INT(green_stream_receive(e[1].s, buf, sizeof(buf)), 6);
	CHECK_INT(green_stream_close(e[0].s), 0);
	CHECK_INT(green_stream_receive(e[1].s, buf, sizeof(buf)), 0);
	CHECK_INT(green_stream_close(e[1].s), 0);
}

GREEN_TEST(but_not_before_tls_1_3)
{
	SSL_CTX *ctx = cert_context(cert_server());
	struct green_tls_options s = { .server_side = true, .context = ctx };
	struct side e[2];

	(void)SSL_CTX_set_max_proto_version(ctx, TLS1_2_VERSION);
	REQUIRE(CHECK(sides_open(e, &s, NULL)));
	SSL_CTX_free(ctx);
	CHECK_STR(text_attr(e[1].s, GREEN_ATTR_TLS_VERSION), "TLSv1.2");
	CHECK_ERRNO(green_stream_send_eof(e[1].s), ENOTSUP);
	CHECK_INT(green_stream_send(e[1].s, "q", 1), 0);
	full_duplex(e, 0, false);
	sides_close(e);
}

GREEN_TEST(tls_1_1_is_refused)
{
	SSL_CTX *ctx = cert_context(cert_server());
	struct green_tls_options s = { .server_side = true, .context = ctx };
	struct side e[2];

	(void)SSL_CTX_set_min_proto_version(ctx, TLS1_VERSION);
	(void)SSL_CTX_set_max_proto_version(ctx, TLS1_1_VERSION);
	CHECK(!sides_open(e, &s, NULL));
	SSL_CTX_free(ctx);
	CHECK_INT(e[1].error, EPROTO);
}

GREEN_TEST(closing_wakes_those_inside)
{
	struct side e[2];
	struct call in, out;
	struct green_group g;
	char buf[8];

	REQUIRE(CHECK(sides_open(e, NULL, NULL)));
	in = (struct call){ .s = e[0].s, .buf = buf, .len = sizeof(buf) };
	out = (struct call){ .s = e[0].s, .len = 8 * BULK };
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, call_receive, &in), 0);
	CHECK_INT(green_spawn(&g, call_send, &out), 0);
	settle();
	CHECK(!in.done && !out.done);
	CHECK_INT(green_stream_close(e[0].s), 0);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(in.rc, -1);
	CHECK_INT(in.error, EBADF);
	CHECK_INT(out.rc, -1);
	CHECK_INT(out.error, EBADF);
	CHECK_INT(green_stream_close(e[1].s), 0);
}

GREEN_TEST(what_was_sent_by_half_ends_sending)
{
	struct side e[2];
	struct green_scope s;
	char *much = calloc(1, 8 * BULK);
	char buf[8];

	REQUIRE(CHECK(sides_open(e, NULL, NULL)));
	green_move_on_after(&s, GREEN_MSEC);
	CHECK_ERRNO(green_stream_send(e[0].s, much, 8 * BULK), ECANCELED);
	errno = ECANCELED;
	(void)!green_scope_close(&s, -1);
	CHECK_ERRNO(green_stream_send(e[0].s, "x", 1), EPIPE);
	CHECK_HAS(green_errmsg(), "cut short");
	CHECK_INT(green_stream_send(e[1].s, "y", 1), 0);
	CHECK_INT(green_stream_receive(e[0].s, buf, sizeof(buf)), 1);
	green_stream_abort(e[0].s);
	green_stream_abort(e[1].s);
	free(much);
}

GREEN_TEST(a_cancelled_receive_loses_nothing)
{
	struct side e[2];
	struct green_scope s;
	char buf[8];

	REQUIRE(CHECK(sides_open(e, NULL, NULL)));
	green_move_on_after(&s, GREEN_MSEC);
	CHECK_ERRNO(green_stream_receive(e[0].s, buf, sizeof(buf)), ECANCELED);
	errno = ECANCELED;
	(void)!green_scope_close(&s, -1);
	CHECK(green_scope_caught(&s));
	CHECK_INT(green_stream_send(e[1].s, "y", 1), 0);
	CHECK_INT(green_stream_receive(e[0].s, buf, sizeof(buf)), 1);
	sides_close(e);
}

static int
unwrap(void *arg)
{
	struct side *e = arg;

	e->s = green_tls_unwrap(e->s);
	e->error = e->s == NULL ? errno : 0;
	return (0);
}

GREEN_TEST(the_stream_underneath_comes_back)
{
	struct side e[2];
	struct green_group g;
	char buf[8];

	REQUIRE(CHECK(sides_open(e, NULL, NULL)));
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, unwrap, &e[0]), 0);
	CHECK_INT(green_spawn(&g, unwrap, &e[1]), 0);
	CHECK_INT(green_group_close(&g, 0), 0);
	REQUIRE(CHECK(e[0].s != NULL && e[1].s != NULL));
	CHECK_INT(green_stream_send(e[0].s, "clear", 5), 0);
	CHECK_INT(green_stream_receive(e[1].s, buf, sizeof(buf)), 5);
	CHECK(memcmp(buf, "clear", 5) == 0);
	CHECK_NULL(green_tls_unwrap(e[0].s), EINVAL);
	sides_close(e);
}

GREEN_TEST(what_came_after_the_goodbye_is_not_lost)
{
	struct side e[2];
	struct green_stream *below;
	char buf[8];

	REQUIRE(CHECK(sides_open(e, NULL, NULL)));
	/* Its goodbye, and at once what comes in the clear. */
	CHECK_INT(green_stream_send_eof(e[1].s), 0);
	{
		int fd;

		CHECK_INT(green_stream_attr(e[1].s, GREEN_ATTR_FD, &fd,
		    sizeof(fd)), 0);
		CHECK_INT(send(fd, "clear", 5, 0), 5);
	}
	below = green_tls_unwrap(e[0].s);
	REQUIRE(CHECK(below != NULL));
	CHECK_INT(green_stream_receive(below, buf, sizeof(buf)), 5);
	CHECK_INT(green_stream_close(below), 0);
	green_stream_abort(e[1].s);
}

GREEN_TEST(unwrapping_does_not_drop_what_is_unread)
{
	struct side e[2];

	REQUIRE(CHECK(sides_open(e, NULL, NULL)));
	CHECK_INT(green_stream_send(e[1].s, "x", 1), 0);
	CHECK_NULL(green_tls_unwrap(e[0].s), EPROTO);
	CHECK_HAS(green_errmsg(), "nobody has received");
	green_stream_abort(e[1].s);
}

/*
 * What is no TLS.
 */
GREEN_TEST(plain_http_is_told_for_what_it_is)
{
	static const char request[] = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
	struct green_tls_options s = server_options();
	struct green_stream *end[2];

	REQUIRE(streams_open_local(end));
	CHECK_INT(green_stream_send(end[1], request, sizeof(request) - 1), 0);
	CHECK_NULL(green_tls_wrap(end[0], &s), EPROTO);
	CHECK_HAS(green_errmsg(), "plain HTTP");
	CHECK_INT(green_stream_close(end[1]), 0);
}

GREEN_TEST(what_is_no_tls_is_eproto)
{
	struct green_tls_options c = client_options();
	struct green_stream *end[2];

	REQUIRE(streams_open_local(end));
	CHECK_INT(green_stream_send(end[1], "220 hello there\r\n", 17), 0);
	CHECK_NULL(green_tls_wrap(end[0], &c), EPROTO);
	CHECK_HAS(green_errmsg(), "does not speak TLS");
	CHECK_INT(green_stream_close(end[1]), 0);
}

GREEN_TEST(an_end_in_the_handshake_is_eproto)
{
	struct green_tls_options c = client_options();
	struct green_stream *end[2];

	REQUIRE(streams_open_local(end));
	CHECK_INT(green_stream_send_eof(end[1]), 0);
	CHECK_NULL(green_tls_wrap(end[0], &c), EPROTO);
	CHECK_HAS(green_errmsg(), "hung up");
	CHECK_INT(green_stream_close(end[1]), 0);
}

GREEN_TEST(bytes_before_the_handshake_are_refused)
{
	struct green_tls_options s = server_options();
	struct green_stream *end[2];

	REQUIRE(streams_open_local(end));
	CHECK_INT(green_stream_unread(end[0], "x", 1), 0);
	CHECK_NULL(green_tls_wrap(end[0], &s), EPROTO);
	CHECK_HAS(green_errmsg(), "in the clear");
	CHECK_INT(green_stream_close(end[1]), 0);
}

/*
 * Truncation anywhere: what a connection's server sends, up to each of its
 * bytes.
 */
struct tape {
	char	 data[16384];
	size_t	 len, end;
	struct green_stream *below;
};

static ssize_t
tape_receive(void *impl, void *buf, size_t max)
{
	struct tape *t = impl;
	ssize_t n;

	if (t->len == t->end)
		return (0);
	n = green_stream_receive(t->below, buf, max);
	if (n > 0 && t->len + (size_t)n <= t->end) {
		memcpy(t->data + t->len, buf, (size_t)n);
		t->len += (size_t)n;
		return (n);
	}
	if (n <= 0)
		return (n);
	n = (ssize_t)(t->end - t->len);
	memcpy(t->data + t->len, buf, (size_t)n);
	t->len = t->end;
	return (n);
}

static int
tape_sendv(void *impl, const struct iovec *iov, int n)
{
	struct tape *t = impl;

	return (green_stream_sendv(t->below, iov, n));
}

static int
tape_close(void *impl, bool abort)
{
	struct tape *t = impl;

	if (abort) {
		green_stream_abort(t->below);
		return (0);
	}
	return (green_stream_close(t->below));
}

static const struct green_stream_ops tape_ops = {
	.receive = tape_receive,
	.sendv = tape_sendv,
	.close = tape_close
};

static int
serve_short(void *arg)
{
	struct side *e = arg;

	(void)side_wrap(e);
	if (e->s == NULL)
		return (0);
	(void)!green_stream_send(e->s, "0123456789", 10);
	(void)green_stream_close(e->s);
	return (0);
}

/* A client that sees but `end' bytes of the server's: how many it is given, and
   whether it is told that it was all. */
static size_t
receive_cut(struct tape *t, struct green_tls_config *server,
    struct green_tls_config *client, size_t end, bool *whole)
{
	struct green_tls_options s = { .config = server };
	struct green_tls_options c = { .config = client };
	struct green_stream *raw[2], *tls;
	struct side e = { .opt = &s };
	struct green_group g;
	char got[64];
	size_t have = 0;
	ssize_t n = -1;

	*t = (struct tape){ .end = end };
	*whole = false;
	if (!streams_open_local(raw))
		return (0);
	e.s = raw[0];
	t->below = raw[1];
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, serve_short, &e), 0);
	tls = green_tls_wrap(green_stream_new(&tape_ops, t), &c);
	if (tls != NULL) {
		while ((n = green_stream_receive(tls, got + have,
		    sizeof(got) - have)) > 0)
			have += (size_t)n;
		CHECK(n == 0 || errno == EPROTO || errno == ECONNRESET);
		green_stream_abort(tls);
	} else
		CHECK(errno == EPROTO || errno == ECONNRESET ||
		    errno == EPIPE);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK(memcmp(got, "0123456789", have) == 0);
	*whole = n == 0;
	return (have);
}

GREEN_TEST(a_cut_at_any_byte_is_noticed)
{
	struct green_tls_options so = server_options(), co = client_options();
	struct green_tls_config *s = green_tls_config_open(&so);
	struct green_tls_config *c;
	struct tape *t = malloc(sizeof(*t));
	size_t i, all, have;
	bool whole;

	/* Sessions that are resumed would make the tape another each time. */
	c = green_tls_config_open(&co);
	have = receive_cut(t, s, c, sizeof(t->data), &whole);
	green_tls_config_release(c);
	CHECK_INT(have, 10);
	CHECK(whole);
	all = t->len;
	for (i = 0; i + 8 < all; i += check_slowness() > 1 ? 13 : 1) {
		check_note("cut at %zu of %zu", i, all);
		c = green_tls_config_open(&co);
		have = receive_cut(t, s, c, i, &whole);
		green_tls_config_release(c);
		CHECK(have == 0 || have == 10);
		CHECK(!whole);
	}
	green_tls_config_release(s);
	free(t);
}

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

GREEN_TEST(a_configuration_resumes_sessions_for_the_same_name)
{
	struct green_tls_options so = server_options(), co = client_options();
	struct green_tls_config *s = green_tls_config_open(&so);
	struct green_tls_config *c = green_tls_config_open(&co);

	REQUIRE(CHECK(s != NULL && c != NULL));
	CHECK(!resumes(s, c, NULL));
	CHECK(resumes(s, c, NULL));
	CHECK(!resumes(s, c, "a.wild.example"));
	CHECK(resumes(s, c, "a.wild.example"));
	green_tls_config_release(s);
	green_tls_config_release(c);
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
	CLAIM(an_answer_to_new_keys_goes_out_by_itself),
	CLAIM(a_close_ends_the_other_side_in_good_order),
	CLAIM(an_abort_is_truncation),
	CLAIM(truncation_may_be_allowed),
	CLAIM(one_direction_ends_alone),
	CLAIM(but_not_before_tls_1_3),
	CLAIM(tls_1_1_is_refused),
	CLAIM(closing_wakes_those_inside),
	CLAIM(what_was_sent_by_half_ends_sending),
	CLAIM(a_cancelled_receive_loses_nothing),
	CLAIM(the_stream_underneath_comes_back),
	CLAIM(what_came_after_the_goodbye_is_not_lost),
	CLAIM(unwrapping_does_not_drop_what_is_unread),
	CLAIM(plain_http_is_told_for_what_it_is),
	CLAIM(what_is_no_tls_is_eproto),
	CLAIM(an_end_in_the_handshake_is_eproto),
	CLAIM(bytes_before_the_handshake_are_refused),
	CLAIM(a_cut_at_any_byte_is_noticed),
	CLAIM(a_configuration_resumes_sessions_for_the_same_name),
	CLAIM(a_cancellation_anywhere_leaves_nothing),
	CU_TEST_INFO_NULL
};
