/*
 * Starting: green_start() waits until its task says that it has started, or
 * ends without.  A cancelled caller cancels the task and waits for its end;
 * what the task says meanwhile comes too late.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "internal.h"

/* On the caller's stack, while it waits. */
struct start {
	struct patron patron;
	struct waiter waiter;
	struct green_task *task;
	void	*value;
	bool	 handle;		/* the caller wants one */
	bool	 abandoned;		/* the caller is cancelled */
	char	*errmsg;		/* the task's; malloc'd */
};

/* Before it had started. */
static void
ended(struct patron *p, struct green_task *t)
{
	struct start *s = GREEN__CONTAINER(p, struct start, patron);
	int error = errno;

	if (t->result != -1)
		error = s->abandoned ? ECANCELED : EPROTO;
	else if (t->errmsg != NULL && t->errmsg_code == error)
		s->errmsg = strdup(t->errmsg);
	green__wake(&s->waiter, -1, error);
}

static void
started(struct patron *p, struct green_task *t, void *value)
{
	struct start *s = GREEN__CONTAINER(p, struct start, patron);

	if (s->abandoned)
		return;
	t->patron = NULL;
	t->started = true;
	t->handle = s->handle;
	t->parent_id = t->group->scope.task->id;
	s->value = value;
	green__wake(&s->waiter, 0, 0);
}

static bool
abort_start(struct waiter *w)
{
	struct start *s = GREEN__CONTAINER(w, struct start, waiter);

	s->abandoned = true;
	green__scope_cancel(&s->task->self, GREEN_CALLED,
	    "whoever started it is cancelled");
	return (false);
}

static struct green_task *
start(struct green_group *g, green_fn *fn, void *arg, void **value, bool handle,
    const char *name, const char *where)
{
	struct start s = {
		.patron = { .started = started, .ended = ended },
		.handle = handle
	};

	/* Who is cancelled may start one, who is no task cannot wait for it. */
	if (green__task() == NULL && green__check() == -1)
		return (NULL);
	s.task = green__task_spawn(GROUP(g), fn, arg, NULL, 0, name, where);
	if (s.task == NULL)
		return (NULL);
	s.task->patron = &s.patron;
	if (green__park(&s.waiter, abort_start, "start of a task",
	    (intptr_t)s.task->id, GREEN_FOREVER) == -1) {
		if (s.errmsg != NULL)
			(void)green__fail_text(errno, s.errmsg);
		free(s.errmsg);
		return (NULL);
	}
	if (value != NULL)
		*value = s.value;
	return (s.task);
}

int
green_start_(struct green_group *g, green_fn *fn, void *arg, void **value,
    const char *name, const char *where)
{
	return (start(g, fn, arg, value, false, name, where) == NULL ? -1 : 0);
}

struct green_task *
green_start_task_(struct green_group *g, green_fn *fn, void *arg, void **value,
    const char *name, const char *where)
{
	return (start(g, fn, arg, value, true, name, where));
}

int
(green_start)(struct green_group *g, green_fn *fn, void *arg, void **value)
{
	return (green_start_(g, fn, arg, value, NULL, NULL));
}

struct green_task *
(green_start_task)(struct green_group *g, green_fn *fn, void *arg, void **value)
{
	return (green_start_task_(g, fn, arg, value, NULL, NULL));
}

int
green_started(void *value)
{
	struct green_task *t = green__task();

	if (t == NULL)
		return (green__fail(EPERM));
	if (t->started)
		return (green__fail(EALREADY));
	if (t->patron != NULL && t->patron->started != NULL)
		t->patron->started(t->patron, t, value);
	return (0);
}
