/*
 * SIGPIPE kept away from system calls that have no flag for that: it is blocked
 * meanwhile, and taken off the thread's pending ones if it has come.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <errno.h>
#include <stddef.h>

#include "quiet.h"

static void
only_pipe(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGPIPE);
}

void
green__quiet_begin(struct green__quiet *q)
{
	sigset_t pipe, pending;

	only_pipe(&pipe);
	sigemptyset(&pending);
	pthread_sigmask(SIG_BLOCK, &pipe, &q->before);
	if (sigismember(&q->before, SIGPIPE))
		sigpending(&pending);
	q->pending = sigismember(&pending, SIGPIPE) == 1;
}

void
green__quiet_end(const struct green__quiet *q, bool broken)
{
	static const struct timespec now;
	int error = errno;
	sigset_t pipe;

	only_pipe(&pipe);
	if (broken && !q->pending)
		while (sigtimedwait(&pipe, NULL, &now) == -1 && errno == EINTR)
			continue;
	pthread_sigmask(SIG_SETMASK, &q->before, NULL);
	errno = error;
}
