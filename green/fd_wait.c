/*
 * Tasks that wait for descriptors: for one, the first of several, or a foreign
 * one; and what the reactor tells of them.  At most one task waits in each
 * direction; f->wanted has exactly those directions, and a reactor without
 * lasting edges is told of every change.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#undef _FORTIFY_SOURCE		/* its longjmp() refuses to change stacks */
#include "config.h"

#include <poll.h>

#include "park.h"

/* The place of a direction in f->task, and back. */
#define INDEX(dir)	((dir) >> 1)
#define DIRECTION(i)	(1u << (i))

struct fd_waiter {
	struct waiter waiter;
	struct green__fd *f;
	unsigned dir;
};

/* Of several: each has the one waiter, and the first to be ready wakes it. */
struct any_waiter {
	struct waiter waiter;
	struct green__fd *const *v;
	size_t	 n;
	unsigned dir;
};

/* Nobody waits at f->task[i] any more; who did. */
static struct green_task *
unhook(struct green__fd *f, unsigned i)
{
	struct green_task *t = f->task[i];

	f->task[i] = NULL;
	f->wanted &= ~DIRECTION(i);
	f->outright &= ~DIRECTION(i);
	f->loop->waiting_fds--;
	return (t);
}

static bool	 abort_any(struct waiter *w);
static void	 unhook_any(struct waiter *w, const struct green__fd *f);

/* If the task waits for others, too, it does so no longer.  The caller rearms f. */
static void
wake(struct green__fd *f, unsigned i, int result, int error)
{
	struct waiter *w = f->task[i]->waiter;

	if (w->abort == abort_any)
		unhook_any(w, f);
	else
		(void)unhook(f, i);
	green__wake(w, result, error);
}

static void
wake_all(struct green__fd *f, int result, int error)
{
	unsigned i;

	for (i = 0; i < 2; i++)
		if (f->task[i] != NULL)
			wake(f, i, result, error);
}

/* f->wanted has changed: tell the reactor, if it wants to know. */
static inline int
arm(struct green__fd *f)
{
	struct loop *l = f->loop;

	return (f->flags & GREEN__FD_EDGES ? 0 : l->ops->arm(l->reactor, f));
}

/*
 * f->wanted has shrunk.  A reactor that has to arm f anew for the other direction
 * may fail then; who waits there learns why.
 */
static inline void
rearm(struct green__fd *f)
{
	int error = errno;

	if (arm(f) == -1)
		wake_all(f, errno == EPERM ? 0 : -1, errno);
	errno = error;
}

/* Its descriptor is ready, and its task has not run yet. */
static bool
is_over(const struct fd_waiter *fw)
{
	return (fw->f->task[INDEX(fw->dir)] != fw->waiter.task);
}

static bool
abort_wait(struct waiter *w)
{
	struct fd_waiter *fw = GREEN__CONTAINER(w, struct fd_waiter, waiter);

	if (is_over(fw))
		return (false);
	(void)unhook(fw->f, INDEX(fw->dir));
	rearm(fw->f);
	return (true);
}

bool
green__fd_is_over(const struct waiter *w)
{
	return (w->abort == abort_wait &&
	    is_over(GREEN__CONTAINER(w, const struct fd_waiter, waiter)));
}

/* All but f are rearmed. */
static void
unhook_any(struct waiter *w, const struct green__fd *f)
{
	struct any_waiter *a = GREEN__CONTAINER(w, struct any_waiter, waiter);
	size_t i;

	for (i = 0; i < a->n; i++) {
		if (a->v[i]->task[INDEX(a->dir)] != w->task)
			continue;
		(void)unhook(a->v[i], INDEX(a->dir));
		if (a->v[i] != f)
			rearm(a->v[i]);
	}
}

static bool
abort_any(struct waiter *w)
{
	unhook_any(w, NULL);
	return (true);
}

static inline int
hook(struct green__fd *f, unsigned dir)
{
	struct loop *l = f->loop;
	int error;

	f->task[INDEX(dir)] = l->current;
	f->wanted |= dir;
	l->waiting_fds++;
	if (arm(f) == 0)
		return (0);
	error = errno;
	(void)unhook(f, INDEX(dir));
	rearm(f);
	return (green__fail(error));
}

void
green__fd_abandon(struct green__fd *f)
{
	if (f->task[0] == NULL && f->task[1] == NULL)
		return;
	wake_all(f, -1, EBADF);
	rearm(f);
}

int
green__fd_watch(struct green__fd *f, void (*watcher)(struct green__fd *f))
{
	struct loop *l = f->loop;

	f->watcher = watcher;
	f->wanted = GREEN__READ;
	l->waiting_fds++;
	if (arm(f) == 0)
		return (0);
	f->watcher = NULL;
	f->wanted = 0;
	l->waiting_fds--;
	return (green__fail(errno));
}

static inline int
check_wait(const struct green__fd *f, unsigned dir)
{
	if (f->fd == -1)
		return (green__fail(EBADF));
	if (f->loop != green__loop)
		return (green__fail(EINVAL));
	if (f->task[INDEX(dir)] != NULL)
		return (green__fail(EBUSY));
	return (0);
}

/* No reactor takes it, and so it never blocks; but others get their turn. */
static int
find_ready(struct green__fd *f, unsigned dir)
{
	f->ready |= dir;
	(void)green__yield(false);
	return (green__check());
}

static const char readable_word[] = "fd # readable";
static const char writable_word[] = "fd # writable";

static inline const char *
words(unsigned dir)
{
	return (dir == GREEN__READ ? readable_word : writable_word);
}

/* As green__park() is, but all in this frame. */
GREEN__HOT int
green__fd_wait(struct green__fd *f, unsigned dir)
{
	struct fd_waiter fw;
	struct parking p;

	if (check_wait(f, dir) == -1)
		return (-1);
	if (f->ready & dir)
		return (0);
	if (f->flags & GREEN__FD_ALWAYS)
		return (find_ready(f, dir));
	if (hook(f, dir) == -1)
		return (-1);
	fw.f = f;
	fw.dir = dir;
	if (!park_begin(&p, &fw.waiter, abort_wait, words(dir), f->fd,
	    GREEN_FOREVER))
		return (green__cancelled());
	give_way(p.task, p.to);
	return (park_end(&p, &fw.waiter));
}

int
green__fd_wait_any(struct green__fd *const *v, size_t n, unsigned dir,
    int64_t deadline)
{
	struct any_waiter a = {
		.waiter = { .task = green__task() },
		.v = v, .n = n, .dir = dir
	};
	size_t i;

	for (i = 0; i < n; i++)
		if (check_wait(v[i], dir) == -1)
			return (-1);
	for (i = 0; i < n; i++) {
		if (v[i]->ready & dir)
			return (0);
		if (v[i]->flags & GREEN__FD_ALWAYS)
			return (find_ready(v[i], dir));
	}
	for (i = 0; i < n; i++) {
		v[i]->outright |= dir;
		if (hook(v[i], dir) == -1) {
			(void)abort_any(&a.waiter);
			return (-1);
		}
	}
	return (green__park(&a.waiter, abort_any, dir == GREEN__READ ?
	    "fds readable" : "fds writable", -1, deadline));
}

/* f is ready in the direction that f->task[i] waits for, which runs soon. */
static inline void
go_on(struct green__fd *f, unsigned i)
{
	__builtin_prefetch(f->task[i]);
	if (GREEN__UNLIKELY(f->outright & DIRECTION(i)))
		wake(f, i, 0, 0);
	else
		green__ready(f->loop, unhook(f, i));
}

GREEN__HOT void
green__fd_ready(struct green__fd *f, unsigned dirs, bool hungup)
{
	unsigned due = dirs & f->wanted;

	f->ready |= dirs;
	if (dirs & GREEN__READ) {
		f->flags &= ~(unsigned)GREEN__FD_HUNGUP;
		if (hungup)
			f->flags |= GREEN__FD_HUNGUP;
	}
	if (due == 0)
		return;
	if (f->watcher != NULL) {
		f->watcher(f);
		return;
	}
	if (due & GREEN__READ)
		go_on(f, INDEX(GREEN__READ));
	if (due & GREEN__WRITE)
		go_on(f, INDEX(GREEN__WRITE));
	rearm(f);
}

/* Is a descriptor ready right now? */
static bool
is_ready(int fd, unsigned dir)
{
	struct pollfd p = {
		.fd = fd,
		.events = dir == GREEN__READ ? POLLIN : POLLOUT
	};

	return (poll(&p, 1, 0) > 0);
}

int
green__fd_wait_foreign(int fd, unsigned dir)
{
	struct fd_waiter fw = { .dir = dir };
	struct green__fd *f;

	if (green__check() == -1)
		return (-1);
	if (fd < 0)
		return (green__fail(EBADF));
	if ((f = green__fd_foreign(fd)) == NULL)
		return (green__fail(ENOMEM));
	if (f->task[INDEX(dir)] != NULL)
		return (green__fail(EBUSY));
	/* One of our own: its edges may long have gone by. */
	if ((f->flags & GREEN__FD_FOREIGN) == 0 &&
	    ((f->flags & GREEN__FD_ALWAYS) || is_ready(fd, dir))) {
		green__spend();
		return (0);
	}
	f->ready &= ~dir;
	/* f may be gone before this task runs again. */
	f->outright |= dir;
	if (hook(f, dir) == -1) {
		if (errno != EPERM)
			return (-1);
		green__spend();
		return (0);
	}
	fw.f = f;
	return (green__park(&fw.waiter, abort_wait, words(dir), fd,
	    GREEN_FOREVER));
}
