/*
 * green_select(): which of its cases comes about, that it is the only one, that
 * others find whoever waits in it, and that no case starves.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "tasks.h"
#include "trade.h"

#define MOST	100

static struct green_sender *tx[MOST];
static struct green_receiver *rx[MOST];
static size_t nchannels;
static struct green_case cases[MOST];
static int items[MOST];

static bool
open_ints(size_t n, size_t capacity)
{
	size_t i;

	memset(cases, 0, sizeof(cases));
	for (i = 0; i < n; i++)
		if (!CHECK_INT(green_channel_open(sizeof(int), capacity,
		    &tx[i], &rx[i]), 0))
			return (false);
	nchannels = n;
	return (true);
}

static void
close_all(void)
{
	size_t i;

	for (i = 0; i < nchannels; i++) {
		green_sender_close(tx[i]);
		green_receiver_close(rx[i]);
	}
}

/* The i-th case: the i-th channel, and items[i]. */
static void
case_receive(size_t i)
{
	cases[i].send_to = NULL;
	cases[i].receive_from = rx[i];
	cases[i].item = &items[i];
	items[i] = -1;
}

static void
case_send(size_t i, int item)
{
	cases[i].send_to = tx[i];
	cases[i].receive_from = NULL;
	cases[i].item = &items[i];
	items[i] = item;
}

static int
put(size_t i, int item)
{
	return (green_channel_send_nowait(tx[i], &item));
}

/* The next item, -1 if there is none, -2 at the end. */
static int
take(size_t i)
{
	int item, rc = green_channel_receive_nowait(rx[i], &item);

	return (rc == 1 ? item : rc == 0 ? -2 : -1);
}

/* A task that selects one of the first n cases. */
static void
begin(struct green_group *g, struct trade *t, size_t n)
{
	memset(t, 0, sizeof(*t));
	t->cases = cases;
	t->ncases = n;
	trade_begin(g, t);
}

/*
 * What may be asked.
 */

GREEN_TEST(no_case_is_refused)
{
	REQUIRE(open_ints(1, 0));
	CHECK_ERRNO(green_select(cases, 0, true), EINVAL);
	CHECK_ERRNO(green_select(cases, 0, false), EINVAL);
	CHECK_ERRNO(green_select(NULL, 0, true), EINVAL);
	close_all();
}

GREEN_TEST(a_case_with_both_ends_or_neither_is_refused)
{
	REQUIRE(open_ints(2, 1));
	CHECK_INT(put(0, 1), 0);
	case_receive(0);
	case_receive(1);
	cases[1].send_to = tx[1];
	CHECK_ERRNO(green_select(cases, 2, true), EINVAL);
	cases[1].send_to = NULL;
	cases[1].receive_from = NULL;
	CHECK_ERRNO(green_select(cases, 2, false), EINVAL);
	/* Nothing has happened. */
	CHECK_INT(take(0), 1);
	close_all();
}

GREEN_TEST(more_cases_than_an_int_counts_are_refused)
{
	size_t i;

	REQUIRE(open_ints(MOST, 1));
	for (i = 0; i < MOST; i++)
		case_receive(i);
	CHECK_ERRNO(green_select(cases, SIZE_MAX, false), EINVAL);
	close_all();
}

PLAIN_TEST(selecting_needs_a_loop_to_wait_in)
{
	REQUIRE(open_ints(1, 1));
	case_receive(0);
	CHECK_ERRNO(green_select(cases, 1, true), EPERM);
	CHECK_ERRNO(green_select(cases, 1, false), EAGAIN);
	CHECK_INT(put(0, 4), 0);
	CHECK_INT(green_select(cases, 1, false), 0);
	CHECK_INT(items[0], 4);
	close_all();
}

/*
 * What goes ahead at once.
 */

GREEN_TEST(the_case_that_can_go_ahead_does_so)
{
	size_t i, k;

	REQUIRE(open_ints(5, 1));
	for (i = 0; i < 5; i++) {
		for (k = 0; k < 5; k++)
			case_receive(k);
		CHECK_INT(put(i, 10), 0);
		CHECK_INT(green_select(cases, 5, true), i);
		CHECK_INT(cases[i].result, 1);
		for (k = 0; k < 5; k++)
			CHECK_INT(items[k], k == i ? 10 : -1);
	}
	close_all();
}

GREEN_TEST(one_case_alone_goes_ahead)
{
	size_t i, n = 0;

	REQUIRE(open_ints(5, 2));
	for (i = 0; i < 5; i++) {
		case_receive(i);
		CHECK_INT(put(i, 1), 0);
	}
	CHECK(green_select(cases, 5, true) >= 0);
	for (i = 0; i < 5; i++)
		n += stats_of(tx[i], NULL).buffered;
	CHECK_INT(n, 4);
	close_all();
}

GREEN_TEST(a_send_goes_ahead_where_there_is_room)
{
	REQUIRE(open_ints(2, 1));
	case_send(0, 5);
	case_send(1, 6);
	CHECK_INT(put(0, 1), 0);
	CHECK_INT(green_select(cases, 2, true), 1);
	CHECK_INT(cases[1].result, 0);
	CHECK_INT(take(1), 6);
	CHECK_INT(take(0), 1);
	CHECK_INT(take(0), -1);
	close_all();
}

GREEN_TEST(sends_and_receives_mix)
{
	REQUIRE(open_ints(2, 1));
	case_send(0, 5);
	case_receive(1);
	CHECK_INT(put(0, 1), 0);
	CHECK_ERRNO(green_select(cases, 2, false), EAGAIN);
	CHECK_INT(put(1, 2), 0);
	CHECK_INT(green_select(cases, 2, false), 1);
	CHECK_INT(items[1], 2);
	CHECK_INT(take(0), 1);
	CHECK_INT(green_select(cases, 2, false), 0);
	CHECK_INT(take(0), 5);
	close_all();
}

GREEN_TEST(without_blocking_it_says_so)
{
	REQUIRE(open_ints(2, 0));
	case_receive(0);
	case_send(1, 1);
	CHECK_ERRNO(green_select(cases, 2, false), EAGAIN);
	CHECK_INT(items[0], -1);
	CHECK_INT(WAITING_TO_RECEIVE(rx[0]), 0);
	CHECK_INT(WAITING_TO_SEND(tx[1]), 0);
	close_all();
}

GREEN_TEST(the_end_of_a_channel_is_an_outcome)
{
	REQUIRE(open_ints(2, 1));
	case_receive(0);
	case_receive(1);
	green_sender_close(tx[1]);
	tx[1] = NULL;
	cases[1].code = -1;
	CHECK_INT(green_select(cases, 2, true), 1);
	CHECK_INT(cases[1].result, 0);
	CHECK_INT(cases[1].code, 0);
	close_all();
}

GREEN_TEST(a_failure_is_an_outcome)
{
	REQUIRE(open_ints(2, 0));
	case_receive(0);
	case_send(1, 1);
	green_receiver_close(rx[1]);
	rx[1] = NULL;
	CHECK_INT(green_select(cases, 2, true), 1);
	CHECK_INT(cases[1].result, -1);
	CHECK_INT(cases[1].code, EPIPE);
	CHECK_INT(green_select(cases, 2, false), 1);
	close_all();
}

/* With room in between, what is sent could even be received. */
GREEN_TEST(both_sides_of_a_buffer_in_one_call_never_wait)
{
	int i;

	REQUIRE(open_ints(1, 1));
	cases[0].send_to = tx[0];
	cases[0].item = &items[0];
	cases[1].receive_from = rx[0];
	cases[1].item = &items[1];
	for (i = 0; i < 10; i++) {
		items[0] = i;
		CHECK_INT(green_select(cases, 2, true), i % 2);
	}
	CHECK_INT(items[1], 8);
	close_all();
}

/*
 * Waiting.
 */

MOCK_TEST(it_waits_for_the_first_that_can_go_ahead)
{
	struct green_group g;
	struct trade t;
	size_t i;

	for (i = 0; i < 3; i++) {
		REQUIRE(open_ints(3, 0));
		green_group_open(&g);
		case_receive(0);
		case_receive(1);
		case_receive(2);
		begin(&g, &t, 3);
		CHECK(!t.done);
		CHECK_INT(put(i, 7), 0);
		CHECK_INT(green_group_close(&g, 0), 0);
		CHECK_INT(t.rc, i);
		CHECK_INT(cases[i].result, 1);
		CHECK_INT(items[i], 7);
		close_all();
	}
}

MOCK_TEST(a_send_waits_for_the_first_receiver)
{
	struct green_group g;
	struct trade t;

	REQUIRE(open_ints(2, 0));
	green_group_open(&g);
	case_send(0, 10);
	case_send(1, 11);
	begin(&g, &t, 2);
	CHECK(!t.done);
	CHECK_INT(take(1), 11);
	CHECK_INT(take(0), -1);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(t.rc, 1);
	CHECK_INT(cases[1].result, 0);
	close_all();
}

MOCK_TEST(a_send_waits_for_room)
{
	struct green_group g;
	struct trade t;

	REQUIRE(open_ints(2, 1));
	CHECK_INT(put(0, 1), 0);
	CHECK_INT(put(1, 2), 0);
	green_group_open(&g);
	case_send(0, 10);
	case_send(1, 11);
	begin(&g, &t, 2);
	CHECK(!t.done);
	CHECK_INT(take(0), 1);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(t.rc, 0);
	CHECK_INT(take(0), 10);
	CHECK_INT(take(1), 2);
	CHECK_INT(take(1), -1);
	close_all();
}

MOCK_TEST(the_case_that_comes_about_withdraws_the_others)
{
	struct green_group g;
	struct trade t;

	REQUIRE(open_ints(3, 0));
	green_group_open(&g);
	case_receive(0);
	case_receive(1);
	case_send(2, 1);
	begin(&g, &t, 3);
	CHECK_INT(put(0, 7), 0);
	/* It has not run yet. */
	CHECK(!t.done);
	CHECK_ERRNO(put(0, 8), EAGAIN);
	CHECK_ERRNO(put(1, 8), EAGAIN);
	CHECK_INT(take(2), -1);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(t.rc, 0);
	close_all();
}

MOCK_TEST(a_selecting_task_counts_as_waiting)
{
	struct green_group g;
	struct trade t;

	REQUIRE(open_ints(2, 0));
	green_group_open(&g);
	case_receive(0);
	case_send(1, 1);
	begin(&g, &t, 2);
	CHECK_INT(WAITING_TO_RECEIVE(rx[0]), 1);
	CHECK_INT(WAITING_TO_SEND(tx[0]), 0);
	CHECK_INT(WAITING_TO_RECEIVE(rx[1]), 0);
	CHECK_INT(WAITING_TO_SEND(tx[1]), 1);
	CHECK_INT(take(1), 1);
	CHECK_INT(WAITING_TO_RECEIVE(rx[0]), 0);
	CHECK_INT(WAITING_TO_SEND(tx[1]), 0);
	CHECK_INT(green_group_close(&g, 0), 0);
	close_all();
}

/* Two cases on one channel, and another task behind. */
MOCK_TEST(a_task_with_several_offers_counts_once)
{
	struct green_group g;
	struct trade t, other;

	REQUIRE(open_ints(1, 0));
	green_group_open(&g);
	cases[0].receive_from = cases[1].receive_from = rx[0];
	cases[0].item = cases[1].item = &items[0];
	begin(&g, &t, 2);
	memset(&other, 0, sizeof(other));
	other.rx = rx[0];
	trade_begin(&g, &other);
	CHECK_INT(WAITING_TO_RECEIVE(rx[0]), 2);
	CHECK_INT(put(0, 3), 0);
	CHECK_INT(WAITING_TO_RECEIVE(rx[0]), 1);
	CHECK_INT(put(0, 4), 0);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK(t.rc == 0 || t.rc == 1);
	CHECK_INT(items[0], 3);
	CHECK_INT(other.item, 4);
	close_all();
}

MOCK_TEST(nowait_finds_a_selecting_task)
{
	struct green_group g;
	struct trade t;
	int i;

	REQUIRE(open_ints(2, 0));
	for (i = 0; i < 2; i++) {
		green_group_open(&g);
		case_receive(0);
		case_send(1, 5);
		begin(&g, &t, 2);
		if (i == 0)
			CHECK_INT(put(0, 6), 0);
		else
			CHECK_INT(take(1), 5);
		CHECK_INT(green_group_close(&g, 0), 0);
		CHECK_INT(t.rc, i);
	}
	CHECK_INT(items[0], -1);
	close_all();
}

MOCK_TEST(a_select_that_does_not_block_finds_a_selecting_task)
{
	struct green_case mine[2];
	struct green_group g;
	struct trade t;
	int item = 9;

	REQUIRE(open_ints(2, 0));
	green_group_open(&g);
	case_receive(0);
	case_receive(1);
	begin(&g, &t, 2);
	memset(mine, 0, sizeof(mine));
	mine[0].receive_from = rx[0];
	mine[1].send_to = tx[1];
	mine[0].item = mine[1].item = &item;
	CHECK_INT(green_select(mine, 2, false), 1);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(t.rc, 1);
	CHECK_INT(items[1], 9);
	close_all();
}

MOCK_TEST(two_selecting_tasks_meet)
{
	struct green_case others[2];
	struct green_group g;
	struct trade t, other;
	int item = 9;

	REQUIRE(open_ints(3, 0));
	green_group_open(&g);
	case_receive(0);
	case_receive(1);
	begin(&g, &t, 2);
	memset(others, 0, sizeof(others));
	memset(&other, 0, sizeof(other));
	others[0].send_to = tx[2];
	others[1].send_to = tx[1];
	others[0].item = others[1].item = &item;
	other.cases = others;
	other.ncases = 2;
	trade_begin(&g, &other);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(t.rc, 1);
	CHECK_INT(other.rc, 1);
	CHECK_INT(items[1], 9);
	CHECK_INT(WAITING_TO_SEND(tx[2]), 0);
	close_all();
}

/* What both of its cases are about is a rendezvous with somebody else. */
static void
both_sides(struct green_case *c, int *in, int *out)
{
	memset(c, 0, 2 * sizeof(*c));
	c[0].send_to = tx[0];
	c[0].item = out;
	c[1].receive_from = rx[0];
	c[1].item = in;
}

MOCK_TEST(a_task_never_meets_itself)
{
	struct green_group g;
	struct trade t;

	REQUIRE(open_ints(1, 0));
	green_group_open(&g);
	items[0] = 5;
	items[1] = -1;
	both_sides(cases, &items[1], &items[0]);
	CHECK_ERRNO(green_select(cases, 2, false), EAGAIN);
	begin(&g, &t, 2);
	CHECK(!t.done);
	CHECK_INT(WAITING_TO_SEND(tx[0]), 1);
	CHECK_INT(WAITING_TO_RECEIVE(rx[0]), 1);
	CHECK_INT(put(0, 6), 0);
	CHECK_INT(take(0), -1);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(t.rc, 1);
	CHECK_INT(items[1], 6);
	close_all();
}

MOCK_TEST(two_that_offer_both_sides_meet_each_other)
{
	struct green_case others[2];
	struct green_group g;
	struct trade t, other;
	int in = -1, out = 9;

	REQUIRE(open_ints(1, 0));
	green_group_open(&g);
	items[0] = 5;
	items[1] = -1;
	both_sides(cases, &items[1], &items[0]);
	begin(&g, &t, 2);
	memset(&other, 0, sizeof(other));
	both_sides(others, &in, &out);
	other.cases = others;
	other.ncases = 2;
	trade_begin(&g, &other);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(t.rc + other.rc, 1);
	CHECK(t.rc == 0 ? in == 5 && items[1] == -1 : in == -1 &&
	    items[1] == 9);
	close_all();
}

MOCK_TEST(a_selecting_task_stands_in_line_with_others)
{
	struct green_group g;
	struct trade t, before, behind;

	REQUIRE(open_ints(2, 0));
	green_group_open(&g);
	memset(&before, 0, sizeof(before));
	memset(&behind, 0, sizeof(behind));
	before.rx = behind.rx = rx[1];
	trade_begin(&g, &before);
	case_receive(0);
	case_receive(1);
	begin(&g, &t, 2);
	trade_begin(&g, &behind);
	CHECK_INT(put(1, 1), 0);
	CHECK_INT(put(1, 2), 0);
	CHECK_INT(put(1, 3), 0);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(before.item, 1);
	CHECK_INT(items[1], 2);
	CHECK_INT(behind.item, 3);
	close_all();
}

/*
 * Ends that close meanwhile.
 */

MOCK_TEST(an_end_closed_under_it_is_the_outcome)
{
	struct green_group g;
	struct trade t;

	REQUIRE(open_ints(3, 0));
	green_group_open(&g);
	case_receive(0);
	case_receive(1);
	case_send(2, 1);
	begin(&g, &t, 3);
	green_receiver_close(rx[1]);
	rx[1] = NULL;
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(t.rc, 1);
	CHECK_INT(cases[1].result, -1);
	CHECK_INT(cases[1].code, EBADF);
	CHECK_INT(WAITING_TO_RECEIVE(rx[0]), 0);
	CHECK_INT(WAITING_TO_SEND(tx[2]), 0);
	close_all();
}

MOCK_TEST(the_last_sender_to_close_is_the_outcome)
{
	struct green_group g;
	struct trade t;

	REQUIRE(open_ints(2, 0));
	green_group_open(&g);
	case_receive(0);
	case_receive(1);
	begin(&g, &t, 2);
	green_sender_close(tx[0]);
	tx[0] = NULL;
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(t.rc, 0);
	CHECK_INT(cases[0].result, 0);
	close_all();
}

MOCK_TEST(the_last_receiver_to_close_is_the_outcome)
{
	struct green_group g;
	struct trade t;

	REQUIRE(open_ints(2, 0));
	green_group_open(&g);
	case_send(0, 1);
	case_send(1, 2);
	begin(&g, &t, 2);
	green_receiver_close(rx[1]);
	rx[1] = NULL;
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(t.rc, 1);
	CHECK_INT(cases[1].result, -1);
	CHECK_INT(cases[1].code, EPIPE);
	close_all();
}

/* Every end that it waits on is closed before it runs again. */
MOCK_TEST(the_first_to_close_decides)
{
	struct green_group g;
	struct trade t;

	REQUIRE(open_ints(3, 0));
	green_group_open(&g);
	case_receive(0);
	case_receive(1);
	case_send(2, 1);
	begin(&g, &t, 3);
	green_sender_close(tx[2]);
	tx[2] = NULL;
	close_all();
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(t.rc, 2);
	CHECK_INT(cases[2].result, -1);
	CHECK_INT(cases[2].code, EBADF);
}

/* Several tasks, each with several offers on an end that closes, and on another
   of the same channel. */
MOCK_TEST(closing_finds_each_of_many_offers)
{
	struct green_receiver *other;
	struct green_case c[3][4];
	struct trade t[3];
	struct green_group g;
	int item;
	size_t i, k;

	REQUIRE(open_ints(1, 0));
	REQUIRE(CHECK((other = green_receiver_clone(rx[0])) != NULL));
	memset(c, 0, sizeof(c));
	memset(t, 0, sizeof(t));
	green_group_open(&g);
	for (i = 0; i < 3; i++) {
		/* The middle one waits on the end that stays, alone. */
		for (k = 0; k < 4; k++) {
			c[i][k].receive_from = i == 1 || k % 2 == 0 ? other :
			    rx[0];
			c[i][k].item = &item;
		}
		t[i].cases = c[i];
		t[i].ncases = 4;
		trade_begin(&g, &t[i]);
	}
	CHECK_INT(WAITING_TO_RECEIVE(other), 3);
	green_receiver_close(rx[0]);
	CHECK_INT(WAITING_TO_RECEIVE(other), 1);
	green_sender_close(tx[0]);
	CHECK_INT(WAITING_TO_RECEIVE(other), 0);
	CHECK_INT(green_group_close(&g, 0), 0);
	for (i = 0; i < 3; i++) {
		REQUIRE(CHECK(t[i].rc >= 0));
		CHECK_INT(t[i].rc % 2, i == 1 ? t[i].rc % 2 : 1);
		CHECK_INT(c[i][t[i].rc].result, i == 1 ? 0 : -1);
		CHECK_INT(c[i][t[i].rc].code, i == 1 ? 0 : EBADF);
	}
	green_receiver_close(other);
}

/*
 * Cancellation.
 */

GREEN_TEST(a_cancelled_task_selects_nothing)
{
	struct green_scope s;

	REQUIRE(open_ints(2, 1));
	CHECK_INT(put(0, 1), 0);
	case_receive(0);
	case_send(1, 2);
	green_scope_open(&s);
	green_scope_cancel(&s, NULL);
	CHECK_ERRNO(green_select(cases, 2, true), ECANCELED);
	CHECK_INT(green_scope_close(&s, 0), 0);
	CHECK_INT(take(0), 1);
	CHECK_INT(take(1), -1);
	close_all();
}

GREEN_TEST(without_blocking_it_does_not_look_for_cancellation)
{
	struct green_scope s;

	REQUIRE(open_ints(1, 1));
	CHECK_INT(put(0, 1), 0);
	case_receive(0);
	green_scope_open(&s);
	green_scope_cancel(&s, NULL);
	CHECK_INT(green_select(cases, 1, false), 0);
	CHECK_INT(green_scope_close(&s, 0), 0);
	close_all();
}

static void
cancel_among(size_t n)
{
	struct green_group g;
	struct trade t;
	size_t i;

	REQUIRE(open_ints(n, 0));
	green_group_open(&g);
	for (i = 0; i < n; i++)
		if (i % 2 == 0)
			case_receive(i);
		else
			case_send(i, 1);
	begin(&g, &t, n);
	trade_cancel(&t);
	for (i = 0; i < n; i++) {
		CHECK_INT(WAITING_TO_SEND(tx[i]), 0);
		CHECK_INT(WAITING_TO_RECEIVE(rx[i]), 0);
		CHECK_ERRNO(put(i, 1), EAGAIN);
	}
	CHECK_INT(green_group_close(&g, 0), 0);
	trade_failed(&t, ECANCELED);
	close_all();
}

MOCK_TEST(a_cancelled_wait_withdraws_every_case)
{
	cancel_among(1);
	cancel_among(8);
	cancel_among(9);
	cancel_among(MOST);
}

MOCK_TEST(what_came_about_before_a_cancellation_stands)
{
	struct green_group g;
	struct trade t;

	REQUIRE(open_ints(2, 0));
	green_group_open(&g);
	case_receive(0);
	case_receive(1);
	begin(&g, &t, 2);
	CHECK_INT(put(1, 3), 0);
	trade_cancel(&t);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(t.rc, 1);
	CHECK_INT(items[1], 3);
	CHECK_INT(t.after, -1);
	close_all();
}

MOCK_TEST(a_deadline_ends_the_wait)
{
	struct green_scope s;

	REQUIRE(open_ints(2, 0));
	case_receive(0);
	case_send(1, 1);
	green_fail_after(&s, GREEN_SEC);
	CHECK_ERRNO(green_scope_close(&s, green_select(cases, 2, true)),
	    ETIMEDOUT);
	close_all();
}

/*
 * Many cases, and fairness.
 */

MOCK_TEST(one_of_any_number_of_cases_wakes_it)
{
	struct green_group g;
	struct trade t;
	size_t i, n;

	REQUIRE(open_ints(MOST, 0));
	for (n = 1; n <= MOST; n += n < 12 ? 1 : 11)
		for (i = 0; i < n; i += n < 12 ? 1 : 7) {
			size_t k;

			for (k = 0; k < n; k++)
				case_receive(k);
			green_group_open(&g);
			begin(&g, &t, n);
			CHECK_INT(put(i, 1), 0);
			CHECK_INT(green_group_close(&g, 0), 0);
			CHECK_INT(t.rc, i);
		}
	close_all();
}

/* All of n can always go ahead: each does, before long. */
GREEN_TEST(none_of_1_to_100_cases_starves)
{
	static unsigned last[MOST];
	unsigned longest, turn;
	size_t i, n;
	int rc;

	REQUIRE(open_ints(MOST, 1));
	for (i = 0; i < MOST; i++)
		CHECK_INT(put(i, 0), 0);
	for (n = 1; n <= MOST; n++) {
		memset(last, 0, sizeof(last));
		longest = 0;
		for (i = 0; i < n; i++)
			case_receive(i);
		for (turn = 1; turn <= 100 * n; turn++) {
			rc = green_select(cases, n, true);
			if (!CHECK(rc >= 0 && (size_t)rc < n))
				break;
			if (turn - last[rc] > longest)
				longest = turn - last[rc];
			last[rc] = turn;
			CHECK_INT(put((size_t)rc, 0), 0);
		}
		for (i = 0; i < n; i++)
			if (turn - last[i] > longest)
				longest = turn - last[i];
		CHECK(longest <= 20 * n);
	}
	close_all();
}

/* Calls that follow each other in a rhythm, each with two cases. */
GREEN_TEST(no_rhythm_of_calls_starves_a_case)
{
	unsigned counts[7][2];
	size_t period, i, turn;
	int rc;

	REQUIRE(open_ints(2, 1));
	CHECK_INT(put(0, 0), 0);
	CHECK_INT(put(1, 0), 0);
	case_receive(0);
	case_receive(1);
	for (period = 1; period <= 7; period++) {
		memset(counts, 0, sizeof(counts));
		for (turn = 0; turn < 200 * period; turn++) {
			rc = green_select(cases, 2, true);
			if (!CHECK(rc == 0 || rc == 1))
				return;
			counts[turn % period][rc]++;
			CHECK_INT(put((size_t)rc, 0), 0);
		}
		for (i = 0; i < period; i++)
			CHECK(counts[i][0] > 50 && counts[i][1] > 50);
	}
	close_all();
}

static int
note_choices(void *arg)
{
	int *choice = arg, i;

	for (i = 0; i < 50; i++) {
		choice[i] = green_select(cases, 3, true);
		if (choice[i] < 0 || put((size_t)choice[i], 0) == -1)
			return (-1);
	}
	return (0);
}

PLAIN_TEST(every_run_makes_the_same_choices)
{
	int choices[2][50];
	size_t i;

	REQUIRE(open_ints(3, 1));
	for (i = 0; i < 3; i++) {
		case_receive(i);
		CHECK_INT(put(i, 0), 0);
	}
	CHECK_INT(IN_LOOP(note_choices, choices[0], NULL), 0);
	CHECK_INT(IN_LOOP(note_choices, choices[1], NULL), 0);
	CHECK(memcmp(choices[0], choices[1], sizeof(choices[0])) == 0);
	close_all();
}

PLAIN_TEST(a_seed_decides_the_choices)
{
	struct green_options opt = { .seed = 1 };
	int choices[3][50];
	size_t i;

	REQUIRE(open_ints(3, 1));
	for (i = 0; i < 3; i++) {
		case_receive(i);
		CHECK_INT(put(i, 0), 0);
	}
	CHECK_INT(IN_LOOP(note_choices, choices[0], &opt), 0);
	CHECK_INT(IN_LOOP(note_choices, choices[1], &opt), 0);
	opt.seed = 2;
	CHECK_INT(IN_LOOP(note_choices, choices[2], &opt), 0);
	CHECK(memcmp(choices[0], choices[1], sizeof(choices[0])) == 0);
	CHECK(memcmp(choices[0], choices[2], sizeof(choices[0])) != 0);
	close_all();
}

GREEN_TEST(who_always_finds_a_case_gives_way_now_and_then)
{
	struct green_group g;
	int i, turns = 0;

	REQUIRE(open_ints(1, GREEN_UNBOUNDED));
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, count_turns, &turns), 0);
	case_send(0, 1);
	for (i = 0; i < 1000; i++)
		CHECK_INT(green_select(cases, 1, true), 0);
	CHECK(turns >= 10);
	turns = 0;
	for (i = 0; i < 1000; i++)
		CHECK_INT(green_select(cases, 1, false), 0);
	CHECK_INT(turns, 0);
	green_group_cancel(&g, NULL);
	CHECK_INT(green_group_close(&g, 0), 0);
	close_all();
}

static int
fail_to_select(void *arg)
{
	(void)arg;
	return (green_select(cases, 2, true));
}

static int
deadlock(void *arg)
{
	CHECK_ERRNO(IN_LOOP(fail_to_select, arg, NULL), EDEADLK);
	return (0);
}

PLAIN_TEST(selecting_among_what_never_comes_is_a_deadlock)
{
	REQUIRE(open_ints(2, 0));
	case_receive(0);
	case_send(1, 1);
	survives_plain(deadlock, NULL, "waits for one of several channels");
	close_all();
}

/*
 * A storm: tasks that select among sends and receives on the same channels,
 * with little time for each call.  What was sent is received or still there.
 */
#define STORMERS	12
#define STORM_CHANNELS	5

struct stormer {
	unsigned seed;
	long	 sent, received;
};

static unsigned
throw(struct stormer *s)
{
	s->seed = s->seed * 1664525 + 1013904223;
	return (s->seed >> 16);
}

static int
storm_task(void *arg)
{
	struct stormer *s = arg;
	struct green_case c[10];
	struct green_scope limit;
	int i, rc, item[10];
	size_t k, n, at;

	for (i = 0; i < 300; i++) {
		memset(c, 0, sizeof(c));
		n = 1 + throw(s) % 10;
		for (k = 0; k < n; k++) {
			at = throw(s) % STORM_CHANNELS;
			if (throw(s) % 2 == 0)
				c[k].send_to = tx[at];
			else
				c[k].receive_from = rx[at];
			item[k] = (int)(throw(s) % 1000);
			c[k].item = &item[k];
		}
		green_move_on_after(&limit, throw(s) % 20);
		rc = green_select(c, n, true);
		if (rc == -1)
			CHECK_INT(errno, ECANCELED);
		else if (c[rc].send_to != NULL) {
			CHECK_INT(c[rc].result, 0);
			s->sent += item[rc];
		} else {
			CHECK_INT(c[rc].result, 1);
			s->received += item[rc];
		}
		CHECK_INT(green_scope_close(&limit, rc), rc == -1 ? 0 : rc);
		if (throw(s) % 3 == 0)
			CHECK_INT(green_sleep(throw(s) % 10), 0);
	}
	return (0);
}

static void
storm(size_t capacity)
{
	struct stormer s[STORMERS];
	struct green_group g;
	long left = 0;
	size_t i;
	int item;

	memset(s, 0, sizeof(s));
	REQUIRE(open_ints(STORM_CHANNELS, capacity));
	green_group_open(&g);
	for (i = 0; i < STORMERS; i++) {
		s[i].seed = (unsigned)i;
		CHECK_INT(green_spawn(&g, storm_task, &s[i]), 0);
	}
	CHECK_INT(green_group_close(&g, 0), 0);
	for (i = 0; i < STORM_CHANNELS; i++) {
		CHECK_INT(WAITING_TO_SEND(tx[i]), 0);
		CHECK_INT(WAITING_TO_RECEIVE(rx[i]), 0);
		while ((item = take(i)) >= 0)
			left += item;
	}
	for (i = 1; i < STORMERS; i++) {
		s[0].sent += s[i].sent;
		s[0].received += s[i].received;
	}
	CHECK(s[0].received > 0);
	CHECK_INT(s[0].received + left, s[0].sent);
	close_all();
}

MOCK_TEST(selects_and_cancellations_lose_no_item)
{
	storm(0);
	storm(1);
	storm(GREEN_UNBOUNDED);
}

/* Everybody waits for everything. */
MOCK_TEST(a_hundred_tasks_select_among_the_same_hundred)
{
	static struct green_case c[MOST][MOST];
	static struct trade t[MOST];
	static int got[MOST];
	struct green_group g;
	size_t i, k;

	memset(c, 0, sizeof(c));
	memset(t, 0, sizeof(t));
	REQUIRE(open_ints(MOST, 0));
	green_group_open(&g);
	for (i = 0; i < MOST; i++) {
		for (k = 0; k < MOST; k++) {
			c[i][k].receive_from = rx[k];
			c[i][k].item = &got[i];
		}
		t[i].cases = c[i];
		t[i].ncases = MOST;
		CHECK_INT(green_spawn(&g, trade_task, &t[i]), 0);
	}
	CHECK_INT(green_sleep(1), 0);
	CHECK_INT(WAITING_TO_RECEIVE(rx[0]), MOST);
	for (i = 0; i < MOST; i++)
		CHECK_INT(put(MOST - 1 - i, (int)i), 0);
	CHECK_INT(green_group_close(&g, 0), 0);
	for (i = 0; i < MOST; i++) {
		CHECK_INT(t[i].rc, MOST - 1 - i);
		CHECK_INT(got[i], i);
	}
	close_all();
}

CU_TestInfo select_tests[] = {
	CLAIM(no_case_is_refused),
	CLAIM(a_case_with_both_ends_or_neither_is_refused),
	CLAIM(more_cases_than_an_int_counts_are_refused),
	CLAIM(selecting_needs_a_loop_to_wait_in),
	CLAIM(the_case_that_can_go_ahead_does_so),
	CLAIM(one_case_alone_goes_ahead),
	CLAIM(a_send_goes_ahead_where_there_is_room),
	CLAIM(sends_and_receives_mix),
	CLAIM(without_blocking_it_says_so),
	CLAIM(the_end_of_a_channel_is_an_outcome),
	CLAIM(a_failure_is_an_outcome),
	CLAIM(both_sides_of_a_buffer_in_one_call_never_wait),
	CLAIM(it_waits_for_the_first_that_can_go_ahead),
	CLAIM(a_send_waits_for_the_first_receiver),
	CLAIM(a_send_waits_for_room),
	CLAIM(the_case_that_comes_about_withdraws_the_others),
	CLAIM(a_selecting_task_counts_as_waiting),
	CLAIM(a_task_with_several_offers_counts_once),
	CLAIM(nowait_finds_a_selecting_task),
	CLAIM(a_select_that_does_not_block_finds_a_selecting_task),
	CLAIM(two_selecting_tasks_meet),
	CLAIM(a_task_never_meets_itself),
	CLAIM(two_that_offer_both_sides_meet_each_other),
	CLAIM(a_selecting_task_stands_in_line_with_others),
	CLAIM(an_end_closed_under_it_is_the_outcome),
	CLAIM(the_last_sender_to_close_is_the_outcome),
	CLAIM(the_last_receiver_to_close_is_the_outcome),
	CLAIM(the_first_to_close_decides),
	CLAIM(closing_finds_each_of_many_offers),
	CLAIM(a_cancelled_task_selects_nothing),
	CLAIM(without_blocking_it_does_not_look_for_cancellation),
	CLAIM(a_cancelled_wait_withdraws_every_case),
	CLAIM(what_came_about_before_a_cancellation_stands),
	CLAIM(a_deadline_ends_the_wait),
	CLAIM(one_of_any_number_of_cases_wakes_it),
	CLAIM(none_of_1_to_100_cases_starves),
	CLAIM(no_rhythm_of_calls_starves_a_case),
	CLAIM(every_run_makes_the_same_choices),
	CLAIM(a_seed_decides_the_choices),
	CLAIM(who_always_finds_a_case_gives_way_now_and_then),
	CLAIM(selecting_among_what_never_comes_is_a_deadlock),
	CLAIM(selects_and_cancellations_lose_no_item),
	CLAIM(a_hundred_tasks_select_among_the_same_hundred),
	CU_TEST_INFO_NULL
};
