/*
 * A tree of directories, read by several workers, handed out in one order.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#ifndef FS_WALK_H
#define FS_WALK_H

#include <green/path.h>

struct green__walk;
/* pattern NULL: all there is.  Its root has been read; NULL with errno. */
struct green__walk *green__walk_open(const char *path, const char *pattern,
	    int flags);
/* 1, 0 at the end, -1; after that, nothing is lost. */
int	 green__walk_next(struct green__walk *w, struct green_dirent *e);
void	 green__walk_skip(struct green__walk *w);
void	 green__walk_free(struct green__walk *w);

#endif /* FS_WALK_H */
