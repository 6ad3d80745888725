/*
 * Where the kernel moves nothing from one descriptor to another by itself.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include "internal.h"

ssize_t
green__splice(struct green__copy *c, bool *never)
{
	(void)c;
	*never = true;
	return (0);
}
