/*
 * How TLS streams end: in good order, one direction alone, cut short, and off
 * the stream underneath.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <sys/socket.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/tls.h"

#include "certs.h"
#include "check.h"
#include "streams.h"
#include "tls.h"

#define MUCH	(16 * 1024 * 1024)

/* TLS with good options over these. */
static bool
sides_over(struct side e[2], struct green_stream *end[2])
{
	const struct green_tls_options s = server_options();
	const struct green_tls_options c = client_options();

	e[0] = (struct side){ .s = end[0], .opt = &s };
	e[1] = (struct side){ .s = end[1], .opt = &c };
	sides_wrap(e);
	return (e[0].s != NULL && e[1].s != NULL);
}

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

GREEN_TEST(the_servers_direction_ends_alone_too)
{
	struct side e[2];
	char buf[8];

	REQUIRE(CHECK(sides_open(e, NULL, NULL)));
	CHECK_INT(green_stream_send_eof(e[0].s), 0);
	CHECK_INT(green_stream_send_eof(e[0].s), 0);
	CHECK_INT(green_stream_receive(e[1].s, buf, sizeof(buf)), 0);
	CHECK_INT(green_stream_send(e[1].s, "more", 4), 0);
	CHECK_INT(green_stream_receive(e[0].s, buf, sizeof(buf)), 4);
	CHECK_INT(green_stream_close(e[1].s), 0);
	CHECK_INT(green_stream_receive(e[0].s, buf, sizeof(buf)), 0);
	CHECK_INT(green_stream_close(e[0].s), 0);
}

GREEN_TEST(but_not_before_tls_1_3)
{
	SSL_CTX *ctx = cert_context(cert_server());
	struct green_tls_options s = { .server_side = true, .context = ctx };
	struct side e[2];
	char byte;

	(void)SSL_CTX_set_max_proto_version(ctx, TLS1_2_VERSION);
	REQUIRE(CHECK(sides_open(e, &s, NULL)));
	SSL_CTX_free(ctx);
	CHECK_ERRNO(green_stream_send_eof(e[1].s), ENOTSUP);
	CHECK_HAS(green_errmsg(), "TLSv1.2");
	CHECK_INT(green_stream_send(e[1].s, "q", 1), 0);
	CHECK_INT(green_stream_receive(e[0].s, &byte, 1), 1);
	sides_close(e);
}

static int
call_send_eof(void *call)
{
	struct call *c = call;

	c->rc = green_stream_send_eof(c->s);
	c->error = errno;
	return (0);
}

/* It had come as far as to the lock. */
GREEN_TEST(a_cancelled_end_ends_nothing)
{
	struct green_group g;
	struct side e[2];
	struct call c;
	char buf[8];

	REQUIRE(CHECK(sides_open(e, NULL, NULL)));
	c.s = e[0].s;
	CHECK_INT(green_lock_acquire(&tls_of(c.s)->sending), 0);
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, call_send_eof, &c), 0);
	settle();
	CHECK_INT(green_lock_release(&tls_of(c.s)->sending), 0);
	green_group_cancel(&g, NULL);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(c.rc, -1);
	CHECK_INT(c.error, ECANCELED);
	CHECK_INT(green_stream_send(e[0].s, "more", 4), 0);
	CHECK_INT(green_stream_receive(e[1].s, buf, sizeof(buf)), 4);
	CHECK_INT(green_stream_send(e[1].s, "answer", 6), 0);
	CHECK_INT(green_stream_receive(e[0].s, buf, sizeof(buf)), 6);
	sides_close(e);
}

MOCK_TEST(a_peer_that_does_not_read_gets_5_s_for_the_goodbye)
{
	struct green_stream *end[2];
	struct side e[2];
	int64_t began;

	REQUIRE(CHECK_INT(green_stream_pair(0, end), 0));
	REQUIRE(CHECK(sides_over(e, end)));
	began = green_now();
	CHECK_ERRNO(green_stream_close(e[1].s), ETIMEDOUT);
	CHECK_HAS(green_errmsg(), "did not take close_notify");
	CHECK_INT(green_now() - began, 5 * GREEN_SEC);
	green_stream_abort(e[0].s);
}

MOCK_TEST(a_close_in_a_cancelled_scope_is_an_abort)
{
	struct green_stream *end[2];
	struct green_scope scope;
	struct side e[2];
	int64_t began;
	char byte;

	REQUIRE(CHECK_INT(green_stream_pair(0, end), 0));
	REQUIRE(CHECK(sides_over(e, end)));
	began = green_now();
	green_scope_open(&scope);
	green_scope_cancel(&scope, "enough");
	CHECK_INT(green_stream_close(e[1].s), 0);
	(void)!green_scope_close(&scope, 0);
	CHECK_INT(green_now() - began, 0);
	CHECK_ERRNO(green_stream_receive(e[0].s, &byte, 1), EPROTO);
	green_stream_abort(e[0].s);
}

MOCK_TEST(a_close_that_is_cancelled_while_it_waits_closes)
{
	struct green_stream *end[2];
	struct green_scope scope;
	struct side e[2];
	char byte;

	REQUIRE(CHECK_INT(green_stream_pair(0, end), 0));
	REQUIRE(CHECK(sides_over(e, end)));
	green_move_on_after(&scope, GREEN_SEC);
	CHECK_ERRNO(green_stream_close(e[1].s), ECANCELED);
	errno = ECANCELED;
	(void)!green_scope_close(&scope, -1);
	CHECK(green_scope_caught(&scope));
	CHECK_ERRNO(green_stream_receive(e[0].s, &byte, 1), EPROTO);
	green_stream_abort(e[0].s);
}

GREEN_TEST(closing_wakes_those_inside)
{
	struct side e[2];
	struct call in, out;
	struct green_group g;
	char buf[8];

	REQUIRE(CHECK(sides_open(e, NULL, NULL)));
	in = (struct call){ .s = e[0].s, .buf = buf, .len = sizeof(buf) };
	out = (struct call){ .s = e[0].s, .len = MUCH };
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
	char *much = calloc(1, MUCH);
	char buf[8];

	REQUIRE(CHECK(sides_open(e, NULL, NULL)));
	green_move_on_after(&s, GREEN_MSEC);
	CHECK_ERRNO(green_stream_send(e[0].s, much, MUCH), ECANCELED);
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

GREEN_TEST(an_unwrap_needs_the_peers_goodbye)
{
	struct side e[2];
	int fd;

	REQUIRE(CHECK(sides_open(e, NULL, NULL)));
	CHECK_INT(green_stream_attr(e[1].s, GREEN_ATTR_FD, &fd, sizeof(fd)), 0);
	CHECK_INT(shutdown(fd, SHUT_WR), 0);
	CHECK_NULL(green_tls_unwrap(e[0].s), EPROTO);
	CHECK_HAS(green_errmsg(), "without close_notify");
	green_stream_abort(e[1].s);
}

GREEN_TEST(an_unwrap_under_a_receiver_is_ebusy)
{
	struct side e[2];
	struct call in;
	struct green_group g;
	char buf[8];

	REQUIRE(CHECK(sides_open(e, NULL, NULL)));
	in = (struct call){ .s = e[0].s, .buf = buf, .len = sizeof(buf) };
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, call_receive, &in), 0);
	settle();
	CHECK_NULL(green_tls_unwrap(e[0].s), EBUSY);
	CHECK_INT(green_stream_send(e[1].s, "x", 1), 0);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(in.rc, 1);
	sides_close(e);
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

/* Sessions that are resumed would make the tape another each time. */
static void
forget_sessions(struct green_tls_config *cfg)
{
	green__tls_sessions_close(cfg);
	memset(&cfg->sessions, 0, sizeof(cfg->sessions));
	CHECK_INT(green__tls_sessions_open(cfg), 0);
}

/* Each backend's suite has a part of the bytes, and all of them have all. */
static void
cut_everywhere(const struct green_tls_options *server)
{
	static unsigned turn;
	const struct green_tls_options client = client_options();
	struct green_tls_config *s = green_tls_config_open(server);
	struct green_tls_config *c = green_tls_config_open(&client);
	struct tape *t = malloc(sizeof(*t));
	size_t i = turn++ / 2 % 3, all, have;
	bool whole;

	have = receive_cut(t, s, c, sizeof(t->data), &whole);
	CHECK_INT(have, 10);
	CHECK(whole);
	all = t->len;
	for (; i + 8 < all; i += check_slowness() > 1 ? 39 : 3) {
		check_note("cut at %zu of %zu", i, all);
		forget_sessions(c);
		have = receive_cut(t, s, c, i, &whole);
		CHECK(have == 0 || have == 10);
		CHECK(!whole);
	}
	green_tls_config_release(c);
	green_tls_config_release(s);
	free(t);
}

GREEN_TEST(a_cut_at_any_byte_is_noticed)
{
	const struct green_tls_options s = server_options();

	cut_everywhere(&s);
}

GREEN_TEST(in_tls_1_2_too)
{
	SSL_CTX *ctx = cert_context(cert_server());
	const struct green_tls_options s = { .server_side = true,
	    .context = ctx };

	(void)SSL_CTX_set_max_proto_version(ctx, TLS1_2_VERSION);
	cut_everywhere(&s);
	SSL_CTX_free(ctx);
}

CU_TestInfo tls_end_tests[] = {
	CLAIM(a_close_ends_the_other_side_in_good_order),
	CLAIM(an_abort_is_truncation),
	CLAIM(truncation_may_be_allowed),
	CLAIM(one_direction_ends_alone),
	CLAIM(the_servers_direction_ends_alone_too),
	CLAIM(but_not_before_tls_1_3),
	CLAIM(a_cancelled_end_ends_nothing),
	CLAIM(a_peer_that_does_not_read_gets_5_s_for_the_goodbye),
	CLAIM(a_close_in_a_cancelled_scope_is_an_abort),
	CLAIM(a_close_that_is_cancelled_while_it_waits_closes),
	CLAIM(closing_wakes_those_inside),
	CLAIM(what_was_sent_by_half_ends_sending),
	CLAIM(a_cancelled_receive_loses_nothing),
	CLAIM(the_stream_underneath_comes_back),
	CLAIM(what_came_after_the_goodbye_is_not_lost),
	CLAIM(unwrapping_does_not_drop_what_is_unread),
	CLAIM(an_unwrap_needs_the_peers_goodbye),
	CLAIM(an_unwrap_under_a_receiver_is_ebusy),
	CLAIM(a_cut_at_any_byte_is_noticed),
	CLAIM(in_tls_1_2_too),
	CU_TEST_INFO_NULL
};
