/*
 * Tasks in line.  Each is in at most one queue, and knows which, so that a
 * cancellation finds the way out.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include "queue.h"

void
green__queue_add(struct waiters *q, struct queued *e)
{
	if (q->tqh_last == NULL)
		TAILQ_INIT(q);
	TAILQ_INSERT_TAIL(q, &e->waiter, link);
	e->queue = q;
}

void
green__queue_remove(struct queued *e)
{
	TAILQ_REMOVE(e->queue, &e->waiter, link);
}

struct queued *
green__queue_take(struct waiters *q)
{
	struct waiter *w = TAILQ_FIRST(q);
	struct queued *e;

	if (w == NULL)
		return (NULL);
	e = GREEN__CONTAINER(w, struct queued, waiter);
	green__queue_remove(e);
	return (e);
}

bool
green__queue_abort(struct waiter *w)
{
	green__queue_remove(GREEN__CONTAINER(w, struct queued, waiter));
	return (true);
}

int
green__queue_wait(struct waiters *q, struct queued *e, const char *what)
{
	green__queue_add(q, e);
	return (green__park(&e->waiter, green__queue_abort, what, -1,
	    GREEN_FOREVER));
}

void
green__queue_wake_all(struct waiters *q, int result, int error)
{
	while (green__wake_first(q, result, error))
		continue;
}

size_t
green__queue_count(const struct waiters *q)
{
	const struct waiter *w;
	size_t n = 0;

	TAILQ_FOREACH(w, q, link)
		n++;
	return (n);
}
