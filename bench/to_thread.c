/* What an empty call to a worker thread and back costs, alone and 64 at once. */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#ifdef HAVE_SCHED_SETAFFINITY
#include <sched.h>
#endif

#include <green.h>

#include "bench.h"

static int at_once = 1;

static int
nothing(void *arg)
{
	(void)arg;
	return (0);
}

static int
call(void *arg)
{
	long i, n = *(long *)arg / at_once;
	int rc = 0;

	for (i = 0; i < n && rc == 0; i++)
		rc = green_to_thread(nothing, NULL);
	return (rc);
}

static int
call_all(void *arg)
{
	struct green_group g;
	int i, rc = 0;

	green_group_open(&g);
	for (i = 0; i < at_once && rc == 0; i++)
		rc = green_spawn(&g, call, arg);
	return (green_group_close(&g, rc));
}

static double
measure(long n)
{
	double start = seconds();

	if (green_run(call_all, &n, NULL) == -1)
		err(1, "green_run");
	return (seconds() - start);
}

int
main(void)
{
#ifdef HAVE_SCHED_SETAFFINITY
	cpu_set_t all, one;

	sched_getaffinity(0, sizeof(all), &all);
	CPU_ZERO(&one);
	CPU_SET(0, &one);
	sched_setaffinity(0, sizeof(one), &one);
	at_once = 1;
	report("to_thread, 1 at once, one CPU", 50000, measure);
	at_once = 64;
	report("to_thread, 64 at once, one CPU", 200000, measure);
	sched_setaffinity(0, sizeof(all), &all);
#endif
	at_once = 1;
	report("to_thread, 1 at once, every CPU", 50000, measure);
	at_once = 64;
	report("to_thread, 64 at once, every CPU", 200000, measure);
	return (0);
}
