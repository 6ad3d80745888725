/*
 * Parking, inline: for wait.c, and for the waits for descriptors (fd_wait.c), as
 * servers do nothing else all day.  A frame less on the stack of a parked task is
 * as many cache lines less to be fetched when it goes on.  Between the halves the
 * caller itself switches, as no compiler inlines a function that may call setjmp().
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#ifndef GREEN_PARK_H
#define GREEN_PARK_H

#include "switch.h"

struct parking {
	struct loop *loop;
	struct green_task *task;
	struct green_task *to;		/* whom it gives way to; or itself */
	int	 error;			/* the task's errno */
};

/* wait.c: the wait has ended with a result of -1. */
int	 green__park_failed(const struct waiter *w) GREEN__COLD;

/* The arguments are green__park()'s.  false: w was aborted at once, and the wait
   ends with green__cancelled(); else give_way(), and park_end(). */
INLINE bool
park_begin(struct parking *p, struct waiter *w, bool (*abort)(struct waiter *),
    const char *what, intptr_t detail, int64_t deadline)
{
	struct loop *l = green__loop;
	struct green_task *t = l->current;

	p->loop = l;
	p->task = t;
	p->error = *l->error_at;
	w->task = t;
	w->abort = abort;
	w->what = what;
	w->detail = detail;
	w->result = 0;
	w->error = 0;
	w->since = l->time;
	t->aborted = false;
	if (GREEN__UNLIKELY(t->marks & SCOPE_ATTENTION) && green__attend_park(t) &&
	    abort != NULL) {
		if (abort(w))
			return (false);
		t->aborted = true;
	}
	TRACE4(task__park, t->id, t->name, what, detail);
	green__in_order();
	t->waiter = w;
	t->wake_at = deadline;
	if (deadline != GREEN_FOREVER)
		t->wake_order = ++l->order;
	p->to = successor(l, t, deadline != GREEN_FOREVER);
	return (true);
}

INLINE int
park_end(const struct parking *p, const struct waiter *w)
{
	struct green_task *t = p->task;

	if (t->waiter != NULL) {
		t->waiter = NULL;
		TRACE4(task__wake, t->id, t->name, 0, 0);
	}
	*p->loop->error_at = p->error;
	return (GREEN__LIKELY(w->result != -1) ? w->result :
	    green__park_failed(w));
}

#endif /* GREEN_PARK_H */
