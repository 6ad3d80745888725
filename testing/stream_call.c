/*
 * Calls in tasks of their own, on the ends of a stream that is tried.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <errno.h>
#include <stdlib.h>

#include "stream.h"

#define PIECE	((size_t)1 << 16)

int
green__call_over(struct green__call *c, ssize_t rc)
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
next_size(const struct green__call *c)
{
	size_t n = c->least + c->moved % (c->most - c->least + 1);

	return (n < c->len - c->moved ? n : c->len - c->moved);
}

int
green__send_all(void *arg)
{
	struct green__call *c = arg;
	char *buf;
	size_t n;
	int rc = 0, error;

	green_scope_open(&c->scope);
	if ((buf = malloc(c->most)) == NULL)
		return (green__call_over(c, -1));
	while (rc == 0 && c->moved < c->len) {
		n = next_size(c);
		green__put_bytes(buf, c->moved, n);
		if ((rc = green_stream_send(c->s, buf, n)) == 0)
			c->moved += n;
	}
	error = errno;
	free(buf);
	errno = error;
	return (green__call_over(c, rc));
}

/* Up to the end, or all of len. */
int
green__receive_all(void *arg)
{
	struct green__call *c = arg;
	char *buf;
	ssize_t n = 1;
	int error;

	green_scope_open(&c->scope);
	if ((buf = malloc(c->most)) == NULL)
		return (green__call_over(c, -1));
	while (c->moved < c->len) {
		n = green_stream_receive(c->s, buf, next_size(c));
		if (n <= 0)
			break;
		c->wrong |= !green__are_bytes(buf, c->moved, (size_t)n);
		c->moved += (size_t)n;
	}
	error = errno;
	free(buf);
	errno = error;
	return (green__call_over(c, n));
}

int
green__receive_record(void *arg)
{
	struct green__call *c = arg;
	char buf[64];

	green_scope_open(&c->scope);
	return (green__call_over(c, green_stream_receive_exactly(c->s, buf,
	    c->len)));
}

int
green__receive_line(void *arg)
{
	struct green__call *c = arg;
	char *line;

	green_scope_open(&c->scope);
	return (green__call_over(c, green_stream_receive_line(c->s, c->len,
	    &line)));
}

/* NULL: told already. */
struct green__call *
green__call_begin(struct green__trial *t, green_fn *fn, int i, size_t len)
{
	struct green__call *c = &t->call[t->ncalls++];

	*c = (struct green__call){ .s = t->end[i], .len = len };
	c->least = c->most = len < PIECE ? len : PIECE;
	if (green_spawn(&t->group, fn, c) == 0)
		return (c);
	green__complain(t, "no task: %s", green_errmsg());
	return (NULL);
}

/* Wait for its end, and take on its errno.  False: the claim's time is over. */
bool
green__call_await(struct green__call *c)
{
	if (c == NULL || green_event_wait(&c->end) == -1)
		return (false);
	errno = c->error;
	return (true);
}
