/*
 * The pool as its own files see it: jobs in, nothing out; what becomes of a job
 * it tells itself.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#ifndef POOL_INTERNAL_H
#define POOL_INTERNAL_H

#include <sys/queue.h>

#include <stdbool.h>

struct green__job {
	TAILQ_ENTRY(green__job) link;
	bool	 waits;			/* in the pool's line, from submit on */
	void	(*run)(struct green__job *j);	/* in a worker */
	/*
	 * Called after that, once, and the last thing done with the job.  error
	 * is 0; or says why it has not been run: there is no thread, and none
	 * can be started.
	 */
	void	(*done)(struct green__job *j, int error);
};

TAILQ_HEAD(green__jobs, green__job);

/* Jobs that wait, all of the list, which is empty then. */
void	 green__pool_submit(struct green__jobs *jobs);
/* Take a submitted one back; false: it is running, or has been run. */
bool	 green__pool_withdraw(struct green__job *j);
/* Workers that have nothing to do end, now; called when the process, or the
   library, ends. */
void	 green__pool_end(void);

#endif /* POOL_INTERNAL_H */
