/*
 * Stopping in good order: what ends at once, what has its grace.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include "check.h"
#include "tasks.h"

MOCK_TEST(a_stop_is_seen_inside_its_scope_alone)
{
	struct green_scope outer, inner;

	green_scope_open(&outer);
	green_scope_open(&inner);
	CHECK(!green_stopping());
	green_scope_stop(&inner, GREEN_SEC, NULL);
	CHECK(green_stopping());
	CHECK_INT(green_checkpoint(), 0);
	CHECK_INT(green_scope_close(&inner, 0), 0);
	CHECK(!green_stopping());
	CHECK(!green_scope_cancel_called(&inner));

	green_scope_stop(&outer, GREEN_SEC, NULL);
	green_scope_open(&inner);
	CHECK(green_stopping());
	CHECK_INT(green_scope_close(&inner, 0), 0);
	CHECK_INT(green_scope_close(&outer, 0), 0);
}

MOCK_TEST(when_grace_has_passed_the_rest_is_cancelled)
{
	struct green_scope s;
	int64_t began = green_now();

	green_fail_after(&s, 60 * GREEN_SEC);
	green_scope_stop(&s, 3 * GREEN_SEC, "closing time");
	CHECK_INT(green_sleep(2 * GREEN_SEC), 0);
	CHECK_INT(green_scope_cause(&s), GREEN_NOT_CANCELLED);
	CHECK_ERRNO(green_sleep(2 * GREEN_SEC), ECANCELED);
	CHECK_HAS(green_errmsg(), "closing time");
	CHECK_INT(green_now() - began, 3 * GREEN_SEC);
	errno = ECANCELED;
	CHECK_INT(green_scope_close(&s, -1), 0);
	CHECK(green_scope_caught(&s));
	CHECK_INT(green_scope_cause(&s), GREEN_CALLED);
}

MOCK_TEST(a_stop_without_grace_cancels_at_once)
{
	struct green_scope s;

	green_fail_after(&s, GREEN_SEC);
	green_scope_stop(&s, 0, "closing time");
	CHECK(green_stopping());
	CHECK_INT(green_scope_cause(&s), GREEN_CALLED);
	CHECK_ERRNO(green_checkpoint(), ECANCELED);
	CHECK_HAS(green_errmsg(), "closing time");
	errno = ECANCELED;
	CHECK_INT(green_scope_close(&s, -1), 0);
}

struct server {
	struct green_event idle;
	int64_t	 waited;
	int64_t	 worked;
	bool	 stopping;
};

/* Waits for something to do, and works after that. */
static int
serve(void *arg)
{
	struct server *sv = arg;
	struct green_scope wait;
	int64_t began = green_now();

	green_scope_open(&wait);
	green_scope_set_stoppable(&wait, true);
	CHECK_ERRNO(green_event_wait(&sv->idle), ECANCELED);
	CHECK_INT(green_scope_close(&wait, -1), 0);
	CHECK(green_scope_caught(&wait));
	CHECK_INT(green_scope_cause(&wait), GREEN_CALLED);
	sv->waited = green_now() - began;
	sv->stopping = green_stopping();
	if (green_sleep(2 * GREEN_SEC) == -1)
		return (-1);
	sv->worked = green_now() - began;
	return (0);
}

MOCK_TEST(a_stop_ends_the_waits_of_tasks_and_lets_work_be_finished)
{
	struct server sv = { .stopping = false };
	struct green_group g;

	green_group_open(&g);
	CHECK_INT(green_spawn(&g, serve, &sv), 0);
	CHECK_INT(green_sleep(GREEN_SEC), 0);
	green_scope_stop(&g.scope, 5 * GREEN_SEC, "closing time");
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK(!green_scope_cancel_called(&g.scope));
	CHECK_INT(sv.waited, GREEN_SEC);
	CHECK(sv.stopping);
	CHECK_INT(sv.worked, 3 * GREEN_SEC);
}

MOCK_TEST(work_that_takes_longer_than_the_grace_is_cancelled)
{
	struct server sv = { .stopping = false };
	struct green_group g;
	int64_t began = green_now();

	green_group_open(&g);
	CHECK_INT(green_spawn(&g, serve, &sv), 0);
	CHECK_INT(green_sleep(GREEN_SEC), 0);
	green_scope_stop(&g.scope, GREEN_SEC, "closing time");
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK(green_scope_caught(&g.scope));
	CHECK_INT(green_scope_cause(&g.scope), GREEN_CALLED);
	CHECK_INT(sv.worked, 0);
	CHECK_INT(green_now() - began, 2 * GREEN_SEC);
}

MOCK_TEST(a_stoppable_scope_inside_a_stop_is_cancelled_at_once)
{
	struct green_scope outer, wait;

	green_scope_open(&outer);
	green_scope_stop(&outer, GREEN_SEC, NULL);
	green_scope_open(&wait);
	CHECK_INT(green_checkpoint(), 0);
	green_scope_set_stoppable(&wait, true);
	CHECK(green_scope_cancel_called(&wait));
	CHECK_ERRNO(green_checkpoint(), ECANCELED);
	CHECK_INT(green_scope_close(&wait, -1), 0);
	CHECK_INT(green_checkpoint(), 0);
	CHECK_INT(green_scope_close(&outer, 0), 0);
}

MOCK_TEST(a_stoppable_scope_that_is_stopped_itself_is_cancelled)
{
	struct green_scope s;

	green_fail_after(&s, GREEN_SEC);
	green_scope_set_stoppable(&s, true);
	green_scope_stop(&s, 5 * GREEN_SEC, NULL);
	CHECK_ERRNO(green_sleep_forever(), ECANCELED);
	CHECK_INT(green_scope_close(&s, -1), 0);
	CHECK_INT(green_scope_cause(&s), GREEN_CALLED);
}

MOCK_TEST(a_scope_that_is_stoppable_no_more_goes_on)
{
	struct green_scope s, wait;

	green_scope_open(&s);
	green_scope_open(&wait);
	green_scope_set_stoppable(&wait, true);
	green_scope_set_stoppable(&wait, false);
	green_scope_stop(&s, GREEN_SEC, NULL);
	CHECK(green_stopping());
	CHECK_INT(green_checkpoint(), 0);
	CHECK_INT(green_scope_close(&wait, 0), 0);
	CHECK_INT(green_scope_close(&s, 0), 0);
}

MOCK_TEST(a_shield_hides_a_stop)
{
	struct green_scope outer, shield, wait;

	green_scope_open(&outer);
	green_scope_open(&shield);
	green_scope_set_shield(&shield, true);
	green_scope_open(&wait);
	green_scope_set_stoppable(&wait, true);
	green_scope_stop(&outer, GREEN_SEC, NULL);
	CHECK(!green_stopping());
	CHECK_INT(green_sleep(2 * GREEN_SEC), 0);
	CHECK(green_scope_cancel_called(&outer));
	CHECK_INT(green_scope_close(&wait, 0), 0);
	CHECK(!green_stopping());
	green_scope_set_shield(&shield, false);
	CHECK(green_stopping());
	CHECK_ERRNO(green_checkpoint(), ECANCELED);
	CHECK_ERRNO(green_scope_close(&shield, -1), ECANCELED);
	CHECK_INT(green_scope_close(&outer, -1), 0);
}

MOCK_TEST(of_several_stops_the_earliest_end_wins)
{
	const int64_t first[] = { 2, 5 }, second[] = { 5, 2 };
	struct green_scope s, outer;
	int64_t began;
	int i;

	for (i = 0; i < 2; i++) {
		began = green_now();
		green_scope_open(&s);
		green_scope_stop(&s, first[i] * GREEN_SEC, NULL);
		green_scope_stop(&s, second[i] * GREEN_SEC, NULL);
		CHECK_ERRNO(green_sleep_forever(), ECANCELED);
		CHECK_INT(green_now() - began, 2 * GREEN_SEC);
		CHECK_INT(green_scope_close(&s, -1), 0);

		began = green_now();
		green_scope_open(&outer);
		green_scope_open(&s);
		green_scope_stop(&outer, first[i] * GREEN_SEC, NULL);
		green_scope_stop(&s, second[i] * GREEN_SEC, NULL);
		CHECK_ERRNO(green_sleep_forever(), ECANCELED);
		CHECK_INT(green_now() - began, 2 * GREEN_SEC);
		CHECK_INT(green_scope_close(&s, -1), i == 0 ? -1 : 0);
		CHECK_INT(green_scope_close(&outer, i == 0 ? -1 : 0), 0);
	}
}

MOCK_TEST(a_deadline_within_the_grace_still_times_out)
{
	struct green_scope s;
	int64_t began = green_now();

	green_fail_after(&s, GREEN_SEC);
	green_scope_stop(&s, 5 * GREEN_SEC, "closing time");
	CHECK_INT(green_effective_deadline(), began + GREEN_SEC);
	CHECK_ERRNO(green_sleep_forever(), ECANCELED);
	CHECK_INT(green_now() - began, GREEN_SEC);
	CHECK_ERRNO(green_scope_close(&s, -1), ETIMEDOUT);
	CHECK_INT(green_scope_cause(&s), GREEN_DEADLINE);
}

MOCK_TEST(the_end_of_the_grace_is_an_effective_deadline)
{
	struct green_scope s;
	int64_t began = green_now();

	green_scope_open(&s);
	green_scope_stop(&s, 5 * GREEN_SEC, NULL);
	CHECK_INT(green_effective_deadline(), began + 5 * GREEN_SEC);
	CHECK_INT(green_scope_deadline(&s), GREEN_FOREVER);
	CHECK_INT(green_scope_close(&s, 0), 0);
}

struct stop {
	struct green_scope *s;
	int64_t	 grace;
};

static int
stop_scope(void *arg)
{
	struct stop *st = arg;

	green_scope_stop(st->s, st->grace, "closing time");
	return (0);
}

MOCK_TEST(another_task_stops_a_sleep)
{
	struct green_scope s;
	struct stop st = { &s, GREEN_SEC };
	struct green_group g;
	int64_t began = green_now();

	green_group_open(&g);
	green_scope_open(&s);
	CHECK_INT(green_spawn(&g, stop_scope, &st), 0);
	CHECK_ERRNO(green_sleep_forever(), ECANCELED);
	CHECK_HAS(green_errmsg(), "closing time");
	CHECK_INT(green_now() - began, GREEN_SEC);
	errno = ECANCELED;
	CHECK_INT(green_scope_close(&s, -1), 0);
	CHECK_INT(green_group_close(&g, 0), 0);
}

MOCK_TEST(a_stopped_wait_tells_the_reason)
{
	struct green_scope s, wait;

	green_scope_open(&s);
	green_scope_open(&wait);
	green_scope_set_stoppable(&wait, true);
	green_scope_stop(&s, GREEN_SEC, "closing time");
	CHECK_ERRNO(green_sleep_forever(), ECANCELED);
	CHECK_HAS(green_errmsg(), "closing time");
	errno = ECANCELED;
	CHECK_INT(green_scope_close(&wait, -1), 0);
	CHECK_INT(green_scope_close(&s, 0), 0);
}

static int
tell_stopping(void *arg)
{
	*(bool *)arg = green_stopping();
	return (0);
}

MOCK_TEST(a_task_spawned_during_a_stop_knows)
{
	struct green_group g;
	bool stopping = false;

	green_group_open(&g);
	green_scope_stop(&g.scope, GREEN_SEC, NULL);
	CHECK_INT(green_spawn(&g, tell_stopping, &stopping), 0);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK(stopping);
}

CU_TestInfo stop_tests[] = {
	CLAIM(a_stop_is_seen_inside_its_scope_alone),
	CLAIM(when_grace_has_passed_the_rest_is_cancelled),
	CLAIM(a_stop_without_grace_cancels_at_once),
	CLAIM(a_stop_ends_the_waits_of_tasks_and_lets_work_be_finished),
	CLAIM(work_that_takes_longer_than_the_grace_is_cancelled),
	CLAIM(a_stoppable_scope_inside_a_stop_is_cancelled_at_once),
	CLAIM(a_stoppable_scope_that_is_stopped_itself_is_cancelled),
	CLAIM(a_scope_that_is_stoppable_no_more_goes_on),
	CLAIM(a_shield_hides_a_stop),
	CLAIM(of_several_stops_the_earliest_end_wins),
	CLAIM(a_deadline_within_the_grace_still_times_out),
	CLAIM(the_end_of_the_grace_is_an_effective_deadline),
	CLAIM(another_task_stops_a_sleep),
	CLAIM(a_stopped_wait_tells_the_reason),
	CLAIM(a_task_spawned_during_a_stop_knows),
	CU_TEST_INFO_NULL
};
