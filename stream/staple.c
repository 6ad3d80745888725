/*
 * One stream out of two: one to send to, and one to receive from.  The staple
 * owns both, and has the last word on who is inside; each call goes to one of
 * them, which sees it as a program's.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <stdlib.h>

#include "internal.h"

struct staple {
	struct green_stream stream;
	struct green_stream *out;	/* NULL: closed, to end it */
	struct green_stream *in;
};

static struct staple *
staple_of(struct green_stream *s)
{
	return (GREEN__CONTAINER(s, struct staple, stream));
}

static ssize_t
staple_receive(struct green_stream *s, void *buf, size_t max)
{
	return (green_stream_receive(staple_of(s)->in, buf, max));
}

static int
staple_send(struct green_stream *s, const void *buf, size_t len)
{
	return (green_stream_send(staple_of(s)->out, buf, len));
}

static ssize_t
staple_send_some(struct green_stream *s, const void *buf, size_t len)
{
	struct green_stream *out = staple_of(s)->out;

	if (green__stream_enter(out, STREAM_SENDING) == -1)
		return (-1);
	return (green__stream_leave(out, STREAM_SENDING,
	    green__stream_send_some(out, buf, len)));
}

static int
staple_sendv(struct green_stream *s, const struct iovec *iov, int n)
{
	return (green_stream_sendv(staple_of(s)->out, iov, n));
}

/* What cannot end in one direction is closed; it has ended then, however that
   went. */
static int
staple_send_eof(struct green_stream *s)
{
	struct staple *st = staple_of(s);
	struct green_stream *out = st->out;
	int rc;

	if (green_stream_send_eof(out) == 0)
		return (0);
	if (errno != ENOTSUP || out == st->in || (s->state & STREAM_CLOSED))
		return (-1);
	st->out = NULL;
	rc = green_stream_close(out);
	s->state |= STREAM_EOF_SENT;
	return (rc);
}

static int
close_half(struct green_stream *s, bool abort)
{
	if (!abort)
		return (green_stream_close(s));
	green_stream_abort(s);
	return (0);
}

static int
staple_close(struct green_stream *s, bool abort)
{
	struct staple *st = staple_of(s);
	int rc, error;

	rc = close_half(st->out, abort);
	error = errno;
	if (st->in == st->out)
		return (rc);
	if (close_half(st->in, abort) == -1 && rc == 0)
		return (-1);
	errno = error;
	return (rc);
}

static void
staple_free(struct green_stream *s)
{
	free(staple_of(s));
}

static int
staple_attr(struct green_stream *s, enum green_attr a, void *value, size_t size)
{
	struct staple *st = staple_of(s);

	if (green_stream_attr(st->in, a, value, size) == 0)
		return (0);
	if (errno != ENOTSUP || st->out == NULL)
		return (-1);
	return (green_stream_attr(st->out, a, value, size));
}

static int
staple_option(struct green_stream *s, enum green_option o, int64_t *value,
    bool set)
{
	struct staple *st = staple_of(s);

	if (green__stream_option(st->in, o, value, set) == 0)
		return (0);
	if (errno != ENOTSUP || st->out == NULL)
		return (-1);
	return (green__stream_option(st->out, o, value, set));
}

static const struct green__stream_ops staple_ops = {
	.receive = staple_receive,
	.send = staple_send,
	.send_some = staple_send_some,
	.sendv = staple_sendv,
	.send_eof = staple_send_eof,
	.close = staple_close,
	.free = staple_free,
	.attr = staple_attr,
	.option = staple_option
};

struct green_stream *
green_stream_staple(struct green_stream *send, struct green_stream *receive)
{
	struct staple *st;

	green__stream_own(send, NULL);
	green__stream_own(receive, NULL);
	if ((st = malloc(sizeof(*st))) == NULL) {
		green_stream_abort(send);
		if (receive != send)
			green_stream_abort(receive);
		(void)green__fail(ENOMEM);
		return (NULL);
	}
	green__stream_init(&st->stream, &staple_ops);
	st->out = send;
	st->in = receive;
	return (&st->stream);
}
