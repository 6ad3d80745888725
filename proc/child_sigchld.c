/*
 * The way of all systems: SIGCHLD says that some child may have ended, and each
 * that is watched is asked about.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <stdlib.h>
#include <unistd.h>

#include "green/reactor_wakeup.h"
#include "green/signal.h"

#include "child.h"

struct watch {
	struct green__signal_watch signal;
	struct green__wakeup wakeup;
};

static void
arrived(struct green__signal_watch *s, int sig)
{
	struct watch *w = GREEN__CONTAINER(s, struct watch, signal);

	(void)sig;
	green__wakeup_raise(&w->wakeup);
}

static int
open_watch(struct green__child *c)
{
	struct watch *w;
	int error;

	if ((w = malloc(sizeof(*w))) == NULL)
		return (-1);
	if (green__wakeup_open(&w->wakeup) == -1)
		goto fail_wakeup;
	w->signal.arrived = arrived;
	sigemptyset(&w->signal.signals);
	sigaddset(&w->signal.signals, SIGCHLD);
	if (green__signal_watch(&w->signal) == -1)
		goto fail_watch;
	c->user = w;
	return (w->wakeup.in);
fail_watch:
	error = errno;
	green__wakeup_close(&w->wakeup);
	errno = error;
fail_wakeup:
	error = errno;
	free(w);
	errno = error;
	return (-1);
}

static void
lower(struct green__child *c)
{
	struct watch *w = c->user;

	green__wakeup_lower(&w->wakeup, false);
}

/* The wake-up's other end; the one that is read is the caller's. */
static void
close_watch(struct green__child *c)
{
	struct watch *w = c->user;

	green__signal_unwatch(&w->signal);
	if (w->wakeup.out != w->wakeup.in)
		close(w->wakeup.out);
	free(w);
}

const struct green__child_ops green__child_sigchld = {
	.name = "sigchld",
	.open = open_watch,
	.lower = lower,
	.close = close_watch
};
