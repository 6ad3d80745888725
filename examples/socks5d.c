/*
 * socks5d: a SOCKS5 proxy (RFC 1928), with names and passwords (RFC 1929) if told
 * so.  A client's task reads what it wants by receive_exactly(), connects, answers,
 * and joins the two streams.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include <sys/socket.h>
#include <netinet/in.h>
#include <arpa/inet.h>

#include <err.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <green.h>

enum { NO_AUTH = 0, PASSWORD = 2, NO_METHOD = 255 };	/* methods */
enum { CONNECT = 1, IPV4 = 1, NAME = 3, IPV6 = 4 };	/* commands, addresses */
enum { GRANTED, FAILED, FORBIDDEN, NO_NETWORK, NO_HOST, REFUSED, EXPIRED,
    BAD_COMMAND, BAD_ADDRESS };				/* answers */

static char	*user, *password;	/* NULL: everybody may */
static int64_t	 patience = 10 * GREEN_SEC, idle_time = 300 * GREEN_SEC;

/* n bytes, no fewer. */
static int
get(struct green_stream *s, unsigned char *buf, size_t n)
{
	ssize_t got = green_stream_receive_exactly(s, buf, n);

	if (got >= 0 && (size_t)got < n)
		errno = EPROTO;
	return (got == (ssize_t)n ? 0 : -1);
}

/* A string behind its length; buf has room for any. */
static int
get_string(struct green_stream *s, char buf[256])
{
	unsigned char n;

	if (get(s, &n, 1) == -1 || get(s, (unsigned char *)buf, n) == -1)
		return (-1);
	buf[n] = '\0';
	errno = EPROTO;
	return (strlen(buf) == n ? 0 : -1);
}

static int
put2(struct green_stream *s, int a, int b)
{
	unsigned char buf[2] = { (unsigned char)a, (unsigned char)b };

	return (green_stream_send(s, buf, sizeof(buf)));
}

/* Who is there?  EACCES: somebody else. */
static int
check_password(struct green_stream *s)
{
	char name[256], secret[256];
	unsigned char version;
	bool wrong;

	if (get(s, &version, 1) == -1 || get_string(s, name) == -1 ||
	    get_string(s, secret) == -1)
		return (-1);
	wrong = strcmp(name, user) != 0 || strcmp(secret, password) != 0;
	if (put2(s, 1, wrong) == -1)
		return (-1);
	errno = EACCES;
	return (wrong ? -1 : 0);
}

static int
greet(struct green_stream *s)
{
	unsigned char head[2], methods[255];
	int method = user == NULL ? NO_AUTH : PASSWORD;

	if (get(s, head, 2) == -1)
		return (-1);
	errno = EPROTONOSUPPORT;
	if (head[0] != 5 || get(s, methods, head[1]) == -1)
		return (-1);
	if (memchr(methods, method, head[1]) == NULL)
		method = NO_METHOD;
	if (put2(s, 5, method) == -1)
		return (-1);
	errno = EACCES;
	return (method == NO_AUTH ? 0 : method == PASSWORD ?
	    check_password(s) : -1);
}

/* What a client wants: GRANTED, and host and port; why not; or -1. */
static int
get_request(struct green_stream *s, char host[256], char port[8])
{
	unsigned char head[4], addr[16], number[2];
	int rc = 0;

	if (get(s, head, 4) == -1)
		return (-1);
	if (head[3] == NAME)
		rc = get_string(s, host);
	else if (head[3] == IPV4 || head[3] == IPV6)
		rc = get(s, addr, head[3] == IPV4 ? 4 : 16);
	else
		return (BAD_ADDRESS);
	if (rc == -1 || get(s, number, 2) == -1)
		return (-1);
	if (head[3] != NAME)
		inet_ntop(head[3] == IPV4 ? AF_INET : AF_INET6, addr, host,
		    256);
	snprintf(port, 8, "%d", number[0] << 8 | number[1]);
	if (head[0] != 5)
		return (FAILED);
	return (head[1] == CONNECT ? GRANTED : BAD_COMMAND);
}

/* An answer: why, and where the connection begins, if there is one. */
static int
answer(struct green_stream *s, int why, struct green_stream *server)
{
	struct sockaddr_storage sa = { .ss_family = AF_INET };
	struct sockaddr_in *in = (struct sockaddr_in *)&sa;
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&sa;
	unsigned char head[4] = { 5, (unsigned char)why, 0, IPV4 };
	struct iovec iov[3] = { { head, 4 }, { &in->sin_addr, 4 },
	    { &in->sin_port, 2 } };

	if (server != NULL && green_stream_attr(server, GREEN_ATTR_LOCAL_ADDR,
	    &sa, sizeof(sa)) == -1)
		return (-1);
	if (sa.ss_family == AF_INET6) {
		head[3] = IPV6;
		iov[1] = (struct iovec){ &in6->sin6_addr, 16 };
		iov[2].iov_base = &in6->sin6_port;
	}
	return (green_stream_sendv(s, iov, 3));
}

/* Why a connection failed, as the protocol has it. */
static int
reason(int code)
{
	return (code == ECONNREFUSED ? REFUSED : code == EACCES ? FORBIDDEN :
	    code == ENETUNREACH ? NO_NETWORK : code == EHOSTUNREACH ||
	    code == EADDRNOTAVAIL || code == ETIMEDOUT ? NO_HOST : FAILED);
}

/* Up to the answer: the stream that was asked for, or NULL. */
static struct green_stream *
negotiate(struct green_stream *client)
{
	struct green_stream *server = NULL;
	struct green_scope limit;
	char host[256], port[8];
	int why = -1, code = EPROTO;

	green_fail_after(&limit, patience);
	if (greet(client) == 0)
		why = get_request(client, host, port);
	if (green_scope_close(&limit, why) == -1)
		return (NULL);
	if (why == GRANTED) {
		green_fail_after(&limit, patience);
		server = green_connect_tcp(host, port, NULL);
		if (green_scope_close(&limit, server == NULL ? -1 : 0) == -1)
			why = reason(code = errno);
	}
	if (answer(client, why, server) == 0 && server != NULL)
		return (server);
	green_stream_close(server);
	errno = code;
	return (NULL);
}

static int
serve_client(struct green_stream *client, void *arg)
{
	struct green_stream *server = negotiate(client);

	(void)arg;
	if (server == NULL)
		return (-1);
	/* Half of it must not look like all of it. */
	if (green_stream_join(client, server, idle_time, NULL) == -1 &&
	    errno != EPIPE)
		(void)!green_stream_set(client, GREEN_OPT_RESET, 1);
	return (green_stream_close(server));
}

static int
await_signals(void *arg)
{
	struct green_signals *s = green_signals_open((int[]){ SIGINT,
	    SIGTERM }, 2);

	if (s != NULL && green_signals_next(s) != -1)
		green_scope_stop(arg, patience, "signalled");
	green_signals_close(s);
	return (s == NULL ? -1 : 0);
}

static int
serve(void *arg)
{
	char **where = arg;
	struct green_listener *l = green_listen_tcp(where[0], where[1], NULL);
	struct green_group g;
	int port, rc;

	if (l == NULL || green_listener_attr(l, GREEN_ATTR_LOCAL_PORT, &port,
	    sizeof(port)) == -1)
		return (-1);
	dprintf(1, "listening on port %d\n", port);
	green_group_open(&g);
	if ((rc = green_spawn_daemon(&g, await_signals, &g.scope)) == 0)
		rc = green_serve(l, &g, serve_client, NULL);
	green_listener_close(l);
	return (green_group_close(&g, rc));
}

int
main(int argc, char *argv[])
{
	char host[] = "localhost", port[] = "1080", *where[] = { host, port };
	int ch, i;

	while ((ch = getopt(argc, argv, "u:")) != -1)
		if (ch == 'u' && strchr(optarg, ':') != NULL)
			user = strsep(&optarg, ":"), password = optarg;
		else
			argc = 0;
	if (optind > argc || argc - optind > 2)
		errx(1, "usage: socks5d [-u user:password] [[host] port]");
	for (i = 1; optind < argc; i--)
		where[i] = argv[--argc];
	if (green_run(serve, where, NULL) == -1)
		errx(1, "%s", green_errmsg());
	return (0);
}
