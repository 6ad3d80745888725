/*
 * What is told of handlers that fail: to the function that the program has set,
 * or else a line on stderr.  A connection that broke, or was ended from here,
 * is nothing to tell of.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <sys/socket.h>
#include <netinet/in.h>

#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "internal.h"

/* The other side, as ", 127.0.0.1:7777", or nothing. */
static void
describe(struct green_stream *s, char *buf, size_t size)
{
	char host[NI_MAXHOST], port[NI_MAXSERV];
	struct sockaddr_storage sa;
	struct green_cred cred;
	socklen_t len;

	*buf = '\0';
	if (s == NULL)
		return;
	if (green_stream_attr(s, GREEN_ATTR_PEER_CRED, &cred,
	    sizeof(cred)) == 0) {
		if (cred.pid != -1)
			snprintf(buf, size, ", process %ld", (long)cred.pid);
		return;
	}
	if (green_stream_attr(s, GREEN_ATTR_REMOTE_ADDR, &sa,
	    sizeof(sa)) == -1)
		return;
	len = sa.ss_family == AF_INET ? sizeof(struct sockaddr_in) :
	    sizeof(struct sockaddr_in6);
	if (getnameinfo((struct sockaddr *)&sa, len, host, sizeof(host), port,
	    sizeof(port), NI_NUMERICHOST | NI_NUMERICSERV) == 0)
		snprintf(buf, size, sa.ss_family == AF_INET ? ", %s:%s" :
		    ", [%s]:%s", host, port);
}

static void
tell(struct green_stream *s, int code)
{
	char peer[NI_MAXHOST + NI_MAXSERV + 8], text[1024];

	errno = code;
	snprintf(text, sizeof(text), "%s", green_errmsg());
	describe(s, peer, sizeof(peer));
	dprintf(STDERR_FILENO, "libgreen: %s%s: %s\n",
	    green_name(green_self()), peer, text);
}

void
green__report(const struct green__report *r, struct green_stream *s, int code)
{
	if (code == ECANCELED || code == ECONNRESET || code == EPIPE)
		return;
	if (r->fn == NULL) {
		tell(s, code);
		return;
	}
	errno = code;
	r->fn(s, r->arg);
}
