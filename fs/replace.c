/*
 * A file that is as before, or complete: its new content goes to a temporary
 * file in the same directory and to the disk, takes the old one's place by
 * rename(2), and the directory goes to the disk too.  Everything is done in the
 * directory as it was opened in the beginning.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <green/path.h>

#include "internal.h"
#include "replace.h"

#define LINKS	40			/* followed before it counts as a loop */

/* What the link at path points to, from here. */
static char *
behind(const char *path)
{
	char *to = green__readlink(AT_FDCWD, path), *above, *target = NULL;

	if (to != NULL && (above = green_path_dirname(path)) != NULL) {
		target = green_path_join(above, to);
		free(above);
	}
	free(to);
	return (target);
}

/* The path without links at its end, whether there is something or not. */
static char *
follow(const char *path)
{
	char *at = strdup(path), *next;
	struct stat st;
	int i;

	for (i = 0; at != NULL; i++) {
		if (lstat(at, &st) == -1 || !S_ISLNK(st.st_mode))
			return (at);
		if (i == LINKS) {
			free(at);
			errno = ELOOP;
			return (NULL);
		}
		next = behind(at);
		free(at);
		at = next;
	}
	return (NULL);
}

/* The directory that the target is in. */
static int
open_above(const char *target)
{
	char *above = green_path_dirname(target);
	int fd, error;

	if (above == NULL)
		return (-1);
	fd = open(above, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	error = errno;
	free(above);
	errno = error;
	return (fd);
}

static int
create(struct green__replacement *r, mode_t mode)
{
	uint64_t drawn;

	do {
		arc4random_buf(&drawn, sizeof(drawn));
		(void)snprintf(r->temporary, sizeof(r->temporary),
		    ".green-%016jx", (uintmax_t)drawn);
		r->fd = openat(r->dir, r->temporary, O_WRONLY | O_CREAT |
		    O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
	} while (r->fd == -1 && errno == EEXIST);
	return (r->fd == -1 ? -1 : 0);
}

/* Is there anything, and can it be replaced? */
static int
look(struct green__replacement *r)
{
	if (*r->target == '\0') {
		errno = ENOENT;
		return (-1);
	}
	r->name = strrchr(r->target, '/');
	r->name = r->name == NULL ? r->target : r->name + 1;
	r->exists = stat(r->target, &r->old) == 0;
	if (!r->exists && errno != ENOENT)
		return (-1);
	if (*r->name == '\0' || (r->exists && S_ISDIR(r->old.st_mode)))
		errno = EISDIR;
	else if (r->exists && !S_ISREG(r->old.st_mode))
		errno = EINVAL;
	else
		return (0);
	return (-1);
}

int
green__replace_begin(struct green__replacement *r, const char *path,
    mode_t mode)
{
	int error;

	if ((r->target = follow(path)) == NULL)
		return (-1);
	r->dir = -1;
	/* Until it is complete, nobody else needs to see what it replaces. */
	if (look(r) == 0 && (r->dir = open_above(r->target)) != -1 &&
	    create(r, r->exists ? 0600 : mode) == 0)
		return (0);
	error = errno;
	if (r->dir != -1)
		close(r->dir);
	free(r->target);
	errno = error;
	return (-1);
}

/*
 * As the old one was.  Another's file stays theirs if that is allowed; if it is
 * not, what runs it must not get the new owner's rights.
 */
static int
keep_mode(struct green__replacement *r)
{
	mode_t mode = r->old.st_mode & 07777;

	if (fchown(r->fd, r->old.st_uid, r->old.st_gid) == -1) {
		mode &= ~(mode_t)S_ISUID;
		if (fchown(r->fd, (uid_t)-1, r->old.st_gid) == -1)
			mode &= ~(mode_t)S_ISGID;
	}
	return (fchmod(r->fd, mode));
}

static int
sync_all(int fd)
{
	int rc;

	do
		rc = fsync(fd);
	while (rc == -1 && errno == EINTR);
	return (rc);
}

int
green__replace_commit(struct green__replacement *r)
{
	int rc, fd;

	if ((r->exists && keep_mode(r) == -1) || sync_all(r->fd) == -1) {
		green__replace_abandon(r);
		return (-1);
	}
	fd = r->fd;
	r->fd = -1;
	if (close(fd) == -1 ||
	    renameat(r->dir, r->temporary, r->dir, r->name) == -1) {
		green__replace_abandon(r);
		return (-1);
	}
	/* Some file systems need not be told, and say so. */
	if ((rc = sync_all(r->dir)) == -1 && errno == EINVAL)
		rc = 0;
	*r->temporary = '\0';
	green__replace_abandon(r);
	return (rc);
}

void
green__replace_abandon(struct green__replacement *r)
{
	int error = errno;

	if (r->fd != -1)
		close(r->fd);
	if (*r->temporary != '\0')
		(void)unlinkat(r->dir, r->temporary, 0);
	close(r->dir);
	free(r->target);
	errno = error;
}

struct content {
	const char *path;
	const void *buf;
	size_t	 len;
	mode_t	 mode;
};

static int
do_write(void *arg)
{
	struct content *c = arg;
	struct green__replacement r;

	if (green__replace_begin(&r, c->path, c->mode) == -1)
		return (-1);
	if (green__write_all(r.fd, c->buf, c->len) == -1) {
		green__replace_abandon(&r);
		return (-1);
	}
	return (green__replace_commit(&r));
}

int
green_path_write_atomic(const char *path, const void *buf, size_t len,
    mode_t mode)
{
	struct content c = { path, buf, len, mode };

	return (green__path_work(do_write, &c));
}
