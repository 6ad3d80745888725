/*
 * Claims about streams: they are closed at any time, whoever is inside.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <errno.h>

#include "stream.h"

/* Another task is inside. */
static void
close_under(struct green__trial *t, struct green__call *c, const char *what)
{
	struct green_stream *s = t->end[0];
	char buf[8];

	if (c == NULL)
		return;
	green__close_end(t, 0);
	/* It has not left yet. */
	(void)green__expect_failure(t, "receive after close",
	    green_stream_receive(s, buf, sizeof(buf)), EBADF, 0);
	(void)green__expect_failure(t, "receive_exactly after close",
	    green_stream_receive_exactly(s, buf, 1), EBADF, 0);
	(void)green__expect_failure(t, "send after close",
	    green_stream_send(s, buf, 1), EBADF, 0);
	if (green__call_await(c))
		(void)green__expect_failure(t, what, c->rc, EBADF, 0);
}

static void
closing_under_a_receiver_is_ebadf(struct green__trial *t)
{
	close_under(t, green__block_receiver(t, green__receive_all, 0),
	    "receive, closed meanwhile,");
}

static void
closing_under_receive_exactly_is_ebadf(struct green__trial *t)
{
	close_under(t, green__block_receiver(t, green__receive_record, 0),
	    "receive_exactly, closed meanwhile,");
}

static void
closing_under_receive_line_is_ebadf(struct green__trial *t)
{
	close_under(t, green__block_receiver(t, green__receive_line, 0),
	    "receive_line, closed meanwhile,");
}

static void
closing_under_a_sender_is_ebadf(struct green__trial *t)
{
	struct green__call *c = green__block_sender(t, 0);

	if (c == NULL)
		return;
	green__close_end(t, 0);
	if (green__call_await(c))
		(void)green__expect_failure(t, "send, closed meanwhile,", c->rc,
		    EBADF, 0);
}

static void
aborting_ends_both_sides(struct green__trial *t)
{
	struct green__call *here = green__block_receiver(t, green__receive_all,
	    0);
	struct green__call *there = green__block_receiver(t, green__receive_all,
	    1);

	if (here == NULL || there == NULL)
		return;
	errno = ERANGE;
	green_stream_abort(t->end[0]);
	t->end[0] = NULL;
	if (errno != ERANGE)
		green__complain(t, "abort has changed errno");
	if (green__call_await(here))
		(void)green__expect_failure(t, "receive, aborted meanwhile,",
		    here->rc, EBADF, 0);
	if (green__call_await(there))
		(void)green__expect_cut(t, "receive of an aborted stream",
		    there->rc);
}

/* Close, cancelled: the other side sees the end all the same. */
static void
closing_in_a_cancelled_scope_closes(struct green__trial *t)
{
	struct green__call *there = green__block_receiver(t, green__receive_all,
	    1);
	struct green_scope s;

	green_scope_open(&s);
	green_scope_cancel(&s, NULL);
	(void)green_stream_close(t->end[0]);
	t->end[0] = NULL;
	if (green_scope_close(&s, 0) == 0 && green__call_await(there))
		(void)green__expect_cut(t, "receive", there->rc);
}

const struct green__claim green__stream_close[] = {
	GREEN__CLAIM(closing_under_a_receiver_is_ebadf),
	GREEN__CLAIM(closing_under_receive_exactly_is_ebadf),
	GREEN__CLAIM(closing_under_receive_line_is_ebadf),
	GREEN__CLAIM(closing_under_a_sender_is_ebadf),
	GREEN__CLAIM(aborting_ends_both_sides),
	GREEN__CLAIM(closing_in_a_cancelled_scope_closes),
	{ NULL, NULL }
};
