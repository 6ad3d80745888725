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
 * Connect to host (a name or an address) and port (a number or a service).
 * Happy eyeballs (RFC 8305): of the name's addresses, families interleaved,
 * beginning with the resolver's first, one is tried after the other, each when
 * the last has failed, or had happy_eyeballs_delay for it.  The first
 * connection wins; the rest are closed.  When all fail: errno of the last to do
 * so, and green_errmsg() lists every attempt with its address and error.
 * TCP_NODELAY is on.  A cancellation leaves nothing behind.
 *   EADDRNOTAVAIL  the name has no address, or none of the family
 *   EAGAIN         the name cannot be looked up now
 *   EINVAL         no host; not a port, nor a service that is known; a delay or
 *                  a buffer below 0
 *   ENOTSUP        tls, built without
 * and with tls as green_tls_config_open() and green_tls_wrap() fail.
 */
struct green_connect_options {
	int	family;			/* AF_UNSPEC (0), AF_INET, AF_INET6 */
	const char *local_host;		/* bind to it before connecting */
	const char *local_port;		/* likewise; either may stand alone */
	int64_t	happy_eyeballs_delay;	/* ns; 0: 250 ms */
	/* TLS on top, verified for host unless tls_options (NULL: none) say
	   otherwise. */
	bool	tls;
	const struct green_tls_options *tls_options;
	/* Called for each socket before it is bound or connects, to set what
	   else it is to have; -1 and errno: that attempt fails.  It must not
	   block. */
	int	(*prepare)(int fd, void *arg);
	void	*prepare_arg;
	int	receive_buffer;		/* bytes of the kernel's buffers; 0: as */
	int	send_buffer;		/* many as the system likes */
	void	*reserved_[1];
};
struct green_stream *green_connect_tcp(const char *host, const char *port,
	    const struct green_connect_options *opt) GREEN_CHECK;
/*
 * "abstract:name" is a name of Linux's abstract namespace, and no file; a file
 * of such a name is "./abstract:name".  Where the other side's queue is full,
 * it waits.
 *   ENAMETOOLONG  no socket's address can hold the path
 *   ENOTSUP       the system has no abstract names
 */
struct green_stream *green_connect_unix(const char *path) GREEN_CHECK;

/*
 * Listen on host (NULL: every address, IPv6 and IPv4; a name: all its
 * addresses) and port ("0": one that is free, the same for all families).
 * SO_REUSEADDR is set; streams have TCP_NODELAY on.  FD and FAMILY of a
 * listener with several sockets are the first's.
 *   EADDRINUSE, EADDRNOTAVAIL, EACCES  green_errmsg() names the address
 *   EAGAIN, EINVAL, ENOTSUP            as for green_connect_tcp()
 */
struct green_listen_options {
	int	family;
	int	backlog;		/* 0: the system's largest */
	bool	reuse_port;		/* several loops, one port */
	bool	tls;			/* as by green_tls_listener() */
	const struct green_tls_options *tls_options;
	mode_t	unix_mode;		/* of a UNIX socket; 0: by umask */
	/* As for green_connect_tcp(), before the socket is bound; what the
	   streams have that are accepted is the system's to say: Linux and the
	   BSDs hand buffers and options of TCP down. */
	int	(*prepare)(int fd, void *arg);
	void	*prepare_arg;
	int	receive_buffer;
	int	send_buffer;
	void	*reserved_[1];
};
struct green_listener *green_listen_tcp(const char *host, const char *port,
	    const struct green_listen_options *opt) GREEN_CHECK;
/*
 * A stale socket file is replaced; closing removes it, if it is still the same.
 * Its directory is locked (flock(2)) meanwhile, where it can be, so that of
 * several servers that start at once one gets the path and keeps it.  The mode
 * is set before anybody can connect.  Abstract names as for
 * green_connect_unix().
 *   EADDRINUSE    somebody listens there, or it is no socket
 *   ENAMETOOLONG  no socket's address can hold the path
 *   EINVAL        an abstract name with a mode
 */
struct green_listener *green_listen_unix(const char *path,
	    const struct green_listen_options *opt) GREEN_CHECK;

/*
 * What is open already: connected sockets, pipes, FIFOs, terminals, devices;
 * and listening sockets.  They are made non-blocking and close-on-exec, and
 * owned from now on; on failure the descriptor is left alone.  A terminal is
 * opened anew under the same number, as whoever shares it is not to find it
 * non-blocking; that of a pipe is undone when it is closed.  The direction that
 * a pipe does not have is EBADF; green_stream_send_eof() closes one that is
 * only written to, and is ENOTSUP for what is read, too.
 *   ENOTSOCK  a listener must be a socket
 *   ENOTCONN  a socket must be connected
 *   EINVAL    not of the kind, or not listening; a file or directory, for which
 *             there is green_file_from_fd()
 *   EBUSY     a stream or the like has it already
 */
struct green_stream *green_stream_from_fd(int fd) GREEN_CHECK;
struct green_listener *green_listener_from_fd(int fd) GREEN_CHECK;

/*
 * Pass open descriptors along with at least one byte of data, at most
 * GREEN_FDS_MAX at once.  They are sent with the first byte, and stay open
 * here. What is received has FD_CLOEXEC set and belongs to the caller; *nfds is
 * room before and their number after, 0 on failure.  Bytes that framing has
 * read ahead come first, and without any: which other call receives a byte
 * loses those that came with it.
 *   EINVAL    no data; more than GREEN_FDS_MAX
 *   EMSGSIZE  more came than there was room for, or than may be open: those that
 *             did not fit are closed, *nfds did; the data is there to be received
 *   ENOTSUP   not a UNIX socket's stream
 * A cancelled green_send_fds() may have sent them.
 */
#define GREEN_FDS_MAX 253
int	 green_send_fds(struct green_stream *unix_stream, const void *buf, size_t len,
	    const int *fds, size_t nfds) GREEN_CHECK;
ssize_t	 green_receive_fds(struct green_stream *unix_stream, void *buf, size_t max,
	    int *fds, size_t *nfds) GREEN_CHECK;

/*
 * Datagrams: UDP and UNIX, connected or not.  One task may receive and another
 * send at the same time; a second one in a direction gets EBUSY, and whoever is
 * inside when the socket is closed gets EBADF.
 *
 * green_udp_open() binds to local_host and local_port, each NULL for any;
 * without family and local_host to every address, IPv6 and IPv4, where the
 * system lets one socket have both, else to those of IPv4.  IPv4 addresses are
 * struct sockaddr_in then, too.  green_udp_connect() takes the first address of
 * host that there is a way to; others' datagrams are not received, and what the
 * network answers (ICMP) becomes the error of a call: ECONNREFUSED, ...
 *   EADDRINUSE, EADDRNOTAVAIL, EACCES, ENETUNREACH  as bind(2), connect(2)
 *   EAGAIN, EINVAL  as for green_connect_tcp()
 */
struct green_dgram;
struct green_dgram_options {
	int	family;
	const char *local_host, *local_port;	/* NULL: any */
	bool	reuse_port;		/* several loops, one port */
	bool	broadcast;		/* it may send to broadcast addresses */
	void	*reserved_[4];
};
struct green_dgram *green_udp_open(const struct green_dgram_options *opt) GREEN_CHECK;
struct green_dgram *green_udp_connect(const char *host, const char *port,
	    const struct green_dgram_options *opt) GREEN_CHECK;
/*
 * local_path NULL: without a name, so that nobody can answer.  A stale socket
 * file there is replaced; closing removes it, if it is still the same.
 *   EADDRINUSE    somebody has that path, or it is no socket
 *   ENAMETOOLONG  no socket's address can hold the path
 */
struct green_dgram *green_unix_dgram_open(const char *local_path) GREEN_CHECK;
struct green_dgram *green_unix_dgram_connect(const char *path,
	    const char *local_path) GREEN_CHECK;
/* ENOTSOCK: not a socket; EINVAL: not one of datagrams. */
struct green_dgram *green_dgram_from_fd(int fd) GREEN_CHECK;
/*
 * One datagram, which may be empty: 0.  The rest of a longer one is lost:
 * EMSGSIZE, with buf full and from set.  from, fromlen may be NULL; *fromlen is
 * set, whatever it was, to 0 where the sender has no name.  A cancelled task
 * has taken none.
 */
ssize_t	 green_dgram_receive(struct green_dgram *d, void *buf, size_t max,
	    struct sockaddr_storage *from, socklen_t *fromlen) GREEN_CHECK;
/*
 * All of it or nothing: 0.  to NULL: where d is connected to.  Waits for room
 * with the system; a UNIX socket, with the receiver.
 *   EMSGSIZE      longer than can be sent
 *   EDESTADDRREQ  neither to, nor connected
 *   ECONNREFUSED  nobody receives there, or did not before (connected UDP)
 */
int	 green_dgram_send(struct green_dgram *d, const void *buf, size_t len,
	    const struct sockaddr *to, socklen_t tolen) GREEN_CHECK;
/*
 * Several at once.  green_dgram_receive_many() waits for one and takes those
 * that are there, at most n: how many.  green_dgram_send_many() sends all, in
 * order: n, or how many went before one that failed; -1: the first failed.
 * What was received can be sent back as it is.  EINVAL: n < 1 received, < 0
 * sent.
 */
struct green_datagram {
	void	*data;
	size_t	 size;			/* receiving: room at data */
	size_t	 len;			/* received, or to be sent */
	bool	 cut;			/* received: the rest is lost */
	socklen_t addrlen;		/* 0: none; sending: where connected to */
	struct sockaddr_storage addr;
};
int	 green_dgram_receive_many(struct green_dgram *d, struct green_datagram *v,
	    int n) GREEN_CHECK;
int	 green_dgram_send_many(struct green_dgram *d,
	    const struct green_datagram *v, int n) GREEN_CHECK;
/*
 * Multicast: receive what is sent to a group ("239.1.2.3", "ff02::1234"), by an
 * interface ("eth0"; NULL: the system's choice), and stop to; how what is sent
 * to groups goes out: how far (1 at first), whether this host's receivers get
 * it too (true at first), and by which interface.  What others on this host have
 * joined does not reach a socket that has not.
 *   EINVAL         not the address of a group; ttl not within 0 .. 255
 *   EAFNOSUPPORT   the group is of another family
 *   ENXIO          no such interface
 *   EADDRNOTAVAIL  it has no IPv4 address, or the group was not joined
 *   EADDRINUSE     joined already
 *   ENOTSUP        not UDP
 */
int	 green_dgram_join(struct green_dgram *d, const char *group,
	    const char *interface) GREEN_CHECK;
int	 green_dgram_leave(struct green_dgram *d, const char *group,
	    const char *interface) GREEN_CHECK;
int	 green_dgram_set_multicast_ttl(struct green_dgram *d, int ttl) GREEN_CHECK;
int	 green_dgram_set_multicast_loop(struct green_dgram *d, bool on) GREEN_CHECK;
int	 green_dgram_set_multicast_interface(struct green_dgram *d,
	    const char *interface) GREEN_CHECK;
/* As of a stream. */
int	 green_dgram_attr(struct green_dgram *d, enum green_attr a, void *value,
	    size_t size) GREEN_CHECK;
/* NULL is allowed, and no loop need be running. */
void	 green_dgram_close(struct green_dgram *d);

/*
 * getaddrinfo(3) and getnameinfo(3) in a worker thread, unless all is numbers:
 * 0 or an EAI_ code.  EAI_SYSTEM: errno says why.  A cancellation does not wait
 * for the resolver: EAI_SYSTEM and ECANCELED, at once.  green_freeaddrinfo()
 * frees what was found; freeaddrinfo(3) does so too, unless the loop has a
 * resolver of its own.
 */
int	 green_getaddrinfo(const char *host, const char *port,
	    const struct addrinfo *hints, struct addrinfo **res) GREEN_CHECK;
void	 green_freeaddrinfo(struct addrinfo *res);	/* any thread; NULL too */
int	 green_getnameinfo(const struct sockaddr *sa, socklen_t salen, char *host,
	    size_t hostlen, char *port, size_t portlen, int flags) GREEN_CHECK;

/*
 * A resolver for the running loop in place of the system's, from now on; NULL:
 * the system's again.  Tests have names lead where they like by it.
 *
 * fn is called, in the task that asks, for every host to connect to, to listen
 * on or to look up that is not a number: it adds the addresses that host has
 * (of other families than family they are passed over; AF_UNSPEC: any), those
 * to be tried first in front, and returns 0 or an EAI_ code; EAI_SYSTEM with
 * errno.  It may wait as any task does, and fail when it is cancelled:
 * ECANCELED.
 *   EPERM   no loop is running
 *   EINVAL  address is not one ("192.0.2.1", "2001:db8::1", "fe80::1%eth0")
 */
struct green_answer;
typedef int green_resolver_fn(const char *host, int family,
	    struct green_answer *answer, void *arg);
int	 green_resolver_set(green_resolver_fn *fn, void *arg) GREEN_CHECK;
int	 green_answer_add(struct green_answer *answer, const char *address) GREEN_CHECK;

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
