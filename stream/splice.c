/*
 * Moving bytes from socket to socket without looking at them, by splice(2)
 * through a pipe.  A pipe belongs to a copy only while there is something in
 * it: in between, a few are kept for the loop.  What cannot be sent comes back
 * into the buffer of the stream it came from, where room was made before.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include <green/local.h>

#include "internal.h"
#include "quiet.h"

#define FLAGS	(SPLICE_F_MOVE | SPLICE_F_NONBLOCK)
#define SPARE	8		/* pipes that a loop keeps */

struct pipes {
	int	 n;
	int	 fd[SPARE][2];
};

static struct green_key key;		/* of a loop's spare pipes */
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void
close_pipe(const int fd[2])
{
	(void)close(fd[0]);
	(void)close(fd[1]);
}

static void
close_pipes(void *arg)
{
	struct pipes *p = arg;

	while (p->n > 0)
		close_pipe(p->fd[--p->n]);
	free(p);
}

/* Without a key nothing is spared. */
static void
create_key(void)
{
	if (green_key_create(&key, close_pipes, 0) == -1)
		key = (struct green_key){ 0 };
}

/* An empty pipe.  EMFILE, ENFILE */
static int
take_pipe(int fd[2])
{
	struct pipes *p;

	(void)pthread_once(&once, create_key);
	if ((p = green_loop_local_get(key)) != NULL && p->n > 0) {
		p->n--;
		fd[0] = p->fd[p->n][0];
		fd[1] = p->fd[p->n][1];
		return (0);
	}
	if (pipe2(fd, O_CLOEXEC | O_NONBLOCK) == -1)
		return (-1);
	/* The kernel may have reasons to leave it at what it is. */
	(void)fcntl(fd[1], F_SETPIPE_SZ, (int)GREEN__SPLICE);
	return (0);
}

/* It is empty again. */
static void
give_pipe(const int fd[2])
{
	struct pipes *p = green_loop_local_get(key);

	if (p == NULL && (p = calloc(1, sizeof(*p))) != NULL &&
	    green_loop_local_set(key, p) == -1) {
		free(p);
		p = NULL;
	}
	if (p == NULL || p->n == SPARE) {
		close_pipe(fd);
		return;
	}
	p->fd[p->n][0] = fd[0];
	p->fd[p->n][1] = fd[1];
	p->n++;
}

/* What is left in the pipe, into the buffer that is empty and large enough. */
static void
take_back(struct green_stream *from, int fd, size_t left)
{
	ssize_t n;

	from->start = from->end = 0;
	while (left > 0) {
		n = read(fd, from->buf + from->end, left);
		if (n == -1 && errno == EINTR)
			continue;
		if (n <= 0)
			green__die("a pipe of one's own gives nothing back");
		from->end += (size_t)n;
		left -= (size_t)n;
	}
}

static ssize_t
move(int from, int to, size_t len, bool quietly)
{
	struct green__quiet q;
	ssize_t n;

	if (quietly)
		green__quiet_begin(&q);
	do
		n = splice(from, NULL, to, NULL, len, FLAGS);
	while (n == -1 && errno == EINTR);
	if (quietly)
		green__quiet_end(&q, n == -1 && errno == EPIPE);
	return (n);
}

/* Send all that is in the pipe; what is left, in *left. */
static int
send(struct green__copy *c, struct green__fd *to, int fd, size_t *left)
{
	ssize_t n;

	while (*left > 0) {
		if (green__io_await(to, GREEN__WRITE) == -1)
			return (-1);
		if ((n = move(fd, to->fd, *left, true)) > 0) {
			*left -= (size_t)n;
			green__copy_moved(c, (size_t)n);
		} else if (n == 0 || errno != EAGAIN)
			return (green__fail(n == 0 ? EPIPE : errno));
		else
			green__fd_drained(to, GREEN__WRITE, true);
	}
	return (0);
}

/* Through the pipe.  0: the end, which is for others to see; EAGAIN. */
static ssize_t
through(struct green__copy *c, struct green__fd *from, struct green__fd *to,
    const int fd[2])
{
	ssize_t n = move(from->fd, fd[1], GREEN__SPLICE, false);
	size_t left;
	int error;

	if (n <= 0)
		return (n);
	left = (size_t)n;
	c->sending = true;
	if (send(c, to, fd[0], &left) == 0) {
		c->sending = false;
		return (n);
	}
	error = errno;
	take_back(c->from, fd[0], left);
	errno = error;
	return (-1);
}

/* The same with a pipe that is there only for that. */
static ssize_t
move_on(struct green__copy *c, struct green__fd *from, struct green__fd *to)
{
	int fd[2], error;
	ssize_t n;

	if (take_pipe(fd) == -1)
		return (0);
	n = through(c, from, to, fd);
	error = errno;
	give_pipe(fd);
	errno = error;
	return (n);
}

ssize_t
green__splice(struct green__copy *c, bool *never)
{
	struct green__fd *from = green__stream_fd(c->from);
	struct green__fd *to = green__stream_fd(c->to);
	ssize_t n;

	*never = from == NULL || to == NULL;
	if (*never || green__frame_reserve(c->from, GREEN__SPLICE) == -1)
		return (0);
	for (;;) {
		if (green__io_await(from, GREEN__READ) == -1)
			return (-1);
		if ((n = move_on(c, from, to)) != -1)
			return (n);
		if (errno != EAGAIN)
			break;
		green__fd_drained(from, GREEN__READ, true);
	}
	*never = errno == EINVAL || errno == ENOSYS;
	return (*never ? 0 : green__fail(errno));
}
