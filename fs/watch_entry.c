/*
 * The entries of a tree that is watched: what each was, what state it is in,
 * and what is told of it.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "watch_entry.h"

#ifdef HAVE_STRUCT_STAT_ST_ATIM
#define CHANGED_AT(st)	((st)->st_mtim)
#define STATUS_AT(st)	((st)->st_ctim)
#else
#define CHANGED_AT(st)	((st)->st_mtimespec)
#define STATUS_AT(st)	((st)->st_ctimespec)
#endif

static bool
same_time(struct timespec a, struct timespec b)
{
	return (a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec);
}

bool
green__same_file(const struct stat *a, const struct stat *b)
{
	return (a->st_ino == b->st_ino && a->st_dev == b->st_dev &&
	    (a->st_mode & S_IFMT) == (b->st_mode & S_IFMT));
}

bool
green__same_content(const struct stat *a, const struct stat *b)
{
	return (a->st_size == b->st_size &&
	    same_time(CHANGED_AT(a), CHANGED_AT(b)));
}

bool
green__same_attributes(const struct stat *a, const struct stat *b)
{
	return (a->st_mode == b->st_mode && a->st_uid == b->st_uid &&
	    a->st_gid == b->st_gid && (S_ISDIR(a->st_mode) ||
	    same_time(STATUS_AT(a), STATUS_AT(b))));
}

void
green__entry_put(struct green__tree *t, struct green__entry *e,
    enum green__entry_state state)
{
	if (e->state != ENTRY_KNOWN)
		TAILQ_REMOVE(&t->list[e->state], e, link);
	if ((e->state = state) != ENTRY_KNOWN)
		TAILQ_INSERT_TAIL(&t->list[state], e, link);
}

void
green__tree_due(struct green__tree *t, struct green__entry *e)
{
	if (e->state == ENTRY_KNOWN || e->state == ENTRY_MISSED)
		green__entry_put(t, e, ENTRY_DUE);
}

void
green__tree_find_missed(struct green__tree *t)
{
	struct green__entry *e;

	while ((e = TAILQ_FIRST(&t->list[ENTRY_MISSED])) != NULL)
		green__entry_put(t, e, ENTRY_DUE);
}

struct green__entry *
green__entry_new(struct green__entry *parent, const char *name)
{
	struct green__entry *e = calloc(1, sizeof(*e));

	if (e == NULL || (e->name = strdup(name)) == NULL) {
		free(e);
		errno = ENOMEM;
		return (NULL);
	}
	TAILQ_INIT(&e->children);
	e->parent = parent;
	e->fd = -1;
	return (e);
}

void
green__entry_free(struct green__tree *t, struct green__entry *e)
{
	struct green__entry *top = e->parent, *up;

	while (e != top) {
		if (!TAILQ_EMPTY(&e->children)) {
			e = TAILQ_FIRST(&e->children);
			continue;
		}
		up = e->parent;
		if (up != NULL)
			TAILQ_REMOVE(&up->children, e, sibling);
		green__entry_put(t, e, ENTRY_KNOWN);
		if (e->twin != NULL)
			e->twin->twin = NULL;
		if (e->fd != -1)
			t->leave(t, e);
		free(e->name);
		free(e);
		e = up;
	}
}

const char *
green__tree_path(struct green__tree *t, const struct green__entry *e)
{
	const struct green__entry *up;
	size_t len = 1, n;
	char *path, *end;

	for (up = e; up != NULL; up = up->parent)
		len += strlen(up->name) + 1;
	if (len > t->room) {
		if ((path = realloc(t->path, len * 2)) == NULL)
			return (NULL);
		t->path = path;
		t->room = len * 2;
	}
	end = t->path + t->room - 1;
	*end = '\0';
	for (;; e = e->parent) {
		n = strlen(e->name);
		end -= n;
		memcpy(end, e->name, n);
		if (e->parent == NULL)
			break;
		/* "/" has its own. */
		if (e->parent->parent != NULL ||
		    strcmp(e->parent->name, "/") != 0)
			*--end = '/';
	}
	return (end);
}

int
green__tree_tell_always(struct green__tree *t, enum green_watch_kind kind,
    const struct green__entry *e, const char *from, int error)
{
	const char *path = green__tree_path(t, e);
	size_t len, more = from == NULL ? 0 : strlen(from) + 1;
	struct green__told *told;

	if (path == NULL)
		return (-1);
	len = strlen(path) + 1;
	if ((told = malloc(sizeof(*told) + len + more)) == NULL)
		return (-1);
	memcpy(told->text, path, len);
	told->event = (struct green_watch_event){
		.kind = kind,
		.path = told->text,
		.dir = S_ISDIR(e->st.st_mode),
		.error = error
	};
	if (from != NULL) {
		memcpy(told->text + len, from, more);
		told->event.from = told->text + len;
	}
	STAILQ_INSERT_TAIL(&t->told, told, link);
	t->ntold++;
	return (0);
}

int
green__tree_tell(struct green__tree *t, enum green_watch_kind kind,
    const struct green__entry *e, const char *from)
{
	return (t->quiet ? 0 : green__tree_tell_always(t, kind, e, from, 0));
}

int
green__tree_give_up(struct green__tree *t, struct green__entry *e, int error)
{
	if (error == ENOMEM || (t->opening && (error == EMFILE ||
	    error == ENFILE))) {
		errno = error;
		return (-1);
	}
	if (e->error == error)
		return (0);
	if (green__tree_tell_always(t, GREEN_WATCH_UNWATCHED, e, NULL,
	    error) == -1)
		return (-1);
	e->error = error;
	return (0);
}

int
green__tree_next(struct green__tree *t, struct green_watch_event *e)
{
	struct green__told *told = STAILQ_FIRST(&t->told);

	/* The first is the one that was handed out last. */
	if (told != NULL && told->event.kind == 0) {
		STAILQ_REMOVE_HEAD(&t->told, link);
		free(told);
		told = STAILQ_FIRST(&t->told);
	}
	if (told == NULL)
		return (0);
	*e = told->event;
	told->event.kind = 0;
	t->ntold--;
	return (1);
}
