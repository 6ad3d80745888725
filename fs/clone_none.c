/*
 * Files that share their data, where there is no call for it, or it is part of
 * another that copies.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <errno.h>

#include "copy.h"

int
green__clone(int in, int out)
{
	(void)in;
	(void)out;
	errno = ENOSYS;
	return (-1);
}
