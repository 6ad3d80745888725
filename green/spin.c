/*
 * A brief spin before a thread sleeps until another one answers.  To be woken
 * across CPUs takes longer than most calls do, and the spin is over, or has been
 * in vain, within the time of one such wake-up.  Where it does not help, on one
 * CPU or with calls that take long, it is soon tried but now and then: each that
 * was in vain doubles how many sleeps come before the next.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include "internal.h"

#define SPIN		(20 * GREEN_USEC)
#define LOOKS		32	/* between two at the clock */
#define VAIN_MAX	256

bool
green__spin(struct spin *s, bool (*there)(void *arg), void *arg)
{
	int64_t until;
	int i;

	if (s->skip > 0) {
		s->skip--;
		return (false);
	}
	until = green__clock() + SPIN;
	do {
		for (i = 0; i < LOOKS; i++)
			if (there(arg)) {
				s->vain = 0;
				return (true);
			}
	} while (green__clock() < until);
	s->vain = s->vain == 0 ? 1 : s->vain * 2;
	if (s->vain > VAIN_MAX)
		s->vain = VAIN_MAX;
	s->skip = s->vain;
	return (false);
}
