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
	long i, n = *(const long *)arg;

	for (i = 0; i < n; i++)
		if (green_checkpoint() == -1)
			return (-1);
	return (0);
}

static int
hop_all(void *arg)
{
	struct trial *t = arg;
	long i, each = each_of(t);
	struct green_group g;
	int rc = 0;

	green_group_open(&g);
	for (i = 0; i < t->tasks && rc == 0; i++)
		rc = green_spawn(&g, hop, &each);
	/* Everybody's first steps are not to be counted. */
	if (rc == 0)
		rc = green_checkpoint();
	trial_start(t);
	rc = green_group_close(&g, rc);
	trial_stop(t);
	return (rc);
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
