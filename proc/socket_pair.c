/* Two ends of a stream between processes. */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <sys/types.h>
#include <sys/socket.h>

#include <fcntl.h>

#include "nursery.h"

#if HAVE_DECL_SOCK_CLOEXEC
#define TYPE	(SOCK_STREAM | SOCK_CLOEXEC)
#else
#define TYPE	SOCK_STREAM
#endif

int
green__socket_pair(int fd[2])
{
	int i;

	if (socketpair(AF_UNIX, TYPE, 0, fd) == -1)
		return (-1);
	for (i = 0; i < 2; i++) {
		(void)fcntl(fd[i], F_SETFD, FD_CLOEXEC);
#if HAVE_DECL_SO_NOSIGPIPE
		(void)setsockopt(fd[i], SOL_SOCKET, SO_NOSIGPIPE, &(int){ 1 },
		    sizeof(int));
#endif
	}
	return (0);
}
