/*
 * The gate: threads look at it again and again, with sched_yield() in between,
 * as nothing is to be learnt from how they wait.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <errno.h>
#include <sched.h>
#include <string.h>

#include <green/thread.h>

#include "green/internal.h"

#include "gate.h"

struct gate gate;

void
gate_shut(void)
{
	memset(&gate, 0, sizeof(gate));
}

void
gate_open(void)
{
	gate.open = true;
}

void
gate_wait(void)
{
	while (gate.inside == 0)
		green_cancel_shielded_checkpoint();
}

int
gate_pass(void *unused)
{
	int n = atomic_fetch_add(&gate.inside, 1) + 1, most = gate.most;

	(void)unused;
	while (n > most && !atomic_compare_exchange_weak(&gate.most, &most, n))
		continue;
	while (!gate.open)
		sched_yield();
	atomic_fetch_sub(&gate.inside, 1);
	atomic_fetch_add(&gate.ran, 1);
	errno = E2BIG;
	return (5);
}

int
gate_pass_unless_cancelled(void *unused)
{
	(void)unused;
	atomic_fetch_add(&gate.inside, 1);
	while (!gate.open)
		if (green_thread_check_cancelled() == -1) {
			gate.seen = errno;
			return (-1);
		}
	return (5);
}

/* Its inbox says so. */
int
gate_till_asleep(void *loop)
{
	struct loop *l = loop;

	while (atomic_load(&l->inbox) == NULL)
		sched_yield();
	return (0);
}
