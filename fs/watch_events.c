/*
 * What inotify's events mean for a tree that is watched, and what is told of
 * them.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <sys/inotify.h>

#include <stdlib.h>
#include <string.h>

#include "watch_inotify.h"

int
green__inotify_told(struct green__inotify *w, struct green_watch_event *e,
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
	    green__inotify_told(w, e, GREEN_WATCH_RENAMED, to, second->name,
	    dir) == -1)
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
		return (green__inotify_told(w, e, GREEN_WATCH_GONE, d, NULL,
		    true));
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
		if (green__inotify_await_half(w, &second) == -1)
			return (-1);
		in = green__inotify_first(w);	/* it may have moved */
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
		if (green__inotify_told(w, e, GREEN_WATCH_CREATED, d, in->name,
		    dir) == -1 || arrive(w, d, in) == -1)
			return (-1);
		if (in->mask & IN_MOVED_TO)
			note_rename(w, NULL, in);
		return (green__dir_told(d, in->name) ? 0 : 1);
	}
	if (in->mask & (IN_DELETE | IN_MOVED_FROM)) {
		if (green__inotify_told(w, e, GREEN_WATCH_REMOVED, d, in->name,
		    dir) == -1)
			return (-1);
		depart(w, d, in->name);
		return (1);
	}
	if ((in->mask & IN_MODIFY) && !dir)
		return (green__inotify_told(w, e, GREEN_WATCH_CHANGED, d,
		    in->name, false));
	if (in->mask & IN_ATTRIB)
		return (green__inotify_told(w, e, GREEN_WATCH_ATTRIBUTES, d,
		    in->name, dir));
	return (0);
}

int
green__inotify_tell(struct green__inotify *w, struct green_watch_event *e)
{
	struct inotify_event *in = green__inotify_first(w);
	struct green__dir *d = green__dir_by_number(&w->dirs, in->wd);
	int rc = 0;

	if (in->mask & IN_Q_OVERFLOW)
		begin_anew(w);
	else if (d != NULL && in->len == 0)
		rc = tell_self(w, e, d, in->mask);
	else if (d != NULL)
		rc = tell_named(w, e, d, in);
	if (rc != -1)
		green__inotify_use(w);
	return (rc);
}
