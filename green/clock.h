/*
 * The time, inline, as opening a scope with a timeout does little else: of the
 * system, and of a loop, which may have a mock clock (clock.c).
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#ifndef GREEN_CLOCK_H
#define GREEN_CLOCK_H

#include <stdint.h>
#include <time.h>

#include <green/run.h>

#include "counter.h"
#include "loop.h"

/* CLOCK_MONOTONIC */
static inline int64_t
green__clock(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ((int64_t)ts.tv_sec * GREEN_SEC + ts.tv_nsec);
}

static inline int64_t
green__now(const struct loop *l)
{
	return (GREEN__UNLIKELY(l->mock) ? l->time : green__clock());
}

/*
 * The time to count from, for what is to happen after so long: what the clock has
 * last shown, and what the counter has counted since, up to GREEN__CLOCK_REACH.
 * It may be late by some ten nanoseconds, as if the call had come then.
 */
#define GREEN__CLOCK_REACH	(100 * GREEN_USEC)
#define GREEN__CLOCK_RATE	32	/* fractional bits of a rate */
int64_t	 green__clock_read(struct green__clock *c);
/* A count, between two readings of the clock.  It is of no use where they lie far
   apart: the thread was held up between them. */
void	 green__clock_learn(struct green__clock *c, int64_t before,
	    uint64_t count, int64_t after);
static inline int64_t
green__clock_near(struct green__clock *c)
{
	uint64_t passed = green__counter() - c->count;

	if (GREEN__UNLIKELY(passed >= c->good_for))
		return (green__clock_read(c));
	return (c->read + (int64_t)(passed * c->rate >> GREEN__CLOCK_RATE));
}

/* Without overflow. */
static inline int64_t
green__after(int64_t now, int64_t duration)
{
	if (duration > 0 && now > GREEN_FOREVER - duration)
		return (GREEN_FOREVER);
	if (duration < 0 && now < INT64_MIN + 1 - duration)
		return (INT64_MIN + 1);
	return (now + duration);
}

/* The end of a time that begins now, in the calling thread's loop. */
static inline int64_t
green__from_now(int64_t duration)
{
	struct loop *l = green__loop;

	return (green__after(GREEN__UNLIKELY(l->mock) ? l->time :
	    green__clock_near(&l->clock), duration));
}

#endif /* GREEN_CLOCK_H */
