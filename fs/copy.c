/*
 * Copying and moving, trees too.  Two descents go down together: one in what is
 * copied, one in the copy.  A directory gets its mode and times as it is left,
 * and is its owner's to write in until then.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "copy.h"
#include "descent.h"

#define BITS	((mode_t)07777)
/* Told after so much. */
#define TELL_BYTES	((uint64_t)4 * 1024 * 1024)
#define TELL_FILES	256

struct way {
	struct green__copy *c;
	struct green__descent from;
	struct green__descent to;
};

static int
tell(void *arg)
{
	struct green__copy *c = arg;

	c->tell(&c->so_far, c->tell_arg);
	return (0);
}

static void
tell_now(struct green__copy *c)
{
	int error = errno;

	c->told_bytes = c->so_far.bytes;
	c->told_files = c->so_far.files;
	/* Who cannot be told is none the worse for it. */
	if (c->tell != NULL && green_from_thread_call(tell, c) == -1)
		errno = error;
}

void
green__copy_went(struct green__copy *c, uint64_t bytes, uint64_t files)
{
	c->so_far.bytes += bytes;
	c->so_far.files += files;
	if (c->so_far.bytes - c->told_bytes >= TELL_BYTES ||
	    c->so_far.files - c->told_files >= TELL_FILES)
		tell_now(c);
}

static bool
same(const struct stat *a, const struct stat *b)
{
	return (a->st_dev == b->st_dev && a->st_ino == b->st_ino);
}

/* The directory that path is in, or would be; what is missing is left out. */
static int
open_above(const char *path)
{
	char *copy = strdup(path), *slash;
	int error, fd = -1;

	if (copy == NULL)
		return (-1);
	do {
		if ((slash = strrchr(copy, '/')) == NULL)
			snprintf(copy, strlen(path) + 1, ".");
		else
			slash[slash == copy] = '\0';
		fd = open(copy, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	} while (fd == -1 && errno == ENOENT && slash != NULL && slash != copy);
	error = errno;
	free(copy);
	errno = error;
	return (fd);
}

/* Would the copy be the directory itself, or in it?  1, 0, -1. */
static int
is_inside(const char *to, const struct stat *dir)
{
	struct stat st = { 0 }, before;
	int fd, up;

	if (lstat(to, &st) == 0 && same(&st, dir))
		return (1);
	if ((fd = open_above(to)) == -1)
		return (-1);
	st = (struct stat){ 0 };
	for (;;) {
		before = st;
		if (fstat(fd, &st) == -1)
			break;
		if (same(&st, dir)) {
			close(fd);
			return (1);
		}
		if (same(&st, &before))	/* the root is above itself */
			break;
		up = openat(fd, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (up == -1)		/* what cannot be seen is not ours */
			break;
		close(fd);
		fd = up;
	}
	close(fd);
	return (0);
}

static int
at_of(struct green__descent *d)
{
	return (d->depth == 0 ? AT_FDCWD : green__descent_lowest(d)->fd);
}

/*
 * The copy of a directory, entered.  Its owner may write in it for now; its
 * level has the mode that it is to have in the end.
 */
static int
make_dir(struct way *w, const char *name, mode_t mode)
{
	struct green__level *l;
	bool made = mkdirat(at_of(&w->to), name, (mode & 0777) | 0700) == 0;

	if (!made && (errno != EEXIST ||
	    (w->c->flags & GREEN_PATH_EXIST_OK) == 0))
		return (-1);
	if (green__descent_enter(&w->to, name) == -1) {
		if (!made && (errno == ENOTDIR || errno == ELOOP))
			errno = EEXIST;
		return (-1);
	}
	l = green__descent_lowest(&w->to);
	if (made)
		l->st.st_mode &= mode | ~(mode_t)0700;
	return (0);
}

/* Into both; on failure, whoever made the way ends it. */
static int
enter(struct way *w, const char *from, const char *to)
{
	struct green__level *l;

	if (green__descent_enter(&w->from, from) == -1)
		return (-1);
	l = green__descent_lowest(&w->from);
	if (green__names_read(&l->names, l->fd) == -1)
		return (-1);
	return (make_dir(w, to, l->st.st_mode));
}

static int
leave(struct way *w)
{
	const struct green__level *from = green__descent_lowest(&w->from);
	const struct green__level *to = green__descent_lowest(&w->to);

	if (w->c->flags & GREEN_PATH_PRESERVE) {
		if (green__copy_facts(w->c, to->fd, &from->st) == -1)
			return (-1);
	} else if ((to->st.st_mode & 0700) != 0700 &&
	    fchmod(to->fd, to->st.st_mode & BITS) == -1)
		return (-1);
	if (green__descent_leave(&w->to) == -1 ||
	    green__descent_leave(&w->from) == -1)
		return (-1);
	green__copy_went(w->c, 0, 1);
	return (0);
}

static int
copy_below(struct way *w)
{
	struct green__level *l;
	const char *name;
	struct stat st;
	int rc;

	while (w->from.depth > 0) {
		if (green_thread_check_cancelled() == -1)
			return (-1);
		l = green__descent_lowest(&w->from);
		if (l->next == l->names.n) {
			if (leave(w) == -1)
				return (-1);
			continue;
		}
		name = l->names.name[l->next++].name;
		if (fstatat(l->fd, name, &st, AT_SYMLINK_NOFOLLOW) == -1) {
			if (errno == ENOENT)	/* it has gone by itself */
				continue;
			return (-1);
		}
		if (S_ISDIR(st.st_mode))
			rc = enter(w, name, name);
		else
			rc = green__copy_entry(w->c, l->fd, name, &st,
			    at_of(&w->to), name);
		if (rc == -1)
			return (-1);
	}
	return (0);
}

/* What a directory is copied to must be free, or a directory. */
static int
copy_dir(struct green__copy *c, const struct stat *st)
{
	struct way w = { .c = c };
	int rc;

	if ((c->flags & GREEN_PATH_RECURSIVE) == 0) {
		errno = EISDIR;
		return (-1);
	}
	if ((rc = is_inside(c->to, st)) != 0) {
		if (rc == 1)
			errno = EINVAL;
		return (-1);
	}
	if ((c->flags & GREEN_PATH_PARENTS) && green__make_parents(c->to) == -1)
		return (-1);
	if ((rc = enter(&w, c->from, c->to)) == 0)
		rc = copy_below(&w);
	green__descent_end(&w.from);
	green__descent_end(&w.to);
	return (rc);
}

static int
copy_other(struct green__copy *c, const struct stat *st)
{
	struct stat there;

	if (lstat(c->to, &there) == 0) {
		errno = (c->flags & GREEN_PATH_EXIST_OK) == 0 ? EEXIST :
		    S_ISDIR(there.st_mode) ? EISDIR :
		    same(&there, st) ? EINVAL : 0;
		if (errno != 0)
			return (-1);
	}
	if ((c->flags & GREEN_PATH_PARENTS) && green__make_parents(c->to) == -1)
		return (-1);
	return (green__copy_entry(c, AT_FDCWD, c->from, st, AT_FDCWD, c->to));
}

/* What is to be copied; by names that end in a slash, a directory. */
static int
look(const struct green__copy *c, struct stat *st)
{
	if (lstat(c->from, st) == -1)
		return (-1);
	if (!c->slash || S_ISDIR(st->st_mode))
		return (0);
	errno = ENOTDIR;
	return (-1);
}

static int
copy_tree(struct green__copy *c)
{
	struct stat st;
	int error, rc;

	if (look(c, &st) == -1)
		return (-1);
	rc = S_ISDIR(st.st_mode) ? copy_dir(c, &st) : copy_other(c, &st);
	if (rc == 0)
		tell_now(c);
	error = errno;
	free(c->buf);
	c->buf = NULL;
	errno = error;
	return (rc);
}

static int
do_copy(void *arg)
{
	struct green__copy *c = arg;

	return (copy_tree(c));
}

/*
 * A file system's border has to be crossed.  What is there goes only after the
 * copy is complete, and the copy takes its place at once, as by a rename.
 */
static int
move_across(struct green__copy *c, const struct stat *from)
{
	struct stat there;
	bool exists = lstat(c->to, &there) == 0;
	bool is_dir = S_ISDIR(from->st_mode);
	int error;

	if (is_dir) {
		/* As by rename(2): in the place of an empty one. */
		if (exists && rmdir(c->to) == -1)
			return (-1);
	} else if (exists && S_ISDIR(there.st_mode)) {
		errno = EISDIR;
		return (-1);
	} else
		c->flags |= GREEN_PATH_EXIST_OK;
	if (copy_tree(c) == -1) {
		/* All that there is of it was made here. */
		error = errno;
		if (is_dir && error != EEXIST && error != EINVAL)
			(void)green__remove_tree(c->to, REMOVE_ALL);
		errno = error;
		return (-1);
	}
	return (is_dir ? green__remove_tree(c->from, REMOVE_ALL) :
	    unlink(c->from));
}

static int
do_move(void *arg)
{
	struct green__copy *c = arg;
	struct stat st;

	if (look(c, &st) == -1)
		return (-1);
	if (rename(c->from, c->to) == 0)
		return (0);
	return (errno == EXDEV ? move_across(c, &st) : -1);
}

static int
start(struct green__copy *c, const char *from, const char *to, green_fn *fn)
{
	bool slash_from, slash_to;
	char *f = green__path_trim(from, &slash_from);
	char *t = green__path_trim(to, &slash_to);
	int error, rc;

	c->from = f;
	c->to = t;
	c->slash = slash_from || slash_to;
	if (f == NULL || t == NULL)
		rc = green__fail(ENOMEM);
	else
		rc = green__path_work(fn, c);
	error = errno;
	free(f);
	free(t);
	errno = error;
	return (rc);
}

int
green_path_copy_progress(const char *from, const char *to, int flags,
    green_path_progress_fn *progress, void *arg)
{
	struct green__copy c = {
		.flags = flags,
		.tell = progress,
		.tell_arg = arg
	};

	if (flags & ~(GREEN_PATH_RECURSIVE | GREEN_PATH_EXIST_OK |
	    GREEN_PATH_PARENTS | GREEN_PATH_PRESERVE))
		return (green__fail(EINVAL));
	return (start(&c, from, to, do_copy));
}

int
green_path_copy(const char *from, const char *to, int flags)
{
	return (green_path_copy_progress(from, to, flags, NULL, NULL));
}

int
green_path_move(const char *from, const char *to)
{
	struct green__copy c = {
		.flags = GREEN_PATH_RECURSIVE | GREEN_PATH_PRESERVE | COPY_OWNER
	};

	return (start(&c, from, to, do_move));
}
