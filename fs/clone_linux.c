/*
 * Files that share their data, until one of them is written to: as Linux's file
 * systems do it.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <sys/ioctl.h>

#include <linux/fs.h>

#include "copy.h"

int
green__clone(int in, int out)
{
	return (ioctl(out, FICLONE, in));
}
