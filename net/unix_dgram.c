/*
 * UNIX datagram sockets.  What they are known by, and what they are connected
 * to, are files: both is settled in worker threads.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dgram.h"

/* On failure fd is still the caller's. */
static struct green_dgram *
bind_to(int fd, const char *path)
{
	struct green__unix_place p = {
		.path = path,
		.type = SOCK_DGRAM,
		.backlog = -1
	};
	struct green__unix_file file = { .path = NULL };
	struct green_dgram *d;
	int error;

	if (path != NULL && (green__addr_unix(&p.addr, path) == -1 ||
	    green__unix_bind(fd, &p, &file) == -1))
		return (NULL);
	if ((d = green__dgram_new(fd, AF_UNIX)) == NULL) {
		error = errno;
		green__unix_remove(&file);
		errno = error;
		return (NULL);
	}
	d->file = file;
	return (d);
}

struct green_dgram *
green_unix_dgram_open(const char *local_path)
{
	struct green_dgram *d;
	int fd, error;

	if (green__check() == -1)
		return (NULL);
	if ((fd = green__socket(AF_UNIX, SOCK_DGRAM)) == -1) {
		(void)green__fail(errno);
		return (NULL);
	}
	if ((d = bind_to(fd, local_path)) == NULL) {
		error = errno;
		close(fd);
		errno = error;
	}
	return (d);
}

struct green_dgram *
green_unix_dgram_connect(const char *path, const char *local_path)
{
	struct green__addr a;
	struct green_dgram *d;

	if (green__check() == -1 || green__addr_unix(&a, path) == -1 ||
	    (d = green_unix_dgram_open(local_path)) == NULL)
		return (NULL);
	if (green__unix_connect(d->fd.fd, &a) == 0)
		return (d);
	if (errno != ECANCELED)
		(void)green__failx(errno, "%s: %s", path, strerror(errno));
	green_dgram_close(d);
	return (NULL);
}
