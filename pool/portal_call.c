/*
 * Handles of calls: tasks of a portal, as the threads that started them see
 * them.  A handle belongs to the program and to its task, and lasts as long as
 * either does, whatever becomes of the portal and the loop.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <stdlib.h>

#include "portal.h"
#include "thread.h"

struct green_portal_call {
	atomic_size_t refs;
	struct green_token *door;	/* held */
	struct inbox_item cancel;
	atomic_bool cancelled;
	/* For the loop alone. */
	struct patron patron;
	struct portal_task task;
	struct start *start;		/* who waits for green_started(), or NULL */
	/* Under the lock, until it is done. */
	pthread_mutex_t lock;
	pthread_cond_t changed;
	atomic_bool done;
	int	 result;
	int	 error;			/* errno */
	char	*errmsg;		/* malloc'd; NULL: none */
};

/* The errand of a thread that starts a task. */
struct start {
	struct errand errand;
	struct green_portal *portal;
	struct green_portal_call *call;
	bool	 waits;			/* for green_started(), */
	void	*value;			/* and what it says */
};

static void
drop(struct green_portal_call *h)
{
	if (atomic_fetch_sub(&h->refs, 1) > 1)
		return;
	green__door_drop(h->door);
	pthread_cond_destroy(&h->changed);
	pthread_mutex_destroy(&h->lock);
	free(h->errmsg);
	free(h);
}

static void
settle(struct green_portal_call *h, int result)
{
	int error = errno;
	char *errmsg = result == -1 ? green__fail_told() : NULL;

	pthread_mutex_lock(&h->lock);
	h->result = result;
	h->error = error;
	h->errmsg = errmsg;
	h->done = true;
	pthread_cond_broadcast(&h->changed);
	pthread_mutex_unlock(&h->lock);
}

/* Of one that has not started, whoever waits for that has the failure. */
static void
ended(struct patron *patron, struct green_task *t)
{
	struct green_portal_call *h = GREEN__CONTAINER(patron,
	    struct green_portal_call, patron);
	struct start *start = h->start;
	int error = errno;

	if (start == NULL)
		settle(h, t->result);
	green__portal_remove(&h->task);
	drop(h);
	if (start == NULL)
		return;
	if (t->result != -1)
		green__errand_refuse(&start->errand, EPROTO);
	else {
		errno = error;
		green__errand_settle(&start->errand, -1);
	}
}

static void
started(struct patron *patron, struct green_task *t, void *value)
{
	struct green_portal_call *h = GREEN__CONTAINER(patron,
	    struct green_portal_call, patron);
	struct start *start = h->start;

	t->started = true;
	h->start = NULL;
	start->value = value;
	green__errand_settle(&start->errand, 0);
}

static void
arrive_to_start(struct inbox_item *it)
{
	struct start *s = GREEN__CONTAINER(it, struct start, errand.item);
	struct green_portal_call *h = s->call;
	struct green_task *t;

	if (s->portal->shut) {
		green__errand_refuse(&s->errand, ESHUTDOWN);
		return;
	}
	t = green__task_spawn(s->portal->group, s->errand.fn, s->errand.arg,
	    NULL, 0, s->errand.name, s->errand.where);
	if (t == NULL) {
		green__errand_settle(&s->errand, -1);
		return;
	}
	t->patron = &h->patron;
	h->patron.ended = ended;
	atomic_fetch_add(&h->refs, 1);
	green__portal_add(s->portal, &h->task, t);
	if (s->waits) {
		h->patron.started = started;
		h->start = s;
	} else
		green__errand_settle(&s->errand, 0);
}

static struct green_portal_call *
new(struct green_portal *p)
{
	struct green_portal_call *h = calloc(1, sizeof(*h));
	int error;

	if (h == NULL) {
		green__fail(ENOMEM);
		return (NULL);
	}
	if ((error = pthread_mutex_init(&h->lock, NULL)) != 0)
		goto fail;
	if ((error = green__cond_init(&h->changed)) != 0) {
		pthread_mutex_destroy(&h->lock);
		goto fail;
	}
	atomic_init(&h->refs, 1);
	h->door = green__door_hold(p->door);
	return (h);
fail:
	free(h);
	green__fail(error);
	return (NULL);
}

static struct green_portal_call *
start(struct start *s)
{
	int error;

	s->errand.item.run = arrive_to_start;
	if (green__portal_check(s->portal) == -1 ||
	    (s->call = new(s->portal)) == NULL)
		return (NULL);
	if (green__errand_run(&s->errand, s->portal->door) == -1) {
		error = errno;
		drop(s->call);
		errno = error;
		return (NULL);
	}
	return (s->call);
}

struct green_portal_call *
green_portal_spawn_(struct green_portal *p, green_fn *fn, void *arg,
    const char *name, const char *where)
{
	struct start s = {
		.errand = {
			.fn = fn,
			.arg = arg,
			.name = name,
			.where = where
		},
		.portal = p
	};

	return (start(&s));
}

struct green_portal_call *
(green_portal_spawn)(struct green_portal *p, green_fn *fn, void *arg)
{
	return (green_portal_spawn_(p, fn, arg, NULL, NULL));
}

struct green_portal_call *
green_portal_start_task_(struct green_portal *p, green_fn *fn, void *arg,
    void **value, const char *name, const char *where)
{
	struct start s = {
		.errand = {
			.fn = fn,
			.arg = arg,
			.name = name,
			.where = where
		},
		.portal = p,
		.waits = true
	};

	if (start(&s) == NULL)
		return (NULL);
	if (value != NULL)
		*value = s.value;
	return (s.call);
}

struct green_portal_call *
(green_portal_start_task)(struct green_portal *p, green_fn *fn, void *arg,
    void **value)
{
	return (green_portal_start_task_(p, fn, arg, value, NULL, NULL));
}

/* What is there when the time is over, or it is done. */
static bool
wait_until_done(struct green_portal_call *h, int64_t timeout)
{
	struct timespec until = { 0, 0 };
	int before, rc = 0;

	if (timeout != GREEN_FOREVER)
		until = green__deadline(timeout);
	/* To be cancelled here would leave the lock behind. */
	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &before);
	pthread_mutex_lock(&h->lock);
	while (!h->done && rc != ETIMEDOUT)
		rc = timeout == GREEN_FOREVER ?
		    pthread_cond_wait(&h->changed, &h->lock) :
		    pthread_cond_timedwait(&h->changed, &h->lock, &until);
	pthread_mutex_unlock(&h->lock);
	pthread_setcancelstate(before, NULL);
	return (h->done);
}

int
green_portal_call_wait(struct green_portal_call *h, int64_t timeout)
{
	if (!h->done) {
		if (timeout <= 0)
			return (green__fail(ETIMEDOUT));
		if (!green__door_is_ours(h->door))
			return (green__fail(EPERM));
		if (green__loop != NULL && green__loop->door == h->door)
			return (green__fail(EDEADLK));
		if (!wait_until_done(h, timeout))
			return (green__fail(ETIMEDOUT));
	}
	if (h->result == -1)
		return (green__fail_text(h->error, h->errmsg));
	errno = h->error;
	return (h->result);
}

static void
arrive_to_cancel(struct inbox_item *it)
{
	struct green_portal_call *h = GREEN__CONTAINER(it,
	    struct green_portal_call, cancel);

	if (h->task.task != NULL)
		green__scope_cancel(&h->task.task->self, GREEN_CALLED,
		    "its handle was cancelled");
	drop(h);
}

void
green_portal_call_cancel(struct green_portal_call *h)
{
	int error = errno;
	struct loop *l;

	if (h->done || atomic_exchange(&h->cancelled, true))
		return;
	if ((l = green__door_enter(h->door)) != NULL) {
		atomic_fetch_add(&h->refs, 1);
		h->cancel.run = arrive_to_cancel;
		green__inbox_post(l, &h->cancel);
		green__door_leave(h->door);
	}
	errno = error;
}

bool
green_portal_call_done(struct green_portal_call *h)
{
	return (h->done);
}

void
green_portal_call_release(struct green_portal_call *h)
{
	int error = errno;

	if (h != NULL)
		drop(h);
	errno = error;
}
