/*
 * The kqueue reactor, on the systems that have it and on libkqueue.  Events are
 * told apart by their descriptor's number alone: those of our own are forgotten
 * before they are closed, and of foreign ones f->slot has the directions that
 * the kernel has been asked about, each for one event.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <sys/types.h>
#include <sys/event.h>
#include <sys/time.h>

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "internal.h"
#include "reactor_watcher.h"
#include "reactor_wakeup.h"

#define EVENTS		256
#define LONGEST		(24 * 3600 * GREEN_SEC)
#define BOTH		((unsigned)(GREEN__READ | GREEN__WRITE))

/* A signal handler may not enter libkqueue, which takes locks. */
#if defined(EVFILT_USER) && !defined(HAVE_LIBKQUEUE)
#define USER_EVENT	1
#else
#define USER_EVENT	0
#endif

struct green__reactor {
	int	 kq;
	struct green__wakeup wakeup;	/* unless USER_EVENT */
	struct green__wakeup guest;	/* a guest's: its watcher has events */
	struct green__watcher watcher;
	int	 nevents;		/* that it has fetched */
	struct kevent events[EVENTS];
};

/* Ask about fd, or stop to, in dirs; nothing is fetched. */
static int
change(struct green__reactor *r, int fd, unsigned dirs, unsigned flags)
{
	struct kevent k[2];
	int n = 0;

	/* Writing comes first, as libkqueue forgets what it knows of hang-ups
	   when writing is added to reading. */
	if (dirs & GREEN__WRITE) {
		EV_SET(&k[n], (uintptr_t)fd, EVFILT_WRITE, flags, 0, 0, 0);
		n++;
	}
	if (dirs & GREEN__READ) {
		EV_SET(&k[n], (uintptr_t)fd, EVFILT_READ, flags, 0, 0, 0);
		n++;
	}
	return (kevent(r->kq, k, n, NULL, 0, NULL));
}

static void
forget(struct green__reactor *r, int fd, unsigned dirs)
{
	if (change(r, fd, dirs, EV_DELETE) == 0 || dirs != BOTH)
		return;
	/* The kernel stops at the first that it does not know. */
	(void)change(r, fd, GREEN__WRITE, EV_DELETE);
	(void)change(r, fd, GREEN__READ, EV_DELETE);
}

#if USER_EVENT
static int
wakeup_open(struct green__reactor *r)
{
	struct kevent k;

	EV_SET(&k, 0, EVFILT_USER, EV_ADD | EV_CLEAR, 0, 0, 0);
	return (kevent(r->kq, &k, 1, NULL, 0, NULL));
}

static void
wakeup_close(struct green__reactor *r)
{
	(void)r;
}

static bool
wakeup_take(struct green__reactor *r, const struct kevent *k)
{
	(void)r;
	return (k->filter == EVFILT_USER);
}

static void
kqueue_wake(struct green__reactor *r)
{
	struct kevent k;
	int error = errno;

	EV_SET(&k, 0, EVFILT_USER, 0, NOTE_TRIGGER, 0, 0);
	(void)kevent(r->kq, &k, 1, NULL, 0, NULL);
	errno = error;
}
#else
static int
wakeup_open(struct green__reactor *r)
{
	int error;

	if (green__wakeup_open(&r->wakeup) == -1)
		return (-1);
	if (change(r, r->wakeup.in, GREEN__READ, EV_ADD | EV_CLEAR) == -1) {
		error = errno;
		green__wakeup_close(&r->wakeup);
		errno = error;
		return (-1);
	}
	return (0);
}

static void
wakeup_close(struct green__reactor *r)
{
	forget(r, r->wakeup.in, GREEN__READ);
	green__wakeup_close(&r->wakeup);
}

static bool
wakeup_take(struct green__reactor *r, const struct kevent *k)
{
	if (k->ident != (uintptr_t)r->wakeup.in)
		return (false);
	green__wakeup_lower(&r->wakeup, true);
	return (true);
}

static void
kqueue_wake(struct green__reactor *r)
{
	green__wakeup_raise(&r->wakeup);
}
#endif

static struct green__reactor *
kqueue_open(void)
{
	struct green__reactor *r;
	int error;

	if ((r = calloc(1, sizeof(*r))) == NULL)
		return (NULL);
	if ((r->kq = kqueue()) == -1)
		goto fail_kqueue;
	(void)fcntl(r->kq, F_SETFD, FD_CLOEXEC);
	if (wakeup_open(r) == -1)
		goto fail_wakeup;
	return (r);
fail_wakeup:
	error = errno;
	close(r->kq);
	errno = error;
fail_kqueue:
	error = errno;
	free(r);
	errno = error;
	return (NULL);
}

/* Have the kernel's queue back, if a watcher has it. */
static void
recall(struct green__reactor *r)
{
	if (r->watcher.open)
		green__watcher_recall(&r->watcher, kqueue_wake);
}

static void
kqueue_close(struct green__reactor *r)
{
	if (r->watcher.open) {
		recall(r);
		green__watcher_close(&r->watcher);
		green__wakeup_close(&r->guest);
	}
	wakeup_close(r);
	close(r->kq);
	free(r);
}

/* Out of something, or is it the file that cannot be asked about? */
static int
refused(int error)
{
	errno = error == ENOMEM || error == ENFILE || error == EMFILE ?
	    error : EPERM;
	return (-1);
}

static int
kqueue_attach(struct green__reactor *r, struct green__fd *f)
{
	unsigned dirs = 0;
	int error;

	if (green__reactor_probe(f->fd) == -1)
		return (-1);
	if (change(r, f->fd, BOTH, EV_ADD | EV_CLEAR) == 0)
		return (0);
	/* Some pipes are refused the direction that has nobody to talk to, and
	   in which nothing blocks, therefore. */
	if (change(r, f->fd, GREEN__WRITE, EV_ADD | EV_CLEAR) == 0)
		dirs |= GREEN__WRITE;
	if (change(r, f->fd, GREEN__READ, EV_ADD | EV_CLEAR) == 0)
		dirs |= GREEN__READ;
	else if (dirs == 0 || errno == ENOMEM) {
		error = errno;
		forget(r, f->fd, BOTH);
		return (refused(error));
	}
	return (0);
}

static void
kqueue_detach(struct green__reactor *r, struct green__fd *f)
{
	forget(r, f->fd, BOTH);
}

static int
kqueue_arm(struct green__reactor *r, struct green__fd *f)
{
	unsigned armed = (unsigned)f->slot;
	unsigned more = f->wanted & ~armed;
	unsigned less = armed & ~f->wanted;
	int error;

	if (less != 0)
		forget(r, f->fd, less);
	f->slot = armed & ~less;
	if (more == 0)
		return (0);
	if (green__reactor_probe(f->fd) == -1)
		return (-1);
	if (change(r, f->fd, more, EV_ADD | EV_ONESHOT) == -1) {
		/* The number's last file may still be known (libkqueue). */
		forget(r, f->fd, BOTH);
		f->slot = 0;
		if (change(r, f->fd, f->wanted, EV_ADD | EV_ONESHOT) == -1) {
			error = errno;
			forget(r, f->fd, BOTH);
			return (refused(error));
		}
	}
	f->slot = f->wanted;
	return (0);
}

static void
deliver(const struct kevent *k)
{
	struct green__fd *f = green__fd_find((int)k->ident);
	unsigned dir = k->filter == EVFILT_READ ? GREEN__READ : GREEN__WRITE;

	if (f == NULL)
		return;
	if (f->flags & GREEN__FD_FOREIGN) {
		if ((f->slot & dir) == 0)
			return;
		f->slot &= ~(size_t)dir;
	}
	/* The socket's error, which it may not tell a second time. */
	if ((k->flags & EV_EOF) && k->fflags != 0)
		f->error = (int)k->fflags;
	green__fd_ready(f, dir, (k->flags & EV_EOF) != 0);
}

/*
 * libkqueue makes two events of one of the kernel's, and drops those that its
 * caller has no room for: when there was none left, any edge may be lost.
 */
static void
recover(int n)
{
#ifdef HAVE_LIBKQUEUE
	struct loop *l = green__loop;
	size_t i;

	if (n < EVENTS)
		return;
	for (i = 0; i < l->nfds; i++)
		if (l->fds[i] != NULL &&
		    (l->fds[i]->flags & GREEN__FD_FOREIGN) == 0)
			green__fd_ready(l->fds[i], BOTH, true);
#else
	(void)n;
#endif
}

static void
take(struct green__reactor *r, int n)
{
	int i;

	for (i = 0; i < n; i++)
		if (!wakeup_take(r, &r->events[i]))
			deliver(&r->events[i]);
	recover(n);
}

static void
kqueue_await(struct green__reactor *r, int64_t timeout)
{
	struct timespec ts;
	int n;

	if (r->watcher.open) {
		recall(r);
		green__wakeup_lower(&r->guest, false);
		take(r, r->nevents);
		r->nevents = 0;
	}
	/* Kernels differ in what they take for too long. */
	if (timeout > LONGEST && timeout != GREEN_FOREVER)
		timeout = LONGEST;
	ts.tv_sec = (time_t)(timeout / GREEN_SEC);
	ts.tv_nsec = (long)(timeout % GREEN_SEC);
	n = kevent(r->kq, NULL, 0, r->events, EVENTS,
	    timeout == GREEN_FOREVER ? NULL : &ts);
	if (n == -1 && errno != EINTR)
		green__die("kevent: %s", strerror(errno));
	take(r, n);
}

static int
kqueue_fd(const struct green__reactor *r)
{
	return (r->kq);
}

#ifdef HAVE_LIBKQUEUE
/* Its descriptor tells nobody.  In the watcher: fetch what there is. */
static void
watch(struct green__reactor *r)
{
	r->nevents = kevent(r->kq, NULL, 0, r->events, EVENTS, NULL);
	green__wakeup_raise(&r->guest);
}

static int
kqueue_guest_fd(struct green__reactor *r)
{
	int error;

	if (green__wakeup_open(&r->guest) == -1)
		return (-1);
	if (green__watcher_open(&r->watcher, watch, r) == -1) {
		error = errno;
		green__wakeup_close(&r->guest);
		errno = error;
		return (-1);
	}
	return (r->guest.in);
}

static void
kqueue_lend(struct green__reactor *r)
{
	green__watcher_lend(&r->watcher);
}
#else
#define kqueue_lend	NULL

static int
kqueue_guest_fd(struct green__reactor *r)
{
	return (r->kq);
}
#endif

const struct green__reactor_ops green__reactor_kqueue = {
	.name = "kqueue",
	.edges = true,
	.open = kqueue_open,
	.close = kqueue_close,
	.attach = kqueue_attach,
	.detach = kqueue_detach,
	.arm = kqueue_arm,
	.wait = kqueue_await,
	.wake = kqueue_wake,
	.fd = kqueue_fd,
	.guest_fd = kqueue_guest_fd,
	.lend = kqueue_lend
};
