/*
 * Condition variables.  Who is notified, or cancelled, needs the lock before he
 * can go on: so he is moved to the lock's own line instead of being woken for
 * nothing, and there no cancellation reaches him any more.  A lock knows the
 * conditions that tasks wait on, to tell them of its death.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include "lock.h"

struct cond {
	struct waiters queue;
	SLIST_ENTRY(cond) link;		/* in its lock, while tasks wait */
	struct lock *given;		/* NULL: its own */
	struct lock own;
} GREEN__ALIAS;
#define COND(c)	((struct cond *)(void *)(c))

GREEN__FITS(struct cond, struct green_cond);

/* In the condition's line, and then in the lock's. */
struct cond_waiter {
	struct lock_waiter lock;
	struct cond *cond;
	bool	 cancelled;
};

static struct lock *
lock_of(struct cond *c)
{
	return (c->given == NULL ? &c->own : c->given);
}

static struct green_lock *
shown_lock_of(const struct green_cond *c)
{
	return ((struct green_lock *)(void *)lock_of(COND(c)));
}

void
green_cond_init(struct green_cond *c, struct green_lock *l)
{
	*COND(c) = (struct cond){ .given = l == NULL ? NULL : LOCK(l) };
}

int
green_cond_acquire_(struct green_cond *c, const char *where)
{
	return (green_lock_acquire_(shown_lock_of(c), where));
}

int
green_cond_acquire_nowait_(struct green_cond *c, const char *where)
{
	return (green_lock_acquire_nowait_(shown_lock_of(c), where));
}

int
(green_cond_acquire)(struct green_cond *c)
{
	return (green_cond_acquire_(c, NULL));
}

int
(green_cond_acquire_nowait)(struct green_cond *c)
{
	return (green_cond_acquire_nowait_(c, NULL));
}

int
green_cond_release(struct green_cond *c)
{
	return (green_lock_release(shown_lock_of(c)));
}

static void
stand_in_line(struct cond *c, struct cond_waiter *w)
{
	if (TAILQ_EMPTY(&c->queue))
		SLIST_INSERT_HEAD(&lock_of(c)->conds, c, link);
	green__queue_add(&c->queue, &w->lock.queued);
}

static void
leave_line(struct cond *c, struct cond_waiter *w)
{
	green__queue_remove(&w->lock.queued);
	if (TAILQ_EMPTY(&c->queue))
		SLIST_REMOVE(&lock_of(c)->conds, c, cond, link);
}

static struct cond_waiter *
first_in_line(struct cond *c)
{
	struct waiter *w = TAILQ_FIRST(&c->queue);

	return (w == NULL ? NULL : GREEN__CONTAINER(w, struct cond_waiter,
	    lock.queued.waiter));
}

/* Out of the condition's line, and into the lock's. */
static void
line_up(struct cond *c, struct cond_waiter *w)
{
	leave_line(c, w);
	green__lock_line_up(lock_of(c), &w->lock);
	w->lock.queued.waiter.abort = NULL;
}

static bool
abort_wait(struct waiter *waiter)
{
	struct cond_waiter *w = GREEN__CONTAINER(waiter, struct cond_waiter,
	    lock.queued.waiter);
	struct lock *l = lock_of(w->cond);

	w->cancelled = true;
	if (l->owner != NULL) {
		line_up(w->cond, w);
		return (false);
	}
	leave_line(w->cond, w);
	green__lock_take(l, waiter->task, w->lock.where);
	return (true);
}

void
green__cond_abandon(struct cond *c)
{
	struct cond_waiter *w;

	while ((w = first_in_line(c)) != NULL) {
		leave_line(c, w);
		green__lock_refuse(lock_of(c), &w->lock);
	}
}

int
green_cond_wait(struct green_cond *c)
{
	struct cond_waiter w;
	struct lock *l = lock_of(COND(c));

	if (green__check() == -1)
		return (-1);
	if (green__lock_check(l) == -1)
		return (-1);
	w.lock.where = l->where;
	w.lock.ended = NULL;
	w.cond = COND(c);
	w.cancelled = false;
	stand_in_line(COND(c), &w);
	green__lock_pass(l);
	if (green__park(&w.lock.queued.waiter, abort_wait, "condition", -1,
	    GREEN_FOREVER) == -1)
		return (green__lock_failed(&w.lock));
	return (w.cancelled ? green__cancelled() : 0);
}

int
green_cond_wait_for(struct green_cond *c, bool (*ready)(void *), void *arg)
{
	if (green__check() == -1)
		return (-1);
	if (green__lock_check(lock_of(COND(c))) == -1)
		return (-1);
	while (!ready(arg))
		if (green_cond_wait(c) == -1)
			return (-1);
	return (0);
}

int
green_cond_notify(struct green_cond *c, size_t n)
{
	struct cond_waiter *w;

	if (green__lock_check(lock_of(COND(c))) == -1)
		return (-1);
	for (; n > 0 && (w = first_in_line(COND(c))) != NULL; n--)
		line_up(COND(c), w);
	return (0);
}

int
green_cond_notify_all(struct green_cond *c)
{
	return (green_cond_notify(c, SIZE_MAX));
}

bool
green_cond_locked(const struct green_cond *c)
{
	return (green_lock_locked(shown_lock_of(c)));
}

size_t
green_cond_waiting(const struct green_cond *c)
{
	return (green__queue_count(&COND(c)->queue));
}
