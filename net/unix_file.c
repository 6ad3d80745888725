/*
 * The files that UNIX sockets are known by.  One that nobody is behind any more
 * is in the way of the next, and is replaced.  Ours is removed before its socket
 * is closed: as long as that is open, no other file can have its inode.  What
 * looks at files may block on a disk, and is done in worker threads.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <sys/types.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <green/thread.h>

#include "internal.h"

/* A trip to a worker. */
struct trip {
	int	 fd;
	const struct green__unix_place *place;
	struct green__unix_file *file;
};

static int
bind_file(const struct trip *t)
{
	struct green__addr a = t->place->addr;

	return (bind(t->fd, green__sa(&a), a.len));
}

/* Is somebody behind it?  EADDRINUSE */
static int
check_unused(const struct green__unix_place *p)
{
	struct green__addr a = p->addr;
	int rc, error, fd = green__socket(AF_UNIX, p->type);

	if (fd == -1)
		return (-1);
	rc = green__socket_connect(fd, green__sa(&a), a.len);
	error = errno;
	close(fd);
	if (rc == -1 && (error == ECONNREFUSED || error == ENOENT))
		return (0);
	errno = EADDRINUSE;
	return (-1);
}

/* Remove a file that is in the way, if it is a socket and stale. */
static int
remove_stale(const struct green__unix_place *p)
{
	struct stat before, now;

	if (lstat(p->path, &before) == -1)
		return (errno == ENOENT ? 0 : -1);
	if (!S_ISSOCK(before.st_mode)) {
		errno = EADDRINUSE;
		return (-1);
	}
	if (check_unused(p) == -1)
		return (-1);
	/* Another server may have been as quick. */
	if (lstat(p->path, &now) == -1)
		return (errno == ENOENT ? 0 : -1);
	if (now.st_dev != before.st_dev || now.st_ino != before.st_ino) {
		errno = EADDRINUSE;
		return (-1);
	}
	return (unlink(p->path));
}

/* The file is there: nobody gets in before its mode is right. */
static int
open_file(const struct trip *t)
{
	const struct green__unix_place *p = t->place;
	struct stat st;
	char *path;

	if (p->mode != 0 && chmod(p->path, p->mode) == -1)
		return (-1);
	/* To be found after a chdir() too. */
	if ((path = realpath(p->path, NULL)) == NULL)
		return (-1);
	if (lstat(path, &st) == -1 ||
	    (p->backlog != -1 && listen(t->fd, p->backlog) == -1)) {
		free(path);
		return (-1);
	}
	t->file->path = path;
	t->file->dev = st.st_dev;
	t->file->ino = st.st_ino;
	return (0);
}

static int
make_file(void *arg)
{
	const struct trip *t = arg;
	int error;

	if (bind_file(t) == -1 && (errno != EADDRINUSE ||
	    remove_stale(t->place) == -1 || bind_file(t) == -1))
		return (-1);
	if (open_file(t) == 0)
		return (0);
	error = errno;
	(void)unlink(t->place->path);
	errno = error;
	return (-1);
}

int
green__unix_bind(int fd, const struct green__unix_place *p,
    struct green__unix_file *f)
{
	struct trip t = { .fd = fd, .place = p, .file = f };

	f->path = NULL;
	if (green_to_thread_limited(&green__loop->limiter_files, make_file,
	    &t) == 0)
		return (0);
	if (errno == ECANCELED)
		return (-1);
	return (green__failx(errno, "%s: %s", p->path, strerror(errno)));
}

static int
remove_file(void *arg)
{
	const struct green__unix_file *f = arg;
	struct stat st;

	if (lstat(f->path, &st) == -1 || st.st_dev != f->dev ||
	    st.st_ino != f->ino)
		return (0);
	return (unlink(f->path));
}

static int
remove_elsewhere(struct green__unix_file *f)
{
	struct green_scope s;
	int rc;

	green_scope_open(&s);
	green_scope_set_shield(&s, true);
	rc = green_to_thread_limited(&green__loop->limiter_files, remove_file,
	    f);
	return ((int)green_scope_close(&s, rc));
}

void
green__unix_remove(struct green__unix_file *f)
{
	if (f->path == NULL)
		return;
	if (green__task() == NULL || remove_elsewhere(f) == -1)
		(void)remove_file(f);
	free(f->path);
	f->path = NULL;
}

struct call {
	int	 fd;
	struct green__addr addr;
};

static int
connect_file(void *arg)
{
	struct call *c = arg;

	return (green__socket_connect(c->fd, green__sa(&c->addr),
	    c->addr.len));
}

int
green__unix_connect(int fd, const struct green__addr *a)
{
	struct call c = { .fd = fd, .addr = *a };

	return (green_to_thread_limited(&green__loop->limiter_files,
	    connect_file, &c));
}
