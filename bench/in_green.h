/* A measurement that is a task. */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#ifndef IN_GREEN_H
#define IN_GREEN_H

#include <green.h>

#include "bench.h"

static inline int
in_green(measure_fn *fn, void *trial)
{
	return (green_run(fn, trial, NULL));
}

/* Of so many tasks, each has to do this much. */
static inline long
each_of(struct trial *t)
{
	long each = (t->n + t->tasks - 1) / t->tasks;

	t->n = each * t->tasks;
	return (each);
}

#endif /* IN_GREEN_H */
