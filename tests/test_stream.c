/*
 * Streams, on sockets: what is sent arrives, in both directions; and all the
 * ways in which a call on one ends.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <sys/socket.h>

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "streams.h"
#include "tasks.h"

#define MUCH	(8 << 20)	/* more than any socket holds */

static void
exchange(struct green_stream *end[2])
{
	char buf[16];

	CHECK_INT(green_stream_send(end[0], "question", 8), 0);
	CHECK_INT(green_stream_receive(end[1], buf, sizeof(buf)), 8);
	CHECK(memcmp(buf, "question", 8) == 0);
	CHECK_INT(green_stream_send(end[1], "answer", 6), 0);
	CHECK_INT(green_stream_receive(end[0], buf, 2), 2);
	CHECK_INT(green_stream_receive(end[0], buf + 2, sizeof(buf) - 2), 4);
	CHECK(memcmp(buf, "answer", 6) == 0);
}

GREEN_TEST(what_is_sent_is_received)
{
	struct green_stream *end[2];

	REQUIRE(streams_open(end));
	exchange(end);
	streams_close(end);
	REQUIRE(streams_open_local(end));
	exchange(end);
	streams_close(end);
}

GREEN_TEST(an_end_is_0_again_and_again)
{
	struct green_stream *end[2];
	char buf[8];

	REQUIRE(streams_open(end));
	CHECK_INT(green_stream_send(end[0], "last", 4), 0);
	CHECK_INT(green_stream_close(end[0]), 0);
	CHECK_INT(green_stream_receive(end[1], buf, sizeof(buf)), 4);
	CHECK_INT(green_stream_receive(end[1], buf, sizeof(buf)), 0);
	CHECK_INT(green_stream_receive(end[1], buf, sizeof(buf)), 0);
	CHECK_INT(green_stream_close(end[1]), 0);
}

GREEN_TEST(after_eof_the_other_way_goes_on)
{
	struct green_stream *end[2];
	char buf[8];

	REQUIRE(streams_open(end));
	CHECK_INT(green_stream_send_eof(end[0]), 0);
	CHECK_INT(green_stream_receive(end[1], buf, sizeof(buf)), 0);
	CHECK_INT(green_stream_send(end[1], "still", 5), 0);
	CHECK_INT(green_stream_receive(end[0], buf, sizeof(buf)), 5);
	streams_close(end);
}

GREEN_TEST(sending_after_eof_is_epipe_and_eof_twice_nothing)
{
	struct green_stream *end[2];
	struct iovec iov = { .iov_base = (void *)"x", .iov_len = 1 };

	REQUIRE(streams_open(end));
	CHECK_INT(green_stream_send_eof(end[0]), 0);
	CHECK_INT(green_stream_send_eof(end[0]), 0);
	CHECK_ERRNO(green_stream_send(end[0], "x", 1), EPIPE);
	CHECK_ERRNO(green_stream_sendv(end[0], &iov, 1), EPIPE);
	streams_close(end);
}

GREEN_TEST(receiving_into_nothing_is_einval_sending_nothing_is_done)
{
	struct green_stream *end[2];
	struct iovec empty[2] = { { NULL, 0 }, { NULL, 0 } };
	char buf[8];

	REQUIRE(streams_open(end));
	CHECK_ERRNO(green_stream_receive(end[0], buf, 0), EINVAL);
	CHECK_INT(green_stream_send(end[0], "", 0), 0);
	CHECK_INT(green_stream_sendv(end[0], empty, 0), 0);
	CHECK_INT(green_stream_sendv(end[0], empty, 2), 0);
	CHECK_ERRNO(green_stream_sendv(end[0], empty, -1), EINVAL);
	streams_close(end);
}

GREEN_TEST(a_second_task_in_a_direction_is_ebusy)
{
	struct green_stream *end[2];
	struct green_group g;
	char buf[8], *line;
	struct call in = { .buf = buf, .len = sizeof(buf) };
	struct call out = { .len = MUCH };

	REQUIRE(streams_open(end));
	in.s = out.s = end[0];
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, call_receive, &in), 0);
	CHECK_INT(green_spawn(&g, call_send, &out), 0);
	settle();
	CHECK_ERRNO(green_stream_receive(end[0], buf, 1), EBUSY);
	CHECK_ERRNO(green_stream_receive_line(end[0], 100, &line), EBUSY);
	CHECK_ERRNO(green_stream_unread(end[0], "x", 1), EBUSY);
	CHECK_ERRNO(green_stream_send(end[0], "x", 1), EBUSY);
	CHECK_ERRNO(green_stream_send_eof(end[0]), EBUSY);
	CHECK(!in.done && !out.done);
	green_group_cancel(&g, NULL);
	CHECK_INT(green_group_close(&g, 0), 0);
	streams_close(end);
}

GREEN_TEST(much_goes_both_ways_at_once)
{
	struct green_stream *end[2];
	char *buf = malloc(2 * MUCH);
	struct call c[4] = {
		{ .len = MUCH }, { .len = MUCH },
		{ .buf = buf, .len = MUCH }, { .buf = buf + MUCH, .len = MUCH }
	};
	struct green_group g;
	int i;

	REQUIRE(streams_open(end));
	green_group_open(&g);
	for (i = 0; i < 4; i++) {
		c[i].s = end[i % 2];
		CHECK_INT(green_spawn(&g, i < 2 ? call_send :
		    call_receive_exactly, &c[i]), 0);
	}
	CHECK_INT(green_group_close(&g, 0), 0);
	for (i = 0; i < 4; i++)
		CHECK_INT(c[i].rc, i < 2 ? 0 : MUCH);
	streams_close(end);
	free(buf);
}

/* A task is inside; another one closes. */
static void
close_under(green_fn *fn, struct call *c, bool abort)
{
	struct green_stream *end[2];
	struct green_group g;

	REQUIRE(streams_open(end));
	c->s = end[0];
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, fn, c), 0);
	settle();
	CHECK(!c->done);
	if (abort)
		green_stream_abort(end[0]);
	else
		CHECK_INT(green_stream_close(end[0]), 0);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(c->rc, -1);
	CHECK_INT(c->error, EBADF);
	CHECK_INT(green_stream_close(end[1]), 0);
}

GREEN_TEST(own_close_gives_ebadf_to_whoever_is_inside)
{
	char buf[8];

	close_under(call_receive,
	    &(struct call){ .buf = buf, .len = 8 }, false);
	close_under(call_receive,
	    &(struct call){ .buf = buf, .len = 8 }, true);
	close_under(call_receive_exactly,
	    &(struct call){ .buf = buf, .len = 8 }, false);
	close_under(call_receive_line, &(struct call){ .len = 8 }, false);
	close_under(call_send, &(struct call){ .len = MUCH }, false);
	close_under(call_send, &(struct call){ .len = MUCH }, true);
}

static void
reset(struct green_stream *s)
{
	struct linger l = { .l_onoff = 1, .l_linger = 0 };
	int fd;

	CHECK_INT(green_stream_attr(s, GREEN_ATTR_FD, &fd, sizeof(fd)), 0);
	CHECK_INT(setsockopt(fd, SOL_SOCKET, SO_LINGER, &l, sizeof(l)), 0);
	CHECK_INT(green_stream_close(s), 0);
}

GREEN_TEST(a_reset_is_econnreset)
{
	struct green_stream *end[2];
	struct green_group g;
	char buf[8];
	struct call c = { .buf = buf, .len = sizeof(buf) };

	REQUIRE(streams_open(end));
	reset(end[0]);
	CHECK_ERRNO(green_stream_receive(end[1], buf, sizeof(buf)),
	    ECONNRESET);
	CHECK_INT(green_stream_close(end[1]), 0);

	REQUIRE(streams_open(end));
	c.s = end[1];
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, call_receive, &c), 0);
	settle();
	reset(end[0]);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(c.rc, -1);
	CHECK_INT(c.error, ECONNRESET);
	CHECK_INT(green_stream_close(end[1]), 0);
}

GREEN_TEST(a_reset_that_a_send_was_told_of_is_not_the_end_for_a_receive)
{
	struct green_stream *end[2];
	char buf[8];
	int i;

	/* By each of the calls that send. */
	for (i = 0; i < 2; i++) {
		struct iovec iov = { .iov_base = (void *)"x", .iov_len = 1 };
		int rc;

		REQUIRE(streams_open(end));
		reset(end[0]);
		rc = i == 0 ? green_stream_send(end[1], "x", 1) :
		    green_stream_sendv(end[1], &iov, 1);
		CHECK(rc == -1 && (errno == EPIPE || errno == ECONNRESET));
		CHECK_ERRNO(green_stream_receive(end[1], buf, sizeof(buf)),
		    ECONNRESET);
		CHECK_INT(green_stream_close(end[1]), 0);
	}
}

/* With SIGPIPE's default action, which would end the program. */
GREEN_TEST(sending_to_nobody_fails_without_a_signal)
{
	struct iovec iov = { .iov_base = (void *)"x", .iov_len = 1 };
	struct green_stream *end[2];
	int i, rc = 0;

	REQUIRE(streams_open_local(end));
	CHECK_INT(green_stream_close(end[1]), 0);
	CHECK_ERRNO(green_stream_send(end[0], "x", 1), EPIPE);
	CHECK_ERRNO(green_stream_sendv(end[0], &iov, 1), EPIPE);
	CHECK_INT(green_stream_close(end[0]), 0);

	REQUIRE(streams_open(end));
	CHECK_INT(green_stream_close(end[1]), 0);
	for (i = 0; i < 100 && rc == 0; i++) {
		rc = green_stream_send(end[0], "x", 1);
		if (rc == 0)
			CHECK_INT(green_sleep(GREEN_MSEC), 0);
	}
	CHECK(rc == -1 && (errno == EPIPE || errno == ECONNRESET));
	CHECK_INT(green_stream_close(end[0]), 0);
}

GREEN_TEST(a_cancelled_receive_has_taken_nothing)
{
	struct green_stream *end[2];
	struct green_scope s;
	char buf[8];

	REQUIRE(streams_open(end));
	green_move_on_after(&s, 5 * GREEN_MSEC);
	CHECK_INT(green_scope_close(&s, green_stream_receive(end[0], buf,
	    sizeof(buf))), 0);
	CHECK(green_scope_caught(&s));
	CHECK_INT(green_stream_send(end[1], "data", 4), 0);
	CHECK_INT(green_sleep(GREEN_MSEC), 0);
	green_scope_open(&s);
	green_scope_cancel(&s, NULL);
	CHECK_ERRNO(green_stream_receive(end[0], buf, sizeof(buf)), ECANCELED);
	CHECK_ERRNO(green_stream_send(end[0], "x", 1), ECANCELED);
	CHECK_ERRNO(green_stream_send_eof(end[0]), ECANCELED);
	CHECK_INT(green_scope_close(&s, 0), 0);
	CHECK_INT(green_stream_receive(end[0], buf, sizeof(buf)), 4);
	streams_close(end);
}

GREEN_TEST(sending_much_can_be_cancelled)
{
	struct green_stream *end[2];
	struct green_group g;
	struct call c = { .len = MUCH };
	char buf[65536];
	size_t got = 0;
	ssize_t n;

	REQUIRE(streams_open(end));
	c.s = end[0];
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, call_send, &c), 0);
	CHECK_INT(green_sleep(5 * GREEN_MSEC), 0);
	CHECK(!c.done);
	green_group_cancel(&g, NULL);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(c.rc, -1);
	CHECK_INT(c.error, ECANCELED);
	CHECK_INT(green_stream_close(end[0]), 0);
	while ((n = green_stream_receive(end[1], buf, sizeof(buf))) > 0)
		got += (size_t)n;
	CHECK_INT(n, 0);
	CHECK(got > 0 && got < MUCH);
	CHECK_INT(green_stream_close(end[1]), 0);
}

/* Pieces of 0, 1, ... 7 bytes, with the low bits of their place in them. */
GREEN_TEST(more_pieces_than_the_kernel_takes_go_in_one_call)
{
	enum { N = 4 * 1024 + 3, LARGE = 1 << 20 };
	static char text[N + 8];
	struct iovec *iov = calloc(N + 1, sizeof(*iov));
	char *large = calloc(1, LARGE), *got;
	struct green_stream *end[2];
	struct green_group g;
	struct call c;
	size_t len = 0, at = 0;
	int i;

	for (i = 0; i < N + 8; i++)
		text[i] = (char)i;
	for (i = 0; i < N; i++) {
		iov[i].iov_base = text + i;
		iov[i].iov_len = (size_t)i % 8;
		len += iov[i].iov_len;
	}
	/* The last one is sent in parts. */
	iov[N].iov_base = large;
	iov[N].iov_len = LARGE;
	got = malloc(len + LARGE);
	c = (struct call){ .buf = got, .len = len + LARGE };
	if (streams_open(end)) {
		c.s = end[1];
		green_group_open(&g);
		CHECK_INT(green_spawn(&g, call_receive_exactly, &c), 0);
		CHECK_INT(green_stream_sendv(end[0], iov, N + 1), 0);
		CHECK_INT(green_group_close(&g, 0), 0);
		CHECK_INT(c.rc, len + LARGE);
		for (i = 0; i < N; at += iov[i++].iov_len)
			if (memcmp(got + at, iov[i].iov_base, iov[i].iov_len))
				break;
		CHECK_INT(i, N);
		streams_close(end);
	}
	free(got);
	free(large);
	free(iov);
}

GREEN_TEST(printf_sends_texts_of_any_length)
{
	struct green_stream *end[2];
	char buf[3001];

	REQUIRE(streams_open(end));
	CHECK_INT(green_stream_printf(end[0], "%d %s\n", 12, "monkeys"), 0);
	CHECK_INT(green_stream_receive_exactly(end[1], buf, 11), 11);
	CHECK(memcmp(buf, "12 monkeys\n", 11) == 0);
	CHECK_INT(green_stream_printf(end[0], "%3000d!", 7), 0);
	CHECK_INT(green_stream_receive_exactly(end[1], buf, 3001), 3001);
	CHECK(memcmp(buf + 2998, " 7!", 3) == 0);
	streams_close(end);
}

/* What never has to wait gives way all the same. */
GREEN_TEST(a_busy_stream_starves_nobody)
{
	struct green_stream *end[2];
	struct green_group g;
	int i, turns = 0;
	char c;

	REQUIRE(streams_open(end));
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, count_turns, &turns), 0);
	for (i = 0; i < 1000; i++)
		if (green_stream_send(end[0], "x", 1) == -1 ||
		    green_stream_receive(end[1], &c, 1) != 1)
			break;
	CHECK_INT(i, 1000);
	CHECK(turns >= 10);
	green_group_cancel(&g, NULL);
	CHECK_INT(green_group_close(&g, 0), 0);
	streams_close(end);
}

GREEN_TEST(close_takes_null_and_keeps_errno)
{
	struct green_stream *end[2];

	REQUIRE(streams_open(end));
	errno = ERANGE;
	CHECK_INT(green_stream_close(NULL), 0);
	green_stream_abort(NULL);
	streams_close(end);
	CHECK_INT(errno, ERANGE);
}

/* Cancelled or not, closing does its work. */
GREEN_TEST(close_works_in_a_cancelled_scope)
{
	struct green_stream *end[2];
	struct green_scope s;
	char c;

	REQUIRE(streams_open(end));
	green_scope_open(&s);
	green_scope_cancel(&s, NULL);
	CHECK_INT(green_stream_close(end[0]), 0);
	CHECK_INT(green_scope_close(&s, 0), 0);
	CHECK_INT(green_stream_receive(end[1], &c, 1), 0);
	CHECK_INT(green_stream_close(end[1]), 0);
}

static int
open_pair(void *end)
{
	return (streams_open(end) ? 0 : -1);
}

PLAIN_TEST(streams_outlive_their_loop_only_to_be_closed)
{
	struct green_stream *end[2];
	char c;

	REQUIRE(CHECK_INT(IN_LOOP(open_pair, end, NULL), 0));
	CHECK_ERRNO(green_stream_receive(end[0], &c, 1), EPERM);
	CHECK_ERRNO(green_stream_send(end[0], "x", 1), EPERM);
	streams_close(end);
}

GREEN_TEST(facts_about_a_connection)
{
	struct green_stream *end[2];
	struct sockaddr_storage sa;
	int fd, family, here, there, n;
	struct green_cred cred;
	const char *text;

	REQUIRE(streams_open(end));
	CHECK_INT(green_stream_attr(end[0], GREEN_ATTR_FD, &fd, sizeof(fd)), 0);
	CHECK(fd > 2);
	CHECK_INT(green_stream_attr(end[0], GREEN_ATTR_FAMILY, &family,
	    sizeof(family)), 0);
	CHECK_INT(family, AF_INET);
	CHECK_INT(green_stream_attr(end[0], GREEN_ATTR_LOCAL_PORT, &here,
	    sizeof(here)), 0);
	CHECK_INT(green_stream_attr(end[1], GREEN_ATTR_REMOTE_PORT, &there,
	    sizeof(there)), 0);
	CHECK(here > 0 && here == there);
	CHECK_INT(green_stream_attr(end[0], GREEN_ATTR_LOCAL_ADDR, &sa,
	    sizeof(sa)), 0);
	CHECK_INT(sa.ss_family, AF_INET);
	CHECK_INT(green_stream_attr(end[0], GREEN_ATTR_REMOTE_ADDR, &sa,
	    sizeof(sa)), 0);
	CHECK_ERRNO(green_stream_attr(end[0], GREEN_ATTR_REMOTE_ADDR, &sa,
	    sizeof(struct sockaddr)), EINVAL);
	CHECK_ERRNO(green_stream_attr(end[0], GREEN_ATTR_FD, &n, 1), EINVAL);
	CHECK_ERRNO(green_stream_attr(end[0], GREEN_ATTR_FD, NULL,
	    sizeof(n)), EINVAL);
	CHECK_ERRNO(green_stream_attr(end[0], GREEN_ATTR_PEER_CRED, &cred,
	    sizeof(cred)), ENOTSUP);
	CHECK_ERRNO(green_stream_attr(end[0], GREEN_ATTR_TLS_VERSION, &text,
	    sizeof(text)), ENOTSUP);
	streams_close(end);

	REQUIRE(streams_open_local(end));
	CHECK_INT(green_stream_attr(end[0], GREEN_ATTR_PEER_CRED, &cred,
	    sizeof(cred)), 0);
	CHECK_INT(cred.uid, geteuid());
	CHECK_INT(cred.gid, getegid());
	CHECK(cred.pid == getpid() || cred.pid == -1);
	CHECK_ERRNO(green_stream_attr(end[0], GREEN_ATTR_LOCAL_PORT, &n,
	    sizeof(n)), ENOTSUP);
	streams_close(end);
}

CU_TestInfo stream_tests[] = {
	CLAIM(what_is_sent_is_received),
	CLAIM(an_end_is_0_again_and_again),
	CLAIM(after_eof_the_other_way_goes_on),
	CLAIM(sending_after_eof_is_epipe_and_eof_twice_nothing),
	CLAIM(receiving_into_nothing_is_einval_sending_nothing_is_done),
	CLAIM(a_second_task_in_a_direction_is_ebusy),
	CLAIM(much_goes_both_ways_at_once),
	CLAIM(own_close_gives_ebadf_to_whoever_is_inside),
	CLAIM(a_reset_is_econnreset),
	CLAIM(a_reset_that_a_send_was_told_of_is_not_the_end_for_a_receive),
	CLAIM(sending_to_nobody_fails_without_a_signal),
	CLAIM(a_cancelled_receive_has_taken_nothing),
	CLAIM(sending_much_can_be_cancelled),
	CLAIM(more_pieces_than_the_kernel_takes_go_in_one_call),
	CLAIM(printf_sends_texts_of_any_length),
	CLAIM(a_busy_stream_starves_nobody),
	CLAIM(close_takes_null_and_keeps_errno),
	CLAIM(close_works_in_a_cancelled_scope),
	CLAIM(streams_outlive_their_loop_only_to_be_closed),
	CLAIM(facts_about_a_connection),
	CU_TEST_INFO_NULL
};
