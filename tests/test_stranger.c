/*
 * Meddling with what belongs to another task or another thread: it is found at
 * once, and told with the names of the tasks and the places.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <pthread.h>
#include <stdio.h>

#include <green/channel.h>

#include "check.h"
#include "tasks.h"

/* "test_stranger.c:12", of the line it stands in. */
#define HERE(buf)							\
	snprintf((buf), sizeof(buf), "test_stranger.c:%d", __LINE__)

/* Locks. */

static char taken_at[64];

static int
hold(void *lock)
{
	HERE(taken_at); REQUIRE_TASK(CHECK_INT(green_lock_acquire(lock), 0));
	CHECK_INT(green_sleep(GREEN_SEC), 0);
	return (green_lock_release(lock));
}

/* A task that holds l for a second. */
static void
have_held(struct green_group *g, struct green_lock *l)
{
	green_group_open(g);
	CHECK_INT(green_spawn(g, hold, l), 0);
	green_cancel_shielded_checkpoint();
}

MOCK_TEST(a_stranger_who_releases_a_lock_is_told_whose_it_is)
{
	struct green_lock l = { 0 };
	struct green_group g;

	have_held(&g, &l);
	CHECK_ERRNO(green_lock_release(&l), EPERM);
	CHECK_HAS(green_errmsg(), "\"hold\"");
	CHECK_HAS(green_errmsg(), taken_at);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_ERRNO(green_lock_release(&l), EPERM);
	CHECK_HAS(green_errmsg(), "nobody");
}

MOCK_TEST(who_takes_a_lock_twice_is_told_where_he_took_it)
{
	struct green_lock l = { 0 };

	HERE(taken_at); CHECK_INT(green_lock_acquire_nowait(&l), 0);
	CHECK_ERRNO(green_lock_acquire(&l), EDEADLK);
	CHECK_HAS(green_errmsg(), "\"main\"");
	CHECK_HAS(green_errmsg(), taken_at);
	CHECK_ERRNO(green_lock_acquire_nowait(&l), EDEADLK);
	CHECK_HAS(green_errmsg(), taken_at);
	CHECK_INT(green_lock_release(&l), 0);
}

static int
end_with(void *lock)
{
	HERE(taken_at); REQUIRE_TASK(CHECK_INT(green_lock_acquire(lock), 0));
	return (green_sleep(GREEN_SEC));
}

MOCK_TEST(whoever_finds_a_dead_lock_is_told_who_ended_with_it)
{
	struct green_lock l = { 0 };
	struct green_group g;

	green_group_open(&g);
	CHECK_INT(green_spawn(&g, end_with, &l), 0);
	green_cancel_shielded_checkpoint();
	/* Who waits meanwhile, */
	CHECK_ERRNO(green_lock_acquire(&l), EOWNERDEAD);
	CHECK_HAS(green_errmsg(), "\"end_with\"");
	CHECK_HAS(green_errmsg(), taken_at);
	CHECK_INT(green_group_close(&g, 0), 0);
	/* and who comes later. */
	CHECK_ERRNO(green_lock_acquire_nowait(&l), EOWNERDEAD);
	CHECK_HAS(green_errmsg(), "\"end_with\"");
	CHECK_HAS(green_errmsg(), taken_at);
	CHECK_ERRNO(green_lock_release(&l), EPERM);
	CHECK_HAS(green_errmsg(), "\"end_with\"");
}

static struct green_cond cond;

static int
notify_once(void *unused)
{
	(void)unused;
	CHECK_INT(green_cond_acquire(&cond), 0);
	CHECK_INT(green_cond_notify(&cond, 1), 0);
	CHECK_ERRNO(green_cond_acquire(&cond), EDEADLK);
	return (green_cond_release(&cond));
}

MOCK_TEST(a_lock_handed_over_was_taken_where_its_new_owner_asked)
{
	struct green_group g;

	green_cond_init(&cond, NULL);
	HERE(taken_at); CHECK_INT(green_cond_acquire(&cond), 0);
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, notify_once, NULL), 0);
	CHECK_INT(green_cond_wait(&cond), 0);
	CHECK_ERRNO(green_cond_acquire_nowait(&cond), EDEADLK);
	CHECK_HAS(green_errmsg(), taken_at);
	CHECK_INT(green_cond_release(&cond), 0);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_ERRNO(green_cond_wait(&cond), EPERM);
	CHECK_HAS(green_errmsg(), "nobody");
}

static int
sleep_with_lock(void *lock)
{
	CHECK_INT(green_lock_acquire(lock), 0);
	CHECK_ERRNO(green_sleep_forever(), ECANCELED);
	return (green_lock_release(lock));
}

static int
wait_for_sleeper(void *unused)
{
	struct green_lock l = { 0 };
	struct green_group g;

	(void)unused;
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, sleep_with_lock, &l), 0);
	green_cancel_shielded_checkpoint();
	CHECK_ERRNO(green_lock_acquire(&l), ECANCELED);
	errno = ECANCELED;
	CHECK_ERRNO(green_group_close(&g, -1), ECANCELED);
	return (0);
}

static int
deadlock(void *fn)
{
	CHECK_ERRNO(IN_LOOP(*(green_fn **)fn, NULL, NULL), EDEADLK);
	return (0);
}

PLAIN_TEST(a_dump_tells_whose_lock_is_waited_for)
{
	green_fn *fn = wait_for_sleeper;

	survives_plain(deadlock, &fn, "waits for lock of sleep_with_lock (2), "
	    "who took it at \ntest_stranger.c:");
}

/* Other threads. */

struct stranger {
	green_fn *fn;
	void	*arg;
	int	 rc;
};

static void *
be_stranger(void *arg)
{
	struct stranger *s = arg;

	s->rc = s->fn(s->arg);
	return (NULL);
}

/* fn(arg) in a thread of its own, while the loop waits. */
static int
in_a_thread(green_fn *fn, void *arg)
{
	struct stranger s = { fn, arg, -1 };
	pthread_t thread;

	REQUIRE_TASK(CHECK_INT(pthread_create(&thread, NULL, be_stranger, &s),
	    0));
	pthread_join(thread, NULL);
	return (s.rc);
}

static int
meddle_with_event(void *set)
{
	struct green_event e = { 0 };
	struct green_group g;

	green_group_open(&g);
	CHECK_INT(green_spawn(&g, wait_for_event, &e), 0);
	green_cancel_shielded_checkpoint();
	return (green_group_close(&g, in_a_thread(*(green_fn **)set, &e)));
}

static int
set_in_loop(void *event)
{
	return (IN_LOOP(set_event, event, NULL));
}

PLAIN_TEST(what_another_thread_wakes_dies_by_name)
{
	green_fn *fn = set_event;

	dies(meddle_with_event, &fn, "\"wait_for_event\"\nevent\nthread");
	fn = set_in_loop;
	dies(meddle_with_event, &fn, "\"wait_for_event\"\nevent\nthread");
}

static int
send_seven(void *tx)
{
	int seven = 7;

	return (green_channel_send_nowait(tx, &seven));
}

static int
receive_one(void *rx)
{
	int item;

	return (green_channel_receive(rx, &item) == -1 ? -1 : 0);
}

static int
meddle_with_channel(void *unused)
{
	struct green_sender *tx;
	struct green_receiver *rx;
	struct green_group g;

	(void)unused;
	REQUIRE_TASK(CHECK_INT(green_channel_open(sizeof(int), 0, &tx, &rx),
	    0));
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, receive_one, rx), 0);
	green_cancel_shielded_checkpoint();
	return (green_group_close(&g, in_a_thread(send_seven, tx)));
}

PLAIN_TEST(an_item_sent_from_another_thread_dies_by_name)
{
	dies(meddle_with_channel, NULL, "\"receive_one\"\nchannel\nthread");
}

static int
move_deadline(void *scope)
{
	green_scope_set_deadline(scope, 0);
	return (0);
}

static int
shield_it(void *scope)
{
	green_scope_set_shield(scope, true);
	return (0);
}

static int
stop_it(void *scope)
{
	green_scope_stop(scope, GREEN_SEC, NULL);
	return (0);
}

static int
close_it(void *scope)
{
	return ((int)green_scope_close(scope, 0));
}

static int
meddle_with_scope(void *fn)
{
	struct green_scope s;

	green_set_name(green_self(), "owner");
	green_scope_open(&s);
	(void)in_a_thread(*(green_fn **)fn, &s);
	return ((int)green_scope_close(&s, 0));
}

PLAIN_TEST(a_scope_touched_in_another_thread_dies_by_name)
{
	green_fn *const meddlers[] = { cancel_scope, move_deadline, shield_it,
	    stop_it, close_it };
	static const char *const said[] = { "green_scope_cancel",
	    "green_scope_set_deadline", "green_scope_set_shield",
	    "green_scope_stop", "green_scope_close" };
	char text[128];
	green_fn *fn;
	size_t i;

	for (i = 0; i < sizeof(said) / sizeof(said[0]); i++) {
		fn = meddlers[i];
		snprintf(text, sizeof(text), "%s\n\"owner\"\ntest_stranger.c:",
		    said[i]);
		dies(meddle_with_scope, &fn, text);
	}
}

static int
cancel_it(void *task)
{
	green_task_cancel(task, NULL);
	return (0);
}

static int
meddle_with_task(void *unused)
{
	struct green_group g;
	struct green_task *t;

	(void)unused;
	green_group_open(&g);
	t = green_spawn_task(&g, sleep_forever, NULL);
	REQUIRE_TASK(CHECK(t != NULL));
	return (green_group_close(&g, in_a_thread(cancel_it, t)));
}

PLAIN_TEST(a_task_cancelled_in_another_thread_dies_by_name)
{
	dies(meddle_with_task, NULL, "green_task_cancel\n\"sleep_forever\"\n"
	    "test_stranger.c:");
}

static int
spawn_there(void *group)
{
	CHECK_ERRNO(green_spawn(group, do_nothing, NULL), EINVAL);
	CHECK_HAS(green_errmsg(), "another thread");
	return (0);
}

static int
spawn_from_a_loop(void *group)
{
	return (IN_LOOP(spawn_there, group, NULL));
}

static int
meddle_with_group(void *unused)
{
	struct green_group g;

	(void)unused;
	green_group_open(&g);
	return (green_group_close(&g, in_a_thread(spawn_from_a_loop, &g)));
}

PLAIN_TEST(a_group_of_another_thread_is_refused)
{
	survives(meddle_with_group, NULL, NULL);
}

MOCK_TEST(a_closed_scope_is_nobodys_to_cancel)
{
	struct green_scope s;

	green_scope_open(&s);
	CHECK_INT(green_scope_close(&s, 0), 0);
	CHECK_INT(in_a_thread(cancel_scope, &s), 0);
}

CU_TestInfo stranger_tests[] = {
	CLAIM(a_stranger_who_releases_a_lock_is_told_whose_it_is),
	CLAIM(who_takes_a_lock_twice_is_told_where_he_took_it),
	CLAIM(whoever_finds_a_dead_lock_is_told_who_ended_with_it),
	CLAIM(a_lock_handed_over_was_taken_where_its_new_owner_asked),
	CLAIM(a_dump_tells_whose_lock_is_waited_for),
	CLAIM(what_another_thread_wakes_dies_by_name),
	CLAIM(an_item_sent_from_another_thread_dies_by_name),
	CLAIM(a_scope_touched_in_another_thread_dies_by_name),
	CLAIM(a_task_cancelled_in_another_thread_dies_by_name),
	CLAIM(a_group_of_another_thread_is_refused),
	CLAIM(a_closed_scope_is_nobodys_to_cancel),
	CU_TEST_INFO_NULL
};
