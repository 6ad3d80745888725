/*
 * Giving way: who does, who does not, and that nobody keeps the loop.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <string.h>

#include "check.h"
#include "tasks.h"

struct writer {
	char	*text;
	char	 letter;
	void	(*give_way)(void);
};

static void
by_checkpoint(void)
{
	CHECK_INT(green_checkpoint(), 0);
}

static void
by_sleep(void)
{
	CHECK_INT(green_sleep(0), 0);
}

static int
write_in_turn(void *arg)
{
	struct writer *w = arg;
	int i;

	for (i = 0; i < 4; i++) {
		strncat(w->text, &w->letter, 1);
		w->give_way();
	}
	return (0);
}

static int
take_turns(void (*give_way)(void), int rc)
{
	char text[16] = "";
	struct writer a = { text, 'a', give_way }, b = { text, 'b', give_way };
	struct green_group g;

	green_group_open(&g);
	CHECK_INT(green_spawn(&g, write_in_turn, &a), 0);
	CHECK_INT(green_spawn(&g, write_in_turn, &b), 0);
	rc = green_group_close(&g, rc);
	CHECK_STR(text, "abababab");
	return (rc);
}

MOCK_TEST(a_checkpoint_always_gives_way)
{
	struct green_scope s;

	CHECK_INT(take_turns(by_checkpoint, 0), 0);
	CHECK_INT(take_turns(by_sleep, 0), 0);
	CHECK_INT(take_turns(green_cancel_shielded_checkpoint, 0), 0);

	green_scope_open(&s);
	green_scope_cancel(&s, NULL);
	CHECK_ERRNO(take_turns(green_cancel_shielded_checkpoint, 0),
	    ECANCELED);
	CHECK_INT(green_scope_close(&s, -1), 0);
}

MOCK_TEST(asking_for_cancellation_does_not_give_way)
{
	struct green_group g;
	int i, n = 0;

	green_group_open(&g);
	CHECK_INT(green_spawn(&g, count_up, &n), 0);
	for (i = 0; i < 10000; i++)
		if (!CHECK_INT(green_checkpoint_if_cancelled(), 0))
			break;
	CHECK_INT(n, 0);
	CHECK_INT(green_group_close(&g, 0), 0);
}

MOCK_TEST(what_opens_spawns_sets_and_asks_does_not_give_way)
{
	struct green_event e = { 0 };
	struct green_lock l = { 0 };
	struct green_scope s;
	struct green_group g, empty[200];
	int i, n = 0;

	green_group_open(&g);
	CHECK_INT(green_spawn(&g, count_up, &n), 0);
	for (i = 0; i < 200; i++) {
		green_fail_after(&s, GREEN_SEC);
		green_scope_set_shield(&s, true);
		green_scope_extend(&s, GREEN_SEC);
		green_scope_cancel(&s, "enough");
		CHECK_INT(green_scope_close(&s, 0), 0);
		green_group_open(&empty[i]);
		green_event_set(&e);
		CHECK_INT(green_lock_acquire_nowait(&l), 0);
		CHECK_INT(green_lock_release(&l), 0);
		green_set_name(green_self(), "busy");
		CHECK(green_now() > 0);
		CHECK_INT(green_spawn(&g, do_nothing, NULL), 0);
	}
	green_group_cancel(&empty[0], NULL);
	CHECK_INT(n, 0);
	while (i-- > 0)
		CHECK_INT(green_group_close(&empty[i], 0), 0);
	CHECK_INT(green_group_close(&g, 0), 0);
}

/* Calls that never have to wait. */
static struct green_event is_set;
static struct green_sem plenty;
static struct green_lock free_lock;

static int
wait_for_what_is_set(void)
{
	return (green_event_wait(&is_set));
}

static int
take_of_plenty(void)
{
	return (green_sem_acquire(&plenty));
}

static int
lock_and_release(void)
{
	if (green_lock_acquire(&free_lock) == -1)
		return (-1);
	return (green_lock_release(&free_lock));
}

static int
close_empty_group(void)
{
	struct green_group g;

	green_group_open(&g);
	return (green_group_close(&g, 0));
}

MOCK_TEST(calls_that_never_block_starve_nobody)
{
	int (*const calls[])(void) = {
		green_checkpoint, wait_for_what_is_set, take_of_plenty,
		lock_and_release, close_empty_group
	};
	struct green_group g;
	size_t c;
	int i, n;

	green_event_set(&is_set);
	CHECK_INT(green_sem_init(&plenty, 100000, 0), 0);
	for (c = 0; c < sizeof(calls) / sizeof(calls[0]); c++) {
		n = 0;
		green_group_open(&g);
		CHECK_INT(green_spawn(&g, count_up, &n), 0);
		for (i = 0; n == 0 && i < 10000; i++)
			CHECK_INT(calls[c](), 0);
		CHECK(i <= 1000);
		CHECK_INT(green_group_close(&g, 0), 0);
	}
}

MOCK_TEST(calls_that_never_block_are_cheap)
{
	struct green_group g;
	int n = 0;

	/* The first does not give way yet. */
	green_event_set(&is_set);
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, count_up, &n), 0);
	CHECK_INT(green_event_wait(&is_set), 0);
	CHECK_INT(n, 0);
	CHECK_INT(green_group_close(&g, 0), 0);
}

MOCK_TEST(a_task_that_ignores_its_cancellation_starves_nobody)
{
	int (*const calls[])(void) = {
		green_checkpoint, green_checkpoint_if_cancelled,
		green_sleep_forever, wait_for_what_is_set, take_of_plenty,
		lock_and_release
	};
	struct green_group g;
	struct green_scope s;
	size_t c;
	int i, n;

	for (c = 0; c < 6; c++) {
		n = 0;
		green_group_open(&g);
		green_scope_open(&s);
		green_scope_cancel(&s, NULL);
		CHECK_INT(green_spawn(&g, count_up, &n), 0);
		for (i = 0; n == 0 && i < 5000; i++)
			CHECK_ERRNO(calls[c](), ECANCELED);
		CHECK(i <= 1000);
		errno = ECANCELED;
		CHECK_INT(green_scope_close(&s, -1), 0);
		CHECK_INT(green_group_close(&g, 0), 0);
	}
}

/* So many checkpoints, and fail. */
static void
fail_often(int n)
{
	struct green_scope s;

	green_scope_open(&s);
	green_scope_cancel(&s, NULL);
	while (n-- > 0)
		CHECK_ERRNO(green_checkpoint(), ECANCELED);
	errno = ECANCELED;
	CHECK_INT(green_scope_close(&s, -1), 0);
}

static int
be_deaf(void *arg)
{
	green_set_name(green_self(), "deaf");
	fail_often(*(int *)arg);
	return (0);
}

static int
be_deaf_twice(void *arg)
{
	be_deaf(arg);
	return (be_deaf(arg));
}

static int
be_deaf_with_breaks(void *arg)
{
	struct green_scope s, shield;
	int i, n = *(int *)arg;

	green_scope_open(&s);
	green_scope_cancel(&s, NULL);
	for (i = 0; i < 2 * n; i++) {
		if (i == n) {
			green_scope_open(&shield);
			green_scope_set_shield(&shield, true);
			CHECK_INT(green_checkpoint(), 0);
			CHECK_INT(green_scope_close(&shield, 0), 0);
		}
		CHECK_ERRNO(green_checkpoint(), ECANCELED);
	}
	errno = ECANCELED;
	return ((int)green_scope_close(&s, -1));
}

PLAIN_TEST(ten_thousand_failed_checkpoints_are_reported)
{
	int many = 10000;

	survives(be_deaf, &many, "\"deaf\"\n10000");
}

PLAIN_TEST(fewer_failed_checkpoints_in_a_row_are_not)
{
	int less = 9990;

	survives(be_deaf, &less, NULL);
	survives(be_deaf_twice, &less, NULL);
	survives(be_deaf_with_breaks, &less, NULL);
}

CU_TestInfo checkpoint_tests[] = {
	CLAIM(a_checkpoint_always_gives_way),
	CLAIM(asking_for_cancellation_does_not_give_way),
	CLAIM(what_opens_spawns_sets_and_asks_does_not_give_way),
	CLAIM(calls_that_never_block_starve_nobody),
	CLAIM(calls_that_never_block_are_cheap),
	CLAIM(a_task_that_ignores_its_cancellation_starves_nobody),
	CLAIM(ten_thousand_failed_checkpoints_are_reported),
	CLAIM(fewer_failed_checkpoints_in_a_row_are_not),
	CU_TEST_INFO_NULL
};
