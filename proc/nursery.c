/*
 * The nursery.  It is forked while the process has one thread, as after that no
 * child could be trusted: another thread may hold a lock at the moment of the
 * fork, for ever then.  It does two things that it is asked for over a socket,
 * one after the other: it forks a worker, and it ends one and tells how that
 * ended. It belongs to nobody's children, and ends with the process.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <sys/types.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <green/process.h>

#include "green/internal.h"

#include "exec.h"
#include "nursery.h"

struct request {
	pid_t	 end;			/* 0: fork one, for the descriptor with it */
};
struct reply {
	pid_t	 pid;			/* -1: failed */
	int	 error;
	int	 status;
};

static struct {
	pthread_mutex_t lock;
	int	 fd;			/* to it; -1: there is none */
	pid_t	 owner;			/* the process that it is for */
} nursery = { .lock = PTHREAD_MUTEX_INITIALIZER, .fd = -1 };

/* A message that one descriptor may come along with. */
struct message {
	struct iovec iov;
	struct msghdr header;
	union {
		struct cmsghdr align;
		char	 buf[CMSG_SPACE(sizeof(int))];
	} control;
};

static void
message_init(struct message *m, void *data, size_t len, bool along)
{
	memset(m, 0, sizeof(*m));
	m->iov.iov_base = data;
	m->iov.iov_len = len;
	m->header.msg_iov = &m->iov;
	m->header.msg_iovlen = 1;
	if (along) {
		m->header.msg_control = m->control.buf;
		m->header.msg_controllen = sizeof(m->control.buf);
	}
}

/* The program's end. */

static int
ask(const struct request *q, int along, struct reply *r)
{
	struct request copy = *q;
	struct message m;
	struct cmsghdr *c;
	ssize_t n;

	message_init(&m, &copy, sizeof(copy), along != -1);
	if (along != -1) {
		c = CMSG_FIRSTHDR(&m.header);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof(along));
		memcpy(CMSG_DATA(c), &along, sizeof(along));
	}
	/* Both are small enough to go as a whole. */
	while ((n = sendmsg(nursery.fd, &m.header, GREEN_SEND_FLAGS)) == -1 &&
	    errno == EINTR)
		continue;
	if (n == -1)
		return (-1);
	while ((n = recv(nursery.fd, r, sizeof(*r), MSG_WAITALL)) == -1 &&
	    errno == EINTR)
		continue;
	if (n != (ssize_t)sizeof(*r)) {
		errno = n == -1 ? errno : EPIPE;
		return (-1);
	}
	errno = r->error;
	return (r->pid == -1 ? -1 : 0);
}

pid_t
green__nursery_fork(int fd)
{
	const struct request q = { .end = 0 };
	struct reply r;
	int rc;

	pthread_mutex_lock(&nursery.lock);
	rc = ask(&q, fd, &r);
	pthread_mutex_unlock(&nursery.lock);
	return (rc == -1 ? -1 : r.pid);
}

int
green__nursery_end(pid_t pid, int *status)
{
	const struct request q = { .end = pid };
	struct reply r;
	int rc;

	pthread_mutex_lock(&nursery.lock);
	rc = ask(&q, -1, &r);
	pthread_mutex_unlock(&nursery.lock);
	if (rc == 0)
		*status = r.status;
	return (rc);
}

/* The nursery's end.  It has one thread, and may take its time. */

static int
hear(int fd, struct request *q, int *along)
{
	struct message m;
	struct cmsghdr *c;
	ssize_t n;

	*along = -1;
	message_init(&m, q, sizeof(*q), true);
	while ((n = recvmsg(fd, &m.header, MSG_WAITALL)) == -1 &&
	    errno == EINTR)
		continue;
	c = CMSG_FIRSTHDR(&m.header);
	if (c != NULL && c->cmsg_type == SCM_RIGHTS)
		memcpy(along, CMSG_DATA(c), sizeof(*along));
	return (n == (ssize_t)sizeof(*q) ? 0 : -1);
}

static struct reply
bear(int mine, int fd)
{
	struct reply r = { .pid = fork() };

	if (r.pid == 0) {
		(void)close(mine);
		green__worker_serve(fd);
		_exit(0);
	}
	r.error = errno;
	return (r);
}

static struct reply
bury(pid_t pid)
{
	struct reply r = { .pid = pid };

	(void)kill(pid, SIGKILL);
	while (waitpid(pid, &r.status, 0) == -1)
		if (errno != EINTR)
			return ((struct reply){ .pid = -1, .error = errno });
	return (r);
}

static void
live(int fd)
{
	struct request q;
	struct reply r;
	int along;

	while (hear(fd, &q, &along) == 0) {
		r = q.end == 0 ? bear(fd, along) : bury(q.end);
		if (along != -1)
			(void)close(along);
		while (write(fd, &r, sizeof(r)) == -1 && errno == EINTR)
			continue;
	}
	/* The program has ended; its workers see that for themselves. */
	_exit(0);
}

/* Nothing stays open that is the program's, and no key pressed reaches it. */
static void
settle_in(int fd)
{
	int null, i;

	(void)setpgid(0, 0);
	if ((null = open("/dev/null", O_RDWR)) != -1)
		for (i = 0; i < 2; i++)
			(void)dup2(null, i);
	green__close_all_but(&fd, 1);
	(void)fcntl(fd, F_SETFL, 0);
}

/* By way of a child that ends at once, so that it is nobody's. */
static int
give_birth(int fd[2])
{
	int status;
	pid_t pid;

	if ((pid = fork()) == -1)
		return (-1);
	if (pid == 0) {
		(void)close(fd[0]);
		pid = fork();
		if (pid == 0) {
			settle_in(fd[1]);
			live(fd[1]);
		}
		_exit(pid == -1 ? 1 : 0);
	}
	while (waitpid(pid, &status, 0) == -1)
		if (errno != EINTR)
			return (-1);
	errno = EAGAIN;
	return (status == 0 ? 0 : -1);
}

/* With the lock. */
static int
make(void)
{
	int fd[2], error;

	if (!green__single_threaded())
		return (green__failx(ENOTSUP, "the process has threads already: "
		    "call green_process_prepare() before the first"));
	if (green__socket_pair(fd) == -1)
		return (green__fail(errno));
	if (give_birth(fd) == -1) {
		error = errno;
		(void)close(fd[0]);
		(void)close(fd[1]);
		return (green__fail(error));
	}
	(void)close(fd[1]);
	nursery.fd = fd[0];
	nursery.owner = getpid();
	return (0);
}

/* Whoever had it at that moment, to make the nursery or to ask it, is none of
   the child's. */
static void
after_fork_in_child(void)
{
	pthread_mutex_init(&nursery.lock, NULL);
}

static void
prepare(void)
{
	(void)pthread_atfork(NULL, NULL, after_fork_in_child);
}

int
green__nursery_open(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	int rc = 0;

	pthread_once(&once, prepare);
	pthread_mutex_lock(&nursery.lock);
	if (nursery.fd != -1 && nursery.owner != getpid()) {
		/* The parent's, after a fork: it is none of ours. */
		(void)close(nursery.fd);
		nursery.fd = -1;
	}
	if (nursery.fd == -1)
		rc = make();
	pthread_mutex_unlock(&nursery.lock);
	return (rc);
}

int
green_process_prepare(void)
{
	return (green__nursery_open());
}
