/*
 * Parked tasks: what it takes to make a great many, to park, wake and end them,
 * and how much memory each of them costs, page tables included.
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

static int
park_all(void *arg)
{
	struct trial *t = arg;
	long i, j, rounds = each_of(t);
	double before = memory();
	struct green_event wake;
	struct green_group g;
	int rc = 0;

	for (i = 0; i < rounds && rc == 0; i++) {
		memset(&wake, 0, sizeof(wake));
		green_group_open(&g);
		for (j = 0; j < t->tasks && rc == 0; j++)
			rc = green_spawn(&g, park, &wake);
		if (rc == 0)
			rc = green_checkpoint();
		if (i == 0 && t->tasks >= MEASURABLE)
			t->bytes = (memory() - before) / (double)t->tasks;
		green_event_set(&wake);
		rc = green_group_close(&g, rc);
	}
	return (rc);
}

static const struct subject subjects[] = {
	{ "park", "libgreen", park_all, in_green, { 1, 1000, 100000 }, NULL },
	{ .name = NULL }
};

int
main(int argc, char *argv[])
{
	return (bench(argc, argv, subjects));
}
