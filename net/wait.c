/*
 * Waiting for descriptors that are not libgreen's own: those of other
 * libraries, or of the program.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include "internal.h"

int
green_wait_readable(int fd)
{
	return (green__fd_wait_foreign(fd, GREEN__READ));
}

int
green_wait_writable(int fd)
{
	return (green__fd_wait_foreign(fd, GREEN__WRITE));
}

void
green_fd_closing(int fd)
{
	int error = errno;

	green__fd_closing(fd);
	errno = error;
}
