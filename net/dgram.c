/*
 * Datagrams: sent and received one at a time, whole or not at all.  A call is
 * tried first while the descriptor may be ready; a wait that is cancelled comes
 * before the call that would have taken a datagram.  As with streams, at most
 * one task is inside in each direction, and a socket closed under somebody is
 * freed by the last of them to leave.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dgram.h"

/* How long to wait where no reactor tells of room to send. */
#define NAP		(5 * GREEN_MSEC)

/* Does a socket of IPv6 take IPv4 as well? */
static bool
takes_both(int fd)
{
	int only = 1;
	socklen_t len = sizeof(only);

	return (getsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &only, &len) == 0 &&
	    only == 0);
}

struct green_dgram *
green__dgram_new(int fd, int family)
{
	struct green_dgram *d;

	if ((d = calloc(1, sizeof(*d))) == NULL) {
		(void)green__fail(ENOMEM);
		return (NULL);
	}
	if (green__fd_open(&d->fd, fd) == -1) {
		free(d);
		return (NULL);
	}
	d->family = family;
	d->dual = family == AF_INET6 && takes_both(fd);
	return (d);
}

int
green__dgram_enter(struct green_dgram *d, unsigned dir)
{
	if (green__check() == -1)
		return (-1);
	if (d->state & DGRAM_CLOSED)
		return (green__fail(EBADF));
	if (d->state & dir)
		return (green__fail(EBUSY));
	d->state |= dir;
	return (0);
}

ssize_t
green__dgram_leave(struct green_dgram *d, unsigned dir, ssize_t rc)
{
	d->state &= ~dir;
	if ((d->state & DGRAM_CLOSED) && (d->state & DGRAM_INSIDE) == 0)
		free(d);
	return (rc);
}

static int
nap(struct green_dgram *d)
{
	return (green__sleep(&d->napping, "fd # writable", d->fd.fd,
	    green__from_now(NAP)));
}

int
green__dgram_retry(struct green_dgram *d, unsigned dir, bool to)
{
	struct green__fd *f = &d->fd;
	bool full = errno == EAGAIN || errno == EWOULDBLOCK;
	int error = f->error;

	/* A UNIX socket is writable while whom it sends to may have no room;
	   only of one that it is connected to does the kernel tell. */
	if (d->family == AF_UNIX && dir == GREEN__WRITE &&
	    ((full && to) || errno == ENOBUFS))
		return (nap(d));
	if (!full)
		return (green__fail(errno));
	/* The reactor may have taken the error that the edge was for. */
	if (error != 0) {
		f->error = 0;
		return (green__fail(error));
	}
	green__fd_drained(f, dir, true);
	return (0);
}

void
green__dgram_to(const struct green_dgram *d, struct msghdr *msg,
    const struct sockaddr *to, socklen_t len, struct sockaddr_in6 *room)
{
	struct sockaddr_in in;

	msg->msg_name = (void *)(uintptr_t)to;
	msg->msg_namelen = to == NULL ? 0 : len;
	if (!d->dual || to == NULL || len < sizeof(in) ||
	    to->sa_family != AF_INET)
		return;
	memcpy(&in, to, sizeof(in));
	*room = (struct sockaddr_in6){
#ifdef HAVE_STRUCT_SOCKADDR_SA_LEN
		.sin6_len = sizeof(*room),
#endif
		.sin6_family = AF_INET6,
		.sin6_port = in.sin_port
	};
	room->sin6_addr.s6_addr[10] = room->sin6_addr.s6_addr[11] = 0xff;
	memcpy(&room->sin6_addr.s6_addr[12], &in.sin_addr, 4);
	msg->msg_name = room;
	msg->msg_namelen = sizeof(*room);
}

void
green__dgram_from(const struct green_dgram *d, struct sockaddr_storage *from,
    socklen_t *len)
{
	struct sockaddr_in6 in6;
	struct sockaddr_in in;

	/* A path may lack its '\0'; a UNIX socket may have no name at all. */
	if (*len < sizeof(*from))
		((char *)from)[*len] = '\0';
	if (*len == 0)
		from->ss_family = AF_UNSPEC;
	if (!d->dual || *len < sizeof(in6) || from->ss_family != AF_INET6)
		return;
	memcpy(&in6, from, sizeof(in6));
	if (!IN6_IS_ADDR_V4MAPPED(&in6.sin6_addr))
		return;
	in = (struct sockaddr_in){
#ifdef HAVE_STRUCT_SOCKADDR_SA_LEN
		.sin_len = sizeof(in),
#endif
		.sin_family = AF_INET,
		.sin_port = in6.sin6_port
	};
	memcpy(&in.sin_addr, &in6.sin6_addr.s6_addr[12], 4);
	memcpy(from, &in, sizeof(in));
	*len = sizeof(in);
}

static ssize_t
receive(struct green_dgram *d, struct msghdr *msg)
{
	ssize_t n;

	for (;;) {
		if (green__io_await(&d->fd, GREEN__READ) == -1)
			return (-1);
		if ((n = green__socket_recvmsg(d->fd.fd, msg)) != -1)
			break;
		if (green__dgram_retry(d, GREEN__READ, false) == -1)
			return (-1);
	}
	return (msg->msg_flags & MSG_TRUNC ? green__fail(EMSGSIZE) : n);
}

ssize_t
green_dgram_receive(struct green_dgram *d, void *buf, size_t max,
    struct sockaddr_storage *from, socklen_t *fromlen)
{
	struct iovec iov = { .iov_base = buf, .iov_len = max };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	ssize_t n;

	if (green__dgram_enter(d, DGRAM_RECEIVING) == -1)
		return (-1);
	if (from != NULL) {
		msg.msg_name = from;
		msg.msg_namelen = sizeof(*from);
	}
	n = receive(d, &msg);
	if (from != NULL && (n != -1 || errno == EMSGSIZE)) {
		green__dgram_from(d, from, &msg.msg_namelen);
		if (fromlen != NULL)
			*fromlen = msg.msg_namelen;
	}
	n = green__dgram_leave(d, DGRAM_RECEIVING, n);
	green__spend();
	return (n);
}

static int
send_message(struct green_dgram *d, const struct msghdr *msg)
{
	bool to = msg->msg_name != NULL;

	for (;;) {
		if (green__io_await(&d->fd, GREEN__WRITE) == -1)
			return (-1);
		if (green__socket_sendmsg(d->fd.fd, msg) != -1)
			return (0);
		/* Systems have two words for it. */
		if (errno == ENOTCONN && !to)
			return (green__fail(EDESTADDRREQ));
		if (green__dgram_retry(d, GREEN__WRITE, to) == -1)
			return (-1);
	}
}

int
green_dgram_send(struct green_dgram *d, const void *buf, size_t len,
    const struct sockaddr *to, socklen_t tolen)
{
	struct iovec iov = {
		.iov_base = (void *)(uintptr_t)buf,
		.iov_len = len
	};
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	struct sockaddr_in6 mapped;
	int rc;

	if (green__dgram_enter(d, DGRAM_SENDING) == -1)
		return (-1);
	green__dgram_to(d, &msg, to, tolen, &mapped);
	rc = send_message(d, &msg);
	rc = (int)green__dgram_leave(d, DGRAM_SENDING, rc);
	green__spend();
	return (rc);
}

int
green_dgram_attr(struct green_dgram *d, enum green_attr a, void *value,
    size_t size)
{
	if (d->state & DGRAM_CLOSED)
		return (green__fail(EBADF));
	/* Nobody has introduced himself. */
	if (a == GREEN_ATTR_PEER_CRED)
		return (green__fail(ENOTSUP));
	return (green__socket_attr(d->fd.fd, a, value, size));
}

void
green_dgram_close(struct green_dgram *d)
{
	int fd, error = errno;

	if (d == NULL || (d->state & DGRAM_CLOSED))
		return;
	d->state |= DGRAM_CLOSED | DGRAM_CLOSING;
	fd = green__fd_close(&d->fd);
	(void)green__rouse(&d->napping, -1, EBADF);
	green__unix_remove(&d->file);
	(void)close(fd);
	(void)green__dgram_leave(d, DGRAM_CLOSING, 0);
	green__serve_resume();
	errno = error;
}

struct green_dgram *
green_dgram_from_fd(int fd)
{
	struct green_dgram *d;
	struct green__addr a;
	int flags[2];

	if (green__addr_local(&a, fd) == -1)
		return (NULL);
	if (green__socket_adopt(fd, SOCKET_DGRAM, flags) == -1) {
		(void)green__fail(errno);
		return (NULL);
	}
	if ((d = green__dgram_new(fd, a.sa.ss_family)) == NULL)
		green__socket_disown(fd, flags);
	return (d);
}
