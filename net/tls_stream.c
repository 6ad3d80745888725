/*
 * TLS between two memory BIOs and any stream.  SSL calls read from one and
 * write to the other, and so never wait; tasks wait in between, for the stream
 * below.  How the two directions, which share one SSL, keep out of each other's
 * way:
 *
 * An SSL call is over before its task gives way, its errors taken out of the
 * thread's queue: no task sees another's.
 *
 * Whoever holds `sending' empties the outgoing BIO, from its front, until
 * nothing is left, and only then lets go.  So all goes out in the order in
 * which SSL wrote it.  A sender holds it from its first record to its last.
 *
 * What receiving makes SSL write - an answer to a new key, an alert - is sent
 * by whoever holds `sending', or, if nobody does, by a task of its own.  A
 * receiver never waits for that: if those of both sides did, neither would
 * receive.
 *
 * Whoever holds `receiving' fills the incoming BIO.  Mostly that is a receiver;
 * a sender does when a message of the handshake has come by half, as SSL writes
 * nothing then.  Who finds it held waits for the holder, and then first asks
 * SSL again.
 *
 * What was cut short below cannot be mended: after a send that has failed
 * nothing more is sent.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>

#include "tls.h"

static struct tls *
tls_of(struct green_stream *s)
{
	return (GREEN__CONTAINER(s, struct tls, stream));
}

void
green__tls_clear(void)
{
	ERR_clear_error();
}

static int
broken(const struct tls *t)
{
	return (green__failx(t->error, "%s", t->why));
}

enum tls_outcome
green__tls_outcome(struct tls *t, int rc)
{
	char why[sizeof(t->why)];

	if (rc > 0)
		return (TLS_DONE);
	switch (SSL_get_error(t->ssl, rc)) {
	case SSL_ERROR_WANT_READ:
		return (TLS_WANTS);
	case SSL_ERROR_ZERO_RETURN:
		return (TLS_ENDED);
	default:
		break;
	}
	t->error = green__tls_reason(why, sizeof(why));
	/* A certificate's fault is known in better words. */
	if (t->why[0] == '\0')
		memcpy(t->why, why, sizeof(why));
	(void)broken(t);
	return (TLS_BROKEN);
}

static void
release(struct green_lock *l)
{
	int error = errno;

	(void)!green_lock_release(l);
	errno = error;
}

/* One receive below; the calling task holds t->receiving. */
static int
fill(struct tls *t)
{
	ssize_t n = green_stream_receive(t->below, t->received,
	    sizeof(t->received));

	if (t->stream.state & STREAM_CLOSED)
		return (green__fail(EBADF));
	if (n <= 0)
		return ((int)n);
	return (BIO_write(t->in, t->received, (int)n) == n ? 1 :
	    green__fail(ENOMEM));
}

int
green__tls_pull(struct tls *t)
{
	bool waits = green_lock_locked(&t->receiving);
	int n = 1;

	if (green_lock_acquire(&t->receiving) == -1)
		return (-1);
	if (t->below == NULL)
		n = green__fail(EBADF);
	else if (!waits)
		n = fill(t);
	release(&t->receiving);
	return (n);
}

int
green__tls_flush(struct tls *t)
{
	int n;

	while (BIO_pending(t->out) > 0) {
		if (t->below == NULL)
			return (green__fail(EBADF));
		if (t->send_error != 0)
			return (green__failx(t->send_error,
			    "an earlier send was cut short"));
		if (green__check() == -1)
			return (-1);
		n = BIO_read(t->out, t->sent, sizeof(t->sent));
		if (green_stream_send(t->below, t->sent, (size_t)n) == -1) {
			t->send_error = EPIPE;
			return (t->below == NULL ? green__fail(EBADF) : -1);
		}
	}
	return (0);
}

static void
destroy(struct tls *t)
{
	X509_free(t->peer);
	free(t->pieces);
	SSL_free(t->ssl);
	green_tls_config_release(t->cfg);
	free(t);
}

/* The task that sends what receiving led to. */
static int
answer(void *arg)
{
	struct tls *t = arg;

	if (green_lock_acquire(&t->sending) == 0) {
		(void)green__tls_flush(t);
		release(&t->sending);
	}
	t->answering = false;
	if (t->orphan)
		destroy(t);
	return (0);
}

/* See that it is sent.  If there can be no task for it, it waits for the next
   send. */
static void
send_answer(struct tls *t)
{
	if (BIO_pending(t->out) == 0 || t->answering || t->send_error != 0 ||
	    green_lock_locked(&t->sending))
		return;
	t->answering = green__task_spawn(&green__loop->guests, answer, t, NULL,
	    0, "TLS answer", NULL) != NULL;
}

static ssize_t
tls_receive(struct green_stream *s, void *buf, size_t max)
{
	struct tls *t = tls_of(s);
	enum tls_outcome what;
	int n;

	if (max > INT_MAX)
		max = INT_MAX;
	for (;;) {
		if (t->error != 0)
			return (broken(t));
		green__tls_clear();
		n = SSL_read(t->ssl, buf, (int)max);
		what = green__tls_outcome(t, n);
		send_answer(t);
		if (what == TLS_DONE)
			return (n);
		if (what == TLS_ENDED)
			return (0);
		if (what == TLS_BROKEN)
			return (broken(t));
		if ((n = green__tls_pull(t)) == -1)
			return (-1);
		if (n == 0)
			return (t->allow_truncation ? 0 : green__failx(EPROTO,
			    "the stream has ended without close_notify: "
			    "it may have been cut short"));
	}
}

/* Encrypt and send at most a record; the calling task holds t->sending. */
static int
send_record(struct tls *t, const void *p, size_t len)
{
	enum tls_outcome what;
	int n;

	for (;;) {
		if (t->stream.state & STREAM_CLOSED)
			return (green__fail(EBADF));
		if (t->error != 0)
			return (broken(t));
		if (t->send_error != 0)
			return (green__failx(t->send_error,
			    "an earlier send was cut short"));
		green__tls_clear();
		what = green__tls_outcome(t, SSL_write(t->ssl, p, (int)len));
		if (what == TLS_BROKEN || what == TLS_ENDED)
			return (what == TLS_ENDED ? green__fail(EPIPE) : -1);
		if (green__tls_flush(t) == -1)
			return (-1);
		if (what == TLS_DONE)
			return (0);
		if ((n = green__tls_pull(t)) <= 0)
			return (n == 0 ? green__fail(EPIPE) : -1);
	}
}

static int
send_all(struct tls *t, const char *p, size_t len)
{
	size_t n;

	for (; len > 0; p += n, len -= n) {
		n = len < TLS_CHUNK ? len : TLS_CHUNK;
		if (send_record(t, p, n) == -1)
			return (-1);
	}
	return (0);
}

static int
tls_send(struct green_stream *s, const void *buf, size_t len)
{
	struct tls *t = tls_of(s);
	int rc;

	if (green_lock_acquire(&t->sending) == -1)
		return (-1);
	rc = send_all(t, buf, len);
	release(&t->sending);
	return (rc);
}

/* Pieces that fit into one record become one. */
static int
send_pieces(struct tls *t, const struct iovec *iov, int n)
{
	size_t have = 0;

	if (t->pieces == NULL && (t->pieces = malloc(TLS_CHUNK)) == NULL)
		return (green__fail(ENOMEM));
	for (; n > 0; n--, iov++) {
		if (have + iov->iov_len > TLS_CHUNK) {
			if (have > 0 && send_record(t, t->pieces, have) == -1)
				return (-1);
			have = 0;
		}
		if (iov->iov_len > TLS_CHUNK) {
			if (send_all(t, iov->iov_base, iov->iov_len) == -1)
				return (-1);
		} else if (iov->iov_len > 0) {
			memcpy(t->pieces + have, iov->iov_base, iov->iov_len);
			have += iov->iov_len;
		}
	}
	return (have == 0 ? 0 : send_record(t, t->pieces, have));
}

static int
tls_sendv(struct green_stream *s, const struct iovec *iov, int n)
{
	struct tls *t = tls_of(s);
	int rc;

	if (n == 1)
		return (tls_send(s, iov->iov_base, iov->iov_len));
	if (green_lock_acquire(&t->sending) == -1)
		return (-1);
	rc = send_pieces(t, iov, n);
	release(&t->sending);
	return (rc);
}

/* Say goodbye, unless that was done, or makes no sense. */
static int
notify(struct tls *t)
{
	int rc;

	if (green_lock_acquire(&t->sending) == -1)
		return (-1);
	if (t->error == 0 && !(SSL_get_shutdown(t->ssl) & SSL_SENT_SHUTDOWN)) {
		green__tls_clear();
		(void)SSL_shutdown(t->ssl);
		green__tls_clear();
	}
	rc = green__tls_flush(t);
	release(&t->sending);
	return (rc);
}

static int
tls_send_eof(struct green_stream *s)
{
	struct tls *t = tls_of(s);

	if (SSL_version(t->ssl) < TLS1_3_VERSION)
		return (green__failx(ENOTSUP,
		    "%s cannot end one direction alone",
		    SSL_get_version(t->ssl)));
	return (t->error != 0 ? broken(t) : notify(t));
}

/* The last words, for as long as they may take. */
static int
say_goodbye(struct tls *t)
{
	struct green_scope scope;
	int rc;

	green_scope_open(&scope);
	green_scope_set_deadline(&scope,
	    green__after(green__now(green__loop), TLS_GOODBYE));
	rc = (int)green_scope_close(&scope, notify(t));
	if (green_scope_caught(&scope))
		return (green__failx(ETIMEDOUT,
		    "the peer did not take close_notify"));
	/* To one that has gone there is none to say. */
	return (rc == -1 && errno != ECANCELED && errno != ENOMEM ? 0 : rc);
}

static int
tls_close(struct green_stream *s, bool abort)
{
	struct tls *t = tls_of(s);
	struct green_stream *below;
	int rc = 0, closed;

	/* A sender that waits has left half a record behind. */
	if (t->below != NULL && !abort && (s->state & STREAM_SENDING) == 0)
		rc = say_goodbye(t);
	else
		abort = true;
	below = t->below;
	t->below = NULL;
	if (abort || rc == -1)
		green_stream_abort(below);
	else if ((closed = green_stream_close(below)) == -1)
		rc = closed;
	return (rc);
}

static void
tls_free(struct green_stream *s)
{
	struct tls *t = tls_of(s);

	if (t->answering)
		t->orphan = true;
	else
		destroy(t);
}

static const char *
text_or_null(const char *text)
{
	return (text[0] == '\0' ? NULL : text);
}

static int
tls_attr(struct green_stream *s, enum green_attr a, void *value, size_t size)
{
	struct tls *t = tls_of(s);
	const void *fact;

	switch (a) {
	case GREEN_ATTR_TLS_VERSION:
		fact = SSL_get_version(t->ssl);
		break;
	case GREEN_ATTR_TLS_CIPHER:
		fact = SSL_get_cipher_name(t->ssl);
		break;
	case GREEN_ATTR_TLS_ALPN:
		fact = text_or_null(t->alpn);
		break;
	case GREEN_ATTR_TLS_SHARED_NAME:
		fact = SSL_get_servername(t->ssl, TLSEXT_NAMETYPE_host_name);
		break;
	case GREEN_ATTR_TLS_PEER_CERT:
		fact = t->peer;
		break;
	case GREEN_ATTR_TLS_SSL:
		fact = t->ssl;
		break;
	case GREEN_ATTR_TLS_SERVER_SIDE:
		return (green__attr_copy(value, size, &t->cfg->server_side,
		    sizeof(bool)));
	default:
		return (t->below == NULL ? green__fail(EBADF) :
		    green_stream_attr(t->below, a, value, size));
	}
	return (green__attr_copy(value, size, &fact, sizeof(fact)));
}

static int
tls_option(struct green_stream *s, enum green_option o, int64_t *value,
    bool set)
{
	struct green_stream *below = tls_of(s)->below;

	if (below == NULL)
		return (green__fail(EBADF));
	return (set ? green_stream_set(below, o, *value) :
	    green_stream_get(below, o, value));
}

static const struct green__stream_ops tls_ops = {
	.receive = tls_receive,
	.send = tls_send,
	.sendv = tls_sendv,
	.send_eof = tls_send_eof,
	.close = tls_close,
	.free = tls_free,
	.attr = tls_attr,
	.option = tls_option
};

/* An SSL between its BIOs. */
static int
make_ssl(struct tls *t)
{
	if ((t->ssl = SSL_new(t->cfg->ctx)) == NULL)
		return (green__fail(ENOMEM));
	t->in = BIO_new(BIO_s_mem());
	t->out = BIO_new(BIO_s_mem());
	if (t->in == NULL || t->out == NULL) {
		BIO_free(t->in);
		BIO_free(t->out);
		return (green__fail(ENOMEM));
	}
	/* An empty one has more to come. */
	(void)BIO_set_mem_eof_return(t->in, -1);
	(void)BIO_set_mem_eof_return(t->out, -1);
	SSL_set_bio(t->ssl, t->in, t->out);
	return (green__tls_bind(t));
}

/* A TLS stream over s, which has not said a word. */
static struct tls *
open_tls(struct green_stream *s, const struct green_tls_options *opt)
{
	struct tls *t;

	if ((t = calloc(1, sizeof(*t))) == NULL) {
		(void)green__fail(ENOMEM);
		return (NULL);
	}
	green__stream_init(&t->stream, &tls_ops);
	if ((t->cfg = green__tls_config(opt)) == NULL) {
		free(t);
		return (NULL);
	}
	green__tls_clear();
	if (make_ssl(t) == -1) {
		destroy(t);
		return (NULL);
	}
	t->below = s;
	t->allow_truncation = t->cfg->allow_truncation ||
	    (opt != NULL && opt->allow_truncation);
	return (t);
}

static int
set_name(struct tls *t, const struct green_tls_options *opt)
{
	if (t->cfg->server_side)
		return (0);
	memcpy(t->name, t->cfg->hostname, sizeof(t->name));
	if (opt != NULL && opt->hostname != NULL &&
	    !green__tls_name(t->name, opt->hostname))
		return (green__failx(EINVAL, "\"%s\" is no host's name",
		    opt->hostname));
	if (t->cfg->verify && t->name[0] == '\0')
		return (green__failx(EINVAL,
		    "a client needs the hostname that it is to verify"));
	return (0);
}

static struct tls *
wrap(struct green_stream *s, const struct green_tls_options *opt)
{
	struct tls *t;

	if (green__check() == -1)
		return (NULL);
	if (green_stream_buffered(s) > 0) {
		(void)green__failx(EPROTO,
		    "bytes came before the handshake, in the clear");
		return (NULL);
	}
	if ((t = open_tls(s, opt)) == NULL)
		return (NULL);
	if (set_name(t, opt) == 0 && green__tls_handshake(t) == 0)
		return (t);
	destroy(t);
	return (NULL);
}

struct green_stream *
green_tls_wrap(struct green_stream *s, const struct green_tls_options *opt)
{
	struct tls *t;
	char *told;
	int error;

	green__stream_own(s, NULL);
	if ((t = wrap(s, opt)) != NULL)
		return (&t->stream);
	told = green__fail_told();
	error = errno;
	if (error == ECANCELED)
		green_stream_abort(s);
	else
		(void)green_stream_close(s);
	(void)green__fail_text(error, told);
	free(told);
	return (NULL);
}

/* Wait for the peer's goodbye: 0. */
static int
await_goodbye(struct tls *t)
{
	enum tls_outcome what;
	char byte;
	int n;

	for (;;) {
		if (t->error != 0)
			return (broken(t));
		green__tls_clear();
		what = green__tls_outcome(t, SSL_read(t->ssl, &byte, 1));
		if (what == TLS_ENDED)
			return (0);
		if (what == TLS_BROKEN)
			return (broken(t));
		if (what == TLS_DONE)
			return (green__failx(EPROTO,
			    "the peer has sent what nobody has received"));
		if ((n = green__tls_pull(t)) <= 0)
			return (n == -1 ? -1 : green__failx(EPROTO,
			    "the stream has ended without close_notify"));
	}
}

/* What has come after that belongs to the stream below. */
static int
hand_back(struct tls *t)
{
	int n;

	while ((n = BIO_read(t->in, t->received, sizeof(t->received))) > 0)
		if (green__frame_put(t->below, t->received, (size_t)n) == -1)
			return (-1);
	return (0);
}

static int
unwrap(struct tls *t)
{
	if (green_stream_buffered(&t->stream) > 0)
		return (green__failx(EPROTO,
		    "the peer has sent what nobody has received"));
	if (notify(t) == -1 || await_goodbye(t) == -1)
		return (-1);
	if (t->stream.state & STREAM_CLOSED)
		return (green__fail(EBADF));
	return (hand_back(t));
}

struct green_stream *
green_tls_unwrap(struct green_stream *s)
{
	struct green_stream *below = NULL;
	struct tls *t = tls_of(s);
	bool closed;
	char *told;
	int error;

	if (s->ops != &tls_ops) {
		(void)green__failx(EINVAL, "it is no TLS stream");
		return (NULL);
	}
	if (s->state & STREAM_INSIDE) {
		(void)green__fail(EBUSY);
		return (NULL);
	}
	if (green__stream_enter(s, STREAM_RECEIVING | STREAM_SENDING) == 0) {
		if (unwrap(t) == 0) {
			below = t->below;
			t->below = NULL;
		}
		told = green__fail_told();
		error = errno;
		closed = (s->state & STREAM_CLOSED) != 0;
		(void)green__stream_leave(s, STREAM_RECEIVING | STREAM_SENDING,
		    0);
	} else {
		told = green__fail_told();
		error = errno;
		closed = false;
	}
	if (!closed)
		green_stream_abort(s);
	if (below == NULL)
		(void)green__fail_text(error, told);
	free(told);
	return (below);
}
