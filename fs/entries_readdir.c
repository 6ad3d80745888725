/*
 * The entries of a directory by readdir(3), which takes a descriptor of its
 * own.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "names.h"

#ifdef HAVE_STRUCT_DIRENT_D_TYPE
#define TYPE(e)		((e)->d_type)
#else
#define TYPE(e)		DT_UNKNOWN
#endif

static int
read_all(DIR *dir, green__entry_fn *fn, void *arg)
{
	struct dirent *e;

	for (;;) {
		errno = 0;
		if ((e = readdir(dir)) == NULL)
			return (errno == 0 ? 0 : -1);
		if (fn(arg, e->d_name, TYPE(e), e->d_ino) == -1)
			return (-1);
	}
}

int
green__entries_read(int fd, green__entry_fn *fn, void *arg)
{
	DIR *dir;
	int copy, error, rc;

	if ((copy = fcntl(fd, F_DUPFD_CLOEXEC, 0)) == -1)
		return (-1);
	if ((dir = fdopendir(copy)) == NULL) {
		error = errno;
		close(copy);
		errno = error;
		return (-1);
	}
	rc = read_all(dir, fn, arg);
	error = errno;
	closedir(dir);
	errno = error;
	return (rc);
}
