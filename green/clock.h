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

#endif /* GREEN_CLOCK_H */
