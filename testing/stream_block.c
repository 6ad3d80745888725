/*
 * The ends of a stream that is tried, brought to where a claim begins: a call
 * waits there, or one end is closed.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <errno.h>

#include "stream.h"

/* Let others get on until they wait; or the claim's time is over. */
void
green__settle(void)
{
	if (green_wait_all_blocked(GREEN_MSEC) == -1)
		return;
}

/* A send that waits for room; NULL: there is none that does. */
struct green__call *
green__block_sender(struct green__trial *t, int i)
{
	struct green__call *c = green__call_begin(t, green__send_all, i,
	    GREEN__HUGE);
	size_t before;

	if (c == NULL)
		return (NULL);
	do {
		before = c->moved;
		green__settle();
	} while (!c->done && c->moved > before);
	return (c->done ? NULL : c);
}

/* A call that waits to receive. */
struct green__call *
green__block_receiver(struct green__trial *t, green_fn *fn, int i)
{
	struct green__call *c = green__call_begin(t, fn, i, 50);

	green__settle();
	if (c != NULL && c->done) {
		errno = c->error;
		(void)green__expect(t, "receive before anything was sent",
		    c->rc, 50);
		return (NULL);
	}
	return (c);
}

/* Close one of them, which must leave errno alone. */
void
green__close_end(struct green__trial *t, int i)
{
	struct green_stream *s = t->end[i];
	int rc;

	t->end[i] = NULL;
	errno = ERANGE;
	rc = green_stream_close(s);
	if (green__expect(t, "close", rc, 0) && errno != ERANGE)
		green__complain(t, "close has changed errno");
}

/* Some bytes from one end to the other, in tasks: all is well there. */
void
green__converse(struct green__trial *t, int from)
{
	struct green__call *out = green__call_begin(t, green__send_all, from,
	    100);
	struct green__call *in = green__call_begin(t, green__receive_all,
	    1 - from, 100);

	if (!green__call_await(out) || !green__call_await(in))
		return;
	green__expect_sent(t, out);
	green__expect_all(t, in, 100);
}

/* Tell the other side that this was all.  False: it cannot, or may not. */
bool
green__end_sending(struct green__trial *t, int i)
{
	int rc = green_stream_send_eof(t->end[i]);

	if (rc == -1 && errno == ENOTSUP)
		return (false);
	return (green__expect(t, "send_eof", rc, 0));
}
