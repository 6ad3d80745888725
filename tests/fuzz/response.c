/*
 * Fuzz target: the head of an answer, and the first line of a chunk.  What is
 * taken for one means the same when it is written down again; and nothing less
 * of it is one.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "examples/http_response.h"
#include "target.h"

#define SHORT	300			/* bytes: each shorter one is tried */

/* What is left of a head when it is written anew. */
static int
write_down(const struct http_response *r, char *buf, size_t size)
{
	char part[128] = "", length[64] = "", retry[64] = "", total[32] = "*";

	if (r->size != -1)
		snprintf(total, sizeof(total), "%" PRId64, r->size);
	if (r->first != -1)
		snprintf(part, sizeof(part), "Content-Range: bytes %" PRId64 "-%"
		    PRId64 "/%s\r\n", r->first, r->last, total);
	else if (r->size != -1)
		snprintf(part, sizeof(part), "Content-Range: bytes */%s\r\n",
		    total);
	if (r->chunked)
		snprintf(length, sizeof(length),
		    "Transfer-Encoding: chunked\r\n");
	else if (r->length != -1)
		snprintf(length, sizeof(length),
		    "Content-Length: %" PRId64 "\r\n", r->length);
	if (r->retry_after != -1)
		snprintf(retry, sizeof(retry), "Retry-After: %d\r\n",
		    r->retry_after);
	return (snprintf(buf, size, "HTTP/1.1 %d %s\r\n%s%s%s%s%s%s"
	    "Connection: %s\r\n\r\n", r->status, r->reason, part, length, retry,
	    *r->location == '\0' ? "" : "Location: ", r->location,
	    *r->location == '\0' ? "" : "\r\n",
	    r->keep ? "keep-alive" : "close"));
}

static void
is_the_same(const struct http_response *a)
{
	static char head[8192];
	struct http_response b;
	int n = write_down(a, head, sizeof(head));

	MUST(n > 0 && (size_t)n < sizeof(head));
	MUST(http_response_parse(&b, head, (size_t)n) == NULL);
	MUST(a->status == b.status && a->keep == b.keep);
	MUST(a->chunked == b.chunked && a->length == b.length);
	MUST(a->first == b.first && a->last == b.last && a->size == b.size);
	MUST(a->retry_after == b.retry_after);
	MUST(strcmp(a->reason, b.reason) == 0);
	MUST(strcmp(a->location, b.location) == 0);
}

static void
check_head(const char *head, size_t len)
{
	struct http_response r, part;

	if (http_response_parse(&r, head, len) != NULL)
		return;
	MUST(r.status >= 100 && r.status <= 599);
	MUST(r.length >= -1 && (!r.chunked || r.length == -1));
	MUST(!r.keep || r.chunked || r.length != -1);
	MUST(r.status != 206 || (r.first >= 0 && r.last >= r.first));
	MUST(r.first == -1 || r.size == -1 || r.last < r.size);
	MUST(strpbrk(r.location, "\r\n") == NULL);
	MUST(strpbrk(r.validator, "\r\n") == NULL);
	is_the_same(&r);
	for (size_t n = 0; n < len && len < SHORT; n++)
		MUST(http_response_parse(&part, head, n) != NULL);
}

static void
check_chunk(const char *line, size_t len)
{
	int64_t n = http_chunk_size(line, len);
	char again[64];
	int k;

	MUST(n >= -1);
	if (n == -1)
		return;
	k = snprintf(again, sizeof(again), "%" PRIx64 " ;x", (uint64_t)n);
	MUST(http_chunk_size(again, (size_t)k) == n);
	MUST(http_chunk_size(again, (size_t)k - 3) == n);
}

TARGET(response)
{
	char *copy = fuzz_block(data, size);

	check_head(copy, size);
	check_chunk(copy, size);
	free(copy);
	return (0);
}
