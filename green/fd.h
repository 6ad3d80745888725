/*
 * Descriptors (fd.c), and waiting for them (fd_wait.c).  Readiness is remembered
 * for each direction: try the system call while the bit is set; EAGAIN, or a short
 * read unless the other end has hung up, clears it by green__fd_drained(); the
 * reactor's edge sets it.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#ifndef GREEN_FD_H
#define GREEN_FD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct green_task;
struct loop;
struct waiter;

enum {
	GREEN__READ	= 1,
	GREEN__WRITE	= 2
};
enum {
	GREEN__FD_FOREIGN = 1,		/* green_wait_readable()'s; one shot */
	GREEN__FD_ALWAYS  = 2,		/* no reactor takes it: always ready */
	GREEN__FD_HUNGUP  = 4,		/* the last read edge said: ends here */
	GREEN__FD_EDGES   = 8		/* attached to a reactor with lasting ones */
};
struct green__fd {
	int	 fd;			/* -1: closed */
	unsigned ready;			/* directions to try without waiting */
	unsigned wanted;		/* directions that tasks wait for */
	unsigned flags;
	int	 error;			/* a socket's, told already; or 0 */
	unsigned outright;		/* those whose task is woken, not queued */
	struct green_task *task[2];	/* that waits to read, to write */
	void	(*watcher)(struct green__fd *f);	/* instead of a reader */
	struct loop *loop;
	size_t	 slot;			/* the reactor's own use; 0 at first */
};
/* Own an open, non-blocking descriptor from now on.  On failure it stays the
   caller's.  ENOMEM, ENOSPC, EBADF, EPERM (no loop), EBUSY (owned already) */
int	 green__fd_open(struct green__fd *f, int fd);
/* Whoever waits gets EBADF; the number is returned, no longer ours: the caller
   closes it.  -1: it was closed already. */
int	 green__fd_close(struct green__fd *f);
/* Wait until f may go ahead in dir.  EBADF: closed meanwhile; EBUSY: another
   task waits in this direction; EINVAL: f is another loop's; ECANCELED.  Spends
   nothing. */
int	 green__fd_wait(struct green__fd *f, unsigned dir);
/* The same, until one of several may go ahead; or, -1 and ETIMEDOUT, until the
   deadline.  EBADF: one was closed meanwhile. */
int	 green__fd_wait_any(struct green__fd *const *v, size_t n, unsigned dir,
	    int64_t deadline);
/* For those of our own that no task waits for: watcher(f) is called in the loop,
   not as a task, whenever f has become readable, until f is closed.  It must take
   what there is.  -1: the reactor's errno. */
int	 green__fd_watch(struct green__fd *f, void (*watcher)(struct green__fd *f));
static inline bool
green__fd_can(const struct green__fd *f, unsigned dir)
{
	return ((f->ready & dir) != 0);
}
/* The system call said EAGAIN (all), or gave less than asked for: after the last
   edge, only reading on shows the end. */
static inline void
green__fd_drained(struct green__fd *f, unsigned dir, bool all)
{
	if (all || dir != GREEN__READ || (f->flags & GREEN__FD_HUNGUP) == 0)
		f->ready &= ~dir;
}
/* The reactors': directions became ready; hungup: no more will come to read. */
void	 green__fd_ready(struct green__fd *f, unsigned dirs, bool hungup);
/*
 * A task whose descriptor is ready is queued, and else left alone until it runs:
 * it is cold, and there may be thousands.  Its waiter stays until then.  Is w such
 * a one?
 */
bool	 green__fd_is_over(const struct waiter *w);
/* A foreign descriptor; EBUSY, EBADF, ECANCELED, ENOMEM. */
int	 green__fd_wait_foreign(int fd, unsigned dir);
/* What is known of fd, or a new foreign one.  ENOMEM */
struct green__fd *green__fd_foreign(int fd);
/* Its descriptor is to go: whoever waits gets EBADF. */
void	 green__fd_abandon(struct green__fd *f);
void	 green__fd_closing(int fd);
/* The loop ends: forget the foreign ones. */
void	 green__fds_free(struct loop *l);

#endif /* GREEN_FD_H */
