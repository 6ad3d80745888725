/*
 * Directories of a tree, for workers that are at it together: each is reached
 * from the one that it is in, by its name there, and never through a link, so
 * that nothing outside of the tree is reached whatever is renamed or linked in
 * it meanwhile.  Few of them are open at once, however deep the tree is.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#ifndef FS_BRANCH_H
#define FS_BRANCH_H

#include <sys/queue.h>
#include <sys/types.h>

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

struct green__branch {
	struct green__branch *parent;	/* NULL: the root */
	const char *name;		/* in parent; the root's path */
	int	 fd;			/* -1: closed, maybe for now only */
	unsigned holders;		/* who has fd in use */
	struct green__branch *below;	/* one in it, opened last, or NULL */
	bool	 known;			/* it was closed for now, and must be: */
	dev_t	 dev;
	ino_t	 ino;
	TAILQ_ENTRY(green__branch) link;	/* while it is open */
};
TAILQ_HEAD(green__branches, green__branch);

struct green__tree {
	pthread_mutex_t lock;		/* of all this, and of each branch */
	struct green__branches open;	/* the one used last comes last */
	size_t	 nopen;
	bool	 follow;		/* the root's path may be a link */
};

/* -1: errno */
int	 green__tree_init(struct green__tree *t);
/* All branches have been ended. */
void	 green__tree_destroy(struct green__tree *t);

void	 green__branch_init(struct green__branch *b,
	    struct green__branch *parent, const char *name);
/*
 * Its descriptor, good until it is let go.  The root comes first, and then
 * stays open until it is ended.
 *   ENOENT, ENOTDIR, ELOOP   it has gone, or something else has its place
 *   ESTALE                   likewise, one on the way to it
 */
int	 green__branch_hold(struct green__tree *t, struct green__branch *b);
void	 green__branch_let_go(struct green__tree *t, struct green__branch *b);
/* It is done with, for now if it is on the way to others.  back: the one above is
   not, and this is the way to it. */
void	 green__branch_end(struct green__tree *t, struct green__branch *b,
	    bool back);

#endif /* FS_BRANCH_H */
