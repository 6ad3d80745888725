/*
 * Sockets.  Names resolve in worker threads; everything else waits in the
 * reactor.  Addresses are IPv6 and IPv4 alike.  All descriptors are
 * close-on-exec and non-blocking from birth.
 */
#ifndef GREEN_NET_H
#define GREEN_NET_H

#include <sys/types.h>
#include <sys/socket.h>
#include <netdb.h>
#include <green/stream.h>

GREEN_BEGIN_DECLS

struct addrinfo;
struct green_tls_options;

/*
 * Connect to host (a name or an address) and port (a number or a service).  The
 * addresses are tried one after the other, families interleaved, beginning with
 * the resolver's first, until one connects.  When all fail: errno of the last,
 * and green_errmsg() lists every attempt.  TCP_NODELAY is on.
 *   EADDRNOTAVAIL  the name has no address, or none of the family
 *   EAGAIN         the name cannot be looked up now
 *   EINVAL         no host; not a port, nor a service that is known
 *   ENOTSUP        tls
 */
struct green_connect_options {
	int	family;			/* AF_UNSPEC (0), AF_INET, AF_INET6 */
	const char *local_host;		/* bind to it before connecting */
	const char *local_port;
	int64_t	happy_eyeballs_delay;	/* not used yet */
	bool	tls;			/* not in this release: ENOTSUP */
	const struct green_tls_options *tls_options;
	void	*reserved_[4];
};
struct green_stream *green_connect_tcp(const char *host, const char *port,
	    const struct green_connect_options *opt) GREEN_CHECK;
/* ENAMETOOLONG: no socket's address can hold the path. */
struct green_stream *green_connect_unix(const char *path) GREEN_CHECK;

/*
 * Listen on host (NULL: every address, IPv6 and IPv4; a name: all its addresses)
 * and port ("0": one that is free, the same for all families).  SO_REUSEADDR is
 * set; streams have TCP_NODELAY on.  FD and FAMILY of a listener with several
 * sockets are the first's.
 *   EADDRINUSE, EADDRNOTAVAIL, EACCES  green_errmsg() names the address
 *   EAGAIN, EINVAL, ENOTSUP            as for green_connect_tcp()
 */
struct green_listen_options {
	int	family;
	int	backlog;		/* 0: the system's largest */
	bool	reuse_port;		/* several loops, one port */
	bool	tls;			/* not in this release: ENOTSUP */
	const struct green_tls_options *tls_options;
	mode_t	unix_mode;		/* of a UNIX socket; 0: by umask */
	void	*reserved_[4];
};
struct green_listener *green_listen_tcp(const char *host, const char *port,
	    const struct green_listen_options *opt) GREEN_CHECK;
/*
 * A stale socket file is replaced; closing removes it, if it is still the same.
 *   EADDRINUSE    somebody listens there, or it is no socket
 *   ENAMETOOLONG  no socket's address can hold the path
 */
struct green_listener *green_listen_unix(const char *path,
	    const struct green_listen_options *opt) GREEN_CHECK;

/*
 * Stream sockets that are open already (made non-blocking and close-on-exec, and
 * owned from now on).  On failure the descriptor is left alone.
 *   ENOTSOCK  not a socket
 *   ENOTCONN  a stream must be connected
 *   EINVAL    not of the kind, or not listening
 */
struct green_stream *green_stream_from_fd(int fd) GREEN_CHECK;
struct green_listener *green_listener_from_fd(int fd) GREEN_CHECK;

/*
 * getaddrinfo(3) and getnameinfo(3) in a worker thread, unless all is numbers:
 * 0 or an EAI_ code.  EAI_SYSTEM: errno says why (ECANCELED, ...).
 */
int	 green_getaddrinfo(const char *host, const char *port,
	    const struct addrinfo *hints, struct addrinfo **res) GREEN_CHECK;
int	 green_getnameinfo(const struct sockaddr *sa, socklen_t salen, char *host,
	    size_t hostlen, char *port, size_t portlen, int flags) GREEN_CHECK;

/*
 * Any descriptor: wait until it can be read or written.  One task a direction:
 * EBUSY.  Call green_fd_closing() before closing one that a task may wait on:
 * the waiter gets EBADF.
 */
int	 green_wait_readable(int fd) GREEN_CHECK;
int	 green_wait_writable(int fd) GREEN_CHECK;
void	 green_fd_closing(int fd);

/*
 * "[::1]:443", "192.0.2.1:80", "/path", "@abstract", "" (a UNIX socket without
 * a name): buf, of at least GREEN_ADDRSTRLEN; cut where it is smaller.  Any
 * thread.
 */
#define GREEN_ADDRSTRLEN 128
const char *green_addr_format(const struct sockaddr *sa, socklen_t len,
	    char *buf, size_t size);

GREEN_END_DECLS
#endif /* GREEN_NET_H */
