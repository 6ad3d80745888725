/*
 * The watchdog: a thread that tells of a task which keeps the loop too long,
 * while it still does.  began says what the loop is at:
 *
 *	0		no task runs
 *	a time		one does, since then
 *	that, negated	and the watchdog has told of it, or is about to
 *
 * The loop sets the first two, the watchdog the third, with the lock held: a
 * loop that finds it waits for the lock, so that nobody looks at a run that is
 * over. While no task runs the watchdog sleeps, once it has noticed.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "internal.h"
#include "out.h"

#define LEAST	GREEN_MSEC		/* it does not look more often */

#ifdef HAVE_PTHREAD_CONDATTR_SETCLOCK
#define CLOCK	CLOCK_MONOTONIC
#else
#define CLOCK	CLOCK_REALTIME
#endif

struct green__watchdog {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	int64_t	 limit;
	_Atomic(int64_t) began;
	atomic_bool asleep;
	bool	 over;
	/* Of the task that runs: */
	uint64_t id;
	const char *name;
	char	 name_buf[GREEN__NAME_MAX];
};

static void
report(const struct green__watchdog *w, int64_t took)
{
	struct out o = { .fd = STDERR_FILENO };

	green__out_text(&o, "libgreen: task \"");
	green__out_text(&o, w->name);
	green__out_text(&o, "\" (");
	green__out_number(&o, w->id);
	green__out_text(&o, ") has kept the loop for ");
	green__out_seconds(&o, took);
	green__out_text(&o, " and still runs\n");
	green__out_flush(&o);
}

/* With the lock, which others may have meanwhile. */
static void
doze(struct green__watchdog *w, int64_t ns)
{
	struct timespec until;

	if (ns < LEAST)
		ns = LEAST;
	clock_gettime(CLOCK, &until);
	ns += until.tv_nsec;
	until.tv_sec += (time_t)(ns / GREEN_SEC);
	until.tv_nsec = (long)(ns % GREEN_SEC);
	(void)pthread_cond_timedwait(&w->wake, &w->lock, &until);
}

static void
sleep_till_called(struct green__watchdog *w)
{
	atomic_store(&w->asleep, true);
	while (!w->over && atomic_load(&w->began) == 0)
		pthread_cond_wait(&w->wake, &w->lock);
	atomic_store(&w->asleep, false);
}

static void *
watch(void *arg)
{
	struct green__watchdog *w = arg;
	int64_t began, took;

	pthread_mutex_lock(&w->lock);
	while (!w->over) {
		began = atomic_load(&w->began);
		took = green__clock() - began;
		if (began == 0)
			sleep_till_called(w);
		else if (began < 0)
			doze(w, w->limit);
		else if (took < w->limit)
			doze(w, w->limit - took);
		else if (atomic_compare_exchange_strong(&w->began, &began,
		    -began))
			report(w, took);
	}
	pthread_mutex_unlock(&w->lock);
	return (NULL);
}

static int
begin(struct green__watchdog *w)
{
	pthread_condattr_t attr;
	sigset_t all, before;
	int error;

	if ((error = pthread_mutex_init(&w->lock, NULL)) != 0)
		return (error);
	pthread_condattr_init(&attr);
#ifdef HAVE_PTHREAD_CONDATTR_SETCLOCK
	pthread_condattr_setclock(&attr, CLOCK);
#endif
	error = pthread_cond_init(&w->wake, &attr);
	pthread_condattr_destroy(&attr);
	if (error == 0) {
		sigfillset(&all);
		pthread_sigmask(SIG_SETMASK, &all, &before);
		error = pthread_create(&w->thread, NULL, watch, w);
		pthread_sigmask(SIG_SETMASK, &before, NULL);
		if (error != 0)
			pthread_cond_destroy(&w->wake);
	}
	if (error != 0)
		pthread_mutex_destroy(&w->lock);
	return (error);
}

struct green__watchdog *
green__watchdog_open(int64_t limit)
{
	struct green__watchdog *w;

	if ((w = calloc(1, sizeof(*w))) == NULL)
		return (NULL);
	w->limit = limit;
	if (begin(w) != 0) {
		free(w);
		return (NULL);
	}
	return (w);
}

void
green__watchdog_close(struct green__watchdog *w)
{
	if (w == NULL)
		return;
	pthread_mutex_lock(&w->lock);
	w->over = true;
	pthread_cond_signal(&w->wake);
	pthread_mutex_unlock(&w->lock);
	pthread_join(w->thread, NULL);
	pthread_cond_destroy(&w->wake);
	pthread_mutex_destroy(&w->lock);
	free(w);
}

void
green__watchdog_watch(struct green__watchdog *w, const struct green_task *t,
    int64_t began)
{
	w->id = t->id;
	w->name = t->name;
	if (t->name == t->name_buf)
		w->name = memcpy(w->name_buf, t->name_buf,
		    sizeof(w->name_buf));
	atomic_store(&w->began, began);
	if (atomic_load(&w->asleep)) {
		pthread_mutex_lock(&w->lock);
		pthread_cond_signal(&w->wake);
		pthread_mutex_unlock(&w->lock);
	}
}

void
green__watchdog_rest(struct green__watchdog *w)
{
	if (atomic_exchange(&w->began, 0) < 0) {
		pthread_mutex_lock(&w->lock);
		pthread_mutex_unlock(&w->lock);
	}
}
