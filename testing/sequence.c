/*
 * Sequencers: points that tasks pass in the order of their numbers.  Whoever
 * passes one lets the task at the next go on; passing is what a task does when
 * it runs, so that no point is passed while the one before it is still to come.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <sys/queue.h>

#include <errno.h>

#include <green/testing.h>

struct point {
	SLIST_ENTRY(point) link;
	unsigned number;
	struct green_event turn;	/* it has come, or never will: broken */
	bool	 broken;
};

struct sequencer {
	SLIST_HEAD(, point) waiting;
	unsigned next;			/* the point to be passed */
	bool	 broken;
} __attribute__((__may_alias__));

_Static_assert(sizeof(struct sequencer) <= sizeof(struct green_sequencer),
    "struct sequencer does not fit");
_Static_assert(_Alignof(struct sequencer) <= _Alignof(struct green_sequencer),
    "struct sequencer does not fit");

static struct point *
find(struct sequencer *q, unsigned number)
{
	struct point *p;

	SLIST_FOREACH(p, &q->waiting, link)
		if (p->number == number)
			return (p);
	return (NULL);
}

static int
fail(int error)
{
	errno = error;
	return (-1);
}

/*
 * The calling task does not come to its point: nobody gets further, but whose
 * turn has come already.
 */
static int
break_off(struct sequencer *q)
{
	struct point *p;

	q->broken = true;
	SLIST_FOREACH(p, &q->waiting, link) {
		p->broken = p->number != q->next;
		green_event_set(&p->turn);
	}
	return (fail(ECANCELED));
}

static int
wait_for_turn(struct sequencer *q, unsigned number)
{
	struct point here = { .number = number };
	int rc;

	SLIST_INSERT_HEAD(&q->waiting, &here, link);
	rc = green_event_wait(&here.turn);
	SLIST_REMOVE(&q->waiting, &here, point, link);
	if (rc == -1)
		return (break_off(q));
	return (here.broken ? fail(EOWNERDEAD) : 0);
}

int
green_sequence(struct green_sequencer *shown, unsigned number)
{
	struct sequencer *q = (struct sequencer *)(void *)shown;
	struct point *p;

	if (q->broken)
		return (fail(EOWNERDEAD));
	if (number < q->next || find(q, number) != NULL)
		return (fail(EINVAL));
	if (green_checkpoint_if_cancelled() == -1)
		return (errno == ECANCELED ? break_off(q) : -1);
	if (number > q->next && wait_for_turn(q, number) == -1)
		return (-1);
	q->next = number + 1;
	if (!q->broken && (p = find(q, q->next)) != NULL)
		green_event_set(&p->turn);
	return (0);
}
