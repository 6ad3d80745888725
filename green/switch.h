/*
 * Giving way, for sched.c and park.h alone.  It is all inline, down to the jump
 * from stack to stack: the processor predicts the returns that follow a jump
 * wrongly, so there must be as few of them as possible between a task's call
 * and its switch.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#ifndef GREEN_SWITCH_H
#define GREEN_SWITCH_H

#include "context_switch.h"
#include "internal.h"
#include "trace.h"

#define BUDGET		64	/* calls that need not block, in a row */
#define AHEAD		4	/* tasks whose memory is fetched early */

/* The loop's own turn, when next() needs it. */
void	 green__turn(struct loop *l);

INLINE void
queue(struct loop *l, struct green_task *t)
{
	l->ready[(l->ready_head + l->nready++) & l->ready_mask] = t;
}

#define FRAME_LINES	8		/* how much of a stack is fetched early */

/* What the task that is the n-th from now left on its stack. */
INLINE void
fetch_frame(struct loop *l, size_t n)
{
	const char *frame = l->ready[(l->ready_head + n) &
	    l->ready_mask]->context.sp;
	int i;

	for (i = 0; i < FRAME_LINES; i++)
		__builtin_prefetch(frame + i * GREEN__CACHE_LINE);
}

/*
 * Parked tasks are cold.  Fetch the next but some from memory early: first the
 * task itself, and when that has come, what it left on its stack.
 */
INLINE void
fetch_ahead(struct loop *l)
{
	__builtin_prefetch(l->ready[(l->ready_head + AHEAD - 1) &
	    l->ready_mask]);
	fetch_frame(l, AHEAD / 2 - 1);
}

/* Who runs next.  There is a task, or will be: else it is a deadlock. */
INLINE struct green_task *
next(struct loop *l)
{
	struct green_task *t;

	while (GREEN__UNLIKELY(l->nready == 0 || l->turn_in == 0))
		green__turn(l);
	l->turn_in--;
	if (GREEN__UNLIKELY(l->seed != 0)) {
		if (l->batch == 0)
			green__shuffle(l);
		l->batch--;
	}
	t = l->ready[l->ready_head];
	l->ready_head = (l->ready_head + 1) & l->ready_mask;
	if (--l->nready >= AHEAD)
		fetch_ahead(l);
	return (t);
}

/* Whom t gives way to, t itself perhaps; he counts as running from now on.
   timed: there is an end to its wait. */
INLINE struct green_task *
successor(struct loop *l, struct green_task *t, bool timed)
{
	struct green_task *to;

	if (GREEN__UNLIKELY(timed || (t->marks & SCOPE_TIMED)))
		green__timer_arm(t);
	to = next(l);
	l->current = to;
	l->budget = BUDGET;
	return (to);
}

/* To whom successor() said, until somebody gives way to t. */
#define give_way(t, to) do {						\
	struct green_task *const t_ = (t), *const next_ = (to);		\
									\
	if (next_ != t_) {						\
		TRACE4(task__switch, t_->id, t_->name, next_->id,	\
		    next_->name);					\
		green__context_switch(&t_->context, &next_->context);	\
	}								\
} while (0)

#endif /* GREEN_SWITCH_H */
