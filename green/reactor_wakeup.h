/*
 * A descriptor that any thread can make readable: what wakes a reactor that has
 * no better means.  An eventfd, or a pipe.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#ifndef GREEN_REACTOR_WAKEUP_H
#define GREEN_REACTOR_WAKEUP_H

#include <stdatomic.h>
#include <stdbool.h>

struct green__wakeup {
	int	 in;			/* readable when raised */
	int	 out;			/* the same one, if it is an eventfd */
	atomic_bool raised;
};

int	 green__wakeup_open(struct green__wakeup *w);	/* EMFILE, ENFILE */
void	 green__wakeup_close(struct green__wakeup *w);
/* Any thread, and signal handlers; no system call if it is raised already. */
void	 green__wakeup_raise(struct green__wakeup *w);
/* It was found readable; edge: by a reactor that tells of edges alone. */
void	 green__wakeup_lower(struct green__wakeup *w, bool edge);

#endif /* GREEN_REACTOR_WAKEUP_H */
