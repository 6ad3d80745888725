/*
 * Semaphores: permits go from hand to hand.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include "check.h"

static struct green_sem sem;
static int	 got, after, ngot;

static int
take_one(void *unused)
{
	(void)unused;
	got = green_sem_acquire(&sem);
	if (got == 0)
		ngot++;
	after = green_checkpoint();
	return (0);
}

GREEN_TEST(a_semaphore_counts)
{
	CHECK_INT(green_sem_init(&sem, 2, 3), 0);
	CHECK_INT(green_sem_value(&sem), 2);
	CHECK_INT(green_sem_max(&sem), 3);
	CHECK_INT(green_sem_acquire(&sem), 0);
	CHECK_INT(green_sem_acquire_nowait(&sem), 0);
	CHECK_ERRNO(green_sem_acquire_nowait(&sem), EAGAIN);
	CHECK_INT(green_sem_release(&sem), 0);
	CHECK_INT(green_sem_release(&sem), 0);
	CHECK_INT(green_sem_release(&sem), 0);
	CHECK_ERRNO(green_sem_release(&sem), EOVERFLOW);
	CHECK_INT(green_sem_value(&sem), 3);
}

GREEN_TEST(a_semaphore_of_zeroes_has_no_bound)
{
	struct green_sem s = { 0 };

	CHECK_ERRNO(green_sem_acquire_nowait(&s), EAGAIN);
	CHECK_INT(green_sem_release(&s), 0);
	CHECK_INT(green_sem_release(&s), 0);
	CHECK_INT(green_sem_value(&s), 2);
	CHECK_INT(green_sem_max(&s), 0);
	CHECK_ERRNO(green_sem_init(&s, 2, 1), EINVAL);
	CHECK_INT(green_sem_init(&s, SIZE_MAX, 0), 0);
	CHECK_ERRNO(green_sem_release(&s), EOVERFLOW);
}

MOCK_TEST(a_released_permit_is_the_first_waiters)
{
	struct green_group g;

	ngot = 0;
	CHECK_INT(green_sem_init(&sem, 0, 1), 0);
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, take_one, NULL), 0);
	CHECK_INT(green_spawn(&g, take_one, NULL), 0);
	green_cancel_shielded_checkpoint();
	CHECK_INT(green_sem_waiting(&sem), 2);
	CHECK_INT(green_sem_release(&sem), 0);
	CHECK_INT(green_sem_value(&sem), 0);
	CHECK_INT(green_sem_waiting(&sem), 1);
	CHECK_ERRNO(green_sem_acquire_nowait(&sem), EAGAIN);
	CHECK_INT(green_sem_release(&sem), 0);
	CHECK_INT(green_sem_release(&sem), 0);
	CHECK_ERRNO(green_sem_release(&sem), EOVERFLOW);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(ngot, 2);
}

MOCK_TEST(a_permit_handed_over_is_kept_through_a_cancellation)
{
	struct green_group g;

	CHECK_INT(green_sem_init(&sem, 0, 0), 0);
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, take_one, NULL), 0);
	green_cancel_shielded_checkpoint();
	CHECK_INT(green_sem_release(&sem), 0);
	green_group_cancel(&g, NULL);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(got, 0);
	CHECK_INT(after, -1);
}

MOCK_TEST(a_cancelled_wait_takes_no_permit)
{
	struct green_scope s;

	CHECK_INT(green_sem_init(&sem, 0, 0), 0);
	green_move_on_after(&s, GREEN_SEC);
	CHECK_ERRNO(green_sem_acquire(&sem), ECANCELED);
	CHECK_INT(green_scope_close(&s, 0), 0);
	CHECK_INT(green_sem_release(&sem), 0);
	CHECK_INT(green_sem_value(&sem), 1);
}

CU_TestInfo sem_tests[] = {
	CLAIM(a_semaphore_counts),
	CLAIM(a_semaphore_of_zeroes_has_no_bound),
	CLAIM(a_released_permit_is_the_first_waiters),
	CLAIM(a_permit_handed_over_is_kept_through_a_cancellation),
	CLAIM(a_cancelled_wait_takes_no_permit),
	CU_TEST_INFO_NULL
};
