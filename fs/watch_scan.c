/*
 * Putting the directories of a tree under watch, in a worker.  A directory is
 * watched before it is read, so that nothing falls in between; what may be in
 * both is told once, which inotify's queue decides: once it is used up to where
 * it was after the reading, there can be no more of that.
 *
 * A path leads to another directory as soon as one above is renamed.  If it
 * does, or leads nowhere, the queue has the reason, and the directory is tried
 * again when that is used up; without a reason there, it has gone beyond the
 * root's reach.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <sys/inotify.h>
#include <sys/ioctl.h>

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <green/path.h>

#include "watch_inotify.h"

#define BATCH	4096			/* names a trip, or little more */

/* How much of the queue is there now. */
static uint64_t
queued(const struct green__inotify *w)
{
	int n = 0;

	(void)ioctl(w->queue, FIONREAD, &n);
	return (w->used + (w->end - w->start) + (uint64_t)n);
}

static int
add_watch(struct green__inotify *w, const struct green__dir *d)
{
	uint32_t mask = w->mask | IN_ONLYDIR;

	if (d->parent == NULL)
		mask |= IN_DELETE_SELF | IN_MOVE_SELF;
	else
		mask |= IN_DONT_FOLLOW;
	return (inotify_add_watch(w->queue, w->scan_path, mask));
}

static int
open_dir(const struct green__inotify *w, const struct green__dir *d)
{
	return (open(w->scan_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC |
	    (d->parent == NULL ? 0 : O_NOFOLLOW)));
}

/* number is d's, and no longer that of where it was before. */
static int
take_number(struct green__inotify *w, struct green__dir *d, int number)
{
	struct green__dir *o = green__dir_by_number(&w->dirs, number);

	/* A directory below itself: it is mounted there. */
	if (o != NULL && o != d && green__dir_within(d, o)) {
		errno = ELOOP;
		return (-1);
	}
	if (o != NULL && o != d) {
		green__dir_drop(&w->dirs, o);
		o->number = -1;
		if (w->anew == o)
			w->anew = w->dirs.root;
	}
	green__dir_number(&w->dirs, d, number);
	return (0);
}

static int
read_names(struct green__inotify *w, struct green__dir *d, int fd)
{
	const struct green__name *n;
	unsigned char *type;
	size_t i;

	if (green__names_read(&d->names, fd, NAMES_BY_NAME) == -1)
		return (-1);
	for (i = 0; i < d->names.n; i++) {
		n = &d->names.name[i];
		type = green__name_type(n);
		if (*type == DT_UNKNOWN)
			*type = green__type_at(fd, n->name);
		if (*type == DT_DIR && !w->shallow &&
		    green__dir_by_name(&w->dirs, d, n->name) == NULL &&
		    green__dir_new(&w->dirs, d, n->name) == NULL)
			return (-1);
	}
	return (0);
}

/* -1: errno says why it is not watched. */
static int
watch(struct green__inotify *w, struct green__dir *d)
{
	int error, fd, number, rc;

	if (green__dir_path(d, NULL, &w->scan_path, &w->scan_room) == -1 ||
	    (number = add_watch(w, d)) == -1 ||
	    take_number(w, d, number) == -1 || (fd = open_dir(w, d)) == -1)
		return (-1);
	/* Is that the same still? */
	rc = add_watch(w, d);
	if (rc != -1 && rc != number) {
		if (green__dir_by_number(&w->dirs, rc) == NULL)
			(void)inotify_rm_watch(w->queue, rc);
		errno = ENOENT;
		rc = -1;
	}
	if (rc != -1)
		rc = read_names(w, d, fd);
	error = errno;
	close(fd);
	errno = error;
	return (rc == -1 ? -1 : 0);
}

static bool
moved_away(int error)
{
	return (error == ENOENT || error == ENOTDIR || error == ELOOP);
}

/* It is not watched, for now or for good; false: it stays as it is. */
static bool
put_off(struct green__inotify *w, struct green__dir *d, int error)
{
	green__dir_forget_names(&w->dirs, d);
	if (d->parent != NULL && moved_away(error)) {
		d->until = queued(w);
		if (d->until > w->used) {
			d->quiet = false;
			d->again = true;
			green__dir_put(&w->dirs, d, DIR_LATER);
			return (true);
		}
	}
	if (error == ENOMEM || (w->opening && (d->parent == NULL ||
	    error == ENOSPC || error == EMFILE || error == ENFILE)))
		return (false);
	d->error = error;
	green__dir_put(&w->dirs, d, DIR_READ);
	return (true);
}

static void
settle(struct green__inotify *w, struct green__dir *d)
{
	d->error = 0;
	d->again = false;
	d->until = queued(w);
	if (d->quiet) {
		d->quiet = false;
		green__dir_forget_names(&w->dirs, d);
		green__dir_put(&w->dirs, d, DIR_KNOWN);
		return;
	}
	green__dir_put(&w->dirs, d, DIR_READ);
}

/* What is not in the tree any more, unless it is again, elsewhere. */
static void
sweep(struct green__inotify *w)
{
	struct green__dir *d;

	while ((d = TAILQ_FIRST(&w->dirs.list[DIR_DROPPED])) != NULL) {
		if (d->number != -1 &&
		    green__dir_by_number(&w->dirs, d->number) == NULL)
			(void)inotify_rm_watch(w->queue, d->number);
		green__dir_free(&w->dirs, d);
	}
}

int
green__watch_scan(void *arg)
{
	struct green__inotify *w = arg;
	struct green__dir *d;
	size_t n = 0;

	while (n < BATCH &&
	    (d = TAILQ_FIRST(&w->dirs.list[DIR_PENDING])) != NULL) {
		if (green_thread_check_cancelled() == -1)
			return (-1);
		if (watch(w, d) == 0) {
			n += d->names.n + 1;
			settle(w, d);
		} else if (!put_off(w, d, errno))
			return (-1);
	}
	if (TAILQ_EMPTY(&w->dirs.list[DIR_PENDING]))
		sweep(w);
	return (0);
}
