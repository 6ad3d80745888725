/*
 * Processes as the files of this folder share them: the options laid out for a
 * start, and what a process is once it has started.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#ifndef PROC_INTERNAL_H
#define PROC_INTERNAL_H

#include <green/process.h>

#include "green/internal.h"

#include "child.h"
#include "exec.h"

/*
 * stdio.c: the child's first three descriptors, and the streams at this end.
 * All that use the terminal share one stream.
 */
struct green__stdio {
	int	 theirs[3];		/* to be closed once it runs; or -1 */
	bool	 on_terminal[3];
	struct green_stream *stream[3];	/* NULL: no pipe, or closed already */
	struct green_stream *terminal;	/* likewise */
};
/* Fill in e->fd too.  EINVAL, EMFILE, ... */
int	 green__stdio_open(struct green__stdio *s, struct green__exec *e,
	    const struct green_process_options *opt);
/* The child has its own by now. */
void	 green__stdio_release(struct green__stdio *s);
/* This end's, all of them. */
void	 green__stdio_close(struct green__stdio *s);

/* terminal.c: a new one; the child's side of it in *theirs. */
struct green_stream *green__terminal_open(int *theirs, unsigned short rows,
	    unsigned short columns);

/* command.c: the rest of e.  EINVAL, ENOMEM, EBADF. */
int	 green__command_open(struct green__exec *e, char *const argv[],
	    const struct green_process_options *opt);
void	 green__command_close(struct green__exec *e);

struct green_process {
	struct green__child child;
	struct green__stdio stdio;
	struct waiters waiters;
	struct loop_end end;		/* if nobody closes it before */
	bool	 tree;			/* it leads a group of its own */
	int64_t	 grace;
};
/* Until it ends, or until then: 0; -1 and ECHILD, ECANCELED, ETIMEDOUT. */
int	 green__process_await(struct green_process *p, int64_t until,
	    int *status);

#endif /* PROC_INTERNAL_H */
