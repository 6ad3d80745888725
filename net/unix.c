/*
 * Connecting to UNIX sockets, and listening on them.  Their addresses are
 * files, and what looks at those may block on a disk: it is done in worker
 * threads.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <sys/types.h>
#include <sys/socket.h>

#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "internal.h"

/* Also while the other side's queue is full.  0; EINPROGRESS */
static int
connect_patiently(int fd, const struct green__addr *a)
{
	int64_t pause = 0;

	while (green__unix_connect(fd, a) == -1)
		if (errno != EAGAIN || green__unix_pause(&pause) == -1)
			return (-1);
	return (0);
}

/* Of the connected, or nearly connected, socket.  On failure it is closed. */
static struct green_stream *
make_stream(int fd, bool waits)
{
	struct green_stream *s;
	int error;

	if ((s = green__socket_stream(fd, AF_UNIX)) == NULL) {
		error = errno;
		close(fd);
		errno = error;
	} else if (waits && green__socket_stream_connected(s) == -1) {
		green_stream_abort(s);
		s = NULL;
	}
	return (s);
}

struct green_stream *
green_connect_unix(const char *path)
{
	struct green__addr a;
	int fd, rc, error;

	if (green__check() == -1 || green__addr_unix(&a, path) == -1)
		return (NULL);
	if ((fd = green__socket(AF_UNIX, SOCK_STREAM)) == -1) {
		(void)green__fail(errno);
		return (NULL);
	}
	rc = connect_patiently(fd, &a);
	if (rc == 0 || errno == EINPROGRESS)
		return (make_stream(fd, rc == -1));
	error = errno;
	close(fd);
	errno = error;
	if (error != ECANCELED)
		(void)green__failx(error, "%s: %s", path, strerror(error));
	return (NULL);
}

/* A listener on what listens already, which owns it then. */
static struct green_listener *
make_listener(int fd, const struct green__unix_file *file)
{
	struct green_listener *l;
	struct green__port *p;

	if ((p = green__socket_port(fd, AF_UNIX, file)) == NULL)
		return (NULL);
	if ((l = green__listener_new(&p, 1)) == NULL) {
		(void)green__fd_close(&p->fd);
		p->ops->free(p);
		(void)green__fail(ENOMEM);
	}
	return (l);
}

static struct green_listener *
listen_on(const struct green__unix_place *p,
    const struct green_listen_options *opt)
{
	struct green__unix_file file = { .path = NULL };
	struct green_listener *l = NULL;
	int fd, error;

	if ((fd = green__socket(AF_UNIX, SOCK_STREAM)) == -1) {
		(void)green__fail(errno);
		return (NULL);
	}
	if (green__socket_prepare(fd, opt) == -1)
		(void)green__fail(errno);
	else if (green__unix_bind(fd, p, &file) == 0 &&
	    (l = make_listener(fd, &file)) != NULL)
		return (l);
	error = errno;
	green__unix_remove(&file);
	close(fd);
	errno = error;
	return (NULL);
}

struct green_listener *
green_listen_unix(const char *path, const struct green_listen_options *opt)
{
	static const struct green_listen_options none;
	struct green__unix_place p = { .path = path, .type = SOCK_STREAM };
	struct green_tls_config *tls;

	if (opt == NULL)
		opt = &none;
	p.mode = opt->unix_mode;
	p.backlog = opt->backlog == 0 ? INT_MAX : opt->backlog;
	if (green__check() == -1 || green__addr_unix(&p.addr, path) == -1)
		return (NULL);
	if (p.backlog < 0) {
		(void)green__failx(EINVAL, "backlog %d is below 0", p.backlog);
		return (NULL);
	}
	if (!opt->tls)
		return (listen_on(&p, opt));
	if ((tls = green__tls_listen_config(opt->tls_options)) == NULL)
		return (NULL);
	return (green__tls_listen(listen_on(&p, opt), tls));
}
