/*
 * What streams on descriptors do alike: they try a system call while the
 * descriptor may be ready, and wait when it has nothing to give or to take; all
 * of many pieces are sent, as many at a time as there is room for.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include "internal.h"

#define PIECES	64		/* handed to the kernel at once */

static bool
ends_connection(int code)
{
	return (code == ECONNRESET || code == ECONNABORTED ||
	    code == ETIMEDOUT || code == EHOSTUNREACH || code == ENETUNREACH ||
	    code == ENETDOWN);
}

GREEN__HOT int
green__io_retry(struct green__fd *f, unsigned dir)
{
	if (errno != EAGAIN && errno != EWOULDBLOCK) {
		/* The kernel tells once, whoever comes first: to receive next
		   would look like the end of all that there was. */
		if (dir == GREEN__WRITE && ends_connection(errno))
			f->error = errno;
		return (green__fail(errno));
	}
	green__fd_drained(f, dir, true);
	return (0);
}

int
green__io_sent(struct green__fd *f, size_t sent, size_t len)
{
	if (sent < len)
		green__fd_drained(f, GREEN__WRITE, false);
	green__spend();
	return (f->fd == -1 ? green__fail(EBADF) : 0);
}

ssize_t
green__io_send_some(struct green__fd *f, const void *buf, size_t len,
    ssize_t (*call)(int fd, struct iovec *iov, int n))
{
	struct iovec iov = {
		.iov_base = (void *)(uintptr_t)buf,
		.iov_len = len
	};
	ssize_t n;

	for (;;) {
		if (green__io_await(f, GREEN__WRITE) == -1)
			return (-1);
		if ((n = call(f->fd, &iov, 1)) != -1)
			break;
		if (green__io_retry(f, GREEN__WRITE) == -1)
			return (-1);
	}
	if ((size_t)n < len)
		green__fd_drained(f, GREEN__WRITE, false);
	return (n);
}

/* What is left of pieces: the next ones, but for what has gone of the first. */
struct pieces {
	const struct iovec *next;
	int	 n;
	size_t	 gone;
};

/* As many as there is room for, with their length; empty ones are left out. */
static int
gather(struct pieces *p, struct iovec piece[PIECES], size_t *len)
{
	int i = 0, j;

	*len = 0;
	for (j = 0; j < p->n && i < PIECES; j++) {
		if (p->next[j].iov_len == 0)
			continue;
		piece[i] = p->next[j];
		if (j == 0) {
			piece[i].iov_base = (char *)piece[i].iov_base + p->gone;
			piece[i].iov_len -= p->gone;
		}
		*len += piece[i++].iov_len;
	}
	return (i);
}

static void
advance(struct pieces *p, size_t sent)
{
	for (p->gone += sent; p->n > 0 && p->gone >= p->next->iov_len; p->n--)
		p->gone -= p->next++->iov_len;
}

int
green__io_sendv(struct green__fd *f, const struct iovec *iov, int n,
    ssize_t (*call)(int fd, struct iovec *iov, int n))
{
	struct pieces left = { .next = iov, .n = n };
	struct iovec piece[PIECES];
	ssize_t sent;
	size_t len;
	int npieces;

	for (;;) {
		advance(&left, 0);
		if ((npieces = gather(&left, piece, &len)) == 0)
			return (0);
		if (green__io_await(f, GREEN__WRITE) == -1)
			return (-1);
		if ((sent = call(f->fd, piece, npieces)) == -1) {
			if (green__io_retry(f, GREEN__WRITE) == -1)
				return (-1);
			continue;
		}
		advance(&left, (size_t)sent);
		if (left.n == 0)
			return (0);
		if (green__io_sent(f, (size_t)sent, len) == -1)
			return (-1);
	}
}
