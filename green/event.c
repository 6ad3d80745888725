/*
 * Events.  One is set once and for all; whoever was woken by that has seen it,
 * even if a cancellation comes before he runs.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include "queue.h"

struct event {
	struct waiters queue;
	bool	 set;
} GREEN__ALIAS;
#define EVENT(e)	((struct event *)(void *)(e))

GREEN__FITS(struct event, struct green_event);

void
green_event_set(struct green_event *e)
{
	EVENT(e)->set = true;
	green__queue_wake_all(&EVENT(e)->queue, 0, 0);
}

bool
green_event_is_set(const struct green_event *e)
{
	return (EVENT(e)->set);
}

int
green_event_wait(struct green_event *e)
{
	struct queued self;

	if (green__check() == -1)
		return (-1);
	if (!EVENT(e)->set)
		return (green__queue_wait(&EVENT(e)->queue, &self, "event"));
	green__spend();
	return (0);
}

size_t
green_event_waiting(const struct green_event *e)
{
	return (green__queue_count(&EVENT(e)->queue));
}
