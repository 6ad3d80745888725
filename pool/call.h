/*
 * Worker calls for the folders that build on the pool, beside those of
 * <green/thread.h>.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#ifndef POOL_CALL_H
#define POOL_CALL_H

#include <green/thread.h>

/* As green_to_thread_limited(), but it is done whether or not the calling task
   is cancelled: for what must not be left undone.  EPERM, EAGAIN */
int	 green__to_thread_shielded(struct green_limiter *l, green_fn *fn,
	    void *arg);

#endif /* POOL_CALL_H */
