/*
 * The loop's books, and what they ought to say.  The library keeps flags up to
 * date as things change; here each is worked out from scratch, from what was
 * called for and what lies around what, and the two must agree at any moment.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include "green/internal.h"

#include "fuzz.h"

static const struct scope *
around(const struct scope *s)
{
	return (s->flags & SCOPE_SHIELD ? NULL : s->parent);
}

static bool
within(const struct scope *s, unsigned flag)
{
	for (; s != NULL; s = around(s))
		if (s->flags & flag)
			return (true);
	return (false);
}

static const struct scope *
outermost_cancelled(const struct scope *s)
{
	const struct scope *found = NULL;

	for (; s != NULL; s = around(s))
		if (s->flags & SCOPE_CANCELLED)
			found = s;
	return (found);
}

bool
fuzz_model_cancelled_around(const struct green_scope *shown)
{
	const struct scope *s = (const struct scope *)(const void *)shown;

	return (within(around(s), SCOPE_CANCELLED));
}

bool
fuzz_model_cancelled(void)
{
	return (within(green__task()->scope, SCOPE_CANCELLED));
}

static void
look_at_scope(struct fuzz *p, const struct scope *s)
{
	bool effective = within(s, SCOPE_CANCELLED);
	bool stopping = within(s, SCOPE_STOPPED);

	fuzz_must(p, ((s->flags & SCOPE_EFFECTIVE) != 0) == effective,
	    "a scope that is cancelled knows it");
	fuzz_must(p, s->culprit == outermost_cancelled(s),
	    "a scope knows whom a cancellation unwinds to");
	fuzz_must(p, ((s->flags & SCOPE_STOPPING) != 0) == stopping,
	    "a scope that is to stop knows it");
	fuzz_must(p, !stopping || (s->flags & SCOPE_STOPPABLE) == 0 ||
	    (s->flags & SCOPE_CANCELLED), "a stop cancels what is stoppable");
	fuzz_must(p, ((s->flags & SCOPE_CANCELLED) != 0) ==
	    (s->cause != GREEN_NOT_CANCELLED), "a cancellation has a cause");
}

/* The nearest moment at which something in t ends by itself. */
static int64_t
nearest(const struct green_task *t)
{
	int64_t due = t->waiter == NULL ? GREEN_FOREVER : t->wake_at;
	const struct scope *s;

	for (s = &t->self; s != NULL; s = s->inner)
		if (green__scope_due(s) < due)
			due = green__scope_due(s);
	return (due);
}

static void
look_at_wait(struct fuzz *p, const struct green_task *t)
{
	const struct loop *l = t->loop;
	int64_t due = nearest(t);

	fuzz_must(p, t->waiter->task == t, "a waiter belongs to its task");
	fuzz_must(p, !green__is_cancelled(t) || t->waiter->abort == NULL ||
	    t->aborted, "a cancellation reaches every wait");
	fuzz_must(p, due == GREEN_FOREVER || (t->timer != 0 &&
	    l->timers[l->timer_places[t->timer - 1]].at <= due),
	    "a task that waits has a timer, in time");
}

static size_t	 look_at_tasks(struct fuzz *p, const struct group *g,
    size_t *nready);

/* Its scopes from the outside in, with the groups among them; how many tasks
   there are, itself included. */
static size_t
look_at_task(struct fuzz *p, const struct green_task *t, size_t *nready)
{
	const struct scope *s;
	size_t n = 1;

	for (s = &t->self; s != NULL; s = s->inner) {
		look_at_scope(p, s);
		fuzz_must(p, s->task == t, "a scope belongs to its task");
		fuzz_must(p, s->inner == NULL || s->inner->parent == s,
		    "scopes of a task lie one in the other");
		fuzz_must(p, s->inner != NULL || s == t->scope,
		    "a task knows its innermost scope");
		if (s->flags & SCOPE_GROUP)
			n += look_at_tasks(p, GROUP(s), nready);
	}
	fuzz_must(p, green__is_cancelled(t) == within(t->scope, SCOPE_CANCELLED),
	    "a task that is cancelled knows it");
	if (t->waiter != NULL)
		look_at_wait(p, t);
	else if (t != t->loop->current)
		++*nready;
	return (n);
}

static size_t
look_at_tasks(struct fuzz *p, const struct group *g, size_t *nready)
{
	const struct green_task *t;
	size_t n = 0, ntasks = 0, ndaemons = 0;

	TAILQ_FOREACH(t, &g->tasks, sibling) {
		fuzz_must(p, t->group == g, "a task belongs to its group");
		fuzz_must(p, t->self.parent == &g->scope,
		    "a task lies in its group's scope");
		ntasks++;
		ndaemons += t->daemon;
		n += look_at_task(p, t, nready);
	}
	fuzz_must(p, g->ntasks == ntasks && g->ndaemons == ndaemons,
	    "a group counts its tasks");
	fuzz_must(p, (g->nfailures > 0) <=
	    ((g->scope.flags & SCOPE_CANCELLED) != 0),
	    "a group with a failure is cancelled");
	return (n);
}

static void
look_at_timers(struct fuzz *p, const struct loop *l)
{
	const struct timer_entry *e, *up;
	size_t i;

	for (i = 0; i < l->ntimers; i++) {
		e = &l->timers[i];
		up = &l->timers[i == 0 ? 0 : (i - 1) / 4];
		fuzz_must(p, up->at < e->at || (up->at == e->at &&
		    up->order <= e->order), "the timers are a heap");
		fuzz_must(p, l->timer_places[e->id] == i &&
		    e->task->timer == e->id + 1, "a timer knows its place");
	}
}

void
fuzz_model_look(struct fuzz *p)
{
	const struct loop *l = green__loop;
	size_t nready = 0;

	fuzz_must(p, look_at_tasks(p, &l->root, &nready) == l->ntasks,
	    "the loop counts its tasks");
	fuzz_must(p, nready == l->nready,
	    "who does not wait is ready, once");
	look_at_timers(p, l);
}
