/*
 * Locks.  A lock that is released with tasks in line goes to the first of them
 * at once: it is never free in between.  Each task has a list of the locks that
 * it holds, and those that are left in it when the task ends are dead.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include "lock.h"

GREEN__FITS(struct lock, struct green_lock);

void
green__lock_take(struct lock *l, struct green_task *t)
{
	l->owner = t;
	SLIST_INSERT_HEAD(&t->locks, l, held);
}

void
green__lock_pass(struct lock *l)
{
	struct queued *next = green__queue_take(&l->queue);

	SLIST_REMOVE(&l->owner->locks, l, lock, held);
	l->owner = NULL;
	if (next != NULL) {
		green__lock_take(l, next->waiter.task);
		green__wake(&next->waiter, 0, 0);
	}
}

void
green__locks_abandon(struct green_task *t)
{
	struct lock *l;
	struct cond *c;

	while ((l = SLIST_FIRST(&t->locks)) != NULL) {
		SLIST_REMOVE_HEAD(&t->locks, held);
		l->owner = NULL;
		l->dead = true;
		green__queue_wake_all(&l->queue, -1, EOWNERDEAD);
		while ((c = SLIST_FIRST(&l->conds)) != NULL)
			green__cond_abandon(c);
	}
}

bool
green__lock_is_mine(const struct lock *l)
{
	return (l->owner != NULL && l->owner == green__task());
}

/* Take it if that can be done at once; EAGAIN. */
static int
try(struct lock *l)
{
	struct green_task *t = green__task();

	if (t == NULL)
		return (green__fail(EPERM));
	if (l->dead)
		return (green__fail(EOWNERDEAD));
	if (l->owner == t)
		return (green__fail(EDEADLK));
	if (l->owner != NULL)
		return (green__fail(EAGAIN));
	green__lock_take(l, t);
	return (0);
}

int
green_lock_acquire(struct green_lock *l)
{
	struct queued self;

	if (green__check() == -1)
		return (-1);
	if (LOCK(l)->owner != NULL && LOCK(l)->owner != green__task())
		return (green__queue_wait(&LOCK(l)->queue, &self, "lock"));
	if (try(LOCK(l)) == -1)
		return (-1);
	green__spend();
	return (0);
}

int
green_lock_acquire_nowait(struct green_lock *l)
{
	return (try(LOCK(l)));
}

int
green_lock_release(struct green_lock *l)
{
	if (!green__lock_is_mine(LOCK(l)))
		return (green__fail(EPERM));
	green__lock_pass(LOCK(l));
	return (0);
}

bool
green_lock_locked(const struct green_lock *l)
{
	return (LOCK(l)->owner != NULL || LOCK(l)->dead);
}

uint64_t
green_lock_owner(const struct green_lock *l)
{
	return (LOCK(l)->owner == NULL ? 0 : LOCK(l)->owner->id);
}

size_t
green_lock_waiting(const struct green_lock *l)
{
	return (green__queue_count(&LOCK(l)->queue));
}
