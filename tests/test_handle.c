/*
 * Handles: what others learn of a task, and do to it; and daemons.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <sched.h>
#include <stdatomic.h>

#include <green/thread.h>

#include "check.h"
#include "tasks.h"

static int
return_seven(void *arg)
{
	(void)arg;
	return (green_checkpoint() == -1 ? -1 : 7);
}

MOCK_TEST(a_handle_tells_of_a_result)
{
	struct green_group g;
	struct green_task *t;

	green_group_open(&g);
	t = green_spawn_task(&g, return_seven, NULL);
	CHECK(t != NULL);
	CHECK_INT(green_task_status(t), GREEN_TASK_PENDING);
	CHECK_ERRNO(green_task_result(t), EINPROGRESS);
	CHECK_INT(green_task_wait(t), 0);
	CHECK_INT(green_task_status(t), GREEN_TASK_FINISHED);
	CHECK_INT(green_task_result(t), 7);
	CHECK_STR(green_name(t), "return_seven");
	CHECK_INT(green_group_close(&g, 0), 0);
}

/* A task fails, and its handle says so. */
static void
fail_and_tell(int code)
{
	struct green_group g;
	struct green_scope shield;
	struct green_task *t;

	green_group_open(&g);
	t = green_spawn_task(&g, fail_with, &code);
	green_scope_open(&shield);
	green_scope_set_shield(&shield, true);
	CHECK_INT(green_task_wait(t), 0);
	CHECK_INT(green_scope_close(&shield, 0), 0);
	CHECK_INT(green_task_status(t), GREEN_TASK_FAILED);
	CHECK_ERRNO(green_task_result(t), code);
	CHECK_ERRNO(green_group_close(&g, 0), code);
	CHECK_INT(green_group_failures(&g), 1);
}

MOCK_TEST(a_handle_tells_of_a_failure_and_waiting_for_it_does_not_fail)
{
	fail_and_tell(EDOM);
}

/* Its failure cancels the group, itself included. */
MOCK_TEST(who_fails_with_ecanceled_of_its_own_was_not_cancelled)
{
	fail_and_tell(ECANCELED);
}

MOCK_TEST(cancelling_one_task_leaves_the_others_alone)
{
	int64_t began = green_now(), second = GREEN_SEC;
	struct green_group g;
	struct green_task *t;

	green_group_open(&g);
	t = green_spawn_task(&g, sleep_forever, NULL);
	CHECK_INT(green_spawn(&g, sleep_for, &second), 0);
	green_cancel_shielded_checkpoint();
	green_task_cancel(t, "enough");
	CHECK_INT(green_task_status(t), GREEN_TASK_CANCELLING);
	CHECK_INT(green_task_wait(t), 0);
	CHECK_INT(green_task_status(t), GREEN_TASK_CANCELLED);
	CHECK_ERRNO(green_task_result(t), ECANCELED);
	CHECK(!green_scope_cancel_called(&g.scope));
	CHECK_INT(green_group_close(&g, 4), 4);
	CHECK_INT(green_now() - began, GREEN_SEC);
}

static int
tell_the_reason(void *arg)
{
	CHECK_ERRNO(green_sleep_forever(), ECANCELED);
	CHECK_HAS(green_errmsg(), arg);
	CHECK_HAS(green_errmsg(), "(cancelled by task ");
	errno = ECANCELED;
	return (-1);
}

MOCK_TEST(the_reason_of_a_cancelled_task_reaches_it)
{
	char reason[] = "no longer wanted";
	struct green_group g;
	struct green_task *t;

	green_group_open(&g);
	t = green_spawn_task(&g, tell_the_reason, reason);
	green_task_cancel(t, reason);
	CHECK_INT(green_group_close(&g, 0), 0);
}

static int
ignore_cancellation(void *arg)
{
	(void)arg;
	(void)!green_sleep_forever();
	return (5);
}

MOCK_TEST(a_cancelled_task_that_returns_a_result_is_finished)
{
	struct green_group g;
	struct green_task *t;

	green_group_open(&g);
	t = green_spawn_task(&g, ignore_cancellation, NULL);
	green_cancel_shielded_checkpoint();
	green_task_cancel(t, NULL);
	CHECK_INT(green_task_wait(t), 0);
	CHECK_INT(green_task_status(t), GREEN_TASK_FINISHED);
	CHECK_INT(green_task_result(t), 5);
	CHECK_INT(green_group_close(&g, 0), 0);
}

MOCK_TEST(a_task_cancelled_through_its_group_is_pending_then_cancelled)
{
	struct green_group g;
	struct green_scope shield;
	struct green_task *t;

	green_group_open(&g);
	t = green_spawn_task(&g, sleep_forever, NULL);
	green_cancel_shielded_checkpoint();
	green_group_cancel(&g, NULL);
	CHECK_INT(green_task_status(t), GREEN_TASK_PENDING);
	GREEN_SHIELD(&shield, GREEN_FOREVER)
		CHECK_INT(green_task_wait(t), 0);
	CHECK_INT(green_task_status(t), GREEN_TASK_CANCELLED);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK(green_scope_caught(&g.scope));
}

MOCK_TEST(a_task_cancelled_before_it_ran_runs_all_the_same)
{
	struct green_group g;
	struct green_task *t;

	green_group_open(&g);
	t = green_spawn_task(&g, ignore_cancellation, NULL);
	green_task_cancel(t, NULL);
	CHECK_INT(green_task_wait(t), 0);
	CHECK_INT(green_task_result(t), 5);
	CHECK_INT(green_group_close(&g, 0), 0);
}

MOCK_TEST(cancelling_an_ended_task_does_nothing)
{
	struct green_group g;
	struct green_task *t;

	green_group_open(&g);
	t = green_spawn_task(&g, return_seven, NULL);
	CHECK_INT(green_task_wait(t), 0);
	errno = EDOM;
	green_task_cancel(t, "late");
	CHECK_INT(errno, EDOM);
	CHECK_INT(green_task_status(t), GREEN_TASK_FINISHED);
	CHECK_INT(green_group_close(&g, 0), 0);
}

static int
join(void *arg)
{
	return (green_task_wait(arg));
}

MOCK_TEST(many_may_wait_for_one_task)
{
	struct green_group g, joiners;
	struct green_task *t;
	int64_t second = GREEN_SEC;
	int i;

	green_group_open(&g);
	t = green_spawn_task(&g, sleep_for, &second);
	green_group_open(&joiners);
	for (i = 0; i < 100; i++)
		CHECK_INT(green_spawn(&joiners, join, t), 0);
	CHECK_INT(green_group_close(&joiners, 0), 0);
	CHECK_INT(green_task_status(t), GREEN_TASK_FINISHED);
	CHECK_INT(green_group_close(&g, 0), 0);
}

MOCK_TEST(a_cancelled_wait_leaves_the_task_alone)
{
	int64_t second = GREEN_SEC;
	struct green_group g;
	struct green_scope s;
	struct green_task *t;

	green_group_open(&g);
	t = green_spawn_task(&g, sleep_for, &second);
	green_move_on_after(&s, GREEN_MSEC);
	CHECK_INT(green_scope_close(&s, green_task_wait(t)), 0);
	CHECK(green_scope_caught(&s));
	CHECK_INT(green_task_status(t), GREEN_TASK_PENDING);
	CHECK_INT(green_group_close(&g, 0), 0);
}

MOCK_TEST(a_task_that_waits_for_itself_gets_EDEADLK)
{
	CHECK_ERRNO(green_task_wait(green_self()), EDEADLK);
}

MOCK_TEST(a_handle_may_be_released_before_and_after_the_end)
{
	struct green_group g;
	struct green_task *t, *u;

	green_task_release(NULL);
	green_group_open(&g);
	t = green_spawn_task(&g, return_seven, NULL);
	u = green_spawn_task(&g, return_seven, NULL);
	green_task_release(t);
	CHECK_INT(green_task_wait(u), 0);
	errno = EDOM;
	green_task_release(u);
	CHECK_INT(errno, EDOM);
	CHECK_INT(green_group_close(&g, 0), 0);
}

struct finale {
	struct green_group g;
	struct green_token *token;
	struct green_task *task;
	struct green_event over;
	int	 ended;
};

static int
spawn_some(void *arg)
{
	struct finale *f = arg;
	int i;

	for (i = 0; i < 3; i++)
		CHECK_INT(green_spawn(&f->g, count_up, &f->ended), 0);
	CHECK_STR(green_name(green_self()), "spawn_some");
	CHECK_INT(green_checkpoint(), 0);
	f->ended++;
	green_event_set(&f->over);
	return (0);
}

static void
release_and_spawn(void *arg)
{
	struct finale *f = arg;

	CHECK_INT(green_task_result(f->task), 7);
	green_task_release(f->task);
	CHECK_INT(green_spawn(&f->g, spawn_some, f), 0);
}

static int
post_and_return_seven(void *arg)
{
	struct finale *f = arg;

	CHECK_INT(green_token_post(f->token, release_and_spawn, f), 0);
	return (7);
}

/* The loop's turn comes on the stack of the task that has ended. */
GREEN_TEST(a_handle_released_as_soon_as_its_task_has_ended_leaves_it_its_stack)
{
	struct finale f = { .token = green_token_get() };

	REQUIRE(CHECK(f.token != NULL));
	green_group_open(&f.g);
	f.task = green_spawn_task(&f.g, post_and_return_seven, &f);
	CHECK_INT(green_event_wait(&f.over), 0);
	CHECK_INT(green_group_close(&f.g, 0), 0);
	CHECK_INT(f.ended, 4);
	green_token_release(f.token);
}

struct failing {
	struct green_group g;
	struct green_event go;
	struct green_lock lock;		/* nobody's */
	struct green_task *task, *other;
	atomic_bool runs;
	bool	 released;
};

static int
run_until_cancelled(void *arg)
{
	atomic_store(&((struct failing *)arg)->runs, true);
	while (green_thread_check_cancelled() == 0)
		sched_yield();
	return (0);
}

static void
release_the_failed(void *arg)
{
	struct failing *f = arg;

	CHECK_INT(green_task_status(f->task), GREEN_TASK_FAILED);
	green_task_release(f->task);
	f->released = true;
}

static int
call_a_thread(void *arg)
{
	return (green_to_thread_interruptible(NULL, run_until_cancelled, arg,
	    release_the_failed));
}

static int
fail_when_told(void *arg)
{
	struct failing *f = arg;

	CHECK_INT(green_event_wait(&f->go), 0);
	return (green_lock_release(&f->lock));
}

/* Its failure cancels a call to a thread, whose interrupt() does that. */
GREEN_TEST(a_handle_may_be_released_while_its_tasks_failure_cancels_the_group)
{
	struct failing f = { .released = false };

	green_group_open(&f.g);
	CHECK_INT(green_spawn(&f.g, call_a_thread, &f), 0);
	f.other = green_spawn_task(&f.g, sleep_forever, NULL);
	f.task = green_spawn_task(&f.g, fail_when_told, &f);
	while (!atomic_load(&f.runs))
		CHECK_INT(green_sleep(GREEN_MSEC), 0);
	green_event_set(&f.go);
	CHECK_INT(green_task_wait(f.other), -1);
	CHECK_ERRNO(green_group_close(&f.g, 0), EPERM);
	CHECK_HAS(green_errmsg(), "nobody holds");
	CHECK(f.released);
}

MOCK_TEST(ten_thousand_handles_go_with_their_group)
{
	struct green_group g;
	size_t i, n = check_crowd(10000);
	int round;

	for (round = 0; round < 3; round++) {
		green_group_open(&g);
		for (i = 0; i < n; i++)
			CHECK(green_spawn_task(&g, return_seven, NULL) != NULL);
		CHECK_INT(green_group_close(&g, 0), 0);
	}
}

/*
 * Daemons.
 */

MOCK_TEST(daemons_are_cancelled_when_they_are_alone)
{
	int64_t began = green_now(), second = GREEN_SEC;
	struct green_group g;

	green_group_open(&g);
	CHECK_INT(green_spawn_daemon(&g, sleep_forever, NULL), 0);
	CHECK_INT(green_spawn_daemon(&g, sleep_forever, NULL), 0);
	CHECK_INT(green_spawn(&g, sleep_for, &second), 0);
	CHECK_INT(green_group_close(&g, 9), 9);
	CHECK(!green_scope_caught(&g.scope));
	CHECK(!green_scope_cancel_called(&g.scope));
	CHECK_INT(green_now() - began, GREEN_SEC);
}

MOCK_TEST(a_group_of_daemons_alone_closes_at_once)
{
	int64_t began = green_now();
	struct green_group g;

	green_group_open(&g);
	CHECK_INT(green_spawn_daemon(&g, sleep_forever, NULL), 0);
	CHECK_INT(green_group_close(&g, 9), 9);
	CHECK_INT(green_now() - began, 0);
}

MOCK_TEST(a_daemon_that_fails_fails_the_group)
{
	int64_t second = GREEN_SEC;
	struct green_group g;
	int code = EDOM;

	green_group_open(&g);
	CHECK_INT(green_spawn_daemon(&g, fail_with, &code), 0);
	CHECK_INT(green_spawn(&g, sleep_for, &second), 0);
	CHECK_ERRNO(green_group_close(&g, 0), EDOM);
}

static int
spawn_when_cancelled(void *arg)
{
	struct green_group *g = arg;
	static int64_t second = GREEN_SEC;

	CHECK_ERRNO(green_sleep_forever(), ECANCELED);
	CHECK_INT(green_spawn(g, sleep_for, &second), 0);
	errno = ECANCELED;
	return (-1);
}

MOCK_TEST(a_cancelled_daemon_may_still_spawn)
{
	int64_t began = green_now();
	struct green_group g;

	green_group_open(&g);
	CHECK_INT(green_spawn_daemon(&g, spawn_when_cancelled, &g), 0);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(green_now() - began, GREEN_SEC);
}

CU_TestInfo handle_tests[] = {
	CLAIM(a_handle_tells_of_a_result),
	CLAIM(a_handle_tells_of_a_failure_and_waiting_for_it_does_not_fail),
	CLAIM(who_fails_with_ecanceled_of_its_own_was_not_cancelled),
	CLAIM(cancelling_one_task_leaves_the_others_alone),
	CLAIM(the_reason_of_a_cancelled_task_reaches_it),
	CLAIM(a_cancelled_task_that_returns_a_result_is_finished),
	CLAIM(a_task_cancelled_through_its_group_is_pending_then_cancelled),
	CLAIM(a_task_cancelled_before_it_ran_runs_all_the_same),
	CLAIM(cancelling_an_ended_task_does_nothing),
	CLAIM(many_may_wait_for_one_task),
	CLAIM(a_cancelled_wait_leaves_the_task_alone),
	CLAIM(a_task_that_waits_for_itself_gets_EDEADLK),
	CLAIM(a_handle_may_be_released_before_and_after_the_end),
	CLAIM(a_handle_released_as_soon_as_its_task_has_ended_leaves_it_its_stack),
	CLAIM(a_handle_may_be_released_while_its_tasks_failure_cancels_the_group),
	CLAIM(ten_thousand_handles_go_with_their_group),
	CLAIM(daemons_are_cancelled_when_they_are_alone),
	CLAIM(a_group_of_daemons_alone_closes_at_once),
	CLAIM(a_daemon_that_fails_fails_the_group),
	CLAIM(a_cancelled_daemon_may_still_spawn),
	CU_TEST_INFO_NULL
};
