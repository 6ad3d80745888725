/*
 * Listening on TCP: a socket for each address, all with the same port.  Where
 * the system is to choose that, it does so for the first of them; the others
 * may find it taken, and then all begin again.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <sys/types.h>
#include <sys/socket.h>

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "internal.h"

#define TRIES	16

struct ports {
	struct green__addrs at;
	const struct green_listen_options *opt;
	struct green__port **v;		/* room for at.n */
	size_t	 n;
};

/* Bound and listening, or -1 with fd still open. */
static int
set_up(int fd, struct green__addr *a, const struct green_listen_options *opt)
{
	/* Where it cannot be set it is so already. */
	if (a->sa.ss_family == AF_INET6)
		(void)green__socket_set_v6only(fd, true);
	if (green__socket_set_reuse_addr(fd) == -1 ||
	    (opt->reuse_port && green__socket_set_reuse_port(fd) == -1) ||
	    green__socket_set_nodelay(fd) == -1 ||
	    green__socket_prepare(fd, opt) == -1 ||
	    bind(fd, green__sa(a), a->len) == -1)
		return (-1);
	return (listen(fd, opt->backlog == 0 ? INT_MAX : opt->backlog));
}

static struct green__port *
open_port(struct green__addr *a, const struct green_listen_options *opt)
{
	struct green__port *p = NULL;
	char text[GREEN_ADDRSTRLEN];
	int fd, error;

	if ((fd = green__socket(a->sa.ss_family, SOCK_STREAM)) != -1 &&
	    set_up(fd, a, opt) == 0)
		p = green__socket_port(fd, a->sa.ss_family, NULL);
	if (p != NULL)
		return (p);
	error = errno;
	if (fd != -1)
		close(fd);
	(void)green__failx(error, "%s: %s",
	    green__addr_text(a, text, sizeof(text)), strerror(error));
	return (NULL);
}

static void
close_all(struct ports *p)
{
	int error = errno;

	while (p->n > 0) {
		p->n--;
		p->v[p->n]->ops->close(p->v[p->n]);
		p->v[p->n]->ops->free(p->v[p->n]);
	}
	errno = error;
}

/* A family that this system, or its network, does without. */
static bool
is_absent(const struct green__addr *a, int code)
{
	return (code == EAFNOSUPPORT || code == EPROTONOSUPPORT ||
	    (code == EADDRNOTAVAIL && a->sa.ss_family == AF_INET6));
}

static int
open_all(struct ports *p)
{
	struct green__port *opened;
	struct green__addr first;
	size_t i;
	int port = green__addr_port(&p->at.v[0]);

	for (i = 0; i < p->at.n; i++) {
		green__addr_set_port(&p->at.v[i], port);
		if ((opened = open_port(&p->at.v[i], p->opt)) == NULL) {
			if (!is_absent(&p->at.v[i], errno))
				return (-1);
			continue;
		}
		p->v[p->n++] = opened;
		if (port == 0) {
			if (green__addr_local(&first, opened->fd.fd) == -1)
				return (-1);
			port = green__addr_port(&first);
		}
	}
	return (p->n > 0 ? 0 : -1);
}

static struct green_listener *
listen_on(struct ports *p)
{
	struct green_listener *l;
	bool free_port = green__addr_port(&p->at.v[0]) == 0;
	int tries;

	p->v = reallocarray(NULL, p->at.n, sizeof(*p->v));
	if (p->v == NULL) {
		(void)green__fail(ENOMEM);
		return (NULL);
	}
	for (tries = 0; open_all(p) == -1; tries++) {
		close_all(p);
		if (!free_port || errno != EADDRINUSE || tries == TRIES)
			return (NULL);
		green__addr_set_port(&p->at.v[0], 0);
	}
	if ((l = green__listener_new(p->v, p->n)) == NULL)
		close_all(p);
	return (l);
}

struct green_listener *
green_listen_tcp(const char *host, const char *port,
    const struct green_listen_options *opt)
{
	static const struct green_listen_options none;
	struct ports p = { .opt = opt == NULL ? &none : opt };
	struct green_tls_config *tls = NULL;
	struct green_listener *l = NULL;

	if (green__check() == -1)
		return (NULL);
	if (p.opt->tls && (tls = green__tls_listen_config(
	    p.opt->tls_options)) == NULL)
		return (NULL);
	if (p.opt->backlog < 0)
		(void)green__failx(EINVAL, "backlog %d is below 0",
		    p.opt->backlog);
	else if (green__resolve(&p.at, host, port, p.opt->family,
	    SOCK_STREAM) == 0)
		l = listen_on(&p);
	free(p.v);
	free(p.at.v);
	return (tls == NULL ? l : green__tls_listen(l, tls));
}
