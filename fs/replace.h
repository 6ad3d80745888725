/*
 * A new file in the place of another, all at once.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#ifndef FS_REPLACE_H
#define FS_REPLACE_H

#include <sys/stat.h>

#include <stdbool.h>

/*
 * In a worker.  begin: a temporary file beside what path names or a link there
 * points to, to be written by fd; with mode if there is none yet.  commit: to
 * the disk, and into the old one's place; on failure the old one stays, unless
 * the failure was to bring the directory to the disk.  Either commit or abandon
 * ends what has begun, and keeps errno on failure.
 */
struct green__replacement {
	int	 fd;
	int	 dir;
	char	*target;		/* links followed */
	const char *name;		/* the last part of target */
	char	 temporary[32];
	bool	 exists;
	struct stat old;		/* if so */
};
/* EISDIR; EINVAL: path is something else that is no file; ELOOP, ENOMEM */
int	 green__replace_begin(struct green__replacement *r, const char *path,
	    mode_t mode);
int	 green__replace_commit(struct green__replacement *r);
void	 green__replace_abandon(struct green__replacement *r);

#endif /* FS_REPLACE_H */
