/*
 * Streams on sockets.  A system call is tried first while the descriptor may
 * be ready; only when it has nothing to give or to take does the task wait.  A
 * wait that is cancelled comes before the call that would have taken something.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <stdlib.h>
#include <unistd.h>

#include "internal.h"
#include "socket_call.h"

struct socket {
	struct green_stream stream;
	struct green__fd fd;
	/* A UNIX socket's receive stops where descriptors came along: that it
	   gave little does not mean that there is no more. */
	bool	 local;
};

static struct socket *
socket_of(struct green_stream *s)
{
	return (GREEN__CONTAINER(s, struct socket, stream));
}

static GREEN__HOT ssize_t
socket_receive(struct green_stream *s, void *buf, size_t max)
{
	struct socket *so = socket_of(s);
	struct green__fd *f = &so->fd;
	ssize_t n;

	for (;;) {
		if (green__io_await(f, GREEN__READ) == -1)
			return (-1);
		if ((n = green__socket_receive(f->fd, buf, max)) != -1)
			break;
		if (green__io_retry(f, GREEN__READ) == -1)
			return (-1);
	}
	if (n == 0 && f->error != 0)
		return (green__fail(f->error));
	/* The end stays there to be read again. */
	if (n > 0 && (size_t)n < max && !so->local)
		green__fd_drained(f, GREEN__READ, false);
	return (n);
}

static GREEN__HOT int
socket_send(struct green_stream *s, const void *buf, size_t len)
{
	struct green__fd *f = &socket_of(s)->fd;
	const char *p = buf;
	ssize_t n;

	for (;;) {
		if (green__io_await(f, GREEN__WRITE) == -1)
			return (-1);
		n = green__socket_send(f->fd, p, len);
		if (n != -1 && (size_t)n == len)
			return (0);
		if (n == -1) {
			if (green__io_retry(f, GREEN__WRITE) == -1)
				return (-1);
			continue;
		}
		if (green__io_sent(f, (size_t)n, len) == -1)
			return (-1);
		p += n;
		len -= (size_t)n;
	}
}

/* One piece is cheaper that way. */
static ssize_t
send_piece(int fd, struct iovec *iov, int n)
{
	(void)n;
	return (green__socket_send(fd, iov->iov_base, iov->iov_len));
}

static ssize_t
socket_send_some(struct green_stream *s, const void *buf, size_t len)
{
	return (green__io_send_some(&socket_of(s)->fd, buf, len, send_piece));
}

static int
socket_sendv(struct green_stream *s, const struct iovec *iov, int n)
{
	return (green__io_sendv(&socket_of(s)->fd, iov, n, green__socket_sendv));
}

static int
socket_send_eof(struct green_stream *s)
{
	if (shutdown(socket_of(s)->fd.fd, SHUT_WR) == -1)
		return (green__fail(errno == ENOTCONN ? EPIPE : errno));
	return (0);
}

static int
socket_close(struct green_stream *s, bool abort)
{
	(void)abort;
	/* Whatever close() says, the descriptor is gone. */
	(void)close(green__fd_close(&socket_of(s)->fd));
	return (0);
}

static void
socket_free(struct green_stream *s)
{
	free(socket_of(s));
}

static int
socket_attr(struct green_stream *s, enum green_attr a, void *value, size_t size)
{
	return (green__socket_attr(socket_of(s)->fd.fd, a, value, size));
}

static int
socket_option(struct green_stream *s, enum green_option o, int64_t *value,
    bool set)
{
	int fd = socket_of(s)->fd.fd;

	return (set ? green__socket_set(fd, o, *value) :
	    green__socket_get(fd, o, value));
}

static struct green__fd *
socket_fd(struct green_stream *s)
{
	return (&socket_of(s)->fd);
}

static const struct green__stream_ops socket_ops = {
	.receive = socket_receive,
	.send = socket_send,
	.send_some = socket_send_some,
	.sendv = socket_sendv,
	.send_eof = socket_send_eof,
	.close = socket_close,
	.free = socket_free,
	.attr = socket_attr,
	.option = socket_option,
	.fd = socket_fd
};

struct green__fd *
green__socket_stream_local(struct green_stream *s)
{
	return (s->ops == &socket_ops && socket_of(s)->local ?
	    &socket_of(s)->fd : NULL);
}

struct green_stream *
green__socket_stream(int fd, int family)
{
	struct socket *so;

	if ((so = malloc(sizeof(*so))) == NULL) {
		(void)green__fail(ENOMEM);
		return (NULL);
	}
	if (green__fd_open(&so->fd, fd) == -1) {
		free(so);
		return (NULL);
	}
	green__stream_init(&so->stream, &socket_ops);
	so->local = family == AF_UNIX;
	return (&so->stream);
}

int
green__socket_fd_connected(struct green__fd *f)
{
	if (f->error != 0)
		return (green__fail(f->error));
	if (green__socket_connected(f->fd) == -1)
		return (green__fail(errno));
	return (0);
}

int
green__socket_stream_connected(struct green_stream *s)
{
	struct green__fd *f = &socket_of(s)->fd;
	int rc;

	do {
		green__fd_drained(f, GREEN__READ | GREEN__WRITE, true);
		if (green__fd_wait(f, GREEN__WRITE) == -1)
			return (-1);
		rc = green__socket_fd_connected(f);
	} while (rc == -1 && errno == EINPROGRESS);
	return (rc);
}

struct green_stream *
green_stream_from_fd(int fd)
{
	struct green_stream *s;
	struct green__addr a;
	int flags[2];

	if (green__addr_local(&a, fd) == -1)
		return (errno == ENOTSOCK ? green__fd_stream(fd) : NULL);
	if (green__socket_adopt(fd, SOCKET_STREAM, flags) == -1) {
		(void)green__fail(errno);
		return (NULL);
	}
	if ((s = green__socket_stream(fd, a.sa.ss_family)) == NULL)
		green__socket_disown(fd, flags);
	return (s);
}
