/*
 * The copy of one thing that is no directory.  It is made under a name that is
 * free; where it replaces something, that is a temporary one, and the copy is
 * renamed when it is complete.  What is not complete is removed.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "close.h"
#include "copy.h"

#define BITS	((mode_t)07777)
#define PERMS	((mode_t)0777)
#define SET_IDS	((mode_t)(S_ISUID | S_ISGID))
#define TRIES	1000

#ifdef HAVE_STRUCT_STAT_ST_ATIM
#define ACCESSED	st_atim
#define MODIFIED	st_mtim
#else
#define ACCESSED	st_atimespec
#define MODIFIED	st_mtimespec
#endif

/* The times of a copy. */
static void
times_of(const struct stat *st, struct timespec t[2])
{
	t[0] = st->ACCESSED;
	t[1] = st->MODIFIED;
}

/* Another's programs must not become this user's, with the right to be him. */
static mode_t
mode_to_keep(const struct stat *st, const struct stat *copy)
{
	if (st->st_uid == copy->st_uid && st->st_gid == copy->st_gid)
		return (st->st_mode & BITS);
	return (st->st_mode & BITS & ~SET_IDS);
}

static int
keep_mode(int fd, const struct stat *st)
{
	struct stat copy = *st;

	if ((st->st_mode & SET_IDS) && fstat(fd, &copy) == -1)
		return (-1);
	return (fchmod(fd, mode_to_keep(st, &copy)));
}

int
green__copy_facts(struct green__copy *c, int fd, const struct stat *st)
{
	struct timespec t[2];

	if ((c->flags & GREEN_PATH_PRESERVE) == 0)
		return (0);
	/* Few may give files away; the rest is kept all the same. */
	if ((c->flags & COPY_OWNER) && fchown(fd, st->st_uid, st->st_gid) == -1)
		(void)!fchown(fd, (uid_t)-1, st->st_gid);
	times_of(st, t);
	return (keep_mode(fd, st) == -1 ? -1 : futimens(fd, t));
}

/* The same for what cannot be opened; a link has no mode. */
static int
keep_facts(struct green__copy *c, int dir, const char *name,
    const struct stat *st)
{
	struct stat copy;
	struct timespec t[2];

	if ((c->flags & GREEN_PATH_PRESERVE) == 0)
		return (0);
	if ((c->flags & COPY_OWNER) && fchownat(dir, name, st->st_uid,
	    st->st_gid, AT_SYMLINK_NOFOLLOW) == -1)
		(void)!fchownat(dir, name, (uid_t)-1, st->st_gid,
		    AT_SYMLINK_NOFOLLOW);
	times_of(st, t);
	if (fstatat(dir, name, &copy, AT_SYMLINK_NOFOLLOW) == -1 ||
	    (!S_ISLNK(copy.st_mode) &&
	    fchmodat(dir, name, mode_to_keep(st, &copy), 0) == -1))
		return (-1);
	return (utimensat(dir, name, t, AT_SYMLINK_NOFOLLOW));
}

/* Remove what is not complete; errno stays. */
static int
undo(int dir, const char *name)
{
	int error = errno;

	(void)unlinkat(dir, name, 0);
	errno = error;
	return (-1);
}

struct thing {
	int	 dir;
	const char *name;
	struct stat st;
};

/* Into out, which is closed in any case. */
static int
fill(struct green__copy *c, int in, int out, const struct stat *st)
{
	if (green__copy_data(c, in, out, st) == -1 ||
	    green__copy_facts(c, out, st) == -1)
		return (green__close_failed(out));
	return (close(out));
}

static int
make_file(struct green__copy *c, const struct thing *from, int dir,
    const char *name)
{
	struct stat st;
	int in, out, rc;

	/* Whatever has taken the file's place, opening it must not block. */
	in = openat(from->dir, from->name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK |
	    O_CLOEXEC);
	if (in == -1)
		return (-1);
	if (fstat(in, &st) == -1)
		return (green__close_failed(in));
	if (!S_ISREG(st.st_mode)) {
		errno = ESTALE;
		return (green__close_failed(in));
	}
	out = openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
	    st.st_mode & PERMS);
	if (out == -1)
		return (green__close_failed(in));
	if ((rc = fill(c, in, out, &st)) == -1)
		(void)undo(dir, name);
	if (rc == -1)
		return (green__close_failed(in));
	close(in);
	return (0);
}

static int
make_link(const struct thing *from, int dir, const char *name)
{
	char *text = green__readlink(from->dir, from->name);
	int error, rc;

	if (text == NULL)
		return (-1);
	rc = symlinkat(text, dir, name);
	error = errno;
	free(text);
	errno = error;
	return (rc);
}

static int
make_other(const struct thing *from, int dir, const char *name)
{
	mode_t mode = from->st.st_mode & (S_IFMT | PERMS);

	if (S_ISFIFO(mode))
		return (mkfifoat(dir, name, mode & PERMS));
	return (mknodat(dir, name, mode, from->st.st_rdev));
}

/* Under a name that is free: EEXIST. */
static int
make(struct green__copy *c, const struct thing *from, int dir, const char *name)
{
	int rc;

	if (S_ISREG(from->st.st_mode))
		return (make_file(c, from, dir, name));
	if (S_ISLNK(from->st.st_mode))
		rc = make_link(from, dir, name);
	else
		rc = make_other(from, dir, name);
	if (rc == 0 && (rc = keep_facts(c, dir, name, &from->st)) == -1)
		(void)undo(dir, name);
	return (rc);
}

/* Beside name, which is a path if dir is none; in its place when it is done. */
static int
replace(struct green__copy *c, const struct thing *from, int dir,
    const char *name)
{
	size_t size = strlen(name) + 40;
	char *temporary = malloc(size);
	const char *last = strrchr(name, '/');
	int error, rc = -1, tries;

	if (temporary == NULL)
		return (-1);
	errno = EEXIST;
	for (tries = 0; rc == -1 && errno == EEXIST && tries < TRIES; tries++) {
		snprintf(temporary, size, "%.*s.copy-%ld-%u",
		    last == NULL ? 0 : (int)(last - name + 1), name,
		    (long)getpid(), c->temporary++);
		rc = make(c, from, dir, temporary);
	}
	if (rc == 0 && (rc = renameat(dir, temporary, dir, name)) == -1)
		(void)undo(dir, temporary);
	error = errno;
	free(temporary);
	errno = error;
	return (rc);
}

int
green__copy_entry(struct green__copy *c, int from_dir, const char *from,
    const struct stat *st, int to_dir, const char *to)
{
	struct thing thing = { from_dir, from, *st };
	int rc = make(c, &thing, to_dir, to);

	if (rc == -1 && errno == EEXIST && (c->flags & GREEN_PATH_EXIST_OK))
		rc = replace(c, &thing, to_dir, to);
	if (rc == 0)
		green__copy_went(c, 0, 1);
	return (rc);
}
