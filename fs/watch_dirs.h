/*
 * The directories of a tree that inotify watches: each with its number there,
 * its place in the tree, and what is still to be done or told of it.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#ifndef FS_WATCH_DIRS_H
#define FS_WATCH_DIRS_H

#include <sys/queue.h>
#include <sys/tree.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "names.h"

/* Which list it is in. */
enum green__dir_state {
	DIR_KNOWN,			/* none: there is nothing to do */
	DIR_PENDING,			/* to be watched and read */
	DIR_READ,			/* what it has is to be told */
	DIR_LATER,			/* when the queue is used up to there */
	DIR_DROPPED			/* not in the tree any more */
};
struct green__dir {
	RB_ENTRY(green__dir) by_number;	/* unless that is -1 */
	RB_ENTRY(green__dir) by_name;	/* unless it is dropped, or the root */
	LIST_ENTRY(green__dir) sibling;	/* likewise */
	LIST_HEAD(, green__dir) children;
	TAILQ_ENTRY(green__dir) link;	/* in the list of its state */
	struct green__dir *parent;	/* NULL: the root */
	char	*name;			/* the root's: its path */
	int	 number;		/* inotify's; -1: not watched */
	int	 error;			/* why not; 0: that need not be told */
	enum green__dir_state state;
	bool	 quiet;			/* nothing is told of what it has */
	bool	 again;			/* LATER: to be watched and read then */
	uint64_t until;			/* of the queue: told anew from there */
	/* What reading it has found.  READ: to be told from next on.  LATER:
	   told, and what the queue tells of it may be the same. */
	struct green__names names;
	size_t	 next;
};
TAILQ_HEAD(green__dir_list, green__dir);
RB_HEAD(green__dir_numbers, green__dir);
RB_HEAD(green__dir_names, green__dir);
struct green__dirs {
	struct green__dir *root;
	struct green__dir_numbers numbers;
	struct green__dir_names names;
	struct green__dir_list list[DIR_DROPPED + 1];
	size_t	 told;			/* names of those that are LATER */
};

/* NULL: ENOMEM.  A root has no parent. */
struct green__dir *green__dir_new(struct green__dirs *t,
	    struct green__dir *parent, const char *name);
struct green__dir *green__dir_by_number(struct green__dirs *t, int number);
struct green__dir *green__dir_by_name(struct green__dirs *t,
	    struct green__dir *parent, const char *name);
/* It is watched by that number, or -1: it is not; the number is nobody else's.
   */
void	 green__dir_number(struct green__dirs *t, struct green__dir *d,
	    int number);
/* To the end of the list of that state. */
void	 green__dir_put(struct green__dirs *t, struct green__dir *d,
	    enum green__dir_state state);
/* It, unless it is the root, and all below it are DROPPED. */
void	 green__dir_drop(struct green__dirs *t, struct green__dir *d);
/* It is elsewhere now.  name is malloc'd. */
void	 green__dir_move(struct green__dirs *t, struct green__dir *d,
	    struct green__dir *parent, char *name);
/* Is d a, or below it? */
bool	 green__dir_within(const struct green__dir *d,
	    const struct green__dir *a);
void	 green__dir_forget_names(struct green__dirs *t, struct green__dir *d);
/* It is DROPPED. */
void	 green__dir_free(struct green__dirs *t, struct green__dir *d);
void	 green__dirs_free(struct green__dirs *t);

/* d's path, joined with name unless that is NULL, in *buf, which grows: ENOMEM.
   */
int	 green__dir_path(const struct green__dir *d, const char *name,
	    char **buf, size_t *room);
/* Was it told of, as d was read?  Not a second time. */
bool	 green__dir_told(struct green__dir *d, const char *name);

#endif /* FS_WATCH_DIRS_H */
