/*
 * Portals: groups that other threads start tasks in.  All that a portal knows,
 * its loop's thread knows alone; others send errands, and hold the portal and
 * the loop's door.  It is shut, when nothing is started any more, and then it
 * is over as soon as no task is left: closing waits for that.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <stdlib.h>

#include "portal.h"

void
green__portal_drop(struct green_portal *p)
{
	if (atomic_fetch_sub(&p->refs, 1) > 1)
		return;
	green__portal_thread_free(p->thread);
	green__door_drop(p->door);
	free(p);
}

/* Nobody is inside, and nobody comes. */
static void
end(struct green_portal *p)
{
	struct closer *c;

	p->over = true;
	while ((c = SLIST_FIRST(&p->closers)) != NULL) {
		SLIST_REMOVE_HEAD(&p->closers, link);
		c->closed(c);
	}
	green__portal_drop(p);
}

static void
cancel_tasks(struct green_portal *p)
{
	struct portal_task *pt;

	TAILQ_FOREACH(pt, &p->tasks, link)
		green__scope_cancel(&pt->task->self, GREEN_CALLED,
		    "its portal is closed");
}

void
green__portal_shut(struct green_portal *p, bool cancel)
{
	if (p->over)
		return;
	if (!p->shut) {
		p->shut = true;
		LIST_REMOVE(&p->companion, link);
		green__loop->external--;
	}
	if (cancel)
		cancel_tasks(p);
	if (TAILQ_EMPTY(&p->tasks))
		end(p);
}

/* Its tasks have ended, as have all of the group. */
static void
group_closed(struct companion *c)
{
	struct green_portal *p = GREEN__CONTAINER(c, struct green_portal,
	    companion);

	p->shut = true;
	green__loop->external--;
	end(p);
}

void
green__portal_attach(struct green_portal *p, struct group *g)
{
	p->door = green__door_hold(green__loop->door);
	p->group = g;
	p->companion.closed = group_closed;
	LIST_INSERT_HEAD(&g->companions, &p->companion, link);
	green__loop->external++;
	atomic_fetch_add(&p->refs, 1);
}

struct green_portal *
green__portal_new(void)
{
	struct green_portal *p = calloc(1, sizeof(*p));

	if (p == NULL) {
		green__fail(ENOMEM);
		return (NULL);
	}
	atomic_init(&p->refs, 1);
	TAILQ_INIT(&p->tasks);
	SLIST_INIT(&p->closers);
	return (p);
}

struct green_portal *
green_portal_open(struct green_group *g)
{
	struct green_portal *p;

	if (green__loop == NULL) {
		green__fail(EPERM);
		return (NULL);
	}
	if (GROUP(g)->loop != green__loop) {
		green__fail(EINVAL);
		return (NULL);
	}
	if ((p = green__portal_new()) != NULL)
		green__portal_attach(p, GROUP(g));
	return (p);
}

void
green_portal_release(struct green_portal *p)
{
	int error = errno;

	if (p == NULL)
		return;
	if (p->thread != NULL)
		green__portal_detach(p);
	green__portal_drop(p);
	errno = error;
}

/* Tasks. */

void
green__portal_add(struct green_portal *p, struct portal_task *pt,
    struct green_task *t)
{
	const struct green_task *host = p->group->scope.task;

	t->parent_id = host == NULL ? 0 : host->id;
	pt->portal = p;
	pt->task = t;
	TAILQ_INSERT_TAIL(&p->tasks, pt, link);
}

void
green__portal_remove(struct portal_task *pt)
{
	struct green_portal *p = pt->portal;

	TAILQ_REMOVE(&p->tasks, pt, link);
	pt->task = NULL;
	if (p->shut && TAILQ_EMPTY(&p->tasks))
		end(p);
}

bool
green__portal_is_own(const struct green_portal *p)
{
	return (green__loop != NULL && green__loop->door == p->door);
}

int
green__portal_check(const struct green_portal *p)
{
	if (!green__portal_is_own(p))
		return (0);
	return (green__fail(p->shut ? ESHUTDOWN : EDEADLK));
}

struct portal_run {
	struct errand errand;
	struct portal_task task;
	struct green_portal *portal;
};

static void
run_ended(struct patron *patron, struct green_task *t)
{
	struct portal_run *r = GREEN__CONTAINER(patron, struct portal_run,
	    errand.patron);

	green__portal_remove(&r->task);
	green__errand_settle(&r->errand, t->result);
}

static void
arrive_to_run(struct inbox_item *it)
{
	struct portal_run *r = GREEN__CONTAINER(it, struct portal_run,
	    errand.item);
	struct green_task *t;

	if (r->portal->shut)
		green__errand_refuse(&r->errand, ESHUTDOWN);
	else if ((t = green__errand_spawn(&r->errand, r->portal->group)) !=
	    NULL)
		green__portal_add(r->portal, &r->task, t);
}

int
green_portal_run_(struct green_portal *p, green_fn *fn, void *arg,
    const char *name, const char *where)
{
	struct portal_run r = {
		.errand = {
			.item = { .run = arrive_to_run },
			.patron = { .ended = run_ended },
			.fn = fn,
			.arg = arg,
			.name = name,
			.where = where
		},
		.portal = p
	};

	if (green__portal_check(p) == -1)
		return (-1);
	return (green__errand_run(&r.errand, p->door));
}

int
(green_portal_run)(struct green_portal *p, green_fn *fn, void *arg)
{
	return (green_portal_run_(p, fn, arg, NULL, NULL));
}

/* Closing. */

struct close_here {
	struct closer closer;
	struct waiter waiter;
	struct green_portal *portal;
	bool	 cancelled;
};

static void
closed_here(struct closer *c)
{
	green__wake(&GREEN__CONTAINER(c, struct close_here, closer)->waiter, 0,
	    0);
}

/* As a group's: the tasks go, and then the closing one. */
static bool
abort_close(struct waiter *w)
{
	struct close_here *c = GREEN__CONTAINER(w, struct close_here, waiter);

	c->cancelled = true;
	cancel_tasks(c->portal);
	return (false);
}

static bool
is_task_of(const struct green_portal *p, const struct green_task *t)
{
	const struct portal_task *pt;

	TAILQ_FOREACH(pt, &p->tasks, link)
		if (pt->task == t)
			return (true);
	return (false);
}

static int
close_here(struct green_portal *p, bool cancel)
{
	struct close_here c = {
		.closer = { .closed = closed_here },
		.portal = p
	};
	int error = errno;

	if (p->over)
		return (0);
	if (p->thread != NULL || is_task_of(p, green__task()))
		return (green__fail(EDEADLK));
	/* A caller that is no task can start it, but not wait for it. */
	green__portal_shut(p, cancel);
	if (!p->over) {
		if (green__task() == NULL)
			return (green__fail(EDEADLK));
		SLIST_INSERT_HEAD(&p->closers, &c.closer, link);
		(void)green__park(&c.waiter, abort_close, "portal", -1,
		    GREEN_FOREVER);
	}
	if (c.cancelled)
		return (green__cancelled());
	errno = error;
	return (0);
}

struct close_there {
	struct closer closer;
	struct errand errand;
	struct green_portal *portal;
	bool	 cancel;
};

static void
closed_there(struct closer *c)
{
	green__errand_settle(&GREEN__CONTAINER(c, struct close_there,
	    closer)->errand, 0);
}

static void
arrive_to_close(struct inbox_item *it)
{
	struct close_there *c = GREEN__CONTAINER(it, struct close_there,
	    errand.item);
	struct green_portal *p = c->portal;

	green__portal_shut(p, c->cancel);
	if (p->over)
		closed_there(&c->closer);
	else
		SLIST_INSERT_HEAD(&p->closers, &c->closer, link);
}

static int
close_there(struct green_portal *p, bool cancel)
{
	struct close_there c = {
		.closer = { .closed = closed_there },
		.errand = { .item = { .run = arrive_to_close } },
		.portal = p,
		.cancel = cancel
	};
	int error = errno;

	/* With its loop, it is closed. */
	if (green__errand_run(&c.errand, p->door) == -1 && errno != ESHUTDOWN)
		return (-1);
	if (p->thread != NULL && green__portal_join(p) == -1)
		return (-1);
	errno = error;
	return (0);
}

int
green_portal_close(struct green_portal *p, bool cancel)
{
	return (green__portal_is_own(p) ? close_here(p, cancel) :
	    close_there(p, cancel));
}
