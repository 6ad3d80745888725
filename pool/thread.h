/*
 * Threads of the library's own, and how threads wait for a time.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#ifndef POOL_THREAD_H
#define POOL_THREAD_H

#include <pthread.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

/* Signals do not reach it, but for those of its own faults.  stack_size 0: the
   system's.  0, or an errno. */
int	 green__thread_start(pthread_t *thread, size_t stack_size,
	    void *(*fn)(void *), void *arg);
/* The calling thread's, for debuggers; up to 15 bytes. */
void	 green__thread_name(const char *name);

/* A condition that is waited for until green__deadline(), and not for longer when
   somebody sets the clock, where the system can do that.  0, or an errno. */
int	 green__cond_init(pthread_cond_t *c);
struct timespec green__deadline(int64_t timeout);

#endif /* POOL_THREAD_H */
