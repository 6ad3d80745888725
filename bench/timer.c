/*
 * Sleeps: tasks that sleep for a random time each, up to 20 us for each task that
 * there is, so that as many wake in a second however many there are.  It is the
 * CPU time that tells; that of their creation, on stacks that others have had, is
 * in it.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include "in_green.h"

#define SPAN	(20 * GREEN_USEC)

static int
nap(void *arg)
{
	return (green_sleep(*(int64_t *)arg));
}

static int
nap_all(long tasks, int64_t longest)
{
	struct green_group g;
	int64_t span;
	int rc = 0;
	long i;

	green_group_open(&g);
	for (i = 0; i < tasks && rc == 0; i++) {
		span = 1 + random() % longest;
		rc = green_spawn_copy(&g, nap, &span, sizeof(span));
	}
	return (green_group_close(&g, rc));
}

static int
nap_and_nap(void *arg)
{
	struct trial *t = arg;
	long i, rounds = each_of(t);
	int rc = nap_all(t->tasks, 1);

	srandom(1);
	trial_start(t);
	for (i = 0; i < rounds && rc == 0; i++)
		rc = nap_all(t->tasks, t->tasks * SPAN);
	return (rc);
}

static const struct subject subjects[] = {
	{ "timer", "libgreen", nap_and_nap, in_green, { 1, 1000, 100000 },
	    NULL },
	{ .name = NULL }
};

int
main(int argc, char *argv[])
{
	return (bench(argc, argv, subjects));
}
