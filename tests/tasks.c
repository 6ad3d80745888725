/*
 * Functions of tasks that many suites want.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <errno.h>

#include <green/sync.h>

#include "tasks.h"

int
do_nothing(void *unused)
{
	(void)unused;
	return (0);
}

int
sleep_forever(void *unused)
{
	(void)unused;
	return (green_sleep_forever());
}

int
sleep_for(void *duration)
{
	return (green_sleep(*(const int64_t *)duration));
}

int
sleep_shielded(void *duration)
{
	struct green_scope s;

	green_scope_open(&s);
	green_scope_set_shield(&s, true);
	return ((int)green_scope_close(&s, sleep_for(duration)));
}

int
fail_with(void *code)
{
	errno = *(const int *)code;
	return (-1);
}

int
cancel_scope(void *scope)
{
	green_scope_cancel(scope, "enough");
	return (0);
}

int
cancel_group(void *group)
{
	green_group_cancel(group, "enough");
	return (0);
}

int
set_event(void *event)
{
	green_event_set(event);
	return (0);
}

int
wait_for_event(void *event)
{
	return (green_event_wait(event));
}

int
count_up(void *n)
{
	++*(int *)n;
	return (0);
}

int
count_turns(void *n)
{
	for (;;) {
		(void)count_up(n);
		if (green_checkpoint() == -1)
			return (-1);
	}
}
