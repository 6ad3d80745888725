/*
 * Sleeps: tasks that sleep for a random time of 1 to 2000 ms each, in CPU time,
 * creation included; and a deadline around a call that does not block.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <green.h>

#include "bench.h"

static int
nap(void *arg)
{
	return (green_sleep((int64_t)(intptr_t)arg * GREEN_USEC));
}

static int
nap_all(void *arg)
{
	long i, n = *(long *)arg;
	struct green_group g;
	int rc = 0;

	srandom(1);
	green_group_open(&g);
	for (i = 0; i < n && rc == 0; i++)
		rc = green_spawn(&g, nap,
		    (void *)(intptr_t)(1000 + random() % 1999000));
	return (green_group_close(&g, rc));
}

static int
scopes(void *arg)
{
	long i, n = *(long *)arg;
	struct green_scope s;
	int rc = 0;

	for (i = 0; i < n && rc == 0; i++) {
		green_fail_after(&s, GREEN_SEC);
		rc = green_checkpoint_if_cancelled();
		rc = (int)green_scope_close(&s, rc);
	}
	return (rc);
}

static int
clocks(void *arg)
{
	long i, n = *(long *)arg;
	int64_t sum = 0;

	for (i = 0; i < n; i++)
		sum |= green_now();
	return (sum == 0);
}

static green_fn *job;

static double
measure(long n)
{
	double start = seconds();

	if (green_run(job, &n, NULL) == -1)
		err(1, "green_run");
	return (seconds() - start);
}

int
main(void)
{
	static const long counts[] = { 1000, 100000, 1000000 };
	double start, cpu;
	long n;
	size_t i;

	job = clocks;
	report("green_now()", 4000000, measure);
	job = scopes;
	report("timeout scope around a call", 4000000, measure);
	for (i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		n = counts[i];
		start = seconds();
		cpu = cpu_seconds();
		if (green_run(nap_all, &n, NULL) == -1)
			err(1, "green_run");
		cpu = cpu_seconds() - cpu;
		printf("%8ld random sleeps: %.0f ms of CPU, %.0f ns each, in "
		    "%.0f ms\n", n, cpu * 1e3, cpu / (double)n * 1e9,
		    (seconds() - start) * 1e3);
	}
	return (0);
}
