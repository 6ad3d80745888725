/*
 * Files that take another's place when they are complete.  Such a file is open,
 * to be written piece by piece, under a temporary name; how it gets the other
 * one, or goes, is in replace.c.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <stdlib.h>

#include "internal.h"
#include "replace.h"

struct beginning {
	struct green__replacement *replacement;
	const char *path;
	mode_t	 mode;
};

static int
do_begin(void *arg)
{
	struct beginning *b = arg;

	return (green__replace_begin(b->replacement, b->path, b->mode));
}

static struct green_file *
begin(struct green_file *f, const char *path, mode_t mode)
{
	struct beginning b = { .path = path, .mode = mode };

	if ((b.replacement = malloc(sizeof(*b.replacement))) == NULL) {
		(void)green__fail(ENOMEM);
		return (NULL);
	}
	if (green__file_work(f, do_begin, &b) == -1) {
		int error = errno;

		free(b.replacement);
		errno = error;
		return (NULL);
	}
	f->replacement = b.replacement;
	f->fd = b.replacement->fd;
	return (f);
}

struct green_file *
green_file_replace(const char *path, mode_t mode)
{
	struct green_file *f;

	if (green__check() == -1 || (f = green__file_new(path)) == NULL)
		return (NULL);
	if (begin(f, path, mode) == NULL) {
		green__file_free(f);
		return (NULL);
	}
	return (f);
}

struct ending {
	struct green__replacement *replacement;
	bool	 done;
};

static int
do_commit(void *arg)
{
	struct ending *e = arg;

	e->done = true;
	return (green__replace_commit(e->replacement));
}

static int
commit(struct green_file *f)
{
	struct ending e = { .replacement = f->replacement };
	int rc;

	if (f->replacement == NULL)
		return (green__fail(EINVAL));
	if (green__check() == -1)
		return (-1);
	green__use_close(&f->use);
	rc = green__file_work(f, do_commit, &e);
	if (e.done) {
		free(f->replacement);
		f->replacement = NULL;
		f->fd = -1;
	}
	return (rc);
}

int
green_file_commit(struct green_file *f)
{
	int rc = commit(f), error = errno;

	if (f->fd == -1)
		green__file_free(f);
	else
		(void)green_file_close(f);
	errno = error;
	return (rc);
}

static int
do_abandon(void *arg)
{
	struct ending *e = arg;

	e->done = true;
	green__replace_abandon(e->replacement);
	return (0);
}

void
green__file_abandon(struct green_limiter *l, struct green__replacement *r)
{
	struct ending e = { .replacement = r };
	int error = errno;

	(void)green__to_thread_shielded(l == NULL ? green_file_limiter() : l,
	    do_abandon, &e);
	if (!e.done)
		green__replace_abandon(r);
	free(r);
	errno = error;
}
