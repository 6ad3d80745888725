/* Guards: one at a time, and nobody waits. */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include "internal.h"

struct guard {
	bool	 taken;
} GREEN__ALIAS;
#define GUARD(g)	((struct guard *)(void *)(g))

GREEN__FITS(struct guard, struct green_guard);

int
green_guard_enter(struct green_guard *g)
{
	if (GUARD(g)->taken)
		return (green__fail(EBUSY));
	GUARD(g)->taken = true;
	return (0);
}

void
green_guard_leave(struct green_guard *g)
{
	GUARD(g)->taken = false;
}
