/*
 * Condition variables: who waits lets go of the lock, and has it again when he
 * returns, whatever the reason.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include "check.h"
#include "tasks.h"

static struct green_cond cond;
static int woken, rc, error;

static int
wait_once(void *unused)
{
	(void)unused;
	REQUIRE_TASK(CHECK_INT(green_cond_acquire(&cond), 0));
	rc = green_cond_wait(&cond);
	error = errno;
	woken++;
	CHECK(green_cond_locked(&cond));
	CHECK_INT(green_cond_release(&cond), 0);
	return (0);
}

/* n tasks of g wait. */
static void
start_over(struct green_group *g, int n)
{
	int i;

	green_cond_init(&cond, NULL);
	woken = 0;
	green_group_open(g);
	for (i = 0; i < n; i++)
		CHECK_INT(green_spawn(g, wait_once, NULL), 0);
	green_cancel_shielded_checkpoint();
	CHECK_INT(green_cond_waiting(&cond), n);
}

MOCK_TEST(notify_wakes_as_many_as_it_says)
{
	struct green_group g;

	start_over(&g, 5);
	CHECK_INT(green_cond_acquire(&cond), 0);
	CHECK_INT(green_cond_notify(&cond, 2), 0);
	CHECK_INT(green_cond_waiting(&cond), 3);
	CHECK_INT(woken, 0);
	CHECK_INT(green_cond_release(&cond), 0);
	CHECK_INT(green_sleep(1), 0);
	CHECK_INT(woken, 2);
	CHECK_INT(green_cond_acquire(&cond), 0);
	CHECK_INT(green_cond_notify_all(&cond), 0);
	CHECK_INT(green_cond_notify_all(&cond), 0);
	CHECK_INT(green_cond_waiting(&cond), 0);
	CHECK_INT(green_cond_release(&cond), 0);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(woken, 5);
	CHECK(!green_cond_locked(&cond));
}

GREEN_TEST(wait_and_notify_need_the_lock)
{
	struct green_cond c = { 0 };

	CHECK_ERRNO(green_cond_wait(&c), EPERM);
	CHECK_ERRNO(green_cond_wait_for(&c, NULL, NULL), EPERM);
	CHECK_ERRNO(green_cond_notify(&c, 1), EPERM);
	CHECK_ERRNO(green_cond_notify_all(&c), EPERM);
	CHECK_INT(green_cond_acquire_nowait(&c), 0);
	CHECK_ERRNO(green_cond_acquire_nowait(&c), EDEADLK);
	CHECK_INT(green_cond_notify(&c, 1), 0);
	CHECK_INT(green_cond_release(&c), 0);
	/* Having had it once is not enough. */
	CHECK_ERRNO(green_cond_notify(&c, 1), EPERM);
}

MOCK_TEST(a_cancelled_wait_returns_with_the_lock)
{
	struct green_group g;

	start_over(&g, 1);
	green_group_cancel(&g, NULL);
	CHECK_INT(green_cond_waiting(&cond), 0);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(woken, 1);
	CHECK_INT(rc, -1);
	CHECK_INT(error, ECANCELED);
}

MOCK_TEST(a_cancelled_wait_waits_for_the_lock_all_the_same)
{
	struct green_group g;

	start_over(&g, 1);
	CHECK_INT(green_cond_acquire(&cond), 0);
	green_group_cancel(&g, NULL);
	CHECK_INT(green_cond_waiting(&cond), 0);
	green_cancel_shielded_checkpoint();
	green_cancel_shielded_checkpoint();
	CHECK_INT(woken, 0);
	CHECK_INT(green_cond_release(&cond), 0);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(woken, 1);
	CHECK_INT(rc, -1);
	CHECK_INT(error, ECANCELED);
}

MOCK_TEST(a_cancelled_wait_takes_no_notification)
{
	struct green_group g, h;

	start_over(&h, 0);
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, wait_once, NULL), 0);
	green_cancel_shielded_checkpoint();
	CHECK_INT(green_spawn(&h, wait_once, NULL), 0);
	green_cancel_shielded_checkpoint();
	CHECK_INT(green_cond_acquire(&cond), 0);
	green_group_cancel(&g, NULL);
	CHECK_INT(green_cond_notify(&cond, 1), 0);
	CHECK_INT(green_cond_release(&cond), 0);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(green_group_close(&h, 0), 0);
	CHECK_INT(woken, 2);
	CHECK_INT(rc, 0);
}

MOCK_TEST(a_notification_before_the_cancellation_counts)
{
	struct green_group g;

	start_over(&g, 1);
	CHECK_INT(green_cond_acquire(&cond), 0);
	CHECK_INT(green_cond_notify(&cond, 1), 0);
	green_group_cancel(&g, NULL);
	CHECK_INT(green_cond_release(&cond), 0);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(woken, 1);
	CHECK_INT(rc, 0);
}

MOCK_TEST(conditions_can_share_a_lock)
{
	struct green_lock l = { 0 };
	struct green_cond a, b;

	green_cond_init(&a, &l);
	green_cond_init(&b, &l);
	CHECK_INT(green_cond_acquire(&a), 0);
	CHECK(green_cond_locked(&b));
	CHECK_INT(green_cond_notify(&b, 1), 0);
	CHECK_INT(green_lock_release(&l), 0);
}

static bool
is_three(void *n)
{
	CHECK(green_cond_locked(&cond));
	return (*(int *)n == 3);
}

static int
count_to_five(void *arg)
{
	int *n = arg;

	while (*n < 5) {
		CHECK_INT(green_cond_acquire(&cond), 0);
		++*n;
		CHECK_INT(green_cond_notify(&cond, 1), 0);
		CHECK_INT(green_cond_release(&cond), 0);
		CHECK_INT(green_sleep(GREEN_SEC), 0);
	}
	return (0);
}

MOCK_TEST(wait_for_waits_until_it_is_so)
{
	struct green_group g;
	int n = 0;

	start_over(&g, 0);
	CHECK_INT(green_spawn(&g, count_to_five, &n), 0);
	CHECK_INT(green_cond_acquire(&cond), 0);
	CHECK_INT(green_cond_wait_for(&cond, is_three, &n), 0);
	CHECK_INT(n, 3);
	/* It is: no wait. */
	CHECK_INT(green_cond_wait_for(&cond, is_three, &n), 0);
	CHECK_INT(green_cond_release(&cond), 0);
	CHECK_INT(green_group_close(&g, 0), 0);
}

static int
end_with_the_lock(void *unused)
{
	(void)unused;
	CHECK_INT(green_cond_acquire(&cond), 0);
	CHECK_INT(green_cond_notify(&cond, 1), 0);
	return (0);
}

static int
wait_on_the_dead(void *unused)
{
	(void)unused;
	CHECK_INT(green_cond_acquire(&cond), 0);
	CHECK_ERRNO(green_cond_wait(&cond), EOWNERDEAD);
	CHECK_ERRNO(green_cond_release(&cond), EPERM);
	return (0);
}

MOCK_TEST(a_lock_that_dies_ends_the_wait)
{
	struct green_group g;

	start_over(&g, 0);
	/* One is notified, and waits for the lock; two are not. */
	CHECK_INT(green_spawn(&g, wait_on_the_dead, NULL), 0);
	CHECK_INT(green_spawn(&g, wait_on_the_dead, NULL), 0);
	CHECK_INT(green_spawn(&g, wait_on_the_dead, NULL), 0);
	CHECK_INT(green_spawn(&g, end_with_the_lock, NULL), 0);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(green_cond_waiting(&cond), 0);
}

CU_TestInfo cond_tests[] = {
	CLAIM(notify_wakes_as_many_as_it_says),
	CLAIM(wait_and_notify_need_the_lock),
	CLAIM(a_cancelled_wait_returns_with_the_lock),
	CLAIM(a_cancelled_wait_waits_for_the_lock_all_the_same),
	CLAIM(a_cancelled_wait_takes_no_notification),
	CLAIM(a_notification_before_the_cancellation_counts),
	CLAIM(conditions_can_share_a_lock),
	CLAIM(wait_for_waits_until_it_is_so),
	CLAIM(a_lock_that_dies_ends_the_wait),
	CU_TEST_INFO_NULL
};
