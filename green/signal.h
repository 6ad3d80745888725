/*
 * Signals (signal.c): any number of watches for each, told of its arrival in
 * the signal handler itself.  The handling that was there before comes back
 * when the last watch of a signal goes.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#ifndef GREEN_SIGNAL_H
#define GREEN_SIGNAL_H

#include <signal.h>
#include <stdbool.h>

struct green__signal_watch {
	/* In a signal handler, of any thread, perhaps in several at once. */
	void	(*arrived)(struct green__signal_watch *w, int sig);
	sigset_t signals;
	_Atomic(struct green__signal_watch *) next;
};

/* Those that a program may handle: 0, or -1 and EINVAL. */
int	 green__signal_check(int sig);
/* From now on w->arrived() is called for w->signals; EINVAL. */
int	 green__signal_watch(struct green__signal_watch *w);
/* No more, and no call is under way any more.  Is anybody else watching sig? */
void	 green__signal_unwatch(struct green__signal_watch *w);
bool	 green__signal_watched(int sig);

#endif /* GREEN_SIGNAL_H */
