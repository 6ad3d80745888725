/*
 * What the files that copy share: the copy that is being made.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#ifndef FS_COPY_H
#define FS_COPY_H

#include <sys/stat.h>

#include <pthread.h>
#include <stdatomic.h>

#include <green/path.h>

#include "internal.h"

/* Beside the flags that users have: a move keeps the owner if it may. */
#define COPY_OWNER	(1 << 24)

struct green__copy {
	const char *from;		/* without slashes at their ends */
	const char *to;
	bool	 slash;			/* one of them had one: directories */
	int	 flags;
	bool	 is_tree;		/* which is still to be copied */
	bool	 made;			/* what is at to is that copy */
	atomic_uint temporary;		/* the last name of one */
	atomic_bool no_clones;		/* it was tried in vain */
	/* Progress. */
	pthread_mutex_t lock;		/* of what follows */
	struct green_path_progress so_far;
	struct green_path_progress told;
	bool	 telling;		/* a worker is at it */
	green_path_progress_fn *tell;	/* or NULL */
	void	*tell_arg;
};

/* In a task: a directory, which has been looked at. */
int	 green__copy_tree(struct green__copy *c);
/* What is in a file of that size, to an empty one. */
int	 green__copy_data(struct green__copy *c, int in, int out,
	    const struct stat *st);
/* Something other than a directory, to a name that is not taken, or may be
   replaced.  Of a file's st, only its type counts.  ELOOP, ESTALE: it is none any
   more. */
int	 green__copy_entry(struct green__copy *c, int from_dir, const char *from,
	    const struct stat *st, int to_dir, const char *to);
/* Have out share the data of in, if there is a way: clone_*.c. */
int	 green__clone(int in, int out);
/* Owner, mode and times of a copy that is open, as the flags say. */
int	 green__copy_facts(struct green__copy *c, int fd, const struct stat *st);
/* So much more is done; told now and then, and when that is all. */
void	 green__copy_went(struct green__copy *c, uint64_t bytes,
	    uint64_t files);
void	 green__copy_done(struct green__copy *c);

#endif /* FS_COPY_H */
