/*
 * How cancellation spreads.  What a scope is effectively, it derives from its
 * own flags and from the scope around it; so a change runs inward, through the
 * scopes of one task, and from a group's scope on to the group's tasks.  The
 * groups still to be visited wait in a list: no recursion, however deep the
 * tree.  A parked task that finds itself cancelled has its wait aborted, once.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"
#include "trace.h"

STAILQ_HEAD(groups, group);

static unsigned
derive(const struct scope *s)
{
	unsigned flags = s->flags & ~(SCOPE_ATTENTION | SCOPE_STOPPING);
	unsigned around = s->parent == NULL || (flags & SCOPE_SHIELD) ? 0 :
	    s->parent->flags;

	if ((flags & SCOPE_CANCELLED) || (around & SCOPE_EFFECTIVE) ||
	    green__loop->forced)
		flags |= SCOPE_EFFECTIVE;
	if ((flags & SCOPE_STOPPED) || (around & SCOPE_STOPPING))
		flags |= SCOPE_STOPPING;
	if (green__loop->probe != NULL)
		flags |= SCOPE_PROBED;
	return (flags);
}

/* The outermost cancelled scope that is seen from s, through all shields. */
static struct scope *
find_culprit(struct scope *s)
{
	if (green__scope_around_cancelled(s))
		return (s->parent->culprit);
	return (s->flags & SCOPE_CANCELLED ? s : NULL);
}

/* Why s is to stop: what the nearest scope that was stopped says. */
static const char *
stop_reason(const struct scope *s)
{
	while (s != NULL && (s->flags & SCOPE_STOPPED) == 0)
		s = s->parent;
	return (s == NULL ? NULL : s->reason);
}

/* Whether s has changed. */
static bool
refresh(struct scope *s)
{
	const struct scope *culprit = s->culprit;
	unsigned before = s->flags;
	const char *reason;

	s->flags = derive(s);
	if ((s->flags & SCOPE_STOPPING) && (s->flags & SCOPE_STOPPABLE) &&
	    (s->flags & SCOPE_CANCELLED) == 0) {
		s->flags |= SCOPE_CANCELLED;
		s->cause = GREEN_CALLED;
		reason = stop_reason(s);
		if (s->reason == NULL && reason != NULL)
			s->reason = strdup(reason);
		s->flags = derive(s);
	}
	s->culprit = find_culprit(s);
	return (s->flags != before || s->culprit != culprit);
}

static void
refresh_task(struct green_task *t)
{
	t->marks = t->scope->flags & SCOPE_MARKS;
	if (green__is_cancelled(t))
		green__abort(t);
	else
		t->failed_checks = 0;
}

/* From s inward through its task; the groups met are left to the caller. */
static void
spread(struct scope *s, struct groups *groups)
{
	struct green_task *t = s->task;
	bool first = true;
	struct group *g;

	for (; s != NULL; s = s->inner, first = false) {
		if (!refresh(s) && !first && !green__loop->forced)
			return;
		g = s->flags & SCOPE_GROUP ? GROUP(s) : NULL;
		if (g != NULL && !g->queued) {
			g->queued = true;
			STAILQ_INSERT_TAIL(groups, g, link);
		}
	}
	if (t != NULL)
		refresh_task(t);
}

void
green__scope_update(struct scope *s)
{
	struct groups groups = STAILQ_HEAD_INITIALIZER(groups);
	struct green_task *t;
	struct group *g;

	spread(s, &groups);
	while ((g = STAILQ_FIRST(&groups)) != NULL) {
		STAILQ_REMOVE_HEAD(&groups, link);
		g->queued = false;
		TAILQ_FOREACH(t, &g->tasks, sibling)
			spread(&t->self, &groups);
	}
}

char *
green__scope_explain(const char *reason)
{
	struct green_task *t = green__task();
	char text[256];

	if (t == NULL)
		return (reason == NULL ? NULL : strdup(reason));
	if (reason == NULL)
		snprintf(text, sizeof(text), "cancelled by task \"%s\"",
		    t->name);
	else
		snprintf(text, sizeof(text), "%s (cancelled by task \"%s\")",
		    reason, t->name);
	return (strdup(text));
}

void
green__scope_cancel(struct scope *s, enum green_cause cause,
    const char *reason)
{
	if (s->flags & SCOPE_CANCELLED)
		return;
	s->flags |= SCOPE_CANCELLED;
	s->cause = cause;
	TRACE4(scope__cancel, s->task == NULL ? 0 : s->task->id, s->where, cause,
	    reason);
	/* The first reason stays: of a stop whose grace is over, the stop's. */
	if (cause != GREEN_DEADLINE && s->reason == NULL)
		s->reason = cause == GREEN_CALLED ?
		    green__scope_explain(reason) : strdup(reason);
	green__scope_update(s);
}

void
green_scope_cancel(struct green_scope *shown, const char *reason)
{
	struct scope *s = SCOPE(shown);
	int error = errno;

	if (green__scope_is_open(s, "green_scope_cancel"))
		green__scope_cancel(s, GREEN_CALLED, reason);
	errno = error;
}

const char *
green__scope_reason(const struct scope *s)
{
	if (s->cause != GREEN_DEADLINE)
		return (s->reason);
	return (s->lateness == NULL ? "the deadline has passed" : s->lateness);
}

#define TOO_MANY	10000

int
green__cancelled(void)
{
	struct green_task *t = green__loop->current;
	struct scope *s = t->scope->culprit;

	if (s != NULL)
		s->flags |= SCOPE_SEEN;
	if (++t->failed_checks == TOO_MANY)
		fprintf(stderr, "libgreen: task \"%s\" was cancelled, and goes "
		    "on after %d checkpoints that failed with ECANCELED\n",
		    t->name, TOO_MANY);
	/* A loop that ignores its cancellation must not freeze the rest. */
	green__spend();
	return (green__fail_text(ECANCELED,
	    s == NULL ? NULL : green__scope_reason(s)));
}
