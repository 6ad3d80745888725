/*
 * The files that UNIX sockets are known by.  One that nobody is behind any more
 * is in the way of the next, and is replaced; the directory is locked
 * meanwhile, so that nobody replaces what another has just put there, bound but
 * listening to nobody yet.  Ours is removed before its socket is closed: as
 * long as that is open, no other file can have its inode.  What looks at files
 * may block on a disk, and is done in worker threads.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <sys/types.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <green/thread.h>

#include "internal.h"

#define FIRST_PAUSE	(1 * GREEN_MSEC)
#define LAST_PAUSE	(50 * GREEN_MSEC)

/* A trip to a worker. */
struct trip {
	int	 fd;
	const struct green__unix_place *place;
	struct green__unix_file *file;
	bool	 taken;			/* the directory is another's just now */
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
replace_file(const struct trip *t)
{
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

#ifdef HAVE_FLOCK
/* The directory that path is in; or -1. */
static int
open_directory(const char *path)
{
	const char *slash = strrchr(path, '/');
	size_t len = slash == NULL ? 0 : (size_t)(slash - path) + 1;
	char *dir;
	int fd;

	if (len == 0)
		return (open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
	if ((dir = strndup(path, len)) == NULL)
		return (-1);
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	free(dir);
	return (fd);
}

/* -1: one that cannot be locked, as it cannot be read, or its file system knows
   of no locks; or taken. */
static int
lock_directory(struct trip *t)
{
	int fd = open_directory(t->place->path);

	t->taken = false;
	if (fd == -1 || flock(fd, LOCK_EX | LOCK_NB) == 0)
		return (fd);
	t->taken = errno == EWOULDBLOCK;
	close(fd);
	return (-1);
}

/* For whoever was forked meanwhile too. */
static void
unlock_directory(int fd)
{
	if (fd == -1)
		return;
	(void)flock(fd, LOCK_UN);
	close(fd);
}
#else
static int
lock_directory(struct trip *t)
{
	t->taken = false;
	return (-1);
}

static void
unlock_directory(int fd)
{
	(void)fd;
}
#endif

static int
make_file(void *arg)
{
	struct trip *t = arg;
	int rc, error, dir = lock_directory(t);

	if (t->taken) {
		errno = EAGAIN;
		return (-1);
	}
	rc = replace_file(t);
	error = errno;
	unlock_directory(dir);
	errno = error;
	return (rc);
}

int
green__unix_pause(int64_t *pause)
{
	*pause = *pause == 0 ? FIRST_PAUSE : *pause * 2;
	if (*pause > LAST_PAUSE)
		*pause = LAST_PAUSE;
	return (green_sleep(*pause));
}

/* Also while another has the directory. */
static int
make_file_elsewhere(struct trip *t)
{
	int64_t pause = 0;

	while (green_to_thread_limited(&green__loop->limiter_files, make_file,
	    t) == -1)
		if (!t->taken || green__unix_pause(&pause) == -1)
			return (-1);
	return (0);
}

/* A name without a file blocks on nothing. */
static int
take_name(const struct trip *t)
{
	const struct green__unix_place *p = t->place;

	if (p->mode != 0)
		return (green__failx(EINVAL, "an abstract name has no mode"));
	if (bind_file(t) == -1 ||
	    (p->backlog != -1 && listen(t->fd, p->backlog) == -1))
		return (-1);
	return (0);
}

int
green__unix_bind(int fd, const struct green__unix_place *p,
    struct green__unix_file *f)
{
	struct trip t = { .fd = fd, .place = p, .file = f };
	bool is_file = green__addr_is_file(&p->addr);

	f->path = NULL;
	if ((is_file ? make_file_elsewhere(&t) : take_name(&t)) == 0)
		return (0);
	if (errno == ECANCELED || (!is_file && errno == EINVAL))
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

	if (!green__addr_is_file(a)) {
		if (connect_file(&c) == -1)
			return (green__fail(errno));
		green__spend();
		return (0);
	}
	return (green_to_thread_limited(&green__loop->limiter_files,
	    connect_file, &c));
}
