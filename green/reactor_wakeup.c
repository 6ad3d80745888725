/*
 * A descriptor that any thread can make readable.  Between raising and lowering
 * it is written to once, however often it is raised: whoever finds it raised
 * knows that the reactor is about to return from a wait, or will from its next
 * one, and leaves it at that.
 *
 * Numbers in brackets are steps of tests/models/inbox.pml, which spin checks.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#ifdef HAVE_EVENTFD
#include <sys/eventfd.h>
#endif

#include <errno.h>
#include <stdint.h>
#include <unistd.h>

#include "pipe.h"
#include "reactor_wakeup.h"

#ifdef HAVE_EVENTFD
static int
open_pair(int fd[2])
{
	fd[0] = fd[1] = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	return (fd[0] == -1 ? -1 : 0);
}
#else
static int
open_pair(int fd[2])
{
	if (green__pipe(fd) == -1)
		return (-1);
	(void)green__fd_nonblocking(fd[0]);
	(void)green__fd_nonblocking(fd[1]);
	return (0);
}
#endif

int
green__wakeup_open(struct green__wakeup *w)
{
	int fd[2];

	if (open_pair(fd) == -1)
		return (-1);
	w->in = fd[0];
	w->out = fd[1];
	atomic_init(&w->raised, false);
	return (0);
}

void
green__wakeup_close(struct green__wakeup *w)
{
	close(w->in);
	if (w->out != w->in)
		close(w->out);
}

void
green__wakeup_raise(struct green__wakeup *w)
{
	static const uint64_t one = 1;
	int error;

	if (atomic_exchange(&w->raised, true))			/* (5) */
		return;
	error = errno;
	while (write(w->out, &one, sizeof(one)) == -1 &&	/* (6) */
	    errno == EINTR)
		continue;
	errno = error;
}

void
green__wakeup_lower(struct green__wakeup *w, bool edge)
{
	uint64_t sink[8];

	/* An eventfd counts, and every count is an edge: no need to read it. */
	if (!edge || w->out != w->in)
		(void)!read(w->in, sink, sizeof(sink));		/* (12) */
	(void)atomic_exchange(&w->raised, false);		/* (13) */
}
