/*
 * A connection is made for one URL, and may serve others of the same server.  What
 * TLS needs is read by the first task that does, and common to all, so that
 * sessions are resumed.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */

#include <string.h>

#include "dial.h"

static struct {
	const char *ca_file, *cert_file, *key_file;
	bool	 insecure;
	struct green_tls_config *config;
} tls;

void
dial_trust(const char *ca_file, bool insecure)
{
	tls.ca_file = ca_file;
	tls.insecure = insecure;
}

void
dial_show(const char *cert_file, const char *key_file)
{
	tls.cert_file = cert_file;
	tls.key_file = key_file;
}

void
dial_forget(void)
{
	green_tls_config_release(tls.config);
	tls.config = NULL;
}

static struct green_tls_config *
config(void)
{
	static const char *const alpn[] = { "http/1.1", NULL };
	const struct green_tls_options opt = {
		.ca_file = tls.ca_file,
		.cert_file = tls.cert_file,
		.key_file = tls.key_file,
		.no_verify = tls.insecure,
		.alpn = alpn
	};
	struct green_tls_config *mine;

	if (tls.config == NULL &&
	    (mine = green_tls_config_open(&opt)) != NULL) {
		if (tls.config == NULL)
			tls.config = mine;
		else			/* another task was faster */
			green_tls_config_release(mine);
	}
	return (tls.config);
}

int
dial(struct http *h, const struct url *u)
{
	struct green_tls_options opt = { .config = NULL };

	if (u->tls && (opt.config = config()) == NULL)
		return (-1);
	h->s = green_connect_tcp(u->host, u->port,
	    &(struct green_connect_options){ .tls = u->tls,
	    .tls_options = &opt });
	if (h->s == NULL)
		return (-1);
	h->used = false;
	h->tls = u->tls;
	memcpy(h->host, u->host, sizeof(h->host));
	memcpy(h->port, u->port, sizeof(h->port));
	return (0);
}
