/*
 * The door outlives its loop, as whoever holds it does.  One word counts those
 * inside and says whether the door is closed: whoever finds it open has counted
 * himself by that very step, so that the loop, which closes it and then waits
 * until nobody is inside, cannot miss him.
 *
 * Numbers in brackets are steps of tests/models/revocable.pml, which spin
 * checks.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <limits.h>
#include <sched.h>
#include <stdlib.h>

#include "door.h"
#include "internal.h"

#define CLOSED	(UINT_MAX / 2 + 1)	/* and below it, how many are inside */

/* What others need not know of one. */
struct door {
	struct green_token token;
	unsigned generation;		/* the process's, when it was opened */
};
#define DOOR(d)	GREEN__CONTAINER(d, struct door, token)

static unsigned generation;		/* how often we were forked */

void
green__doors_leave_behind(void)
{
	generation++;
}

bool
green__door_is_ours(const struct green_token *d)
{
	return (DOOR(d)->generation == generation);
}

struct green_token *
green__door_open(struct loop *l)
{
	struct door *d = calloc(1, sizeof(*d));

	if (d == NULL)
		return (NULL);
	atomic_init(&d->token.refs, 1);
	d->token.loop = l;
	d->generation = generation;
	return (&d->token);
}

void
green__door_close(struct green_token *d)
{
	(void)atomic_fetch_or(&d->state, CLOSED);		/* (18) */
	while (atomic_load(&d->state) != CLOSED)		/* (19) */
		sched_yield();
}

struct green_token *
green__door_hold(struct green_token *d)
{
	atomic_fetch_add_explicit(&d->refs, 1, memory_order_relaxed);
	return (d);
}

void
green__door_drop(struct green_token *d)
{
	if (d == NULL || atomic_fetch_sub(&d->refs, 1) > 1)	/* (20) */
		return;
	free(d->posts);
	free(DOOR(d));
}

struct loop *
green__door_enter(struct green_token *d)
{
	if (!green__door_is_ours(d)) {
		errno = EPERM;
		return (NULL);
	}
	if ((atomic_fetch_add(&d->state, 1) & CLOSED) == 0)	/* (21) */
		return (d->loop);
	(void)atomic_fetch_sub(&d->state, 1);			/* (22) */
	errno = ESHUTDOWN;
	return (NULL);
}

void
green__door_leave(struct green_token *d)
{
	(void)atomic_fetch_sub(&d->state, 1);			/* (23) */
}
