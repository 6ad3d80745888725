/*
 * Connecting over TCP: happy eyeballs (RFC 8305).  The attempts, each a while
 * after the last or when one has failed, are all in the hands of the one task
 * that asked for them: it waits for any of them, so that there is one place for
 * a cancellation to find, and nobody else to be cancelled.  What went wrong
 * with each is written down, as errno can only tell of the last.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <sys/types.h>
#include <sys/socket.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "internal.h"

#define DELAY	(250 * GREEN_MSEC)

struct attempt {
	struct green_stream *s;
	struct green__addr *to;
};

struct race {
	const struct green_connect_options *opt;
	struct green__addrs to;
	size_t	 next;			/* of those, to be begun */
	int64_t	 at;			/* when, if not at once */
	int64_t	 delay;
	struct green__addrs from;	/* n 0: wherever the system likes */
	bool	 port_given;		/* of from */
	/* Under way, in the order they were begun, and their descriptors. */
	struct attempt *attempt;
	struct green__fd **fd;
	size_t	 n;
	char	*report;		/* malloc'd; NULL: none has failed */
	int	 error;			/* of the last that has */
};

/* The resolver's order, but families take turns. */
static void
interleave(struct green__addrs *a)
{
	struct green__addr next;
	size_t i, j;

	for (i = 1; i < a->n; i++) {
		for (j = i; j < a->n; j++)
			if (a->v[j].sa.ss_family != a->v[i - 1].sa.ss_family)
				break;
		if (j == a->n)
			return;
		next = a->v[j];
		memmove(&a->v[i + 1], &a->v[i], (j - i) * sizeof(next));
		a->v[i] = next;
	}
}

static int
bind_local(int fd, int family, const struct race *r)
{
	if (r->from.n == 0)
		return (0);
	if (!r->port_given)
		green__socket_bind_late(fd);
	else if (green__socket_set_reuse_addr(fd) == -1)
		return (green__fail(errno));
	return (green__addrs_bind(&r->from, fd, family));
}

/* All that comes before the connection. */
static int
prepare(int fd, int family, const struct race *r)
{
	const struct green_connect_options *opt = r->opt;

	(void)green__socket_set_nodelay(fd);
	if (green__socket_set_buffers(fd, opt->receive_buffer,
	    opt->send_buffer) == -1)
		return (-1);
	if (opt->prepare != NULL && opt->prepare(fd, opt->prepare_arg) == -1)
		return (green__fail(errno));
	return (bind_local(fd, family, r));
}

/* Begin to connect: a stream, which may still wait for its connection. */
static struct green_stream *
begin(struct green__addr *to, const struct race *r, bool *waits)
{
	struct green_stream *s = NULL;
	int fd, rc, error;

	if ((fd = green__socket(to->sa.ss_family, SOCK_STREAM)) == -1) {
		(void)green__fail(errno);
		return (NULL);
	}
	if (prepare(fd, to->sa.ss_family, r) == 0) {
		rc = green__socket_connect(fd, green__sa(to), to->len);
		*waits = rc == -1 && errno == EINPROGRESS;
		if (rc == -1 && !*waits)
			(void)green__fail(errno);
		else
			s = green__socket_stream(fd, to->sa.ss_family);
	}
	if (s == NULL) {
		error = errno;
		close(fd);
		errno = error;
	}
	return (s);
}

/* This one has failed: write down why, and let the next begin at once. */
static void
lose(struct race *r, struct green__addr *to)
{
	size_t len = r->report == NULL ? 0 : strlen(r->report);
	const char *why = green_errmsg();
	char addr[GREEN_ADDRSTRLEN], *p;
	size_t size;

	r->error = errno;
	r->at = INT64_MIN;
	green__addr_text(to, addr, sizeof(addr));
	size = len + strlen(addr) + strlen(why) + sizeof("; : ");
	if ((p = realloc(r->report, size)) == NULL)
		return;
	r->report = p;
	snprintf(p + len, size - len, "%s%s: %s", len == 0 ? "" : "; ", addr,
	    why);
}

/* Begin the next: NULL, as it has failed, or is under way now. */
static struct green_stream *
begin_next(struct race *r)
{
	struct green__addr *to = &r->to.v[r->next++];
	struct green_stream *s;
	bool waits;

	if ((s = begin(to, r, &waits)) == NULL) {
		lose(r, to);
		return (NULL);
	}
	if (!waits)
		return (s);
	r->attempt[r->n] = (struct attempt){ .s = s, .to = to };
	r->fd[r->n] = green__stream_fd(s);
	green__fd_drained(r->fd[r->n++], GREEN__READ | GREEN__WRITE, true);
	r->at = green__from_now(r->delay);
	return (NULL);
}

/* Until one of them has ended, or it is time for the next. */
static int
await(const struct race *r)
{
	int rc = green__fd_wait_any(r->fd, r->n, GREEN__WRITE,
	    r->next < r->to.n ? r->at : GREEN_FOREVER);

	return (rc == -1 && errno == ETIMEDOUT ? 0 : rc);
}

static struct green_stream *
take_out(struct race *r, size_t i)
{
	struct green_stream *s = r->attempt[i].s;

	r->n--;
	memmove(&r->attempt[i], &r->attempt[i + 1],
	    (r->n - i) * sizeof(r->attempt[0]));
	memmove(&r->fd[i], &r->fd[i + 1], (r->n - i) * sizeof(r->fd[0]));
	return (s);
}

/* How those that have ended did so: the first connection, or NULL. */
static struct green_stream *
settle(struct race *r)
{
	struct green__addr *to;
	size_t i = 0;

	while (i < r->n) {
		if (!green__fd_can(r->fd[i], GREEN__WRITE)) {
			i++;
			continue;
		}
		if (green__socket_fd_connected(r->fd[i]) == 0)
			return (take_out(r, i));
		if (errno == EINPROGRESS) {
			green__fd_drained(r->fd[i++], GREEN__WRITE, true);
			continue;
		}
		to = r->attempt[i].to;
		lose(r, to);
		green_stream_abort(take_out(r, i));
	}
	return (NULL);
}

static struct green_stream *
run(struct race *r)
{
	struct green_stream *s;

	interleave(&r->to);
	r->at = INT64_MIN;
	while (r->n > 0 || r->next < r->to.n) {
		if (r->next < r->to.n && (r->n == 0 ||
		    r->at <= green__now(green__loop)))
			s = begin_next(r);
		else if (await(r) == -1)
			return (NULL);
		else
			s = settle(r);
		if (s != NULL) {
			green__spend();
			return (s);
		}
	}
	(void)green__fail_text(r->error, r->report);
	return (NULL);
}

/* The first connection; all others end here. */
static struct green_stream *
win(struct race *r)
{
	struct green_stream *s = NULL;

	r->attempt = reallocarray(NULL, r->to.n, sizeof(*r->attempt));
	r->fd = reallocarray(NULL, r->to.n, sizeof(*r->fd));
	if (r->attempt == NULL || r->fd == NULL)
		(void)green__fail(ENOMEM);
	else
		s = run(r);
	while (r->n > 0)
		green_stream_abort(take_out(r, r->n - 1));
	free(r->attempt);
	free(r->fd);
	free(r->report);
	return (s);
}

static int
resolve(struct race *r, const char *host, const char *port)
{
	const struct green_connect_options *opt = r->opt;
	const char *local_port = opt->local_port;

	if (host == NULL)
		return (green__failx(EINVAL, "no host was given"));
	if (opt->happy_eyeballs_delay < 0)
		return (green__failx(EINVAL, "happy_eyeballs_delay is below 0"));
	r->delay = opt->happy_eyeballs_delay == 0 ? DELAY :
	    opt->happy_eyeballs_delay;
	if (green__resolve(&r->to, host, port, opt->family,
	    SOCK_STREAM) == -1)
		return (-1);
	if (green__addr_port(&r->to.v[0]) == 0)
		return (green__failx(EINVAL, "port 0 cannot be connected to"));
	if (opt->local_host == NULL && local_port == NULL)
		return (0);
	r->port_given = local_port != NULL;
	return (green__resolve(&r->from, opt->local_host,
	    r->port_given ? local_port : "0", opt->family, SOCK_STREAM));
}

struct green_stream *
green_connect_tcp(const char *host, const char *port,
    const struct green_connect_options *opt)
{
	static const struct green_connect_options none;
	struct race r = { .opt = opt == NULL ? &none : opt };
	struct green_stream *s = NULL;

	if (green__check() == -1)
		return (NULL);
	if (r.opt->tls)
		return (green__tls_connect_tcp(host, port, r.opt));
	if (resolve(&r, host, port) == 0)
		s = win(&r);
	free(r.to.v);
	free(r.from.v);
	return (s);
}
