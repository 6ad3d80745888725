/*
 * Deadlines.  A task has at most one entry in the loop's heap, for the nearest
 * of its wait's end and its scopes' deadlines, made when it gives way; so
 * opening and closing scopes costs nothing here.  An entry may be too early,
 * when that scope has been closed or moved since: it is put right when it comes
 * to the top, never before.  The heap has room for every task from its spawn
 * on, so that nothing here fails.  Where an entry is in the heap stands beside
 * it, not in the task: moving entries about touches no task's memory.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <stdlib.h>

#include "internal.h"

#define ARITY	4

static inline bool
before(const struct timer_entry *a, const struct timer_entry *b)
{
	return (a->at < b->at || (a->at == b->at && a->order < b->order));
}

static inline void
place(struct loop *l, size_t i, const struct timer_entry *e)
{
	l->timers[i] = *e;
	l->timer_places[e->id] = i;
}

static void
sift_up(struct loop *l, size_t i, struct timer_entry e)
{
	size_t up;

	for (; i > 0; i = up) {
		up = (i - 1) / ARITY;
		if (!before(&e, &l->timers[up]))
			break;
		place(l, i, &l->timers[up]);
	}
	place(l, i, &e);
}

static void
sift_down(struct loop *l, size_t i, struct timer_entry e)
{
	size_t c, first, last, least;

	for (;; i = least) {
		first = i * ARITY + 1;
		if (first >= l->ntimers)
			break;
		last = first + ARITY < l->ntimers ? first + ARITY : l->ntimers;
		least = first;
		for (c = first + 1; c < last; c++)
			if (before(&l->timers[c], &l->timers[least]))
				least = c;
		if (!before(&l->timers[least], &e))
			break;
		place(l, i, &l->timers[least]);
	}
	place(l, i, &e);
}

/*
 * The nearest moment that concerns t; GREEN_FOREVER: none.  *s is the scope
 * whose moment it is, or NULL for the end of t's wait.
 */
static struct timer_entry
nearest(struct green_task *t, struct scope **which)
{
	struct timer_entry e = { GREEN_FOREVER, 0, t, 0 }, other = e;
	struct scope *s;

	*which = NULL;
	if (t->waiter != NULL) {
		e.at = t->wake_at;
		e.order = t->wake_order;
	}
	for (s = t->scope; s != NULL && s->task == t; s = s->parent) {
		other.at = green__scope_due(s);
		other.order = s->order;
		if (other.at != GREEN_FOREVER && before(&other, &e)) {
			e = other;
			*which = s;
		}
	}
	return (e);
}

void
green__timer_arm(struct green_task *t)
{
	struct loop *l = t->loop;
	struct scope *s;
	struct timer_entry e;

	e = nearest(t, &s);
	if (e.at == GREEN_FOREVER)
		return;
	if (t->timer == 0) {
		e.id = l->timer_ids[l->ntimers];
		t->timer = e.id + 1;
		sift_up(l, l->ntimers++, e);
		return;
	}
	e.id = t->timer - 1;
	if (before(&e, &l->timers[l->timer_places[e.id]]))
		sift_up(l, l->timer_places[e.id], e);
}

void
green__timer_disarm(struct green_task *t)
{
	struct loop *l = t->loop;
	struct timer_entry last;
	size_t i;

	if (t->timer == 0)
		return;
	i = l->timer_places[t->timer - 1];
	last = l->timers[--l->ntimers];
	l->timer_ids[l->ntimers] = t->timer - 1;
	t->timer = 0;
	if (i == l->ntimers)
		return;
	if (i > 0 && before(&last, &l->timers[(i - 1) / ARITY]))
		sift_up(l, i, last);
	else
		sift_down(l, i, last);
}

/* Make the top entry a true one; *which as in nearest(). */
static bool
settle(struct loop *l, struct scope **which)
{
	struct timer_entry *top = l->timers, e;

	while (l->ntimers > 0) {
		e = nearest(top->task, which);
		if (e.at == top->at && e.order == top->order)
			return (true);
		if (e.at == GREEN_FOREVER)
			green__timer_disarm(top->task);
		else {
			e.id = top->id;
			sift_down(l, 0, e);
		}
	}
	return (false);
}

int
green__timer_reserve(struct loop *l, size_t room)
{
	struct timer_entry *timers;
	size_t *places, *ids, i;

	timers = reallocarray(l->timers, room, sizeof(*timers));
	if (timers == NULL)
		return (-1);
	l->timers = timers;
	places = reallocarray(l->timer_places, room, sizeof(*places));
	if (places == NULL)
		return (-1);
	l->timer_places = places;
	ids = reallocarray(l->timer_ids, room, sizeof(*ids));
	if (ids == NULL)
		return (-1);
	l->timer_ids = ids;
	for (i = l->room; i < room; i++)
		ids[i] = i;
	return (0);
}

void
green__timers_free(struct loop *l)
{
	free(l->timers);
	free(l->timer_places);
	free(l->timer_ids);
}

int64_t
green__timer_next(struct loop *l)
{
	struct scope *s;

	return (settle(l, &s) ? l->timers[0].at : GREEN_FOREVER);
}

bool
green__timer_fire(struct loop *l, int64_t now)
{
	struct scope *s;
	bool fired = false;

	while (l->ntimers > 0 && l->timers[0].at <= now && settle(l, &s) &&
	    l->timers[0].at <= now) {
		fired = true;
		if (s == NULL)
			green__time_out(l->timers[0].task);
		else
			green__scope_cancel(s, s->deadline <= s->stop_at ?
			    GREEN_DEADLINE : GREEN_CALLED, NULL);
	}
	return (fired);
}
