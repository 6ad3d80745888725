/*
 * Entering a scope and leaving it, for those who open one: it is all inline, as a
 * timeout around a call that does not block must cost next to nothing.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#ifndef GREEN_SCOPE_ENTER_H
#define GREEN_SCOPE_ENTER_H

#include "internal.h"

/* Does the memory of s belong to a frame of t that has been left, if t's are
   down to that one?  Callers' scopes lie above it, or elsewhere. */
INLINE bool
scope_in_a_left_frame(const struct green_task *t, const struct scope *s,
    const char *frame)
{
	const char *at = (const char *)s;
	const char *bottom = t->context.stack;

	return (GREEN__UNLIKELY(at < frame) && at >= bottom &&
	    (size_t)(frame - bottom) < t->context.size);
}

/* Die if s cannot be opened in t.  frame: of the function that the program calls,
   as near to its own as can be. */
INLINE void
scope_check_open(const struct scope *s, const struct green_task *t,
    const void *frame, const char *where)
{
	if (scope_in_a_left_frame(t, t->scope, frame))
		green__scope_left_behind(t, where);
	if (GREEN__UNLIKELY(s == t->scope))
		green__scope_reopened(s, t, where);
}

/* Die unless s is the innermost of the calling task, in a call of what. */
INLINE void
scope_check(const struct scope *s, const char *what)
{
	struct green_task *t = green__task();

	if (GREEN__UNLIKELY(t == NULL || s != t->scope))
		green__scope_misused(s, what);
}

/* s, open within around, or NULL; t's, or nobody's. */
INLINE void
scope_init(struct scope *s, struct green_task *t, struct scope *around,
    unsigned flags, const char *where)
{
	struct scope *culprit = NULL;

	if (around != NULL) {
		flags |= around->flags & SCOPE_INHERITED;
		culprit = around->culprit;
	}
	s->parent = around;
	s->inner = NULL;
	s->task = t;
	s->culprit = culprit;
	s->deadline = GREEN_FOREVER;
	s->stop_at = GREEN_FOREVER;
	s->order = 0;
	s->reason = NULL;
	s->lateness = NULL;
	s->where = where;
	s->flags = flags | SCOPE_OPEN;
	s->cause = GREEN_NOT_CANCELLED;
}

INLINE void
scope_make_innermost(struct scope *s, struct green_task *t)
{
	t->marks = s->flags & SCOPE_MARKS;
	t->where = s->where;
	t->scope = s;
}

/* t's outermost. */
INLINE void
scope_enter_first(struct scope *s, struct green_task *t, struct scope *around,
    const char *where)
{
	scope_init(s, t, around, 0, where);
	scope_make_innermost(s, t);
}

/* Within the innermost of t. */
INLINE void
scope_enter(struct scope *s, struct green_task *t, unsigned flags,
    const char *where)
{
	struct scope *around = t->scope;

	scope_init(s, t, around, flags | (around->flags & SCOPE_TIMED), where);
	green__in_order();
	around->inner = s;
	scope_make_innermost(s, t);
}

/* The innermost of its task. */
INLINE void
scope_leave(struct scope *s)
{
	struct green_task *t = s->task;
	struct scope *around = s->parent;

	around->inner = NULL;
	scope_make_innermost(around, t);
	green__in_order();
	s->task = NULL;
	s->flags &= ~SCOPE_OPEN;
	if (GREEN__UNLIKELY(s->flags & SCOPE_EVENTFUL))
		green__scope_left(s, t);
}

#endif /* GREEN_SCOPE_ENTER_H */
