/*
 * A FILE of functions by funopen(3), as BSD systems and libbsd have it.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include "fopen.h"

static int
read_some(void *cookie, char *buf, int max)
{
	return ((int)green__cookie_read(cookie, buf, (size_t)max));
}

static int
write_all(void *cookie, const char *buf, int len)
{
	if (green__cookie_write(cookie, buf, (size_t)len) == -1)
		return (STDIO_WRITE_FAILS);
	return (len);
}

FILE *
green__cookie_open(void *cookie, bool reads, bool writes)
{
	return (funopen(cookie, reads ? read_some : NULL,
	    writes ? write_all : NULL, green__cookie_seek,
	    green__cookie_close));
}
