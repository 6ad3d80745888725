/*
 * Byte streams: one interface over sockets and whatever a program makes itself;
 * and listeners, which accept them.
 *
 * One task may receive and another send at the same time; a second task in the
 * same direction fails with EBUSY.  Every call that receives or sends checks
 * for cancellation first, and goes on without giving way if it need not block.
 * Common failures:
 *   EBADF   the stream was closed here, before or during the call
 *   EPIPE, ECONNRESET   the other side is gone; there is never a SIGPIPE
 *   ECANCELED   nothing was received and nothing is lost; but part of what was
 *               being sent may be gone
 */
#ifndef GREEN_STREAM_H
#define GREEN_STREAM_H

#include <sys/types.h>
#include <sys/uio.h>
#include <stdio.h>
#include <green/group.h>

GREEN_BEGIN_DECLS

struct green_stream;

/* At least one byte, at most max; 0: the other side sent its last. EINVAL: max 0 */
ssize_t	 green_stream_receive(struct green_stream *s, void *buf, size_t max) GREEN_CHECK;
/* All of it; sendv takes any number of pieces, more than IOV_MAX too. */
int	 green_stream_send(struct green_stream *s, const void *buf, size_t len) GREEN_CHECK;
int	 green_stream_sendv(struct green_stream *s, const struct iovec *iov, int n) GREEN_CHECK;
/* No more will be sent, and trying to is EPIPE; receiving goes on.  A second time
   it does nothing: 0.  ENOTSUP where a stream cannot. */
int	 green_stream_send_eof(struct green_stream *s) GREEN_CHECK;
/*
 * Close in good order and free; s is gone whatever the result.  If the caller
 * is cancelled, or with abort, at once.  Whichever task is inside a call on s
 * gets EBADF.  NULL is allowed, and no loop need be running.
 */
int	 green_stream_close(struct green_stream *s);
void	 green_stream_abort(struct green_stream *s);

/*
 * Facts about a stream, looked up through its layers.  ENOTSUP: no layer knows,
 * as none is connected, or none is a socket; EINVAL: a value of another size.
 */
enum green_attr {
	GREEN_ATTR_FD,			/* int */
	GREEN_ATTR_FAMILY,		/* int: AF_* */
	GREEN_ATTR_LOCAL_ADDR,		/* struct sockaddr_storage */
	GREEN_ATTR_REMOTE_ADDR,		/* struct sockaddr_storage */
	GREEN_ATTR_LOCAL_PORT,		/* int */
	GREEN_ATTR_REMOTE_PORT,		/* int */
	GREEN_ATTR_PEER_CRED,		/* struct green_cred: UNIX sockets */
	GREEN_ATTR_PATH,		/* const char *: files */
	GREEN_ATTR_TLS_VERSION,		/* const char *: "TLSv1.3" */
	GREEN_ATTR_TLS_CIPHER,		/* const char * */
	GREEN_ATTR_TLS_ALPN,		/* const char *, NULL: none agreed */
	GREEN_ATTR_TLS_SERVER_SIDE,	/* bool */
	GREEN_ATTR_TLS_SHARED_NAME,	/* const char *: SNI */
	GREEN_ATTR_TLS_PEER_CERT,	/* X509 *: borrowed */
	GREEN_ATTR_TLS_SSL		/* SSL *: borrowed */
};
struct green_cred { uid_t uid; gid_t gid; pid_t pid; /* -1: unknown */ };
int	 green_stream_attr(struct green_stream *s, enum green_attr a, void *value, size_t size) GREEN_CHECK;

/*
 * Options of the socket below a stream, looked up through its layers like
 * facts. Switches are 1 or 0, sizes are in bytes, times in ns, rounded up to
 * what the system counts in.  No checkpoints.
 *   ENOTSUP  no layer is a socket of that kind, or the system has it not
 *   EINVAL   a value out of range
 */
enum green_option {
	GREEN_OPT_NODELAY,		/* TCP: send small pieces at once; at first 1 */
	GREEN_OPT_KEEPALIVE,		/* TCP: ask whether a silent peer is there */
	GREEN_OPT_KEEPALIVE_IDLE,	/* after so long a silence, */
	GREEN_OPT_KEEPALIVE_INTERVAL,	/* again after so long, */
	GREEN_OPT_KEEPALIVE_COUNT,	/* so often until ETIMEDOUT */
	GREEN_OPT_USER_TIMEOUT,		/* TCP: for so long what was sent may stay
					   unacknowledged until ETIMEDOUT; 0: as
					   long as the system likes */
	GREEN_OPT_RESET,		/* TCP: closing resets, and drops what is
					   unsent */
	GREEN_OPT_RECEIVE_BUFFER,	/* the kernel's; it may make them more */
	GREEN_OPT_SEND_BUFFER
};
int	 green_stream_set(struct green_stream *s, enum green_option o, int64_t value) GREEN_CHECK;
int	 green_stream_get(struct green_stream *s, enum green_option o, int64_t *value) GREEN_CHECK;

/*
 * A stream of your own.  The table is copied; attr, send_eof and option (which
 * sets an option to *value, or gets that) may be NULL. Operations see one task
 * in each direction, and never max or n of 0.  receive has taken nothing when
 * it fails with ECANCELED; sendv sends all or fails. close frees impl, and is
 * called once: if a task is inside receive or sendv, then that task is
 * cancelled there, and calls close on its way out.  On failure (ENOMEM, EINVAL)
 * impl is still the caller's.
 */
struct green_stream_ops {
	ssize_t	(*receive)(void *impl, void *buf, size_t max);
	int	(*sendv)(void *impl, const struct iovec *iov, int n);
	int	(*send_eof)(void *impl);
	int	(*close)(void *impl, bool abort);
	int	(*attr)(void *impl, enum green_attr a, void *value, size_t size);
	int	(*option)(void *impl, enum green_option o, int64_t *value, bool set);
};
struct green_stream *green_stream_new(const struct green_stream_ops *ops, void *impl) GREEN_CHECK;
/* The table may grow: size is that of the program's. */
struct green_stream *green_stream_new_(const struct green_stream_ops *ops,
	    size_t size, void *impl) GREEN_CHECK;
#define green_stream_new(ops, impl)					\
	green_stream_new_((ops), sizeof(struct green_stream_ops), (impl))

/*
 * Two ends, in memory: what one sends the other receives.  capacity: how many
 * bytes may be under way in each direction; with 0 each send waits until all of
 * it is received.  When one end is closed or aborted, which are the same here,
 * the other still receives what was sent, then 0, and sending to it is EPIPE.
 * No loop need be running.  ENOMEM
 */
int	 green_stream_pair(size_t capacity, struct green_stream *end[2]) GREEN_CHECK;
/*
 * One stream out of a stream to send to and one to receive from, which may be
 * the same.  It owns both from the call on: on failure (ENOMEM) they are
 * closed. send_eof is the sending one's, which is closed if it cannot; close
 * closes both, even when one fails, and tells of the first failure.  Facts and
 * options are those of the receiving one, and where it knows none, of the
 * other.
 */
struct green_stream *green_stream_staple(struct green_stream *send,
	    struct green_stream *receive) GREEN_CHECK;

/*
 * Framing.  Every stream keeps what one of these has read too much, and hands
 * it out first to whatever receives next.
 */
/* Exactly len bytes; fewer (0 too) only where the stream ended before. */
ssize_t	 green_stream_receive_exactly(struct green_stream *s, void *buf, size_t len) GREEN_CHECK;
/*
 * Up to and with delim: the bytes stay in the stream's buffer at *data until
 * its next receiving call.  Their count with delim; 0: ended before any byte;
 * EPIPE: it ended within them; EMSGSIZE: no delim in max bytes, delim included.
 * After a failure all bytes stay unread.  EINVAL: delim_len 0 or max 0.
 */
ssize_t	 green_stream_receive_until(struct green_stream *s, const void *delim,
	    size_t delim_len, size_t max, const char **data) GREEN_CHECK;
/*
 * A line without its end ("\n" or "\r\n"), NUL-terminated, in the stream's
 * buffer until its next receiving call.  1; 0: the stream has ended; -1:
 * EMSGSIZE, ...  max counts the line's end; a last line without one is a line.
 */
int	 green_stream_receive_line(struct green_stream *s, size_t max, char **line) GREEN_CHECK;
/* How much is kept already; and put bytes back in front of it.  Neither gives
   way nor fails when cancelled; EBUSY: a task is receiving; ENOMEM. */
size_t	 green_stream_buffered(const struct green_stream *s);
int	 green_stream_unread(struct green_stream *s, const void *data, size_t len) GREEN_CHECK;

/* Formatted sending: 0. */
int	 green_stream_printf(struct green_stream *s, const char *fmt, ...)
	    __attribute__((__format__(__printf__, 2, 3))) GREEN_CHECK;

/*
 * A stdio FILE on a stream, to read ("r"), write ("w") or both ("r+"); EINVAL.
 * It owns the stream from the call on: its fclose() closes it, and so does a
 * failure here.  Its functions fail with the errno of receiving and sending;
 * ECANCELED loses nothing that was to be read.  One task at a time may use it.
 */
FILE	*green_stream_fopen(struct green_stream *s, const char *mode) GREEN_CHECK;

/*
 * Text in another encoding (iconv's names) on top of a byte stream: UTF-8 on
 * this side, both ways.  Characters may be cut anywhere, by pieces and by
 * sends.  It owns s from the call on: on failure s is closed.
 *   EINVAL   there is no such encoding
 *   EILSEQ   of receiving and sending: not valid there, or not to be expressed;
 *            what comes before it is received, or sent, first.  Half a character
 *            at the end too: of send_eof, which may be tried again after the
 *            rest was sent, and of close, which closes all the same
 *   ENOTSUP  this system has no iconv
 */
struct green_stream *green_text(struct green_stream *s,
	    const char *encoding) GREEN_CHECK;

/*
 * Everything from one stream to another, until its end: bytes copied.  Neither
 * is closed, nor the end passed on; they may be the same.  It is inside both
 * all the while.  When it fails or is cancelled, nothing of from is lost: what
 * has not been sent is kept there, to be received next; of a stream of the
 * program's own a part of that may have been sent all the same.
 */
int64_t	 green_stream_copy(struct green_stream *to, struct green_stream *from) GREEN_CHECK;
/*
 * Both ways at once until both ended, ends passed on: what a proxy does.
 * Closes neither.  Where an end cannot be passed on (ENOTSUP) the other way
 * goes on all the same; so it does when one side listens no more (EPIPE,
 * ECONNRESET in sending), which is then the failure in the end.  Any other
 * failure ends both, as a reset does.  ETIMEDOUT: nothing moved either way for
 * idle ns (or GREEN_FOREVER).  copied, unless NULL, has the bytes from a to b,
 * and from b to a, after a failure too.  What was not sent is kept, as by
 * green_stream_copy().
 */
int	 green_stream_join(struct green_stream *a, struct green_stream *b,
	    int64_t idle, int64_t copied[2]) GREEN_CHECK;

/*
 * Listeners: what accepts streams.  One task at a time: EBUSY.
 *   EBADF      the listener was closed, before or during the call
 *   ESHUTDOWN  the scope is stopping (green_scope_stop())
 *   EMFILE, ENFILE, ENOBUFS, ENOMEM  there may be more of it later
 * Connections that failed before they were accepted are passed over.  A
 * cancelled accept loses none.
 */
struct green_listener;
struct green_stream *green_accept(struct green_listener *l) GREEN_CHECK;
/*
 * Accept, and run handler(stream, arg) for each in a task of g, which has the
 * handler's name; the stream is closed when the handler returns, unless the
 * handler closed it or handed it on to a wrapper, which is then the handler's
 * to close.  A handler's failure ends its own stream alone, and is told: see
 * green_serve_on_error().  Running out of descriptors or memory pauses
 * accepting. 0 when the listener is closed or the scope is stopping; -1 when
 * cancelled or broken.
 */
int	 green_serve(struct green_listener *l, struct green_group *g,
	    int (*handler)(struct green_stream *s, void *arg), void *arg) GREEN_CHECK;
int	 green_serve_(struct green_listener *l, struct green_group *g,
	    int (*handler)(struct green_stream *s, void *arg), void *arg,
	    const char *name, const char *where) GREEN_CHECK;
#define green_serve(l, g, handler, arg)					\
	green_serve_((l), (g), (handler), (arg), #handler, GREEN_HERE_)
/*
 * What to do when a handler fails, for streams that l accepts from now on:
 * report(s, arg), in the handler's task, before its stream is closed.  errno,
 * green_errmsg() and green_name() tell why, and whose failure it is; s is NULL
 * if the handler has let go of the stream.  It may use the stream, and may
 * wait.  At first, and with NULL, a line with name, address and reason goes to
 * stderr. ECANCELED, ECONNRESET and EPIPE are no news, and not told.
 */
void	 green_serve_on_error(struct green_listener *l,
	    void (*report)(struct green_stream *s, void *arg), void *arg);
int	 green_listener_attr(struct green_listener *l, enum green_attr a, void *value, size_t size) GREEN_CHECK;
/* Whoever accepts gets EBADF, green_serve() returns 0; streams live on.  NULL is
   allowed. */
void	 green_listener_close(struct green_listener *l);
/*
 * Several listeners as one, which owns them from the call on: on failure they
 * are closed.  Facts about it are the first one's.  EINVAL: none; EBUSY: a task
 * accepts from one of them; ENOMEM.
 */
struct green_listener *green_listener_multi(struct green_listener *const *l, size_t n) GREEN_CHECK;

GREEN_END_DECLS
#endif /* GREEN_STREAM_H */
