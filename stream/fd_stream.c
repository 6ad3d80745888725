/*
 * Streams on descriptors that are no sockets: pipes, FIFOs, terminals.  What is
 * written to them might raise SIGPIPE, which nothing here ever does: it is held
 * back during the call, and taken if it came.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <sys/stat.h>

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "green/pipe.h"

#include "internal.h"

struct fd_stream {
	struct green_stream stream;
	struct green__fd fd;
	bool	 pipe;			/* a short read has emptied it */
	bool	 one_way;		/* it can only be written to */
};

static struct fd_stream *
fd_stream_of(struct green_stream *s)
{
	return (GREEN__CONTAINER(s, struct fd_stream, stream));
}

/* The call failed: 0 if it is to be tried again once f is ready. */
static int
failed(struct green__fd *f, unsigned dir)
{
	if (errno == EINTR)
		return (0);
	if (errno != EAGAIN && errno != EWOULDBLOCK)
		return (green__fail(errno));
	green__fd_drained(f, dir, true);
	return (0);
}

static ssize_t
fd_receive(struct green_stream *s, void *buf, size_t max)
{
	struct fd_stream *fs = fd_stream_of(s);
	struct green__fd *f = &fs->fd;
	ssize_t n;

	for (;;) {
		if (!green__fd_can(f, GREEN__READ) &&
		    green__fd_wait(f, GREEN__READ) == -1)
			return (-1);
		if ((n = read(f->fd, buf, max)) != -1)
			break;
		/* Nobody has the other side of this terminal any more. */
		if (errno == EIO && !fs->pipe)
			return (0);
		if (failed(f, GREEN__READ) == -1)
			return (-1);
	}
	if (n > 0 && (size_t)n < max && fs->pipe)
		green__fd_drained(f, GREEN__READ, false);
	return (n);
}

/* write(2) that only fails where others would be killed. */
static ssize_t
write_quietly(int fd, const void *buf, size_t len)
{
	sigset_t pipe, before;
	ssize_t n;
	int sig, error;

	sigemptyset(&pipe);
	sigaddset(&pipe, SIGPIPE);
	pthread_sigmask(SIG_BLOCK, &pipe, &before);
	n = write(fd, buf, len);
	error = errno;
	if (n == -1 && error == EPIPE && sigismember(&before, SIGPIPE) == 0) {
		sigpending(&pipe);
		if (sigismember(&pipe, SIGPIPE) == 1) {
			sigemptyset(&pipe);
			sigaddset(&pipe, SIGPIPE);
			(void)sigwait(&pipe, &sig);
		}
	}
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	errno = error;
	return (n);
}

static int
fd_send(struct green_stream *s, const void *buf, size_t len)
{
	struct green__fd *f = &fd_stream_of(s)->fd;
	const char *p = buf;
	ssize_t n;

	while (len > 0) {
		if (!green__fd_can(f, GREEN__WRITE) &&
		    green__fd_wait(f, GREEN__WRITE) == -1)
			return (-1);
		n = write_quietly(f->fd, p, len);
		if (n == -1) {
			if (failed(f, GREEN__WRITE) == -1)
				return (-1);
			continue;
		}
		p += n;
		if ((len -= (size_t)n) == 0)
			break;
		green__spend();
		if (f->fd == -1)
			return (green__fail(EBADF));
	}
	return (0);
}

static int
fd_sendv(struct green_stream *s, const struct iovec *iov, int n)
{
	int i;

	for (i = 0; i < n; i++)
		if (fd_send(s, iov[i].iov_base, iov[i].iov_len) == -1)
			return (-1);
	return (0);
}

static int
fd_close(struct green_stream *s, bool abort)
{
	struct green__fd *f = &fd_stream_of(s)->fd;

	(void)abort;
	if (f->fd != -1)
		(void)close(green__fd_close(f));
	return (0);
}

/* The reader sees the end when nobody can write any more. */
static int
fd_send_eof(struct green_stream *s)
{
	if (!fd_stream_of(s)->one_way)
		return (green__fail(ENOTSUP));
	return (fd_close(s, false));
}

static void
fd_free(struct green_stream *s)
{
	free(fd_stream_of(s));
}

static int
fd_attr(struct green_stream *s, enum green_attr a, void *value, size_t size)
{
	struct green__fd *f = &fd_stream_of(s)->fd;

	if (a != GREEN_ATTR_FD || f->fd == -1)
		return (green__fail(ENOTSUP));
	return (green__attr_copy(value, size, &f->fd, sizeof(f->fd)));
}

static const struct green__stream_ops fd_ops = {
	.receive = fd_receive,
	.send = fd_send,
	.sendv = fd_sendv,
	.send_eof = fd_send_eof,
	.close = fd_close,
	.free = fd_free,
	.attr = fd_attr
};

struct green_stream *
green__fd_stream(int fd)
{
	struct fd_stream *fs;
	struct stat st;
	int flags;

	if ((fs = malloc(sizeof(*fs))) == NULL) {
		(void)green__fail(ENOMEM);
		return (NULL);
	}
	if (fstat(fd, &st) == -1 || (flags = fcntl(fd, F_GETFL)) == -1 ||
	    green__fd_nonblocking(fd) == -1) {
		(void)green__fail(errno);
		goto fail;
	}
	if (green__fd_open(&fs->fd, fd) == -1)
		goto fail;
	green__stream_init(&fs->stream, &fd_ops);
	fs->pipe = S_ISFIFO(st.st_mode);
#ifdef O_DIRECT
	if (flags & O_DIRECT)		/* packets, each read by itself */
		fs->pipe = false;
#endif
	fs->one_way = (flags & O_ACCMODE) == O_WRONLY;
	return (&fs->stream);
fail:
	flags = errno;
	free(fs);
	errno = flags;
	return (NULL);
}
