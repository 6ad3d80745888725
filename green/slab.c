/*
 * Memory for stacks: slabs, which double in number of places as more are needed,
 * and the guards below them.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <sys/mman.h>

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include "slab.h"

#define MAX_BYTES	((size_t)64 * 1024 * 1024)	/* of a slab */
#define SPARE_GUARDS	((size_t)1024)	/* given up when mappings run out */
#define NO_ADVICE	(-1)		/* which no kernel knows */

static size_t
page_size(void)
{
	return ((size_t)sysconf(_SC_PAGESIZE));
}

void
green__slabs_open(struct slabs *s, size_t size)
{
	*s = (struct slabs){ .size = size, .guard = page_size() };
	LIST_INIT(&s->all);
	LIST_INIT(&s->roomy);
#ifdef MADV_GUARD_INSTALL
	/* Emulated kernels may say yes to any advice, and follow none. */
	if (madvise(NULL, 0, NO_ADVICE) == 0)
#endif
		s->method = GUARD_PROTECT;
}

void
green__slabs_close(struct slabs *s)
{
	struct slab *slab, *next;

	LIST_FOREACH_SAFE(slab, &s->all, link, next) {
		(void)munmap(slab->base, slab->nplaces * green__slabs_stride(s));
		free(slab);
	}
}

/* Memory for *n stacks, or for less where there is not as much. */
static char *
map(const struct slabs *s, size_t *n)
{
	void *base;

	do {
		base = mmap(NULL, *n * green__slabs_stride(s), PROT_READ | PROT_WRITE,
		    GREEN_MAP_STACK, -1, 0);
	} while (base == MAP_FAILED && (*n /= 2) > 0);
	if (base == MAP_FAILED)
		return (NULL);
#if HAVE_DECL_MADV_NOHUGEPAGE
	/* Before anything is on them, so that slabs become one mapping. */
	(void)madvise(base, *n * green__slabs_stride(s), MADV_NOHUGEPAGE);
#endif
	return (base);
}

/* As many places as there are already: slabs double, within bounds. */
static struct slab *
slab_open(struct slabs *s)
{
	struct slab *slab;
	size_t i, n = s->nplaces;

	if (n > MAX_BYTES / green__slabs_stride(s))
		n = MAX_BYTES / green__slabs_stride(s);
	if (n > GREEN__SLAB_MAX)
		n = GREEN__SLAB_MAX;
	if (n < GREEN__SLAB_MIN)
		n = GREEN__SLAB_MIN;
	slab = calloc(1, sizeof(*slab));
	if (slab == NULL)
		return (NULL);
	slab->base = map(s, &n);
	if (slab->base == NULL) {
		free(slab);
		return (NULL);
	}
	slab->nplaces = slab->nfree = n;
	for (i = 0; i < n; i++)
		slab->free[i] = (uint8_t)(n - 1 - i);
	s->nplaces += n;
	LIST_INSERT_HEAD(&s->all, slab, link);
	LIST_INSERT_HEAD(&s->roomy, slab, roomy);
	return (slab);
}

/* All of its places are free.  Where mappings have run out it may have to stay,
   with its memory given back. */
static int
slab_close(struct slabs *s, struct slab *slab)
{
	if (munmap(slab->base, slab->nplaces * green__slabs_stride(s)) == -1)
		return (-1);
	LIST_REMOVE(slab, link);
	LIST_REMOVE(slab, roomy);
	s->nplaces -= slab->nplaces;
	free(slab);
	if (s->method == GUARD_NONE)
		s->method = GUARD_PROTECT;
	return (0);
}

/* Give up guards of other places, for the rest of the program to have mappings:
   without any it could not even start a thread. */
static void
spare_mappings(struct slabs *s)
{
	struct slab *slab;
	size_t i, n = 0;

	LIST_FOREACH(slab, &s->all, link)
		for (i = 0; i < slab->nplaces && n < SPARE_GUARDS; i++)
			if ((slab->state[i] & PLACE_GUARDED) != 0 &&
			    mprotect(green__slab_guard(s, slab, i), s->guard,
			    PROT_READ | PROT_WRITE) == 0) {
				slab->state[i] &= (uint8_t)~PLACE_GUARDED;
				n++;
			}
}

/* A loop goes on without guards, said once. */
static void
without_guards(struct slabs *s)
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
guard(struct slabs *s, struct slab *slab, size_t i)
{
	char *at = green__slab_guard(s, slab, i);

	if ((slab->state[i] & PLACE_GUARDED) != 0)
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
		slab->state[i] |= PLACE_GUARDED;
}

struct slab *
green__slab_take(struct slabs *s, size_t *i)
{
	struct slab *slab = LIST_FIRST(&s->roomy);

	if (slab == NULL && (slab = slab_open(s)) == NULL)
		return (NULL);
	*i = slab->free[slab->nfree - 1];
	guard(s, slab, *i);
	if ((slab->state[*i] & PLACE_DIRTY) != 0)
		slab->ndirty--;
	slab->state[*i] = (slab->state[*i] & PLACE_GUARDED) | PLACE_TAKEN;
	if (--slab->nfree == 0)
		LIST_REMOVE(slab, roomy);
	return (slab);
}

void
green__slab_leave(struct slabs *s, struct slab *slab, size_t i)
{
	slab->state[i] = (slab->state[i] & PLACE_GUARDED) | PLACE_DIRTY;
	slab->ndirty++;
	slab->free[slab->nfree++] = (uint8_t)i;
	if (slab->nfree == 1)
		LIST_INSERT_HEAD(&s->roomy, slab, roomy);
}

/* Give back the pages of all dirty places, in one go where they are neighbours:
   the guards between them stay. */
static void
discard(struct slabs *s, struct slab *slab)
{
	size_t i, first;

	for (i = 0; i < slab->nplaces; i++) {
		first = i;
		while (i < slab->nplaces && (slab->state[i] & PLACE_DIRTY) != 0)
			slab->state[i++] &= (uint8_t)~PLACE_DIRTY;
#ifdef GREEN_MADV_DISCARD
		if (i > first)
			(void)madvise(green__slab_guard(s, slab, first) +
			    s->guard, (i - first) * green__slabs_stride(s) -
			    s->guard, GREEN_MADV_DISCARD);
#else
		(void)s, (void)first;
#endif
	}
	slab->ndirty = 0;
}

void
green__slabs_discard(struct slabs *s)
{
	struct slab *slab, *next;

	LIST_FOREACH_SAFE(slab, &s->all, link, next)
		if (slab->ndirty > 0 && (slab->nfree < slab->nplaces ||
		    slab_close(s, slab) == -1))
			discard(s, slab);
}

bool
green__slab_touched(const struct slabs *s, const struct slab *slab,
    size_t *bytes)
{
#ifdef HAVE_MINCORE
	/* A piece at a time, as its map has to fit on a small stack. */
	const size_t page = page_size();
	GREEN_MINCORE_VEC map[1024];
	size_t i, len, n = 0, size = slab->nplaces * green__slabs_stride(s);
	char *at = slab->base;

	for (; size > 0; at += len, size -= len) {
		len = size < sizeof(map) * page ? size : sizeof(map) * page;
		if (mincore((void *)at, len, map) == -1)
			return (false);
		for (i = 0; i < len / page; i++)
			n += (size_t)map[i] & 1;
	}
	*bytes = n * page;
	return (true);
#else
	(void)s, (void)slab, (void)bytes;
	return (false);
#endif
}
