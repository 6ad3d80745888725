/*
 * Streams and listeners to test with, and tasks that use them.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <sys/socket.h>

#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <green/testing.h>

#include "check.h"
#include "pair.h"
#include "streams.h"

static bool
adopt(const int fd[2], struct green_stream *end[2])
{
	return (CHECK((end[0] = green_stream_from_fd(fd[0])) != NULL) &&
	    CHECK((end[1] = green_stream_from_fd(fd[1])) != NULL));
}

bool
streams_open(struct green_stream *end[2])
{
	int fd[2];

	return (CHECK(pair_open_tcp(fd)) && adopt(fd, end));
}

bool
streams_open_local(struct green_stream *end[2])
{
	int fd[2];

	return (CHECK(pair_open(fd)) && adopt(fd, end));
}

void
streams_close(struct green_stream *end[2])
{
	CHECK_INT(green_stream_close(end[0]), 0);
	CHECK_INT(green_stream_close(end[1]), 0);
}

struct green_listener *
streams_listen(int *port)
{
	struct green_listener *l = green_listen_tcp("127.0.0.1", "0", NULL);

	if (CHECK(l != NULL))
		CHECK_INT(green_listener_attr(l, GREEN_ATTR_LOCAL_PORT, port,
		    sizeof(*port)), 0);
	return (l);
}

struct green_stream *
streams_connect(int port)
{
	char text[16];

	snprintf(text, sizeof(text), "%d", port);
	return (green_connect_tcp("127.0.0.1", text, NULL));
}

/* Bound, and does not listen; to both families where there are two. */
int
streams_refuse(int *port)
{
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };
	struct sockaddr_in in = { .sin_family = AF_INET };
	socklen_t len = sizeof(in6);
	int fd = socket(AF_INET6, SOCK_STREAM, 0), off = 0;

	if (fd != -1 && setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off,
	    sizeof(off)) == 0 &&
	    bind(fd, (struct sockaddr *)&in6, sizeof(in6)) == 0 &&
	    getsockname(fd, (struct sockaddr *)&in6, &len) == 0) {
		*port = ntohs(in6.sin6_port);
		return (fd);
	}
	if (fd != -1)
		close(fd);
	len = sizeof(in);
	fd = socket(AF_INET, SOCK_STREAM, 0);
	CHECK_INT(bind(fd, (struct sockaddr *)&in, sizeof(in)), 0);
	CHECK_INT(getsockname(fd, (struct sockaddr *)&in, &len), 0);
	*port = ntohs(in.sin_port);
	return (fd);
}

static int
ended(struct call *c, ssize_t rc)
{
	c->error = errno;
	c->rc = rc;
	c->done = true;
	return (0);
}

int
call_receive(void *call)
{
	struct call *c = call;

	return (ended(c, green_stream_receive(c->s, c->buf, c->len)));
}

int
call_receive_exactly(void *call)
{
	struct call *c = call;

	return (ended(c, green_stream_receive_exactly(c->s, c->buf, c->len)));
}

int
call_receive_line(void *call)
{
	struct call *c = call;
	char *line;

	return (ended(c, green_stream_receive_line(c->s, c->len, &line)));
}

int
call_send(void *call)
{
	struct call *c = call;
	char *buf = c->buf == NULL ? calloc(1, c->len) : c->buf;
	int rc = green_stream_send(c->s, buf, c->len);

	(void)ended(c, rc);
	if (c->buf == NULL)
		free(buf);
	return (0);
}

int
call_close(void *call)
{
	struct call *c = call;

	return (ended(c, green_stream_close(c->s)));
}

int
echo(struct green_stream *s, void *unused)
{
	char buf[4096];
	ssize_t n;
	int rc = 0;

	(void)unused;
	while (rc == 0 && (n = green_stream_receive(s, buf, sizeof(buf))) > 0)
		rc = green_stream_send(s, buf, (size_t)n);
	return (rc == 0 ? (int)n : rc);
}

int
greet(struct green_stream *s, void *unused)
{
	(void)unused;
	return (green_stream_printf(s, "hello\n"));
}

void
settle(void)
{
	struct green_scope s;

	green_scope_open(&s);
	green_scope_set_shield(&s, true);
	CHECK_INT(green_wait_all_blocked(0), 0);
	CHECK_INT(green_scope_close(&s, 0), 0);
}
