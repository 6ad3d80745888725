/*
 * What the benchmarks share, those of other libraries too: a program is a table of
 * subjects, each measured with so many tasks, as often as asked, in turns with
 * what stands beside it under the same name; a line for each tells the result.
 *
 *	program				all of its table
 *	program subject tasks		that alone
 *	program subject tasks n		n operations of it, once: for counting
 *
 * $BENCH_RUNS is how often each is measured, $BENCH_SECONDS how long one of these
 * takes at least; $BENCH_WHO is the only one to be measured.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#ifndef BENCH_H
#define BENCH_H

#include <err.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#ifdef __cplusplus
extern "C" {
#endif

#define RUNS	5
#define RUNS_MAX 64

/* One measurement. */
struct trial {
	long	 tasks;			/* or connections, files, ... */
	long	 n;			/* operations; set to what was done, 0:
					   not with so many tasks */
	const void *arg;		/* the subject's */
	double	 wall, cpu;		/* seconds, for all of n */
	double	 bytes;			/* of memory, for each task, or 0 */
	bool	 stopped;
};

/* A measurement, given its struct trial: 0, or -1 and errno. */
typedef int measure_fn(void *trial);

#define COUNTS	4

struct subject {
	const char *name;
	const char *who;		/* does it */
	measure_fn *fn;
	int	(*in)(measure_fn *, void *);	/* who calls fn, or NULL */
	long	 tasks[COUNTS];		/* numbers of them; 0: no more.  Of those
					   that share a name, the first's */
	const void *arg;
};

/* Measure, and print, what the command line asks for; the table ends with a name
   that is NULL.  What main() returns. */
int	 bench(int argc, char *argv[], const struct subject *table);

/* The head of the table; and the line of a subject that was measured otherwise:
   so many runs, what each took for all of n operations, in seconds; cpu may be
   NULL, and bytes 0. */
void	 bench_head(void);
void	 bench_line(const char *name, long tasks, const char *who, double *wall,
	    double *cpu, int runs, long n, double bytes);

int	 bench_runs(void);		/* $BENCH_RUNS, or RUNS */

/* What was before, or comes afterwards, does not count. */
void	 trial_start(struct trial *t);
void	 trial_stop(struct trial *t);

double	 seconds(void);
double	 seconds_of(clockid_t clock);
double	 cpu_seconds(void);		/* of all threads */

static inline int
by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x < y ? -1 : x > y);
}

#ifdef __cplusplus
}
#endif

#endif /* BENCH_H */
