/*
 * The configuration of clients that bring none: the system's trust store, which
 * takes a while to read, read once for the whole program, and again by who
 * comes when that is an hour old.  One worker at a time reads; connections keep
 * what they began with.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <green/thread.h>

#include "tls.h"

#define LASTS	(60 * 60 * GREEN_SEC)

static pthread_mutex_t one = PTHREAD_MUTEX_INITIALIZER;	/* reads */
/* Never held for long, as loops take it: */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct green_tls_config *current;	/* NULL: none yet */
static int64_t made;			/* when */

static struct green_tls_config *
take(int64_t now)
{
	struct green_tls_config *cfg = NULL;

	(void)pthread_mutex_lock(&lock);
	if (current != NULL && now - made < LASTS)
		cfg = green__tls_hold(current);
	(void)pthread_mutex_unlock(&lock);
	return (cfg);
}

static void
replace(struct green_tls_config *cfg, int64_t now)
{
	struct green_tls_config *old;

	(void)pthread_mutex_lock(&lock);
	old = current;
	current = green__tls_hold(cfg);
	made = now;
	(void)pthread_mutex_unlock(&lock);
	green_tls_config_release(old);
}

/* By a worker. */
struct making {
	int64_t	 now;
	struct green_tls_config *cfg;
};

/* Many may want one at once: the first makes it, the others wait for that. */
static int
make(void *arg)
{
	struct making *m = arg;

	(void)pthread_mutex_lock(&one);
	if ((m->cfg = take(m->now)) == NULL &&
	    (m->cfg = green_tls_config_open(NULL)) != NULL)
		replace(m->cfg, m->now);
	(void)pthread_mutex_unlock(&one);
	green__tls_leave_worker();
	return (m->cfg == NULL ? -1 : 0);
}

struct green_tls_config *
green__tls_default(int64_t now)
{
	struct making m = { .now = now, .cfg = take(now) };

	if (m.cfg == NULL && green_to_thread_limited(
	    &green__loop->limiter_files, make, &m) == -1)
		return (NULL);
	return (m.cfg);
}
