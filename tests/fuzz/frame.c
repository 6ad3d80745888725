/*
 * Fuzz target: framing.  Each step is one call, with what it is to get from the
 * first bytes; data comes cut as others of them say.  Whatever that is, each
 * call gives what a look at all of the data says that it must.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "target.h"

#define CUTS	4
#define STEPS	16

struct run {
	uint8_t	 cuts[CUTS];
	uint8_t	 steps[2 * STEPS];	/* which, and how many */
	struct fuzz_bytes all;		/* what has not been received */
};

static void
took(struct run *r, const void *data, size_t n)
{
	MUST(n <= r->all.left && memcmp(data, r->all.at, n) == 0);
	r->all.at += n;
	r->all.left -= n;
}

/* Where delim ends in the first max bytes; 0: nowhere. */
static size_t
end_of(const struct run *r, const char *delim, size_t len, size_t max)
{
	size_t most = r->all.left < max ? r->all.left : max;

	for (size_t n = len; n <= most; n++)
		if (memcmp(r->all.at + n - len, delim, len) == 0)
			return (n);
	return (0);
}

static void
until(struct run *r, struct green_stream *s, const char *delim, size_t max)
{
	size_t len = strlen(delim), want = end_of(r, delim, len, max);
	const char *data;
	ssize_t n = green_stream_receive_until(s, delim, len, max, &data);

	if (want > 0) {
		MUST(n == (ssize_t)want);
		took(r, data, want);
	} else if (r->all.left >= max)
		MUST(n == -1 && errno == EMSGSIZE);
	else if (r->all.left > 0)
		MUST(n == -1 && errno == EPIPE);
	else
		MUST(n == 0);
}

static void
line(struct run *r, struct green_stream *s, size_t max)
{
	size_t want = end_of(r, "\n", 1, max), len;
	char *got;
	int rc = green_stream_receive_line(s, max, &got);

	if (want == 0 && r->all.left >= max) {
		MUST(rc == -1 && errno == EMSGSIZE);
		return;
	}
	if (want == 0 && r->all.left == 0) {
		MUST(rc == 0);
		return;
	}
	len = want == 0 ? r->all.left : want - 1;
	if (want > 1 && r->all.at[len - 1] == '\r')
		len--;
	MUST(rc == 1 && got[len] == '\0');
	MUST(memcmp(got, r->all.at, len) == 0);
	took(r, r->all.at, want == 0 ? r->all.left : want);
}

static void
exactly(struct run *r, struct green_stream *s, size_t len)
{
	char *buf = malloc(len > 0 ? len : 1);
	size_t want = len < r->all.left ? len : r->all.left;

	MUST(buf != NULL);
	MUST(green_stream_receive_exactly(s, buf, len) == (ssize_t)want);
	took(r, buf, want);
	free(buf);
}

/* Some, of which some are put back. */
static void
some(struct run *r, struct green_stream *s, size_t max)
{
	char *buf = malloc(max);
	ssize_t n;
	size_t back;

	MUST(buf != NULL);
	n = green_stream_receive(s, buf, max);
	MUST(n >= 0 && (size_t)n <= max && (n == 0) == (r->all.left == 0));
	took(r, buf, (size_t)n);
	back = (size_t)n / 2;
	MUST(green_stream_unread(s, buf + n - back, back) == 0);
	r->all.at -= back;
	r->all.left += back;
	free(buf);
}

static int
receive(void *arg)
{
	static const char *const delims[] = { "\n", "\r\n", "\r\n\r\n", "aab" };
	struct run *r = arg;
	struct green_stream *s = fuzz_stream(r->all.at, r->all.left, r->cuts,
	    CUTS, NULL);
	size_t how, max;

	for (size_t i = 0; i < sizeof(r->steps); i += 2) {
		how = r->steps[i];
		max = 1 + r->steps[i + 1] * (how & 8 ? (size_t)97 : 1);
		switch (how % 8) {
		case 0:
		case 1:
		case 2:
		case 3:
			until(r, s, delims[how % 4], max);
			break;
		case 4:
			line(r, s, max);
			break;
		case 5:
			exactly(r, s, max - 1);
			break;
		default:
			some(r, s, max);
			break;
		}
		MUST(green_stream_buffered(s) <= r->all.left);
	}
	return (green_stream_close(s));
}

TARGET(frame)
{
	struct run r = { .all = { data, size } };

	for (size_t i = 0; i < CUTS; i++)
		r.cuts[i] = (uint8_t)fuzz_byte(&r.all);
	for (size_t i = 0; i < sizeof(r.steps); i++)
		r.steps[i] = (uint8_t)fuzz_byte(&r.all);
	fuzz_in_task(receive, &r);
	return (0);
}
