/*
 * Watching a tree by inotify.  Directories are put under watch by workers
 * (watch_scan.c), and until that is done, and what they have is told, the queue
 * of events waits.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <sys/inotify.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "watch_inotify.h"

/* Names that are kept as the queue may tell of them again: so many, or a
   directory more.  Then the queue goes first. */
#define TOLD		((size_t)64 * 1024)

static struct green__inotify *
of(struct green_watch *w)
{
	return (GREEN__CONTAINER(w, struct green__inotify, watch));
}

/* Directories to be watched, or no more. */
static bool
has_work(const struct green__inotify *w)
{
	return (!TAILQ_EMPTY(&w->dirs.list[DIR_PENDING]) ||
	    !TAILQ_EMPTY(&w->dirs.list[DIR_DROPPED]));
}

static int
work(struct green__inotify *w)
{
	while (has_work(w) && TAILQ_EMPTY(&w->dirs.list[DIR_READ]))
		if (green__path_work(green__watch_scan, w) == -1)
			return (-1);
	return (0);
}

static void
free_watch(struct green__inotify *w)
{
	green__dirs_free(&w->dirs);
	free(w->scan_path);
	free(w->path);
	free(w->from);
	free(w);
}

static int
open_failed(int error)
{
	switch (error) {
	case ENOSPC:
		return (green__failx(ENOSPC, "more directories than the system "
		    "watches for a user (fs.inotify.max_user_watches)"));
	case EMFILE:
		return (green__failx(EMFILE, "out of descriptors, or of "
		    "watches for a user (fs.inotify.max_user_instances)"));
	default:
		return (green__fail(error));
	}
}

/* Everything below the root, without a word. */
static int
open_tree(struct green__inotify *w, const char *path)
{
	struct green__dir *root;
	bool slash;
	char *name;

	if (*path == '\0')
		return (green__fail(ENOENT));
	if ((name = green__path_trim(path, &slash)) == NULL)
		return (green__fail(ENOMEM));
	root = w->dirs.root = green__dir_new(&w->dirs, NULL, name);
	free(name);
	if (root == NULL)
		return (-1);
	root->quiet = !w->existing;
	w->opening = true;
	do
		if (green__path_work(green__watch_scan, w) == -1)
			return (open_failed(errno));
	while (has_work(w) && !w->existing);
	w->opening = false;
	return (0);
}

static struct green_watch *
open_inotify(const char *path, const struct green_watch_options *opt)
{
	struct green__inotify *w;
	int error, fd, i;

	if ((w = malloc(sizeof(*w))) == NULL) {
		(void)green__fail(ENOMEM);
		return (NULL);
	}
	/* The buffer need not be zeroed. */
	memset(w, 0, offsetof(struct green__inotify, buf));
	for (i = 0; i <= DIR_DROPPED; i++)
		TAILQ_INIT(&w->dirs.list[i]);
	w->shallow = opt->shallow;
	w->existing = opt->existing;
	w->last.to = -1;
	w->mask = IN_CREATE | IN_DELETE | IN_MODIFY | IN_MOVED_FROM |
	    IN_MOVED_TO | IN_EXCL_UNLINK | (opt->attributes ? IN_ATTRIB : 0);
	fd = w->queue = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (fd == -1) {
		(void)open_failed(errno);
		goto fail_inotify;
	}
	if (green__fd_open(&w->fd, fd) == -1)
		goto fail_fd;
	if (open_tree(w, path) == -1)
		goto fail_tree;
	return (&w->watch);
fail_tree:
	error = errno;
	(void)green__fd_close(&w->fd);
	errno = error;
fail_fd:
	error = errno;
	(void)green__close(NULL, fd);
	errno = error;
fail_inotify:
	error = errno;
	free_watch(w);
	errno = error;
	return (NULL);
}

/* Its names are told: they are kept as long as the queue may have them. */
static void
told_all(struct green__inotify *w, struct green__dir *d)
{
	if (d->until > w->used && d->names.n > 0) {
		green__dir_put(&w->dirs, d, DIR_LATER);
		return;
	}
	green__dir_forget_names(&w->dirs, d);
	green__dir_put(&w->dirs, d, DIR_KNOWN);
}

static int
tell_read(struct green__inotify *w, struct green_watch_event *e)
{
	struct green__dir *d;
	const struct green__name *n;

	while ((d = TAILQ_FIRST(&w->dirs.list[DIR_READ])) != NULL) {
		if (d->error != 0) {
			if (green__inotify_told(w, e, GREEN_WATCH_UNWATCHED, d,
			    NULL, true) == -1)
				return (-1);
			e->error = d->error;
			green__dir_put(&w->dirs, d, DIR_KNOWN);
			return (1);
		}
		if (d->next == d->names.n) {
			told_all(w, d);
			continue;
		}
		n = &d->names.name[d->next];
		if (green__inotify_told(w, e, GREEN_WATCH_CREATED, d, n->name,
		    *green__name_type(n) == DT_DIR) == -1)
			return (-1);
		d->next++;
		return (1);
	}
	return (0);
}

/* Nothing is to be told: the rest of what waits for the queue, or more of it.
   */
static int
await_more(struct green__inotify *w)
{
	ssize_t n = green__inotify_fill(w);

	if (n != 0)
		return (n == -1 ? -1 : 0);
	if (has_work(w))
		return (work(w));
	/* What comes after this has nothing to do with what came before. */
	w->last.to = -1;
	return (green__fd_wait(&w->fd, GREEN__READ));
}

static int
tell_overflow(struct green__inotify *w, struct green_watch_event *e)
{
	int rc = green__inotify_told(w, e, GREEN_WATCH_OVERFLOW, w->anew, NULL,
	    true);

	if (rc == 1)
		w->anew = NULL;
	return (rc);
}

static int
next_inotify(struct green_watch *watch, struct green_watch_event *e)
{
	struct green__inotify *w = of(watch);
	int rc;

	for (;;) {
		if (w->anew != NULL && (w->existing || !has_work(w)))
			return (tell_overflow(w, e));
		if ((rc = tell_read(w, e)) != 0)
			return (rc);
		if (has_work(w) && w->dirs.told < TOLD) {
			if (work(w) == -1)
				return (-1);
			continue;
		}
		if (w->start == w->end)
			rc = await_more(w);
		else
			rc = green__inotify_tell(w, e);
		if (rc != 0) {
			*e = rc == 1 ? *e : (struct green_watch_event){ 0 };
			return (rc);
		}
		*e = (struct green_watch_event){ 0 };
	}
}

static void
stop_inotify(struct green_watch *watch)
{
	(void)green__fd_close(&of(watch)->fd);
}

static int
close_inotify(struct green_watch *watch)
{
	struct green__inotify *w = of(watch);
	int rc;

	if (w->fd.fd != -1)
		(void)green__fd_close(&w->fd);
	rc = green__close(NULL, w->queue);
	free_watch(w);
	return (rc);
}

const struct green__watch_ops green__watch_inotify = {
	.name = "inotify",
	.open = open_inotify,
	.next = next_inotify,
	.stop = stop_inotify,
	.close = close_inotify
};
