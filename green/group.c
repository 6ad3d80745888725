/*
 * Task groups.  A group is a scope with tasks in it; closing it waits for all
 * of them, also when the closing task is cancelled meanwhile: they are
 * cancelled with it, and end.  The first failure decides the result, and
 * cancels the rest.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "scope_enter.h"

GREEN__FITS(struct group, struct green_group);
_Static_assert(offsetof(struct group, loop) >= sizeof(struct green_scope),
    "a group's own fields lie within its scope's reserved storage");

void
green__group_open(struct group *g, struct loop *l, struct green_task *host,
    const char *where)
{
	g->loop = l;
	TAILQ_INIT(&g->tasks);
	TAILQ_INIT(&g->ended);
	LIST_INIT(&g->companions);
	g->closing = NULL;
	g->serial = ++l->order;
	g->ntasks = 0;
	g->ndaemons = 0;
	g->nfailures = 0;
	g->queued = false;
	g->saw_cancel = false;
	if (host == NULL)
		scope_init(&g->scope, NULL, NULL, SCOPE_GROUP, where);
	else
		scope_enter(&g->scope, host, SCOPE_GROUP, where);
}

void
green_group_open_(struct green_group *shown, const char *where)
{
	struct group *g = GROUP(shown);
	struct green_task *t = green__task();

	if (t == NULL) {
		memset(g, 0, sizeof(*g));
		scope_init(&g->scope, NULL, NULL, SCOPE_OUTSIDE | SCOPE_GROUP,
		    where);
		return;
	}
	scope_check_open(&g->scope, t, __builtin_frame_address(0), where);
	green__group_open(g, t->loop, t, where);
}

void
(green_group_open)(struct green_group *g)
{
	green_group_open_(g, NULL);
}

/* The calling task, or one of the group's, has failed: the rest is cancelled. */
static void
fail(struct group *g, const struct green_task *t, int code)
{
	char reason[256];
	const char *text;

	errno = code;
	text = green_errmsg();
	green__failure_add(g, code, t->name, text);
	snprintf(reason, sizeof(reason), "task \"%s\" failed: %s", t->name,
	    text);
	green__scope_cancel(&g->scope, GREEN_FAILURE, reason);
}

/* What the first task returns is the loop's result. */
static void
finish_loop(struct loop *l, int rc)
{
	int error = errno;
	const char *text;

	l->ending = true;
	green__scope_cancel(&l->guests.scope, GREEN_CALLED,
	    "the loop's first task has ended");
	l->result = rc;
	l->error = error;
	if (rc != -1)
		return;
	errno = error;
	text = green_errmsg();
	l->errmsg = strdup(text);
}

void
green__group_leave(struct green_task *t, int rc)
{
	struct group *g = t->group;
	struct waiter *w = g->closing;

	/* First, as a cancellation may call what releases the handle. */
	TAILQ_REMOVE(&g->tasks, t, sibling);
	green__in_order();
	if (t->handle)
		TAILQ_INSERT_TAIL(&g->ended, t, sibling);
	if (g == &t->loop->root)
		finish_loop(t->loop, rc);
	else if (t->patron != NULL)
		t->patron->ended(t->patron, t);
	else if (rc == -1 && !t->gave_in)
		fail(g, t, t->code);
	else if (rc == -1 && (g->scope.flags & SCOPE_EFFECTIVE))
		g->saw_cancel = true;
	g->ntasks--;
	if (t->daemon)
		g->ndaemons--;
	if (w != NULL && g->ntasks == g->ndaemons) {
		g->closing = NULL;
		green__wake(w, 0, 0);
	}
}

/* Only daemons are left: theirs to go. */
static void
cancel_daemons(struct group *g)
{
	struct green_task *t;

	TAILQ_FOREACH(t, &g->tasks, sibling)
		green__scope_cancel(&t->self, GREEN_CALLED,
		    "only daemons are left in the group");
}

static void
wait_for_tasks(struct group *g)
{
	struct waiter w;

	while (g->ntasks > 0) {
		if (g->ntasks == g->ndaemons)
			cancel_daemons(g);
		g->closing = &w;
		(void)green__park(&w, NULL, "group", -1, GREEN_FOREVER);
	}
}

static void
close_companions(struct group *g)
{
	struct companion *c;

	while ((c = LIST_FIRST(&g->companions)) != NULL) {
		LIST_REMOVE(c, link);
		c->closed(c);
	}
}

int
green_group_close(struct green_group *shown, int rc)
{
	struct group *g = GROUP(shown);
	struct green_task *t = green__task();
	bool body_cancelled, waited, around, ours;
	int error = errno;

	if (g->scope.flags & SCOPE_OUTSIDE)
		return (rc);
	scope_check(&g->scope, "green_group_close");
	body_cancelled = rc == -1 && error == ECANCELED &&
	    green__is_cancelled(t);
	if (rc == -1 && !body_cancelled)
		fail(g, t, error);
	waited = g->ntasks > 0;
	wait_for_tasks(g);
	if (!LIST_EMPTY(&g->companions))
		close_companions(g);
	while (!TAILQ_EMPTY(&g->ended))
		green__handle_close(TAILQ_FIRST(&g->ended));
	around = green__scope_around_cancelled(&g->scope);
	scope_leave(&g->scope);
	g->loop = NULL;
	if (!waited)
		green__spend();

	if (g->nfailures > 0)
		return (green__fail_text(g->codes[0],
		    green__failure_text(g, t)));
	/* What was cancelled and is not ours came from around: even if a shield has
	   been put there meanwhile. */
	ours = (g->scope.flags & SCOPE_CANCELLED) != 0;
	if (body_cancelled && (around || !ours)) {
		errno = ECANCELED;
		return (-1);
	}
	if (waited && (around || (g->saw_cancel && !ours)))
		return (green__cancelled());
	if (body_cancelled || (g->saw_cancel && ours)) {
		g->scope.flags |= SCOPE_CAUGHT;
		rc = 0;
	}
	errno = error;
	return (rc);
}

void
green_group_cancel(struct green_group *g, const char *reason)
{
	green_scope_cancel(&g->scope, reason);
}

size_t
green_group_failures(const struct green_group *g)
{
	return (GROUP(g)->nfailures);
}
