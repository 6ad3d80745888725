/*
 * What it costs to spawn an empty task and to wait for it, one at a time and a
 * thousand at once; and to open and close a group with nothing in it.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <green.h>

#include "bench.h"

static int batch = 1;

static int
empty(void *arg)
{
	(void)arg;
	return (0);
}

static int
spawn_all(void *arg)
{
	long i, n = *(long *)arg;
	struct green_group g;
	int j, rc = 0;

	for (i = 0; i < n && rc == 0; i += batch) {
		green_group_open(&g);
		for (j = 0; j < batch && rc == 0; j++)
			rc = green_spawn(&g, empty, NULL);
		rc = green_group_close(&g, rc);
	}
	return (rc);
}

static int
no_spawn(void *arg)
{
	long i, n = *(long *)arg;
	struct green_group g;
	int rc = 0;

	for (i = 0; i < n && rc == 0; i++) {
		green_group_open(&g);
		rc = green_group_close(&g, 0);
	}
	return (rc);
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
	job = no_spawn;
	report("group opened and closed, empty", 2000000, measure);
	job = spawn_all;
	report("spawn and join, one at a time", 2000000, measure);
	batch = 1000;
	report("spawn and join, 1000 at a time", 2000000, measure);
	return (0);
}
