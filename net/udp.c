/*
 * UDP sockets.  One that is open for any address takes both families, where the
 * system lets it.  One that is connected may have several addresses to choose
 * from, of which the first that there is a way to is taken: nobody answers.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dgram.h"

static const struct green_dgram_options none;

/* What a socket must be told before it is bound. */
static int
set_up(int fd, int family, bool dual, const struct green_dgram_options *opt)
{
	/* Where it cannot be set it is so already. */
	if (family == AF_INET6 && green__socket_set_v6only(fd, !dual) == -1 &&
	    dual)
		return (-1);
	if (opt->broadcast && green__socket_set_broadcast(fd) == -1)
		return (-1);
	green__dgram_own_groups(fd, family, dual);
	return (opt->reuse_port ? green__socket_set_reuse_port(fd) : 0);
}

/* Bound to at, then connected to `to': either may be NULL. */
static struct green_dgram *
open_socket(int family, bool dual, const struct green__addrs *at,
    struct green__addr *to, const struct green_dgram_options *opt)
{
	struct green_dgram *d;
	int fd, error;

	if ((fd = green__socket(family, SOCK_DGRAM)) == -1 ||
	    set_up(fd, family, dual, opt) == -1)
		(void)green__fail(errno);
	else if (green__addrs_bind(at, fd, family) == 0) {
		if (to != NULL &&
		    green__socket_connect(fd, green__sa(to), to->len) == -1)
			(void)green__fail(errno);
		else if ((d = green__dgram_new(fd, family)) != NULL)
			return (d);
	}
	error = errno;
	if (fd != -1)
		close(fd);
	errno = error;
	return (NULL);
}

/* Does this system, or its network, do without IPv6, or not take both? */
static bool
is_absent(int code)
{
	return (code == EAFNOSUPPORT || code == EPROTONOSUPPORT ||
	    code == EADDRNOTAVAIL || code == EINVAL || code == ENOPROTOOPT);
}

static struct green_dgram *
open_any(const struct green__addrs *at, const struct green_dgram_options *opt)
{
	struct green_dgram *d;

	if (opt->family != AF_UNSPEC)
		return (open_socket(opt->family, false, at, NULL, opt));
	d = open_socket(AF_INET6, true, at, NULL, opt);
	if (d == NULL && is_absent(errno))
		d = open_socket(AF_INET, false, at, NULL, opt);
	return (d);
}

/* At the first of the addresses that can be had. */
static struct green_dgram *
open_at(const struct green__addrs *at, const struct green_dgram_options *opt)
{
	struct green_dgram *d;
	struct green__addrs one;
	size_t i;

	for (i = 0; i < at->n; i++) {
		one = (struct green__addrs){ .v = &at->v[i], .n = 1 };
		d = open_socket(at->v[i].sa.ss_family, false, &one, NULL, opt);
		if (d != NULL)
			return (d);
	}
	return (NULL);
}

struct green_dgram *
green_udp_open(const struct green_dgram_options *opt)
{
	struct green__addrs at;
	struct green_dgram *d;

	if (opt == NULL)
		opt = &none;
	if (green__check() == -1 || green__resolve(&at, opt->local_host,
	    opt->local_port == NULL ? "0" : opt->local_port, opt->family,
	    SOCK_DGRAM) == -1)
		return (NULL);
	d = opt->local_host == NULL ? open_any(&at, opt) : open_at(&at, opt);
	free(at.v);
	green__spend();
	return (d);
}

/* To the first that there is a way to. */
static struct green_dgram *
connect_to(const struct green__addrs *to, const struct green__addrs *from,
    const struct green_dgram_options *opt)
{
	char text[GREEN_ADDRSTRLEN], why[256];
	struct green_dgram *d;
	size_t i;
	int error;

	for (i = 0; i < to->n; i++) {
		d = open_socket(to->v[i].sa.ss_family, false, from, &to->v[i],
		    opt);
		if (d != NULL)
			return (d);
	}
	error = errno;
	(void)strlcpy(why, green_errmsg(), sizeof(why));
	(void)green__failx(error, "%s: %s", green__addr_text(&to->v[i - 1],
	    text, sizeof(text)), why);
	return (NULL);
}

static int
resolve(struct green__addrs *to, struct green__addrs *from, const char *host,
    const char *port, const struct green_dgram_options *opt)
{
	if (host == NULL)
		return (green__failx(EINVAL, "no host was given"));
	if (green__resolve(to, host, port, opt->family, SOCK_DGRAM) == -1)
		return (-1);
	if (green__addr_port(&to->v[0]) == 0)
		return (green__failx(EINVAL, "port 0 cannot be connected to"));
	if (opt->local_host == NULL && opt->local_port == NULL)
		return (0);
	return (green__resolve(from, opt->local_host,
	    opt->local_port == NULL ? "0" : opt->local_port, opt->family,
	    SOCK_DGRAM));
}

struct green_dgram *
green_udp_connect(const char *host, const char *port,
    const struct green_dgram_options *opt)
{
	struct green__addrs to = { .v = NULL }, from = { .v = NULL };
	struct green_dgram *d = NULL;

	if (opt == NULL)
		opt = &none;
	if (green__check() == -1)
		return (NULL);
	if (resolve(&to, &from, host, port, opt) == 0)
		d = connect_to(&to, &from, opt);
	free(to.v);
	free(from.v);
	green__spend();
	return (d);
}
