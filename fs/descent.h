/*
 * A way down a tree of directories, for workers: by openat(2) alone, so that
 * nothing outside of the tree is reached whatever is renamed or linked in it
 * meanwhile; without recursion, and with few descriptors however deep it is.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#ifndef FS_DESCENT_H
#define FS_DESCENT_H

#include <sys/stat.h>

#include <stddef.h>

/* What a directory has, but "." and "..". */
struct green__names {
	struct green__name {
		const char *name;
		unsigned char type;	/* DT_* */
	} *name;
	size_t	 n;
	char	*text;
};
/* Of the directory fd, from its beginning, sorted by name; -1, and nothing to
   free. */
int	 green__names_read(struct green__names *s, int fd);
void	 green__names_free(struct green__names *s);

struct green__level {
	int	 fd;			/* -1: closed for now; the lowest never */
	struct stat st;			/* as it was entered */
	struct green__names names;	/* the caller's; freed as it is left */
	size_t	 next;			/* the caller's, from 0 */
};
struct green__descent {
	struct green__level *level;
	size_t	 depth;			/* 0: nowhere */
	size_t	 room;
};
/* Into a directory of the lowest, or of any path if there is none yet; a link:
   ELOOP or ENOTDIR. */
int	 green__descent_enter(struct green__descent *d, const char *name);
/* Back up.  ESTALE: it is not where it was, and so nothing is left. */
int	 green__descent_leave(struct green__descent *d);
void	 green__descent_end(struct green__descent *d);
/* Both keep errno. */
struct green__level *green__descent_lowest(struct green__descent *d);

#endif /* FS_DESCENT_H */
