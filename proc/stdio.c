/*
 * The first three descriptors of a child, and the streams at this end of them.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <fcntl.h>
#include <unistd.h>

#include "green/pipe.h"
#include "stream/internal.h"

#include "internal.h"

#define NULL_DEVICE	"/dev/null"

/* One end of a pipe for the child, the other a stream. */
static int
open_pipe(struct green__stdio *s, int i)
{
	int fd[2], here = i == 0 ? 1 : 0;

	if (green__pipe(fd) == -1)
		return (green__fail(errno));
	s->theirs[i] = fd[!here];
	if ((s->stream[i] = green__fd_stream(fd[here])) == NULL) {
		(void)close(fd[here]);
		return (-1);
	}
	green__stream_own(s->stream[i], &s->stream[i]);
	return (0);
}

static int
open_null(struct green__stdio *s, int i)
{
	s->theirs[i] = open(NULL_DEVICE, O_RDWR | O_CLOEXEC);
	return (s->theirs[i] == -1 ? green__fail(errno) : 0);
}

/* The first to ask for a terminal makes it; e->fd tells the others. */
static int
open_terminal(struct green__stdio *s, struct green__exec *e, int i,
    const struct green_process_options *opt)
{
	int first;

	s->on_terminal[i] = true;
	for (first = 0; !s->on_terminal[first]; first++)
		continue;
	if (first < i) {
		e->fd[i] = e->fd[first];
		return (0);
	}
	s->terminal = green__terminal_open(&s->theirs[i], opt->rows,
	    opt->columns);
	if (s->terminal == NULL)
		return (-1);
	green__stream_own(s->terminal, &s->terminal);
	e->fd[i] = s->theirs[i];
	e->terminal = e->fd[i];
	return (0);
}

static int
open_one(struct green__stdio *s, struct green__exec *e, int i,
    enum green_stdio how, int fd, const struct green_process_options *opt)
{
	static const char *const names[] = { "in", "out", "err" };

	switch (how) {
	case GREEN_STDIO_DEFAULT:
	case GREEN_STDIO_INHERIT:
		return (0);
	case GREEN_STDIO_PIPE:
		if (open_pipe(s, i) == -1)
			return (-1);
		e->fd[i] = s->theirs[i];
		return (0);
	case GREEN_STDIO_NULL:
		if (open_null(s, i) == -1)
			return (-1);
		e->fd[i] = s->theirs[i];
		return (0);
	case GREEN_STDIO_FD:
		if (fcntl(fd, F_GETFD) == -1)
			return (green__failx(EBADF, "%s_fd: %d is not open",
			    names[i], fd));
		e->fd[i] = fd;
		return (0);
	case GREEN_STDIO_STDOUT:
		if (i != 2)
			break;
		/* Where the parent's own goes, if stdout is inherited. */
		e->fd[2] = e->fd[1] == -1 ? 1 : e->fd[1];
		s->on_terminal[2] = s->on_terminal[1];
		return (0);
	case GREEN_STDIO_PTY:
		return (open_terminal(s, e, i, opt));
	}
	return (green__failx(EINVAL, "%s: there is no such way for it",
	    names[i]));
}

int
green__stdio_open(struct green__stdio *s, struct green__exec *e,
    const struct green_process_options *opt)
{
	int i;

	*s = (struct green__stdio){ .theirs = { -1, -1, -1 } };
	for (i = 0; i < 3; i++)
		e->fd[i] = -1;
	if (open_one(s, e, 0, opt->in, opt->in_fd, opt) == 0 &&
	    open_one(s, e, 1, opt->out, opt->out_fd, opt) == 0 &&
	    open_one(s, e, 2, opt->err, opt->err_fd, opt) == 0)
		return (0);
	green__stdio_release(s);
	green__stdio_close(s);
	return (-1);
}

void
green__stdio_release(struct green__stdio *s)
{
	int i, error = errno;

	for (i = 0; i < 3; i++) {
		if (s->theirs[i] != -1)
			(void)close(s->theirs[i]);
		s->theirs[i] = -1;
	}
	errno = error;
}

void
green__stdio_close(struct green__stdio *s)
{
	int i, error = errno;

	for (i = 0; i < 3; i++)
		(void)green_stream_close(s->stream[i]);
	(void)green_stream_close(s->terminal);
	errno = error;
}
