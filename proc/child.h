/*
 * Children under watch (child.c): a loop learns that one has ended without
 * waiting for any other, and reaps it at once.  How, is chosen at run time:
 * each way makes a descriptor that becomes readable when the child ends.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#ifndef PROC_CHILD_H
#define PROC_CHILD_H

#include <sys/types.h>

#include "green/internal.h"

struct green__child;
struct green__child_ops {
	const char *name;
	/* A descriptor, close-on-exec and non-blocking; -1 and errno. */
	int	(*open)(struct green__child *c);
	/* It was found readable: take what it has, if that is not the child. */
	void	(*lower)(struct green__child *c);
	/* Before the descriptor is closed; may be NULL. */
	void	(*close)(struct green__child *c);
};
extern const struct green__child_ops green__child_pidfd;
extern const struct green__child_ops green__child_kqueue;
extern const struct green__child_ops green__child_sigchld;

struct green__child {
	pid_t	 pid;
	bool	 keep;			/* its number, until it is reaped */
	bool	 ended;
	bool	 reaped;		/* the number may be anybody's */
	int	 status;		/* as from waitpid(2), */
	int	 error;			/* unless somebody else has reaped it */
	void	(*on_end)(struct green__child *c);	/* in the loop, as no task */
	const struct green__child_ops *ops;
	struct green__fd fd;
	void	*user;			/* the way's own */
};

/* Watch c->pid, which nobody has waited for; c->on_end may be called at once.
   EMFILE, ENFILE, ENOMEM, ...; EINVAL: $GREEN_CHILD names none of the ways. */
int	 green__child_watch(struct green__child *c);
/* Wait for its end, here and now, and let go of its number. */
void	 green__child_reap(struct green__child *c);

#endif /* PROC_CHILD_H */
