/*
 * Who is inside of a file or directory.  It is freed by the one who closes it,
 * once the last of those inside has left.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include "internal.h"

int
green__use_enter(struct green__use *u, enum green__use_kind kind)
{
	if (green__check() == -1)
		return (-1);
	if (u->closing)
		return (green__fail(EBADF));
	if (kind == USE_ALONE) {
		if (u->taken)
			return (green__fail(EBUSY));
		u->taken = true;
	}
	u->inside++;
	return (0);
}

void
green__use_leave(struct green__use *u, enum green__use_kind kind)
{
	if (kind == USE_ALONE)
		u->taken = false;
	if (--u->inside == 0 && u->closer != NULL)
		green__wake(u->closer, 0, 0);
}

void
green__use_close(struct green__use *u)
{
	struct waiter w;

	u->closing = true;
	if (u->inside == 0)
		return;
	u->closer = &w;
	(void)green__park(&w, NULL, "closing", -1, GREEN_FOREVER);
}
