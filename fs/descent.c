/*
 * A way down a tree.  The lowest directories are open; one that was closed to
 * save a descriptor is opened again by ".." as the way leads back to it, and
 * must be the one that it was.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "descent.h"
#include "internal.h"

#define OPEN	((size_t)16)		/* so many at once */

static int
open_dir(int at, const char *name, struct stat *st)
{
	int error, fd;

	fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd != -1 && fstat(fd, st) == -1) {
		error = errno;
		close(fd);
		errno = error;
		return (-1);
	}
	return (fd);
}

struct green__level *
green__descent_lowest(struct green__descent *d)
{
	return (&d->level[d->depth - 1]);
}

int
green__descent_enter(struct green__descent *d, const char *name)
{
	struct green__level *l;
	size_t room = d->room == 0 ? OPEN : d->room * 2;
	int at = d->depth == 0 ? AT_FDCWD : green__descent_lowest(d)->fd;

	if (d->depth == d->room) {
		l = reallocarray(d->level, room, sizeof(*l));
		if (l == NULL)
			return (-1);
		d->level = l;
		d->room = room;
	}
	l = &d->level[d->depth];
	*l = (struct green__level){ 0 };
	if ((l->fd = open_dir(at, name, &l->st)) == -1)
		return (-1);
	d->depth++;
	if (d->depth > OPEN) {
		l = &d->level[d->depth - 1 - OPEN];
		if (l->fd != -1)
			close(l->fd);
		l->fd = -1;
	}
	return (0);
}

static void
forget(struct green__descent *d)
{
	struct green__level *l = green__descent_lowest(d);

	green__names_free(&l->names);
	if (l->fd != -1)
		close(l->fd);
	d->depth--;
}

int
green__descent_leave(struct green__descent *d)
{
	struct green__level *l = green__descent_lowest(d), *up = l - 1;
	struct stat st;

	if (d->depth > 1 && up->fd == -1) {
		if ((up->fd = open_dir(l->fd, "..", &st)) == -1)
			return (-1);
		if (st.st_dev != up->st.st_dev || st.st_ino != up->st.st_ino) {
			close(up->fd);
			up->fd = -1;
			errno = ESTALE;
			return (-1);
		}
	}
	forget(d);
	return (0);
}

void
green__descent_end(struct green__descent *d)
{
	int error = errno;

	while (d->depth > 0)
		forget(d);
	free(d->level);
	*d = (struct green__descent){ 0 };
	errno = error;
}
