/*
 * Starting a program (exec.c): all that the child needs is laid out before it
 * is born, as between its birth and its exec it may do next to nothing.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#ifndef PROC_EXEC_H
#define PROC_EXEC_H

#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>

struct green__exec {
	char	**paths;		/* to try one after the other; NULL ends */
	char	*const *argv;		/* malloc'd with shell */
	char	*const *env;
	const char *cwd;		/* NULL: the parent's */
	int	 fd[3];			/* the child's first; -1: the parent's own */
	int	*stay;			/* sorted, none of the first three, and */
	size_t	 nstay;			/*   with room for one more */
	bool	 shell;
	bool	 session;
	bool	 group;
	int	 terminal;		/* is to rule the session; or -1 */
	bool	 set_umask;
	mode_t	 umask;
	const uid_t *uid;
	const gid_t *gid;
	/* The child's, if its memory is the parent's: no compiler sees that what
	   never returns has written here. */
	volatile bool born;
	volatile int error;		/* before the program ran; 0: it runs */
	int	 report[2];		/* a pipe: the same, if it is not */
};

/* The child's number, and it runs the program; -1 and its errno.  May block. */
pid_t	 green__exec(struct green__exec *e);

/* Of those above 2; sorted.  Async-signal-safe. */
void	 green__close_all_but(const int *stay, size_t n);

#endif /* PROC_EXEC_H */
