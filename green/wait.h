/*
 * Waiting (wait.c): park and wake, the pair that everything that blocks is written
 * on.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#ifndef GREEN_WAIT_H
#define GREEN_WAIT_H

#include <sys/queue.h>

#include <stdbool.h>
#include <stdint.h>

struct green_task;

/*
 * A waiter lives on the parked task's stack; whatever it
 * waits on links it in, and unhooks it in abort().
 */
struct waiter {
	TAILQ_ENTRY(waiter) link;	/* for what it waits on */
	struct green_task *task;
	/*
	 * The task was cancelled: unhook the waiter and return true, and the
	 * wait fails with ECANCELED; or return false to go on waiting, as what
	 * is under way cannot be stopped.  Called once.  NULL: not cancellable.
	 */
	bool	(*abort)(struct waiter *w);
	const char *what;		/* "event", "fd # readable": for dumps */
	intptr_t detail;		/* its number, at the # or the end; or -1 */
	int	 result;
	int	 error;			/* errno of a result of -1 */
	int64_t	 since;			/* the loop's last turn before it */
};
TAILQ_HEAD(waiters, waiter);

/*
 * Give way until green__wake().  Returns its result, errno set with -1.  A task
 * that is cancelled already is aborted at once.  deadline: when the wait is to
 * end with -1 and ETIMEDOUT, after a call of abort(), which must then unhook;
 * GREEN_FOREVER if never.  That leaves green_errmsg() as it was: if it is to
 * fail the caller's call, that is the caller's to say.
 */
int	 green__park(struct waiter *w, bool (*abort)(struct waiter *),
	    const char *what, intptr_t detail, int64_t deadline);
/* Put its task back among the ready ones; what w waits on has unhooked it. */
void	 green__wake(struct waiter *w, int result, int error);
/* What t waits for; NULL: it runs, or is ready. */
const struct waiter *green__waiting(const struct green_task *t);
/*
 * Wait at a place for one, if any, until a time: 0 when it has come, and *place is
 * NULL whenever nobody waits there any more.
 */
int	 green__sleep(struct waiter **place, const char *what, intptr_t detail,
	    int64_t until);
/* Wake who waits at a place.  false: nobody */
bool	 green__rouse(struct waiter **place, int result, int error);
/* The queue's first come, unhooked and woken; false: nobody waits. */
bool	 green__wake_first(struct waiters *q, int result, int error);
/* The cancellation that reached a parked task: abort its wait, once. */
void	 green__abort(struct green_task *t);
/* The end of a wait's time. */
void	 green__time_out(struct green_task *t);

/*
 * For a task that bears a mark of SCOPE_ATTENTION (probe.c): its loop's probe
 * is told, and may cancel it.  The checkpoint's result; whether it is
 * cancelled.
 */
int	 green__attend_check(struct green_task *t);
bool	 green__attend_park(struct green_task *t);
/* It has ended, and held a lock. */
void	 green__attend_locks(struct green_task *t);

#endif /* GREEN_WAIT_H */
