/*
 * Statistics.  The loop counts what costs it nothing to count; the rest is
 * counted when somebody asks.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <string.h>

#include "internal.h"

_Atomic(void (*)(struct green_stats *)) green__count_threads;

static size_t
count_fds(const struct loop *l)
{
	const struct green__fd *f;
	size_t i, n = 0;

	for (i = 0; i < l->nfds; i++)
		if ((f = l->fds[i]) != NULL &&
		    ((f->flags & GREEN__FD_FOREIGN) == 0 || f->wanted != 0))
			n++;
	return (n);
}

static void
count_loop(const struct loop *l, struct green_stats *st)
{
	st->tasks = l->ntasks;
	st->tasks_ready = l->nready;
	st->timers = l->ntimers;
	st->fds = count_fds(l);
	green__stacks_count(l->stacks, st);
	st->switches = l->meter.switches + (l->meter.batch - l->turn_in);
	st->spawns = l->last_id;
	st->polls = l->polls;
	st->wakeups = l->wakeups;
	/* What goes on counts too. */
	st->longest_run = green__clock() - l->meter.began;
	if (st->longest_run < l->meter.longest)
		st->longest_run = l->meter.longest;
}

void
green_stats(struct green_stats *st)
{
	void (*count_threads)(struct green_stats *) =
	    atomic_load(&green__count_threads);

	memset(st, 0, sizeof(*st));
	if (green__loop != NULL)
		count_loop(green__loop, st);
	if (count_threads != NULL)
		count_threads(st);
}
