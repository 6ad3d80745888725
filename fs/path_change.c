/*
 * Changes to what paths name: one trip to a worker each.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <green/path.h>

#include "internal.h"

struct change {
	const char *path;
	const char *to;
	off_t	 size;
	mode_t	 mode;
	int	 flags;
};

static bool
is_dir(const char *path)
{
	struct stat st;

	return (stat(path, &st) == 0 && S_ISDIR(st.st_mode));
}

int
green__make_parents(const char *path)
{
	char *copy = strdup(path), *p;
	int error, rc = 0;

	if (copy == NULL)
		return (-1);
	for (p = copy; rc == 0 && (p = strchr(p + 1, '/')) != NULL; *p = '/') {
		if (p[strspn(p, "/")] == '\0')
			break;
		*p = '\0';
		if (mkdir(copy, 0777) == -1) {
			error = errno;
			if (!is_dir(copy)) {
				errno = error;
				rc = -1;
			}
		}
	}
	error = errno;
	free(copy);
	errno = error;
	return (rc);
}

static int
do_mkdir(void *arg)
{
	struct change *c = arg;
	int rc = mkdir(c->path, c->mode);

	if (rc == -1 && errno == ENOENT && (c->flags & GREEN_PATH_PARENTS) &&
	    (rc = green__make_parents(c->path)) == 0)
		rc = mkdir(c->path, c->mode);
	if (rc == 0 || errno != EEXIST || (c->flags & GREEN_PATH_EXIST_OK) == 0)
		return (rc);
	rc = is_dir(c->path) ? 0 : -1;
	errno = EEXIST;
	return (rc);
}

int
green_path_mkdir(const char *path, mode_t mode, int flags)
{
	struct change c = { .path = path, .mode = mode, .flags = flags };

	if (flags & ~(GREEN_PATH_PARENTS | GREEN_PATH_EXIST_OK))
		return (green__fail(EINVAL));
	return (green__path_work(do_mkdir, &c));
}

static int
do_rmdir(void *arg)
{
	struct change *c = arg;

	return (rmdir(c->path));
}

int
green_path_rmdir(const char *path)
{
	struct change c = { .path = path };

	return (green__path_work(do_rmdir, &c));
}

static int
do_unlink(void *arg)
{
	struct change *c = arg;

	if (unlink(c->path) == 0)
		return (0);
	return (errno == ENOENT && (c->flags & GREEN_PATH_MISSING_OK) ? 0 : -1);
}

int
green_path_unlink(const char *path, int flags)
{
	struct change c = { .path = path, .flags = flags };

	if (flags & ~GREEN_PATH_MISSING_OK)
		return (green__fail(EINVAL));
	return (green__path_work(do_unlink, &c));
}

static int
do_rename(void *arg)
{
	struct change *c = arg;

	return (rename(c->path, c->to));
}

int
green_path_rename(const char *from, const char *to)
{
	struct change c = { .path = from, .to = to };

	return (green__path_work(do_rename, &c));
}

/* Of a link too, and not of what it points to, whatever link(2) does here. */
static int
do_link(void *arg)
{
	struct change *c = arg;

	return (linkat(AT_FDCWD, c->to, AT_FDCWD, c->path, 0));
}

int
green_path_link(const char *target, const char *path)
{
	struct change c = { .path = path, .to = target };

	return (green__path_work(do_link, &c));
}

static int
do_symlink(void *arg)
{
	struct change *c = arg;

	return (symlink(c->to, c->path));
}

int
green_path_symlink(const char *target, const char *path)
{
	struct change c = { .path = path, .to = target };

	return (green__path_work(do_symlink, &c));
}

static int
do_mkfifo(void *arg)
{
	struct change *c = arg;

	return (mkfifo(c->path, c->mode));
}

int
green_path_mkfifo(const char *path, mode_t mode)
{
	struct change c = { .path = path, .mode = mode };

	return (green__path_work(do_mkfifo, &c));
}

static int
do_truncate(void *arg)
{
	struct change *c = arg;
	int rc;

	do
		rc = truncate(c->path, c->size);
	while (rc == -1 && errno == EINTR);
	return (rc);
}

int
green_path_truncate(const char *path, off_t size)
{
	struct change c = { .path = path, .size = size };

	return (green__path_work(do_truncate, &c));
}
