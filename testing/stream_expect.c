/*
 * What a claim about a stream expects of its calls; the first thing that is not
 * so is what its trial tells.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "stream.h"

void
green__complain(struct green__trial *t, const char *fmt, ...)
{
	va_list ap;

	if (t->failed)
		return;
	t->failed = true;
	va_start(ap, fmt);
	vsnprintf(t->text, sizeof(t->text), fmt, ap);
	va_end(ap);
}

/* A call's result and errno, as text. */
static void
explain(char *buf, size_t size, ssize_t rc, int code)
{
	if (rc == -1)
		snprintf(buf, size, "failed: %s", strerror(code));
	else
		snprintf(buf, size, "returned %zd", rc);
}

bool
green__expect(struct green__trial *t, const char *what, ssize_t rc,
    ssize_t want)
{
	char text[128];

	if (rc == want)
		return (true);
	explain(text, sizeof(text), rc, errno);
	green__complain(t, "%s %s, instead of returning %zd", what, text, want);
	return (false);
}

/* One of two errnos; 0: none. */
bool
green__expect_failure(struct green__trial *t, const char *what, ssize_t rc,
    int code, int other)
{
	char text[128];
	int error = errno;

	if (rc == -1 && (error == code || (other != 0 && error == other)))
		return (true);
	explain(text, sizeof(text), rc, error);
	green__complain(t, "%s %s, instead of failing: %s%s%s", what, text,
	    strerror(code), other == 0 ? "" : " or ",
	    other == 0 ? "" : strerror(other));
	return (false);
}

/* The end of a stream whose other side was closed. */
bool
green__expect_end(struct green__trial *t, const char *what, ssize_t rc)
{
	if (rc == 0)
		return (true);
	return (green__expect_failure(t, what, rc, ECONNRESET, 0));
}

/* The end of one that was aborted: a protocol may tell that it was cut short. */
bool
green__expect_cut(struct green__trial *t, const char *what, ssize_t rc)
{
	if (rc == 0)
		return (true);
	return (green__expect_failure(t, what, rc, ECONNRESET, EPROTO));
}

/* All of it has come as it was sent. */
void
green__expect_all(struct green__trial *t, const struct green__call *c,
    size_t len)
{
	if (c->rc == -1)
		(void)green__expect(t, "receive", c->rc, (ssize_t)len);
	else if (c->moved != len)
		green__complain(t, "%zu of %zu bytes have come", c->moved, len);
	else if (c->wrong)
		green__complain(t, "other bytes have come than were sent");
}

void
green__expect_sent(struct green__trial *t, const struct green__call *c)
{
	errno = c->error;
	(void)green__expect(t, "send", c->rc, 0);
}
