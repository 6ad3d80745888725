/*
 * Waiting: park and wake, the pair that everything that blocks is written on.
 * A parked task is woken exactly once, by whoever has what it waits for, by its
 * time, or by its cancellation; the first of them decides, so that what was
 * handed over is never lost.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#undef _FORTIFY_SOURCE		/* its longjmp() refuses to change stacks */
#include "config.h"

#include "park.h"

/* A time that is over may be all that the caller wanted: no failure yet. */
int
green__park_failed(const struct waiter *w)
{
	if (w->error == ECANCELED)
		return (green__cancelled());
	if (w->error != ETIMEDOUT)
		return (green__fail(w->error));
	errno = ETIMEDOUT;
	return (-1);
}

GREEN__HOT int
green__park(struct waiter *w, bool (*abort)(struct waiter *), const char *what,
    intptr_t detail, int64_t deadline)
{
	struct parking p;

	if (!park_begin(&p, w, abort, what, detail, deadline))
		return (green__cancelled());
	give_way(p.task, p.to);
	return (park_end(&p, w));
}

GREEN__HOT void
green__wake(struct waiter *w, int result, int error)
{
	struct green_task *t = w->task;

	/* The commonest mistake of threads: to set an event, or the like. */
	if (GREEN__UNLIKELY(t->loop != green__loop))
		green__die("task \"%s\", which waits for %s, was to be woken in "
		    "a thread that is not its loop's", t->name, w->what);
	w->result = result;
	w->error = error;
	t->waiter = NULL;
	TRACE4(task__wake, t->id, t->name, result, error);
	green__ready(t->loop, t);
}

struct sleeper {
	struct waiter waiter;
	struct waiter **place;
};

static bool
abort_sleep(struct waiter *w)
{
	struct sleeper *s = GREEN__CONTAINER(w, struct sleeper, waiter);

	if (s->place != NULL)
		*s->place = NULL;
	return (true);
}

int
green__sleep(struct waiter **place, const char *what, intptr_t detail,
    int64_t until)
{
	struct sleeper s = { .place = place };
	int rc;

	if (place != NULL)
		*place = &s.waiter;
	rc = green__park(&s.waiter, abort_sleep, what, detail, until);
	return (rc == -1 && errno == ETIMEDOUT ? 0 : rc);
}

bool
green__rouse(struct waiter **place, int result, int error)
{
	struct waiter *w = *place;

	if (w == NULL)
		return (false);
	*place = NULL;
	green__wake(w, result, error);
	return (true);
}

const struct waiter *
green__waiting(const struct green_task *t)
{
	const struct waiter *w = t->waiter;

	return (w == NULL || green__fd_is_over(w) ? NULL : w);
}

bool
green__wake_first(struct waiters *q, int result, int error)
{
	struct waiter *w = TAILQ_FIRST(q);

	if (w == NULL)
		return (false);
	TAILQ_REMOVE(q, w, link);
	green__wake(w, result, error);
	return (true);
}

void
green__abort(struct green_task *t)
{
	struct waiter *w = t->waiter;

	if (w == NULL || w->abort == NULL || t->aborted)
		return;
	t->aborted = true;
	if (w->abort(w))
		green__wake(w, -1, ECANCELED);
}

void
green__time_out(struct green_task *t)
{
	struct waiter *w = t->waiter;

	(void)w->abort(w);
	green__wake(w, -1, ETIMEDOUT);
}

int
green__check_closely(void)
{
	struct green_task *t = green__task();

	/* The loop itself cannot wait for what only it could bring about. */
	if (t == NULL)
		return (green__fail(green__loop == NULL ? EPERM : EDEADLK));
	return (green__attend_check(t));
}

int
green_checkpoint(void)
{
	if (green__check() == -1)
		return (-1);
	return (green__yield(true));
}

int
green_checkpoint_if_cancelled(void)
{
	return (green__check());
}

void
green_cancel_shielded_checkpoint(void)
{
	if (green__task() != NULL)
		(void)green__yield(false);
}
