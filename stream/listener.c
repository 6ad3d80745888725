/*
 * Listeners: ports that streams come in by, and the one task that accepts from
 * them.  It takes from each in turn what is there, and waits only when all are
 * empty; as nothing is taken while it waits, cancelling it loses no connection.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "internal.h"

struct green_listener {
	bool	 busy;			/* a task accepts */
	bool	 closing;
	bool	 closed;
	size_t	 next;			/* the port whose turn it is */
	size_t	 n;
	struct green__report report;
	struct green__fd **fd;		/* of each port, behind these */
	struct green__port *port[];
};

struct green_listener *
green__listener_new(struct green__port *const *port, size_t n)
{
	struct green_listener *l;
	size_t i;

	l = malloc(sizeof(*l) + n * (sizeof(l->port[0]) + sizeof(l->fd[0])));
	if (l == NULL) {
		(void)green__fail(ENOMEM);
		return (NULL);
	}
	*l = (struct green_listener){ .n = n };
	l->fd = (struct green__fd **)(void *)(l->port + n);
	for (i = 0; i < n; i++) {
		l->port[i] = port[i];
		l->fd[i] = &port[i]->fd;
	}
	return (l);
}

void
green_serve_on_error(struct green_listener *l,
    void (*report)(struct green_stream *s, void *arg), void *arg)
{
	l->report = (struct green__report){ .fn = report, .arg = arg };
}

const struct green__report *
green__listener_report(const struct green_listener *l)
{
	return (&l->report);
}

static void
release(struct green_listener *l)
{
	size_t i;

	if (l->busy || l->closing || !l->closed)
		return;
	for (i = 0; i < l->n; i++)
		l->port[i]->ops->free(l->port[i]);
	free(l);
}

int
green__listener_enter(struct green_listener *l)
{
	if (green__check() == -1)
		return (-1);
	if (l->closed)
		return (green__fail(EBADF));
	if (l->busy)
		return (green__fail(EBUSY));
	l->busy = true;
	return (0);
}

int
green__listener_leave(struct green_listener *l, int rc)
{
	int error = errno;

	l->busy = false;
	release(l);
	errno = error;
	return (rc);
}

/* Some port's next stream, without waiting; EAGAIN. */
static struct green_stream *
take(struct green_listener *l)
{
	struct green_stream *s;
	struct green__port *p;
	size_t i;

	for (i = 0; i < l->n; i++) {
		p = l->port[l->next];
		l->next = (l->next + 1) % l->n;
		if (!green__fd_can(&p->fd, GREEN__READ))
			continue;
		if ((s = p->ops->accept(p)) != NULL || errno != EAGAIN)
			return (s);
	}
	(void)green__fail(EAGAIN);
	return (NULL);
}

/* Until a port has something, or the scope is to stop: ESHUTDOWN. */
static int
wait_for_port(struct green_listener *l)
{
	struct green_scope s;
	int rc;

	green_scope_open(&s);
	green_scope_set_stoppable(&s, true);
	if (l->n == 1)
		rc = green__fd_wait(l->fd[0], GREEN__READ);
	else
		rc = green__fd_wait_any(l->fd, l->n, GREEN__READ,
		    GREEN_FOREVER);
	rc = (int)green_scope_close(&s, rc);
	return (green_scope_caught(&s) ? green__fail(ESHUTDOWN) : rc);
}

struct green_stream *
green__listener_accept(struct green_listener *l)
{
	struct green_stream *s;

	for (;;) {
		if (green__check() == -1)
			return (NULL);
		if (l->closed || green_stopping()) {
			(void)green__fail(l->closed ? EBADF : ESHUTDOWN);
			return (NULL);
		}
		if ((s = take(l)) != NULL)
			return (s);
		if (errno == ECONNABORTED)
			green__spend();
		else if (errno != EAGAIN || wait_for_port(l) == -1)
			return (NULL);
	}
}

void
green__listener_all_ports(const struct green_listener *l,
    struct green__port *const **port, size_t *n)
{
	*port = l->port;
	*n = l->n;
}

int
green__listener_ports(const struct green_listener *l,
    struct green__port *const **port, size_t *n)
{
	if (l->closed)
		return (green__fail(EBADF));
	if (l->busy)
		return (green__fail(EBUSY));
	green__listener_all_ports(l, port, n);
	return (0);
}

struct green_stream *
green_accept(struct green_listener *l)
{
	struct green_stream *s;

	if (green__listener_enter(l) == -1)
		return (NULL);
	s = green__listener_accept(l);
	(void)green__listener_leave(l, 0);
	green__spend();
	return (s);
}

int
green_listener_attr(struct green_listener *l, enum green_attr a, void *value,
    size_t size)
{
	return (l->port[0]->ops->attr(l->port[0], a, value, size));
}

void
green_listener_close(struct green_listener *l)
{
	int error = errno;
	size_t i;

	if (l == NULL || l->closed)
		return;
	l->closed = l->closing = true;
	for (i = 0; i < l->n; i++)
		l->port[i]->ops->close(l->port[i]);
	green__serve_resume();
	l->closing = false;
	release(l);
	errno = error;
}

/* The ports of several listeners, which are gone; or NULL, and they are not. */
static struct green_listener *
merge(struct green_listener *const *l, size_t n)
{
	struct green_listener *all;
	struct green__port **port;
	size_t i, have = 0;

	for (i = 0; i < n; i++) {
		if (l[i]->busy) {
			(void)green__fail(EBUSY);
			return (NULL);
		}
		have += l[i]->n;
	}
	if (have == 0) {
		(void)green__fail(EINVAL);
		return (NULL);
	}
	if ((port = reallocarray(NULL, have, sizeof(*port))) == NULL) {
		(void)green__fail(ENOMEM);
		return (NULL);
	}
	for (i = have = 0; i < n; have += l[i++]->n)
		memcpy(port + have, l[i]->port, l[i]->n * sizeof(*port));
	if ((all = green__listener_new(port, have)) != NULL)
		for (i = 0; i < n; i++)
			free(l[i]);
	free(port);
	return (all);
}

struct green_listener *
green_listener_multi(struct green_listener *const *l, size_t n)
{
	struct green_listener *all = merge(l, n);
	size_t i;

	if (all == NULL)
		for (i = 0; i < n; i++)
			green_listener_close(l[i]);
	return (all);
}
