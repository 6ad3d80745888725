/*
 * Framing: pieces that end where the program says, out of streams that end them
 * where they like.  What was received too much is kept in the stream's buffer,
 * buf[start..end), which is made when it is first needed; whatever fails, and
 * ECANCELED above all, leaves it as if nothing had been received.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

#define LEAST	4096		/* the smallest buffer */
#define ROOM	1024		/* the least to receive into it at once */
#define KEEP	65536		/* a larger one goes when it is empty */
#define SLACK	4		/* times what is asked for */

static size_t
kept(const struct green_stream *s)
{
	return (s->end - s->start);
}

/* Nothing that is in the buffer is needed any more, unless it is unread. */
static void
settle(struct green_stream *s)
{
	if (s->start < s->end)
		return;
	s->start = s->end = 0;
	if (s->size > KEEP) {
		free(s->buf);
		s->buf = NULL;
		s->size = 0;
	}
}

/* Room for n bytes in all from start on. */
int
green__frame_reserve(struct green_stream *s, size_t n)
{
	size_t have = kept(s), size = s->size * 2;
	char *buf;

	if (s->size - s->start >= n)
		return (0);
	if (s->size >= n) {
		memmove(s->buf, s->buf + s->start, have);
	} else {
		if (size < n)
			size = n;
		if (size < LEAST)
			size = LEAST;
		if ((buf = malloc(size)) == NULL)
			return (green__fail(ENOMEM));
		if (have > 0)
			memcpy(buf, s->buf + s->start, have);
		free(s->buf);
		s->buf = buf;
		s->size = size;
	}
	s->start = 0;
	s->end = have;
	return (0);
}

size_t
green__frame_take(struct green_stream *s, void *buf, size_t max)
{
	size_t n = kept(s) < max ? kept(s) : max;

	memcpy(buf, s->buf + s->start, n);
	green__frame_drop(s, n);
	return (n);
}

int
green__frame_put(struct green_stream *s, const void *buf, size_t len)
{
	if (green__frame_reserve(s, kept(s) + len) == -1)
		return (-1);
	if (len > 0)
		memcpy(s->buf + s->end, buf, len);
	s->end += len;
	return (0);
}

/* More from the stream itself, for calls that receive several times. */
static ssize_t
receive(struct green_stream *s, void *buf, size_t max)
{
	ssize_t n;

	if (green__check() == -1)
		return (-1);
	if ((n = s->ops->receive(s, buf, max)) <= 0)
		return (n);
	green__spend();
	return (s->state & STREAM_CLOSED ? green__fail(EBADF) : n);
}

/* More of it into the buffer, whose last byte stays free for a line's end. */
static ssize_t
fill(struct green_stream *s)
{
	ssize_t n;

	settle(s);
	if (s->size - s->end < ROOM &&
	    green__frame_reserve(s, kept(s) + LEAST) == -1)
		return (-1);
	n = receive(s, s->buf + s->end, s->size - s->end - 1);
	if (n > 0)
		s->end += (size_t)n;
	return (n);
}

ssize_t
green__frame_fill(struct green_stream *s, size_t n)
{
	ssize_t got;

	/* One that has grown much too large is given back. */
	if (s->size / SLACK > n) {
		free(s->buf);
		s->buf = NULL;
		s->size = 0;
	}
	s->start = s->end = 0;
	if (green__frame_reserve(s, n) == -1)
		return (-1);
	if ((got = receive(s, s->buf, n)) > 0)
		s->end = (size_t)got;
	return (got);
}

void
green__frame_drop(struct green_stream *s, size_t n)
{
	s->start += n;
	settle(s);
}

/* Where delim is in p[from..n), or NULL. */
static const char *
find(const char *p, size_t from, size_t n, const void *delim, size_t delim_len)
{
	const char *at, *first = delim;

	while (n - from >= delim_len) {
		at = memchr(p + from, *first, n - from - delim_len + 1);
		if (at == NULL)
			break;
		if (memcmp(at, delim, delim_len) == 0)
			return (at);
		from = (size_t)(at - p) + 1;
	}
	return (NULL);
}

/*
 * Have the buffer begin with something that ends in delim.  1, and its length
 * with delim; 0: the stream ended before; -1.
 */
static int
seek(struct green_stream *s, const void *delim, size_t delim_len, size_t max,
    size_t *len)
{
	size_t have, seen = 0;
	const char *at;
	ssize_t n;

	for (;;) {
		have = kept(s) < max ? kept(s) : max;
		at = have - seen < delim_len ? NULL :
		    find(s->buf + s->start, seen, have, delim, delim_len);
		if (at != NULL) {
			*len = (size_t)(at - (s->buf + s->start)) + delim_len;
			return (1);
		}
		if (have == max)
			return (green__fail(EMSGSIZE));
		if (have >= delim_len)
			seen = have - delim_len + 1;
		if ((n = fill(s)) <= 0)
			return ((int)n);
	}
}

/* The next len bytes, which stay where they are until more is received. */
static char *
consume(struct green_stream *s, size_t len)
{
	char *p = s->buf + s->start;

	s->start += len;
	return (p);
}

static ssize_t
until(struct green_stream *s, const void *delim, size_t delim_len, size_t max,
    const char **data)
{
	size_t len;
	int found;

	if (delim_len == 0 || max == 0)
		return (green__fail(EINVAL));
	if ((found = seek(s, delim, delim_len, max, &len)) == -1)
		return (-1);
	if (found == 0)
		return (kept(s) == 0 ? 0 : green__fail(EPIPE));
	*data = consume(s, len);
	return ((ssize_t)len);
}

ssize_t
green_stream_receive_until(struct green_stream *s, const void *delim,
    size_t delim_len, size_t max, const char **data)
{
	ssize_t n;

	if (green__stream_enter(s, STREAM_RECEIVING) == -1)
		return (-1);
	n = until(s, delim, delim_len, max, data);
	n = green__stream_leave(s, STREAM_RECEIVING, n);
	green__spend();
	return (n);
}

static int
receive_line(struct green_stream *s, size_t max, char **line)
{
	size_t len, end;
	int found;

	if (max == 0)
		return (green__fail(EINVAL));
	if ((found = seek(s, "\n", 1, max, &len)) == -1)
		return (-1);
	if (found == 0) {
		if ((len = kept(s)) == 0)
			return (0);
		if (green__frame_reserve(s, len + 1) == -1)
			return (-1);
		end = len;
	} else {
		end = len - 1;
		if (end > 0 && s->buf[s->start + end - 1] == '\r')
			end--;
	}
	*line = consume(s, len);
	(*line)[end] = '\0';
	return (1);
}

int
green_stream_receive_line(struct green_stream *s, size_t max, char **line)
{
	int rc;

	if (green__stream_enter(s, STREAM_RECEIVING) == -1)
		return (-1);
	rc = receive_line(s, max, line);
	rc = (int)green__stream_leave(s, STREAM_RECEIVING, rc);
	green__spend();
	return (rc);
}

/*
 * Straight to where it is wanted; but room for all of it is made first, so that
 * a failure can keep what has come until then.
 */
static ssize_t
exactly(struct green_stream *s, char *buf, size_t len)
{
	size_t got = kept(s) < len ? kept(s) : len;
	ssize_t n = 1;

	if (len > SSIZE_MAX)
		return (green__fail(EINVAL));
	if (got < len && green__frame_reserve(s, len) == -1)
		return (-1);
	if (got > 0)
		memcpy(buf, consume(s, got), got);
	while (got < len && (n = receive(s, buf + got, len - got)) > 0)
		got += (size_t)n;
	if (n == -1) {
		memcpy(s->buf, buf, got);
		s->start = 0;
		s->end = got;
		return (-1);
	}
	settle(s);
	return ((ssize_t)got);
}

ssize_t
green_stream_receive_exactly(struct green_stream *s, void *buf, size_t len)
{
	ssize_t n;

	if (green__stream_enter(s, STREAM_RECEIVING) == -1)
		return (-1);
	n = exactly(s, buf, len);
	n = green__stream_leave(s, STREAM_RECEIVING, n);
	green__spend();
	return (n);
}

size_t
green_stream_buffered(const struct green_stream *s)
{
	return (kept(s));
}

int
green_stream_unread(struct green_stream *s, const void *data, size_t len)
{
	size_t have = kept(s);

	if (s->state & STREAM_CLOSED)
		return (green__fail(EBADF));
	if (s->state & STREAM_RECEIVING)
		return (green__fail(EBUSY));
	if (len > SSIZE_MAX - have)
		return (green__fail(ENOMEM));
	/* data may be what a call has left there; then it lies before start. */
	if (s->start < len) {
		if (s->size < have + len &&
		    green__frame_reserve(s, have + len) == -1)
			return (-1);
		if (have > 0)
			memmove(s->buf + len, s->buf + s->start, have);
		s->start = len;
		s->end = len + have;
	}
	s->start -= len;
	if (len > 0)
		memmove(s->buf + s->start, data, len);
	return (0);
}
