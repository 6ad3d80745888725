/*
 * Open files.  Each call that may block is one trip to a worker, and is waited
 * for once it has started.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "internal.h"

int
green__file_work(struct green_file *f, green_fn *fn, void *arg)
{
	return (green_to_thread_limited(f->limiter == NULL ?
	    green_file_limiter() : f->limiter, fn, arg));
}

struct green_file *
green__file_new(const char *path)
{
	struct green_file *f = calloc(1, sizeof(*f));

	if (f != NULL && (path == NULL || (f->path = strdup(path)) != NULL))
		return (f);
	free(f);
	(void)green__fail(ENOMEM);
	return (NULL);
}

void
green__file_free(struct green_file *f)
{
	int error = errno;

	free(f->ahead.buf);
	free(f->path);
	free(f);
	errno = error;
}

int
green__file_do_open(void *arg)
{
	struct green__opening *o = arg;

	if (green__fifo_waits(o->path, o->flags)) {
		o->fd = -1;
		return (0);
	}
	o->fd = open(o->path, o->flags | O_CLOEXEC, o->mode);
	return (o->fd == -1 ? -1 : 0);
}

struct green_file *
green_file_open(const char *path, int flags, mode_t mode)
{
	struct green__opening o = { .path = path, .flags = flags,
	    .mode = mode };
	struct green_file *f;
	int rc;

	if (green__check() == -1 || (f = green__file_new(path)) == NULL)
		return (NULL);
	rc = green__file_work(f, green__file_do_open, &o);
	if (rc == 0 && o.fd == -1)
		rc = green__fifo_open(f, &o);
	if (rc == -1) {
		green__file_free(f);
		return (NULL);
	}
	f->fd = o.fd;
	return (f);
}

struct green_file *
green_file_from_fd(int fd)
{
	int flags = fcntl(fd, F_GETFD);
	struct green_file *f;

	if (flags == -1 || fcntl(fd, F_SETFD, flags | FD_CLOEXEC) == -1) {
		green__fail(errno);
		return (NULL);
	}
	if ((f = green__file_new(NULL)) != NULL)
		f->fd = fd;
	return (f);
}

int
green_file_fd(const struct green_file *f)
{
	return (f->fd);
}

void
green_file_set_limiter(struct green_file *f, struct green_limiter *l)
{
	f->limiter = l;
}

struct closing {
	int	 fd;
	bool	 done;
};

static int
do_close(void *arg)
{
	struct closing *c = arg;

	c->done = true;
	return (close(c->fd));
}

int
green__close(struct green_limiter *l, int fd)
{
	struct closing c = { .fd = fd };
	int rc, error = errno;

	rc = green__to_thread_shielded(l == NULL ? green_file_limiter() : l,
	    do_close, &c);
	if (!c.done && (rc = close(fd)) == -1)
		return (green__fail(errno));
	if (rc == 0)
		errno = error;
	return (rc);
}

int
green_file_close(struct green_file *f)
{
	struct green_limiter *l;
	struct green__replacement *r;
	int fd;

	if (f == NULL)
		return (0);
	green__use_close(&f->use);
	fd = f->fd;
	l = f->limiter;
	r = f->replacement;
	green__file_free(f);
	if (r == NULL)
		return (green__close(l, fd));
	green__file_abandon(l, r);
	return (0);
}

/*
 * The rest: one system call each.
 */
struct simple {
	int	 fd;
	off_t	 off;
	int	 whence;
	struct stat *st;
};

static int
work(struct green_file *f, green_fn *fn, struct simple *s,
    enum green__use_kind kind)
{
	int rc;

	if (green__use_enter(&f->use, kind) == -1)
		return (-1);
	s->fd = f->fd;
	rc = green__file_work(f, fn, s);
	green__use_leave(&f->use, kind);
	return (rc);
}

static int
do_seek(void *arg)
{
	struct simple *s = arg;

	s->off = lseek(s->fd, s->off, s->whence);
	return (s->off == -1 ? -1 : 0);
}

off_t
green_file_seek(struct green_file *f, off_t off, int whence)
{
	struct simple s = { .off = off, .whence = whence };
	off_t here;

	/* Anything else depends on what the disk has. */
	if (whence != SEEK_SET && whence != SEEK_CUR) {
		if (work(f, do_seek, &s, USE_ALONE) == -1)
			return (-1);
		f->ahead.start = f->ahead.end = 0;
		return (s.off);
	}
	if (green__use_enter(&f->use, USE_ALONE) == -1)
		return (-1);
	here = lseek(f->fd, off, whence);
	if (here != -1 && whence == SEEK_SET)
		f->ahead.start = f->ahead.end = 0;
	green__use_leave(&f->use, USE_ALONE);
	if (here == -1)
		return (green__fail(errno));
	green__spend();
	return (here);
}

off_t
green_file_tell(struct green_file *f)
{
	return (green_file_seek(f, 0, SEEK_CUR));
}

static int
do_truncate(void *arg)
{
	struct simple *s = arg;

	return (ftruncate(s->fd, s->off));
}

int
green_file_truncate(struct green_file *f, off_t size)
{
	struct simple s = { .off = size };

	return (work(f, do_truncate, &s, USE_ALONE));
}

static int
do_sync(void *arg)
{
	struct simple *s = arg;

	return (fsync(s->fd));
}

int
green_file_sync(struct green_file *f)
{
	struct simple s = { 0 };

	return (work(f, do_sync, &s, USE_ALONE));
}

#if defined(_POSIX_SYNCHRONIZED_IO) && _POSIX_SYNCHRONIZED_IO > 0
static int
do_datasync(void *arg)
{
	struct simple *s = arg;

	return (fdatasync(s->fd));
}
#else
#define do_datasync	do_sync
#endif

int
green_file_datasync(struct green_file *f)
{
	struct simple s = { 0 };

	return (work(f, do_datasync, &s, USE_ALONE));
}

static int
do_stat(void *arg)
{
	struct simple *s = arg;

	return (fstat(s->fd, s->st));
}

int
green_file_stat(struct green_file *f, struct stat *st)
{
	struct simple s = { .st = st };

	return (work(f, do_stat, &s, USE_TOGETHER));
}
