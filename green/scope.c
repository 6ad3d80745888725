/*
 * Cancel scopes as a program sees them: opened and closed in strict nesting
 * order within one task, in the caller's own memory.  Each inherits, when it
 * opens, whether it is effectively cancelled; cancel.c spreads what changes
 * later.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "scope_enter.h"

GREEN__FITS(struct scope, struct green_scope);

void
green__scope_left(struct scope *s, struct green_task *t)
{
	if (!green__is_cancelled(t))
		t->failed_checks = 0;
	free(s->reason);
	free(s->lateness);
	s->reason = NULL;
	s->lateness = NULL;
}

static const char *
place(const struct scope *s)
{
	return (green__place(s->where));
}

void
green__scope_misused(const struct scope *s, const char *what)
{
	struct green_task *t = green__task();

	if ((s->flags & SCOPE_OPEN) == 0 || s->task == NULL)
		green__die("%s: a scope that is not open, in task \"%s\"", what,
		    t == NULL ? "none" : t->name);
	if (s->task != t)
		green__die("%s: the scope opened at %s belongs to task \"%s\", "
		    "not to the calling task \"%s\"", what, place(s),
		    s->task->name, t == NULL ? "none" : t->name);
	green__die("%s: the scope opened at %s is not the innermost one of task "
	    "\"%s\", which was opened at %s", what, place(s), t->name,
	    place(t->scope));
}

bool
green__scope_is_open(const struct scope *s, const char *what)
{
	if (s->task == NULL)
		return (false);
	if (s->task->loop != green__loop)
		green__die("%s: the scope opened at %s belongs to task \"%s\", "
		    "which does not run in the calling thread", what, place(s),
		    s->task->name);
	return (true);
}

void
green__scope_reopened(const struct scope *s, const struct green_task *t,
    const char *where)
{
	green__die("scope opened at %s in task \"%s\" is open already, since %s",
	    green__place(where), t->name, place(s));
}

void
green__scope_left_behind(const struct green_task *t, const char *where)
{
	green__die("scope opened at %s in task \"%s\": the function that opened "
	    "the one around it, at %s, has returned without closing it",
	    green__place(where), t->name, green__place(t->where));
}

void
green__scope_left_open(const struct green_task *t)
{
	green__die("task \"%s\" ended with a %s open, opened at %s", t->name,
	    (t->marks & SCOPE_GROUP) ? "group" : "scope", green__place(t->where));
}

/* s has a deadline; a task that waits already must notice it. */
static void
deadline_moved(struct scope *s)
{
	struct scope *in;

	s->order = ++s->task->loop->order;
	for (in = s; in != NULL; in = in->inner)
		in->flags |= SCOPE_TIMED;
	s->task->marks |= SCOPE_TIMED;
	if (s->task != green__task())
		green__timer_arm(s->task);
}

/* s is the innermost of t, which runs. */
static NOINLINE void
begin_time(struct scope *s, struct green_task *t, enum green_scope_kind_ kind,
    int64_t time)
{
	struct loop *l = t->loop;
	bool due;

	if (kind >= GREEN_SCOPE_FAIL_AFTER_)
		s->flags |= SCOPE_FAIL;
	if (time == GREEN_FOREVER)
		return;
	if (kind == GREEN_SCOPE_MOVE_ON_AFTER_ ||
	    kind == GREEN_SCOPE_FAIL_AFTER_) {
		due = time <= 0;
		time = green__from_now(time);
	} else
		due = time <= green__now(l);
	s->deadline = time;
	s->order = ++l->order;
	s->flags |= SCOPE_TIMED;
	t->marks |= SCOPE_TIMED;
	if (GREEN__UNLIKELY(due))
		green__scope_cancel(s, GREEN_DEADLINE, NULL);
}

void
green_scope_open_(struct green_scope *shown, enum green_scope_kind_ kind,
    int64_t time, const char *where)
{
	struct scope *s = SCOPE(shown);
	struct green_task *t = green__task();

	if (GREEN__UNLIKELY(t == NULL)) {
		scope_init(s, NULL, NULL, SCOPE_OUTSIDE, where);
		return;
	}
	scope_check_open(s, t, __builtin_frame_address(0), where);
	scope_enter(s, t, 0, where);
	if (kind != GREEN_SCOPE_PLAIN_)
		begin_time(s, t, kind, time);
}

/* What comes out of s is a failure: its own cancellation ends here. */
static NOINLINE int
close_failed(struct scope *s)
{
	char *lateness = NULL;
	int rc = -1;

	if (errno == ECANCELED && (s->flags & SCOPE_CANCELLED) &&
	    !green__scope_around_cancelled(s)) {
		s->flags |= SCOPE_CAUGHT;
		lateness = s->lateness;
		s->lateness = NULL;
		rc = 0;
	}
	scope_leave(s);
	if (rc == 0 && (s->flags & SCOPE_FAIL) && s->cause == GREEN_DEADLINE)
		rc = green__fail_text(ETIMEDOUT, lateness);
	free(lateness);
	return (rc);
}

int64_t
green_scope_close(struct green_scope *shown, int64_t rc)
{
	struct scope *s = SCOPE(shown);

	if (GREEN__UNLIKELY(s->flags & SCOPE_OUTSIDE))
		return (rc);
	scope_check(s, "green_scope_close");
	if (GREEN__UNLIKELY(s->flags & SCOPE_GROUP))
		green__die("green_scope_close: the scope opened at %s is a "
		    "group's, which green_group_close() closes", place(s));
	if (GREEN__UNLIKELY(rc == -1))
		return (close_failed(s));
	scope_leave(s);
	return (rc);
}

enum green_cause
green_scope_cause(const struct green_scope *s)
{
	return (SCOPE(s)->cause);
}

bool
green_scope_cancel_called(const struct green_scope *s)
{
	return ((SCOPE(s)->flags & SCOPE_CANCELLED) != 0);
}

bool
green_scope_caught(const struct green_scope *s)
{
	return ((SCOPE(s)->flags & SCOPE_CAUGHT) != 0);
}

bool
green_scope_shield(const struct green_scope *s)
{
	return ((SCOPE(s)->flags & SCOPE_SHIELD) != 0);
}

/* Set or clear a flag that decides how cancellation spreads. */
static void
set_flag(struct scope *s, unsigned flag, bool on, const char *what)
{
	if ((s->flags & SCOPE_OPEN) == 0)
		return;
	s->flags = on ? s->flags | flag : s->flags & ~flag;
	if (green__scope_is_open(s, what))
		green__scope_update(s);
}

void
green_scope_set_shield(struct green_scope *s, bool shield)
{
	set_flag(SCOPE(s), SCOPE_SHIELD, shield, "green_scope_set_shield");
}

void
green_scope_set_stoppable(struct green_scope *s, bool stoppable)
{
	set_flag(SCOPE(s), SCOPE_STOPPABLE, stoppable,
	    "green_scope_set_stoppable");
}

void
green_scope_set_reason(struct green_scope *shown, const char *reason)
{
	struct scope *s = SCOPE(shown);

	if ((s->flags & SCOPE_OPEN) == 0)
		return;
	free(s->lateness);
	s->lateness = reason == NULL ? NULL : strdup(reason);
	s->flags |= SCOPE_EXPLAINED;
}

void
green_scope_set_deadline(struct green_scope *shown, int64_t deadline)
{
	struct scope *s = SCOPE(shown);

	if (!green__scope_is_open(s, "green_scope_set_deadline") ||
	    (s->flags & SCOPE_CANCELLED))
		return;
	s->deadline = deadline;
	deadline_moved(s);
	if (deadline <= green__now(s->task->loop))
		green__scope_cancel(s, GREEN_DEADLINE, NULL);
}

int64_t
green_scope_deadline(const struct green_scope *s)
{
	return (SCOPE(s)->deadline);
}

void
green_scope_extend(struct green_scope *s, int64_t duration)
{
	green_scope_set_deadline(s, duration == GREEN_FOREVER ? GREEN_FOREVER :
	    green__after(green_now(), duration));
}

void
green_scope_stop(struct green_scope *shown, int64_t grace, const char *reason)
{
	struct scope *s = SCOPE(shown);
	int64_t end;

	if (!green__scope_is_open(s, "green_scope_stop") ||
	    (s->flags & SCOPE_CANCELLED))
		return;
	if (grace <= 0) {
		s->flags |= SCOPE_STOPPED;
		green__scope_cancel(s, GREEN_CALLED, reason);
		return;
	}
	if (s->reason == NULL)
		s->reason = green__scope_explain(reason);
	end = green__from_now(grace);
	if (end < s->stop_at) {
		s->stop_at = end;
		deadline_moved(s);
	}
	s->flags |= SCOPE_STOPPED;
	green__scope_update(s);
}

bool
green_stopping(void)
{
	struct green_task *t = green__task();

	return (t != NULL && (t->scope->flags & SCOPE_STOPPING) != 0);
}

int64_t
green__scope_due(const struct scope *s)
{
	if (s->flags & SCOPE_CANCELLED)
		return (GREEN_FOREVER);
	return (s->deadline < s->stop_at ? s->deadline : s->stop_at);
}

int64_t
green_effective_deadline(void)
{
	struct green_task *t = green__task();
	struct scope *s;
	int64_t due, nearest = GREEN_FOREVER;

	if (t == NULL)
		return (GREEN_FOREVER);
	if (green__is_cancelled(t))
		return (INT64_MIN);
	for (s = t->scope; s != NULL; s = s->parent) {
		due = green__scope_due(s);
		if (due < nearest)
			nearest = due;
		if (s->flags & SCOPE_SHIELD)
			break;
	}
	return (nearest);
}

/* The functions behind the macros, for those who take their address. */
void
(green_scope_open)(struct green_scope *s)
{
	green_scope_open_(s, GREEN_SCOPE_PLAIN_, 0, NULL);
}

void
(green_move_on_after)(struct green_scope *s, int64_t duration)
{
	green_scope_open_(s, GREEN_SCOPE_MOVE_ON_AFTER_, duration, NULL);
}

void
(green_move_on_at)(struct green_scope *s, int64_t deadline)
{
	green_scope_open_(s, GREEN_SCOPE_MOVE_ON_AT_, deadline, NULL);
}

void
(green_fail_after)(struct green_scope *s, int64_t duration)
{
	green_scope_open_(s, GREEN_SCOPE_FAIL_AFTER_, duration, NULL);
}

void
(green_fail_at)(struct green_scope *s, int64_t deadline)
{
	green_scope_open_(s, GREEN_SCOPE_FAIL_AT_, deadline, NULL);
}
