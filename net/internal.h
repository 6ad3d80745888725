/*
 * What the files of net/ share: sockets as the system has them (socket.c), as
 * streams (socket_stream.c) and as ports of listeners (socket_port.c), and
 * where they lead (addr.c, name.c).
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#ifndef GREEN_NET_INTERNAL_H
#define GREEN_NET_INTERNAL_H

#include <sys/types.h>
#include <sys/socket.h>

#include <green/net.h>

#include "stream/internal.h"

/* socket.c.  Descriptors are close-on-exec and non-blocking from birth; nothing
   ends with EINTR; nothing raises SIGPIPE.  -1 and errno. */
int	 green__socket(int family);	/* of streams */
/* ECONNABORTED for whatever went wrong with the connection alone. */
int	 green__socket_accept(int fd);
/* 0; EINPROGRESS: see green__socket_connected(). */
int	 green__socket_connect(int fd, const struct sockaddr *sa,
	    socklen_t len);
int	 green__socket_connected(int fd);
ssize_t	 green__socket_receive(int fd, void *buf, size_t max);
ssize_t	 green__socket_send(int fd, const void *buf, size_t len);
ssize_t	 green__socket_sendv(int fd, struct iovec *iov, int n);
/* Make a foreign socket of streams ours, and undo that; ENOTSOCK, EINVAL: not
   one of streams, or (not) listening; ENOTCONN. */
int	 green__socket_adopt(int fd, bool listening, int flags[2]);
void	 green__socket_disown(int fd, const int flags[2]);
/* Options. */
int	 green__socket_set_nodelay(int fd);
int	 green__socket_set_reuse_addr(int fd);
int	 green__socket_set_reuse_port(int fd);	/* ENOTSUP */
void	 green__socket_set_v6only(int fd);
int	 green__socket_peer_cred(int fd, struct green_cred *c);	/* ENOTSUP */

/* socket_attr.c */
int	 green__socket_attr(int fd, enum green_attr a, void *value,
	    size_t size);

/* socket_stream.c.  On failure fd is still the caller's. */
struct green_stream *green__socket_stream(int fd, int family);
/* Wait until the connection that was begun is there. */
int	 green__socket_stream_connected(struct green_stream *s);

/*
 * socket_port.c: a listening socket as a port.  On failure fd is still the
 * caller's.  A UNIX socket may have a file, known as id, which goes when the
 * port is closed; path is malloc'd, and the port's own from success on.
 */
struct green__file_id {
	dev_t	 dev;
	ino_t	 ino;
};
struct green__port *green__socket_port(int fd, int family, char *path,
	    const struct green__file_id *id);

/* addr.c */
struct green__addr {
	socklen_t len;
	struct sockaddr_storage sa;
};
static inline struct sockaddr *
green__sa(struct green__addr *a)
{
	return ((struct sockaddr *)&a->sa);
}
int	 green__addr_port(struct green__addr *a);	/* -1: has none */
void	 green__addr_set_port(struct green__addr *a, int port);
void	 green__addr_any(struct green__addr *a, int family, int port);
int	 green__addr_unix(struct green__addr *a, const char *path);
int	 green__addr_local(struct green__addr *a, int fd);
const char *green__addr_text(struct green__addr *a, char *buf, size_t size);

/*
 * name.c: the addresses of host (NULL: the wildcards) and port.  Only names go
 * to a worker.  Free v.  EADDRNOTAVAIL, EAGAIN, EINVAL, ENOMEM, ECANCELED
 */
struct green__addrs {
	struct green__addr *v;
	size_t	 n;
};
int	 green__resolve(struct green__addrs *a, const char *host,
	    const char *port, int family);

#endif /* GREEN_NET_INTERNAL_H */
