/*
 * Fuzz target: text in other encodings, the first byte says in which.  Decoded
 * and encoded, the same comes out however it is cut up; and what is decoded
 * comes out of its own encoding again.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "target.h"

#define MOST	4096			/* bytes of text that are looked at */
#define CUTS	4

struct work {
	const char *encoding;
	struct fuzz_bytes in;
	const uint8_t *cuts;		/* of what is received, or sent */
	size_t	 ncuts;
	size_t	 room;			/* for each call that receives */
	char	*out;			/* free() */
	size_t	 len;
	int	 error;			/* 0: all of it */
	bool	 missing;		/* there is no such encoding here */
};

static int
decode(void *arg)
{
	struct work *w = arg;
	struct green_stream *s = green_text(fuzz_stream(w->in.at, w->in.left,
	    w->cuts, w->ncuts, NULL), w->encoding);
	ssize_t n = 0;

	if ((w->missing = s == NULL))
		return (0);
	MUST((w->out = malloc(8 * MOST)) != NULL);
	while (w->len + w->room <= 8 * MOST && (n = green_stream_receive(s,
	    w->out + w->len, w->room)) > 0)
		w->len += (size_t)n;
	MUST(n != -1 || errno == EILSEQ);
	w->error = n == -1 ? errno : 0;
	(void)green_stream_close(s);
	return (0);
}

static int
encode(void *arg)
{
	struct work *w = arg;
	struct fuzz_sink sink = { .data = NULL };
	struct green_stream *s = green_text(fuzz_stream("", 0, NULL, 0, &sink),
	    w->encoding);
	size_t n;

	if ((w->missing = s == NULL))
		return (0);
	for (size_t i = 0; w->in.left > 0 && w->error == 0; i++) {
		n = w->ncuts > 0 ? w->cuts[i % w->ncuts] + (size_t)1 :
		    w->in.left;
		n = n < w->in.left ? n : w->in.left;
		if (green_stream_send(s, w->in.at, n) == -1)
			w->error = errno;
		w->in.at += n;
		w->in.left -= n;
	}
	if (w->error == 0 && green_stream_send_eof(s) == -1)
		w->error = errno;
	MUST(w->error == 0 || w->error == EILSEQ);
	(void)green_stream_close(s);
	w->out = sink.data;
	w->len = sink.len;
	return (0);
}

static void
is_the_same(const struct work *a, const struct work *b)
{
	MUST(a->error == b->error && a->len == b->len);
	MUST(a->len == 0 || memcmp(a->out, b->out, a->len) == 0);
}

/* fn of in, at once and in pieces.  The result of the first. */
static struct work
both_ways(green_fn *fn, const char *encoding, struct fuzz_bytes in,
    const uint8_t *cuts, size_t room)
{
	struct work whole = { encoding, in, NULL, 0, MOST, NULL, 0, 0, false };
	struct work cut = { encoding, in, cuts, CUTS, room, NULL, 0, 0, false };

	fuzz_in_task(fn, &whole);
	fuzz_in_task(fn, &cut);
	MUST(whole.missing == cut.missing);
	if (!whole.missing)
		is_the_same(&whole, &cut);
	free(cut.out);
	return (whole);
}

TARGET(text)
{
	static const char *const encodings[] = { "UTF-8", "UTF-16", "UTF-16LE",
	    "UTF-32", "ISO-8859-1", "ISO-8859-15", "SHIFT_JIS", "EUC-JP", "GBK",
	    "BIG5", "ISO-2022-JP", "UTF-7", "ASCII" };
	struct fuzz_bytes in = { data, size };
	const char *encoding = encodings[fuzz_byte(&in) %
	    (sizeof(encodings) / sizeof(*encodings))];
	size_t room = fuzz_byte(&in) + (size_t)1;
	struct work text, bytes, again;
	uint8_t cuts[CUTS];

	for (size_t i = 0; i < CUTS; i++)
		cuts[i] = (uint8_t)fuzz_byte(&in);
	in.left = in.left < MOST ? in.left : MOST;
	bytes = both_ways(encode, encoding, in, cuts, room);
	free(bytes.out);
	text = both_ways(decode, encoding, in, cuts, room);
	if (!text.missing && text.error == 0) {
		in = (struct fuzz_bytes){ (uint8_t *)text.out, text.len };
		bytes = both_ways(encode, encoding, in, cuts, room);
		MUST(bytes.error == 0);
		in = (struct fuzz_bytes){ (uint8_t *)bytes.out, bytes.len };
		again = both_ways(decode, encoding, in, cuts, room);
		is_the_same(&text, &again);
		free(bytes.out);
		free(again.out);
	}
	free(text.out);
	return (0);
}
