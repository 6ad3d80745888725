/*
 * Signals that end a loop: the first to arrive cancels its first task, and so
 * everything.  From then on they do what they did before, so that a second one
 * ends a program that does not heed its cancellation.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "internal.h"

/* In a handler. */
static void
arrived(struct green__signal_watch *w, int sig)
{
	struct loop *l = GREEN__CONTAINER(w, struct loop, interrupt);
	int none = 0;

	if (atomic_compare_exchange_strong(&l->signal, &none, sig))
		green__inbox_post(l, &l->interrupted);
}

static void
stop_watching(struct loop *l)
{
	green__signal_unwatch(&l->interrupt);
	l->interrupt.arrived = NULL;
	l->external--;
}

/* In the loop. */
static void
cancel_all(struct inbox_item *it)
{
	struct loop *l = GREEN__CONTAINER(it, struct loop, interrupted);
	int sig = atomic_load(&l->signal);
	char reason[64];

	if (l->interrupt.arrived == NULL)
		return;			/* too late */
	stop_watching(l);
	snprintf(reason, sizeof(reason), "signal %d (%s)", sig, strsignal(sig));
	green__scope_cancel(&l->root.scope, GREEN_CALLED, reason);
}

int
green__interrupt_open(struct loop *l, const int *signals)
{
	if (signals == NULL || *signals == 0)
		return (0);
	sigemptyset(&l->interrupt.signals);
	for (; *signals != 0; signals++) {
		if (green__signal_check(*signals) == -1)
			return (-1);
		sigaddset(&l->interrupt.signals, *signals);
	}
	l->interrupted.run = cancel_all;
	l->interrupt.arrived = arrived;
	if (green__signal_watch(&l->interrupt) == -1) {
		l->interrupt.arrived = NULL;
		return (-1);
	}
	l->external++;
	return (0);
}

void
green__interrupt_close(struct loop *l)
{
	int sig;

	if (l->interrupt.arrived == NULL)
		return;
	stop_watching(l);
	/* It came too late for the loop: it is for whoever was there before. */
	if ((sig = atomic_load(&l->signal)) != 0)
		(void)raise(sig);
}
