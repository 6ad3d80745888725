/*
 * The epoll reactor.  Every registration has a number of its own, which comes
 * back with its events together with the descriptor's: events of registrations
 * that are over, kept alive by a duplicate of a closed descriptor, find nothing
 * that bears their number.  So closing alone ends a registration, and a
 * descriptor of our own costs one epoll_ctl() in its life.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <sys/epoll.h>

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "internal.h"
#include "reactor_wakeup.h"

#define EVENTS		128
#define WAKEUP		UINT64_MAX

/* f->slot: the registration's number, and the directions armed (foreign). */
#define SLOT(number, armed)	((size_t)(number) << 2 | (armed))
#define NUMBER(slot)		((uint32_t)((slot) >> 2))
#define ARMED(slot)		((unsigned)(slot) & 3)
#define NUMBERS			(UINT32_MAX >> 2)

struct green__reactor {
	int	 epoll;
	uint32_t last;			/* number given out */
	bool	 coarse;		/* the kernel lacks epoll_pwait2() */
	struct green__wakeup wakeup;
	struct epoll_event events[EVENTS];
};

static int
control(struct green__reactor *r, int op, int fd, uint32_t events,
    uint64_t data)
{
	struct epoll_event e;

	memset(&e, 0, sizeof(e));
	e.events = events;
	e.data.u64 = data;
	return (epoll_ctl(r->epoll, op, fd, &e));
}

static struct green__reactor *
epoll_open(void)
{
	struct green__reactor *r;
	int error;

	if ((r = malloc(sizeof(*r))) == NULL)
		return (NULL);
	r->last = 0;
	r->coarse = false;
	if ((r->epoll = epoll_create1(EPOLL_CLOEXEC)) == -1)
		goto fail_epoll;
	if (green__wakeup_open(&r->wakeup) == -1)
		goto fail_wakeup;
	if (control(r, EPOLL_CTL_ADD, r->wakeup.in, EPOLLIN | EPOLLET,
	    WAKEUP) == -1)
		goto fail_control;
	return (r);
fail_control:
	error = errno;
	green__wakeup_close(&r->wakeup);
	errno = error;
fail_wakeup:
	error = errno;
	close(r->epoll);
	errno = error;
fail_epoll:
	error = errno;
	free(r);
	errno = error;
	return (NULL);
}

static void
epoll_close(struct green__reactor *r)
{
	close(r->epoll);
	green__wakeup_close(&r->wakeup);
	free(r);
}

/* Register f under a new number; it may or may not be registered already. */
static int
enter(struct green__reactor *r, int op, struct green__fd *f, uint32_t events,
    unsigned armed)
{
	uint32_t number = r->last % NUMBERS + 1;
	uint64_t data = (uint64_t)number << 32 | (uint32_t)f->fd;

	if (control(r, op, f->fd, events, data) == -1) {
		if (errno == EEXIST)
			op = EPOLL_CTL_MOD;
		else if (errno == ENOENT)
			op = EPOLL_CTL_ADD;
		else
			return (-1);
		if (control(r, op, f->fd, events, data) == -1)
			return (-1);
	}
	r->last = number;
	f->slot = SLOT(number, armed);
	return (0);
}

static int
epoll_attach(struct green__reactor *r, struct green__fd *f)
{
	return (enter(r, EPOLL_CTL_ADD, f,
	    EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, 0));
}

static void
epoll_detach(struct green__reactor *r, struct green__fd *f)
{
	(void)r;
	f->slot = 0;
}

static int
epoll_arm(struct green__reactor *r, struct green__fd *f)
{
	uint32_t events = EPOLLONESHOT;

	if (f->wanted == ARMED(f->slot))
		return (0);
	if (f->wanted == 0) {
		/* Closed behind our back, it is out already. */
		(void)control(r, EPOLL_CTL_DEL, f->fd, 0, 0);
		f->slot = 0;
		return (0);
	}
	if (f->wanted & GREEN__READ)
		events |= EPOLLIN;
	if (f->wanted & GREEN__WRITE)
		events |= EPOLLOUT;
	if (enter(r, f->slot == 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, f, events,
	    f->wanted) == -1) {
		f->slot = 0;
		return (-1);
	}
	return (0);
}

static int
wait_coarsely(struct green__reactor *r, int64_t timeout)
{
	int64_t ms = timeout / GREEN_MSEC + (timeout % GREEN_MSEC != 0);

	if (timeout == GREEN_FOREVER)
		ms = -1;
	return (epoll_wait(r->epoll, r->events, EVENTS,
	    ms > INT_MAX ? INT_MAX : (int)ms));
}

#ifdef HAVE_EPOLL_PWAIT2
static int
wait_finely(struct green__reactor *r, int64_t timeout)
{
	struct timespec ts;
	int n;

	if (timeout % GREEN_MSEC == 0 || timeout == GREEN_FOREVER || r->coarse)
		return (wait_coarsely(r, timeout));
	ts.tv_sec = (time_t)(timeout / GREEN_SEC);
	ts.tv_nsec = (long)(timeout % GREEN_SEC);
	n = epoll_pwait2(r->epoll, r->events, EVENTS, &ts, NULL);
	if (n == -1 && errno == ENOSYS) {
		r->coarse = true;
		return (wait_coarsely(r, timeout));
	}
	return (n);
}
#else
#define wait_finely(r, timeout)	wait_coarsely(r, timeout)
#endif

static void
deliver(const struct epoll_event *e)
{
	struct green__fd *f = green__fd_find((int)(uint32_t)e->data.u64);
	unsigned dirs = 0;

	if (f == NULL || NUMBER(f->slot) != e->data.u64 >> 32)
		return;
	if (f->flags & GREEN__FD_FOREIGN)
		f->slot = SLOT(NUMBER(f->slot), 0);
	if (e->events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR))
		dirs |= GREEN__READ;
	if (e->events & (EPOLLOUT | EPOLLHUP | EPOLLERR))
		dirs |= GREEN__WRITE;
	green__fd_ready(f, dirs,
	    (e->events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0);
}

/* With many descriptors, what an event is about is cold: fetch the one of four
   events on. */
INLINE void
fetch_ahead(const struct epoll_event *e, int left)
{
	const struct green__fd *f;

	if (left > 4 && (f = green__fd_find((int)(uint32_t)e[4].data.u64)) !=
	    NULL) {
		__builtin_prefetch(&f->fd);
		__builtin_prefetch(&f->slot);
	}
}

static GREEN__HOT void
epoll_await(struct green__reactor *r, int64_t timeout)
{
	int i, n = wait_finely(r, timeout);

	if (n == -1 && errno != EINTR)
		green__die("epoll_wait: %s", strerror(errno));
	for (i = 0; i < n; i++) {
		fetch_ahead(&r->events[i], n - i);
		if (r->events[i].data.u64 == WAKEUP)
			green__wakeup_lower(&r->wakeup, true);
		else
			deliver(&r->events[i]);
	}
}

static void
epoll_wake(struct green__reactor *r)
{
	green__wakeup_raise(&r->wakeup);
}

static int
epoll_fd(const struct green__reactor *r)
{
	return (r->epoll);
}

static int
epoll_guest_fd(struct green__reactor *r)
{
	return (r->epoll);
}

const struct green__reactor_ops green__reactor_epoll = {
	.name = "epoll",
	.edges = true,
	.open = epoll_open,
	.close = epoll_close,
	.attach = epoll_attach,
	.detach = epoll_detach,
	.arm = epoll_arm,
	.wait = epoll_await,
	.wake = epoll_wake,
	.fd = epoll_fd,
	.guest_fd = epoll_guest_fd
};
