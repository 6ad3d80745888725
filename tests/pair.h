/*
 * Two ends that are connected, non-blocking: sockets, pipes, a connection.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#ifndef PAIR_H
#define PAIR_H

#include <sys/socket.h>

#include <fcntl.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <unistd.h>

static inline bool
pair_unblock(const int fd[2])
{
	return (fcntl(fd[0], F_SETFL, O_NONBLOCK) != -1 &&
	    fcntl(fd[1], F_SETFL, O_NONBLOCK) != -1);
}

static inline bool
pair_open(int fd[2])
{
	return (socketpair(AF_UNIX, SOCK_STREAM, 0, fd) == 0 &&
	    pair_unblock(fd));
}

/* One reads from the first, and writes to the second. */
static inline bool
pair_open_pipe(int fd[2])
{
	return (pipe(fd) == 0 && pair_unblock(fd));
}

static inline bool
pair_open_tcp(int fd[2])
{
	struct sockaddr_in sa = { .sin_family = AF_INET };
	socklen_t len = sizeof(sa);
	int listener;

	fd[0] = fd[1] = -1;
	sa.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if ((listener = socket(AF_INET, SOCK_STREAM, 0)) == -1 ||
	    bind(listener, (struct sockaddr *)&sa, len) == -1 ||
	    listen(listener, 1) == -1 ||
	    getsockname(listener, (struct sockaddr *)&sa, &len) == -1 ||
	    (fd[0] = socket(AF_INET, SOCK_STREAM, 0)) == -1 ||
	    connect(fd[0], (struct sockaddr *)&sa, len) == -1 ||
	    (fd[1] = accept(listener, NULL, NULL)) == -1)
		return (false);
	close(listener);
	return (pair_unblock(fd));
}

static inline void
pair_close(const int fd[2])
{
	close(fd[0]);
	close(fd[1]);
}

#endif /* PAIR_H */
