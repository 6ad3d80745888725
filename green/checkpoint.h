/*
 * Checkpoints.  green__check() begins every call that may block: -1 and EPERM
 * outside of a loop, -1 and ECANCELED in a cancelled task, else 0.
 * green__spend() ends one that did its work without blocking: it never fails,
 * and gives way when the task's budget is used up.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#ifndef GREEN_CHECKPOINT_H
#define GREEN_CHECKPOINT_H

#include "loop.h"

/* wait.c: there is something to be looked at. */
int	 green__check_closely(void) GREEN__COLD;
/* sched.c: let others run.  0; with check, -1 and ECANCELED if cancelled
   afterwards. */
int	 green__yield(bool check);

static inline int
green__check(void)
{
	const struct green_task *t = green__task();

	return (GREEN__LIKELY(t != NULL && (t->marks & SCOPE_ATTENTION) == 0) ?
	    0 : green__check_closely());
}

static inline void
green__spend(void)
{
	if (GREEN__UNLIKELY(--green__loop->budget == 0))
		(void)green__yield(false);
}

#endif /* GREEN_CHECKPOINT_H */
