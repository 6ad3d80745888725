/*
 * Threads of the library's own: what POSIX leaves to each system is all here.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <pthread.h>
#ifdef HAVE_PTHREAD_NP_H
#include <pthread_np.h>
#endif
#include <signal.h>

#include "green/internal.h"

#include "thread.h"

#ifdef HAVE_PTHREAD_CONDATTR_SETCLOCK
#define CLOCK	CLOCK_MONOTONIC
#else
#define CLOCK	CLOCK_REALTIME
#endif

/* Blocked, a fault ends the process without whoever would report it. */
static const int faults[] = {
	SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSEGV, SIGSYS, SIGTRAP
};

int
green__thread_start(pthread_t *thread, size_t stack_size,
    void *(*fn)(void *), void *arg)
{
	pthread_attr_t attr;
	sigset_t set, before;
	size_t i;
	int error;

	if ((error = pthread_attr_init(&attr)) != 0)
		return (error);
	if (stack_size > 0)
		pthread_attr_setstacksize(&attr, stack_size);
	sigfillset(&set);
	for (i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
		sigdelset(&set, faults[i]);
	pthread_sigmask(SIG_SETMASK, &set, &before);
	error = pthread_create(thread, &attr, fn, arg);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attr);
	return (error);
}

void
green__thread_name(const char *name)
{
#if defined(HAVE_PTHREAD_SETNAME_NP_2)
	(void)pthread_setname_np(pthread_self(), name);
#elif defined(HAVE_PTHREAD_SETNAME_NP_3)
	(void)pthread_setname_np(pthread_self(), "%s", (void *)(uintptr_t)name);
#elif defined(HAVE_PTHREAD_SETNAME_NP_1)
	(void)pthread_setname_np(name);
#elif defined(HAVE_PTHREAD_SET_NAME_NP)
	pthread_set_name_np(pthread_self(), name);
#else
	(void)name;
#endif
}

int
green__cond_init(pthread_cond_t *c)
{
	pthread_condattr_t attr;
	int error;

	if ((error = pthread_condattr_init(&attr)) != 0)
		return (error);
#ifdef HAVE_PTHREAD_CONDATTR_SETCLOCK
	pthread_condattr_setclock(&attr, CLOCK);
#endif
	error = pthread_cond_init(c, &attr);
	pthread_condattr_destroy(&attr);
	return (error);
}

struct timespec
green__deadline(int64_t timeout)
{
	struct timespec ts;
	int64_t at;

	clock_gettime(CLOCK, &ts);
	at = green__after(ts.tv_sec * GREEN_SEC + ts.tv_nsec,
	    timeout > 0 ? timeout : 0);
	ts.tv_sec = (time_t)(at / GREEN_SEC);
	ts.tv_nsec = (long)(at % GREEN_SEC);
	return (ts);
}
