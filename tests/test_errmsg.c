/*
 * green_errmsg(): what it tells, for how long, and to whom.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <string.h>

#include "green/internal.h"

#include "check.h"
#include "tasks.h"

MOCK_TEST(where_there_is_no_more_to_say_it_is_strerror)
{
	struct green_limiter none = { 0 };

	CHECK_ERRNO(green_limiter_release(&none), EPERM);
	CHECK_STR(green_errmsg(), strerror(EPERM));
	errno = EIO;
	CHECK_STR(green_errmsg(), strerror(EIO));
}

MOCK_TEST(a_cancellation_tells_its_reason_and_who_cancelled)
{
	struct green_scope s;

	green_set_name(green_self(), "boss");
	green_scope_open(&s);
	green_scope_cancel(&s, "out of paper");
	CHECK_ERRNO(green_checkpoint(), ECANCELED);
	CHECK_HAS(green_errmsg(), "out of paper");
	CHECK_HAS(green_errmsg(), "\"boss\"");
	errno = ECANCELED;
	CHECK_INT(green_scope_close(&s, -1), 0);
	errno = ECANCELED;
	CHECK_HAS(green_errmsg(), "out of paper");
}

MOCK_TEST(a_cancellation_without_a_reason_tells_who_cancelled)
{
	struct green_scope s;

	green_set_name(green_self(), "boss");
	green_scope_open(&s);
	green_scope_cancel(&s, NULL);
	CHECK_ERRNO(green_sleep_forever(), ECANCELED);
	CHECK_HAS(green_errmsg(), "\"boss\"");
	errno = ECANCELED;
	CHECK_INT(green_scope_close(&s, -1), 0);
}

MOCK_TEST(another_tasks_cancellation_names_that_task)
{
	struct green_scope s;
	struct green_group g;

	green_group_open(&g);
	green_scope_open(&s);
	CHECK_INT(green_spawn(&g, cancel_scope, &s), 0);
	CHECK_ERRNO(green_sleep_forever(), ECANCELED);
	CHECK_HAS(green_errmsg(), "enough");
	CHECK_HAS(green_errmsg(), "\"cancel_scope\"");
	errno = ECANCELED;
	CHECK_INT(green_scope_close(&s, -1), 0);
	CHECK_INT(green_group_close(&g, 0), 0);
}

MOCK_TEST(the_outermost_cancelled_scopes_reason_is_told)
{
	struct green_scope outer, inner;

	green_scope_open(&outer);
	green_scope_open(&inner);
	green_scope_cancel(&inner, "the inner reason");
	CHECK_ERRNO(green_checkpoint(), ECANCELED);
	CHECK_HAS(green_errmsg(), "the inner reason");
	green_scope_cancel(&outer, "the outer reason");
	CHECK_ERRNO(green_checkpoint(), ECANCELED);
	CHECK_HAS(green_errmsg(), "the outer reason");
	green_scope_set_shield(&inner, true);
	CHECK_ERRNO(green_checkpoint(), ECANCELED);
	CHECK_HAS(green_errmsg(), "the inner reason");
	errno = ECANCELED;
	CHECK_INT(green_scope_close(&inner, -1), 0);
	CHECK_INT(green_scope_close(&outer, 0), 0);
}

MOCK_TEST(a_reason_is_copied)
{
	char why[] = "out of paper";
	struct green_scope s;

	green_scope_open(&s);
	green_scope_cancel(&s, why);
	memset(why, '-', sizeof(why) - 1);
	CHECK_ERRNO(green_checkpoint(), ECANCELED);
	CHECK_HAS(green_errmsg(), "out of paper");
	errno = ECANCELED;
	CHECK_INT(green_scope_close(&s, -1), 0);

	strcpy(why, "out of ink");
	green_fail_after(&s, GREEN_SEC);
	green_scope_set_reason(&s, why);
	memset(why, '-', sizeof(why) - 1);
	CHECK_ERRNO(green_sleep_forever(), ECANCELED);
	CHECK_ERRNO(green_scope_close(&s, -1), ETIMEDOUT);
	CHECK_STR(green_errmsg(), "out of ink");
}

MOCK_TEST(a_timeout_tells_the_last_reason_set)
{
	struct green_scope s;

	green_fail_after(&s, GREEN_SEC);
	green_scope_set_reason(&s, "one");
	green_scope_set_reason(&s, "two");
	CHECK_ERRNO(green_sleep_forever(), ECANCELED);
	CHECK_ERRNO(green_scope_close(&s, -1), ETIMEDOUT);
	CHECK_STR(green_errmsg(), "two");

	green_fail_after(&s, GREEN_SEC);
	green_scope_set_reason(&s, "one");
	green_scope_set_reason(&s, NULL);
	CHECK_ERRNO(green_sleep_forever(), ECANCELED);
	CHECK_ERRNO(green_scope_close(&s, -1), ETIMEDOUT);
	CHECK_STR(green_errmsg(), strerror(ETIMEDOUT));
}

MOCK_TEST(a_timeout_that_has_passed_at_once_tells_its_reason)
{
	struct green_scope s;

	green_fail_after(&s, 0);
	green_scope_set_reason(&s, "no time at all");
	CHECK_ERRNO(green_checkpoint(), ECANCELED);
	CHECK_ERRNO(green_scope_close(&s, -1), ETIMEDOUT);
	CHECK_STR(green_errmsg(), "no time at all");
}

MOCK_TEST(a_cancelled_scope_with_a_reason_for_its_deadline_tells_its_own)
{
	struct green_scope s;

	green_fail_after(&s, GREEN_SEC);
	green_scope_set_reason(&s, "too slow");
	green_scope_cancel(&s, "out of paper");
	CHECK_ERRNO(green_checkpoint(), ECANCELED);
	CHECK_HAS(green_errmsg(), "out of paper");
	errno = ECANCELED;
	CHECK_INT(green_scope_close(&s, -1), 0);
}

MOCK_TEST(an_explicit_cancel_does_not_tell_the_deadlines_reason)
{
	struct green_scope s;

	green_fail_after(&s, GREEN_SEC);
	green_scope_set_reason(&s, "too slow");
	green_scope_cancel(&s, NULL);
	CHECK_ERRNO(green_checkpoint(), ECANCELED);
	CHECK(strstr(green_errmsg(), "too slow") == NULL);
	CHECK_HAS(green_errmsg(), "cancelled by");
	errno = ECANCELED;
	CHECK_INT(green_scope_close(&s, -1), 0);
}

MOCK_TEST(a_deadline_within_the_grace_of_a_stop_tells_its_own_reason)
{
	struct green_scope s;

	green_fail_after(&s, GREEN_SEC);
	green_scope_set_reason(&s, "too slow");
	green_scope_stop(&s, 5 * GREEN_SEC, "closing time");
	CHECK_ERRNO(green_sleep_forever(), ECANCELED);
	CHECK_ERRNO(green_scope_close(&s, -1), ETIMEDOUT);
	CHECK_STR(green_errmsg(), "too slow");
}

struct shield_late {
	struct green_scope outer, inner;
};

static int
cancel_and_shield(void *arg)
{
	struct shield_late *sl = arg;

	green_scope_cancel(&sl->outer, "out of paper");
	green_scope_set_shield(&sl->inner, true);
	return (0);
}

MOCK_TEST(a_shield_that_comes_too_late_does_not_hide_the_reason)
{
	struct shield_late sl;
	struct green_group g;

	green_group_open(&g);
	green_scope_open(&sl.outer);
	green_scope_open(&sl.inner);
	CHECK_INT(green_spawn(&g, cancel_and_shield, &sl), 0);
	CHECK_ERRNO(green_sleep_forever(), ECANCELED);
	CHECK(strstr(green_errmsg(), "every task waited") == NULL);
	errno = ECANCELED;
	CHECK_ERRNO(green_scope_close(&sl.inner, -1), ECANCELED);
	CHECK_INT(green_scope_close(&sl.outer, -1), 0);
	CHECK_INT(green_group_close(&g, 0), 0);
}

MOCK_TEST(a_text_outlives_calls_that_succeed)
{
	struct green_scope s, other;

	green_scope_open(&s);
	green_scope_cancel(&s, "out of paper");
	CHECK_ERRNO(green_checkpoint(), ECANCELED);
	errno = ECANCELED;
	CHECK_INT(green_scope_close(&s, -1), 0);
	green_scope_open(&other);
	CHECK_INT(green_sleep(1), 0);
	CHECK_INT(green_scope_close(&other, 0), 0);
	errno = ECANCELED;
	CHECK_HAS(green_errmsg(), "out of paper");
}

MOCK_TEST(closing_a_scope_is_no_failure)
{
	struct green_scope s;
	int rc;

	green_scope_open(&s);
	rc = green__failx(ENOENT, "no such %s", "thing");
	CHECK_ERRNO(green_scope_close(&s, rc), ENOENT);
	CHECK_STR(green_errmsg(), "no such thing");
	green_scope_open(&s);
	green_scope_cancel(&s, "enough");
	errno = ENOENT;
	CHECK_ERRNO(green_scope_close(&s, -1), ENOENT);
	CHECK_STR(green_errmsg(), "no such thing");
}

MOCK_TEST(a_text_does_not_outlive_the_next_failure)
{
	struct green_limiter none = { 0 };
	struct green_scope s;

	green_scope_open(&s);
	green_scope_cancel(&s, "out of paper");
	CHECK_ERRNO(green_checkpoint(), ECANCELED);
	CHECK_ERRNO(green_limiter_release(&none), EPERM);
	errno = ECANCELED;
	CHECK_STR(green_errmsg(), strerror(ECANCELED));
	CHECK_INT(green_scope_close(&s, -1), 0);
}

struct told {
	const char *why;
	struct green_event read;
	bool	 same;
};

static int
fail_and_read_later(void *arg)
{
	struct told *t = arg;
	struct green_scope s;

	green_scope_open(&s);
	green_scope_cancel(&s, t->why);
	CHECK_ERRNO(green_checkpoint(), ECANCELED);
	errno = ECANCELED;
	CHECK_INT(green_scope_close(&s, -1), 0);
	CHECK_INT(green_event_wait(&t->read), 0);
	errno = ECANCELED;
	t->same = CHECK_HAS(green_errmsg(), t->why);
	return (0);
}

MOCK_TEST(each_task_has_its_own_text)
{
	struct told a = { .why = "of a" }, b = { .why = "of b" };
	struct green_group g;

	green_group_open(&g);
	CHECK_INT(green_spawn(&g, fail_and_read_later, &a), 0);
	CHECK_INT(green_spawn(&g, fail_and_read_later, &b), 0);
	CHECK_INT(green_sleep(1), 0);
	errno = ECANCELED;
	CHECK_STR(green_errmsg(), strerror(ECANCELED));
	green_event_set(&a.read);
	green_event_set(&b.read);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK(a.same && b.same);
}

static int
time_out(void *arg)
{
	struct green_scope s;

	green_fail_after(&s, GREEN_SEC);
	green_scope_set_reason(&s, arg);
	return ((int)green_scope_close(&s, green_sleep_forever()));
}

PLAIN_TEST(a_loop_hands_over_its_first_tasks_text)
{
	char why[] = "too slow";

	CHECK_ERRNO(IN_LOOP(time_out, why, &check_mock_clock), ETIMEDOUT);
	CHECK_STR(green_errmsg(), "too slow");
	errno = EIO;
	CHECK_STR(green_errmsg(), strerror(EIO));
	CHECK_ERRNO(green_checkpoint(), EPERM);
	errno = ETIMEDOUT;
	CHECK_STR(green_errmsg(), strerror(ETIMEDOUT));
}

CU_TestInfo errmsg_tests[] = {
	CLAIM(where_there_is_no_more_to_say_it_is_strerror),
	CLAIM(a_cancellation_tells_its_reason_and_who_cancelled),
	CLAIM(a_cancellation_without_a_reason_tells_who_cancelled),
	CLAIM(another_tasks_cancellation_names_that_task),
	CLAIM(the_outermost_cancelled_scopes_reason_is_told),
	CLAIM(a_reason_is_copied),
	CLAIM(a_timeout_tells_the_last_reason_set),
	CLAIM(a_timeout_that_has_passed_at_once_tells_its_reason),
	CLAIM(a_cancelled_scope_with_a_reason_for_its_deadline_tells_its_own),
	CLAIM(an_explicit_cancel_does_not_tell_the_deadlines_reason),
	CLAIM(a_deadline_within_the_grace_of_a_stop_tells_its_own_reason),
	CLAIM(a_shield_that_comes_too_late_does_not_hide_the_reason),
	CLAIM(a_text_outlives_calls_that_succeed),
	CLAIM(closing_a_scope_is_no_failure),
	CLAIM(a_text_does_not_outlive_the_next_failure),
	CLAIM(each_task_has_its_own_text),
	CLAIM(a_loop_hands_over_its_first_tasks_text),
	CU_TEST_INFO_NULL
};
