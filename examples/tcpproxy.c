/*
 * tcpproxy: pass TCP connections on to another address.  Each has a task, which
 * connects, joins the two streams, and sees to it that what ends there ends here:
 * an end is passed on as an end, a break as a break.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include <err.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <green.h>

#define MAX_ADDRESSES	16

struct address {
	char	*host;			/* NULL: every one */
	char	*port;
};
static struct address target, local[MAX_ADDRESSES];
static size_t nlocal;
static int64_t	 connect_time = 10 * GREEN_SEC, idle_time = 300 * GREEN_SEC,
    grace = 30 * GREEN_SEC;
static int	 verbose;

/* "host:port", "[address]:port", ":port" or "port", which is cut in two. */
static struct address
parse_address(char *s)
{
	struct address a = { NULL, strrchr(s, ':') };

	if (a.port == NULL)
		return ((struct address){ NULL, s });
	*a.port++ = '\0';
	if (*s == '[' && s[strlen(s) - 1] == ']') {
		s[strlen(s) - 1] = '\0';
		s++;
	}
	if (*s != '\0')
		a.host = s;
	return (a);
}

/* The other side of a stream, or "?". */
static const char *
peer(struct green_stream *s, char *buf, size_t size)
{
	struct sockaddr_storage sa;

	if (s == NULL || green_stream_attr(s, GREEN_ATTR_REMOTE_ADDR, &sa,
	    sizeof(sa)) == -1)
		return ("?");
	return (green_addr_format((struct sockaddr *)&sa, sizeof(sa), buf,
	    size));
}

static struct green_stream *
connect_target(void)
{
	struct green_stream *s;
	struct green_scope limit;

	green_fail_after(&limit, connect_time);
	s = green_connect_tcp(target.host, target.port, NULL);
	return (green_scope_close(&limit, s == NULL ? -1 : 0) == -1 ? NULL : s);
}

/* Nothing half done must look complete: the other side is to see a break. */
static void
break_off(struct green_stream *s)
{
	int error = errno;

	if (green_stream_set(s, GREEN_OPT_RESET, 1) == -1)
		warn("reset");
	errno = error;
}

static int
pass(struct green_stream *client, void *arg)
{
	char buf[GREEN_ADDRSTRLEN];
	const char *who = peer(client, buf, sizeof(buf));
	struct green_stream *server = connect_target();
	int64_t copied[2], began = green_now();
	int rc;

	(void)arg;
	if (server == NULL) {
		break_off(client);
		return (-1);
	}
	rc = green_stream_join(client, server, idle_time, copied);
	/* Who has hung up has answered: that answer is on its way. */
	if (rc == -1 && errno != EPIPE) {
		break_off(client);
		break_off(server);
	}
	if (verbose)
		dprintf(1, "%s %lld there, %lld back, %lld ms%s%s\n",
		    who, (long long)copied[0], (long long)copied[1],
		    (long long)((green_now() - began) / GREEN_MSEC),
		    rc == -1 ? ": " : "", rc == -1 ? green_errmsg() : "");
	green_stream_close(server);
	return (rc);
}

static void
report(struct green_stream *client, void *arg)
{
	char buf[GREEN_ADDRSTRLEN];

	(void)arg;
	if (!verbose || errno != ETIMEDOUT)
		warnx("%s: %s", peer(client, buf, sizeof(buf)),
		    green_errmsg());
}

/* The first signal ends the proxy in good order, the second one at once. */
static int
await_signals(void *arg)
{
	static const int ends[] = { SIGINT, SIGTERM };
	struct green_group *g = arg;
	struct green_signals *s = green_signals_open(ends, 2);

	if (s == NULL)
		return (-1);
	if (green_signals_next(s) != -1)
		green_scope_stop(&g->scope, grace, "signalled");
	if (green_signals_next(s) != -1)
		green_group_cancel(g, "signalled again");
	green_signals_close(s);
	return (0);
}

/* Listen on every address that was asked for, and say where. */
static struct green_listener *
listen_all(void)
{
	struct green_listener *l[MAX_ADDRESSES];
	struct sockaddr_storage sa;
	char buf[GREEN_ADDRSTRLEN];
	size_t i;

	for (i = 0; i < nlocal; i++) {
		l[i] = green_listen_tcp(local[i].host, local[i].port, NULL);
		if (l[i] == NULL) {
			while (i > 0)
				green_listener_close(l[--i]);
			return (NULL);
		}
		green_serve_on_error(l[i], report, NULL);
		if (green_listener_attr(l[i], GREEN_ATTR_LOCAL_ADDR, &sa,
		    sizeof(sa)) == 0)
			dprintf(1, "listening on %s\n", green_addr_format(
			    (struct sockaddr *)&sa, sizeof(sa), buf,
			    sizeof(buf)));
	}
	return (green_listener_multi(l, nlocal));
}

static int
serve(void *arg)
{
	struct green_listener *l = listen_all();
	struct green_group g;
	int rc;

	if (l == NULL)
		return (-1);
	green_serve_on_error(l, report, NULL);
	green_group_open(&g);
	if ((rc = green_spawn_daemon(&g, await_signals, &g)) == 0)
		rc = green_serve(l, &g, pass, arg);
	green_listener_close(l);
	return (green_group_close(&g, rc));
}

static int64_t
seconds(const char *s)
{
	char *end;
	long n = strtol(s, &end, 10);

	if (end == s || *end != '\0' || n < 1 || n > 86400)
		errx(1, "%s: not a number of seconds from 1 to 86400", s);
	return (n * GREEN_SEC);
}

int
main(int argc, char *argv[])
{
	struct green_options options = { .backend = NULL };
	int ch;

	while ((ch = getopt(argc, argv, "b:c:g:i:l:v")) != -1)
		if (ch == 'b')
			options.backend = optarg;
		else if (ch == 'c')
			connect_time = seconds(optarg);
		else if (ch == 'g')
			grace = seconds(optarg);
		else if (ch == 'i')
			idle_time = seconds(optarg);
		else if (ch == 'l' && nlocal < MAX_ADDRESSES)
			local[nlocal++] = parse_address(optarg);
		else if (ch == 'v')
			verbose = 1;
		else
			argc = 0;
	if (optind == argc - 1)
		target = parse_address(argv[optind]);
	if (nlocal == 0 || target.host == NULL)
		errx(1, "usage: tcpproxy [-v] [-b backend] [-c seconds] "
		    "[-g seconds] [-i seconds] -l [host:]port ... host:port");
	if (green_run(serve, NULL, &options) == -1)
		errx(1, "%s", green_errmsg());
	return (0);
}
