/*
 * Has this process one thread?  Some C libraries know; some kernels can be
 * asked. Who cannot tell is taken for one with several.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <dirent.h>
#ifdef HAVE_SYS_SINGLE_THREADED_H
#include <sys/single_threaded.h>
#endif

#include "nursery.h"

#define TASKS	"/proc/self/task"	/* Linux: a directory of threads */

#ifdef HAVE_SYS_SINGLE_THREADED_H
static bool
known_single(void)
{
	return (__libc_single_threaded);
}
#else
#define known_single()	false
#endif

bool
green__single_threaded(void)
{
	const struct dirent *e;
	size_t n = 0;
	DIR *d;

	if (known_single())
		return (true);
	if ((d = opendir(TASKS)) == NULL)
		return (false);
	while ((e = readdir(d)) != NULL)
		n += e->d_name[0] != '.';
	(void)closedir(d);
	return (n == 1);
}
