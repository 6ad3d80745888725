/*
 * A queue of jobs that clients share over a connection each.
 *
 *	put TEXT	ok
 *	take SECONDS	job TEXT, when there is one; or none, after that time
 *	done		ok: who took a job has done it
 *
 * A job goes to whoever has asked first.  If he leaves without having done it, it
 * is the first in the queue again.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */

#include <green.h>

struct job;
struct jobs {
	struct green_sem there;		/* as many as there are jobs */
	struct job *first, **end;
	size_t	 n;
};

int	 jobs_init(struct jobs *q);
void	 jobs_free(struct jobs *q);
/* Talk to one client; for green_serve(). */
int	 jobs_serve(struct green_stream *st, void *jobs);
