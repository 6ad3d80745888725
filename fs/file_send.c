/*
 * Files to streams.  Where the stream is a socket, and the page cache holds
 * what is to be sent, the kernel moves it without a copy; else it goes through
 * a buffer, filled without blocking or by a worker.  Whichever way a piece
 * went, the next one may go the other: it depends on what is cached by then.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#ifdef HAVE_SENDFILE
#include <sys/sendfile.h>
#endif

#include <stdlib.h>

#include "internal.h"
#include "stream/internal.h"
#include "stream/quiet.h"

#define PIECE	((size_t)256 * 1024)	/* for the kernel, between two turns */
#define BUFFER	((size_t)64 * 1024)
#define SMALL	((size_t)32 * 1024)	/* cheaper to copy than to look after */

struct sending {
	struct green_stream *to;
	struct green_file *file;
	off_t	 at;
	int64_t	 left;
	char	*buf;			/* NULL: none was needed yet */
	size_t	 size;
	bool	 no_sendfile;
};

#ifdef HAVE_SENDFILE
/* sendfile(2), but for SIGPIPE: a broken connection is EPIPE alone. */
static ssize_t
send_quietly(int to, int from, off_t *at, size_t len)
{
	struct green__quiet q;
	ssize_t n;

	green__quiet_begin(&q);
	do
		n = sendfile(to, from, at, len);
	while (n == -1 && errno == EINTR);
	green__quiet_end(&q, n == -1 && errno == EPIPE);
	return (n);
}

/*
 * One piece by the kernel, as much of it as the socket takes now.  Bytes; 0:
 * this piece has to go another way; -1.
 */
static ssize_t
send_cached(struct sending *s)
{
	size_t len = s->left < (int64_t)PIECE ? (size_t)s->left : PIECE;
	struct green__fd *fd;
	off_t at = s->at;
	ssize_t n;

	if (s->no_sendfile || len <= SMALL ||
	    (fd = green__stream_fd(s->to)) == NULL)
		return (0);
	for (;;) {
		if (green__fd_wait(fd, GREEN__WRITE) == -1)
			return (-1);
		if (!green__cached_holds(s->file, at, len))
			return (0);
		n = send_quietly(fd->fd, s->file->fd, &at, len);
		if (n > 0)
			return (n);
		if (n == -1 && errno == EAGAIN)
			green__fd_drained(fd, GREEN__WRITE, true);
		else if (n == 0 || errno == EINVAL || errno == ENOSYS) {
			/* At the file's end, or not that kind of file. */
			s->no_sendfile = true;
			return (0);
		} else
			return (green__fail(errno));
	}
}
#else
static ssize_t
send_cached(struct sending *s)
{
	(void)s;
	return (0);
}
#endif

/* One piece through the buffer.  Bytes; 0: the file has ended; -1. */
static ssize_t
send_copied(struct sending *s)
{
	struct iovec iov;
	ssize_t n;

	if (s->buf == NULL) {
		s->size = s->left < (int64_t)BUFFER ? (size_t)s->left : BUFFER;
		if ((s->buf = malloc(s->size)) == NULL)
			return (green__fail(ENOMEM));
	}
	iov.iov_base = s->buf;
	iov.iov_len = s->left < (int64_t)s->size ? (size_t)s->left : s->size;
	n = green__file_read(s->file, &iov, 1, s->at);
	if (n <= 0)
		return (n);
	if (s->to->state & STREAM_CLOSED)
		return (green__fail(EBADF));
	return (s->to->ops->send(s->to, s->buf, (size_t)n) == -1 ? -1 : n);
}

/* All of it, others having their turn between the pieces. */
static int
send_all(struct sending *s)
{
	ssize_t n;

	while (s->left > 0) {
		if ((n = send_cached(s)) == 0)
			n = send_copied(s);
		if (n <= 0)
			return ((int)n);
		s->at += n;
		s->left -= n;
		if (s->left > 0 && green__yield(true) == -1)
			return (-1);
		if (s->to->state & STREAM_CLOSED)
			return (green__fail(EBADF));
	}
	return (0);
}

int64_t
green_file_send(struct green_stream *to, struct green_file *f, off_t at,
    int64_t len)
{
	struct sending s = { .to = to, .file = f, .at = at, .left = len };
	int rc, error;

	if (at < 0 || len < 0)
		return (green__fail(EINVAL));
	if (green__use_enter(&f->use, USE_TOGETHER) == -1)
		return (-1);
	if ((rc = green__stream_enter(to, STREAM_SENDING)) == 0) {
		rc = send_all(&s);
		error = errno;
		free(s.buf);
		errno = error;
		(void)green__stream_leave(to, STREAM_SENDING, rc);
	}
	green__use_leave(&f->use, USE_TOGETHER);
	if (rc == -1)
		return (-1);
	green__spend();
	return (len - s.left);
}
