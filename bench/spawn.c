/*
 * What it costs to spawn an empty task and to wait for it, one at a time and many
 * at once; and to open and close a group with nothing in it.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include "in_green.h"

static int
empty(void *arg)
{
	(void)arg;
	return (0);
}

static int
spawn(void *arg)
{
	struct trial *t = arg;
	long i, j, groups = each_of(t);
	struct green_group g;
	int rc = 0;

	for (i = 0; i < groups && rc == 0; i++) {
		green_group_open(&g);
		for (j = 0; j < t->tasks && rc == 0; j++)
			rc = green_spawn(&g, empty, NULL);
		rc = green_group_close(&g, rc);
	}
	return (rc);
}

static int
no_spawn(void *arg)
{
	struct trial *t = arg;
	struct green_group g;
	int rc = 0;
	long i;

	for (i = 0; i < t->n && rc == 0; i++) {
		green_group_open(&g);
		rc = green_group_close(&g, 0);
	}
	return (rc);
}

static const struct subject subjects[] = {
	{ "group", "libgreen", no_spawn, in_green, { 1 }, NULL },
	{ "spawn", "libgreen", spawn, in_green, { 1, 100, 10000 }, NULL },
	{ .name = NULL }
};

int
main(int argc, char *argv[])
{
	return (bench(argc, argv, subjects));
}
