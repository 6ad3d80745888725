/*
 * A tour is begun by one worker, who is enough for a small tree; if there is
 * more than that, others help.  Who finds nothing to take waits for those who
 * are inside of a stop: when nobody is, the tour is over.
 *
 * A stop that is to be taken is not made before, so that there are no more of
 * them than the tree is deep, and one for each worker.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <dirent.h>
#include <stdlib.h>

#include "crew.h"
#include "internal.h"
#include "tour.h"

#define ALONE	500			/* names */

static void
fail(struct green__tour *t, int error)
{
	if (t->error == 0)
		t->error = error;
	pthread_cond_broadcast(&t->change);
}

int
green__tour_check(struct green__tour *t)
{
	int error = 0;

	if (!t->unstoppable && green_thread_check_cancelled() == -1)
		return (-1);
	pthread_mutex_lock(&t->lock);
	error = t->error;
	pthread_mutex_unlock(&t->lock);
	errno = error;
	return (error == 0 ? 0 : -1);
}

/* The rest is with the lock, but for the calls of ops. */
static struct green__stop *
make_stop(struct green__tour *t, struct green__stop *parent, const char *name)
{
	struct green__stop *s = calloc(1, t->ops->size);

	if (s == NULL)
		return (NULL);
	s->parent = parent;
	green__branch_init(&s->branch, parent == NULL ? NULL : &parent->branch,
	    name);
	LIST_INSERT_HEAD(&t->all, s, all);
	if (parent != NULL)
		parent->inside++;
	return (s);
}

static void
free_stop(struct green__tour *t, struct green__stop *s)
{
	LIST_REMOVE(s, all);
	t->ops->end(t, s);
	green__branch_end(&t->tree, &s->branch, false);
	green__names_free(&s->names);
	free(s);
}

/* Has it directories to be taken?  next is the first of them then. */
static bool
has_more(struct green__stop *s)
{
	while (s->next < s->names.n &&
	    *green__name_type(&s->names.name[s->next]) != DT_DIR)
		s->next++;
	return (s->next < s->names.n);
}

static struct green__stop *
take(struct green__tour *t)
{
	struct green__stop *parent = TAILQ_FIRST(&t->open), *s;

	s = make_stop(t, parent, parent->names.name[parent->next].name);
	if (s == NULL)
		return (NULL);
	parent->next++;
	if (!has_more(parent))
		TAILQ_REMOVE(&t->open, parent, link);
	return (s);
}

/* It has been entered.  Leave it if there is nothing in it, and those that it
   was the last in. */
static int
settle(struct green__tour *t, struct green__stop *s)
{
	struct green__stop *parent;
	int rc;

	if (has_more(s)) {
		TAILQ_INSERT_HEAD(&t->open, s, link);
		pthread_cond_broadcast(&t->change);
		return (0);
	}
	while (s != NULL && s->inside == 0 && s->next == s->names.n) {
		pthread_mutex_unlock(&t->lock);
		rc = t->ops->leave(t, s);
		pthread_mutex_lock(&t->lock);
		if (rc == -1)
			return (-1);
		if ((parent = s->parent) != NULL)
			parent->inside--;
		free_stop(t, s);
		s = parent;
	}
	return (0);
}

static void
visit(struct green__tour *t, struct green__stop *s)
{
	int rc;

	t->busy++;
	pthread_mutex_unlock(&t->lock);
	rc = t->ops->enter(t, s);
	pthread_mutex_lock(&t->lock);
	t->alone -= t->alone < s->names.n + 1 ? t->alone : s->names.n + 1;
	if (rc == -1 || settle(t, s) == -1)
		fail(t, errno);
	if (--t->busy == 0)
		pthread_cond_broadcast(&t->change);
}

/* Work until nothing is left, or only while it is for one. */
static int
work_while(struct green__tour *t, bool alone)
{
	struct green__stop *s;

	while (t->error == 0 && !(alone && t->alone == 0)) {
		if (!t->unstoppable && green_thread_check_cancelled() == -1) {
			fail(t, errno);
			break;
		}
		if (TAILQ_EMPTY(&t->open)) {
			if (t->busy == 0)
				break;
			pthread_cond_wait(&t->change, &t->lock);
		} else if ((s = take(t)) == NULL)
			fail(t, errno);
		else
			visit(t, s);
	}
	errno = t->error;
	return (t->error == 0 ? 0 : -1);
}

/* In each worker. */
static int
work(void *arg)
{
	struct green__tour *t = arg;
	int rc;

	pthread_mutex_lock(&t->lock);
	rc = work_while(t, false);
	/* Nothing is left for those who come now. */
	while (t->busy > 0)
		pthread_cond_wait(&t->change, &t->lock);
	pthread_mutex_unlock(&t->lock);
	return (rc);
}

static int
begin(void *arg)
{
	struct green__tour *t = arg;
	int rc;

	pthread_mutex_lock(&t->lock);
	visit(t, LIST_FIRST(&t->all));
	rc = work_while(t, true);
	pthread_mutex_unlock(&t->lock);
	return (rc);
}

static int
prepare(struct green__tour *t)
{
	int error;

	TAILQ_INIT(&t->open);
	LIST_INIT(&t->all);
	t->busy = 0;
	t->alone = ALONE;
	t->error = 0;
	if ((error = pthread_mutex_init(&t->lock, NULL)) != 0) {
		errno = error;
		return (-1);
	}
	if ((error = pthread_cond_init(&t->change, NULL)) != 0) {
		pthread_mutex_destroy(&t->lock);
		errno = error;
		return (-1);
	}
	if (green__tree_init(&t->tree) == -1) {
		error = errno;
		pthread_cond_destroy(&t->change);
		pthread_mutex_destroy(&t->lock);
		errno = error;
		return (-1);
	}
	return (0);
}

/* In a worker: nobody else is about. */
static int
clean_up(void *arg)
{
	struct green__tour *t = arg;
	struct green__stop *s, *next;

	for (s = LIST_FIRST(&t->all); s != NULL; s = next) {
		next = LIST_NEXT(s, all);
		free_stop(t, s);
	}
	return (0);
}

static int
go(struct green__tour *t, const char *path)
{
	int rc;

	if (make_stop(t, NULL, path) == NULL)
		return (green__fail(ENOMEM));
	rc = green__path_work(begin, t);
	if (rc == 0 && !TAILQ_EMPTY(&t->open))
		rc = green__crew(work, t);
	return (rc);
}

int
green__tour(struct green__tour *t, const char *path)
{
	struct green_scope s;
	int error, rc;

	if (prepare(t) == -1)
		return (green__fail(errno));
	green_scope_open(&s);
	green_scope_set_shield(&s, t->unstoppable);
	rc = (int)green_scope_close(&s, go(t, path));
	error = errno;
	/* What was cut short has directories open. */
	if (!LIST_EMPTY(&t->all) && green__to_thread_shielded(
	    green_file_limiter(), clean_up, t) == -1)
		(void)clean_up(t);
	green__tree_destroy(&t->tree);
	pthread_cond_destroy(&t->change);
	pthread_mutex_destroy(&t->lock);
	errno = error;
	return (rc);
}
