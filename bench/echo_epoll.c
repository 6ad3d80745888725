/*
 * The echo server written by hand: one epoll loop, edge-triggered, the receive
 * tried until it would block; with no state but the descriptor, or with a
 * buffer for each connection.
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
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include "echo.h"

const char page[] = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
    "Content-Length: 14\r\n\r\nHello, world!\n";
const unsigned page_len = sizeof(page) - 1;

/* The data of its events; of others it is their connection. */
#define LISTENER	UINT64_MAX

/* A page for each connection, as servers have that keep a request until it is
   whole. */
struct connection {
	int	 fd;
	char	 buf[4096 - sizeof(int)];
};

static uint64_t
keep(int c)
{
	struct connection *k;

	if ((k = aligned_alloc(sizeof(*k), sizeof(*k))) == NULL)
		err(1, "aligned_alloc");
	k->fd = c;
	return ((uintptr_t)k);
}

static void
accept_all(int ep, int fd, bool buffers)
{
	struct epoll_event ev = { .events = EPOLLIN | EPOLLRDHUP | EPOLLET };
	int c, on = 1;

	while ((c = accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) !=
	    -1) {
		setsockopt(c, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
		ev.data.u64 = buffers ? keep(c) : (uint64_t)c;
		if (epoll_ctl(ep, EPOLL_CTL_ADD, c, &ev) == -1)
			err(1, "epoll_ctl");
	}
}

/* false: the connection is over. */
static bool
answer(int c, char *buf, size_t size, bool http)
{
	ssize_t n;

	while ((n = recv(c, buf, size, 0)) > 0) {
		if (!http && send(c, buf, (size_t)n, MSG_NOSIGNAL) != n)
			break;
		for (ssize_t left = n; http && left > 0; left -= REQUEST)
			if (send(c, page, page_len, MSG_NOSIGNAL) == -1)
				break;
		/* A short read has emptied the socket: the next edge tells. */
		if ((size_t)n < size)
			return (true);
	}
	if (n == -1 && errno == EAGAIN)
		return (true);
	close(c);
	return (false);
}

static void
answer_kept(struct connection *k, bool http)
{
	if (!answer(k->fd, k->buf, sizeof(k->buf), http))
		free(k);
}

static void
answer_plain(int c, bool http)
{
	char buf[4096];

	(void)answer(c, buf, sizeof(buf), http);
}

static void
serve(int fd, bool http, bool buffers)
{
	struct epoll_event ev = { .events = EPOLLIN }, evs[256];
	int ep, i, n;

	if ((ep = epoll_create1(EPOLL_CLOEXEC)) == -1)
		err(1, "epoll_create1");
	ev.data.u64 = LISTENER;
	if (epoll_ctl(ep, EPOLL_CTL_ADD, fd, &ev) == -1)
		err(1, "epoll_ctl");
	for (;;) {
		n = epoll_wait(ep, evs, 256, -1);
		for (i = 0; i < n; i++)
			if (evs[i].data.u64 == LISTENER)
				accept_all(ep, fd, buffers);
			else if (buffers)
				answer_kept(evs[i].data.ptr, http);
			else
				answer_plain((int)evs[i].data.u64, http);
	}
}

void
serve_epoll(int fd, bool http)
{
	serve(fd, http, false);
}

void
serve_epoll_buffers(int fd, bool http)
{
	serve(fd, http, true);
}
