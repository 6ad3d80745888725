/*
 * Time: sleeping, the order in which deadlines fire, both clocks.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <time.h>
#include <unistd.h>

#include <green/net.h>

#include "check.h"
#include "tasks.h"

MOCK_TEST(the_mock_clock_jumps_exactly)
{
	int64_t began = green_now();

	CHECK_INT(green_sleep(3600 * GREEN_SEC), 0);
	CHECK_INT(green_now() - began, 3600 * GREEN_SEC);
	CHECK_INT(green_sleep_until(began + 7200 * GREEN_SEC + 1), 0);
	CHECK_INT(green_now() - began, 7200 * GREEN_SEC + 1);
	CHECK_INT(green_sleep(1), 0);
	CHECK_INT(green_now() - began, 7200 * GREEN_SEC + 2);
}

static int
look_at_clock(void *now)
{
	int i;

	for (i = 0; i < 100; i++)
		CHECK_INT(green_checkpoint(), 0);
	*(int64_t *)now = green_now();
	return (0);
}

MOCK_TEST(the_mock_clock_stands_still_while_a_task_runs)
{
	int64_t began = green_now(), seen = 0;
	struct green_group g;

	green_group_open(&g);
	CHECK_INT(green_spawn(&g, look_at_clock, &seen), 0);
	CHECK_INT(green_sleep(GREEN_SEC), 0);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(seen, began);
	CHECK_INT(green_now() - began, GREEN_SEC);
}

static int64_t
real_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (ts.tv_sec * GREEN_SEC + ts.tv_nsec);
}

GREEN_TEST(the_real_clock_sleeps_at_least_as_long)
{
	int64_t began = green_now(), real = real_now();

	CHECK(began <= real);
	CHECK_INT(green_sleep(2 * GREEN_MSEC), 0);
	CHECK(green_now() - began >= 2 * GREEN_MSEC);
	CHECK(real_now() - real >= 2 * GREEN_MSEC);
	began = green_now();
	CHECK_INT(green_sleep_until(began + 1), 0);
	CHECK(green_now() > began);
}

static int
sleep_an_hour(void *unused)
{
	(void)unused;
	return (green_sleep(3600 * GREEN_SEC));
}

PLAIN_TEST(the_mock_clock_jumps_after_a_real_time_of_quiet)
{
	struct green_options opt = {
		.mock_clock = true, .mock_autojump = 3 * GREEN_MSEC
	};
	int64_t began = real_now();

	CHECK_INT(IN_LOOP(sleep_an_hour, NULL, &opt), 0);
	CHECK(real_now() - began >= 3 * GREEN_MSEC);
}

MOCK_TEST(the_mock_clock_does_not_jump_over_what_is_ready)
{
	int64_t began = green_now(), hour = 3600 * GREEN_SEC;
	struct green_group g;
	int fd[2];

	REQUIRE(CHECK_INT(pipe(fd), 0));
	CHECK_INT(write(fd[1], "x", 1), 1);
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, sleep_for, &hour), 0);
	CHECK_INT(green_wait_readable(fd[0]), 0);
	CHECK_INT(green_now() - began, 0);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(green_now() - began, hour);
	close(fd[0]);
	close(fd[1]);
}

MOCK_TEST(a_sleep_that_is_over_is_just_a_checkpoint)
{
	const int64_t no_time[] = { 0, -1, INT64_MIN };
	int64_t began = green_now();
	struct green_group g;
	size_t i;
	int n = 0;

	green_group_open(&g);
	for (i = 0; i < 3; i++) {
		CHECK_INT(green_spawn(&g, count_up, &n), 0);
		CHECK_INT(green_sleep(no_time[i]), 0);
		CHECK_INT(n, 2 * i + 1);
		CHECK_INT(green_spawn(&g, count_up, &n), 0);
		CHECK_INT(green_sleep_until(began - (int64_t)i), 0);
		CHECK_INT(n, 2 * i + 2);
	}
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(green_now(), began);
}

MOCK_TEST(forever_ends_only_by_cancellation)
{
	struct green_scope s;
	int64_t began = green_now();
	int i;

	for (i = 0; i < 4; i++) {
		green_move_on_after(&s, 1000 * GREEN_SEC);
		CHECK_ERRNO(i == 0 ? green_sleep_forever() :
		    i == 1 ? green_sleep(GREEN_FOREVER) :
		    i == 2 ? green_sleep_until(GREEN_FOREVER) :
		    green_sleep(GREEN_FOREVER - 1), ECANCELED);
		CHECK_INT(green_scope_close(&s, -1), 0);
	}
	CHECK_INT(green_now() - began, 4000 * GREEN_SEC);
}

/* Tasks note in which order they come back. */
struct sleeper {
	int64_t	 until;
	int	 number;
	int	*next;			/* the turn */
	int	 turn;
	bool	 in_scope;
};

static int
sleep_and_note(void *arg)
{
	struct sleeper *sl = arg;
	struct green_scope s;

	if (sl->in_scope) {
		green_move_on_at(&s, sl->until);
		CHECK_ERRNO(green_sleep_forever(), ECANCELED);
		CHECK_INT(green_scope_close(&s, -1), 0);
	} else
		CHECK_INT(green_sleep_until(sl->until), 0);
	CHECK_INT(green_now(), sl->until);
	sl->turn = (*sl->next)++;
	return (0);
}

MOCK_TEST(equal_deadlines_fire_in_the_order_they_were_set)
{
	static struct sleeper sl[3000];
	int i, next = 0;
	struct green_group g;

	green_group_open(&g);
	for (i = 0; i < 3000; i++) {
		sl[i] = (struct sleeper){ green_now() + GREEN_SEC, i, &next, 0,
		    i % 3 == 0 };
		CHECK_INT(green_spawn(&g, sleep_and_note, &sl[i]), 0);
	}
	CHECK_INT(green_group_close(&g, 0), 0);
	for (i = 0; i < 3000; i++)
		if (!CHECK_INT(sl[i].turn, i))
			break;
}

MOCK_TEST(deadlines_fire_in_their_order)
{
	static struct sleeper sl[3000];
	static int by_turn[3000];
	uint32_t x = 12345;
	int i, next = 0;
	struct green_group g;

	green_group_open(&g);
	for (i = 0; i < 3000; i++) {
		x = x * 1664525 + 1013904223;
		sl[i] = (struct sleeper){ green_now() + 1 + x / 65536 % 1000, i,
		    &next, 0, i % 2 == 0 };
		CHECK_INT(green_spawn(&g, sleep_and_note, &sl[i]), 0);
	}
	CHECK_INT(green_group_close(&g, 0), 0);
	for (i = 0; i < 3000; i++)
		by_turn[sl[i].turn] = i;
	for (i = 1; i < 3000; i++)
		if (!CHECK(sl[by_turn[i - 1]].until < sl[by_turn[i]].until ||
		    (sl[by_turn[i - 1]].until == sl[by_turn[i]].until &&
		    by_turn[i - 1] < by_turn[i])))
			break;
}

MOCK_TEST(a_deadline_set_before_a_sleep_of_its_length_comes_first)
{
	struct green_scope s;

	green_move_on_after(&s, GREEN_SEC);
	CHECK_ERRNO(green_sleep(GREEN_SEC), ECANCELED);
	CHECK_INT(green_scope_close(&s, -1), 0);
	CHECK(green_scope_caught(&s));
}

MOCK_TEST(many_sleeps_are_cancelled_at_once)
{
	int64_t began = green_now(), hour = 3600 * GREEN_SEC;
	struct green_group g;
	int i;

	green_group_open(&g);
	for (i = 0; i < 1000; i++)
		CHECK_INT(green_spawn(&g, sleep_for, &hour), 0);
	CHECK_INT(green_sleep(1), 0);
	green_group_cancel(&g, NULL);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(green_now() - began, 1);
	CHECK_INT(green_sleep(2 * hour), 0);
}

PLAIN_TEST(the_clock_goes_on_from_loop_to_loop)
{
	int64_t now[2] = { 0, 0 };
	int i;

	for (i = 0; i < 2; i++)
		CHECK_INT(IN_LOOP(look_at_clock, &now[i], NULL), 0);
	CHECK(now[0] > 0 && now[0] <= now[1]);
}

CU_TestInfo timer_tests[] = {
	CLAIM(the_mock_clock_jumps_exactly),
	CLAIM(the_mock_clock_stands_still_while_a_task_runs),
	CLAIM(the_real_clock_sleeps_at_least_as_long),
	CLAIM(the_mock_clock_jumps_after_a_real_time_of_quiet),
	CLAIM(the_mock_clock_does_not_jump_over_what_is_ready),
	CLAIM(a_sleep_that_is_over_is_just_a_checkpoint),
	CLAIM(forever_ends_only_by_cancellation),
	CLAIM(equal_deadlines_fire_in_the_order_they_were_set),
	CLAIM(deadlines_fire_in_their_order),
	CLAIM(a_deadline_set_before_a_sleep_of_its_length_comes_first),
	CLAIM(many_sleeps_are_cancelled_at_once),
	CLAIM(the_clock_goes_on_from_loop_to_loop),
	CU_TEST_INFO_NULL
};
