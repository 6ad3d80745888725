/*
 * Text in another encoding on top of a stream of bytes: UTF-8 on the near side,
 * converted by iconv(3).  raw[start..end) was received, and waits to be
 * decoded; part holds the beginning of a character whose rest is still to be
 * sent.  So it does not matter where either side cuts a character in two.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <iconv.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

#define ROOM	8192
#define ONE	32		/* a character with all shifts around it fits */

struct text {
	struct green_stream stream;
	struct green_stream *inner;	/* NULL: closed */
	iconv_t	 decoder;
	iconv_t	 encoder;
	bool	 exact;			/* nothing is to be replaced */
	bool	 decoded;		/* the decoder was asked for its last */
	bool	 encoding;		/* the encoder may have a last */
	size_t	 start;
	size_t	 end;
	size_t	 npart;
	size_t	 nready;		/* decoded, as the caller wants less */
	size_t	 ncoded;		/* encoded, and not yet sent */
	char	 part[ONE];
	char	 ready[ONE];
	char	 raw[ROOM];
	char	 coded[ROOM];
};

static struct text *
text_of(struct green_stream *s)
{
	return (GREEN__CONTAINER(s, struct text, stream));
}

/* Some systems have its input const. */
static size_t
convert(iconv_t cd, const char **in, size_t *left, char **out, size_t *room)
{
	return (iconv(cd, (void *)in, left, out, room));
}

/* Some of what was received: bytes, or 0: there must be more for that. */
static ssize_t
decode(struct text *t, char *buf, size_t max)
{
	const char *in = t->raw + t->start;
	size_t left = t->end - t->start, room = max, rc;
	char *out = buf;

	rc = convert(t->decoder, &in, &left, &out, &room);
	t->start = t->end - left;
	/* What comes before an invalid character comes first. */
	if (room == max && rc == (size_t)-1 && errno == EILSEQ)
		return (green__fail(EILSEQ));
	return ((ssize_t)(max - room));
}

/* The last is received: what the decoder still has.  EILSEQ: not all of it. */
static ssize_t
decode_last(struct text *t)
{
	size_t room = ONE;
	char *out = t->ready;

	if (t->end > 0)
		return (green__fail(EILSEQ));
	if (t->decoded)
		return (0);
	t->decoded = true;
	(void)convert(t->decoder, NULL, NULL, &out, &room);
	t->nready = ONE - room;
	return ((ssize_t)t->nready);
}

/* Receive more, behind what is left. */
static ssize_t
fill(struct text *t)
{
	ssize_t n;

	if (t->inner == NULL)
		return (green__fail(EBADF));
	memmove(t->raw, t->raw + t->start, t->end - t->start);
	t->end -= t->start;
	t->start = 0;
	n = green_stream_receive(t->inner, t->raw + t->end, ROOM - t->end);
	if (n == 0)
		return (decode_last(t));
	if (n > 0)
		t->end += (size_t)n;
	return (n);
}

/* From the few bytes that are decoded already. */
static ssize_t
take_ready(struct text *t, char *buf, size_t max)
{
	size_t n = t->nready < max ? t->nready : max;

	memcpy(buf, t->ready, n);
	t->nready -= n;
	memmove(t->ready, t->ready + n, t->nready);
	return ((ssize_t)n);
}

static ssize_t
text_receive(struct green_stream *s, void *buf, size_t max)
{
	struct text *t = text_of(s);
	ssize_t n;

	for (;;) {
		if (t->nready > 0)
			return (take_ready(t, buf, max));
		if (max >= ONE)
			n = decode(t, buf, max);
		else if ((n = decode(t, t->ready, ONE)) > 0) {
			t->nready = (size_t)n;
			continue;
		}
		if (n != 0)
			return (n);
		if ((n = fill(t)) <= 0)
			return (n);
	}
}

static int
flush(struct text *t)
{
	size_t n = t->ncoded;

	if (t->inner == NULL)
		return (green__fail(EBADF));
	t->ncoded = 0;
	return (n == 0 ? 0 : green_stream_send(t->inner, t->coded, n));
}

/* What stands before an invalid character is sent. */
static int
refuse(struct text *t)
{
	t->npart = 0;
	if (flush(t) == -1)
		return (-1);
	return (green__fail(EILSEQ));
}

/* All but a character that is not complete. */
static int
encode(struct text *t, const char **in, size_t *left)
{
	size_t room, before, rc;
	char *out;

	for (;;) {
		before = t->ncoded;
		out = t->coded + t->ncoded;
		room = ROOM - t->ncoded;
		t->encoding = true;
		rc = convert(t->encoder, in, left, &out, &room);
		t->ncoded = ROOM - room;
		if (rc == 0 || (rc == (size_t)-1 && errno == EINVAL))
			return (0);
		if (rc != (size_t)-1) {
			if (!t->exact)
				return (0);
			t->ncoded = before;
			return (refuse(t));
		}
		if (errno != E2BIG)
			return (refuse(t));
		if (flush(t) == -1)
			return (-1);
	}
}

/* One piece; a character that was begun is completed first. */
static int
encode_piece(struct text *t, const char *p, size_t len)
{
	const char *in;
	size_t left;

	while (t->npart > 0 && len > 0) {
		t->part[t->npart++] = *p++;
		len--;
		in = t->part;
		left = t->npart;
		if (encode(t, &in, &left) == -1)
			return (-1);
		memmove(t->part, in, left);
		t->npart = left;
	}
	if (len == 0)
		return (0);
	if (encode(t, &p, &len) == -1)
		return (-1);
	memcpy(t->part, p, len);
	t->npart = len;
	return (0);
}

static int
text_sendv(struct green_stream *s, const struct iovec *iov, int n)
{
	struct text *t = text_of(s);
	int i;

	for (i = 0; i < n; i++)
		if (encode_piece(t, iov[i].iov_base, iov[i].iov_len) == -1)
			return (-1);
	return (flush(t));
}

static int
text_send(struct green_stream *s, const void *buf, size_t len)
{
	struct iovec iov = { (void *)(uintptr_t)buf, len };

	return (text_sendv(s, &iov, 1));
}

/* Back to the encoding's first state.  EILSEQ: within a character. */
static int
encode_last(struct text *t)
{
	char *out = t->coded;
	size_t room = ROOM;

	if (t->npart > 0)
		return (green__fail(EILSEQ));
	if (!t->encoding)
		return (0);
	t->encoding = false;
	(void)convert(t->encoder, NULL, NULL, &out, &room);
	t->ncoded = ROOM - room;
	return (flush(t));
}

static int
text_send_eof(struct green_stream *s)
{
	struct text *t = text_of(s);

	if (encode_last(t) == -1)
		return (-1);
	return (t->inner == NULL ? green__fail(EBADF) :
	    green_stream_send_eof(t->inner));
}

static int
text_close(struct green_stream *s, bool abort)
{
	struct text *t = text_of(s);
	struct green_stream *inner = t->inner;
	int rc = 0, error;

	if (!abort && (s->state & (STREAM_SENDING | STREAM_EOF_SENT)) == 0)
		rc = encode_last(t);
	error = errno;
	t->inner = NULL;
	if (abort)
		green_stream_abort(inner);
	else if (green_stream_close(inner) == -1 && rc == 0)
		return (-1);
	errno = error;
	return (rc);
}

static void
text_free(struct green_stream *s)
{
	struct text *t = text_of(s);

	(void)iconv_close(t->decoder);
	(void)iconv_close(t->encoder);
	free(t);
}

static int
text_attr(struct green_stream *s, enum green_attr a, void *value, size_t size)
{
	return (green_stream_attr(text_of(s)->inner, a, value, size));
}

static int
text_option(struct green_stream *s, enum green_option o, int64_t *value,
    bool set)
{
	return (green__stream_option(text_of(s)->inner, o, value, set));
}

static const struct green__stream_ops text_ops = {
	.receive = text_receive,
	.send = text_send,
	.sendv = text_sendv,
	.send_eof = text_send_eof,
	.close = text_close,
	.free = text_free,
	.attr = text_attr,
	.option = text_option
};

static iconv_t
open_converter(const char *to, const char *from)
{
	iconv_t cd = iconv_open(to, from);

	if (cd == (iconv_t)-1)
		(void)green__failx(errno, errno == EINVAL ?
		    "%s to %s: there is no such conversion" :
		    "%s to %s: cannot be converted", from, to);
	return (cd);
}

static struct text *
new_text(const char *encoding)
{
	struct text *t;
	int error;

	if ((t = malloc(sizeof(*t))) == NULL) {
		(void)green__fail(ENOMEM);
		return (NULL);
	}
	memset(t, 0, offsetof(struct text, part));
	t->exact = strstr(encoding, "//") == NULL;
	t->decoder = open_converter("UTF-8", encoding);
	if (t->decoder == (iconv_t)-1)
		goto fail;
	t->encoder = open_converter(encoding, "UTF-8");
	if (t->encoder == (iconv_t)-1) {
		error = errno;
		(void)iconv_close(t->decoder);
		errno = error;
		goto fail;
	}
	green__stream_init(&t->stream, &text_ops);
	return (t);
fail:
	error = errno;
	free(t);
	errno = error;
	return (NULL);
}

struct green_stream *
green_text(struct green_stream *s, const char *encoding)
{
	struct text *t;

	green__stream_own(s, NULL);
	if ((t = new_text(encoding)) == NULL) {
		green_stream_abort(s);
		return (NULL);
	}
	t->inner = s;
	return (&t->stream);
}
