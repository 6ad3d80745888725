/*
 * Directories, entry by entry.  A worker reads many entries a trip into a
 * buffer, and closes the directory as soon as it has come to its end, so that a
 * small one is a single trip from open to close.
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
#include "walk.h"

#define BATCH	((size_t)16 * 1024)
/* What one entry may take: its type, its name, its NUL. */
#define ENTRY	(sizeof(((struct dirent *)0)->d_name) + 2)

struct green_dir {
	DIR	*dir;			/* NULL: read to the end */
	struct green__use use;
	int	 error;			/* after what is in the batch */
	size_t	 next;			/* in the batch: the next entry, ... */
	size_t	 end;			/* ... and where the entries end */
	char	*path;			/* the directory's, with room to join */
	size_t	 path_len;
	struct green__walk *walk;	/* or NULL; then there is no batch */
	char	 batch[];		/* type, name, NUL, type, ... */
};

/* In a worker: the next batch. */
static int
fill(void *arg)
{
	struct green_dir *d = arg;
	struct dirent *e;
	size_t len;

	d->next = d->end = 0;
	while (d->end + ENTRY <= BATCH) {
		errno = 0;
		if ((e = readdir(d->dir)) == NULL) {
			d->error = errno;
			closedir(d->dir);
			d->dir = NULL;
			return (0);
		}
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		len = strlen(e->d_name) + 1;
		d->batch[d->end++] = (char)green__type_of(d->dir, e);
		memcpy(d->batch + d->end, e->d_name, len);
		d->end += len;
	}
	return (0);
}

static int
open_and_fill(void *arg)
{
	struct green_dir *d = arg;
	int fd, error;

	/* Whatever else has this name, opening it must not block. */
	fd = open(d->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd == -1)
		return (-1);
	if ((d->dir = fdopendir(fd)) == NULL) {
		error = errno;
		close(fd);
		errno = error;
		return (-1);
	}
	return (fill(d));
}

struct green_dir *
green_dir_open(const char *path)
{
	struct green_dir *d;
	size_t len = strlen(path);
	int error;

	if (green__check() == -1)
		return (NULL);
	/* The batch need not be zeroed. */
	if ((d = malloc(sizeof(*d) + BATCH)) == NULL ||
	    (d->path = malloc(len + 2 + ENTRY)) == NULL) {
		free(d);
		green__fail(ENOMEM);
		return (NULL);
	}
	d->dir = NULL;
	d->walk = NULL;
	d->use = (struct green__use){ 0 };
	d->error = 0;
	memcpy(d->path, path, len + 1);
	if (green__path_work(open_and_fill, d) ==
	    -1) {
		error = errno;
		free(d->path);
		free(d);
		errno = error;
		return (NULL);
	}
	if (len > 0 && path[len - 1] != '/')
		d->path[len++] = '/';
	d->path_len = len;
	return (d);
}

/* The next entry from the batch, which has one. */
static void
take(struct green_dir *d, struct green_dirent *e)
{
	size_t len;

	*e = (struct green_dirent){ 0 };
	e->type = (unsigned char)d->batch[d->next++];
	e->name = d->batch + d->next;
	len = strlen(e->name) + 1;
	memcpy(d->path + d->path_len, e->name, len);
	e->path = d->path;
	d->next += len;
}

static struct green_dir *
open_walk(const char *path, const char *pattern, int flags)
{
	struct green_dir *d;
	int error;

	if (green__check() == -1)
		return (NULL);
	if ((d = calloc(1, sizeof(*d))) == NULL) {
		green__fail(ENOMEM);
		return (NULL);
	}
	if ((d->walk = green__walk_open(path, pattern, flags)) == NULL) {
		error = errno;
		free(d);
		green__fail(error);
		return (NULL);
	}
	return (d);
}

struct green_dir *
green_dir_walk(const char *path, int flags)
{
	if ((flags & ~GREEN_PATH_STAT) == 0)
		return (open_walk(path, NULL, flags));
	green__fail(EINVAL);
	return (NULL);
}

struct green_dir *
green_dir_glob(const char *path, const char *pattern)
{
	if (*pattern != '\0' && *pattern != '/')
		return (open_walk(path, pattern, 0));
	green__fail(EINVAL);
	return (NULL);
}

void
green_dir_skip(struct green_dir *d)
{
	if (d->walk != NULL)
		green__walk_skip(d->walk);
}

static int
next_of_walk(struct green_dir *d, struct green_dirent *e)
{
	int rc = green__walk_next(d->walk, e);

	return (rc == -1 ? green__fail(errno) : rc);
}

int
green_dir_next(struct green_dir *d, struct green_dirent *e)
{
	int rc = 0;

	if (green__use_enter(&d->use, USE_ALONE) == -1)
		return (-1);
	if (d->walk != NULL) {
		green__spend();
		rc = next_of_walk(d, e);
		green__use_leave(&d->use, USE_ALONE);
		return (rc);
	}
	if (d->next == d->end && d->dir != NULL)
		rc = green__path_work(fill, d);
	else
		green__spend();
	if (rc == 0 && d->next < d->end) {
		take(d, e);
		rc = 1;
	} else if (rc == 0 && d->error != 0)
		rc = green__fail(d->error);
	green__use_leave(&d->use, USE_ALONE);
	return (rc);
}

static int
do_closedir(void *arg)
{
	struct green_dir *d = arg;
	DIR *dir = d->dir;

	d->dir = NULL;
	return (closedir(dir));
}

int
green_dir_close(struct green_dir *d)
{
	int rc = 0, error = errno;

	if (d == NULL)
		return (0);
	green__use_close(&d->use);
	if (d->dir != NULL)
		rc = green__to_thread_shielded(green_file_limiter(),
		    do_closedir, d);
	/* There is no worker. */
	if (d->dir != NULL && (rc = do_closedir(d)) == -1)
		green__fail(errno);
	if (rc == -1)
		error = errno;
	if (d->walk != NULL)
		green__walk_free(d->walk);
	free(d->path);
	free(d);
	errno = error;
	return (rc);
}
