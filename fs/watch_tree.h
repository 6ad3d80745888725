/*
 * A tree as it was when it was last looked at, for ways to watch it that learn
 * no more than that something has changed.  It is compared with what is there
 * now, in a worker; what differs becomes events.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#ifndef FS_WATCH_TREE_H
#define FS_WATCH_TREE_H

#include <sys/queue.h>
#include <sys/stat.h>

#include "watch.h"

/* ENTRY_DUE: it is to be looked at.  MISSED: it was not where it was known to
   be, as what is above it has been renamed.  COME, RENAMED, GONE: since the
   last look. */
enum green__entry_state {
	ENTRY_KNOWN,
	ENTRY_DUE,
	ENTRY_MISSED,
	ENTRY_COME,
	ENTRY_RENAMED,
	ENTRY_GONE
};
struct green__entry {
	TAILQ_ENTRY(green__entry) sibling;
	TAILQ_ENTRY(green__entry) link;	/* in the list of its state */
	TAILQ_HEAD(, green__entry) children;	/* sorted by name */
	struct green__entry *parent;	/* NULL: the root, */
	char	*name;			/* and then its path */
	struct green__entry *over;	/* COME: the one that had its name */
	struct green__entry *twin;	/* RENAMED: where it has GONE */
	enum green__entry_state state;
	struct stat st;
	int	 error;			/* told: why nothing is told of it */
	int	 fd;			/* what it is watched by; or -1 */
};
TAILQ_HEAD(green__entries, green__entry);
struct green__told {
	STAILQ_ENTRY(green__told) link;
	struct green_watch_event event;
	char	 text[];		/* path, NUL, from, NUL */
};
struct green__tree {
	struct green__entry *root;
	struct green__entries list[ENTRY_GONE + 1];
	STAILQ_HEAD(, green__told) told;
	size_t	 ntold;
	bool	 shallow;
	bool	 attributes;
	bool	 existing;
	bool	 deep;			/* a look is at all below, too */
	bool	 opening;		/* want of descriptors fails it */
	bool	 quiet;			/* tell nothing: the tree is new */
	bool	 lost;			/* to begin anew, */
	bool	 anew;			/* and to be told when that is done */
	char	*path;
	size_t	 room;
	/* Something is to be watched from here on: its descriptor, or -1;
	   without a path, its descriptor is e's now.  NULL: that is not needed.
	   And no more. */
	int	(*enter)(struct green__tree *t, struct green__entry *e,
		    const char *path);
	void	(*leave)(struct green__tree *t, struct green__entry *e);
};

/* Its root; the rest is due.  In a task. */
int	 green__tree_open(struct green__tree *t, const char *path,
	    const struct green_watch_options *opt);
void	 green__tree_close(struct green__tree *t);
void	 green__tree_due(struct green__tree *t, struct green__entry *e);
static inline bool
green__tree_is_due(const struct green__tree *t)
{
	return (!TAILQ_EMPTY(&t->list[ENTRY_DUE]) || t->lost);
}
/* In a worker: look at what is due, at all of it or until there is much to
   tell. ECANCELED: the rest is due still. */
int	 green__tree_look(void *t);
/* The next that is told: 1, 0.  Valid until the next call. */
int	 green__tree_next(struct green__tree *t, struct green_watch_event *e);

#endif /* FS_WATCH_TREE_H */
