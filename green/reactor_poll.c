/*
 * The poll reactor, for systems that have nothing better, and to compare the
 * others with.  Its set has the descriptors that tasks wait for, in the
 * directions that they wait for, and no others; f->slot is the place there.  It
 * changes with each wait, a place at a time.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "internal.h"
#include "reactor_watcher.h"
#include "reactor_wakeup.h"

#define ROOM_MIN	64

struct green__reactor {
	struct pollfd *set;		/* the first is the wake-up's */
	struct green__fd **owner;	/* of each in the set */
	size_t	 n;
	size_t	 room;
	size_t	 attached;		/* these have their room reserved */
	size_t	 foreign;		/* foreign ones in the set */
	struct green__wakeup wakeup;
	struct green__watcher watcher;	/* a guest's */
};

/* Room for all that are attached, and for so many foreign ones.  ENOMEM */
static int
reserve(struct green__reactor *r, size_t attached, size_t foreign)
{
	size_t room = r->room < ROOM_MIN ? ROOM_MIN : r->room;
	struct green__fd **owner;
	struct pollfd *set;

	while (room < 1 + attached + foreign)
		room *= 2;
	if (room == r->room)
		return (0);
	if ((set = reallocarray(r->set, room, sizeof(*set))) == NULL)
		return (-1);
	r->set = set;
	if ((owner = reallocarray(r->owner, room, sizeof(*owner))) == NULL)
		return (-1);
	r->owner = owner;
	r->room = room;
	return (0);
}

static struct green__reactor *
poll_open(void)
{
	struct green__reactor *r;
	int error;

	if ((r = calloc(1, sizeof(*r))) == NULL)
		return (NULL);
	if (reserve(r, 0, 0) == -1 || green__wakeup_open(&r->wakeup) == -1) {
		error = errno;
		free(r->owner);
		free(r->set);
		free(r);
		errno = error;
		return (NULL);
	}
	r->set[0].fd = r->wakeup.in;
	r->set[0].events = POLLIN;
	r->owner[0] = NULL;
	r->n = 1;
	return (r);
}

static void
poll_wake(struct green__reactor *r)
{
	green__wakeup_raise(&r->wakeup);
}

/* Have the set back, if a watcher has it: before each change of it. */
static void
recall(struct green__reactor *r)
{
	if (r->watcher.open)
		green__watcher_recall(&r->watcher, poll_wake);
}

static void
poll_close(struct green__reactor *r)
{
	recall(r);
	green__watcher_close(&r->watcher);
	green__wakeup_close(&r->wakeup);
	free(r->owner);
	free(r->set);
	free(r);
}

static void
insert(struct green__reactor *r, struct green__fd *f)
{
	f->slot = r->n++;
	r->owner[f->slot] = f;
	r->set[f->slot].fd = f->fd;
	r->set[f->slot].revents = 0;
	if (f->flags & GREEN__FD_FOREIGN)
		r->foreign++;
}

/* The last one takes the place. */
static void
take_out(struct green__reactor *r, struct green__fd *f)
{
	size_t last = --r->n;

	r->set[f->slot] = r->set[last];
	r->owner[f->slot] = r->owner[last];
	r->owner[f->slot]->slot = f->slot;
	f->slot = 0;
	if (f->flags & GREEN__FD_FOREIGN)
		r->foreign--;
}

static int
poll_attach(struct green__reactor *r, struct green__fd *f)
{
	recall(r);
	if (green__reactor_probe(f->fd) == -1 ||
	    reserve(r, r->attached + 1, r->foreign) == -1)
		return (-1);
	r->attached++;
	return (0);
}

static void
poll_detach(struct green__reactor *r, struct green__fd *f)
{
	recall(r);
	if (f->slot != 0)
		take_out(r, f);
	r->attached--;
}

static int
poll_arm(struct green__reactor *r, struct green__fd *f)
{
	short events = 0;

	recall(r);
	if (f->wanted == 0) {
		if (f->slot != 0)
			take_out(r, f);
		return (0);
	}
	if (f->slot == 0) {
		if ((f->flags & GREEN__FD_FOREIGN) &&
		    (green__reactor_probe(f->fd) == -1 ||
		    reserve(r, r->attached, r->foreign + 1) == -1))
			return (-1);
		insert(r, f);
	}
	if (f->wanted & GREEN__READ)
		events |= POLLIN;
	if (f->wanted & GREEN__WRITE)
		events |= POLLOUT;
	r->set[f->slot].events = events;
	return (0);
}

#ifdef HAVE_PPOLL
static int
look(struct green__reactor *r, int64_t timeout)
{
	struct timespec ts;

	ts.tv_sec = (time_t)(timeout / GREEN_SEC);
	ts.tv_nsec = (long)(timeout % GREEN_SEC);
	return (ppoll(r->set, (nfds_t)r->n,
	    timeout == GREEN_FOREVER ? NULL : &ts, NULL));
}
#else
static int
look(struct green__reactor *r, int64_t timeout)
{
	int64_t ms = timeout / GREEN_MSEC + (timeout % GREEN_MSEC != 0);

	if (timeout == GREEN_FOREVER)
		ms = -1;
	return (poll(r->set, (nfds_t)r->n, ms > INT_MAX ? INT_MAX : (int)ms));
}
#endif

static void
deliver(struct green__fd *f, short events)
{
	unsigned dirs = 0;

	/* POLLNVAL: closed behind our back; the next call on it will tell. */
	if (events & (POLLIN | POLLHUP | POLLERR | POLLNVAL))
		dirs |= GREEN__READ;
	if (events & (POLLOUT | POLLHUP | POLLERR | POLLNVAL))
		dirs |= GREEN__WRITE;
	green__fd_ready(f, dirs, (events & (POLLHUP | POLLERR)) != 0);
}

static void
poll_await(struct green__reactor *r, int64_t timeout)
{
	int left;
	size_t i;

	recall(r);
	left = look(r, timeout);
	if (left == -1 && errno != EINTR && errno != EAGAIN)
		green__die("poll: %s", strerror(errno));
	/* Downwards: who takes the place of one that leaves has been seen, or
	   will be.  Several leave when one ends a wait for any of them. */
	for (i = r->n - 1; left > 0 && i > 0; i--) {
		if (i >= r->n || r->set[i].revents == 0)
			continue;
		left--;
		deliver(r->owner[i], r->set[i].revents);
	}
	if (left > 0)
		green__wakeup_lower(&r->wakeup, false);
}

static int
poll_fd(const struct green__reactor *r)
{
	(void)r;
	return (-1);
}

/* In the watcher: what is found, the loop finds again. */
static void
watch(struct green__reactor *r)
{
	(void)look(r, GREEN_FOREVER);
	green__wakeup_raise(&r->wakeup);
}

static int
poll_guest_fd(struct green__reactor *r)
{
	if (green__watcher_open(&r->watcher, watch, r) == -1)
		return (-1);
	return (r->wakeup.in);
}

static void
poll_lend(struct green__reactor *r)
{
	if (r->n > 1)
		green__watcher_lend(&r->watcher);
}

const struct green__reactor_ops green__reactor_poll = {
	.name = "poll",
	.open = poll_open,
	.close = poll_close,
	.attach = poll_attach,
	.detach = poll_detach,
	.arm = poll_arm,
	.wait = poll_await,
	.wake = poll_wake,
	.fd = poll_fd,
	.guest_fd = poll_guest_fd,
	.lend = poll_lend
};
