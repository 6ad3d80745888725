/*
 * Modes and owners of whole trees.  Every step goes from an open directory to a
 * name in it, without following links, so that nobody who swaps one in
 * meanwhile leads it elsewhere.  One directory is open at a time, however deep
 * the tree: the way back is "..", which must be the directory that it came
 * from.
 *
 * A directory's own mode is set before it is entered, which may be what lets us
 * in; but one that would keep us out is set when all below has its own.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <sys/stat.h>

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <green/path.h>

#include "internal.h"
#include "path_meta.h"

/* A directory on the way: those in it that have not been entered. */
struct level {
	struct level *up;
	dev_t	 dev;
	ino_t	 ino;
	char	*names;			/* each with its NUL */
	size_t	 next;
	size_t	 len;
	size_t	 size;
};

struct tour {
	const struct green__meta *meta;
	bool	 late;			/* directories after what is in them */
	int	 fd;			/* of the level */
	struct level *level;
};

static int
push(struct tour *t, int fd)
{
	struct level *l = calloc(1, sizeof(*l));
	struct stat st;

	if (l == NULL || fstat(fd, &st) == -1) {
		free(l);
		return (-1);
	}
	l->dev = st.st_dev;
	l->ino = st.st_ino;
	l->up = t->level;
	t->level = l;
	return (0);
}

static void
pop(struct tour *t)
{
	struct level *l = t->level;

	t->level = l->up;
	free(l->names);
	free(l);
}

static int
remember(struct level *l, const char *name)
{
	size_t len = strlen(name) + 1, size = l->size;
	char *names;

	while (l->len + len > size)
		size = size == 0 ? 256 : size * 2;
	if (size > l->size) {
		if ((names = realloc(l->names, size)) == NULL)
			return (-1);
		l->names = names;
		l->size = size;
	}
	memcpy(l->names + l->len, name, len);
	l->len += len;
	return (0);
}

/* What is no directory is changed, unless it is a link that has no mode; what
   has vanished is none of ours. */
static int
meet(struct tour *t, const char *name)
{
	struct stat st;
	int rc = fstatat(t->fd, name, &st, AT_SYMLINK_NOFOLLOW);

	if (rc == 0 && S_ISDIR(st.st_mode))
		return (remember(t->level, name));
	if (rc == 0 && (t->meta->chown || !S_ISLNK(st.st_mode)))
		rc = green__meta_set(t->meta, t->fd, name, AT_SYMLINK_NOFOLLOW);
	return (rc == -1 && errno != ENOENT ? -1 : 0);
}

static int
meet_all(struct tour *t, DIR *dir)
{
	struct dirent *e;

	for (;;) {
		errno = 0;
		if ((e = readdir(dir)) == NULL)
			return (errno == 0 ? 0 : -1);
		if (strcmp(e->d_name, ".") != 0 &&
		    strcmp(e->d_name, "..") != 0 && meet(t, e->d_name) == -1)
			return (-1);
	}
}

/* The level that was just entered. */
static int
scan(struct tour *t)
{
	int fd = fcntl(t->fd, F_DUPFD_CLOEXEC, 0), rc, error;
	DIR *dir;

	if (fd == -1)
		return (-1);
	if ((dir = fdopendir(fd)) == NULL) {
		error = errno;
		close(fd);
		errno = error;
		return (-1);
	}
	rc = meet_all(t, dir);
	error = errno;
	closedir(dir);
	errno = error;
	return (rc);
}

/* The fd is the tour's now, or closed. */
static int
enter(struct tour *t, int fd)
{
	int error;

	if (green_thread_check_cancelled() == -1 || push(t, fd) == -1) {
		error = errno;
		close(fd);
		errno = error;
		return (-1);
	}
	if (t->fd != -1)
		close(t->fd);
	t->fd = fd;
	return (scan(t));
}

static int
go_down(struct tour *t)
{
	struct level *l = t->level;
	const char *name = l->names + l->next;
	int fd;

	l->next += strlen(name) + 1;
	if (!t->late && green__meta_set(t->meta, t->fd, name,
	    AT_SYMLINK_NOFOLLOW) == -1)
		return (errno == ENOENT ? 0 : -1);
	fd = openat(t->fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW |
	    O_CLOEXEC);
	if (fd == -1)
		return (errno == ENOENT || errno == ENOTDIR ||
		    errno == ELOOP ? 0 : -1);
	return (enter(t, fd));
}

static int
set_late(struct tour *t)
{
	return (t->late ? fchmod(t->fd, t->meta->mode) : 0);
}

/* To where we came from, or nowhere: ENOENT. */
static int
go_up(struct tour *t)
{
	const struct level *up = t->level->up;
	struct stat st;
	int fd = openat(t->fd, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int error;

	if (fd == -1)
		return (-1);
	if (fstat(fd, &st) == -1 || set_late(t) == -1)
		error = errno;
	else if (st.st_dev != up->dev || st.st_ino != up->ino)
		error = ENOENT;
	else {
		close(t->fd);
		t->fd = fd;
		pop(t);
		return (0);
	}
	close(fd);
	errno = error;
	return (-1);
}

static int
go_round(struct tour *t, int root)
{
	int rc = enter(t, root);

	while (rc == 0) {
		if (t->level->next < t->level->len)
			rc = go_down(t);
		else if (t->level->up != NULL)
			rc = go_up(t);
		else
			return (set_late(t));
	}
	return (rc);
}

int
green__meta_set_tree(const struct green__meta *m, const char *path,
    int at_flags)
{
	const mode_t lets_in = S_IRUSR | S_IXUSR;
	struct tour t = {
		.meta = m,
		.late = !m->chown && (m->mode & lets_in) != lets_in,
		.fd = -1
	};
	struct stat st;
	int root, rc, error;

	if (fstatat(AT_FDCWD, path, &st, at_flags) == -1)
		return (-1);
	if ((!t.late || !S_ISDIR(st.st_mode)) &&
	    green__meta_set(m, AT_FDCWD, path, at_flags) == -1)
		return (-1);
	if (!S_ISDIR(st.st_mode))
		return (0);
	root = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC |
	    (at_flags & AT_SYMLINK_NOFOLLOW ? O_NOFOLLOW : 0));
	if (root == -1)
		return (-1);
	rc = go_round(&t, root);
	error = errno;
	while (t.level != NULL)
		pop(&t);
	if (t.fd != -1)
		close(t.fd);
	errno = error;
	return (rc);
}
