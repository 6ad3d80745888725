/*
 * Connecting over TCP: one address after the other, until one answers.  What
 * went wrong with each of them is written down, as errno can only tell of the
 * last.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <sys/types.h>
#include <sys/socket.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "internal.h"

struct attempts {
	struct green__addrs to;
	struct green__addrs from;	/* n 0: wherever the system likes */
	bool	 port_given;		/* of from */
	char	 report[1024];
};

/* The resolver's order, but families take turns. */
static void
interleave(struct green__addrs *a)
{
	struct green__addr next;
	size_t i, j;

	for (i = 1; i < a->n; i++) {
		for (j = i; j < a->n; j++)
			if (a->v[j].sa.ss_family != a->v[i - 1].sa.ss_family)
				break;
		if (j == a->n)
			return;
		next = a->v[j];
		memmove(&a->v[i + 1], &a->v[i], (j - i) * sizeof(next));
		a->v[i] = next;
	}
}

static int
bind_local(int fd, int family, const struct attempts *t)
{
	if (t->port_given && green__socket_set_reuse_addr(fd) == -1)
		return (green__fail(errno));
	return (green__addrs_bind(&t->from, fd, family));
}

/* Begin to connect: a stream, which may still wait for its connection. */
static struct green_stream *
begin(int fd, struct green__addr *to, const struct attempts *t, bool *waits)
{
	int rc;

	if (bind_local(fd, to->sa.ss_family, t) == -1)
		return (NULL);
	(void)green__socket_set_nodelay(fd);
	rc = green__socket_connect(fd, green__sa(to), to->len);
	*waits = rc == -1 && errno == EINPROGRESS;
	if (rc == -1 && !*waits) {
		(void)green__fail(errno);
		return (NULL);
	}
	return (green__socket_stream(fd, to->sa.ss_family));
}

static struct green_stream *
attempt(struct green__addr *to, const struct attempts *t)
{
	struct green_stream *s;
	bool waits;
	int fd, error;

	if ((fd = green__socket(to->sa.ss_family, SOCK_STREAM)) == -1) {
		(void)green__fail(errno);
		return (NULL);
	}
	if ((s = begin(fd, to, t, &waits)) == NULL) {
		error = errno;
		close(fd);
		errno = error;
		return (NULL);
	}
	if (waits && green__socket_stream_connected(s) == -1) {
		green_stream_abort(s);
		return (NULL);
	}
	return (s);
}

/* Add to the report that this one failed, and why. */
static void
report(struct attempts *t, struct green__addr *to)
{
	size_t len = strlen(t->report);
	char addr[GREEN_ADDRSTRLEN];
	int error = errno;

	snprintf(t->report + len, sizeof(t->report) - len, "%s%s: %s",
	    len == 0 ? "" : "; ", green__addr_text(to, addr, sizeof(addr)),
	    green_errmsg());
	errno = error;
}

static struct green_stream *
try_all(struct attempts *t)
{
	struct green_stream *s;
	size_t i;

	interleave(&t->to);
	t->report[0] = '\0';
	for (i = 0; i < t->to.n; i++) {
		if ((s = attempt(&t->to.v[i], t)) != NULL) {
			green__spend();
			return (s);
		}
		if (errno == ECANCELED)
			return (NULL);
		report(t, &t->to.v[i]);
	}
	(void)green__fail_text(errno, t->report);
	return (NULL);
}

static int
resolve(struct attempts *t, const char *host, const char *port,
    const struct green_connect_options *opt)
{
	const char *local_port = opt->local_port;

	if (opt->tls)
		return (green__failx(ENOTSUP, "TLS is not built in"));
	if (host == NULL)
		return (green__failx(EINVAL, "no host was given"));
	if (green__resolve(&t->to, host, port, opt->family, SOCK_STREAM) == -1)
		return (-1);
	if (green__addr_port(&t->to.v[0]) == 0)
		return (green__failx(EINVAL, "port 0 cannot be connected to"));
	if (opt->local_host == NULL && local_port == NULL)
		return (0);
	t->port_given = local_port != NULL;
	return (green__resolve(&t->from, opt->local_host,
	    t->port_given ? local_port : "0", opt->family, SOCK_STREAM));
}

struct green_stream *
green_connect_tcp(const char *host, const char *port,
    const struct green_connect_options *opt)
{
	static const struct green_connect_options none;
	struct attempts t = { .port_given = false };
	struct green_stream *s = NULL;

	if (green__check() == -1)
		return (NULL);
	if (resolve(&t, host, port, opt == NULL ? &none : opt) == 0)
		s = try_all(&t);
	free(t.to.v);
	free(t.from.v);
	return (s);
}
