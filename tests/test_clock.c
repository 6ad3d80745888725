/*
 * The clock between two readings, by a counter that may be all wrong.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <green.h>

#include "check.h"
#include "green/internal.h"

#define LATE	GREEN_USEC	/* far more than it should be */

static void
check_near(struct green__clock *c)
{
	int64_t before = green__clock();
	int64_t near = green__clock_near(c);
	int64_t after = green__clock();

	CHECK(near >= before - LATE && near <= after + LATE);
}

static void
run_for(struct green__clock *c, int64_t time)
{
	int64_t end = green__clock() + time;

	do
		check_near(c);
	while (green__clock() < end);
}

PLAIN_TEST(it_stays_near_the_clock)
{
	struct green__clock c = { .steady = green__counter_steady() };

	run_for(&c, 30 * GREEN_MSEC);
	/* And where there is such a counter, it is used. */
	CHECK(!c.steady || c.rate > 0);
}

PLAIN_TEST(without_a_counter_it_is_the_clock)
{
	struct green__clock c = { .steady = false };

	run_for(&c, GREEN_MSEC);
	CHECK_INT(c.read, 0);
	CHECK_INT(c.good_for, 0);
}

PLAIN_TEST(a_counter_that_leaps_is_not_believed)
{
	struct green__clock c = { .steady = green__counter_steady() };

	run_for(&c, 3 * GREEN_MSEC);
	/* Back, and forth. */
	c.count += UINT64_C(1) << 40;
	check_near(&c);
	c.count -= UINT64_C(1) << 40;
	check_near(&c);
}

PLAIN_TEST(a_counter_that_runs_wild_does_no_more_than_its_reach)
{
	struct green__clock c = { .steady = green__counter_steady() };
	int64_t far = 0, near;
	int i;

	/* A microsecond a count, and three thousand of them in one. */
	c.rate = (uint64_t)GREEN_USEC << GREEN__CLOCK_RATE;
	c.reach = (uint64_t)(GREEN__CLOCK_REACH / GREEN_USEC);
	for (i = 0; i < 10000; i++) {
		c.read = green__clock();
		c.count = green__counter();
		c.good_for = c.reach;
		near = green__clock_near(&c) - green__clock();
		if (near > far)
			far = near;
	}
	CHECK(far <= GREEN__CLOCK_REACH);
}

PLAIN_TEST(readings_that_take_long_end_its_use)
{
	struct green__clock c = { .steady = green__counter_steady() };
	int i;

	if (!c.steady)
		return;
	/* As if it counted no more than twenty times in a microsecond. */
	c.rate = UINT64_C(50) << GREEN__CLOCK_RATE;
	c.reach = GREEN__CLOCK_REACH / 50;
	for (i = 0; i < 1000; i++)
		check_near(&c);
	CHECK(!c.steady);
	CHECK_INT(c.good_for, 0);
}

static int
open_many(void *arg)
{
	struct green_scope s;
	int64_t before, after, deadline;
	int i;

	(void)arg;
	for (i = 0; i < 20000; i++) {
		before = green_now();
		green_move_on_after(&s, GREEN_SEC);
		deadline = green_scope_deadline(&s) - GREEN_SEC;
		CHECK_INT(green_scope_close(&s, 0), 0);
		after = green_now();
		CHECK(deadline >= before - LATE && deadline <= after + LATE);
	}
	return (0);
}

PLAIN_TEST(deadlines_count_from_now)
{
	CHECK_INT(green_run(open_many, NULL, NULL), 0);
}

CU_TestInfo clock_tests[] = {
	CLAIM(it_stays_near_the_clock),
	CLAIM(without_a_counter_it_is_the_clock),
	CLAIM(a_counter_that_leaps_is_not_believed),
	CLAIM(a_counter_that_runs_wild_does_no_more_than_its_reach),
	CLAIM(readings_that_take_long_end_its_use),
	CLAIM(deadlines_count_from_now),
	CU_TEST_INFO_NULL
};
