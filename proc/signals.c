/*
 * Receivers of signals.  The handler stamps what has arrived, in the order of
 * arrival, and raises a descriptor that the receiving task waits for; a signal
 * that is stamped already stays where it is in that order.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include <green/process.h>

#include "green/internal.h"
#include "green/reactor_wakeup.h"
#include "green/signal.h"

struct green_signals {
	struct green__signal_watch watch;
	struct green__wakeup wakeup;
	struct green__fd fd;
	bool	 busy;			/* a task is inside */
	bool	 closed;
	int	 highest;		/* of those that are wanted */
	atomic_uint last;		/* stamp given out */
	atomic_uint stamp[];		/* by signal; 0: has not arrived */
};

/* In a handler. */
static void
arrived(struct green__signal_watch *w, int sig)
{
	struct green_signals *s =
	    GREEN__CONTAINER(w, struct green_signals, watch);
	unsigned none = 0, stamp;

	do
		stamp = atomic_fetch_add(&s->last, 1) + 1;
	while (stamp == 0);
	if (atomic_compare_exchange_strong(&s->stamp[sig], &none, stamp))
		green__wakeup_raise(&s->wakeup);
}

static struct green_signals *
signals_new(const int *signals, size_t n)
{
	struct green_signals *s;
	int highest = 0;
	size_t i;

	if (n == 0) {
		(void)green__failx(EINVAL, "there is no signal to receive");
		return (NULL);
	}
	for (i = 0; i < n; i++) {
		if (green__signal_check(signals[i]) == -1)
			return (NULL);
		if (signals[i] > highest)
			highest = signals[i];
	}
	s = calloc(1, sizeof(*s) + (size_t)(highest + 1) * sizeof(s->stamp[0]));
	if (s == NULL) {
		(void)green__fail(ENOMEM);
		return (NULL);
	}
	s->highest = highest;
	s->watch.arrived = arrived;
	sigemptyset(&s->watch.signals);
	for (i = 0; i < n; i++)
		sigaddset(&s->watch.signals, signals[i]);
	return (s);
}

struct green_signals *
green_signals_open(const int *signals, size_t n)
{
	struct green_signals *s;
	int error;

	if (green__loop == NULL) {
		(void)green__fail(EPERM);
		return (NULL);
	}
	if ((s = signals_new(signals, n)) == NULL)
		return (NULL);
	if (green__wakeup_open(&s->wakeup) == -1) {
		(void)green__fail(errno);
		goto fail_wakeup;
	}
	if (green__fd_open(&s->fd, s->wakeup.in) == -1)
		goto fail_fd;
	if (green__signal_watch(&s->watch) == -1)
		goto fail_watch;
	green__loop->external++;
	return (s);
fail_watch:
	error = errno;
	(void)green__fd_close(&s->fd);
	errno = error;
fail_fd:
	error = errno;
	green__wakeup_close(&s->wakeup);
	errno = error;
fail_wakeup:
	free(s);
	return (NULL);
}

/* The one that arrived first, taken; 0: none has. */
static int
take(struct green_signals *s)
{
	unsigned stamp, least = 0;
	int sig, first = 0;

	for (sig = 1; sig <= s->highest; sig++) {
		stamp = atomic_load(&s->stamp[sig]);
		if (stamp != 0 && (first == 0 || (int)(stamp - least) < 0)) {
			first = sig;
			least = stamp;
		}
	}
	if (first != 0)
		atomic_store(&s->stamp[first], 0);
	return (first);
}

static int
next(struct green_signals *s)
{
	int sig;

	for (;;) {
		/* What is raised from here on is an edge again. */
		green__fd_drained(&s->fd, GREEN__READ, true);
		green__wakeup_lower(&s->wakeup, false);
		if ((sig = take(s)) != 0)
			return (sig);
		if (green__fd_wait(&s->fd, GREEN__READ) == -1)
			return (-1);
		/* Its number may be another file's by now. */
		if (s->closed)
			return (green__fail(EBADF));
	}
}

static void
release(struct green_signals *s)
{
	if (s->closed && !s->busy)
		free(s);
}

int
green_signals_next(struct green_signals *s)
{
	int sig, error;

	if (green__check() == -1)
		return (-1);
	if (s->busy)
		return (green__fail(EBUSY));
	s->busy = true;
	if ((sig = next(s)) != -1)
		green__spend();
	error = errno;
	s->busy = false;
	release(s);
	errno = error;
	return (sig);
}

void
green_signals_close(struct green_signals *s)
{
	int error = errno, sig;

	if (s == NULL || s->closed)
		return;
	s->closed = true;
	green__signal_unwatch(&s->watch);
	if (s->fd.loop != NULL)
		s->fd.loop->external--;
	(void)green__fd_close(&s->fd);
	green__wakeup_close(&s->wakeup);
	while ((sig = take(s)) != 0)
		if (!green__signal_watched(sig))
			(void)raise(sig);
	release(s);
	errno = error;
}
