/*
 * Descriptors.  A loop knows each by its number: its own ones from open to close,
 * and foreign ones once a task has waited for them (fd_wait.c), kept for the next
 * time.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <stdlib.h>

#include "internal.h"

#define TABLE_MIN	64

/* Make room for a number.  ENOMEM */
static int
reserve(struct loop *l, int fd)
{
	struct green__fd **fds;
	size_t i, n = l->nfds < TABLE_MIN ? TABLE_MIN : l->nfds;

	if ((size_t)fd < l->nfds)
		return (0);
	while (n <= (size_t)fd)
		n *= 2;
	if ((fds = reallocarray(l->fds, n, sizeof(*fds))) == NULL)
		return (-1);
	for (i = l->nfds; i < n; i++)
		fds[i] = NULL;
	l->fds = fds;
	l->nfds = n;
	return (0);
}

/* A foreign descriptor that has got an owner: its number meant another file. */
static void
evict(struct loop *l, struct green__fd *f)
{
	green__fd_abandon(f);
	l->fds[f->fd] = NULL;
	free(f);
}

int
green__fd_open(struct green__fd *f, int fd)
{
	struct loop *l = green__loop;
	struct green__fd *old;

	if (l == NULL)
		return (green__fail(EPERM));
	if (fd < 0)
		return (green__fail(EBADF));
	if (reserve(l, fd) == -1)
		return (green__fail(ENOMEM));
	if ((old = l->fds[fd]) != NULL) {
		if ((old->flags & GREEN__FD_FOREIGN) == 0)
			return (green__fail(EBUSY));
		evict(l, old);
	}
	*f = (struct green__fd){
		.fd = fd,
		.ready = GREEN__READ | GREEN__WRITE,
		.flags = l->ops->edges ? GREEN__FD_EDGES : 0,
		.loop = l
	};
	if (l->ops->attach(l->reactor, f) == -1) {
		if (errno != EPERM) {
			f->fd = -1;
			return (green__fail(errno));
		}
		f->flags |= GREEN__FD_ALWAYS;
	}
	l->fds[fd] = f;
	return (0);
}

int
green__fd_close(struct green__fd *f)
{
	struct loop *l = f->loop;
	int fd = f->fd, error = errno;

	if (fd == -1)
		return (green__fail(EBADF));
	if (l != NULL) {
		green__fd_abandon(f);
		if (f->watcher != NULL)
			l->waiting_fds--;
		if ((f->flags & GREEN__FD_ALWAYS) == 0)
			l->ops->detach(l->reactor, f);
		l->fds[fd] = NULL;
	}
	f->fd = -1;
	errno = error;
	return (fd);
}

struct green__fd *
green__fd_foreign(int fd)
{
	struct loop *l = green__loop;
	struct green__fd *f;

	if (reserve(l, fd) == -1)
		return (NULL);
	if ((f = l->fds[fd]) == NULL && (f = calloc(1, sizeof(*f))) != NULL) {
		f->fd = fd;
		f->flags = GREEN__FD_FOREIGN;
		f->loop = l;
		l->fds[fd] = f;
	}
	return (f);
}

void
green__fd_closing(int fd)
{
	struct green__fd *f;

	if (green__loop != NULL && (f = green__fd_find(fd)) != NULL)
		green__fd_abandon(f);
}

void
green__fds_free(struct loop *l)
{
	struct green__fd *f;
	size_t i;

	for (i = 0; i < l->nfds; i++) {
		if ((f = l->fds[i]) == NULL)
			continue;
		if (f->flags & GREEN__FD_FOREIGN) {
			free(f);
			continue;
		}
		/* It outlives its loop: closing it is all that is left. */
		if ((f->flags & GREEN__FD_ALWAYS) == 0)
			l->ops->detach(l->reactor, f);
		f->loop = NULL;
	}
	free(l->fds);
}
