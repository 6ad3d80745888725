/*
 * A stdio FILE on a stream.  stdio reads ahead, and goes back by what it has
 * not handed out when it begins to write, is flushed, or is told to seek: so
 * the bytes of the last read are kept, and put back into the stream then.  The
 * place in a FILE is how much has moved in both directions.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "fopen.h"
#include "internal.h"

struct green__cookie {
	struct green_stream *stream;
	off_t	 place;
	size_t	 nlast;
	char	 last[BUFSIZ];
};

ssize_t
green__cookie_read(void *cookie, char *buf, size_t max)
{
	struct green__cookie *c = cookie;
	ssize_t n;

	n = green_stream_receive(c->stream, buf, max < sizeof(c->last) ? max :
	    sizeof(c->last));
	if (n > 0) {
		memcpy(c->last, buf, (size_t)n);
		c->nlast = (size_t)n;
		c->place += n;
	}
	return (n);
}

ssize_t
green__cookie_write(void *cookie, const char *buf, size_t len)
{
	struct green__cookie *c = cookie;

	c->nlast = 0;
	if (green_stream_send(c->stream, buf, len) == -1)
		return (-1);
	c->place += (off_t)len;
	return ((ssize_t)len);
}

off_t
green__cookie_seek(void *cookie, off_t to, int whence)
{
	struct green__cookie *c = cookie;
	off_t back = whence == SEEK_CUR ? -to : c->place - to;

	if (whence == SEEK_END || back < 0 || back > (off_t)c->nlast)
		return (green__fail(ESPIPE));
	if (green_stream_unread(c->stream, c->last + c->nlast - back,
	    (size_t)back) == -1)
		return (-1);
	c->nlast -= (size_t)back;
	c->place -= back;
	return (c->place);
}

int
green__cookie_close(void *cookie)
{
	struct green__cookie *c = cookie;
	int rc = green_stream_close(c->stream);

	free(c);
	return (rc);
}

/* The mode is one of three. */
static bool
parse(const char *mode, bool *reads, bool *writes)
{
	*reads = *mode == 'r';
	*writes = strcmp(mode, "r") != 0;
	return (strcmp(mode, "r") == 0 || strcmp(mode, "w") == 0 ||
	    strcmp(mode, "r+") == 0);
}

static FILE *
open_cookie(struct green_stream *s, const char *mode)
{
	struct green__cookie *c;
	bool reads, writes;
	FILE *f;
	int error;

	if (!parse(mode, &reads, &writes)) {
		(void)green__failx(EINVAL, "%s: not a mode of streams", mode);
		return (NULL);
	}
	if ((c = calloc(1, sizeof(*c))) == NULL) {
		(void)green__fail(ENOMEM);
		return (NULL);
	}
	c->stream = s;
	if ((f = green__cookie_open(c, reads, writes)) == NULL) {
		error = errno;
		free(c);
		(void)green__fail(error);
	}
	return (f);
}

FILE *
green_stream_fopen(struct green_stream *s, const char *mode)
{
	FILE *f;

	green__stream_own(s, NULL);
	if ((f = open_cookie(s, mode)) == NULL)
		green_stream_abort(s);
	return (f);
}
