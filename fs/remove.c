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

#include "internal.h"
#include "tour.h"

/* 0 for what has gone by itself. */
static int
unless_gone(int rc)
{
	return (rc == -1 && errno == ENOENT ? 0 : rc);
}

/* A name in the directory above s: the root's is a path. */
static int
unlink_above(struct green__tour *t, struct green__stop *s, int flags)
{
	struct green__branch *b = s->branch.parent;
	int at = AT_FDCWD, rc;

	if (b != NULL && (at = green__branch_hold(&t->tree, b)) == -1)
		return (-1);
	rc = unless_gone(unlinkat(at, s->branch.name, flags));
	if (b != NULL)
		green__branch_let_go(&t->tree, b);
	return (rc);
}

/* It cannot be opened: it has gone, or something else has its place, or it may
   be empty all the same. */
static int
remove_unopened(struct green__tour *t, struct green__stop *s)
{
	int error = errno;

	if (s->parent != NULL && error == ENOENT)
		return (0);
	if (s->parent != NULL && (error == ENOTDIR || error == ELOOP))
		return (unlink_above(t, s, 0));
	if (error == EACCES && unlink_above(t, s, AT_REMOVEDIR) == 0)
		return (0);
	errno = error;
	return (-1);
}

/* What was read of its type may not be so any more. */
static int
remove_entry(int dir, const struct green__name *e)
{
	if (*green__name_type(e) == DT_DIR ||
	    unless_gone(unlinkat(dir, e->name, 0)) == 0)
		return (0);
	/* EPERM is what POSIX says of a directory. */
	if (errno != EISDIR && (errno != EPERM ||
	    green__type_at(dir, e->name) != DT_DIR))
		return (-1);
	*green__name_type(e) = DT_DIR;
	return (0);
}

static int
remove_entries(struct green__tour *t, struct green__stop *s, int fd)
{
	size_t i;

	if (green__names_read(&s->names, fd, NAMES_BY_INODE) == -1)
		return (-1);
	for (i = 0; i < s->names.n; i++)
		if (green__tour_check(t) == -1 ||
		    remove_entry(fd, &s->names.name[i]) == -1)
			return (-1);
	return (0);
}

static int
enter(struct green__tour *t, struct green__stop *s)
{
	int fd = green__branch_hold(&t->tree, &s->branch), rc;

	if (fd == -1)
		return (remove_unopened(t, s));
	rc = remove_entries(t, s, fd);
	green__branch_let_go(&t->tree, &s->branch);
	return (rc);
}

static int
leave(struct green__tour *t, struct green__stop *s)
{
	green__branch_end(&t->tree, &s->branch, true);
	return (unlink_above(t, s, AT_REMOVEDIR));
}

static void
end(struct green__tour *t, struct green__stop *s)
{
	(void)t;
	(void)s;
}

int
green__remove_tree(const char *path, enum green__removal how)
{
	static const struct green__tour_ops ops = {
		.size = sizeof(struct green__stop),
		.enter = enter,
		.leave = leave,
		.end = end
	};
	struct green__tour t = {
		.ops = &ops,
		.unstoppable = how == REMOVE_ALL
	};

	return (green__tour(&t, path));
}

struct removal {
	char	*path;
	bool	 slash;			/* it must be a directory */
	int	 flags;
};

/* What is no directory. */
static int
do_remove(void *arg)
{
	struct removal *r = arg;
	struct stat st;

	if (lstat(r->path, &st) == -1)
		return (-1);
	if (!S_ISDIR(st.st_mode) && !r->slash)
		return (unlink(r->path));
	errno = S_ISDIR(st.st_mode) ? EISDIR : ENOTDIR;
	return (-1);
}

static int
remove_any(struct removal *r)
{
	int rc = -1;

	errno = ENOTDIR;
	if (r->flags & GREEN_PATH_RECURSIVE)
		rc = green__remove_tree(r->path, REMOVE_STOPPABLY);
	if (rc == -1 && (errno == ENOTDIR || errno == ELOOP))
		rc = green__path_work(do_remove, r);
	return (r->flags & GREEN_PATH_MISSING_OK ? unless_gone(rc) : rc);
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
		rc = remove_any(&r);
	error = errno;
	free(r.path);
	errno = error;
	return (rc);
}
