/*
 * A tree as it was, compared with what it is.  What has another inode is
 * another file; one that has gone in one place and come in another, with the
 * same inode, size and time, was renamed.  If that would not make sense in the
 * order in which it is told (renames, removals, what is new), it is told as a
 * removal and a new one.  Without memory the tree is lost, begun anew, and that
 * is told.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "names.h"
#include "watch_tree.h"

#define BATCH	4096			/* events, or little more, a trip */

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

static bool
same_file(const struct stat *a, const struct stat *b)
{
	return (a->st_ino == b->st_ino && a->st_dev == b->st_dev &&
	    (a->st_mode & S_IFMT) == (b->st_mode & S_IFMT));
}

static bool
same_content(const struct stat *a, const struct stat *b)
{
	return (a->st_size == b->st_size &&
	    same_time(CHANGED_AT(a), CHANGED_AT(b)));
}

static bool
same_attributes(const struct stat *a, const struct stat *b)
{
	return (a->st_mode == b->st_mode && a->st_uid == b->st_uid &&
	    a->st_gid == b->st_gid && (S_ISDIR(a->st_mode) ||
	    same_time(STATUS_AT(a), STATUS_AT(b))));
}

static void
put(struct green__tree *t, struct green__entry *e,
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
		put(t, e, ENTRY_DUE);
}

/* Names are others now. */
static void
find_missed(struct green__tree *t)
{
	struct green__entry *e;

	while ((e = TAILQ_FIRST(&t->list[ENTRY_MISSED])) != NULL)
		put(t, e, ENTRY_DUE);
}

static struct green__entry *
new_entry(struct green__entry *parent, const char *name)
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

/* e and all below it. */
static void
free_entry(struct green__tree *t, struct green__entry *e)
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
		put(t, e, ENTRY_KNOWN);
		if (e->twin != NULL)
			e->twin->twin = NULL;
		if (e->fd != -1)
			t->leave(t, e);
		free(e->name);
		free(e);
		e = up;
	}
}

static const char *
path_of(struct green__tree *t, const struct green__entry *e)
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

/* from: what path_of() said before; or NULL. */
static int
tell_always(struct green__tree *t, enum green_watch_kind kind,
    const struct green__entry *e, const char *from, int error)
{
	const char *path = path_of(t, e);
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

static int
tell(struct green__tree *t, enum green_watch_kind kind,
    const struct green__entry *e, const char *from)
{
	return (t->quiet ? 0 : tell_always(t, kind, e, from, 0));
}

/* Nothing is told of it, from now on; once is enough to say so. */
static int
give_up(struct green__tree *t, struct green__entry *e, int error)
{
	if (error == ENOMEM || (t->opening && (error == EMFILE ||
	    error == ENFILE))) {
		errno = error;
		return (-1);
	}
	if (e->error == error)
		return (0);
	if (tell_always(t, GREEN_WATCH_UNWATCHED, e, NULL, error) == -1)
		return (-1);
	e->error = error;
	return (0);
}

/* What is known of e, with its own changes told. */
static int
update(struct green__tree *t, struct green__entry *e, const struct stat *st)
{
	int rc = 0;

	if (!S_ISDIR(st->st_mode) && !same_content(&e->st, st))
		rc = tell(t, GREEN_WATCH_CHANGED, e, NULL);
	else if (t->attributes && !same_attributes(&e->st, st))
		rc = tell(t, GREEN_WATCH_ATTRIBUTES, e, NULL);
	if (rc == 0)
		e->st = *st;
	return (rc);
}

/* It has come, or the tree is new: from here on it is watched. */
static int
enter(struct green__tree *t, struct green__entry *e)
{
	const char *path;
	struct stat st;

	if (t->enter == NULL || e->fd != -1 ||
	    (t->shallow && e->parent != NULL && S_ISDIR(e->st.st_mode)) ||
	    (!S_ISDIR(e->st.st_mode) && !S_ISREG(e->st.st_mode)))
		return (0);
	if ((path = path_of(t, e)) == NULL)
		return (-1);
	if ((e->fd = t->enter(t, e, path)) == -1)
		return (errno == ENOENT || errno == ELOOP || errno == ENOTDIR ?
		    0 : give_up(t, e, errno));
	/* What has happened to it since its parent was read. */
	if (S_ISREG(e->st.st_mode) && fstat(e->fd, &st) == 0 &&
	    same_file(&st, &e->st))
		return (update(t, e, &st));
	return (0);
}

/* A new name, before next or at the end. */
static int
come(struct green__tree *t, struct green__entry *dir, const char *name,
    const struct stat *st, struct green__entry *next, struct green__entry *over)
{
	struct green__entry *e = new_entry(dir, name);

	if (e == NULL)
		return (-1);
	if (next == NULL)
		TAILQ_INSERT_TAIL(&dir->children, e, sibling);
	else
		TAILQ_INSERT_BEFORE(next, e, sibling);
	e->st = *st;
	e->over = over;
	put(t, e, ENTRY_COME);
	return (0);
}

/* It is not there; if it was never told of, that is all. */
static void
go(struct green__tree *t, struct green__entry *e)
{
	if (e->state == ENTRY_COME || e->state == ENTRY_RENAMED)
		free_entry(t, e);
	else
		put(t, e, ENTRY_GONE);
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
	if (known == NULL || !same_file(&known->st, &st)) {
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
	const char *path = path_of(t, e);
	int fd;

	if (path == NULL)
		return (-1);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC |
	    (e->parent == NULL ? 0 : O_NOFOLLOW));
	if (fd == -1 || (fstat(fd, st) == 0 && same_file(st, &e->st)))
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

	put(t, dir, ENTRY_KNOWN);
	if (enter(t, dir) == -1)
		return (-1);
	fd = open_entry(t, dir, &st);
	if (fd == -1 && errno != ENOENT && errno != ENOTDIR && errno != ELOOP)
		return (give_up(t, dir, errno));
	if (fd == -1 && dir->parent == NULL)
		return (tell_always(t, GREEN_WATCH_GONE, dir, NULL, 0));
	if (fd == -1 || (t->enter != NULL && dir->fd == -1 &&
	    dir->error == 0)) {
		if (fd != -1)
			close(fd);
		put(t, dir, ENTRY_MISSED);
		return (0);
	}
	if (t->enter == NULL)
		dir->error = 0;
	if (green__names_read(&names, fd, NAMES_BY_NAME) == -1) {
		rc = give_up(t, dir, errno);
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

	put(t, e, ENTRY_KNOWN);
	if (e->fd == -1 || fstat(e->fd, &st) == -1 || st.st_nlink == 0)
		return (0);
	return (update(t, e, &st));
}

/*
 * What has gone here, and come there.
 */

static int
by_inode(const void *a, const void *b)
{
	const struct green__entry *x = *(struct green__entry *const *)a;
	const struct green__entry *y = *(struct green__entry *const *)b;

	if (x->st.st_dev != y->st.st_dev)
		return (x->st.st_dev < y->st.st_dev ? -1 : 1);
	return ((x->st.st_ino > y->st.st_ino) - (x->st.st_ino < y->st.st_ino));
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
		    !same_file(&(*found)->st, &e->st) ||
		    !same_content(&(*found)->st, &e->st))
			continue;
		e->twin = *found;
		(*found)->twin = e;
	}
	free(gone);
	for (e = TAILQ_FIRST(&t->list[ENTRY_COME]); e != NULL; e = next) {
		next = TAILQ_NEXT(e, link);
		if (e->twin == NULL)
			continue;
		/* The name of one that was renamed is no place for another. */
		if (e->over != NULL && e->over->twin != NULL)
			e->twin = e->twin->twin = NULL;
		else
			put(t, e, ENTRY_RENAMED);
	}
}

/* e is what its twin was. */
static int
rename_entry(struct green__tree *t, struct green__entry *e)
{
	struct green__entry *old = e->twin, *c;
	const char *path = path_of(t, old);
	char *from;
	int rc;

	if (path == NULL || (from = strdup(path)) == NULL)
		return (-1);
	rc = tell(t, GREEN_WATCH_RENAMED, e, from);
	free(from);
	if (rc == -1)
		return (-1);
	/* What had its name is replaced. */
	if (e->over != NULL)
		free_entry(t, e->over);
	TAILQ_CONCAT(&e->children, &old->children, sibling);
	TAILQ_FOREACH(c, &e->children, sibling)
		c->parent = e;
	e->fd = old->fd;
	e->error = old->error;
	old->fd = -1;
	if (e->fd != -1)
		(void)t->enter(t, e, NULL);
	e->over = NULL;
	free_entry(t, old);
	put(t, e, ENTRY_KNOWN);
	find_missed(t);
	/* It may have changed as well. */
	if (S_ISDIR(e->st.st_mode) && !t->shallow)
		green__tree_due(t, e);
	else if (e->fd == -1)
		return (enter(t, e));
	return (0);
}

static int
tell_changes(struct green__tree *t)
{
	struct green__entry *e;

	match(t);
	while ((e = TAILQ_FIRST(&t->list[ENTRY_RENAMED])) != NULL)
		/* What it was may have gone with what it was in. */
		if (e->twin == NULL)
			put(t, e, ENTRY_COME);
		else if (rename_entry(t, e) == -1)
			return (-1);
	while ((e = TAILQ_FIRST(&t->list[ENTRY_GONE])) != NULL) {
		if (tell(t, GREEN_WATCH_REMOVED, e, NULL) == -1)
			return (-1);
		free_entry(t, e);
	}
	while ((e = TAILQ_FIRST(&t->list[ENTRY_COME])) != NULL) {
		e->over = NULL;
		if (tell(t, GREEN_WATCH_CREATED, e, NULL) == -1)
			return (-1);
		put(t, e, ENTRY_KNOWN);
		if (S_ISDIR(e->st.st_mode) && !t->shallow)
			green__tree_due(t, e);
		else if (enter(t, e) == -1)
			return (-1);
	}
	return (0);
}

/* All of it is forgotten but the root. */
static void
forget(struct green__tree *t)
{
	while (!TAILQ_EMPTY(&t->root->children))
		free_entry(t, TAILQ_FIRST(&t->root->children));
	put(t, t->root, ENTRY_DUE);
}

static int
look(struct green__tree *t)
{
	struct green__entry *e;

	/* What is left of a look that was cancelled. */
	if (tell_changes(t) == -1)
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
		if (tell_changes(t) == -1)
			return (-1);
	}
	return (0);
}

static int
tell_anew(struct green__tree *t)
{
	if (tell_always(t, GREEN_WATCH_OVERFLOW, t->root, NULL, 0) == -1)
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
	find_missed(t);
	if (look(t) == -1) {
		t->lost = errno != ECANCELED;
		return (-1);
	}
	if (!TAILQ_EMPTY(&t->list[ENTRY_DUE]))
		return (0);
	t->quiet = false;
	return (t->anew ? tell_anew(t) : 0);
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
	t->root = new_entry(NULL, name);
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
		free_entry(t, t->root);
	free(t->path);
}
