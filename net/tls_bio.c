/*
 * What is between SSL and the stream below: memory, that neither waits for.
 * SSL reads what was received where it lies, and writes to a buffer that is
 * sent as it is, which OpenSSL's own BIOs of memory would copy once more, each.
 *
 * What SSL writes of its own, because of what it has read, is bounded: a peer
 * that asks and asks, and takes no answer, gets none any more.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/bio.h>
#include <openssl/err.h>

#include "tls.h"

#define UNSENT	(256 * 1024)		/* at most */

static pthread_once_t once = PTHREAD_ONCE_INIT;
static BIO_METHOD *method;		/* NULL: there was no memory for it */

static int
bio_read(BIO *b, char *buf, int max)
{
	struct tls *t = BIO_get_data(b);
	size_t n = t->end - t->start;

	BIO_clear_retry_flags(b);
	if (n == 0) {
		BIO_set_retry_read(b);
		return (-1);
	}
	if (n > (size_t)max)
		n = (size_t)max;
	memcpy(buf, t->in + t->start, n);
	t->start += n;
	return ((int)n);
}

/* Room for n bytes more. */
static bool
make_room(struct tls_bytes *w, size_t n)
{
	size_t size = w->size * 2;
	char *p;

	if (w->size - w->len >= n)
		return (true);
	if (size < w->len + n)
		size = w->len + n;
	if ((p = realloc(w->p, size)) == NULL)
		return (false);
	w->p = p;
	w->size = size;
	return (true);
}

static int
bio_write(BIO *b, const char *buf, int n)
{
	struct tls *t = BIO_get_data(b);
	struct tls_bytes *w = &t->written;

	BIO_clear_retry_flags(b);
	if (w->len + (size_t)n > UNSENT) {
		(void)snprintf(t->why, sizeof(t->why),
		    "the peer does not take the answers that it asks for");
		return (-1);
	}
	if (!make_room(w, (size_t)n)) {
		ERR_put_error(ERR_LIB_BIO, 0, ERR_R_MALLOC_FAILURE, __FILE__,
		    __LINE__);
		return (-1);
	}
	memcpy(w->p + w->len, buf, (size_t)n);
	w->len += (size_t)n;
	return (n);
}

static long
bio_ctrl(BIO *b, int what, long n, void *p)
{
	const struct tls *t = BIO_get_data(b);

	(void)n;
	(void)p;
	switch (what) {
	case BIO_CTRL_FLUSH:
		return (1);
	case BIO_CTRL_PENDING:
		return ((long)(t->end - t->start));
	case BIO_CTRL_WPENDING:
		return ((long)t->written.len);
	default:
		return (0);
	}
}

static void
make_method(void)
{
	BIO_METHOD *m = BIO_meth_new(BIO_get_new_index() |
	    BIO_TYPE_SOURCE_SINK, "libgreen");

	if (m != NULL && BIO_meth_set_read(m, bio_read) == 1 &&
	    BIO_meth_set_write(m, bio_write) == 1 &&
	    BIO_meth_set_ctrl(m, bio_ctrl) == 1)
		method = m;
	else
		BIO_meth_free(m);
}

BIO *
green__tls_bio(struct tls *t)
{
	BIO *b;

	(void)pthread_once(&once, make_method);
	if (method == NULL || (b = BIO_new(method)) == NULL)
		return (NULL);
	BIO_set_data(b, t);
	BIO_set_init(b, 1);
	return (b);
}
