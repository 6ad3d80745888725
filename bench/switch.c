/*
 * What it costs to switch from one task to another, beside the bare mechanism:
 * two stacks that _setjmp() and _longjmp() to each other; and how that grows
 * with the number of tasks.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"
#undef _FORTIFY_SOURCE

#include <setjmp.h>
#ifdef HAVE_UCONTEXT
#include <ucontext.h>
#endif

#include "in_green.h"

static int
hop(void *arg)
{
	struct gate *g = arg;
	int rc = gate_enter(g);
	long i;

	for (i = 0; i < g->each && rc == 0; i++)
		rc = green_checkpoint();
	gate_leave(g);
	return (rc);
}

static int
hop_all(void *arg)
{
	struct trial *t = arg;
	struct gate gate = gate_for(t, t->tasks);
	struct green_group g;
	int rc = 0;
	long i;

	green_group_open(&g);
	for (i = 0; i < t->tasks && rc == 0; i++)
		rc = green_spawn(&g, hop, &gate);
	return (green_group_close(&g, gate_open(&gate, t->tasks, rc)));
}

#ifdef HAVE_UCONTEXT
static jmp_buf here, there;
static ucontext_t first, back;

static void
bounce(void)
{
	if (_setjmp(there) == 0)
		swapcontext(&first, &back);
	for (;;)
		if (_setjmp(there) == 0)
			_longjmp(here, 1);
}

/* One round is two switches, as it is two for a pair of tasks. */
static int
jump_both(void *arg)
{
	static char stack[65536];
	struct trial *t = arg;
	volatile long i;

	if (t->tasks != 2) {
		t->n = 0;
		return (0);
	}
	getcontext(&first);
	first.uc_stack.ss_sp = stack;
	first.uc_stack.ss_size = sizeof(stack);
	makecontext(&first, bounce, 0);
	swapcontext(&back, &first);
	trial_start(t);
	for (i = 0; i < t->n; i += 2)
		if (_setjmp(here) == 0)
			_longjmp(there, 1);
	t->n = i;
	return (0);
}
#endif

static const struct subject subjects[] = {
	{ "switch", "libgreen", hop_all, in_green, { 2, 100, 10000 }, NULL },
#ifdef HAVE_UCONTEXT
	{ "switch", "_setjmp", jump_both, NULL, { 2 }, NULL },
#endif
	{ .name = NULL }
};

int
main(int argc, char *argv[])
{
	return (bench(argc, argv, subjects));
}
