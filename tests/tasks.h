/*
 * Functions of tasks that many suites want, named for their job.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#ifndef TASKS_H
#define TASKS_H

#include <green/group.h>
#include <green/run.h>

int	 do_nothing(void *unused);
int	 sleep_forever(void *unused);	/* until cancelled; -1 */
int	 sleep_for(void *duration);	/* an int64_t's address */
int	 sleep_shielded(void *duration);
int	 fail_with(void *code);		/* an int's address */
int	 cancel_scope(void *scope);	/* "enough" */
int	 cancel_group(void *group);
int	 set_event(void *event);
int	 wait_for_event(void *event);
int	 count_up(void *n);		/* an int's address */
int	 count_turns(void *n);		/* its own, until cancelled; -1 */

#endif /* TASKS_H */
