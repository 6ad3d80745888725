/*
 * Lines of a file, out of a buffer that is read ahead.  A line stays in there
 * until all of it is, and the caller has room for it, so that no failure and no
 * cancellation loses a part of one.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "internal.h"

#define FIRST	((size_t)64 * 1024)	/* buffer, until a line is longer */
#define ROUND	((size_t)128)		/* the caller's grows by */

/* Room for more after what is kept; ENOMEM. */
static int
make_room(struct green__ahead *a)
{
	size_t kept = a->end - a->start;
	size_t size = a->size == 0 ? FIRST : a->size * 2;
	char *buf;

	if (a->start > 0) {
		memmove(a->buf, a->buf + a->start, kept);
		a->start = 0;
		a->end = kept;
	}
	if (kept < a->size)
		return (0);
	if (size < a->size || (buf = realloc(a->buf, size)) == NULL)
		return (green__fail(ENOMEM));
	a->buf = buf;
	a->size = size;
	return (0);
}

/* Read on.  Bytes; 0: the file has ended; -1. */
static ssize_t
fill(struct green_file *f)
{
	struct green__ahead *a = &f->ahead;
	struct iovec iov;
	ssize_t n;

	if (a->end == a->size && make_room(a) == -1)
		return (-1);
	iov.iov_base = a->buf + a->end;
	iov.iov_len = a->size - a->end;
	if ((n = green__file_read(f, &iov, 1, FILE_POSITION)) > 0)
		a->end += (size_t)n;
	return (n);
}

/* Have the next line in the buffer: how long it is; 0: there is none; -1. */
static ssize_t
find(struct green_file *f)
{
	struct green__ahead *a = &f->ahead;
	size_t seen = 0, kept;
	const char *line, *end;
	ssize_t n;

	for (;;) {
		if ((kept = a->end - a->start) > seen) {
			line = a->buf + a->start;
			end = memchr(line + seen, '\n', kept - seen);
			if (end != NULL)
				return (end + 1 - line);
			seen = kept;
		}
		if ((n = fill(f)) == -1)
			return (-1);
		if (n == 0)
			return ((ssize_t)seen);
	}
}

/* To the caller. */
static int
take(struct green__ahead *a, size_t len, char **line, size_t *size)
{
	size_t want = (len / ROUND + 1) * ROUND;
	char *buf;

	if (*line == NULL || *size <= len) {
		if ((buf = realloc(*line, want)) == NULL)
			return (green__fail(ENOMEM));
		*line = buf;
		*size = want;
	}
	memcpy(*line, a->buf + a->start, len);
	(*line)[len] = '\0';
	a->start += len;
	if (a->start == a->end)
		a->start = a->end = 0;
	return (0);
}

ssize_t
green_file_getline(struct green_file *f, char **line, size_t *size)
{
	ssize_t len;

	if (line == NULL || size == NULL)
		return (green__fail(EINVAL));
	if (green__use_enter(&f->use, USE_ALONE) == -1)
		return (-1);
	len = find(f);
	if (len > 0 && take(&f->ahead, (size_t)len, line, size) == -1)
		len = -1;
	green__use_leave(&f->use, USE_ALONE);
	if (len != -1)
		green__spend();
	return (len);
}
