/*
 * Futures.  The value is handed to each waiting task when it is woken: the
 * future itself need not be there any more when the task runs.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include "queue.h"

struct future {
	struct waiters queue;
	void	*value;
	int	 error;			/* 0: it has a value */
	bool	 done;
} GREEN__ALIAS;
#define FUTURE(f)	((struct future *)(void *)(f))

GREEN__FITS(struct future, struct green_future);

struct future_waiter {
	struct queued queued;
	void	*value;
};

static int
settle(struct future *f, void *value, int error)
{
	struct queued *e;

	if (f->done)
		return (green__fail(EALREADY));
	f->done = true;
	f->value = value;
	f->error = error;
	while ((e = green__queue_take(&f->queue)) != NULL) {
		GREEN__CONTAINER(e, struct future_waiter, queued)->value =
		    value;
		green__wake(&e->waiter, error == 0 ? 0 : -1, error);
	}
	return (0);
}

int
green_future_set(struct green_future *f, void *value)
{
	return (settle(FUTURE(f), value, 0));
}

int
green_future_fail(struct green_future *f, int code)
{
	if (code <= 0 || code == ECANCELED)
		return (green__fail(EINVAL));
	return (settle(FUTURE(f), NULL, code));
}

bool
green_future_done(const struct green_future *f)
{
	return (FUTURE(f)->done);
}

int
green_future_wait(struct green_future *f, void **value)
{
	struct future_waiter self;

	if (green__check() == -1)
		return (-1);
	if (!FUTURE(f)->done) {
		if (green__queue_wait(&FUTURE(f)->queue, &self.queued,
		    "future") == -1)
			return (-1);
	} else {
		self.value = FUTURE(f)->value;
		green__spend();
		if (FUTURE(f)->error != 0)
			return (green__fail(FUTURE(f)->error));
	}
	if (value != NULL)
		*value = self.value;
	return (0);
}
