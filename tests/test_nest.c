/*
 * Groups within groups: a cancellation goes through all of them, and no further
 * than its own.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <time.h>

#include <green/debug.h>

#include "check.h"
#include "tasks.h"

/* A tree of tasks, each with a group for those below it; the leaves wait. */
struct branch {
	int	 depth;			/* of groups still to open */
	int	 width;
	int	*leaves;
	int	*cancelled;		/* tasks that ended with ECANCELED */
};

static int
grow(void *arg)
{
	struct branch b = *(struct branch *)arg;
	struct green_group g;
	int i, rc;

	if (b.depth-- == 0) {
		++*b.leaves;
		rc = green_sleep_forever();
	} else {
		green_group_open(&g);
		for (i = 0; i < b.width; i++)
			CHECK_INT(green_spawn_copy(&g, grow, &b, sizeof(b)), 0);
		rc = green_group_close(&g, 0);
		CHECK_INT(green_group_failures(&g), 0);
	}
	if (rc == -1 && errno == ECANCELED)
		++*b.cancelled;
	return (rc);
}

MOCK_TEST(a_cancellation_goes_through_nested_groups)
{
	int leaves = 0, cancelled = 0;
	struct branch b = { 3, 4, &leaves, &cancelled };
	struct green_group g;

	green_group_open(&g);
	CHECK_INT(green_spawn(&g, grow, &b), 0);
	CHECK_INT(green_sleep(1), 0);
	CHECK_INT(leaves, 64);
	green_group_cancel(&g, NULL);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(cancelled, 1 + 4 + 16 + 64);
	CHECK(green_scope_caught(&g.scope));
}

MOCK_TEST(groups_nested_10000_deep_are_cancelled)
{
	int leaves = 0, cancelled = 0, depth = 10000 / (int)check_slowness();
	struct branch b = { depth, 1, &leaves, &cancelled };
	struct green_scope s;
	int rc;

	green_scope_open(&s);
	green_scope_set_deadline(&s, green_now() + GREEN_SEC);
	rc = grow(&b);
	CHECK_INT(leaves, 1);
	CHECK_INT(cancelled, depth + 1);
	CHECK_INT(green_scope_close(&s, rc), 0);
	CHECK(green_scope_caught(&s));
}

MOCK_TEST(one_task_nests_groups_with_tasks_in_each)
{
	struct green_group g[100];
	int i, rc = 0;

	for (i = 0; i < 100; i++) {
		green_group_open(&g[i]);
		CHECK_INT(green_spawn(&g[i], sleep_forever, NULL), 0);
	}
	CHECK_INT(green_sleep(1), 0);
	green_group_cancel(&g[0], NULL);
	for (i = 99; i >= 0; i--) {
		rc = green_group_close(&g[i], rc);
		CHECK_INT(rc, i == 0 ? 0 : -1);
		CHECK_INT(green_scope_caught(&g[i].scope), i == 0);
	}
}

struct level {
	struct green_group *inner;
	int	 rc;
};

static int
host_of_inner(void *arg)
{
	struct level *l = arg;

	green_group_open(l->inner);
	CHECK_INT(green_spawn(l->inner, sleep_forever, NULL), 0);
	l->rc = green_group_close(l->inner, 2);
	return (green_checkpoint());
}

MOCK_TEST(a_nested_group_is_cancelled_alone)
{
	struct green_group outer, inner;
	struct level l = { &inner, -2 };

	green_group_open(&outer);
	CHECK_INT(green_spawn(&outer, host_of_inner, &l), 0);
	CHECK_INT(green_sleep(1), 0);
	green_group_cancel(&inner, NULL);
	CHECK_INT(green_group_close(&outer, 6), 6);
	CHECK_INT(l.rc, 0);
	CHECK(!green_scope_cancel_called(&outer.scope));
	CHECK_INT(green_group_failures(&outer), 0);
}

static int
host_behind_shield(void *arg)
{
	struct level *l = arg;
	struct green_scope shield;

	green_scope_open(&shield);
	green_scope_set_shield(&shield, true);
	green_group_open(l->inner);
	CHECK_INT(green_sleep(GREEN_SEC), 0);
	l->rc = green_group_close(l->inner, 2);
	return ((int)green_scope_close(&shield, 0));
}

static int
sleep_and_tell(void *arg)
{
	struct level *l = arg;
	int64_t second = GREEN_SEC / 2;

	CHECK_INT(sleep_for(&second), 0);
	l->rc = 0;
	return (0);
}

MOCK_TEST(a_shield_protects_the_groups_inside_it)
{
	struct green_group outer, inner;
	struct level host = { &inner, -2 }, task = { &inner, -2 };

	green_group_open(&outer);
	CHECK_INT(green_spawn(&outer, host_behind_shield, &host), 0);
	CHECK_INT(green_sleep(1), 0);
	CHECK_INT(green_spawn(&inner, sleep_and_tell, &task), 0);
	green_group_cancel(&outer, NULL);
	CHECK_INT(green_group_close(&outer, 0), 0);
	CHECK_INT(task.rc, 0);
	CHECK_INT(host.rc, 2);
}

static int
fail_at_depth(void *arg)
{
	int depth = *(int *)arg, rc;
	struct green_group g;

	if (depth-- == 0) {
		errno = EIO;
		return (-1);
	}
	green_group_open(&g);
	CHECK_INT(green_spawn_copy(&g, fail_at_depth, &depth, sizeof(depth)),
	    0);
	rc = green_group_close(&g, green_sleep_forever());
	CHECK_INT(green_group_failures(&g), 1);
	return (rc);
}

MOCK_TEST(a_failure_climbs_through_nested_groups)
{
	int depth = 100;

	CHECK_ERRNO(fail_at_depth(&depth), EIO);
}

MOCK_TEST(a_failure_in_an_outer_group_ends_an_inner_one)
{
	struct green_group outer, inner;
	int code = EIO, rc;

	green_group_open(&outer);
	CHECK_INT(green_spawn(&outer, fail_with, &code), 0);
	green_group_open(&inner);
	CHECK_INT(green_spawn(&inner, sleep_forever, NULL), 0);
	rc = green_group_close(&inner, 0);
	CHECK_ERRNO(rc, ECANCELED);
	CHECK_INT(green_group_failures(&inner), 0);
	CHECK_ERRNO(green_group_close(&outer, rc), EIO);
	CHECK_INT(green_group_failures(&outer), 1);
}

static int
spawn_into(void *arg)
{
	struct level *l = arg;

	/* The group's host waits in its close by now. */
	REQUIRE_TASK(CHECK_INT(green_sleep(1), 0));
	CHECK_INT(green_spawn(l->inner, count_up, &l->rc), 0);
	return (0);
}

MOCK_TEST(a_task_of_an_inner_group_spawns_into_an_outer_one)
{
	struct green_group outer, inner;
	struct level l = { &outer, 0 };

	green_group_open(&outer);
	green_group_open(&inner);
	CHECK_INT(green_spawn(&inner, spawn_into, &l), 0);
	CHECK_INT(green_group_close(&inner, 0), 0);
	CHECK_INT(green_group_close(&outer, 0), 0);
	CHECK_INT(l.rc, 1);
}

/*
 * What it costs: no more than there is to cancel, and nothing while those who
 * are cancelled clean up.
 */

static int64_t
cpu_time(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return ((int64_t)ts.tv_sec * GREEN_SEC + ts.tv_nsec);
}

/* CPU time to cancel n tasks in groups nested ten deep. */
static int64_t
cancel_many(int n)
{
	int leaves = 0, cancelled = 0;
	struct branch leaf = { 0, 0, &leaves, &cancelled };
	struct green_group g[10];
	int64_t began;
	int i, k, rc = 0;

	for (i = 0; i < 10; i++) {
		green_group_open(&g[i]);
		for (k = 0; k < n / 10; k++)
			CHECK_INT(green_spawn(&g[i], grow, &leaf), 0);
	}
	while (leaves < n / 10 * 10)
		CHECK_INT(green_checkpoint(), 0);
	began = cpu_time();
	green_group_cancel(&g[0], NULL);
	for (i = 9; i >= 0; i--)
		rc = green_group_close(&g[i], rc);
	began = cpu_time() - began;
	CHECK_INT(rc, 0);
	CHECK_INT(cancelled, leaves);
	return (began);
}

MOCK_TEST(to_cancel_many_costs_as_many_times_as_much)
{
	int few = 500, many = (int)check_crowd(16000), i;
	int64_t time_of_few = INT64_MAX, time_of_many = INT64_MAX, took;

	/* 32 times as many; what grows with their square takes 1000 times as
	   long, caches are worth a factor of 5.  Others may be in the way of
	   some rounds, and never of all. */
	for (i = 0; i < 100; i++) {
		if ((took = cancel_many(few)) < time_of_few)
			time_of_few = took;
		if ((took = cancel_many(many)) < time_of_many)
			time_of_many = took;
		if (time_of_many < time_of_few * (many / few) * 12)
			break;
	}
	CHECK(time_of_many < time_of_few * (many / few) * 12);
}

/* What the loop has done: a busy one does a thousand times as much. */
static uint64_t
turns(void)
{
	struct green_stats st;

	green_stats(&st);
	return (st.switches + st.polls);
}

GREEN_TEST(cancelled_tasks_that_clean_up_keep_nobody_busy)
{
	int64_t length = 100 * GREEN_MSEC;
	struct green_group outer, g;
	uint64_t before;
	int i;

	green_group_open(&outer);
	green_group_open(&g);
	for (i = 0; i < 10; i++)
		CHECK_INT(green_spawn(&g, sleep_shielded, &length), 0);
	CHECK_INT(green_checkpoint(), 0);
	before = turns();
	green_group_cancel(&outer, NULL);
	CHECK_ERRNO(green_group_close(&g, 0), ECANCELED);
	CHECK(turns() - before < 100);
	errno = ECANCELED;
	CHECK_INT(green_group_close(&outer, -1), 0);
}

CU_TestInfo nest_tests[] = {
	CLAIM(a_cancellation_goes_through_nested_groups),
	CLAIM(groups_nested_10000_deep_are_cancelled),
	CLAIM(one_task_nests_groups_with_tasks_in_each),
	CLAIM(a_nested_group_is_cancelled_alone),
	CLAIM(a_shield_protects_the_groups_inside_it),
	CLAIM(a_failure_climbs_through_nested_groups),
	CLAIM(a_failure_in_an_outer_group_ends_an_inner_one),
	CLAIM(a_task_of_an_inner_group_spawns_into_an_outer_one),
	CLAIM(to_cancel_many_costs_as_many_times_as_much),
	CLAIM(cancelled_tasks_that_clean_up_keep_nobody_busy),
	CU_TEST_INFO_NULL
};
