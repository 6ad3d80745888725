/*
 * A TLS stream's operations: to receive is to have SSL read, to send to have it
 * write, and the pump in between (tls_pump.c).
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "tls.h"

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
			return (green__tls_broken(t));
		green__tls_clear();
		n = SSL_read(t->ssl, buf, (int)max);
		what = green__tls_outcome(t, n);
		green__tls_answer(t);
		if (what == TLS_DONE)
			return (n);
		if (what == TLS_ENDED)
			return (0);
		if (what == TLS_BROKEN)
			return (green__tls_broken(t));
		if ((n = green__tls_pull(t)) == -1)
			return (-1);
		if (n == 0)
			return (t->allow_truncation ? 0 : green__failx(EPROTO,
			    "the stream has ended without close_notify: "
			    "it may have been cut short"));
	}
}

/* Encrypt and send at most a batch; the calling task holds t->sending. */
static int
send_batch(struct tls *t, const void *p, size_t len)
{
	enum tls_outcome what;
	int n;

	for (;;) {
		if (green__tls_may_send(t) == -1)
			return (-1);
		if (t->error != 0)
			return (green__tls_broken(t));
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
	const size_t max = TLS_BATCH * TLS_CHUNK;
	size_t n;

	for (; len > 0; p += n, len -= n) {
		n = len < max ? len : max;
		if (send_batch(t, p, n) == -1)
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
	green__tls_sent(t);
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
			if (have > 0 && send_batch(t, t->pieces, have) == -1)
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
	return (have == 0 ? 0 : send_batch(t, t->pieces, have));
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
	green__tls_sent(t);
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
	return (t->error != 0 ? green__tls_broken(t) : green__tls_notify(t));
}

static int
tls_close(struct green_stream *s, bool abort)
{
	struct tls *t = tls_of(s);
	struct green_stream *below;
	int rc = 0, closed;

	/* A sender that waits has left half a record behind. */
	if (t->below != NULL && !abort && (s->state & STREAM_SENDING) == 0)
		rc = green__tls_say_goodbye(t);
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
		green__tls_destroy(t);
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

const struct green__stream_ops green__tls_ops = {
	.receive = tls_receive,
	.send = tls_send,
	.sendv = tls_sendv,
	.send_eof = tls_send_eof,
	.close = tls_close,
	.free = tls_free,
	.attr = tls_attr,
	.option = tls_option
};
