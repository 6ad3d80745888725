/*
 * A picture of the loop: the tree of its tasks, each with what it waits for and
 * its scopes.  Nothing here allocates, locks or calls stdio, so that a signal
 * handler may draw it too.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <string.h>
#include <unistd.h>

#include "internal.h"
#include "lock.h"

struct out {
	int	 fd;
	size_t	 len;
	char	 buf[512];
};

static void
flush(struct out *o)
{
	size_t done = 0;
	ssize_t n;

	while (done < o->len) {
		n = write(o->fd, o->buf + done, o->len - done);
		if (n == -1 && errno != EINTR)
			break;
		if (n > 0)
			done += (size_t)n;
	}
	o->len = 0;
}

static void
text(struct out *o, const char *s)
{
	for (; *s != '\0'; s++) {
		if (o->len == sizeof(o->buf))
			flush(o);
		o->buf[o->len++] = *s;
	}
}

static void
number(struct out *o, uintmax_t n, unsigned digits)
{
	char buf[24], *p = buf + sizeof(buf);

	*--p = '\0';
	do {
		*--p = (char)('0' + n % 10);
		n /= 10;
	} while (n > 0 || (digits > 1 && p > buf + sizeof(buf) - 1 - digits));
	text(o, p);
}

/* "1.250 s" */
static void
seconds(struct out *o, int64_t ns)
{
	if (ns < 0) {
		text(o, "-");
		ns = -ns;
	}
	number(o, (uintmax_t)(ns / GREEN_SEC), 1);
	text(o, ".");
	number(o, (uintmax_t)(ns % GREEN_SEC / GREEN_MSEC), 3);
	text(o, " s");
}

static void
scopes(struct out *o, const struct green_task *t, int64_t now)
{
	const struct scope *s;
	int64_t due;

	for (s = t->self.inner; s != NULL; s = s->inner) {
		text(o, s->flags & SCOPE_GROUP ? ", group " : ", scope ");
		text(o, s->where == NULL ? "?" : s->where);
		if (s->flags & SCOPE_CANCELLED)
			text(o, " cancelled");
		if (s->flags & SCOPE_SHIELD)
			text(o, " shielded");
		due = green__scope_due(s);
		if (due != GREEN_FOREVER) {
			text(o, " due in ");
			seconds(o, due - now);
		}
	}
}

/* Of a lock that is waited for: whose it is. */
static void
lock(struct out *o, const struct lock *l)
{
	if (l == NULL || l->owner == NULL)
		return;
	text(o, " of ");
	text(o, l->owner->name);
	text(o, " (");
	number(o, l->owner->id, 1);
	text(o, "), who took it at ");
	text(o, l->where == NULL ? "?" : l->where);
}

static void
task(struct out *o, const struct green_task *t, int depth, int64_t now)
{
	int i;

	for (i = 0; i <= depth; i++)
		text(o, "  ");
	text(o, t->name);
	text(o, " (");
	number(o, t->id, 1);
	text(o, "): ");
	if (t->waiter == NULL)
		text(o, t == t->loop->current ? "runs" : "ready");
	else {
		text(o, "waits for ");
		text(o, t->waiter->what);
		lock(o, green__lock_of(t->waiter));
		if (t->waiter->detail >= 0) {
			text(o, " ");
			number(o, (uintmax_t)t->waiter->detail, 1);
		}
		if (t->wake_at != GREEN_FOREVER) {
			text(o, ", ");
			seconds(o, t->wake_at - now);
		}
	}
	if (t->cancelled)
		text(o, ", cancelled");
	scopes(o, t, now);
	text(o, "\n");
}

/* The first task of s, or of the groups inside it in the same task. */
static const struct green_task *
first_within(const struct scope *s)
{
	for (; s != NULL; s = s->inner)
		if ((s->flags & SCOPE_GROUP) && GROUP(s)->ntasks > 0)
			return (TAILQ_FIRST(&GROUP(s)->tasks));
	return (NULL);
}

/* Depth first, from the first task on; NULL after the last. */
static const struct green_task *
successor(const struct green_task *t, int *depth)
{
	const struct green_task *next = first_within(&t->self);

	if (next != NULL) {
		++*depth;
		return (next);
	}
	while ((next = TAILQ_NEXT(t, sibling)) == NULL) {
		if (t->group->scope.task == NULL)
			return (NULL);
		if ((next = first_within(t->group->scope.inner)) != NULL)
			return (next);
		t = t->group->scope.task;
		--*depth;
	}
	return (next);
}

void
green__dump(const struct loop *l, int fd)
{
	const struct green_task *t;
	int64_t now = green__now(l);
	struct out o = { .fd = fd };
	int depth = 0, error = errno;

	text(&o, "libgreen: ");
	number(&o, l->ntasks, 1);
	text(&o, l->ntasks == 1 ? " task (" : " tasks (");
	text(&o, l->ops->name);
	text(&o, ", ");
	text(&o, l->context_ops->name);
	text(&o, ")\n");
	for (t = TAILQ_FIRST(&l->root.tasks); t != NULL;
	    t = successor(t, &depth))
		task(&o, t, depth, now);
	flush(&o);
	errno = error;
}
