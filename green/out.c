/*
 * Text to a descriptor.  What cannot be written is dropped; a descriptor that
 * does not block is waited for, but not for long.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "internal.h"
#include "out.h"

#define PATIENCE	1000		/* ms */

static bool
has_room(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLOUT };

	return (poll(&p, 1, PATIENCE) == 1);
}

/* The first n bytes of the buffer. */
static void
put(struct out *o, size_t n)
{
	size_t done = 0;
	ssize_t len;

	while (done < n) {
		len = write(o->fd, o->buf + done, n - done);
		if (len > 0)
			done += (size_t)len;
		else if (len == -1 && errno != EINTR &&
		    ((errno != EAGAIN && errno != EWOULDBLOCK) ||
		    !has_room(o->fd)))
			break;
	}
	o->len -= n;
	memmove(o->buf, o->buf + n, o->len);
	o->line = 0;
}

void
green__out_flush(struct out *o)
{
	put(o, o->len);
}

void
green__out_text(struct out *o, const char *s)
{
	for (; *s != '\0'; s++) {
		if (o->len == sizeof(o->buf))
			put(o, o->line > 0 ? o->line : o->len);
		o->buf[o->len++] = *s;
		if (*s == '\n')
			o->line = o->len;
	}
}

static void
digits(struct out *o, uintmax_t n, size_t least)
{
	char buf[24], *p = buf + sizeof(buf) - 1, *end = p;

	*p = '\0';
	do {
		*--p = (char)('0' + n % 10);
		n /= 10;
	} while (n > 0 || (size_t)(end - p) < least);
	green__out_text(o, p);
}

void
green__out_number(struct out *o, uintmax_t n)
{
	digits(o, n, 1);
}

void
green__out_seconds(struct out *o, int64_t ns)
{
	if (ns < 0) {
		green__out_text(o, "-");
		ns = ns == INT64_MIN ? INT64_MAX : -ns;
	}
	digits(o, (uintmax_t)(ns / GREEN_SEC), 1);
	green__out_text(o, ".");
	digits(o, (uintmax_t)(ns % GREEN_SEC / GREEN_MSEC), 3);
	green__out_text(o, " s");
}
