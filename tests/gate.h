/*
 * A gate that calls in worker threads stay behind until they are let go, so
 * that a test decides what happens while they run.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#ifndef GATE_H
#define GATE_H

#include <stdatomic.h>

extern struct gate {
	atomic_int inside;		/* how many wait there, */
	atomic_int most;		/* at once, */
	atomic_int ran;			/* and have passed */
	atomic_bool open;
	atomic_int seen;		/* what check_cancelled() said */
} gate;

void	 gate_shut(void);		/* to begin with; nobody is inside */
void	 gate_open(void);
void	 gate_wait(void);		/* a task: until somebody is inside */

/* For threads. */
int	 gate_pass(void *unused);	/* 5, with errno E2BIG */
/* Until the task is cancelled, too; -1 then, with what check_cancelled says. */
int	 gate_pass_unless_cancelled(void *unused);
/* Until that loop, which has nothing else to do, waits for what comes; 0. */
int	 gate_till_asleep(void *loop);

#endif /* GATE_H */
