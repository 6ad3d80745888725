/*
 * The head of an answer of HTTP/1.1 (RFC 9112), and the sizes of chunks, as
 * functions of bytes.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#ifndef HTTP_RESPONSE_H
#define HTTP_RESPONSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HTTP_HEAD_MAX	65536		/* bytes */

struct http_response {
	int	 status;
	bool	 keep;			/* another request may follow */
	bool	 chunked;
	int64_t	 length;		/* of the body; -1: not known yet */
	int64_t	 first, last, size;	/* the part of so many bytes that it is;
					   -1: not told */
	int	 retry_after;		/* seconds; -1: not told */
	char	 reason[64];		/* cut; what can be shown */
	char	 location[4096];	/* "": none */
	char	 validator[256];	/* for If-Range; "": none that is strong */
};

/* All of the head, with the empty line at its end: NULL, or why it is none. */
const char *http_response_parse(struct http_response *r, const char *head,
	    size_t len);
/* A chunk's first line, without its end; -1: it is none. */
int64_t	 http_chunk_size(const char *line, size_t len);

#endif
