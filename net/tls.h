/*
 * What the files of TLS share.  A configuration is an SSL_CTX with what
 * libgreen must know beside it; a TLS stream is an SSL between two memory BIOs,
 * and a stream below.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#ifndef GREEN_NET_TLS_H
#define GREEN_NET_TLS_H

#include <pthread.h>
#include <stdatomic.h>

#include <openssl/ssl.h>

#include <green/tls.h>

#include "internal.h"

#define TLS_CHUNK	SSL3_RT_MAX_PLAIN_LENGTH	/* a record's, at most */
#define TLS_RECORD	(TLS_CHUNK + 1024)	/* with what is around it */
#define TLS_BATCH	4		/* records to send or receive at a time */
#define TLS_NAME	256
#define TLS_SESSIONS	32
#define TLS_GOODBYE	(5 * GREEN_SEC)	/* what the last words may take */

/* tls_session.c: what a client may resume, by the name that was verified. */
struct tls_sessions {
	pthread_mutex_t lock;
	size_t	 next;			/* the place that is taken next */
	struct {
		char	 name[TLS_NAME];
		SSL_SESSION *session;	/* NULL: none */
	} v[TLS_SESSIONS];
};

struct green_tls_config {
	atomic_size_t refs;
	SSL_CTX	*ctx;
	bool	 server_side;
	bool	 verify;		/* the peer has to show who it is */
	bool	 allow_truncation;
	bool	 borrowed;		/* ctx is the program's as well */
	char	 hostname[TLS_NAME];	/* "": none */
	unsigned char *alpn;		/* as it is sent; NULL: none */
	unsigned alpn_len;
	struct tls_sessions sessions;
};

/* What is to be sent. */
struct tls_bytes {
	char	*p;			/* NULL: none yet */
	size_t	 len, size;
};

struct tls {
	struct green_stream stream;
	struct green_stream *below;	/* NULL: let go of */
	struct green_tls_config *cfg;
	SSL	*ssl;
	X509	*peer;			/* NULL: unknown */
	struct green_lock sending;	/* see tls_pump.c */
	struct green_lock receiving;
	struct tls_bytes written;	/* by SSL */
	struct tls_bytes going;		/* below: a task is sending it */
	char	*in;			/* what was received: in received, or,
					   when much comes, allocated */
	size_t	 start, end;		/* of what SSL has not read of that */
	bool	 allow_truncation;
	bool	 answering;		/* a task sends what receiving led to */
	bool	 orphan;		/* that task is to free this */
	int	 error;			/* that TLS has broken by; 0: it works */
	int	 send_error;		/* likewise, sending below it */
	char	 name[TLS_NAME];	/* of the server; "": not known */
	char	 alpn[TLS_NAME];	/* agreed; "": none */
	char	 why[512];		/* what is to be said of error */
	char	*pieces;		/* for sendv; NULL: not needed yet */
	char	 received[TLS_RECORD];	/* the last member: see tls_wrap.c */
};

static inline struct tls *
tls_of(struct green_stream *s)
{
	return (GREEN__CONTAINER(s, struct tls, stream));
}

/* tls_config.c: one more share of it; what OpenSSL says of a file, or of nothing
   (NULL): -1; and why a file (or NULL) cannot be read, which it would not tell:
   0, or -1. */
struct green_tls_config *green__tls_hold(struct green_tls_config *cfg);
int	 green__tls_refuse(const char *file);
int	 green__tls_readable(const char *file);
/* Leave a worker as it was: OpenSSL keeps things for each thread, and may be gone
   before the thread is. */
void	 green__tls_leave_worker(void);
/* name, a host's or an address, as it is verified: false if it is none. */
bool	 green__tls_name(char dst[TLS_NAME], const char *name);

/* tls_trust.c: read what opt says, or what the system has.  May take a while. */
int	 green__tls_trust(SSL_CTX *ctx, const struct green_tls_options *opt);
/* tls_default.c: for clients that bring none, at that time by green__clock(); to
   be released. */
struct green_tls_config *green__tls_default(int64_t now);

/* tls_bio.c: what an SSL reads from t->in, and writes to t->written.
   NULL: ENOMEM */
BIO	*green__tls_bio(struct tls *t);

/*
 * tls_pump.c.  SSL calls never wait: green__tls_clear() comes before each,
 * green__tls_outcome() right after with what it returned.
 */
enum tls_outcome {
	TLS_DONE,
	TLS_WANTS,			/* what comes from below */
	TLS_ENDED,			/* by the peer's close_notify */
	TLS_BROKEN			/* errno and green_errmsg() are set */
};
void	 green__tls_clear(void);
enum tls_outcome green__tls_outcome(struct tls *t, int rc);
int	 green__tls_broken(const struct tls *t);	/* say so: -1 */
/* Give SSL what comes from below: 1, 0 at its end, -1. */
int	 green__tls_pull(struct tls *t);
/* Send what SSL has written; by whoever holds t->sending, or is alone. */
int	 green__tls_flush(struct tls *t);
/* See that what receiving has made SSL write is sent. */
void	 green__tls_answer(struct tls *t);
/* Not after close, nor after a send that was cut short: EBADF, EPIPE. */
int	 green__tls_may_send(const struct tls *t);
void	 green__tls_sent(struct tls *t);	/* let go of t->sending */

/* tls_stream.c */
extern const struct green__stream_ops green__tls_ops;

/* tls_wrap.c: nobody is inside, nor sends an answer. */
void	 green__tls_destroy(struct tls *t);

/* tls_goodbye.c: send close_notify; the same when t is closed, for as long as it
   may take; wait for the peer's.  0, or -1. */
int	 green__tls_notify(struct tls *t);
int	 green__tls_say_goodbye(struct tls *t);
int	 green__tls_await_goodbye(struct tls *t);

/* tls_handshake.c: all of it, or -1 when the peer has been told. */
int	 green__tls_handshake(struct tls *t);

/* tls_reason.c: what the last SSL call has left in the error queue, which is
   empty then; an errno. */
int	 green__tls_reason(char *why, size_t size);

/* tls_verify.c: ask for the peer's certificate, and for t->name in it. */
int	 green__tls_verify(struct tls *t);
bool	 green__tls_is_address(const char *name);

/* tls_session.c */
int	 green__tls_sessions_open(struct green_tls_config *cfg);
void	 green__tls_sessions_close(struct green_tls_config *cfg);
void	 green__tls_session_use(struct tls *t);

/* t of an SSL, and the SSL's of t (tls_session.c).  ENOMEM */
struct tls *green__tls_of(const SSL *ssl);
int	 green__tls_bind(struct tls *t);

#endif /* GREEN_NET_TLS_H */
