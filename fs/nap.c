/*
 * Waiting for what nobody tells of: other processes' locks, the other end of a
 * FIFO.  Between two tries there is a nap, each longer than the last one up to
 * a limit, so that many who wait keep no worker busy.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include "internal.h"

#define SHORTEST	GREEN_MSEC
#define LONGEST		(32 * GREEN_MSEC)

int
green__nap(int64_t *length, const char *what, intptr_t detail)
{
	*length = *length == 0 ? SHORTEST : *length * 2;
	if (*length > LONGEST)
		*length = LONGEST;
	return (green__sleep(NULL, what, detail, green__from_now(*length)));
}
