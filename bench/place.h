/* Threads on CPUs of their own. */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#ifndef PLACE_H
#define PLACE_H

#include <stdbool.h>
#ifdef HAVE_SCHED_SETAFFINITY
#include <sched.h>
#endif

/*
 * The calling thread, and those that it starts, on the i-th of the CPUs that the
 * first caller might use; false: there is none, or no way to.
 */
static inline bool
place(int i)
{
#ifdef HAVE_SCHED_SETAFFINITY
	static cpu_set_t all;
	cpu_set_t one;
	int cpu;

	if (CPU_COUNT(&all) == 0 &&
	    sched_getaffinity(0, sizeof(all), &all) == -1)
		return (false);
	for (cpu = 0; cpu < CPU_SETSIZE; cpu++)
		if (CPU_ISSET(cpu, &all) && i-- == 0)
			break;
	if (cpu == CPU_SETSIZE)
		return (false);
	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	return (sched_setaffinity(0, sizeof(one), &one) == 0);
#else
	(void)i;
	return (false);
#endif
}

#endif /* PLACE_H */
