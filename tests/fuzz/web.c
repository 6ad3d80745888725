/*
 * Fuzz target: what a client sends to webd.  However it is cut up on its way,
 * the answers are the same, each is one that fetch understands, and none has
 * anything of a file that lies outside.  The first bytes say how it is cut.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <sys/stat.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "examples/http_response.h"
#include "examples/web.h"
#include "target.h"

#define CUTS	4
#define SECRET	"what lies outside"

static struct web web = { .patience = 60 * GREEN_SEC };

static void
put_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	MUST(f != NULL && fputs(text, f) >= 0 && fclose(f) == 0);
}

static char above[] = "/tmp/green-fuzz.XXXXXX";
static const char *const inside[] = { "in/a.txt", "in/index.html", "in/out",
    "in/d/e", "in/d", "in", "secret" };

static void
clean_up(void)
{
	if (chdir(above) == 0)
		for (size_t i = 0; i < sizeof(inside) / sizeof(*inside); i++)
			(void)remove(inside[i]);
	(void)rmdir(above);
}

/* A small tree to show, which is the working directory from then on. */
static void
make_tree(void)
{
	MUST(mkdtemp(above) != NULL && chdir(above) == 0);
	(void)atexit(clean_up);
	MUST(mkdir("in", 0700) == 0 && mkdir("in/d", 0700) == 0);
	put_file("secret", SECRET);
	put_file("in/a.txt", "0123456789");
	put_file("in/index.html", "<p>\n");
	put_file("in/d/e", "");
	MUST(symlink("../secret", "in/out") == 0);
	MUST(chdir("in") == 0);
	MUST((web.root = realpath(".", NULL)) != NULL);
}

struct client {
	struct fuzz_bytes in;
	const uint8_t *cuts;
	size_t	 ncuts;
	struct fuzz_sink out;
};

static int
serve(void *arg)
{
	struct client *c = arg;
	struct green_stream *s = fuzz_stream(c->in.at, c->in.left, c->cuts,
	    c->ncuts, &c->out);

	(void)web_client(s, &web);
	return (green_stream_close(s));
}

static char *
find(const char *at, const char *end, const char *what)
{
	return (memmem(at, (size_t)(end - at), what, strlen(what)));
}

/* Dates move on; apart from these, and what depends on them. */
static void
forget_dates(struct fuzz_sink *out)
{
	char *at = out->data, *end, *s;

	if (out->len == 0)
		return;
	end = at + out->len;
	while (at < end && (s = find(at, end, "\r\nDate: ")) != NULL) {
		at = s + 8;
		memset(at, '-', (size_t)(find(at, end, "\r\n") - at));
	}
	for (at = out->data; at < end &&
	    (s = find(at, end, "ETag: W/")) != NULL;) {
		memmove(s + 6, s + 8, (size_t)(end - (s + 8)));
		end -= 2;
		at = s;
	}
	out->len = (size_t)(end - out->data);
}

/* One answer after the other; those to HEAD lack their bodies. */
static void
check_answers(const struct fuzz_sink *out)
{
	const char *at = out->data, *end, *head;
	struct http_response r;

	if (out->len == 0)
		return;
	end = at + out->len;
	while (at < end) {
		MUST((head = find(at, end, "\r\n\r\n")) != NULL);
		head += 4;
		MUST(http_response_parse(&r, at, (size_t)(head - at)) == NULL);
		MUST(!r.chunked && r.length >= 0);
		at = head;
		if (at == end || (end - at > 9 &&
		    memcmp(at, "HTTP/1.1 ", 9) == 0))
			continue;
		MUST(end - at >= r.length);
		at += r.length;
		MUST(at == end || r.keep);
	}
	MUST(find(out->data, end, SECRET) == NULL);
}

TARGET(web)
{
	struct fuzz_bytes in = { data, size };
	struct client whole = { .ncuts = 0 }, cut = { .ncuts = CUTS };
	uint8_t cuts[CUTS];

	if (web.root == NULL)
		make_tree();
	for (size_t i = 0; i < CUTS; i++)
		cuts[i] = (uint8_t)fuzz_byte(&in);
	whole.in = cut.in = in;
	cut.cuts = cuts;
	fuzz_in_task(serve, &whole);
	fuzz_in_task(serve, &cut);
	check_answers(&whole.out);
	forget_dates(&whole.out);
	forget_dates(&cut.out);
	MUST(whole.out.len == cut.out.len && (whole.out.len == 0 ||
	    memcmp(whole.out.data, cut.out.data, whole.out.len) == 0));
	free(whole.out.data);
	free(cut.out.data);
	return (0);
}
