/*
 * What a stream on a socket does for each piece of data, inline: the system call,
 * which does not end with EINTR and raises no SIGPIPE.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#ifndef GREEN_NET_SOCKET_CALL_H
#define GREEN_NET_SOCKET_CALL_H

#include <sys/types.h>
#include <sys/socket.h>

#include <errno.h>
#include <limits.h>

static inline ssize_t
green__socket_receive(int fd, void *buf, size_t max)
{
	ssize_t n;

	if (max > INT_MAX)
		max = INT_MAX;
	while ((n = recv(fd, buf, max, 0)) == -1 && errno == EINTR)
		continue;
	return (n);
}

static inline ssize_t
green__socket_send(int fd, const void *buf, size_t len)
{
	ssize_t n;

	if (len > INT_MAX)
		len = INT_MAX;
	while ((n = send(fd, buf, len, GREEN_SEND_FLAGS)) == -1 &&
	    errno == EINTR)
		continue;
	return (n);
}

#endif /* GREEN_NET_SOCKET_CALL_H */
