/*
 * Running a loop: put its parts together, run the first task on it to the end,
 * take it apart.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "internal.h"

#define THREADS		40	/* tokens for the program's calls ... */
#define FILE_THREADS	40	/* ... for files ... */
#define NAME_THREADS	20	/* ... and for names */
#define MAX_THREADS	65536

static int
check_options(const struct green_options *o)
{
	if (o->max_threads > MAX_THREADS)
		return (green__failx(EINVAL, "max_threads: %zu is more than %d",
		    o->max_threads, MAX_THREADS));
	if (o->mock_autojump != 0 && !o->mock_clock)
		return (green__failx(EINVAL,
		    "mock_autojump: only together with mock_clock"));
	return (0);
}

static void
set_limiters(struct loop *l, const struct green_options *o)
{
	green_limiter_init(&l->limiter_calls,
	    o->max_threads == 0 ? THREADS : o->max_threads);
	green_limiter_init(&l->limiter_files, FILE_THREADS);
	green_limiter_init(&l->limiter_names, NAME_THREADS);
}

void
green__end_add(struct loop_end *e, void (*run)(struct loop_end *e))
{
	e->run = run;
	LIST_INSERT_HEAD(&green__loop->ends, e, link);
}

void
green__end_remove(struct loop_end *e)
{
	if (e->run != NULL)
		LIST_REMOVE(e, link);
	e->run = NULL;
}

static void
run_ends(struct loop *l)
{
	void (*run)(struct loop_end *e);
	struct loop_end *e;

	while ((e = LIST_FIRST(&l->ends)) != NULL) {
		run = e->run;
		green__end_remove(e);
		run(e);
	}
}

void
green__loop_close(struct loop *l)
{
	green__loops_remove(l);
	green__meter_close(l);
	green__interrupt_close(l);
	if (l->door != NULL)
		green__door_close(l->door);
	green__inbox_close(l);
	run_ends(l);
	green__values_destroy(&l->locals);
	green__fds_free(l);
	if (l->stacks != NULL)
		green__stacks_close(l->stacks);
	if (l->reactor != NULL)
		l->ops->close(l->reactor);
	free(l->root.scope.reason);
	free(l->guests.scope.reason);
	free(l->ready);
	green__timers_free(l);
	green__door_drop(l->door);
	free(l);
}

struct loop *
green__loop_open(const struct green_options *opt, struct loop_owner *owner)
{
	static const struct green_options defaults;
	const struct green_options *o = opt == NULL ? &defaults : opt;
	struct loop *l;
	int error;

	if (check_options(o) == -1)
		return (NULL);
	if ((l = aligned_alloc(_Alignof(struct loop), sizeof(*l))) == NULL) {
		green__fail(ENOMEM);
		return (NULL);
	}
	memset(l, 0, sizeof(*l));
	l->index = owner == NULL ? 0 : owner->index;
	TAILQ_INIT(&l->idlers);
	l->mock = o->mock_clock;
	l->mock_autojump = o->mock_autojump;
	l->time = green__clock();
	l->clock.steady = green__counter_steady();
	if (o->seed != 0 && (l->seed = o->seed + (uint64_t)l->index) == 0)
		l->seed = o->seed;
	l->draw = (uint32_t)l->seed;
	set_limiters(l, o);
	/* The first explain themselves; the rest is out of something. */
	if ((l->ops = green__reactor_choose(o->backend)) == NULL ||
	    (l->context_ops = green__context_choose()) == NULL ||
	    green__meter_open(l) == -1)
		goto fail;
	if ((l->stacks = green__stacks_open(o->stack_size, l->context_ops,
	    green__task_entry)) == NULL) {
		if (errno == EINVAL)
			green__failx(EINVAL, "stack_size: %zu is out of range",
			    o->stack_size);
		else
			green__fail(errno);
		goto fail;
	}
	if ((l->door = green__door_open(l)) == NULL ||
	    green__reserve(l, 1) == -1 ||
	    (l->reactor = l->ops->open()) == NULL) {
		green__fail(errno);
		goto fail;
	}
	if (green__interrupt_open(l, o->cancel_on_signals) == -1)
		goto fail;
	green__loops_add(l);
	return (l);
fail:
	error = errno;
	green__loop_close(l);
	errno = error;
	return (NULL);
}

int
green__loop_begin(struct loop *l, green_fn *fn, void *arg)
{
	if (green__overflow_watch() == -1)
		return (green__fail(errno));
	green__loop = l;
	l->error_at = &errno;
	green__group_open(&l->root, l, NULL, NULL);
	green__group_open(&l->guests, l, NULL, NULL);
	if (green__task_spawn(&l->root, fn, arg, NULL, 0, "main", NULL) ==
	    NULL) {
		green__overflow_unwatch();
		return (-1);
	}
	return (0);
}

int
green__loop_end(struct loop *l)
{
	int rc = l->result, error = l->error;
	char *errmsg = l->errmsg;

	green__overflow_unwatch();
	if (l->deadlocked) {
		rc = -1;
		error = EDEADLK;
		free(errmsg);
		errmsg = strdup("every task waited, and nothing could wake one");
	}
	green__loop = l;
	green__loop_close(l);
	green__loop = NULL;
	if (rc == -1)
		green__fail_text(error, errmsg);
	free(errmsg);
	return (rc);
}

int
green__run(green_fn *fn, void *arg, const struct green_options *opt,
    struct loop_owner *owner)
{
	struct loop *l;
	int error;

	if (green__loop != NULL)
		return (green__failx(EBUSY,
		    "a loop is running in this thread already"));
	if ((l = green__loop_open(opt, owner)) == NULL)
		return (-1);
	if (green__loop_begin(l, fn, arg) == -1) {
		error = errno;
		green__loop_close(l);
		green__loop = NULL;
		errno = error;
		return (-1);
	}
	if (owner != NULL)
		owner->began(owner, l);
	green__context_open_thread(&l->main);
	green__run_tasks(l);
	green__context_close_thread(&l->main);
	if (owner != NULL)
		owner->ended(owner);
	return (green__loop_end(l));
}

int
green_run(green_fn *fn, void *arg, const struct green_options *opt)
{
	return (green__run(fn, arg, opt, NULL));
}

int
green_run_index(void)
{
	return (green__loop == NULL ? 0 : green__loop->index);
}

const char *
green_version(void)
{
	return (PACKAGE_VERSION);
}
