/*
 * What every stream must do, tried on two connected ends.  Each claim has fresh
 * ends, and a time of its own.  It goes by what the interface promises and by
 * nothing else: how much a stream holds, how it cuts what it carries, whether
 * it can end in one direction, it finds out.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"
#include "stream.h"

static const struct green__claim *const tables[] = {
	green__stream_data, green__stream_end, green__stream_close,
	green__stream_busy, green__stream_cancel, green__stream_frame
};
#define NTABLES	(sizeof(tables) / sizeof(tables[0]))

/* SIGPIPE: how many have come. */
static volatile sig_atomic_t signals;

static void
count_signal(int sig)
{
	(void)sig;
	signals++;
}

/* A claim as words. */
static void
tell(const char *claim, const char *what)
{
	char text[64], *p;

	snprintf(text, sizeof(text), "%s", claim);
	for (p = text; *p != '\0'; p++)
		if (*p == '_')
			*p = ' ';
	fprintf(stderr, "green_test_stream: %s: %s\n", text, what);
}

/* Try one claim on two ends, which are closed then: 1; 0: it does not hold; -1:
   the caller is cancelled. */
static int
try(struct green__trial *t, const struct green__claim *c)
{
	int rc, i;

	green_fail_after(&t->scope, green__test_seconds() * GREEN_SEC);
	green_group_open(&t->group);
	c->fn(t);
	rc = green_checkpoint_if_cancelled();
	for (i = 0; i < 2; i++)
		green_stream_abort(t->end[i]);
	green_group_cancel(&t->group, NULL);
	rc = green_group_close(&t->group, rc);
	rc = (int)green_scope_close(&t->scope, rc);
	if (rc == -1 && errno != ETIMEDOUT)
		return (-1);
	if (signals > 0)
		green__complain(t, "SIGPIPE was raised");
	signals = 0;
	if (rc == 0 && !t->failed)
		return (1);
	tell(c->name, rc == -1 ? "it takes too long, or for ever" : t->text);
	return (0);
}

/* A claim, with ends of its own, as try() does. */
static int
try_anew(int (*make)(void *arg, struct green_stream *end[2]), void *arg,
    const struct green__claim *c)
{
	struct green__trial *t = calloc(1, sizeof(*t));
	int rc, error;

	if (t == NULL)
		return (-1);
	if ((rc = make(arg, t->end)) == -1)
		tell("no two ends", green_errmsg());
	else
		rc = try(t, c);
	error = errno;
	free(t);
	errno = error;
	return (rc);
}

/* How many claims do not hold, or -1. */
static int
try_all(int (*make)(void *arg, struct green_stream *end[2]), void *arg)
{
	const struct green__claim *c;
	size_t i;
	int rc, failures = 0;

	for (i = 0; i < NTABLES; i++)
		for (c = tables[i]; c->name != NULL; c++) {
			if ((rc = try_anew(make, arg, c)) == -1)
				return (-1);
			failures += rc == 0;
		}
	return (failures);
}

int
green_test_stream(int (*make)(void *arg, struct green_stream *end[2]),
    void *arg)
{
	struct sigaction sa = { .sa_handler = count_signal }, before;
	int failures, error;

	sigemptyset(&sa.sa_mask);
	(void)sigaction(SIGPIPE, &sa, &before);
	failures = try_all(make, arg);
	error = errno;
	(void)sigaction(SIGPIPE, &before, NULL);
	errno = failures > 0 ? EPROTO : error;
	return (failures == 0 ? 0 : -1);
}
