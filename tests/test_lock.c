/*
 * Locks: one owner at a time, first come, first served, handed over directly.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include "check.h"
#include "tasks.h"

static struct green_lock lock;
static int order[8], norder;

static void
start_over(void)
{
	lock = (struct green_lock){ { NULL } };
	norder = 0;
}

/* Take the lock, note who has it, give way with it, release it. */
static int
take_turn(void *id)
{
	REQUIRE_TASK(CHECK_INT(green_lock_acquire(&lock), 0));
	CHECK_INT(green_lock_owner(&lock), green_task_id(green_self()));
	order[norder++] = *(int *)id;
	green_cancel_shielded_checkpoint();
	CHECK_INT(green_lock_release(&lock), 0);
	return (0);
}

MOCK_TEST(who_comes_first_is_served_first)
{
	struct green_group g;
	int i;

	start_over();
	CHECK_INT(green_lock_acquire(&lock), 0);
	green_group_open(&g);
	for (i = 0; i < 4; i++)
		CHECK_INT(green_spawn_copy(&g, take_turn, &i, sizeof(i)), 0);
	green_cancel_shielded_checkpoint();
	CHECK_INT(green_lock_waiting(&lock), 4);
	CHECK_INT(green_lock_release(&lock), 0);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(norder, 4);
	for (i = 0; i < 4; i++)
		CHECK_INT(order[i], i);
	CHECK(!green_lock_locked(&lock));
}

MOCK_TEST(a_released_lock_belongs_to_who_waited_at_once)
{
	struct green_group g;
	int id = 1;

	start_over();
	CHECK_INT(green_lock_acquire(&lock), 0);
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, take_turn, &id), 0);
	green_cancel_shielded_checkpoint();
	CHECK_INT(green_lock_release(&lock), 0);
	CHECK(green_lock_locked(&lock));
	CHECK(green_lock_owner(&lock) != green_task_id(green_self()));
	CHECK_ERRNO(green_lock_acquire_nowait(&lock), EAGAIN);
	CHECK_INT(green_group_close(&g, 0), 0);
}

GREEN_TEST(only_its_owner_may_release_a_lock)
{
	struct green_lock l = { 0 };

	CHECK_ERRNO(green_lock_release(&l), EPERM);
	CHECK_INT(green_lock_acquire_nowait(&l), 0);
	CHECK_ERRNO(green_lock_acquire_nowait(&l), EDEADLK);
	CHECK_ERRNO(green_lock_acquire(&l), EDEADLK);
	CHECK_INT(green_lock_release(&l), 0);
	CHECK_ERRNO(green_lock_release(&l), EPERM);
	CHECK_INT(green_lock_owner(&l), 0);
}

static int
release_mine(void *l)
{
	CHECK_ERRNO(green_lock_release(l), EPERM);
	return (0);
}

MOCK_TEST(another_task_may_not_release_it)
{
	struct green_lock l = { 0 };
	struct green_group g;

	CHECK_INT(green_lock_acquire(&l), 0);
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, release_mine, &l), 0);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(green_lock_release(&l), 0);
}

static int	 got, after;

static int
take_and_check(void *l)
{
	got = green_lock_acquire(l);
	after = green_checkpoint();
	if (got == 0)
		CHECK_INT(green_lock_release(l), 0);
	return (0);
}

MOCK_TEST(a_cancelled_wait_leaves_the_line)
{
	struct green_group g, h;
	int id = 7;

	start_over();
	CHECK_INT(green_lock_acquire(&lock), 0);
	green_group_open(&h);
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, take_and_check, &lock), 0);
	green_cancel_shielded_checkpoint();
	CHECK_INT(green_spawn(&h, take_turn, &id), 0);
	green_cancel_shielded_checkpoint();
	CHECK_INT(green_lock_waiting(&lock), 2);
	green_group_cancel(&g, NULL);
	CHECK_INT(green_lock_waiting(&lock), 1);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(got, -1);
	CHECK_INT(green_lock_release(&lock), 0);
	CHECK_INT(green_group_close(&h, 0), 0);
	CHECK_INT(norder, 1);
}

MOCK_TEST(a_lock_handed_over_is_kept_through_a_cancellation)
{
	struct green_lock l = { 0 };
	struct green_group g;

	CHECK_INT(green_lock_acquire(&l), 0);
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, take_and_check, &l), 0);
	green_cancel_shielded_checkpoint();
	CHECK_INT(green_lock_release(&l), 0);
	green_group_cancel(&g, NULL);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(got, 0);
	CHECK_INT(after, -1);
	CHECK(!green_lock_locked(&l));
}

static int
end_with_it(void *l)
{
	CHECK_INT(green_lock_acquire(l), 0);
	return (green_sleep(GREEN_SEC));
}

static int
find_it_dead(void *l)
{
	CHECK_ERRNO(green_lock_acquire(l), EOWNERDEAD);
	return (0);
}

MOCK_TEST(a_lock_whose_owner_ends_is_dead_for_all)
{
	struct green_lock l = { 0 }, other = { 0 };
	struct green_group g;

	green_group_open(&g);
	CHECK_INT(green_spawn(&g, end_with_it, &other), 0);
	CHECK_INT(green_spawn(&g, end_with_it, &l), 0);
	CHECK_INT(green_spawn(&g, find_it_dead, &l), 0);
	CHECK_INT(green_spawn(&g, find_it_dead, &l), 0);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_ERRNO(green_lock_acquire(&l), EOWNERDEAD);
	CHECK_ERRNO(green_lock_acquire_nowait(&l), EOWNERDEAD);
	CHECK_ERRNO(green_lock_acquire(&other), EOWNERDEAD);
	CHECK_ERRNO(green_lock_release(&l), EPERM);
	CHECK(green_lock_locked(&l));
	CHECK_INT(green_lock_owner(&l), 0);
	CHECK_INT(green_lock_waiting(&l), 0);
}

static int
hold_several(void *arg)
{
	struct green_lock *l = arg;
	int i;

	for (i = 0; i < 3; i++)
		CHECK_INT(green_lock_acquire(&l[i]), 0);
	CHECK_INT(green_lock_release(&l[1]), 0);
	return (0);
}

MOCK_TEST(what_was_released_outlives_its_owner)
{
	struct green_lock l[3] = { { { NULL } } };
	struct green_group g;

	green_group_open(&g);
	CHECK_INT(green_spawn(&g, hold_several, l), 0);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_ERRNO(green_lock_acquire(&l[0]), EOWNERDEAD);
	CHECK_INT(green_lock_acquire(&l[1]), 0);
	CHECK_ERRNO(green_lock_acquire(&l[2]), EOWNERDEAD);
	CHECK_INT(green_lock_release(&l[1]), 0);
}

static int
lock_and_unlock(void *done)
{
	while (!*(bool *)done) {
		REQUIRE_TASK(CHECK_INT(green_lock_acquire(&lock), 0));
		CHECK_INT(green_lock_release(&lock), 0);
	}
	return (0);
}

static int
set_flag(void *flag)
{
	*(bool *)flag = true;
	return (0);
}

MOCK_TEST(a_task_that_only_locks_does_not_starve_the_rest)
{
	struct green_group g;
	bool done = false;

	start_over();
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, lock_and_unlock, &done), 0);
	CHECK_INT(green_spawn(&g, set_flag, &done), 0);
	CHECK_INT(green_group_close(&g, 0), 0);
}

PLAIN_TEST(outside_of_a_loop_nobody_can_own_a_lock)
{
	struct green_lock l = { 0 };

	CHECK_ERRNO(green_lock_acquire(&l), EPERM);
	CHECK_ERRNO(green_lock_acquire_nowait(&l), EPERM);
	CHECK_ERRNO(green_lock_release(&l), EPERM);
	CHECK(!green_lock_locked(&l));
}

CU_TestInfo lock_tests[] = {
	CLAIM(who_comes_first_is_served_first),
	CLAIM(a_released_lock_belongs_to_who_waited_at_once),
	CLAIM(only_its_owner_may_release_a_lock),
	CLAIM(another_task_may_not_release_it),
	CLAIM(a_cancelled_wait_leaves_the_line),
	CLAIM(a_lock_handed_over_is_kept_through_a_cancellation),
	CLAIM(a_lock_whose_owner_ends_is_dead_for_all),
	CLAIM(what_was_released_outlives_its_owner),
	CLAIM(a_task_that_only_locks_does_not_starve_the_rest),
	CLAIM(outside_of_a_loop_nobody_can_own_a_lock),
	CU_TEST_INFO_NULL
};
