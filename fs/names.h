/*
 * What a directory has, but "." and "..": all of it, read before anything is
 * done with the first of it, so that what is made or removed meanwhile does not
 * count.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#ifndef FS_NAMES_H
#define FS_NAMES_H

#include <sys/types.h>

#include <stddef.h>
#include <stdint.h>

struct green__name {
	char	*name;			/* with its type in the byte before */
	uint64_t key;			/* what it is sorted by first */
};
struct green__names {
	struct green__name *name;
	size_t	 n;
	char	*text;
};

/* strcmp(3)'s order; or the order in which a disk has them, more or less. */
enum green__names_order { NAMES_BY_NAME, NAMES_BY_INODE };
/* Of the directory fd, which was just opened; -1, and nothing to free. */
int	 green__names_read(struct green__names *s, int fd,
	    enum green__names_order order);
void	 green__names_free(struct green__names *s);

/* DT_*; of who keeps them, to correct. */
static inline unsigned char *
green__name_type(const struct green__name *n)
{
	return ((unsigned char *)n->name - 1);
}

/* From where fd is to its end, fn(arg, ...) for each, until that fails.  Type:
   DT_*, DT_UNKNOWN where the system does not say. */
typedef int green__entry_fn(void *arg, const char *name, unsigned char type,
	    ino_t ino);
int	 green__entries_read(int fd, green__entry_fn *fn, void *arg);

#endif /* FS_NAMES_H */
