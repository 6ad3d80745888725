/*
 * The clock between two readings, by a counter that may be all wrong, in a thread
 * that is held up at any moment.
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

/*
 * A clock and a counter that the test keeps: three counts a nanosecond, and
 * twenty nanoseconds to read the clock.
 */
struct made {
	struct green__clock clock;
	int64_t	 time;
	uint64_t count;
};

#define MADE	{ .clock = { .steady = true }, .time = GREEN_SEC, .count = 77 }

static void
pass(struct made *m, int64_t time)
{
	m->time += time;
	m->count += 3 * (uint64_t)time;
}

/* Read, with the thread held up before the count, and after it. */
static void
read_held(struct made *m, int64_t before, int64_t after)
{
	int64_t began = m->time;
	uint64_t count;

	pass(m, 20 + before);
	count = m->count;
	pass(m, 20 + after);
	green__clock_learn(&m->clock, began, count, m->time);
}

static void
read_for(struct made *m, int64_t time)
{
	int64_t end = m->time + time;

	while (m->time < end) {
		read_held(m, 0, 0);
		pass(m, 10 * GREEN_USEC);
	}
}

/* No good, or for GREEN__CLOCK_REACH, give or take a percent. */
static void
check_good(const struct made *m, bool good)
{
	const uint64_t reach = 3 * (uint64_t)GREEN__CLOCK_REACH;

	if (!good) {
		CHECK_INT(m->clock.good_for, 0);
		return;
	}
	CHECK(m->clock.good_for > reach - reach / 100 &&
	    m->clock.good_for < reach + reach / 100);
}

PLAIN_TEST(a_rate_is_believed_once_found_twice)
{
	struct made m = MADE;

	read_for(&m, GREEN_MSEC);
	check_good(&m, false);
	read_for(&m, 2 * GREEN_MSEC);
	check_good(&m, true);
	CHECK_INT(m.clock.rate, (UINT64_C(1) << GREEN__CLOCK_RATE) / 3);
}

PLAIN_TEST(a_reading_that_was_held_up_is_of_no_use)
{
	struct made m = MADE;

	read_for(&m, 3 * GREEN_MSEC);
	read_held(&m, 100, 0);
	check_good(&m, false);
	read_held(&m, 0, 0);
	check_good(&m, true);
	read_held(&m, 0, 100);
	check_good(&m, false);
	CHECK(m.clock.steady);
}

/* Before any rate was known there was no telling, and it gave a wrong one. */
PLAIN_TEST(nor_is_the_first_reading)
{
	struct made m = MADE;

	read_held(&m, 0, 4 * GREEN_MSEC);
	CHECK_INT(m.clock.since, 0);
	read_for(&m, 3 * GREEN_MSEC);
	check_good(&m, true);
}

PLAIN_TEST(a_counter_that_leaps_is_not_believed)
{
	struct made m = MADE;

	/* Forth, and back. */
	read_for(&m, 3 * GREEN_MSEC);
	m.count += UINT64_C(1) << 40;
	read_for(&m, GREEN_MSEC);
	check_good(&m, false);
	read_for(&m, 2 * GREEN_MSEC);
	check_good(&m, true);
	m.count -= UINT64_C(1) << 40;
	read_for(&m, GREEN_MSEC);
	check_good(&m, false);
	read_for(&m, 2 * GREEN_MSEC);
	check_good(&m, true);
}

PLAIN_TEST(nor_is_a_rate_of_long_ago)
{
	struct made m = MADE;

	read_for(&m, 3 * GREEN_MSEC);
	pass(&m, 2 * GREEN_SEC);
	read_held(&m, 0, 0);
	check_good(&m, false);
	read_for(&m, 3 * GREEN_MSEC);
	check_good(&m, true);
}

PLAIN_TEST(a_counter_that_stands_still_has_no_rate)
{
	struct made m = MADE;
	int i;

	for (i = 0; i < 1000; i++) {
		read_held(&m, 0, 0);
		m.time += 10 * GREEN_USEC;
		m.count = 77;
	}
	check_good(&m, false);
}

PLAIN_TEST(a_counter_that_leaps_after_a_reading_is_not_followed)
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
	struct made m = MADE;
	int i;

	for (i = 0; i < 1000; i++)
		read_held(&m, 100, 100);
	check_good(&m, false);
	CHECK(!m.clock.steady);
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
	CLAIM(a_rate_is_believed_once_found_twice),
	CLAIM(a_reading_that_was_held_up_is_of_no_use),
	CLAIM(nor_is_the_first_reading),
	CLAIM(a_counter_that_leaps_is_not_believed),
	CLAIM(nor_is_a_rate_of_long_ago),
	CLAIM(a_counter_that_stands_still_has_no_rate),
	CLAIM(a_counter_that_leaps_after_a_reading_is_not_followed),
	CLAIM(a_counter_that_runs_wild_does_no_more_than_its_reach),
	CLAIM(readings_that_take_long_end_its_use),
	CLAIM(deadlines_count_from_now),
	CU_TEST_INFO_NULL
};
