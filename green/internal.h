/*
 * What the folders of libgreen build on: the one wait primitive (wait.h), scopes
 * (cancel.h), groups and tasks (task.h), the loop (loop.h), its time (clock.h),
 * checkpoints (checkpoint.h), descriptors (fd.h), and, here, what the loop
 * consists of.  A loop and all that hangs on it belongs to one thread; only what
 * says "any thread" may be called from others.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#ifndef GREEN_INTERNAL_H
#define GREEN_INTERNAL_H

#include <sys/queue.h>

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <green/debug.h>

#include "checkpoint.h"
#include "clock.h"
#include "door.h"
#include "fail.h"
#include "loop.h"
#include "stack.h"

/* sched.c */
void	 green__shuffle(struct loop *l);	/* what is ready, by the seed */
void	 green__ready(struct loop *l, struct green_task *t);	/* never fails */
void	 green__run_tasks(struct loop *l);	/* run tasks till the last ends */
void	 green__task_entry(void);	/* the first frame of every stack */
int	 green__reserve(struct loop *l, size_t ntasks);	/* room; ENOMEM */

/* inbox.c: it->run(it) in the loop, soon.  Any thread. */
void	 green__inbox_post(struct loop *l, struct inbox_item *it);
bool	 green__inbox_run(struct loop *l);	/* false: there was nothing */
bool	 green__inbox_sleep(struct loop *l);	/* false: there is something */
/* Nobody comes any more: run what has come, and what that leads to. */
void	 green__inbox_close(struct loop *l);

/* timer.c */
int	 green__timer_reserve(struct loop *l, size_t room);	/* ENOMEM */
void	 green__timers_free(struct loop *l);
void	 green__timer_arm(struct green_task *t);	/* it waits, and has a time */
void	 green__timer_disarm(struct green_task *t);	/* it ends */
int64_t	 green__timer_next(struct loop *l);	/* GREEN_FOREVER: none */
bool	 green__timer_fire(struct loop *l, int64_t now);	/* any due? */

/* idle.c: how long those want it quiet who wait for that; GREEN_FOREVER: nobody */
int64_t	 green__idle_cushion(struct loop *l);
void	 green__idle_wake(struct loop *l);	/* it was */

/* guest.c, in a loop's turn: let the host do the waiting; has the step lasted for
   too long; then let the host go on */
void	 green__guest_wait(struct loop *l, int64_t timeout);
bool	 green__guest_overdue(const struct loop *l, int64_t now);
void	 green__guest_rest(struct loop *l);

/* interrupt.c: the signals whose arrival cancels all; EINVAL. */
int	 green__interrupt_open(struct loop *l, const int *signals);
void	 green__interrupt_close(struct loop *l);

/* dump.c: the tree of tasks.  Async-signal-safe, in the loop's thread. */
void	 green__dump(const struct loop *l, int fd);
/* Depth first, from NULL on; NULL after the last.  *depth begins with -1. */
const struct green_task *green__task_after(const struct loop *l,
	    const struct green_task *t, int *depth);
/* What w waits for, in words: "event", "fd 7 readable". */
void	 green__waiter_words(const struct waiter *w, char *buf, size_t size);

/* loops.c: the loops of the process.  Whoever holds the lock gets no signal
   meanwhile, so that handlers may wait for it. */
LIST_HEAD(green__loops, loop);
extern struct green__loops green__loops;
void	 green__loops_lock(sigset_t *before);
void	 green__loops_unlock(const sigset_t *before);
void	 green__loops_add(struct loop *l);	/* the calling thread's */
void	 green__loops_remove(struct loop *l);

/* stats.c: the worker threads' numbers, told by the pool once there is one. */
extern _Atomic(void (*)(struct green_stats *)) green__count_threads;

#endif /* GREEN_INTERNAL_H */
