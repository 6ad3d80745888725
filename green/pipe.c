/* Pipes, close-on-exec from birth where the system can. */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <fcntl.h>
#include <unistd.h>

#include "pipe.h"

#ifdef HAVE_PIPE2
int
green__pipe(int fd[2])
{
	return (pipe2(fd, O_CLOEXEC));
}
#else
int
green__pipe(int fd[2])
{
	if (pipe(fd) == -1)
		return (-1);
	(void)fcntl(fd[0], F_SETFD, FD_CLOEXEC);
	(void)fcntl(fd[1], F_SETFD, FD_CLOEXEC);
	return (0);
}
#endif

int
green__fd_nonblocking(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	return (flags == -1 ? -1 : fcntl(fd, F_SETFL, flags | O_NONBLOCK));
}
