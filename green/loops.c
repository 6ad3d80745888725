/*
 * The loops of the process, for signal handlers and debuggers.  A handler too
 * takes the lock, so nobody who holds it is interrupted by one.  In the child
 * after a fork no loop runs, not even that of the thread that forked: what is
 * left of them is the parent's, and nothing touches it.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <sched.h>

#include "internal.h"

struct green__loops green__loops = LIST_HEAD_INITIALIZER(green__loops);
static atomic_flag lock = ATOMIC_FLAG_INIT;
static sigset_t before_fork;		/* the forking thread's, which has the lock */

void
green__loops_lock(sigset_t *before)
{
	sigset_t all;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, before);
	while (atomic_flag_test_and_set_explicit(&lock, memory_order_acquire))
		sched_yield();
}

void
green__loops_unlock(const sigset_t *before)
{
	atomic_flag_clear_explicit(&lock, memory_order_release);
	pthread_sigmask(SIG_SETMASK, before, NULL);
}

static void
prepare_fork(void)
{
	sigset_t before;

	green__loops_lock(&before);
	before_fork = before;
}

static void
parent_after_fork(void)
{
	sigset_t before = before_fork;

	green__loops_unlock(&before);
}

static void
child_after_fork(void)
{
	LIST_INIT(&green__loops);
	green__loop = NULL;
	green__doors_leave_behind();
	green__spin_leave_behind();
	parent_after_fork();
}

static void
watch_forks(void)
{
	(void)pthread_atfork(prepare_fork, parent_after_fork, child_after_fork);
}

void
green__loops_add(struct loop *l)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	sigset_t before;

	pthread_once(&once, watch_forks);
	l->thread = pthread_self();
	green__loops_lock(&before);
	LIST_INSERT_HEAD(&green__loops, l, link);
	green__loops_unlock(&before);
}

void
green__loops_remove(struct loop *l)
{
	sigset_t before;

	green__loops_lock(&before);
	if (l->link.le_prev != NULL)
		LIST_REMOVE(l, link);
	green__loops_unlock(&before);
}
