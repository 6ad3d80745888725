/*
 * Datagrams by the batch: what takes a system call each costs one for many.
 * Received are those that are there already, as many as one call gives; sent
 * are all, in order.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include "dgram.h"

#define BATCH	32		/* handed to the kernel at once */

struct batch {
	struct mmsghdr msg[BATCH];
	struct iovec iov[BATCH];
	struct sockaddr_in6 mapped[BATCH];
};

static void
place(struct batch *b, int i, const struct green_datagram *g, size_t len)
{
	b->iov[i] = (struct iovec){ .iov_base = g->data, .iov_len = len };
	b->msg[i] = (struct mmsghdr){
		.msg_hdr = { .msg_iov = &b->iov[i], .msg_iovlen = 1 }
	};
}

/* Those that are there, at most BATCH; -1 and EAGAIN: none. */
static int
receive_some(struct green_dgram *d, struct green_datagram *v, int n)
{
	struct batch b;
	struct msghdr *h;
	int i, got;

	if (n > BATCH)
		n = BATCH;
	for (i = 0; i < n; i++) {
		place(&b, i, &v[i], v[i].size);
		b.msg[i].msg_hdr.msg_name = &v[i].addr;
		b.msg[i].msg_hdr.msg_namelen = sizeof(v[i].addr);
	}
	if ((got = green__socket_receive_many(d->fd.fd, b.msg, n)) == -1)
		return (-1);
	for (i = 0; i < got; i++) {
		h = &b.msg[i].msg_hdr;
		v[i].len = b.msg[i].msg_len;
		v[i].cut = (h->msg_flags & MSG_TRUNC) != 0;
		v[i].addrlen = h->msg_namelen;
		green__dgram_from(d, &v[i].addr, &v[i].addrlen);
		/* Linux tells how much there was elsewhere, too. */
		if (v[i].len > v[i].size)
			v[i].len = v[i].size;
	}
	return (got);
}

static int
receive_many(struct green_dgram *d, struct green_datagram *v, int n)
{
	int got;

	for (;;) {
		if (green__io_await(&d->fd, GREEN__READ) == -1)
			return (-1);
		if ((got = receive_some(d, v, n)) != -1)
			return (got);
		if (green__dgram_retry(d, GREEN__READ, false) == -1)
			return (-1);
	}
}

int
green_dgram_receive_many(struct green_dgram *d, struct green_datagram *v,
    int n)
{
	int got;

	if (green__dgram_enter(d, DGRAM_RECEIVING) == -1)
		return (-1);
	got = n < 1 ? green__fail(EINVAL) : receive_many(d, v, n);
	got = (int)green__dgram_leave(d, DGRAM_RECEIVING, got);
	green__spend();
	return (got);
}

static int
send_some(struct green_dgram *d, const struct green_datagram *v, int n)
{
	struct batch b;
	int i;

	if (n > BATCH)
		n = BATCH;
	for (i = 0; i < n; i++) {
		place(&b, i, &v[i], v[i].len);
		green__dgram_to(d, &b.msg[i].msg_hdr, v[i].addrlen == 0 ? NULL :
		    (const struct sockaddr *)&v[i].addr, v[i].addrlen,
		    &b.mapped[i]);
	}
	return (green__socket_send_many(d->fd.fd, b.msg, n));
}

static int
send_many(struct green_dgram *d, const struct green_datagram *v, int n)
{
	int sent, all = 0;

	while (all < n) {
		if (green__io_await(&d->fd, GREEN__WRITE) == -1)
			return (all > 0 ? all : -1);
		if ((sent = send_some(d, v + all, n - all)) != -1) {
			if ((all += sent) < n)
				green__spend();
		} else if (errno == ENOTCONN && v[all].addrlen == 0)
			return (all > 0 ? all : green__fail(EDESTADDRREQ));
		else if (green__dgram_retry(d, GREEN__WRITE,
		    v[all].addrlen != 0) == -1)
			return (all > 0 ? all : -1);
	}
	return (all);
}

int
green_dgram_send_many(struct green_dgram *d, const struct green_datagram *v,
    int n)
{
	int sent;

	if (green__dgram_enter(d, DGRAM_SENDING) == -1)
		return (-1);
	sent = n < 0 ? green__fail(EINVAL) : send_many(d, v, n);
	sent = (int)green__dgram_leave(d, DGRAM_SENDING, sent);
	green__spend();
	return (sent);
}
