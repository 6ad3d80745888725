/*
 * Claims about streams: what is sent comes, all of it, once, and in order.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>

#include "stream.h"

#define MUCH	((size_t)1 << 20)

static void
what_is_sent_is_received(struct green__trial *t)
{
	green__converse(t, 0);
	green__converse(t, 1);
	green__converse(t, 0);
}

/* A megabyte and a few bytes each way, in pieces from 1 byte up. */
static void
much_goes_both_ways_at_once(struct green__trial *t)
{
	const size_t len = MUCH + 13;
	struct green__call *out[2], *in[2];
	int i;

	for (i = 0; i < 2; i++) {
		out[i] = green__call_begin(t, green__send_all, i, len);
		in[i] = green__call_begin(t, green__receive_all, i, len);
		if (out[i] == NULL || in[i] == NULL)
			return;
		out[i]->least = in[i]->least = 1;
		in[i]->most = 9999;
	}
	for (i = 0; i < 2; i++) {
		if (!green__call_await(out[i]) ||
		    !green__call_await(in[1 - i]))
			return;
		green__expect_sent(t, out[i]);
		green__expect_all(t, in[1 - i], len);
	}
}

static void
tiny_pieces_come_in_order(struct green__trial *t)
{
	struct green__call *out = green__call_begin(t, green__send_all, 0, 500);
	struct green__call *in = green__call_begin(t, green__receive_all, 1,
	    500);

	if (out == NULL || in == NULL)
		return;
	out->least = out->most = in->least = 1;
	in->most = 7;
	if (!green__call_await(out) || !green__call_await(in))
		return;
	green__expect_sent(t, out);
	green__expect_all(t, in, 500);
}

/* More pieces than the system takes, empty ones among them. */
static void
pieces_are_sent_as_one(struct green__trial *t)
{
	enum { N = 3000 };
	struct iovec *iov = calloc(N, sizeof(*iov));
	char *text = malloc(N);
	struct green__call *in = NULL;
	size_t i, len = 0;

	if (iov != NULL && text != NULL) {
		green__put_bytes(text, 0, N);
		for (i = 0; i < N; i++)
			if (i % 4 != 0) {
				iov[i].iov_base = text + len++;
				iov[i].iov_len = 1;
			}
		in = green__call_begin(t, green__receive_all, 1, len);
		(void)green__expect(t, "sendv", green_stream_sendv(t->end[0],
		    iov, N), 0);
	}
	free(text);
	free(iov);
	if (green__call_await(in))
		green__expect_all(t, in, len);
}

static void
nothing_is_refused_or_done(struct green__trial *t)
{
	struct iovec empty[2] = { { NULL, 0 }, { NULL, 0 } };
	char c;

	(void)green__expect_failure(t, "receiving 0 bytes",
	    green_stream_receive(t->end[0], &c, 0), EINVAL, 0);
	(void)green__expect(t, "sending 0 bytes", green_stream_send(t->end[0],
	    "", 0), 0);
	(void)green__expect(t, "sending no pieces",
	    green_stream_sendv(t->end[0], empty, 0), 0);
	(void)green__expect(t, "sending empty pieces",
	    green_stream_sendv(t->end[0], empty, 2), 0);
	(void)green__expect_failure(t, "sending -1 pieces",
	    green_stream_sendv(t->end[0], empty, -1), EINVAL, 0);
	green__converse(t, 0);
}

static void
unknown_facts_are_enotsup(struct green__trial *t)
{
	char value[256];

	(void)green__expect_failure(t, "asking for no attribute there is",
	    green_stream_attr(t->end[0], (enum green_attr)9999, value, 1),
	    ENOTSUP, EINVAL);
	(void)green__expect_failure(t, "asking for a descriptor of 1 byte",
	    green_stream_attr(t->end[0], GREEN_ATTR_FD, value, 1), ENOTSUP,
	    EINVAL);
}

const struct green__claim green__stream_data[] = {
	GREEN__CLAIM(what_is_sent_is_received),
	GREEN__CLAIM(much_goes_both_ways_at_once),
	GREEN__CLAIM(tiny_pieces_come_in_order),
	GREEN__CLAIM(pieces_are_sent_as_one),
	GREEN__CLAIM(nothing_is_refused_or_done),
	GREEN__CLAIM(unknown_facts_are_enotsup),
	{ NULL, NULL }
};
