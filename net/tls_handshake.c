/*
 * The handshake.  A server's session tickets do not have to leave before it is
 * over: they go out with what is sent first.  When it fails, the peer is told,
 * if it listens.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tls.h"

static int
prepare(struct tls *t)
{
	green__tls_clear();
	if (t->cfg->verify && green__tls_verify(t) == -1)
		return (-1);
	if (t->cfg->server_side) {
		SSL_set_accept_state(t->ssl);
		return (0);
	}
	SSL_set_connect_state(t->ssl);
	if (t->name[0] != '\0' && !green__tls_is_address(t->name) &&
	    SSL_set_tlsext_host_name(t->ssl, t->name) != 1)
		return (green__fail(ENOMEM));
	/* Of all calls this one returns 0 when it succeeds. */
	if (t->cfg->alpn != NULL && SSL_set_alpn_protos(t->ssl, t->cfg->alpn,
	    t->cfg->alpn_len) != 0)
		return (green__fail(ENOMEM));
	green__tls_session_use(t);
	return (0);
}

static bool
is_http(const char *p, size_t len)
{
	static const char *const v[] = { "GET ", "HEAD ", "POST ", "PUT ",
	    "DELETE ", "OPTIONS ", "CONNECT ", "PATCH ", "HTTP/" };
	size_t i, n;

	for (i = 0; i < sizeof(v) / sizeof(v[0]); i++) {
		n = strlen(v[i]);
		if (len >= n && memcmp(p, v[i], n) == 0)
			return (true);
	}
	return (false);
}

/* What the peer has said first, if it is no record: that says more than what
   SSL makes of it. */
static const char *
not_tls(const char *p, size_t len)
{
	unsigned char c = (unsigned char)*p;

	/* The last are greetings of SSL 2's. */
	if (c == SSL3_RT_HANDSHAKE || c == SSL3_RT_ALERT || c >= 0x80)
		return (NULL);
	return (is_http(p, len) ?
	    "the peer does not speak TLS, but plain HTTP" :
	    "the peer does not speak TLS");
}

/* Is what SSL has written last to be sent with something else? */
static bool
can_wait(const struct tls *t)
{
	return (t->cfg->server_side && SSL_version(t->ssl) >= TLS1_3_VERSION);
}

static int
shake(struct tls *t)
{
	const char *other = NULL;
	enum tls_outcome what;
	bool first = true;
	int n;

	for (;; first = false) {
		green__tls_clear();
		what = green__tls_outcome(t, SSL_do_handshake(t->ssl));
		if (what == TLS_BROKEN && other != NULL) {
			(void)snprintf(t->why, sizeof(t->why), "%s", other);
			return (green__tls_broken(t));
		}
		if (what == TLS_BROKEN)
			return (-1);
		if (what == TLS_DONE && can_wait(t))
			return (0);
		if (green__tls_flush(t) == -1)
			return (-1);
		if (what == TLS_DONE)
			return (0);
		n = what == TLS_ENDED ? 0 : green__tls_pull(t);
		if (n == 0)
			return (green__failx(EPROTO,
			    "the peer has hung up in the handshake"));
		if (n == -1)
			return (-1);
		if (first)
			other = not_tls(t->in, t->end);
	}
}

/* Send the alert that says why. */
static void
tell(struct tls *t)
{
	char *told = green__fail_told();
	struct green_scope scope;
	int error = errno;

	if (error != ECANCELED) {
		green_move_on_after(&scope, TLS_GOODBYE);
		(void)!green_scope_close(&scope, green__tls_flush(t));
	}
	(void)green__fail_text(error, told);
	free(told);
}

/* What others will ask for. */
static void
note(struct tls *t)
{
	const unsigned char *alpn;
	unsigned len;

	t->peer = SSL_get_peer_certificate(t->ssl);
	SSL_get0_alpn_selected(t->ssl, &alpn, &len);
	if (len > 0 && len < sizeof(t->alpn)) {
		memcpy(t->alpn, alpn, len);
		t->alpn[len] = '\0';
	}
	green__tls_clear();
}

int
green__tls_handshake(struct tls *t)
{
	if (prepare(t) == -1)
		return (-1);
	if (shake(t) == -1) {
		tell(t);
		return (-1);
	}
	note(t);
	return (0);
}
