/*
 * How long to wait before what has failed is tried again: a second, and each time
 * twice as long, but no longer than a minute.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#ifndef BACKOFF_H
#define BACKOFF_H

#include <green.h>

#define BACKOFF_MIN	(1 * GREEN_SEC)
#define BACKOFF_MAX	(60 * GREEN_SEC)

struct backoff {
	int	 tries, left;
	int64_t	 next;
};

/* All over again: so many times it may be tried once more. */
static inline void
backoff_start(struct backoff *b, int tries)
{
	b->tries = b->left = tries;
	b->next = BACKOFF_MIN;
}

/* How long to sleep, at_least included; -1: it has been tried often enough, or at
   least is longer than anybody waits. */
static inline int64_t
backoff_next(struct backoff *b, int64_t at_least)
{
	int64_t pause = b->next > at_least ? b->next : at_least;

	if (b->left == 0 || at_least > BACKOFF_MAX)
		return (-1);
	b->left--;
	b->next = 2 * b->next < BACKOFF_MAX ? 2 * b->next : BACKOFF_MAX;
	return (pause);
}

#endif
