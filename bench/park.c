/*
 * Parked tasks: what it takes to make a great many, to park, wake and end them, on
 * stacks that others have had; and how much memory each of them costs, page tables
 * included.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include "in_green.h"
#include "memory.h"

static int
park(void *arg)
{
	return (green_event_wait(arg));
}

/* And how much memory there is, when they are parked. */
static int
park_all(long tasks, double *bytes)
{
	struct green_event wake = { { NULL } };
	struct green_group g;
	int rc = 0;
	long i;

	green_group_open(&g);
	for (i = 0; i < tasks && rc == 0; i++)
		rc = green_spawn(&g, park, &wake);
	if (rc == 0)
		rc = green_checkpoint();
	if (bytes != NULL)
		*bytes = memory();
	green_event_set(&wake);
	return (green_group_close(&g, rc));
}

static int
park_and_park(void *arg)
{
	struct trial *t = arg;
	long i, rounds = each_of(t);
	double before = memory(), then;
	int rc = park_all(t->tasks, &then);

	if (t->tasks >= MEASURABLE)
		t->bytes = (then - before) / (double)t->tasks;
	trial_start(t);
	for (i = 0; i < rounds && rc == 0; i++)
		rc = park_all(t->tasks, NULL);
	return (rc);
}

static const struct subject subjects[] = {
	{ "park", "libgreen", park_and_park, in_green, { 1, 1000, 100000 },
	    NULL },
	{ .name = NULL }
};

int
main(int argc, char *argv[])
{
	return (bench(argc, argv, subjects));
}
