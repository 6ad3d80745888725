/*
 * Errands lie on the stack of the thread that waits for them, which is how long
 * they last: until they are settled.  That is done under their lock, so that
 * the thread cannot return before the loop has left them.
 *
 * Numbers in brackets are steps of tests/models/revocable.pml, which spin
 * checks.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <stdlib.h>

#include "errand.h"

static int
begin(struct errand *e)
{
	int error;

	e->errmsg = NULL;
	e->settled = false;
	if ((error = pthread_mutex_init(&e->lock, NULL)) != 0)
		return (green__fail(error));
	if ((error = pthread_cond_init(&e->changed, NULL)) != 0) {
		pthread_mutex_destroy(&e->lock);
		return (green__fail(error));
	}
	return (0);
}

static void
wait_for_loop(struct errand *e)
{
	pthread_mutex_lock(&e->lock);
	while (!e->settled)					/* (26) */
		pthread_cond_wait(&e->changed, &e->lock);
	pthread_mutex_unlock(&e->lock);
}

static void
end(struct errand *e)
{
	pthread_cond_destroy(&e->changed);
	pthread_mutex_destroy(&e->lock);
}

int
green__errand_run(struct errand *e, struct green_token *door)
{
	struct loop *l;
	int before;

	if (begin(e) == -1)
		return (-1);
	if ((l = green__door_enter(door)) == NULL) {
		end(e);						/* (24) */
		return (green__fail(errno));
	}
	/* The thread must not go before the loop is done with the errand. */
	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &before);
	green__inbox_post(l, &e->item);				/* (25) */
	green__door_leave(door);
	wait_for_loop(e);
	pthread_setcancelstate(before, NULL);
	end(e);
	if (e->result == -1)
		(void)green__fail_text(e->error, e->errmsg);
	else
		errno = e->error;
	free(e->errmsg);
	return (e->result);
}

void
green__errand_settle(struct errand *e, int result)
{
	int error = errno;
	char *errmsg = result == -1 ? green__fail_told() : NULL;

	pthread_mutex_lock(&e->lock);
	e->result = result;
	e->error = error;
	e->errmsg = errmsg;
	e->settled = true;					/* (27) */
	pthread_cond_signal(&e->changed);
	pthread_mutex_unlock(&e->lock);
}

void
green__errand_refuse(struct errand *e, int code)
{
	green__errand_settle(e, green__fail(code));
}

void
green__errand_call(struct errand *e)
{
	(void)green__fail(0);
	green__errand_settle(e, e->fn(e->arg));
}

static void
ended(struct patron *p, struct green_task *t)
{
	green__errand_settle(GREEN__CONTAINER(p, struct errand, patron),
	    t->result);
}

struct green_task *
green__errand_spawn(struct errand *e, struct group *g)
{
	struct green_task *t;

	t = green__task_spawn(g, e->fn, e->arg, NULL, 0, e->name, e->where);
	if (t == NULL) {
		green__errand_settle(e, -1);
		return (NULL);
	}
	if (e->patron.ended == NULL)
		e->patron.ended = ended;
	t->patron = &e->patron;
	return (t);
}
