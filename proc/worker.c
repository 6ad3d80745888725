/*
 * A worker process: one request after the other, each a function and its input,
 * until nobody asks any more.  It was forked from the nursery, and so has one
 * thread and the program's functions where they were when that was made.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#include "nursery.h"

/* All of it; false: the other end is gone. */
static bool
get(int fd, void *buf, size_t len)
{
	char *p = buf;
	ssize_t n;

	while (len > 0) {
		n = read(fd, p, len);
		if (n == 0 || (n == -1 && errno != EINTR))
			return (false);
		if (n > 0) {
			p += n;
			len -= (size_t)n;
		}
	}
	return (true);
}

static bool
put(int fd, const void *buf, size_t len)
{
	const char *p = buf;
	ssize_t n;

	while (len > 0) {
		n = write(fd, p, len);
		if (n == -1 && errno != EINTR)
			return (false);
		if (n > 0) {
			p += n;
			len -= (size_t)n;
		}
	}
	return (true);
}

static bool
serve(int fd, const struct green__worker_request *q)
{
	struct green__worker_reply r = { .n = -1, .error = ENOMEM };
	char *in = malloc(q->len + 1), *out = malloc(q->max + 1);
	bool ok = in != NULL && get(fd, in, q->len);

	if (ok && out != NULL) {
		errno = 0;
		r.n = q->fn(in, q->len, out, q->max);
		r.error = errno;
		if (r.n >= 0 && (size_t)r.n > q->max)
			r = (struct green__worker_reply){ -1, EMSGSIZE };
	}
	ok = ok && put(fd, &r, sizeof(r)) &&
	    (r.n <= 0 || put(fd, out, (size_t)r.n));
	free(in);
	free(out);
	return (ok);
}

void
green__worker_serve(int fd)
{
	struct green__worker_request q = { .idle = -1 };
	struct green__worker_reply bye = { .n = -1, .error = -1 };
	struct pollfd p = { .fd = fd, .events = POLLIN };
	int n;

	do {
		while ((n = poll(&p, 1, q.idle)) == -1 && errno == EINTR)
			continue;
		if (n == 0) {
			(void)put(fd, &bye, sizeof(bye));
			return;
		}
	} while (get(fd, &q, sizeof(q)) && serve(fd, &q));
}
