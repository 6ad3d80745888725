/*
 * What files are apart from their content: times, modes, owners.  One trip to a
 * worker each; those for whole trees are in path_meta_tree.c.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <fcntl.h>
#include <unistd.h>

#include <green/path.h>

#include "internal.h"
#include "path_meta.h"

struct change {
	const char *path;
	const struct timespec *t;
	mode_t	 mode;
	int	 flags;
	struct green__meta meta;
};

static int
link_flag(int flags)
{
	return (flags & GREEN_PATH_NOFOLLOW ? AT_SYMLINK_NOFOLLOW : 0);
}

static int
do_touch(void *arg)
{
	struct change *c = arg;
	bool may_exist = (c->flags & GREEN_PATH_EXIST_OK) != 0;
	int fd;

	if (may_exist) {
		if (utimensat(AT_FDCWD, c->path, NULL, 0) == 0)
			return (0);
		if (errno != ENOENT)
			return (-1);
	}
	/* Somebody else may be faster, and make a FIFO of it. */
	fd = open(c->path, O_WRONLY | O_CREAT | O_NONBLOCK | O_NOCTTY |
	    O_CLOEXEC | (may_exist ? 0 : O_EXCL), c->mode);
	return (fd == -1 ? -1 : close(fd));
}

int
green_path_touch(const char *path, mode_t mode, int flags)
{
	struct change c = { .path = path, .mode = mode, .flags = flags };

	if (flags & ~GREEN_PATH_EXIST_OK)
		return (green__fail(EINVAL));
	return (green__path_work(do_touch, &c));
}

static int
do_utimens(void *arg)
{
	struct change *c = arg;

	return (utimensat(AT_FDCWD, c->path, c->t, link_flag(c->flags)));
}

int
green_path_utimens(const char *path, const struct timespec t[2], int flags)
{
	struct change c = { .path = path, .t = t, .flags = flags };

	if (flags & ~GREEN_PATH_NOFOLLOW)
		return (green__fail(EINVAL));
	return (green__path_work(do_utimens, &c));
}

int
green__meta_set(const struct green__meta *m, int dir, const char *name,
    int at_flags)
{
	if (m->chown)
		return (fchownat(dir, name, m->uid, m->gid, at_flags));
	return (fchmodat(dir, name, m->mode, at_flags));
}

static int
do_meta(void *arg)
{
	struct change *c = arg;

	if (c->flags & GREEN_PATH_RECURSIVE)
		return (green__meta_set_tree(&c->meta, c->path,
		    link_flag(c->flags)));
	return (green__meta_set(&c->meta, AT_FDCWD, c->path,
	    link_flag(c->flags)));
}

static int
change_meta(struct change *c)
{
	if (c->flags & ~(GREEN_PATH_NOFOLLOW | GREEN_PATH_RECURSIVE))
		return (green__fail(EINVAL));
	return (green__path_work(do_meta, c));
}

int
green_path_chmod(const char *path, mode_t mode, int flags)
{
	struct change c = {
		.path = path,
		.flags = flags,
		.meta = { .mode = mode & 07777 }
	};

	return (change_meta(&c));
}

int
green_path_chown(const char *path, uid_t uid, gid_t gid, int flags)
{
	struct change c = {
		.path = path,
		.flags = flags,
		.meta = { .chown = true, .uid = uid, .gid = gid }
	};

	return (change_meta(&c));
}
