/*
 * Copies and joins: all of it goes over, what was read before first; ends are
 * passed on; and whatever ends a copy before its time, nothing is lost.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <sys/socket.h>

#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "pair.h"
#include "streams.h"
#include "tasks.h"

#define MUCH	(24 << 20)	/* more than two sockets hold */

/* A call in a task. */
struct copying {
	struct green_stream *to, *from;
	int64_t	 idle;		/* of a join */
	int64_t	 copied[2];
	bool	 done;
	int64_t	 rc;
	int	 error;
};

static int
call_copy(void *arg)
{
	struct copying *c = arg;

	c->rc = green_stream_copy(c->to, c->from);
	c->error = errno;
	c->done = true;
	return (0);
}

static int
call_join(void *arg)
{
	struct copying *c = arg;

	c->rc = green_stream_join(c->to, c->from, c->idle, c->copied);
	c->error = errno;
	c->done = true;
	return (0);
}

/* Two connections: near[0] to near[1], which is copied to or joined with
   far[0], and from there to far[1]. */
struct chain {
	struct green_stream *near[2], *far[2];
};
/* What it is made of.  Only the descriptors hold much; pipes go one way. */
enum kind { TCP, UNIX, PIPES, MEMORY, KINDS };
#define EACH_KIND(kind)		for (kind = TCP; kind < KINDS; kind++)

static bool
open_pipe(struct green_stream *end[2])
{
	int fd[2];

	return (CHECK(pair_open_pipe(fd)) &&
	    CHECK((end[0] = green_stream_from_fd(fd[1])) != NULL) &&
	    CHECK((end[1] = green_stream_from_fd(fd[0])) != NULL));
}

static bool
open_chain(struct chain *c, enum kind kind)
{
	switch (kind) {
	case TCP:
		return (streams_open(c->near) && streams_open(c->far));
	case UNIX:
		return (streams_open_local(c->near) &&
		    streams_open_local(c->far));
	case PIPES:
		return (open_pipe(c->near) && open_pipe(c->far));
	default:
		return (CHECK_INT(green_stream_pair(0, c->near), 0) &&
		    CHECK_INT(green_stream_pair(100, c->far), 0));
	}
}

static void
close_chain(struct chain *c)
{
	streams_close(c->near);
	streams_close(c->far);
}

/* The byte at a place of what is sent. */
static char
byte_at(int64_t at)
{
	return ((char)(at ^ at >> 8 ^ at >> 16));
}

struct source {
	struct green_stream *s;
	int64_t	 len;
};

static int
send_source(void *arg)
{
	struct source *so = arg;
	char buf[10000];
	int64_t at = 0, n, i;

	while (at < so->len) {
		n = so->len - at < (int64_t)sizeof(buf) ? so->len - at :
		    (int64_t)sizeof(buf);
		for (i = 0; i < n; i++)
			buf[i] = byte_at(at + i);
		if (green_stream_send(so->s, buf, (size_t)n) == -1)
			return (-1);
		at += n;
	}
	return (green_stream_send_eof(so->s));
}

/* Receive up to the end, or len bytes; how many came, or -1: not those. */
static int64_t
receive_source(struct green_stream *s, int64_t at, int64_t len)
{
	static char buf[100000];
	ssize_t n = 1, i;

	while (at < len && n > 0) {
		n = green_stream_receive(s, buf, len - at <
		    (int64_t)sizeof(buf) ? (size_t)(len - at) : sizeof(buf));
		for (i = 0; i < n; i++)
			if (buf[i] != byte_at(at + i))
				return (-1);
		at += n;
	}
	return (n == -1 ? -1 : at);
}

GREEN_TEST(a_copy_is_all_of_it)
{
	static const int64_t lengths[] = { 0, 1, 4096, 300000, MUCH };
	struct chain ch;
	struct green_group g;
	size_t i;
	enum kind kind;

	EACH_KIND(kind)
		for (i = 0; i < sizeof(lengths) / sizeof(*lengths); i++) {
			if (kind == MEMORY && lengths[i] == MUCH)
				break;
			REQUIRE(open_chain(&ch, kind));
			struct source so = { ch.near[0], lengths[i] };
			struct copying c = { .to = ch.far[0], .from = ch.near[1] };
			green_group_open(&g);
			CHECK_INT(green_spawn(&g, send_source, &so), 0);
			CHECK_INT(green_spawn(&g, call_copy, &c), 0);
			CHECK_INT(receive_source(ch.far[1], 0, lengths[i]),
			    lengths[i]);
			CHECK_INT(green_group_close(&g, 0), 0);
			CHECK_INT(c.rc, lengths[i]);
			/* The end is not passed on. */
			CHECK_INT(green_stream_send(ch.far[0], "x", 0), 0);
			close_chain(&ch);
		}
}

GREEN_TEST(a_copy_begins_with_what_was_read_before)
{
	struct chain ch;
	char buf[16], *line;
	enum kind kind;

	for (kind = TCP; kind < PIPES; kind++) {
		REQUIRE(open_chain(&ch, kind));
		CHECK_INT(green_stream_send(ch.near[0], "head\nbody", 9), 0);
		CHECK_INT(green_stream_receive_line(ch.near[1], 99, &line), 1);
		CHECK_INT(green_stream_unread(ch.near[1], "a ", 2), 0);
		CHECK_INT(green_stream_send_eof(ch.near[0]), 0);
		CHECK_INT(green_stream_copy(ch.far[0], ch.near[1]), 6);
		CHECK_INT(green_stream_receive_exactly(ch.far[1], buf, 6), 6);
		CHECK(memcmp(buf, "a body", 6) == 0);
		close_chain(&ch);
	}
}

/* Echo: one stream, to and from. */
GREEN_TEST(a_stream_can_be_copied_to_itself)
{
	struct green_stream *end[2];
	struct green_group g;

	REQUIRE(streams_open(end));
	struct source so = { end[0], 3000000 };
	struct copying c = { .to = end[1], .from = end[1] };
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, send_source, &so), 0);
	CHECK_INT(green_spawn(&g, call_copy, &c), 0);
	CHECK_INT(receive_source(end[0], 0, so.len), so.len);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(c.rc, so.len);
	streams_close(end);
}

/* The copy is cancelled again and again, wherever it is, and nobody notices. */
GREEN_TEST(a_cancelled_copy_loses_nothing)
{
	struct chain ch;
	struct green_group g, copies;
	int64_t got, next, len;
	enum kind kind;
	int i, turns;

	EACH_KIND(kind) {
		REQUIRE(open_chain(&ch, kind));
		len = kind == MEMORY ? 300000 : MUCH;
		struct source so = { ch.near[0], len };
		struct copying c = { .to = ch.far[0], .from = ch.near[1] };
		green_group_open(&g);
		CHECK_INT(green_spawn(&g, send_source, &so), 0);
		for (i = 0, got = 0; got < len; i++) {
			c.done = false;
			green_group_open(&copies);
			CHECK_INT(green_spawn(&copies, call_copy, &c), 0);
			/* First until it cannot go on, then at any moment. */
			if (i < 5)
				CHECK_INT(green_sleep(2 * GREEN_MSEC), 0);
			for (turns = 0; turns < i % 7; turns++)
				CHECK_INT(green_checkpoint(), 0);
			next = got + len / 50 + 1;
			got = receive_source(ch.far[1], got, next < len ?
			    next : len);
			if (!CHECK(got != -1))
				break;
			if (!c.done)
				green_group_cancel(&copies, NULL);
			CHECK_INT(green_group_close(&copies, 0), 0);
			if (c.rc == -1)
				CHECK_INT(c.error, ECANCELED);
		}
		CHECK_INT(got, len);
		green_group_cancel(&g, NULL);
		CHECK_INT(green_group_close(&g, 0), 0);
		close_chain(&ch);
	}
}

GREEN_TEST(a_copy_cancelled_at_a_full_pipe_sends_nothing_twice)
{
	static char much[200000];
	struct copying c;
	struct chain ch;
	struct green_group g;
	size_t i;

	REQUIRE(open_chain(&ch, PIPES));
	for (i = 0; i < sizeof(much); i++)
		much[i] = byte_at((int64_t)i);
	CHECK_INT(green_stream_unread(ch.near[1], much, sizeof(much)), 0);
	c = (struct copying){ .to = ch.far[0], .from = ch.near[1] };
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, call_copy, &c), 0);
	settle();
	CHECK(!c.done);
	green_group_cancel(&g, NULL);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(c.error, ECANCELED);
	CHECK(green_stream_buffered(ch.near[1]) < sizeof(much));
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, call_copy, &c), 0);
	CHECK_INT(receive_source(ch.far[1], 0, sizeof(much)), sizeof(much));
	green_group_cancel(&g, NULL);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(green_stream_buffered(ch.near[1]), 0);
	close_chain(&ch);
}

/* Who listened has gone, much is under way: what was not sent is kept. */
GREEN_TEST(a_copy_to_nobody_keeps_what_is_left)
{
	struct chain ch;
	struct green_group g;
	int64_t got;
	enum kind kind;

	for (kind = TCP; kind < MEMORY; kind++) {
		REQUIRE(open_chain(&ch, kind));
		struct source so = { ch.near[0], MUCH };
		struct copying c = { .to = ch.far[0], .from = ch.near[1] };
		green_group_open(&g);
		CHECK_INT(green_spawn(&g, send_source, &so), 0);
		CHECK_INT(green_spawn(&g, call_copy, &c), 0);
		got = receive_source(ch.far[1], 0, MUCH / 2);
		CHECK_INT(got, MUCH / 2);
		CHECK_INT(green_sleep(5 * GREEN_MSEC), 0);
		CHECK(!c.done);
		CHECK_INT(green_stream_close(ch.far[1]), 0);
		while (!c.done && green_sleep(GREEN_MSEC) == 0)
			continue;
		CHECK_INT(c.rc, -1);
		CHECK(c.error == EPIPE || c.error == ECONNRESET);
		CHECK(green_stream_buffered(ch.near[1]) > 0);
		green_group_cancel(&g, NULL);
		CHECK_INT(green_group_close(&g, 0), 0);
		CHECK_INT(green_stream_close(ch.far[0]), 0);
		streams_close(ch.near);
	}
}

GREEN_TEST(a_copy_ends_with_either_stream)
{
	struct chain ch;
	struct green_group g;
	enum kind kind;
	int i;

	EACH_KIND(kind)
		for (i = 0; i < 2; i++) {
			REQUIRE(open_chain(&ch, kind));
			struct source so = { ch.near[0], MUCH };
			struct copying c = { .to = ch.far[0], .from = ch.near[1] };
			green_group_open(&g);
			if (i == 0)
				CHECK_INT(green_spawn(&g, send_source, &so), 0);
			CHECK_INT(green_spawn(&g, call_copy, &c), 0);
			CHECK_INT(green_sleep(2 * GREEN_MSEC), 0);
			CHECK_ERRNO(green_stream_send(c.to, "x", 1), EBUSY);
			CHECK_ERRNO(green_stream_copy(c.from, c.from), EBUSY);
			/* It waits for room, or for something to come. */
			CHECK_INT(green_stream_close(i == 0 ? c.to : c.from),
			    0);
			settle();
			CHECK(c.done);
			CHECK_INT(c.rc, -1);
			CHECK_INT(c.error, EBADF);
			green_group_cancel(&g, NULL);
			CHECK_INT(green_group_close(&g, 0), 0);
			CHECK_INT(green_stream_close(i == 0 ? c.from : c.to),
			    0);
			CHECK_INT(green_stream_close(ch.near[0]), 0);
			CHECK_INT(green_stream_close(ch.far[1]), 0);
		}
}

GREEN_TEST(joined_streams_go_both_ways_and_pass_on_ends)
{
	struct chain ch;
	struct green_group g;
	char buf[16];
	enum kind kind;

	EACH_KIND(kind) {
		if (kind == PIPES)
			continue;
		REQUIRE(open_chain(&ch, kind));
		struct copying c = { .to = ch.near[1],
		    .from = ch.far[0], .idle = GREEN_FOREVER };
		green_group_open(&g);
		CHECK_INT(green_spawn(&g, call_join, &c), 0);
		CHECK_INT(green_stream_send(ch.near[0], "question", 8), 0);
		CHECK_INT(green_stream_send_eof(ch.near[0]), 0);
		CHECK_INT(green_stream_receive_exactly(ch.far[1], buf, 9), 8);
		/* The other way is still open. */
		CHECK(!c.done);
		CHECK_INT(green_stream_send(ch.far[1], "answers", 7), 0);
		CHECK_INT(green_stream_send_eof(ch.far[1]), 0);
		CHECK_INT(green_stream_receive_exactly(ch.near[0], buf, 9), 7);
		CHECK_INT(green_group_close(&g, 0), 0);
		CHECK_INT(c.rc, 0);
		CHECK_INT(c.copied[0], 8);
		CHECK_INT(c.copied[1], 7);
		close_chain(&ch);
	}
}

GREEN_TEST(much_goes_both_ways_through_a_join)
{
	struct chain ch;
	struct green_group g;
	enum kind kind;

	for (kind = TCP; kind < PIPES; kind++) {
		REQUIRE(open_chain(&ch, kind));
		struct copying c = { .to = ch.near[1],
		    .from = ch.far[0], .idle = GREEN_SEC * 100 };
		struct source a = { ch.near[0], MUCH };
		struct source b = { ch.far[1], MUCH / 2 };
		green_group_open(&g);
		CHECK_INT(green_spawn(&g, call_join, &c), 0);
		CHECK_INT(green_spawn(&g, send_source, &a), 0);
		CHECK_INT(green_spawn(&g, send_source, &b), 0);
		CHECK_INT(receive_source(ch.far[1], 0, MUCH), MUCH);
		CHECK_INT(receive_source(ch.near[0], 0, MUCH / 2), MUCH / 2);
		CHECK_INT(green_group_close(&g, 0), 0);
		CHECK_INT(c.rc, 0);
		CHECK_INT(c.copied[0], MUCH);
		CHECK_INT(c.copied[1], MUCH / 2);
		close_chain(&ch);
	}
}

/* Every piece, in either direction, starts the time anew. */
MOCK_TEST(a_join_times_out_when_nothing_moves)
{
	struct chain ch;
	struct green_group g;
	int64_t began = green_now();
	char buf[8];
	int i;

	REQUIRE(open_chain(&ch, MEMORY));
	struct copying c = { .to = ch.near[1],
	    .from = ch.far[0], .idle = 3 * GREEN_SEC };
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, call_join, &c), 0);
	for (i = 0; i < 4; i++) {
		CHECK_INT(green_sleep(2 * GREEN_SEC), 0);
		CHECK_INT(green_stream_send(i % 2 == 0 ? ch.near[0] :
		    ch.far[1], "x", 1), 0);
		CHECK_INT(green_stream_receive(i % 2 == 0 ? ch.far[1] :
		    ch.near[0], buf, sizeof(buf)), 1);
	}
	CHECK(!c.done);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(green_now() - began, 11 * GREEN_SEC);
	CHECK_INT(c.rc, -1);
	CHECK_INT(c.error, ETIMEDOUT);
	CHECK_INT(c.copied[0], 2);
	CHECK_INT(c.copied[1], 2);
	CHECK_ERRNO(green_stream_join(ch.near[1], ch.far[0], GREEN_SEC, NULL),
	    ETIMEDOUT);
	CHECK_STR(green_errmsg(), "nothing has moved either way for 1000 ms");
	close_chain(&ch);
}

/* A slow reader takes little at a time: that is something that moves. */
MOCK_TEST(what_trickles_out_of_a_join_is_not_idle)
{
	struct chain ch;
	struct green_group g;
	char buf[8], text[300] = "";
	struct call call = { .buf = text, .len = sizeof(text) };
	int i;

	REQUIRE(open_chain(&ch, MEMORY));
	struct copying c = { .to = ch.near[1],
	    .from = ch.far[0], .idle = 3 * GREEN_SEC };
	call.s = ch.near[0];
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, call_join, &c), 0);
	CHECK_INT(green_spawn(&g, call_send, &call), 0);
	for (i = 0; i < 60; i++) {
		CHECK_INT(green_sleep(2 * GREEN_SEC), 0);
		CHECK_INT(green_stream_receive(ch.far[1], buf, 2), 2);
	}
	CHECK(!c.done);
	green_group_cancel(&g, NULL);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(c.error, ECANCELED);
	close_chain(&ch);
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

GREEN_TEST(a_reset_of_one_side_ends_a_join)
{
	struct chain ch;
	struct green_group g;
	int i;

	for (i = 0; i < 2; i++) {
		REQUIRE(open_chain(&ch, TCP));
		struct copying c = { .to = ch.near[1],
		    .from = ch.far[0], .idle = GREEN_FOREVER };
		green_group_open(&g);
		CHECK_INT(green_spawn(&g, call_join, &c), 0);
		settle();
		reset(i == 0 ? ch.near[0] : ch.far[1]);
		CHECK_INT(green_group_close(&g, 0), 0);
		CHECK_INT(c.rc, -1);
		CHECK_INT(c.error, ECONNRESET);
		CHECK_INT(green_stream_close(i == 0 ? ch.far[1] : ch.near[0]),
		    0);
		CHECK_INT(green_stream_close(ch.near[1]), 0);
		CHECK_INT(green_stream_close(ch.far[0]), 0);
	}
}

/* It has answered, and hung up, while more was being sent to it. */
MOCK_TEST(who_listens_no_more_is_still_heard)
{
	struct chain ch;
	struct green_group g;
	char buf[8];

	REQUIRE(CHECK_INT(green_stream_pair(0, ch.near), 0));
	REQUIRE(CHECK_INT(green_stream_pair(8, ch.far), 0));
	struct copying c = { .to = ch.near[1],
	    .from = ch.far[0], .idle = GREEN_FOREVER };
	CHECK_INT(green_stream_send(ch.far[1], "answer", 6), 0);
	CHECK_INT(green_stream_close(ch.far[1]), 0);
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, call_join, &c), 0);
	CHECK_INT(green_stream_send(ch.near[0], "more", 4), 0);
	settle();
	CHECK(!c.done);
	CHECK_INT(green_stream_receive(ch.near[0], buf, sizeof(buf)), 6);
	CHECK_INT(green_stream_receive(ch.near[0], buf, sizeof(buf)), 0);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(c.rc, -1);
	CHECK_INT(c.error, EPIPE);
	CHECK_INT(c.copied[0], 0);
	CHECK_INT(c.copied[1], 6);
	streams_close(ch.near);
	CHECK_INT(green_stream_close(ch.far[0]), 0);
}

static ssize_t
receive_nothing(void *impl, void *buf, size_t max)
{
	(void)impl;
	(void)buf;
	(void)max;
	return (0);
}

static int
count_bytes(void *impl, const struct iovec *iov, int n)
{
	for (; n > 0; n--, iov++)
		*(size_t *)impl += iov->iov_len;
	return (0);
}

static int
close_nothing(void *impl, bool abort)
{
	(void)impl;
	(void)abort;
	return (0);
}

/* One that tells if it is used after its end. */
struct last {
	bool	 closed;
	bool	 used;
};

static int
send_to_last(void *impl, const struct iovec *iov, int n)
{
	struct last *l = impl;

	(void)iov;
	(void)n;
	l->used = l->used || l->closed;
	return (0);
}

static int
close_last(void *impl, bool abort)
{
	struct last *l = impl;

	(void)abort;
	l->closed = true;
	return (0);
}

/* It waits for what comes, and nobody waits there. */
MOCK_TEST(a_copy_sends_nothing_to_what_was_closed_meanwhile)
{
	static const struct green_stream_ops ops = {
		.receive = receive_nothing,
		.sendv = send_to_last,
		.close = close_last
	};
	struct green_stream *end[2];
	struct green_group g;
	struct last last = { .closed = false };

	REQUIRE(CHECK_INT(green_stream_pair(100, end), 0));
	struct copying c = { .to = green_stream_new(&ops, &last),
	    .from = end[1] };
	REQUIRE(CHECK(c.to != NULL));
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, call_copy, &c), 0);
	settle();
	CHECK_INT(green_stream_close(c.to), 0);
	CHECK(last.closed && !c.done);
	CHECK_INT(green_stream_send(end[0], "kept", 4), 0);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(c.rc, -1);
	CHECK_INT(c.error, EBADF);
	CHECK(!last.used);
	CHECK_INT(green_stream_buffered(end[1]), 4);
	streams_close(end);
}

/* Nobody is left inside of that, and its memory is gone. */
GREEN_TEST(a_join_passes_no_end_to_what_was_closed_meanwhile)
{
	struct chain ch;
	struct green_group g;
	char byte;

	REQUIRE(open_chain(&ch, UNIX));
	struct copying c = { .to = ch.near[1],
	    .from = ch.far[0], .idle = GREEN_FOREVER };
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, call_join, &c), 0);
	CHECK_INT(green_stream_send_eof(ch.far[1]), 0);
	CHECK_INT(green_stream_receive(ch.near[0], &byte, 1), 0);
	settle();
	CHECK(!c.done);
	CHECK_INT(green_stream_close(ch.far[0]), 0);
	CHECK_INT(green_stream_send_eof(ch.near[0]), 0);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(c.rc, -1);
	CHECK_INT(c.error, EBADF);
	streams_close(ch.near);
	CHECK_INT(green_stream_close(ch.far[1]), 0);
}

/* One way has ended at once, and the other has not begun. */
GREEN_TEST(closing_a_stream_before_a_join_has_begun_is_ebadf)
{
	struct chain ch;
	struct green_group g;

	REQUIRE(open_chain(&ch, UNIX));
	struct copying c = { .to = ch.near[1],
	    .from = ch.far[0], .idle = GREEN_FOREVER };
	struct call close = { .s = ch.far[0] };
	CHECK_INT(green_stream_send_eof(ch.near[0]), 0);
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, call_join, &c), 0);
	CHECK_INT(green_spawn(&g, call_close, &close), 0);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(close.rc, 0);
	CHECK_INT(c.rc, -1);
	CHECK_INT(c.error, EBADF);
	streams_close(ch.near);
	CHECK_INT(green_stream_close(ch.far[1]), 0);
}

/* Of the program's own making, and without half-close. */
MOCK_TEST(a_join_with_what_cannot_end_in_one_direction)
{
	static const struct green_stream_ops ops = {
		.receive = receive_nothing,
		.sendv = count_bytes,
		.close = close_nothing
	};
	struct green_stream *end[2], *s;
	size_t n = 0;
	int64_t copied[2];

	REQUIRE(CHECK_INT(green_stream_pair(100, end), 0));
	REQUIRE(CHECK((s = green_stream_new(&ops, &n)) != NULL));
	CHECK_INT(green_stream_send(end[0], "12345", 5), 0);
	CHECK_INT(green_stream_send_eof(end[0]), 0);
	CHECK_INT(green_stream_join(end[1], s, GREEN_SEC, copied), 0);
	CHECK_INT(n, 5);
	CHECK_INT(copied[0], 5);
	CHECK_INT(copied[1], 0);
	streams_close(end);
	CHECK_INT(green_stream_close(s), 0);
}

static ssize_t
receive_zeros(void *impl, void *buf, size_t max)
{
	size_t *left = impl, n = *left < max ? *left : max;

	memset(buf, 0, n);
	*left -= n;
	return ((ssize_t)n);
}

/* What never has to wait gives way all the same. */
MOCK_TEST(a_busy_copy_starves_nobody)
{
	static const struct green_stream_ops ops = {
		.receive = receive_zeros,
		.sendv = count_bytes,
		.close = close_nothing
	};
	struct green_stream *from, *to;
	size_t left = MUCH, n = 0;
	struct green_group g;
	int turns = 0;

	REQUIRE(CHECK((from = green_stream_new(&ops, &left)) != NULL));
	REQUIRE(CHECK((to = green_stream_new(&ops, &n)) != NULL));
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, count_turns, &turns), 0);
	CHECK_INT(green_stream_copy(to, from), MUCH);
	CHECK_INT(n, MUCH);
	CHECK(turns > MUCH / (1 << 20));
	green_group_cancel(&g, NULL);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(green_stream_close(from), 0);
	CHECK_INT(green_stream_close(to), 0);
}

CU_TestInfo copy_tests[] = {
	CLAIM(a_copy_is_all_of_it),
	CLAIM(a_copy_begins_with_what_was_read_before),
	CLAIM(a_stream_can_be_copied_to_itself),
	CLAIM(a_cancelled_copy_loses_nothing),
	CLAIM(a_copy_cancelled_at_a_full_pipe_sends_nothing_twice),
	CLAIM(a_copy_to_nobody_keeps_what_is_left),
	CLAIM(a_copy_ends_with_either_stream),
	CLAIM(a_copy_sends_nothing_to_what_was_closed_meanwhile),
	CLAIM(a_busy_copy_starves_nobody),
	CLAIM(joined_streams_go_both_ways_and_pass_on_ends),
	CLAIM(much_goes_both_ways_through_a_join),
	CLAIM(a_join_times_out_when_nothing_moves),
	CLAIM(what_trickles_out_of_a_join_is_not_idle),
	CLAIM(a_reset_of_one_side_ends_a_join),
	CLAIM(who_listens_no_more_is_still_heard),
	CLAIM(a_join_passes_no_end_to_what_was_closed_meanwhile),
	CLAIM(closing_a_stream_before_a_join_has_begun_is_ebadf),
	CLAIM(a_join_with_what_cannot_end_in_one_direction),
	CU_TEST_INFO_NULL
};
