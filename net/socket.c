/*
 * Sockets as the system has them, and the one place for what systems do
 * differently: how a descriptor becomes close-on-exec and non-blocking, what
 * keeps SIGPIPE away, who is at the other end.  Nothing here waits, and nothing
 * that comes from here ends with EINTR.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <sys/types.h>
#include <sys/socket.h>
#include <sys/un.h>
#ifdef HAVE_SYS_UCRED_H
#include <sys/ucred.h>
#endif
#include <netinet/in.h>
#include <netinet/tcp.h>

#include <fcntl.h>
#include <unistd.h>

#include "internal.h"

static int
set_option(int fd, int level, int option)
{
	int on = 1;

	return (setsockopt(fd, level, option, &on, sizeof(on)));
}

/* Close-on-exec and non-blocking; fd is closed if that fails. */
__attribute__((__unused__)) static int
set_flags(int fd)
{
	int error;

	if (fd == -1)
		return (-1);
	if (fcntl(fd, F_SETFD, FD_CLOEXEC) == 0 &&
	    fcntl(fd, F_SETFL, O_NONBLOCK) == 0)
		return (fd);
	error = errno;
	close(fd);
	errno = error;
	return (-1);
}

static void
get_cred(struct green_cred *c, uid_t uid, gid_t gid, pid_t pid)
{
	*c = (struct green_cred){
		.uid = uid,
		.gid = gid,
		.pid = pid > 0 ? pid : -1
	};
}

/*
 * What systems do differently.
 */
#if HAVE_DECL_SOCK_CLOEXEC && HAVE_DECL_SOCK_NONBLOCK
#define NEW_SOCKET(family, type)					\
	socket((family), (type) | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)
#else
#define NEW_SOCKET(family, type) set_flags(socket((family), (type), 0))
#endif

#if defined(HAVE_ACCEPT4) && HAVE_DECL_SOCK_CLOEXEC && HAVE_DECL_SOCK_NONBLOCK
#define ACCEPT(fd)		accept4((fd), NULL, NULL,		\
	SOCK_CLOEXEC | SOCK_NONBLOCK)
#else
#define ACCEPT(fd)		set_flags(accept((fd), NULL, NULL))
#endif

#if HAVE_DECL_MSG_CMSG_CLOEXEC
#define RECEIVE_FLAGS		MSG_CMSG_CLOEXEC
#define RECEIVED_FD(fd)		(void)(fd)
#else
#define RECEIVE_FLAGS		0
#define RECEIVED_FD(fd)		(void)fcntl((fd), F_SETFD, FD_CLOEXEC)
#endif
#ifdef GREEN_SET_NOSIGPIPE
#define NO_SIGPIPE(fd)		(void)set_option((fd), SOL_SOCKET, SO_NOSIGPIPE)
#else
#define NO_SIGPIPE(fd)		(void)(fd)
#endif

/* FreeBSD's SO_REUSEPORT gives all connections to the last socket. */
#if defined(SO_REUSEPORT_LB)
#define REUSE_PORT(fd)		set_option((fd), SOL_SOCKET, SO_REUSEPORT_LB)
#elif HAVE_DECL_SO_REUSEPORT
#define REUSE_PORT(fd)		set_option((fd), SOL_SOCKET, SO_REUSEPORT)
#else
#define REUSE_PORT(fd)		((void)(fd), errno = ENOTSUP, -1)
#endif

#if HAVE_DECL_IP_BIND_ADDRESS_NO_PORT
#define BIND_LATE(fd)							\
	(void)set_option((fd), IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT)
#else
#define BIND_LATE(fd)		(void)(fd)
#endif

#ifdef ENONET
#define NO_NETWORK(code)	((code) == ENONET)
#else
#define NO_NETWORK(code)	false
#endif

#if HAVE_DECL_SO_PEERCRED
#if defined(HAVE_STRUCT_SOCKPEERCRED)
#define PEERCRED		struct sockpeercred
#else
#define PEERCRED		struct ucred
#endif
static int
peer_cred(int fd, struct green_cred *c)
{
	PEERCRED peer;
	socklen_t len = sizeof(peer);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) == -1)
		return (-1);
	get_cred(c, peer.uid, peer.gid, peer.pid);
	return (0);
}
#elif HAVE_DECL_LOCAL_PEEREID && defined(HAVE_STRUCT_UNPCBID)
static int
peer_cred(int fd, struct green_cred *c)
{
	struct unpcbid peer;
	socklen_t len = sizeof(peer);

	if (getsockopt(fd, 0, LOCAL_PEEREID, &peer, &len) == -1)
		return (-1);
	get_cred(c, peer.unp_euid, peer.unp_egid, peer.unp_pid);
	return (0);
}
#elif HAVE_DECL_LOCAL_PEERCRED && defined(HAVE_STRUCT_XUCRED_CR_PID)
static int
peer_cred(int fd, struct green_cred *c)
{
	struct xucred peer;
	socklen_t len = sizeof(peer);

	if (getsockopt(fd, SOL_LOCAL, LOCAL_PEERCRED, &peer, &len) == -1)
		return (-1);
	get_cred(c, peer.cr_uid, peer.cr_groups[0], peer.cr_pid);
	return (0);
}
#elif defined(HAVE_GETPEEREID)
static int
peer_cred(int fd, struct green_cred *c)
{
	uid_t uid;
	gid_t gid;
	pid_t pid = -1;

	if (getpeereid(fd, &uid, &gid) == -1)
		return (-1);
#if HAVE_DECL_LOCAL_PEERPID
	socklen_t len = sizeof(pid);

	if (getsockopt(fd, SOL_LOCAL, LOCAL_PEERPID, &pid, &len) == -1)
		pid = -1;
#endif
	get_cred(c, uid, gid, pid);
	return (0);
}
#else
static int
peer_cred(int fd, struct green_cred *c)
{
	(void)fd;
	(void)c;
	(void)get_cred;
	errno = ENOTSUP;
	return (-1);
}
#endif
/*
 * From here on all are alike.
 */

int
green__socket(int family, int type)
{
	int fd = NEW_SOCKET(family, type);

	if (fd != -1)
		NO_SIGPIPE(fd);
	return (fd);
}

/* Errors of one connection that accept() hands on. */
static bool
concerns_connection(int code)
{
	switch (code) {
	case ECONNRESET:
	case EHOSTDOWN:
	case EHOSTUNREACH:
	case ENETDOWN:
	case ENETUNREACH:
	case ENOPROTOOPT:
	case EPROTO:
	case ETIMEDOUT:
		return (true);
	default:
		return (NO_NETWORK(code));
	}
}

int
green__socket_accept(int fd)
{
	int new;

	while ((new = ACCEPT(fd)) == -1 && errno == EINTR)
		continue;
	if (new != -1)
		NO_SIGPIPE(new);
	else if (errno == EWOULDBLOCK)
		errno = EAGAIN;
	else if (concerns_connection(errno))
		errno = ECONNABORTED;
	return (new);
}

int
green__socket_connect(int fd, const struct sockaddr *sa, socklen_t len)
{
	int rc = connect(fd, sa, len);

	/* Interrupted, it goes on by itself. */
	if (rc == -1 && errno == EINTR)
		errno = EINPROGRESS;
	return (rc);
}

int
green__socket_connected(int fd)
{
	struct sockaddr_storage sa;
	int error = 0;
	socklen_t len = sizeof(error);

	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) == -1)
		return (-1);
	if (error != 0) {
		errno = error;
		return (-1);
	}
	/* No error may be no news: who is told of a thing that did not happen
	   must not take it for a connection. */
	len = sizeof(sa);
	if (getpeername(fd, (struct sockaddr *)&sa, &len) == 0)
		return (0);
	if (errno == ENOTCONN)
		errno = EINPROGRESS;
	return (-1);
}

ssize_t
green__socket_sendv(int fd, struct iovec *iov, int n)
{
	struct msghdr msg = { .msg_iov = iov, .msg_iovlen = n };

	return (green__socket_sendmsg(fd, &msg));
}

ssize_t
green__socket_sendmsg(int fd, const struct msghdr *msg)
{
	ssize_t n;

	while ((n = sendmsg(fd, msg, GREEN_SEND_FLAGS)) == -1 && errno == EINTR)
		continue;
	return (n);
}

ssize_t
green__socket_recvmsg(int fd, struct msghdr *msg)
{
	ssize_t n;

	while ((n = recvmsg(fd, msg, RECEIVE_FLAGS)) == -1 && errno == EINTR)
		continue;
	return (n);
}

void
green__socket_received_fd(int fd)
{
	RECEIVED_FD(fd);
}

int
green__socket_receive_many(int fd, struct mmsghdr *m, int n)
{
	int got;

	while ((got = (int)recvmmsg(fd, m, (unsigned)n, RECEIVE_FLAGS, NULL)) ==
	    -1 && errno == EINTR)
		continue;
	return (got);
}

int
green__socket_send_many(int fd, struct mmsghdr *m, int n)
{
	int sent;

	while ((sent = (int)sendmmsg(fd, m, (unsigned)n,
	    GREEN_SEND_FLAGS)) == -1 && errno == EINTR)
		continue;
	return (sent);
}

static int
check_kind(int fd, enum green__socket_kind kind)
{
	struct sockaddr_storage sa;
	socklen_t len = sizeof(int);
	int type, listens = 0;

	if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len) == -1)
		return (-1);
	len = sizeof(listens);
	if (type == SOCK_STREAM && getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN,
	    &listens, &len) == -1)
		return (-1);
	if (type != (kind == SOCKET_DGRAM ? SOCK_DGRAM : SOCK_STREAM) ||
	    (listens != 0) != (kind == SOCKET_LISTENER)) {
		errno = EINVAL;
		return (-1);
	}
	if (kind != SOCKET_STREAM)
		return (0);
	len = sizeof(sa);
	return (getpeername(fd, (struct sockaddr *)&sa, &len));
}

int
green__socket_adopt(int fd, enum green__socket_kind kind, int flags[2])
{
	if (check_kind(fd, kind) == -1)
		return (-1);
	flags[0] = fcntl(fd, F_GETFD);
	flags[1] = fcntl(fd, F_GETFL);
	if (flags[0] == -1 || flags[1] == -1)
		return (-1);
	if (fcntl(fd, F_SETFD, flags[0] | FD_CLOEXEC) == -1 ||
	    fcntl(fd, F_SETFL, flags[1] | O_NONBLOCK) == -1) {
		green__socket_disown(fd, flags);
		return (-1);
	}
	NO_SIGPIPE(fd);
	return (0);
}

void
green__socket_disown(int fd, const int flags[2])
{
	int error = errno;

	(void)fcntl(fd, F_SETFD, flags[0]);
	(void)fcntl(fd, F_SETFL, flags[1]);
	errno = error;
}

int
green__socket_set_nodelay(int fd)
{
	return (set_option(fd, IPPROTO_TCP, TCP_NODELAY));
}

int
green__socket_set_reuse_addr(int fd)
{
	return (set_option(fd, SOL_SOCKET, SO_REUSEADDR));
}

int
green__socket_set_reuse_port(int fd)
{
	return (REUSE_PORT(fd));
}

int
green__socket_set_v6only(int fd, bool on)
{
	int only = on;

	return (setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &only,
	    sizeof(only)));
}

int
green__socket_set_broadcast(int fd)
{
	return (set_option(fd, SOL_SOCKET, SO_BROADCAST));
}

int
green__socket_set_buffers(int fd, int receive, int send)
{
	if (receive != 0 && green__socket_set(fd, GREEN_OPT_RECEIVE_BUFFER,
	    receive) == -1)
		return (-1);
	return (send == 0 ? 0 : green__socket_set(fd, GREEN_OPT_SEND_BUFFER,
	    send));
}

void
green__socket_bind_late(int fd)
{
	BIND_LATE(fd);
}

int
green__socket_peer_cred(int fd, struct green_cred *c)
{
	return (peer_cred(fd, c));
}
