/*
 * The door outlives its loop, as whoever holds it does.  One word counts those
 * inside and says whether the door is closed: whoever finds it open has counted
 * himself by that very step, so that the loop, which closes it and then waits
 * until nobody is inside, cannot miss him.
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

struct green_token *
green__door_open(struct loop *l)
{
	struct green_token *d = calloc(1, sizeof(*d));

	if (d == NULL)
		return (NULL);
	atomic_init(&d->refs, 1);
	d->loop = l;
	return (d);
}

void
green__door_close(struct green_token *d)
{
	(void)atomic_fetch_or(&d->state, CLOSED);
	while (atomic_load(&d->state) != CLOSED)
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
	if (d == NULL || atomic_fetch_sub(&d->refs, 1) > 1)
		return;
	free(d->posts);
	free(d);
}

struct loop *
green__door_enter(struct green_token *d)
{
	if ((atomic_fetch_add(&d->state, 1) & CLOSED) == 0)
		return (d->loop);
	(void)atomic_fetch_sub(&d->state, 1);
	errno = ESHUTDOWN;
	return (NULL);
}

void
green__door_leave(struct green_token *d)
{
	(void)atomic_fetch_sub(&d->state, 1);
}
