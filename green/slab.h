/*
 * Memory for stacks, in slabs of many places, with a guard below each.  A place
 * is taken, or free and then cold: what is known of it is kept outside of it.
 * For stack.c alone.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#ifndef GREEN_SLAB_H
#define GREEN_SLAB_H

#include <sys/queue.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GREEN__SLAB_MIN	((size_t)16)	/* places */
#define GREEN__SLAB_MAX	((size_t)256)

enum {
	PLACE_GUARDED = 1,
	PLACE_TAKEN = 2,
	PLACE_DIRTY = 4			/* free, and still has its pages */
};
struct slab {
	LIST_ENTRY(slab) link;
	LIST_ENTRY(slab) roomy;		/* while nfree > 0 */
	char	*base;
	size_t	 nplaces;
	size_t	 nfree;
	size_t	 ndirty;		/* of the free ones: still have pages */
	uint8_t	 free[GREEN__SLAB_MAX];	/* which; the last is taken first */
	uint8_t	 state[GREEN__SLAB_MAX];
};
LIST_HEAD(slab_list, slab);

struct slabs {
	struct slab_list all;
	struct slab_list roomy;
	size_t	 nplaces;		/* of all slabs */
	size_t	 size;			/* usable bytes of a place */
	size_t	 guard;			/* bytes of its guard, below it */
	enum { GUARD_ADVISE, GUARD_PROTECT, GUARD_NONE } method;
};

/* size: a multiple of the page's */
void	 green__slabs_open(struct slabs *s, size_t size);
void	 green__slabs_close(struct slabs *s);
/* A place, guarded where that can be; *i: which.  ENOMEM */
struct slab *green__slab_take(struct slabs *s, size_t *i);
/* It is free again.  Its pages are not touched yet: neighbours are given back
   together. */
void	 green__slab_leave(struct slabs *s, struct slab *slab, size_t i);
/* Give back the memory of all places left. */
void	 green__slabs_discard(struct slabs *s);
/* How much memory a slab has; false: there is no telling. */
bool	 green__slab_touched(const struct slabs *s, const struct slab *slab,
	    size_t *bytes);

static inline bool
green__slab_is_taken(const struct slab *slab, size_t i)
{
	return ((slab->state[i] & PLACE_TAKEN) != 0);
}

static inline size_t
green__slabs_stride(const struct slabs *s)
{
	return (s->guard + s->size);
}

/* The place above it begins where its guard ends, and ends at the next guard. */
static inline char *
green__slab_guard(const struct slabs *s, const struct slab *slab, size_t i)
{
	return (slab->base + i * green__slabs_stride(s));
}

#endif /* GREEN_SLAB_H */
