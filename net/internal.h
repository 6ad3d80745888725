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
int	 green__socket(int family, int type);
/* ECONNABORTED for whatever went wrong with the connection alone. */
int	 green__socket_accept(int fd);
/* 0; EINPROGRESS: it goes on, and green__socket_connected() tells how. */
int	 green__socket_connect(int fd, const struct sockaddr *sa,
	    socklen_t len);
int	 green__socket_connected(int fd);	/* EINPROGRESS: still */
ssize_t	 green__socket_sendv(int fd, struct iovec *iov, int n);
ssize_t	 green__socket_sendmsg(int fd, const struct msghdr *msg);
ssize_t	 green__socket_recvmsg(int fd, struct msghdr *msg);
void	 green__socket_received_fd(int fd);	/* by recvmsg: close-on-exec */
int	 green__socket_send_many(int fd, struct mmsghdr *m, int n);
int	 green__socket_receive_many(int fd, struct mmsghdr *m, int n);
/* Make a foreign socket ours, and undo that; ENOTSOCK, EINVAL: not of the kind;
   ENOTCONN: a stream that is not connected. */
enum green__socket_kind {
	SOCKET_STREAM,
	SOCKET_LISTENER,
	SOCKET_DGRAM
};
int	 green__socket_adopt(int fd, enum green__socket_kind kind,
	    int flags[2]);
void	 green__socket_disown(int fd, const int flags[2]);
/* Options. */
int	 green__socket_set_nodelay(int fd);
int	 green__socket_set_reuse_addr(int fd);
int	 green__socket_set_reuse_port(int fd);	/* ENOTSUP */
int	 green__socket_set_v6only(int fd, bool on);
int	 green__socket_set_broadcast(int fd);
int	 green__socket_set_buffers(int fd, int receive, int send); /* 0: not */
/* Of the port, 0, let connect() make something. */
void	 green__socket_bind_late(int fd);
int	 green__socket_peer_cred(int fd, struct green_cred *c);	/* ENOTSUP */

/* socket_attr.c */
int	 green__socket_attr(int fd, enum green_attr a, void *value,
	    size_t size);

/* socket_option.c: ENOTSUP, EINVAL */
int	 green__socket_set(int fd, enum green_option o, int64_t value);
int	 green__socket_get(int fd, enum green_option o, int64_t *value);

/* socket_stream.c.  On failure fd is still the caller's. */
struct green_stream *green__socket_stream(int fd, int family);
/* What s is on, if it is a UNIX socket; else NULL. */
struct green__fd *green__socket_stream_local(struct green_stream *s);
/* Is the connection that was begun there?  EINPROGRESS: not yet. */
int	 green__socket_fd_connected(struct green__fd *f);
/* Wait until it is. */
int	 green__socket_stream_connected(struct green_stream *s);

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
/* A path, or "abstract:" and a name.  ENAMETOOLONG, ENOENT, ENOTSUP, EINVAL */
int	 green__addr_unix(struct green__addr *a, const char *path);
bool	 green__addr_is_file(const struct green__addr *a);
int	 green__addr_local(struct green__addr *a, int fd);
const char *green__addr_text(struct green__addr *a, char *buf, size_t size);

/*
 * unix_file.c: the file that a UNIX socket is known by.  bind makes it, in a
 * worker thread, for a socket of that type; with a backlog of -1 the socket
 * does not listen.  remove does so if it is still the same, cancelled or not.
 */
struct green__unix_file {
	char	*path;			/* malloc'd, absolute; NULL: none */
	dev_t	 dev;
	ino_t	 ino;
};
struct green__unix_place {
	struct green__addr addr;
	const char *path;		/* which may be no file's */
	int	 type;
	mode_t	 mode;			/* 0: by umask */
	int	 backlog;
};
int	 green__unix_bind(int fd, const struct green__unix_place *p,
	    struct green__unix_file *f);
void	 green__unix_remove(struct green__unix_file *f);
/* Before another try of what nobody tells of; *pause is 0 before the first. */
int	 green__unix_pause(int64_t *pause);
/* In a worker thread: 0; EINPROGRESS, EAGAIN, ... */
int	 green__unix_connect(int fd, const struct green__addr *a);

/*
 * socket_port.c: a listening socket as a port.  On failure fd is still the
 * caller's.  A UNIX socket may have a file, which is the port's own from
 * success on, and goes when that is closed.
 */
struct green__port *green__socket_port(int fd, int family,
	    const struct green__unix_file *file);
/* What is asked for before a listening socket is bound. */
int	 green__socket_prepare(int fd, const struct green_listen_options *opt);

struct green__addrs {
	struct green__addr *v;
	size_t	 n;
};
/* Bind to the first one of that family that can be; without any at all, do
   nothing. */
int	 green__addrs_bind(const struct green__addrs *a, int fd, int family);

/*
 * lookup.c: the system's resolver, as getaddrinfo(3): 0, or an EAI_ code, and
 * errno with EAI_SYSTEM.  Only names go to a worker.
 */
int	 green__lookup(const char *host, const char *service,
	    const struct addrinfo *hints, struct addrinfo **res);
bool	 green__is_number(const char *host);

/* resolver.c: the loop's own, which must be set: likewise.  Free v. */
int	 green__resolver_ask(struct green__addrs *a, const char *host,
	    int family);
/* Add those of a family, each once.  ENOMEM, and v is still to be freed. */
int	 green__addrs_collect(struct green__addrs *a,
	    const struct addrinfo *res, int family);

/*
 * name.c: the addresses of host (NULL: the wildcards) and port, for a type of
 * sockets.  Free v.  EADDRNOTAVAIL, EAGAIN, EINVAL, ENOMEM, ECANCELED
 */
int	 green__resolve(struct green__addrs *a, const char *host,
	    const char *port, int family, int type);

/*
 * TLS, if it is built in; else ENOTSUP (tls_none.c).  A configuration: opt's,
 * or one made of it, to be released; NULL as green_tls_config_open().  Does it
 * have a hostname?
 */
struct green_tls_config;
struct green_tls_config *green__tls_config(
	    const struct green_tls_options *opt);
bool	 green__tls_config_named(const struct green_tls_config *cfg);

/* tls_connect.c: for options with tls.  That of a listener comes before it is
   bound, and is released with success and failure. */
struct green_stream *green__tls_connect_tcp(const char *host,
	    const char *port, const struct green_connect_options *opt);
struct green_tls_config *green__tls_listen_config(
	    const struct green_tls_options *opt);
struct green_listener *green__tls_listen(struct green_listener *l,
	    struct green_tls_config *cfg);

#endif /* GREEN_NET_INTERNAL_H */
