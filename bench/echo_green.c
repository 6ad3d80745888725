/* The echo server as a user of libgreen writes it. */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <err.h>

#include <green.h>

#include "echo.h"

/* Room for some requests, but no second page of stack for each connection: with a
   thousand of them, pages that are touched for each request are what costs. */
#define ROOM	(8 * REQUEST)

static int
echo(struct green_stream *s, void *arg)
{
	bool http = *(bool *)arg;
	char buf[ROOM];
	ssize_t n;
	int rc = 0;

	while (rc == 0 && (n = green_stream_receive(s, buf, sizeof(buf))) > 0) {
		if (!http)
			rc = green_stream_send(s, buf, (size_t)n);
		for (; http && rc == 0 && n > 0; n -= REQUEST)
			rc = green_stream_send(s, page, page_len);
	}
	return (rc);
}

struct job {
	int	 fd;
	bool	 http;
};

static int
serve(void *arg)
{
	struct job *j = arg;
	struct green_listener *l;
	struct green_group g;
	int rc;

	if ((l = green_listener_from_fd(j->fd)) == NULL)
		return (-1);
	green_group_open(&g);
	rc = green_serve(l, &g, echo, &j->http);
	return (green_group_close(&g, rc));
}

void
serve_green(int fd, bool http)
{
	struct job j = { fd, http };

	if (green_run(serve, &j, NULL) == -1)
		err(1, "green_run");
}
