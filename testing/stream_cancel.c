/*
 * Claims about streams: a cancelled call has done nothing, and lost nothing.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <errno.h>
#include <stdint.h>

#include "stream.h"

static int
give_way(int n)
{
	while (n-- > 0)
		if (green_checkpoint() == -1)
			return (-1);
	return (0);
}

static void
cancelled_calls_do_nothing(struct green__trial *t)
{
	struct iovec iov = { (void *)(uintptr_t)"x", 1 };
	struct green_scope s;
	char buf[8], *line;

	green_scope_open(&s);
	green_scope_cancel(&s, NULL);
	(void)green__expect_failure(t, "a cancelled receive",
	    green_stream_receive(t->end[1], buf, sizeof(buf)), ECANCELED, 0);
	(void)green__expect_failure(t, "a cancelled receive_exactly",
	    green_stream_receive_exactly(t->end[1], buf, 1), ECANCELED, 0);
	(void)green__expect_failure(t, "a cancelled receive_line",
	    green_stream_receive_line(t->end[1], 9, &line), ECANCELED, 0);
	(void)green__expect_failure(t, "a cancelled send",
	    green_stream_send(t->end[0], "x", 1), ECANCELED, 0);
	(void)green__expect_failure(t, "a cancelled sendv",
	    green_stream_sendv(t->end[0], &iov, 1), ECANCELED, 0);
	(void)green__expect_failure(t, "a cancelled send_eof",
	    green_stream_send_eof(t->end[0]), ECANCELED, 0);
	if (green_scope_close(&s, 0) == 0)
		green__converse(t, 0);
}

/*
 * Receive piece by piece, each time cancelled: while it waits, when something
 * is on its way, or when it has come.  All of it comes in the end.
 */
static void
cancelling_a_receive_loses_nothing(struct green__trial *t)
{
	struct green__call *out, *in;
	size_t moved = 0;
	bool wrong = false;
	char buf[50];
	ssize_t n;
	int i;

	for (i = 0; i < 3; i++) {
		t->ncalls = 0;
		if ((in = green__block_receiver(t, green__receive_all, 1)) ==
		    NULL)
			return;
		if (i == 0)
			green_scope_cancel(&in->scope, NULL);
		if ((out = green__call_begin(t, green__send_all, 0, 50)) ==
		    NULL)
			return;
		if (i == 2)
			green__settle();
		else if (give_way(1) == -1)
			return;
		green_scope_cancel(&in->scope, NULL);
		if (!green__call_await(in))
			return;
		if (in->moved < 50)
			(void)green__expect_failure(t, "a cancelled receive",
			    in->rc, ECANCELED, 0);
		wrong = in->wrong;
		for (moved = in->moved; moved < 50 &&
		    (n = green_stream_receive(t->end[1], buf, 50 - moved)) > 0;
		    moved += (size_t)n)
			wrong |= !green__are_bytes(buf, moved, (size_t)n);
		if (!green__call_await(out))
			return;
		if (moved != 50 || wrong)
			green__complain(t, "after a cancelled receive %zu of "
			    "50 bytes have come%s", moved,
			    wrong ? ", others than were sent" : "");
	}
}

/* Part of it may be gone; but that is the first part. */
static void
a_cancelled_send_has_sent_the_beginning(struct green__trial *t)
{
	struct green__call *out = green__block_sender(t, 0), *in;

	if (out == NULL)
		return;
	green_scope_cancel(&out->scope, NULL);
	if (!green__call_await(out))
		return;
	(void)green__expect_failure(t, "a cancelled send", out->rc, ECANCELED,
	    0);
	green_stream_abort(t->end[0]);
	t->end[0] = NULL;
	in = green__call_begin(t, green__receive_all, 1, GREEN__HUGE);
	if (!green__call_await(in))
		return;
	(void)green__expect_cut(t, "receive", in->rc);
	if (in->wrong)
		green__complain(t, "other bytes have come than were sent");
}

static void
cancelling_a_frame_loses_nothing(struct green__trial *t)
{
	struct green__call *in, *out;

	in = green__block_receiver(t, green__receive_record, 1);
	out = green__call_begin(t, green__send_all, 0, 20);
	green__settle();
	if (in == NULL || out == NULL)
		return;
	green_scope_cancel(&in->scope, NULL);
	if (!green__call_await(in))
		return;
	(void)green__expect_failure(t, "a cancelled receive_exactly", in->rc,
	    ECANCELED, 0);
	in = green__call_begin(t, green__receive_all, 1, 20);
	if (green__call_await(out) && green__call_await(in))
		green__expect_all(t, in, 20);
}

const struct green__claim green__stream_cancel[] = {
	GREEN__CLAIM(cancelled_calls_do_nothing),
	GREEN__CLAIM(cancelling_a_receive_loses_nothing),
	GREEN__CLAIM(a_cancelled_send_has_sent_the_beginning),
	GREEN__CLAIM(cancelling_a_frame_loses_nothing),
	{ NULL, NULL }
};
