/*
 * What an empty call to a worker thread and back costs, in wall and in CPU time.
 *
 *	to_thread			1 and 64 at once, on one CPU and on two
 *	to_thread AT_ONCE CALLS [apart]	once: us of wall and of CPU time a call
 *
 * apart: the loop on one CPU and the worker on another; else it is the kernel
 * that places them, on those that the process may use.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <string.h>

#include <green.h>

#include "bench.h"
#include "place.h"

static int at_once = 1;
static bool apart;

static int
nothing(void *arg)
{
	(void)arg;
	return (0);
}

static int
go_elsewhere(void *arg)
{
	(void)arg;
	place(1);
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

struct cost {
	long	 calls;
	double	 wall;			/* us a call */
	double	 cpu;
};

static int
measure_inside(void *arg)
{
	struct cost *c = arg;
	long few = c->calls / 10;

	/* Threads are started before. */
	if ((apart && green_to_thread(go_elsewhere, NULL) == -1) ||
	    call_all(&few) == -1)
		return (-1);
	c->cpu = cpu_seconds();
	c->wall = seconds();
	if (call_all(&c->calls) == -1)
		return (-1);
	c->wall = (seconds() - c->wall) / (double)c->calls * 1e6;
	c->cpu = (cpu_seconds() - c->cpu) / (double)c->calls * 1e6;
	return (0);
}

static struct cost
measure(long calls)
{
	struct cost c = { .calls = calls };

	if (green_run(measure_inside, &c, NULL) == -1)
		err(1, "green_run");
	return (c);
}

static void
tell(const char *where, long calls)
{
	double wall[RUNS], cpu[RUNS];
	struct cost c;
	int i;

	for (i = 0; i < RUNS; i++) {
		c = measure(calls);
		wall[i] = c.wall;
		cpu[i] = c.cpu;
	}
	qsort(wall, RUNS, sizeof(wall[0]), by_size);
	qsort(cpu, RUNS, sizeof(cpu[0]), by_size);
	printf("to_thread, %2d at once, %-14s wall %7.2f us best %7.2f median, "
	    "CPU %7.2f us best %7.2f median\n", at_once, where, wall[0],
	    wall[RUNS / 2], cpu[0], cpu[RUNS / 2]);
	fflush(stdout);
}

static void
tell_both(const char *where)
{
	at_once = 1;
	tell(where, 20000);
	at_once = 64;
	tell(where, 100000);
}

int
main(int argc, char *argv[])
{
	struct cost c;

	if (argc > 2) {
		at_once = atoi(argv[1]);
		apart = argc > 3 && strcmp(argv[3], "apart") == 0;
		if (at_once < 1 || atol(argv[2]) < at_once || argc > 4 ||
		    (argc > 3 && !apart))
			errx(2, "usage: to_thread [AT_ONCE CALLS [apart]]");
		if (apart && !place(0))
			errx(1, "threads cannot be placed");
		c = measure(atol(argv[2]));
		printf("%.3f %.3f\n", c.wall, c.cpu);
		return (0);
	}
	tell_both("every CPU");
	if (!place(0))
		return (0);
	tell_both("one CPU");
	apart = true;
	at_once = 1;
	tell("two CPUs apart", 20000);
	return (0);
}
