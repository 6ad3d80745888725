/*
 * A tree as it was, compared with what it is.  What has another inode is
 * another file.  Without memory the tree is lost, begun anew, and that is told.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "names.h"
#include "watch_entry.h"

#define BATCH	4096			/* events, or little more, a trip */

/* What is known of e, with its own changes told. */
static int
update(struct green__tree *t, struct green__entry *e, const struct stat *st)
{
	int rc = 0;

	if (!S_ISDIR(st->st_mode) && !green__same_content(&e->st, st))
		rc = green__tree_tell(t, GREEN_WATCH_CHANGED, e, NULL);
	else if (t->attributes && !green__same_attributes(&e->st, st))
		rc = green__tree_tell(t, GREEN_WATCH_ATTRIBUTES, e, NULL);
	if (rc == 0)
		e->st = *st;
	return (rc);
}

int
green__tree_enter(struct green__tree *t, struct green__entry *e)
{
	const char *path;
	struct stat st;

	if (t->enter == NULL || e->fd != -1 ||
	    (t->shallow && e->parent != NULL && S_ISDIR(e->st.st_mode)) ||
	    (!S_ISDIR(e->st.st_mode) && !S_ISREG(e->st.st_mode)))
		return (0);
	if ((path = green__tree_path(t, e)) == NULL)
		return (-1);
	if ((e->fd = t->enter(t, e, path)) == -1)
		return (errno == ENOENT || errno == ELOOP || errno == ENOTDIR ?
		    0 : green__tree_give_up(t, e, errno));
	/* What has happened to it since its parent was read. */
	if (S_ISREG(e->st.st_mode) && fstat(e->fd, &st) == 0 &&
	    green__same_file(&st, &e->st))
		return (update(t, e, &st));
	return (0);
}

/* A new name, before next or at the end. */
static int
come(struct green__tree *t, struct green__entry *dir, const char *name,
    const struct stat *st, struct green__entry *next, struct green__entry *over)
{
	struct green__entry *e = green__entry_new(dir, name);

	if (e == NULL)
		return (-1);
	if (next == NULL)
		TAILQ_INSERT_TAIL(&dir->children, e, sibling);
	else
		TAILQ_INSERT_BEFORE(next, e, sibling);
	e->st = *st;
	e->over = over;
	green__entry_put(t, e, ENTRY_COME);
	return (0);
}

/* It is not there; if it was never told of, that is all. */
static void
go(struct green__tree *t, struct green__entry *e)
{
	if (e->state == ENTRY_COME || e->state == ENTRY_RENAMED)
		green__entry_free(t, e);
	else
		green__entry_put(t, e, ENTRY_GONE);
}

/* One name that is there.  known: what it was, or NULL; over: what had it
   before, if that has not been told yet; next: what follows. */
static int
compare_name(struct green__tree *t, struct green__entry *dir, int fd,
    const char *name, struct green__entry *known, struct green__entry *over,
    struct green__entry *next)
{
	struct stat st;
	bool told = known != NULL && known->state < ENTRY_COME;

	if (fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) == -1) {
		if (known != NULL)
			go(t, known);
		return (0);
	}
	if (known == NULL || !green__same_file(&known->st, &st)) {
		if (known != NULL)
			go(t, known);
		return (come(t, dir, name, &st, next, told ? known : over));
	}
	if (!told) {
		known->st = st;
		return (0);
	}
	if (update(t, known, &st) == -1)
		return (-1);
	if (t->deep && S_ISDIR(st.st_mode) && !t->shallow)
		green__tree_due(t, known);
	return (0);
}

static int
compare_names(struct green__tree *t, struct green__entry *dir, int fd,
    const struct green__names *names)
{
	struct green__entry *c = TAILQ_FIRST(&dir->children), *next, *over;
	const char *name;
	size_t i;
	int order;

	for (i = 0; i <= names->n; i++) {
		name = i < names->n ? names->name[i].name : NULL;
		over = NULL;
		order = 1;
		for (; c != NULL; c = next) {
			order = name == NULL ? -1 : strcmp(c->name, name);
			next = TAILQ_NEXT(c, sibling);
			if (order > 0 ||
			    (order == 0 && c->state != ENTRY_GONE))
				break;
			if (order == 0)
				over = c;
			else if (c->state != ENTRY_GONE)
				go(t, c);
		}
		if (name == NULL)
			break;
		if (c == NULL || order != 0)
			next = c;
		if (compare_name(t, dir, fd, name, next == c ? NULL : c, over,
		    next) == -1)
			return (-1);
		c = next;
	}
	return (0);
}

/* Open what is known as e; -1: ENOENT also if something else is there. */
static int
open_entry(struct green__tree *t, const struct green__entry *e, struct stat *st)
{
	const char *path = green__tree_path(t, e);
	int fd;

	if (path == NULL)
		return (-1);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC |
	    (e->parent == NULL ? 0 : O_NOFOLLOW));
	if (fd == -1 || (fstat(fd, st) == 0 && green__same_file(st, &e->st)))
		return (fd);
	close(fd);
	errno = ENOENT;
	return (-1);
}

/* A directory that is due. */
static int
compare(struct green__tree *t, struct green__entry *dir)
{
	struct green__names names;
	struct stat st;
	int fd, rc;

	green__entry_put(t, dir, ENTRY_KNOWN);
	if (green__tree_enter(t, dir) == -1)
		return (-1);
	fd = open_entry(t, dir, &st);
	if (fd == -1 && errno != ENOENT && errno != ENOTDIR && errno != ELOOP)
		return (green__tree_give_up(t, dir, errno));
	if (fd == -1 && dir->parent == NULL)
		return (green__tree_tell_always(t, GREEN_WATCH_GONE, dir, NULL,
		    0));
	if (fd == -1 || (t->enter != NULL && dir->fd == -1 &&
	    dir->error == 0)) {
		if (fd != -1)
			close(fd);
		green__entry_put(t, dir, ENTRY_MISSED);
		return (0);
	}
	if (t->enter == NULL)
		dir->error = 0;
	if (green__names_read(&names, fd, NAMES_BY_NAME) == -1) {
		rc = green__tree_give_up(t, dir, errno);
		close(fd);
		return (rc);
	}
	rc = update(t, dir, &st);
	if (rc == 0)
		rc = compare_names(t, dir, fd, &names);
	green__names_free(&names);
	close(fd);
	return (rc);
}

/* A file that is due. */
static int
look_at_file(struct green__tree *t, struct green__entry *e)
{
	struct stat st;

	green__entry_put(t, e, ENTRY_KNOWN);
	if (e->fd == -1 || fstat(e->fd, &st) == -1 || st.st_nlink == 0)
		return (0);
	return (update(t, e, &st));
}

/* All of it is forgotten but the root. */
static void
forget(struct green__tree *t)
{
	while (!TAILQ_EMPTY(&t->root->children))
		green__entry_free(t, TAILQ_FIRST(&t->root->children));
	green__entry_put(t, t->root, ENTRY_DUE);
}

static int
look(struct green__tree *t)
{
	struct green__entry *e;

	/* What is left of a look that was cancelled. */
	if (green__tree_tell_changes(t) == -1)
		return (-1);
	while (t->ntold < BATCH &&
	    (e = TAILQ_FIRST(&t->list[ENTRY_DUE])) != NULL) {
		while ((e = TAILQ_FIRST(&t->list[ENTRY_DUE])) != NULL) {
			if (green_thread_check_cancelled() == -1)
				return (-1);
			if ((S_ISDIR(e->st.st_mode) ? compare(t, e) :
			    look_at_file(t, e)) == -1)
				return (-1);
		}
		if (green__tree_tell_changes(t) == -1)
			return (-1);
	}
	return (0);
}

static int
tell_anew(struct green__tree *t)
{
	if (green__tree_tell_always(t, GREEN_WATCH_OVERFLOW, t->root, NULL,
	    0) == -1)
		return (-1);
	t->anew = false;
	return (0);
}

int
green__tree_look(void *arg)
{
	struct green__tree *t = arg;

	if (t->lost) {
		forget(t);
		t->anew = true;
		t->quiet = !t->existing;
		if (t->existing && tell_anew(t) == -1)
			return (-1);
		t->lost = false;
	}
	green__tree_find_missed(t);
	if (look(t) == -1) {
		t->lost = errno != ECANCELED;
		return (-1);
	}
	if (!TAILQ_EMPTY(&t->list[ENTRY_DUE]))
		return (0);
	t->quiet = false;
	return (t->anew ? tell_anew(t) : 0);
}

static int
do_stat_root(void *arg)
{
	struct green__tree *t = arg;

	if (stat(t->root->name, &t->root->st) == -1)
		return (-1);
	if (S_ISDIR(t->root->st.st_mode))
		return (access(t->root->name, R_OK | X_OK));
	errno = ENOTDIR;
	return (-1);
}

int
green__tree_open(struct green__tree *t, const char *path,
    const struct green_watch_options *opt)
{
	bool slash;
	char *name;
	int i;

	for (i = 0; i <= ENTRY_GONE; i++)
		TAILQ_INIT(&t->list[i]);
	STAILQ_INIT(&t->told);
	t->shallow = opt->shallow;
	t->attributes = opt->attributes;
	if (*path == '\0')
		return (green__fail(ENOENT));
	if ((name = green__path_trim(path, &slash)) == NULL)
		return (green__fail(ENOMEM));
	t->root = green__entry_new(NULL, name);
	free(name);
	if (t->root == NULL)
		return (green__fail(ENOMEM));
	t->existing = opt->existing;
	t->quiet = !opt->existing;
	t->opening = true;
	green__tree_due(t, t->root);
	return (green__path_work(do_stat_root, t));
}

void
green__tree_close(struct green__tree *t)
{
	struct green__told *told;

	while ((told = STAILQ_FIRST(&t->told)) != NULL) {
		STAILQ_REMOVE_HEAD(&t->told, link);
		free(told);
	}
	if (t->root != NULL)
		green__entry_free(t, t->root);
	free(t->path);
}
