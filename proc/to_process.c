/*
 * Calls to worker processes.  A loop keeps those that have nothing to do, the
 * last that was used first in line; a call takes one, or has one made, and what
 * does not come back in good order is ended.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <sys/wait.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <green/process.h>
#include <green/thread.h>

#include "green/internal.h"
#include "green/limiter.h"
#include "pool/call.h"
#include "stream/internal.h"

#include "nursery.h"

int green__worker_idle = 5 * 60 * 1000;

struct worker {
	SLIST_ENTRY(worker) link;
	pid_t	 pid;
	int	 fd;			/* until it is a stream */
	struct green_stream *s;
};

/* A loop's own, from its first call on. */
struct workers {
	struct loop_end end;
	struct green_limiter limiter;
	SLIST_HEAD(, worker) idle;
};

/* In a worker thread. */
static int
make(void *arg)
{
	struct worker *w = arg;
	int fd[2], error;

	if (green__socket_pair(fd) == -1)
		return (-1);
	w->pid = green__nursery_fork(fd[1]);
	error = errno;
	(void)close(fd[1]);
	w->fd = fd[0];
	if (w->pid != -1)
		return (0);
	(void)close(fd[0]);
	errno = error;
	return (-1);
}

/* Likewise: how it ended. */
static int
unmake(void *arg)
{
	struct worker *w = arg;
	int status;

	if (green__nursery_end(w->pid, &status) == -1)
		status = -1;
	w->pid = -1;
	return (status);
}

/* It is of no more use: its status, or -1 if nobody knows. */
static int
end_worker(struct worker *w)
{
	int status;

	green_stream_abort(w->s);
	status = green__to_thread_shielded(green_thread_limiter(), unmake, w);
	/* There is no worker thread. */
	if (w->pid != -1)
		status = unmake(w);
	free(w);
	return (status);
}

static struct worker *
new_worker(void)
{
	struct worker *w;
	int error;

	if ((w = malloc(sizeof(*w))) == NULL) {
		(void)green__fail(ENOMEM);
		return (NULL);
	}
	w->s = NULL;
	if (green__to_thread_shielded(green_thread_limiter(), make, w) == -1) {
		error = errno;
		free(w);
		errno = error;
		return (NULL);
	}
	if ((w->s = green__fd_stream(w->fd)) != NULL)
		return (w);
	error = errno;
	(void)close(w->fd);
	(void)end_worker(w);
	errno = error;
	return (NULL);
}

static void
end_all(struct loop_end *e)
{
	struct workers *ws = GREEN__CONTAINER(e, struct workers, end);
	struct worker *w;

	green__loop->workers = NULL;
	while ((w = SLIST_FIRST(&ws->idle)) != NULL) {
		SLIST_REMOVE_HEAD(&ws->idle, link);
		green_stream_abort(w->s);
		(void)unmake(w);
		free(w);
	}
	free(ws);
}

/* The running loop's; ENOMEM. */
static struct workers *
workers(void)
{
	struct workers *ws = green__loop->workers;
	long n;

	if (ws != NULL)
		return (ws);
	if ((ws = calloc(1, sizeof(*ws))) == NULL) {
		(void)green__fail(ENOMEM);
		return (NULL);
	}
	n = sysconf(_SC_NPROCESSORS_ONLN);
	green_limiter_init(&ws->limiter, n < 1 ? 1 : (size_t)n);
	SLIST_INIT(&ws->idle);
	green__end_add(&ws->end, end_all);
	return (green__loop->workers = ws);
}

struct green_limiter *
green_process_limiter(void)
{
	struct workers *ws;

	if (green__loop == NULL) {
		(void)green__fail(EPERM);
		return (NULL);
	}
	ws = workers();
	return (ws == NULL ? NULL : &ws->limiter);
}

struct call {
	struct green__worker_request q;
	const void *in;
	void	*out;
	size_t	 out_len;
};

/* What became of a call at a worker. */
enum outcome {
	ANSWERED,			/* by a result, or by fn's failure */
	LEFT,				/* it had left: another may do it */
	BROKEN				/* ours, or the worker's end */
};

static enum outcome
exchange(struct worker *w, struct call *c, struct green__worker_reply *r)
{
	struct iovec iov[2] = {
		{ &c->q, sizeof(c->q) },
		{ (void *)(uintptr_t)c->in, c->q.len }
	};

	/* One that leaves says so whether or not it could be asked. */
	if (green_stream_sendv(w->s, iov, 2) == -1 && errno == ECANCELED)
		return (BROKEN);
	if (green_stream_receive_exactly(w->s, r, sizeof(*r)) !=
	    (ssize_t)sizeof(*r))
		return (BROKEN);
	if (r->n == -1)
		return (r->error == -1 ? LEFT : ANSWERED);
	if (green_stream_receive_exactly(w->s, c->out, (size_t)r->n) != r->n)
		return (BROKEN);
	c->out_len = (size_t)r->n;
	return (ANSWERED);
}

/* The worker is gone: why, if it was not us. */
static int
explain(int status)
{
	if (green__is_cancelled(green__task()))
		return (green__cancelled());
	if (status != -1 && WIFSIGNALED(status))
		return (green__failx(EIO, "the worker process was ended by "
		    "signal %d (%s)", WTERMSIG(status),
		    strsignal(WTERMSIG(status))));
	if (status != -1)
		return (green__failx(EIO, "the worker process ended with exit "
		    "status %d", WEXITSTATUS(status)));
	return (green__failx(EIO, "the worker process is gone"));
}

/* With a token. */
static int
call(struct workers *ws, struct call *c)
{
	struct green__worker_reply r;
	enum outcome how;
	struct worker *w;
	int status = -1;

	do {
		if ((w = SLIST_FIRST(&ws->idle)) != NULL)
			SLIST_REMOVE_HEAD(&ws->idle, link);
		else if ((w = new_worker()) == NULL)
			return (-1);
		how = exchange(w, c, &r);
		if (how == ANSWERED)
			SLIST_INSERT_HEAD(&ws->idle, w, link);
		else
			status = end_worker(w);
	} while (how == LEFT);
	if (how == BROKEN)
		return (explain(status));
	return (r.n == -1 ? green__fail(r.error) : 0);
}

int
green_to_process(green_process_fn *fn, const void *in, size_t len, void *out,
    size_t *out_len)
{
	struct call c = {
		.q = {
			.fn = fn,
			.len = len,
			.max = *out_len,
			.idle = green__worker_idle
		},
		.in = in,
		.out = out
	};
	struct green__borrower b = { .who = &c };
	struct workers *ws;
	int rc, error;

	if (green__check() == -1)
		return (-1);
	if ((ws = workers()) == NULL || green__nursery_open() == -1)
		return (-1);
	if (green__limiter_borrow(&ws->limiter, &b, false) == -1)
		return (-1);
	green__loop->calls++;
	rc = call(ws, &c);
	green__loop->calls--;
	error = errno;
	green__limiter_give_back(&ws->limiter, &b);
	errno = error;
	if (rc == 0)
		*out_len = c.out_len;
	return (rc);
}
