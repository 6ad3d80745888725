/*
 * Worker calls: a task waits while a function of its choice runs in a worker.
 * The call's record lives on the waiting task's stack.  It belongs to the loop
 * but for the time from its submission to the moment when the worker posts it
 * to the loop's inbox, the last thing that the worker does with it.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include "green/internal.h"
#include "green/limiter.h"

#include "call.h"
#include "internal.h"

struct call {
	struct green__job job;
	struct inbox_item done;
	struct waiter waiter;
	struct green__borrower borrower;
	struct green_limiter *limiter;
	struct loop *loop;
	green_fn *fn;
	void	*arg;
	int	 result;
	int	 error;			/* fn's errno */
	bool	 collected;		/* not in the pool's hands yet */
	atomic_bool cancelled;		/* the task is */
};

/* In a worker: what it is at work on. */
static _Thread_local struct call *current;

/* In a loop's thread: jobs for the pool, collected until its next turn. */
static _Thread_local struct {
	struct green__jobs jobs;
	struct inbox_item turn;
	bool	 posted;
} collected;

/* In the worker. */
static void
run(struct green__job *j)
{
	struct call *c = GREEN__CONTAINER(j, struct call, job);

	current = c;
	errno = 0;
	c->result = c->fn(c->arg);
	c->error = errno;
	current = NULL;
}

static void
report(struct green__job *j, int error)
{
	struct call *c = GREEN__CONTAINER(j, struct call, job);

	if (error != 0) {
		c->result = -1;
		c->error = error;
	}
	green__inbox_post(c->loop, &c->done);
}

static void
finish(struct call *c)
{
	c->loop->calls--;
	green__limiter_give_back(c->limiter, &c->borrower);
}

/* Back in the loop. */
static void
done(struct inbox_item *it)
{
	struct call *c = GREEN__CONTAINER(it, struct call, done);

	finish(c);
	green__wake(&c->waiter, 0, 0);
}

/* The turn has come: hand the jobs over, but for those given up meanwhile. */
static void
submit_collected(struct inbox_item *it)
{
	struct green__job *j, *next;
	struct call *c;

	(void)it;
	collected.posted = false;
	TAILQ_FOREACH_SAFE(j, &collected.jobs, link, next) {
		c = GREEN__CONTAINER(j, struct call, job);
		c->collected = false;
		if (!atomic_load(&c->cancelled))
			continue;
		TAILQ_REMOVE(&collected.jobs, j, link);
		finish(c);
		green__wake(&c->waiter, -1, ECANCELED);
	}
	if (!TAILQ_EMPTY(&collected.jobs))
		green__pool_submit(&collected.jobs);
}

/*
 * At once if nobody else is ready to run.  Else others may have calls to make
 * too, and to wake a worker for each of them would cost more than the calls:
 * the next turn, a few switches away, brings them all.  No call that was
 * collected ends before that, so the turn is never left over for another loop.
 */
static void
submit(struct call *c)
{
	if (collected.jobs.tqh_last == NULL)
		TAILQ_INIT(&collected.jobs);
	TAILQ_INSERT_TAIL(&collected.jobs, &c->job, link);
	if (!collected.posted && c->loop->nready == 0) {
		green__pool_submit(&collected.jobs);
		return;
	}
	c->collected = true;
	if (!collected.posted) {
		collected.posted = true;
		collected.turn.run = submit_collected;
		green__inbox_post(c->loop, &collected.turn);
	}
}

static bool
abort_call(struct waiter *w)
{
	struct call *c = GREEN__CONTAINER(w, struct call, waiter);

	if (c->collected || !green__pool_withdraw(&c->job)) {
		atomic_store(&c->cancelled, true);
		return (false);
	}
	finish(c);
	return (true);
}

static int
call(struct green_limiter *l, green_fn *fn, void *arg, bool shielded)
{
	struct green_task *t = green__task();
	struct call c = {
		.job = { .run = run, .done = report },
		.done = { .run = done },
		.borrower = { .who = &c },
		.limiter = l == NULL ? &t->loop->limiter_calls : l,
		.loop = t->loop,
		.fn = fn,
		.arg = arg
	};

	if (green__limiter_borrow(c.limiter, &c.borrower, shielded) == -1)
		return (-1);
	if (!shielded && green__check() == -1) {
		green__limiter_give_back(c.limiter, &c.borrower);
		return (-1);
	}
	c.loop->calls++;
	submit(&c);
	if (green__park(&c.waiter, shielded ? NULL : abort_call,
	    "worker thread", -1, GREEN_FOREVER) == -1)
		return (-1);
	if (c.result == -1)
		return (c.error == ECANCELED && green__is_cancelled(t) ?
		    green__cancelled() : green__fail(c.error));
	errno = c.error;
	return (c.result);
}

int
green_to_thread_limited(struct green_limiter *l, green_fn *fn, void *arg)
{
	if (green__check() == -1)
		return (-1);
	return (call(l, fn, arg, false));
}

int
green_to_thread(green_fn *fn, void *arg)
{
	return (green_to_thread_limited(NULL, fn, arg));
}

int
green__to_thread_shielded(struct green_limiter *l, green_fn *fn, void *arg)
{
	if (green__task() == NULL)
		return (green__fail(EPERM));
	return (call(l, fn, arg, true));
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

/* A member of the running loop; EPERM. */
static struct green_limiter *
limiter_of_loop(size_t offset)
{
	if (green__loop == NULL) {
		green__fail(EPERM);
		return (NULL);
	}
	return ((void *)((char *)green__loop + offset));
}

struct green_limiter *
green_thread_limiter(void)
{
	return (limiter_of_loop(offsetof(struct loop, limiter_calls)));
}

struct green_limiter *
green_file_limiter(void)
{
	return (limiter_of_loop(offsetof(struct loop, limiter_files)));
}

struct green_limiter *
green_name_limiter(void)
{
	return (limiter_of_loop(offsetof(struct loop, limiter_names)));
}
