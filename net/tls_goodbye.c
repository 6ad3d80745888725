/*
 * Goodbyes.  Each direction ends by close_notify; what ends without may have
 * been cut short by somebody in between.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include "tls.h"

/* Unless that was done, or makes no sense.  Who is cancelled says nothing. */
int
green__tls_notify(struct tls *t)
{
	int rc;

	if (green_lock_acquire(&t->sending) == -1)
		return (-1);
	rc = green__check();
	if (rc == 0 && t->error == 0 &&
	    !(SSL_get_shutdown(t->ssl) & SSL_SENT_SHUTDOWN)) {
		green__tls_clear();
		(void)SSL_shutdown(t->ssl);
		green__tls_clear();
	}
	if (rc == 0)
		rc = green__tls_flush(t);
	green__tls_sent(t);
	return (rc);
}

int
green__tls_say_goodbye(struct tls *t)
{
	struct green_scope scope;
	int rc;

	green_move_on_after(&scope, TLS_GOODBYE);
	rc = (int)green_scope_close(&scope, green__tls_notify(t));
	if (green_scope_caught(&scope))
		return (green__failx(ETIMEDOUT,
		    "the peer did not take close_notify"));
	/* To one that has gone there is none to say. */
	return (rc == -1 && errno != ECANCELED && errno != ENOMEM ? 0 : rc);
}

int
green__tls_await_goodbye(struct tls *t)
{
	enum tls_outcome what;
	char byte;
	int n;

	for (;;) {
		if (t->error != 0)
			return (green__tls_broken(t));
		green__tls_clear();
		what = green__tls_outcome(t, SSL_read(t->ssl, &byte, 1));
		if (what == TLS_ENDED)
			return (0);
		if (what == TLS_BROKEN)
			return (green__tls_broken(t));
		if (what == TLS_DONE)
			return (green__failx(EPROTO,
			    "the peer has sent what nobody has received"));
		if ((n = green__tls_pull(t)) <= 0)
			return (n == -1 ? -1 : green__failx(EPROTO,
			    "the stream has ended without close_notify"));
	}
}
