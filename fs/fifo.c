/*
 * Opening a FIFO waits for its other end.  Here that is opened without waiting,
 * and then waited for, which can be cancelled.  A writer without a reader is
 * told by ENXIO.  A reader is open at once, and looks whether there is a
 * writer: that has written or gone again, as poll(2) tells, or is just there,
 * as tee(2) can tell where there is one: it has nothing to give then, but not
 * for good.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include "green/pipe.h"
#include "internal.h"

bool
green__fifo_waits(const char *path, int flags)
{
	struct stat st;

	if (flags & O_NONBLOCK)
		return (false);
	if ((flags & O_ACCMODE) != O_RDONLY && (flags & O_ACCMODE) != O_WRONLY)
		return (false);
#ifdef O_PATH
	if (flags & O_PATH)
		return (false);
#endif
	return (stat(path, &st) == 0 && S_ISFIFO(st.st_mode));
}

#ifdef HAVE_TEE
/* spare: a pipe to copy to, which takes more than a byte a try. */
static bool
writer_waits(int fd, const int spare[2])
{
	char c;
	ssize_t n = tee(fd, spare[1], 1, SPLICE_F_NONBLOCK);

	if (n > 0)
		(void)!read(spare[0], &c, 1);
	return (n != 0);
}
#else
static bool
writer_waits(int fd, const int spare[2])
{
	(void)fd;
	(void)spare;
	return (false);
}
#endif

static int
await_writer(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	int64_t nap = 0;
	int spare[2], rc = 0;

	if (green__pipe(spare) == -1)
		return (green__fail(errno));
	while (rc == 0 && poll(&p, 1, 0) != 1 && !writer_waits(fd, spare))
		rc = green__nap(&nap, "writer of fd", fd);
	close(spare[0]);
	close(spare[1]);
	return (rc);
}

/* It is open, and there is another end; from now on it may block again. */
static int
finish(int fd, bool reads)
{
	int flags, error;

	if (reads && await_writer(fd) == -1)
		error = errno;
	else if ((flags = fcntl(fd, F_GETFL)) == -1 ||
	    fcntl(fd, F_SETFL, flags & ~O_NONBLOCK) == -1)
		error = errno;
	else
		return (0);
	close(fd);
	errno = error;
	return (-1);
}

int
green__fifo_open(struct green_file *f, struct green__opening *o)
{
	bool reads = (o->flags & O_ACCMODE) == O_RDONLY;
	int64_t nap = 0;

	o->flags |= O_NONBLOCK;
	while (green__file_work(f, green__file_do_open, o) == -1)
		if (errno != ENXIO || reads ||
		    green__nap(&nap, "reader of FIFO", -1) == -1)
			return (-1);
	return (finish(o->fd, reads));
}
