/*
 * Facts about sockets: what the attributes of streams and listeners on them
 * come down to.  Any thread.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include "internal.h"

static int
remote_addr(struct green__addr *a, int fd)
{
	*a = (struct green__addr){ .len = sizeof(a->sa) };
	if (getpeername(fd, green__sa(a), &a->len) == 0)
		return (0);
	return (green__fail(errno == ENOTCONN || errno == EINVAL ?
	    ENOTSUP : errno));
}

static int
family(int fd, void *value, size_t size)
{
	struct green__addr a;
	int n;

	if (green__addr_local(&a, fd) == -1)
		return (-1);
	n = a.sa.ss_family;
	return (green__attr_copy(value, size, &n, sizeof(n)));
}

static int
port(struct green__addr *a, void *value, size_t size)
{
	int n = green__addr_port(a);

	if (n == -1)
		return (green__fail(ENOTSUP));
	return (green__attr_copy(value, size, &n, sizeof(n)));
}

static int
peer_cred(int fd, void *value, size_t size)
{
	struct green__addr a;
	struct green_cred c;

	if (green__addr_local(&a, fd) == -1)
		return (-1);
	if (a.sa.ss_family != AF_UNIX || remote_addr(&a, fd) == -1)
		return (green__fail(ENOTSUP));
	if (green__socket_peer_cred(fd, &c) == -1)
		return (green__fail(errno));
	return (green__attr_copy(value, size, &c, sizeof(c)));
}

int
green__socket_attr(int fd, enum green_attr attr, void *value, size_t size)
{
	struct green__addr a;

	switch (attr) {
	case GREEN_ATTR_FD:
		return (green__attr_copy(value, size, &fd, sizeof(fd)));
	case GREEN_ATTR_FAMILY:
		return (family(fd, value, size));
	case GREEN_ATTR_LOCAL_ADDR:
	case GREEN_ATTR_LOCAL_PORT:
		if (green__addr_local(&a, fd) == -1)
			return (-1);
		break;
	case GREEN_ATTR_REMOTE_ADDR:
	case GREEN_ATTR_REMOTE_PORT:
		if (remote_addr(&a, fd) == -1)
			return (-1);
		break;
	case GREEN_ATTR_PEER_CRED:
		return (peer_cred(fd, value, size));
	default:
		return (green__fail(ENOTSUP));
	}
	if (attr == GREEN_ATTR_LOCAL_PORT || attr == GREEN_ATTR_REMOTE_PORT)
		return (port(&a, value, size));
	return (green__attr_copy(value, size, &a.sa, sizeof(a.sa)));
}
