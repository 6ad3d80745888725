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

#include <green.h>

#include "bench.h"

struct job {
	long	 switches;		/* of each task */
	int	 tasks;
	double	 took;
};

static int
hop(void *arg)
{
	const struct job *j = arg;
	long i;

	for (i = 0; i < j->switches; i++)
		if (green_checkpoint() == -1)
			return (-1);
	return (0);
}

static int
hop_all(void *arg)
{
	struct job *j = arg;
	struct green_group g;
	int i, rc = 0;
	double start;

	green_group_open(&g);
	for (i = 0; i < j->tasks && rc == 0; i++)
		rc = green_spawn(&g, hop, j);
	/* Everybody's first steps are not to be counted. */
	if (rc == 0)
		rc = green_checkpoint();
	start = seconds();
	rc = green_group_close(&g, rc);
	j->took = seconds() - start;
	return (rc);
}

static int tasks = 2;

static double
measure(long n)
{
	struct job j = { n / tasks, tasks, 0 };

	if (green_run(hop_all, &j, NULL) == -1)
		err(1, "green_run");
	return (j.took);
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
static double
measure_bare(long n)
{
	static char stack[65536];
	volatile long i;
	double start;

	getcontext(&first);
	first.uc_stack.ss_sp = stack;
	first.uc_stack.ss_size = sizeof(stack);
	makecontext(&first, bounce, 0);
	swapcontext(&back, &first);
	start = seconds();
	for (i = 0; i < n / 2; i++)
		if (_setjmp(here) == 0)
			_longjmp(there, 1);
	return (seconds() - start);
}
#endif

int
main(void)
{
	static const int counts[] = { 2, 10, 100, 1000, 10000, 100000 };
	char what[64];
	size_t i;
	double ns;

#ifdef HAVE_UCONTEXT
	double bare = report("bare _setjmp and _longjmp", 4000000,
	    measure_bare);
#else
	double bare = 0;
#endif
	for (i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		tasks = counts[i];
		snprintf(what, sizeof(what), "switch among %d tasks", tasks);
		ns = report(what, 4000000, measure);
		if (bare > 0)
			printf("%-44s %10.2f x\n", "  of the bare pair",
			    ns / bare);
	}
	return (0);
}
