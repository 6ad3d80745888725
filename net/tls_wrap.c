/*
 * TLS is put on a stream, and taken off again.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "tls.h"

void
green__tls_destroy(struct tls *t)
{
	X509_free(t->peer);
	free(t->pieces);
	free(t->written.p);
	free(t->going.p);
	if (t->in != t->received)
		free(t->in);
	SSL_free(t->ssl);
	green_tls_config_release(t->cfg);
	free(t);
}

static int
make_ssl(struct tls *t)
{
	BIO *b;

	green__tls_clear();
	if ((t->ssl = SSL_new(t->cfg->ctx)) == NULL ||
	    (b = green__tls_bio(t)) == NULL)
		return (green__fail(ENOMEM));
	SSL_set_bio(t->ssl, b, b);
	return (green__tls_bind(t));
}

/* A TLS stream over s, which has not said a word. */
static struct tls *
open_tls(struct green_stream *s, const struct green_tls_options *opt)
{
	struct green_tls_config *cfg;
	struct tls *t;

	if ((cfg = green__tls_config(opt)) == NULL)
		return (NULL);
	if ((t = malloc(sizeof(*t))) == NULL) {
		green_tls_config_release(cfg);
		(void)green__fail(ENOMEM);
		return (NULL);
	}
	/* What is received need not be zero before. */
	memset(t, 0, offsetof(struct tls, received));
	green__stream_init(&t->stream, &green__tls_ops);
	t->cfg = cfg;
	t->below = s;
	t->in = t->received;
	t->allow_truncation = cfg->allow_truncation ||
	    (opt != NULL && opt->allow_truncation);
	if (make_ssl(t) == -1) {
		green__tls_destroy(t);
		return (NULL);
	}
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
	green__tls_destroy(t);
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

/* What has come after that belongs to the stream below. */
static int
hand_back(struct tls *t)
{
	return (t->start == t->end ? 0 : green__frame_put(t->below,
	    t->in + t->start, t->end - t->start));
}

static int
unwrap(struct tls *t)
{
	if (green_stream_buffered(&t->stream) > 0)
		return (green__failx(EPROTO,
		    "the peer has sent what nobody has received"));
	if (green__tls_notify(t) == -1 || green__tls_await_goodbye(t) == -1)
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

	if (s->ops != &green__tls_ops) {
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
