/*
 * Scopes: one opened and closed; one with a deadline around a call that does not
 * block, beside the one look at the clock that it cannot do without.  With more
 * tasks, as many others wait within a deadline of their own.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include "in_green.h"

static int
plain(struct trial *t)
{
	struct green_scope s;
	int rc = 0;
	long i;

	for (i = 0; i < t->n && rc == 0; i++) {
		green_scope_open(&s);
		rc = green_checkpoint_if_cancelled();
		rc = (int)green_scope_close(&s, rc);
	}
	return (rc);
}

static int
timeout(struct trial *t)
{
	struct green_scope s;
	int rc = 0;
	long i;

	for (i = 0; i < t->n && rc == 0; i++) {
		green_fail_after(&s, GREEN_SEC);
		rc = green_checkpoint_if_cancelled();
		rc = (int)green_scope_close(&s, rc);
	}
	return (rc);
}

static int
look_at_clock(void *arg)
{
	struct trial *t = arg;
	struct timespec ts;
	long i;

	for (i = 0; i < t->n; i++)
		if (clock_gettime(CLOCK_MONOTONIC, &ts) == -1)
			return (-1);
	return (0);
}

static int
wait_long(void *never)
{
	struct green_scope s;

	green_fail_after(&s, 3600 * GREEN_SEC);
	return ((int)green_scope_close(&s, green_event_wait(never)));
}

static int
among_others(struct trial *t, int (*fn)(struct trial *))
{
	struct green_event never = { { NULL } };
	struct green_group g;
	int rc = 0;
	long i;

	green_group_open(&g);
	for (i = 1; i < t->tasks && rc == 0; i++)
		rc = green_spawn_daemon(&g, wait_long, &never);
	if (rc == 0)
		rc = green_checkpoint();
	trial_start(t);
	if (rc == 0)
		rc = fn(t);
	trial_stop(t);
	return (green_group_close(&g, rc));
}

static int
open_scopes(void *arg)
{
	return (among_others(arg, plain));
}

static int
time_out(void *arg)
{
	return (among_others(arg, timeout));
}

static const struct subject subjects[] = {
	{ "scope", "libgreen", open_scopes, in_green, { 1 }, NULL },
	{ "timeout", "libgreen", time_out, in_green, { 1, 1000 }, NULL },
	{ "timeout", "clock_gettime", look_at_clock, NULL, { 1 }, NULL },
	{ .name = NULL }
};

int
main(int argc, char *argv[])
{
	return (bench(argc, argv, subjects));
}
