/*
 * Somebody to watch a reactor's descriptors while a guest's host waits, for
 * backends whose kernel has no descriptor that tells of all of them: a thread,
 * which has the reactor while it is lent, and never otherwise.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#ifndef GREEN_REACTOR_WATCHER_H
#define GREEN_REACTOR_WATCHER_H

#include <pthread.h>
#include <stdbool.h>

struct green__reactor;

struct green__watcher {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	void	(*watch)(struct green__reactor *r);
	struct green__reactor *reactor;
	bool	 open;
	bool	 lent;
	bool	 leaving;
};

/*
 * watch(r) is called in the thread, once for each time that it is lent: it
 * waits for as long as it takes, and makes it known.  EAGAIN, ENOMEM
 */
int	 green__watcher_open(struct green__watcher *w,
	    void (*watch)(struct green__reactor *r), struct green__reactor *r);
void	 green__watcher_lend(struct green__watcher *w);
/* Have the reactor back; wake(r), if need be, makes watch(r) return. */
void	 green__watcher_recall(struct green__watcher *w,
	    void (*wake)(struct green__reactor *r));
/* Not while it is lent. */
void	 green__watcher_close(struct green__watcher *w);

#endif /* GREEN_REACTOR_WATCHER_H */
