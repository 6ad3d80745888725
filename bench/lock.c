/*
 * Locks: one taken and released, which nobody else wants, beside a mutex of the
 * system's; and one that all want, each of which switches while holding it, so
 * that it is handed over every time.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <pthread.h>

#include "in_green.h"

static int
take(void *arg)
{
	struct trial *t = arg;
	struct green_lock l = { { NULL } };
	int rc = 0;
	long i;

	for (i = 0; i < t->n && rc == 0; i++)
		if ((rc = green_lock_acquire(&l)) == 0)
			rc = green_lock_release(&l);
	return (rc);
}

static int
take_mutex(void *arg)
{
	static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
	struct trial *t = arg;
	int rc = 0;
	long i;

	for (i = 0; i < t->n && rc == 0; i++)
		if ((rc = pthread_mutex_lock(&m)) == 0)
			rc = pthread_mutex_unlock(&m);
	return (rc == 0 ? 0 : -1);
}

struct want {
	struct green_lock l;
	struct gate gate;
};

static int
want(void *arg)
{
	struct want *w = arg;
	int rc = gate_enter(&w->gate);
	long i;

	for (i = 0; i < w->gate.each && rc == 0; i++) {
		if (green_lock_acquire(&w->l) == -1)
			return (-1);
		rc = green_checkpoint();
		if (green_lock_release(&w->l) == -1)
			return (-1);
	}
	gate_leave(&w->gate);
	return (rc);
}

static int
want_all(void *arg)
{
	struct trial *t = arg;
	struct want w = { { { NULL } }, gate_for(t, t->tasks) };
	struct green_group g;
	int rc = 0;
	long i;

	green_group_open(&g);
	for (i = 0; i < t->tasks && rc == 0; i++)
		rc = green_spawn(&g, want, &w);
	return (green_group_close(&g, gate_open(&w.gate, t->tasks, rc)));
}

static const struct subject subjects[] = {
	{ "lock", "libgreen", take, in_green, { 1 }, NULL },
	{ "lock", "pthread", take_mutex, NULL, { 1 }, NULL },
	{ "lock-wanted", "libgreen", want_all, in_green, { 2, 1000 }, NULL },
	{ .name = NULL }
};

int
main(int argc, char *argv[])
{
	return (bench(argc, argv, subjects));
}
