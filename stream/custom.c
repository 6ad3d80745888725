/*
 * Streams of the program's own making.  Each call of an operation runs in a
 * scope of its own; closing the stream meanwhile cancels that scope, and puts
 * off the close operation until nobody is inside who might still use impl.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "internal.h"

struct custom {
	struct green_stream stream;
	struct green_stream_ops ops;
	void	*impl;
	struct green_scope *inside[2];	/* receiving, sending */
	bool	 abort;			/* how to close */
	bool	 closed;
};

static struct custom *
custom_of(struct green_stream *s)
{
	return (GREEN__CONTAINER(s, struct custom, stream));
}

/* What an operation returned, after the scope around it. */
static ssize_t
outcome(struct custom *c, int dir, ssize_t rc)
{
	struct green_scope *scope = c->inside[dir];

	c->inside[dir] = NULL;
	if (green_scope_close(scope, rc == -1 ? -1 : 0) == -1)
		return (-1);
	return (green_scope_caught(scope) ? green__fail(EBADF) : rc);
}

static ssize_t
custom_receive(struct green_stream *s, void *buf, size_t max)
{
	struct custom *c = custom_of(s);
	struct green_scope scope;

	green_scope_open(&scope);
	c->inside[0] = &scope;
	return (outcome(c, 0, c->ops.receive(c->impl, buf, max)));
}

static int
custom_sendv(struct green_stream *s, const struct iovec *iov, int n)
{
	struct custom *c = custom_of(s);
	struct green_scope scope;

	green_scope_open(&scope);
	c->inside[1] = &scope;
	return ((int)outcome(c, 1, c->ops.sendv(c->impl, iov, n)));
}

static int
custom_send(struct green_stream *s, const void *buf, size_t len)
{
	struct iovec iov = {
		.iov_base = (void *)(uintptr_t)buf,
		.iov_len = len
	};

	return (custom_sendv(s, &iov, 1));
}

static int
custom_send_eof(struct green_stream *s)
{
	struct custom *c = custom_of(s);
	struct green_scope scope;

	if (c->ops.send_eof == NULL)
		return (green__fail(ENOTSUP));
	green_scope_open(&scope);
	c->inside[1] = &scope;
	return ((int)outcome(c, 1, c->ops.send_eof(c->impl)));
}

static int
custom_close(struct green_stream *s, bool abort)
{
	struct custom *c = custom_of(s);
	int i;

	if (c->inside[0] == NULL && c->inside[1] == NULL) {
		c->closed = true;
		return (c->ops.close(c->impl, abort));
	}
	c->abort = abort;
	for (i = 0; i < 2; i++)
		if (c->inside[i] != NULL)
			green_scope_cancel(c->inside[i],
			    "the stream was closed");
	return (0);
}

static void
custom_free(struct green_stream *s)
{
	struct custom *c = custom_of(s);
	struct green_task *t = green__task();

	if (!c->closed)
		(void)c->ops.close(c->impl, c->abort || t == NULL ||
		    green__is_cancelled(t));
	free(c);
}

static int
custom_attr(struct green_stream *s, enum green_attr a, void *value, size_t size)
{
	struct custom *c = custom_of(s);

	if (c->ops.attr == NULL)
		return (green__fail(ENOTSUP));
	return (c->ops.attr(c->impl, a, value, size));
}

static int
custom_option(struct green_stream *s, enum green_option o, int64_t *value,
    bool set)
{
	struct custom *c = custom_of(s);

	if (c->ops.option == NULL)
		return (green__fail(ENOTSUP));
	return (c->ops.option(c->impl, o, value, set));
}

static const struct green__stream_ops custom_ops = {
	.receive = custom_receive,
	.send = custom_send,
	.sendv = custom_sendv,
	.send_eof = custom_send_eof,
	.close = custom_close,
	.free = custom_free,
	.attr = custom_attr,
	.option = custom_option
};

/* What the table had before it grew. */
#define SIZE_MIN	offsetof(struct green_stream_ops, option)

struct green_stream *
green_stream_new_(const struct green_stream_ops *ops, size_t size, void *impl)
{
	struct custom *c;

	if (size < SIZE_MIN || ops->receive == NULL || ops->sendv == NULL ||
	    ops->close == NULL) {
		(void)green__fail(EINVAL);
		return (NULL);
	}
	if ((c = calloc(1, sizeof(*c))) == NULL) {
		(void)green__fail(ENOMEM);
		return (NULL);
	}
	green__stream_init(&c->stream, &custom_ops);
	memcpy(&c->ops, ops, size < sizeof(c->ops) ? size : sizeof(c->ops));
	c->impl = impl;
	return (&c->stream);
}

struct green_stream *
(green_stream_new)(const struct green_stream_ops *ops, void *impl)
{
	return (green_stream_new_(ops, SIZE_MIN, impl));
}
