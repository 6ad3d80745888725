/*
 * Options of sockets, in the units of libgreen: what they come down to here.
 * What a system has no such option for is ENOTSUP.  Any thread.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <sys/types.h>
#include <sys/socket.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

#include <limits.h>

#include "internal.h"

#define NONE	0		/* is no option's number */

#if HAVE_DECL_TCP_KEEPIDLE
#define KEEP_IDLE	TCP_KEEPIDLE
#elif HAVE_DECL_TCP_KEEPALIVE
#define KEEP_IDLE	TCP_KEEPALIVE
#else
#define KEEP_IDLE	NONE
#endif

#if HAVE_DECL_TCP_KEEPINTVL
#define KEEP_INTERVAL	TCP_KEEPINTVL
#else
#define KEEP_INTERVAL	NONE
#endif

#if HAVE_DECL_TCP_KEEPCNT
#define KEEP_COUNT	TCP_KEEPCNT
#else
#define KEEP_COUNT	NONE
#endif

#if HAVE_DECL_TCP_USER_TIMEOUT
#define USER_TIMEOUT	TCP_USER_TIMEOUT
#define USER_UNIT	GREEN_MSEC
#elif HAVE_DECL_TCP_MAXUNACKTIME
#define USER_TIMEOUT	TCP_MAXUNACKTIME
#define USER_UNIT	GREEN_SEC
#elif HAVE_DECL_TCP_RXT_CONNDROPTIME
#define USER_TIMEOUT	TCP_RXT_CONNDROPTIME
#define USER_UNIT	GREEN_SEC
#else
#define USER_TIMEOUT	NONE
#define USER_UNIT	GREEN_SEC
#endif

/* The least and the greatest value, and what the system counts in. */
struct option {
	int	 level;
	int	 name;
	int64_t	 least;
	int64_t	 most;
	int64_t	 unit;
	bool	 tcp;
};
#define SWITCH(level, name)	{ (level), (name), 0, 1, 1, true }
#define BYTES(name)		{ SOL_SOCKET, (name), 1, INT_MAX, 1, false }
#define TIME(name, least, unit)						\
	{ IPPROTO_TCP, (name), (least), INT_MAX, (unit), true }

static const struct option options[] = {
	[GREEN_OPT_NODELAY] = SWITCH(IPPROTO_TCP, TCP_NODELAY),
	[GREEN_OPT_KEEPALIVE] = SWITCH(SOL_SOCKET, SO_KEEPALIVE),
	[GREEN_OPT_KEEPALIVE_IDLE] = TIME(KEEP_IDLE, 1, GREEN_SEC),
	[GREEN_OPT_KEEPALIVE_INTERVAL] = TIME(KEEP_INTERVAL, 1, GREEN_SEC),
	[GREEN_OPT_KEEPALIVE_COUNT] = TIME(KEEP_COUNT, 1, 1),
	[GREEN_OPT_USER_TIMEOUT] = TIME(USER_TIMEOUT, 0, USER_UNIT),
	[GREEN_OPT_RESET] = SWITCH(SOL_SOCKET, SO_LINGER),
	[GREEN_OPT_RECEIVE_BUFFER] = BYTES(SO_RCVBUF),
	[GREEN_OPT_SEND_BUFFER] = BYTES(SO_SNDBUF)
};
#define NOPTIONS	(sizeof(options) / sizeof(options[0]))

/* What o is for fd.  NULL and ENOTSUP, EINVAL */
static const struct option *
option_of(int fd, enum green_option o)
{
	struct green__addr a;

	if ((size_t)o >= NOPTIONS) {
		(void)green__fail(EINVAL);
		return (NULL);
	}
	if (green__addr_local(&a, fd) == -1)
		return (NULL);
	if (options[o].name == NONE ||
	    (options[o].tcp && green__addr_port(&a) == -1)) {
		(void)green__fail(ENOTSUP);
		return (NULL);
	}
	return (&options[o]);
}

/* As the system has it. */
static int
set(int fd, const struct option *o, int n)
{
	struct linger l = { .l_onoff = n };

	if (o->name == SO_LINGER && o->level == SOL_SOCKET)
		return (setsockopt(fd, o->level, o->name, &l, sizeof(l)));
	return (setsockopt(fd, o->level, o->name, &n, sizeof(n)));
}

static int
get(int fd, const struct option *o, int *n)
{
	struct linger l = { .l_onoff = 0 };
	socklen_t len = sizeof(l);

	if (o->name == SO_LINGER && o->level == SOL_SOCKET) {
		if (getsockopt(fd, o->level, o->name, &l, &len) == -1)
			return (-1);
		*n = l.l_onoff != 0 && l.l_linger == 0;
		return (0);
	}
	len = sizeof(*n);
	return (getsockopt(fd, o->level, o->name, n, &len));
}

/* Options that the kernel does not know, though its headers do. */
static int
fail(void)
{
	return (green__fail(errno == ENOPROTOOPT || errno == EOPNOTSUPP ?
	    ENOTSUP : errno));
}

int
green__socket_set(int fd, enum green_option which, int64_t value)
{
	const struct option *o = option_of(fd, which);
	int64_t n;

	if (o == NULL)
		return (-1);
	/* Rounded up: no time is a shorter one than was asked for. */
	n = value / o->unit + (value % o->unit > 0);
	if (value < o->least || n > o->most)
		return (green__fail(EINVAL));
	return (set(fd, o, (int)n) == -1 ? fail() : 0);
}

int
green__socket_get(int fd, enum green_option which, int64_t *value)
{
	const struct option *o = option_of(fd, which);
	int n;

	if (o == NULL)
		return (-1);
	if (get(fd, o, &n) == -1)
		return (fail());
	*value = o->most == 1 ? n != 0 : n * o->unit;
	return (0);
}
