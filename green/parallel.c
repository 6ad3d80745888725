/*
 * Several loops, each in a thread of its own.  The first that fails decides the
 * result and cancels the others, through their inboxes; a loop that has not
 * begun yet is cancelled when it does.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

struct member {
	struct loop_owner owner;	/* at the front */
	struct inbox_item cancel;
	struct parallel *all;
	struct loop *loop;		/* while it runs */
	pthread_t thread;
	bool	 posted;
};

struct parallel {
	pthread_mutex_t lock;
	green_fn *fn;
	void	*arg;
	const struct green_options *opt;
	struct member *members;
	int	 n;
	bool	 failed;
	int	 error;			/* the first failure's */
	char	*errmsg;
};

static void
cancel_loop(struct inbox_item *it)
{
	(void)it;
	green__scope_cancel(&green__loop->root.scope, GREEN_FAILURE,
	    "another of the parallel loops failed");
}

static void
post_cancel(struct member *m)
{
	if (m->loop == NULL || m->posted)
		return;
	m->posted = true;
	m->cancel.run = cancel_loop;
	green__inbox_post(m->loop, &m->cancel);
}

static void
began(struct loop_owner *o, struct loop *l)
{
	struct member *m = GREEN__CONTAINER(o, struct member, owner);

	pthread_mutex_lock(&m->all->lock);
	m->loop = l;
	if (m->all->failed)
		post_cancel(m);
	pthread_mutex_unlock(&m->all->lock);
}

static void
ended(struct loop_owner *o)
{
	struct member *m = GREEN__CONTAINER(o, struct member, owner);

	pthread_mutex_lock(&m->all->lock);
	m->loop = NULL;
	pthread_mutex_unlock(&m->all->lock);
}

static void
fail(struct parallel *p, int error, const char *text)
{
	int i;

	pthread_mutex_lock(&p->lock);
	if (!p->failed) {
		p->failed = true;
		p->error = error;
		p->errmsg = strdup(text);
		for (i = 0; i < p->n; i++)
			post_cancel(&p->members[i]);
	}
	pthread_mutex_unlock(&p->lock);
}

static void *
run_member(void *arg)
{
	struct member *m = arg;
	struct parallel *p = m->all;

	if (green__run(p->fn, p->arg, p->opt, &m->owner) == -1)
		fail(p, errno, green_errmsg());
	return (NULL);
}

int
green_run_parallel(int n, green_fn *fn, void *arg,
    const struct green_options *opt)
{
	struct parallel p = { .fn = fn, .arg = arg, .opt = opt, .n = n };
	int i, error, started;

	if (n < 1)
		return (green__failx(EINVAL, "a run needs at least one loop"));
	if (green__loop != NULL)
		return (green__failx(EBUSY,
		    "a loop is running in this thread already"));
	if ((p.members = calloc((size_t)n, sizeof(*p.members))) == NULL)
		return (green__fail(ENOMEM));
	if ((error = pthread_mutex_init(&p.lock, NULL)) != 0) {
		free(p.members);
		return (green__fail(error));
	}
	for (i = 0; i < n; i++) {
		p.members[i].all = &p;
		p.members[i].owner = (struct loop_owner){ i, began, ended };
	}
	for (started = 0; started < n; started++) {
		error = pthread_create(&p.members[started].thread, NULL,
		    run_member, &p.members[started]);
		if (error != 0) {
			fail(&p, error, strerror(error));
			break;
		}
	}
	for (i = 0; i < started; i++)
		pthread_join(p.members[i].thread, NULL);
	pthread_mutex_destroy(&p.lock);
	free(p.members);
	if (p.failed)
		green__fail_text(p.error, p.errmsg);
	free(p.errmsg);
	return (p.failed ? -1 : 0);
}
