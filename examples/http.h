/*
 * A client of HTTP/1.1: one connection, which is made anew where it must be.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#ifndef HTTP_H
#define HTTP_H

#include <green.h>

#include "http_response.h"
#include "url.h"

/* All zero: not connected. */
struct http {
	struct green_stream *s;
	bool	 tls;			/* to where it is */
	char	 host[256], port[6];
	bool	 whole;			/* a proxy is told the whole URL */
	bool	 used;			/* it has brought an answer */
	bool	 chunked, between;	/* chunks: between two */
	int64_t	 left;			/* of the body or a chunk; -1: unknown */
	bool	 done, keep;
	const char *why;		/* what has failed; NULL: libgreen knows */
	char	 text[256];		/* that, where it must be made */
};

/* Receive an answer's head.  EBADMSG: it is none; EPIPE, ... */
int	 http_head(struct http *h, struct http_response *r);
/*
 * Ask for u, with more fields ("Name: value\r\n"), and receive the answer's head.
 *   EBADMSG  it is none
 *   EPIPE, ... as the connection fails
 */
int	 http_get(struct http *h, const struct url *u, const char *fields,
	    struct http_response *r);
/* Then, its body: 0 at its end.  EPIPE: it was cut off; EBADMSG */
ssize_t	 http_receive(struct http *h, void *buf, size_t max);
/* What is left of the body is not wanted. */
void	 http_end(struct http *h);
void	 http_close(struct http *h);
const char *http_why(const struct http *h);

#endif
