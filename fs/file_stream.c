/*
 * Files as streams.  Receiving and sending go on from the file's position,
 * which they share, and so take turns; what has no position, a terminal, say,
 * is read and written at the same time.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <stdlib.h>
#include <unistd.h>

#include "internal.h"
#include "stream/internal.h"

struct file_stream {
	struct green_stream stream;
	struct green_file *file;	/* NULL: closed */
	bool	 in_turns;
	bool	 taken;			/* it is somebody's turn */
	struct waiter *next;		/* who waits for his; or NULL */
};

static struct file_stream *
stream_of(struct green_stream *s)
{
	return (GREEN__CONTAINER(s, struct file_stream, stream));
}

/* There are two directions, and so one at most who waits. */
static int
take_turn(struct file_stream *fs)
{
	if (!fs->in_turns)
		return (0);
	if (!fs->taken) {
		fs->taken = true;
		return (0);
	}
	return (green__sleep(&fs->next, "turn of fd", green_file_fd(fs->file),
	    GREEN_FOREVER));
}

static void
give_turn(struct file_stream *fs)
{
	if (!green__rouse(&fs->next, 0, 0))
		fs->taken = false;
}

typedef ssize_t	 move_fn(struct green_file *, const struct iovec *, int, off_t);

/* Also when the stream was closed meanwhile: that waits for who is inside. */
static ssize_t
move(struct file_stream *fs, move_fn *fn, const struct iovec *iov, int n)
{
	struct green_file *f;
	ssize_t rc = -1;

	if (take_turn(fs) == -1)
		return (-1);
	if ((f = fs->file) == NULL)
		(void)green__fail(EBADF);
	else if (green__use_enter(&f->use, USE_TOGETHER) == 0) {
		rc = fn(f, iov, n, FILE_POSITION);
		green__use_leave(&f->use, USE_TOGETHER);
	}
	give_turn(fs);
	return (rc);
}

static ssize_t
file_receive(struct green_stream *s, void *buf, size_t max)
{
	struct iovec iov = { buf, max };

	return (move(stream_of(s), green__file_read, &iov, 1));
}

static int
file_sendv(struct green_stream *s, const struct iovec *iov, int n)
{
	return ((int)move(stream_of(s), green__file_write, iov, n));
}

static int
file_send(struct green_stream *s, const void *buf, size_t len)
{
	struct iovec iov = { (void *)(uintptr_t)buf, len };

	return (file_sendv(s, &iov, 1));
}

/* What is written has its end where it ends. */
static int
file_send_eof(struct green_stream *s)
{
	(void)s;
	return (green__fail(ENOTSUP));
}

static int
file_close(struct green_stream *s, bool abort)
{
	struct file_stream *fs = stream_of(s);
	struct green_file *f = fs->file;

	(void)abort;
	fs->file = NULL;
	(void)green__rouse(&fs->next, -1, EBADF);
	return (green_file_close(f));
}

static void
file_free(struct green_stream *s)
{
	free(stream_of(s));
}

static int
file_attr(struct green_stream *s, enum green_attr a, void *value, size_t size)
{
	const struct green_file *f = stream_of(s)->file;

	if (a == GREEN_ATTR_FD)
		return (green__attr_copy(value, size, &f->fd, sizeof(f->fd)));
	if (a == GREEN_ATTR_PATH && f->path != NULL)
		return (green__attr_copy(value, size, &f->path,
		    sizeof(f->path)));
	return (green__fail(ENOTSUP));
}

static const struct green__stream_ops file_ops = {
	.receive = file_receive,
	.send = file_send,
	.sendv = file_sendv,
	.send_eof = file_send_eof,
	.close = file_close,
	.free = file_free,
	.attr = file_attr
};

/* What lines have read ahead comes first. */
static int
put_ahead(struct file_stream *fs)
{
	struct green__ahead *a = &fs->file->ahead;
	size_t kept = a->end - a->start;

	return (kept == 0 ? 0 :
	    green__frame_put(&fs->stream, a->buf + a->start, kept));
}

struct green_stream *
green_file_stream(struct green_file *f)
{
	struct file_stream *fs = calloc(1, sizeof(*fs));

	if (fs != NULL) {
		green__stream_init(&fs->stream, &file_ops);
		fs->file = f;
		fs->in_turns = lseek(f->fd, 0, SEEK_CUR) != -1;
		if (put_ahead(fs) == 0)
			return (&fs->stream);
		free(fs);
	}
	(void)green_file_close(f);
	(void)green__fail(ENOMEM);
	return (NULL);
}
