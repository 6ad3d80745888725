/*
 * What it costs to spawn an empty task and to wait for it, one at a time and
 * many at once, on stacks that others have had; one at a time among many that
 * are parked; many on new stacks, which go back to the system with their loop,
 * beside what the memory alone costs; and to open and close a group with
 * nothing in it.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <sys/mman.h>

#include "in_green.h"

#define STACK	((size_t)132 * 1024)	/* and its guard */

static int
empty(void *arg)
{
	(void)arg;
	return (0);
}

static int
spawn_group(long tasks)
{
	struct green_group g;
	int rc = 0;
	long i;

	green_group_open(&g);
	for (i = 0; i < tasks && rc == 0; i++)
		rc = green_spawn(&g, empty, NULL);
	return (green_group_close(&g, rc));
}

static int
spawn_all(void *arg)
{
	return (spawn_group(((struct trial *)arg)->tasks));
}

static int
spawn(void *arg)
{
	struct trial *t = arg;
	long i, groups = each_of(t);
	int rc = spawn_all(t);

	trial_start(t);
	for (i = 0; i < groups && rc == 0; i++)
		rc = spawn_all(t);
	return (rc);
}

static int
park(void *arg)
{
	return (green_event_wait(arg));
}

static int
spawn_among(void *arg)
{
	struct green_event wake = { { NULL } };
	struct trial *t = arg;
	struct green_group g;
	int rc = 0;
	long i;

	green_group_open(&g);
	for (i = 0; i < t->tasks && rc == 0; i++)
		rc = green_spawn(&g, park, &wake);
	if (rc == 0)
		rc = green_checkpoint();
	trial_start(t);
	for (i = 0; i < t->n && rc == 0; i++)
		rc = spawn_group(1);
	trial_stop(t);
	green_event_set(&wake);
	return (green_group_close(&g, rc));
}

static int
spawn_new(void *arg)
{
	struct trial *t = arg;
	long i, loops = each_of(t);
	int rc = 0;

	for (i = 0; i < loops && rc == 0; i++)
		rc = green_run(spawn_all, t, NULL);
	return (rc);
}

static int
touch(void *arg)
{
	struct trial *t = arg;
	long i, j, rounds = each_of(t);
	size_t size = (size_t)t->tasks * STACK;
	char *stacks;

	for (i = 0; i < rounds; i++) {
		stacks = mmap(NULL, size, PROT_READ | PROT_WRITE,
		    GREEN_MAP_STACK, -1, 0);
		if (stacks == MAP_FAILED)
			return (-1);
#if HAVE_DECL_MADV_NOHUGEPAGE
		(void)madvise(stacks, size, MADV_NOHUGEPAGE);
#endif
		for (j = 1; j <= t->tasks; j++)
			stacks[(size_t)j * STACK - 1] = 1;
		if (munmap(stacks, size) == -1)
			return (-1);
	}
	return (0);
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
	{ "spawn-among", "libgreen", spawn_among, in_green,
	    { 1, 100, 10000 }, NULL },
	{ "spawn-new", "libgreen", spawn_new, NULL, { 100, 10000 }, NULL },
	{ "spawn-new", "mmap", touch, NULL, { 100 }, NULL },
	{ .name = NULL }
};

int
main(int argc, char *argv[])
{
	return (bench(argc, argv, subjects));
}
