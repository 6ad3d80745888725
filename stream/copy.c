/*
 * Everything from one stream to another.  It goes through the buffer of the
 * stream that it comes from, which holds what framing has read ahead already;
 * so what has not been sent, when anything fails, is still there to be
 * received. The buffer grows while it is filled, and much at once stays in the
 * kernel.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include "internal.h"

#define LEAST	((size_t)4096)		/* of the buffer */
#define MOST	((size_t)65536)
#define TURN	((int64_t)256 * 1024)	/* bytes before others have theirs */

void
green__copy_moved(struct green__copy *c, size_t n)
{
	c->copied += (int64_t)n;
	if (c->patience != NULL)
		green_scope_extend(c->patience, c->idle);
}

/* The buffer is empty: receive.  How much to ask for is learnt from that.
   EBADF: where it was to go was closed meanwhile. */
static ssize_t
receive(struct green__copy *c, size_t *room)
{
	ssize_t n = green__frame_fill(c->from, *room);

	if (n != -1 && (c->to->state & STREAM_CLOSED))
		return (green__fail(EBADF));
	if (n <= 0)
		return (n);
	green__copy_moved(c, 0);
	if ((size_t)n == *room && *room < MOST)
		*room *= 4;
	else if ((size_t)n < *room / 16)
		*room = LEAST;
	return (n);
}

/* Send some of what is in the buffer. */
static ssize_t
send(struct green__copy *c)
{
	struct green_stream *from = c->from;
	ssize_t n;

	c->sending = true;
	n = green__stream_send_some(c->to, from->buf + from->start,
	    from->end - from->start);
	if (n == -1)
		return (-1);
	c->sending = false;
	green__frame_drop(from, (size_t)n);
	green__copy_moved(c, (size_t)n);
	return (n);
}

/* Let others run: at each piece as any call does, and for good after many. */
static int
give_way(const struct green__copy *c, int64_t *turn)
{
	if (c->copied - *turn < TURN)
		green__spend();
	else {
		*turn = c->copied;
		(void)green__yield(false);
	}
	return (green__check());
}

/* Within the kernel, while much comes at once: bytes; 0: not so. */
static ssize_t
splice_much(struct green__copy *c, size_t *room, bool *never)
{
	ssize_t n;

	if (*never || *room < MOST)
		return (0);
	n = green__splice(c, never);
	if (n > 0 && (size_t)n < MOST / 4)
		*room = LEAST;
	return (n);
}

int
green__copy(struct green__copy *c)
{
	int64_t turn = c->copied;
	size_t room = LEAST;
	bool never = false;
	ssize_t n;

	for (;;) {
		if ((c->to->state | c->from->state) & STREAM_CLOSED)
			return (green__fail(EBADF));
		n = 0;
		if (c->from->start == c->from->end) {
			n = splice_much(c, &room, &never);
			if (n == 0 && (n = receive(c, &room)) <= 0)
				return ((int)n);
		}
		if (n != -1 && c->from->start < c->from->end)
			n = send(c);
		if (n == -1 || give_way(c, &turn) == -1)
			return (-1);
	}
}

int64_t
green_stream_copy(struct green_stream *to, struct green_stream *from)
{
	struct green__copy c = { .to = to, .from = from };
	int rc;

	if (green__stream_enter(from, STREAM_RECEIVING) == -1)
		return (-1);
	if ((rc = green__stream_enter(to, STREAM_SENDING)) == 0) {
		rc = green__copy(&c);
		(void)green__stream_leave(to, STREAM_SENDING, 0);
	}
	(void)green__stream_leave(from, STREAM_RECEIVING, 0);
	green__spend();
	return (rc == -1 ? -1 : c.copied);
}
