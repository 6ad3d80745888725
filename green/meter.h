/* How long tasks run (meter.c), and who keeps the loop too long (watchdog.c). */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#ifndef GREEN_METER_H
#define GREEN_METER_H

#include <stdbool.h>
#include <stdint.h>

struct green_task;
struct loop;

/* One run at a time, or a batch of them, between two turns of the reactor. */
struct green__meter {
	int64_t	 began;			/* what goes on, by the real clock */
	int64_t	 longest;
	int64_t	 total;			/* since the reactor's turn, */
	unsigned runs;			/* and how many */
	unsigned batch;			/* switches counted at once, now */
	unsigned grain;			/* and from the next time on; 1: exact */
	uint64_t switches;		/* all, up to the last turn */
	int64_t	 limit;			/* the watchdog's */
	struct green__watchdog *watchdog;	/* NULL: no stall limit */
};

/* The turn has come at now: are the reactor and the inbox due, or does the meter
   alone want to know?  Then the next task is about to run. */
bool	 green__meter_stop(struct loop *l, int64_t now);
void	 green__meter_start(struct loop *l, int64_t now);
int	 green__meter_open(struct loop *l);	/* EINVAL: $GREEN_STALL */
void	 green__meter_close(struct loop *l);

/* A thread that tells of a task while it keeps the loop too long.  NULL: there
   can be none. */
struct green__watchdog *green__watchdog_open(int64_t limit);
void	 green__watchdog_close(struct green__watchdog *w);
/* t's run begins; and it is over. */
void	 green__watchdog_watch(struct green__watchdog *w,
	    const struct green_task *t, int64_t began);
void	 green__watchdog_rest(struct green__watchdog *w);

#endif /* GREEN_METER_H */
