/*
 * Processes: started in a worker, watched by the loop, reaped as soon as they
 * end; but the leader of a group only when it is closed, as until then its
 * number, and so the group's, cannot become another's.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <signal.h>
#include <stdlib.h>

#include <green/thread.h>

#include "green/queue.h"
#include "pool/call.h"

#include "internal.h"

#define GRACE	(5 * GREEN_SEC)

/* A task that waits for the end; the process may be gone when it runs. */
struct ending {
	struct queued queued;
	int	 status;
};

static void
tell(struct green__child *c)
{
	struct green_process *p =
	    GREEN__CONTAINER(c, struct green_process, child);
	struct queued *q;

	while ((q = green__queue_take(&p->waiters)) != NULL) {
		GREEN__CONTAINER(q, struct ending, queued)->status = c->status;
		green__wake(&q->waiter, c->error == 0 ? 0 : -1, c->error);
	}
}

/* Nobody has closed it, and the loop ends. */
static void
end(struct loop_end *e)
{
	struct green_process *p =
	    GREEN__CONTAINER(e, struct green_process, end);

	if (!p->child.reaped)
		(void)kill(p->tree ? -p->child.pid : p->child.pid, SIGKILL);
	green__child_reap(&p->child);
}

static struct green_process *
process_new(const struct green_process_options *opt)
{
	struct green_process *p;

	if ((p = calloc(1, sizeof(*p))) == NULL) {
		(void)green__fail(ENOMEM);
		return (NULL);
	}
	TAILQ_INIT(&p->waiters);
	p->child.on_end = tell;
	p->grace = opt->grace == 0 ? GRACE : opt->grace;
	return (p);
}

/* In a worker. */
static int
start(void *arg)
{
	return ((int)green__exec(arg));
}

/* In a worker: it runs, but cannot be watched. */
static int
undo(void *arg)
{
	struct green_process *p = arg;

	(void)kill(p->child.pid, SIGKILL);
	green__child_reap(&p->child);
	return (0);
}

/* Start what e says; the process is running, or there is none. */
static int
launch(struct green_process *p, struct green__exec *e)
{
	int error;

	/* Only who leads a session can have a terminal. */
	if (e->terminal != -1)
		e->session = true;
	p->tree = p->child.keep = e->session || e->group;
	p->child.pid = (pid_t)green_to_thread_limited(green_file_limiter(),
	    start, e);
	if (p->child.pid == -1)
		return (-1);
	if (green__child_watch(&p->child) == 0)
		return (0);
	error = errno;
	if (green__to_thread_shielded(green_file_limiter(), undo, p) == -1)
		(void)undo(p);
	return (green__fail(error));
}

struct green_process *
green_process_open(char *const argv[],
    const struct green_process_options *opt)
{
	static const struct green_process_options none;
	struct green__exec e = { .terminal = -1 };
	struct green_process *p;
	int rc;

	if (green__check() == -1)
		return (NULL);
	if (opt == NULL)
		opt = &none;
	if ((p = process_new(opt)) == NULL)
		return (NULL);
	if (green__command_open(&e, argv, opt) == -1)
		goto fail_command;
	if (green__stdio_open(&p->stdio, &e, opt) == -1)
		goto fail_stdio;
	rc = launch(p, &e);
	green__stdio_release(&p->stdio);
	if (rc == -1)
		goto fail_launch;
	green__command_close(&e);
	green__end_add(&p->end, end);
	return (p);
fail_launch:
	green__stdio_close(&p->stdio);
fail_stdio:
	green__command_close(&e);
fail_command:
	free(p);
	return (NULL);
}

pid_t
green_process_pid(const struct green_process *p)
{
	return (p->child.pid);
}

static struct green_stream *
stream(const struct green_process *p, int i)
{
	return (p->stdio.on_terminal[i] ? p->stdio.terminal :
	    p->stdio.stream[i]);
}

struct green_stream *
green_process_stdin(struct green_process *p)
{
	return (stream(p, 0));
}

struct green_stream *
green_process_stdout(struct green_process *p)
{
	return (stream(p, 1));
}

struct green_stream *
green_process_stderr(struct green_process *p)
{
	return (stream(p, 2));
}

int
green__process_await(struct green_process *p, int64_t until, int *status)
{
	struct ending w;
	int rc;

	if (p->child.ended) {
		w.status = p->child.status;
		rc = p->child.error == 0 ? 0 : green__fail(p->child.error);
	} else {
		green__queue_add(&p->waiters, &w.queued);
		rc = green__park(&w.queued.waiter, green__queue_abort,
		    "process", p->child.pid, until);
	}
	if (rc == 0 && status != NULL)
		*status = w.status;
	return (rc);
}

int
green_process_wait(struct green_process *p, int *status)
{
	bool waits = !p->child.ended;
	int rc;

	if (green__check() == -1)
		return (-1);
	rc = green__process_await(p, GREEN_FOREVER, status);
	if (!waits)
		green__spend();
	return (rc);
}

int
green_process_wait_nowait(struct green_process *p, int *status)
{
	if (!p->child.ended)
		return (green__fail(EAGAIN));
	return (green__process_await(p, GREEN_FOREVER, status));
}

int
green_process_signal(struct green_process *p, int sig)
{
	if (p->child.ended)
		return (green__fail(ESRCH));
	return (kill(p->child.pid, sig) == -1 ? green__fail(errno) : 0);
}

int
green_process_terminate(struct green_process *p)
{
	return (green_process_signal(p, SIGTERM));
}

int
green_process_kill(struct green_process *p)
{
	return (green_process_signal(p, SIGKILL));
}

int
green_process_signal_tree(struct green_process *p, int sig)
{
	if (!p->tree)
		return (green__failx(EINVAL,
		    "the process has no group of its own"));
	return (kill(-p->child.pid, sig) == -1 ? green__fail(errno) : 0);
}
