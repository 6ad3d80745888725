/*
 * Reading and writing files.  A read asks the page cache first, without
 * blocking; what is left, and every write, is one trip to a worker.  None is
 * abandoned once it has started, as the caller's memory is in use until then.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <sys/uio.h>

#include <limits.h>
#include <unistd.h>

#include "internal.h"

#ifndef IOV_MAX
#define IOV_MAX		1024
#endif

/* Every size of a page is a multiple of this. */
#define PAGE		4096

struct transfer {
	int	 fd;
	const struct iovec *iov;
	int	 n;
	off_t	 at;			/* where iov begins, or FILE_POSITION */
	size_t	 done;			/* bytes of iov */
};
typedef ssize_t	 move_fn(int, const struct iovec *, int, off_t);

static size_t
size_of(const struct iovec *iov, int n)
{
	size_t size = 0;
	int i;

	for (i = 0; i < n; i++)
		size += iov[i].iov_len;
	return (size);
}

static ssize_t
get(int fd, const struct iovec *iov, int n, off_t at)
{
	if (at == FILE_POSITION)
		return (readv(fd, iov, n));
	return (pread(fd, iov->iov_base, iov->iov_len, at));
}

static ssize_t
put(int fd, const struct iovec *iov, int n, off_t at)
{
	if (at == FILE_POSITION)
		return (writev(fd, iov, n));
	return (pwrite(fd, iov->iov_base, iov->iov_len, at));
}

/*
 * Move what comes next: the rest of a piece that was begun, or as many pieces
 * as a system call takes.  *full: all that was asked for.
 */
static ssize_t
move(struct transfer *x, move_fn *fn, bool *full)
{
	const struct iovec *iov = x->iov;
	struct iovec rest;
	size_t skip = x->done;
	int n = x->n;
	ssize_t moved;

	while (n > 0 && skip >= iov->iov_len) {
		skip -= iov->iov_len;
		iov++;
		n--;
	}
	if (n > IOV_MAX)
		n = IOV_MAX;
	if (skip > 0) {
		rest.iov_base = (char *)iov->iov_base + skip;
		rest.iov_len = iov->iov_len - skip;
		iov = &rest;
		n = 1;
	}
	do
		moved = fn(x->fd, iov, n, x->at == FILE_POSITION ? x->at :
		    x->at + (off_t)x->done);
	while (moved == -1 && errno == EINTR);
	if (moved > 0)
		x->done += (size_t)moved;
	*full = moved >= 0 && (size_t)moved == size_of(iov, n);
	return (moved);
}

static int
do_read(void *arg)
{
	struct transfer *x = arg;
	size_t wanted = size_of(x->iov, x->n);
	bool full = true;

	while (full && x->done < wanted)
		if (move(x, get, &full) == -1)
			return (x->done > 0 ? 0 : -1);
	return (0);
}

static int
do_write(void *arg)
{
	struct transfer *x = arg;
	size_t wanted = size_of(x->iov, x->n);
	ssize_t moved;
	bool full;

	while (x->done < wanted) {
		if ((moved = move(x, put, &full)) == -1)
			return (-1);
		if (moved == 0) {
			errno = EIO;
			return (-1);
		}
	}
	return (0);
}

/* Whether a short read from the page cache was short for the file's end. */
static bool
is_end(const struct transfer *x)
{
	off_t here = x->at == FILE_POSITION ? lseek(x->fd, 0, SEEK_CUR) :
	    x->at + (off_t)x->done;

	return (here == -1 || here % PAGE != 0);
}

ssize_t
green__file_read(struct green_file *f, const struct iovec *iov, int n, off_t at)
{
	struct transfer x = { .fd = f->fd, .iov = iov, .n = n, .at = at };
	size_t wanted = size_of(iov, n);
	ssize_t got;

	if (wanted == 0)
		return (0);
	got = green__cached_read(f, iov, n, at);
	/* Some kernels give 0 where they should say EAGAIN. */
	if (got > 0) {
		x.done = (size_t)got;
		if (x.done == wanted || is_end(&x)) {
			green__spend();
			return (got);
		}
	}
	if (green__file_work(f, do_read, &x) == -1 && x.done == 0)
		return (-1);
	return ((ssize_t)x.done);
}

static ssize_t
read_pieces(struct green_file *f, const struct iovec *iov, int n, off_t at,
    enum green__use_kind kind)
{
	ssize_t got;

	if (green__use_enter(&f->use, kind) == -1)
		return (-1);
	got = green__file_read(f, iov, n, at);
	green__use_leave(&f->use, kind);
	return (got);
}

ssize_t
green__file_write(struct green_file *f, const struct iovec *iov, int n,
    off_t at)
{
	struct transfer x = { .fd = f->fd, .iov = iov, .n = n, .at = at };

	return (size_of(iov, n) == 0 ? 0 : green__file_work(f, do_write, &x));
}

static int
write_pieces(struct green_file *f, const struct iovec *iov, int n, off_t at,
    enum green__use_kind kind)
{
	ssize_t rc;

	if (green__use_enter(&f->use, kind) == -1)
		return (-1);
	rc = green__file_write(f, iov, n, at);
	green__use_leave(&f->use, kind);
	return ((int)rc);
}

ssize_t
green_file_read(struct green_file *f, void *buf, size_t len)
{
	struct iovec iov = { buf, len };

	return (read_pieces(f, &iov, 1, FILE_POSITION, USE_ALONE));
}

ssize_t
green_file_readv(struct green_file *f, const struct iovec *iov, int n)
{
	if (n < 0 || n > IOV_MAX)
		return (green__fail(EINVAL));
	return (read_pieces(f, iov, n, FILE_POSITION, USE_ALONE));
}

ssize_t
green_file_pread(struct green_file *f, void *buf, size_t len, off_t at)
{
	struct iovec iov = { buf, len };

	if (at < 0)
		return (green__fail(EINVAL));
	return (read_pieces(f, &iov, 1, at, USE_TOGETHER));
}

int
green_file_write(struct green_file *f, const void *buf, size_t len)
{
	struct iovec iov = { (void *)(uintptr_t)buf, len };

	return (write_pieces(f, &iov, 1, FILE_POSITION, USE_ALONE));
}

int
green_file_writev(struct green_file *f, const struct iovec *iov, int n)
{
	if (n < 0)
		return (green__fail(EINVAL));
	return (write_pieces(f, iov, n, FILE_POSITION, USE_ALONE));
}

int
green_file_pwrite(struct green_file *f, const void *buf, size_t len, off_t at)
{
	struct iovec iov = { (void *)(uintptr_t)buf, len };

	if (at < 0)
		return (green__fail(EINVAL));
	return (write_pieces(f, &iov, 1, at, USE_TOGETHER));
}
