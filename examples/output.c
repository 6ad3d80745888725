/*
 * A file's content is collected beside it, in FILE.part, and FILE.part.tag says of
 * which content that is a part.  The part is locked, so that two programs do not
 * write to it; when it is complete, and on the disk, it becomes FILE.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "output.h"

static char *
suffixed(const char *path, const char *suffix)
{
	size_t len = strlen(path) + strlen(suffix) + 1;
	char *s = malloc(len);

	if (s != NULL)
		snprintf(s, len, "%s%s", path, suffix);
	return (s);
}

/* Nobody else's, and still the one that has this name. */
static int
lock(struct output *o)
{
	struct stat a, b = { .st_ino = 0 };

	if (green_file_lock(o->file, LOCK_EX | LOCK_NB) == -1) {
		if (errno == EWOULDBLOCK)
			errno = EBUSY;
		if (errno != ENOTSUP)
			return (-1);
	}
	if (green_file_stat(o->file, &a) == -1)
		return (-1);
	if (green_path_lstat(o->part, &b) == -1 && errno != ENOENT)
		return (-1);
	if (a.st_ino == b.st_ino && a.st_dev == b.st_dev) {
		o->have = a.st_size;
		return (0);
	}
	errno = EBUSY;
	return (-1);
}

static int
read_tag(struct output *o)
{
	size_t len;
	void *text;

	if (green_path_read(o->tag, &text, &len) == -1)
		return (errno == ENOENT ? 0 : -1);
	if (len < sizeof(o->validator) && strpbrk(text, "\r\n") == NULL)
		memcpy(o->validator, text, len + 1);
	free(text);
	return (0);
}

static int
open_part(struct output *o, bool resume)
{
	o->part = suffixed(o->path, ".part");
	o->tag = suffixed(o->path, ".part.tag");
	if (o->part == NULL || o->tag == NULL)
		return (-1);
	o->file = green_file_open(o->part, O_RDWR | O_CREAT | O_NOFOLLOW, 0666);
	if (o->file == NULL || lock(o) == -1 || (resume && read_tag(o) == -1))
		return (-1);
	o->ours = true;
	/* A part of who knows what is worth nothing. */
	if (o->validator[0] == '\0')
		return (output_restart(o, ""));
	return (0);
}

/* What is there, and no file. */
static int
open_direct(struct output *o)
{
	struct green_file *f = green_file_open(o->path, O_WRONLY, 0);

	if (f != NULL)
		o->direct = green_file_stream(f);
	return (o->direct == NULL ? -1 : 0);
}

static int
open_stdout(struct output *o)
{
	int fd = dup(STDOUT_FILENO);
	struct green_file *f = NULL;

	if (fd == -1)
		return (-1);
	if ((o->direct = green_stream_from_fd(fd)) == NULL &&
	    errno == EINVAL && (f = green_file_from_fd(fd)) != NULL)
		o->direct = green_file_stream(f);
	else if (o->direct == NULL)
		close(fd);
	return (o->direct == NULL ? -1 : 0);
}

int
output_open(struct output *o, const char *path, bool resume)
{
	struct stat st;
	int rc;

	*o = (struct output){ .path = NULL };
	if (path == NULL)
		return (open_stdout(o));
	if (green_path_stat(path, &st) == -1) {
		if (errno != ENOENT)
			return (-1);
		o->path = strdup(path);
	} else				/* links lead to what is replaced */
		o->path = green_path_resolve(path);
	if (o->path == NULL)
		return (-1);
	rc = green_path_is_file(o->path);
	if (rc == 0 && green_path_is_dir(o->path) == 1) {
		errno = EISDIR;
		rc = -1;
	} else if (rc == 0 && green_path_exists(o->path) == 1)
		rc = open_direct(o);
	else if (rc != -1)
		rc = open_part(o, resume);
	if (rc == -1)
		output_close(o);
	return (rc);
}

int
output_restart(struct output *o, const char *validator)
{
	if (o->direct != NULL && o->have > 0) {
		errno = ESPIPE;		/* it cannot be taken back */
		return (-1);
	}
	/* The tag is never that of another content than the part's. */
	if (o->direct == NULL &&
	    (green_path_unlink(o->tag, GREEN_PATH_MISSING_OK) == -1 ||
	    green_file_truncate(o->file, 0) == -1))
		return (-1);
	o->have = 0;
	snprintf(o->validator, sizeof(o->validator), "%s", validator);
	if (o->direct != NULL || *validator == '\0')
		return (0);
	return (green_path_write(o->tag, validator, strlen(validator), 0666));
}

int
output_write(struct output *o, const void *buf, size_t len)
{
	int rc = o->direct != NULL ? green_stream_send(o->direct, buf, len) :
	    green_file_pwrite(o->file, buf, len, o->have);

	if (rc == 0)
		o->have += (int64_t)len;
	return (rc);
}

/* Both, also when it is cancelled: without its tag it would be lost. */
static int
rename_part(struct output *o)
{
	struct green_scope scope;
	int rc;

	green_scope_open(&scope);
	green_scope_set_shield(&scope, true);
	rc = green_path_unlink(o->tag, GREEN_PATH_MISSING_OK);
	if (rc == 0) {
		o->validator[0] = '\0';
		rc = green_path_rename(o->part, o->path);
	}
	return ((int)green_scope_close(&scope, rc));
}

int
output_commit(struct output *o)
{
	struct stat st;
	int rc;

	if (o->direct != NULL) {
		rc = green_stream_close(o->direct);
		o->direct = NULL;
		return (rc);
	}
	if (green_path_stat(o->path, &st) == 0 &&
	    green_path_chmod(o->part, st.st_mode & 0777, 0) == -1)
		return (-1);
	if (green_file_sync(o->file) == -1 || rename_part(o) == -1)
		return (-1);
	o->ours = false;		/* another may begin with a part */
	return (0);
}

/* Also when it is cancelled. */
static void
clean(struct output *o)
{
	struct green_scope scope;
	int rc = 0;

	GREEN_SHIELD(&scope, 5 * GREEN_SEC) {
		if (o->have == 0 || o->validator[0] == '\0') {
			rc |= green_path_unlink(o->tag, GREEN_PATH_MISSING_OK);
			rc |= green_path_unlink(o->part, GREEN_PATH_MISSING_OK);
		}
	}
	(void)rc;
}

void
output_close(struct output *o)
{
	int error = errno;

	if (o->ours)
		clean(o);
	green_file_close(o->file);
	green_stream_close(o->direct);
	free(o->path);
	free(o->part);
	free(o->tag);
	*o = (struct output){ .path = NULL };
	errno = error;
}
