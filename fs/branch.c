/*
 * A branch that was closed to save a descriptor is opened again when it is
 * held: by ".." from one below it, which keeps the way back as short in a deep
 * tree as in any other; or else from the nearest above it that is open.  Either
 * way it must be the directory that it was.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "branch.h"
#include "close.h"

#define OPEN	16			/* so many at once, or little more */

int
green__tree_init(struct green__tree *t)
{
	int error = pthread_mutex_init(&t->lock, NULL);

	TAILQ_INIT(&t->open);
	t->nopen = 0;
	t->follow = false;
	errno = error;
	return (error == 0 ? 0 : -1);
}

void
green__tree_destroy(struct green__tree *t)
{
	(void)pthread_mutex_destroy(&t->lock);
}

void
green__branch_init(struct green__branch *b, struct green__branch *parent,
    const char *name)
{
	*b = (struct green__branch){
		.parent = parent,
		.name = name,
		.fd = -1
	};
}

static int
open_dir(int at, const char *name, int flags)
{
	return (openat(at, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | flags));
}

/* Is that b? */
static bool
is(const struct green__branch *b, int fd)
{
	struct stat st;

	if (fstat(fd, &st) == -1)
		return (false);
	if (st.st_dev == b->dev && st.st_ino == b->ino)
		return (true);
	errno = ESTALE;
	return (false);
}

/* With the lock, as all down to green__branch_hold(), unless it says so. */
static void
shut(struct green__tree *t, struct green__branch *b)
{
	TAILQ_REMOVE(&t->open, b, link);
	t->nopen--;
	close(b->fd);
	b->fd = -1;
}

/* For now; false: it has to stay open, as nobody could tell it again. */
static bool
shut_for_now(struct green__tree *t, struct green__branch *b)
{
	struct stat st;

	if (!b->known) {
		if (fstat(b->fd, &st) == -1)
			return (false);
		b->known = true;
		b->dev = st.st_dev;
		b->ino = st.st_ino;
	}
	shut(t, b);
	return (true);
}

/* Those not used for long, until so many are left, if they can be spared. */
static void
spare(struct green__tree *t, size_t left)
{
	struct green__branch *b, *next;

	for (b = TAILQ_FIRST(&t->open); b != NULL && t->nopen > left;
	    b = next) {
		next = TAILQ_NEXT(b, link);
		if (b->holders == 0 && b->parent != NULL)
			(void)shut_for_now(t, b);
	}
}

/* b is open now, and held; unless it was open meanwhile. */
static void
have(struct green__tree *t, struct green__branch *b, int fd)
{
	b->holders++;
	if (b->fd != -1) {
		close(fd);
		return;
	}
	b->fd = fd;
	if (b->parent != NULL)
		b->parent->below = b;
	TAILQ_INSERT_TAIL(&t->open, b, link);
	t->nopen++;
	spare(t, OPEN);
}

/* From b, which is open, to the one above, which was closed for now and is open
   then; -1: there may be another way.  The lock stays, lest b goes. */
static int
step_back(struct green__tree *t, struct green__branch *b)
{
	int fd = open_dir(b->fd, "..", 0);

	if (fd == -1)
		return (-1);
	if (!is(b->parent, fd))
		return (green__close_failed(fd));
	have(t, b->parent, fd);
	b->parent->holders--;
	return (fd);
}

/* It may be by one that is below it. */
static bool
is_open(struct green__tree *t, struct green__branch *b)
{
	return (b->fd != -1 || (b->below != NULL && b->below->fd != -1 &&
	    step_back(t, b->below) != -1));
}

/* Without the lock: b, in the directory above, or by a path. */
static int
open_in(int above, const struct green__branch *b, int flags)
{
	int fd = open_dir(above, b->name, flags);

	if (fd != -1 && b->known && !is(b, fd))
		return (green__close_failed(fd));
	return (fd);
}

/* From the one above, which is open and held, if there is one; it is let go. */
static int
step(struct green__tree *t, struct green__branch *b)
{
	struct green__branch *up = b->parent;
	int above = up == NULL ? AT_FDCWD : up->fd, error, fd;

	pthread_mutex_unlock(&t->lock);
	fd = open_in(above, b, up == NULL && t->follow ? 0 : O_NOFOLLOW);
	error = errno;
	pthread_mutex_lock(&t->lock);
	if (up != NULL)
		up->holders--;
	if (fd != -1)
		have(t, b, fd);
	errno = error;
	return (fd);
}

/* From the nearest above it that is open, down to b, which is held then. */
static int
reach(struct green__tree *t, struct green__branch *b)
{
	struct green__branch *from, *one[1], **way = one;
	size_t i, n = 1;
	int error, fd = -1;

	for (from = b->parent; from != NULL && !is_open(t, from);
	    from = from->parent)
		n++;
	if (n > 1 && (way = calloc(n, sizeof(*way))) == NULL)
		return (-1);
	for (i = 0; i < n; i++)
		way[i] = i == 0 ? b : way[i - 1]->parent;
	if (from != NULL)
		from->holders++;
	for (i = n; i > 0; i--)
		if ((fd = step(t, way[i - 1])) == -1)
			break;
	error = errno;
	if (way != one)
		free(way);
	errno = error;
	return (fd);
}

static int
hold(struct green__tree *t, struct green__branch *b)
{
	int fd;

	if (is_open(t, b)) {
		TAILQ_REMOVE(&t->open, b, link);
		TAILQ_INSERT_TAIL(&t->open, b, link);
		b->holders++;
		return (b->fd);
	}
	fd = reach(t, b);
	if (fd == -1 && (errno == EMFILE || errno == ENFILE)) {
		spare(t, 1);
		fd = reach(t, b);
	}
	return (fd == -1 ? -1 : b->fd);
}

int
green__branch_hold(struct green__tree *t, struct green__branch *b)
{
	int error, fd;

	pthread_mutex_lock(&t->lock);
	fd = hold(t, b);
	error = errno;
	pthread_mutex_unlock(&t->lock);
	errno = error;
	return (fd);
}

void
green__branch_let_go(struct green__tree *t, struct green__branch *b)
{
	pthread_mutex_lock(&t->lock);
	b->holders--;
	pthread_mutex_unlock(&t->lock);
}

void
green__branch_end(struct green__tree *t, struct green__branch *b, bool back)
{
	int error = errno;

	pthread_mutex_lock(&t->lock);
	if (b->fd != -1) {
		if (back && b->parent != NULL && b->parent->fd == -1)
			(void)step_back(t, b);
		/* That may have spared it; or it is on another's way. */
		if (b->fd != -1 && b->holders == 0 && !shut_for_now(t, b))
			shut(t, b);
	}
	if (b->parent != NULL && b->parent->below == b)
		b->parent->below = NULL;
	pthread_mutex_unlock(&t->lock);
	errno = error;
}
