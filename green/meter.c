/*
 * How long tasks run.  To read the clock at every switch would cost more than
 * the switch: while runs are short, the meter reads it only when the reactor's
 * turn has come, and takes the batch of runs since the last time for one; a
 * batch that is no longer than the longest run so far tells nothing new.  While
 * runs are long, there are fewer in a batch, so few that together they are far
 * from that; after a batch that was not, or under a stall limit, each is one of
 * its own.  The reactor is granted its turn only when that is due.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#include "internal.h"
#include "out.h"

#define SWITCHES	64u	/* between two turns of the reactor */
#define LONG		(2 * GREEN_USEC)
#define MARGIN		4	/* batches a longest run */
#define UNSET		(-1)

static _Atomic(int64_t) stall_limit = UNSET;	/* 0: none */

static int64_t
current_limit(void)
{
	return (atomic_load_explicit(&stall_limit, memory_order_relaxed));
}

/* t, which has just given way or ended, was at it for so long. */
static void
report(const struct green_task *t, int64_t took)
{
	const struct waiter *w = green__waiting(t);
	struct out o = { .fd = STDERR_FILENO };
	int error = errno;
	char words[64];

	green__out_text(&o, "libgreen: task \"");
	green__out_text(&o, t->name);
	green__out_text(&o, "\" (");
	green__out_number(&o, t->id);
	green__out_text(&o, ") kept the loop for ");
	green__out_seconds(&o, took);
	if (w != NULL) {
		green__waiter_words(w, words, sizeof(words));
		green__out_text(&o, " before it waited for ");
		green__out_text(&o, words);
	}
	green__out_text(&o, "\n");
	green__out_flush(&o);
	errno = error;
}

/* Follow the limit, which may have changed. */
static void
adjust_watchdog(struct green__meter *m, int64_t limit)
{
	m->limit = limit;
	green__watchdog_close(m->watchdog);
	m->watchdog = limit > 0 ? green__watchdog_open(limit) : NULL;
}

/* How many runs make a batch from now on. */
static unsigned
grain(const struct green__meter *m)
{
	int64_t mean = m->total / m->runs, n;

	if (mean < LONG)
		return (SWITCHES);
	n = m->longest / (mean * MARGIN);
	return (n < 1 ? 1 : n < SWITCHES ? (unsigned)n : SWITCHES);
}

bool
green__meter_stop(struct loop *l, int64_t now)
{
	struct green__meter *m = &l->meter;
	unsigned n = m->batch - l->turn_in;
	int64_t took = now - m->began, limit = current_limit();
	bool grew = n > 1 && took > m->longest;

	if (m->watchdog != NULL)
		green__watchdog_rest(m->watchdog);
	if (n > 0) {
		if (took > m->longest)
			m->longest = took;
		m->switches += n;
		m->runs += n;
		m->total += took;
		if (n == 1 && limit > 0 && took >= limit)
			report(l->current, took);
	}
	m->batch = l->turn_in = 0;
	if (m->limit != limit)
		adjust_watchdog(m, limit);
	if (l->nready > 0 && m->grain < SWITCHES && m->runs < SWITCHES)
		return (false);
	if (m->runs > 0)
		m->grain = limit > 0 || grew ? 1 : grain(m);
	m->runs = 0;
	m->total = 0;
	return (true);
}

void
green__meter_start(struct loop *l, int64_t now)
{
	struct green__meter *m = &l->meter;

	m->began = now;
	m->batch = l->turn_in = m->grain;
	if (m->watchdog == NULL || l->nready == 0)
		return;
	/* Who is the next is settled now, also where a seed shuffles. */
	if (l->seed != 0 && l->batch == 0)
		green__shuffle(l);
	green__watchdog_watch(m->watchdog, l->ready[l->ready_head], now);
}

int
green__meter_open(struct loop *l)
{
	const char *text = getenv("GREEN_STALL");
	int64_t unset = UNSET;
	char *end;
	long long ms;

	l->meter.grain = 1;
	if (text == NULL || *text == '\0' || current_limit() != UNSET)
		return (0);
	errno = 0;
	ms = strtoll(text, &end, 10);
	if (*end != '\0' || errno != 0 || ms < 0 ||
	    ms > INT64_MAX / GREEN_MSEC)
		return (green__failx(EINVAL,
		    "GREEN_STALL=%s: not a number of milliseconds", text));
	(void)atomic_compare_exchange_strong(&stall_limit, &unset,
	    ms * GREEN_MSEC);
	return (0);
}

void
green__meter_close(struct loop *l)
{
	green__watchdog_close(l->meter.watchdog);
	l->meter.watchdog = NULL;
}

/* What the calling task has run so far does not count. */
static void
begin_anew(struct loop *l)
{
	struct green__meter *m = &l->meter;

	m->switches += m->batch - l->turn_in - 1;
	m->batch = 1;
	l->turn_in = 0;
	m->began = green__clock();
	m->grain = 1;
}

void
green_set_stall_limit(int64_t ns)
{
	atomic_store(&stall_limit, ns > 0 ? ns : 0);
	if (green__task() != NULL)
		begin_anew(green__loop);
}
