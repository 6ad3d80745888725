/*
 * A measurement that is a task, and what its tasks share: so much work each, and a
 * gate.  They are made, and come to the gate, before the clock runs; it stops when
 * the last of them is done.  What it costs to make them is no part of it.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#ifndef IN_GREEN_H
#define IN_GREEN_H

#include <green.h>

#include "bench.h"

static inline int
in_green(measure_fn *fn, void *trial)
{
	return (green_run(fn, trial, NULL));
}

/* Each of so many has to do this much. */
static inline long
share(struct trial *t, long parts)
{
	long each = (t->n + parts - 1) / parts;

	t->n = each * parts;
	return (each);
}

static inline long
each_of(struct trial *t)
{
	return (share(t, t->tasks));
}

#define LEAST	16		/* operations; its end is one beside them */

struct gate {
	struct trial *t;
	long	 each;			/* operations, LEAST or more */
	long	 inside;
	bool	 open;
};

/* For the work of so many. */
static inline struct gate
gate_for(struct trial *t, long parts)
{
	struct gate g = { t, 0, 0, false };

	if (t->n < LEAST * parts)
		t->n = LEAST * parts;
	g.each = share(t, parts);
	return (g);
}

/* Each task, before its work and afterwards. */
static inline int
gate_enter(struct gate *g)
{
	int rc = 0;

	g->inside++;
	while (!g->open && rc == 0)
		rc = green_checkpoint();
	return (rc);
}

static inline void
gate_leave(struct gate *g)
{
	if (--g->inside == 0)
		trial_stop(g->t);
}

/* Who has spawned so many, unless that has failed. */
static inline int
gate_open(struct gate *g, long tasks, int rc)
{
	while (g->inside < tasks && rc == 0)
		rc = green_checkpoint();
	trial_start(g->t);
	g->open = true;
	return (rc);
}

#endif /* IN_GREEN_H */
