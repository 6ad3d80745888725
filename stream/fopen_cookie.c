/*
 * A FILE of functions by fopencookie(3), as Linux systems have it.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include "fopen.h"

static ssize_t
write_all(void *cookie, const char *buf, size_t len)
{
	if (green__cookie_write(cookie, buf, len) == -1)
		return (STDIO_WRITE_FAILS);
	return ((ssize_t)len);
}

static int
seek(void *cookie, off_t *place, int whence)
{
	off_t to = green__cookie_seek(cookie, *place, whence);

	if (to == -1)
		return (-1);
	*place = to;
	return (0);
}

FILE *
green__cookie_open(void *cookie, bool reads, bool writes)
{
	cookie_io_functions_t functions = {
		.read = green__cookie_read,
		.write = write_all,
		.seek = seek,
		.close = green__cookie_close
	};

	return (fopencookie(cookie, reads ? writes ? "r+" : "r" : "w",
	    functions));
}
