/*
 * The tasks of a loop, as the program itself may want to know them.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "internal.h"

static void
describe(const struct green_task *t, struct green_task_info *i)
{
	const struct waiter *w = green__waiting(t);

	memset(i, 0, sizeof(*i));
	i->id = t->id;
	i->parent_id = t->parent_id;
	strlcpy(i->name, t->name, sizeof(i->name));
	if (w != NULL) {
		green__waiter_words(w, i->waiting_for,
		    sizeof(i->waiting_for));
		i->waiting_since = w->since;
	}
	i->stack_used = green__stack_used(t->loop->stacks, t);
	i->stack_size = green__stack_size(t->loop->stacks);
	i->cancelled = green__is_cancelled(t);
}

int
green_tasks(struct green_task_info **info, size_t *n)
{
	const struct loop *l = green__loop;
	const struct green_task *t = NULL;
	struct green_task_info *list;
	size_t count = 0;
	int depth = -1;

	if (l == NULL)
		return (green__fail(EPERM));
	list = reallocarray(NULL, l->ntasks, sizeof(*list));
	if (list == NULL)
		return (green__fail(ENOMEM));
	while ((t = green__task_after(l, t, &depth)) != NULL &&
	    count < l->ntasks)
		describe(t, &list[count++]);
	*info = list;
	*n = count;
	return (0);
}
