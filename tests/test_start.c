/*
 * Starting: a task that says when it is ready, and whoever waits for that.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <green/thread.h>

#include "check.h"
#include "tasks.h"

static int word;			/* whose address is handed over */

static int
start_after_a_second(void *arg)
{
	struct green_event *go_on = arg;

	if (green_sleep(GREEN_SEC) == -1)
		return (-1);
	CHECK_INT(green_started(&word), 0);
	return (go_on == NULL ? 0 : green_event_wait(go_on));
}

MOCK_TEST(start_waits_for_started_and_hands_its_value_over)
{
	int64_t began = green_now();
	struct green_event end = { { NULL } };
	struct green_group g;
	void *value = NULL;

	green_group_open(&g);
	CHECK_INT(green_start(&g, start_after_a_second, &end, &value), 0);
	CHECK(value == &word);
	CHECK_INT(green_now() - began, GREEN_SEC);
	green_event_set(&end);
	CHECK_INT(green_group_close(&g, 0), 0);
}

MOCK_TEST(start_may_drop_the_value)
{
	struct green_group g;

	green_group_open(&g);
	CHECK_INT(green_start(&g, start_after_a_second, NULL, NULL), 0);
	CHECK_INT(green_group_close(&g, 0), 0);
}

static int
start_at_once(void *arg)
{
	CHECK_INT(green_started(arg), 0);
	return (0);
}

MOCK_TEST(started_may_come_before_the_first_checkpoint)
{
	struct green_group g;
	void *value = NULL;

	green_group_open(&g);
	CHECK_INT(green_start(&g, start_at_once, &word, &value), 0);
	CHECK(value == &word);
	CHECK_INT(green_group_close(&g, 0), 0);
}

MOCK_TEST(a_failure_before_started_is_the_result_and_harms_no_sibling)
{
	struct green_group g;
	int code = EDOM;

	green_group_open(&g);
	CHECK_ERRNO(green_start(&g, fail_with, &code, NULL), EDOM);
	CHECK(!green_scope_cancel_called(&g.scope));
	CHECK_INT(green_group_failures(&g), 0);
	CHECK_INT(green_group_close(&g, 3), 3);
}

static int
fail_to_connect(void *arg)
{
	struct green_group *none = arg;

	/* A failure with a text: an unknown reactor's. */
	return (green_run(do_nothing, none,
	    &(struct green_options){ .backend = "abacus" }));
}

MOCK_TEST(a_failure_before_started_brings_its_text)
{
	struct green_group g;
	int rc;

	green_group_open(&g);
	rc = green_start(&g, fail_to_connect, NULL, NULL);
	CHECK_INT(rc, -1);
	CHECK_INT(errno, EBUSY);
	CHECK_HAS(green_errmsg(), "already");
	CHECK_INT(green_group_close(&g, 0), 0);
}

MOCK_TEST(a_failure_after_started_is_the_groups)
{
	struct green_event never = { { NULL } };
	struct green_group g;

	green_group_open(&g);
	CHECK_INT(green_start(&g, start_after_a_second, &never, NULL), 0);
	green_group_cancel(&g, NULL);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK(green_scope_caught(&g.scope));
}

MOCK_TEST(a_return_without_started_is_EPROTO)
{
	struct green_group g;

	green_group_open(&g);
	CHECK_ERRNO(green_start(&g, do_nothing, NULL, NULL), EPROTO);
	CHECK_INT(green_group_close(&g, 0), 0);
}

static int
start_twice(void *arg)
{
	(void)arg;
	CHECK_INT(green_started(NULL), 0);
	CHECK_ERRNO(green_started(NULL), EALREADY);
	return (0);
}

MOCK_TEST(a_second_started_is_EALREADY)
{
	struct green_group g;

	green_group_open(&g);
	CHECK_INT(green_start(&g, start_twice, NULL, NULL), 0);
	CHECK_INT(green_group_close(&g, 0), 0);
}

static int
start_for_nobody(void *arg)
{
	(void)arg;
	CHECK_INT(green_started(&word), 0);
	CHECK_INT(green_started(NULL), 0);
	return (0);
}

MOCK_TEST(started_in_a_task_that_nobody_waits_for_does_nothing)
{
	struct green_group g;

	green_group_open(&g);
	CHECK_INT(green_spawn(&g, start_for_nobody, NULL), 0);
	CHECK_INT(green_group_close(&g, 0), 0);
}

PLAIN_TEST(started_outside_of_a_loop_is_EPERM)
{
	CHECK_ERRNO(green_started(NULL), EPERM);
}

MOCK_TEST(start_in_a_closed_group_is_EINVAL)
{
	struct green_group g;

	green_group_open(&g);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_ERRNO(green_start(&g, do_nothing, NULL, NULL), EINVAL);
}

struct cancelled_start {
	struct green_group *g;
	struct green_scope scope;
	int	 ran;
	bool	 cleaned_up;
};

static int
never_start(void *arg)
{
	struct cancelled_start *c = arg;
	struct green_scope shield;

	c->ran++;
	if (green_sleep_forever() == -1) {
		GREEN_SHIELD(&shield, GREEN_SEC)
			CHECK_INT(green_sleep(GREEN_MSEC), 0);
		c->cleaned_up = true;
		errno = ECANCELED;
	}
	return (-1);
}

MOCK_TEST(a_cancelled_caller_cancels_the_task_and_waits_for_it)
{
	struct green_group g;
	struct cancelled_start c = { .g = &g };

	green_group_open(&g);
	green_move_on_after(&c.scope, GREEN_SEC);
	CHECK_INT(green_scope_close(&c.scope,
	    green_start(&g, never_start, &c, NULL)), 0);
	CHECK(green_scope_caught(&c.scope));
	CHECK_INT(c.ran, 1);
	CHECK(c.cleaned_up);
	CHECK(!green_scope_cancel_called(&g.scope));
	CHECK_INT(green_group_close(&g, 0), 0);
}

MOCK_TEST(a_task_started_by_a_cancelled_caller_runs_to_its_first_checkpoint)
{
	struct green_group g;
	struct cancelled_start c = { .g = &g };

	green_group_open(&g);
	green_scope_open(&c.scope);
	green_scope_cancel(&c.scope, NULL);
	CHECK_INT(green_scope_close(&c.scope,
	    green_start(&g, never_start, &c, NULL)), 0);
	CHECK_INT(c.ran, 1);
	CHECK(c.cleaned_up);
	CHECK_INT(green_group_close(&g, 0), 0);
}

static int
start_too_late(void *arg)
{
	struct cancelled_start *c = arg;

	CHECK_ERRNO(green_sleep_forever(), ECANCELED);
	CHECK_INT(green_started(&word), 0);
	c->ran++;
	return (0);
}

MOCK_TEST(started_after_the_caller_was_cancelled_comes_too_late)
{
	struct green_group g;
	struct cancelled_start c = { .g = &g };
	void *value = NULL;

	green_group_open(&g);
	green_move_on_after(&c.scope, GREEN_SEC);
	CHECK_INT(green_scope_close(&c.scope,
	    green_start(&g, start_too_late, &c, &value)), 0);
	CHECK(green_scope_caught(&c.scope));
	CHECK(value == NULL);
	CHECK_INT(c.ran, 1);
	CHECK_INT(green_group_close(&g, 0), 0);
}

static int
cancel_the_caller_then_start(void *arg)
{
	struct cancelled_start *c = arg;

	CHECK_INT(green_started(&word), 0);
	green_scope_cancel(&c->scope, NULL);
	return (0);
}

MOCK_TEST(a_start_that_came_before_the_cancellation_is_not_lost)
{
	struct green_group g;
	struct cancelled_start c = { .g = &g };
	void *value = NULL;

	green_group_open(&g);
	green_scope_open(&c.scope);
	CHECK_INT(green_start(&g, cancel_the_caller_then_start, &c, &value), 0);
	CHECK(value == &word);
	CHECK_ERRNO(green_checkpoint_if_cancelled(), ECANCELED);
	errno = ECANCELED;
	CHECK_INT(green_scope_close(&c.scope, -1), 0);
	CHECK_INT(green_group_close(&g, 0), 0);
}

struct family {
	struct green_group *g;
	uint64_t host, caller, before, after;
};

static int
look_at_parents(void *arg)
{
	struct family *f = arg;

	f->before = green_task_parent_id(green_self());
	CHECK_INT(green_started(NULL), 0);
	f->after = green_task_parent_id(green_self());
	return (0);
}

static int
start_one(void *arg)
{
	struct family *f = arg;

	f->caller = green_task_id(green_self());
	return (green_start(f->g, look_at_parents, f, NULL));
}

MOCK_TEST(the_parent_is_the_caller_and_then_the_groups_host)
{
	struct green_group g;
	struct family f = { .g = &g, .host = green_task_id(green_self()) };

	green_group_open(&g);
	CHECK_INT(green_spawn(&g, start_one, &f), 0);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK(f.caller != f.host);
	CHECK_INT(f.before, f.caller);
	CHECK_INT(f.after, f.host);
}

MOCK_TEST(start_task_gives_a_handle)
{
	struct green_event end = { { NULL } };
	struct green_group g;
	struct green_task *t;
	void *value = NULL;

	green_group_open(&g);
	t = green_start_task(&g, start_after_a_second, &end, &value);
	CHECK(t != NULL && value == &word);
	CHECK_INT(green_task_status(t), GREEN_TASK_PENDING);
	CHECK_STR(green_name(t), "start_after_a_second");
	green_event_set(&end);
	CHECK_INT(green_task_wait(t), 0);
	CHECK_INT(green_task_status(t), GREEN_TASK_FINISHED);
	green_task_release(t);
	CHECK_INT(green_group_close(&g, 0), 0);
}

MOCK_TEST(start_task_that_fails_gives_none)
{
	struct green_group g;
	int code = EIO;

	green_group_open(&g);
	CHECK_NULL(green_start_task(&g, fail_with, &code, NULL), EIO);
	CHECK_INT(green_group_close(&g, 0), 0);
}

static void
start_in_no_task(void *group)
{
	CHECK_ERRNO(green_start(group, start_at_once, NULL, NULL), EDEADLK);
	CHECK_NULL(green_start_task(group, start_at_once, NULL, NULL), EDEADLK);
}

GREEN_TEST(what_the_loop_calls_itself_cannot_wait_for_a_start)
{
	struct green_token *t = green_token_get();
	struct green_group g;

	REQUIRE(CHECK(t != NULL));
	green_group_open(&g);
	CHECK_INT(green_token_post(t, start_in_no_task, &g), 0);
	CHECK_INT(green_sleep(1), 0);
	CHECK_INT(green_group_close(&g, 0), 0);
	green_token_release(t);
}

CU_TestInfo start_tests[] = {
	CLAIM(start_waits_for_started_and_hands_its_value_over),
	CLAIM(start_may_drop_the_value),
	CLAIM(started_may_come_before_the_first_checkpoint),
	CLAIM(a_failure_before_started_is_the_result_and_harms_no_sibling),
	CLAIM(a_failure_before_started_brings_its_text),
	CLAIM(a_failure_after_started_is_the_groups),
	CLAIM(a_return_without_started_is_EPROTO),
	CLAIM(a_second_started_is_EALREADY),
	CLAIM(started_in_a_task_that_nobody_waits_for_does_nothing),
	CLAIM(started_outside_of_a_loop_is_EPERM),
	CLAIM(start_in_a_closed_group_is_EINVAL),
	CLAIM(a_cancelled_caller_cancels_the_task_and_waits_for_it),
	CLAIM(a_task_started_by_a_cancelled_caller_runs_to_its_first_checkpoint),
	CLAIM(started_after_the_caller_was_cancelled_comes_too_late),
	CLAIM(a_start_that_came_before_the_cancellation_is_not_lost),
	CLAIM(the_parent_is_the_caller_and_then_the_groups_host),
	CLAIM(start_task_gives_a_handle),
	CLAIM(start_task_that_fails_gives_none),
	CLAIM(what_the_loop_calls_itself_cannot_wait_for_a_start),
	CU_TEST_INFO_NULL
};
