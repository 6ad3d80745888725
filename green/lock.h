/*
 * A lock as it really is, for the condition variable that goes with it.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#ifndef GREEN_LOCK_H
#define GREEN_LOCK_H

#include "queue.h"

struct cond;
struct lock {
	struct waiters queue;
	struct green_task *owner;
	SLIST_ENTRY(lock) held;		/* among its owner's locks */
	SLIST_HEAD(, cond) conds;	/* those that tasks wait on */
	bool	 dead;			/* its owner ended with it */
} GREEN__ALIAS;
#define LOCK(l)	((struct lock *)(void *)(l))

/* Its lock is dead, and so nobody can notify c any more. */
void	 green__cond_abandon(struct cond *c);

/* The calling task holds l. */
bool	 green__lock_is_mine(const struct lock *l);
/* Give l to the first in line, or to nobody. */
void	 green__lock_pass(struct lock *l);
void	 green__lock_take(struct lock *l, struct green_task *t);

#endif /* GREEN_LOCK_H */
