/*
 * Fuzz target: a whole answer, as fetch receives it.  However it is cut up on
 * the way, the same comes out.  The first bytes say how.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "examples/http.h"
#include "target.h"

#define MOST	65536			/* bytes of a body that are looked at */

struct answer {
	const void *data;		/* what comes */
	size_t	 len;
	const uint8_t *cuts;
	size_t	 ncuts;
	int	 head, error;		/* http_get() */
	struct http_response r;
	ssize_t	 end;			/* the last of http_receive() */
	size_t	 got;
	bool	 kept;			/* the connection, afterwards */
	char	 body[MOST];
};

static int
get(void *arg)
{
	static const struct url u = { .host = "host", .port = "80",
	    .target = "/" };
	struct answer *a = arg;
	struct fuzz_sink sent = { .data = NULL };
	struct http h = { .host = "host", .port = "80" };

	h.s = fuzz_stream(a->data, a->len, a->cuts, a->ncuts, &sent);
	a->end = -1;
	a->head = http_get(&h, &u, "", &a->r);
	a->error = errno;
	if (a->head == 0) {
		while (a->got < MOST && (a->end = http_receive(&h,
		    a->body + a->got, MOST - a->got)) > 0)
			a->got += (size_t)a->end;
		a->error = errno;
		http_end(&h);
	} else
		MUST(h.s == NULL);
	a->kept = h.s != NULL;
	http_close(&h);
	free(sent.data);
	return (0);
}

TARGET(fetch)
{
	static struct answer whole, cut;
	struct fuzz_bytes rest = { data, size };
	uint8_t cuts[4];

	for (size_t i = 0; i < sizeof(cuts); i++)
		cuts[i] = (uint8_t)fuzz_byte(&rest);
	memset(&whole, 0, sizeof(whole));
	memset(&cut, 0, sizeof(cut));
	whole.data = cut.data = rest.at;
	whole.len = cut.len = rest.left;
	cut.cuts = cuts;
	cut.ncuts = sizeof(cuts);
	fuzz_in_task(get, &whole);
	fuzz_in_task(get, &cut);

	MUST(whole.head == cut.head);
	if (whole.head == -1) {
		MUST(whole.error == cut.error);
		return (0);
	}
	MUST(whole.r.status == cut.r.status && whole.r.keep == cut.r.keep);
	MUST(whole.r.length == cut.r.length);
	MUST(whole.end == cut.end && whole.got == cut.got);
	MUST(whole.end != -1 || whole.error == cut.error);
	MUST(memcmp(whole.body, cut.body, whole.got) == 0);
	MUST(whole.end != 0 || whole.r.length == -1 ||
	    whole.got == (size_t)whole.r.length);
	MUST(whole.kept == cut.kept && (!whole.kept || whole.r.keep));
	return (0);
}
