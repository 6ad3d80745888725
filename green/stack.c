/*
 * Stacks: memory in slabs of many, a guard below each stack, and the task's own
 * structure at its top, so that a parked task touches one page.  A stack is
 * cold (nothing on it), or has a context, and then is a task's or idle.  Idle
 * ones are reused last in, first out; what was not needed for a while turns
 * cold.  What is known of cold stacks is kept outside of them.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <sys/mman.h>
#include <sys/queue.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "internal.h"

#define DEFAULT_SIZE	((size_t)128 * 1024)
#define MIN_STACK	((size_t)16 * 1024)
#define MIN_SLAB	((size_t)16)	/* stacks */
#define MAX_SLAB	((size_t)256)
#define MAX_SLAB_BYTES	((size_t)64 * 1024 * 1024)
#define COLOURS		16		/* cache lines to stagger tops by */
#define KEPT_IDLE	16		/* stacks that are never given back */
#define TRIM_MAX	((size_t)4096)	/* stacks at a time: milliseconds */
#define SPARE_GUARDS	((size_t)1024)	/* given up when mappings run out */
#define NO_ADVICE	(-1)		/* which no kernel knows */

/* What is at the top of a stack that is not cold. */
struct top {
	_Alignas(GREEN__CACHE_LINE) struct green_task task;
	struct slab *slab;
	size_t	 index;
};

enum {
	SLOT_GUARDED = 1,
	SLOT_WARM = 2,			/* has a context */
	SLOT_DIRTY = 4			/* cold, and still has its pages */
};

struct slab {
	LIST_ENTRY(slab) link;
	LIST_ENTRY(slab) roomy;		/* while ncold > 0 */
	char	*base;
	size_t	 nslots;
	size_t	 ncold;
	size_t	 ndirty;
	uint8_t	 cold[MAX_SLAB];	/* which; the last is taken first */
	uint8_t	 state[MAX_SLAB];
};
LIST_HEAD(slabs, slab);

struct stacks {
	struct green_task **idle;	/* with room for every stack */
	size_t	 nidle;
	size_t	 low;			/* least nidle since the last trim */
	size_t	 room;
	size_t	 nslots;		/* of all slabs */
	int64_t	 trimmed_at;
	struct slabs slabs;
	struct slabs roomy;		/* those with cold stacks */
	size_t	 size;			/* usable bytes of a stack */
	size_t	 guard;			/* bytes of its guard, below it */
	const struct green__context_ops *ops;
	void	(*entry)(void);
	enum { GUARD_ADVISE, GUARD_PROTECT, GUARD_NONE } method;
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
	    stack_size > PTRDIFF_MAX / MIN_SLAB) {
		errno = EINVAL;
		return (NULL);
	}
	s = calloc(1, sizeof(*s));
	if (s == NULL)
		return (NULL);
	LIST_INIT(&s->slabs);
	LIST_INIT(&s->roomy);
	s->size = (stack_size + page - 1) & ~(page - 1);
	s->guard = page;
	s->ops = ops;
	s->entry = entry;
#ifdef MADV_GUARD_INSTALL
	/* Emulated kernels may say yes to any advice, and follow none. */
	if (madvise(NULL, 0, NO_ADVICE) == 0)
#endif
		s->method = GUARD_PROTECT;
	return (s);
}

size_t
green__stack_size(const struct stacks *s)
{
	return (s->size);
}

size_t
green__stack_used(const struct stacks *s, const struct green_task *t)
{
	const char *bottom = t->context.stack;
	const char *at = t->context.sp, *here = __builtin_frame_address(0);

	if (t->loop->current == t && here > bottom && here < bottom + s->size)
		at = here;
	return ((size_t)(bottom + s->size - at));
}

static size_t
stride(const struct stacks *s)
{
	return (s->guard + s->size);
}

static char *
guard_of(const struct stacks *s, const struct slab *slab, size_t i)
{
	return (slab->base + i * stride(s));
}

static struct top *
top_of(const struct stacks *s, const struct slab *slab, size_t i)
{
	char *end = guard_of(s, slab, i + 1);

	return ((struct top *)(void *)(end - sizeof(struct top) -
	    i % COLOURS * GREEN__CACHE_LINE));
}

/*
 * Slabs.
 */

/* Room for n more stacks among the idle ones. */
static int
reserve(struct stacks *s, size_t n)
{
	struct green_task **idle;
	size_t room = s->room;

	while (room < s->nslots + n)
		room = room == 0 ? MIN_SLAB : room * 2;
	if (room == s->room)
		return (0);
	idle = reallocarray(s->idle, room, sizeof(*idle));
	if (idle == NULL)
		return (-1);
	s->idle = idle;
	s->room = room;
	return (0);
}

/* Memory for *n stacks, or for less where there is not as much. */
static char *
map(const struct stacks *s, size_t *n)
{
	void *base;

	do {
		base = mmap(NULL, *n * stride(s), PROT_READ | PROT_WRITE,
		    GREEN_MAP_STACK, -1, 0);
	} while (base == MAP_FAILED && (*n /= 2) > 0);
	if (base == MAP_FAILED)
		return (NULL);
#if HAVE_DECL_MADV_NOHUGEPAGE
	/* Before anything is on them, so that slabs become one mapping. */
	(void)madvise(base, *n * stride(s), MADV_NOHUGEPAGE);
#endif
	return (base);
}

/* As many stacks as there are already: slabs double, within bounds. */
static struct slab *
slab_open(struct stacks *s)
{
	struct slab *slab;
	size_t i, n = s->nslots;

	if (n > MAX_SLAB_BYTES / stride(s))
		n = MAX_SLAB_BYTES / stride(s);
	if (n > MAX_SLAB)
		n = MAX_SLAB;
	if (n < MIN_SLAB)
		n = MIN_SLAB;
	if (reserve(s, n) == -1)
		return (NULL);
	slab = calloc(1, sizeof(*slab));
	if (slab == NULL)
		return (NULL);
	slab->base = map(s, &n);
	if (slab->base == NULL) {
		free(slab);
		return (NULL);
	}
	slab->nslots = slab->ncold = n;
	for (i = 0; i < n; i++)
		slab->cold[i] = (uint8_t)(n - 1 - i);
	s->nslots += n;
	LIST_INSERT_HEAD(&s->slabs, slab, link);
	LIST_INSERT_HEAD(&s->roomy, slab, roomy);
	return (slab);
}

/* All of its stacks are cold.  Where mappings have run out it may have to stay,
   with its memory given back. */
static int
slab_close(struct stacks *s, struct slab *slab)
{
	if (munmap(slab->base, slab->nslots * stride(s)) == -1)
		return (-1);
	LIST_REMOVE(slab, link);
	LIST_REMOVE(slab, roomy);
	s->nslots -= slab->nslots;
	free(slab);
	if (s->method == GUARD_NONE)
		s->method = GUARD_PROTECT;
	return (0);
}

/*
 * Guards.
 */

/* Give up guards of other stacks, for the rest of the program to have mappings:
   without any it could not even start a thread. */
static void
spare_mappings(struct stacks *s)
{
	struct slab *slab;
	size_t i, n = 0;

	LIST_FOREACH(slab, &s->slabs, link)
		for (i = 0; i < slab->nslots && n < SPARE_GUARDS; i++)
			if ((slab->state[i] & SLOT_GUARDED) != 0 &&
			    mprotect(guard_of(s, slab, i), s->guard,
			    PROT_READ | PROT_WRITE) == 0) {
				slab->state[i] &= (uint8_t)~SLOT_GUARDED;
				n++;
			}
}

/* A loop goes on without guards, said once. */
static void
without_guards(struct stacks *s)
{
	static const char said[] = "libgreen: out of memory mappings: further "
	    "stacks have no guard, and overflow unnoticed\n";
	static atomic_flag once = ATOMIC_FLAG_INIT;

	s->method = GUARD_NONE;
	spare_mappings(s);
	if (!atomic_flag_test_and_set(&once))
		(void)!write(STDERR_FILENO, said, sizeof(said) - 1);
}

static void
guard(struct stacks *s, struct slab *slab, size_t i)
{
	char *at = guard_of(s, slab, i);

	if ((slab->state[i] & SLOT_GUARDED) != 0)
		return;
#ifdef MADV_GUARD_INSTALL
	if (s->method == GUARD_ADVISE &&
	    madvise(at, s->guard, MADV_GUARD_INSTALL) == -1)
		s->method = GUARD_PROTECT;
#endif
	if (s->method == GUARD_PROTECT &&
	    mprotect(at, s->guard, PROT_NONE) == -1)
		without_guards(s);
	if (s->method != GUARD_NONE)
		slab->state[i] |= SLOT_GUARDED;
}

/*
 * Stacks.
 */

static struct green_task *
warm(struct stacks *s)
{
	struct slab *slab = LIST_FIRST(&s->roomy);
	struct top *top;
	char *bottom;
	size_t i;

	if (slab == NULL && (slab = slab_open(s)) == NULL)
		return (NULL);
	i = slab->cold[slab->ncold - 1];
	guard(s, slab, i);
	top = top_of(s, slab, i);
	bottom = guard_of(s, slab, i) + s->guard;
	if (green__context_open(s->ops, &top->task.context, bottom,
	    (size_t)((char *)top - bottom), s->entry) == -1)
		return (NULL);
	top->slab = slab;
	top->index = i;
	if ((slab->state[i] & SLOT_DIRTY) != 0)
		slab->ndirty--;
	slab->state[i] = (slab->state[i] & SLOT_GUARDED) | SLOT_WARM;
	if (--slab->ncold == 0)
		LIST_REMOVE(slab, roomy);
	return (&top->task);
}

/* Its pages are not touched yet: neighbours are given back together. */
static void
chill(struct stacks *s, struct green_task *t)
{
	struct top *top = GREEN__CONTAINER(t, struct top, task);
	struct slab *slab = top->slab;
	size_t i = top->index;

	green__context_close(&t->context);
	slab->state[i] = (slab->state[i] & SLOT_GUARDED) | SLOT_DIRTY;
	slab->ndirty++;
	slab->cold[slab->ncold++] = (uint8_t)i;
	if (slab->ncold == 1)
		LIST_INSERT_HEAD(&s->roomy, slab, roomy);
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
	} else if ((t = warm(s)) == NULL)
		return (NULL);
	green__context_inherit(&t->context);
	return (t);
}

void
green__stack_put(struct stacks *s, struct green_task *t)
{
	s->idle[s->nidle++] = t;
}

/* Give back the pages of all dirty stacks, in one go where they are neighbours:
   the guards between them stay. */
static void
discard(struct stacks *s, struct slab *slab)
{
	size_t i, first;

	for (i = 0; i < slab->nslots; i++) {
		first = i;
		while (i < slab->nslots && (slab->state[i] & SLOT_DIRTY) != 0)
			slab->state[i++] &= (uint8_t)~SLOT_DIRTY;
#ifdef GREEN_MADV_DISCARD
		if (i > first)
			(void)madvise(guard_of(s, slab, first) + s->guard,
			    (i - first) * stride(s) - s->guard,
			    GREEN_MADV_DISCARD);
#else
		(void)s, (void)first;
#endif
	}
	slab->ndirty = 0;
}

bool
green__stack_trim(struct stacks *s, int64_t now)
{
	struct slab *slab, *next;
	size_t i, n;

	if (now - s->trimmed_at < GREEN_SEC)
		return (s->nidle > KEPT_IDLE);
	s->trimmed_at = now;
	n = s->low > KEPT_IDLE ? s->low - KEPT_IDLE : 0;
	if (n > TRIM_MAX)
		n = TRIM_MAX;
	/* The bottom ones are those that have not been used. */
	for (i = 0; i < n; i++)
		chill(s, s->idle[i]);
	s->nidle -= n;
	s->low = s->nidle;
	if (n > 0) {
		memmove(s->idle, s->idle + n, s->nidle * sizeof(*s->idle));
		LIST_FOREACH_SAFE(slab, &s->slabs, link, next)
			if (slab->ndirty > 0 && (slab->ncold < slab->nslots ||
			    slab_close(s, slab) == -1))
				discard(s, slab);
	}
	return (s->nidle > KEPT_IDLE);
}

void
green__stacks_close(struct stacks *s)
{
	struct slab *slab, *next;
	size_t i;

	for (i = 0; i < s->nidle; i++)
		green__context_close(&s->idle[i]->context);
	LIST_FOREACH_SAFE(slab, &s->slabs, link, next) {
		(void)munmap(slab->base, slab->nslots * stride(s));
		free(slab);
	}
	free(s->idle);
	free(s);
}

/* Where there is no telling: the pages of what tasks have on them now. */
static size_t
used_now(const struct stacks *s, const struct slab *slab)
{
	const size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t i, n = 0;

	for (i = 0; i < slab->nslots; i++)
		if ((slab->state[i] & SLOT_WARM) != 0)
			n += 1 + green__stack_used(s,
			    &top_of(s, slab, i)->task) / page;
	return (n * page);
}

#ifdef HAVE_MINCORE
/* A piece of memory at a time, as its map has to fit on a small stack. */
static size_t
touched(const struct stacks *s, const struct slab *slab)
{
	const size_t page = (size_t)sysconf(_SC_PAGESIZE);
	GREEN_MINCORE_VEC map[1024];
	size_t i, len, n = 0, size = slab->nslots * stride(s);
	char *at = slab->base;

	for (; size > 0; at += len, size -= len) {
		len = size < sizeof(map) * page ? size : sizeof(map) * page;
		if (mincore((void *)at, len, map) == -1)
			return (used_now(s, slab));
		for (i = 0; i < len / page; i++)
			n += (size_t)map[i] & 1;
	}
	return (n * page);
}
#else
#define touched(s, slab)	used_now((s), (slab))
#endif

void
green__stacks_count(const struct stacks *s, struct green_stats *st)
{
	const struct slab *slab;

	st->stacks = s->nslots;
	st->stacks_idle = s->nidle;
	LIST_FOREACH(slab, &s->slabs, link) {
		st->stacks -= slab->ncold;
		st->stack_bytes += touched(s, slab);
	}
}

bool
green__stack_guard_at(const struct stacks *s, const void *addr,
    const struct green_task **t)
{
	const struct slab *slab;
	size_t i, offset;

	LIST_FOREACH(slab, &s->slabs, link) {
		/* Below base it wraps, to what is beyond all slabs. */
		offset = (uintptr_t)addr - (uintptr_t)slab->base;
		i = offset / stride(s);
		if (i >= slab->nslots || offset % stride(s) >= s->guard ||
		    (slab->state[i] & SLOT_WARM) == 0)
			continue;
		*t = &top_of(s, slab, i)->task;
		return (true);
	}
	return (false);
}
