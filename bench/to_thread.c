/*
 * What an empty call to a worker thread and back costs, so many at once; beside
 * two threads that hand one thing to and fro.  The kernel places the threads, on
 * the CPUs that the process may use; or all are on one; or the loop on one and the
 * worker on another.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <pthread.h>

#include "in_green.h"
#include "place.h"

enum where { ANYWHERE, TOGETHER, APART };

static int
nothing(void *arg)
{
	(void)arg;
	return (0);
}

static int
go_elsewhere(void *arg)
{
	(void)arg;
	place(1);
	return (0);
}

/* Threads are started by a first call, before the gate. */
static int
call(void *arg)
{
	struct gate *g = arg;
	int rc = green_to_thread(nothing, NULL);
	long i;

	if (rc == 0)
		rc = gate_enter(g);
	for (i = 0; i < g->each && rc == 0; i++)
		rc = green_to_thread(nothing, NULL);
	gate_leave(g);
	return (rc);
}

static int
call_threads(void *arg)
{
	struct trial *t = arg;
	const enum where *where = t->arg;
	struct gate gate = gate_for(t, t->tasks);
	struct green_group g;
	int rc = 0;
	long i;

	if (*where == APART && green_to_thread(go_elsewhere, NULL) == -1)
		return (-1);
	green_group_open(&g);
	for (i = 0; i < t->tasks && rc == 0; i++)
		rc = green_spawn(&g, call, &gate);
	return (green_group_close(&g, gate_open(&gate, t->tasks, rc)));
}

/* One thing, which is here or there. */
static struct {
	pthread_mutex_t m;
	pthread_cond_t moved;
	bool	 there;
} thing = { PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, false };

static void
hand_over(long n, bool from)
{
	pthread_mutex_lock(&thing.m);
	for (; n > 0; n--) {
		while (thing.there != from)
			pthread_cond_wait(&thing.moved, &thing.m);
		thing.there = !from;
		pthread_cond_signal(&thing.moved);
	}
	pthread_mutex_unlock(&thing.m);
}

static void *
hand_back(void *arg)
{
	const struct trial *t = arg;
	const enum where *where = t->arg;

	if (*where == APART)
		place(1);
	hand_over(t->n, true);
	return (NULL);
}

static int
hand_to_and_fro(void *arg)
{
	struct trial *t = arg;
	pthread_t other;

	if (t->tasks != 1)
		t->n = 0;
	errno = pthread_create(&other, NULL, hand_back, t);
	if (errno != 0)
		return (-1);
	hand_over(t->n, false);
	pthread_join(other, NULL);
	return (0);
}

/* In a process that has nothing else to place. */
static int
in_place(measure_fn *fn, void *arg)
{
	struct trial *t = arg;
	const enum where *where = t->arg;

	if (*where != ANYWHERE && !place(0)) {
		t->n = 0;
		return (0);
	}
	return (fn == call_threads ? in_green(fn, t) : fn(t));
}

static const enum where anywhere = ANYWHERE, one = TOGETHER, two = APART;

static const struct subject subjects[] = {
	{ "to_thread", "libgreen", call_threads, in_place, { 1, 64 },
	    &anywhere },
	{ "to_thread", "pthread", hand_to_and_fro, in_place, { 1 }, &anywhere },
	{ "to_thread-one", "libgreen", call_threads, in_place, { 1, 64 }, &one },
	{ "to_thread-one", "pthread", hand_to_and_fro, in_place, { 1 }, &one },
	{ "to_thread-apart", "libgreen", call_threads, in_place, { 1 }, &two },
	{ "to_thread-apart", "pthread", hand_to_and_fro, in_place, { 1 }, &two },
	{ .name = NULL }
};

int
main(int argc, char *argv[])
{
	return (bench(argc, argv, subjects));
}
