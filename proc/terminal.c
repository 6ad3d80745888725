/*
 * Terminals for programs that want one: the program gets a real one as far as
 * it can tell, and what it writes there and is to read is a stream at this end.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <sys/ioctl.h>

#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

#include "stream/internal.h"

#include "internal.h"

/* The name of the other side is in static memory. */
static int
open_other_side(int fd)
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	const char *name;
	int other = -1;

	if (grantpt(fd) == -1 || unlockpt(fd) == -1)
		return (-1);
	pthread_mutex_lock(&lock);
	if ((name = ptsname(fd)) != NULL)
		other = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
	pthread_mutex_unlock(&lock);
	return (other);
}

static int
set_size(int fd, unsigned short rows, unsigned short columns)
{
	struct winsize size = { .ws_row = rows, .ws_col = columns };

	return (rows == 0 && columns == 0 ? 0 : ioctl(fd, TIOCSWINSZ, &size));
}

struct green_stream *
green__terminal_open(int *theirs, unsigned short rows, unsigned short columns)
{
	struct green_stream *s;
	int fd, error;

	if ((fd = posix_openpt(O_RDWR | O_NOCTTY)) == -1) {
		(void)green__fail(errno);
		return (NULL);
	}
	(void)fcntl(fd, F_SETFD, FD_CLOEXEC);
	*theirs = open_other_side(fd);
	if (*theirs == -1 || set_size(*theirs, rows, columns) == -1)
		(void)green__fail(errno);
	else if ((s = green__fd_stream(fd)) != NULL)
		return (s);
	error = errno;
	if (*theirs != -1)
		(void)close(*theirs);
	*theirs = -1;
	(void)close(fd);
	errno = error;
	return (NULL);
}

int
green_process_resize(struct green_process *p, unsigned short rows,
    unsigned short columns)
{
	int fd;

	if (p->stdio.terminal == NULL)
		return (green__failx(ENOTSUP, "the process has no terminal"));
	if (green_stream_attr(p->stdio.terminal, GREEN_ATTR_FD, &fd,
	    sizeof(fd)) == -1)
		return (-1);
	return (set_size(fd, rows, columns) == -1 ? green__fail(errno) : 0);
}
