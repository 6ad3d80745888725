/*
 * A request is sent, and its answer received, in straight code.  A connection
 * that has brought an answer is kept for the next; if it turns out to be closed
 * by then, which is no failure of the server's, there is another.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "dial.h"
#include "http.h"

#define INTERIM		10		/* answers before the answer */
#define CHUNK_LINE	1024		/* bytes */
#define UNWANTED	65536		/* bytes that are faster than connecting */

static int
fail(struct http *h, int code, const char *why)
{
	h->why = why;
	errno = code;
	return (-1);
}

const char *
http_why(const struct http *h)
{
	return (h->why != NULL ? h->why : green_errmsg());
}

void
http_close(struct http *h)
{
	int error = errno;

	green_stream_close(h->s);
	h->s = NULL;
	errno = error;
}

static int
send_request(struct http *h, const struct url *u, const char *fields)
{
	char authority[272];

	(void)url_authority(u, authority);
	return (green_stream_printf(h->s, "GET %s%s%s HTTP/1.1\r\nHost: %s\r\n"
	    "User-Agent: libgreen-fetch/%s\r\nAccept: */*\r\n"
	    "Accept-Encoding: identity\r\n%s\r\n", h->whole ? "http://" : "",
	    h->whole ? authority : "", u->target, authority, green_version(),
	    fields));
}

int
http_head(struct http *h, struct http_response *r)
{
	const char *data, *why;
	ssize_t n;

	n = green_stream_receive_until(h->s, "\r\n\r\n", 4, HTTP_HEAD_MAX,
	    &data);
	if (n > 0) {
		why = http_response_parse(r, data, (size_t)n);
		return (why == NULL ? 0 : fail(h, EBADMSG, why));
	}
	if (n == 0)
		return (fail(h, EPIPE, "the server has hung up"));
	if (errno == EMSGSIZE)
		return (fail(h, EBADMSG, "the answer's head is too long"));
	return (errno != EPIPE ? -1 :
	    fail(h, EPIPE, "the answer's head was cut off"));
}

static int
ask(struct http *h, const struct url *u, const char *fields,
    struct http_response *r)
{
	int rc, n = 0;

	if (send_request(h, u, fields) == -1)
		return (-1);
	while ((rc = http_head(h, r)) == 0 && r->status < 200)
		if (r->status == 101 || ++n > INTERIM)
			return (fail(h, EBADMSG,
			    "answers that nobody has asked for"));
	return (rc);
}

/* It was kept, and the other side has closed it before it has seen anything. */
static bool
is_stale(const struct http *h)
{
	return (h->used && (errno == EPIPE || errno == ECONNRESET ||
	    errno == EPROTO) && green_stream_buffered(h->s) == 0);
}

static bool
leads_to(const struct http *h, const struct url *u)
{
	return (h->s != NULL && h->tls == u->tls &&
	    strcmp(h->host, u->host) == 0 && strcmp(h->port, u->port) == 0);
}

int
http_get(struct http *h, const struct url *u, const char *fields,
    struct http_response *r)
{
	int rc;

	h->why = NULL;
	if (!leads_to(h, u)) {
		http_close(h);
		if (dial(h, u) == -1)
			return (-1);
	}
	rc = ask(h, u, fields, r);
	if (rc == -1 && is_stale(h)) {
		http_close(h);
		h->why = NULL;
		rc = dial(h, u) == -1 ? -1 : ask(h, u, fields, r);
	}
	if (rc == -1) {
		http_close(h);
		return (-1);
	}
	h->used = true;
	h->keep = r->keep;
	h->chunked = r->chunked;
	h->between = false;
	h->left = r->chunked ? 0 : r->length;
	h->done = !r->chunked && r->length == 0;
	return (0);
}

/* A line without its CR LF. */
static ssize_t
receive_line(struct http *h, size_t max, const char **line)
{
	ssize_t n = green_stream_receive_until(h->s, "\r\n", 2, max, line);

	if (n > 0)
		return (n - 2);
	if (n == -1 && errno == EMSGSIZE)
		return (fail(h, EBADMSG, "a chunk of the answer is broken"));
	return (n == -1 && errno != EPIPE ? -1 :
	    fail(h, EPIPE, "the answer was cut off"));
}

/* What follows the last chunk is passed over. */
static int
receive_trailer(struct http *h)
{
	size_t total = 0;
	const char *line;
	ssize_t n;

	while ((n = receive_line(h, CHUNK_LINE, &line)) > 0)
		if ((total += (size_t)n) > HTTP_HEAD_MAX)
			return (fail(h, EBADMSG, "the trailer is too long"));
	return (n == -1 ? -1 : 0);
}

/* The end of a chunk, if there was one, and the start of the next. */
static int
begin_chunk(struct http *h)
{
	const char *line;
	ssize_t n;

	if (h->between && receive_line(h, 2, &line) == -1)
		return (-1);
	if ((n = receive_line(h, CHUNK_LINE, &line)) == -1)
		return (-1);
	if ((h->left = http_chunk_size(line, (size_t)n)) == -1)
		return (fail(h, EBADMSG, "a chunk of the answer is broken"));
	h->between = true;
	if (h->left > 0)
		return (0);
	h->done = true;
	return (receive_trailer(h));
}

ssize_t
http_receive(struct http *h, void *buf, size_t max)
{
	ssize_t n;

	if (!h->done && h->chunked && h->left == 0 && begin_chunk(h) == -1)
		return (-1);
	if (h->done)
		return (0);
	if (h->left != -1 && (int64_t)max > h->left)
		max = (size_t)h->left;
	n = green_stream_receive(h->s, buf, max);
	if (n > 0 && h->left != -1)
		h->left -= n;
	if (n == 0 && h->left != -1)
		return (fail(h, EPIPE, "the answer was cut off"));
	h->done = n == 0 || (!h->chunked && h->left == 0);
	return (n);
}

void
http_end(struct http *h)
{
	int64_t room = UNWANTED;
	int error = errno;
	char buf[4096];
	ssize_t n = 1;

	while (h->s != NULL && h->keep && !h->done && n > 0 && room > 0)
		if ((n = http_receive(h, buf, sizeof(buf))) > 0)
			room -= n;
	if (!h->keep || !h->done)
		http_close(h);
	errno = error;
}
