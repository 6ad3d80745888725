/*
 * What streams and listeners are made of.  A kind of stream embeds struct
 * green_stream in its own structure, as its first member, and fills in a table
 * of operations; stream.c does what all streams have in common: one task a
 * direction, closing under whoever is inside, and the framing buffer.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#ifndef GREEN_STREAM_INTERNAL_H
#define GREEN_STREAM_INTERNAL_H

#include <green/stream.h>

#include "green/internal.h"

/*
 * Operations are called with one task in each direction at most, never with
 * nothing to do (max, n and len are not 0), and not after close.  They check
 * again what may have changed while they gave way; they need neither check for
 * cancellation at first nor spend budget at last.
 */
struct green__stream_ops {
	ssize_t	(*receive)(struct green_stream *s, void *buf, size_t max);
	int	(*send)(struct green_stream *s, const void *buf, size_t len);
	/* At least one byte of it: how many.  May be NULL: all go, or none. */
	ssize_t	(*send_some)(struct green_stream *s, const void *buf,
		    size_t len);
	int	(*sendv)(struct green_stream *s, const struct iovec *iov,
		    int n);
	int	(*send_eof)(struct green_stream *s);
	/* Wake those inside, who get EBADF, and let go of what s stands for. */
	int	(*close)(struct green_stream *s, bool abort);
	/* Nobody is inside any more; s is the memory to give back. */
	void	(*free)(struct green_stream *s);
	int	(*attr)(struct green_stream *s, enum green_attr a, void *value,
		    size_t size);
	/* Set an option to *value, or get that.  NULL: it has none. */
	int	(*option)(struct green_stream *s, enum green_option o,
		    int64_t *value, bool set);
	/* The descriptor whose bytes the stream's are, if any.  May be NULL. */
	struct green__fd *(*fd)(struct green_stream *s);
};

enum {
	STREAM_RECEIVING = GREEN__READ,	/* a task is inside */
	STREAM_SENDING	 = GREEN__WRITE,
	STREAM_CLOSING	 = 4,		/* the closing one is */
	STREAM_INSIDE	 = 7,
	STREAM_CLOSED	 = 8,
	STREAM_EOF_SENT	 = 16
};
struct green_stream {
	const struct green__stream_ops *ops;
	unsigned state;
	struct green_stream **owner;	/* see green__stream_own() */
	char	*buf;			/* framing's; NULL: never used */
	size_t	 size;
	size_t	 start;			/* what is kept: from here */
	size_t	 end;
};

void	 green__stream_init(struct green_stream *s,
	    const struct green__stream_ops *ops);
/*
 * Whoever wants to know holds a pointer to s, and has it cleared when s is
 * closed, or gets another owner: a wrapper takes s by owner NULL.
 */
void	 green__stream_own(struct green_stream *s, struct green_stream **owner);

/*
 * Around what is done with a stream in a direction: ECANCELED, EPERM, EBADF,
 * EBUSY, EPIPE after send_eof.  leave() returns rc, and frees s if it was
 * closed meanwhile.
 */
int	 green__stream_enter(struct green_stream *s, unsigned dir);
ssize_t	 green__stream_leave(struct green_stream *s, unsigned dir, ssize_t rc);
/* green_stream_set() and green_stream_get(), for wrappers. */
int	 green__stream_option(struct green_stream *s, enum green_option o,
	    int64_t *value, bool set);
/* Within those: the socket to receive from or send to directly, or NULL. */
struct green__fd *green__stream_fd(struct green_stream *s);
/* Within those: send, and how much of it; at least one byte. */
ssize_t	 green__stream_send_some(struct green_stream *s, const void *buf,
	    size_t len);

/*
 * io.c: what is done on descriptors.  Before a system call, wait unless f may
 * be ready; when it has failed, 0 if it is to be tried again once f is.
 */
static inline int
green__io_await(struct green__fd *f, unsigned dir)
{
	return (green__fd_can(f, dir) ? 0 : green__fd_wait(f, dir));
}
int	 green__io_retry(struct green__fd *f, unsigned dir);
/* So much of len has gone: EBADF if there is more, and f was closed meanwhile. */
int	 green__io_sent(struct green__fd *f, size_t sent, size_t len);
/* By that call, which does not end with EINTR: some of a piece, all of n. */
ssize_t	 green__io_send_some(struct green__fd *f, const void *buf, size_t len,
	    ssize_t (*call)(int fd, struct iovec *iov, int n));
int	 green__io_sendv(struct green__fd *f, const struct iovec *iov, int n,
	    ssize_t (*call)(int fd, struct iovec *iov, int n));

/* fd_stream.c: a stream on what is no socket, non-blocking and close-on-exec from
   now on.  On failure fd is still the caller's.  EBADF, EBUSY, EINVAL (a file or
   a directory), ENOMEM, EPERM */
struct green_stream *green__fd_stream(int fd);

/*
 * frame.c.  What is kept already, at most max bytes of it; receive into the
 * buffer that is empty, at most n bytes; have room for n bytes in all there,
 * which stays when it is emptied, up to a limit.
 */
size_t	 green__frame_take(struct green_stream *s, void *buf, size_t max);
/* Keep what was received in vain, after what is kept already.  ENOMEM */
int	 green__frame_put(struct green_stream *s, const void *buf, size_t len);
ssize_t	 green__frame_fill(struct green_stream *s, size_t n);
int	 green__frame_reserve(struct green_stream *s, size_t n);	/* ENOMEM */
/* So many of them are not needed any more. */
void	 green__frame_drop(struct green_stream *s, size_t n);

/*
 * copy.c: a copy that tells how far it has come, and moves the deadline of
 * patience (or NULL) on by idle with everything that moves.
 */
struct green__copy {
	struct green_stream *to;
	struct green_stream *from;
	int64_t	 copied;
	struct green_scope *patience;
	int64_t	 idle;
	bool	 sending;		/* it failed there */
};
int	 green__copy(struct green__copy *c);
void	 green__copy_moved(struct green__copy *c, size_t n);

/*
 * splice.c, or no_splice.c: wait for what there is, and move it in one go,
 * within the kernel.  Bytes, of which green__copy_moved() was told; 0: it must
 * go the other way, this time, or with *never from now on; -1: what is left
 * over is kept by c->from.
 */
#define GREEN__SPLICE	((size_t)256 * 1024)	/* at most */
ssize_t	 green__splice(struct green__copy *c, bool *never);

/* Copy a fact of size `have' out, whose size the caller said is `size'. */
int	 green__attr_copy(void *value, size_t size, const void *fact,
	    size_t have);

/*
 * Listeners.  A port is one place that streams come in by, with a descriptor
 * that tells when there may be one; a listener accepts from one or more of
 * them.
 */
struct green__port;
struct green__port_ops {
	/* Without waiting: NULL and EAGAIN.  ECONNABORTED: some connection
	   failed, which says nothing about the next one. */
	struct green_stream *(*accept)(struct green__port *p);
	int	(*attr)(struct green__port *p, enum green_attr a, void *value,
		    size_t size);
	/* Stop; who waits for p->fd gets EBADF.  May give way. */
	void	(*close)(struct green__port *p);
	void	(*free)(struct green__port *p);
};
struct tls_layer;
struct green__port {
	const struct green__port_ops *ops;
	struct tls_layer *layer;	/* of net/tls_listener.c; NULL: none */
	struct green__fd fd;
};
/* Owns the ports from now on, if it succeeds.  ENOMEM */
struct green_listener *green__listener_new(struct green__port *const *port,
	    size_t n);

/* What l accepts from, for who is to put something on top of it, which nobody
   may be inside of meanwhile: EBADF, EBUSY; and whether or not somebody is. */
int	 green__listener_ports(const struct green_listener *l,
	    struct green__port *const **port, size_t *n);
void	 green__listener_all_ports(const struct green_listener *l,
	    struct green__port *const **port, size_t *n);

/* listener.c for serve.c: accept from a listener that nobody else does. */
int	 green__listener_enter(struct green_listener *l);
int	 green__listener_leave(struct green_listener *l, int rc);
struct green_stream *green__listener_accept(struct green_listener *l);

/* report.c: what l's handlers failed with is told to r, in their tasks. */
struct green__report {
	void	(*fn)(struct green_stream *s, void *arg);	/* NULL: stderr */
	void	*arg;
};
const struct green__report *green__listener_report(
	    const struct green_listener *l);
void	 green__report(const struct green__report *r, struct green_stream *s,
	    int code);

/*
 * serve.c: somewhere in this loop a descriptor was closed, and those who have
 * run out of them may try again.
 */
void	 green__serve_resume(void);

#endif /* GREEN_STREAM_INTERNAL_H */
