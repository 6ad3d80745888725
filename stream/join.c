/*
 * Both ways at once: two copies, one of them in a task of its own, for which
 * both streams are entered before it begins.  An end is passed on.  What cannot
 * be received ends both ways; what cannot be sent ends its own alone, as what
 * comes the other way may still be wanted.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <stdio.h>

#include "internal.h"

struct way {
	struct green__copy copy;
	int	 error;			/* that ended it alone; or 0 */
};

/* The other side does not listen any more. */
static bool
is_deaf(int code)
{
	return (code == EPIPE || code == ECONNRESET);
}

static int
enter(const struct green__copy *c)
{
	if (green__stream_enter(c->from, STREAM_RECEIVING) == -1)
		return (-1);
	if (green__stream_enter(c->to, STREAM_SENDING) == 0)
		return (0);
	return ((int)green__stream_leave(c->from, STREAM_RECEIVING, -1));
}

static int
leave(const struct green__copy *c, int rc)
{
	(void)green__stream_leave(c->to, STREAM_SENDING, 0);
	return ((int)green__stream_leave(c->from, STREAM_RECEIVING, rc));
}

/* Whoever is deaf need not be told either; some streams have no way to. */
static int
pass_end(struct green_stream *to)
{
	if (green_stream_send_eof(to) == 0 || errno == ENOTSUP ||
	    is_deaf(errno))
		return (0);
	return (-1);
}

static int
go(void *way)
{
	struct way *w = way;

	if (leave(&w->copy, green__copy(&w->copy)) == 0)
		return (pass_end(w->copy.to));
	if (!w->copy.sending || !is_deaf(errno))
		return (-1);
	w->error = errno;
	return (0);
}

static int
go_both(struct way way[2])
{
	struct green_group g;
	int rc;

	if (enter(&way[0].copy) == -1)
		return (-1);
	if (enter(&way[1].copy) == -1)
		return (leave(&way[0].copy, -1));
	green_group_open(&g);
	rc = green_spawn_(&g, go, &way[1], "green_stream_join", GREEN_HERE_);
	if (rc == -1)
		(void)leave(&way[0].copy, leave(&way[1].copy, -1));
	else
		rc = go(&way[0]);
	if (green_group_close(&g, rc) == -1)
		return (-1);
	if (way[0].error != 0 || way[1].error != 0)
		return (green__fail(way[0].error != 0 ? way[0].error :
		    way[1].error));
	return (0);
}

int
green_stream_join(struct green_stream *a, struct green_stream *b, int64_t idle,
    int64_t copied[2])
{
	struct green_scope patience;
	struct way way[2] = {
		{ .copy = { .to = b, .from = a, .idle = idle } },
		{ .copy = { .to = a, .from = b, .idle = idle } }
	};
	char reason[64];
	int rc, i;

	if (idle == GREEN_FOREVER)
		rc = go_both(way);
	else {
		snprintf(reason, sizeof(reason),
		    "nothing has moved either way for %lld ms",
		    (long long)(idle / GREEN_MSEC));
		green_fail_after(&patience, idle);
		green_scope_set_reason(&patience, reason);
		way[0].copy.patience = way[1].copy.patience = &patience;
		rc = (int)green_scope_close(&patience, go_both(way));
	}
	for (i = 0; i < 2 && copied != NULL; i++)
		copied[i] = way[i].copy.copied;
	return (rc);
}
