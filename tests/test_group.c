/*
 * Groups: waiting for tasks, cancelling them, what comes out when nothing
 * fails.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include "check.h"
#include "tasks.h"

MOCK_TEST(an_empty_group_returns_its_rc)
{
	struct green_group g;

	green_group_open(&g);
	CHECK_INT(green_group_close(&g, 5), 5);
	CHECK_INT(green_group_failures(&g), 0);
	CHECK(!green_scope_caught(&g.scope));
	CHECK_INT(green_scope_cause(&g.scope), GREEN_NOT_CANCELLED);
}

MOCK_TEST(an_empty_group_does_not_look_at_scopes_around_it)
{
	struct green_scope s;
	struct green_group g;

	green_scope_open(&s);
	green_scope_cancel(&s, NULL);
	green_group_open(&g);
	CHECK_INT(green_group_close(&g, 5), 5);

	/* Its tasks have ended before the close: the same. */
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, do_nothing, NULL), 0);
	green_cancel_shielded_checkpoint();
	CHECK_INT(green_group_close(&g, 6), 6);
	CHECK_INT(green_scope_close(&s, 0), 0);
}

MOCK_TEST(close_waits_for_every_task)
{
	int64_t began = green_now(), one = GREEN_SEC, three = 3 * GREEN_SEC;
	struct green_group g;

	errno = EDOM;
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, sleep_for, &three), 0);
	CHECK_INT(green_spawn(&g, sleep_for, &one), 0);
	errno = EDOM;
	CHECK_INT(green_group_close(&g, 7), 7);
	CHECK_INT(errno, EDOM);
	CHECK_INT(green_now() - began, 3 * GREEN_SEC);
}

struct family {
	struct green_group *g;
	int	 left;
	int	 ended;
};

static int
spawn_the_next(void *arg)
{
	struct family *f = arg;

	REQUIRE_TASK(CHECK_INT(green_sleep(GREEN_SEC), 0));
	if (--f->left > 0)
		CHECK_INT(green_spawn(f->g, spawn_the_next, f), 0);
	f->ended++;
	return (0);
}

MOCK_TEST(close_waits_for_tasks_that_tasks_start_meanwhile)
{
	struct green_group g;
	struct family f = { &g, 10, 0 };

	green_group_open(&g);
	CHECK_INT(green_spawn(&g, spawn_the_next, &f), 0);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(f.ended, 10);
}

static int
return_three(void *arg)
{
	(void)arg;
	return (3);
}

MOCK_TEST(a_result_that_is_no_failure_is_dropped)
{
	struct green_group g;

	green_group_open(&g);
	CHECK_INT(green_spawn(&g, return_three, NULL), 0);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(green_group_failures(&g), 0);
}

MOCK_TEST(a_group_can_be_opened_again)
{
	struct green_group g;
	int i, n = 0;

	for (i = 1; i <= 3; i++) {
		green_group_open(&g);
		CHECK_INT(green_spawn(&g, count_up, &n), 0);
		if (i == 2)
			green_group_cancel(&g, NULL);
		CHECK_INT(green_group_close(&g, 0), 0);
		CHECK_INT(n, i);
	}
	CHECK(!green_scope_cancel_called(&g.scope));
}

/* Cancelled. */

MOCK_TEST(a_cancelled_group_ends_its_tasks_and_catches)
{
	struct green_group g;

	green_group_open(&g);
	CHECK_INT(green_spawn(&g, sleep_forever, NULL), 0);
	CHECK_INT(green_spawn(&g, sleep_forever, NULL), 0);
	CHECK_INT(green_sleep(1), 0);
	green_group_cancel(&g, "enough");
	CHECK_INT(green_group_close(&g, 9), 0);
	CHECK(green_scope_caught(&g.scope));
	CHECK_INT(green_scope_cause(&g.scope), GREEN_CALLED);
	CHECK_INT(green_group_failures(&g), 0);
	CHECK_INT(green_checkpoint(), 0);
}

MOCK_TEST(a_cancelled_group_catches_its_bodys_ecanceled)
{
	struct green_group g;

	green_group_open(&g);
	CHECK_INT(green_spawn(&g, cancel_group, &g), 0);
	CHECK_ERRNO(green_sleep_forever(), ECANCELED);
	CHECK_HAS(green_errmsg(), "enough");
	errno = ECANCELED;
	CHECK_INT(green_group_close(&g, -1), 0);
	CHECK(green_scope_caught(&g.scope));
	CHECK_INT(green_group_failures(&g), 0);
}

MOCK_TEST(a_cancelled_group_in_which_nothing_failed_returns_its_rc)
{
	int64_t second = GREEN_SEC;
	struct green_group g;

	green_group_open(&g);
	CHECK_INT(green_spawn(&g, sleep_shielded, &second), 0);
	CHECK_INT(green_sleep(1), 0);
	green_group_cancel(&g, NULL);
	CHECK_INT(green_group_close(&g, 9), 9);
	CHECK(!green_scope_caught(&g.scope));
	CHECK(green_scope_cancel_called(&g.scope));

	green_group_open(&g);
	green_group_cancel(&g, NULL);
	CHECK_INT(green_group_close(&g, 8), 8);
	CHECK(!green_scope_caught(&g.scope));
}

MOCK_TEST(a_groups_own_deadline_cancels_it)
{
	struct green_group g;
	int64_t began = green_now();

	green_group_open(&g);
	green_scope_set_deadline(&g.scope, began + GREEN_SEC);
	CHECK_INT(green_spawn(&g, sleep_forever, NULL), 0);
	CHECK_INT(green_group_close(&g, 3), 0);
	CHECK_INT(green_now() - began, GREEN_SEC);
	CHECK(green_scope_caught(&g.scope));
	CHECK_INT(green_scope_cause(&g.scope), GREEN_DEADLINE);
}

MOCK_TEST(a_deadline_around_a_group_reaches_its_tasks)
{
	struct green_scope s;
	struct green_group g;
	int rc;

	green_fail_after(&s, GREEN_SEC);
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, sleep_forever, NULL), 0);
	rc = green_group_close(&g, 0);
	CHECK_ERRNO(rc, ECANCELED);
	CHECK(!green_scope_caught(&g.scope));
	CHECK_ERRNO(green_scope_close(&s, rc), ETIMEDOUT);
}

MOCK_TEST(a_group_closed_inside_a_cancelled_scope_still_waits)
{
	int64_t began = green_now(), second = GREEN_SEC;
	struct green_scope s;
	struct green_group g;

	green_scope_open(&s);
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, sleep_shielded, &second), 0);
	CHECK_INT(green_spawn(&g, sleep_forever, NULL), 0);
	CHECK_INT(green_sleep(1), 0);
	green_scope_cancel(&s, "enough");
	CHECK_ERRNO(green_group_close(&g, 0), ECANCELED);
	CHECK_HAS(green_errmsg(), "enough");
	CHECK_INT(green_now() - began, GREEN_SEC);
	CHECK_INT(green_group_failures(&g), 0);
	CHECK(!green_scope_caught(&g.scope));
	errno = ECANCELED;
	CHECK_INT(green_scope_close(&s, -1), 0);
	CHECK(green_scope_caught(&s));
}

MOCK_TEST(a_scope_cancelled_while_its_group_closes_ends_the_tasks)
{
	struct green_scope s;
	struct green_group g, other;
	struct green_event go = { 0 };

	green_group_open(&other);
	green_scope_open(&s);
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, wait_for_event, &go), 0);
	CHECK_INT(green_spawn(&other, cancel_scope, &s), 0);
	CHECK_ERRNO(green_group_close(&g, 0), ECANCELED);
	CHECK_INT(green_event_waiting(&go), 0);
	errno = ECANCELED;
	CHECK_INT(green_scope_close(&s, -1), 0);
	CHECK_INT(green_group_close(&other, 0), 0);
}

MOCK_TEST(a_cancelled_body_passes_an_outer_cancellation_on)
{
	struct green_scope s;
	struct green_group g;

	green_scope_open(&s);
	green_group_open(&g);
	green_scope_cancel(&s, NULL);
	CHECK_ERRNO(green_checkpoint(), ECANCELED);
	CHECK_ERRNO(green_group_close(&g, -1), ECANCELED);
	CHECK_INT(green_group_failures(&g), 0);
	CHECK(!green_scope_caught(&g.scope));
	CHECK_INT(green_scope_close(&s, -1), 0);
}

/* Whose scope is whose. */

struct where {
	struct green_group g;
	struct green_event go;
	int	 rc;
};

static int
wait_at(void *arg)
{
	struct where *w = arg;

	w->rc = green_event_wait(&w->go);
	return (0);
}

MOCK_TEST(a_task_is_in_the_groups_scope_not_in_the_spawners)
{
	struct where w = { .rc = 1 };
	struct green_scope inner;

	green_group_open(&w.g);
	green_scope_open(&inner);
	CHECK_INT(green_spawn(&w.g, wait_at, &w), 0);
	green_scope_cancel(&inner, NULL);
	CHECK_ERRNO(green_checkpoint(), ECANCELED);
	CHECK_INT(green_scope_close(&inner, -1), 0);
	CHECK_INT(green_sleep(1), 0);
	green_event_set(&w.go);
	CHECK_INT(green_group_close(&w.g, 0), 0);
	CHECK_INT(w.rc, 0);
}

MOCK_TEST(a_shield_around_the_host_does_not_protect_the_tasks)
{
	struct where w = { .rc = 1 };
	struct green_scope shield;

	green_group_open(&w.g);
	CHECK_INT(green_spawn(&w.g, wait_at, &w), 0);
	green_scope_open(&shield);
	green_scope_set_shield(&shield, true);
	CHECK_INT(green_sleep(1), 0);
	green_group_cancel(&w.g, NULL);
	CHECK_INT(green_sleep(1), 0);
	CHECK_INT(w.rc, -1);
	CHECK_INT(green_scope_close(&shield, 0), 0);
	CHECK_INT(green_group_close(&w.g, 0), 0);
}

MOCK_TEST(a_shielded_group_keeps_its_tasks_from_an_outer_cancellation)
{
	struct where w = { .rc = 1 };
	struct green_scope s;

	green_scope_open(&s);
	green_group_open(&w.g);
	green_scope_set_shield(&w.g.scope, true);
	CHECK_INT(green_spawn(&w.g, wait_at, &w), 0);
	CHECK_INT(green_sleep(1), 0);
	green_scope_cancel(&s, NULL);
	CHECK_INT(green_sleep(1), 0);
	CHECK_INT(w.rc, 1);
	green_event_set(&w.go);
	CHECK_INT(green_group_close(&w.g, 5), 5);
	CHECK_INT(w.rc, 0);
	CHECK_INT(green_scope_close(&s, 0), 0);
}

/*
 *	helper			the group's task	whoever closes the group
 *	cancels the outer one
 *				comes back
 *	shields the inner one
 *							is told all the same
 */
struct late {
	struct green_scope outer, inner;
};

static int
shield_too_late(void *arg)
{
	struct late *l = arg;

	green_scope_cancel(&l->outer, NULL);
	green_cancel_shielded_checkpoint();
	green_scope_set_shield(&l->inner, true);
	return (0);
}

MOCK_TEST(a_shield_that_comes_too_late_hides_no_cancellation)
{
	struct green_group helpers, g;
	struct late l;

	green_group_open(&helpers);
	green_scope_open(&l.outer);
	green_scope_open(&l.inner);
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, sleep_forever, NULL), 0);
	CHECK_INT(green_checkpoint(), 0);
	CHECK_INT(green_spawn(&helpers, shield_too_late, &l), 0);
	CHECK_ERRNO(green_group_close(&g, 0), ECANCELED);
	CHECK(!green_scope_caught(&g.scope));
	CHECK_INT(green_scope_close(&l.inner, 0), 0);
	CHECK_INT(green_scope_close(&l.outer, 0), 0);
	CHECK_INT(green_group_close(&helpers, 0), 0);
}

CU_TestInfo group_tests[] = {
	CLAIM(an_empty_group_returns_its_rc),
	CLAIM(an_empty_group_does_not_look_at_scopes_around_it),
	CLAIM(close_waits_for_every_task),
	CLAIM(close_waits_for_tasks_that_tasks_start_meanwhile),
	CLAIM(a_result_that_is_no_failure_is_dropped),
	CLAIM(a_group_can_be_opened_again),
	CLAIM(a_cancelled_group_ends_its_tasks_and_catches),
	CLAIM(a_cancelled_group_catches_its_bodys_ecanceled),
	CLAIM(a_cancelled_group_in_which_nothing_failed_returns_its_rc),
	CLAIM(a_groups_own_deadline_cancels_it),
	CLAIM(a_deadline_around_a_group_reaches_its_tasks),
	CLAIM(a_group_closed_inside_a_cancelled_scope_still_waits),
	CLAIM(a_scope_cancelled_while_its_group_closes_ends_the_tasks),
	CLAIM(a_cancelled_body_passes_an_outer_cancellation_on),
	CLAIM(a_task_is_in_the_groups_scope_not_in_the_spawners),
	CLAIM(a_shield_around_the_host_does_not_protect_the_tasks),
	CLAIM(a_shielded_group_keeps_its_tasks_from_an_outer_cancellation),
	CLAIM(a_shield_that_comes_too_late_hides_no_cancellation),
	CU_TEST_INFO_NULL
};
