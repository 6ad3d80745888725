/*
 * fs/watch_kqueue.c where the system has no such kqueue: with one made of
 * inotify, which tells what EVFILT_VNODE would, and no more.  libkqueue lends
 * its header.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#define kqueue		vnodes_kqueue
#define kevent		vnodes_kevent
#define green__watch_kqueue	vnodes_ops

#include "fs/watch_kqueue.c"

#include <sys/inotify.h>

#include <err.h>
#include <stdio.h>

#define KNOTES	4096
#define OF_DIRS	(IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO)

static struct knote {
	int	 kq;
	int	 wd;
	uintptr_t ident;
} knotes[KNOTES];

int
kqueue(void)
{
	int i, kq = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);

	/* The number may have been another's. */
	for (i = 0; i < KNOTES; i++)
		if (knotes[i].kq == kq)
			knotes[i].wd = 0;
	return (kq);
}

static int
add(int kq, uintptr_t ident)
{
	struct knote *n = NULL;
	char path[64];
	int i, wd;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", (int)ident);
	wd = inotify_add_watch(kq, path, OF_DIRS | IN_MODIFY | IN_ATTRIB |
	    IN_DELETE_SELF | IN_MOVE_SELF);
	if (wd == -1)
		return (-1);
	for (i = 0; i < KNOTES; i++) {
		if (knotes[i].wd == 0 && n == NULL)
			n = &knotes[i];
		if (knotes[i].wd != 0 && knotes[i].kq == kq &&
		    knotes[i].ident == ident) {
			n = &knotes[i];
			break;
		}
	}
	if (n == NULL)
		errx(1, "too many knotes");
	*n = (struct knote){ kq, wd, ident };
	return (0);
}

/* A directory's own knote tells nothing of what changes in its files. */
static bool
is_told(const struct inotify_event *in)
{
	return (in->len == 0 || (in->mask & OF_DIRS) != 0);
}

/* All that it tells of: a file may be open several times. */
static int
deliver(int kq, int wd, struct kevent *to, int room)
{
	int count = 0, i;

	for (i = 0; i < KNOTES && count < room; i++) {
		if (knotes[i].kq != kq || knotes[i].wd != wd)
			continue;
		memset(to, 0, sizeof(*to));
		EV_SET(to, knotes[i].ident, EVFILT_VNODE, EV_CLEAR, NOTE_WRITE,
		    0, 0);
		to++;
		count++;
	}
	return (count);
}

static int
fetch(int kq, struct kevent *to, int room)
{
	_Alignas(uint64_t) char buf[512];
	const struct inotify_event *in;
	ssize_t at, got;
	int count = 0;

	/* There may be something, but nothing to tell. */
	while (count == 0) {
		if ((got = read(kq, buf, sizeof(buf))) == -1)
			return (errno == EAGAIN ? 0 : -1);
		for (at = 0; at < got; at += (ssize_t)(sizeof(*in) + in->len)) {
			in = (const void *)(buf + at);
			if (is_told(in) && (in->mask & IN_IGNORED) == 0)
				count += deliver(kq, in->wd, to + count,
				    room - count);
		}
	}
	return (count);
}

int
kevent(int kq, const struct kevent *changes, int nchanges,
    struct kevent *events, int nevents, const struct timespec *timeout)
{
	(void)timeout;			/* none is ever waited for */
	if (nchanges == 1)
		return (add(kq, changes->ident));
	return (fetch(kq, events, nevents));
}
