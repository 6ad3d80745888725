/*
 * Scopes in one task: what a cancellation reaches, what ends it, what a shield
 * holds.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include "check.h"
#include "tasks.h"

MOCK_TEST(a_scope_passes_a_result_on)
{
	struct green_scope s;

	green_scope_open(&s);
	CHECK_INT(green_scope_close(&s, INT64_C(1) << 40), INT64_C(1) << 40);
	green_scope_open(&s);
	errno = EIO;
	CHECK_ERRNO(green_scope_close(&s, -1), EIO);
	CHECK(!green_scope_caught(&s));
	CHECK(!green_scope_cancel_called(&s));
	CHECK_INT(green_scope_cause(&s), GREEN_NOT_CANCELLED);
}

MOCK_TEST(a_cancellation_ends_at_its_scope)
{
	struct green_scope s;

	green_scope_open(&s);
	green_scope_cancel(&s, NULL);
	CHECK(green_scope_cancel_called(&s));
	CHECK_ERRNO(green_checkpoint(), ECANCELED);
	errno = ECANCELED;
	CHECK_INT(green_scope_close(&s, -1), 0);
	CHECK(green_scope_caught(&s));
	CHECK_INT(green_checkpoint(), 0);
}

MOCK_TEST(every_checkpoint_in_a_cancelled_scope_fails)
{
	struct green_event never = { 0 }, set = { 0 };
	struct green_scope s;
	int i;

	green_event_set(&set);
	green_scope_open(&s);
	green_scope_cancel(&s, NULL);
	for (i = 0; i < 2; i++) {
		CHECK_ERRNO(green_checkpoint(), ECANCELED);
		CHECK_ERRNO(green_checkpoint_if_cancelled(), ECANCELED);
		CHECK_ERRNO(green_sleep(GREEN_SEC), ECANCELED);
		CHECK_ERRNO(green_sleep(0), ECANCELED);
		CHECK_ERRNO(green_sleep_until(0), ECANCELED);
		CHECK_ERRNO(green_sleep_forever(), ECANCELED);
		CHECK_ERRNO(green_event_wait(&never), ECANCELED);
		CHECK_ERRNO(green_event_wait(&set), ECANCELED);
	}
	CHECK_INT(green_event_waiting(&never), 0);
	errno = ECANCELED;
	CHECK_INT(green_scope_close(&s, -1), 0);
}

MOCK_TEST(a_cancellation_that_no_checkpoint_saw_is_not_caught)
{
	struct green_scope s;

	green_scope_open(&s);
	green_scope_cancel(&s, NULL);
	CHECK_INT(green_scope_close(&s, 7), 7);
	CHECK(green_scope_cancel_called(&s));
	CHECK(!green_scope_caught(&s));
	CHECK_INT(green_checkpoint(), 0);
}

MOCK_TEST(a_cancelled_scope_lets_other_errors_through)
{
	struct green_scope s;

	green_scope_open(&s);
	green_scope_cancel(&s, NULL);
	CHECK_ERRNO(green_checkpoint(), ECANCELED);
	errno = EIO;
	CHECK_ERRNO(green_scope_close(&s, -1), EIO);
	CHECK(!green_scope_caught(&s));
}

MOCK_TEST(ecanceled_passes_a_scope_that_was_not_cancelled)
{
	struct green_scope s;

	green_scope_open(&s);
	errno = ECANCELED;
	CHECK_ERRNO(green_scope_close(&s, -1), ECANCELED);
	CHECK(!green_scope_caught(&s));
}

MOCK_TEST(the_outermost_cancelled_scope_catches)
{
	struct green_scope outer, inner;

	green_scope_open(&outer);
	green_scope_open(&inner);
	green_scope_cancel(&inner, NULL);
	green_scope_cancel(&outer, NULL);
	CHECK_ERRNO(green_checkpoint(), ECANCELED);
	CHECK_ERRNO(green_scope_close(&inner, -1), ECANCELED);
	CHECK(!green_scope_caught(&inner));
	CHECK_ERRNO(green_checkpoint(), ECANCELED);
	CHECK_INT(green_scope_close(&outer, -1), 0);
	CHECK(green_scope_caught(&outer));
}

MOCK_TEST(an_inner_cancellation_leaves_the_outer_scope_alone)
{
	struct green_scope outer, inner;

	green_scope_open(&outer);
	green_scope_open(&inner);
	green_scope_cancel(&inner, NULL);
	CHECK_ERRNO(green_checkpoint(), ECANCELED);
	CHECK_INT(green_scope_close(&inner, -1), 0);
	CHECK_INT(green_checkpoint(), 0);
	CHECK_INT(green_scope_close(&outer, 3), 3);
	CHECK(!green_scope_cancel_called(&outer));
}

MOCK_TEST(a_scope_opened_inside_a_cancelled_one_is_cancelled_too)
{
	struct green_scope outer, inner;

	green_scope_open(&outer);
	green_scope_cancel(&outer, NULL);
	green_scope_open(&inner);
	CHECK_ERRNO(green_checkpoint(), ECANCELED);
	CHECK(!green_scope_cancel_called(&inner));
	CHECK_INT(green_scope_cause(&inner), GREEN_NOT_CANCELLED);
	CHECK_ERRNO(green_scope_close(&inner, -1), ECANCELED);
	CHECK_INT(green_scope_close(&outer, -1), 0);
}

MOCK_TEST(a_thousand_scopes_hand_the_cancellation_to_the_outermost)
{
	static struct green_scope s[1000];
	int i, caught = 0;
	int64_t rc;

	for (i = 0; i < 1000; i++)
		green_scope_open(&s[i]);
	green_scope_cancel(&s[500], NULL);
	green_scope_cancel(&s[0], NULL);
	rc = green_checkpoint();
	for (i = 999; i >= 0; i--) {
		rc = green_scope_close(&s[i], rc);
		caught += green_scope_caught(&s[i]);
	}
	CHECK_INT(rc, 0);
	CHECK_INT(caught, 1);
	CHECK(green_scope_caught(&s[0]));
}

/* Shields. */

MOCK_TEST(a_shield_holds_an_outer_cancellation)
{
	struct green_scope outer, inner;

	green_scope_open(&outer);
	green_scope_open(&inner);
	CHECK(!green_scope_shield(&inner));
	green_scope_set_shield(&inner, true);
	CHECK(green_scope_shield(&inner));
	green_scope_cancel(&outer, NULL);
	CHECK_INT(green_checkpoint(), 0);
	CHECK_INT(green_sleep(GREEN_SEC), 0);
	CHECK_INT(green_scope_close(&inner, 0), 0);
	CHECK_ERRNO(green_checkpoint(), ECANCELED);
	CHECK_INT(green_scope_close(&outer, -1), 0);
}

MOCK_TEST(a_shield_holds_for_the_scopes_inside_it)
{
	struct green_scope outer, middle, inner;

	green_scope_open(&outer);
	green_scope_open(&middle);
	green_scope_open(&inner);
	green_scope_cancel(&outer, NULL);
	CHECK_ERRNO(green_checkpoint(), ECANCELED);
	green_scope_set_shield(&middle, true);
	CHECK_INT(green_checkpoint(), 0);
	CHECK_INT(green_scope_close(&inner, 0), 0);
	CHECK_INT(green_scope_close(&middle, 0), 0);
	CHECK_INT(green_scope_close(&outer, 0), 0);
}

MOCK_TEST(a_shield_does_not_hold_its_own_cancellation)
{
	struct green_scope s;

	green_scope_open(&s);
	green_scope_set_shield(&s, true);
	green_scope_cancel(&s, NULL);
	CHECK_ERRNO(green_checkpoint(), ECANCELED);
	CHECK_INT(green_scope_close(&s, -1), 0);
	CHECK(green_scope_caught(&s));
}

MOCK_TEST(a_cancelled_scope_catches_behind_its_shield)
{
	struct green_scope outer, inner;

	green_scope_open(&outer);
	green_scope_open(&inner);
	green_scope_set_shield(&inner, true);
	green_scope_cancel(&outer, NULL);
	green_scope_cancel(&inner, NULL);
	CHECK_ERRNO(green_checkpoint(), ECANCELED);
	CHECK_INT(green_scope_close(&inner, -1), 0);
	CHECK(green_scope_caught(&inner));
	CHECK_ERRNO(green_checkpoint(), ECANCELED);
	CHECK_INT(green_scope_close(&outer, -1), 0);
}

MOCK_TEST(a_shield_comes_and_goes_midway)
{
	struct green_scope outer, inner;

	green_scope_open(&outer);
	green_scope_open(&inner);
	green_scope_cancel(&outer, NULL);
	CHECK_ERRNO(green_checkpoint(), ECANCELED);
	green_scope_set_shield(&inner, true);
	CHECK_INT(green_checkpoint(), 0);
	green_scope_set_shield(&inner, false);
	CHECK_ERRNO(green_checkpoint(), ECANCELED);
	CHECK_ERRNO(green_scope_close(&inner, -1), ECANCELED);
	CHECK_INT(green_scope_close(&outer, -1), 0);
}

struct shielded {
	struct green_scope inner;
	bool	 woken;
};

static int
sleep_behind_shield(void *arg)
{
	struct shielded *s = arg;
	int64_t rc;

	green_scope_open(&s->inner);
	green_scope_set_shield(&s->inner, true);
	rc = CHECK_ERRNO(green_sleep_forever(), ECANCELED) ? -1 : 0;
	s->woken = true;
	errno = ECANCELED;
	return ((int)green_scope_close(&s->inner, rc));
}

MOCK_TEST(taking_a_shield_away_wakes_who_sleeps_behind_it)
{
	struct shielded s = { .woken = false };
	struct green_group g;

	green_group_open(&g);
	CHECK_INT(green_spawn(&g, sleep_behind_shield, &s), 0);
	CHECK_INT(green_sleep(1), 0);
	green_group_cancel(&g, NULL);
	CHECK_ERRNO(green_sleep(1), ECANCELED);
	green_cancel_shielded_checkpoint();
	CHECK(!s.woken);
	green_scope_set_shield(&s.inner, false);
	green_cancel_shielded_checkpoint();
	CHECK(s.woken);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK(green_scope_caught(&g.scope));
}

/* From another task, and afterwards. */

MOCK_TEST(another_task_cancels_a_sleep)
{
	struct green_scope s;
	struct green_group g;
	int64_t began = green_now();

	green_group_open(&g);
	green_scope_open(&s);
	CHECK_INT(green_spawn(&g, cancel_scope, &s), 0);
	CHECK_ERRNO(green_sleep(GREEN_SEC), ECANCELED);
	CHECK_INT(green_now() - began, 0);
	CHECK_INT(green_scope_close(&s, -1), 0);
	CHECK_INT(green_scope_cause(&s), GREEN_CALLED);
	CHECK_INT(green_group_close(&g, 0), 0);
}

MOCK_TEST(cancelling_twice_or_after_close_is_harmless)
{
	struct green_scope s;

	green_scope_open(&s);
	green_scope_cancel(&s, "first");
	green_scope_cancel(&s, "second");
	CHECK_ERRNO(green_checkpoint(), ECANCELED);
	CHECK_HAS(green_errmsg(), "first");
	CHECK_INT(green_scope_close(&s, -1), 0);
	green_scope_cancel(&s, "third");
	CHECK_INT(green_checkpoint(), 0);

	green_scope_open(&s);
	CHECK_INT(green_scope_close(&s, 0), 0);
	green_scope_cancel(&s, NULL);
	green_scope_set_deadline(&s, 0);
	green_scope_set_shield(&s, true);
	green_scope_stop(&s, 0, NULL);
	CHECK_INT(green_checkpoint(), 0);
}

MOCK_TEST(cause_and_cancel_called_stay_readable_after_close)
{
	struct green_scope called, late;

	green_scope_open(&called);
	green_scope_cancel(&called, NULL);
	CHECK_INT(green_scope_cause(&called), GREEN_CALLED);
	CHECK_INT(green_scope_close(&called, 0), 0);
	CHECK_INT(green_scope_cause(&called), GREEN_CALLED);
	CHECK(green_scope_cancel_called(&called));

	green_move_on_after(&late, GREEN_SEC);
	CHECK_ERRNO(green_sleep_forever(), ECANCELED);
	CHECK_INT(green_scope_close(&late, -1), 0);
	CHECK_INT(green_scope_cause(&late), GREEN_DEADLINE);
	CHECK(green_scope_cancel_called(&late));
}

MOCK_TEST(open_cancel_and_close_leave_errno_alone)
{
	struct green_scope s;

	errno = EDOM;
	green_scope_open(&s);
	CHECK_INT(errno, EDOM);
	green_scope_set_shield(&s, true);
	CHECK_INT(errno, EDOM);
	green_scope_cancel(&s, "a reason");
	CHECK_INT(errno, EDOM);
	CHECK_INT(green_scope_close(&s, 0), 0);
	CHECK_INT(errno, EDOM);

	/* Also a close that ends a cancellation. */
	green_scope_open(&s);
	green_scope_cancel(&s, NULL);
	CHECK_ERRNO(green_checkpoint(), ECANCELED);
	errno = ECANCELED;
	CHECK_INT(green_scope_close(&s, -1), 0);
	CHECK_INT(errno, ECANCELED);
}

PLAIN_TEST(a_scope_outside_of_a_loop_does_nothing)
{
	struct green_scope s;

	green_fail_after(&s, 0);
	green_scope_cancel(&s, NULL);
	green_scope_set_shield(&s, true);
	green_scope_stop(&s, 0, NULL);
	CHECK_INT(green_scope_close(&s, 5), 5);
	CHECK(!green_scope_caught(&s));
	CHECK(!green_stopping());
}

CU_TestInfo scope_tests[] = {
	CLAIM(a_scope_passes_a_result_on),
	CLAIM(a_cancellation_ends_at_its_scope),
	CLAIM(every_checkpoint_in_a_cancelled_scope_fails),
	CLAIM(a_cancellation_that_no_checkpoint_saw_is_not_caught),
	CLAIM(a_cancelled_scope_lets_other_errors_through),
	CLAIM(ecanceled_passes_a_scope_that_was_not_cancelled),
	CLAIM(the_outermost_cancelled_scope_catches),
	CLAIM(an_inner_cancellation_leaves_the_outer_scope_alone),
	CLAIM(a_scope_opened_inside_a_cancelled_one_is_cancelled_too),
	CLAIM(a_thousand_scopes_hand_the_cancellation_to_the_outermost),
	CLAIM(a_shield_holds_an_outer_cancellation),
	CLAIM(a_shield_holds_for_the_scopes_inside_it),
	CLAIM(a_shield_does_not_hold_its_own_cancellation),
	CLAIM(a_cancelled_scope_catches_behind_its_shield),
	CLAIM(a_shield_comes_and_goes_midway),
	CLAIM(taking_a_shield_away_wakes_who_sleeps_behind_it),
	CLAIM(another_task_cancels_a_sleep),
	CLAIM(cancelling_twice_or_after_close_is_harmless),
	CLAIM(cause_and_cancel_called_stay_readable_after_close),
	CLAIM(open_cancel_and_close_leave_errno_alone),
	CLAIM(a_scope_outside_of_a_loop_does_nothing),
	CU_TEST_INFO_NULL
};
