/*
 * Starting tasks: when they run, in which order, what they get, when they are
 * refused.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <string.h>

#include "check.h"
#include "tasks.h"

MOCK_TEST(a_task_runs_when_its_spawner_gives_way)
{
	struct green_group g;
	int n = 0;

	green_group_open(&g);
	CHECK_INT(green_spawn(&g, count_up, &n), 0);
	CHECK_INT(green_spawn(&g, count_up, &n), 0);
	CHECK_INT(n, 0);
	CHECK_INT(green_checkpoint(), 0);
	CHECK_INT(n, 2);
	CHECK_INT(green_group_close(&g, 0), 0);
}

struct slot {
	int	 number;
	int	*order;			/* the numbers, as they ran */
	int	*n;
};

static int
take_slot(void *arg)
{
	struct slot *s = arg;

	s->order[(*s->n)++] = s->number;
	return (0);
}

MOCK_TEST(tasks_run_first_in_first_out)
{
	int order[500], n = 0, i;
	struct slot s = { 0, order, &n };
	struct green_group g;

	green_group_open(&g);
	for (s.number = 0; s.number < 500; s.number++)
		CHECK_INT(green_spawn_copy(&g, take_slot, &s, sizeof(s)), 0);
	CHECK_INT(green_group_close(&g, 0), 0);
	REQUIRE(CHECK_INT(n, 500));
	for (i = 0; i < 500; i++)
		if (!CHECK_INT(order[i], i))
			break;
}

static int
run_to_checkpoint(void *arg)
{
	int *steps = arg;

	*steps = 1;
	if (green_checkpoint() == -1)
		return (-1);
	*steps = 2;
	return (0);
}

MOCK_TEST(a_task_cancelled_before_its_first_step_still_runs)
{
	int steps = 0;
	struct green_group g;

	green_group_open(&g);
	CHECK_INT(green_spawn(&g, run_to_checkpoint, &steps), 0);
	green_group_cancel(&g, NULL);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(steps, 1);
	CHECK(green_scope_caught(&g.scope));
}

MOCK_TEST(a_cancelled_group_still_starts_tasks)
{
	int steps = 0;
	struct green_group g;

	green_group_open(&g);
	green_group_cancel(&g, NULL);
	CHECK_INT(green_spawn(&g, run_to_checkpoint, &steps), 0);
	CHECK_INT(green_group_close(&g, 3), 0);
	CHECK_INT(steps, 1);
}

MOCK_TEST(a_closed_group_starts_no_tasks)
{
	struct green_group g, zero;
	char c = 0;

	memset(&zero, 0, sizeof(zero));
	CHECK_ERRNO(green_spawn(&zero, do_nothing, NULL), EINVAL);
	CHECK_ERRNO(green_spawn_copy(&zero, do_nothing, &c, 1), EINVAL);
	green_group_open(&g);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_ERRNO(green_spawn(&g, do_nothing, NULL), EINVAL);
	CHECK_ERRNO(green_spawn_copy(&g, do_nothing, &c, 1), EINVAL);
}

MOCK_TEST(a_group_of_zeroes_is_a_closed_one)
{
	struct green_group g;
	struct green_error e;

	memset(&g, 0, sizeof(g));
	green_group_cancel(&g, "enough");
	CHECK_INT(green_group_failures(&g), 0);
	CHECK_ERRNO(green_group_error(&g, 0, &e), EINVAL);
	CHECK(!green_scope_caught(&g.scope));
}

struct late {
	struct green_group *g;
	int	 n;
	int	 rc;
};

static int
spawn_late(void *arg)
{
	struct late *l = arg;

	CHECK_ERRNO(green_sleep_forever(), ECANCELED);
	l->rc = green_spawn(l->g, count_up, &l->n);
	return (0);
}

MOCK_TEST(a_group_that_is_being_closed_and_cancelled_starts_tasks)
{
	struct green_group g;
	struct late l = { &g, 0, -1 };
	int code = EIO;

	green_group_open(&g);
	CHECK_INT(green_spawn(&g, spawn_late, &l), 0);
	CHECK_INT(green_spawn(&g, fail_with, &code), 0);
	CHECK_ERRNO(green_group_close(&g, 0), EIO);
	CHECK_INT(l.rc, 0);
	CHECK_INT(l.n, 1);
}

/* Copies. */

struct parcel {
	max_align_t aligned;
	char	 text[256];
};

static int
open_parcel(void *arg)
{
	uintptr_t volatile at = (uintptr_t)arg;
	struct parcel *p = arg;

	CHECK_INT(at % _Alignof(max_align_t), 0);
	CHECK_STR(p->text, "fragile");
	CHECK_INT(green_sleep(1), 0);
	CHECK_STR(p->text, "fragile");
	memset(p, '-', sizeof(*p));
	return (0);
}

MOCK_TEST(a_copy_is_the_tasks_own_and_aligned)
{
	struct parcel p = { .text = "fragile" };
	struct green_group g;
	int i;

	green_group_open(&g);
	for (i = 0; i < 50; i++)
		CHECK_INT(green_spawn_copy(&g, open_parcel, &p, sizeof(p)), 0);
	memset(&p, '-', sizeof(p));
	CHECK_INT(green_group_close(&g, 0), 0);
}

static int
sum_up(void *arg)
{
	const unsigned char *byte = arg;
	int i, sum = 0;

	for (i = 0; i < 1024; i++)
		sum += byte[i];
	CHECK_INT(sum, 2048);
	return (0);
}

MOCK_TEST(a_copy_has_up_to_1024_bytes)
{
	unsigned char bytes[1025];
	struct green_group g;

	memset(bytes, 2, sizeof(bytes));
	green_group_open(&g);
	CHECK_INT(green_spawn_copy(&g, sum_up, bytes, 1024), 0);
	CHECK_INT(green_spawn_copy(&g, do_nothing, bytes, 0), 0);
	CHECK_ERRNO(green_spawn_copy(&g, sum_up, bytes, 1025), E2BIG);
	CHECK_ERRNO(green_spawn_copy(&g, sum_up, bytes, SIZE_MAX), E2BIG);
	CHECK_INT(green_group_close(&g, 0), 0);
}

CU_TestInfo spawn_tests[] = {
	CLAIM(a_task_runs_when_its_spawner_gives_way),
	CLAIM(tasks_run_first_in_first_out),
	CLAIM(a_task_cancelled_before_its_first_step_still_runs),
	CLAIM(a_cancelled_group_still_starts_tasks),
	CLAIM(a_closed_group_starts_no_tasks),
	CLAIM(a_group_of_zeroes_is_a_closed_one),
	CLAIM(a_group_that_is_being_closed_and_cancelled_starts_tasks),
	CLAIM(a_copy_is_the_tasks_own_and_aligned),
	CLAIM(a_copy_has_up_to_1024_bytes),
	CU_TEST_INFO_NULL
};
