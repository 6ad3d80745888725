/*
 * Deadlocks: every task waits, and nothing can wake one.  Each is tried in a
 * child, as it tells standard error.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <pthread.h>
#include <unistd.h>

#include <green/net.h>
#include <green/thread.h>

#include "green/internal.h"

#include "check.h"
#include "gate.h"
#include "tasks.h"

/* A loop that deadlocks, called outside of any. */
static int
run_into_deadlock(green_fn *fn)
{
	CHECK_ERRNO(IN_LOOP(fn, NULL, NULL), EDEADLK);
	CHECK_INT(IN_LOOP(do_nothing, NULL, NULL), 0);
	return (0);
}

static int
wait_for_nothing(void *arg)
{
	struct green_event never = { 0 };
	struct green_group g;

	(void)arg;
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, wait_for_event, &never), 0);
	CHECK_INT(green_spawn(&g, sleep_forever, NULL), 0);
	CHECK_ERRNO(green_group_close(&g, 0), ECANCELED);
	CHECK_INT(green_event_waiting(&never), 0);
	return (0);
}

static int
all_wait(void *unused)
{
	(void)unused;
	return (run_into_deadlock(wait_for_nothing));
}

PLAIN_TEST(a_deadlock_is_told_with_a_dump_of_the_tasks)
{
	survives_plain(all_wait, NULL, "main\nwait_for_event\nsleep_forever\n"
	    "event");
}

static int
sleep_and_expect(void *unused)
{
	(void)unused;
	CHECK_ERRNO(green_sleep_forever(), ECANCELED);
	return (0);
}

static int
one_sleeps(void *unused)
{
	(void)unused;
	return (run_into_deadlock(sleep_and_expect));
}

PLAIN_TEST(sleeping_forever_alone_is_a_deadlock)
{
	survives_plain(one_sleeps, NULL, "main\nsleep");
}

static int
sleep_behind_shield(void *arg)
{
	struct green_scope s;

	(void)arg;
	green_scope_open(&s);
	green_scope_set_shield(&s, true);
	CHECK_ERRNO(green_sleep_forever(), ECANCELED);
	CHECK_ERRNO(green_checkpoint(), ECANCELED);
	errno = ECANCELED;
	return ((int)green_scope_close(&s, -1));
}

static int
shield_all(void *unused)
{
	struct green_group g;

	(void)unused;
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, sleep_behind_shield, NULL), 0);
	CHECK_INT(green_spawn(&g, sleep_forever, NULL), 0);
	CHECK_INT(sleep_behind_shield(NULL), -1);
	return (green_group_close(&g, 0));
}

static int
all_shielded(void *unused)
{
	(void)unused;
	return (run_into_deadlock(shield_all));
}

PLAIN_TEST(a_deadlock_reaches_those_who_sleep_behind_shields)
{
	survives_plain(all_shielded, NULL, "main\nsleep_behind_shield\nshield");
}

/* Clean-up that waits again, which in a deadlock must end as well. */
static int
clean_up_for_ever(void *unused)
{
	struct green_scope s;

	(void)unused;
	CHECK_ERRNO(green_sleep_forever(), ECANCELED);
	GREEN_SHIELD(&s, GREEN_FOREVER)
		CHECK_ERRNO(green_sleep_forever(), ECANCELED);
	return (0);
}

static int
clean_up_stuck(void *unused)
{
	(void)unused;
	return (run_into_deadlock(clean_up_for_ever));
}

PLAIN_TEST(clean_up_that_gets_stuck_in_a_deadlock_is_cancelled_too)
{
	survives_plain(clean_up_stuck, NULL, "main");
}

static int
clean_up_in_time(void *unused)
{
	struct green_scope s;

	(void)unused;
	CHECK_ERRNO(green_sleep_forever(), ECANCELED);
	GREEN_SHIELD(&s, 3600 * GREEN_SEC)
		CHECK_INT(green_sleep(GREEN_MSEC), 0);
	return (0);
}

static int
clean_up(void *unused)
{
	(void)unused;
	return (run_into_deadlock(clean_up_in_time));
}

PLAIN_TEST(a_shield_lets_clean_up_be_done_in_a_deadlock)
{
	survives_plain(clean_up, NULL, "main");
}

static int
lock_twice(void *arg)
{
	struct green_lock *locks = arg;
	int rc;

	CHECK_INT(green_lock_acquire(&locks[0]), 0);
	CHECK_INT(green_checkpoint(), 0);
	CHECK_ERRNO(rc = green_lock_acquire(&locks[1]), ECANCELED);
	CHECK_INT(green_lock_release(&locks[0]), 0);
	errno = ECANCELED;
	return (rc);
}

static int
lock_crosswise(void *unused)
{
	struct green_lock a[3] = { { { NULL } } };
	struct green_group g;

	(void)unused;
	/* 0 waits for 1, 1 for 2, and the host has 2 and waits for 0. */
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, lock_twice, &a[0]), 0);
	CHECK_INT(green_spawn(&g, lock_twice, &a[1]), 0);
	CHECK_INT(green_lock_acquire(&a[2]), 0);
	CHECK_INT(green_checkpoint(), 0);
	CHECK_ERRNO(green_lock_acquire(&a[0]), ECANCELED);
	CHECK_INT(green_lock_release(&a[2]), 0);
	errno = ECANCELED;
	return (green_group_close(&g, -1));
}

static int
locks_crossed(void *unused)
{
	(void)unused;
	return (run_into_deadlock(lock_crosswise));
}

PLAIN_TEST(locks_taken_crosswise_are_a_deadlock)
{
	survives_plain(locks_crossed, NULL, "lock_twice\nlock");
}

MOCK_TEST(a_deadline_is_enough_to_be_no_deadlock)
{
	struct green_scope s;

	green_move_on_after(&s, 3600 * GREEN_SEC);
	CHECK_ERRNO(green_sleep_forever(), ECANCELED);
	CHECK_INT(green_scope_close(&s, -1), 0);
	CHECK_INT(green_scope_cause(&s), GREEN_DEADLINE);
}

struct writer {
	struct loop *loop;
	int	 fd;
};

static void *
write_when_asleep(void *arg)
{
	struct writer *w = arg;

	(void)gate_till_asleep(w->loop);
	(void)!write(w->fd, "x", 1);
	return (NULL);
}

GREEN_TEST(a_descriptor_waited_for_is_enough_to_be_no_deadlock)
{
	struct writer w = { .loop = green__loop };
	pthread_t thread;
	int fd[2];

	REQUIRE(CHECK_INT(pipe(fd), 0));
	w.fd = fd[1];
	if (CHECK_INT(pthread_create(&thread, NULL, write_when_asleep, &w), 0)) {
		CHECK_INT(green_wait_readable(fd[0]), 0);
		pthread_join(thread, NULL);
	}
	close(fd[0]);
	close(fd[1]);
}

GREEN_TEST(a_call_under_way_is_enough_to_be_no_deadlock)
{
	CHECK_INT(green_to_thread(gate_till_asleep, green__loop), 0);
}

CU_TestInfo deadlock_tests[] = {
	CLAIM(a_deadlock_is_told_with_a_dump_of_the_tasks),
	CLAIM(sleeping_forever_alone_is_a_deadlock),
	CLAIM(a_deadlock_reaches_those_who_sleep_behind_shields),
	CLAIM(clean_up_that_gets_stuck_in_a_deadlock_is_cancelled_too),
	CLAIM(a_shield_lets_clean_up_be_done_in_a_deadlock),
	CLAIM(locks_taken_crosswise_are_a_deadlock),
	CLAIM(a_deadline_is_enough_to_be_no_deadlock),
	CLAIM(a_descriptor_waited_for_is_enough_to_be_no_deadlock),
	CLAIM(a_call_under_way_is_enough_to_be_no_deadlock),
	CU_TEST_INFO_NULL
};
