/*
 * The end of a process that nobody wants any more: SIGTERM, time to follow it,
 * SIGKILL; to all of its group, if it has one.  All of it happens whether or
 * not the caller is cancelled, who is told so afterwards.
 *
 * Grace is real time, which processes live in, also where the loop's clock is a
 * mock one.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <signal.h>
#include <stdlib.h>
#include <time.h>

#include <green/thread.h>

#include "pool/call.h"

#include "internal.h"

#define PAUSE	(5 * GREEN_MSEC)	/* between two looks */

/* In a worker. */
static int
nap(void *arg)
{
	struct timespec ts = { .tv_nsec = PAUSE };

	(void)arg;
	(void)nanosleep(&ts, NULL);
	return (0);
}

static void
rest(void)
{
	if (!green__loop->mock)
		(void)!green_sleep(PAUSE);
	else
		(void)green__to_thread_shielded(green_file_limiter(), nap,
		    NULL);
}

static bool
ends_by(struct green_process *p, int64_t until)
{
	if (!green__loop->mock)
		(void)green__process_await(p, until, NULL);
	else
		while (!p->child.ended && green__clock() < until)
			rest();
	return (p->child.ended);
}

/* Nobody tells when the last of a group has gone. */
static bool
group_goes_by(const struct green_process *p, int64_t until)
{
	while (kill(-p->child.pid, 0) == 0) {
		if (green__clock() >= until)
			return (false);
		rest();
	}
	return (true);
}

/* A process that was stopped sees SIGTERM when it goes on. */
static void
ask_to_end(const struct green_process *p)
{
	pid_t whom = p->tree ? -p->child.pid : p->child.pid;

	(void)kill(whom, SIGTERM);
	(void)kill(whom, SIGCONT);
}

static void
finish(struct green_process *p, bool cancelled)
{
	bool group = p->tree && (!p->child.ended || cancelled);
	int64_t until = green__after(green__clock(), p->grace);

	if (group || !p->child.ended)
		ask_to_end(p);
	if (!ends_by(p, until)) {
		(void)kill(p->tree ? -p->child.pid : p->child.pid, SIGKILL);
		(void)green__process_await(p, GREEN_FOREVER, NULL);
	}
	green__child_reap(&p->child);
	if (group && !group_goes_by(p, until))
		(void)kill(-p->child.pid, SIGKILL);
}

int
green_process_close(struct green_process *p)
{
	struct green_scope s;
	int error = errno, rc;

	if (p == NULL)
		return (0);
	green__stdio_close(&p->stdio);
	rc = green__check();
	/* Without a loop its end has ended it already; or this is a child, and
	   it is the parent's. */
	if (green__task() != NULL && !p->child.reaped) {
		green_scope_open(&s);
		green_scope_set_shield(&s, true);
		finish(p, rc == -1);
		(void)!green_scope_close(&s, 0);
	}
	green__end_remove(&p->end);
	free(p);
	if (rc == -1 && green__task() != NULL)
		return (green__cancelled());
	errno = error;
	return (0);
}
