/*
 * What the fuzz targets have in common.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "target.h"

void
fuzz_fail(const char *claim, const char *file, int line)
{
	fprintf(stderr, "%s:%d: %s does not hold\n", file, line, claim);
	abort();
}

unsigned
fuzz_byte(struct fuzz_bytes *b)
{
	if (b->left == 0)
		return (0);
	b->left--;
	return (*b->at++);
}

void *
fuzz_block(const void *data, size_t size)
{
	void *p = malloc(size > 0 ? size : 1);

	MUST(p != NULL);
	if (size > 0)
		memcpy(p, data, size);
	return (p);
}

char *
fuzz_string(struct fuzz_bytes *b, char end)
{
	const uint8_t *at = b->left == 0 ? NULL : memchr(b->at, end, b->left);
	size_t n = at == NULL ? b->left : (size_t)(at - b->at);
	char *s = malloc(n + 1);

	MUST(s != NULL);
	if (n > 0)
		memcpy(s, b->at, n);
	s[n] = '\0';
	n += at != NULL;
	if (n > 0)
		b->at += n;
	b->left -= n;
	return (s);
}

struct source {
	struct fuzz_bytes rest;
	const uint8_t *cuts;
	size_t	 ncuts, cut;
	struct fuzz_sink *sink;
};

static ssize_t
source_receive(void *impl, void *buf, size_t max)
{
	struct source *s = impl;
	size_t n = s->rest.left < max ? s->rest.left : max, most;

	if (s->ncuts > 0) {
		most = s->cuts[s->cut++ % s->ncuts] + (size_t)1;
		n = n < most ? n : most;
	}
	if (n == 0)
		return (0);
	memcpy(buf, s->rest.at, n);
	s->rest.at += n;
	s->rest.left -= n;
	return ((ssize_t)n);
}

static int
source_sendv(void *impl, const struct iovec *iov, int n)
{
	struct fuzz_sink *to = ((struct source *)impl)->sink;
	char *data;

	for (int i = 0; i < n; i++) {
		if (iov[i].iov_len == 0)
			continue;
		data = realloc(to->data, to->len + iov[i].iov_len);
		MUST(data != NULL);
		to->data = data;
		memcpy(data + to->len, iov[i].iov_base, iov[i].iov_len);
		to->len += iov[i].iov_len;
	}
	return (0);
}

static int
source_send_eof(void *impl)
{
	(void)impl;
	return (0);
}

static int
source_close(void *impl, bool abort)
{
	(void)abort;
	free(impl);
	return (0);
}

struct green_stream *
fuzz_stream(const void *data, size_t len, const uint8_t *cuts, size_t ncuts,
    struct fuzz_sink *sink)
{
	static const struct green_stream_ops ops = {
		.receive = source_receive,
		.sendv = source_sendv,
		.send_eof = source_send_eof,
		.close = source_close
	};
	struct source *s = malloc(sizeof(*s));
	struct green_stream *stream;

	MUST(s != NULL);
	*s = (struct source){ { data, len }, cuts, ncuts, 0, sink };
	stream = green_stream_new(&ops, s);
	MUST(stream != NULL);
	return (stream);
}

void
fuzz_in_task(green_fn *fn, void *arg)
{
	MUST(green_run(fn, arg, NULL) == 0);
}
