/*
 * Guests: loops that another event loop drives.  All is as in a loop of its own
 * but for the waiting, which is the host's: where a turn (sched.c) would wait,
 * or has gone on for as long as a step may, it switches to the host's stack,
 * from whichever task's it is on, and the next step switches back to it.  The
 * thread has a running loop during a step, and at no other time.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#undef _FORTIFY_SOURCE		/* its longjmp() refuses to change stacks */
#include "config.h"

#include <pthread.h>
#include <stdlib.h>

#include "context_switch.h"
#include "internal.h"

#define STEP		GREEN_MSEC	/* what a step may take, and some more */

struct green_guest {
	struct loop *loop;
	pthread_t thread;
	int	 fd;
	int64_t	 until;			/* a step's time is over */
	int64_t	 deadline;		/* for the host; 0: at once */
};

/* Into the loop, until it pauses or ends. */
static void
enter(struct loop *l)
{
	green__loop = l;
	green__context_open_thread(&l->main);
	if (l->turns_on == NULL)
		green__run_tasks(l);
	else
		green__context_switch(&l->main, &l->turns_on->context);
	green__context_close_thread(&l->main);
	green__loop = NULL;
}

/* And out of it. */
static void
pause_turn(struct loop *l)
{
	green__context_switch(&l->turns_on->context, &l->main);
}

void
green__guest_wait(struct loop *l, int64_t timeout)
{
	l->guest->deadline = green__after(green__clock(), timeout);
	if (l->ops->lend != NULL)
		l->ops->lend(l->reactor);
	pause_turn(l);
}

bool
green__guest_overdue(const struct loop *l, int64_t now)
{
	/* The first turn may be on the host's stack. */
	return (now >= l->guest->until && (l->turns_on != NULL ||
	    l->current != NULL));
}

void
green__guest_rest(struct loop *l)
{
	l->guest->deadline = 0;
	pause_turn(l);
}

/* May the calling thread have to do with g now? */
static int
check(const struct green_guest *g)
{
	if (green__loop != NULL)
		return (green__failx(EBUSY,
		    "a loop is running in this thread already"));
	if (!green__door_is_ours(g->loop->door))
		return (green__failx(EPERM,
		    "the guest is that of a process which has forked this one"));
	if (!pthread_equal(g->thread, pthread_self()))
		return (green__failx(EPERM,
		    "the guest was opened in another thread"));
	return (0);
}

struct green_guest *
green_guest_open(green_fn *fn, void *arg, const struct green_options *opt)
{
	struct green_guest *g;
	struct loop *l;
	int error;

	if (green__loop != NULL) {
		green__failx(EBUSY, "a loop is running in this thread already");
		return (NULL);
	}
	if ((g = calloc(1, sizeof(*g))) == NULL) {
		green__fail(ENOMEM);
		return (NULL);
	}
	if ((l = green__loop_open(opt, NULL)) == NULL)
		goto fail_loop;
	if ((g->fd = l->ops->guest_fd(l->reactor)) == -1) {
		green__fail(errno);
		goto fail_fd;
	}
	if (green__loop_begin(l, fn, arg) == -1)
		goto fail_fd;
	g->loop = l;
	g->thread = pthread_self();
	l->guest = g;
	green__loop = NULL;
	return (g);
fail_fd:
	error = errno;
	green__loop_close(l);
	green__loop = NULL;
	errno = error;
fail_loop:
	error = errno;
	free(g);
	errno = error;
	return (NULL);
}

int
green_guest_fd(const struct green_guest *g)
{
	return (g->fd);
}

int64_t
green_guest_deadline(const struct green_guest *g)
{
	return (g->deadline);
}

int
green_guest_step(struct green_guest *g)
{
	struct loop *l = g->loop;

	if (check(g) == -1)
		return (-1);
	if (l->ntasks > 0) {
		g->until = green__clock() + STEP;
		enter(l);
	}
	if (l->ntasks > 0)
		return (1);
	g->deadline = GREEN_FOREVER;
	return (0);
}

int
green_guest_close(struct green_guest *g)
{
	struct loop *l;

	if (g == NULL)
		return (0);
	if (check(g) == -1)
		return (-1);
	l = g->loop;
	if (l->ntasks > 0) {
		/* From here on it waits by itself. */
		l->guest = NULL;
		green__loop = l;
		green__scope_cancel(&l->root.scope, GREEN_CALLED,
		    "the guest was closed");
		enter(l);
		l->deadlocked = false;
	}
	free(g);
	return (green__loop_end(l));
}
