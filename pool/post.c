/*
 * Posts stand in a ring, which takes no lock and no memory: a poster claims the
 * place at the tail, fills it, and says so in the place's turn, which counts on
 * from round to round:
 *
 *	base		free in the round that begins at the position base
 *	base + 1	filled in it
 *	base + POSTS	called, and so free in the next round
 *
 * The loop calls them in order, up to the first that is not filled yet.
 * Whoever has filled a place rings the bell afterwards, unless it rings
 * already; the loop silences it before it looks.  So it looks again after the
 * last that was filled, and a poster that is interrupted in between, by a
 * signal handler that posts too, holds nobody up.
 *
 * Numbers in brackets are steps of tests/models/post.pml, which spin checks.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <stdlib.h>

#include "post.h"

#define POSTS	4096		/* a power of two */

struct post {
	atomic_size_t turn;
	void	(*fn)(void *arg);
	void	*arg;
};

struct posts {
	struct inbox_item bell;
	atomic_bool rings;
	atomic_size_t tail;		/* the position to be claimed next */
	size_t	 head;			/* and that to be called */
	struct post ring[POSTS];
};

static void	 answer(struct inbox_item *it);

int
green__posts_open(struct green_token *d)
{
	struct posts *p;

	if (d->posts != NULL)
		return (0);
	if ((p = calloc(1, sizeof(*p))) == NULL)
		return (green__fail(ENOMEM));
	p->bell.run = answer;
	d->posts = p;
	return (0);
}

static void
ring(struct posts *p, struct loop *l)
{
	if (!atomic_exchange(&p->rings, true))			/* (1) */
		green__inbox_post(l, &p->bell);			/* (2) */
}

/* The position claimed; false: there is none free. */
static bool
claim(struct posts *p, size_t *position)
{
	size_t at = atomic_load(&p->tail), base, turn;		/* (3) */

	for (;;) {
		base = at - at % POSTS;
		turn = atomic_load_explicit(&p->ring[at % POSTS].turn,
		    memory_order_acquire);			/* (4) */
		if (turn == base) {
			if (!atomic_compare_exchange_weak(&p->tail, &at,
			    at + 1))				/* (5) */
				continue;
			*position = at;
			return (true);
		}
		/* Of the round before, or has somebody been faster? */
		if (turn - base > SIZE_MAX / 2)
			return (false);
		at = atomic_load(&p->tail);			/* (6) */
	}
}

int
green__post(struct green_token *d, void (*fn)(void *), void *arg)
{
	struct loop *l = green__door_enter(d);
	struct posts *p = d->posts;
	struct post *post;
	size_t at;
	bool claimed;

	if (l == NULL)
		return (-1);
	if ((claimed = claim(p, &at))) {
		post = &p->ring[at % POSTS];
		post->fn = fn;					/* (7) */
		post->arg = arg;
		atomic_store_explicit(&post->turn, at - at % POSTS + 1,
		    memory_order_release);			/* (8) */
		ring(p, l);
	}
	green__door_leave(d);
	if (!claimed)
		errno = EAGAIN;
	return (claimed ? 0 : -1);
}

void
green__posts_nudge(struct green_token *d)
{
	struct loop *l = green__door_enter(d);

	if (l == NULL)
		return;
	ring(d->posts, l);
	green__door_leave(d);
}

/* The next one called; false: there is none. */
static bool
call_next(struct posts *p)
{
	struct post *post = &p->ring[p->head % POSTS];
	size_t base = p->head - p->head % POSTS;
	void (*fn)(void *);
	void *arg;

	if (atomic_load_explicit(&post->turn,
	    memory_order_acquire) != base + 1)			/* (9) */
		return (false);
	fn = post->fn;						/* (10) */
	arg = post->arg;
	p->head++;
	atomic_store_explicit(&post->turn, base + POSTS,
	    memory_order_release);				/* (11) */
	fn(arg);						/* (12) */
	return (true);
}

/*
 * No more of them than there is room for: the loop has other things to do.
 * What stands there then has been posted since the silence, and rings again.
 * That is an exchange, as a store could be overtaken by the look at the ring.
 */
static void
answer(struct inbox_item *it)
{
	struct posts *p = GREEN__CONTAINER(it, struct posts, bell);
	int n;

	(void)atomic_exchange(&p->rings, false);		/* (13) */
	for (n = 0; n < POSTS && call_next(p); n++)
		;
}
