/*
 * Failures in groups: what they cancel, what comes out, who is named.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "check.h"
#include "tasks.h"

MOCK_TEST(a_failing_task_cancels_its_siblings_and_the_host)
{
	int code = EIO;
	struct green_group g;

	green_group_open(&g);
	CHECK_INT(green_spawn(&g, sleep_forever, NULL), 0);
	CHECK_INT(green_spawn(&g, fail_with, &code), 0);
	CHECK_ERRNO(green_sleep_forever(), ECANCELED);
	CHECK_INT(green_scope_cause(&g.scope), GREEN_FAILURE);
	errno = ECANCELED;
	CHECK_ERRNO(green_group_close(&g, -1), EIO);
	CHECK_INT(green_group_failures(&g), 1);
	CHECK(!green_scope_caught(&g.scope));
	CHECK_INT(green_checkpoint(), 0);
}

MOCK_TEST(a_failing_body_cancels_the_tasks)
{
	struct green_group g;
	struct green_error e;

	green_set_name(green_self(), "host");
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, sleep_forever, NULL), 0);
	errno = EPROTO;
	CHECK_ERRNO(green_group_close(&g, -1), EPROTO);
	CHECK_INT(green_scope_cause(&g.scope), GREEN_FAILURE);
	CHECK_INT(green_group_failures(&g), 1);
	CHECK_INT(green_group_error(&g, 0, &e), 0);
	CHECK_INT(e.code, EPROTO);
	CHECK_STR(e.task, "host");
	CHECK_STR(e.text, strerror(EPROTO));
}

MOCK_TEST(a_body_fails_in_an_empty_group_too)
{
	struct green_group g;

	green_group_open(&g);
	errno = EIO;
	CHECK_ERRNO(green_group_close(&g, -1), EIO);
	CHECK_INT(green_group_failures(&g), 1);
}

static int
fail_named(void *arg)
{
	int code = *(int *)arg;
	char name[8] = "task ?";

	name[5] = (char)('0' + code % 10);
	green_set_name(green_self(), name);
	errno = code;
	return (-1);
}

MOCK_TEST(the_first_failure_comes_out_and_the_others_are_listed)
{
	int codes[] = { 5, 1, 2, 3, 4, 6 };
	struct green_group g;
	struct green_error e;
	size_t i;

	green_group_open(&g);
	for (i = 0; i < 6; i++)
		CHECK_INT(green_spawn(&g, fail_named, &codes[i]), 0);
	CHECK_ERRNO(green_group_close(&g, 0), 5);
	CHECK_INT(green_group_failures(&g), 6);
	for (i = 0; i < GREEN_GROUP_ERRORS; i++) {
		memset(&e, 0, sizeof(e));
		CHECK_INT(green_group_error(&g, i, &e), 0);
		CHECK_INT(e.code, codes[i]);
		CHECK_INT(e.task[5], '0' + codes[i]);
		CHECK_STR(e.text, strerror(codes[i]));
	}
	CHECK_ERRNO(green_group_error(&g, GREEN_GROUP_ERRORS, &e), EINVAL);
	CHECK_ERRNO(green_group_error(&g, 6, &e), EINVAL);
	CHECK_ERRNO(green_group_error(&g, SIZE_MAX, &e), EINVAL);
}

MOCK_TEST(a_group_without_failures_has_none_to_tell)
{
	struct green_group g;
	struct green_error e;

	green_group_open(&g);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_ERRNO(green_group_error(&g, 0, &e), EINVAL);
}

static int
fail_after_cancel(void *arg)
{
	CHECK_ERRNO(green_sleep_forever(), ECANCELED);
	return (fail_with(arg));
}

MOCK_TEST(a_task_that_fails_while_it_is_cancelled_counts)
{
	int late = EIO, soon = EPROTO;
	struct green_group g;
	struct green_error e;

	green_group_open(&g);
	CHECK_INT(green_spawn(&g, fail_after_cancel, &late), 0);
	CHECK_INT(green_spawn(&g, fail_with, &soon), 0);
	CHECK_ERRNO(green_group_close(&g, 0), EPROTO);
	CHECK_INT(green_group_failures(&g), 2);
	CHECK_INT(green_group_error(&g, 1, &e), 0);
	CHECK_INT(e.code, EIO);
	CHECK_STR(e.task, "fail_after_cancel");

	green_group_open(&g);
	CHECK_INT(green_spawn(&g, fail_after_cancel, &late), 0);
	CHECK_INT(green_sleep(1), 0);
	green_group_cancel(&g, NULL);
	CHECK_ERRNO(green_group_close(&g, 0), EIO);
	CHECK_INT(green_scope_cause(&g.scope), GREEN_CALLED);
}

MOCK_TEST(ecanceled_of_a_task_that_was_not_cancelled_is_a_failure)
{
	int code = ECANCELED;
	struct green_group g;

	green_group_open(&g);
	CHECK_INT(green_spawn(&g, fail_with, &code), 0);
	CHECK_ERRNO(green_group_close(&g, 0), ECANCELED);
	CHECK_INT(green_group_failures(&g), 1);
	CHECK_INT(green_scope_cause(&g.scope), GREEN_FAILURE);
	CHECK_INT(green_checkpoint(), 0);
}

MOCK_TEST(ecanceled_of_a_body_that_was_not_cancelled_is_a_failure)
{
	struct green_group g;

	green_group_open(&g);
	CHECK_INT(green_spawn(&g, sleep_forever, NULL), 0);
	errno = ECANCELED;
	CHECK_ERRNO(green_group_close(&g, -1), ECANCELED);
	CHECK_INT(green_group_failures(&g), 1);
	CHECK_INT(green_scope_cause(&g.scope), GREEN_FAILURE);
}

static int
cancel_itself(void *arg)
{
	struct green_scope s;

	(void)arg;
	green_scope_open(&s);
	green_scope_cancel(&s, NULL);
	return ((int)green_scope_close(&s, green_checkpoint()));
}

MOCK_TEST(a_task_that_cancels_its_own_scope_is_no_failure)
{
	struct green_group g;

	green_group_open(&g);
	CHECK_INT(green_spawn(&g, cancel_itself, NULL), 0);
	CHECK_INT(green_group_close(&g, 4), 4);
	CHECK(!green_scope_cancel_called(&g.scope));
}

MOCK_TEST(a_failure_wins_over_a_cancellation_from_around)
{
	int late = EIO;
	struct green_scope s;
	struct green_group g;

	green_scope_open(&s);
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, fail_after_cancel, &late), 0);
	CHECK_INT(green_sleep(1), 0);
	green_scope_cancel(&s, NULL);
	CHECK_ERRNO(green_group_close(&g, 0), EIO);
	CHECK_INT(green_group_failures(&g), 1);
	CHECK_ERRNO(green_scope_close(&s, -1), EIO);
	CHECK(!green_scope_caught(&s));
}

/* Texts and names. */

static int
time_out(void *arg)
{
	struct green_scope s;

	green_fail_after(&s, GREEN_SEC);
	green_scope_set_reason(&s, arg);
	return ((int)green_scope_close(&s, green_sleep_forever()));
}

MOCK_TEST(the_first_failures_text_comes_out)
{
	char why[300];
	struct green_group g;
	struct green_error e;

	memset(why, 'y', sizeof(why));
	why[sizeof(why) - 1] = '\0';
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, time_out, why), 0);
	CHECK_ERRNO(green_group_close(&g, 0), ETIMEDOUT);
	CHECK_STR(green_errmsg(), why);
	CHECK_INT(green_group_error(&g, 0, &e), 0);
	CHECK_STR(e.task, "time_out");
	CHECK_INT(strlen(e.text), sizeof(e.text) - 1);
	CHECK_INT(strncmp(e.text, why, sizeof(e.text) - 1), 0);
}

static int
wait_and_read(void *text)
{
	CHECK_ERRNO(green_sleep_forever(), ECANCELED);
	snprintf(text, 256, "%s", green_errmsg());
	errno = ECANCELED;
	return (-1);
}

MOCK_TEST(siblings_are_told_who_failed)
{
	char text[256] = "";
	int code = EIO;
	struct green_group g;

	green_group_open(&g);
	CHECK_INT(green_spawn(&g, wait_and_read, text), 0);
	CHECK_INT(green_spawn(&g, fail_with, &code), 0);
	CHECK_ERRNO(green_group_close(&g, 0), EIO);
	CHECK_HAS(text, "\"fail_with\"");
	CHECK_HAS(text, strerror(EIO));
}

MOCK_TEST(the_failures_of_the_last_64_groups_keep_their_names)
{
	struct green_group g[66];
	struct green_error e;
	int code = EIO, i;

	for (i = 0; i < 66; i++) {
		green_group_open(&g[i]);
		CHECK_INT(green_spawn(&g[i], fail_with, &code), 0);
		CHECK_ERRNO(green_group_close(&g[i], 0), EIO);
	}
	for (i = 0; i < 66; i++) {
		memset(&e, 'x', sizeof(e));
		CHECK_INT(green_group_failures(&g[i]), 1);
		CHECK_INT(green_group_error(&g[i], 0, &e), 0);
		CHECK_INT(e.code, EIO);
		CHECK_STR(e.task, i < 2 ? "" : "fail_with");
	}
}

CU_TestInfo failure_tests[] = {
	CLAIM(a_failing_task_cancels_its_siblings_and_the_host),
	CLAIM(a_failing_body_cancels_the_tasks),
	CLAIM(a_body_fails_in_an_empty_group_too),
	CLAIM(the_first_failure_comes_out_and_the_others_are_listed),
	CLAIM(a_group_without_failures_has_none_to_tell),
	CLAIM(a_task_that_fails_while_it_is_cancelled_counts),
	CLAIM(ecanceled_of_a_task_that_was_not_cancelled_is_a_failure),
	CLAIM(ecanceled_of_a_body_that_was_not_cancelled_is_a_failure),
	CLAIM(a_task_that_cancels_its_own_scope_is_no_failure),
	CLAIM(a_failure_wins_over_a_cancellation_from_around),
	CLAIM(the_first_failures_text_comes_out),
	CLAIM(siblings_are_told_who_failed),
	CLAIM(the_failures_of_the_last_64_groups_keep_their_names),
	CU_TEST_INFO_NULL
};
