/*
 * Several loops at once, each in a thread of its own.  What they see they
 * store: CUnit belongs to the main thread.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "harness.h"
#include "tasks.h"

#define LOOPS	4

static int
run_loops(int n, green_fn *fn, void *arg, uint64_t seed)
{
	const struct green_options opt = {
		.backend = combo.reactor, .seed = seed
	};

	return (green_run_parallel(n, fn, arg, &opt));
}

struct seen {
	_Atomic(int) runs;
	pthread_t thread[LOOPS];
	char	 backend[LOOPS][16];
};

static int
note_thread(void *arg)
{
	struct seen *s = arg;
	int i = green_run_index();

	s->runs++;
	if (i < 0 || i >= LOOPS)
		return (-1);
	s->thread[i] = pthread_self();
	strcpy(s->backend[i], green_backend());
	return (i);
}

PLAIN_TEST(each_loop_has_an_index_and_a_thread)
{
	struct seen s = { .runs = 0 };
	int i, j;

	CHECK_INT(run_loops(LOOPS, note_thread, &s, 0), 0);
	CHECK_INT(s.runs, LOOPS);
	for (i = 0; i < LOOPS; i++) {
		CHECK_STR(s.backend[i], combo.reactor);
		for (j = 0; j < i; j++)
			CHECK(!pthread_equal(s.thread[i], s.thread[j]));
	}
}

GREEN_TEST(a_loop_alone_has_index_0)
{
	CHECK_INT(green_run_index(), 0);
}

PLAIN_TEST(a_parallel_run_of_no_loops_is_refused)
{
	CHECK_ERRNO(green_run_parallel(0, do_nothing, NULL, NULL), EINVAL);
	CHECK_ERRNO(green_run_parallel(-1, do_nothing, NULL, NULL), EINVAL);
}

PLAIN_TEST(loops_with_bad_options_all_fail)
{
	const struct green_options opt = { .backend = "kpoll" };

	CHECK_ERRNO(green_run_parallel(2, do_nothing, NULL, &opt), EINVAL);
	errno = EINVAL;
	CHECK_HAS(green_errmsg(), "kpoll");
}

struct race {
	_Atomic(int) cancelled;
	int	 loser;
};

/* Index loser fails, after it has let the others get to sleep. */
static int
fail_or_wait(void *arg)
{
	struct race *r = arg;
	struct green_scope s;

	if (green_run_index() == r->loser) {
		if (green_sleep(5 * GREEN_MSEC) == -1)
			return (-2);
		green_fail_after(&s, 0);
		green_scope_set_reason(&s, "too slow");
		return ((int)green_scope_close(&s, green_checkpoint()));
	}
	/* Else it would count as a deadlock. */
	if (green_sleep(3600 * GREEN_SEC) == -1 && errno == ECANCELED) {
		r->cancelled++;
		errno = ECANCELED;
	}
	return (-1);
}

PLAIN_TEST(a_failing_loop_cancels_the_others)
{
	struct race r = { .loser = 0 };
	int i;

	for (i = 0; i < 3; i++) {
		r.loser = i;
		r.cancelled = 0;
		CHECK_ERRNO(run_loops(3, fail_or_wait, &r, 0), ETIMEDOUT);
		CHECK_INT(r.cancelled, 2);
	}
}

static int
fail_with_text(void *unused)
{
	struct green_scope s;

	(void)unused;
	green_fail_after(&s, GREEN_MSEC);
	green_scope_set_reason(&s, "too slow");
	return ((int)green_scope_close(&s, green_sleep_forever()));
}

PLAIN_TEST(the_first_failures_text_comes_out_of_the_loops)
{
	CHECK_ERRNO(run_loops(1, fail_with_text, NULL, 0), ETIMEDOUT);
	errno = ETIMEDOUT;
	CHECK_STR(green_errmsg(), "too slow");
}

/* Who fails at once may do so before others have begun. */
static int
fail_at_once(void *arg)
{
	struct race *r = arg;

	if (green_run_index() == r->loser) {
		errno = EIO;
		return (-1);
	}
	if (green_sleep(3600 * GREEN_SEC) == -1 && errno == ECANCELED) {
		r->cancelled++;
		errno = ECANCELED;
	}
	return (-1);
}

PLAIN_TEST(a_loop_that_begins_late_is_cancelled_as_well)
{
	struct race r = { .loser = 0 };
	int i;

	for (i = 0; i < 20; i++) {
		r.cancelled = 0;
		CHECK_ERRNO(run_loops(LOOPS, fail_at_once, &r, 0), EIO);
		CHECK_INT(r.cancelled, LOOPS - 1);
	}
}

/* In which order eight tasks run, as a number, for each loop. */
struct orders {
	uint32_t order[LOOPS];
};

struct digit {
	uint32_t *order;
	uint32_t digit;
};

static int
append_digit(void *arg)
{
	struct digit *d = arg;

	*d->order = *d->order * 8 + d->digit;
	return (0);
}

static int
note_order(void *arg)
{
	struct orders *o = arg;
	struct digit d = { &o->order[green_run_index()], 0 };
	struct green_group g;
	int rc = 0;

	*d.order = 0;
	green_group_open(&g);
	for (; d.digit < 8 && rc == 0; d.digit++)
		rc = green_spawn_copy(&g, append_digit, &d, sizeof(d));
	return (green_group_close(&g, rc));
}

PLAIN_TEST(the_seed_of_a_loop_is_the_first_ones_plus_its_index)
{
	struct orders all, one;
	int i;

	CHECK_INT(run_loops(LOOPS, note_order, &all, 1000), 0);
	for (i = 0; i < LOOPS; i++) {
		CHECK_INT(run_loops(1, note_order, &one, 1000 + (uint64_t)i),
		    0);
		CHECK_INT(all.order[i], one.order[0]);
		CHECK(i == 0 || all.order[i] != all.order[0]);
	}
}

static int
run_again(void *arg)
{
	(void)arg;
	return (green_run_parallel(2, do_nothing, NULL, NULL));
}

PLAIN_TEST(parallel_loops_inside_a_loop_are_refused)
{
	CHECK_ERRNO(run_loops(2, run_again, NULL, 0), EBUSY);
}

CU_TestInfo parallel_tests[] = {
	CLAIM(each_loop_has_an_index_and_a_thread),
	CLAIM(a_loop_alone_has_index_0),
	CLAIM(a_parallel_run_of_no_loops_is_refused),
	CLAIM(loops_with_bad_options_all_fail),
	CLAIM(a_failing_loop_cancels_the_others),
	CLAIM(the_first_failures_text_comes_out_of_the_loops),
	CLAIM(a_loop_that_begins_late_is_cancelled_as_well),
	CLAIM(the_seed_of_a_loop_is_the_first_ones_plus_its_index),
	CLAIM(parallel_loops_inside_a_loop_are_refused),
	CU_TEST_INFO_NULL
};
