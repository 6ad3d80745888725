/*
 * Waiting for the loop to be idle: for all other tasks to wait, and to go on
 * waiting for some real time.  The loop's turn (sched.c) looks here when
 * nothing is ready; the shortest of the times comes first, and those who asked
 * for it are the first event after the quiet.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include "internal.h"
#include "probe.h"

struct idler {
	struct waiter waiter;		/* at the front */
	int64_t	 cushion;
};

static struct idler *
idler(struct waiter *w)
{
	return ((struct idler *)(void *)w);
}

static bool
abort_idler(struct waiter *w)
{
	TAILQ_REMOVE(&w->task->loop->idlers, w, link);
	return (true);
}

int
green_wait_idle_(int64_t cushion)
{
	struct idler self = { .cushion = cushion < 0 ? 0 : cushion };
	struct waiters *all;
	struct waiter *w;

	if (green__check() == -1)
		return (-1);
	all = &green__loop->idlers;
	TAILQ_FOREACH_REVERSE(w, all, waiters, link)
		if (idler(w)->cushion <= self.cushion)
			break;
	if (w == NULL)
		TAILQ_INSERT_HEAD(all, &self.waiter, link);
	else
		TAILQ_INSERT_AFTER(all, w, &self.waiter, link);
	return (green__park(&self.waiter, abort_idler, "idle loop", -1,
	    GREEN_FOREVER));
}

int64_t
green__idle_cushion(struct loop *l)
{
	struct waiter *w = TAILQ_FIRST(&l->idlers);

	return (w == NULL ? GREEN_FOREVER : idler(w)->cushion);
}

void
green__idle_wake(struct loop *l)
{
	int64_t cushion = green__idle_cushion(l);

	while (green__idle_cushion(l) == cushion &&
	    green__wake_first(&l->idlers, 0, 0))
		continue;
}
