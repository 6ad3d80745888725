/*
 * Temporary files and directories.  Names are drawn until one is free, so that
 * nobody can know them before, and what is there already is never opened.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <green/path.h>

#include "internal.h"

#define DRAWN	16			/* letters, of 5 bits each */
#define TRIES	100

const char *
green_temp_root(void)
{
	const char *dir = getenv("TMPDIR");

	return (dir == NULL || *dir == '\0' ? "/tmp" : dir);
}

struct making {
	const char *dir;
	const char *prefix;
	const char *suffix;
	bool	 twice;			/* the path is wanted by two */
	char	*path;
	char	*copy;
	int	 fd;
};

static void
draw(char *letters)
{
	static const char alphabet[] = "abcdefghijklmnopqrstuvwxyz234567";
	unsigned char bits[DRAWN];
	size_t i;

	arc4random_buf(bits, sizeof(bits));
	for (i = 0; i < DRAWN; i++)
		letters[i] = alphabet[bits[i] % 32];
}

/* make() something at a path of its own, which is m->path then. */
static int
make_somewhere(struct making *m, int (*make)(struct making *m))
{
	size_t size = strlen(m->dir) + strlen(m->prefix) + DRAWN +
	    strlen(m->suffix) + 2;
	char *drawn;
	int i, error;

	if ((m->path = malloc(size)) == NULL)
		return (-1);
	(void)strlcpy(m->path, m->dir, size);
	(void)strlcat(m->path, "/", size);
	(void)strlcat(m->path, m->prefix, size);
	drawn = m->path + strlen(m->path);
	(void)strlcpy(drawn + DRAWN, m->suffix, strlen(m->suffix) + 1);
	for (i = 0; i < TRIES; i++) {
		draw(drawn);
		if (make(m) == 0)
			return (0);
		if (errno != EEXIST)
			break;
	}
	error = errno;
	free(m->path);
	errno = error;
	return (-1);
}

static int
make_file(struct making *m)
{
	m->fd = open(m->path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	return (m->fd == -1 ? -1 : 0);
}

static int
make_dir(struct making *m)
{
	return (mkdir(m->path, 0700));
}

static int
do_named(void *arg)
{
	struct making *m = arg;

	if (make_somewhere(m, make_file) == -1)
		return (-1);
	if (!m->twice || (m->copy = strdup(m->path)) != NULL)
		return (0);
	(void)unlink(m->path);
	free(m->path);
	close(m->fd);
	errno = ENOMEM;
	return (-1);
}

static int
do_dir(void *arg)
{
	return (make_somewhere(arg, make_dir));
}

/* A file that never has a name, or soon none any more. */
static int
do_nameless(void *arg)
{
	struct making *m = arg;

#ifdef O_TMPFILE
	m->fd = open(m->dir, O_TMPFILE | O_RDWR | O_EXCL | O_CLOEXEC, 0600);
	if (m->fd != -1)
		return (0);
	/* What this file system, or this kernel, says that has no such files. */
	if (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL)
		return (-1);
#endif
	if (make_somewhere(m, make_file) == -1)
		return (-1);
	(void)unlink(m->path);
	free(m->path);
	m->path = NULL;
	return (0);
}

/* A part of a name; NULL is none. */
static int
check_part(const char **part)
{
	if (*part == NULL)
		*part = "";
	return (strchr(*part, '/') == NULL ? 0 : green__fail(EINVAL));
}

static struct green_file *
make_with(green_fn *fn, struct making *m)
{
	struct green_file *f;

	if (green__check() == -1 || (f = green__file_new(NULL)) == NULL)
		return (NULL);
	if (m->dir == NULL)
		m->dir = green_temp_root();
	if (green__path_work(fn, m) == -1) {
		green__file_free(f);
		return (NULL);
	}
	f->fd = m->fd;
	f->path = m->path;
	return (f);
}

struct green_file *
green_temp_file(const char *dir)
{
	struct making m = { .dir = dir, .prefix = "", .suffix = "" };

	return (make_with(do_nameless, &m));
}

struct green_file *
green_temp_named(const char *dir, const char *prefix, const char *suffix,
    char **path)
{
	struct making m = {
		.dir = dir,
		.prefix = prefix,
		.suffix = suffix,
		.twice = path != NULL
	};
	struct green_file *f;

	if (check_part(&m.prefix) == -1 || check_part(&m.suffix) == -1)
		return (NULL);
	if ((f = make_with(do_named, &m)) != NULL && path != NULL)
		*path = m.copy;
	return (f);
}

char *
green_temp_dir(const char *dir, const char *prefix)
{
	struct making m = { .dir = dir, .prefix = prefix, .suffix = "" };

	if (check_part(&m.prefix) == -1)
		return (NULL);
	if (m.dir == NULL)
		m.dir = green_temp_root();
	return (green__path_work(do_dir, &m) == -1 ? NULL : m.path);
}
