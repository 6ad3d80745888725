/*
 * Stacks: places in slabs (slab.c), with the task's own structure at the top, so
 * that a parked task touches one page.  A stack has a context, and is a task's or
 * idle.  Idle ones are reused last in, first out; what was not needed for a while
 * is given back.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "internal.h"
#include "slab.h"

#define DEFAULT_SIZE	((size_t)128 * 1024)
#define MIN_STACK	((size_t)16 * 1024)
/* Cache lines to stagger tops by: with more, a thousand tasks that do little else
   than switch meet in the cache less often, and what a server's connection has on
   its stack takes a second page. */
#define COLOURS		16
#define KEPT_IDLE	16		/* stacks that are never given back */
#define TRIM_MAX	((size_t)4096)	/* stacks at a time: milliseconds */

/* What is at the top of a stack. */
struct top {
	_Alignas(GREEN__CACHE_LINE) struct green_task task;
	struct slab *slab;
	size_t	 index;
};

struct stacks {
	struct green_task **idle;	/* with room for every stack */
	size_t	 nidle;
	size_t	 low;			/* least nidle since the last trim */
	size_t	 room;
	int64_t	 trimmed_at;
	struct slabs slabs;
	const struct green__context_ops *ops;
	void	(*entry)(void);
};

struct stacks *
green__stacks_open(size_t stack_size, const struct green__context_ops *ops,
    void (*entry)(void))
{
	const size_t page = (size_t)sysconf(_SC_PAGESIZE);
	struct stacks *s;

	if (stack_size == 0)
		stack_size = DEFAULT_SIZE;
	if (stack_size < MIN_STACK + sizeof(struct green_task) ||
	    stack_size > PTRDIFF_MAX / GREEN__SLAB_MIN) {
		errno = EINVAL;
		return (NULL);
	}
	s = calloc(1, sizeof(*s));
	if (s == NULL)
		return (NULL);
	green__slabs_open(&s->slabs, (stack_size + page - 1) & ~(page - 1));
	s->ops = ops;
	s->entry = entry;
	return (s);
}

void
green__stacks_close(struct stacks *s)
{
	size_t i;

	for (i = 0; i < s->nidle; i++)
		green__context_close(&s->idle[i]->context);
	green__slabs_close(&s->slabs);
	free(s->idle);
	free(s);
}

size_t
green__stack_size(const struct stacks *s)
{
	return (s->slabs.size);
}

size_t
green__stack_used(const struct stacks *s, const struct green_task *t)
{
	const char *bottom = t->context.stack, *end = bottom + s->slabs.size;
	const char *at = t->context.sp, *here = __builtin_frame_address(0);

	if (t->loop->current == t && here > bottom && here < end)
		at = here;
	return ((size_t)(end - at));
}

static struct top *
top_of(const struct stacks *s, const struct slab *slab, size_t i)
{
	char *end = green__slab_guard(&s->slabs, slab, i + 1);

	return ((struct top *)(void *)(end - sizeof(struct top) -
	    i % COLOURS * GREEN__CACHE_LINE));
}

/* Room for n stacks among the idle ones.  ENOMEM */
static int
reserve(struct stacks *s, size_t n)
{
	struct green_task **idle;
	size_t room = s->room;

	while (room < n)
		room = room == 0 ? GREEN__SLAB_MIN : room * 2;
	if (room == s->room)
		return (0);
	idle = reallocarray(s->idle, room, sizeof(*idle));
	if (idle == NULL)
		return (-1);
	s->idle = idle;
	s->room = room;
	return (0);
}

static struct green_task *
stack_open(struct stacks *s)
{
	struct slab *slab;
	struct top *top;
	char *bottom;
	size_t i;

	if ((slab = green__slab_take(&s->slabs, &i)) == NULL)
		return (NULL);
	top = top_of(s, slab, i);
	bottom = green__slab_guard(&s->slabs, slab, i) + s->slabs.guard;
	if (reserve(s, s->slabs.nplaces) == -1 ||
	    green__context_open(s->ops, &top->task.context, bottom,
	    (size_t)((char *)top - bottom), s->entry) == -1) {
		green__slab_leave(&s->slabs, slab, i);
		return (NULL);
	}
	top->slab = slab;
	top->index = i;
	return (&top->task);
}

static void
stack_close(struct stacks *s, struct green_task *t)
{
	struct top *top = GREEN__CONTAINER(t, struct top, task);

	green__context_close(&t->context);
	green__slab_leave(&s->slabs, top->slab, top->index);
}

/* The task begins with the floating-point environment of its spawner. */
struct green_task *
green__stack_get(struct stacks *s)
{
	struct green_task *t;

	if (GREEN__LIKELY(s->nidle > 0)) {
		t = s->idle[--s->nidle];
		if (s->nidle < s->low)
			s->low = s->nidle;
	} else if ((t = stack_open(s)) == NULL)
		return (NULL);
	green__context_inherit(&t->context);
	return (t);
}

void
green__stack_put(struct stacks *s, struct green_task *t)
{
	s->idle[s->nidle++] = t;
}

bool
green__stack_trim(struct stacks *s, int64_t now)
{
	size_t i, n;

	if (now - s->trimmed_at < GREEN_SEC)
		return (s->nidle > KEPT_IDLE);
	s->trimmed_at = now;
	n = s->low > KEPT_IDLE ? s->low - KEPT_IDLE : 0;
	if (n > TRIM_MAX)
		n = TRIM_MAX;
	/* The bottom ones are those that have not been used. */
	for (i = 0; i < n; i++)
		stack_close(s, s->idle[i]);
	s->nidle -= n;
	s->low = s->nidle;
	if (n > 0) {
		memmove(s->idle, s->idle + n, s->nidle * sizeof(*s->idle));
		green__slabs_discard(&s->slabs);
	}
	return (s->nidle > KEPT_IDLE);
}

/* Where there is no telling: the pages of what tasks have on them now. */
static size_t
used_now(const struct stacks *s, const struct slab *slab)
{
	const size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t i, n = 0;

	for (i = 0; i < slab->nplaces; i++)
		if (green__slab_is_taken(slab, i))
			n += 1 + green__stack_used(s,
			    &top_of(s, slab, i)->task) / page;
	return (n * page);
}

void
green__stacks_count(const struct stacks *s, struct green_stats *st)
{
	const struct slab *slab;
	size_t bytes;

	st->stacks = s->slabs.nplaces;
	st->stacks_idle = s->nidle;
	LIST_FOREACH(slab, &s->slabs.all, link) {
		st->stacks -= slab->nfree;
		if (!green__slab_touched(&s->slabs, slab, &bytes))
			bytes = used_now(s, slab);
		st->stack_bytes += bytes;
	}
}

bool
green__stack_guard_at(const struct stacks *s, const void *addr,
    const struct green_task **t)
{
	const struct slab *slab;
	const size_t stride = green__slabs_stride(&s->slabs);
	size_t i, offset;

	LIST_FOREACH(slab, &s->slabs.all, link) {
		/* Below base it wraps, to what is beyond all slabs. */
		offset = (uintptr_t)addr - (uintptr_t)slab->base;
		i = offset / stride;
		if (i >= slab->nplaces || offset % stride >= s->slabs.guard ||
		    !green__slab_is_taken(slab, i))
			continue;
		*t = &top_of(s, slab, i)->task;
		return (true);
	}
	return (false);
}
