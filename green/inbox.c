/*
 * The inbox: the one door through which other threads enter a loop.  Posting
 * pushes an item on a lock-free list; the reactor is woken only if the loop
 * sleeps, which the list's head itself tells:
 *
 *	NULL		empty, the loop is awake
 *	&asleep		empty, the loop sleeps or is about to
 *	an item		the last one posted
 *
 * So no wake-up is lost: the loop can fall asleep only over an empty list, and
 * whoever replaces &asleep, one poster alone, owes the wake-up.  The item, once
 * pushed, may be run and the loop be gone at any moment: a poster touches the
 * loop afterwards only if it has counted itself among the wakers before, for
 * whom the loop waits at its end.
 *
 * Numbers in brackets are steps of tests/models/inbox.pml, which spin checks.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <pthread.h>
#include <sched.h>

#include "internal.h"

static struct inbox_item asleep;

void
green__inbox_post(struct loop *l, struct inbox_item *it)
{
	struct inbox_item *head = atomic_load(&l->inbox);	/* (1) */
	bool owes;
	int before;

	for (;;) {
		owes = head == &asleep;
		if (owes)
			atomic_fetch_add(&l->wakers, 1);	/* (2) */
		it->next = owes ? NULL : head;
		if (atomic_compare_exchange_strong(&l->inbox, &head,
		    it))					/* (3) */
			break;
		if (owes)
			atomic_fetch_sub(&l->wakers, 1);	/* (4) */
	}
	if (owes) {
		/* Cancelled in the midst of it, the thread would stay counted. */
		pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &before);
		l->ops->wake(l->reactor);
		pthread_setcancelstate(before, NULL);
		atomic_fetch_sub(&l->wakers, 1);		/* (7) */
	}
}

bool
green__inbox_run(struct loop *l)
{
	struct inbox_item *it, *next, *first = NULL;

	if (atomic_load_explicit(&l->inbox,
	    memory_order_relaxed) == NULL)			/* (8) */
		return (false);
	it = atomic_exchange(&l->inbox, NULL);			/* (9) */
	if (it == &asleep)
		return (false);
	/* The list is last in, first out: turn it round. */
	for (; it != NULL; it = next) {
		next = it->next;
		it->next = first;
		first = it;
	}
	for (it = first; it != NULL; it = next) {
		next = it->next;
		it->run(it);					/* (10) */
	}
	return (true);
}

bool
green__inbox_sleep(struct loop *l)
{
	struct inbox_item *empty = NULL;

	return (atomic_compare_exchange_strong(&l->inbox, &empty,
	    &asleep));						/* (11) */
}

void
green__inbox_close(struct loop *l)
{
	while (atomic_load(&l->wakers) > 0)			/* (14) */
		sched_yield();
	while (atomic_load(&l->inbox) != NULL)
		green__inbox_run(l);
}
