/*
 * What is in a file, copied to another that is empty: shared with it where the
 * file system can; else a small one by hand, which takes the fewest system
 * calls; else by the system, in pieces, between which cancellation is looked
 * for.  The holes of a sparse one stay holes.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <sys/stat.h>

#include <stdlib.h>
#include <unistd.h>

#include "copy.h"

#define PIECE	((size_t)4 * 1024 * 1024)
#define BUFFER	((size_t)256 * 1024)
#define SMALL	((off_t)64 * 1024)
#define ALL	((off_t)-1)		/* to its end, wherever that is */
#define BLOCK	512			/* of st_blocks */

struct data {
	struct green__copy *c;
	int	 in;
	int	 out;
	bool	 by_hand;		/* the system has said that it cannot */
	char	*buf;			/* for that; NULL: not yet */
};

static int
write_all(int fd, const char *buf, size_t len, off_t at)
{
	ssize_t n;

	while (len > 0) {
		n = pwrite(fd, buf, len, at);
		if (n == 0)
			errno = EIO;
		if (n == 0 || (n == -1 && errno != EINTR))
			return (-1);
		if (n > 0) {
			buf += n;
			at += n;
			len -= (size_t)n;
		}
	}
	return (0);
}

static ssize_t
copy_by_hand(struct data *d, off_t at, size_t len)
{
	ssize_t n;

	if (d->buf == NULL && (d->buf = malloc(BUFFER)) == NULL)
		return (-1);
	do
		n = pread(d->in, d->buf, len < BUFFER ? len : BUFFER, at);
	while (n == -1 && errno == EINTR);
	if (n > 0 && write_all(d->out, d->buf, (size_t)n, at) == -1)
		return (-1);
	return (n);
}

#ifdef HAVE_COPY_FILE_RANGE
static ssize_t
copy_by_system(struct data *d, off_t at, size_t len)
{
	off_t to = at;
	ssize_t n;

	do
		n = copy_file_range(d->in, &at, d->out, &to, len, 0);
	while (n == -1 && errno == EINTR);
	return (n);
}
#else
static ssize_t
copy_by_system(struct data *d, off_t at, size_t len)
{
	(void)d;
	(void)at;
	(void)len;
	errno = ENOSYS;
	return (-1);
}
#endif

/* What the next way may succeed with: anything but these is told. */
static bool
is_final(int error)
{
	return (error == ENOSPC || error == EDQUOT || error == EFBIG ||
	    error == EIO);
}

static ssize_t
copy_piece(struct data *d, off_t at, size_t len)
{
	ssize_t n;

	if (!d->by_hand) {
		n = copy_by_system(d, at, len);
		/* Some see nothing in files that are made as they are read. */
		if (n > 0 || (n == 0 && at > 0) ||
		    (n == -1 && is_final(errno)))
			return (n);
		if (n == -1)
			d->by_hand = true;
	}
	return (copy_by_hand(d, at, len));
}

/* From at to end; *at is how far it came: not as far if the file ends before. */
static int
copy_range(struct data *d, off_t *at, off_t end)
{
	size_t len;
	ssize_t n = 1;

	while (n > 0 && (end == ALL || *at < end)) {
		if (green_thread_check_cancelled() == -1)
			return (-1);
		len = end == ALL || end - *at > (off_t)PIECE ? PIECE :
		    (size_t)(end - *at);
		if ((n = copy_piece(d, *at, len)) == -1)
			return (-1);
		*at += n;
		green__copy_went(d->c, (uint64_t)n, 0);
	}
	return (0);
}

#if defined(SEEK_DATA) && defined(SEEK_HOLE)
/* Where the next data are, from at on, and their end; at the last hole: size. */
static void
find_data(int fd, off_t at, off_t size, off_t *data, off_t *end)
{
	*data = lseek(fd, at, SEEK_DATA);
	if (*data == -1 && errno == ENXIO)
		*data = size;
	else if (*data == -1)
		*data = at;
	*end = lseek(fd, *data, SEEK_HOLE);
	if (*end <= *data || *end > size)
		*end = size;
}
#else
static void
find_data(int fd, off_t at, off_t size, off_t *data, off_t *end)
{
	(void)fd;
	*data = at;
	*end = size;
}
#endif

static int
copy_sparse(struct data *d, off_t size)
{
	off_t at = 0, data, end;

	while (at < size) {
		find_data(d->in, at, size, &data, &end);
		if (data >= size)
			break;
		at = data;
		if (copy_range(d, &at, end) == -1)
			return (-1);
		if (at < end)		/* truncated meanwhile */
			return (ftruncate(d->out, at));
	}
	return (ftruncate(d->out, size));
}

/* 1: it shares the other's data now. */
static int
share(struct data *d, const struct stat *st)
{
	if (st->st_size == 0 || d->c->no_clones)
		return (0);
	if (green__clone(d->in, d->out) == 0)
		return (1);
	/* What failed for another reason may be tried with the next. */
	if (errno == EOPNOTSUPP || errno == ENOSYS || errno == EXDEV ||
	    errno == ENOTTY || errno == EINVAL)
		d->c->no_clones = true;
	return (is_final(errno) ? -1 : 0);
}

/* 1: all of it; 0: it is not so small. */
static int
copy_small(struct data *d, const struct stat *st)
{
	char buf[SMALL];
	ssize_t n;

	if (st->st_size == 0 || st->st_size >= SMALL)
		return (0);
	do
		n = pread(d->in, buf, (size_t)st->st_size + 1, 0);
	while (n == -1 && errno == EINTR);
	/* It has grown, or been cut, or cannot be read: as any other. */
	if (n != st->st_size)
		return (0);
	return (write_all(d->out, buf, (size_t)n, 0) == -1 ? -1 : 1);
}

static int
copy_all(struct data *d, const struct stat *st)
{
	off_t at = 0;
	int rc;

	if ((rc = share(d, st)) == 0 && st->st_blocks < st->st_size / BLOCK)
		return (copy_sparse(d, st->st_size));
	if (rc == 0)
		rc = copy_small(d, st);
	if (rc == 0)
		return (copy_range(d, &at, ALL));
	if (rc == 1)
		green__copy_went(d->c, (uint64_t)st->st_size, 0);
	return (rc == -1 ? -1 : 0);
}

int
green__copy_data(struct green__copy *c, int in, int out, const struct stat *st)
{
	struct data d = { .c = c, .in = in, .out = out };
	int error, rc = copy_all(&d, st);

	error = errno;
	free(d.buf);
	errno = error;
	return (rc);
}
