/*
 * Modes and owners, of one file or a whole tree.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#ifndef FS_PATH_META_H
#define FS_PATH_META_H

#include <sys/types.h>

#include <stdbool.h>

/* What is to be set: an owner and a group, or a mode. */
struct green__meta {
	bool	 chown;
	uid_t	 uid;
	gid_t	 gid;
	mode_t	 mode;
};

/* In a worker.  at_flags: AT_SYMLINK_NOFOLLOW or 0, for path itself; below, no
   link is ever followed. */
int	 green__meta_set(const struct green__meta *m, int dir, const char *name,
	    int at_flags);
int	 green__meta_set_tree(const struct green__meta *m, const char *path,
	    int at_flags);

#endif /* FS_PATH_META_H */
