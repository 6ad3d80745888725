/*
 * Shortages: they last as long as the process that has them.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <sys/resource.h>

#include <pthread.h>
#include <unistd.h>

#include "shortage.h"

static void *
do_no_work(void *arg)
{
	return (arg);
}

bool
no_more_threads(void)
{
	const struct rlimit none = { 0, 0 };
	pthread_t t;

	/* The superuser has no limit. */
	if ((getuid() == 0 && setuid(65534) == -1) ||
	    setrlimit(RLIMIT_NPROC, &none) == -1)
		return (false);
	if (pthread_create(&t, NULL, do_no_work, NULL) != 0)
		return (true);
	pthread_join(t, NULL);
	return (false);
}

#ifndef RLIMIT_AS
#define RLIMIT_AS	RLIMIT_DATA
#endif

bool
no_more_memory(size_t bytes)
{
	struct rlimit limit = { 0 };

	if (getrlimit(RLIMIT_AS, &limit) == -1)
		return (false);
	limit.rlim_cur = bytes;
	/* Emulated kernels may say yes, and set none. */
	return (setrlimit(RLIMIT_AS, &limit) == 0 &&
	    getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur == bytes);
}
