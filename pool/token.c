/*
 * Tokens: a loop's door in the hands of a program.  Tasks that come in by it
 * belong to the loop, in a group of their own that its end cancels and waits
 * for.  As long as somebody holds a token, somebody may come.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <green/thread.h>

#include "errand.h"
#include "post.h"

struct green_token *
green_token_get(void)
{
	struct green_token *t;

	if (green__loop == NULL) {
		green__fail(EPERM);
		return (NULL);
	}
	t = green__loop->door;
	if (green__posts_open(t) == -1)
		return (NULL);
	atomic_fetch_add(&t->held, 1);
	return (green__door_hold(t));
}

/* Nobody may come any more: that may be a deadlock. */
void
green_token_release(struct green_token *t)
{
	int error = errno;

	if (t == NULL)
		return;
	if (atomic_fetch_sub(&t->held, 1) == 1)
		green__posts_nudge(t);
	green__door_drop(t);
	errno = error;
}

static int
enter(struct green_token *t, struct errand *e)
{
	if (green__loop != NULL && green__loop->door == t)
		return (green__fail(EDEADLK));
	return (green__errand_run(e, t));
}

static void
arrive_to_run(struct inbox_item *it)
{
	struct errand *e = GREEN__CONTAINER(it, struct errand, item);
	struct loop *l = green__loop;

	if (l->ending)
		green__errand_refuse(e, ESHUTDOWN);
	else
		(void)green__errand_spawn(e, &l->guests);
}

int
green_token_run_(struct green_token *t, green_fn *fn, void *arg,
    const char *name, const char *where)
{
	struct errand e = {
		.item = { .run = arrive_to_run },
		.fn = fn,
		.arg = arg,
		.name = name,
		.where = where
	};

	return (enter(t, &e));
}

int
(green_token_run)(struct green_token *t, green_fn *fn, void *arg)
{
	return (green_token_run_(t, fn, arg, NULL, NULL));
}

static void
arrive_to_call(struct inbox_item *it)
{
	struct errand *e = GREEN__CONTAINER(it, struct errand, item);

	if (green__loop->ntasks == 0)
		green__errand_refuse(e, ESHUTDOWN);
	else
		green__errand_call(e);
}

int
green_token_call(struct green_token *t, green_fn *fn, void *arg)
{
	struct errand e = {
		.item = { .run = arrive_to_call },
		.fn = fn,
		.arg = arg
	};

	return (enter(t, &e));
}

int
green_token_post(struct green_token *t, void (*fn)(void *), void *arg)
{
	return (green__post(t, fn, arg));
}
