/*
 * Text where there is no iconv(3): none.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include "internal.h"

struct green_stream *
green_text(struct green_stream *s, const char *encoding)
{
	(void)encoding;
	green_stream_abort(s);
	(void)green__failx(ENOTSUP, "iconv is not built in");
	return (NULL);
}
