/* close(2) of what is of no use, as something has failed. */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#ifndef FS_CLOSE_H
#define FS_CLOSE_H

#include <errno.h>
#include <unistd.h>

/* -1, and errno as it was. */
static inline int
green__close_failed(int fd)
{
	int error = errno;

	close(fd);
	errno = error;
	return (-1);
}

#endif /* FS_CLOSE_H */
