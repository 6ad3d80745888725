/*
 * Where file systems are mounted.  Linux tells so; elsewhere, a directory on
 * another device than its parent is one, and the root, which is its own parent.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <fcntl.h>
#include <stdlib.h>

#include <green/path.h>

#include "internal.h"

/* 1, 0, or -1 if the system does not tell. */
static int
told(const char *path)
{
#if defined(HAVE_STATX) && defined(STATX_ATTR_MOUNT_ROOT)
	struct statx st;

	if (statx(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, 0, &st) == 0 &&
	    (st.stx_attributes_mask & STATX_ATTR_MOUNT_ROOT))
		return ((st.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0);
#else
	(void)path;
#endif
	return (-1);
}

struct question {
	const char *path;
	bool	 is_mount;
};

static int
do_is_mount(void *arg)
{
	struct question *q = arg;
	struct stat st, above;
	char *parent;
	int rc, error;

	if (lstat(q->path, &st) == -1)
		return (-1);
	if ((rc = told(q->path)) != -1) {
		q->is_mount = rc == 1;
		return (0);
	}
	if (!S_ISDIR(st.st_mode))
		return (0);
	if ((parent = green_path_join(q->path, "..")) == NULL)
		return (-1);
	rc = lstat(parent, &above);
	error = errno;
	free(parent);
	errno = error;
	q->is_mount = rc == 0 && (st.st_dev != above.st_dev ||
	    st.st_ino == above.st_ino);
	return (rc);
}

int
green_path_is_mount(const char *path)
{
	struct question q = { .path = path };

	if (green__path_work(do_is_mount, &q) == -1)
		return (errno == ENOENT || errno == ENOTDIR ? 0 : -1);
	return (q.is_mount);
}
