/*
 * Removing, trees too.  What a directory has is removed by its names in that
 * directory, never by a path: a link that takes a directory's place meanwhile
 * is removed, or in the way, but not followed.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <green/path.h>

#include "descent.h"
#include "internal.h"

/* 0 for what has gone by itself. */
static int
unless_gone(int rc)
{
	return (rc == -1 && errno == ENOENT ? 0 : rc);
}

/* A directory that has been left, or cannot be entered. */
static int
remove_empty(int at, const char *name)
{
	return (unless_gone(unlinkat(at, name, AT_REMOVEDIR)));
}

/* Into a directory, unless it can be removed at once: it may be empty. */
static int
enter(struct green__descent *d, const char *name)
{
	int at = d->depth == 0 ? AT_FDCWD : green__descent_lowest(d)->fd;
	struct green__level *l;
	int error;

	if (green__descent_enter(d, name) == -1) {
		error = errno;
		if (error == EACCES && remove_empty(at, name) == 0)
			return (0);
		errno = error;
		return (unless_gone(-1));
	}
	l = green__descent_lowest(d);
	return (green__names_read(&l->names, l->fd));
}

/* One entry of the lowest; its type may have changed since it was read. */
static int
remove_entry(struct green__descent *d, const struct green__name *e)
{
	int at = green__descent_lowest(d)->fd;
	struct stat st;

	if (e->type != DT_DIR) {
		if (unless_gone(unlinkat(at, e->name, 0)) == 0)
			return (0);
		if (errno != EISDIR && errno != EPERM)
			return (-1);
		/* EPERM is what POSIX says of a directory. */
		if (fstatat(at, e->name, &st, AT_SYMLINK_NOFOLLOW) == -1)
			return (unless_gone(-1));
		if (!S_ISDIR(st.st_mode)) {
			errno = EPERM;
			return (-1);
		}
	}
	if (enter(d, e->name) == 0)
		return (0);
	if (errno != ENOTDIR && errno != ELOOP)
		return (-1);
	return (unless_gone(unlinkat(at, e->name, 0)));
}

static int
remove_below(struct green__descent *d, enum green__removal how)
{
	struct green__level *l;

	while (d->depth > 0) {
		if (how == REMOVE_STOPPABLY &&
		    green_thread_check_cancelled() == -1)
			return (-1);
		l = green__descent_lowest(d);
		if (l->next < l->names.n) {
			if (remove_entry(d, &l->names.name[l->next++]) == -1)
				return (-1);
			continue;
		}
		if (green__descent_leave(d) == -1)
			return (-1);
		if (d->depth == 0)
			return (0);
		l = green__descent_lowest(d);
		if (remove_empty(l->fd, l->names.name[l->next - 1].name) == -1)
			return (-1);
	}
	return (0);
}

int
green__remove_tree(const char *path, enum green__removal how)
{
	struct green__descent d = { 0 };
	int rc;

	if ((rc = enter(&d, path)) == 0)
		rc = remove_below(&d, how);
	green__descent_end(&d);
	return (rc == -1 ? -1 : remove_empty(AT_FDCWD, path));
}

struct removal {
	char	*path;
	bool	 slash;			/* it must be a directory */
	int	 flags;
};

static int
do_remove(void *arg)
{
	struct removal *r = arg;
	struct stat st;

	if (lstat(r->path, &st) == -1)
		return (r->flags & GREEN_PATH_MISSING_OK ? unless_gone(-1) :
		    -1);
	if (!S_ISDIR(st.st_mode)) {
		if (!r->slash)
			return (unlink(r->path));
		errno = ENOTDIR;
		return (-1);
	}
	if ((r->flags & GREEN_PATH_RECURSIVE) == 0) {
		errno = EISDIR;
		return (-1);
	}
	return (green__remove_tree(r->path, REMOVE_STOPPABLY));
}

int
green_path_remove(const char *path, int flags)
{
	struct removal r = { .flags = flags };
	const char *last;
	int error, rc;

	if (flags & ~(GREEN_PATH_RECURSIVE | GREEN_PATH_MISSING_OK))
		return (green__fail(EINVAL));
	if ((r.path = green__path_trim(path, &r.slash)) == NULL)
		return (green__fail(ENOMEM));
	last = strrchr(r.path, '/') == NULL ? r.path : strrchr(r.path, '/') + 1;
	if (strcmp(last, ".") == 0 || strcmp(last, "..") == 0)
		rc = green__fail(EINVAL);
	else if (*last == '\0' && *path != '\0')
		rc = green__fail(EBUSY);
	else
		rc = green__path_work(do_remove, &r);
	error = errno;
	free(r.path);
	errno = error;
	return (rc);
}
