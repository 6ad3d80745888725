/*
 * Claims about streams: how an end is seen from the other side, whichever way
 * it came.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <errno.h>
#include <stdint.h>

#include "stream.h"

static void
an_end_is_0_and_half_a_close(struct green__trial *t)
{
	struct iovec iov = { (void *)(uintptr_t)"x", 1 };
	struct green__call *in = green__block_receiver(t, green__receive_all,
	    1);
	char buf[8];
	int i;

	if (in == NULL || !green__end_sending(t, 0) || !green__call_await(in))
		return;
	(void)green__expect(t, "receive at the end", in->rc, 0);
	for (i = 0; i < 2; i++)
		(void)green__expect(t, "receive after the end",
		    green_stream_receive(t->end[1], buf, sizeof(buf)), 0);
	(void)green__expect(t, "a second send_eof",
	    green_stream_send_eof(t->end[0]), 0);
	(void)green__expect_failure(t, "send after send_eof",
	    green_stream_send(t->end[0], "x", 1), EPIPE, 0);
	(void)green__expect_failure(t, "sendv after send_eof",
	    green_stream_sendv(t->end[0], &iov, 1), EPIPE, 0);
	green__converse(t, 1);
}

/* What a stream holds arrives, though its sender is gone. */
static void
what_was_sent_before_a_close_arrives(struct green__trial *t)
{
	struct green__call *out = green__call_begin(t, green__send_all, 0, 10),
	    *in = NULL;

	green__settle();
	if (out == NULL)
		return;
	/* Not done: it holds nothing, and there is nothing to claim. */
	if (!out->done && (in = green__call_begin(t, green__receive_all, 1, 10))
	    == NULL)
		return;
	if (!green__call_await(out))
		return;
	green__expect_sent(t, out);
	if (in == NULL) {
		green__close_end(t, 0);
		in = green__call_begin(t, green__receive_all, 1, 10);
	}
	if (green__call_await(in))
		green__expect_all(t, in, 10);
}

static void
the_other_sides_close_is_an_end(struct green__trial *t)
{
	struct green__call *in = green__block_receiver(t, green__receive_all,
	    1);
	char c;

	if (in == NULL)
		return;
	green__close_end(t, 0);
	if (!green__call_await(in))
		return;
	(void)green__expect_end(t, "receive", in->rc);
	(void)green__expect_end(t, "receive again",
	    green_stream_receive(t->end[1], &c, 1));
}

static void
sending_to_nobody_fails(struct green__trial *t)
{
	struct green__call *out;
	int i;

	green__close_end(t, 1);
	green__settle();
	if ((out = green__call_begin(t, green__send_all, 0, GREEN__HUGE)) ==
	    NULL)
		return;
	out->least = out->most = 100;
	if (!green__call_await(out))
		return;
	(void)green__expect_failure(t, "send", out->rc, EPIPE, ECONNRESET);
	for (i = 0; i < 3; i++)
		(void)green__expect_failure(t, "another send",
		    green_stream_send(t->end[0], "x", 1), EPIPE, ECONNRESET);
}

static void
the_other_sides_close_ends_a_send(struct green__trial *t)
{
	struct green__call *out = green__block_sender(t, 1);

	if (out == NULL)
		return;
	green__close_end(t, 0);
	if (green__call_await(out))
		(void)green__expect_failure(t, "send", out->rc, EPIPE,
		    ECONNRESET);
}

const struct green__claim green__stream_end[] = {
	GREEN__CLAIM(an_end_is_0_and_half_a_close),
	GREEN__CLAIM(what_was_sent_before_a_close_arrives),
	GREEN__CLAIM(the_other_sides_close_is_an_end),
	GREEN__CLAIM(sending_to_nobody_fails),
	GREEN__CLAIM(the_other_sides_close_ends_a_send),
	{ NULL, NULL }
};
