/*
 * Whole files by their paths: opened, read or written, and closed in one trip
 * to a worker.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <green/path.h>

#include "close.h"
#include "internal.h"

#define FIRST	4096			/* room for a file of unknown size */
#define PIECE	((size_t)1024 * 1024)	/* between two looks at cancellation */

/* After a failure: errno stays. */
struct content {
	const char *path;
	char	*buf;
	size_t	 len;
	size_t	 size;
	mode_t	 mode;
	int	 flags;
};

/* Room for a piece and the NUL; ENOMEM. */
static int
grow(struct content *c)
{
	size_t size = c->size < FIRST ? FIRST : c->size * 2;
	char *buf;

	if (c->len + 1 < c->size)
		return (0);
	if (size < c->size || (buf = realloc(c->buf, size)) == NULL) {
		errno = ENOMEM;
		return (-1);
	}
	c->buf = buf;
	c->size = size;
	return (0);
}

static int
read_to_end(int fd, struct content *c)
{
	size_t room;
	ssize_t n = 1;

	while (n > 0 || (n == -1 && errno == EINTR)) {
		if (green_thread_check_cancelled() == -1 || grow(c) == -1)
			return (-1);
		room = c->size - c->len - 1;
		n = read(fd, c->buf + c->len, room < PIECE ? room : PIECE);
		if (n > 0)
			c->len += (size_t)n;
	}
	if (n == 0)
		c->buf[c->len] = '\0';
	return ((int)n);
}

static int
do_read(void *arg)
{
	struct content *c = arg;
	struct stat st;
	int fd;

	if ((fd = open(c->path, O_RDONLY | O_CLOEXEC)) == -1)
		return (-1);
	/* One byte more than it has, to see its end, and the NUL. */
	if (fstat(fd, &st) == 0 && st.st_size > 0 &&
	    (uintmax_t)st.st_size < SIZE_MAX - 2 &&
	    (c->buf = malloc((size_t)st.st_size + 2)) != NULL)
		c->size = (size_t)st.st_size + 2;
	if (read_to_end(fd, c) == -1) {
		free(c->buf);
		return (green__close_failed(fd));
	}
	close(fd);
	return (0);
}

int
green_path_read(const char *path, void **buf, size_t *len)
{
	struct content c = { .path = path };

	if (green__path_work(do_read, &c) == -1)
		return (-1);
	*buf = c.buf;
	if (len != NULL)
		*len = c.len;
	return (0);
}

int
green__write_all(int fd, const void *buf, size_t len)
{
	const char *from = buf;
	size_t done = 0;
	ssize_t n;

	while (done < len) {
		n = write(fd, from + done, len - done);
		if (n == 0)
			errno = EIO;
		if (n == 0 || (n == -1 && errno != EINTR))
			return (-1);
		if (n > 0)
			done += (size_t)n;
	}
	return (0);
}

static int
do_write(void *arg)
{
	struct content *c = arg;
	int fd;

	fd = open(c->path, O_WRONLY | O_CREAT | O_CLOEXEC | c->flags, c->mode);
	if (fd == -1)
		return (-1);
	if (green__write_all(fd, c->buf, c->len) == -1)
		return (green__close_failed(fd));
	return (close(fd));
}

static int
write_to(const char *path, int flags, const void *buf, size_t len, mode_t mode)
{
	struct content c = {
		.path = path,
		.buf = (char *)(uintptr_t)buf,
		.len = len,
		.mode = mode,
		.flags = flags
	};

	return (green__path_work(do_write, &c));
}

int
green_path_write(const char *path, const void *buf, size_t len, mode_t mode)
{
	return (write_to(path, O_TRUNC, buf, len, mode));
}

int
green_path_append(const char *path, const void *buf, size_t len, mode_t mode)
{
	return (write_to(path, O_APPEND, buf, len, mode));
}
