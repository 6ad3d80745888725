/*
 * Reactors: what tells a loop that descriptors are ready.  One file a backend,
 * all behind this table; nothing above fd.c and sched.c knows which one runs.
 *
 * A descriptor of libgreen's own is attached once, edge-triggered in both
 * directions, until it is detached: the reactor calls green__fd_ready() for
 * each edge.  A foreign one (GREEN__FD_FOREIGN) is armed for each wait, one
 * shot, and may be closed behind our back: disarming it must bear that.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#ifndef GREEN_REACTOR_H
#define GREEN_REACTOR_H

#include <stdbool.h>
#include <stdint.h>

struct green__fd;
struct green__reactor;			/* a backend's own */

struct green__reactor_ops {
	const char *name;
	bool	 edges;			/* attached descriptors' last: no arm() */
	/* NULL and errno: EMFILE, ENOMEM, ... */
	struct green__reactor *(*open)(void);
	void	(*close)(struct green__reactor *r);
	/*
	 * Begin and end with a descriptor of our own.  EPERM from attach: it
	 * is always ready (regular files).  ENOMEM, ENOSPC, EMFILE, EBADF.
	 * detach is called before the descriptor is closed.
	 */
	int	(*attach)(struct green__reactor *r, struct green__fd *f);
	void	(*detach)(struct green__reactor *r, struct green__fd *f);
	/*
	 * The directions that tasks wait for on f, f->wanted, have changed: it
	 * is (re)armed for just those, 0 being none.  0, or -1 and errno (EPERM:
	 * always ready; EBADF: not open).
	 */
	int	(*arm)(struct green__reactor *r, struct green__fd *f);
	/*
	 * Wait for at most timeout ns (0: only look; INT64_MAX: for ever) and
	 * call green__fd_ready() for what has become ready.  Early returns
	 * are harmless.
	 */
	void	(*wait)(struct green__reactor *r, int64_t timeout);
	/* Make a wait in progress, or the next one, return.  Any thread, and
	   signal handlers. */
	void	(*wake)(struct green__reactor *r);
	/* The kernel's descriptor, or -1: there is none. */
	int	(*fd)(const struct green__reactor *r);
	/*
	 * For guests: a descriptor that is readable as soon as a wait would find
	 * something; -1 and errno.  lend() comes before others watch it, and
	 * the next wait or close ends that; NULL where nothing is to be done.
	 */
	int	(*guest_fd)(struct green__reactor *r);
	void	(*lend)(struct green__reactor *r);
};

extern const struct green__reactor_ops green__reactor_epoll;
extern const struct green__reactor_ops green__reactor_kqueue;
extern const struct green__reactor_ops green__reactor_poll;

/* For backends whose kernel does not tell: -1 and EBADF, or EPERM for files
   that are always ready. */
int	 green__reactor_probe(int fd);

/* By name; NULL: $GREEN_BACKEND's, else the best.  NULL and EINVAL. */
const struct green__reactor_ops *green__reactor_choose(const char *name);

#endif /* GREEN_REACTOR_H */
