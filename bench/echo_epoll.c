/*
 * The echo server written by hand: one epoll loop, edge-triggered, the receive
 * tried until it would block, no state but the descriptor.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <sys/epoll.h>
#include <sys/socket.h>

#include <netinet/in.h>
#include <netinet/tcp.h>

#include <err.h>
#include <errno.h>
#include <unistd.h>

#include "echo.h"

const char page[] = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
    "Content-Length: 14\r\n\r\nHello, world!\n";
const unsigned page_len = sizeof(page) - 1;

static void
accept_all(int ep, int fd)
{
	struct epoll_event ev = { .events = EPOLLIN | EPOLLRDHUP | EPOLLET };
	int c, on = 1;

	while ((c = accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) !=
	    -1) {
		setsockopt(c, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
		ev.data.fd = c;
		if (epoll_ctl(ep, EPOLL_CTL_ADD, c, &ev) == -1)
			err(1, "epoll_ctl");
	}
}

static void
echo(int c, bool http)
{
	char buf[4096];
	ssize_t n;

	while ((n = recv(c, buf, sizeof(buf), 0)) > 0) {
		if (!http && send(c, buf, (size_t)n, MSG_NOSIGNAL) != n)
			break;
		for (ssize_t left = n; http && left > 0; left -= REQUEST)
			if (send(c, page, page_len, MSG_NOSIGNAL) == -1)
				break;
		/* A short read has emptied the socket: the next edge tells. */
		if (n < (ssize_t)sizeof(buf))
			return;
	}
	if (n == 0 || (n == -1 && errno != EAGAIN))
		close(c);
}

void
serve_epoll(int fd, bool http)
{
	struct epoll_event ev = { .events = EPOLLIN }, evs[256];
	int ep, i, n;

	if ((ep = epoll_create1(EPOLL_CLOEXEC)) == -1)
		err(1, "epoll_create1");
	ev.data.fd = fd;
	if (epoll_ctl(ep, EPOLL_CTL_ADD, fd, &ev) == -1)
		err(1, "epoll_ctl");
	for (;;) {
		n = epoll_wait(ep, evs, 256, -1);
		for (i = 0; i < n; i++)
			if (evs[i].data.fd == fd)
				accept_all(ep, fd);
			else
				echo(evs[i].data.fd, http);
	}
}
