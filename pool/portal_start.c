/*
 * A portal with a loop of its own, in a thread of its own, whose first task
 * does nothing but wait for the portal's end.  Whoever starts it waits until
 * that task runs, or the loop has failed to open.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "portal.h"
#include "thread.h"

#define NAME	"green-portal"

struct portal_thread {
	struct green_portal *portal;
	const struct green_options *opt;	/* while the loop opens */
	struct closer closer;		/* the first task, */
	struct waiter waiter;		/* which waits */
	struct inbox_item shut;		/* nobody is going to close it */
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	enum { OPENS, FAILED, RUNS } state;
	pthread_mutex_t joining;
	bool	 joined;
	int	 rc;			/* the loop's result, when it is joined */
	int	 error;
	char	*errmsg;		/* malloc'd, or NULL */
};

/* From OPENS on it is only told once. */
static void
tell(struct portal_thread *t, bool runs)
{
	pthread_mutex_lock(&t->lock);
	if (t->state == OPENS)
		t->state = runs ? RUNS : FAILED;
	pthread_cond_signal(&t->changed);
	pthread_mutex_unlock(&t->lock);
}

static void
closed(struct closer *c)
{
	green__wake(&GREEN__CONTAINER(c, struct portal_thread, closer)->waiter,
	    0, 0);
}

static int
be_portal(void *arg)
{
	struct portal_thread *t = arg;
	struct green_group g;

	green_group_open(&g);
	green__portal_attach(t->portal, GROUP(&g));
	t->closer.closed = closed;
	SLIST_INSERT_HEAD(&t->portal->closers, &t->closer, link);
	tell(t, true);
	(void)green__park(&t->waiter, NULL, "portal", -1, GREEN_FOREVER);
	return (green_group_close(&g, 0));
}

static void *
run(void *arg)
{
	struct portal_thread *t = arg;

	/* Its loop cannot be left halfway. */
	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL);
	green__thread_name(NAME);
	if ((t->rc = green_run(be_portal, t, t->opt)) == -1) {
		t->error = errno;
		t->errmsg = strdup(green_errmsg());
	}
	tell(t, false);
	green__portal_drop(t->portal);
	return (NULL);
}

static struct portal_thread *
new(struct green_portal *p, const struct green_options *opt)
{
	struct portal_thread *t = calloc(1, sizeof(*t));
	int error;

	if (t == NULL) {
		green__fail(ENOMEM);
		return (NULL);
	}
	if ((error = pthread_mutex_init(&t->lock, NULL)) != 0)
		goto fail;
	if ((error = pthread_mutex_init(&t->joining, NULL)) != 0)
		goto fail_lock;
	if ((error = pthread_cond_init(&t->changed, NULL)) != 0)
		goto fail_joining;
	t->portal = p;
	t->opt = opt;
	t->state = OPENS;
	return (t);
fail_joining:
	pthread_mutex_destroy(&t->joining);
fail_lock:
	pthread_mutex_destroy(&t->lock);
fail:
	free(t);
	green__fail(error);
	return (NULL);
}

void
green__portal_thread_free(struct portal_thread *t)
{
	if (t == NULL)
		return;
	pthread_cond_destroy(&t->changed);
	pthread_mutex_destroy(&t->joining);
	pthread_mutex_destroy(&t->lock);
	free(t->errmsg);
	free(t);
}

/* 0, or an errno with green_errmsg(), and the thread is gone. */
static int
wait_for_loop(struct portal_thread *t)
{
	int before;

	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &before);
	pthread_mutex_lock(&t->lock);
	while (t->state == OPENS)
		pthread_cond_wait(&t->changed, &t->lock);
	pthread_mutex_unlock(&t->lock);
	if (t->state == FAILED) {
		pthread_join(t->thread, NULL);
		(void)green__fail_text(t->error, t->errmsg);
	}
	pthread_setcancelstate(before, NULL);
	return (t->state == FAILED ? t->error : 0);
}

struct green_portal *
green_portal_start(const struct green_options *opt)
{
	struct green_portal *p = green__portal_new();
	int error;

	if (p == NULL)
		return (NULL);
	if ((p->thread = new(p, opt)) == NULL) {
		green__portal_drop(p);
		return (NULL);
	}
	atomic_fetch_add(&p->refs, 1);
	error = green__thread_start(&p->thread->thread, 0, run, p->thread);
	if (error != 0) {
		(void)green__fail(error);
		green__portal_drop(p);
	} else
		error = wait_for_loop(p->thread);
	if (error == 0)
		return (p);
	green__portal_drop(p);
	errno = error;
	return (NULL);
}

/* Several may come; the others wait for the one that joins it. */
int
green__portal_join(struct green_portal *p)
{
	struct portal_thread *t = p->thread;
	int before;

	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &before);
	pthread_mutex_lock(&t->joining);
	if (!t->joined)
		pthread_join(t->thread, NULL);
	t->joined = true;
	pthread_mutex_unlock(&t->joining);
	pthread_setcancelstate(before, NULL);
	return (t->rc == -1 ? green__fail_text(t->error, t->errmsg) : 0);
}

static void
shut(struct inbox_item *it)
{
	green__portal_shut(GREEN__CONTAINER(it, struct portal_thread,
	    shut)->portal, false);
}

void
green__portal_detach(struct green_portal *p)
{
	struct portal_thread *t = p->thread;
	struct loop *l;

	/* A forked child has no such thread. */
	if (!green__door_is_ours(p->door))
		return;
	pthread_mutex_lock(&t->joining);
	if (!t->joined) {
		pthread_detach(t->thread);
		if ((l = green__door_enter(p->door)) != NULL) {
			t->shut.run = shut;
			green__inbox_post(l, &t->shut);
			green__door_leave(p->door);
		}
	}
	t->joined = true;
	pthread_mutex_unlock(&t->joining);
}
