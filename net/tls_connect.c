/*
 * Connecting and listening with tls among the options.  The configuration comes
 * first: what is wrong with it is told before anything is connected or bound.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <green/tls.h>

#include "internal.h"

/* Those given, or none. */
static struct green_tls_options
options_of(const struct green_tls_options *opt)
{
	static const struct green_tls_options none;

	return (opt == NULL ? none : *opt);
}

struct green_stream *
green__tls_connect_tcp(const char *host, const char *port,
    const struct green_connect_options *opt)
{
	struct green_tls_options tls = options_of(opt->tls_options);
	struct green_connect_options plain = *opt;
	struct green_stream *s;

	if (tls.hostname == NULL && (tls.config == NULL ||
	    !green__tls_config_named(tls.config)))
		tls.hostname = host;
	plain.tls = false;
	if ((tls.config = green__tls_config(&tls)) == NULL)
		return (NULL);
	if ((s = green_connect_tcp(host, port, &plain)) != NULL)
		s = green_tls_wrap(s, &tls);
	green_tls_config_release(tls.config);
	return (s);
}

struct green_tls_config *
green__tls_listen_config(const struct green_tls_options *opt)
{
	struct green_tls_options tls = options_of(opt);

	tls.server_side = true;
	return (green__tls_config(&tls));
}

struct green_listener *
green__tls_listen(struct green_listener *l, struct green_tls_config *cfg)
{
	const struct green_tls_options tls = { .config = cfg };

	if (l != NULL)
		l = green_tls_listener(l, &tls, 0);
	green_tls_config_release(cfg);
	return (l);
}
