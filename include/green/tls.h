/*
 * TLS over any stream, with OpenSSL or LibreSSL.  Safe unless told otherwise:
 * TLS 1.2 or newer, certificates and host names verified against the system's
 * trust store.  Built without, every call here fails with ENOTSUP.
 */
#ifndef GREEN_TLS_H
#define GREEN_TLS_H

#include <green/stream.h>

GREEN_BEGIN_DECLS

struct ssl_ctx_st;

/* Strings and files are needed during the call alone. */
struct green_tls_options {
	bool	server_side;
	/* Client: SNI and the name, or address, to verify, which is to be in the
	   certificate's subjectAltName: a common name is no host's.  With
	   no_verify it may be left out; else that is EINVAL. */
	const char *hostname;
	/* NULL: the system's, which is read by the first client of the program
	   that needs it, and again by the first an hour later. */
	const char *ca_file, *ca_path;
	const char *cert_file, *key_file;	/* PEM; a server needs both */
	/* NULL-terminated, preferred first; the server's order decides, and
	   having nothing in common is EPROTO. */
	const char *const *alpn;
	bool	no_verify;		/* client: take any certificate */
	bool	require_client_cert;	/* server */
	/*
	 * The default: closing sends close_notify (for at most 5 s) and does not
	 * wait for the peer's; an end of the stream without one is an attack or
	 * an error: EPROTO.  Set this for peers that just hang up, as HTTP's do.
	 */
	bool	allow_truncation;
	/* All of the above, prepared; hostname, if it is given too, goes before
	   that of config, and allow_truncation is as in either. */
	struct green_tls_config *config;
	/* An SSL_CTX of your own, instead of files; it is borrowed.  A client
	   verifies all the same, and a server's alpn is what it has. */
	struct ssl_ctx_st *context;
	void	*reserved_[4];
};

/*
 * Files read and parsed once, for many connections; and a client's sessions, to
 * be resumed.  Clients that say nothing but hostname and allow_truncation have
 * one in common; whoever wants the files read now, or sessions for itself,
 * opens one.  Counted: the caller's until it is released, and each connection's
 * while that is open.  Any thread; in a loop a checkpoint, where files are read
 * in a worker thread.
 *   EINVAL   a server without certificate, one without the other, a key of
 *            another certificate, what is no PEM or has a password, a name of
 *            no protocol or host
 *   ENOENT, EACCES, ...   a file cannot be read
 *   ENOMEM, ENOTSUP, ECANCELED
 * with the reason in green_errmsg().
 */
struct green_tls_config;
struct green_tls_config *green_tls_config_open(const struct green_tls_options *opt) GREEN_CHECK;
void	 green_tls_config_release(struct green_tls_config *cfg);	/* NULL is allowed */

/*
 * Handshake over s, and own it from then on; on failure s is closed.
 *   EPROTO         the peer does not speak TLS, or offers nothing in common, or
 *                  hangs up, or has refused
 *   EACCES         its certificate is not to be trusted, or not for hostname;
 *                  or it has none, and must
 *   EPROTO         or bytes that came before the handshake are buffered in s
 *   ENOTSUP        built without TLS
 *   EINVAL, ENOMEM, ...   as for green_tls_config_open()
 *   ECONNRESET, ... what s fails with
 * with the reason in green_errmsg().  A checkpoint; ECANCELED closes s at once.
 *
 * The stream receives and sends at the same time as any other; a send that is
 * cancelled, or fails, may leave half a record behind: all that follow fail
 * with EPIPE, receiving goes on.  send_eof sends close_notify alone: ENOTSUP
 * below TLS 1.3.  Closing returns ETIMEDOUT if close_notify could not be sent
 * in 5 s; while another task sends it is not sent at all.  What breaks TLS
 * itself is EPROTO, in both directions from then on; so does a peer that asks
 * for answers (new keys) on and on, and takes none.
 */
struct green_stream *green_tls_wrap(struct green_stream *s, const struct green_tls_options *opt) GREEN_CHECK;
/*
 * Say goodbye, wait for the peer's, and give the stream underneath back, with
 * what came after that unread; tls is gone whatever the result, on failure with
 * the stream underneath.  A checkpoint.
 *   EINVAL  tls is no TLS stream; then it is left alone
 *   EBUSY   a task is inside; likewise
 *   EPROTO  the peer ends without a goodbye, or what it sent before is unread
 *   ECANCELED
 */
struct green_stream *green_tls_unwrap(struct green_stream *tls) GREEN_CHECK;

/*
 * A listener that hands out streams after their handshake; l is owned from then
 * on, and closed on failure.  Handshakes go on in tasks of their own, so that a
 * slow one delays nobody: one that fails, or takes over timeout ns (0: 30 s),
 * is dropped alone.  They begin when somebody accepts; closing the listener
 * ends them.  A checkpoint, where files are read.
 *   EINVAL   not a server's options; timeout < 0; l is one of TLS already
 *   EBUSY    a task accepts from l
 *   ...      as for green_tls_config_open()
 */
struct green_listener *green_tls_listener(struct green_listener *l,
	    const struct green_tls_options *opt, int64_t timeout) GREEN_CHECK;
/* New connections of a TLS listener use cfg from now on: a renewed certificate.
   EINVAL: l is none, or cfg is not a server's; ENOTSUP. */
int	 green_tls_listener_set_config(struct green_listener *l,
	    struct green_tls_config *cfg) GREEN_CHECK;

GREEN_END_DECLS
#endif /* GREEN_TLS_H */
