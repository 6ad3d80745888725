/*
 * The queue of jobs, and how it is talked to.  A job belongs to the queue, or to the
 * one connection that it was given out to.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "jobs.h"

#define LINE	4096

struct job {
	struct job *next;
	char	 text[];
};

int
jobs_init(struct jobs *q)
{
	q->first = NULL;
	q->end = &q->first;
	q->n = 0;
	return (green_sem_init(&q->there, 0, SIZE_MAX));
}

void
jobs_free(struct jobs *q)
{
	struct job *j;

	while ((j = q->first) != NULL) {
		q->first = j->next;
		free(j);
	}
}

static int
put(struct jobs *q, const char *text)
{
	struct job *j = malloc(sizeof(*j) + strlen(text) + 1);

	if (j == NULL)
		return (-1);
	strcpy(j->text, text);
	j->next = NULL;
	*q->end = j;
	q->end = &j->next;
	q->n++;
	return (green_sem_release(&q->there));
}

/* *j: what was first in the queue; NULL if the time is over before there is one. */
static int
take(struct jobs *q, int64_t patience, struct job **j)
{
	struct green_scope s;
	int rc;

	*j = NULL;
	green_move_on_after(&s, patience);
	if ((rc = green_sem_acquire(&q->there)) == 0) {
		*j = q->first;
		if ((q->first = (*j)->next) == NULL)
			q->end = &q->first;
		q->n--;
	}
	return ((int)green_scope_close(&s, rc));
}

/* Nobody has done it: it is to be the next. */
static void
give_back(struct jobs *q, struct job *j)
{
	int error = errno;

	if ((j->next = q->first) == NULL)
		q->end = &j->next;
	q->first = j;
	q->n++;
	(void)!green_sem_release(&q->there);
	errno = error;
}

/* Hand out a job, and see it done. */
static int
hand_out(struct jobs *q, struct green_stream *st, int64_t patience)
{
	struct job *j;
	char *line;

	if (take(q, patience, &j) == -1)
		return (-1);
	if (j == NULL)
		return (green_stream_printf(st, "none\n"));
	if (green_stream_printf(st, "job %s\n", j->text) == 0 &&
	    green_stream_receive_line(st, LINE, &line) == 1 &&
	    strcmp(line, "done") == 0) {
		free(j);
		return (green_stream_printf(st, "ok\n"));
	}
	give_back(q, j);
	return (-1);
}

static int
answer(struct jobs *q, struct green_stream *st, const char *line)
{
	if (strncmp(line, "put ", 4) == 0) {
		if (put(q, line + 4) == -1)
			return (-1);
		return (green_stream_printf(st, "ok\n"));
	}
	if (strncmp(line, "take ", 5) == 0)
		return (hand_out(q, st, strtoul(line + 5, NULL, 10) %
		    86400 * GREEN_SEC));
	return (green_stream_printf(st, "what?\n"));
}

int
jobs_serve(struct green_stream *st, void *jobs)
{
	char *line;
	int rc;

	while ((rc = green_stream_receive_line(st, LINE, &line)) == 1)
		if (answer(jobs, st, line) == -1)
			return (-1);
	return (rc);
}
