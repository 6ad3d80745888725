/*
 * What the files of a walk share: the directories that it has read, or is about
 * to.  No worker is at it between two calls, so that the lock is for workers
 * among themselves.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#ifndef FS_WALK_TREE_H
#define FS_WALK_TREE_H

#include <sys/queue.h>
#include <sys/stat.h>

#include "branch.h"
#include "internal.h"
#include "names.h"
#include "walk.h"

enum state { UNREAD, READING, READ };

struct node {				/* a directory */
	struct green__branch branch;
	struct node *parent;
	TAILQ_ENTRY(node) link;		/* in todo */
	enum state state;
	int	 error;			/* it cannot be read */
	size_t	 len;			/* of its path, with a slash */
	int	 depth;			/* of what is in it */
	struct green__names names;	/* key: is it to be entered? */
	size_t	 next;			/* of them, to be handed out */
	size_t	 made;			/* up to there, they have nodes, ... */
	STAILQ_HEAD(, node) children;	/* ... as long as they are needed */
	STAILQ_ENTRY(node) sibling;
	size_t	 unread;		/* of what is to be entered */
	struct stat *st;		/* NULL: not wanted */
	size_t	 st_from;		/* the first of them is this name's ... */
	size_t	 st_end;		/* ... and the last the one before */
};

struct green__walk {
	struct node *at;		/* whose names are handed out; NULL: end */
	struct node *last;		/* handed out; to be entered next */
	char	*root;
	char	*pattern;
	int	 flags;
	char	*path;			/* of at, and of what is in it */
	size_t	 room;
	size_t	 trip;			/* what the next trip may read */
	struct green__tree tree;
	pthread_mutex_t lock;		/* of what follows, and of the nodes */
	pthread_cond_t change;
	/* What has not been read, and then, for what is in it, has no node yet:
	   in the order in which it will be handed out. */
	TAILQ_HEAD(, node) todo;
	size_t	 reading;		/* workers in a node */
	size_t	 ahead;			/* what this trip may still read */
};

struct node *green__walk_node(struct green__walk *w, struct node *parent,
	    const char *name);
/* Of a node which has no children any more. */
void	 green__walk_free_node(struct green__walk *w, struct node *n);

/* In a worker: read ahead, in the order of todo, with others. */
int	 green__walk_read(void *walk);
/* In a worker: what stat(2) tells of the next names of w->at. */
int	 green__walk_read_stats(void *walk);

/* Can the pattern match anything in this directory of n's? */
bool	 green__walk_leads_on(const char *pattern, const struct node *n,
	    const char *name);

#endif /* FS_WALK_TREE_H */
