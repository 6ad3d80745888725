/*
 * recvmmsg() and sendmmsg(), for non-blocking sockets: one message after the
 * other, until there is none, or no room.  What fails after some is the next
 * call's to find.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <sys/types.h>
#include <sys/socket.h>

int
recvmmsg(int fd, struct mmsghdr *m, unsigned n, int flags,
    struct timespec *timeout)
{
	unsigned i;
	ssize_t len;

	(void)timeout;
	for (i = 0; i < n; i++) {
		if ((len = recvmsg(fd, &m[i].msg_hdr, flags)) == -1)
			return (i > 0 ? (int)i : -1);
		m[i].msg_len = (unsigned)len;
	}
	return ((int)n);
}

int
sendmmsg(int fd, struct mmsghdr *m, unsigned n, int flags)
{
	unsigned i;
	ssize_t len;

	for (i = 0; i < n; i++) {
		if ((len = sendmsg(fd, &m[i].msg_hdr, flags)) == -1)
			return (i > 0 ? (int)i : -1);
		m[i].msg_len = (unsigned)len;
	}
	return ((int)n);
}
