/*
 * A watch by inotify, as the loop and its workers share it: a worker has it
 * only while the task in green_watch_next() waits for that.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#ifndef FS_WATCH_INOTIFY_H
#define FS_WATCH_INOTIFY_H

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

struct inotify_event;

/* The queue (watch_queue.c).  How many bytes more; 0: there are none now, or no
   room; -1. */
ssize_t	 green__inotify_fill(struct green__inotify *w);
/* If it is not empty: the first, and it is used up. */
struct inotify_event *green__inotify_first(struct green__inotify *w);
void	 green__inotify_use(struct green__inotify *w);
/* The other half of the first, a rename, or NULL when it does not come; it is
   still to be used.  The first may be elsewhere.  -1: nothing is decided. */
int	 green__inotify_await_half(struct green__inotify *w,
	    struct inotify_event **second);

/* What its first event means (watch_events.c), which is used, unless -1.
   1: told, 0: there is nothing to tell. */
int	 green__inotify_tell(struct green__inotify *w,
	    struct green_watch_event *e);
/* Tell it: 1, or -1. */
int	 green__inotify_told(struct green__inotify *w,
	    struct green_watch_event *e, enum green_watch_kind kind,
	    const struct green__dir *d, const char *name, bool dir);

/* In a worker (watch_scan.c): watch what is PENDING, and read what it has, for a
   while.  -1 and ECANCELED, ENOMEM: the rest is PENDING still. */
int	 green__watch_scan(void *w);

#endif /* FS_WATCH_INOTIFY_H */
