/*
 * Probes: how a test sees each checkpoint as it is passed, and may cancel it.
 * While a loop has one, every scope in it bears SCOPE_PROBED, just as cancelled
 * ones bear their mark, and so every checkpoint looks twice.  Without one,
 * nothing is asked that was not asked anyway.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include "internal.h"
#include "probe.h"

struct green_probe_ *
green_probe_(struct green_probe_ *p)
{
	struct loop *l = green__loop;
	struct green_probe_ *before = l->probe;

	l->probe = p;
	green__scope_update(&l->root.scope);
	return (before);
}

static void
tell(struct loop *l, enum green_probe_event_ e)
{
	int error = errno;

	if (l->probe != NULL)
		l->probe->see(l->probe, e);
	errno = error;
}

int
green__attend_check(struct green_task *t)
{
	tell(t->loop, GREEN_PROBE_CHECK_);
	return (green__is_cancelled(t) ? green__cancelled() : 0);
}

bool
green__attend_park(struct green_task *t)
{
	tell(t->loop, GREEN_PROBE_PARK_);
	return (green__is_cancelled(t));
}

void
green__attend_locks(struct green_task *t)
{
	tell(t->loop, GREEN_PROBE_LOCK_);
}

bool
green_sees_(const struct green_scope *shown)
{
	const struct scope *s = SCOPE(shown);
	const struct scope *c;

	for (c = green__task()->scope; c != NULL && c != s; c = c->parent)
		if (c->flags & SCOPE_SHIELD)
			return (false);
	return (c != NULL);
}

unsigned
green_budget_(unsigned n)
{
	unsigned before = green__loop->budget;

	green__loop->budget = n;
	return (before);
}
