/*
 * Copying and moving: what may be copied where.  What is no directory is done
 * in one trip to a worker; a tree, by several of them.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "copy.h"

static bool
same(const struct stat *a, const struct stat *b)
{
	return (a->st_dev == b->st_dev && a->st_ino == b->st_ino);
}

/* The directory that path is in, or would be; what is missing is left out. */
static int
open_above(const char *path)
{
	char *copy = strdup(path), *slash;
	int error, fd = -1;

	if (copy == NULL)
		return (-1);
	do {
		if ((slash = strrchr(copy, '/')) == NULL)
			snprintf(copy, strlen(path) + 1, ".");
		else
			slash[slash == copy] = '\0';
		fd = open(copy, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	} while (fd == -1 && errno == ENOENT && slash != NULL && slash != copy);
	error = errno;
	free(copy);
	errno = error;
	return (fd);
}

/* Would the copy be the directory itself, or in it?  1, 0, -1. */
static int
is_inside(const char *to, const struct stat *dir)
{
	struct stat st = { 0 }, before;
	int fd, up;

	if (lstat(to, &st) == 0 && same(&st, dir))
		return (1);
	if ((fd = open_above(to)) == -1)
		return (-1);
	st = (struct stat){ 0 };
	for (;;) {
		before = st;
		if (fstat(fd, &st) == -1)
			break;
		if (same(&st, dir)) {
			close(fd);
			return (1);
		}
		if (same(&st, &before))	/* the root is above itself */
			break;
		up = openat(fd, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (up == -1)		/* what cannot be seen is not ours */
			break;
		close(fd);
		fd = up;
	}
	close(fd);
	return (0);
}

/* May it be copied there?  Whoever copies it sees whether that is free. */
static int
look_at_dir(struct green__copy *c, const struct stat *st)
{
	int rc;

	if ((c->flags & GREEN_PATH_RECURSIVE) == 0) {
		errno = EISDIR;
		return (-1);
	}
	if ((rc = is_inside(c->to, st)) != 0) {
		if (rc == 1)
			errno = EINVAL;
		return (-1);
	}
	if ((c->flags & GREEN_PATH_PARENTS) && green__make_parents(c->to) == -1)
		return (-1);
	c->is_tree = true;
	return (0);
}

static int
copy_other(struct green__copy *c, const struct stat *st)
{
	struct stat there;

	if (lstat(c->to, &there) == 0) {
		errno = (c->flags & GREEN_PATH_EXIST_OK) == 0 ? EEXIST :
		    S_ISDIR(there.st_mode) ? EISDIR :
		    same(&there, st) ? EINVAL : 0;
		if (errno != 0)
			return (-1);
	}
	if ((c->flags & GREEN_PATH_PARENTS) && green__make_parents(c->to) == -1)
		return (-1);
	return (green__copy_entry(c, AT_FDCWD, c->from, st, AT_FDCWD, c->to));
}

/* What is to be copied; by names that end in a slash, a directory. */
static int
look(const struct green__copy *c, struct stat *st)
{
	if (lstat(c->from, st) == -1)
		return (-1);
	if (!c->slash || S_ISDIR(st->st_mode))
		return (0);
	errno = ENOTDIR;
	return (-1);
}

/* In a worker: all of it, or only look at it if it is a tree. */
static int
begin_copy(void *arg)
{
	struct green__copy *c = arg;
	struct stat st;

	if (look(c, &st) == -1)
		return (-1);
	if (S_ISDIR(st.st_mode))
		return (look_at_dir(c, &st));
	if (copy_other(c, &st) == -1)
		return (-1);
	green__copy_done(c);
	return (0);
}

/* In a task. */
static int
copy_any(struct green__copy *c)
{
	if (green__path_work(begin_copy, c) == -1)
		return (-1);
	return (c->is_tree ? green__copy_tree(c) : 0);
}

/*
 * A file system's border has to be crossed.  What is there goes only after the
 * copy is complete, and the copy takes its place at once, as by a rename.
 */
static int
cross_with_file(struct green__copy *c, const struct stat *from)
{
	struct stat there;

	if (lstat(c->to, &there) == 0 && S_ISDIR(there.st_mode)) {
		errno = EISDIR;
		return (-1);
	}
	c->flags |= GREEN_PATH_EXIST_OK;
	return (copy_other(c, from) == -1 ? -1 : unlink(c->from));
}

/* As by rename(2): in the place of an empty one. */
static int
begin_to_cross(struct green__copy *c, const struct stat *from)
{
	struct stat there;

	if (lstat(c->to, &there) == 0 && rmdir(c->to) == -1)
		return (-1);
	return (look_at_dir(c, from));
}

/* In a worker: all of it, unless a tree has to be copied. */
static int
begin_move(void *arg)
{
	struct green__copy *c = arg;
	struct stat st;

	if (look(c, &st) == -1)
		return (-1);
	if (rename(c->from, c->to) == 0)
		return (0);
	if (errno != EXDEV)
		return (-1);
	return (S_ISDIR(st.st_mode) ? begin_to_cross(c, &st) :
	    cross_with_file(c, &st));
}

/* In a task. */
static int
move_any(struct green__copy *c)
{
	int error;

	if (green__path_work(begin_move, c) == -1)
		return (-1);
	if (!c->is_tree)
		return (0);
	if (green__copy_tree(c) == 0)
		return (green__remove_tree(c->from, REMOVE_ALL) == -1 &&
		    errno != ENOENT ? -1 : 0);
	error = errno;
	if (c->made)
		(void)!green__remove_tree(c->to, REMOVE_ALL);
	errno = error;
	return (-1);
}

static int
start(struct green__copy *c, const char *from, const char *to,
    int (*fn)(struct green__copy *))
{
	bool slash_from, slash_to;
	char *f = green__path_trim(from, &slash_from);
	char *t = green__path_trim(to, &slash_to);
	int error, rc;

	c->from = f;
	c->to = t;
	c->slash = slash_from || slash_to;
	if (f == NULL || t == NULL)
		rc = green__fail(ENOMEM);
	else
		rc = fn(c);
	error = errno;
	free(f);
	free(t);
	errno = error;
	return (rc);
}

int
green_path_copy_progress(const char *from, const char *to, int flags,
    green_path_progress_fn *progress, void *arg)
{
	struct green__copy c = {
		.flags = flags,
		.lock = PTHREAD_MUTEX_INITIALIZER,
		.tell = progress,
		.tell_arg = arg
	};

	if (flags & ~(GREEN_PATH_RECURSIVE | GREEN_PATH_EXIST_OK |
	    GREEN_PATH_PARENTS | GREEN_PATH_PRESERVE))
		return (green__fail(EINVAL));
	return (start(&c, from, to, copy_any));
}

int
green_path_copy(const char *from, const char *to, int flags)
{
	return (green_path_copy_progress(from, to, flags, NULL, NULL));
}

int
green_path_move(const char *from, const char *to)
{
	struct green__copy c = {
		.flags = GREEN_PATH_RECURSIVE | GREEN_PATH_PRESERVE |
		    COPY_OWNER,
		.lock = PTHREAD_MUTEX_INITIALIZER
	};

	return (start(&c, from, to, move_any));
}
