/*
 * The way back: what a worker's function has done in the loop that it came
 * from.  A task for it lives inside the task that waits for the worker, in a
 * group that is opened for it in that one's innermost scope, and so is
 * cancelled with it.  The worker waits meanwhile, and can bring nothing about:
 * its call does not count as under way then.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <green/thread.h>

#include "errand.h"
#include "green/scope_enter.h"
#include "internal.h"

struct from_thread {
	struct errand errand;
	struct call *call;
};
#define OF_ITEM(it)							\
	GREEN__CONTAINER(it, struct from_thread, errand.item)
#define OF_PATRON(p)							\
	GREEN__CONTAINER(p, struct from_thread, errand.patron)

/* The task has ended, and with it the group. */
static void
ended(struct patron *p, struct green_task *t)
{
	struct from_thread *f = OF_PATRON(p);

	scope_leave(&f->call->group.scope);
	green__call_resume(f->call);
	green__errand_settle(&f->errand, t->result);
}

static void
arrive_to_run(struct inbox_item *it)
{
	struct from_thread *f = OF_ITEM(it);
	struct call *c = f->call;
	struct green_task *host = c->waiter.task, *t;

	if (c->loop->ntasks == 0) {
		green__errand_refuse(&f->errand, ESHUTDOWN);
		return;
	}
	if (c->abandoned) {
		green__errand_refuse(&f->errand, ECANCELED);
		return;
	}
	green__group_open(&c->group, c->loop, host, "from its thread");
	if ((t = green__errand_spawn(&f->errand, &c->group)) == NULL) {
		scope_leave(&c->group.scope);
		return;
	}
	t->parent_id = host->id;
	t->inherited = green__values_hold(host->inherited);
	green__call_suspend(c);
}

static void
arrive_to_call(struct inbox_item *it)
{
	struct from_thread *f = OF_ITEM(it);
	struct green__values *before;

	if (f->call->loop->ntasks == 0) {
		green__errand_refuse(&f->errand, ESHUTDOWN);
		return;
	}
	/* The loop may itself run in a worker. */
	before = green__values_lend(f->call->values);
	green__errand_call(&f->errand);
	(void)green__values_lend(before);
}

static int
enter(struct from_thread *f, void (*arrive)(struct inbox_item *))
{
	if ((f->call = green__call_current()) == NULL)
		return (green__fail(EPERM));
	f->errand.item.run = arrive;
	return (green__errand_run(&f->errand, f->call->door));
}

int
green_from_thread_run_(green_fn *fn, void *arg, const char *name,
    const char *where)
{
	struct from_thread f = {
		.errand = {
			.patron = { .ended = ended },
			.fn = fn,
			.arg = arg,
			.name = name,
			.where = where
		}
	};

	return (enter(&f, arrive_to_run));
}

int
(green_from_thread_run)(green_fn *fn, void *arg)
{
	return (green_from_thread_run_(fn, arg, NULL, NULL));
}

int
green_from_thread_call(green_fn *fn, void *arg)
{
	struct from_thread f = { .errand = { .fn = fn, .arg = arg } };

	return (enter(&f, arrive_to_call));
}
