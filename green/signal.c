/*
 * Signals.  One handler serves all that are watched: it walks the list of
 * watches, which it may do at any moment, as it counts itself in while it does:
 * a watch that has left the list is its owner's again once nobody who might
 * have seen it there is still inside.  The list changes under a lock that the
 * handler never takes.
 *
 * A child of fork() has none of the loops that watch: it gets the old handling.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <pthread.h>
#include <sched.h>

#include "internal.h"
#include "signal.h"

#ifndef NSIG
#define NSIG	65
#endif

static struct {
	pthread_mutex_t lock;
	_Atomic(struct green__signal_watch *) first;
	atomic_uint inside;		/* handlers at work */
	struct {
		unsigned watches;
		struct sigaction before;
	} of[NSIG];
} hub = { .lock = PTHREAD_MUTEX_INITIALIZER };

static void
handle(int sig)
{
	struct green__signal_watch *w;
	int error = errno, before;

	/* Cancelled in the midst of it, the thread would stay inside. */
	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &before);
	atomic_fetch_add(&hub.inside, 1);
	for (w = atomic_load(&hub.first); w != NULL; w = atomic_load(&w->next))
		if (sigismember(&w->signals, sig) == 1)
			w->arrived(w, sig);
	atomic_fetch_sub(&hub.inside, 1);
	pthread_setcancelstate(before, NULL);
	errno = error;
}

int
green__signal_check(int sig)
{
	sigset_t none;

	sigemptyset(&none);
	if (sig <= 0 || sig >= NSIG || sig == SIGKILL || sig == SIGSTOP ||
	    sigaddset(&none, sig) == -1)
		return (green__failx(EINVAL, "%d is no signal that a program "
		    "can wait for", sig));
	return (0);
}

static void
after_fork_in_child(void)
{
	int sig;

	for (sig = 1; sig < NSIG; sig++) {
		if (hub.of[sig].watches == 0)
			continue;
		(void)sigaction(sig, &hub.of[sig].before, NULL);
		hub.of[sig].watches = 0;
	}
	atomic_store(&hub.first, NULL);
	atomic_store(&hub.inside, 0);
	pthread_mutex_unlock(&hub.lock);
}

static void
before_fork(void)
{
	pthread_mutex_lock(&hub.lock);
}

static void
after_fork(void)
{
	pthread_mutex_unlock(&hub.lock);
}

static void
prepare(void)
{
	(void)pthread_atfork(before_fork, after_fork, after_fork_in_child);
}

/* With the lock: one watch more. */
static int
catch(int sig)
{
	struct sigaction sa = { .sa_handler = handle };

	/* On a stack of its own, as that of a task may be small. */
	sa.sa_flags = SA_RESTART | SA_ONSTACK;
	sigfillset(&sa.sa_mask);
	if (hub.of[sig].watches == 0 &&
	    sigaction(sig, &sa, &hub.of[sig].before) == -1)
		return (-1);
	hub.of[sig].watches++;
	return (0);
}

static void
release(int sig)
{
	if (--hub.of[sig].watches == 0)
		(void)sigaction(sig, &hub.of[sig].before, NULL);
}

int
green__signal_watch(struct green__signal_watch *w)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	int sig, error = 0;

	pthread_once(&once, prepare);
	pthread_mutex_lock(&hub.lock);
	/* In the list first, so that nothing that is caught goes by. */
	atomic_store(&w->next, atomic_load(&hub.first));
	atomic_store(&hub.first, w);
	for (sig = 1; sig < NSIG && error == 0; sig++)
		if (sigismember(&w->signals, sig) == 1 && catch(sig) == -1)
			error = errno;
	if (error != 0) {
		for (sig -= 2; sig > 0; sig--)
			if (sigismember(&w->signals, sig) == 1)
				release(sig);
		sigemptyset(&w->signals);
	}
	pthread_mutex_unlock(&hub.lock);
	if (error == 0)
		return (0);
	green__signal_unwatch(w);
	return (green__fail(error));
}

/* Out of the list; false: a fork has left it behind. */
static bool
unlink_watch(struct green__signal_watch *w)
{
	_Atomic(struct green__signal_watch *) *at;
	struct green__signal_watch *p;

	for (at = &hub.first; (p = atomic_load(at)) != w; at = &p->next)
		if (p == NULL)
			return (false);
	atomic_store(at, atomic_load(&w->next));
	return (true);
}

void
green__signal_unwatch(struct green__signal_watch *w)
{
	int sig;

	pthread_mutex_lock(&hub.lock);
	if (unlink_watch(w))
		for (sig = 1; sig < NSIG; sig++)
			if (sigismember(&w->signals, sig) == 1)
				release(sig);
	pthread_mutex_unlock(&hub.lock);
	while (atomic_load(&hub.inside) > 0)
		sched_yield();
}

bool
green__signal_watched(int sig)
{
	bool watched;

	pthread_mutex_lock(&hub.lock);
	watched = hub.of[sig].watches > 0;
	pthread_mutex_unlock(&hub.lock);
	return (watched);
}
