/*
 * Does work on files hold up those who are served?  A client asks a server and waits
 * for the answer, over and over, while other tasks copy a file and walk a tree for as
 * long as that takes: how long did one task keep the loop, and
 * how long did a request take?
 *
 *	blocked FILE COPY TREE		COPY is removed again
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <err.h>
#include <stdio.h>

#include <green.h>

static const char *file, *copy, *tree;
static long requests, entries, walks;
static int64_t longest, began;

static int
serve(void *arg)
{
	struct green_stream *s = arg;
	char buf[64];
	ssize_t n;

	while ((n = green_stream_receive(s, buf, sizeof(buf))) > 0)
		if (green_stream_send(s, buf, (size_t)n) == -1)
			return (-1);
	return ((int)n);
}

static int
ask(void *arg)
{
	struct green_stream *s = arg;
	char buf[64] = "request";
	int64_t sent, took;

	for (;;) {
		sent = green_now();
		if (green_stream_send(s, buf, sizeof(buf)) == -1 ||
		    green_stream_receive_exactly(s, buf, sizeof(buf)) == -1)
			return (-1);
		took = green_now() - sent;
		if (took > longest)
			longest = took;
		requests++;
		if (green_sleep(GREEN_MSEC) == -1)
			return (-1);
	}
}

static int
walk(void *arg)
{
	struct green_dirent e;
	struct green_dir *d;
	int rc;

	(void)arg;
	for (;; walks++) {
		if ((d = green_dir_walk(tree, GREEN_PATH_STAT)) == NULL)
			return (-1);
		while ((rc = green_dir_next(d, &e)) == 1)
			entries++;
		(void)green_dir_close(d);
		if (rc == -1)
			return (-1);
	}
}

static int
work(void *arg)
{
	struct green_stream *client, *server;
	struct green_listener *l;
	struct green_group g;
	char text[16];
	int rc = -1, port;

	(void)arg;
	if ((l = green_listen_tcp("127.0.0.1", "0", NULL)) == NULL)
		return (-1);
	if (green_listener_attr(l, GREEN_ATTR_LOCAL_PORT, &port,
	    sizeof(port)) == -1)
		return (-1);
	snprintf(text, sizeof(text), "%d", port);
	client = green_connect_tcp("127.0.0.1", text, NULL);
	server = client == NULL ? NULL : green_accept(l);
	green_group_open(&g);
	if (server != NULL && green_spawn_daemon(&g, serve, server) == 0 &&
	    green_spawn_daemon(&g, ask, client) == 0 &&
	    green_spawn_daemon(&g, walk, NULL) == 0) {
		began = green_now();
		rc = green_path_copy(file, copy, GREEN_PATH_EXIST_OK);
	}
	rc = green_group_close(&g, rc);
	(void)green_stream_close(server);
	(void)green_stream_close(client);
	green_listener_close(l);
	if (rc == 0)
		rc = green_path_unlink(copy, 0);
	return (rc);
}

static int
measure(void *arg)
{
	struct green_stats st;

	if (work(arg) == -1)
		return (-1);
	green_stats(&st);
	printf("%.1f s, %ld requests, %ld entries in %ld walks and more\n",
	    (double)(green_now() - began) / GREEN_SEC, requests, entries, walks);
	printf("longest run of a task %.2f ms, longest request %.2f ms\n",
	    (double)st.longest_run / GREEN_MSEC, (double)longest / GREEN_MSEC);
	return (0);
}

int
main(int argc, char *argv[])
{
	if (argc != 4)
		errx(2, "usage: blocked FILE COPY TREE");
	file = argv[1];
	copy = argv[2];
	tree = argv[3];
	if (green_run(measure, NULL, NULL) == -1)
		errx(1, "%s", green_errmsg());
	return (0);
}
