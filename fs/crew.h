/*
 * Several workers at one thing.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#ifndef FS_CREW_H
#define FS_CREW_H

#include <green/run.h>

/* As green__path_work(), with others that run fn(arg) too, as far as there are
   workers to be had.  What they return does not count: the caller's own returns
   when there is nothing left to do, and then they are to return too. */
int	 green__crew(green_fn *fn, void *arg);

#endif /* FS_CREW_H */
