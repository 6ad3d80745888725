/*
 * The directories of a tree that inotify watches.  Nothing here fails or
 * allocates but for what says so, so that a change of the tree is whole or has
 * not begun.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "internal.h"
#include "watch_dirs.h"

#define TOLD	0xff			/* in place of a name's type */

static int
compare_numbers(const struct green__dir *a, const struct green__dir *b)
{
	return ((a->number > b->number) - (a->number < b->number));
}

static int
compare_names(const struct green__dir *a, const struct green__dir *b)
{
	uintptr_t x = (uintptr_t)a->parent, y = (uintptr_t)b->parent;

	return (x != y ? (x > y) - (x < y) : strcmp(a->name, b->name));
}

RB_PROTOTYPE(green__dir_numbers, green__dir, by_number, compare_numbers)
RB_PROTOTYPE(green__dir_names, green__dir, by_name, compare_names)
RB_GENERATE(green__dir_numbers, green__dir, by_number, compare_numbers)
RB_GENERATE(green__dir_names, green__dir, by_name, compare_names)

static void
unlist(struct green__dirs *t, struct green__dir *d)
{
	if (d->state != DIR_KNOWN)
		TAILQ_REMOVE(&t->list[d->state], d, link);
	if (d->state == DIR_LATER)
		t->told -= d->names.n;
}

void
green__dir_put(struct green__dirs *t, struct green__dir *d,
    enum green__dir_state state)
{
	unlist(t, d);
	d->state = state;
	if (state != DIR_KNOWN)
		TAILQ_INSERT_TAIL(&t->list[state], d, link);
	if (state == DIR_LATER)
		t->told += d->names.n;
}

struct green__dir *
green__dir_new(struct green__dirs *t, struct green__dir *parent,
    const char *name)
{
	struct green__dir *d = calloc(1, sizeof(*d));

	if (d == NULL || (d->name = strdup(name)) == NULL) {
		free(d);
		(void)green__fail(ENOMEM);
		return (NULL);
	}
	d->number = -1;
	d->parent = parent;
	LIST_INIT(&d->children);
	if (parent != NULL) {
		LIST_INSERT_HEAD(&parent->children, d, sibling);
		RB_INSERT(green__dir_names, &t->names, d);
		d->quiet = parent->quiet;
	}
	green__dir_put(t, d, DIR_PENDING);
	return (d);
}

struct green__dir *
green__dir_by_number(struct green__dirs *t, int number)
{
	struct green__dir key = { .number = number };

	return (RB_FIND(green__dir_numbers, &t->numbers, &key));
}

struct green__dir *
green__dir_by_name(struct green__dirs *t, struct green__dir *parent,
    const char *name)
{
	struct green__dir key = { .parent = parent, .name = (char *)name };

	return (RB_FIND(green__dir_names, &t->names, &key));
}

void
green__dir_number(struct green__dirs *t, struct green__dir *d, int number)
{
	if (d->number == number)
		return;
	if (d->number != -1)
		RB_REMOVE(green__dir_numbers, &t->numbers, d);
	if ((d->number = number) != -1)
		RB_INSERT(green__dir_numbers, &t->numbers, d);
}

void
green__dir_forget_names(struct green__dirs *t, struct green__dir *d)
{
	if (d->state == DIR_LATER)
		t->told -= d->names.n;
	green__names_free(&d->names);
	d->next = 0;
}

static void
drop_one(struct green__dirs *t, struct green__dir *d)
{
	RB_REMOVE(green__dir_names, &t->names, d);
	LIST_REMOVE(d, sibling);
	green__dir_put(t, d, DIR_DROPPED);
	/* Its number is kept, for its watch to be removed, but leads nowhere.
	   */
	if (d->number != -1)
		RB_REMOVE(green__dir_numbers, &t->numbers, d);
	green__dir_forget_names(t, d);
}

void
green__dir_drop(struct green__dirs *t, struct green__dir *d)
{
	struct green__dir *top = d->parent, *up;

	while (d != top) {
		if (!LIST_EMPTY(&d->children)) {
			d = LIST_FIRST(&d->children);
			continue;
		}
		if ((up = d->parent) == NULL)
			return;
		drop_one(t, d);
		d = up;
	}
}

void
green__dir_move(struct green__dirs *t, struct green__dir *d,
    struct green__dir *parent, char *name)
{
	RB_REMOVE(green__dir_names, &t->names, d);
	LIST_REMOVE(d, sibling);
	free(d->name);
	d->name = name;
	d->parent = parent;
	RB_INSERT(green__dir_names, &t->names, d);
	LIST_INSERT_HEAD(&parent->children, d, sibling);
}

bool
green__dir_within(const struct green__dir *d, const struct green__dir *a)
{
	while (d != NULL && d != a)
		d = d->parent;
	return (d != NULL);
}

void
green__dir_free(struct green__dirs *t, struct green__dir *d)
{
	unlist(t, d);
	green__names_free(&d->names);
	free(d->name);
	free(d);
}

void
green__dirs_free(struct green__dirs *t)
{
	struct green__dir *d;

	if (t->root == NULL)
		return;
	green__dir_drop(t, t->root);
	while ((d = TAILQ_FIRST(&t->list[DIR_DROPPED])) != NULL)
		green__dir_free(t, d);
	green__dir_free(t, t->root);
	t->root = NULL;
}

/* What a name adds to a path, without a NUL. */
static size_t
length(const char *name, bool first)
{
	size_t len = strlen(name);

	/* "/" has its slash already, and so has what ends with one. */
	if (!first)
		return (len + 1);
	return (name[len - 1] == '/' ? len - 1 : len);
}

int
green__dir_path(const struct green__dir *d, const char *name, char **buf,
    size_t *room)
{
	const struct green__dir *up;
	size_t len = name == NULL ? 0 : length(name, false), n;
	char *more, *end;

	for (up = d; up != NULL; up = up->parent)
		len += length(up->name, up->parent == NULL);
	if (len + 2 > *room) {
		if ((more = realloc(*buf, len * 2 + 2)) == NULL)
			return (green__fail(ENOMEM));
		*buf = more;
		*room = len * 2 + 2;
	}
	if (len == 0)
		return ((void)strcpy(*buf, "/"), 0);
	end = *buf + len;
	*end = '\0';
	for (;; name = d->name, d = d->parent) {
		if (name != NULL) {
			n = strlen(name);
			memcpy(end -= n, name, n);
			*--end = '/';
		}
		if (d->parent == NULL)
			break;
	}
	memcpy(*buf, d->name, length(d->name, true));
	return (0);
}

static int
by_name(const void *key, const void *name)
{
	return (strcmp(key, ((const struct green__name *)name)->name));
}

bool
green__dir_told(struct green__dir *d, const char *name)
{
	struct green__name *n;

	if (d->names.n == 0)
		return (false);
	n = bsearch(name, d->names.name, d->names.n, sizeof(*n), by_name);
	if (n == NULL || *green__name_type(n) == TOLD)
		return (false);
	*green__name_type(n) = TOLD;
	return (true);
}
