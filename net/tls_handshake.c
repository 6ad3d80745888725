/*
 * The handshake.  A server's session tickets do not have to leave before it is
 * over: they go out with what is sent first.  When it fails, the peer is told,
 * if it listens.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

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

/* Is what SSL has written last to be sent with something else? */
static bool
can_wait(const struct tls *t)
{
	return (t->cfg->server_side && SSL_version(t->ssl) >= TLS1_3_VERSION);
}

static int
shake(struct tls *t)
{
	enum tls_outcome what;
	int n;

	for (;;) {
		green__tls_clear();
		what = green__tls_outcome(t, SSL_do_handshake(t->ssl));
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
		green_scope_open(&scope);
		green_scope_set_deadline(&scope,
		    green__after(green__now(green__loop), TLS_GOODBYE));
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
