/*
 * Is a function a full checkpoint?  It must let others run, for which it uses
 * up no budget but gives way by itself; and it must come to a checkpoint that a
 * cancellation from around it reaches.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <limits.h>

#include <green/testing.h>

#include "green/probe.h"

#define MUCH	(UINT_MAX / 2)		/* more than any budget */

struct witness {
	struct green_probe_ probe;	/* at the front */
	struct green_probe_ *before;
	struct green_task *task;
	struct green_scope scope;
	bool	 saw;
};

static void
see(struct green_probe_ *p, enum green_probe_event_ e)
{
	struct witness *w = (struct witness *)(void *)p;

	if (e != GREEN_PROBE_LOCK_ && green_self() == w->task &&
	    green_sees_(&w->scope))
		w->saw = true;
	if (w->before != NULL)
		w->before->see(w->before, e);
}

int
green_test_checkpoints(green_fn *fn, void *arg)
{
	struct witness w = { .probe = { see }, .task = green_self() };
	unsigned budget, left;
	bool gave_way;

	if (w.task == NULL)
		return (-1);
	green_scope_open(&w.scope);
	w.before = green_probe_(&w.probe);
	budget = green_budget_(MUCH);
	(void)fn(arg);
	/* Who has given way has a new one. */
	left = green_budget_(MUCH);
	(void)green_probe_(w.before);
	(void)!green_scope_close(&w.scope, 0);
	gave_way = left < MUCH / 2;
	if (!gave_way)
		left = MUCH - left < budget ? budget - (MUCH - left) : 1;
	(void)green_budget_(left);
	return (w.saw && gave_way ? 1 : 0);
}
