/*
 * What the files that copy share: the copy that is being made.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#ifndef FS_COPY_H
#define FS_COPY_H

#include <sys/stat.h>

#include <green/path.h>

#include "internal.h"

/* Beside the flags that users have: a move keeps the owner if it may. */
#define COPY_OWNER	(1 << 24)

struct green__copy {
	const char *from;		/* without slashes at their ends */
	const char *to;
	bool	 slash;			/* one of them had one: directories */
	int	 flags;
	char	*buf;			/* for copying by hand; NULL: not yet */
	unsigned temporary;		/* the last name of one */
	/* Progress. */
	struct green_path_progress so_far;
	uint64_t told_bytes;
	uint64_t told_files;
	green_path_progress_fn *tell;	/* or NULL */
	void	*tell_arg;
};

/* What is in a file of that size, to an empty one. */
int	 green__copy_data(struct green__copy *c, int in, int out,
	    const struct stat *st);
/* Something other than a directory, to a name that is not taken, or may be
   replaced. */
int	 green__copy_entry(struct green__copy *c, int from_dir, const char *from,
	    const struct stat *st, int to_dir, const char *to);
/* Owner, mode and times of a copy that is open, as the flags say. */
int	 green__copy_facts(struct green__copy *c, int fd, const struct stat *st);
/* So much more is done; told now and then. */
void	 green__copy_went(struct green__copy *c, uint64_t bytes,
	    uint64_t files);

#endif /* FS_COPY_H */
