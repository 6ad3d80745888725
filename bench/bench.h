/*
 * What the benchmarks share: the clock, CPU time, and the best and the median of
 * several runs of one measurement.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#ifndef BENCH_H
#define BENCH_H

#include <sys/resource.h>
#include <err.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define RUNS	7

static inline double
seconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ((double)ts.tv_sec + (double)ts.tv_nsec / 1e9);
}

static inline double
cpu_seconds(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return ((double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
	    (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6);
}

static inline int
by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x < y ? -1 : x > y);
}

/* Run measure(n) RUNS times, each giving seconds for n operations; print and
   return the best, in ns an operation. */
static inline double
report(const char *what, long n, double (*measure)(long n))
{
	double ns[RUNS];
	int i;

	for (i = 0; i < RUNS; i++)
		ns[i] = measure(n) / (double)n * 1e9;
	qsort(ns, RUNS, sizeof(ns[0]), by_size);
	printf("%-44s %10.1f ns best %10.1f median\n", what, ns[0],
	    ns[RUNS / 2]);
	fflush(stdout);
	return (ns[0]);
}

#endif /* BENCH_H */
