/*
 * A lock as it really is, for the condition variable that goes with it, and for
 * dumps.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#ifndef GREEN_LOCK_H
#define GREEN_LOCK_H

#include "queue.h"

struct cond;
struct lock {
	struct waiters queue;		/* of struct lock_waiter */
	struct green_task *owner;	/* &green__lock_dead: he ended with it */
	const char *where;		/* the owner took it, or is to blame */
	union {
		SLIST_ENTRY(lock) held;	/* among its owner's locks */
		const char *ended;	/* of a dead one: who that was */
	};
	SLIST_HEAD(, cond) conds;	/* those that tasks wait on */
} GREEN__ALIAS;
#define LOCK(l)	((struct lock *)(void *)(l))

extern struct green_task green__lock_dead;

struct lock_waiter {
	struct queued queued;
	const char *where;
	const char *ended;		/* of the lock, when that is dead */
};

/* Its lock is dead, and so nobody can notify c any more. */
void	 green__cond_abandon(struct cond *c);

/* Does the calling task hold l?  0; EPERM. */
int	 green__lock_check(const struct lock *l);
/* Give l to the first in line, or to nobody. */
void	 green__lock_pass(struct lock *l);
void	 green__lock_take(struct lock *l, struct green_task *t,
	    const char *where);
/* Stand in l's line as w. */
void	 green__lock_line_up(struct lock *l, struct lock_waiter *w);
/* w gets l no more, as that is dead. */
void	 green__lock_refuse(const struct lock *l, struct lock_waiter *w);
/* The wait of w has failed: with EOWNERDEAD, say who is to blame; -1. */
int	 green__lock_failed(const struct lock_waiter *w);
/* The lock that w waits for; NULL: for something else. */
const struct lock *green__lock_of(const struct waiter *w);

#endif /* GREEN_LOCK_H */
