/*
 * Watching a tree by inotify.  Its queue is read in the loop, which never
 * blocks; directories are put under watch by workers (watch_scan.c), and until
 * that is done, and what they have is told, the queue waits.
 *
 * The two halves of a rename come one soon after the other, but not at once.
 * Of a first half without a second, it is waited a little for that.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <sys/inotify.h>

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "watch_scan.h"

#define PATIENCE	(10 * GREEN_MSEC)
/* Names that are kept as the queue may tell of them again: so many, or a
   directory more.  Then the queue goes first. */
#define TOLD		((size_t)64 * 1024)
/* What one event may take. */
#define EVENT		(sizeof(struct inotify_event) + NAME_MAX + 1)

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

/*
 * What reading a directory has found.  1: told, 0: there is nothing, -1.
 */
static int
told(struct green__inotify *w, struct green_watch_event *e,
    enum green_watch_kind kind, const struct green__dir *d, const char *name,
    bool dir)
{
	if (green__dir_path(d, name, &w->path, &w->path_room) == -1)
		return (-1);
	e->kind = kind;
	e->path = w->path;
	e->dir = dir;
	return (1);
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
			if (told(w, e, GREEN_WATCH_UNWATCHED, d, NULL,
			    true) == -1)
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
		if (told(w, e, GREEN_WATCH_CREATED, d, n->name,
		    *green__name_type(n) == DT_DIR) == -1)
			return (-1);
		d->next++;
		return (1);
	}
	return (0);
}

/*
 * The queue.
 */

/* So much of it is used up; what waited for that goes on. */
static void
use(struct green__inotify *w, size_t n)
{
	struct green__dir *d;

	w->start += n;
	w->used += n;
	while ((d = TAILQ_FIRST(&w->dirs.list[DIR_LATER])) != NULL &&
	    d->until <= w->used) {
		green__dir_forget_names(&w->dirs, d);
		green__dir_put(&w->dirs, d, d->again ? DIR_PENDING : DIR_KNOWN);
	}
}

static struct inotify_event *
event_at(struct green__inotify *w, size_t at)
{
	return ((struct inotify_event *)(void *)(w->buf + at));
}

static size_t
size_of(const struct inotify_event *in)
{
	return (sizeof(*in) + in->len);
}

/* How many bytes more; 0: there are none now, or no room. */
static ssize_t
fill(struct green__inotify *w)
{
	ssize_t n;

	if (w->start > 0) {
		memmove(w->buf, w->buf + w->start, w->end - w->start);
		w->end -= w->start;
		w->start = 0;
	}
	if (WATCH_BUFFER - w->end < EVENT ||
	    !green__fd_can(&w->fd, GREEN__READ))
		return (0);
	do
		n = read(w->queue, w->buf + w->end, WATCH_BUFFER - w->end);
	while (n == -1 && errno == EINTR);
	if (n == -1 && errno == EAGAIN) {
		green__fd_drained(&w->fd, GREEN__READ, true);
		return (0);
	}
	if (n == -1)
		return (green__fail(errno));
	w->end += (size_t)n;
	return (n);
}

/* The second half of a rename; it is still to be used. */
static struct inotify_event *
second_half(struct green__inotify *w, const struct inotify_event *first)
{
	struct inotify_event *in;
	size_t at;

	for (at = w->start + size_of(first); at < w->end; at += size_of(in)) {
		in = event_at(w, at);
		if ((in->mask & IN_MOVED_TO) && in->cookie == first->cookie)
			return (in);
	}
	return (NULL);
}

/* In *second; NULL when it does not come.  -1: nothing is decided yet. */
static int
await_second_half(struct green__inotify *w, struct inotify_event **second)
{
	struct green__fd *fd = &w->fd;
	ssize_t n;

	for (;;) {
		*second = second_half(w, event_at(w, w->start));
		if (*second != NULL)
			break;
		if ((n = fill(w)) > 0)
			continue;
		if (n == -1)
			return (-1);
		if (WATCH_BUFFER - w->end < EVENT)
			break;
		if (w->patience == 0)
			w->patience = green__after(green__now(green__loop),
			    PATIENCE);
		if (green__fd_wait_any(&fd, 1, GREEN__READ, w->patience) == 0)
			continue;
		if (errno != ETIMEDOUT)
			return (-1);
		break;
	}
	w->patience = 0;
	return (0);
}

/* A directory has come, or something has come in a directory's place. */
static int
arrive(struct green__inotify *w, struct green__dir *d,
    const struct inotify_event *in)
{
	struct green__dir *c = green__dir_by_name(&w->dirs, d, in->name);

	if (c != NULL && (in->mask & IN_MOVED_TO)) {
		green__dir_drop(&w->dirs, c);
		c = NULL;
	}
	if (c != NULL || (in->mask & IN_ISDIR) == 0 || w->shallow)
		return (0);
	return (green__dir_new(&w->dirs, d, in->name) == NULL ? -1 : 0);
}

static void
depart(struct green__inotify *w, struct green__dir *d, const char *name)
{
	struct green__dir *c = green__dir_by_name(&w->dirs, d, name);

	(void)green__dir_told(d, name);
	if (c == NULL)
		return;
	if (w->anew != NULL && green__dir_within(w->anew, c))
		w->anew = w->dirs.root;
	green__dir_drop(&w->dirs, c);
}

/* What has been lost may be anything: the whole tree is watched anew. */
static void
begin_anew(struct green__inotify *w)
{
	struct green__dir *root = w->dirs.root;

	green__dir_drop(&w->dirs, root);
	green__dir_forget_names(&w->dirs, root);
	root->quiet = !w->existing;
	green__dir_put(&w->dirs, root, DIR_PENDING);
	w->anew = root;
}

/* Is it the one that the queue tells of?  It was read by its path, which may
   have led to another since. */
static bool
is_certain(const struct green__inotify *w, const struct green__dir *d)
{
	return (d->number != -1 && d->state != DIR_PENDING && !d->again &&
	    d->until <= w->used);
}

/* And so are all that are below it. */
static bool
are_certain(const struct green__inotify *w, const struct green__dir *top)
{
	const struct green__dir *d = top;

	for (;;) {
		if (!is_certain(w, d))
			return (false);
		if (!LIST_EMPTY(&d->children)) {
			d = LIST_FIRST(&d->children);
			continue;
		}
		while (d != top && LIST_NEXT(d, sibling) == NULL)
			d = d->parent;
		if (d == top)
			return (true);
		d = LIST_NEXT(d, sibling);
	}
}

/* The last rename; first NULL: from where is not known. */
static void
note_rename(struct green__inotify *w, const struct inotify_event *first,
    const struct inotify_event *second)
{
	if (second->cookie == w->last.cookie)
		return;
	w->last.cookie = second->cookie;
	w->last.from = first == NULL ? -1 : first->wd;
	w->last.to = second->wd;
	strlcpy(w->last.name, first == NULL ? "" : first->name,
	    sizeof(w->last.name));
	strlcpy(w->last.new_name, second->name, sizeof(w->last.new_name));
}

/*
 * Two that change places are two renames, there and back again: and that looks
 * the same as if the second had been replaced by the first.  Is this the way
 * back? second NULL: where to is not known.
 */
static bool
is_way_back(struct green__inotify *w, const struct inotify_event *first,
    const struct inotify_event *second)
{
	if (w->last.to != first->wd ||
	    strcmp(w->last.new_name, first->name) != 0)
		return (false);
	if (second == NULL || w->last.from == -1 ||
	    green__dir_by_number(&w->dirs, w->last.from) == NULL ||
	    green__dir_by_number(&w->dirs, second->wd) == NULL)
		return (true);
	return (w->last.from == second->wd &&
	    strcmp(w->last.name, second->name) == 0);
}

/* 0: its halves are to be told one by one. */
static int
tell_rename(struct green__inotify *w, struct green_watch_event *e,
    struct green__dir *d, const struct inotify_event *in,
    struct inotify_event *second)
{
	struct green__dir *to = green__dir_by_number(&w->dirs, second->wd);
	struct green__dir *c, *old;
	bool dir = (in->mask & IN_ISDIR) != 0;
	char *name = NULL;

	if (to == NULL)
		return (0);
	c = green__dir_by_name(&w->dirs, d, in->name);
	old = green__dir_by_name(&w->dirs, to, second->name);
	if (dir && !w->shallow && (c == NULL || !are_certain(w, c) ||
	    (old != NULL && !is_certain(w, old))))
		return (0);
	if (green__dir_path(d, in->name, &w->from, &w->from_room) == -1 ||
	    told(w, e, GREEN_WATCH_RENAMED, to, second->name, dir) == -1)
		return (-1);
	if (c != NULL && (name = strdup(second->name)) == NULL)
		return (green__fail(ENOMEM));
	e->from = w->from;
	(void)green__dir_told(d, in->name);
	(void)green__dir_told(to, second->name);
	if (c != NULL && old != NULL)
		green__dir_drop(&w->dirs, old);
	if (c != NULL)
		green__dir_move(&w->dirs, c, to, name);
	second->mask = 0;		/* it is told */
	return (1);
}

/* Of the root itself, or of what was mounted in the tree. */
static int
tell_self(struct green__inotify *w, struct green_watch_event *e,
    struct green__dir *d, uint32_t mask)
{
	if (d->parent == NULL && (mask & (IN_DELETE_SELF | IN_MOVE_SELF |
	    IN_UNMOUNT | IN_IGNORED)))
		return (told(w, e, GREEN_WATCH_GONE, d, NULL, true));
	if ((mask & (IN_UNMOUNT | IN_IGNORED)) == 0)
		return (0);
	/* Another has its place, or soon nobody. */
	green__dir_number(&w->dirs, d, -1);
	while (!LIST_EMPTY(&d->children))
		green__dir_drop(&w->dirs, LIST_FIRST(&d->children));
	green__dir_forget_names(&w->dirs, d);
	green__dir_put(&w->dirs, d, DIR_PENDING);
	if (mask & IN_UNMOUNT) {
		d->quiet = !w->existing;
		w->anew = w->anew == NULL ? d : w->dirs.root;
	}
	return (0);
}

static int
tell_named(struct green__inotify *w, struct green_watch_event *e,
    struct green__dir *d, const struct inotify_event *in)
{
	struct inotify_event *second = NULL;
	bool dir = (in->mask & IN_ISDIR) != 0;
	int rc;

	if (in->mask & IN_MOVED_FROM) {
		if (await_second_half(w, &second) == -1)
			return (-1);
		in = event_at(w, w->start);	/* it may have moved */
		if (is_way_back(w, in, second)) {
			if (second != NULL)
				second->mask = 0;
			w->last.to = -1;
			begin_anew(w);
			return (0);
		}
		if (second != NULL) {
			if ((rc = tell_rename(w, e, d, in, second)) == -1)
				return (-1);
			note_rename(w, in, second);
			if (rc == 1)
				return (1);
		}
	}
	if (in->mask & (IN_CREATE | IN_MOVED_TO)) {
		if (told(w, e, GREEN_WATCH_CREATED, d, in->name, dir) == -1 ||
		    arrive(w, d, in) == -1)
			return (-1);
		if (in->mask & IN_MOVED_TO)
			note_rename(w, NULL, in);
		return (green__dir_told(d, in->name) ? 0 : 1);
	}
	if (in->mask & (IN_DELETE | IN_MOVED_FROM)) {
		if (told(w, e, GREEN_WATCH_REMOVED, d, in->name, dir) == -1)
			return (-1);
		depart(w, d, in->name);
		return (1);
	}
	if ((in->mask & IN_MODIFY) && !dir)
		return (told(w, e, GREEN_WATCH_CHANGED, d, in->name, false));
	if (in->mask & IN_ATTRIB)
		return (told(w, e, GREEN_WATCH_ATTRIBUTES, d, in->name, dir));
	return (0);
}

/* The next of the queue, which is not empty; it is used, unless -1. */
static int
tell_next(struct green__inotify *w, struct green_watch_event *e)
{
	struct inotify_event *in = event_at(w, w->start);
	struct green__dir *d = green__dir_by_number(&w->dirs, in->wd);
	int rc = 0;

	if (in->mask & IN_Q_OVERFLOW)
		begin_anew(w);
	else if (d != NULL && in->len == 0)
		rc = tell_self(w, e, d, in->mask);
	else if (d != NULL)
		rc = tell_named(w, e, d, in);
	if (rc != -1)
		use(w, size_of(event_at(w, w->start)));
	return (rc);
}

/* Nothing is to be told: the rest of what waits for the queue, or more of it.
   */
static int
await_more(struct green__inotify *w)
{
	ssize_t n = fill(w);

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
	int rc = told(w, e, GREEN_WATCH_OVERFLOW, w->anew, NULL, true);

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
			rc = tell_next(w, e);
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
