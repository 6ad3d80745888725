/*
 * UNIX sockets.  Their addresses are files, and what looks at those may block
 * on a disk: it is done in worker threads.  A file that nobody listens behind
 * any more is in the way of the next server, and is replaced.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <sys/types.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <green/thread.h>

#include "internal.h"

/* While the other side's queue is full. */
#define FIRST_RETRY	(1 * GREEN_MSEC)
#define LAST_RETRY	(50 * GREEN_MSEC)

/* A trip to a worker: a socket, and the file that it is to have or has. */
struct trip {
	struct green__addr addr;
	int	 fd;
	const char *path;
	mode_t	 mode;
	int	 backlog;
	char	*real;			/* malloc'd: path, after chdir() too */
	struct green__file_id id;
};

static int
in_worker(green_fn *fn, struct trip *t)
{
	return (green_to_thread_limited(&green__loop->limiter_files, fn, t));
}

static int
connect_file(void *arg)
{
	struct trip *t = arg;

	return (green__socket_connect(t->fd, green__sa(&t->addr),
	    t->addr.len));
}

/* 0; EINPROGRESS */
static int
connect_patiently(struct trip *t)
{
	int64_t pause = FIRST_RETRY;

	while (in_worker(connect_file, t) == -1) {
		if (errno != EAGAIN)
			return (-1);
		if (green_sleep(pause) == -1)
			return (-1);
		if ((pause *= 2) > LAST_RETRY)
			pause = LAST_RETRY;
	}
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
	struct trip t = { .path = path };
	int rc, error;

	if (green__check() == -1 || green__addr_unix(&t.addr, path) == -1)
		return (NULL);
	if ((t.fd = green__socket(AF_UNIX)) == -1) {
		(void)green__fail(errno);
		return (NULL);
	}
	rc = connect_patiently(&t);
	if (rc == 0 || errno == EINPROGRESS)
		return (make_stream(t.fd, rc == -1));
	error = errno;
	close(t.fd);
	errno = error;
	if (error != ECANCELED)
		(void)green__failx(error, "%s: %s", path, strerror(error));
	return (NULL);
}

/* Does somebody listen there?  EADDRINUSE */
static int
check_unused(struct trip *t)
{
	int rc, error, fd = green__socket(AF_UNIX);

	if (fd == -1)
		return (-1);
	rc = green__socket_connect(fd, green__sa(&t->addr), t->addr.len);
	error = errno;
	close(fd);
	if (rc == -1 && (error == ECONNREFUSED || error == ENOENT))
		return (0);
	errno = EADDRINUSE;
	return (-1);
}

/* Remove a file that is in the way, if it is a socket and stale. */
static int
remove_stale(struct trip *t)
{
	struct stat before, now;

	if (lstat(t->path, &before) == -1)
		return (errno == ENOENT ? 0 : -1);
	if (!S_ISSOCK(before.st_mode)) {
		errno = EADDRINUSE;
		return (-1);
	}
	if (check_unused(t) == -1)
		return (-1);
	/* Another server may have been as quick. */
	if (lstat(t->path, &now) == -1)
		return (errno == ENOENT ? 0 : -1);
	if (now.st_dev != before.st_dev || now.st_ino != before.st_ino) {
		errno = EADDRINUSE;
		return (-1);
	}
	return (unlink(t->path));
}

static int
bind_file(struct trip *t)
{
	return (bind(t->fd, green__sa(&t->addr), t->addr.len));
}

/* The file is there: nobody gets in before its mode is right. */
static int
open_file(struct trip *t)
{
	struct stat st;

	if (t->mode != 0 && chmod(t->path, t->mode) == -1)
		return (-1);
	if ((t->real = realpath(t->path, NULL)) == NULL ||
	    lstat(t->real, &st) == -1)
		return (-1);
	t->id.dev = st.st_dev;
	t->id.ino = st.st_ino;
	return (listen(t->fd, t->backlog));
}

static int
listen_file(void *arg)
{
	struct trip *t = arg;
	int error;

	if (bind_file(t) == -1 && (errno != EADDRINUSE ||
	    remove_stale(t) == -1 || bind_file(t) == -1))
		return (-1);
	if (open_file(t) == 0)
		return (0);
	error = errno;
	(void)unlink(t->path);
	errno = error;
	return (-1);
}

static int
remove_file(void *arg)
{
	struct trip *t = arg;

	return (unlink(t->real));
}

/* A listener on what listens already, which owns it then; or the file goes. */
static struct green_listener *
make_listener(struct trip *t)
{
	struct green_listener *l;
	struct green__port *p;
	int error;

	if ((p = green__socket_port(t->fd, AF_UNIX, t->real, &t->id)) == NULL) {
		error = errno;
		(void)in_worker(remove_file, t);
		(void)green__fail(error);
		return (NULL);
	}
	t->fd = -1;
	t->real = NULL;
	if ((l = green__listener_new(&p, 1)) == NULL) {
		p->ops->close(p);
		p->ops->free(p);
		(void)green__fail(ENOMEM);
	}
	return (l);
}

static struct green_listener *
listen_on(struct trip *t)
{
	if ((t->fd = green__socket(AF_UNIX)) == -1) {
		(void)green__fail(errno);
		return (NULL);
	}
	if (in_worker(listen_file, t) == 0)
		return (make_listener(t));
	if (errno != ECANCELED)
		(void)green__failx(errno, "%s: %s", t->path, strerror(errno));
	return (NULL);
}

struct green_listener *
green_listen_unix(const char *path, const struct green_listen_options *opt)
{
	static const struct green_listen_options none;
	struct trip t = { .fd = -1, .path = path };
	struct green_listener *l;
	int error;

	if (opt == NULL)
		opt = &none;
	t.mode = opt->unix_mode;
	t.backlog = opt->backlog == 0 ? INT_MAX : opt->backlog;
	if (green__check() == -1 || green__addr_unix(&t.addr, path) == -1)
		return (NULL);
	if (opt->tls) {
		(void)green__failx(ENOTSUP, "TLS is not built in");
		return (NULL);
	}
	if (t.backlog < 0) {
		(void)green__failx(EINVAL, "backlog %d is below 0", t.backlog);
		return (NULL);
	}
	l = listen_on(&t);
	error = errno;
	if (t.fd != -1)
		close(t.fd);
	free(t.real);
	errno = error;
	return (l);
}
