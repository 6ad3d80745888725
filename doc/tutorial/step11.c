/* A listener, a task for each client; and a client, to try it. */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include <err.h>
#include <stdio.h>
#include <string.h>

#include <green.h>

/* The client's stream, closed when this returns. */
static int
echo(struct green_stream *s, void *arg)
{
	char buf[1024];
	ssize_t n;

	(void)arg;
	while ((n = green_stream_receive(s, buf, sizeof(buf))) > 0)
		if (green_stream_send(s, buf, (size_t)n) == -1)
			return (-1);
	return ((int)n);
}

static int
ask(const char *port, const char *word)
{
	struct green_stream *s;
	char *line;
	int rc;

	if ((s = green_connect_tcp("localhost", port, NULL)) == NULL)
		return (-1);
	if ((rc = green_stream_printf(s, "%s\n", word)) == 0 &&
	    (rc = green_stream_receive_line(s, 80, &line)) == 1)
		printf("%s came back\n", line);
	green_stream_close(s);
	return (rc);
}

struct server {
	struct green_listener *listener;
	struct green_group *clients;
};

static int
serve(void *arg)
{
	struct server *sv = arg;

	return (green_serve(sv->listener, sv->clients, echo, NULL));
}

static int
both(void *arg)
{
	struct green_group g;
	struct server sv;
	char port[8];
	int n, rc;

	(void)arg;
	if ((sv.listener = green_listen_tcp("localhost", "0", NULL)) == NULL)
		return (-1);
	sv.clients = &g;
	green_group_open(&g);
	if ((rc = green_spawn_daemon(&g, serve, &sv)) == 0 &&
	    (rc = green_listener_attr(sv.listener, GREEN_ATTR_LOCAL_PORT, &n,
	    sizeof(n))) == 0) {
		snprintf(port, sizeof(port), "%d", n);
		if ((rc = ask(port, "a word")) != -1)
			rc = ask(port, "another");
	}
	rc = green_group_close(&g, rc);
	green_listener_close(sv.listener);
	return (rc);
}

int
main(void)
{
	if (green_run(both, NULL, NULL) == -1)
		errx(1, "%s", green_errmsg());
	return (0);
}
