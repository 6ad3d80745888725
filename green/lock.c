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

static const char lock_word[] = "lock";

/* Owns all dead locks, and is no task. */
struct green_task green__lock_dead;

void
green__lock_take(struct lock *l, struct green_task *t, const char *where)
{
	l->owner = t;
	l->where = where;
	SLIST_INSERT_HEAD(&t->locks, l, held);
}

static struct lock_waiter *
first_in_line(struct lock *l)
{
	struct queued *e = green__queue_take(&l->queue);

	return (e == NULL ? NULL : GREEN__CONTAINER(e, struct lock_waiter,
	    queued));
}

static NOINLINE void
hand_over(struct lock *l)
{
	struct lock_waiter *next = first_in_line(l);

	green__lock_take(l, next->queued.waiter.task, next->where);
	green__wake(&next->queued.waiter, 0, 0);
}

void
green__lock_pass(struct lock *l)
{
	SLIST_REMOVE(&l->owner->locks, l, lock, held);
	l->owner = NULL;
	if (!TAILQ_EMPTY(&l->queue))
		hand_over(l);
}

/*
 * Dead locks.  Whoever waited may find that the lock's memory is gone when he
 * runs: what there is to be said, he is told along with the news.
 */

void
green__lock_refuse(const struct lock *l, struct lock_waiter *w)
{
	w->where = l->where;
	w->ended = l->ended;
	green__wake(&w->queued.waiter, -1, EOWNERDEAD);
}

static int
dead(int code, const char *ended, const char *where)
{
	return (green__failx(code, "task \"%s\" has ended with the lock, which "
	    "it took at %s", ended, green__place(where)));
}

int
green__lock_failed(const struct lock_waiter *w)
{
	return (errno == EOWNERDEAD ? dead(errno, w->ended, w->where) : -1);
}

void
green__locks_abandon(struct green_task *t)
{
	struct lock_waiter *w;
	struct lock *l;
	struct cond *c;

	if (!SLIST_EMPTY(&t->locks))
		green__attend_locks(t);
	while ((l = SLIST_FIRST(&t->locks)) != NULL) {
		SLIST_REMOVE_HEAD(&t->locks, held);
		l->owner = &green__lock_dead;
		/* The one name that is still there when the task is not. */
		l->ended = t->default_name == NULL ? "?" : t->default_name;
		while ((w = first_in_line(l)) != NULL)
			green__lock_refuse(l, w);
		while ((c = SLIST_FIRST(&l->conds)) != NULL)
			green__cond_abandon(c);
	}
}

/* The lock is not the caller's, but whose? */
static NOINLINE int
not_held(const struct lock *l)
{
	const struct green_task *owner = l->owner;

	if (owner == &green__lock_dead)
		return (dead(EPERM, l->ended, l->where));
	if (owner == NULL)
		return (green__failx(EPERM, "nobody holds the lock"));
	return (green__failx(EPERM, "task \"%s\" holds the lock, which it took "
	    "at %s", owner->name, green__place(l->where)));
}

int
green__lock_check(const struct lock *l)
{
	if (l->owner != NULL && l->owner == green__task())
		return (0);
	return (not_held(l));
}

static NOINLINE int
refuse(const struct lock *l, const struct green_task *t)
{
	if (t == NULL)
		return (green__fail(EPERM));
	if (l->owner == &green__lock_dead)
		return (dead(EOWNERDEAD, l->ended, l->where));
	if (l->owner == t)
		return (green__failx(EDEADLK, "task \"%s\" holds the lock "
		    "already, which it took at %s", t->name,
		    green__place(l->where)));
	return (green__fail(EAGAIN));
}

/* Take it if that can be done at once; EAGAIN. */
static inline int
try(struct lock *l, const char *where)
{
	struct green_task *t = green__task();

	if (l->owner != NULL || t == NULL)
		return (refuse(l, t));
	green__lock_take(l, t, where);
	return (0);
}

void
green__lock_line_up(struct lock *l, struct lock_waiter *w)
{
	green__queue_add(&l->queue, &w->queued);
	w->queued.waiter.what = lock_word;
}

const struct lock *
green__lock_of(const struct waiter *w)
{
	const struct queued *e;

	if (w->what != lock_word)
		return (NULL);
	e = GREEN__CONTAINER(w, const struct queued, waiter);
	/* Out of the line, and about to be woken: a dump may come between. */
	if (e->queue == NULL)
		return (NULL);
	return (GREEN__CONTAINER(e->queue, const struct lock, queue));
}

static NOINLINE int
stand_in_line(struct lock *l, const char *where)
{
	struct lock_waiter self;

	self.where = where;
	self.ended = NULL;
	if (green__queue_wait(&l->queue, &self.queued, lock_word) == -1)
		return (green__lock_failed(&self));
	return (0);
}

int
green_lock_acquire_(struct green_lock *l, const char *where)
{
	if (green__check() == -1)
		return (-1);
	if (try(LOCK(l), where) == 0) {
		green__spend();
		return (0);
	}
	return (errno == EAGAIN ? stand_in_line(LOCK(l), where) : -1);
}

int
green_lock_acquire_nowait_(struct green_lock *l, const char *where)
{
	return (try(LOCK(l), where));
}

int
(green_lock_acquire)(struct green_lock *l)
{
	return (green_lock_acquire_(l, NULL));
}

int
(green_lock_acquire_nowait)(struct green_lock *l)
{
	return (green_lock_acquire_nowait_(l, NULL));
}

int
green_lock_release(struct green_lock *l)
{
	if (green__lock_check(LOCK(l)) == -1)
		return (-1);
	green__lock_pass(LOCK(l));
	return (0);
}

bool
green_lock_locked(const struct green_lock *l)
{
	return (LOCK(l)->owner != NULL);
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
