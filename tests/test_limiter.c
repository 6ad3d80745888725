/*
 * Limiters: tokens for borrowers, whoever they are.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <string.h>

#include "check.h"
#include "tasks.h"

#define MANY	1000

static struct green_limiter lim;
static char borrowers[MANY];
static int	 got, after, ngot;

static int
borrow(void *who)
{
	got = green_limiter_acquire_for(&lim, who);
	if (got == 0)
		ngot++;
	after = green_checkpoint();
	return (0);
}

GREEN_TEST(a_borrower_holds_one_token)
{
	const void *who[2] = { NULL, NULL };

	green_limiter_init(&lim, 2);
	CHECK_INT(green_limiter_total(&lim), 2);
	CHECK_INT(green_limiter_acquire(&lim), 0);
	CHECK_ERRNO(green_limiter_acquire(&lim), EBUSY);
	CHECK_ERRNO(green_limiter_acquire_nowait(&lim), EBUSY);
	CHECK_ERRNO(green_limiter_acquire_for(&lim, green_self()), EBUSY);
	CHECK_INT(green_limiter_borrowed(&lim), 1);
	CHECK_INT(green_limiter_available(&lim), 1);
	CHECK_INT(green_limiter_borrowers(&lim, who, 2), 1);
	CHECK(who[0] == green_self());
	CHECK_INT(green_limiter_release(&lim), 0);
	CHECK_ERRNO(green_limiter_release(&lim), EPERM);
	CHECK_ERRNO(green_limiter_release_for(&lim, &lim), EPERM);
	CHECK_INT(green_limiter_borrowed(&lim), 0);
	CHECK_INT(green_limiter_borrowers(&lim, who, 0), 0);
}

GREEN_TEST(no_token_no_wait)
{
	green_limiter_init(&lim, 1);
	CHECK_INT(green_limiter_acquire_for_nowait(&lim, &borrowers[0]), 0);
	CHECK_ERRNO(green_limiter_acquire_for_nowait(&lim, &borrowers[0]),
	    EBUSY);
	CHECK_ERRNO(green_limiter_acquire_for_nowait(&lim, &borrowers[1]),
	    EAGAIN);
	CHECK_INT(green_limiter_release_for(&lim, &borrowers[0]), 0);
}

GREEN_TEST(a_limiter_of_zeroes_lends_nothing)
{
	struct green_limiter none = { 0 };

	CHECK_ERRNO(green_limiter_acquire_nowait(&none), EAGAIN);
	CHECK_INT(green_limiter_available(&none), 0);
	green_limiter_set_total(&none, GREEN_UNLIMITED);
	CHECK_INT(green_limiter_acquire(&none), 0);
	CHECK(green_limiter_available(&none) == GREEN_UNLIMITED);
	CHECK_INT(green_limiter_release(&none), 0);
}

GREEN_TEST(many_borrowers_are_told_apart)
{
	const void *who[MANY];
	size_t i;

	green_limiter_init(&lim, GREEN_UNLIMITED);
	for (i = 0; i < MANY; i++)
		CHECK_INT(green_limiter_acquire_for(&lim, &borrowers[i]), 0);
	CHECK_INT(green_limiter_borrowers(&lim, who, MANY), MANY);
	/* Given back in another order than taken. */
	for (i = 0; i < MANY; i++)
		CHECK_ERRNO(green_limiter_acquire_for_nowait(&lim,
		    &borrowers[i * 7 % MANY]), EBUSY);
	for (i = 0; i < MANY; i++)
		CHECK_INT(green_limiter_release_for(&lim,
		    &borrowers[i * 7 % MANY]), 0);
	for (i = 0; i < MANY; i++)
		CHECK_ERRNO(green_limiter_release_for(&lim, &borrowers[i]),
		    EPERM);
	CHECK_INT(green_limiter_borrowed(&lim), 0);
}

/* n borrowers wait for the one token, which is &lim's. */
static void
start_over(struct green_group *g, int n)
{
	int i;

	green_limiter_init(&lim, 1);
	ngot = 0;
	CHECK_INT(green_limiter_acquire_for(&lim, &lim), 0);
	green_group_open(g);
	for (i = 0; i < n; i++)
		CHECK_INT(green_spawn(g, borrow, &borrowers[i]), 0);
	green_cancel_shielded_checkpoint();
	CHECK_INT(green_limiter_waiting(&lim), n);
}

MOCK_TEST(a_token_given_back_is_the_first_waiters)
{
	const void *who = NULL;
	struct green_group g;

	start_over(&g, 2);
	CHECK_ERRNO(green_limiter_acquire_for(&lim, &borrowers[1]), EBUSY);
	CHECK_ERRNO(green_limiter_release_for(&lim, &borrowers[1]), EPERM);
	CHECK_INT(green_limiter_release_for(&lim, &lim), 0);
	CHECK_ERRNO(green_limiter_acquire_for_nowait(&lim, &lim), EAGAIN);
	CHECK_INT(green_limiter_borrowers(&lim, &who, 1), 1);
	CHECK(who == &borrowers[0]);
	CHECK_INT(green_limiter_release_for(&lim, &borrowers[0]), 0);
	CHECK_INT(green_limiter_release_for(&lim, &borrowers[1]), 0);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(ngot, 2);
}

MOCK_TEST(a_greater_total_lets_as_many_go_on)
{
	struct green_group g;
	int i;

	start_over(&g, 5);
	green_limiter_set_total(&lim, 4);
	CHECK_INT(green_limiter_waiting(&lim), 2);
	CHECK_INT(green_limiter_borrowed(&lim), 4);
	CHECK_INT(green_sleep(1), 0);
	CHECK_INT(ngot, 3);
	/* Nobody loses his: what is given back is not lent again. */
	green_limiter_set_total(&lim, 1);
	CHECK_INT(green_limiter_available(&lim), 0);
	for (i = 0; i < 3; i++)
		CHECK_INT(green_limiter_release_for(&lim, &borrowers[i]), 0);
	CHECK_INT(green_limiter_waiting(&lim), 2);
	CHECK_INT(green_limiter_release_for(&lim, &lim), 0);
	CHECK_INT(green_limiter_waiting(&lim), 1);
	CHECK_INT(green_limiter_release_for(&lim, &borrowers[3]), 0);
	CHECK_INT(green_limiter_release_for(&lim, &borrowers[4]), 0);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(ngot, 5);
}

MOCK_TEST(a_cancelled_wait_leaves_the_line)
{
	struct green_group g;

	start_over(&g, 2);
	green_group_cancel(&g, NULL);
	CHECK_INT(green_limiter_waiting(&lim), 0);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(got, -1);
	CHECK_INT(green_limiter_release_for(&lim, &lim), 0);
	/* He does not count as waiting any more. */
	CHECK_INT(green_limiter_acquire_for(&lim, &borrowers[0]), 0);
	CHECK_INT(green_limiter_release_for(&lim, &borrowers[0]), 0);
}

MOCK_TEST(a_token_handed_over_is_kept_through_a_cancellation)
{
	struct green_group g;

	start_over(&g, 1);
	CHECK_INT(green_limiter_release_for(&lim, &lim), 0);
	green_group_cancel(&g, NULL);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(got, 0);
	CHECK_INT(after, -1);
	CHECK_INT(green_limiter_release_for(&lim, &borrowers[0]), 0);
}

PLAIN_TEST(outside_of_a_loop_no_task_can_borrow)
{
	struct green_limiter l;

	green_limiter_init(&l, 1);
	CHECK_ERRNO(green_limiter_acquire(&l), EPERM);
	CHECK_ERRNO(green_limiter_acquire_nowait(&l), EPERM);
	CHECK_ERRNO(green_limiter_release(&l), EPERM);
	CHECK_INT(green_limiter_acquire_for_nowait(&l, &l), 0);
	CHECK_INT(green_limiter_release_for(&l, &l), 0);
}

/* It has not run since. */
MOCK_TEST(a_borrower_whose_wait_was_cancelled_waits_no_more)
{
	struct green_group g;

	start_over(&g, 1);
	green_group_cancel(&g, NULL);
	CHECK_INT(green_limiter_waiting(&lim), 0);
	CHECK_ERRNO(green_limiter_acquire_for_nowait(&lim, &borrowers[0]),
	    EAGAIN);
	CHECK_INT(green_limiter_release_for(&lim, &lim), 0);
	/* Nor does it look at the limiter. */
	memset(&lim, 0xff, sizeof(lim));
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(ngot, 0);
}

/* AnyIO gave back the token of whoever asked, instead of the borrower's. */
MOCK_TEST(a_cancelled_wait_for_another_leaves_ones_own_token)
{
	struct green_scope s;

	green_limiter_init(&lim, 1);
	CHECK_INT(green_limiter_acquire(&lim), 0);
	green_move_on_after(&s, GREEN_SEC);
	CHECK_ERRNO(green_limiter_acquire_for(&lim, &borrowers[0]), ECANCELED);
	CHECK_INT(green_scope_close(&s, -1), 0);
	CHECK_INT(green_limiter_borrowed(&lim), 1);
	CHECK_ERRNO(green_limiter_acquire(&lim), EBUSY);
	CHECK_ERRNO(green_limiter_release_for(&lim, &borrowers[0]), EPERM);
	CHECK_INT(green_limiter_release(&lim), 0);
	CHECK_INT(green_limiter_acquire_for_nowait(&lim, &borrowers[0]), 0);
	CHECK_INT(green_limiter_release_for(&lim, &borrowers[0]), 0);
}

MOCK_TEST(a_smaller_total_takes_nobodys_token)
{
	int i;

	green_limiter_init(&lim, 3);
	for (i = 0; i < 3; i++)
		CHECK_INT(green_limiter_acquire_for(&lim, &borrowers[i]), 0);
	green_limiter_set_total(&lim, 1);
	CHECK_INT(green_limiter_total(&lim), 1);
	CHECK_INT(green_limiter_borrowed(&lim), 3);
	CHECK_INT(green_limiter_available(&lim), 0);
	for (i = 0; i < 2; i++) {
		CHECK_INT(green_limiter_release_for(&lim, &borrowers[i]), 0);
		CHECK_ERRNO(green_limiter_acquire_nowait(&lim), EAGAIN);
	}
	CHECK_INT(green_limiter_release_for(&lim, &borrowers[2]), 0);
	CHECK_INT(green_limiter_acquire_nowait(&lim), 0);
	CHECK_INT(green_limiter_release(&lim), 0);
}

CU_TestInfo limiter_tests[] = {
	CLAIM(a_borrower_holds_one_token),
	CLAIM(no_token_no_wait),
	CLAIM(a_limiter_of_zeroes_lends_nothing),
	CLAIM(many_borrowers_are_told_apart),
	CLAIM(a_token_given_back_is_the_first_waiters),
	CLAIM(a_greater_total_lets_as_many_go_on),
	CLAIM(a_smaller_total_takes_nobodys_token),
	CLAIM(a_cancelled_wait_leaves_the_line),
	CLAIM(a_borrower_whose_wait_was_cancelled_waits_no_more),
	CLAIM(a_cancelled_wait_for_another_leaves_ones_own_token),
	CLAIM(a_token_handed_over_is_kept_through_a_cancellation),
	CLAIM(outside_of_a_loop_no_task_can_borrow),
	CU_TEST_INFO_NULL
};
