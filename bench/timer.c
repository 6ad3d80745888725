/*
 * Sleeps: tasks that sleep for a random time each, up to 20 us for each task that
 * there is, so that as many wake in a second however many there are.  It is the
 * CPU time that tells; that of their creation is in it.
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
nap_all(void *arg)
{
	struct trial *t = arg;
	long i, j, rounds = each_of(t);
	struct green_group g;
	int64_t span;
	int rc = 0;

	srandom(1);
	for (i = 0; i < rounds && rc == 0; i++) {
		green_group_open(&g);
		for (j = 0; j < t->tasks && rc == 0; j++) {
			span = 1 + random() % (t->tasks * SPAN);
			rc = green_spawn_copy(&g, nap, &span, sizeof(span));
		}
		rc = green_group_close(&g, rc);
	}
	return (rc);
}

static const struct subject subjects[] = {
	{ "timer", "libgreen", nap_all, in_green, { 1, 1000, 100000 }, NULL },
	{ .name = NULL }
};

int
main(int argc, char *argv[])
{
	return (bench(argc, argv, subjects));
}
