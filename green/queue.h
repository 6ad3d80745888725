/*
 * Tasks in line for one thing, first come, first served: what the primitives of
 * sync.h share.  An all-zero queue is an empty one.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#ifndef GREEN_QUEUE_H
#define GREEN_QUEUE_H

#include "internal.h"

struct queued {
	struct waiter waiter;
	struct waiters *queue;
};

void	 green__queue_add(struct waiters *q, struct queued *e);
void	 green__queue_remove(struct queued *e);
/* The first in line, out of it, but not woken yet; NULL: nobody waits. */
struct queued *green__queue_take(struct waiters *q);
/* For green__park(): leave the line. */
bool	 green__queue_abort(struct waiter *w);
/* Stand in line as e until woken. */
int	 green__queue_wait(struct waiters *q, struct queued *e,
	    const char *what);
void	 green__queue_wake_all(struct waiters *q, int result, int error);
size_t	 green__queue_count(const struct waiters *q);

#endif /* GREEN_QUEUE_H */
