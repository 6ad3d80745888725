/*
 * Worker calls that a cancellation reaches while fn runs: it abandons them, or
 * interrupts fn.  Both sides meet under the call's lock:
 *
 *	WAITS		no thread has begun it yet
 *	RUNS		fn runs
 *	RETURNED	it has; a cancellation that comes now comes too late
 *	REVOKED		cancelled before fn began: it never will
 *	ABANDONED	cancelled while fn ran: nobody waits for it any more
 *
 * An abandoned call's record has two ends to see: its task must have come back
 * from the wait, whose waiter it holds, and the worker have brought it back to
 * the loop, where it gives back the token.  The later of them frees it; if
 * there is no loop any more, the worker does.
 *
 * Numbers in brackets are steps of tests/models/revocable.pml, which spin
 * checks.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <pthread.h>
#include <stdlib.h>

#include <green/thread.h>

#include "internal.h"

enum state { WAITS, RUNS, RETURNED, REVOKED, ABANDONED };

struct revocable {
	struct call call;
	pthread_mutex_t lock;
	enum state state;
	void	(*dispose)(void *arg);
	void	(*interrupt)(void *arg);
	bool	 left;			/* abandoned: its task is out of it, */
	bool	 brought;		/* the worker has brought it back */
};
#define OF_JOB(j)							\
	GREEN__CONTAINER(j, struct revocable, call.job)
#define OF_WAITER(w)							\
	GREEN__CONTAINER(w, struct revocable, call.waiter)

/* If it is in one state, then from now on in another: in which it is. */
static enum state
advance(struct revocable *r, enum state from, enum state to)
{
	enum state state;

	pthread_mutex_lock(&r->lock);
	if (r->state == from)
		r->state = to;					/* (1) */
	state = r->state;
	pthread_mutex_unlock(&r->lock);
	return (state);
}

/* fn is done. */
static void
end_fn(struct revocable *r)
{
	if (advance(r, RUNS, RETURNED) == ABANDONED &&		/* (2) */
	    r->dispose != NULL)
		r->dispose(r->call.arg);			/* (3) */
}

static void
run(struct green__job *j)
{
	struct revocable *r = OF_JOB(j);

	if (advance(r, WAITS, RUNS) == REVOKED) {		/* (4) */
		r->call.result = -1;
		r->call.error = ECANCELED;
		return;
	}
	green__call_run(j);					/* (5) */
	end_fn(r);
}

/* Not again, if it was dispose() that ended the thread. */
static void
fell(struct green__job *j)
{
	if (green__call_fell(j))
		end_fn(OF_JOB(j));
}

static int
init(struct revocable *r, struct green_limiter *l, green_fn *fn, void *arg)
{
	int error;

	if ((error = pthread_mutex_init(&r->lock, NULL)) != 0)
		return (green__fail(error));
	green__call_init(&r->call, l, fn, arg);
	r->call.job.run = run;
	r->call.job.fell = fell;
	r->state = WAITS;
	r->dispose = NULL;
	r->interrupt = NULL;
	return (0);
}

/* Abandoning. */

static void
end_abandonable(struct revocable *r)
{
	green__values_drop(r->call.values);
	green__door_drop(r->call.door);
	pthread_mutex_destroy(&r->lock);
	free(r);						/* (6) */
}

/* Back in the loop. */
static void
done_abandonable(struct inbox_item *it)
{
	struct revocable *r = GREEN__CONTAINER(it, struct revocable, call.done);
	struct call *c = &r->call;

	if (!c->abandoned) {
		green__call_finish(c);				/* (7) */
		green__wake(&c->waiter, 0, 0);
		return;
	}
	c->loop->external--;
	/* The last task may have taken the limiter along. */
	if (c->loop->ntasks > 0)
		green__limiter_give_back(c->limiter, &c->borrower);
	free(c->errmsg);
	r->brought = true;					/* (8) */
	if (r->left)
		end_abandonable(r);
}

static void
report_abandonable(struct green__job *j, int error)
{
	struct revocable *r = OF_JOB(j);
	struct green_token *door = r->call.door;
	struct loop *l = green__door_enter(door);

	if (error != 0) {
		r->call.result = -1;
		r->call.error = error;
	}
	if (l != NULL) {
		green__inbox_post(l, &r->call.done);		/* (9) */
		green__door_leave(door);
		return;
	}
	free(r->call.errmsg);
	end_abandonable(r);					/* (10) */
}

static bool
abandon(struct waiter *w)
{
	struct revocable *r = OF_WAITER(w);

	if (green__call_cancel(&r->call))			/* (11) */
		return (true);
	switch (advance(r, WAITS, REVOKED)) {			/* (12) */
	case RUNS:
		if (advance(r, RUNS, ABANDONED) == RETURNED)	/* (13) */
			return (false);
		w->task->abandoned = true;
		/* Not before: it would return as one that is waited for. */
		green__call_tell(&r->call);
		break;
	case REVOKED:
		break;
	default:
		return (false);
	}
	r->call.abandoned = true;				/* (14) */
	/* Its task, which is cancelled too, comes first: green__call_resume(). */
	if (r->call.suspended)
		return (false);
	/* It still brings the token back. */
	r->call.loop->calls--;
	r->call.loop->external++;
	return (true);
}

int
green_to_thread_abandonable(struct green_limiter *l, green_fn *fn, void *arg,
    void (*dispose)(void *))
{
	struct green_task *t = green__task();
	struct revocable *r;
	int rc, error;

	if (t != NULL)
		t->abandoned = false;
	if (green__check() == -1)
		return (-1);
	if ((r = calloc(1, sizeof(*r))) == NULL)
		return (green__fail(ENOMEM));
	if (init(r, l, fn, arg) == -1) {
		free(r);
		return (-1);
	}
	r->call.job.done = report_abandonable;
	r->call.done.run = done_abandonable;
	r->dispose = dispose;
	(void)green__door_hold(r->call.door);
	(void)green__values_hold(r->call.values);
	rc = green__call_make(&r->call, abandon);
	r->left = true;						/* (15) */
	if (!r->call.abandoned || r->brought) {
		error = errno;
		end_abandonable(r);
		errno = error;
	}
	return (rc);
}

bool
green_thread_abandoned(void)
{
	struct green_task *t = green__task();

	return (t != NULL && t->abandoned);
}

/* Interrupting. */

/*
 * interrupt() runs in the loop, whose thread may be any task's at the moment:
 * none of them can be made to wait.  fn's worker cannot leave it meanwhile.
 */
static void
call_interrupt(struct revocable *r)
{
	struct loop *l = r->call.loop;
	struct green_task *current = l->current;
	int error = errno;

	l->current = NULL;
	r->interrupt(r->call.arg);				/* (16) */
	l->current = current;
	errno = error;
}

static bool
interrupt(struct waiter *w)
{
	struct revocable *r = OF_WAITER(w);

	if (green__call_cancel(&r->call))
		return (true);
	green__call_tell(&r->call);
	pthread_mutex_lock(&r->lock);
	if (r->state == WAITS)
		r->state = REVOKED;				/* (17) */
	else if (r->state == RUNS && r->interrupt != NULL)
		call_interrupt(r);
	pthread_mutex_unlock(&r->lock);
	return (false);
}

int
green_to_thread_interruptible(struct green_limiter *l, green_fn *fn, void *arg,
    void (*interrupt_fn)(void *))
{
	struct revocable r;
	int rc, error;

	if (green__check() == -1 || init(&r, l, fn, arg) == -1)
		return (-1);
	r.interrupt = interrupt_fn;
	rc = green__call_make(&r.call, interrupt);
	error = errno;
	pthread_mutex_destroy(&r.lock);
	errno = error;
	return (rc);
}
