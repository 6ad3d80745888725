/*
 * What netns.sh has done in the networks that it makes.  Each command prints
 * one line when it is done: what came of it, and after how many milliseconds.
 *
 *	serve HOST PORT			echo, until killed; prints "ready" first
 *	connect PORT DELAY ADDRESS ...	to a name that has these; DELAY in ms
 *	transfer HOST PORT KIB		there and back, and compare
 *	vanish HOST PORT keepalive|user	prints "connected", then waits for the end
 *	lookup HOST MS			cancelled after so long
 *	link ONE OTHER			be one between two interfaces, until killed;
 *					prints "ready" first
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <err.h>
#include <errno.h>
#include <inttypes.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <green.h>

#include "lossy.h"

static char **args;			/* of the command, up to a NULL */
static int nargs;
static int64_t began;

static int64_t
elapsed(void)
{
	return ((green_now() - began) / GREEN_MSEC);
}

static int
echo(struct green_stream *s, void *arg)
{
	char buf[65536];
	ssize_t n;

	(void)arg;
	while ((n = green_stream_receive(s, buf, sizeof(buf))) > 0)
		if (green_stream_send(s, buf, (size_t)n) == -1)
			return (-1);
	return ((int)n);
}

static int
serve(void *arg)
{
	struct green_listener *l;
	struct green_group g;
	int rc;

	(void)arg;
	if ((l = green_listen_tcp(args[0], args[1], NULL)) == NULL)
		return (-1);
	printf("ready\n");
	fflush(stdout);
	green_group_open(&g);
	rc = green_serve(l, &g, echo, NULL);
	rc = green_group_close(&g, rc);
	green_listener_close(l);
	return (rc);
}

static int
resolve(const char *host, int family, struct green_answer *answer, void *arg)
{
	char **a;

	(void)host;
	(void)family;
	for (a = arg; *a != NULL; a++)
		if (green_answer_add(answer, *a) == -1)
			return (EAI_SYSTEM);
	return (0);
}

static int
connect_to(void *arg)
{
	struct green_connect_options opt = {
		.happy_eyeballs_delay = atoi(args[1]) * GREEN_MSEC
	};
	struct green_stream *s;
	struct sockaddr_storage sa;
	char text[GREEN_ADDRSTRLEN];

	(void)arg;
	if (green_resolver_set(resolve, &args[2]) == -1)
		return (-1);
	if ((s = green_connect_tcp("name", args[0], &opt)) == NULL) {
		printf("%" PRId64 " %s\n", elapsed(), green_errmsg());
		return (0);
	}
	if (green_stream_attr(s, GREEN_ATTR_REMOTE_ADDR, &sa,
	    sizeof(sa)) == -1)
		return (-1);
	printf("%" PRId64 " connected to %s\n", elapsed(),
	    green_addr_format((struct sockaddr *)&sa, sizeof(sa), text,
	    sizeof(text)));
	return (green_stream_close(s));
}

#define PIECE	1024

static int
send_pieces(void *arg)
{
	struct green_stream *s = arg;
	char buf[PIECE];
	int i, n = atoi(args[2]);

	for (i = 0; i < n; i++) {
		memset(buf, i, sizeof(buf));
		if (green_stream_send(s, buf, sizeof(buf)) == -1)
			return (-1);
	}
	return (green_stream_send_eof(s));
}

static int
receive_pieces(struct green_stream *s)
{
	char buf[PIECE], want[PIECE];
	int i, n = atoi(args[2]);

	for (i = 0; i < n; i++) {
		memset(want, i, sizeof(want));
		if (green_stream_receive_exactly(s, buf, sizeof(buf)) !=
		    sizeof(buf) || memcmp(buf, want, sizeof(buf)) != 0)
			return (-1);
	}
	return (green_stream_receive(s, buf, 1) == 0 ? 0 : -1);
}

static int
transfer(void *arg)
{
	struct green_stream *s;
	struct green_group g;
	int rc;

	(void)arg;
	if ((s = green_connect_tcp(args[0], args[1], NULL)) == NULL)
		return (-1);
	green_group_open(&g);
	rc = green_spawn(&g, send_pieces, s);
	if (rc == 0)
		rc = receive_pieces(s);
	rc = green_group_close(&g, rc);
	if (rc == 0)
		printf("%" PRId64 " all is there\n", elapsed());
	green_stream_abort(s);
	return (rc);
}

static int
watch(struct green_stream *s, bool keepalive)
{
	if (!keepalive)
		return (green_stream_set(s, GREEN_OPT_USER_TIMEOUT,
		    2 * GREEN_SEC));
	if (green_stream_set(s, GREEN_OPT_KEEPALIVE, 1) == -1 ||
	    green_stream_set(s, GREEN_OPT_KEEPALIVE_IDLE, GREEN_SEC) == -1 ||
	    green_stream_set(s, GREEN_OPT_KEEPALIVE_INTERVAL,
	    GREEN_SEC) == -1)
		return (-1);
	return (green_stream_set(s, GREEN_OPT_KEEPALIVE_COUNT, 2));
}

/* Send, and hear nothing, until that fails: the system tells of a connection's end
   once, whoever asks first. */
static int told;

static int
pester(void *arg)
{
	struct green_stream *s = arg;

	while (green_stream_send(s, "x", 1) == 0)
		if (green_sleep(50 * GREEN_MSEC) == -1)
			return (-1);
	told = errno;
	return (0);
}

static int
vanish(void *arg)
{
	bool keepalive = strcmp(args[2], "keepalive") == 0;
	struct green_stream *s;
	struct green_group g;
	char buf[64];
	ssize_t n;

	(void)arg;
	if ((s = green_connect_tcp(args[0], args[1], NULL)) == NULL ||
	    watch(s, keepalive) == -1)
		return (-1);
	printf("connected\n");
	fflush(stdout);
	green_group_open(&g);
	if (!keepalive && green_spawn(&g, pester, s) == -1)
		return (-1);
	while ((n = green_stream_receive(s, buf, sizeof(buf))) > 0)
		continue;
	printf("%" PRId64 " %s\n", elapsed(), n == -1 ? green_errmsg() :
	    told != 0 ? strerror(told) : "end");
	green_group_cancel(&g, NULL);
	if (green_group_close(&g, 0) == -1)
		return (-1);
	green_stream_abort(s);
	return (0);
}

static int
lookup(void *arg)
{
	struct addrinfo *res;
	struct green_scope s;
	int rc, error;

	(void)arg;
	green_move_on_after(&s, atoi(args[1]) * GREEN_MSEC);
	rc = green_getaddrinfo(args[0], NULL, NULL, &res);
	error = errno;
	rc = green_scope_close(&s, 0) == -1 ? EAI_FAIL : rc;
	if (rc == 0)
		green_freeaddrinfo(res);
	printf("%" PRId64 " %s\n", elapsed(), rc == EAI_SYSTEM ?
	    strerror(error) : rc == 0 ? "found" : gai_strerror(rc));
	return (0);
}

static int
link_up(void *arg)
{
	(void)arg;
	return (lossy(args[0], args[1]));
}

static const struct command {
	const char *name;
	int	 least;			/* arguments */
	green_fn *fn;
} commands[] = {
	{ "serve", 2, serve },
	{ "connect", 3, connect_to },
	{ "transfer", 3, transfer },
	{ "vanish", 3, vanish },
	{ "lookup", 2, lookup },
	{ "link", 2, link_up }
};

static int
run(void *arg)
{
	const struct command *c = arg;

	began = green_now();
	return (c->fn(NULL));
}

int
main(int argc, char *argv[])
{
	size_t i;

	/* None is to be left over. */
	alarm(1200);
	args = argv + 2;
	nargs = argc - 2;
	for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (argc > 1 && strcmp(argv[1], commands[i].name) == 0 &&
		    nargs >= commands[i].least) {
			if (green_run(run, (void *)(uintptr_t)&commands[i],
			    NULL) == -1)
				errx(1, "%s", green_errmsg());
			return (0);
		}
	errx(2, "no such command");
}
