/*
 * Datagram sockets, as the files that open and use them share them.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#ifndef GREEN_NET_DGRAM_H
#define GREEN_NET_DGRAM_H

#include <netinet/in.h>

#include "internal.h"

enum {
	DGRAM_RECEIVING	= GREEN__READ,	/* a task is inside */
	DGRAM_SENDING	= GREEN__WRITE,
	DGRAM_CLOSING	= 4,		/* the closing one is */
	DGRAM_INSIDE	= 7,
	DGRAM_CLOSED	= 8
};
struct green_dgram {
	struct green__fd fd;
	unsigned state;
	int	 family;
	bool	 dual;			/* of IPv6, and takes IPv4 as well */
	struct waiter *napping;		/* for room that no reactor tells of */
	struct green__unix_file file;	/* a UNIX socket's own */
};

/* On failure fd is still the caller's. */
struct green_dgram *green__dgram_new(int fd, int family);
/* Linux gives a socket what comes for whatever group others on the host have
   joined, unless it is told not to (multicast.c). */
void	 green__dgram_own_groups(int fd, int family, bool dual);
/* Around what is done with it in a direction: ECANCELED, EPERM, EBADF, EBUSY.
   leave() returns rc, and frees d if it was closed meanwhile. */
int	 green__dgram_enter(struct green_dgram *d, unsigned dir);
ssize_t	 green__dgram_leave(struct green_dgram *d, unsigned dir, ssize_t rc);

/* The system call failed: 0 when it is worth another try.  to: it had an
   address to send to. */
int	 green__dgram_retry(struct green_dgram *d, unsigned dir, bool to);

/*
 * IPv4 addresses, for a socket that takes both families: with room to write one
 * down, as it is sent to; and as it is shown.
 */
void	 green__dgram_to(const struct green_dgram *d, struct msghdr *msg,
	    const struct sockaddr *to, socklen_t len,
	    struct sockaddr_in6 *room);
void	 green__dgram_from(const struct green_dgram *d,
	    struct sockaddr_storage *from, socklen_t *len);

#endif /* GREEN_NET_DGRAM_H */
