/*
 * Passing descriptors by UNIX sockets.  They travel with a byte of data: they
 * are sent with the first of the call's, once, and received with whatever that
 * has been put together with.  Each that the kernel has installed is handed on
 * or closed, whatever else goes wrong.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <sys/types.h>
#include <sys/socket.h>

#include <string.h>
#include <unistd.h>

#include "internal.h"

/* Room for as many as there can be, and for what else may come along. */
union control {
	struct cmsghdr header;
	char	 space[CMSG_SPACE(GREEN_FDS_MAX * sizeof(int)) + 256];
};

static void
attach(struct msghdr *msg, union control *control, const int *fds, size_t nfds)
{
	struct cmsghdr *c;

	msg->msg_control = control;
	msg->msg_controllen = CMSG_SPACE(nfds * sizeof(int));
	memset(control, 0, msg->msg_controllen);
	c = CMSG_FIRSTHDR(msg);
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(nfds * sizeof(int));
	memcpy(CMSG_DATA(c), fds, nfds * sizeof(int));
}

/* The descriptors with some of the data; how much. */
static ssize_t
send_first(struct green__fd *f, const struct msghdr *msg)
{
	ssize_t n;

	for (;;) {
		if (green__io_await(f, GREEN__WRITE) == -1)
			return (-1);
		if ((n = green__socket_sendmsg(f->fd, msg)) != -1)
			return (n);
		if (green__io_retry(f, GREEN__WRITE) == -1)
			return (-1);
	}
}

static int
send_fds(struct green_stream *s, const void *buf, size_t len, const int *fds,
    size_t nfds)
{
	struct green__fd *f = green__socket_stream_local(s);
	union control control;
	struct iovec iov = {
		.iov_base = (void *)(uintptr_t)buf,
		.iov_len = len
	};
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	ssize_t n;

	if (f == NULL)
		return (green__fail(ENOTSUP));
	if (len == 0 || nfds > GREEN_FDS_MAX)
		return (green__fail(EINVAL));
	if (nfds > 0)
		attach(&msg, &control, fds, nfds);
	if ((n = send_first(f, &msg)) == -1)
		return (-1);
	if ((size_t)n == len)
		return (0);
	green__fd_drained(f, GREEN__WRITE, false);
	return (s->ops->send(s, (const char *)buf + n, len - (size_t)n));
}

int
green_send_fds(struct green_stream *s, const void *buf, size_t len,
    const int *fds, size_t nfds)
{
	int rc;

	if (green__stream_enter(s, STREAM_SENDING) == -1)
		return (-1);
	rc = send_fds(s, buf, len, fds, nfds);
	rc = (int)green__stream_leave(s, STREAM_SENDING, rc);
	green__spend();
	return (rc);
}

/* Those of one control message into fds, from *n on; the others are closed. */
static bool
take(const struct cmsghdr *c, int *fds, size_t *n, size_t room)
{
	const unsigned char *p = CMSG_DATA(c);
	size_t i, count = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
	bool fit = true;
	int fd;

	for (i = 0; i < count; i++) {
		memcpy(&fd, p + i * sizeof(fd), sizeof(fd));
		if (*n < room) {
			green__socket_received_fd(fd);
			fds[(*n)++] = fd;
		} else {
			(void)close(fd);
			fit = false;
		}
	}
	return (fit);
}

/* musl's macro compares a size with a difference of pointers. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-compare"
static struct cmsghdr *
next(struct msghdr *msg, struct cmsghdr *c)
{
	return (CMSG_NXTHDR(msg, c));
}
#pragma GCC diagnostic pop

/* All that have come; false: some are lost. */
static bool
take_all(struct msghdr *msg, int *fds, size_t *n, size_t room)
{
	struct cmsghdr *c;
	bool fit = (msg->msg_flags & MSG_CTRUNC) == 0;

	for (c = CMSG_FIRSTHDR(msg); c != NULL; c = next(msg, c))
		if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS &&
		    !take(c, fds, n, room))
			fit = false;
	return (fit);
}

static ssize_t
receive_message(struct green__fd *f, struct msghdr *msg, union control *control)
{
	ssize_t n;

	for (;;) {
		if (green__io_await(f, GREEN__READ) == -1)
			return (-1);
		msg->msg_control = control;
		msg->msg_controllen = sizeof(*control);
		if ((n = green__socket_recvmsg(f->fd, msg)) != -1)
			break;
		if (green__io_retry(f, GREEN__READ) == -1)
			return (-1);
	}
	return (n == 0 && f->error != 0 ? green__fail(f->error) : n);
}

static ssize_t
receive_fds(struct green_stream *s, void *buf, size_t max, int *fds,
    size_t *nfds)
{
	struct green__fd *f = green__socket_stream_local(s);
	union control control;
	struct iovec iov = { .iov_base = buf, .iov_len = max };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	size_t room = *nfds;
	ssize_t n;

	*nfds = 0;
	if (f == NULL)
		return (green__fail(ENOTSUP));
	if (max == 0)
		return (green__fail(EINVAL));
	/* What framing has read ahead came without any. */
	if (s->start < s->end)
		return ((ssize_t)green__frame_take(s, buf, max));
	if ((n = receive_message(f, &msg, &control)) == -1)
		return (-1);
	if (take_all(&msg, fds, nfds, room))
		return (n);
	if (green__frame_put(s, buf, (size_t)n) == 0)
		return (green__fail(EMSGSIZE));
	while (*nfds > 0)
		(void)close(fds[--*nfds]);
	return (-1);
}

ssize_t
green_receive_fds(struct green_stream *s, void *buf, size_t max, int *fds,
    size_t *nfds)
{
	ssize_t n;

	if (green__stream_enter(s, STREAM_RECEIVING) == -1) {
		*nfds = 0;
		return (-1);
	}
	n = receive_fds(s, buf, max, fds, nfds);
	n = green__stream_leave(s, STREAM_RECEIVING, n);
	green__spend();
	return (n);
}
