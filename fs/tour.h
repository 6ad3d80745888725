/*
 * Tours: a tree worked through by several workers.  Each directory is entered
 * by one of them, who deals with what is in it; the directories in it are then
 * taken by whoever is free; when the last of them has been left, it is left
 * itself.  The first failure, or a cancellation, ends it all.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#ifndef FS_TOUR_H
#define FS_TOUR_H

#include "branch.h"
#include "names.h"

struct green__tour;

/* A directory on the tour: the first member of what the tour has of each. */
struct green__stop {
	struct green__branch branch;
	struct green__stop *parent;
	struct green__names names;	/* enter() reads them */
	size_t	 next;			/* of them: may still be to be taken */
	size_t	 inside;		/* of its directories: not left yet */
	TAILQ_ENTRY(green__stop) link;	/* while it has some to be taken */
	LIST_ENTRY(green__stop) all;
};

struct green__tour_ops {
	size_t	 size;			/* of a stop */
	/*
	 * In a worker; -1 with errno ends the tour.  enter: what is in s->names
	 * and a directory when it returns will be taken.  leave: all of these
	 * have been left; s->branch is to be ended.  end: whatever happened; what
	 * s still has is to go.
	 */
	int	 (*enter)(struct green__tour *t, struct green__stop *s);
	int	 (*leave)(struct green__tour *t, struct green__stop *s);
	void	 (*end)(struct green__tour *t, struct green__stop *s);
};

struct green__tour {
	const struct green__tour_ops *ops;
	struct green__tree tree;
	bool	 unstoppable;		/* by cancellation */
	pthread_mutex_t lock;		/* of what follows, and the stops */
	pthread_cond_t change;
	TAILQ_HEAD(, green__stop) open;	/* the one found last comes first */
	LIST_HEAD(, green__stop) all;
	size_t	 busy;			/* workers inside of a stop */
	size_t	 alone;			/* so many more before others help */
	int	 error;
};

/* In a task: it ends as the tour does.  t: ops are set, and unstoppable. */
int	 green__tour(struct green__tour *t, const char *path);
/* In a worker, in enter(): 0, or -1 with the errno that ends the tour. */
int	 green__tour_check(struct green__tour *t);

#endif /* FS_TOUR_H */
