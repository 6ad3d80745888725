/*
 * Cancellations: what it costs, in CPU time, until a parked task knows that it is
 * cancelled, has ended its wait and is out of its scope; from a thousand tasks to
 * a hundred thousand, in groups nested in several ways.  The time for each should
 * not depend on how many there are, but for what caches have to say of that.
 *
 *	cancel [N]	N cancellations a line (a million)
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <green.h>

#include "bench.h"

/* Groups in groups: each has so many tasks that wait, and so many inner ones. */
static const struct shape {
	const char *name;
	int	 depth;
	int	 inner;			/* groups in each, but for the last */
} shapes[] = {
	{ "one group", 1, 0 },
	{ "10 groups, 1 level", 2, 10 },
	{ "groups of 10, 4 levels", 4, 10 },
	{ "a chain of 10 groups", 10, 1 },
	{ "a chain of 100 groups", 100, 1 },
	{ "a chain of 500 groups", 500, 1 },
};

static long total = 1000000;

struct run {
	const struct shape *shape;
	long	 waiters;		/* in each group */
	long	 ngroups;
	long	 parked;
	long	 cancelled;
	double	 cpu;
	struct green_event never;
};

struct node {
	struct run *run;
	int	 depth;			/* what is left, itself included */
};

static int
wait_and_count(void *arg)
{
	struct run *r = arg;
	int rc;

	r->parked++;
	rc = green_event_wait(&r->never);
	r->cancelled += rc == -1;
	return (rc);
}

/* A group with its waiters and its inner groups. */
static int
nest(void *arg)
{
	struct node *n = arg, next = { n->run, n->depth - 1 };
	struct green_group g;
	long i;
	int rc = 0;

	green_group_open(&g);
	for (i = 0; i < n->run->waiters && rc == 0; i++)
		rc = green_spawn(&g, wait_and_count, n->run);
	for (i = 0; n->depth > 1 && i < n->run->shape->inner && rc == 0; i++)
		rc = green_spawn_copy(&g, nest, &next, sizeof(next));
	return (green_group_close(&g, rc));
}

/* All that wait are cancelled by one call, and gone when the group is closed. */
static int
cancel_all(void *arg)
{
	struct run *r = arg;
	struct node root = { r, r->shape->depth };
	struct green_group g;
	double cpu;
	int rc;

	while (r->cancelled < total) {
		r->parked = 0;
		green_group_open(&g);
		rc = green_spawn(&g, nest, &root);
		while (rc == 0 && r->parked < r->waiters * r->ngroups)
			rc = green_checkpoint();
		cpu = cpu_seconds();
		if (rc == 0)
			green_group_cancel(&g, "enough");
		if (green_group_close(&g, rc) == -1)
			return (-1);
		r->cpu += cpu_seconds() - cpu;
	}
	return (0);
}

/* One by one: scope after scope, in tasks that wait again and again. */
struct sleeper {
	struct green_scope scope;
	struct run *run;
};

static int
wait_again(void *arg)
{
	struct sleeper *s = arg;
	int64_t rc;

	while (s->run->cancelled < total) {
		green_scope_open(&s->scope);
		s->run->parked++;
		rc = green_event_wait(&s->run->never);
		s->run->cancelled += rc == -1;
		if (green_scope_close(&s->scope, rc) == -1)
			return (-1);
	}
	return (0);
}

static int
cancel_each(void *arg)
{
	struct run *r = arg;
	struct sleeper *s = calloc((size_t)r->waiters, sizeof(*s));
	struct green_group g;
	double cpu;
	long i;
	int rc = 0;

	if (s == NULL)
		return (-1);
	green_group_open(&g);
	for (i = 0; i < r->waiters && rc == 0; i++) {
		s[i].run = r;
		rc = green_spawn(&g, wait_again, &s[i]);
	}
	while (rc == 0 && r->cancelled < total) {
		while (rc == 0 && r->parked < r->waiters)
			rc = green_checkpoint();
		r->parked = 0;
		cpu = cpu_seconds();
		for (i = 0; i < r->waiters; i++)
			green_scope_cancel(&s[i].scope, "enough");
		if (rc == 0)
			rc = green_checkpoint();
		r->cpu += cpu_seconds() - cpu;
	}
	green_group_cancel(&g, NULL);
	rc = green_group_close(&g, rc);
	free(s);
	return (rc);
}

static long
count_groups(const struct shape *shape)
{
	long n = 0, level = 1;
	int i;

	for (i = 0; i < shape->depth; i++, level *= shape->inner)
		n += level;
	return (n);
}

static void
measure(const char *name, green_fn *fn, const struct shape *shape, long tasks)
{
	struct run r = { .shape = shape, .ngroups = count_groups(shape) };

	r.waiters = tasks / r.ngroups;
	if (r.waiters == 0)
		return;
	if (green_run(fn, &r, NULL) == -1)
		err(1, "green_run: %s", green_errmsg());
	printf("%-28s %8ld tasks %10ld cancelled %8.0f ms of CPU %7.0f ns "
	    "each\n", name, r.waiters * r.ngroups, r.cancelled, r.cpu * 1e3,
	    r.cpu / (double)r.cancelled * 1e9);
	fflush(stdout);
}

int
main(int argc, char *argv[])
{
	static const long counts[] = { 1000, 10000, 100000 };
	size_t i, k;

	if (argc > 1)
		total = strtol(argv[1], NULL, 10);
	for (k = 0; k < sizeof(shapes) / sizeof(shapes[0]); k++)
		for (i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
			measure(shapes[k].name, cancel_all, &shapes[k],
			    counts[i]);
	for (i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
		measure("one by one", cancel_each, &shapes[0], counts[i]);
	return (0);
}
