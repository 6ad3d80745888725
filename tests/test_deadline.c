/*
 * Deadlines of scopes: set, nested, moved, passed.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include "check.h"
#include "tasks.h"

MOCK_TEST(move_on_ends_early_at_its_deadline)
{
	struct green_scope s;
	int64_t began = green_now();

	green_move_on_after(&s, GREEN_SEC);
	CHECK_INT(green_scope_deadline(&s), began + GREEN_SEC);
	CHECK_ERRNO(green_sleep(5 * GREEN_SEC), ECANCELED);
	CHECK_INT(green_now() - began, GREEN_SEC);
	CHECK_INT(green_scope_close(&s, -1), 0);
	CHECK(green_scope_caught(&s));
	CHECK_INT(green_scope_cause(&s), GREEN_DEADLINE);

	green_move_on_at(&s, began + 3 * GREEN_SEC);
	CHECK_ERRNO(green_sleep_forever(), ECANCELED);
	CHECK_INT(green_now() - began, 3 * GREEN_SEC);
	CHECK_INT(green_scope_close(&s, -1), 0);
}

MOCK_TEST(fail_times_out_at_its_deadline)
{
	struct green_scope s;
	int64_t began = green_now();

	green_fail_after(&s, GREEN_SEC);
	CHECK_ERRNO(green_sleep(5 * GREEN_SEC), ECANCELED);
	CHECK_ERRNO(green_scope_close(&s, -1), ETIMEDOUT);
	CHECK(green_scope_caught(&s));
	CHECK_INT(green_now() - began, GREEN_SEC);

	green_fail_at(&s, began + 3 * GREEN_SEC);
	CHECK_ERRNO(green_sleep_forever(), ECANCELED);
	CHECK_ERRNO(green_scope_close(&s, -1), ETIMEDOUT);
	CHECK_INT(green_now() - began, 3 * GREEN_SEC);
	CHECK_INT(green_checkpoint(), 0);
}

MOCK_TEST(work_done_in_time_does_not_time_out)
{
	struct green_scope s;

	green_fail_after(&s, 2 * GREEN_SEC);
	CHECK_INT(green_sleep(GREEN_SEC), 0);
	CHECK_INT(green_scope_close(&s, 9), 9);
	CHECK(!green_scope_cancel_called(&s));
	CHECK_INT(green_sleep(5 * GREEN_SEC), 0);
}

MOCK_TEST(work_that_nothing_interrupted_does_not_time_out)
{
	struct green_scope s, shield;

	green_fail_after(&s, GREEN_SEC);
	green_scope_open(&shield);
	green_scope_set_shield(&shield, true);
	CHECK_INT(green_sleep(2 * GREEN_SEC), 0);
	CHECK_INT(green_scope_close(&shield, 0), 0);
	CHECK(green_scope_cancel_called(&s));
	CHECK_INT(green_scope_close(&s, 4), 4);
	CHECK(!green_scope_caught(&s));
}

MOCK_TEST(a_deadline_in_the_past_cancels_at_once)
{
	struct green_scope s;
	int64_t now = green_now();

	green_move_on_at(&s, now);
	CHECK(green_scope_cancel_called(&s));
	CHECK_INT(green_scope_cause(&s), GREEN_DEADLINE);
	CHECK_ERRNO(green_checkpoint_if_cancelled(), ECANCELED);
	CHECK_INT(green_scope_close(&s, -1), 0);

	green_move_on_after(&s, 0);
	CHECK_ERRNO(green_checkpoint_if_cancelled(), ECANCELED);
	CHECK_INT(green_scope_close(&s, -1), 0);
	green_fail_after(&s, -GREEN_SEC);
	CHECK_ERRNO(green_checkpoint_if_cancelled(), ECANCELED);
	CHECK_ERRNO(green_scope_close(&s, -1), ETIMEDOUT);
	green_fail_at(&s, INT64_MIN);
	CHECK_ERRNO(green_checkpoint_if_cancelled(), ECANCELED);
	CHECK_ERRNO(green_scope_close(&s, -1), ETIMEDOUT);
	green_fail_after(&s, INT64_MIN);
	CHECK_ERRNO(green_checkpoint_if_cancelled(), ECANCELED);
	CHECK_ERRNO(green_scope_close(&s, -1), ETIMEDOUT);
}

MOCK_TEST(forever_does_not_overflow)
{
	struct green_scope s;

	green_fail_after(&s, GREEN_FOREVER);
	CHECK_INT(green_scope_deadline(&s), GREEN_FOREVER);
	CHECK_INT(green_sleep(GREEN_SEC), 0);
	green_scope_extend(&s, GREEN_FOREVER);
	CHECK_INT(green_scope_deadline(&s), GREEN_FOREVER);
	CHECK_INT(green_sleep(GREEN_SEC), 0);
	CHECK_INT(green_scope_close(&s, 0), 0);

	green_move_on_after(&s, GREEN_FOREVER - 1);
	CHECK(green_scope_deadline(&s) > green_now());
	CHECK_INT(green_sleep(GREEN_SEC), 0);
	CHECK_INT(green_scope_close(&s, 0), 0);
}

MOCK_TEST(an_explicit_cancel_with_a_late_exit_is_no_timeout)
{
	struct green_scope s, shield;

	green_fail_after(&s, GREEN_SEC);
	green_scope_cancel(&s, NULL);
	green_scope_open(&shield);
	green_scope_set_shield(&shield, true);
	CHECK_INT(green_sleep(2 * GREEN_SEC), 0);
	CHECK_INT(green_scope_close(&shield, 0), 0);
	CHECK_ERRNO(green_checkpoint(), ECANCELED);
	CHECK_INT(green_scope_close(&s, -1), 0);
	CHECK(green_scope_caught(&s));
	CHECK_INT(green_scope_cause(&s), GREEN_CALLED);
}

/* Nested. */

MOCK_TEST(the_nearest_of_nested_deadlines_ends_its_own_scope)
{
	struct green_scope outer, inner;
	int64_t began = green_now();

	green_fail_after(&outer, 2 * GREEN_SEC);
	green_move_on_after(&inner, GREEN_SEC);
	CHECK_ERRNO(green_sleep_forever(), ECANCELED);
	CHECK_INT(green_scope_close(&inner, -1), 0);
	CHECK_INT(green_now() - began, GREEN_SEC);
	CHECK_ERRNO(green_sleep_forever(), ECANCELED);
	CHECK_INT(green_now() - began, 2 * GREEN_SEC);
	CHECK_ERRNO(green_scope_close(&outer, -1), ETIMEDOUT);

	green_fail_after(&outer, GREEN_SEC);
	green_move_on_after(&inner, 2 * GREEN_SEC);
	CHECK_ERRNO(green_sleep_forever(), ECANCELED);
	CHECK_ERRNO(green_scope_close(&inner, -1), ECANCELED);
	CHECK(!green_scope_cancel_called(&inner));
	CHECK_ERRNO(green_scope_close(&outer, -1), ETIMEDOUT);
}

MOCK_TEST(of_equal_nested_deadlines_the_outer_one_counts)
{
	struct green_scope outer, inner;
	int64_t at = green_now() + GREEN_SEC;

	green_fail_at(&outer, at);
	green_move_on_at(&inner, at);
	CHECK_ERRNO(green_sleep_forever(), ECANCELED);
	CHECK_ERRNO(green_scope_close(&inner, -1), ECANCELED);
	CHECK(!green_scope_caught(&inner));
	CHECK_ERRNO(green_scope_close(&outer, -1), ETIMEDOUT);
}

MOCK_TEST(a_closed_scope_leaves_no_deadline_behind)
{
	struct green_scope s;
	int i;

	for (i = 0; i < 1000; i++) {
		green_fail_after(&s, GREEN_SEC);
		CHECK_INT(green_checkpoint(), 0);
		CHECK_INT(green_scope_close(&s, 0), 0);
	}
	CHECK_INT(green_sleep(5 * GREEN_SEC), 0);
}

/* Moved. */

MOCK_TEST(a_deadline_moves_in_both_directions)
{
	struct green_scope s;
	int64_t began = green_now();

	green_move_on_after(&s, GREEN_SEC);
	green_scope_set_deadline(&s, began + 3 * GREEN_SEC);
	CHECK_INT(green_scope_deadline(&s), began + 3 * GREEN_SEC);
	CHECK_INT(green_sleep(2 * GREEN_SEC), 0);
	CHECK_ERRNO(green_sleep(2 * GREEN_SEC), ECANCELED);
	CHECK_INT(green_now() - began, 3 * GREEN_SEC);
	CHECK_INT(green_scope_close(&s, -1), 0);

	began = green_now();
	green_move_on_after(&s, 5 * GREEN_SEC);
	green_scope_set_deadline(&s, began + GREEN_SEC);
	CHECK_ERRNO(green_sleep_forever(), ECANCELED);
	CHECK_INT(green_now() - began, GREEN_SEC);
	CHECK_INT(green_scope_close(&s, -1), 0);

	green_move_on_after(&s, GREEN_SEC);
	green_scope_set_deadline(&s, GREEN_FOREVER);
	CHECK_INT(green_sleep(5 * GREEN_SEC), 0);
	CHECK_INT(green_scope_close(&s, 0), 0);

	green_scope_open(&s);
	green_scope_set_deadline(&s, green_now());
	CHECK_INT(green_scope_cause(&s), GREEN_DEADLINE);
	CHECK_ERRNO(green_checkpoint_if_cancelled(), ECANCELED);
	CHECK_INT(green_scope_close(&s, -1), 0);
}

struct move {
	struct green_scope *s;
	int64_t	 at;
};

static int
move_deadline(void *arg)
{
	struct move *m = arg;

	green_scope_set_deadline(m->s, m->at);
	return (0);
}

MOCK_TEST(another_task_moves_the_deadline_of_a_sleep)
{
	int64_t began = green_now(), to[] = { 1, 9, 4, 8 };
	struct green_group g;
	struct green_scope s;
	struct move m;
	size_t i;

	/* There is one already, and there is none. */
	for (i = 0; i < 4; i++) {
		began = green_now();
		green_group_open(&g);
		green_move_on_after(&s, i < 2 ? 5 * GREEN_SEC : GREEN_FOREVER);
		m = (struct move){ &s, began + to[i] * GREEN_SEC };
		CHECK_INT(green_spawn(&g, move_deadline, &m), 0);
		CHECK_ERRNO(green_sleep_forever(), ECANCELED);
		CHECK_INT(green_now() - began, to[i] * GREEN_SEC);
		CHECK_INT(green_scope_close(&s, -1), 0);
		CHECK_INT(green_group_close(&g, 0), 0);
	}
}

MOCK_TEST(a_cancelled_scope_has_no_deadline_to_move)
{
	struct green_scope s;
	int64_t at = green_now() + GREEN_SEC;

	green_fail_at(&s, at);
	green_scope_cancel(&s, NULL);
	green_scope_set_deadline(&s, GREEN_FOREVER);
	CHECK_INT(green_scope_deadline(&s), at);
	green_scope_extend(&s, 5 * GREEN_SEC);
	CHECK_INT(green_scope_deadline(&s), at);
	green_scope_set_deadline(&s, 0);
	CHECK_INT(green_scope_cause(&s), GREEN_CALLED);
	CHECK_ERRNO(green_checkpoint(), ECANCELED);
	CHECK_INT(green_scope_close(&s, -1), 0);
}

MOCK_TEST(extend_makes_an_idle_timeout)
{
	struct green_scope s;
	int64_t began = green_now();
	int i;

	green_fail_after(&s, GREEN_SEC);
	for (i = 0; i < 5; i++) {
		CHECK_INT(green_sleep(900 * GREEN_MSEC), 0);
		green_scope_extend(&s, GREEN_SEC);
	}
	CHECK_ERRNO(green_sleep(1100 * GREEN_MSEC), ECANCELED);
	CHECK_INT(green_now() - began, 5500 * GREEN_MSEC);
	CHECK_ERRNO(green_scope_close(&s, -1), ETIMEDOUT);
}

/* Effective. */

static int
tell_deadline(void *at)
{
	*(int64_t *)at = green_effective_deadline();
	return (0);
}

MOCK_TEST(the_effective_deadline_is_the_nearest_up_to_a_shield)
{
	struct green_scope outer, inner;
	int64_t now = green_now(), seen = 0;
	struct green_group g;

	CHECK_INT(green_effective_deadline(), GREEN_FOREVER);
	green_move_on_at(&outer, now + 2);
	CHECK_INT(green_effective_deadline(), now + 2);
	green_move_on_at(&inner, now + 3);
	CHECK_INT(green_effective_deadline(), now + 2);
	green_scope_set_shield(&inner, true);
	CHECK_INT(green_effective_deadline(), now + 3);
	green_scope_set_shield(&inner, false);
	green_scope_set_deadline(&inner, now + 1);
	CHECK_INT(green_effective_deadline(), now + 1);
	CHECK_INT(green_scope_close(&inner, 0), 0);

	green_group_open(&g);
	CHECK_INT(green_spawn(&g, tell_deadline, &seen), 0);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(seen, now + 2);

	green_scope_cancel(&outer, NULL);
	CHECK_INT(green_effective_deadline(), INT64_MIN);
	green_scope_open(&inner);
	CHECK_INT(green_effective_deadline(), INT64_MIN);
	green_scope_set_shield(&inner, true);
	CHECK_INT(green_effective_deadline(), GREEN_FOREVER);
	CHECK_INT(green_scope_close(&inner, 0), 0);
	CHECK_INT(green_scope_close(&outer, 0), 0);
}

/* Noticed by the loop. */

GREEN_TEST(a_task_that_never_gives_way_does_not_see_its_deadline)
{
	struct green_scope s;
	int i;

	green_move_on_after(&s, GREEN_USEC);
	while (green_now() <= green_scope_deadline(&s))
		continue;
	for (i = 0; i < 10; i++)
		CHECK_INT(green_checkpoint_if_cancelled(), 0);
	CHECK(!green_scope_cancel_called(&s));
	CHECK_ERRNO(green_sleep_forever(), ECANCELED);
	CHECK_INT(green_scope_close(&s, -1), 0);
}

GREEN_TEST(a_task_that_always_is_ready_sees_its_deadline)
{
	struct green_scope s;
	int rc;

	green_fail_after(&s, GREEN_MSEC);
	while ((rc = green_checkpoint()) == 0)
		continue;
	CHECK_ERRNO(green_scope_close(&s, rc), ETIMEDOUT);
}

CU_TestInfo deadline_tests[] = {
	CLAIM(move_on_ends_early_at_its_deadline),
	CLAIM(fail_times_out_at_its_deadline),
	CLAIM(work_done_in_time_does_not_time_out),
	CLAIM(work_that_nothing_interrupted_does_not_time_out),
	CLAIM(a_deadline_in_the_past_cancels_at_once),
	CLAIM(forever_does_not_overflow),
	CLAIM(an_explicit_cancel_with_a_late_exit_is_no_timeout),
	CLAIM(the_nearest_of_nested_deadlines_ends_its_own_scope),
	CLAIM(of_equal_nested_deadlines_the_outer_one_counts),
	CLAIM(a_closed_scope_leaves_no_deadline_behind),
	CLAIM(a_deadline_moves_in_both_directions),
	CLAIM(another_task_moves_the_deadline_of_a_sleep),
	CLAIM(a_cancelled_scope_has_no_deadline_to_move),
	CLAIM(extend_makes_an_idle_timeout),
	CLAIM(the_effective_deadline_is_the_nearest_up_to_a_shield),
	CLAIM(a_task_that_never_gives_way_does_not_see_its_deadline),
	CLAIM(a_task_that_always_is_ready_sees_its_deadline),
	CU_TEST_INFO_NULL
};
