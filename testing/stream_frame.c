/*
 * Claims about streams: framing finds what is sent, whatever the pieces that it
 * comes in.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <errno.h>
#include <string.h>

#include "stream.h"

/* Send a text from one end, in a task. */
static int
send_text(void *arg)
{
	static const char text[] = "first\nsecond\r\nkey=value;0123456789rest";
	struct green__call *c = arg;

	green_scope_open(&c->scope);
	return (green__call_over(c, green_stream_send(c->s, text,
	    sizeof(text) - 1)));
}

static void
frames_are_found(struct green__trial *t)
{
	struct green__call *out = green__call_begin(t, send_text, 0, 0);
	struct green_stream *s = t->end[1];
	const char *data;
	char buf[16], *line;

	if (out == NULL || !green__expect(t, "receive_line",
	    green_stream_receive_line(s, 99, &line), 1))
		return;
	if (strcmp(line, "first") != 0)
		green__complain(t, "a line is \"%s\", not \"first\"", line);
	(void)green__expect_failure(t, "receive_line with too low a limit",
	    green_stream_receive_line(s, 7, &line), EMSGSIZE, 0);
	(void)green__expect(t, "receive_line", green_stream_receive_line(s, 8,
	    &line), 1);
	if (!t->failed && strcmp(line, "second") != 0)
		green__complain(t, "a line is \"%s\", not \"second\"", line);
	(void)green__expect_failure(t, "receive_until with too low a limit",
	    green_stream_receive_until(s, ";", 1, 9, &data), EMSGSIZE, 0);
	(void)green__expect(t, "receive_until",
	    green_stream_receive_until(s, "e;", 2, 10, &data), 10);
	if (!t->failed && memcmp(data, "key=value;", 10) != 0)
		green__complain(t,
		    "what was received until is not \"key=value;\"");
	(void)green__expect(t, "receive_exactly",
	    green_stream_receive_exactly(s, buf, 10), 10);
	if (!t->failed && memcmp(buf, "0123456789", 10) != 0)
		green__complain(t,
		    "what was received exactly is not \"0123456789\"");
	(void)green__expect(t, "unread", green_stream_unread(s, "the ", 4), 0);
	if (green_stream_buffered(s) < 4)
		green__complain(t, "%zu bytes are buffered after 4 were unread",
		    green_stream_buffered(s));
	(void)green__expect(t, "receive_exactly",
	    green_stream_receive_exactly(s, buf, 8), 8);
	if (!t->failed && memcmp(buf, "the rest", 8) != 0)
		green__complain(t, "what was unread has not come first");
	if (green__call_await(out))
		green__expect_sent(t, out);
}

/* It ends, or is closed, in the midst of what is wanted. */
static void
frames_end_with_the_stream(struct green__trial *t)
{
	struct green__call *out = green__call_begin(t, green__send_all, 0, 5);
	struct green_stream *s = t->end[1];
	const char *data;
	char buf[16], *line;

	if (out == NULL || !green__expect(t, "receive_exactly",
	    green_stream_receive_exactly(s, buf, 5), 5) ||
	    !green__call_await(out) || !green__expect(t, "unread",
	    green_stream_unread(s, buf, 2), 0) || !green__end_sending(t, 0))
		return;
	(void)green__expect_failure(t, "receive_until, up to the end,",
	    green_stream_receive_until(s, "~", 1, 99, &data), EPIPE, 0);
	(void)green__expect(t, "receive_exactly, up to the end,",
	    green_stream_receive_exactly(s, buf, 5), 2);
	(void)green__expect(t, "unread", green_stream_unread(s, buf, 2), 0);
	(void)green__expect(t, "receive_line, of a last one without an end,",
	    green_stream_receive_line(s, 99, &line), 1);
	(void)green__expect(t, "receive_line after the end",
	    green_stream_receive_line(s, 99, &line), 0);
	(void)green__expect(t, "receive_until after the end",
	    green_stream_receive_until(s, "~", 1, 99, &data), 0);
	(void)green__expect(t, "receive_exactly after the end",
	    green_stream_receive_exactly(s, buf, 2), 0);
}

const struct green__claim green__stream_frame[] = {
	GREEN__CLAIM(frames_are_found),
	GREEN__CLAIM(frames_end_with_the_stream),
	{ NULL, NULL }
};
