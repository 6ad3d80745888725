/*
 * Whose tokens worker calls take: the loop has limiters for the program's
 * calls, for files and for names; a task may take another for its own calls,
 * and its tasks inherit that.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <green/thread.h>

#include "green/internal.h"

/* A member of the running loop; EPERM. */
static struct green_limiter *
limiter_of_loop(size_t offset)
{
	if (green__loop == NULL) {
		green__fail(EPERM);
		return (NULL);
	}
	return ((void *)((char *)green__loop + offset));
}

struct green_limiter *
green_thread_limiter(void)
{
	return (limiter_of_loop(offsetof(struct loop, limiter_calls)));
}

struct green_limiter *
green_file_limiter(void)
{
	return (limiter_of_loop(offsetof(struct loop, limiter_files)));
}

struct green_limiter *
green_name_limiter(void)
{
	return (limiter_of_loop(offsetof(struct loop, limiter_names)));
}

struct green_limiter *
green_thread_use_limiter(struct green_limiter *l)
{
	struct green_task *t = green__task();
	struct green_limiter *last;

	if (t == NULL) {
		green__fail(EPERM);
		return (NULL);
	}
	if ((last = green__limiter_get(t)) == NULL)
		last = &t->loop->limiter_calls;
	return (green__limiter_set(l) == -1 ? NULL : last);
}
