/*
 * Handles: what others know of a task, and can do to it.  The handle is the
 * task itself; so where there is one, the task's stack stays when it ends,
 * until the handle is released or the group is closed.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <stdlib.h>

#include "queue.h"

void
green__handle_settle(struct green_task *t)
{
	int error;

	t->ended = true;
	if (GREEN__LIKELY(TAILQ_EMPTY(&t->joiners)))
		return;
	error = errno;
	green__queue_wake_all(&t->joiners, 0, 0);
	errno = error;
}

void
green__handle_close(struct green_task *t)
{
	TAILQ_REMOVE(&t->group->ended, t, sibling);
	free(t->errmsg);
	t->errmsg = NULL;
	t->handle = false;
	/* The loop's turn, which may call this, can still be on it. */
	if (t->left)
		green__stack_put(t->loop->stacks, t);
}

struct green_task *
green_spawn_task_(struct green_group *g, green_fn *fn, void *arg,
    const char *name, const char *where)
{
	struct green_task *t;

	t = green__task_spawn(GROUP(g), fn, arg, NULL, 0, name, where);
	if (t != NULL)
		t->handle = true;
	return (t);
}

struct green_task *
(green_spawn_task)(struct green_group *g, green_fn *fn, void *arg)
{
	return (green_spawn_task_(g, fn, arg, NULL, NULL));
}

void
green_task_release(struct green_task *t)
{
	int error = errno;

	if (t == NULL)
		return;
	if (t->ended)
		green__handle_close(t);
	else
		t->handle = false;
	errno = error;
}

enum green_task_status
green_task_status(const struct green_task *t)
{
	if (!t->ended)
		return (t->self.flags & SCOPE_CANCELLED ?
		    GREEN_TASK_CANCELLING : GREEN_TASK_PENDING);
	if (t->result != -1)
		return (GREEN_TASK_FINISHED);
	return (t->gave_in ? GREEN_TASK_CANCELLED : GREEN_TASK_FAILED);
}

int
green_task_wait(struct green_task *t)
{
	struct queued self;

	if (green__check() == -1)
		return (-1);
	if (t == green__task())
		return (green__fail(EDEADLK));
	if (!t->ended) {
		green__queue_add(&t->joiners, &self);
		return (green__park(&self.waiter, green__queue_abort, "task",
		    (intptr_t)t->id, GREEN_FOREVER));
	}
	green__spend();
	return (0);
}

int
green_task_result(const struct green_task *t)
{
	if (!t->ended)
		return (green__fail(EINPROGRESS));
	if (t->result != -1)
		return (t->result);
	return (green__fail_text(t->code, t->errmsg_code == t->code ?
	    t->errmsg : NULL));
}

void
green_task_cancel(struct green_task *t, const char *reason)
{
	int error = errno;

	if (!t->ended && green__scope_is_open(&t->self, "green_task_cancel"))
		green__scope_cancel(&t->self, GREEN_CALLED, reason);
	errno = error;
}
