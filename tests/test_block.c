/*
 * Blocks that close their scope however they are left.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include "check.h"
#include "tasks.h"

/* None is open any more: the task sees neither deadline nor cancellation. */
static void
nothing_is_open(void)
{
	int error = errno;

	CHECK_INT(green_effective_deadline(), GREEN_FOREVER);
	CHECK_INT(green_checkpoint(), 0);
	errno = error;
}

MOCK_TEST(a_block_catches_what_its_deadline_cancelled)
{
	struct green_scope s;
	bool after = false;
	int64_t began = green_now();

	errno = EDOM;
	GREEN_MOVE_ON_AFTER(&s, GREEN_SEC) {
		CHECK_ERRNO(green_sleep(5 * GREEN_SEC), ECANCELED);
		after = true;
	}
	CHECK_INT(errno, EDOM);
	CHECK(after);
	CHECK(green_scope_caught(&s));
	CHECK_INT(green_now() - began, GREEN_SEC);
	nothing_is_open();
}

MOCK_TEST(a_block_that_is_done_in_time_catches_nothing)
{
	struct green_scope s;

	GREEN_MOVE_ON_AFTER(&s, 2 * GREEN_SEC) {
		CHECK_INT(green_sleep(GREEN_SEC), 0);
		errno = EIO;
	}
	CHECK_INT(errno, EIO);
	CHECK(!green_scope_caught(&s));
	nothing_is_open();
}

MOCK_TEST(a_block_in_which_no_checkpoint_failed_catches_nothing)
{
	struct green_scope s;

	errno = EDOM;
	GREEN_SCOPE(&s) {
		green_scope_cancel(&s, NULL);
		errno = EIO;
	}
	CHECK_INT(errno, EIO);
	CHECK(green_scope_cancel_called(&s));
	CHECK(!green_scope_caught(&s));
}

MOCK_TEST(a_block_ends_a_cancellation_that_its_end_overlooks)
{
	struct green_scope s;

	errno = EDOM;
	GREEN_SCOPE(&s) {
		green_scope_cancel(&s, NULL);
		CHECK_ERRNO(green_checkpoint(), ECANCELED);
		errno = EIO;
	}
	CHECK_INT(errno, EDOM);
	CHECK(green_scope_caught(&s));
}

MOCK_TEST(break_leaves_a_block_but_not_the_loop_around_it)
{
	struct green_scope s;
	int i, rounds = 0;

	errno = EDOM;
	for (i = 0; i < 3; i++) {
		GREEN_MOVE_ON_AFTER(&s, GREEN_SEC) {
			CHECK_ERRNO(green_sleep_forever(), ECANCELED);
			break;
		}
		CHECK(green_scope_caught(&s));
		nothing_is_open();
		rounds++;
	}
	CHECK_INT(errno, EDOM);
	CHECK_INT(rounds, 3);
}

static int
leave_by_return(struct green_scope *outer, struct green_scope *inner)
{
	GREEN_SCOPE(outer) {
		GREEN_MOVE_ON_AFTER(inner, GREEN_SEC) {
			if (green_sleep_forever() == -1)
				return (42);
		}
	}
	return (0);
}

MOCK_TEST(return_leaves_blocks)
{
	struct green_scope outer, inner;

	errno = EDOM;
	CHECK_INT(leave_by_return(&outer, &inner), 42);
	CHECK_INT(errno, EDOM);
	CHECK(green_scope_caught(&inner));
	CHECK(!green_scope_caught(&outer));
	nothing_is_open();
}

MOCK_TEST(goto_leaves_blocks)
{
	struct green_scope outer, inner;

	errno = EDOM;
	GREEN_MOVE_ON_AFTER(&outer, GREEN_SEC) {
		GREEN_SCOPE(&inner) {
			if (green_sleep_forever() == -1)
				goto out;
		}
		CHECK(false);
	}
out:
	CHECK_INT(errno, EDOM);
	CHECK(!green_scope_caught(&inner));
	CHECK(green_scope_caught(&outer));
	nothing_is_open();
}

static int
fail_inside(struct green_scope *s, int code)
{
	GREEN_SCOPE(s) {
		errno = code;
		return (-1);
	}
	return (0);
}

MOCK_TEST(an_error_leaves_a_block_with_its_errno)
{
	struct green_scope s;

	CHECK_ERRNO(fail_inside(&s, EIO), EIO);
	CHECK_ERRNO(fail_inside(&s, ECANCELED), ECANCELED);
	CHECK(!green_scope_caught(&s));
	nothing_is_open();
}

MOCK_TEST(a_block_lets_an_outer_cancellation_through)
{
	struct green_scope outer, inner;

	errno = EDOM;
	GREEN_SCOPE(&outer) {
		GREEN_SCOPE(&inner) {
			green_scope_cancel(&inner, NULL);
			green_scope_cancel(&outer, NULL);
			CHECK_ERRNO(green_checkpoint(), ECANCELED);
		}
		CHECK_INT(errno, ECANCELED);
		CHECK(!green_scope_caught(&inner));
		CHECK_ERRNO(green_checkpoint(), ECANCELED);
	}
	CHECK_INT(errno, EDOM);
	CHECK(green_scope_caught(&outer));
	nothing_is_open();
}

MOCK_TEST(a_shield_block_cleans_up_in_a_cancelled_scope)
{
	struct green_scope s, shield;
	int64_t began = green_now();

	green_scope_open(&s);
	green_scope_cancel(&s, NULL);
	CHECK_ERRNO(green_checkpoint(), ECANCELED);
	GREEN_SHIELD(&shield, 2 * GREEN_SEC) {
		CHECK(green_scope_shield(&shield));
		CHECK_INT(green_sleep(GREEN_SEC), 0);
	}
	CHECK_INT(green_now() - began, GREEN_SEC);
	CHECK(!green_scope_caught(&shield));
	CHECK_ERRNO(green_checkpoint(), ECANCELED);
	CHECK_INT(green_scope_close(&s, -1), 0);
}

MOCK_TEST(a_shield_block_ends_at_its_time)
{
	struct green_scope s, shield;
	int64_t began = green_now();

	green_scope_open(&s);
	green_scope_cancel(&s, NULL);
	errno = EDOM;
	GREEN_SHIELD(&shield, 2 * GREEN_SEC)
		CHECK_ERRNO(green_sleep_forever(), ECANCELED);
	CHECK_INT(errno, EDOM);
	CHECK_INT(green_now() - began, 2 * GREEN_SEC);
	CHECK(green_scope_caught(&shield));
	CHECK_ERRNO(green_checkpoint(), ECANCELED);
	CHECK_INT(green_scope_close(&s, -1), 0);
}

MOCK_TEST(a_task_inside_a_block_does_not_mark_it)
{
	struct green_scope s;
	struct green_group g;

	GREEN_SCOPE(&s) {
		green_group_open(&g);
		CHECK_INT(green_spawn(&g, sleep_forever, NULL), 0);
		CHECK_INT(green_sleep(1), 0);
		green_group_cancel(&g, NULL);
		CHECK_INT(green_group_close(&g, 0), 0);
		errno = EIO;
	}
	CHECK_INT(errno, EIO);
	CHECK(!green_scope_caught(&s));
	CHECK(green_scope_caught(&g.scope));
}

CU_TestInfo block_tests[] = {
	CLAIM(a_block_catches_what_its_deadline_cancelled),
	CLAIM(a_block_that_is_done_in_time_catches_nothing),
	CLAIM(a_block_in_which_no_checkpoint_failed_catches_nothing),
	CLAIM(a_block_ends_a_cancellation_that_its_end_overlooks),
	CLAIM(break_leaves_a_block_but_not_the_loop_around_it),
	CLAIM(return_leaves_blocks),
	CLAIM(goto_leaves_blocks),
	CLAIM(an_error_leaves_a_block_with_its_errno),
	CLAIM(a_block_lets_an_outer_cancellation_through),
	CLAIM(a_shield_block_cleans_up_in_a_cancelled_scope),
	CLAIM(a_shield_block_ends_at_its_time),
	CLAIM(a_task_inside_a_block_does_not_mark_it),
	CU_TEST_INFO_NULL
};
