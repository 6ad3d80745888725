/*
 * Claims about streams: one task in each direction, and a second one disturbs
 * nothing.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <errno.h>
#include <stdint.h>

#include "stream.h"

static void
a_second_receiver_is_ebusy(struct green__trial *t)
{
	struct green__call *in = green__block_receiver(t, green__receive_all,
	    1), *out;
	const char *data;
	char buf[8], *line;

	if (in == NULL)
		return;
	(void)green__expect_failure(t, "a second receive",
	    green_stream_receive(t->end[1], buf, sizeof(buf)), EBUSY, 0);
	(void)green__expect_failure(t, "a receive_exactly beside a receive",
	    green_stream_receive_exactly(t->end[1], buf, 1), EBUSY, 0);
	(void)green__expect_failure(t, "a receive_until beside a receive",
	    green_stream_receive_until(t->end[1], "x", 1, 9, &data), EBUSY, 0);
	(void)green__expect_failure(t, "a receive_line beside a receive",
	    green_stream_receive_line(t->end[1], 9, &line), EBUSY, 0);
	(void)green__expect_failure(t, "an unread beside a receive",
	    green_stream_unread(t->end[1], "x", 1), EBUSY, 0);
	out = green__call_begin(t, green__send_all, 0, 50);
	if (green__call_await(out) && green__call_await(in))
		green__expect_all(t, in, 50);
}

static void
a_second_sender_is_ebusy(struct green__trial *t)
{
	struct iovec iov = { (void *)(uintptr_t)"x", 1 };
	struct green__call *out = green__block_sender(t, 0);

	if (out == NULL)
		return;
	(void)green__expect_failure(t, "a second send",
	    green_stream_send(t->end[0], "x", 1), EBUSY, 0);
	(void)green__expect_failure(t, "a second sendv",
	    green_stream_sendv(t->end[0], &iov, 1), EBUSY, 0);
	(void)green__expect_failure(t, "a send_eof beside a send",
	    green_stream_send_eof(t->end[0]), EBUSY, 0);
	if (out->done)
		green__complain(t, "the first send was disturbed");
	green_scope_cancel(&out->scope, NULL);
	(void)green__call_await(out);
}

const struct green__claim green__stream_busy[] = {
	GREEN__CLAIM(a_second_receiver_is_ebusy),
	GREEN__CLAIM(a_second_sender_is_ebusy),
	{ NULL, NULL }
};
