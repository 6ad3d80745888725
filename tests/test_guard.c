/*
 * Guards: one at a time, and nobody waits.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include "check.h"

GREEN_TEST(a_guard_refuses_the_second)
{
	struct green_guard g = { 0 };

	CHECK_INT(green_guard_enter(&g), 0);
	CHECK_ERRNO(green_guard_enter(&g), EBUSY);
	green_guard_leave(&g);
	CHECK_INT(green_guard_enter(&g), 0);
	green_guard_leave(&g);
}

CU_TestInfo guard_tests[] = {
	CLAIM(a_guard_refuses_the_second),
	CU_TEST_INFO_NULL
};
