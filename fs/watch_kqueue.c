/*
 * Watching a tree by kqueue, which tells that a directory or a file has
 * changed, but not how: what it tells of is compared with what was there
 * (watch_tree.c). Each directory and each file needs a descriptor.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <sys/types.h>
#include <sys/event.h>
#include <sys/time.h>

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "watch_tree.h"

#define EVENTS	64

#ifdef O_EVTONLY
#define FOR_EVENTS	O_EVTONLY	/* it does not keep a volume mounted */
#else
#define FOR_EVENTS	O_RDONLY
#endif

struct vnodes {
	struct green_watch watch;
	struct green__fd fd;
	int	 kq;			/* its number */
	struct green__tree tree;
	struct green__entry **entry;	/* by descriptor */
	size_t	 nentries;
};

static struct vnodes *
of(struct green_watch *w)
{
	return (GREEN__CONTAINER(w, struct vnodes, watch));
}

static int
reserve(struct vnodes *v, int fd)
{
	size_t n = v->nentries == 0 ? 64 : v->nentries;
	struct green__entry **entry;

	while (n <= (size_t)fd)
		n *= 2;
	if (n == v->nentries)
		return (0);
	entry = reallocarray(v->entry, n, sizeof(*entry));
	if (entry == NULL)
		return (-1);
	memset(entry + v->nentries, 0, (n - v->nentries) * sizeof(*entry));
	v->entry = entry;
	v->nentries = n;
	return (0);
}

/* In a worker. */
static int
enter(struct green__tree *t, struct green__entry *e, const char *path)
{
	struct vnodes *v = GREEN__CONTAINER(t, struct vnodes, tree);
	struct kevent k;
	struct stat st;
	int error, fd;

	if (path == NULL) {
		v->entry[e->fd] = e;
		return (e->fd);
	}
	/* Whatever else has this name by now, opening it must not block. */
	fd = open(path, FOR_EVENTS | O_NONBLOCK | O_CLOEXEC |
	    (e->parent == NULL ? 0 : O_NOFOLLOW));
	if (fd == -1)
		return (-1);
	memset(&k, 0, sizeof(k));
	EV_SET(&k, (uintptr_t)fd, EVFILT_VNODE, EV_ADD | EV_CLEAR,
	    NOTE_WRITE | NOTE_EXTEND | NOTE_ATTRIB | NOTE_DELETE | NOTE_RENAME |
	    NOTE_LINK, 0, 0);
	if (fstat(fd, &st) == -1 || reserve(v, fd) == -1 ||
	    kevent(v->kq, &k, 1, NULL, 0, NULL) == -1) {
		error = errno;
		close(fd);
		errno = error;
		return (-1);
	}
	/* Another than was seen: what has become of that is told by its parent.
	   */
	if (st.st_ino != e->st.st_ino || st.st_dev != e->st.st_dev) {
		close(fd);
		errno = ENOENT;
		return (-1);
	}
	v->entry[fd] = e;
	return (fd);
}

/* The kernel forgets what is closed. */
static void
leave(struct green__tree *t, struct green__entry *e)
{
	struct vnodes *v = GREEN__CONTAINER(t, struct vnodes, tree);

	v->entry[e->fd] = NULL;
	close(e->fd);
	e->fd = -1;
}

static int
do_close(void *arg)
{
	struct vnodes *v = arg;
	int rc;

	green__tree_close(&v->tree);
	rc = close(v->kq);
	v->kq = -1;
	return (rc);
}

/* errno of a failure before it stays. */
static int
close_vnodes(struct green_watch *watch)
{
	struct vnodes *v = of(watch);
	int rc;

	if (v->fd.fd != -1)
		(void)green__fd_close(&v->fd);
	rc = green__to_thread_shielded(green_file_limiter(), do_close, v);
	/* There is no worker. */
	if (v->kq != -1)
		rc = do_close(v);
	free(v->entry);
	free(v);
	return (rc);
}

static struct green_watch *
open_vnodes(const char *path, const struct green_watch_options *opt)
{
	struct vnodes *v = calloc(1, sizeof(*v));
	int error;

	if (v == NULL) {
		(void)green__fail(ENOMEM);
		return (NULL);
	}
	if ((v->kq = kqueue()) == -1) {
		(void)green__fail(errno);
		free(v);
		return (NULL);
	}
	(void)fcntl(v->kq, F_SETFD, FD_CLOEXEC);
	v->tree.enter = enter;
	v->tree.leave = leave;
	if (green__fd_open(&v->fd, v->kq) == 0 &&
	    green__tree_open(&v->tree, path, opt) == 0) {
		do
			if (green__path_work(green__tree_look, &v->tree) == -1)
				goto fail;
		while (green__tree_is_due(&v->tree) && !v->tree.existing);
		v->tree.opening = false;
		return (&v->watch);
	}
fail:
	error = errno;
	(void)close_vnodes(&v->watch);
	errno = error;
	return (NULL);
}

/* What has changed is due; how many there were. */
static int
take(struct vnodes *v)
{
	static const struct timespec now = { 0, 0 };
	struct kevent k[EVENTS];
	size_t fd;
	int i, n;

	n = kevent(v->kq, NULL, 0, k, EVENTS, &now);
	for (i = 0; i < n; i++) {
		fd = (size_t)k[i].ident;
		if (fd < v->nentries && v->entry[fd] != NULL)
			green__tree_due(&v->tree, v->entry[fd]);
	}
	return (n);
}

static int
next_vnodes(struct green_watch *w, struct green_watch_event *e)
{
	struct vnodes *v = of(w);
	int n;

	for (;;) {
		if (green__tree_next(&v->tree, e) == 1)
			return (1);
		/* All that there is by now, so that both ends of a rename are
		   seen. */
		while ((n = take(v)) > 0)
			;
		if (n == -1 && errno != EINTR)
			return (green__fail(errno));
		if (green__tree_is_due(&v->tree)) {
			if (green__path_work(green__tree_look, &v->tree) == -1)
				return (-1);
			continue;
		}
		green__fd_drained(&v->fd, GREEN__READ, true);
		/* What came before that was no edge any more. */
		if ((n = take(v)) > 0)
			continue;
		if (green__fd_wait(&v->fd, GREEN__READ) == -1)
			return (-1);
	}
}

static void
stop_vnodes(struct green_watch *w)
{
	(void)green__fd_close(&of(w)->fd);
}

const struct green__watch_ops green__watch_kqueue = {
	.name = "kqueue",
	.open = open_vnodes,
	.next = next_vnodes,
	.stop = stop_vnodes,
	.close = close_vnodes
};
