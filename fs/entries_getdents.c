/*
 * The entries of a directory by getdents64(2), which takes one buffer, on the
 * stack, and no second descriptor.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <dirent.h>
#include <stdalign.h>

#include "names.h"

#define BUFFER	((size_t)64 * 1024)

int
green__entries_read(int fd, green__entry_fn *fn, void *arg)
{
	alignas(struct dirent64) char buf[BUFFER];
	const struct dirent64 *e;
	const char *p;
	ssize_t n;

	while ((n = getdents64(fd, (void *)buf, sizeof(buf))) > 0)
		for (p = buf; p < buf + n; p += e->d_reclen) {
			e = (const void *)p;
			if (fn(arg, e->d_name, e->d_type, e->d_ino) == -1)
				return (-1);
		}
	return ((int)n);
}
