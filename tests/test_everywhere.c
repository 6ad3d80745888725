/*
 * Programs that use each primitive, cancelled at each of their checkpoints:
 * they come back, and nothing is left or lost.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <string.h>
#include <unistd.h>

#include <green/channel.h>
#include <green/local.h>
#include <green/net.h>
#include <green/testing.h>
#include <green/thread.h>

#include "check.h"
#include "harness.h"
#include "tasks.h"

/* At least so many checkpoints has fn; all have been tried. */
static void
cancel_everywhere(green_fn *fn, int least)
{
	struct green_options opt = {
		.backend = combo.reactor, .mock_clock = true
	};

	CHECK(green_test_cancel_everywhere(fn, NULL, &opt) >= least);
}

/* Scopes and groups. */

static int
nest(void *arg)
{
	int depth = *(int *)arg, rc = 0, i;
	struct green_group g;

	if (depth-- == 0)
		return (green_sleep(GREEN_SEC));
	green_group_open(&g);
	for (i = 0; i < 2 && rc == 0; i++)
		rc = green_spawn_copy(&g, nest, &depth, sizeof(depth));
	if (rc == 0)
		rc = green_checkpoint();
	rc = green_group_close(&g, rc);
	CHECK_INT(green_group_failures(&g), 0);
	return (rc);
}

static int
use_groups(void *unused)
{
	int depth = 3;

	(void)unused;
	return (nest(&depth));
}

static int
use_scopes(void *unused)
{
	struct green_scope s, shield;
	int rc, done = 0;

	(void)unused;
	green_move_on_after(&s, GREEN_SEC);
	rc = (int)green_scope_close(&s, green_sleep_forever());
	if (rc == -1)
		return (-1);
	green_fail_after(&s, GREEN_SEC);
	rc = (int)green_scope_close(&s, green_sleep(2 * GREEN_SEC));
	if (rc == -1 && errno == ECANCELED)
		return (-1);
	CHECK_ERRNO(rc, ETIMEDOUT);
	/* What is shielded is done. */
	GREEN_SHIELD(&shield, GREEN_SEC) {
		if (green_sleep(GREEN_MSEC) == 0 && green_checkpoint() == 0)
			done = 1;
	}
	CHECK_INT(done, 1);
	return (green_checkpoint());
}

static int
serve_until_stopped(void *arg)
{
	int *served = arg, rc = 0;
	struct green_scope s;

	while (rc == 0 && !green_stopping()) {
		green_scope_open(&s);
		green_scope_set_stoppable(&s, true);
		rc = green_sleep(GREEN_SEC);
		rc = (int)green_scope_close(&s, rc);
		if (rc == 0)
			rc = green_sleep(GREEN_MSEC);
		++*served;
	}
	return (rc);
}

static int
use_stops(void *unused)
{
	struct green_group g;
	int rc, served = 0;

	(void)unused;
	green_group_open(&g);
	rc = green_spawn(&g, serve_until_stopped, &served);
	if (rc == 0)
		rc = green_sleep(3 * GREEN_SEC);
	if (rc == 0)
		green_scope_stop(&g.scope, GREEN_SEC, "closing time");
	return (green_group_close(&g, rc));
}

static int
say_started(void *arg)
{
	if (green_sleep(GREEN_MSEC) == -1 || green_started(arg) == -1)
		return (-1);
	return (green_sleep(GREEN_SEC));
}

static int
use_handles(void *unused)
{
	struct green_group g;
	struct green_task *t = NULL, *started = NULL;
	void *value = NULL;
	int rc;

	(void)unused;
	green_group_open(&g);
	rc = green_spawn_daemon(&g, sleep_forever, NULL);
	if (rc == 0)
		started = green_start_task(&g, say_started, &rc, &value);
	if (started != NULL) {
		CHECK(value == &rc);
		t = green_spawn_task(&g, sleep_forever, NULL);
	} else
		rc = -1;
	if (t != NULL) {
		rc = green_sleep(1);
		green_task_cancel(t, NULL);
		if (rc == 0)
			rc = green_task_wait(t);
		if (rc == 0)
			rc = green_task_wait(started);
		green_task_release(t);
	}
	rc = green_group_close(&g, rc);
	CHECK_INT(green_group_failures(&g), 0);
	return (rc);
}

/* Patterns. */

static int
nap(size_t i, void *sum)
{
	if (green_sleep((int64_t)i * GREEN_MSEC) == -1)
		return (-1);
	*(size_t *)sum += i;
	return (0);
}

static int
count(size_t i, int rc, int code, void *n)
{
	(void)i;
	CHECK(rc != -1 || code == ECANCELED);
	++*(int *)n;
	return (0);
}

static int
use_patterns(void *unused)
{
	int64_t length[] = { 3, 1, 2 };
	struct green_call calls[] = {
		{ sleep_for, &length[0] }, { sleep_for, &length[1] },
		{ sleep_for, &length[2] }
	};
	int rc[3], n = 0;
	size_t sum = 0;

	(void)unused;
	if (green_map(5, 2, nap, &sum) == -1)
		return (-1);
	CHECK_INT(sum, 10);
	if (green_gather(calls, 3, rc) == -1)
		return (-1);
	CHECK_INT(rc[0] + rc[1] + rc[2], 0);
	if (green_as_completed(calls, 3, count, &n) == -1)
		return (-1);
	CHECK_INT(n, 3);
	n = green_first(calls, 3);
	if (n == -1)
		return (-1);
	CHECK_INT(n, 1);
	return (0);
}

/* What is fought for: all of it is given back. */

static struct fight {
	struct green_lock lock;
	struct green_cond cond;
	struct green_sem sem;
	struct green_limiter limiter;
	struct green_event event;
	struct green_future future;
	int	 inside, stock;
} fight;

static int
fight_for_lock(struct fight *f)
{
	int rc;

	if (green_lock_acquire(&f->lock) == -1)
		return (-1);
	CHECK_INT(++f->inside, 1);
	rc = green_sleep(1);
	f->inside--;
	CHECK_INT(green_lock_release(&f->lock), 0);
	return (rc);
}

static int
fight_for_permits(struct fight *f)
{
	int rc;

	if (green_sem_acquire(&f->sem) == -1)
		return (-1);
	rc = green_checkpoint();
	CHECK_INT(green_sem_release(&f->sem), 0);
	if (rc == -1 || green_limiter_acquire(&f->limiter) == -1)
		return (-1);
	rc = green_sleep(1);
	CHECK_INT(green_limiter_release(&f->limiter), 0);
	return (rc);
}

static bool
in_stock(void *f)
{
	return (((struct fight *)f)->stock > 0);
}

static int
take_from_stock(void *unused)
{
	struct fight *f = &fight;
	int rc;

	(void)unused;
	if (green_cond_acquire(&f->cond) == -1)
		return (-1);
	rc = green_cond_wait_for(&f->cond, in_stock, f);
	if (rc == 0)
		f->stock--;
	CHECK_INT(green_cond_release(&f->cond), 0);
	return (rc);
}

static int
put_in_stock(void *unused)
{
	struct fight *f = &fight;

	(void)unused;
	if (green_cond_acquire(&f->cond) == -1)
		return (-1);
	f->stock++;
	CHECK_INT(green_cond_notify(&f->cond, 1), 0);
	return (green_cond_release(&f->cond));
}

static int
fight_on(void *unused)
{
	struct fight *f = &fight;

	(void)unused;
	if (green_event_wait(&f->event) == -1 || fight_for_lock(f) == -1 ||
	    fight_for_permits(f) == -1)
		return (-1);
	return (green_future_wait(&f->future, NULL));
}

static int
use_sync(void *unused)
{
	struct fight *f = &fight;
	struct green_group g;
	int i, rc = 0;

	(void)unused;
	memset(f, 0, sizeof(*f));
	CHECK_INT(green_sem_init(&f->sem, 1, 1), 0);
	green_limiter_init(&f->limiter, 1);
	green_cond_init(&f->cond, NULL);
	green_group_open(&g);
	for (i = 0; i < 3 && rc == 0; i++) {
		rc = green_spawn(&g, fight_on, NULL);
		if (rc == 0)
			rc = green_spawn(&g, take_from_stock, NULL);
	}
	for (i = 0; i < 3 && rc == 0; i++)
		rc = green_spawn(&g, put_in_stock, NULL);
	if (rc == 0)
		rc = green_sleep(1);
	green_event_set(&f->event);
	if (rc == 0)
		rc = green_sleep(100);
	CHECK_INT(green_future_set(&f->future, f), 0);
	rc = green_group_close(&g, rc);
	CHECK_INT(f->inside, 0);
	CHECK(!green_lock_locked(&f->lock));
	CHECK(!green_cond_locked(&f->cond));
	CHECK_INT(green_cond_waiting(&f->cond), 0);
	CHECK_INT(green_sem_value(&f->sem), 1);
	CHECK_INT(green_limiter_borrowed(&f->limiter), 0);
	return (rc);
}

/* What goes from one to another: what was sent is received, or dropped. */

static int	 sent, came;

static void
drop(void *item)
{
	came += *(int *)item;
}

static int
send_three(void *arg)
{
	struct green_sender *tx = arg;
	int i, rc = 0, one = 1;

	for (i = 0; i < 3 && rc == 0; i++)
		if ((rc = green_channel_send(tx, &one)) == 0)
			sent++;
	green_sender_close(tx);
	return (rc == -1 && errno == EPIPE ? 0 : rc);
}

static int
receive_all(void *arg)
{
	struct green_receiver *rx = arg;
	int rc, item;

	while ((rc = green_channel_receive(rx, &item)) == 1)
		came += item;
	green_receiver_close(rx);
	return (rc);
}

static int
select_all(void *arg)
{
	struct green_receiver *const *rx = arg;
	int item[2], rc, left = 2;
	struct green_case cases[] = {
		{ .receive_from = rx[0], .item = &item[0] },
		{ .receive_from = rx[1], .item = &item[1] }
	};

	while (left > 0 && (rc = green_select(cases, (size_t)left, true)) >= 0) {
		if (cases[rc].result == 1)
			came += *(int *)cases[rc].item;
		else
			cases[rc] = cases[--left];
	}
	green_receiver_close(rx[0]);
	green_receiver_close(rx[1]);
	return (left > 0 ? -1 : 0);
}

static int
use_channels(void *unused)
{
	static const size_t capacity[] = { 0, 1, GREEN_UNBOUNDED };
	struct green_sender *tx[2];
	struct green_receiver *rx[2];
	struct green_group g;
	int c, i, rc = 0;

	(void)unused;
	for (c = 0; c < 3 && rc == 0; c++) {
		sent = came = 0;
		green_group_open(&g);
		for (i = 0; i < 2; i++) {
			REQUIRE_TASK(CHECK_INT(green_channel_open(sizeof(int),
			    capacity[c], &tx[i], &rx[i]), 0));
			green_channel_set_drop(rx[i], drop);
			rc = green_spawn(&g, receive_all,
			    green_receiver_clone(rx[i]));
			CHECK_INT(rc, 0);
			rc = green_spawn(&g, send_three,
			    green_sender_clone(tx[i]));
			CHECK_INT(rc, 0);
			rc = green_spawn(&g, send_three, tx[i]);
			CHECK_INT(rc, 0);
		}
		rc = green_group_close(&g, select_all(rx));
		CHECK_INT(sent, came);
		CHECK(rc == -1 || sent == 12);
	}
	return (rc);
}

static int
read_topic(void *arg)
{
	struct green_subscriber *s = arg;
	int rc, item;

	do {
		rc = green_subscriber_receive(s, &item);
		if (rc == 1)
			came++;
		else if (rc == -1 && errno == EOVERFLOW) {
			came += (int)green_subscriber_missed(s);
			rc = 1;
		}
	} while (rc == 1);
	green_subscriber_close(s);
	return (rc);
}

static int
use_topics(void *unused)
{
	struct green_topic *t = green_topic_open(sizeof(int), 2);
	struct green_group g;
	int i, rc = 0;

	(void)unused;
	REQUIRE_TASK(CHECK(t != NULL));
	came = 0;
	green_group_open(&g);
	for (i = 0; i < 2; i++)
		CHECK_INT(green_spawn(&g, read_topic,
		    green_topic_subscribe(t)), 0);
	for (i = 0; i < 6 && rc == 0; i++) {
		CHECK_INT(green_topic_publish(t, &i), 0);
		if (i % 4 == 0)
			rc = green_sleep(1);
	}
	green_topic_close(t);
	rc = green_group_close(&g, rc);
	CHECK(rc == -1 || came == 12);
	return (rc);
}

/* Variables: each that was set is destroyed. */

static struct green_key key;
static int	 values;

static void
destroy(void *unused)
{
	(void)unused;
	values--;
}

static int
have_a_value(void *unused)
{
	(void)unused;
	if (green_local_set(key, &key) == -1)
		return (-1);
	values++;
	return (green_sleep(1));
}

static int
use_locals(void *unused)
{
	struct green_group g;
	int i, rc = 0;

	(void)unused;
	green_group_open(&g);
	for (i = 0; i < 3 && rc == 0; i++)
		rc = green_spawn(&g, have_a_value, NULL);
	if (rc == 0)
		rc = green_checkpoint();
	rc = green_group_close(&g, rc);
	CHECK_INT(values, 0);
	return (rc);
}

/* Workers and descriptors. */

static int
answer(void *unused)
{
	(void)unused;
	return (42);
}

static int
use_workers(void *unused)
{
	int rc = green_to_thread(answer, NULL);

	(void)unused;
	CHECK(rc == 42 || (rc == -1 && errno == ECANCELED));
	if (rc == -1)
		return (-1);
	rc = green_to_thread_limited(green_file_limiter(), answer, NULL);
	CHECK(rc == 42 || (rc == -1 && errno == ECANCELED));
	CHECK_INT(green_limiter_borrowed(green_file_limiter()), 0);
	return (rc == -1 ? -1 : 0);
}

static int
use_descriptors(void *unused)
{
	int fd[2], rc;

	(void)unused;
	REQUIRE_TASK(CHECK_INT(pipe(fd), 0));
	rc = green_wait_writable(fd[1]);
	if (rc == 0) {
		CHECK_INT(write(fd[1], "x", 1), 1);
		rc = green_wait_readable(fd[0]);
	}
	close(fd[0]);
	close(fd[1]);
	return (rc);
}

PLAIN_TEST(groups_end_wherever_they_are_cancelled)
{
	cancel_everywhere(use_groups, 15);
}

PLAIN_TEST(scopes_close_wherever_they_are_cancelled)
{
	cancel_everywhere(use_scopes, 4);
}

PLAIN_TEST(stops_are_cancelled_anywhere)
{
	cancel_everywhere(use_stops, 5);
}

PLAIN_TEST(starts_and_joins_are_cancelled_anywhere)
{
	cancel_everywhere(use_handles, 5);
}

PLAIN_TEST(patterns_are_cancelled_anywhere)
{
	cancel_everywhere(use_patterns, 10);
}

PLAIN_TEST(no_lock_permit_or_token_is_lost_anywhere)
{
	cancel_everywhere(use_sync, 20);
}

PLAIN_TEST(no_item_is_lost_anywhere)
{
	cancel_everywhere(use_channels, 20);
}

PLAIN_TEST(subscribers_leave_wherever_they_are_cancelled)
{
	cancel_everywhere(use_topics, 5);
}

PLAIN_TEST(variables_are_destroyed_wherever_a_task_ends)
{
	CHECK_INT(green_key_create(&key, destroy, 0), 0);
	cancel_everywhere(use_locals, 4);
}

PLAIN_TEST(calls_of_workers_are_cancelled_anywhere)
{
	cancel_everywhere(use_workers, 2);
}

PLAIN_TEST(waits_for_descriptors_are_cancelled_anywhere)
{
	cancel_everywhere(use_descriptors, 2);
}

CU_TestInfo everywhere_tests[] = {
	CLAIM(groups_end_wherever_they_are_cancelled),
	CLAIM(scopes_close_wherever_they_are_cancelled),
	CLAIM(stops_are_cancelled_anywhere),
	CLAIM(starts_and_joins_are_cancelled_anywhere),
	CLAIM(patterns_are_cancelled_anywhere),
	CLAIM(no_lock_permit_or_token_is_lost_anywhere),
	CLAIM(no_item_is_lost_anywhere),
	CLAIM(subscribers_leave_wherever_they_are_cancelled),
	CLAIM(variables_are_destroyed_wherever_a_task_ends),
	CLAIM(calls_of_workers_are_cancelled_anywhere),
	CLAIM(waits_for_descriptors_are_cancelled_anywhere),
	CU_TEST_INFO_NULL
};
