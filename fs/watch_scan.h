/*
 * A watch by inotify, as the loop and its workers share it: a worker has it
 * only while the task in green_watch_next() waits for that.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#ifndef FS_WATCH_SCAN_H
#define FS_WATCH_SCAN_H

#include <limits.h>

#include "watch.h"
#include "watch_dirs.h"

#define WATCH_BUFFER	((size_t)32 * 1024)

struct green__inotify {
	struct green_watch watch;
	struct green__fd fd;
	int	 queue;			/* its number */
	struct green__dirs dirs;
	bool	 shallow;
	bool	 existing;
	uint32_t mask;			/* of what is asked for */
	bool	 opening;		/* what cannot be watched fails it */
	struct green__dir *anew;	/* it was lost, and is watched anew */
	/* The queue: what was taken out of it is buf[start] to buf[end], and
	   used is how much was there before. */
	size_t	 start;
	size_t	 end;
	uint64_t used;
	int64_t	 patience;		/* for a rename's other half; 0: none */
	struct {
		uint32_t cookie;
		int	 from;		/* directories; -1: unknown */
		int	 to;
		char	 name[NAME_MAX + 1];
		char	 new_name[NAME_MAX + 1];
	} last;				/* rename */
	char	*scan_path;		/* the worker's */
	size_t	 scan_room;
	char	*path;
	size_t	 path_room;
	char	*from;
	size_t	 from_room;
	_Alignas(uint64_t) char buf[WATCH_BUFFER];
};

/* In a worker: watch what is PENDING, and read what it has, for a while.  -1
   and ECANCELED, ENOMEM: the rest is PENDING still. */
int	 green__watch_scan(void *w);

#endif /* FS_WATCH_SCAN_H */
