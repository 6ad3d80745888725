/*
 * Streams that keep what is sent until it is received: in memory, until that
 * would be more than max bytes in all, and from then on in a temporary file.
 * Each direction has a position of its own, the same in memory and file, and
 * receiving never gets ahead of sending, so that neither waits for the other.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include <green/path.h>

#include "internal.h"
#include "stream/internal.h"

#define FIRST	((size_t)512)		/* of memory */

struct spool {
	struct green_stream stream;
	size_t	 max;
	char	*dir;			/* NULL: the usual one */
	char	*buf;			/* all that was sent, without a file */
	size_t	 size;
	off_t	 received;
	off_t	 sent;
	struct green_file *file;	/* NULL: in memory still, or closed */
};

static struct spool *
spool_of(struct green_stream *s)
{
	return (GREEN__CONTAINER(s, struct spool, stream));
}

static ssize_t
spool_receive(struct green_stream *s, void *buf, size_t max)
{
	struct spool *sp = spool_of(s);
	uintmax_t left = (uintmax_t)(sp->sent - sp->received);
	ssize_t n;

	if (max > left)
		max = (size_t)left;
	if (max == 0)
		return (0);
	if (sp->file == NULL) {
		memcpy(buf, sp->buf + sp->received, max);
		n = (ssize_t)max;
	} else
		n = green_file_pread(sp->file, buf, max, sp->received);
	if (n > 0)
		sp->received += n;
	return (n);
}

/* What has been sent goes to a file, and stays in memory if that fails. */
static int
roll_over(struct spool *sp)
{
	struct green_file *f = green_temp_file(sp->dir);
	int rc, error;

	if (f == NULL)
		return (-1);
	rc = green_file_pwrite(f, sp->buf, (size_t)sp->sent, 0);
	if (rc == 0 && (sp->stream.state & STREAM_CLOSED))
		rc = green__fail(EBADF);
	if (rc == -1) {
		error = errno;
		(void)green_file_close(f);
		errno = error;
		return (-1);
	}
	sp->file = f;
	free(sp->buf);
	sp->buf = NULL;
	return (0);
}

/* Have memory for len bytes in all, which are no more than max. */
static int
reserve(struct spool *sp, size_t len)
{
	size_t size = sp->size == 0 ? FIRST : sp->size;
	char *buf;

	if (len <= sp->size)
		return (0);
	while (size < len)
		size = size > sp->max / 2 ? sp->max : size * 2;
	if ((buf = realloc(sp->buf, size)) == NULL)
		return (green__fail(ENOMEM));
	sp->buf = buf;
	sp->size = size;
	return (0);
}

static int
keep(struct spool *sp, const struct iovec *iov, int n, size_t len)
{
	size_t at = (size_t)sp->sent;
	int i;

	if (reserve(sp, at + len) == -1)
		return (-1);
	for (i = 0; i < n; i++)
		if (iov[i].iov_len > 0) {
			memcpy(sp->buf + at, iov[i].iov_base, iov[i].iov_len);
			at += iov[i].iov_len;
		}
	return (0);
}

static int
store(struct spool *sp, const struct iovec *iov, int n)
{
	struct green_file *f = sp->file;
	ssize_t rc;

	if (green__use_enter(&f->use, USE_TOGETHER) == -1)
		return (-1);
	rc = green__file_write(f, iov, n, sp->sent);
	green__use_leave(&f->use, USE_TOGETHER);
	return ((int)rc);
}

static int
spool_sendv(struct green_stream *s, const struct iovec *iov, int n)
{
	struct spool *sp = spool_of(s);
	size_t len = 0;
	int i, rc;

	for (i = 0; i < n; i++)
		len += iov[i].iov_len;
	if (len == 0)
		return (0);
	if (sp->file == NULL && len <= sp->max - (size_t)sp->sent)
		rc = keep(sp, iov, n, len);
	else if (sp->file == NULL && roll_over(sp) == -1)
		rc = -1;
	else
		rc = store(sp, iov, n);
	if (rc == 0)
		sp->sent += (off_t)len;
	return (rc);
}

static int
spool_send(struct green_stream *s, const void *buf, size_t len)
{
	struct iovec iov = { (void *)(uintptr_t)buf, len };

	return (spool_sendv(s, &iov, 1));
}

static int
spool_send_eof(struct green_stream *s)
{
	(void)s;
	return (0);
}

static int
spool_close(struct green_stream *s, bool abort)
{
	struct spool *sp = spool_of(s);
	struct green_file *f = sp->file;

	(void)abort;
	return (green_file_close(f));
}

static void
spool_free(struct green_stream *s)
{
	struct spool *sp = spool_of(s);

	free(sp->buf);
	free(sp->dir);
	free(sp);
}

static int
spool_attr(struct green_stream *s, enum green_attr a, void *value, size_t size)
{
	const struct green_file *f = spool_of(s)->file;

	if (a != GREEN_ATTR_FD || f == NULL)
		return (green__fail(ENOTSUP));
	return (green__attr_copy(value, size, &f->fd, sizeof(f->fd)));
}

static const struct green__stream_ops spool_ops = {
	.receive = spool_receive,
	.send = spool_send,
	.sendv = spool_sendv,
	.send_eof = spool_send_eof,
	.close = spool_close,
	.free = spool_free,
	.attr = spool_attr
};

struct green_stream *
green_temp_spooled(size_t max, const char *dir)
{
	struct spool *sp = calloc(1, sizeof(*sp));

	if (sp == NULL || (dir != NULL && (sp->dir = strdup(dir)) == NULL)) {
		free(sp);
		(void)green__fail(ENOMEM);
		return (NULL);
	}
	green__stream_init(&sp->stream, &spool_ops);
	sp->max = max;
	return (&sp->stream);
}
