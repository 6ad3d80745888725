/*
 * Cancellation at each of a program's checkpoints, one at a time.  A probe
 * counts them as the program's tasks come to them; when the one that is meant
 * comes, the group that the program runs in is cancelled: at once, so that this
 * checkpoint is the first to fail; or, in a round of its own, from another task
 * once it waits, so that the wait is.  The tests' own task, outside of that
 * group, is not looked at.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <green/testing.h>

#include "green/probe.h"

#include "internal.h"

#define FEW		10		/* failures that are told of */
#define NONE		(-1)

struct run {
	struct green_probe_ probe;	/* at the front */
	green_fn *fn;
	void	*arg;
	struct green_task *own;		/* the tests' own task */
	struct green_group group;	/* what is cancelled */
	struct green_event due;		/* fn has ended, or a wait is to be */
	struct green_task *passed;	/* who came to a checkpoint last */
	int	 checkpoint, wait;	/* which is cancelled, or NONE */
	int	 checkpoints, waits;	/* so far */
	bool	 ended;
	int	 result;		/* fn's */
	char	 task[32];		/* whose it was that was cancelled */
	char	 locker[32];		/* that ended with a lock held; "" */
	int	 tokens;		/* left lent */
};

struct series {
	struct green__alarm alarm;
	struct green_options opt;
	green_fn *fn;
	void	*arg;
	int	 checkpoints, waits;	/* of the undisturbed run */
	int	 failures;
};

static void
cancel_now(struct run *r)
{
	snprintf(r->task, sizeof(r->task), "%s", green_name(green_self()));
	green_group_cancel(&r->group, "green_test_cancel_everywhere");
}

/* The task comes to a checkpoint. */
static void
pass(struct run *r)
{
	if (r->checkpoints++ == r->checkpoint)
		cancel_now(r);
}

static void
see(struct green_probe_ *p, enum green_probe_event_ e)
{
	struct run *r = (struct run *)(void *)p;
	struct green_task *t = green_self();

	if (t == r->own)
		return;
	switch (e) {
	case GREEN_PROBE_CHECK_:
		r->passed = t;
		pass(r);
		break;
	case GREEN_PROBE_PARK_:
		/* Most have been checked, and count already. */
		if (r->passed != t)
			pass(r);
		r->passed = NULL;
		if (r->waits++ == r->wait) {
			snprintf(r->task, sizeof(r->task), "%s", green_name(t));
			green_event_set(&r->due);
		}
		break;
	case GREEN_PROBE_LOCK_:
		snprintf(r->locker, sizeof(r->locker), "%s", green_name(t));
		break;
	}
}

static int
call(void *arg)
{
	struct run *r = arg;

	r->result = r->fn(r->arg);
	r->ended = true;
	green_event_set(&r->due);
	/* What it failed with is for whoever looks at it. */
	return (r->result == -1 ? -1 : 0);
}

static int
lent(void)
{
	return ((int)(green_limiter_borrowed(green_thread_limiter()) +
	    green_limiter_borrowed(green_file_limiter()) +
	    green_limiter_borrowed(green_name_limiter())));
}

/* The tests' own task. */
static int
first(void *arg)
{
	struct run *r = arg;
	int rc;

	r->own = green_self();
	green_group_open(&r->group);
	(void)green_probe_(&r->probe);
	rc = green_spawn_(&r->group, call, r, "main", NULL);
	if (rc == 0)
		rc = green_event_wait(&r->due);
	if (!r->ended)
		green_group_cancel(&r->group, "green_test_cancel_everywhere");
	rc = green_group_close(&r->group, rc);
	(void)green_probe_(NULL);
	r->tokens = lent();
	return (rc);
}

/* Which run it is, in words. */
static void
describe(const struct series *s, const struct run *r, char *text, size_t size)
{
	static const char name[] = "green_test_cancel_everywhere";

	if (r->checkpoint != NONE)
		snprintf(text, size, "%s: checkpoint %d of %d%s%s%s", name,
		    r->checkpoint + 1, s->checkpoints,
		    r->task[0] == '\0' ? "" : ", in task \"", r->task,
		    r->task[0] == '\0' ? "" : "\"");
	else if (r->wait != NONE)
		snprintf(text, size, "%s: wait %d of %d%s%s%s", name,
		    r->wait + 1, s->waits,
		    r->task[0] == '\0' ? "" : ", in task \"", r->task,
		    r->task[0] == '\0' ? "" : "\"");
	else
		snprintf(text, size, "%s: the undisturbed run", name);
}

/* One run; false, and a line on stderr, if something was wrong with it. */
static bool
run(struct series *s, struct run *r)
{
	struct green__remains before;
	char who[160];
	int rc, error;
	bool good = true;

	r->probe.see = see;
	r->fn = s->fn;
	r->arg = s->arg;
	green__remains_note(&before);
	describe(s, r, who, sizeof(who));
	green__alarm_arm(&s->alarm, who);
	rc = green_run(first, r, &s->opt);
	error = errno;
	green__alarm_disarm(&s->alarm);
	describe(s, r, who, sizeof(who));
	/* What fn fails with when it is cancelled is its own affair. */
	if (rc == -1 && (error == EDEADLK || !r->ended ||
	    (r->checkpoint == NONE && r->wait == NONE))) {
		errno = error;
		fprintf(stderr, "%s: %s\n", who, green_errmsg());
		good = false;
	}
	if (r->locker[0] != '\0') {
		fprintf(stderr, "%s: task \"%s\" has ended with a lock held\n",
		    who, r->locker);
		good = false;
	}
	if (r->tokens > 0 && green_thread_calls_() <= before.calls) {
		fprintf(stderr, "%s: the loop's limiters have lent %d token%s "
		    "that did not come back\n", who, r->tokens,
		    r->tokens == 1 ? "" : "s");
		good = false;
	}
	if (!green__remains_none(&before, who))
		good = false;
	if (!good)
		s->failures++;
	return (good);
}

static void
run_all(struct series *s)
{
	struct run r = { .checkpoint = NONE, .wait = NONE };
	int i;

	green__remains_settle();
	if (!run(s, &r))
		return;
	s->checkpoints = r.checkpoints;
	s->waits = r.waits;
	for (i = 0; i < s->checkpoints && s->failures < FEW; i++) {
		r = (struct run){ .checkpoint = i, .wait = NONE };
		(void)run(s, &r);
	}
	for (i = 0; i < s->waits && s->failures < FEW; i++) {
		r = (struct run){ .checkpoint = NONE, .wait = i };
		(void)run(s, &r);
	}
}

int
green_test_cancel_everywhere(green_fn *fn, void *arg,
    const struct green_options *opt)
{
	struct series s = { .fn = fn, .arg = arg };

	if (green_backend() != NULL) {
		errno = EBUSY;
		return (-1);
	}
	if (opt != NULL)
		s.opt = *opt;
	if (green__alarm_open(&s.alarm) == -1)
		return (-1);
	run_all(&s);
	green__alarm_close(&s.alarm);
	if (s.failures > 0) {
		errno = EPROTO;
		return (-1);
	}
	return (s.checkpoints);
}
