/*
 * Events: they happen once, and whoever was woken by one has seen it.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include "check.h"
#include "tasks.h"

GREEN_TEST(an_all_zero_event_is_not_set)
{
	struct green_event e = { 0 };

	CHECK(!green_event_is_set(&e));
	CHECK_INT(green_event_waiting(&e), 0);
}

GREEN_TEST(a_set_event_makes_nobody_wait)
{
	struct green_event e = { 0 };

	green_event_set(&e);
	green_event_set(&e);
	CHECK(green_event_is_set(&e));
	CHECK_INT(green_event_wait(&e), 0);
	CHECK_INT(green_event_wait(&e), 0);
}

MOCK_TEST(set_wakes_all_who_wait)
{
	struct green_event e = { 0 };
	struct green_group g;
	int i;

	green_group_open(&g);
	for (i = 0; i < 5; i++)
		CHECK_INT(green_spawn(&g, wait_for_event, &e), 0);
	green_cancel_shielded_checkpoint();
	CHECK_INT(green_event_waiting(&e), 5);
	errno = EDOM;
	green_event_set(&e);
	CHECK_INT(errno, EDOM);
	CHECK_INT(green_event_waiting(&e), 0);
	CHECK_INT(green_group_close(&g, 0), 0);
}

MOCK_TEST(a_cancelled_wait_leaves_the_line)
{
	struct green_event e = { 0 };
	struct green_scope s;

	green_move_on_after(&s, GREEN_SEC);
	CHECK_ERRNO(green_event_wait(&e), ECANCELED);
	CHECK_INT(green_event_waiting(&e), 0);
	CHECK_ERRNO(green_event_wait(&e), ECANCELED);
	CHECK_INT(green_scope_close(&s, 0), 0);
	green_event_set(&e);
	CHECK_INT(green_event_wait(&e), 0);
}

MOCK_TEST(a_cancelled_task_does_not_see_what_is_set)
{
	struct green_event e = { 0 };
	struct green_scope s;

	green_event_set(&e);
	green_scope_open(&s);
	green_scope_cancel(&s, NULL);
	CHECK_ERRNO(green_event_wait(&e), ECANCELED);
	CHECK_INT(green_scope_close(&s, 0), 0);
}

/* Waits, and notes what came of it and of the checkpoint after it. */
static int	 first, second;

static int
wait_and_check(void *event)
{
	first = green_event_wait(event);
	second = green_checkpoint();
	return (0);
}

MOCK_TEST(who_was_woken_before_the_cancellation_has_seen_it)
{
	struct green_event e = { 0 };
	struct green_group g;

	green_group_open(&g);
	CHECK_INT(green_spawn(&g, wait_and_check, &e), 0);
	green_cancel_shielded_checkpoint();
	green_event_set(&e);
	green_group_cancel(&g, NULL);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(first, 0);
	CHECK_INT(second, -1);
}

PLAIN_TEST(outside_of_a_loop_events_can_be_set)
{
	struct green_event e = { 0 };

	green_event_set(&e);
	CHECK(green_event_is_set(&e));
	CHECK_ERRNO(green_event_wait(&e), EPERM);
}

CU_TestInfo event_tests[] = {
	CLAIM(an_all_zero_event_is_not_set),
	CLAIM(a_set_event_makes_nobody_wait),
	CLAIM(set_wakes_all_who_wait),
	CLAIM(a_cancelled_wait_leaves_the_line),
	CLAIM(a_cancelled_task_does_not_see_what_is_set),
	CLAIM(who_was_woken_before_the_cancellation_has_seen_it),
	CLAIM(outside_of_a_loop_events_can_be_set),
	CU_TEST_INFO_NULL
};
