/*
 * Worker calls: a task waits while a function of its choice runs in a worker.
 * The call's record lives on the waiting task's stack.  Calls are collected, if
 * others are ready to run and may have some to make, and handed over together.
 *
 * Numbers in brackets are steps of tests/models/pool.pml, which spin checks.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "call.h"
#include "internal.h"

/* In a worker: what it is at work on. */
static _Thread_local struct call *current;

void
green__call_run(struct green__job *j)
{
	struct call *c = GREEN__CONTAINER(j, struct call, job);

	current = c;
	(void)green__values_lend(c->values);
	/* What failed here before is not this one's failure. */
	(void)green__fail(0);
	/* fn alone may be cancelled, and as if no other had been here. */
	pthread_setcanceltype(PTHREAD_CANCEL_DEFERRED, NULL);
	pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, NULL);
	c->result = c->fn(c->arg);
	if (GREEN__UNLIKELY(current != c))
		green__die("a function in a worker thread has returned in a "
		    "process that was forked, where nobody waits for it");
	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL);
	c->error = errno;
	if (c->result == -1)
		c->errmsg = green__fail_told();
	(void)green__values_lend(NULL);
	current = NULL;
}

bool
green__call_fell(struct green__job *j)
{
	struct call *c = GREEN__CONTAINER(j, struct call, job);

	if (current == NULL)
		return (false);
	c->result = -1;
	c->error = EIO;
	c->errmsg = strdup("the worker thread ended before its function "
	    "returned");
	(void)green__values_lend(NULL);
	current = NULL;
	return (true);
}

static void
fell(struct green__job *j)
{
	(void)green__call_fell(j);
}

static void
report(struct green__job *j, int error)
{
	struct call *c = GREEN__CONTAINER(j, struct call, job);

	if (error != 0) {
		c->result = -1;
		c->error = error;
	}
	green__inbox_post(c->loop, &c->done);			/* (22) */
}

void
green__call_finish(struct call *c)
{
	c->loop->calls--;
	green__limiter_give_back(c->limiter, &c->borrower);	/* (23) */
}

void
green__calls_leave_behind(void)
{
	current = NULL;
}

void
green__call_suspend(struct call *c)
{
	c->suspended = true;
	c->loop->calls--;
}

/* The task that waited for the call may have wanted to leave it meanwhile. */
void
green__call_resume(struct call *c)
{
	c->suspended = false;
	if (c->abandoned) {
		c->loop->external++;
		green__wake(&c->waiter, -1, ECANCELED);
	} else
		c->loop->calls++;
}

/* Back in the loop. */
static void
done(struct inbox_item *it)
{
	struct call *c = GREEN__CONTAINER(it, struct call, done);

	green__call_finish(c);					/* (24) */
	green__wake(&c->waiter, 0, 0);
}

static void
submit_collected(struct inbox_item *it)
{
	struct loop *l = GREEN__CONTAINER(it, struct loop, collected_turn);
	struct green__job *j;

	l->collected_posted = false;				/* (25) */
	TAILQ_FOREACH(j, &l->collected, link)
		GREEN__CONTAINER(j, struct call, job)->collected = false;
	if (!TAILQ_EMPTY(&l->collected))
		green__pool_submit(&l->collected);		/* (26) */
}

/*
 * At once if nobody else is ready to run.  Else others may have calls to make
 * too, and to wake a worker for each of them would cost more than the calls:
 * the next turn, a few switches away, brings them all.
 */
static void
submit(struct call *c)
{
	struct loop *l = c->loop;

	if (l->collected.tqh_last == NULL) {
		green__pool_prepare();
		TAILQ_INIT(&l->collected);
	}
	TAILQ_INSERT_TAIL(&l->collected, &c->job, link);	/* (27) */
	if (!l->collected_posted && l->nready == 0) {
		green__pool_submit(&l->collected);		/* (28) */
		return;
	}
	c->collected = true;
	if (!l->collected_posted) {
		l->collected_posted = true;
		l->collected_turn.run = submit_collected;
		green__inbox_post(l, &l->collected_turn);	/* (29) */
	}
}

bool
green__call_cancel(struct call *c)
{
	if (c->collected)
		TAILQ_REMOVE(&c->loop->collected, &c->job,
		    link);					/* (30) */
	else if (!green__pool_withdraw(&c->job))		/* (31) */
		return (false);
	green__call_finish(c);
	return (true);
}

void
green__call_tell(struct call *c)
{
	atomic_store(&c->cancelled, true);
}

static bool
abort_call(struct waiter *w)
{
	struct call *c = GREEN__CONTAINER(w, struct call, waiter);

	if (green__call_cancel(c))
		return (true);
	green__call_tell(c);
	return (false);
}

void
green__call_init(struct call *c, struct green_limiter *l, green_fn *fn,
    void *arg)
{
	struct green_task *t = green__task();

	if (l == NULL && (l = green__limiter_get(t)) == NULL)
		l = &t->loop->limiter_calls;
	c->job.run = green__call_run;
	c->job.fell = fell;
	c->job.done = report;
	c->done.run = done;
	c->borrower.who = c;
	c->limiter = l;
	c->loop = t->loop;
	c->door = t->loop->door;
	c->values = t->inherited;
	c->fn = fn;
	c->arg = arg;
	c->errmsg = NULL;
	atomic_init(&c->cancelled, false);
	c->collected = false;
	c->suspended = false;
	c->abandoned = false;
}

/* What fn has returned, for its task. */
static int
conclude(struct call *c)
{
	if (c->result != -1)
		errno = c->error;
	else if (c->error == ECANCELED && green__is_cancelled(green__task()))
		(void)green__cancelled();
	else
		(void)green__fail_text(c->error, c->errmsg);
	free(c->errmsg);
	return (c->result);
}

int
green__call_make(struct call *c, bool (*abort)(struct waiter *))
{
	if (green__limiter_borrow(c->limiter, &c->borrower, abort == NULL) ==
	    -1)
		return (-1);
	if (abort != NULL && green__check() == -1) {
		green__limiter_give_back(c->limiter, &c->borrower);
		return (-1);
	}
	c->loop->calls++;
	submit(c);
	if (green__park(&c->waiter, abort, "worker thread", -1,
	    GREEN_FOREVER) == -1)
		return (-1);
	return (conclude(c));
}

int
green_to_thread_limited(struct green_limiter *l, green_fn *fn, void *arg)
{
	struct call c;

	if (green__check() == -1)
		return (-1);
	green__call_init(&c, l, fn, arg);
	return (green__call_make(&c, abort_call));
}

int
green_to_thread(green_fn *fn, void *arg)
{
	return (green_to_thread_limited(NULL, fn, arg));
}

int
green__to_thread_shielded(struct green_limiter *l, green_fn *fn, void *arg)
{
	struct call c;

	if (green__task() == NULL)
		return (green__fail(EPERM));
	green__call_init(&c, l, fn, arg);
	return (green__call_make(&c, NULL));
}

struct call *
green__call_current(void)
{
	return (current);
}

int
green_thread_check_cancelled(void)
{
	if (current == NULL)
		return (green__fail(EPERM));
	if (atomic_load(&current->cancelled))
		return (green__fail(ECANCELED));
	return (0);
}
