/*
 * A connection is made for one URL, and may serve others of the same server.  If
 * a proxy leads there, it is told the whole URL; for https: it is asked to connect
 * us with the server, and hears no more than that.  What TLS needs is read by the
 * first task that does, and common to all, so that sessions are resumed.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "dial.h"
#include "proxy.h"

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

static struct green_stream *
connect_to(const struct url *u, bool over_tls)
{
	struct green_tls_options opt = { .config = NULL };

	if (over_tls && (opt.config = config()) == NULL)
		return (NULL);
	return (green_connect_tcp(u->host, u->port,
	    &(struct green_connect_options){ .tls = over_tls,
	    .tls_options = &opt }));
}

/* Of a proxy, whose word is final unless it is about somebody else. */
static int
refused(struct http *h, const struct http_response *r)
{
	snprintf(h->text, sizeof(h->text), "the proxy says: %d %s", r->status,
	    r->reason);
	h->why = h->text;
	errno = r->status >= 500 ? EHOSTUNREACH : ECONNREFUSED;
	return (-1);
}

/* Have the proxy connect h to where u is. */
static int
tunnel(struct http *h, const struct url *u)
{
	char to[sizeof(u->host) + sizeof(u->port) + 3];
	struct http_response r;

	if (strchr(u->host, ':') == NULL)
		snprintf(to, sizeof(to), "%s:%s", u->host, u->port);
	else
		snprintf(to, sizeof(to), "[%s]:%s", u->host, u->port);
	if (green_stream_printf(h->s, "CONNECT %s HTTP/1.1\r\nHost: %s\r\n"
	    "User-Agent: libgreen-fetch/%s\r\n\r\n", to, to,
	    green_version()) == -1 || http_head(h, &r) == -1)
		return (-1);
	return (r.status / 100 == 2 ? 0 : refused(h, &r));
}

static int
dial_by(struct http *h, const struct url *u, const struct url *proxy)
{
	struct green_tls_options opt = { .hostname = u->host };
	int error;

	if (u->tls && (opt.config = config()) == NULL)
		return (-1);
	if ((h->s = connect_to(proxy, proxy->tls)) == NULL) {
		error = errno;
		snprintf(h->text, sizeof(h->text), "proxy %.80s: %s",
		    proxy->host, green_errmsg());
		h->why = h->text;
		errno = error;
		return (-1);
	}
	h->whole = !u->tls;
	if (!u->tls)
		return (0);
	if (tunnel(h, u) == -1) {
		http_close(h);
		return (-1);
	}
	h->s = green_tls_wrap(h->s, &opt);
	return (h->s == NULL ? -1 : 0);
}

int
dial(struct http *h, const struct url *u)
{
	const struct url *proxy = proxy_for(u);

	h->used = h->whole = false;
	if (proxy != NULL) {
		if (dial_by(h, u, proxy) == -1)
			return (-1);
	} else if ((h->s = connect_to(u, u->tls)) == NULL)
		return (-1);
	h->tls = u->tls;
	memcpy(h->host, u->host, sizeof(h->host));
	memcpy(h->port, u->port, sizeof(h->port));
	return (0);
}
