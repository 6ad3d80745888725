/*
 * Streams on what is no socket: pipes, FIFOs, terminals, devices.  Whether a
 * descriptor blocks is said in what others may share, a shell its terminal with
 * all that it runs: a terminal is therefore opened anew, under the same number,
 * and of anything else the flag is put back before it is closed.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <sys/stat.h>

#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#include "internal.h"
#include "quiet.h"

struct fd_stream {
	struct green_stream stream;
	struct green__fd fd;
	int	 flags;			/* to be put back; -1: none */
	bool	 pipe;			/* a short read has emptied it */
	bool	 master;		/* of a pseudo terminal */
	bool	 one_way;		/* it is only sent to */
};

static struct fd_stream *
stream_of(struct green_stream *s)
{
	return (GREEN__CONTAINER(s, struct fd_stream, stream));
}

static ssize_t
fd_receive(struct green_stream *s, void *buf, size_t max)
{
	struct fd_stream *fs = stream_of(s);
	struct green__fd *f = &fs->fd;
	ssize_t n;

	if (max > INT_MAX)
		max = INT_MAX;
	for (;;) {
		if (green__io_await(f, GREEN__READ) == -1)
			return (-1);
		while ((n = read(f->fd, buf, max)) == -1 && errno == EINTR)
			continue;
		if (n != -1)
			break;
		/* Its other side is closed. */
		if (errno == EIO && fs->master)
			return (0);
		if (green__io_retry(f, GREEN__READ) == -1)
			return (-1);
	}
	/* A terminal may have more lines. */
	if (n > 0 && (size_t)n < max && fs->pipe)
		green__fd_drained(f, GREEN__READ, false);
	return (n);
}

static int
fd_sendv(struct green_stream *s, const struct iovec *iov, int n)
{
	return (green__io_sendv(&stream_of(s)->fd, iov, n, green__quiet_write));
}

static int
fd_send(struct green_stream *s, const void *buf, size_t len)
{
	struct iovec iov = {
		.iov_base = (void *)(uintptr_t)buf,
		.iov_len = len
	};

	return (fd_sendv(s, &iov, 1));
}

static ssize_t
fd_send_some(struct green_stream *s, const void *buf, size_t len)
{
	return (green__io_send_some(&stream_of(s)->fd, buf, len,
	    green__quiet_write));
}

static void
close_fd(struct fd_stream *fs)
{
	int fd = green__fd_close(&fs->fd);

	if (fd == -1)
		return;
	if (fs->flags != -1)
		(void)fcntl(fd, F_SETFL, fs->flags);
	(void)close(fd);
}

/* The other side knows by the descriptor's end alone. */
static int
fd_send_eof(struct green_stream *s)
{
	struct fd_stream *fs = stream_of(s);

	if (!fs->one_way)
		return (green__fail(ENOTSUP));
	close_fd(fs);
	return (0);
}

static int
fd_close(struct green_stream *s, bool abort)
{
	(void)abort;
	close_fd(stream_of(s));
	return (0);
}

static void
fd_free(struct green_stream *s)
{
	free(stream_of(s));
}

static int
fd_attr(struct green_stream *s, enum green_attr a, void *value, size_t size)
{
	struct fd_stream *fs = stream_of(s);

	if (a != GREEN_ATTR_FD || fs->fd.fd == -1)
		return (green__fail(ENOTSUP));
	return (green__attr_copy(value, size, &fs->fd.fd, sizeof(fs->fd.fd)));
}

static struct green__fd *
fd_fd(struct green_stream *s)
{
	struct fd_stream *fs = stream_of(s);

	return (fs->pipe ? &fs->fd : NULL);
}

static const struct green__stream_ops fd_ops = {
	.receive = fd_receive,
	.send = fd_send,
	.send_some = fd_send_some,
	.sendv = fd_sendv,
	.send_eof = fd_send_eof,
	.close = fd_close,
	.free = fd_free,
	.attr = fd_attr,
	.fd = fd_fd
};

/*
 * A descriptor of the same terminal that nobody shares; -1: it is none, or
 * cannot be opened.  The name of a pseudo terminal's master would open another
 * one.
 */
static int
reopen(int fd, int flags, const struct stat *st)
{
	char name[256];
	struct stat now;
	int new;

	if (!isatty(fd) || ptsname(fd) != NULL ||
	    ttyname_r(fd, name, sizeof(name)) != 0)
		return (-1);
	new = open(name, (flags & O_ACCMODE) | O_NONBLOCK | O_NOCTTY |
	    O_CLOEXEC);
	if (new == -1 || (fstat(new, &now) == 0 && now.st_rdev == st->st_rdev))
		return (new);
	close(new);
	return (-1);
}

/* What a descriptor was, to be so again on failure. */
struct before {
	int	 flags[2];
	int	 shared;		/* what it was of, if it was reopened */
};

/* Non-blocking and close-on-exec, in the way that others notice least. */
static int
take(int fd, const struct stat *st, struct before *b)
{
	int new;

	*b = (struct before){ .flags = { -1, -1 }, .shared = -1 };
	if ((b->flags[0] = fcntl(fd, F_GETFD)) == -1 ||
	    (b->flags[1] = fcntl(fd, F_GETFL)) == -1)
		return (-1);
	if ((new = reopen(fd, b->flags[1], st)) != -1) {
		b->shared = fcntl(fd, F_DUPFD_CLOEXEC, 0);
		if (b->shared != -1 && dup2(new, fd) == -1) {
			close(b->shared);
			b->shared = -1;
		}
		close(new);
	}
	if (fcntl(fd, F_SETFD, b->flags[0] | FD_CLOEXEC) == -1)
		return (-1);
	return (fcntl(fd, F_SETFL, b->flags[1] | O_NONBLOCK));
}

static void
give_back(int fd, const struct before *b)
{
	int error = errno;

	if (b->shared != -1)
		(void)dup2(b->shared, fd);
	if (b->flags[1] != -1) {
		(void)fcntl(fd, F_SETFD, b->flags[0]);
		(void)fcntl(fd, F_SETFL, b->flags[1]);
	}
	errno = error;
}

static struct green_stream *
open_stream(struct fd_stream *fs, int fd, const struct stat *st)
{
	struct before b;
	bool opened;

	if (take(fd, st, &b) == -1) {
		(void)green__fail(errno);
		opened = false;
	} else
		opened = green__fd_open(&fs->fd, fd) == 0;
	if (!opened)
		give_back(fd, &b);
	if (b.shared != -1)
		(void)close(b.shared);
	if (!opened)
		return (NULL);
	green__stream_init(&fs->stream, &fd_ops);
	if (b.shared == -1 && (b.flags[1] & O_NONBLOCK) == 0)
		fs->flags = b.flags[1];
	else
		fs->flags = -1;
	fs->pipe = S_ISFIFO(st->st_mode);
#ifdef O_DIRECT
	if (b.flags[1] & O_DIRECT)	/* packets, each read by itself */
		fs->pipe = false;
#endif
	fs->master = S_ISCHR(st->st_mode) && ptsname(fd) != NULL;
	fs->one_way = (b.flags[1] & O_ACCMODE) == O_WRONLY;
	return (&fs->stream);
}

/* Can there be a stream on it? */
static int
check(int fd, struct stat *st)
{
	const struct green__fd *f;

	if (green__loop == NULL)
		return (green__fail(EPERM));
	if (fstat(fd, st) == -1)
		return (green__fail(errno));
	/* Only threads can wait for files. */
	if (S_ISREG(st->st_mode) || S_ISDIR(st->st_mode) ||
	    S_ISBLK(st->st_mode))
		return (green__fail(EINVAL));
	f = green__fd_find(fd);
	if (f != NULL && (f->flags & GREEN__FD_FOREIGN) == 0)
		return (green__fail(EBUSY));
	return (0);
}

struct green_stream *
green__fd_stream(int fd)
{
	struct green_stream *s;
	struct fd_stream *fs;
	struct stat st;

	if (check(fd, &st) == -1)
		return (NULL);
	if ((fs = malloc(sizeof(*fs))) == NULL) {
		(void)green__fail(ENOMEM);
		return (NULL);
	}
	if ((s = open_stream(fs, fd, &st)) == NULL)
		free(fs);
	return (s);
}
