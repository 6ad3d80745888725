/*
 * Tasks: a function on a stack of its own, in a group.  A stack's first frame
 * (sched.c) runs one task after the other, so that a spawn on a used stack
 * makes no context and no system call.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scope_enter.h"
#include "trace.h"

void
green__task_run(struct green_task *t)
{
	int rc;

	errno = 0;
	rc = t->fn(t->arg);
	if (GREEN__UNLIKELY(green__loop != t->loop))
		green__die("task \"%s\" has returned in a process that was "
		    "forked, where its loop does not run", t->name);
	if (t->scope != &t->self)
		green__scope_left_open(t);
	if (t->locals != NULL || t->inherited != NULL)
		green__locals_end(t);
	t->result = rc;
	t->code = errno;
	t->gave_in = rc == -1 && t->code == ECANCELED && green__is_cancelled(t);
	TRACE4(task__exit, t->id, t->name, rc, t->code);
	if (GREEN__UNLIKELY(!SLIST_EMPTY(&t->locks)))
		green__locks_abandon(t);
	green__handle_settle(t);
	green__group_leave(t, rc);
	if (GREEN__UNLIKELY(t->self.reason != NULL))
		free(t->self.reason);
	if (GREEN__UNLIKELY(t->errmsg != NULL && !t->handle))
		free(t->errmsg);
	if (GREEN__UNLIKELY(!TAILQ_EMPTY(&t->failures)))
		green__failures_free(t);
}

/* The default name: the function's as the source has it, if it has one. */
static void
set_default_name(struct green_task *t, const char *name)
{
	if (name != NULL && *name == '&')
		name++;
	t->default_name = name;
	t->name = name;
	if (name == NULL) {
		snprintf(t->name_buf, sizeof(t->name_buf), "task-%ju",
		    (uintmax_t)t->id);
		t->name = t->name_buf;
	} else if (strnlen(name, sizeof(t->name_buf)) == sizeof(t->name_buf)) {
		strlcpy(t->name_buf, name, sizeof(t->name_buf));
		t->name = t->name_buf;
	}
}

struct green_task *
green__task_spawn(struct group *g, green_fn *fn, void *arg, const void *copy,
    size_t len, const char *name, const char *where)
{
	struct loop *l = green__loop;
	struct green_task *t;

	if (l == NULL) {
		green__fail(EPERM);
		return (NULL);
	}
	if (g->loop != l) {
		green__failx(EINVAL, g->loop == NULL ? "the group is closed" :
		    "the group belongs to the loop of another thread");
		return (NULL);
	}
	if (len > sizeof(t->copy)) {
		green__fail(E2BIG);
		return (NULL);
	}
	if (green__reserve(l, l->ntasks + 1) == -1 ||
	    (t = green__stack_get(l->stacks)) == NULL) {
		green__fail(errno);
		return (NULL);
	}
	t->loop = l;
	t->daemon = false;
	t->aborted = false;
	t->handle = false;
	t->ended = false;
	t->left = false;
	t->abandoned = false;
	t->patron = NULL;
	t->started = false;
	TAILQ_INIT(&t->joiners);
	t->waiter = NULL;
	t->timer = 0;
	t->group = g;
	t->fn = fn;
	t->arg = copy == NULL ? arg : memcpy(t->copy, copy, len);
	t->id = ++l->last_id;
	t->parent_id = l->current == NULL ? 0 : l->current->id;
	t->errmsg = NULL;
	SLIST_INIT(&t->locks);
	t->locals = NULL;
	t->inherited = l->current == NULL ? NULL :
	    green__values_hold(l->current->inherited);
	t->failed_checks = 0;
	TAILQ_INIT(&t->failures);
	t->nfailures = 0;
	t->user = NULL;
	set_default_name(t, name);
	scope_enter_first(&t->self, t, &g->scope, where);
	TAILQ_NEXT(t, sibling) = NULL;
	green__in_order();
	TAILQ_INSERT_TAIL(&g->tasks, t, sibling);
	g->ntasks++;
	l->ntasks++;
	green__ready(l, t);
	TRACE3(task__spawn, t->id, t->name, t->parent_id);
	return (t);
}

int
green_spawn_(struct green_group *g, green_fn *fn, void *arg, const char *name,
    const char *where)
{
	return (green__task_spawn(GROUP(g), fn, arg, NULL, 0, name, where) ==
	    NULL ? -1 : 0);
}

int
green_spawn_copy_(struct green_group *g, green_fn *fn, const void *arg,
    size_t len, const char *name, const char *where)
{
	return (green__task_spawn(GROUP(g), fn, NULL, arg, len, name, where) ==
	    NULL ? -1 : 0);
}

int
green_spawn_daemon_(struct green_group *g, green_fn *fn, void *arg,
    const char *name, const char *where)
{
	struct green_task *t;

	t = green__task_spawn(GROUP(g), fn, arg, NULL, 0, name, where);
	if (t == NULL)
		return (-1);
	t->daemon = true;
	GROUP(g)->ndaemons++;
	return (0);
}

int
(green_spawn_daemon)(struct green_group *g, green_fn *fn, void *arg)
{
	return (green_spawn_daemon_(g, fn, arg, NULL, NULL));
}

int
(green_spawn)(struct green_group *g, green_fn *fn, void *arg)
{
	return (green_spawn_(g, fn, arg, NULL, NULL));
}

int
(green_spawn_copy)(struct green_group *g, green_fn *fn, const void *arg,
    size_t len)
{
	return (green_spawn_copy_(g, fn, arg, len, NULL, NULL));
}

struct green_task *
green_self(void)
{
	struct green_task *t = green__task();

	if (t == NULL)
		green__fail(EPERM);
	return (t);
}

void
green_set_name(struct green_task *t, const char *name)
{
	if (name == NULL) {
		set_default_name(t, t->default_name);
		return;
	}
	strlcpy(t->name_buf, name, sizeof(t->name_buf));
	green__in_order();
	t->name = t->name_buf;
}

const char *
green_name(const struct green_task *t)
{
	return (t->name);
}

uint64_t
green_task_id(const struct green_task *t)
{
	return (t->id);
}

uint64_t
green_task_parent_id(const struct green_task *t)
{
	return (t->parent_id);
}
