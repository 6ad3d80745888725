/*
 * Serving: a task for each stream that a listener accepts.  Whatever goes wrong
 * with one of them concerns none of the others; running out of descriptors or
 * memory only delays those who are still to be accepted.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include "internal.h"

#define PAUSE	(100 * GREEN_MSEC)

typedef int handler_fn(struct green_stream *s, void *arg);

struct service {
	struct green_stream *stream;	/* NULL: the handler has let go of it */
	handler_fn *handler;
	void	*arg;
	struct green__report report;
};

/* Serves one stream; that it is cancelled is all that others learn of it. */
static int
serve_stream(void *arg)
{
	struct service *v = arg;
	int rc, error;

	green__stream_own(v->stream, &v->stream);
	rc = v->handler(v->stream, v->arg);
	error = errno;
	if (rc == -1)
		green__report(&v->report, v->stream, error);
	(void)green_stream_close(v->stream);
	errno = error;
	return (rc == -1 && error == ECANCELED && green__is_cancelled(green__task()) ?
	    -1 : 0);
}

static bool
abort_pause(struct waiter *w)
{
	TAILQ_REMOVE(&w->task->loop->paused, w, link);
	return (true);
}

void
green__serve_resume(void)
{
	while (green__loop != NULL &&
	    green__wake_first(&green__loop->paused, 0, 0))
		continue;
}

/* Until something is closed, but not for long. */
static int
wait_for_room(void)
{
	struct waiter w;
	int rc;

	/* At the head: a queue that was never used has no tail yet. */
	TAILQ_INSERT_HEAD(&green__loop->paused, &w, link);
	rc = green__park(&w, abort_pause, "room to accept", -1,
	    green__from_now(PAUSE));
	return (rc == -1 && errno == ETIMEDOUT ? 0 : rc);
}

/* The call failed for want of something: 0 when it is worth another try. */
static int
recover(void)
{
	struct green_scope s;
	int rc;

	switch (errno) {
	case EAGAIN:
	case EMFILE:
	case ENFILE:
	case ENOBUFS:
	case ENOMEM:
	case ENOSPC:
		break;
	default:
		return (-1);
	}
	green_scope_open(&s);
	green_scope_set_stoppable(&s, true);
	rc = (int)green_scope_close(&s, wait_for_room());
	return (green_scope_caught(&s) ? green__fail(ESHUTDOWN) : rc);
}

static int
start(struct green_group *g, const struct service *v, const char *name,
    const char *where)
{
	while (green_spawn_copy_(g, serve_stream, v, sizeof(*v), name,
	    where) == -1) {
		if (recover() == -1) {
			green_stream_abort(v->stream);
			return (-1);
		}
	}
	green__spend();
	return (0);
}

int
green_serve_(struct green_listener *l, struct green_group *g,
    handler_fn *handler, void *arg, const char *name, const char *where)
{
	struct service v = { .handler = handler, .arg = arg };
	int rc;

	if (green__listener_enter(l) == -1)
		return (-1);
	do {
		v.stream = green__listener_accept(l);
		v.report = *green__listener_report(l);
		rc = v.stream == NULL ? recover() : start(g, &v, name, where);
	} while (rc == 0);
	if (errno == EBADF || errno == ESHUTDOWN)
		rc = 0;
	return (green__listener_leave(l, rc));
}

int
(green_serve)(struct green_listener *l, struct green_group *g,
    handler_fn *handler, void *arg)
{
	return (green_serve_(l, g, handler, arg, NULL, NULL));
}
