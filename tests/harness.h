/*
 * What the parts of the test program share: which combination of reactor and
 * context the suite that runs is for, and what happens around each test.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#ifndef HARNESS_H
#define HARNESS_H

#include <stdbool.h>
#include <stddef.h>

struct combo {
	const char *reactor;		/* NULL: the suite needs no loop */
	const char *context;
};
extern struct combo combo;		/* of the suite that runs */

struct tally {
	unsigned suites, tests, failed;	/* tests that failed */
};
/* Run each in a process of its own, jobs at a time; the exit status (pairs.c). */
int	 run_pairs(const struct combo *, size_t n, size_t jobs,
	    int (*run)(const struct combo *, struct tally *));

void	 watch_faults(void);		/* first of all (watch.c) */
void	 watch_prepare(void);		/* once, before all tests */
/* Set-up and tear-down of every test. */
void	 watch_begin(void);
void	 watch_end(void);
unsigned watch_remaining(void);		/* seconds left to this test */
void	 watch_child(unsigned seconds);	/* a child of a test begins */

extern bool in_child;			/* checks tell stderr, too (child.c) */

#endif /* HARNESS_H */
