/*
 * Reading ahead.  Workers take directories from the front of one list, and put
 * what they find in the place of what they have read, so that it will be handed
 * out in one order however many workers there are.  A directory stays in the
 * list until those in it have nodes of their own, which are made as their turn
 * comes: there are as many as are read ahead.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "walk_tree.h"

/* What a directory counts itself, and a name, with or without stat(2). */
#define EMPTY	8
#define WITH_ST	4
#define STATS	1024			/* of a directory, at once */

struct node *
green__walk_node(struct green__walk *w, struct node *parent, const char *name)
{
	struct node *n = calloc(1, sizeof(*n));
	size_t len = strlen(name);

	if (n == NULL)
		return (NULL);
	green__branch_init(&n->branch, parent == NULL ? NULL : &parent->branch,
	    name);
	STAILQ_INIT(&n->children);
	n->parent = parent;
	n->len = len + (len > 0 && name[len - 1] == '/' ? 0 : 1);
	if (parent == NULL) {
		TAILQ_INSERT_HEAD(&w->todo, n, link);
		return (n);
	}
	n->len += parent->len;
	n->depth = parent->depth + 1;
	STAILQ_INSERT_TAIL(&parent->children, n, sibling);
	TAILQ_INSERT_BEFORE(parent, n, link);
	return (n);
}

/* Has n directories that have no node yet?  made is the first of them then. */
static bool
has_more(struct node *n)
{
	while (n->made < n->names.n && n->names.name[n->made].key == 0)
		n->made++;
	return (n->made < n->names.n);
}

/* Its descriptor is needed as long as something in it has not been looked at. */
static void
end_if_done(struct green__walk *w, struct node *n)
{
	if (n->unread == 0 && (n->st == NULL || n->st_end == n->names.n))
		green__branch_end(&w->tree, &n->branch,
		    n->parent != NULL && n->parent->unread > 0);
}

void
green__walk_free_node(struct green__walk *w, struct node *n)
{
	if (n->state != READ || has_more(n))
		TAILQ_REMOVE(&w->todo, n, link);
	if (n->parent != NULL) {
		STAILQ_REMOVE(&n->parent->children, n, node, sibling);
		if (n->state != READ)
			n->parent->unread--;
	}
	green__branch_end(&w->tree, &n->branch, false);
	green__names_free(&n->names);
	free(n->st);
	free(n);
}

/* The next that is to be read; NULL: there is none, or no memory. */
static struct node *
next_unread(struct green__walk *w)
{
	struct node *n, *child;

	errno = 0;
	TAILQ_FOREACH(n, &w->todo, link) {
		if (n->state == UNREAD)
			return (n);
		if (n->state == READING)
			continue;
		child = green__walk_node(w, n, n->names.name[n->made].name);
		if (child == NULL)
			return (NULL);
		n->made++;
		if (!has_more(n))
			TAILQ_REMOVE(&w->todo, n, link);
		return (child);
	}
	return (NULL);
}

static void
read_stats(struct node *n, int fd, size_t from)
{
	size_t end = n->names.n - from < STATS ? n->names.n : from + STATS, i;

	for (i = from; i < end; i++)
		if (fd == -1 || fstatat(fd, n->names.name[i].name,
		    &n->st[i - from], AT_SYMLINK_NOFOLLOW) == -1)
			n->st[i - from].st_mode = 0;
	n->st_from = from;
	n->st_end = end;
}

static int
read_names(struct green__walk *w, struct node *n, int fd)
{
	struct green__name *e;
	size_t i;

	if (green__names_read(&n->names, fd, NAMES_BY_NAME) == -1)
		return (-1);
	for (i = 0; i < n->names.n; i++) {
		e = &n->names.name[i];
		e->key = *green__name_type(e) == DT_DIR &&
		    (w->pattern == NULL ||
		    green__walk_leads_on(w->pattern, n, e->name));
		n->unread += e->key;
	}
	if ((w->flags & GREEN_PATH_STAT) == 0 || n->names.n == 0)
		return (0);
	n->st = reallocarray(NULL, n->names.n < STATS ? n->names.n : STATS,
	    sizeof(*n->st));
	if (n->st == NULL)
		return (-1);
	read_stats(n, fd, 0);
	return (0);
}

/* Whatever happens: what it has, or an error. */
static void
read_node(struct green__walk *w, struct node *n)
{
	int fd = green__branch_hold(&w->tree, &n->branch);
	int rc = fd == -1 ? -1 : read_names(w, n, fd);

	if (rc == -1) {
		n->error = errno;
		green__names_free(&n->names);
		n->unread = 0;
	}
	if (fd != -1)
		green__branch_let_go(&w->tree, &n->branch);
	/* It has gone, or something else has its place: it is empty. */
	if (n->parent != NULL && (n->error == ENOENT || n->error == ENOTDIR ||
	    n->error == ELOOP || n->error == ESTALE))
		n->error = 0;
}

/* With the lock. */
static void
have_read(struct green__walk *w, struct node *n)
{
	size_t cost = EMPTY + (n->st == NULL ? 1 : WITH_ST) * n->names.n;

	n->state = READ;
	if (!has_more(n))
		TAILQ_REMOVE(&w->todo, n, link);
	if (n->parent != NULL)
		n->parent->unread--;
	end_if_done(w, n);
	if (n->parent != NULL)
		end_if_done(w, n->parent);
	w->ahead -= cost < w->ahead ? cost : w->ahead;
}

/* With the lock. */
static int
read_next(struct green__walk *w)
{
	struct node *n = next_unread(w);

	if (n == NULL) {
		if (errno != 0)
			return (-1);
		pthread_cond_wait(&w->change, &w->lock);
		return (0);
	}
	n->state = READING;
	w->reading++;
	pthread_mutex_unlock(&w->lock);
	read_node(w, n);
	pthread_mutex_lock(&w->lock);
	w->reading--;
	have_read(w, n);
	pthread_cond_broadcast(&w->change);
	return (0);
}

int
green__walk_read(void *walk)
{
	struct green__walk *w = walk;
	int rc = 0;

	pthread_mutex_lock(&w->lock);
	while (rc == 0 && w->ahead > 0 && !TAILQ_EMPTY(&w->todo))
		if ((rc = green_thread_check_cancelled()) == 0)
			rc = read_next(w);
	pthread_mutex_unlock(&w->lock);
	return (rc);
}

int
green__walk_read_stats(void *walk)
{
	struct green__walk *w = walk;
	struct node *n = w->at;
	int fd = green__branch_hold(&w->tree, &n->branch);

	/* All that has gone with it has none. */
	read_stats(n, fd, n->st_end);
	if (fd != -1)
		green__branch_let_go(&w->tree, &n->branch);
	end_if_done(w, n);
	return (0);
}
