/*
 * <sys/socket.h> with several messages a call, for systems that have it not: on
 * the include path of those alone.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include_next <sys/socket.h>

#ifndef GREEN_COMPAT_SOCKET_H
#define GREEN_COMPAT_SOCKET_H

#include <time.h>

#define mmsghdr		green__mmsghdr
#define recvmmsg	green__recvmmsg
#define sendmmsg	green__sendmmsg

struct mmsghdr {
	struct msghdr msg_hdr;
	unsigned msg_len;
};
int	 recvmmsg(int fd, struct mmsghdr *m, unsigned n, int flags,
	    struct timespec *timeout);
int	 sendmmsg(int fd, struct mmsghdr *m, unsigned n, int flags);

#endif /* GREEN_COMPAT_SOCKET_H */
