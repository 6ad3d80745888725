/*
 * Futures: set once, for all who wait and who come later.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include "check.h"

static int	 ngot;
static int	 number;

static int
wait_for_number(void *future)
{
	void *value = NULL;

	CHECK_INT(green_future_wait(future, &value), 0);
	CHECK(value == &number);
	ngot++;
	return (0);
}

MOCK_TEST(all_who_wait_get_the_value)
{
	struct green_future f = { 0 };
	struct green_group g;
	int i;

	ngot = 0;
	CHECK(!green_future_done(&f));
	green_group_open(&g);
	for (i = 0; i < 3; i++)
		CHECK_INT(green_spawn(&g, wait_for_number, &f), 0);
	green_cancel_shielded_checkpoint();
	CHECK_INT(green_future_set(&f, &number), 0);
	CHECK(green_future_done(&f));
	CHECK_INT(green_spawn(&g, wait_for_number, &f), 0);
	CHECK_INT(green_future_wait(&f, NULL), 0);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(ngot, 4);
}

static int
wait_for_failure(void *future)
{
	void *value = &number;

	CHECK_ERRNO(green_future_wait(future, &value), ENOENT);
	CHECK(value == &number);
	return (0);
}

MOCK_TEST(all_who_wait_get_the_error)
{
	struct green_future f = { 0 };
	struct green_group g;

	green_group_open(&g);
	CHECK_INT(green_spawn(&g, wait_for_failure, &f), 0);
	green_cancel_shielded_checkpoint();
	CHECK_ERRNO(green_future_fail(&f, 0), EINVAL);
	CHECK_ERRNO(green_future_fail(&f, ECANCELED), EINVAL);
	CHECK(!green_future_done(&f));
	CHECK_INT(green_future_fail(&f, ENOENT), 0);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(wait_for_failure(&f), 0);
}

GREEN_TEST(a_future_is_set_once)
{
	struct green_future f = { 0 };
	void *value;

	CHECK_INT(green_future_set(&f, &number), 0);
	CHECK_ERRNO(green_future_set(&f, NULL), EALREADY);
	CHECK_ERRNO(green_future_fail(&f, EIO), EALREADY);
	CHECK_INT(green_future_wait(&f, &value), 0);
	CHECK(value == &number);
}

MOCK_TEST(a_cancelled_wait_leaves_the_future_to_others)
{
	struct green_future f = { 0 };
	struct green_scope s;

	green_move_on_after(&s, GREEN_SEC);
	CHECK_ERRNO(green_future_wait(&f, NULL), ECANCELED);
	CHECK_INT(green_scope_close(&s, 0), 0);
	CHECK_INT(green_future_set(&f, NULL), 0);
	CHECK_INT(green_future_wait(&f, NULL), 0);
}

CU_TestInfo future_tests[] = {
	CLAIM(all_who_wait_get_the_value),
	CLAIM(all_who_wait_get_the_error),
	CLAIM(a_future_is_set_once),
	CLAIM(a_cancelled_wait_leaves_the_future_to_others),
	CU_TEST_INFO_NULL
};
