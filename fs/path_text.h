/*
 * Paths as text: where a path's last name lies, what its parts are, strings
 * made of pieces of others.  For any thread; nothing here asks the system.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#ifndef FS_PATH_TEXT_H
#define FS_PATH_TEXT_H

#include <stddef.h>

/* A piece of a path, without a NUL of its own. */
struct green__piece {
	const char *at;
	size_t	 len;
};

/* The last name, without slashes around it; empty if there is none. */
struct green__piece green__path_name(const char *path);
/* The next part after *p, which moves on; empty at the end.  A leading slash is
   no part. */
struct green__piece green__path_next(const char **p);

/* Two pieces in one string.  NULL: ENOMEM */
char	*green__path_concat(struct green__piece a, struct green__piece b);
/* All of s as a piece. */
struct green__piece green__path_whole(const char *s);

#endif /* FS_PATH_TEXT_H */
