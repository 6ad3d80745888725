/*
 * Streams, as far as they are all alike: who may be inside, and until when the
 * memory lives.  At most one task is inside in each direction, and one closes;
 * a stream closed under somebody is freed by the last of them to leave.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

#define LINE	512		/* what printf needs no memory for */

void
green__stream_init(struct green_stream *s, const struct green__stream_ops *ops)
{
	*s = (struct green_stream){ .ops = ops };
}

void
green__stream_own(struct green_stream *s, struct green_stream **owner)
{
	if (s->owner != NULL)
		*s->owner = NULL;
	s->owner = owner;
}

/* Why a task may not enter in that direction. */
static int
refuse(const struct green_stream *s, unsigned dir)
{
	if (s->state & STREAM_CLOSED)
		return (green__fail(EBADF));
	if (s->state & dir)
		return (green__fail(EBUSY));
	return (green__fail(EPIPE));
}

static inline int
enter(struct green_stream *s, unsigned dir)
{
	unsigned closed = dir | STREAM_CLOSED |
	    (dir == STREAM_SENDING ? STREAM_EOF_SENT : 0);

	if (GREEN__UNLIKELY(green__check() == -1))
		return (-1);
	if (GREEN__UNLIKELY(s->state & closed))
		return (refuse(s, dir));
	s->state |= dir;
	return (0);
}

static void
destroy(struct green_stream *s)
{
	int error = errno;

	free(s->buf);
	s->ops->free(s);
	errno = error;
}

static inline void
leave(struct green_stream *s, unsigned dir)
{
	s->state &= ~dir;
	if (GREEN__UNLIKELY((s->state & STREAM_CLOSED) &&
	    (s->state & STREAM_INSIDE) == 0))
		destroy(s);
}

int
green__stream_enter(struct green_stream *s, unsigned dir)
{
	return (enter(s, dir));
}

ssize_t
green__stream_leave(struct green_stream *s, unsigned dir, ssize_t rc)
{
	leave(s, dir);
	return (rc);
}

struct green__fd *
green__stream_fd(struct green_stream *s)
{
	return (s->ops->fd == NULL ? NULL : s->ops->fd(s));
}

ssize_t
green__stream_send_some(struct green_stream *s, const void *buf, size_t len)
{
	if (s->ops->send_some != NULL)
		return (s->ops->send_some(s, buf, len));
	return (s->ops->send(s, buf, len) == -1 ? -1 : (ssize_t)len);
}

GREEN__HOT ssize_t
green_stream_receive(struct green_stream *s, void *buf, size_t max)
{
	ssize_t n;

	if (enter(s, STREAM_RECEIVING) == -1)
		return (-1);
	if (max == 0)
		n = green__fail(EINVAL);
	else if (s->start < s->end)
		n = (ssize_t)green__frame_take(s, buf, max);
	else
		n = s->ops->receive(s, buf, max);
	leave(s, STREAM_RECEIVING);
	green__spend();
	return (n);
}

GREEN__HOT int
green_stream_send(struct green_stream *s, const void *buf, size_t len)
{
	int rc;

	if (enter(s, STREAM_SENDING) == -1)
		return (-1);
	rc = len == 0 ? 0 : s->ops->send(s, buf, len);
	leave(s, STREAM_SENDING);
	green__spend();
	return (rc);
}

int
green_stream_sendv(struct green_stream *s, const struct iovec *iov, int n)
{
	int rc;

	if (enter(s, STREAM_SENDING) == -1)
		return (-1);
	if (n < 0)
		rc = green__fail(EINVAL);
	else
		rc = n == 0 ? 0 : s->ops->sendv(s, iov, n);
	leave(s, STREAM_SENDING);
	green__spend();
	return (rc);
}

int
green_stream_send_eof(struct green_stream *s)
{
	int rc;

	if (green__check() == -1)
		return (-1);
	if ((s->state & (STREAM_CLOSED | STREAM_EOF_SENT)) == STREAM_EOF_SENT)
		return (0);
	if (enter(s, STREAM_SENDING) == -1)
		return (-1);
	if ((rc = s->ops->send_eof(s)) == 0)
		s->state |= STREAM_EOF_SENT;
	leave(s, STREAM_SENDING);
	return (rc);
}

int
green_stream_printf(struct green_stream *s, const char *fmt, ...)
{
	char line[LINE], *text = line;
	va_list ap;
	int n, rc;

	va_start(ap, fmt);
	n = vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	if (n < 0)
		return (green__fail(errno));
	if ((size_t)n >= sizeof(line)) {
		if ((text = malloc((size_t)n + 1)) == NULL)
			return (green__fail(ENOMEM));
		va_start(ap, fmt);
		vsnprintf(text, (size_t)n + 1, fmt, ap);
		va_end(ap);
	}
	rc = green_stream_send(s, text, (size_t)n);
	if (text != line)
		free(text);
	return (rc);
}

static int
finish(struct green_stream *s, bool abort)
{
	int rc, error = errno;

	if (s->state & STREAM_CLOSED)
		return (green__fail(EBADF));
	green__stream_own(s, NULL);
	s->state |= STREAM_CLOSED | STREAM_CLOSING;
	rc = s->ops->close(s, abort);
	leave(s, STREAM_CLOSING);
	green__serve_resume();
	if (rc == 0)
		errno = error;
	return (rc);
}

int
green_stream_close(struct green_stream *s)
{
	struct green_task *t = green__task();

	return (s == NULL ? 0 : finish(s, t == NULL || green__is_cancelled(t)));
}

void
green_stream_abort(struct green_stream *s)
{
	int error = errno;

	if (s != NULL)
		(void)finish(s, true);
	errno = error;
}

int
green_stream_attr(struct green_stream *s, enum green_attr a, void *value,
    size_t size)
{
	if (s->state & STREAM_CLOSED)
		return (green__fail(EBADF));
	return (s->ops->attr(s, a, value, size));
}

int
green__stream_option(struct green_stream *s, enum green_option o,
    int64_t *value, bool set)
{
	if (s->state & STREAM_CLOSED)
		return (green__fail(EBADF));
	if (s->ops->option == NULL)
		return (green__fail(ENOTSUP));
	return (s->ops->option(s, o, value, set));
}

int
green_stream_set(struct green_stream *s, enum green_option o, int64_t value)
{
	return (green__stream_option(s, o, &value, true));
}

int
green_stream_get(struct green_stream *s, enum green_option o, int64_t *value)
{
	return (green__stream_option(s, o, value, false));
}

int
green__attr_copy(void *value, size_t size, const void *fact, size_t have)
{
	if (value == NULL || size != have)
		return (green__fail(EINVAL));
	memcpy(value, fact, have);
	return (0);
}
