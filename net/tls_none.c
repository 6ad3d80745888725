/*
 * TLS where there is none.  What is handed over is closed all the same.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <green/tls.h>

#include "stream/internal.h"

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
