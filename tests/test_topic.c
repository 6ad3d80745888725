/*
 * Topics: every subscriber gets every item, or is told how many he has lost.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <string.h>

#include <green/channel.h>

#include "check.h"
#include "tasks.h"

static struct green_topic *topic;

static bool
open_ints(size_t capacity)
{
	topic = green_topic_open(sizeof(int), capacity);
	return (CHECK(topic != NULL));
}

static struct green_subscriber *
subscribe(void)
{
	struct green_subscriber *s = green_topic_subscribe(topic);

	CHECK(s != NULL);
	return (s);
}

static void
publish(int first, int last)
{
	int i;

	for (i = first; i <= last; i++)
		CHECK_INT(green_topic_publish(topic, &i), 0);
}

/* The next items are these. */
static void
expect(struct green_subscriber *s, int first, int last)
{
	int i, item;

	for (i = first; i <= last; i++) {
		item = -1;
		CHECK_INT(green_subscriber_receive(s, &item), 1);
		CHECK_INT(item, i);
	}
}

static void
expect_end(struct green_subscriber *s)
{
	int item;

	CHECK_INT(green_subscriber_receive(s, &item), 0);
}

static void
expect_lag(struct green_subscriber *s, size_t missed)
{
	int item = 7;

	CHECK_ERRNO(green_subscriber_receive(s, &item), EOVERFLOW);
	CHECK_INT(green_subscriber_missed(s), missed);
	CHECK_INT(item, 7);
}

/* There is nothing to be had at once. */
static void
expect_nothing(struct green_subscriber *s)
{
	struct green_scope limit;
	int item = 7;

	green_move_on_after(&limit, GREEN_MSEC);
	CHECK_ERRNO(green_subscriber_receive(s, &item), ECANCELED);
	CHECK_INT(green_scope_close(&limit, 0), 0);
	CHECK_INT(item, 7);
}

/* A receive in a task of its own. */
struct reader {
	struct green_subscriber *s;
	struct green_scope *scope;
	int	 item;
	bool	 done;
	int	 rc;
	int	 error;
	int	 after;			/* what a checkpoint says then */
};

static int
read_one(void *arg)
{
	struct reader *r = arg;
	struct green_scope s;

	green_scope_open(&s);
	r->scope = &s;
	r->rc = green_subscriber_receive(r->s, &r->item);
	r->error = errno;
	r->after = green_checkpoint_if_cancelled();
	r->done = true;
	return ((int)green_scope_close(&s, r->after));
}

static void
begin(struct green_group *g, struct reader *r, struct green_subscriber *s)
{
	memset(r, 0, sizeof(*r));
	r->s = s;
	CHECK_INT(green_spawn(g, read_one, r), 0);
	CHECK_INT(green_sleep(1), 0);
}

/*
 * What is handed out.
 */

GREEN_TEST(sizes_of_0_are_refused)
{
	CHECK_NULL(green_topic_open(0, 1), EINVAL);
	CHECK_NULL(green_topic_open(1, 0), EINVAL);
	CHECK_NULL(green_topic_open(0, 0), EINVAL);
}

GREEN_TEST(every_subscriber_gets_every_item)
{
	struct green_subscriber *s[5];
	int i;

	REQUIRE(open_ints(10));
	for (i = 0; i < 5; i++)
		s[i] = subscribe();
	publish(1, 10);
	for (i = 0; i < 5; i++) {
		expect(s[i], 1, 10);
		green_subscriber_close(s[i]);
	}
	green_topic_close(topic);
}

MOCK_TEST(a_subscriber_gets_what_comes_after_it)
{
	struct green_subscriber *a, *b;

	REQUIRE(open_ints(10));
	publish(1, 2);
	a = subscribe();
	expect_nothing(a);
	publish(3, 4);
	b = subscribe();
	publish(5, 5);
	expect(a, 3, 5);
	expect(b, 5, 5);
	green_subscriber_close(a);
	green_subscriber_close(b);
	green_topic_close(topic);
}

GREEN_TEST(items_have_any_size)
{
	char in[5000], out[5000];
	struct green_subscriber *s;
	struct green_topic *t;
	int i;

	REQUIRE(CHECK((t = green_topic_open(sizeof(in), 2)) != NULL));
	REQUIRE(CHECK((s = green_topic_subscribe(t)) != NULL));
	for (i = 0; i < 5; i++) {
		memset(in, 'a' + i, sizeof(in));
		CHECK_INT(green_topic_publish(t, in), 0);
		CHECK_INT(green_subscriber_receive(s, out), 1);
		CHECK(memcmp(in, out, sizeof(in)) == 0);
	}
	green_subscriber_close(s);
	green_topic_close(t);
}

GREEN_TEST(publishing_to_nobody_is_fine)
{
	REQUIRE(open_ints(2));
	publish(1, 10);
	green_topic_close(topic);
}

PLAIN_TEST(publishing_needs_no_loop)
{
	struct green_subscriber *s;
	int item;

	REQUIRE(open_ints(2));
	s = subscribe();
	publish(1, 2);
	CHECK_ERRNO(green_subscriber_receive(s, &item), EPERM);
	green_subscriber_close(s);
	green_topic_close(topic);
}

/*
 * Waiting.
 */

MOCK_TEST(all_who_wait_get_the_next_item)
{
	struct green_subscriber *s[3];
	struct reader r[3];
	struct green_group g;
	int i;

	REQUIRE(open_ints(1));
	green_group_open(&g);
	for (i = 0; i < 3; i++)
		begin(&g, &r[i], s[i] = subscribe());
	CHECK(!r[0].done);
	publish(4, 4);
	CHECK_INT(green_group_close(&g, 0), 0);
	for (i = 0; i < 3; i++) {
		CHECK_INT(r[i].rc, 1);
		CHECK_INT(r[i].item, 4);
		green_subscriber_close(s[i]);
	}
	green_topic_close(topic);
}

/* The item is his at once, so that he does not lag before he runs. */
MOCK_TEST(who_waits_is_handed_the_item_itself)
{
	struct green_subscriber *s;
	struct green_group g;
	struct reader r;

	REQUIRE(open_ints(2));
	s = subscribe();
	green_group_open(&g);
	begin(&g, &r, s);
	publish(1, 3);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(r.item, 1);
	expect(s, 2, 3);
	green_subscriber_close(s);
	green_topic_close(topic);
}

MOCK_TEST(a_second_task_on_one_subscriber_is_refused)
{
	struct green_subscriber *s;
	struct green_group g;
	struct reader r;
	int item;

	REQUIRE(open_ints(1));
	s = subscribe();
	green_group_open(&g);
	begin(&g, &r, s);
	CHECK_ERRNO(green_subscriber_receive(s, &item), EBUSY);
	publish(4, 4);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(r.item, 4);
	publish(5, 5);
	expect(s, 5, 5);
	green_subscriber_close(s);
	green_topic_close(topic);
}

/*
 * Falling behind.
 */

GREEN_TEST(being_capacity_behind_loses_nothing)
{
	struct green_subscriber *s;

	REQUIRE(open_ints(4));
	s = subscribe();
	publish(1, 4);
	expect(s, 1, 4);
	CHECK_INT(green_subscriber_missed(s), 0);
	green_subscriber_close(s);
	green_topic_close(topic);
}

GREEN_TEST(being_further_behind_loses_the_oldest_and_says_so_once)
{
	struct green_subscriber *s;

	REQUIRE(open_ints(4));
	s = subscribe();
	publish(1, 5);
	expect_lag(s, 1);
	expect(s, 2, 5);
	publish(6, 20);
	expect_lag(s, 11);
	expect(s, 17, 20);
	green_subscriber_close(s);
	green_topic_close(topic);
}

GREEN_TEST(lag_is_counted_from_what_was_read)
{
	struct green_subscriber *s;

	REQUIRE(open_ints(4));
	s = subscribe();
	publish(1, 3);
	expect(s, 1, 2);
	publish(4, 9);
	expect_lag(s, 3);
	expect(s, 6, 9);
	green_subscriber_close(s);
	green_topic_close(topic);
}

GREEN_TEST(what_is_lost_after_the_news_of_a_loss_is_news_again)
{
	struct green_subscriber *s;

	REQUIRE(open_ints(2));
	s = subscribe();
	publish(1, 3);
	expect_lag(s, 1);
	publish(4, 5);
	expect_lag(s, 2);
	expect(s, 4, 5);
	green_subscriber_close(s);
	green_topic_close(topic);
}

GREEN_TEST(missed_is_as_of_the_last_overflow)
{
	struct green_subscriber *s;

	REQUIRE(open_ints(2));
	s = subscribe();
	CHECK_INT(green_subscriber_missed(s), 0);
	publish(1, 5);
	CHECK_INT(green_subscriber_missed(s), 0);
	expect_lag(s, 3);
	expect(s, 4, 5);
	publish(6, 6);
	expect(s, 6, 6);
	CHECK_INT(green_subscriber_missed(s), 3);
	publish(7, 9);
	expect_lag(s, 1);
	green_subscriber_close(s);
	green_topic_close(topic);
}

GREEN_TEST(one_who_lags_is_no_matter_to_others)
{
	struct green_subscriber *slow, *quick;
	int i;

	REQUIRE(open_ints(3));
	slow = subscribe();
	quick = subscribe();
	for (i = 0; i < 100; i++) {
		publish(i, i);
		expect(quick, i, i);
	}
	expect_lag(slow, 97);
	expect(slow, 97, 99);
	CHECK_INT(green_subscriber_missed(quick), 0);
	green_subscriber_close(slow);
	green_subscriber_close(quick);
	green_topic_close(topic);
}

/*
 * The end of a topic.
 */

GREEN_TEST(closing_delivers_what_is_unread_and_then_the_end)
{
	struct green_subscriber *s;

	REQUIRE(open_ints(4));
	s = subscribe();
	publish(1, 3);
	expect(s, 1, 1);
	green_topic_close(topic);
	expect(s, 2, 3);
	expect_end(s);
	expect_end(s);
	green_subscriber_close(s);
}

GREEN_TEST(closing_does_not_hide_a_loss)
{
	struct green_subscriber *s;

	REQUIRE(open_ints(2));
	s = subscribe();
	publish(1, 3);
	green_topic_close(topic);
	expect_lag(s, 1);
	expect(s, 2, 3);
	expect_end(s);
	green_subscriber_close(s);
}

MOCK_TEST(closing_wakes_all_who_wait_with_the_end)
{
	struct green_subscriber *s[3];
	struct reader r[3];
	struct green_group g;
	int i;

	REQUIRE(open_ints(1));
	green_group_open(&g);
	for (i = 0; i < 3; i++)
		begin(&g, &r[i], s[i] = subscribe());
	green_topic_close(topic);
	CHECK_INT(green_group_close(&g, 0), 0);
	for (i = 0; i < 3; i++) {
		CHECK(r[i].done);
		CHECK_INT(r[i].rc, 0);
		green_subscriber_close(s[i]);
	}
}

GREEN_TEST(a_closed_topic_takes_nothing)
{
	struct green_subscriber *s;
	int item = 2;

	REQUIRE(open_ints(4));
	s = subscribe();
	publish(1, 1);
	green_topic_close(topic);
	CHECK_ERRNO(green_topic_publish(topic, &item), EPIPE);
	expect(s, 1, 1);
	expect_end(s);
	green_subscriber_close(s);
}

GREEN_TEST(a_late_subscriber_is_refused)
{
	struct green_subscriber *s;

	REQUIRE(open_ints(4));
	s = subscribe();
	green_topic_close(topic);
	CHECK_NULL(green_topic_subscribe(topic), EPIPE);
	green_topic_close(topic);
	expect_end(s);
	green_subscriber_close(s);
}

GREEN_TEST(subscribers_leave_in_any_order)
{
	struct green_subscriber *a, *b;

	REQUIRE(open_ints(4));
	a = subscribe();
	b = subscribe();
	publish(1, 1);
	green_subscriber_close(a);
	publish(2, 2);
	green_topic_close(topic);
	expect(b, 1, 2);
	green_subscriber_close(b);
}

MOCK_TEST(closing_a_subscriber_wakes_who_waits_with_ebadf)
{
	struct green_subscriber *s, *other;
	struct reader r, stays;
	struct green_group g;

	REQUIRE(open_ints(1));
	s = subscribe();
	other = subscribe();
	green_group_open(&g);
	begin(&g, &r, s);
	begin(&g, &stays, other);
	green_subscriber_close(s);
	CHECK_INT(green_sleep(1), 0);
	CHECK_INT(r.rc, -1);
	CHECK_INT(r.error, EBADF);
	CHECK(!stays.done);
	publish(1, 1);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(stays.item, 1);
	green_subscriber_close(other);
	green_topic_close(topic);
}

MOCK_TEST(who_has_an_item_keeps_it_when_all_is_closed)
{
	struct green_subscriber *s;
	struct green_group g;
	struct reader r;

	REQUIRE(open_ints(1));
	s = subscribe();
	green_group_open(&g);
	begin(&g, &r, s);
	publish(1, 1);
	green_subscriber_close(s);
	green_topic_close(topic);
	CHECK(!r.done);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(r.rc, 1);
	CHECK_INT(r.item, 1);
}

GREEN_TEST(closing_nothing_is_allowed)
{
	errno = EDOM;
	green_topic_close(NULL);
	green_subscriber_close(NULL);
	CHECK_INT(errno, EDOM);
}

GREEN_TEST(closing_leaves_errno_alone)
{
	struct green_subscriber *s;

	REQUIRE(open_ints(1));
	s = subscribe();
	errno = EDOM;
	green_topic_close(topic);
	green_subscriber_close(s);
	CHECK_INT(errno, EDOM);
}

/*
 * Cancellation.
 */

GREEN_TEST(a_cancelled_task_receives_nothing)
{
	struct green_subscriber *s;
	struct green_scope scope;
	int item = 7;

	REQUIRE(open_ints(4));
	s = subscribe();
	publish(1, 5);
	green_scope_open(&scope);
	green_scope_cancel(&scope, NULL);
	CHECK_ERRNO(green_subscriber_receive(s, &item), ECANCELED);
	CHECK_INT(green_subscriber_missed(s), 0);
	CHECK_INT(green_scope_close(&scope, 0), 0);
	CHECK_INT(item, 7);
	expect_lag(s, 1);
	expect(s, 2, 5);
	green_subscriber_close(s);
	green_topic_close(topic);
}

MOCK_TEST(a_wait_that_is_cancelled_takes_nothing)
{
	struct green_subscriber *s;
	struct green_group g;
	struct reader r;

	REQUIRE(open_ints(4));
	s = subscribe();
	green_group_open(&g);
	begin(&g, &r, s);
	green_scope_cancel(r.scope, NULL);
	/* It has not run yet. */
	publish(1, 1);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(r.rc, -1);
	CHECK_INT(r.error, ECANCELED);
	CHECK_INT(r.item, 0);
	expect(s, 1, 1);
	green_subscriber_close(s);
	green_topic_close(topic);
}

MOCK_TEST(an_item_handed_over_before_a_cancellation_is_received)
{
	struct green_subscriber *s;
	struct green_group g;
	struct reader r;

	REQUIRE(open_ints(4));
	s = subscribe();
	green_group_open(&g);
	begin(&g, &r, s);
	publish(1, 2);
	green_scope_cancel(r.scope, NULL);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(r.rc, 1);
	CHECK_INT(r.item, 1);
	CHECK_INT(r.after, -1);
	expect(s, 2, 2);
	green_subscriber_close(s);
	green_topic_close(topic);
}

MOCK_TEST(a_deadline_ends_a_wait)
{
	struct green_subscriber *s;
	struct green_scope limit;
	int item;

	REQUIRE(open_ints(4));
	s = subscribe();
	green_fail_after(&limit, GREEN_SEC);
	CHECK_ERRNO(green_scope_close(&limit,
	    green_subscriber_receive(s, &item)), ETIMEDOUT);
	publish(1, 1);
	expect(s, 1, 1);
	green_subscriber_close(s);
	green_topic_close(topic);
}

/*
 * Checkpoints.
 */
GREEN_TEST(who_never_waits_gives_way_now_and_then)
{
	struct green_subscriber *s;
	struct green_group g;
	int i, item, turns = 0;

	REQUIRE(open_ints(1000));
	s = subscribe();
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, count_turns, &turns), 0);
	publish(1, 1000);
	CHECK_INT(turns, 0);
	expect(s, 1, 1000);
	CHECK(turns >= 10);
	turns = 0;
	green_topic_close(topic);
	for (i = 0; i < 1000; i++)
		CHECK_INT(green_subscriber_receive(s, &item), 0);
	CHECK(turns >= 10);
	green_group_cancel(&g, NULL);
	CHECK_INT(green_group_close(&g, 0), 0);
	green_subscriber_close(s);
}

static int
receive_in_vain(void *arg)
{
	int item;

	return (green_subscriber_receive(arg, &item));
}

static int
deadlock(void *arg)
{
	CHECK_ERRNO(IN_LOOP(receive_in_vain, arg, NULL), EDEADLK);
	return (0);
}

PLAIN_TEST(waiting_for_nobody_is_a_deadlock)
{
	struct green_subscriber *s;

	REQUIRE(open_ints(1));
	s = subscribe();
	survives_plain(deadlock, s, "waits for item of topic");
	green_subscriber_close(s);
	green_topic_close(topic);
}

/*
 * Subscribers of every speed, some of whose calls run out of time: each sees
 * the items in order, and what he does not see he is told of.
 */
#define ITEMS	1000

struct listener {
	struct green_subscriber *s;
	unsigned seed;
	int	 next;
	int	 missed;
};

static unsigned
throw(struct listener *l)
{
	l->seed = l->seed * 1664525 + 1013904223;
	return (l->seed >> 16);
}

static int
listen_task(void *arg)
{
	struct listener *l = arg;
	struct green_scope limit;
	int item, rc, error;

	for (;;) {
		green_move_on_after(&limit, throw(l) % 10);
		rc = green_subscriber_receive(l->s, &item);
		error = errno;
		if (green_scope_close(&limit, rc) == 0 && rc == 0)
			return (0);
		if (rc == 1)
			CHECK_INT(item, l->next++);
		else if (error == EOVERFLOW) {
			l->next += (int)green_subscriber_missed(l->s);
			l->missed += (int)green_subscriber_missed(l->s);
		} else
			CHECK_INT(error, ECANCELED);
		if (throw(l) % 8 == 0)
			CHECK_INT(green_sleep(throw(l) % 100), 0);
	}
}

MOCK_TEST(each_item_is_received_or_missed)
{
	struct listener l[10];
	struct green_group g;
	int i, missed = 0;

	memset(l, 0, sizeof(l));
	REQUIRE(open_ints(10));
	green_group_open(&g);
	for (i = 0; i < 10; i++) {
		l[i].s = subscribe();
		l[i].seed = (unsigned)i;
		CHECK_INT(green_spawn(&g, listen_task, &l[i]), 0);
	}
	for (i = 0; i < ITEMS; i++) {
		publish(i, i);
		if (i % 3 == 0)
			CHECK_INT(green_sleep(5), 0);
	}
	green_topic_close(topic);
	CHECK_INT(green_group_close(&g, 0), 0);
	for (i = 0; i < 10; i++) {
		CHECK_INT(l[i].next, ITEMS);
		missed += l[i].missed;
		green_subscriber_close(l[i].s);
	}
	CHECK(missed > 0 && missed < 10 * ITEMS);
}

CU_TestInfo topic_tests[] = {
	CLAIM(sizes_of_0_are_refused),
	CLAIM(every_subscriber_gets_every_item),
	CLAIM(a_subscriber_gets_what_comes_after_it),
	CLAIM(items_have_any_size),
	CLAIM(publishing_to_nobody_is_fine),
	CLAIM(publishing_needs_no_loop),
	CLAIM(all_who_wait_get_the_next_item),
	CLAIM(who_waits_is_handed_the_item_itself),
	CLAIM(a_second_task_on_one_subscriber_is_refused),
	CLAIM(being_capacity_behind_loses_nothing),
	CLAIM(being_further_behind_loses_the_oldest_and_says_so_once),
	CLAIM(lag_is_counted_from_what_was_read),
	CLAIM(what_is_lost_after_the_news_of_a_loss_is_news_again),
	CLAIM(missed_is_as_of_the_last_overflow),
	CLAIM(one_who_lags_is_no_matter_to_others),
	CLAIM(closing_delivers_what_is_unread_and_then_the_end),
	CLAIM(closing_does_not_hide_a_loss),
	CLAIM(closing_wakes_all_who_wait_with_the_end),
	CLAIM(a_closed_topic_takes_nothing),
	CLAIM(a_late_subscriber_is_refused),
	CLAIM(subscribers_leave_in_any_order),
	CLAIM(closing_a_subscriber_wakes_who_waits_with_ebadf),
	CLAIM(who_has_an_item_keeps_it_when_all_is_closed),
	CLAIM(closing_nothing_is_allowed),
	CLAIM(closing_leaves_errno_alone),
	CLAIM(a_cancelled_task_receives_nothing),
	CLAIM(a_wait_that_is_cancelled_takes_nothing),
	CLAIM(an_item_handed_over_before_a_cancellation_is_received),
	CLAIM(a_deadline_ends_a_wait),
	CLAIM(who_never_waits_gives_way_now_and_then),
	CLAIM(waiting_for_nobody_is_a_deadlock),
	CLAIM(each_item_is_received_or_missed),
	CU_TEST_INFO_NULL
};
