/*
 * fetch: what its files share.  main() and the tasks are in fetch.c, what one of
 * them does for one URL is in job.c, and what is to be seen of it in progress.c.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#ifndef FETCH_H
#define FETCH_H

#include "http.h"

/* What has failed; as exit statuses, those that tell most first. */
enum outcome {
	FETCHED,
	FAILED_HERE,			/* a file could not be written, ... */
	USAGE,
	FAILED_NETWORK,			/* no connection, or it broke */
	FAILED_TLS,			/* not to be trusted */
	FAILED_STATUS,			/* the server says no */
	FAILED_ANSWER			/* it says what cannot be understood */
};

struct options {
	bool	 resume, downgrade, quiet;
	int	 retries, redirects;
	int64_t	 patience;		/* ns without anything received */
	int64_t	 limit;			/* ns for a file; GREEN_FOREVER */
};
extern struct options options;

struct job {
	const char *text;		/* the URL as it was given */
	struct url url;
	char	*path;			/* NULL: standard output */
	const char *name;		/* to be shown */
	enum { WAITING, ACTIVE, PAUSED, ENDED } state;
	int64_t	 have, size;		/* bytes; size -1: not known */
	int64_t	 came;			/* of them, since the program began */
	double	 rate;			/* bytes a second, lately */
	enum outcome outcome;
	char	 why[256];
};

/* Fetch it, by that connection: 0, whatever the outcome; -1: cancelled. */
int	 job_run(struct job *j, struct http *h);

void	 progress_begin(struct job *jobs, size_t n);
int	 progress_draw(void *unused);	/* a daemon, which does so all the time */
void	 progress_tell(const struct job *j);	/* how it has ended */
void	 progress_end(void);

#endif
