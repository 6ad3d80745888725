/*
 * Running a loop: what comes out of it, and what there is outside of one.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <pthread.h>
#include <string.h>

#include "check.h"
#include "harness.h"
#include "tasks.h"

static int
answer(void *arg)
{
	return (*(int *)arg + 1);
}

PLAIN_TEST(what_the_first_task_returns_comes_out)
{
	int n = 41, code = EPROTO;

	CHECK_INT(IN_LOOP(answer, &n, NULL), 42);
	CHECK_ERRNO(IN_LOOP(fail_with, &code, NULL), EPROTO);
	CHECK_STR(green_errmsg(), strerror(EPROTO));
	n = -3;
	CHECK_INT(IN_LOOP(answer, &n, NULL), -2);
}

PLAIN_TEST(no_options_are_the_defaults)
{
	int n = 1;

	CHECK_INT(green_run(answer, &n, NULL), 2);
}

GREEN_TEST(the_suite_runs_on_its_reactor_and_context)
{
	CHECK_STR(green_backend(), combo.reactor);
	CHECK_STR(green_context_backend(), combo.context);
}

GREEN_TEST(the_backends_descriptor_is_there_unless_it_has_none)
{
	if (strcmp(combo.reactor, "poll") == 0)
		CHECK_ERRNO(green_backend_fd(), ENOTSUP);
	else
		CHECK(green_backend_fd() > 2);
}

GREEN_TEST(a_loop_inside_a_loop_is_refused)
{
	int n = 1;

	CHECK_ERRNO(IN_LOOP(answer, &n, NULL), EBUSY);
	CHECK_HAS(green_errmsg(), "already");
	CHECK_ERRNO(green_run_parallel(2, answer, &n, NULL), EBUSY);
	CHECK_INT(green_checkpoint(), 0);
}

PLAIN_TEST(loops_run_one_after_the_other)
{
	int i, n;

	for (i = 0; i < 100; i++) {
		n = i;
		if (!CHECK_INT(IN_LOOP(answer, &n, NULL), i + 1))
			break;
	}
}

/* Outside. */

PLAIN_TEST(calls_outside_of_a_loop_are_refused)
{
	struct green_event e = { 0 };
	struct green_group g = { .reserved_ = { NULL } };

	CHECK_ERRNO(green_checkpoint(), EPERM);
	CHECK_ERRNO(green_checkpoint_if_cancelled(), EPERM);
	CHECK_ERRNO(green_sleep(1), EPERM);
	CHECK_ERRNO(green_sleep(0), EPERM);
	CHECK_ERRNO(green_sleep_until(1), EPERM);
	CHECK_ERRNO(green_sleep_forever(), EPERM);
	CHECK_ERRNO(green_event_wait(&e), EPERM);
	CHECK_ERRNO(green_spawn(&g, do_nothing, NULL), EPERM);
	CHECK_ERRNO(green_spawn_copy(&g, do_nothing, "", 1), EPERM);
	CHECK_ERRNO(green_backend_fd(), EPERM);
	CHECK_NULL(green_self(), EPERM);
	green_cancel_shielded_checkpoint();
}

PLAIN_TEST(getters_and_what_wakes_nobody_work_without_a_loop)
{
	struct green_event e = { 0 };
	struct green_limiter l;
	struct green_group g = { .reserved_ = { NULL } };

	CHECK(green_backend() == NULL);
	CHECK_STR(green_context_backend(), combo.context);
	CHECK(green_backends()[0] != NULL);
	CHECK_INT(green_run_index(), 0);
	CHECK_INT(green_effective_deadline(), GREEN_FOREVER);
	green_event_set(&e);
	CHECK(green_event_is_set(&e));
	green_limiter_init(&l, 3);
	CHECK_INT(green_limiter_available(&l), 3);
	CHECK_INT(green_group_failures(&g), 0);
	CHECK_STR(green_version(), PACKAGE_VERSION);
}

GREEN_TEST(what_was_set_without_a_loop_is_set_in_one)
{
	static struct green_event e;

	green_event_set(&e);
	CHECK_INT(green_event_wait(&e), 0);
}

/* Threads. */

struct in_thread {
	int	 n;
	int	 result;
	bool	 alone;			/* no loop was seen there before */
};

static int
sleep_and_answer(void *arg)
{
	struct in_thread *it = arg;
	int i;

	for (i = 0; i < 100; i++)
		if (green_sleep(GREEN_USEC) == -1)
			return (-1);
	return (it->n + 1);
}

static void *
run_in_thread(void *arg)
{
	struct in_thread *it = arg;

	errno = 0;
	it->alone = green_backend() == NULL && green_checkpoint() == -1 &&
	    errno == EPERM;
	it->result = IN_LOOP(sleep_and_answer, it, NULL);
	return (NULL);
}

GREEN_TEST(other_threads_run_loops_of_their_own)
{
	struct in_thread it[4] = { { 0 } };
	pthread_t thread[4];
	int i;

	for (i = 0; i < 4; i++) {
		it[i].n = i;
		REQUIRE(CHECK_INT(pthread_create(&thread[i], NULL,
		    run_in_thread, &it[i]), 0));
	}
	CHECK_INT(green_sleep(GREEN_USEC), 0);
	for (i = 0; i < 4; i++) {
		CHECK_INT(pthread_join(thread[i], NULL), 0);
		CHECK_INT(it[i].result, i + 1);
		CHECK(it[i].alone);
	}
}

CU_TestInfo run_tests[] = {
	CLAIM(what_the_first_task_returns_comes_out),
	CLAIM(no_options_are_the_defaults),
	CLAIM(the_suite_runs_on_its_reactor_and_context),
	CLAIM(the_backends_descriptor_is_there_unless_it_has_none),
	CLAIM(a_loop_inside_a_loop_is_refused),
	CLAIM(loops_run_one_after_the_other),
	CLAIM(calls_outside_of_a_loop_are_refused),
	CLAIM(getters_and_what_wakes_nobody_work_without_a_loop),
	CLAIM(what_was_set_without_a_loop_is_set_in_one),
	CLAIM(other_threads_run_loops_of_their_own),
	CU_TEST_INFO_NULL
};
