/*
 * Errands: what a thread wants done in a loop, and waits for.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#ifndef POOL_ERRAND_H
#define POOL_ERRAND_H

#include <pthread.h>
#include <stdbool.h>

#include "green/internal.h"

struct errand {
	struct inbox_item item;		/* run() in the loop sees to the rest */
	struct patron patron;		/* of its task, if it has one */
	green_fn *fn;
	void	*arg;
	const char *name;		/* of the task, */
	const char *where;		/* and the place in the program */
	int	 result;
	int	 error;			/* errno */
	char	*errmsg;		/* malloc'd; NULL: none */
	bool	 settled;
	pthread_mutex_t lock;
	pthread_cond_t changed;
};

/*
 * Through the door, and wait until it is settled: the result, with errno and
 * green_errmsg() of a failure.  The caller has filled in what run() needs.
 * ESHUTDOWN: the loop is gone.
 */
int	 green__errand_run(struct errand *e, struct green_token *door);

/* In the loop.  Settling is the last thing done with an errand. */
void	 green__errand_settle(struct errand *e, int result);	/* and errno */
void	 green__errand_refuse(struct errand *e, int code);
/* Settle it with what fn returns, called here and now. */
void	 green__errand_call(struct errand *e);
/* Start its task in g, whose end settles it unless patron says otherwise; NULL:
   that has failed, and e is settled. */
struct green_task *green__errand_spawn(struct errand *e, struct group *g);

#endif /* POOL_ERRAND_H */
