/*
 * arc4random_buf(): bytes that nobody can foretell.  It never fails; a kernel
 * that has none to give is no place to go on.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <stdlib.h>
#include <unistd.h>

#define PIECE	((size_t)256)		/* getentropy() gives no more */

void
arc4random_buf(void *buf, size_t len)
{
	char *p = buf;
	size_t n;

	for (; len > 0; p += n, len -= n) {
		n = len < PIECE ? len : PIECE;
		if (getentropy(p, n) == -1)
			abort();
	}
}
