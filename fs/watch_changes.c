/*
 * What has gone here, and come there, since the last look at a tree.  What has
 * the same inode, size and time in both places was renamed.  If that would not
 * make sense in the order in which it is told (renames, removals, what is new),
 * it is told as a removal and a new one.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "watch_entry.h"

static int
by_inode(const void *a, const void *b)
{
	const struct green__entry *x = *(struct green__entry *const *)a;
	const struct green__entry *y = *(struct green__entry *const *)b;

	if (x->st.st_dev != y->st.st_dev)
		return (x->st.st_dev < y->st.st_dev ? -1 : 1);
	return ((x->st.st_ino > y->st.st_ino) - (x->st.st_ino < y->st.st_ino));
}

/* Is e a, or below it? */
static bool
is_within(const struct green__entry *e, const struct green__entry *a)
{
	while (e != NULL && e != a)
		e = e->parent;
	return (e != NULL);
}

/* Find those that were renamed. */
static void
match(struct green__tree *t)
{
	struct green__entry *e, *next, **gone, **found;
	size_t n = 0, i = 0;

	TAILQ_FOREACH(e, &t->list[ENTRY_GONE], link)
		n++;
	/* Without memory nothing was renamed. */
	if (n == 0 || (gone = reallocarray(NULL, n, sizeof(*gone))) == NULL)
		return;
	TAILQ_FOREACH(e, &t->list[ENTRY_GONE], link)
		gone[i++] = e;
	qsort(gone, n, sizeof(*gone), by_inode);
	TAILQ_FOREACH(e, &t->list[ENTRY_COME], link) {
		found = bsearch(&e, gone, n, sizeof(*gone), by_inode);
		if (found == NULL || (*found)->twin != NULL ||
		    !green__same_file(&(*found)->st, &e->st) ||
		    !green__same_content(&(*found)->st, &e->st))
			continue;
		e->twin = *found;
		(*found)->twin = e;
	}
	free(gone);
	for (e = TAILQ_FIRST(&t->list[ENTRY_COME]); e != NULL; e = next) {
		next = TAILQ_NEXT(e, link);
		if (e->twin == NULL)
			continue;
		/* The name of one that was renamed is no place for another, nor
		   is that of what it was in. */
		if (e->over != NULL && (e->over->twin != NULL ||
		    is_within(e->twin, e->over)))
			e->twin = e->twin->twin = NULL;
		else
			green__entry_put(t, e, ENTRY_RENAMED);
	}
}

/* e is what its twin was. */
static int
rename_entry(struct green__tree *t, struct green__entry *e)
{
	struct green__entry *old = e->twin, *c;
	const char *path = green__tree_path(t, old);
	char *from;
	int rc;

	if (path == NULL || (from = strdup(path)) == NULL)
		return (-1);
	rc = green__tree_tell(t, GREEN_WATCH_RENAMED, e, from);
	free(from);
	if (rc == -1)
		return (-1);
	/* What had its name is replaced. */
	if (e->over != NULL)
		green__entry_free(t, e->over);
	TAILQ_CONCAT(&e->children, &old->children, sibling);
	TAILQ_FOREACH(c, &e->children, sibling)
		c->parent = e;
	e->fd = old->fd;
	e->error = old->error;
	old->fd = -1;
	if (e->fd != -1)
		(void)t->enter(t, e, NULL);
	e->over = NULL;
	green__entry_free(t, old);
	green__entry_put(t, e, ENTRY_KNOWN);
	green__tree_find_missed(t);
	/* It may have changed as well. */
	if (S_ISDIR(e->st.st_mode) && !t->shallow)
		green__tree_due(t, e);
	else if (e->fd == -1)
		return (green__tree_enter(t, e));
	return (0);
}

int
green__tree_tell_changes(struct green__tree *t)
{
	struct green__entry *e;

	match(t);
	while ((e = TAILQ_FIRST(&t->list[ENTRY_RENAMED])) != NULL)
		/* What it was may have gone with what it was in. */
		if (e->twin == NULL)
			green__entry_put(t, e, ENTRY_COME);
		else if (rename_entry(t, e) == -1)
			return (-1);
	while ((e = TAILQ_FIRST(&t->list[ENTRY_GONE])) != NULL) {
		if (green__tree_tell(t, GREEN_WATCH_REMOVED, e, NULL) == -1)
			return (-1);
		green__entry_free(t, e);
	}
	while ((e = TAILQ_FIRST(&t->list[ENTRY_COME])) != NULL) {
		e->over = NULL;
		if (green__tree_tell(t, GREEN_WATCH_CREATED, e, NULL) == -1)
			return (-1);
		green__entry_put(t, e, ENTRY_KNOWN);
		if (S_ISDIR(e->st.st_mode) && !t->shallow)
			green__tree_due(t, e);
		else if (green__tree_enter(t, e) == -1)
			return (-1);
	}
	return (0);
}
