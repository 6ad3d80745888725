/*
 * A counter that the processor keeps and programs may read: at one rate, whatever
 * the processor does, and the same on all of them.  That takes half as long as to
 * read the clock, which is made of it.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#ifndef GREEN_COUNTER_H
#define GREEN_COUNTER_H

#include <stdbool.h>
#include <stdint.h>

#ifdef HAVE_TSC

#include <cpuid.h>

static inline uint64_t
green__counter(void)
{
	return (__builtin_ia32_rdtsc());
}

/* Is it such a counter?  Costs microseconds where a hypervisor answers. */
static inline bool
green__counter_steady(void)
{
	unsigned a, b, c, d;

	return (__get_cpuid(0x80000007, &a, &b, &c, &d) != 0 &&
	    (d & (1u << 8)) != 0);
}

#else

static inline uint64_t
green__counter(void)
{
	return (0);
}

static inline bool
green__counter_steady(void)
{
	return (false);
}

#endif

#endif /* GREEN_COUNTER_H */
