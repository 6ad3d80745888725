/*
 * Cancellations: what it costs, in CPU time, until a parked task knows that it is
 * cancelled, has ended its wait and is out of its scope; in groups nested in
 * several ways.  The time for each should not depend on how many there are, but
 * for what caches have to say of that.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include "in_green.h"

#define ENOUGH	1000		/* cancellations between looks at the clocks */

/* Groups in groups: each has so many tasks that wait, and so many inner ones. */
struct shape {
	int	 depth;
	int	 inner;			/* groups in each, but for the last */
};

struct run {
	const struct shape *shape;
	long	 waiters;		/* in each group */
	long	 ngroups;
	long	 total;			/* cancellations, wanted */
	long	 parked;
	long	 cancelled;
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

static long
count_groups(const struct shape *shape)
{
	long n = 0, level = 1;
	int i;

	for (i = 0; i < shape->depth; i++, level *= shape->inner)
		n += level;
	return (n);
}

/* Its clocks stand still between what is to be measured. */
static void
go_on(struct trial *t)
{
	t->cpu -= cpu_seconds();
	t->wall -= seconds();
}

static void
halt(struct trial *t)
{
	t->cpu += cpu_seconds();
	t->wall += seconds();
}

static void
set_up(struct run *r, struct trial *t)
{
	r->shape = t->arg;
	r->ngroups = count_groups(r->shape);
	r->waiters = t->tasks / r->ngroups;
	r->total = r->waiters == 0 ? 0 : t->n;
	t->cpu = t->wall = 0;
	t->stopped = true;
}

/* All that wait are cancelled by one call, and gone when the group is closed: there
   are some more such groups in it, if they are small, for the clocks to matter
   little. */
static int
cancel_all(void *arg)
{
	struct trial *t = arg;
	struct run r = { .cancelled = 0 };
	struct node root;
	struct green_group g;
	long i, roots = t->tasks < ENOUGH ? ENOUGH / t->tasks : 1;
	int rc = 0;

	set_up(&r, t);
	root = (struct node){ &r, r.shape->depth };
	while (r.cancelled < r.total) {
		r.parked = 0;
		green_group_open(&g);
		for (i = 0; i < roots && rc == 0; i++)
			rc = green_spawn(&g, nest, &root);
		while (rc == 0 && r.parked < roots * r.waiters * r.ngroups)
			rc = green_checkpoint();
		go_on(t);
		if (rc == 0)
			green_group_cancel(&g, "enough");
		rc = green_group_close(&g, rc);
		halt(t);
		if (rc == -1)
			return (-1);
	}
	t->n = r.cancelled;
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

	while (s->run->cancelled < s->run->total) {
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
	struct trial *t = arg;
	struct sleeper *s = calloc((size_t)t->tasks, sizeof(*s));
	struct run r = { .cancelled = 0 };
	struct green_group g;
	int rc = 0;
	long i;

	if (s == NULL)
		return (-1);
	set_up(&r, t);
	green_group_open(&g);
	for (i = 0; i < r.waiters && rc == 0; i++) {
		s[i].run = &r;
		rc = green_spawn(&g, wait_again, &s[i]);
	}
	while (rc == 0 && r.cancelled < r.total) {
		while (rc == 0 && r.parked < r.waiters)
			rc = green_checkpoint();
		r.parked = 0;
		go_on(t);
		for (i = 0; i < r.waiters; i++)
			green_scope_cancel(&s[i].scope, "enough");
		if (rc == 0)
			rc = green_checkpoint();
		halt(t);
	}
	t->n = r.cancelled;
	green_group_cancel(&g, NULL);
	rc = green_group_close(&g, rc);
	free(s);
	return (rc);
}

static const struct shape one = { 1, 0 }, ten = { 2, 10 }, tree = { 4, 10 },
    chain_10 = { 10, 1 }, chain_100 = { 100, 1 }, chain_500 = { 500, 1 };

static const struct subject subjects[] = {
	{ "cancel", "libgreen", cancel_all, in_green, { 1, 1000, 100000 },
	    &one },
	{ "cancel-ten", "libgreen", cancel_all, in_green, { 1000 }, &ten },
	{ "cancel-tree", "libgreen", cancel_all, in_green, { 10000 }, &tree },
	{ "cancel-chain-10", "libgreen", cancel_all, in_green, { 1000 },
	    &chain_10 },
	{ "cancel-chain-100", "libgreen", cancel_all, in_green, { 1000 },
	    &chain_100 },
	{ "cancel-chain-500", "libgreen", cancel_all, in_green, { 1000 },
	    &chain_500 },
	{ "cancel-each", "libgreen", cancel_each, in_green, { 1000 }, &one },
	{ .name = NULL }
};

int
main(int argc, char *argv[])
{
	return (bench(argc, argv, subjects));
}
