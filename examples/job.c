/*
 * One URL: ask for it, follow redirects, and have what comes written to where it
 * goes.  An attempt that fails for a reason that may pass is followed by another,
 * which goes on where that one was cut off, if the content is still the same.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backoff.h"
#include "fetch.h"
#include "output.h"

#define PIECE	65536			/* bytes to receive and write at once */

struct attempt {
	struct job *j;
	struct http *h;
	struct output out;
	struct green_scope scope;	/* how long nothing may come */
	char	*buf;
	bool	 passing;		/* what has failed may work later */
	int64_t	 pause;			/* and the server has said when */
};

static int __attribute__((__format__(__printf__, 3, 4)))
fail(struct attempt *a, enum outcome outcome, const char *fmt, ...)
{
	va_list ap;

	a->passing = false;
	a->j->outcome = outcome;
	va_start(ap, fmt);
	vsnprintf(a->j->why, sizeof(a->j->why), fmt, ap);
	va_end(ap);
	errno = EIO;
	return (-1);
}

static int
fail_here(struct attempt *a)
{
	if (errno == ECANCELED)
		return (-1);
	return (fail(a, FAILED_HERE, "%s: %s", a->j->path == NULL ?
	    "standard output" : a->j->path, errno == EBUSY ?
	    "another program fetches it" : errno == ESPIPE ?
	    "what was written cannot be taken back" : green_errmsg()));
}

static int
fail_there(struct attempt *a)
{
	int code = errno;
	enum outcome o = code == EBADMSG ? FAILED_ANSWER :
	    code == EACCES || code == EPROTO || code == EINVAL ||
	    code == ENOENT || code == ENOTSUP ? FAILED_TLS : FAILED_NETWORK;

	if (code == ECANCELED)
		return (-1);
	(void)fail(a, o, "%s", http_why(a->h));
	/* Nobody there at all is a mistake, but in the middle of it. */
	a->passing = code == EPROTO || (o == FAILED_NETWORK &&
	    code != EADDRNOTAVAIL && (code != ECONNREFUSED || a->out.have > 0));
	return (-1);
}

static int
fail_status(struct attempt *a, const struct http_response *r)
{
	static const int passing[] = { 408, 429, 500, 502, 503, 504 };

	(void)fail(a, FAILED_STATUS, "the server says: %d %s", r->status,
	    r->reason);
	for (size_t i = 0; i < sizeof(passing) / sizeof(passing[0]); i++)
		a->passing = a->passing || r->status == passing[i];
	a->pause = r->retry_after * GREEN_SEC;
	return (-1);
}

static bool
is_redirect(const struct http_response *r)
{
	return (r->status == 301 || r->status == 302 || r->status == 303 ||
	    r->status == 307 || r->status == 308);
}

static int
follow(struct attempt *a, struct url *at, const struct http_response *r)
{
	struct url *next = malloc(sizeof(*next));
	const char *why;
	bool less;

	if (next == NULL)
		return (fail(a, FAILED_HERE, "%s", strerror(ENOMEM)));
	why = url_follow(next, at, r->location);
	less = why == NULL && at->tls && !next->tls;
	if (why == NULL)
		*at = *next;
	free(next);
	if (why != NULL)
		return (fail(a, FAILED_ANSWER, "redirected to %.100s: %s",
		    r->location, why));
	if (less && !options.downgrade)
		return (fail(a, FAILED_TLS,
		    "redirected from https: to http:, which --downgrade allows"));
	return (0);
}

/* Ask until it is no redirect. */
static int
request(struct attempt *a, struct http_response *r)
{
	struct url *at = malloc(sizeof(*at));
	char fields[400] = "";
	int rc, n = 0;

	if (at == NULL)
		return (fail(a, FAILED_HERE, "%s", strerror(ENOMEM)));
	*at = a->j->url;
	if (a->out.have > 0 && a->out.validator[0] != '\0')
		snprintf(fields, sizeof(fields), "Range: bytes=%jd-\r\n"
		    "If-Range: %s\r\n", (intmax_t)a->out.have,
		    a->out.validator);
	while ((rc = http_get(a->h, at, fields, r)) == 0 && is_redirect(r) &&
	    r->location[0] != '\0') {
		green_scope_extend(&a->scope, options.patience);
		http_end(a->h);
		if (++n > options.redirects) {
			free(at);
			return (fail(a, FAILED_ANSWER,
			    "redirected more than %d times",
			    options.redirects));
		}
		if (follow(a, at, r) == -1) {
			free(at);
			return (-1);
		}
	}
	free(at);
	return (rc == -1 ? fail_there(a) : 0);
}

static int
receive_body(struct attempt *a)
{
	ssize_t n;

	while ((n = http_receive(a->h, a->buf, PIECE)) > 0) {
		if (output_write(&a->out, a->buf, (size_t)n) == -1)
			return (fail_here(a));
		a->j->have = a->out.have;
		a->j->came += n;
		green_scope_extend(&a->scope, options.patience);
	}
	return (n == -1 ? fail_there(a) : 0);
}

/* It says what it is of, by a tag or a date as we have one, and that is not the
   same: not every server heeds If-Range. */
static bool
is_of_another(const struct http_response *r, const struct output *o)
{
	return (r->validator[0] != '\0' &&
	    (r->validator[0] == '"') == (o->validator[0] == '"') &&
	    strcmp(r->validator, o->validator) != 0);
}

/* What comes is the whole of it, or the rest; or nothing was missing. */
static int
begin_body(struct attempt *a, const struct http_response *r)
{
	if (r->status == 200) {
		if (output_restart(&a->out, r->validator) == -1)
			return (fail_here(a));
		a->j->size = r->length;
	} else if (r->status == 206) {
		if (r->first != a->out.have || (r->size != -1 &&
		    r->last != r->size - 1))
			return (fail(a, FAILED_ANSWER,
			    "the answer is another part than was asked for"));
		if (is_of_another(r, &a->out))
			return (fail(a, FAILED_ANSWER,
			    "the answer is a part of another content"));
		a->j->size = r->last + 1;
	}
	a->j->have = a->out.have;
	return (0);
}

static int
once(struct attempt *a)
{
	struct http_response r;

	if (request(a, &r) == -1)
		return (-1);
	if (r.status == 416 && a->out.have > 0 && r.size == a->out.have) {
		http_end(a->h);
		return (0);
	}
	if (r.status != 200 && (r.status != 206 || a->out.have == 0)) {
		http_end(a->h);
		return (fail_status(a, &r));
	}
	if (begin_body(a, &r) == -1 || receive_body(a) == -1)
		return (-1);
	if (a->j->size != -1 && a->out.have != a->j->size)
		return (fail(a, FAILED_ANSWER, "the answer's length is wrong"));
	return (0);
}

/* The same, within its time; what fails takes the connection with it. */
static int
attempt(struct attempt *a)
{
	int rc;

	a->j->state = ACTIVE;
	a->pause = 0;
	green_fail_after(&a->scope, options.patience);
	rc = once(a);
	if (rc == -1 && a->h->s != NULL && !a->h->done)
		http_close(a->h);
	else
		http_end(a->h);
	rc = (int)green_scope_close(&a->scope, rc);
	if (rc == -1 && errno == ETIMEDOUT) {
		(void)fail(a, FAILED_NETWORK, "nothing has come for %jd s",
		    (intmax_t)(options.patience / GREEN_SEC));
		a->passing = true;
	}
	return (rc);
}

static int
try(struct attempt *a)
{
	struct backoff b;
	int64_t before, pause;
	int rc;

	backoff_start(&b, options.retries);
	for (;;) {
		before = a->out.have;
		rc = attempt(a);
		if (rc == 0 || errno == ECANCELED || !a->passing)
			return (rc);
		if (a->out.have > before)	/* it works, if badly */
			backoff_start(&b, options.retries);
		if ((pause = backoff_next(&b, a->pause)) == -1)
			return (-1);
		a->j->state = PAUSED;
		if (green_sleep(pause) == -1)
			return (-1);
	}
}

static int
fetch(struct attempt *a)
{
	struct green_scope limit;
	int rc;

	if (output_open(&a->out, a->j->path, options.resume) == -1)
		return (fail_here(a));
	a->j->have = a->out.have;
	green_scope_open(&limit);
	if (options.limit != GREEN_FOREVER)
		green_scope_extend(&limit, options.limit);
	rc = (int)green_scope_close(&limit, try(a));
	if (green_scope_caught(&limit))
		rc = fail(a, FAILED_NETWORK, "it has taken more than %jd s",
		    (intmax_t)(options.limit / GREEN_SEC));
	if (rc == 0 && output_commit(&a->out) == -1)
		rc = fail_here(a);
	output_close(&a->out);
	return (rc);
}

int
job_run(struct job *j, struct http *h)
{
	struct attempt a = { .j = j, .h = h };
	int rc;

	if ((a.buf = malloc(PIECE)) == NULL)
		rc = fail(&a, FAILED_HERE, "%s", strerror(ENOMEM));
	else
		rc = fetch(&a);
	free(a.buf);
	if (rc == -1 && errno == ECANCELED)
		return (-1);
	if (rc == 0)
		j->outcome = FETCHED;
	j->state = ENDED;
	return (0);
}
