/*
 * Ways to watch a tree: one file a way, all behind this table.  A watch is used
 * by one task at a time, which watch.c sees to.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#ifndef FS_WATCH_H
#define FS_WATCH_H

#include <green/watch.h>

#include "internal.h"

struct green__watch_ops {
	const char *name;
	/* The whole tree is watched; a checkpoint.  ENOSYS: not on this system.
	   */
	struct green_watch *(*open)(const char *path,
		    const struct green_watch_options *opt);
	/* The next event, and true; -1 loses none. */
	int	(*next)(struct green_watch *w, struct green_watch_event *e);
	/* Whoever waits in next() gets EBADF. */
	void	(*stop)(struct green_watch *w);
	int	(*close)(struct green_watch *w);
};
/* The first member of what each way has. */
struct green_watch {
	const struct green__watch_ops *ops;
	struct green__use use;
	bool	 over;			/* it was told that the tree has gone */
};

extern const struct green__watch_ops green__watch_inotify;
extern const struct green__watch_ops green__watch_kqueue;
extern const struct green__watch_ops green__watch_poll;

struct green_watch *green__watch_open(const struct green__watch_ops *ops,
	    const char *path, const struct green_watch_options *opt);

#endif /* FS_WATCH_H */
