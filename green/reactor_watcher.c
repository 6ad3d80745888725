/*
 * The thread that watches a lent reactor.  The lock and its condition hand the
 * reactor over and back; the thread takes no signals, which are the host's.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <errno.h>
#include <signal.h>

#include "reactor_watcher.h"

#define STACK_SIZE	(256 * 1024)

static void *
run(void *arg)
{
	struct green__watcher *w = arg;

	pthread_mutex_lock(&w->lock);
	for (;;) {
		while (!w->lent && !w->leaving)
			pthread_cond_wait(&w->changed, &w->lock);
		if (w->leaving)
			break;
		pthread_mutex_unlock(&w->lock);
		w->watch(w->reactor);
		pthread_mutex_lock(&w->lock);
		w->lent = false;
		pthread_cond_signal(&w->changed);
	}
	pthread_mutex_unlock(&w->lock);
	return (NULL);
}

static int
start(struct green__watcher *w)
{
	pthread_attr_t attr;
	sigset_t all, before;
	int error;

	if ((error = pthread_attr_init(&attr)) != 0)
		return (error);
	(void)pthread_attr_setstacksize(&attr, STACK_SIZE);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	error = pthread_create(&w->thread, &attr, run, w);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attr);
	return (error);
}

int
green__watcher_open(struct green__watcher *w,
    void (*watch)(struct green__reactor *r), struct green__reactor *r)
{
	int error;

	w->watch = watch;
	w->reactor = r;
	w->lent = false;
	w->leaving = false;
	if ((error = pthread_mutex_init(&w->lock, NULL)) != 0)
		goto fail_lock;
	if ((error = pthread_cond_init(&w->changed, NULL)) != 0)
		goto fail_changed;
	if ((error = start(w)) != 0)
		goto fail_start;
	w->open = true;
	return (0);
fail_start:
	pthread_cond_destroy(&w->changed);
fail_changed:
	pthread_mutex_destroy(&w->lock);
fail_lock:
	errno = error;
	return (-1);
}

void
green__watcher_lend(struct green__watcher *w)
{
	pthread_mutex_lock(&w->lock);
	w->lent = true;
	pthread_cond_signal(&w->changed);
	pthread_mutex_unlock(&w->lock);
}

void
green__watcher_recall(struct green__watcher *w,
    void (*wake)(struct green__reactor *r))
{
	pthread_mutex_lock(&w->lock);
	if (w->lent)
		wake(w->reactor);
	while (w->lent)
		pthread_cond_wait(&w->changed, &w->lock);
	pthread_mutex_unlock(&w->lock);
}

void
green__watcher_close(struct green__watcher *w)
{
	if (!w->open)
		return;
	pthread_mutex_lock(&w->lock);
	w->leaving = true;
	pthread_cond_signal(&w->changed);
	pthread_mutex_unlock(&w->lock);
	pthread_join(w->thread, NULL);
	pthread_cond_destroy(&w->changed);
	pthread_mutex_destroy(&w->lock);
	w->open = false;
}
