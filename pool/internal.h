/*
 * What the files of this folder share: the pool, where jobs go in and nothing
 * comes out, as what becomes of a job it tells itself; and worker calls, the
 * jobs that tasks wait for.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#ifndef POOL_INTERNAL_H
#define POOL_INTERNAL_H

#include <sys/queue.h>

#include <stdbool.h>

#include "green/internal.h"
#include "green/limiter.h"

struct green__job {
	TAILQ_ENTRY(green__job) link;
	bool	 waits;			/* in the pool's line, from submit on */
	void	(*run)(struct green__job *j);	/* in a worker */
	/* In place of the rest of run(), if that has ended the thread. */
	void	(*fell)(struct green__job *j);
	/*
	 * Called after that, once, and the last thing done with the job.  error
	 * is 0; or says why it has not been run: there is no thread, and none
	 * can be started.
	 */
	void	(*done)(struct green__job *j, int error);
};

/* Jobs that wait, all of the list, which is empty then. */
void	 green__pool_submit(struct green__jobs *jobs);
/* Before the first job, in whatever thread. */
void	 green__pool_prepare(void);
/* Take a submitted one back; false: it is running, or has been run. */
bool	 green__pool_withdraw(struct green__job *j);
/* How long a worker is idle before it leaves.  Tests have less time. */
extern int64_t green__pool_patience;
/* Workers that have nothing to do end, now; called when the process, or the
   library, ends. */
void	 green__pool_end(void);

/*
 * A call (to_thread.c).  It belongs to the loop but for the time from its
 * submission to the moment when done is posted to the loop's inbox, the last
 * thing that the worker does with it.
 */
struct call {
	struct green__job job;
	struct inbox_item done;
	struct waiter waiter;
	struct green__borrower borrower;
	struct green_limiter *limiter;
	struct loop *loop;
	struct green_token *door;	/* the loop's; an abandonable call's own */
	struct green__values *values;	/* what the worker's variables are */
	green_fn *fn;
	void	*arg;
	int	 result;
	int	 error;			/* fn's errno, */
	char	*errmsg;		/* and what it has to say; malloc'd */
	atomic_bool cancelled;		/* the task is */
	/* For the loop alone. */
	bool	 collected;		/* not in the pool's hands yet */
	bool	 suspended;		/* the worker waits for a task of the loop */
	bool	 abandoned;		/* nobody waits for the worker any more */
	struct group group;		/* of that task */
};

/* The calling task's, of one that fn need not stop for.  l NULL: the limiter
   that the task uses. */
void	 green__call_init(struct call *c, struct green_limiter *l, green_fn *fn,
	    void *arg);
/* Make it, and wait for it; abort NULL: whether or not the task is cancelled. */
int	 green__call_make(struct call *c, bool (*abort)(struct waiter *));
/* In a worker: fn(arg); and what is left to do if that ends the thread, false if
   it had returned. */
void	 green__call_run(struct green__job *j);
bool	 green__call_fell(struct green__job *j);
/* In the loop: its task is cancelled.  true: no thread has had it, nor will. */
bool	 green__call_cancel(struct call *c);
/* fn, which runs, may know it. */
void	 green__call_tell(struct call *c);
/* In the loop: the thread is done with it. */
void	 green__call_finish(struct call *c);
/* In the child of a fork: the calling thread has begun nothing. */
void	 green__calls_leave_behind(void);
/* What the calling worker is at work on; NULL: it is none. */
struct call *green__call_current(void);
/* In the loop: the worker waits for a task; and does so no more. */
void	 green__call_suspend(struct call *c);
void	 green__call_resume(struct call *c);

#endif /* POOL_INTERNAL_H */
