/*
 * Pairs and staples: streams in memory, with room for much, little and nothing;
 * and one stream out of two.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "streams.h"
#include "tasks.h"

static const size_t capacities[] = { 0, 1, 7, 65536 };
#define EACH_CAPACITY(i)						\
	for (i = 0; i < sizeof(capacities) / sizeof(*capacities); i++)

static bool
open_pair(size_t capacity, struct green_stream *end[2])
{
	return (CHECK_INT(green_stream_pair(capacity, end), 0));
}

MOCK_TEST(a_rendezvous_is_over_when_all_is_received)
{
	struct green_stream *end[2];
	struct green_group g;
	char text[] = "abcdef", buf[8];
	struct call c = { .buf = text, .len = 6 };

	REQUIRE(open_pair(0, end));
	c.s = end[0];
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, call_send, &c), 0);
	settle();
	CHECK_INT(green_stream_receive(end[1], buf, 2), 2);
	settle();
	CHECK(!c.done);
	CHECK_INT(green_stream_receive(end[1], buf + 2, 4), 4);
	settle();
	CHECK(c.done);
	CHECK_INT(c.rc, 0);
	CHECK(memcmp(buf, "abcdef", 6) == 0);
	CHECK_INT(green_group_close(&g, 0), 0);
	streams_close(end);
}

MOCK_TEST(a_pair_holds_its_capacity_and_no_more)
{
	struct green_stream *end[2];
	struct green_scope s;
	char buf[16];

	REQUIRE(open_pair(7, end));
	CHECK_INT(green_stream_send(end[0], "1234567", 7), 0);
	green_move_on_after(&s, GREEN_SEC);
	CHECK_ERRNO(green_stream_send(end[0], "8", 1), ECANCELED);
	CHECK_INT(green_scope_close(&s, 0), 0);
	/* The other direction has a capacity of its own. */
	CHECK_INT(green_stream_send(end[1], "7654321", 7), 0);
	CHECK_INT(green_stream_receive(end[1], buf, 3), 3);
	CHECK_INT(green_stream_send(end[0], "abc", 3), 0);
	CHECK_INT(green_stream_receive(end[1], buf, sizeof(buf)), 7);
	CHECK(memcmp(buf, "4567abc", 7) == 0);
	streams_close(end);
}

/* A task that sends 1, 2, 3, ... bytes at a time, n in all, in pieces. */
struct source {
	struct green_stream *s;
	size_t	 n;
};

static int
send_counting(void *arg)
{
	struct source *so = arg;
	char buf[64];
	struct iovec iov[4];
	size_t at = 0, len, i;

	while (at < so->n) {
		len = at % sizeof(buf) + 1;
		if (len > so->n - at)
			len = so->n - at;
		for (i = 0; i < len; i++)
			buf[i] = (char)((at + i) % 251);
		iov[0] = (struct iovec){ NULL, 0 };
		iov[1] = (struct iovec){ buf, len / 2 };
		iov[2] = (struct iovec){ buf + len / 2, len - len / 2 };
		iov[3] = (struct iovec){ NULL, 0 };
		if (!CHECK_INT(green_stream_sendv(so->s, iov, 4), 0))
			return (-1);
		at += len;
	}
	return (green_stream_send_eof(so->s));
}

MOCK_TEST(bytes_come_in_order_in_pieces_of_any_size)
{
	enum { N = 20000 };
	struct green_stream *end[2];
	struct green_group g;
	struct source so = { .n = N };
	char buf[100];
	size_t i, at, wrong;
	ssize_t n, j;

	EACH_CAPACITY(i) {
		REQUIRE(open_pair(capacities[i], end));
		so.s = end[0];
		green_group_open(&g);
		CHECK_INT(green_spawn(&g, send_counting, &so), 0);
		for (at = wrong = 0; (n = green_stream_receive(end[1], buf,
		    at % 99 + 1)) > 0; at += (size_t)n)
			for (j = 0; j < n; j++)
				wrong += buf[j] != (char)((at + (size_t)j) %
				    251);
		CHECK_INT(n, 0);
		CHECK_INT(at, N);
		CHECK_INT(wrong, 0);
		CHECK_INT(green_group_close(&g, 0), 0);
		streams_close(end);
	}
}

MOCK_TEST(what_was_sent_outlives_its_sender)
{
	struct green_stream *end[2];
	char buf[8];

	REQUIRE(open_pair(16, end));
	CHECK_INT(green_stream_send(end[0], "last", 4), 0);
	green_stream_abort(end[0]);
	CHECK_INT(green_stream_receive(end[1], buf, 3), 3);
	CHECK_INT(green_stream_receive(end[1], buf, 3), 1);
	CHECK_INT(green_stream_receive(end[1], buf, 3), 0);
	CHECK_ERRNO(green_stream_send(end[1], "x", 1), EPIPE);
	CHECK_INT(green_stream_close(end[1]), 0);
}

/* Who waits at the other end. */
MOCK_TEST(closing_a_pair_wakes_the_other_end)
{
	struct green_stream *end[2];
	struct green_group g;
	char buf[8];
	struct call in = { .buf = buf, .len = sizeof(buf) };
	struct call out = { .len = 100000 };
	size_t i;

	EACH_CAPACITY(i) {
		REQUIRE(open_pair(capacities[i], end));
		in.s = out.s = end[1];
		in.done = out.done = false;
		green_group_open(&g);
		CHECK_INT(green_spawn(&g, call_receive, &in), 0);
		CHECK_INT(green_spawn(&g, call_send, &out), 0);
		settle();
		CHECK(!in.done && !out.done);
		CHECK_INT(green_stream_close(end[0]), 0);
		CHECK_INT(green_group_close(&g, 0), 0);
		CHECK_INT(in.rc, 0);
		CHECK_INT(out.rc, -1);
		CHECK_INT(out.error, EPIPE);
		CHECK_INT(green_stream_close(end[1]), 0);
	}
}

MOCK_TEST(closing_a_pair_under_oneself_is_ebadf)
{
	struct green_stream *end[2];
	struct green_group g;
	char buf[8];
	struct call in = { .buf = buf, .len = sizeof(buf) };
	struct call out = { .len = 100000 };
	size_t i;

	EACH_CAPACITY(i) {
		REQUIRE(open_pair(capacities[i], end));
		in.s = out.s = end[0];
		green_group_open(&g);
		CHECK_INT(green_spawn(&g, call_receive, &in), 0);
		CHECK_INT(green_spawn(&g, call_send, &out), 0);
		settle();
		CHECK_INT(green_stream_close(end[0]), 0);
		CHECK_INT(green_group_close(&g, 0), 0);
		CHECK_INT(in.error, EBADF);
		CHECK_INT(out.error, EBADF);
		CHECK_INT(green_stream_close(end[1]), 0);
	}
}

/* What was handed over before the cancellation is received. */
MOCK_TEST(a_pair_loses_nothing_to_a_cancellation)
{
	struct green_stream *end[2];
	struct green_group g;
	char buf[8];
	struct call c = { .buf = buf, .len = 3 };
	size_t i;

	EACH_CAPACITY(i) {
		REQUIRE(open_pair(capacities[i], end));
		c.s = end[1];
		c.done = false;
		green_group_open(&g);
		CHECK_INT(green_spawn(&g, call_receive, &c), 0);
		settle();
		CHECK_INT(green_stream_send(end[0], "abc", 3), 0);
		green_group_cancel(&g, NULL);
		CHECK_INT(green_group_close(&g, 0), 0);
		CHECK_INT(c.rc, 3);
		CHECK(memcmp(buf, "abc", 3) == 0);
		streams_close(end);
	}
}

MOCK_TEST(empty_pieces_are_no_end)
{
	struct green_stream *end[2];
	struct iovec empty[2] = { { NULL, 0 }, { NULL, 0 } };
	struct green_group g;
	char buf[8];
	struct call c = { .buf = buf, .len = sizeof(buf) };

	REQUIRE(open_pair(0, end));
	c.s = end[1];
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, call_receive, &c), 0);
	settle();
	CHECK_INT(green_stream_sendv(end[0], empty, 2), 0);
	settle();
	CHECK(!c.done);
	CHECK_INT(green_stream_send(end[0], "x", 1), 0);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(c.rc, 1);
	streams_close(end);
}

PLAIN_TEST(a_pair_needs_no_loop_to_come_and_go)
{
	struct green_stream *end[2];
	int n;

	REQUIRE(open_pair(10, end));
	CHECK_ERRNO(green_stream_attr(end[0], GREEN_ATTR_FD, &n, sizeof(n)),
	    ENOTSUP);
	streams_close(end);
	CHECK_ERRNO(green_stream_pair(SIZE_MAX / 2 - 8, end), ENOMEM);
	CHECK_ERRNO(green_stream_pair(SIZE_MAX / 4, end), ENOMEM);
}

/* Two pairs, and the staple of one end of each. */
static struct green_stream *
staple(struct green_stream *out[2], struct green_stream *in[2])
{
	struct green_stream *s;

	if (!open_pair(64, out) || !open_pair(64, in))
		return (NULL);
	s = green_stream_staple(out[0], in[0]);
	CHECK(s != NULL);
	return (s);
}

MOCK_TEST(a_staple_sends_to_one_and_receives_from_the_other)
{
	struct green_stream *out[2], *in[2], *s;
	char buf[8], *line;

	REQUIRE((s = staple(out, in)) != NULL);
	CHECK_INT(green_stream_send(s, "out", 3), 0);
	CHECK_INT(green_stream_receive(out[1], buf, sizeof(buf)), 3);
	CHECK_INT(green_stream_send(in[1], "line\nin", 7), 0);
	CHECK_INT(green_stream_receive_line(s, 99, &line), 1);
	CHECK_STR(line, "line");
	CHECK_INT(green_stream_receive(s, buf, sizeof(buf)), 2);
	CHECK_INT(green_stream_send_eof(s), 0);
	CHECK_INT(green_stream_receive(out[1], buf, sizeof(buf)), 0);
	CHECK_INT(green_stream_send(in[1], "more", 4), 0);
	CHECK_INT(green_stream_receive(s, buf, sizeof(buf)), 4);
	CHECK_INT(green_stream_close(s), 0);
	CHECK_ERRNO(green_stream_send(in[1], "x", 1), EPIPE);
	CHECK_INT(green_stream_close(in[1]), 0);
	CHECK_INT(green_stream_close(out[1]), 0);
}

/* What one of them has read too much goes along. */
MOCK_TEST(a_staple_begins_with_what_was_read_before)
{
	struct green_stream *out[2], *in[2], *s;
	char buf[8];

	REQUIRE(open_pair(64, out) && open_pair(64, in));
	CHECK_INT(green_stream_unread(in[0], "kept", 4), 0);
	REQUIRE(CHECK((s = green_stream_staple(out[0], in[0])) != NULL));
	CHECK_INT(green_stream_receive(s, buf, sizeof(buf)), 4);
	CHECK_INT(green_stream_close(s), 0);
	CHECK_INT(green_stream_close(in[1]), 0);
	CHECK_INT(green_stream_close(out[1]), 0);
}

/* A half that knows of a family and a port, and cannot be closed well. */
struct half {
	int	 family;
	int	 port;
	int	 code;
	int	*closed;
};

static ssize_t
half_receive(void *impl, void *buf, size_t max)
{
	(void)impl;
	(void)buf;
	(void)max;
	return (green_sleep_forever());
}

static int
half_sendv(void *impl, const struct iovec *iov, int n)
{
	(void)impl;
	(void)iov;
	(void)n;
	return (green_sleep_forever());
}

static int
half_close(void *impl, bool abort)
{
	struct half *h = impl;

	*h->closed += abort ? 10 : 1;
	errno = h->code;
	return (abort ? 0 : -1);
}

static int
half_attr(void *impl, enum green_attr a, void *value, size_t size)
{
	struct half *h = impl;
	int n = a == GREEN_ATTR_FAMILY ? h->family :
	    a == GREEN_ATTR_LOCAL_PORT ? h->port : 0;

	errno = n == 0 ? ENOTSUP : EINVAL;
	if (n == 0 || size != sizeof(n))
		return (-1);
	memcpy(value, &n, sizeof(n));
	return (0);
}

static const struct green_stream_ops half_ops = {
	.receive = half_receive,
	.sendv = half_sendv,
	.close = half_close,
	.attr = half_attr
};

/* One that cannot do it itself is closed, and only that. */
MOCK_TEST(an_end_of_a_staple_closes_what_cannot_end)
{
	int closed = 0, n;
	struct half out = { .port = 2, .code = EIO, .closed = &closed };
	struct half in = { .family = 1, .code = EDOM, .closed = &closed };
	struct green_stream *s;

	s = green_stream_staple(green_stream_new(&half_ops, &out),
	    green_stream_new(&half_ops, &in));
	REQUIRE(CHECK(s != NULL));
	CHECK_ERRNO(green_stream_send_eof(s), EIO);
	CHECK_INT(closed, 1);
	CHECK_ERRNO(green_stream_attr(s, GREEN_ATTR_LOCAL_PORT, &n, sizeof(n)),
	    ENOTSUP);
	CHECK_ERRNO(green_stream_close(s), EDOM);
	CHECK_INT(closed, 2);
}

/* Closed in vain, there is nothing to send to all the same. */
MOCK_TEST(a_staple_whose_end_has_failed_sends_no_more)
{
	int closed = 0;
	struct half out = { .code = EIO, .closed = &closed };
	struct half in = { .code = EDOM, .closed = &closed };
	struct green_stream *s;

	s = green_stream_staple(green_stream_new(&half_ops, &out),
	    green_stream_new(&half_ops, &in));
	REQUIRE(CHECK(s != NULL));
	CHECK_ERRNO(green_stream_send_eof(s), EIO);
	CHECK_ERRNO(green_stream_send(s, "x", 1), EPIPE);
	CHECK_INT(green_stream_send_eof(s), 0);
	CHECK_INT(closed, 1);
	green_stream_abort(s);
}

/* It cannot end, which it finds out while it is closed. */
static int
half_send_eof(void *impl)
{
	(void)impl;
	(void)!green_sleep_forever();
	errno = ENOTSUP;
	return (-1);
}

static int
call_send_eof(void *call)
{
	struct call *c = call;

	c->rc = green_stream_send_eof(c->s);
	c->error = errno;
	return (0);
}

MOCK_TEST(a_staple_closed_while_it_ends_closes_nothing_twice)
{
	struct green_stream_ops ops = half_ops;
	int closed = 0;
	struct half out = { .code = EIO, .closed = &closed };
	struct half in = { .code = EDOM, .closed = &closed };
	struct green_group g;
	struct call c;

	ops.send_eof = half_send_eof;
	c.s = green_stream_staple(green_stream_new(&ops, &out),
	    green_stream_new(&half_ops, &in));
	REQUIRE(CHECK(c.s != NULL));
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, call_send_eof, &c), 0);
	settle();
	green_stream_abort(c.s);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(c.rc, -1);
	CHECK_INT(closed, 20);
}

MOCK_TEST(a_staple_closes_both_even_when_one_fails)
{
	int closed = 0;
	struct half out = { .code = EIO, .closed = &closed };
	struct half in = { .code = EDOM, .closed = &closed };
	struct green_stream *s;

	s = green_stream_staple(green_stream_new(&half_ops, &out),
	    green_stream_new(&half_ops, &in));
	REQUIRE(CHECK(s != NULL));
	CHECK_ERRNO(green_stream_close(s), EIO);
	CHECK_INT(closed, 2);
	s = green_stream_staple(green_stream_new(&half_ops, &out),
	    green_stream_new(&half_ops, &in));
	REQUIRE(CHECK(s != NULL));
	green_stream_abort(s);
	CHECK_INT(closed, 22);
}

MOCK_TEST(facts_about_a_staple_are_the_receiving_sides_first)
{
	int closed = 0, n;
	struct half out = { .family = 1, .port = 2, .closed = &closed };
	struct half in = { .family = 3, .closed = &closed };
	struct green_stream *s;

	s = green_stream_staple(green_stream_new(&half_ops, &out),
	    green_stream_new(&half_ops, &in));
	REQUIRE(CHECK(s != NULL));
	CHECK_INT(green_stream_attr(s, GREEN_ATTR_FAMILY, &n, sizeof(n)), 0);
	CHECK_INT(n, 3);
	CHECK_INT(green_stream_attr(s, GREEN_ATTR_LOCAL_PORT, &n, sizeof(n)),
	    0);
	CHECK_INT(n, 2);
	CHECK_ERRNO(green_stream_attr(s, GREEN_ATTR_FAMILY, &n, 1), EINVAL);
	CHECK_ERRNO(green_stream_attr(s, GREEN_ATTR_FD, &n, sizeof(n)),
	    ENOTSUP);
	green_stream_abort(s);
}

MOCK_TEST(closing_a_staple_under_its_users_is_ebadf)
{
	struct green_stream *out[2], *in[2];
	struct green_group g;
	char buf[8];
	struct call c[2] = { { .buf = buf, .len = 8 }, { .len = 1000 } };

	REQUIRE((c[0].s = c[1].s = staple(out, in)) != NULL);
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, call_receive, &c[0]), 0);
	CHECK_INT(green_spawn(&g, call_send, &c[1]), 0);
	settle();
	CHECK_ERRNO(green_stream_receive(c[0].s, buf, 1), EBUSY);
	CHECK_ERRNO(green_stream_send(c[0].s, buf, 1), EBUSY);
	CHECK_INT(green_stream_close(c[0].s), 0);
	/* Not yet gone, as they are still inside. */
	CHECK_ERRNO(green_stream_receive_exactly(c[0].s, buf, 1), EBADF);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(c[0].error, EBADF);
	CHECK_INT(c[1].error, EBADF);
	CHECK_INT(green_stream_close(in[1]), 0);
	CHECK_INT(green_stream_close(out[1]), 0);
}

MOCK_TEST(a_stream_can_be_stapled_to_itself)
{
	struct green_stream *end[2], *s;
	char buf[8];

	REQUIRE(open_pair(8, end));
	REQUIRE(CHECK((s = green_stream_staple(end[0], end[0])) != NULL));
	CHECK_INT(green_stream_send(s, "x", 1), 0);
	CHECK_INT(green_stream_send(end[1], "yz", 2), 0);
	CHECK_INT(green_stream_receive(s, buf, sizeof(buf)), 2);
	CHECK_INT(green_stream_close(s), 0);
	CHECK_INT(green_stream_close(end[1]), 0);
}

CU_TestInfo pair_tests[] = {
	CLAIM(a_rendezvous_is_over_when_all_is_received),
	CLAIM(a_pair_holds_its_capacity_and_no_more),
	CLAIM(bytes_come_in_order_in_pieces_of_any_size),
	CLAIM(what_was_sent_outlives_its_sender),
	CLAIM(closing_a_pair_wakes_the_other_end),
	CLAIM(closing_a_pair_under_oneself_is_ebadf),
	CLAIM(a_pair_loses_nothing_to_a_cancellation),
	CLAIM(empty_pieces_are_no_end),
	CLAIM(a_pair_needs_no_loop_to_come_and_go),
	CLAIM(a_staple_sends_to_one_and_receives_from_the_other),
	CLAIM(a_staple_begins_with_what_was_read_before),
	CLAIM(an_end_of_a_staple_closes_what_cannot_end),
	CLAIM(a_staple_whose_end_has_failed_sends_no_more),
	CLAIM(a_staple_closed_while_it_ends_closes_nothing_twice),
	CLAIM(a_staple_closes_both_even_when_one_fails),
	CLAIM(facts_about_a_staple_are_the_receiving_sides_first),
	CLAIM(closing_a_staple_under_its_users_is_ebadf),
	CLAIM(a_stream_can_be_stapled_to_itself),
	CU_TEST_INFO_NULL
};
