/*
 * TLS between memory and any stream.  SSL calls read from the one buffer and
 * write to the other (tls_bio.c), and so never wait; tasks wait in between, for
 * the stream below.  How the two directions, which share one SSL, keep out of
 * each other's way:
 *
 * An SSL call is over before its task gives way, its errors taken out of the
 * thread's queue: no task sees another's.
 *
 * Whoever holds `sending' sends what SSL has written until nothing is left, and
 * only then lets go.  So all goes out in the order in which SSL wrote it.  A
 * sender holds it from its first record to its last.
 *
 * What receiving makes SSL write - an answer to a new key, an alert - is sent
 * by whoever holds `sending', or, if nobody does, by a task of its own.  A
 * receiver never waits for that: if those of both sides did, neither would
 * receive.
 *
 * Whoever holds `receiving' fetches what SSL is to read.  Mostly that is a
 * receiver; a sender does when a message of the handshake has come by half, as
 * SSL writes nothing then.  Who finds it held waits for the holder, and then
 * first asks SSL again.
 *
 * What was cut short below cannot be mended: after a send that has failed
 * nothing more is sent.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>

#include "tls.h"

void
green__tls_clear(void)
{
	ERR_clear_error();
}

int
green__tls_broken(const struct tls *t)
{
	return (green__failx(t->error, "%s", t->why));
}

enum tls_outcome
green__tls_outcome(struct tls *t, int rc)
{
	char why[sizeof(t->why)];

	if (rc > 0)
		return (TLS_DONE);
	switch (SSL_get_error(t->ssl, rc)) {
	case SSL_ERROR_WANT_READ:
		return (TLS_WANTS);
	case SSL_ERROR_ZERO_RETURN:
		return (TLS_ENDED);
	default:
		break;
	}
	t->error = green__tls_reason(why, sizeof(why));
	/* A certificate's fault is known in better words. */
	if (t->why[0] == '\0')
		memcpy(t->why, why, sizeof(why));
	(void)green__tls_broken(t);
	return (TLS_BROKEN);
}

/* Behind a buffer that was filled there is more: the next is larger, for as long
   as that lasts.  How much room there is. */
static size_t
make_room(struct tls *t)
{
	const size_t large = TLS_BATCH * TLS_RECORD;
	char *p;

	if (t->end < TLS_RECORD && t->in != t->received) {
		free(t->in);
		t->in = t->received;
	} else if (t->end >= TLS_RECORD && t->in == t->received &&
	    (p = malloc(large)) != NULL)
		t->in = p;
	return (t->in == t->received ? sizeof(t->received) : large);
}

/* One receive below; the calling task holds t->receiving, and SSL has read all
   that was received before. */
static int
fill(struct tls *t)
{
	size_t size = make_room(t);
	ssize_t n = green_stream_receive(t->below, t->in, size);

	if (t->stream.state & STREAM_CLOSED)
		return (green__fail(EBADF));
	if (n <= 0)
		return ((int)n);
	t->start = 0;
	t->end = (size_t)n;
	return (1);
}

static void
release(struct green_lock *l)
{
	int error = errno;

	(void)!green_lock_release(l);
	errno = error;
}

int
green__tls_pull(struct tls *t)
{
	bool waits = green_lock_locked(&t->receiving);
	int n = 1;

	if (green_lock_acquire(&t->receiving) == -1)
		return (-1);
	if (t->below == NULL)
		n = green__fail(EBADF);
	else if (!waits)
		n = fill(t);
	release(&t->receiving);
	return (n);
}

int
green__tls_may_send(const struct tls *t)
{
	if (t->below == NULL)
		return (green__fail(EBADF));
	return (t->send_error == 0 ? 0 : green__failx(t->send_error,
	    "an earlier send was cut short"));
}

/* While below sends this, SSL has the other buffer to write to. */
static int
send_written(struct tls *t)
{
	struct tls_bytes spare = t->going;
	int rc;

	t->going = t->written;
	t->written = spare;
	rc = green_stream_send(t->below, t->going.p, t->going.len);
	t->going.len = 0;
	if (t->written.p == NULL) {
		t->written = t->going;
		t->going = (struct tls_bytes){ .p = NULL };
	}
	return (rc);
}

int
green__tls_flush(struct tls *t)
{
	while (t->written.len > 0) {
		if (green__tls_may_send(t) == -1 || green__check() == -1)
			return (-1);
		if (send_written(t) == -1) {
			t->send_error = EPIPE;
			return (t->below == NULL ? green__fail(EBADF) : -1);
		}
	}
	return (0);
}

/* What is large is needed for bulk alone. */
static void
trim(struct tls_bytes *b)
{
	if (b->len > 0 || b->size <= TLS_RECORD)
		return;
	free(b->p);
	*b = (struct tls_bytes){ .p = NULL };
}

void
green__tls_sent(struct tls *t)
{
	trim(&t->written);
	trim(&t->going);
	release(&t->sending);
}

/* The task that sends what receiving led to. */
static int
answer(void *arg)
{
	struct tls *t = arg;

	if (green_lock_acquire(&t->sending) == 0) {
		(void)green__tls_flush(t);
		green__tls_sent(t);
	}
	t->answering = false;
	if (t->orphan)
		green__tls_destroy(t);
	return (0);
}

/* If there can be no task for it, it waits for the next send. */
void
green__tls_answer(struct tls *t)
{
	if (t->written.len == 0 || t->answering ||
	    green_lock_locked(&t->sending))
		return;
	if (t->send_error != 0) {
		t->written.len = 0;
		return;
	}
	t->answering = green__task_spawn(&green__loop->guests, answer, t, NULL,
	    0, "TLS answer", NULL) != NULL;
}
