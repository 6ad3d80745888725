/*
 * A picture of the loop: the tree of its tasks, each with what it waits for and
 * its scopes.  Nothing here allocates, locks or calls stdio, and nothing that
 * is looked at is ever half linked in (green__in_order()), so that a handler
 * may draw it at whatever moment its signal comes.  In the middle of a change
 * the picture may lack a task, or show one that is just leaving.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <string.h>

#include "internal.h"
#include "lock.h"
#include "out.h"

/* What a task has open, from the outermost on.  One that was forgotten in a frame
   that has been left is overwritten sooner or later, and then not t's. */
static const struct scope *
scope_of(const struct green_task *t, const struct scope *s)
{
	return (s != NULL && s->task == t ? s : NULL);
}

/* The first task of t's scope s, or of the groups inside it. */
static const struct green_task *
first_within(const struct green_task *t, const struct scope *s)
{
	for (; (s = scope_of(t, s)) != NULL; s = s->inner)
		if ((s->flags & SCOPE_GROUP) && GROUP(s)->ntasks > 0 &&
		    !TAILQ_EMPTY(&GROUP(s)->tasks))
			return (TAILQ_FIRST(&GROUP(s)->tasks));
	return (NULL);
}

const struct green_task *
green__task_after(const struct loop *l, const struct green_task *t, int *depth)
{
	const struct green_task *next, *host;

	next = t == NULL ? TAILQ_FIRST(&l->root.tasks) :
	    first_within(t, &t->self);
	if (next != NULL)
		++*depth;
	while (next == NULL && t != NULL &&
	    (next = TAILQ_NEXT(t, sibling)) == NULL) {
		if ((host = t->group->scope.task) == NULL)
			break;
		next = first_within(host, t->group->scope.inner);
		if (next == NULL)
			--*depth;
		t = host;
	}
	/* Behind the first task come those that have come in by the door. */
	if (next == NULL && (t == NULL || t->group == &l->root)) {
		next = TAILQ_FIRST(&l->guests.tasks);
		*depth = 0;
	}
	return (next);
}

void
green__waiter_words(const struct waiter *w, char *buf, size_t size)
{
	const char *what = w->what;
	char number[24], *d = &number[sizeof(number) - 1];
	size_t len = strcspn(what, "#"), n = (size_t)w->detail;
	bool inside = what[len] == '#';

	*d = '\0';
	do {
		*--d = (char)('0' + n % 10);
	} while ((n /= 10) > 0);
	strlcpy(buf, what, len < size ? len + 1 : size);
	if (w->detail >= 0) {
		if (!inside)
			strlcat(buf, " ", size);
		strlcat(buf, d, size);
	}
	if (inside)
		strlcat(buf, what + len + 1, size);
}

/* Of a lock that is waited for: whose it is. */
static void
lock(struct out *o, const struct lock *l)
{
	if (l == NULL || l->owner == NULL)
		return;
	green__out_text(o, " of ");
	green__out_text(o, l->owner->name);
	green__out_text(o, " (");
	green__out_number(o, l->owner->id);
	green__out_text(o, "), who took it at ");
	green__out_text(o, l->where == NULL ? "?" : l->where);
}

static void
stack(struct out *o, const struct green_task *t)
{
	const struct stacks *s = t->loop->stacks;

	green__out_text(o, ", stack ");
	green__out_number(o, green__stack_used(s, t) / 1024);
	green__out_text(o, " of ");
	green__out_number(o, green__stack_size(s) / 1024);
	green__out_text(o, " KiB");
}

static void
waiter(struct out *o, const struct green_task *t, const struct waiter *w,
    int64_t now)
{
	char words[64];

	green__waiter_words(w, words, sizeof(words));
	green__out_text(o, "waits for ");
	green__out_text(o, words);
	lock(o, green__lock_of(w));
	green__out_text(o, " since ");
	green__out_seconds(o, now - w->since);
	green__out_text(o, " ago");
	if (t->wake_at != GREEN_FOREVER) {
		green__out_text(o, ", until in ");
		green__out_seconds(o, t->wake_at - now);
	}
}

static void
scopes(struct out *o, const struct green_task *t, int64_t now)
{
	const struct scope *s;
	int64_t due;

	for (s = t->self.inner; (s = scope_of(t, s)) != NULL; s = s->inner) {
		green__out_text(o, s->flags & SCOPE_GROUP ? ", group " :
		    ", scope ");
		green__out_text(o, s->where == NULL ? "?" : s->where);
		if (s->flags & SCOPE_CANCELLED)
			green__out_text(o, " cancelled");
		if (s->flags & SCOPE_SHIELD)
			green__out_text(o, " shielded");
		due = green__scope_due(s);
		if (due != GREEN_FOREVER) {
			green__out_text(o, " due in ");
			green__out_seconds(o, due - now);
		}
	}
}

static void
task(struct out *o, const struct green_task *t, int depth, int64_t now)
{
	const struct waiter *w = green__waiting(t);
	int i;

	for (i = 0; i <= depth; i++)
		green__out_text(o, "  ");
	green__out_text(o, t->name);
	green__out_text(o, " (");
	green__out_number(o, t->id);
	green__out_text(o, "): ");
	if (w == NULL)
		green__out_text(o, t == t->loop->current ? "runs" : "ready");
	else
		waiter(o, t, w, now);
	if (green__is_cancelled(t))
		green__out_text(o, ", cancelled");
	scopes(o, t, now);
	stack(o, t);
	green__out_text(o, "\n");
}

void
green__dump(const struct loop *l, int fd)
{
	const struct green_task *t = NULL;
	int64_t now = green__now(l);
	struct out o = { .fd = fd };
	/* A task on its way from one list to another must not lead in circles. */
	size_t n, most = l->ntasks + 1;
	int depth = -1, error = errno;

	green__out_text(&o, "libgreen: ");
	green__out_number(&o, l->ntasks);
	green__out_text(&o, l->ntasks == 1 ? " task (" : " tasks (");
	green__out_text(&o, l->ops->name);
	green__out_text(&o, ", ");
	green__out_text(&o, l->context_ops->name);
	green__out_text(&o, ")\n");
	for (n = 0; n < most &&
	    (t = green__task_after(l, t, &depth)) != NULL; n++)
		task(&o, t, depth, now);
	green__out_flush(&o);
	errno = error;
}

void
green_dump(int fd)
{
	struct out o = { .fd = fd };
	int error = errno;

	if (green__loop != NULL)
		green__dump(green__loop, fd);
	else {
		green__out_text(&o, "libgreen: no loop in this thread\n");
		green__out_flush(&o);
	}
	errno = error;
}
