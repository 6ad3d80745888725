/*
 * What every stream must do, tried on two connected ends.  Each claim has fresh
 * ends, and a time of its own.  It goes by what the interface promises and by
 * nothing else: how much a stream holds, how it cuts what it carries, whether it
 * can end in one direction, it finds out.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <green/testing.h>

#define PATIENCE	(10 * GREEN_SEC)	/* with each claim */
#define MUCH		((size_t)1 << 20)
#define HUGE		((size_t)64 << 20)	/* nobody holds as much */
#define PIECE		((size_t)1 << 16)

/* A call, or many, in a task of its own, and how that ended. */
struct call {
	struct green_stream *s;
	size_t	 len;			/* all to be moved */
	size_t	 least;			/* at once, growing up to most */
	size_t	 most;
	size_t	 moved;
	ssize_t	 rc;
	int	 error;
	bool	 wrong;			/* other bytes than were sent */
	bool	 done;
	struct green_event end;
	struct green_scope scope;
};

struct trial {
	struct green_stream *end[2];	/* NULL: closed by now */
	struct green_scope scope;
	struct green_group group;
	struct call call[8];
	int	 ncalls;
	bool	 failed;
	char	 text[256];		/* what does not hold, first */
};

static void __attribute__((__format__(__printf__, 2, 3)))
complain(struct trial *t, const char *fmt, ...)
{
	va_list ap;

	if (t->failed)
		return;
	t->failed = true;
	va_start(ap, fmt);
	vsnprintf(t->text, sizeof(t->text), fmt, ap);
	va_end(ap);
}

/* A call's result and errno, as text. */
static void
explain(char *buf, size_t size, ssize_t rc, int code)
{
	if (rc == -1)
		snprintf(buf, size, "failed: %s", strerror(code));
	else
		snprintf(buf, size, "returned %zd", rc);
}

static bool
expect(struct trial *t, const char *what, ssize_t rc, ssize_t want)
{
	char text[128];

	if (rc == want)
		return (true);
	explain(text, sizeof(text), rc, errno);
	complain(t, "%s %s, instead of returning %zd", what, text, want);
	return (false);
}

/* One of two errnos; 0: none. */
static bool
expect_failure(struct trial *t, const char *what, ssize_t rc, int code,
    int other)
{
	char text[128];
	int error = errno;

	if (rc == -1 && (error == code || (other != 0 && error == other)))
		return (true);
	explain(text, sizeof(text), rc, error);
	complain(t, "%s %s, instead of failing: %s%s%s", what, text,
	    strerror(code), other == 0 ? "" : " or ",
	    other == 0 ? "" : strerror(other));
	return (false);
}

/* The end of a stream whose other side was closed. */
static bool
expect_end(struct trial *t, const char *what, ssize_t rc)
{
	if (rc == 0)
		return (true);
	return (expect_failure(t, what, rc, ECONNRESET, 0));
}

/*
 * What is sent: the byte at a place, of ASCII, so that text is it too.
 */
static char
byte_at(size_t at)
{
	return ((char)(' ' + ((at ^ at >> 6 ^ at >> 12 ^ at >> 18) & 63)));
}

static void
put_bytes(char *buf, size_t at, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		buf[i] = byte_at(at + i);
}

static bool
are_bytes(const char *buf, size_t at, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (buf[i] != byte_at(at + i))
			return (false);
	return (true);
}

/*
 * Calls in tasks.
 */
static int
ended(struct call *c, ssize_t rc)
{
	c->error = errno;
	c->rc = rc;
	c->done = true;
	if (green_scope_close(&c->scope, rc == -1 ? -1 : 0) == -1)
		errno = c->error;
	green_event_set(&c->end);
	return (0);
}

/* How much to move next. */
static size_t
next_size(const struct call *c)
{
	size_t n = c->least + c->moved % (c->most - c->least + 1);

	return (n < c->len - c->moved ? n : c->len - c->moved);
}

static int
send_all(void *arg)
{
	struct call *c = arg;
	char *buf;
	size_t n;
	int rc = 0, error;

	green_scope_open(&c->scope);
	if ((buf = malloc(c->most)) == NULL)
		return (ended(c, -1));
	while (rc == 0 && c->moved < c->len) {
		n = next_size(c);
		put_bytes(buf, c->moved, n);
		if ((rc = green_stream_send(c->s, buf, n)) == 0)
			c->moved += n;
	}
	error = errno;
	free(buf);
	errno = error;
	return (ended(c, rc));
}

/* Up to the end, or all of len. */
static int
receive_all(void *arg)
{
	struct call *c = arg;
	char *buf;
	ssize_t n = 1;
	int error;

	green_scope_open(&c->scope);
	if ((buf = malloc(c->most)) == NULL)
		return (ended(c, -1));
	while (c->moved < c->len) {
		n = green_stream_receive(c->s, buf, next_size(c));
		if (n <= 0)
			break;
		c->wrong |= !are_bytes(buf, c->moved, (size_t)n);
		c->moved += (size_t)n;
	}
	error = errno;
	free(buf);
	errno = error;
	return (ended(c, n));
}

static int
receive_record(void *arg)
{
	struct call *c = arg;
	char buf[64];

	green_scope_open(&c->scope);
	return (ended(c, green_stream_receive_exactly(c->s, buf, c->len)));
}

static int
receive_line(void *arg)
{
	struct call *c = arg;
	char *line;

	green_scope_open(&c->scope);
	return (ended(c, green_stream_receive_line(c->s, c->len, &line)));
}

/* NULL: told already. */
static struct call *
start(struct trial *t, green_fn *fn, int i, size_t len)
{
	struct call *c = &t->call[t->ncalls++];

	*c = (struct call){ .s = t->end[i], .len = len };
	c->least = c->most = len < PIECE ? len : PIECE;
	if (green_spawn(&t->group, fn, c) == 0)
		return (c);
	complain(t, "no task: %s", green_errmsg());
	return (NULL);
}

/* Wait for its end, and take on its errno.  False: the claim's time is over. */
static bool
finish(struct call *c)
{
	if (c == NULL || green_event_wait(&c->end) == -1)
		return (false);
	errno = c->error;
	return (true);
}

/* All of it has come as it was sent. */
static void
expect_all(struct trial *t, const struct call *c, size_t len)
{
	if (c->rc == -1)
		(void)expect(t, "receive", c->rc, (ssize_t)len);
	else if (c->moved != len)
		complain(t, "%zu of %zu bytes have come", c->moved, len);
	else if (c->wrong)
		complain(t, "other bytes have come than were sent");
}

static void
expect_sent(struct trial *t, const struct call *c)
{
	errno = c->error;
	(void)expect(t, "send", c->rc, 0);
}

static int
give_way(int n)
{
	while (n-- > 0)
		if (green_checkpoint() == -1)
			return (-1);
	return (0);
}

/* Let others get on until they wait; or the claim's time is over. */
static void
settle(void)
{
	if (give_way(20) == 0 && green_sleep(GREEN_MSEC) == 0 &&
	    give_way(20) == 0)
		return;
}

/* A send that waits for room; NULL: there is none that does. */
static struct call *
block_sender(struct trial *t, int i)
{
	struct call *c = start(t, send_all, i, HUGE);
	size_t before;

	if (c == NULL)
		return (NULL);
	do {
		before = c->moved;
		settle();
	} while (!c->done && c->moved > before);
	return (c->done ? NULL : c);
}

/* A call that waits to receive. */
static struct call *
block_receiver(struct trial *t, green_fn *fn, int i)
{
	struct call *c = start(t, fn, i, 50);

	settle();
	if (c != NULL && c->done) {
		errno = c->error;
		(void)expect(t, "receive before anything was sent", c->rc, 50);
		return (NULL);
	}
	return (c);
}

/* Close one of them, which must leave errno alone. */
static void
close_end(struct trial *t, int i)
{
	struct green_stream *s = t->end[i];
	int rc;

	t->end[i] = NULL;
	errno = ERANGE;
	rc = green_stream_close(s);
	if (expect(t, "close", rc, 0) && errno != ERANGE)
		complain(t, "close has changed errno");
}

/* Some bytes from one end to the other, in tasks: all is well there. */
static void
converse(struct trial *t, int from)
{
	struct call *out = start(t, send_all, from, 100);
	struct call *in = start(t, receive_all, 1 - from, 100);

	if (!finish(out) || !finish(in))
		return;
	expect_sent(t, out);
	expect_all(t, in, 100);
}

/* Tell the other side that this was all.  False: it cannot, or may not. */
static bool
end_sending(struct trial *t, int i)
{
	int rc = green_stream_send_eof(t->end[i]);

	if (rc == -1 && errno == ENOTSUP)
		return (false);
	return (expect(t, "send_eof", rc, 0));
}

/*
 * The claims.
 */
static void
what_is_sent_is_received(struct trial *t)
{
	converse(t, 0);
	converse(t, 1);
	converse(t, 0);
}

/* A megabyte and a few bytes each way, in pieces from 1 byte up. */
static void
much_goes_both_ways_at_once(struct trial *t)
{
	const size_t len = MUCH + 13;
	struct call *out[2], *in[2];
	int i;

	for (i = 0; i < 2; i++) {
		out[i] = start(t, send_all, i, len);
		in[i] = start(t, receive_all, i, len);
		if (out[i] == NULL || in[i] == NULL)
			return;
		out[i]->least = in[i]->least = 1;
		in[i]->most = 9999;
	}
	for (i = 0; i < 2; i++) {
		if (!finish(out[i]) || !finish(in[1 - i]))
			return;
		expect_sent(t, out[i]);
		expect_all(t, in[1 - i], len);
	}
}

static void
tiny_pieces_come_in_order(struct trial *t)
{
	struct call *out = start(t, send_all, 0, 500);
	struct call *in = start(t, receive_all, 1, 500);

	if (out == NULL || in == NULL)
		return;
	out->least = out->most = in->least = 1;
	in->most = 7;
	if (!finish(out) || !finish(in))
		return;
	expect_sent(t, out);
	expect_all(t, in, 500);
}

/* More pieces than the system takes, empty ones among them. */
static void
pieces_are_sent_as_one(struct trial *t)
{
	enum { N = 3000 };
	struct iovec *iov = calloc(N, sizeof(*iov));
	char *text = malloc(N);
	struct call *in = NULL;
	size_t i, len = 0;

	if (iov != NULL && text != NULL) {
		put_bytes(text, 0, N);
		for (i = 0; i < N; i++)
			if (i % 4 != 0) {
				iov[i].iov_base = text + len++;
				iov[i].iov_len = 1;
			}
		in = start(t, receive_all, 1, len);
		(void)expect(t, "sendv", green_stream_sendv(t->end[0], iov, N),
		    0);
	}
	free(text);
	free(iov);
	if (finish(in))
		expect_all(t, in, len);
}

static void
nothing_is_refused_or_done(struct trial *t)
{
	struct iovec empty[2] = { { NULL, 0 }, { NULL, 0 } };
	char c;

	(void)expect_failure(t, "receiving 0 bytes",
	    green_stream_receive(t->end[0], &c, 0), EINVAL, 0);
	(void)expect(t, "sending 0 bytes", green_stream_send(t->end[0], "", 0),
	    0);
	(void)expect(t, "sending no pieces", green_stream_sendv(t->end[0],
	    empty, 0), 0);
	(void)expect(t, "sending empty pieces", green_stream_sendv(t->end[0],
	    empty, 2), 0);
	(void)expect_failure(t, "sending -1 pieces",
	    green_stream_sendv(t->end[0], empty, -1), EINVAL, 0);
	converse(t, 0);
}

static void
an_end_is_0_and_half_a_close(struct trial *t)
{
	struct iovec iov = { (void *)(uintptr_t)"x", 1 };
	struct call *in = block_receiver(t, receive_all, 1);
	char buf[8];
	int i;

	if (in == NULL || !end_sending(t, 0) || !finish(in))
		return;
	(void)expect(t, "receive at the end", in->rc, 0);
	for (i = 0; i < 2; i++)
		(void)expect(t, "receive after the end",
		    green_stream_receive(t->end[1], buf, sizeof(buf)), 0);
	(void)expect(t, "a second send_eof", green_stream_send_eof(t->end[0]),
	    0);
	(void)expect_failure(t, "send after send_eof",
	    green_stream_send(t->end[0], "x", 1), EPIPE, 0);
	(void)expect_failure(t, "sendv after send_eof",
	    green_stream_sendv(t->end[0], &iov, 1), EPIPE, 0);
	converse(t, 1);
}

/* What a stream holds arrives, though its sender is gone. */
static void
what_was_sent_before_a_close_arrives(struct trial *t)
{
	struct call *out = start(t, send_all, 0, 10), *in = NULL;

	settle();
	if (out == NULL)
		return;
	/* Not done: it holds nothing, and there is nothing to claim. */
	if (!out->done && (in = start(t, receive_all, 1, 10)) == NULL)
		return;
	if (!finish(out))
		return;
	expect_sent(t, out);
	if (in == NULL) {
		close_end(t, 0);
		in = start(t, receive_all, 1, 10);
	}
	if (finish(in))
		expect_all(t, in, 10);
}

static void
the_other_sides_close_is_an_end(struct trial *t)
{
	struct call *in = block_receiver(t, receive_all, 1);
	char c;

	if (in == NULL)
		return;
	close_end(t, 0);
	if (!finish(in))
		return;
	(void)expect_end(t, "receive", in->rc);
	(void)expect_end(t, "receive again", green_stream_receive(t->end[1],
	    &c, 1));
}

static void
sending_to_nobody_fails(struct trial *t)
{
	struct call *out;
	int i;

	close_end(t, 1);
	settle();
	if ((out = start(t, send_all, 0, HUGE)) == NULL)
		return;
	out->least = out->most = 100;
	if (!finish(out))
		return;
	(void)expect_failure(t, "send", out->rc, EPIPE, ECONNRESET);
	for (i = 0; i < 3; i++)
		(void)expect_failure(t, "another send",
		    green_stream_send(t->end[0], "x", 1), EPIPE, ECONNRESET);
}

static void
the_other_sides_close_ends_a_send(struct trial *t)
{
	struct call *out = block_sender(t, 1);

	if (out == NULL)
		return;
	close_end(t, 0);
	if (finish(out))
		(void)expect_failure(t, "send", out->rc, EPIPE, ECONNRESET);
}

/* Another task is inside. */
static void
close_under(struct trial *t, struct call *c, const char *what)
{
	struct green_stream *s = t->end[0];
	char buf[8];

	if (c == NULL)
		return;
	close_end(t, 0);
	/* It has not left yet. */
	(void)expect_failure(t, "receive after close",
	    green_stream_receive(s, buf, sizeof(buf)), EBADF, 0);
	(void)expect_failure(t, "receive_exactly after close",
	    green_stream_receive_exactly(s, buf, 1), EBADF, 0);
	(void)expect_failure(t, "send after close",
	    green_stream_send(s, buf, 1), EBADF, 0);
	if (finish(c))
		(void)expect_failure(t, what, c->rc, EBADF, 0);
}

static void
closing_under_a_receiver_is_ebadf(struct trial *t)
{
	close_under(t, block_receiver(t, receive_all, 0),
	    "receive, closed meanwhile,");
}

static void
closing_under_receive_exactly_is_ebadf(struct trial *t)
{
	close_under(t, block_receiver(t, receive_record, 0),
	    "receive_exactly, closed meanwhile,");
}

static void
closing_under_receive_line_is_ebadf(struct trial *t)
{
	close_under(t, block_receiver(t, receive_line, 0),
	    "receive_line, closed meanwhile,");
}

static void
closing_under_a_sender_is_ebadf(struct trial *t)
{
	struct call *c = block_sender(t, 0);

	if (c == NULL)
		return;
	close_end(t, 0);
	if (finish(c))
		(void)expect_failure(t, "send, closed meanwhile,", c->rc, EBADF,
		    0);
}

static void
aborting_ends_both_sides(struct trial *t)
{
	struct call *here = block_receiver(t, receive_all, 0);
	struct call *there = block_receiver(t, receive_all, 1);

	if (here == NULL || there == NULL)
		return;
	errno = ERANGE;
	green_stream_abort(t->end[0]);
	t->end[0] = NULL;
	if (errno != ERANGE)
		complain(t, "abort has changed errno");
	if (finish(here))
		(void)expect_failure(t, "receive, aborted meanwhile,", here->rc,
		    EBADF, 0);
	if (finish(there))
		(void)expect_end(t, "receive of an aborted stream", there->rc);
}

/* Close, cancelled: the other side sees the end all the same. */
static void
closing_in_a_cancelled_scope_closes(struct trial *t)
{
	struct call *there = block_receiver(t, receive_all, 1);
	struct green_scope s;

	green_scope_open(&s);
	green_scope_cancel(&s, NULL);
	(void)green_stream_close(t->end[0]);
	t->end[0] = NULL;
	if (green_scope_close(&s, 0) == 0 && finish(there))
		(void)expect_end(t, "receive", there->rc);
}

static void
a_second_receiver_is_ebusy(struct trial *t)
{
	struct call *in = block_receiver(t, receive_all, 1), *out;
	const char *data;
	char buf[8], *line;

	if (in == NULL)
		return;
	(void)expect_failure(t, "a second receive",
	    green_stream_receive(t->end[1], buf, sizeof(buf)), EBUSY, 0);
	(void)expect_failure(t, "a receive_exactly beside a receive",
	    green_stream_receive_exactly(t->end[1], buf, 1), EBUSY, 0);
	(void)expect_failure(t, "a receive_until beside a receive",
	    green_stream_receive_until(t->end[1], "x", 1, 9, &data), EBUSY, 0);
	(void)expect_failure(t, "a receive_line beside a receive",
	    green_stream_receive_line(t->end[1], 9, &line), EBUSY, 0);
	(void)expect_failure(t, "an unread beside a receive",
	    green_stream_unread(t->end[1], "x", 1), EBUSY, 0);
	out = start(t, send_all, 0, 50);
	if (finish(out) && finish(in))
		expect_all(t, in, 50);
}

static void
a_second_sender_is_ebusy(struct trial *t)
{
	struct iovec iov = { (void *)(uintptr_t)"x", 1 };
	struct call *out = block_sender(t, 0);

	if (out == NULL)
		return;
	(void)expect_failure(t, "a second send",
	    green_stream_send(t->end[0], "x", 1), EBUSY, 0);
	(void)expect_failure(t, "a second sendv",
	    green_stream_sendv(t->end[0], &iov, 1), EBUSY, 0);
	(void)expect_failure(t, "a send_eof beside a send",
	    green_stream_send_eof(t->end[0]), EBUSY, 0);
	if (out->done)
		complain(t, "the first send was disturbed");
	green_scope_cancel(&out->scope, NULL);
	(void)finish(out);
}

static void
cancelled_calls_do_nothing(struct trial *t)
{
	struct iovec iov = { (void *)(uintptr_t)"x", 1 };
	struct green_scope s;
	char buf[8], *line;

	green_scope_open(&s);
	green_scope_cancel(&s, NULL);
	(void)expect_failure(t, "a cancelled receive",
	    green_stream_receive(t->end[1], buf, sizeof(buf)), ECANCELED, 0);
	(void)expect_failure(t, "a cancelled receive_exactly",
	    green_stream_receive_exactly(t->end[1], buf, 1), ECANCELED, 0);
	(void)expect_failure(t, "a cancelled receive_line",
	    green_stream_receive_line(t->end[1], 9, &line), ECANCELED, 0);
	(void)expect_failure(t, "a cancelled send",
	    green_stream_send(t->end[0], "x", 1), ECANCELED, 0);
	(void)expect_failure(t, "a cancelled sendv",
	    green_stream_sendv(t->end[0], &iov, 1), ECANCELED, 0);
	(void)expect_failure(t, "a cancelled send_eof",
	    green_stream_send_eof(t->end[0]), ECANCELED, 0);
	if (green_scope_close(&s, 0) == 0)
		converse(t, 0);
}

/*
 * Receive piece by piece, each time cancelled: while it waits, when something
 * is on its way, or when it has come.  All of it comes in the end.
 */
static void
cancelling_a_receive_loses_nothing(struct trial *t)
{
	struct call *out, *in;
	size_t moved = 0;
	bool wrong = false;
	char buf[50];
	ssize_t n;
	int i;

	for (i = 0; i < 3; i++) {
		t->ncalls = 0;
		if ((in = block_receiver(t, receive_all, 1)) == NULL)
			return;
		if (i == 0)
			green_scope_cancel(&in->scope, NULL);
		if ((out = start(t, send_all, 0, 50)) == NULL)
			return;
		if (i == 2)
			settle();
		else if (give_way(1) == -1)
			return;
		green_scope_cancel(&in->scope, NULL);
		if (!finish(in))
			return;
		if (in->moved < 50)
			(void)expect_failure(t, "a cancelled receive", in->rc,
			    ECANCELED, 0);
		wrong = in->wrong;
		for (moved = in->moved; moved < 50 &&
		    (n = green_stream_receive(t->end[1], buf, 50 - moved)) > 0;
		    moved += (size_t)n)
			wrong |= !are_bytes(buf, moved, (size_t)n);
		if (!finish(out))
			return;
		if (moved != 50 || wrong)
			complain(t, "after a cancelled receive %zu of 50 bytes "
			    "have come%s", moved,
			    wrong ? ", others than were sent" : "");
	}
}

/* Part of it may be gone; but that is the first part. */
static void
a_cancelled_send_has_sent_the_beginning(struct trial *t)
{
	struct call *out = block_sender(t, 0), *in;

	if (out == NULL)
		return;
	green_scope_cancel(&out->scope, NULL);
	if (!finish(out))
		return;
	(void)expect_failure(t, "a cancelled send", out->rc, ECANCELED, 0);
	green_stream_abort(t->end[0]);
	t->end[0] = NULL;
	in = start(t, receive_all, 1, HUGE);
	if (!finish(in))
		return;
	(void)expect_end(t, "receive", in->rc);
	if (in->wrong)
		complain(t, "other bytes have come than were sent");
}

/* Send a text from one end, in a task. */
static int
send_text(void *arg)
{
	static const char text[] = "first\nsecond\r\nkey=value;0123456789rest";
	struct call *c = arg;

	green_scope_open(&c->scope);
	return (ended(c, green_stream_send(c->s, text, sizeof(text) - 1)));
}

static void
frames_are_found(struct trial *t)
{
	struct call *out = start(t, send_text, 0, 0);
	struct green_stream *s = t->end[1];
	const char *data;
	char buf[16], *line;

	if (out == NULL || !expect(t, "receive_line",
	    green_stream_receive_line(s, 99, &line), 1))
		return;
	if (strcmp(line, "first") != 0)
		complain(t, "a line is \"%s\", not \"first\"", line);
	(void)expect_failure(t, "receive_line with too low a limit",
	    green_stream_receive_line(s, 7, &line), EMSGSIZE, 0);
	(void)expect(t, "receive_line", green_stream_receive_line(s, 8, &line),
	    1);
	if (!t->failed && strcmp(line, "second") != 0)
		complain(t, "a line is \"%s\", not \"second\"", line);
	(void)expect_failure(t, "receive_until with too low a limit",
	    green_stream_receive_until(s, ";", 1, 9, &data), EMSGSIZE, 0);
	(void)expect(t, "receive_until",
	    green_stream_receive_until(s, "e;", 2, 10, &data), 10);
	if (!t->failed && memcmp(data, "key=value;", 10) != 0)
		complain(t, "what was received until is not \"key=value;\"");
	(void)expect(t, "receive_exactly",
	    green_stream_receive_exactly(s, buf, 10), 10);
	if (!t->failed && memcmp(buf, "0123456789", 10) != 0)
		complain(t, "what was received exactly is not \"0123456789\"");
	(void)expect(t, "unread", green_stream_unread(s, "the ", 4), 0);
	if (green_stream_buffered(s) < 4)
		complain(t, "%zu bytes are buffered after 4 were unread",
		    green_stream_buffered(s));
	(void)expect(t, "receive_exactly",
	    green_stream_receive_exactly(s, buf, 8), 8);
	if (!t->failed && memcmp(buf, "the rest", 8) != 0)
		complain(t, "what was unread has not come first");
	if (finish(out))
		expect_sent(t, out);
}

/* It ends, or is closed, in the midst of what is wanted. */
static void
frames_end_with_the_stream(struct trial *t)
{
	struct call *out = start(t, send_all, 0, 5);
	struct green_stream *s = t->end[1];
	const char *data;
	char buf[16], *line;

	if (out == NULL || !expect(t, "receive_exactly",
	    green_stream_receive_exactly(s, buf, 5), 5) || !finish(out) ||
	    !expect(t, "unread", green_stream_unread(s, buf, 2), 0) ||
	    !end_sending(t, 0))
		return;
	(void)expect_failure(t, "receive_until, up to the end,",
	    green_stream_receive_until(s, "~", 1, 99, &data), EPIPE, 0);
	(void)expect(t, "receive_exactly, up to the end,",
	    green_stream_receive_exactly(s, buf, 5), 2);
	(void)expect(t, "unread", green_stream_unread(s, buf, 2), 0);
	(void)expect(t, "receive_line, of a last one without an end,",
	    green_stream_receive_line(s, 99, &line), 1);
	(void)expect(t, "receive_line after the end",
	    green_stream_receive_line(s, 99, &line), 0);
	(void)expect(t, "receive_until after the end",
	    green_stream_receive_until(s, "~", 1, 99, &data), 0);
	(void)expect(t, "receive_exactly after the end",
	    green_stream_receive_exactly(s, buf, 2), 0);
}

static void
cancelling_a_frame_loses_nothing(struct trial *t)
{
	struct call *in = block_receiver(t, receive_record, 1), *out;

	out = start(t, send_all, 0, 20);
	settle();
	if (in == NULL || out == NULL)
		return;
	green_scope_cancel(&in->scope, NULL);
	if (!finish(in))
		return;
	(void)expect_failure(t, "a cancelled receive_exactly", in->rc,
	    ECANCELED, 0);
	in = start(t, receive_all, 1, 20);
	if (finish(out) && finish(in))
		expect_all(t, in, 20);
}

static void
unknown_facts_are_enotsup(struct trial *t)
{
	char value[256];

	(void)expect_failure(t, "asking for no attribute there is",
	    green_stream_attr(t->end[0], (enum green_attr)9999, value, 1),
	    ENOTSUP, EINVAL);
	(void)expect_failure(t, "asking for a descriptor of 1 byte",
	    green_stream_attr(t->end[0], GREEN_ATTR_FD, value, 1), ENOTSUP,
	    EINVAL);
}

static const struct claim {
	const char *name;
	void	(*fn)(struct trial *t);
} claims[] = {
#define CLAIM(name)	{ #name, name }
	CLAIM(what_is_sent_is_received),
	CLAIM(much_goes_both_ways_at_once),
	CLAIM(tiny_pieces_come_in_order),
	CLAIM(pieces_are_sent_as_one),
	CLAIM(nothing_is_refused_or_done),
	CLAIM(an_end_is_0_and_half_a_close),
	CLAIM(what_was_sent_before_a_close_arrives),
	CLAIM(the_other_sides_close_is_an_end),
	CLAIM(sending_to_nobody_fails),
	CLAIM(the_other_sides_close_ends_a_send),
	CLAIM(closing_under_a_receiver_is_ebadf),
	CLAIM(closing_under_receive_exactly_is_ebadf),
	CLAIM(closing_under_receive_line_is_ebadf),
	CLAIM(closing_under_a_sender_is_ebadf),
	CLAIM(aborting_ends_both_sides),
	CLAIM(closing_in_a_cancelled_scope_closes),
	CLAIM(a_second_receiver_is_ebusy),
	CLAIM(a_second_sender_is_ebusy),
	CLAIM(cancelled_calls_do_nothing),
	CLAIM(cancelling_a_receive_loses_nothing),
	CLAIM(a_cancelled_send_has_sent_the_beginning),
	CLAIM(frames_are_found),
	CLAIM(frames_end_with_the_stream),
	CLAIM(cancelling_a_frame_loses_nothing),
	CLAIM(unknown_facts_are_enotsup)
};
#define NCLAIMS	(sizeof(claims) / sizeof(claims[0]))

/* SIGPIPE: how many have come. */
static volatile sig_atomic_t signals;

static void
count_signal(int sig)
{
	(void)sig;
	signals++;
}

/* A claim as words. */
static void
tell(const char *claim, const char *what)
{
	char text[64], *p;

	snprintf(text, sizeof(text), "%s", claim);
	for (p = text; *p != '\0'; p++)
		if (*p == '_')
			*p = ' ';
	fprintf(stderr, "green_test_stream: %s: %s\n", text, what);
}

/* Try one claim on two ends, which are closed then: 1; 0: it does not hold; -1:
   the caller is cancelled. */
static int
try(struct trial *t, const struct claim *c)
{
	int rc, i;

	green_fail_after(&t->scope, PATIENCE);
	green_group_open(&t->group);
	c->fn(t);
	rc = green_checkpoint_if_cancelled();
	for (i = 0; i < 2; i++)
		green_stream_abort(t->end[i]);
	green_group_cancel(&t->group, NULL);
	rc = green_group_close(&t->group, rc);
	rc = (int)green_scope_close(&t->scope, rc);
	if (rc == -1 && errno != ETIMEDOUT)
		return (-1);
	if (signals > 0)
		complain(t, "SIGPIPE was raised");
	signals = 0;
	if (rc == 0 && !t->failed)
		return (1);
	tell(c->name, rc == -1 ? "it takes too long, or for ever" : t->text);
	return (0);
}

/* How many claims do not hold, or -1. */
static int
try_all(int (*make)(void *arg, struct green_stream *end[2]), void *arg)
{
	struct trial *t;
	size_t i;
	int rc = 0, failures = 0;

	for (i = 0; i < NCLAIMS && rc != -1; i++) {
		if ((t = calloc(1, sizeof(*t))) == NULL)
			return (-1);
		if ((rc = make(arg, t->end)) == -1)
			tell("no two ends", green_errmsg());
		else if ((rc = try(t, &claims[i])) == 0)
			failures++;
		free(t);
	}
	return (rc == -1 ? -1 : failures);
}

int
green_test_stream(int (*make)(void *arg, struct green_stream *end[2]),
    void *arg)
{
	struct sigaction sa = { .sa_handler = count_signal }, before;
	int failures, error;

	sigemptyset(&sa.sa_mask);
	(void)sigaction(SIGPIPE, &sa, &before);
	failures = try_all(make, arg);
	error = errno;
	(void)sigaction(SIGPIPE, &before, NULL);
	errno = failures > 0 ? EPROTO : error;
	return (failures == 0 ? 0 : -1);
}
