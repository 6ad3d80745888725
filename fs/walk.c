/*
 * Walking a tree: what has been read is handed out, and when there is no more
 * of that, workers make a trip to read ahead; further where that is quick, so
 * that few trips are made, and nobody waits long for one.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crew.h"
#include "walk_tree.h"

/* Entries that a trip reads, or little more, if they take so long. */
#define FEWEST	((size_t)1024)
#define MOST	((size_t)64 * 1024)
#define SHORT	(8 * GREEN_MSEC)
#define LONG	(32 * GREEN_MSEC)

/* n, and all below it; no worker is about. */
static void
free_tree(struct green__walk *w, struct node *n)
{
	struct node *top = n->parent, *up;

	while (n != top) {
		if (!STAILQ_EMPTY(&n->children)) {
			n = STAILQ_FIRST(&n->children);
			continue;
		}
		up = n->parent;
		green__walk_free_node(w, n);
		n = up;
	}
}

/* With others if there is work for them. */
static int
trip(struct green__walk *w)
{
	const struct node *first = TAILQ_FIRST(&w->todo);
	int64_t began = green_now();
	int rc;

	w->ahead = w->trip;
	if (first->state == UNREAD && TAILQ_NEXT(first, link) == NULL)
		rc = green__path_work(green__walk_read, w);
	else
		rc = green__crew(green__walk_read, w);
	if (w->ahead == 0 && green_now() - began < SHORT && w->trip < MOST)
		w->trip *= 2;
	else if (green_now() - began > LONG && w->trip > FEWEST)
		w->trip /= 2;
	return (rc);
}

static int
init(struct green__walk *w)
{
	int error;

	TAILQ_INIT(&w->todo);
	if ((error = pthread_mutex_init(&w->lock, NULL)) != 0) {
		errno = error;
		return (-1);
	}
	if ((error = pthread_cond_init(&w->change, NULL)) != 0) {
		pthread_mutex_destroy(&w->lock);
		errno = error;
		return (-1);
	}
	if (green__tree_init(&w->tree) == -1) {
		error = errno;
		pthread_cond_destroy(&w->change);
		pthread_mutex_destroy(&w->lock);
		errno = error;
		return (-1);
	}
	w->tree.follow = true;
	w->trip = FEWEST;
	return (0);
}

static int
begin(struct green__walk *w, const char *path, const char *pattern)
{
	if ((w->root = strdup(path)) == NULL ||
	    (pattern != NULL && (w->pattern = strdup(pattern)) == NULL) ||
	    (w->at = green__walk_node(w, NULL, w->root)) == NULL ||
	    (w->path = malloc(w->at->len + 1)) == NULL) {
		errno = ENOMEM;
		return (-1);
	}
	w->room = w->at->len + 1;
	snprintf(w->path, w->room, "%s", path);
	if (trip(w) == -1)
		return (-1);
	errno = w->at->error;
	return (errno == 0 ? 0 : -1);
}

struct green__walk *
green__walk_open(const char *path, const char *pattern, int flags)
{
	struct green__walk *w = calloc(1, sizeof(*w));
	int error;

	if (w == NULL || init(w) == -1) {
		free(w);
		return (NULL);
	}
	w->flags = flags;
	if (begin(w, path, pattern) == 0)
		return (w);
	error = errno;
	green__walk_free(w);
	errno = error;
	return (NULL);
}

/* The path of a name of the directory that the walk is at. */
static int
join(struct green__walk *w, const char *name)
{
	size_t len = strlen(name), need = w->at->len + len + 2;
	char *path;

	if (need > w->room) {
		if ((path = realloc(w->path, need * 2)) == NULL)
			return (-1);
		w->path = path;
		w->room = need * 2;
	}
	/* Where the directory's own path ended, when it was handed out. */
	w->path[w->at->len - 1] = '/';
	memcpy(w->path + w->at->len, name, len + 1);
	return (0);
}

static void
leave(struct green__walk *w)
{
	struct node *n = w->at;

	w->at = n->parent;
	green__walk_free_node(w, n);
}

/* The directory that is the next name of n's, if that is to be entered and has
   a node. */
static struct node *
next_child(const struct node *n)
{
	struct node *child = STAILQ_FIRST(&n->children);

	return (child != NULL &&
	    child->branch.name == n->names.name[n->next].name ? child : NULL);
}

/* See that all is known of the next name of n's, which the walk is at. */
static int
know(struct green__walk *w, struct node *n)
{
	struct node *child;

	if (n->st != NULL && n->next == n->st_end &&
	    green__path_work(green__walk_read_stats, w) == -1)
		return (-1);
	while (n->names.name[n->next].key != 0 &&
	    ((child = next_child(n)) == NULL || child->state != READ))
		if (trip(w) == -1)
			return (-1);
	return (0);
}

/* The next name, of which all is known, to e. */
static void
take(struct green__walk *w, struct node *n, struct green_dirent *e)
{
	const struct green__name *name = &n->names.name[n->next];
	struct node *child = next_child(n);

	*e = (struct green_dirent){
		.name = name->name,
		.path = w->path,
		.type = *green__name_type(name),
		.depth = n->depth,
		.error = child == NULL ? 0 : child->error
	};
	if (n->st != NULL && n->st[n->next - n->st_from].st_mode != 0)
		e->st = &n->st[n->next - n->st_from];
	n->next++;
	w->last = child;
}

int
green__walk_next(struct green__walk *w, struct green_dirent *e)
{
	size_t root = strlen(w->root);
	struct node *n;

	root += w->root[root - 1] == '/' ? 0 : 1;
	for (;;) {
		if (w->last != NULL)
			w->at = w->last;
		w->last = NULL;
		if ((n = w->at) == NULL)
			return (0);
		if (n->next == n->names.n) {
			leave(w);
			continue;
		}
		if (know(w, n) == -1 ||
		    join(w, n->names.name[n->next].name) == -1)
			return (-1);
		take(w, n, e);
		if (w->pattern == NULL ||
		    green_path_match(w->path + root, w->pattern))
			return (1);
	}
}

void
green__walk_skip(struct green__walk *w)
{
	if (w->last != NULL)
		free_tree(w, w->last);
	w->last = NULL;
}

void
green__walk_free(struct green__walk *w)
{
	struct node *n = w->at;

	while (n != NULL && n->parent != NULL)
		n = n->parent;
	if (n != NULL)
		free_tree(w, n);
	green__tree_destroy(&w->tree);
	(void)pthread_cond_destroy(&w->change);
	(void)pthread_mutex_destroy(&w->lock);
	free(w->root);
	free(w->pattern);
	free(w->path);
	free(w);
}
