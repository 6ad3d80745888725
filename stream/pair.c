/*
 * Two ends, in memory.  Each direction has a ring of the pair's capacity.  Who
 * receives waits only while the ring is empty and nobody waits to send; who
 * sends waits only while the ring is full.  So bytes go straight from one task
 * to the other whenever one of them waits, and with no ring at all they meet.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "internal.h"

/* What is left to send: the next pieces, but for what has gone of the first. */
struct pieces {
	const struct iovec *next;
	int	 n;
	size_t	 gone;
};
struct receiver {
	struct waiter waiter;
	struct flow *flow;
	char	*buf;
	size_t	 max;
	size_t	 got;
};
struct sender {
	struct waiter waiter;
	struct flow *flow;
	struct pieces left;
	bool	 some;			/* it need not be all at once */
};
struct flow {
	struct receiver *receiver;	/* it waits */
	struct sender *sender;
	bool	 ended;			/* no more will be sent */
	bool	 deaf;			/* nobody is there to receive */
	size_t	 start;			/* what is in the ring */
	size_t	 len;
	size_t	 capacity;
	char	*ring;
};
struct end {
	struct green_stream stream;
	struct flow *in;
	struct flow *out;
	struct pair *pair;
};
struct pair {
	struct end end[2];
	struct flow flow[2];
	int	 open;			/* ends that are not yet freed */
	char	 rings[];
};

static struct end *
end_of(struct green_stream *s)
{
	return (GREEN__CONTAINER(s, struct end, stream));
}

/* Move some of what is left to buf, as much as there is room for. */
static size_t
pull(struct pieces *p, char *buf, size_t max)
{
	size_t n, got = 0;

	for (; p->n > 0; p->n--, p->next++, p->gone = 0) {
		n = p->next->iov_len - p->gone;
		if (n > max - got)
			n = max - got;
		if (n > 0)
			memcpy(buf + got, (const char *)p->next->iov_base +
			    p->gone, n);
		got += n;
		p->gone += n;
		if (p->gone < p->next->iov_len)
			break;
	}
	return (got);
}

/* Move some to the ring. */
static void
fill(struct flow *f, struct pieces *p)
{
	size_t at, room;

	while (p->n > 0 && f->len < f->capacity) {
		at = f->start + f->len;
		room = f->capacity - f->len;
		if (at >= f->capacity)
			at -= f->capacity;
		if (room > f->capacity - at)
			room = f->capacity - at;
		f->len += pull(p, f->ring + at, room);
	}
}

/* Move some out of the ring. */
static size_t
drain(struct flow *f, char *buf, size_t max)
{
	size_t n, got = 0;

	while (f->len > 0 && got < max) {
		n = f->len < max - got ? f->len : max - got;
		if (n > f->capacity - f->start)
			n = f->capacity - f->start;
		memcpy(buf + got, f->ring + f->start, n);
		got += n;
		f->len -= n;
		f->start += n;
		if (f->len == 0 || f->start == f->capacity)
			f->start = 0;
	}
	return (got);
}

/* Whoever waits at one side of a flow, if anybody does, goes on. */
static void
wake_receiver(struct flow *f, int result, int error)
{
	struct receiver *r = f->receiver;

	f->receiver = NULL;
	if (r != NULL)
		green__wake(&r->waiter, result, error);
}

static void
wake_sender(struct flow *f, int result, int error)
{
	struct sender *w = f->sender;

	f->sender = NULL;
	if (w != NULL)
		green__wake(&w->waiter, result, error);
}

static bool
abort_receive(struct waiter *w)
{
	GREEN__CONTAINER(w, struct receiver, waiter)->flow->receiver = NULL;
	return (true);
}

static bool
abort_send(struct waiter *w)
{
	GREEN__CONTAINER(w, struct sender, waiter)->flow->sender = NULL;
	return (true);
}

static ssize_t
pair_receive(struct green_stream *s, void *buf, size_t max)
{
	struct flow *f = end_of(s)->in;
	struct receiver r = { .flow = f, .buf = buf, .max = max };
	struct sender *w = f->sender;
	size_t n;

	n = drain(f, buf, max);
	if (w != NULL) {
		n += pull(&w->left, (char *)buf + n, max - n);
		fill(f, &w->left);
		if (w->left.n == 0 || w->some)
			wake_sender(f, 0, 0);
	}
	if (n > 0 || f->ended)
		return ((ssize_t)n);
	f->receiver = &r;
	if (green__park(&r.waiter, abort_receive, "stream", -1,
	    GREEN_FOREVER) == -1)
		return (-1);
	return ((ssize_t)r.got);
}

/* Send what is left of w, or with w->some as much as goes at once. */
static int
send(struct flow *f, struct sender *w)
{
	struct receiver *r = f->receiver;

	if (f->deaf)
		return (green__fail(EPIPE));
	/* Nothing but empty pieces is no end. */
	(void)pull(&w->left, NULL, 0);
	if (w->left.n == 0)
		return (0);
	if (r != NULL) {
		r->got = pull(&w->left, r->buf, r->max);
		wake_receiver(f, 0, 0);
	}
	fill(f, &w->left);
	if (w->left.n == 0 || (w->some && (r != NULL || w->left.gone > 0)))
		return (0);
	w->flow = f;
	f->sender = w;
	return (green__park(&w->waiter, abort_send, "stream", -1,
	    GREEN_FOREVER));
}

static int
pair_sendv(struct green_stream *s, const struct iovec *iov, int n)
{
	struct sender w = { .left = { .next = iov, .n = n } };

	return (send(end_of(s)->out, &w));
}

static int
pair_send(struct green_stream *s, const void *buf, size_t len)
{
	struct iovec iov = { (void *)(uintptr_t)buf, len };

	return (pair_sendv(s, &iov, 1));
}

static ssize_t
pair_send_some(struct green_stream *s, const void *buf, size_t len)
{
	struct iovec iov = { (void *)(uintptr_t)buf, len };
	struct sender w = { .left = { .next = &iov, .n = 1 }, .some = true };

	if (send(end_of(s)->out, &w) == -1)
		return (-1);
	return ((ssize_t)(w.left.n == 0 ? len : w.left.gone));
}

static int
pair_send_eof(struct green_stream *s)
{
	struct flow *f = end_of(s)->out;

	f->ended = true;
	wake_receiver(f, 0, 0);
	return (0);
}

/* There is nothing to wait for, so that an abort is a close. */
static int
pair_close(struct green_stream *s, bool abort)
{
	struct end *e = end_of(s);

	(void)abort;
	wake_receiver(e->in, -1, EBADF);
	wake_sender(e->out, -1, EBADF);
	e->in->deaf = true;
	e->in->len = e->in->start = 0;
	wake_sender(e->in, -1, EPIPE);
	return (pair_send_eof(s));
}

static void
pair_free(struct green_stream *s)
{
	struct pair *p = end_of(s)->pair;

	if (--p->open == 0)
		free(p);
}

static int
pair_attr(struct green_stream *s, enum green_attr a, void *value, size_t size)
{
	(void)s;
	(void)a;
	(void)value;
	(void)size;
	return (green__fail(ENOTSUP));
}

static const struct green__stream_ops pair_ops = {
	.receive = pair_receive,
	.send = pair_send,
	.send_some = pair_send_some,
	.sendv = pair_sendv,
	.send_eof = pair_send_eof,
	.close = pair_close,
	.free = pair_free,
	.attr = pair_attr
};

int
green_stream_pair(size_t capacity, struct green_stream *end[2])
{
	struct pair *p;
	int i;

	if (capacity > ((size_t)PTRDIFF_MAX - sizeof(*p)) / 2 ||
	    (p = malloc(sizeof(*p) + 2 * capacity)) == NULL)
		return (green__fail(ENOMEM));
	p->open = 2;
	for (i = 0; i < 2; i++) {
		p->flow[i] = (struct flow){
			.capacity = capacity,
			.ring = p->rings + (size_t)i * capacity
		};
		p->end[i] = (struct end){
			.in = &p->flow[1 - i],
			.out = &p->flow[i],
			.pair = p
		};
		green__stream_init(&p->end[i].stream, &pair_ops);
		end[i] = &p->end[i].stream;
	}
	return (0);
}
