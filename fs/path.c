/*
 * Questions about paths: a system call or two each, in a worker.
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

int
green__path_work(green_fn *fn, void *arg)
{
	return (green_to_thread_limited(green_file_limiter(), fn, arg));
}

char *
green__path_trim(const char *path, bool *slash)
{
	size_t len = strlen(path), kept = len;

	while (kept > 1 && path[kept - 1] == '/')
		kept--;
	*slash = kept < len;
	return (strndup(path, kept));
}

struct question {
	const char *path;
	const char *other;
	struct stat *st;
	struct statvfs *vfs;
	char	*answer;
	int	 mode;
	bool	 same;
};

static int
do_stat(void *arg)
{
	struct question *q = arg;

	return (stat(q->path, q->st));
}

static int
do_lstat(void *arg)
{
	struct question *q = arg;

	return (lstat(q->path, q->st));
}

int
green_path_stat(const char *path, struct stat *st)
{
	struct question q = { .path = path, .st = st };

	return (green__path_work(do_stat, &q));
}

int
green_path_lstat(const char *path, struct stat *st)
{
	struct question q = { .path = path, .st = st };

	return (green__path_work(do_lstat, &q));
}

/* Is it there, and of that type (0: any)? */
static int
ask(const char *path, green_fn *fn, mode_t type)
{
	struct stat st;
	struct question q = { .path = path, .st = &st };

	if (green__path_work(fn, &q) == -1)
		return (errno == ENOENT || errno == ENOTDIR ? 0 : -1);
	return (type == 0 || (st.st_mode & S_IFMT) == type);
}

int
green_path_exists(const char *path)
{
	return (ask(path, do_stat, 0));
}

int
green_path_is_file(const char *path)
{
	return (ask(path, do_stat, S_IFREG));
}

int
green_path_is_dir(const char *path)
{
	return (ask(path, do_stat, S_IFDIR));
}

int
green_path_is_symlink(const char *path)
{
	return (ask(path, do_lstat, S_IFLNK));
}

int
green_path_is_fifo(const char *path)
{
	return (ask(path, do_stat, S_IFIFO));
}

int
green_path_is_socket(const char *path)
{
	return (ask(path, do_stat, S_IFSOCK));
}

int
green_path_is_block(const char *path)
{
	return (ask(path, do_stat, S_IFBLK));
}

int
green_path_is_char(const char *path)
{
	return (ask(path, do_stat, S_IFCHR));
}

static int
do_statvfs(void *arg)
{
	struct question *q = arg;
	int rc;

	do
		rc = statvfs(q->path, q->vfs);
	while (rc == -1 && errno == EINTR);
	return (rc);
}

int
green_path_statvfs(const char *path, struct statvfs *st)
{
	struct question q = { .path = path, .vfs = st };

	return (green__path_work(do_statvfs, &q));
}

static int
do_access(void *arg)
{
	struct question *q = arg;

	return (access(q->path, q->mode));
}

int
green_path_access(const char *path, int mode)
{
	struct question q = { .path = path, .mode = mode };

	return (green__path_work(do_access, &q));
}

static int
do_samefile(void *arg)
{
	struct question *q = arg;
	struct stat a, b;

	if (stat(q->path, &a) == -1 || stat(q->other, &b) == -1)
		return (-1);
	q->same = a.st_dev == b.st_dev && a.st_ino == b.st_ino;
	return (0);
}

int
green_path_samefile(const char *a, const char *b)
{
	struct question q = { .path = a, .other = b };

	if (green__path_work(do_samefile, &q) == -1)
		return (-1);
	return (q.same);
}

/* For what fails with a pointer. */
static char *
answer(green_fn *fn, struct question *q)
{
	return (green__path_work(fn, q) == -1 ? NULL : q->answer);
}

static int
do_resolve(void *arg)
{
	struct question *q = arg;

	q->answer = realpath(q->path, NULL);
	return (q->answer == NULL ? -1 : 0);
}

char *
green_path_resolve(const char *path)
{
	struct question q = { .path = path };

	return (answer(do_resolve, &q));
}

char *
green__readlink(int dir, const char *path)
{
	size_t size = 128;
	ssize_t n;
	char *buf = NULL, *more;

	for (;; size *= 2) {
		if ((more = realloc(buf, size)) == NULL)
			break;
		buf = more;
		if ((n = readlinkat(dir, path, buf, size)) == -1)
			break;
		if ((size_t)n < size) {
			buf[n] = '\0';
			return (buf);
		}
	}
	free(buf);
	return (NULL);
}

static int
do_readlink(void *arg)
{
	struct question *q = arg;

	q->answer = green__readlink(AT_FDCWD, q->path);
	return (q->answer == NULL ? -1 : 0);
}

char *
green_path_readlink(const char *path)
{
	struct question q = { .path = path };

	return (answer(do_readlink, &q));
}
