/*
 * TLS where there is none.  What is handed over is closed all the same.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <green/tls.h>

#include "internal.h"

static int
refuse(void)
{
	return (green__failx(ENOTSUP, "TLS is not built in"));
}

struct green_tls_config *
green_tls_config_open(const struct green_tls_options *opt)
{
	(void)opt;
	(void)refuse();
	return (NULL);
}

struct green_tls_config *
green__tls_config(const struct green_tls_options *opt)
{
	return (green_tls_config_open(opt));
}

bool
green__tls_config_named(const struct green_tls_config *cfg)
{
	(void)cfg;
	return (false);
}

/* There is none. */
void
green_tls_config_release(struct green_tls_config *cfg)
{
	(void)cfg;
}

struct green_stream *
green_tls_wrap(struct green_stream *s, const struct green_tls_options *opt)
{
	(void)opt;
	green_stream_abort(s);
	(void)refuse();
	return (NULL);
}

struct green_stream *
green_tls_unwrap(struct green_stream *tls)
{
	green_stream_abort(tls);
	(void)refuse();
	return (NULL);
}

struct green_listener *
green_tls_listener(struct green_listener *l,
    const struct green_tls_options *opt, int64_t timeout)
{
	(void)opt;
	(void)timeout;
	green_listener_close(l);
	(void)refuse();
	return (NULL);
}

int
green_tls_listener_set_config(struct green_listener *l,
    struct green_tls_config *cfg)
{
	(void)l;
	(void)cfg;
	return (refuse());
}
