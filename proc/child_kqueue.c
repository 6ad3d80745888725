/*
 * The BSDs' way: a kqueue with nothing in it but the end of one process.  As
 * that is a descriptor too, it serves with every reactor.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <sys/types.h>
#include <sys/event.h>
#include <sys/time.h>

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "child.h"

static int
open_kqueue(struct green__child *c)
{
	struct kevent e;
	int kq, error;

	if ((kq = kqueue()) == -1)
		return (-1);
	(void)fcntl(kq, F_SETFD, FD_CLOEXEC);
	memset(&e, 0, sizeof(e));
	EV_SET(&e, (uintptr_t)c->pid, EVFILT_PROC, EV_ADD, NOTE_EXIT, 0, 0);
	/* ESRCH: it has ended already, which will be seen at once. */
	if (kevent(kq, &e, 1, NULL, 0, NULL) == -1 && errno != ESRCH) {
		error = errno;
		close(kq);
		errno = error;
		return (-1);
	}
	return (kq);
}

static void
lower(struct green__child *c)
{
	static const struct timespec now = { 0, 0 };
	struct kevent e;

	(void)kevent(c->fd.fd, NULL, 0, &e, 1, &now);
}

const struct green__child_ops green__child_kqueue = {
	.name = "kqueue",
	.open = open_kqueue,
	.lower = lower
};
