/*
 * Channels: what goes through them, who waits, how that ends, and that no item
 * is lost or comes twice.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "tasks.h"
#include "trade.h"

/* A channel of ints. */
static struct green_sender *tx;
static struct green_receiver *rx;

static bool
open_ints(size_t capacity)
{
	return (CHECK_INT(green_channel_open(sizeof(int), capacity, &tx, &rx),
	    0));
}

static void
close_both(void)
{
	green_sender_close(tx);
	green_receiver_close(rx);
}

static int
put(int item)
{
	return (green_channel_send_nowait(tx, &item));
}

/* The next item, -1 if there is none, -2 at the end. */
static int
take(void)
{
	int item, rc = green_channel_receive_nowait(rx, &item);

	return (rc == 1 ? item : rc == 0 ? -2 : -1);
}

static unsigned
draw(void)
{
	static unsigned seed = 1;

	seed = seed * 1664525 + 1013904223;
	return (seed >> 16);
}

/*
 * Opening, and what goes through.
 */

GREEN_TEST(items_without_a_size_are_refused)
{
	CHECK_ERRNO(green_channel_open(0, 1, &tx, &rx), EINVAL);
}

/* Sanitizers end a program that asks for as much. */
#ifdef __has_feature
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED
#endif

GREEN_TEST(what_no_memory_holds_is_refused)
{
#ifndef SANITIZED
	char item = 0;

	CHECK_ERRNO(green_channel_open(sizeof(int), SIZE_MAX - 1, &tx, &rx),
	    ENOMEM);
	/* There is room for 16 at first: more bytes than can be counted. */
	REQUIRE(CHECK_INT(green_channel_open(SIZE_MAX / 8, GREEN_UNBOUNDED,
	    &tx, &rx), 0));
	CHECK_ERRNO(green_channel_send(tx, &item), ENOMEM);
	CHECK_ERRNO(green_channel_send_nowait(tx, &item), ENOMEM);
	CHECK_ERRNO(green_channel_receive_nowait(rx, &item), EAGAIN);
	CHECK_INT(stats_of(tx, NULL).buffered, 0);
	close_both();
#endif
}

GREEN_TEST(items_arrive_in_order)
{
	int i, item;

	REQUIRE(open_ints(10));
	for (i = 0; i < 10; i++)
		CHECK_INT(green_channel_send(tx, &i), 0);
	for (i = 0; i < 10; i++) {
		CHECK_INT(green_channel_receive(rx, &item), 1);
		CHECK_INT(item, i);
	}
	close_both();
}

static void
carry(size_t size)
{
	char *in = malloc(size), *out = malloc(size);
	struct green_sender *s;
	struct green_receiver *r;
	int i;

	REQUIRE(CHECK(in != NULL && out != NULL));
	REQUIRE(CHECK_INT(green_channel_open(size, 3, &s, &r), 0));
	for (i = 0; i < 3; i++) {
		memset(in, 'a' + i, size);
		CHECK_INT(green_channel_send(s, in), 0);
	}
	for (i = 0; i < 3; i++) {
		memset(in, 'a' + i, size);
		CHECK_INT(green_channel_receive(r, out), 1);
		CHECK(memcmp(in, out, size) == 0);
	}
	green_sender_close(s);
	green_receiver_close(r);
	free(in);
	free(out);
}

GREEN_TEST(items_have_any_size)
{
	carry(1);
	carry(3);
	carry(sizeof(void *));
	carry(5000);
}

GREEN_TEST(a_bounded_one_holds_its_capacity)
{
	REQUIRE(open_ints(2));
	CHECK_INT(put(1), 0);
	CHECK_INT(put(2), 0);
	CHECK_ERRNO(put(3), EAGAIN);
	CHECK_INT(take(), 1);
	CHECK_INT(put(3), 0);
	CHECK_ERRNO(put(4), EAGAIN);
	close_both();
}

GREEN_TEST(an_empty_one_has_nothing_at_once)
{
	int item = 7;

	REQUIRE(open_ints(2));
	CHECK_ERRNO(green_channel_receive_nowait(rx, &item), EAGAIN);
	CHECK_INT(item, 7);
	close_both();
}

/* Compare with what must come, over many turns of the ring. */
static void
compare_with_model(size_t capacity, unsigned most)
{
	unsigned in = 0, out = 0, i, n, k;

	REQUIRE(open_ints(capacity));
	for (i = 0; i < 2000; i++) {
		for (n = draw() % (most + 1), k = 0; k < n; k++) {
			if (in - out == capacity) {
				CHECK_ERRNO(put((int)in), EAGAIN);
				break;
			}
			if (!CHECK_INT(put((int)in), 0))
				break;
			in++;
		}
		/* Every so often, all of it. */
		n = i % 50 == 0 ? in - out + 1 : draw() % (most + 1);
		for (k = 0; k < n; k++) {
			if (in == out) {
				CHECK_INT(take(), -1);
				break;
			}
			if (!CHECK_INT(take(), out))
				break;
			out++;
		}
		CHECK_INT(stats_of(tx, NULL).buffered, in - out);
	}
	close_both();
}

GREEN_TEST(a_bounded_buffer_goes_round_in_order)
{
	compare_with_model(1, 2);
	compare_with_model(7, 9);
	compare_with_model(64, 50);
}

GREEN_TEST(an_unbounded_buffer_grows_and_shrinks_in_order)
{
	compare_with_model(GREEN_UNBOUNDED, 9);
	compare_with_model(GREEN_UNBOUNDED, 400);
}

GREEN_TEST(an_unbounded_one_never_makes_its_sender_wait)
{
	int i;

	REQUIRE(open_ints(GREEN_UNBOUNDED));
	for (i = 0; i < 100000; i++)
		if (green_channel_send(tx, &i) == -1)
			break;
	CHECK_INT(i, 100000);
	for (i = 0; i < 100000; i++)
		if (take() != i)
			break;
	CHECK_INT(i, 100000);
	close_both();
}

/*
 * Waiting.
 */

MOCK_TEST(a_full_one_makes_its_senders_wait_in_order)
{
	struct trade t[3] = { { .item = 1 }, { .item = 2 }, { .item = 3 } };
	struct green_group g;
	int i;

	REQUIRE(open_ints(1));
	CHECK_INT(put(0), 0);
	green_group_open(&g);
	for (i = 0; i < 3; i++) {
		t[i].tx = tx;
		trade_begin(&g, &t[i]);
	}
	CHECK_INT(WAITING_TO_SEND(tx), 3);
	for (i = 0; i < 4; i++) {
		CHECK_INT(take(), i);
		CHECK_INT(green_sleep(1), 0);
		CHECK(i == 3 || t[i].done);
		CHECK(i > 1 || !t[i + 1].done);
	}
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(t[0].rc, 0);
	close_both();
}

/* The item of a sender that waited comes behind those in the buffer. */
MOCK_TEST(receiving_lets_a_waiting_item_into_the_buffer)
{
	struct trade t = { .item = 2 };
	struct green_group g;

	REQUIRE(open_ints(2));
	CHECK_INT(put(0), 0);
	CHECK_INT(put(1), 0);
	green_group_open(&g);
	t.tx = tx;
	trade_begin(&g, &t);
	CHECK_INT(take(), 0);
	CHECK_INT(stats_of(tx, NULL).buffered, 2);
	CHECK_INT(WAITING_TO_SEND(tx), 0);
	CHECK_INT(take(), 1);
	CHECK_INT(take(), 2);
	CHECK_INT(green_group_close(&g, 0), 0);
	close_both();
}

MOCK_TEST(receivers_wait_in_order)
{
	struct trade t[3] = { { .item = -1 } };
	struct green_group g;
	int i;

	REQUIRE(open_ints(5));
	green_group_open(&g);
	for (i = 0; i < 3; i++) {
		t[i].rx = rx;
		trade_begin(&g, &t[i]);
	}
	CHECK_INT(WAITING_TO_RECEIVE(rx), 3);
	for (i = 0; i < 3; i++)
		CHECK_INT(put(i), 0);
	CHECK_INT(WAITING_TO_RECEIVE(rx), 0);
	CHECK_INT(stats_of(tx, NULL).buffered, 0);
	CHECK_INT(green_group_close(&g, 0), 0);
	for (i = 0; i < 3; i++) {
		CHECK_INT(t[i].rc, 1);
		CHECK_INT(t[i].item, i);
	}
	CHECK(t[0].place < t[1].place && t[1].place < t[2].place);
	close_both();
}

MOCK_TEST(a_rendezvous_waits_for_a_receiver)
{
	struct trade t = { .item = 5 };
	struct green_group g;
	int item;

	REQUIRE(open_ints(0));
	green_group_open(&g);
	t.tx = tx;
	trade_begin(&g, &t);
	CHECK(!t.done);
	CHECK_INT(stats_of(tx, NULL).buffered, 0);
	CHECK_INT(green_channel_receive(rx, &item), 1);
	CHECK_INT(item, 5);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(t.rc, 0);
	close_both();
}

MOCK_TEST(a_rendezvous_waits_for_a_sender)
{
	struct trade t = { .item = -1 };
	struct green_group g;
	int item = 6;

	REQUIRE(open_ints(0));
	green_group_open(&g);
	t.rx = rx;
	trade_begin(&g, &t);
	CHECK(!t.done);
	CHECK_INT(green_channel_send(tx, &item), 0);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(t.rc, 1);
	CHECK_INT(t.item, 6);
	close_both();
}

MOCK_TEST(nowait_at_a_rendezvous_needs_who_waits)
{
	struct trade s = { .item = 1 }, r = { .item = -1 };
	struct green_group g;

	REQUIRE(open_ints(0));
	green_group_open(&g);
	CHECK_ERRNO(put(0), EAGAIN);
	CHECK_ERRNO(take(), EAGAIN);
	s.tx = tx;
	trade_begin(&g, &s);
	CHECK_ERRNO(put(0), EAGAIN);
	CHECK_INT(take(), 1);
	r.rx = rx;
	trade_begin(&g, &r);
	CHECK_ERRNO(take(), EAGAIN);
	CHECK_INT(put(2), 0);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(r.item, 2);
	close_both();
}

MOCK_TEST(nobody_overtakes_those_who_wait)
{
	struct trade t[2] = { { .item = 1 }, { .item = 2 } };
	struct green_group g;
	int i;

	REQUIRE(open_ints(1));
	CHECK_INT(put(0), 0);
	green_group_open(&g);
	t[0].tx = tx;
	trade_begin(&g, &t[0]);
	/* The first sender's item takes the room at once. */
	CHECK_INT(take(), 0);
	CHECK_ERRNO(put(9), EAGAIN);
	t[1].tx = tx;
	trade_begin(&g, &t[1]);
	for (i = 1; i < 3; i++)
		CHECK_INT(take(), i);
	CHECK_INT(green_group_close(&g, 0), 0);
	close_both();
}

/*
 * The end of a channel.
 */

GREEN_TEST(the_end_comes_behind_what_is_buffered)
{
	int item;

	REQUIRE(open_ints(4));
	CHECK_INT(put(1), 0);
	CHECK_INT(put(2), 0);
	green_sender_close(tx);
	CHECK_INT(take(), 1);
	CHECK_INT(green_channel_receive(rx, &item), 1);
	CHECK_INT(item, 2);
	CHECK_INT(green_channel_receive(rx, &item), 0);
	CHECK_INT(green_channel_receive(rx, &item), 0);
	CHECK_INT(take(), -2);
	green_receiver_close(rx);
}

MOCK_TEST(the_last_sender_to_close_wakes_all_receivers_with_the_end)
{
	struct green_receiver *other;
	struct trade t[3] = { { .item = 7 } };
	struct green_group g;
	int i;

	REQUIRE(open_ints(0));
	REQUIRE(CHECK((other = green_receiver_clone(rx)) != NULL));
	green_group_open(&g);
	for (i = 0; i < 3; i++) {
		t[i].rx = i == 1 ? other : rx;
		trade_begin(&g, &t[i]);
	}
	green_sender_close(tx);
	CHECK_INT(green_group_close(&g, 0), 0);
	for (i = 0; i < 3; i++)
		CHECK_INT(t[i].rc, 0);
	CHECK_INT(t[0].item, 7);
	green_receiver_close(rx);
	green_receiver_close(other);
}

MOCK_TEST(a_sender_that_is_left_keeps_the_receivers_waiting)
{
	struct green_sender *other;
	struct trade t = { .item = -1 };
	struct green_group g;
	int item = 3;

	REQUIRE(open_ints(0));
	REQUIRE(CHECK((other = green_sender_clone(tx)) != NULL));
	green_group_open(&g);
	t.rx = rx;
	trade_begin(&g, &t);
	green_sender_close(tx);
	CHECK_INT(green_sleep(1), 0);
	CHECK(!t.done);
	CHECK_INT(green_channel_send(other, &item), 0);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(t.item, 3);
	green_sender_close(other);
	green_receiver_close(rx);
}

GREEN_TEST(sending_to_nobody_fails)
{
	int item = 1;

	REQUIRE(open_ints(4));
	green_receiver_close(rx);
	CHECK_ERRNO(green_channel_send(tx, &item), EPIPE);
	CHECK_ERRNO(green_channel_send_nowait(tx, &item), EPIPE);
	green_sender_close(tx);
}

MOCK_TEST(the_last_receiver_to_close_wakes_all_senders)
{
	struct green_sender *other;
	struct trade t[3] = { { .item = 1 } };
	struct green_group g;
	int i;

	REQUIRE(open_ints(0));
	REQUIRE(CHECK((other = green_sender_clone(tx)) != NULL));
	green_group_open(&g);
	for (i = 0; i < 3; i++) {
		t[i].tx = i == 1 ? other : tx;
		trade_begin(&g, &t[i]);
	}
	green_receiver_close(rx);
	CHECK_INT(green_group_close(&g, 0), 0);
	for (i = 0; i < 3; i++)
		trade_failed(&t[i], EPIPE);
	green_sender_close(tx);
	green_sender_close(other);
}

MOCK_TEST(a_receiver_that_is_left_keeps_the_senders_waiting)
{
	struct green_receiver *other;
	struct trade t = { .item = 4 };
	struct green_group g;
	int item;

	REQUIRE(open_ints(0));
	REQUIRE(CHECK((other = green_receiver_clone(rx)) != NULL));
	green_group_open(&g);
	t.tx = tx;
	trade_begin(&g, &t);
	green_receiver_close(rx);
	CHECK_INT(green_sleep(1), 0);
	CHECK(!t.done);
	CHECK_INT(green_channel_receive(other, &item), 1);
	CHECK_INT(item, 4);
	CHECK_INT(green_group_close(&g, 0), 0);
	green_sender_close(tx);
	green_receiver_close(other);
}

MOCK_TEST(closing_a_sender_wakes_who_waits_on_that_very_one)
{
	struct green_sender *other;
	struct trade t[3] = { { .item = 0 }, { .item = 1 }, { .item = 2 } };
	struct green_group g;
	int i;

	REQUIRE(open_ints(0));
	REQUIRE(CHECK((other = green_sender_clone(tx)) != NULL));
	green_group_open(&g);
	for (i = 0; i < 3; i++) {
		t[i].tx = i == 1 ? other : tx;
		trade_begin(&g, &t[i]);
	}
	green_sender_close(tx);
	CHECK_INT(green_sleep(1), 0);
	trade_failed(&t[0], EBADF);
	trade_failed(&t[2], EBADF);
	CHECK(!t[1].done);
	CHECK_INT(take(), 1);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(t[1].rc, 0);
	green_sender_close(other);
	green_receiver_close(rx);
}

MOCK_TEST(closing_a_receiver_wakes_who_waits_on_that_very_one)
{
	struct green_receiver *other;
	struct trade t[3] = { { .item = 7 } };
	struct green_group g;
	int i;

	REQUIRE(open_ints(0));
	REQUIRE(CHECK((other = green_receiver_clone(rx)) != NULL));
	green_group_open(&g);
	for (i = 0; i < 3; i++) {
		t[i].rx = i == 1 ? other : rx;
		trade_begin(&g, &t[i]);
	}
	green_receiver_close(rx);
	CHECK_INT(green_sleep(1), 0);
	trade_failed(&t[0], EBADF);
	trade_failed(&t[2], EBADF);
	CHECK(!t[1].done);
	CHECK_INT(put(1), 0);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(t[1].rc, 1);
	green_sender_close(tx);
	green_receiver_close(other);
}

/* Also when it was the last one: the own close wins over the other's end. */
MOCK_TEST(closing_the_last_end_wakes_its_own_with_ebadf)
{
	struct trade t = { .item = 7 };
	struct green_group g;

	REQUIRE(open_ints(0));
	green_group_open(&g);
	t.rx = rx;
	trade_begin(&g, &t);
	green_receiver_close(rx);
	CHECK_INT(green_group_close(&g, 0), 0);
	trade_failed(&t, EBADF);
	green_sender_close(tx);

	REQUIRE(open_ints(0));
	memset(&t, 0, sizeof(t));
	green_group_open(&g);
	t.tx = tx;
	trade_begin(&g, &t);
	green_sender_close(tx);
	CHECK_INT(green_group_close(&g, 0), 0);
	trade_failed(&t, EBADF);
	CHECK_INT(take(), -2);
	green_receiver_close(rx);
}

GREEN_TEST(closing_nothing_is_allowed)
{
	green_sender_close(NULL);
	green_receiver_close(NULL);
}

GREEN_TEST(closing_leaves_errno_alone)
{
	REQUIRE(open_ints(1));
	CHECK_INT(put(1), 0);
	errno = EDOM;
	close_both();
	CHECK_INT(errno, EDOM);
}

MOCK_TEST(who_has_an_item_keeps_it_when_his_end_is_closed)
{
	struct trade t = { .item = -1 };
	struct green_group g;

	REQUIRE(open_ints(0));
	green_group_open(&g);
	t.rx = rx;
	trade_begin(&g, &t);
	CHECK_INT(put(8), 0);
	close_both();
	CHECK(!t.done);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(t.rc, 1);
	CHECK_INT(t.item, 8);
}

MOCK_TEST(who_was_served_has_sent_when_his_end_is_closed)
{
	struct trade t = { .item = 8 };
	struct green_group g;

	REQUIRE(open_ints(0));
	green_group_open(&g);
	t.tx = tx;
	trade_begin(&g, &t);
	CHECK_INT(take(), 8);
	close_both();
	CHECK(!t.done);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(t.rc, 0);
}

GREEN_TEST(the_ends_close_in_any_order)
{
	struct green_sender *s;
	struct green_receiver *r;
	int order;

	for (order = 0; order < 4; order++) {
		REQUIRE(open_ints(3));
		REQUIRE(CHECK((s = green_sender_clone(tx)) != NULL));
		REQUIRE(CHECK((r = green_receiver_clone(rx)) != NULL));
		CHECK_INT(put(1), 0);
		if (order & 1)
			close_both();
		green_receiver_close(r);
		green_sender_close(s);
		if (!(order & 1)) {
			if (order & 2)
				green_sender_close(tx);
			green_receiver_close(rx);
			if (!(order & 2))
				green_sender_close(tx);
		}
	}
}

/*
 * What is dropped.
 */
static int dropped[16];
static size_t ndropped;

static void
note_drop(void *item)
{
	if (ndropped < 16)
		dropped[ndropped] = *(int *)item;
	ndropped++;
}

GREEN_TEST(what_is_left_at_the_last_receivers_close_is_dropped)
{
	ndropped = 0;
	REQUIRE(open_ints(4));
	green_channel_set_drop(rx, note_drop);
	CHECK_INT(put(1), 0);
	CHECK_INT(put(2), 0);
	CHECK_INT(put(3), 0);
	CHECK_INT(take(), 1);
	CHECK_INT(ndropped, 0);
	green_receiver_close(rx);
	CHECK_INT(ndropped, 2);
	CHECK_INT(dropped[0], 2);
	CHECK_INT(dropped[1], 3);
	CHECK_INT(stats_of(tx, NULL).buffered, 0);
	green_sender_close(tx);
	CHECK_INT(ndropped, 2);
}

GREEN_TEST(nothing_is_dropped_while_a_receiver_is_left)
{
	struct green_receiver *other;

	ndropped = 0;
	REQUIRE(open_ints(4));
	green_channel_set_drop(rx, note_drop);
	CHECK_INT(put(1), 0);
	REQUIRE(CHECK((other = green_receiver_clone(rx)) != NULL));
	green_receiver_close(rx);
	green_sender_close(tx);
	CHECK_INT(ndropped, 0);
	rx = other;
	CHECK_INT(take(), 1);
	green_receiver_close(rx);
	CHECK_INT(ndropped, 0);
}

MOCK_TEST(what_was_not_taken_from_its_sender_is_not_dropped)
{
	struct trade t = { .item = 2 };
	struct green_group g;

	ndropped = 0;
	REQUIRE(open_ints(1));
	green_channel_set_drop(rx, note_drop);
	CHECK_INT(put(1), 0);
	green_group_open(&g);
	t.tx = tx;
	trade_begin(&g, &t);
	green_receiver_close(rx);
	CHECK_INT(green_group_close(&g, 0), 0);
	trade_failed(&t, EPIPE);
	CHECK_INT(ndropped, 1);
	CHECK_INT(dropped[0], 1);
	green_sender_close(tx);
}

GREEN_TEST(the_drop_can_be_taken_back)
{
	ndropped = 0;
	REQUIRE(open_ints(1));
	green_channel_set_drop(rx, note_drop);
	green_channel_set_drop(rx, NULL);
	CHECK_INT(put(1), 0);
	close_both();
	CHECK_INT(ndropped, 0);
}

static void
close_sender(void *item)
{
	green_sender_close(*(struct green_sender **)item);
	ndropped++;
}

/* A channel that carries senders, its own among them. */
GREEN_TEST(dropping_an_item_may_close_the_channels_last_end)
{
	struct green_sender *s, *clone;
	struct green_receiver *r;
	int i;

	ndropped = 0;
	REQUIRE(CHECK_INT(green_channel_open(sizeof(s), 5, &s, &r), 0));
	green_channel_set_drop(r, close_sender);
	for (i = 0; i < 4; i++) {
		REQUIRE(CHECK((clone = green_sender_clone(s)) != NULL));
		CHECK_INT(green_channel_send(s, &clone), 0);
	}
	CHECK_INT(green_channel_send(s, &s), 0);
	green_receiver_close(r);
	CHECK_INT(ndropped, 5);
}

static void
send_more(void *item)
{
	CHECK_ERRNO(green_channel_send_nowait(tx, item), EPIPE);
	ndropped++;
}

GREEN_TEST(what_drop_sends_to_its_own_channel_goes_nowhere)
{
	ndropped = 0;
	REQUIRE(open_ints(3));
	green_channel_set_drop(rx, send_more);
	CHECK_INT(put(1), 0);
	CHECK_INT(put(2), 0);
	green_receiver_close(rx);
	CHECK_INT(ndropped, 2);
	green_sender_close(tx);
}

/*
 * Clones.
 */

GREEN_TEST(clones_are_counted)
{
	struct green_sender *s;
	struct green_receiver *r;

	REQUIRE(open_ints(1));
	CHECK_INT(stats_of(tx, NULL).senders, 1);
	CHECK_INT(stats_of(tx, NULL).receivers, 1);
	REQUIRE(CHECK((s = green_sender_clone(tx)) != NULL));
	REQUIRE(CHECK((r = green_receiver_clone(rx)) != NULL));
	CHECK_INT(stats_of(s, NULL).senders, 2);
	CHECK_INT(stats_of(NULL, r).receivers, 2);
	green_sender_close(tx);
	green_receiver_close(rx);
	CHECK_INT(stats_of(s, NULL).senders, 1);
	CHECK_INT(stats_of(s, NULL).receivers, 1);
	green_receiver_close(r);
	CHECK_INT(stats_of(s, NULL).receivers, 0);
	green_sender_close(s);
}

#define MANY	2000

static unsigned char seen[MANY * 4];

static int
receive_all(void *arg)
{
	struct green_receiver *r = arg;
	int item, rc;

	while ((rc = green_channel_receive(r, &item)) == 1)
		seen[item]++;
	green_receiver_close(r);
	return (rc);
}

struct producer {
	struct green_sender *tx;
	int	 first;
};

static int
send_many(void *arg)
{
	struct producer *p = arg;
	int i, rc = 0;

	for (i = p->first; i < p->first + MANY && rc == 0; i++)
		rc = green_channel_send(p->tx, &i);
	green_sender_close(p->tx);
	return (rc);
}

static void
many_to_many(size_t capacity)
{
	struct producer p[4];
	struct green_group g;
	int i;

	memset(seen, 0, sizeof(seen));
	REQUIRE(open_ints(capacity));
	green_group_open(&g);
	for (i = 0; i < 4; i++) {
		p[i].tx = green_sender_clone(tx);
		p[i].first = i * MANY;
		CHECK_INT(green_spawn(&g, send_many, &p[i]), 0);
		CHECK_INT(green_spawn(&g, receive_all,
		    green_receiver_clone(rx)), 0);
	}
	close_both();
	CHECK_INT(green_group_close(&g, 0), 0);
	for (i = 0; i < MANY * 4 && seen[i] == 1; i++)
		continue;
	CHECK_INT(i, MANY * 4);
}

GREEN_TEST(each_item_goes_to_one_of_several_receivers)
{
	many_to_many(0);
	many_to_many(1);
	many_to_many(100);
	many_to_many(GREEN_UNBOUNDED);
}

static int
receive_per_sender(void *arg)
{
	int next[4] = { 0, MANY, 2 * MANY, 3 * MANY }, item;

	while (green_channel_receive(arg, &item) == 1)
		if (!CHECK_INT(item, next[item / MANY]++))
			return (-1);
	return (0);
}

GREEN_TEST(the_items_of_one_sender_stay_in_order)
{
	struct producer p[4];
	struct green_group g;
	int i;

	REQUIRE(open_ints(3));
	green_group_open(&g);
	for (i = 0; i < 4; i++) {
		p[i].tx = green_sender_clone(tx);
		p[i].first = i * MANY;
		CHECK_INT(green_spawn(&g, send_many, &p[i]), 0);
	}
	green_sender_close(tx);
	CHECK_INT(green_spawn(&g, receive_per_sender, rx), 0);
	CHECK_INT(green_group_close(&g, 0), 0);
	green_receiver_close(rx);
}

/*
 * Cancellation.
 */

GREEN_TEST(a_cancelled_task_sends_nothing)
{
	struct green_scope s;
	int item = 1;

	REQUIRE(open_ints(4));
	green_scope_open(&s);
	green_scope_cancel(&s, NULL);
	CHECK_ERRNO(green_channel_send(tx, &item), ECANCELED);
	CHECK_ERRNO(green_channel_send(tx, &item), ECANCELED);
	CHECK_INT(green_scope_close(&s, 0), 0);
	CHECK_INT(take(), -1);
	close_both();
}

GREEN_TEST(a_cancelled_task_receives_nothing)
{
	struct green_scope s;
	int item = 7;

	REQUIRE(open_ints(4));
	CHECK_INT(put(1), 0);
	green_scope_open(&s);
	green_scope_cancel(&s, NULL);
	CHECK_ERRNO(green_channel_receive(rx, &item), ECANCELED);
	CHECK_INT(green_scope_close(&s, 0), 0);
	CHECK_INT(item, 7);
	CHECK_INT(take(), 1);
	close_both();
}

GREEN_TEST(nowait_does_not_look_for_cancellation)
{
	struct green_scope s;

	REQUIRE(open_ints(4));
	green_scope_open(&s);
	green_scope_cancel(&s, NULL);
	CHECK_INT(put(1), 0);
	CHECK_INT(take(), 1);
	CHECK_INT(green_scope_close(&s, 0), 0);
	close_both();
}

MOCK_TEST(a_send_that_waits_can_be_cancelled)
{
	struct trade t[2] = { { .item = 1 }, { .item = 2 } };
	struct green_group g;

	REQUIRE(open_ints(0));
	green_group_open(&g);
	t[0].tx = t[1].tx = tx;
	trade_begin(&g, &t[0]);
	trade_begin(&g, &t[1]);
	trade_cancel(&t[0]);
	CHECK_INT(WAITING_TO_SEND(tx), 1);
	CHECK_INT(take(), 2);
	CHECK_INT(green_group_close(&g, 0), 0);
	trade_failed(&t[0], ECANCELED);
	CHECK_INT(t[1].rc, 0);
	close_both();
}

MOCK_TEST(a_receive_that_waits_can_be_cancelled)
{
	struct trade t[2] = { { .item = 7 }, { .item = 7 } };
	struct green_group g;

	REQUIRE(open_ints(0));
	green_group_open(&g);
	t[0].rx = t[1].rx = rx;
	trade_begin(&g, &t[0]);
	trade_begin(&g, &t[1]);
	trade_cancel(&t[0]);
	/* It has not run yet, and is passed over. */
	CHECK_INT(put(3), 0);
	CHECK_INT(green_group_close(&g, 0), 0);
	trade_failed(&t[0], ECANCELED);
	CHECK_INT(t[0].item, 7);
	CHECK_INT(t[1].item, 3);
	close_both();
}

MOCK_TEST(an_item_handed_over_before_a_cancellation_is_received)
{
	struct trade t = { .item = 7 };
	struct green_group g;

	REQUIRE(open_ints(0));
	green_group_open(&g);
	t.rx = rx;
	trade_begin(&g, &t);
	CHECK_INT(put(3), 0);
	trade_cancel(&t);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(t.rc, 1);
	CHECK_INT(t.item, 3);
	CHECK_INT(t.after, -1);
	close_both();
}

MOCK_TEST(an_item_taken_before_a_cancellation_is_sent)
{
	struct trade t = { .item = 3 };
	struct green_group g;

	REQUIRE(open_ints(0));
	green_group_open(&g);
	t.tx = tx;
	trade_begin(&g, &t);
	CHECK_INT(take(), 3);
	trade_cancel(&t);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(t.rc, 0);
	CHECK_INT(t.after, -1);
	close_both();
}

MOCK_TEST(the_end_seen_before_a_cancellation_counts)
{
	struct trade t = { .item = 7 };
	struct green_group g;

	REQUIRE(open_ints(0));
	green_group_open(&g);
	t.rx = rx;
	trade_begin(&g, &t);
	green_sender_close(tx);
	trade_cancel(&t);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(t.rc, 0);
	CHECK_INT(t.after, -1);
	green_receiver_close(rx);
}

MOCK_TEST(a_deadline_ends_a_wait)
{
	struct green_scope s;
	int item;

	REQUIRE(open_ints(0));
	green_fail_after(&s, GREEN_SEC);
	CHECK_ERRNO(green_scope_close(&s, green_channel_receive(rx, &item)),
	    ETIMEDOUT);
	green_fail_after(&s, GREEN_SEC);
	CHECK_ERRNO(green_scope_close(&s, green_channel_send(tx, &item)),
	    ETIMEDOUT);
	CHECK_INT(WAITING_TO_SEND(tx), 0);
	CHECK_INT(WAITING_TO_RECEIVE(rx), 0);
	close_both();
}

MOCK_TEST(a_whole_group_that_waits_can_be_cancelled)
{
	static struct trade t[100];
	struct green_group g;
	size_t i;

	memset(t, 0, sizeof(t));
	REQUIRE(open_ints(0));
	green_group_open(&g);
	for (i = 0; i < 100; i++) {
		t[i].rx = rx;
		CHECK_INT(green_spawn(&g, trade_task, &t[i]), 0);
	}
	CHECK_INT(green_sleep(1), 0);
	CHECK_INT(WAITING_TO_RECEIVE(rx), 100);
	green_group_cancel(&g, NULL);
	CHECK_INT(green_group_close(&g, 0), 0);
	for (i = 0; i < 100; i++)
		trade_failed(&t[i], ECANCELED);
	CHECK_INT(WAITING_TO_RECEIVE(rx), 0);
	close_both();
}

/* Senders and receivers, each of whose calls may run out of time: what was sent
   is received, once. */
struct storm {
	unsigned seed;
	long	 sent, received, sum_sent, sum_received;
};

static unsigned
throw(struct storm *s)
{
	s->seed = s->seed * 1664525 + 1013904223;
	return (s->seed >> 16);
}

static int
storm_send(void *arg)
{
	struct storm *s = arg;
	struct green_scope limit;
	int i, item, rc;

	for (i = 0; i < 300; i++) {
		item = (int)(throw(s) % 1000);
		green_move_on_after(&limit, throw(s) % 20);
		rc = green_channel_send(tx, &item);
		if (rc == 0) {
			s->sent++;
			s->sum_sent += item;
		} else
			CHECK_INT(errno, ECANCELED);
		CHECK_INT(green_scope_close(&limit, rc), 0);
		if (throw(s) % 3 == 0)
			CHECK_INT(green_sleep(throw(s) % 10), 0);
	}
	return (0);
}

static int
storm_receive(void *arg)
{
	struct storm *s = arg;
	struct green_scope limit;
	int item, rc;

	do {
		green_move_on_after(&limit, 1 + throw(s) % 20);
		rc = green_channel_receive(rx, &item);
		if (rc == 1) {
			s->received++;
			s->sum_received += item;
		} else if (rc == -1)
			CHECK_INT(errno, ECANCELED);
		CHECK_INT(green_scope_close(&limit, rc), rc == -1 ? 0 : rc);
		if (throw(s) % 3 == 0)
			CHECK_INT(green_sleep(throw(s) % 10), 0);
	} while (rc != 0);
	return (0);
}

static void
storm(size_t capacity)
{
	struct storm s[10];
	struct green_group senders, receivers;
	size_t i;

	memset(s, 0, sizeof(s));
	REQUIRE(open_ints(capacity));
	green_group_open(&receivers);
	green_group_open(&senders);
	for (i = 0; i < 10; i++) {
		s[i].seed = (unsigned)i;
		CHECK_INT(i % 2 == 0 ?
		    green_spawn(&senders, storm_send, &s[i]) :
		    green_spawn(&receivers, storm_receive, &s[i]), 0);
	}
	CHECK_INT(green_group_close(&senders, 0), 0);
	green_sender_close(tx);
	CHECK_INT(green_group_close(&receivers, 0), 0);
	green_receiver_close(rx);
	for (i = 1; i < 10; i++) {
		s[0].sent += s[i].sent;
		s[0].sum_sent += s[i].sum_sent;
		s[0].received += s[i].received;
		s[0].sum_received += s[i].sum_received;
	}
	CHECK(s[0].sent > 100);
	CHECK_INT(s[0].received, s[0].sent);
	CHECK_INT(s[0].sum_received, s[0].sum_sent);
}

MOCK_TEST(cancellations_lose_no_item)
{
	storm(0);
	storm(1);
	storm(10);
	storm(GREEN_UNBOUNDED);
}

/*
 * Checkpoints, loops and threads.
 */
GREEN_TEST(who_never_waits_gives_way_now_and_then)
{
	struct green_group g;
	int i, turns = 0;

	REQUIRE(open_ints(GREEN_UNBOUNDED));
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, count_turns, &turns), 0);
	for (i = 0; i < 1000; i++)
		CHECK_INT(green_channel_send(tx, &i), 0);
	CHECK(turns >= 10);
	turns = 0;
	while (stats_of(NULL, rx).buffered > 0)
		CHECK_INT(green_channel_receive(rx, &i), 1);
	CHECK(turns >= 10);
	turns = 0;
	green_sender_close(tx);
	for (i = 0; i < 1000; i++)
		CHECK_INT(green_channel_receive(rx, &i), 0);
	CHECK(turns >= 10);
	green_group_cancel(&g, NULL);
	CHECK_INT(green_group_close(&g, 0), 0);
	green_receiver_close(rx);
}

GREEN_TEST(nowait_never_gives_way)
{
	struct green_group g;
	int i, turns = 0;

	REQUIRE(open_ints(GREEN_UNBOUNDED));
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, count_turns, &turns), 0);
	for (i = 0; i < 1000; i++)
		CHECK_INT(put(i), 0);
	for (i = 0; i < 1000; i++)
		CHECK_INT(take(), i);
	CHECK_INT(turns, 0);
	green_group_cancel(&g, NULL);
	CHECK_INT(green_group_close(&g, 0), 0);
	close_both();
}

PLAIN_TEST(waiting_needs_a_loop)
{
	int item = 1;

	REQUIRE(open_ints(1));
	CHECK_ERRNO(green_channel_send(tx, &item), EPERM);
	CHECK_ERRNO(green_channel_receive(rx, &item), EPERM);
	close_both();
}

static int
receive_three(void *arg)
{
	int i, item;

	(void)arg;
	for (i = 0; i < 3; i++) {
		CHECK_INT(green_channel_receive(rx, &item), 1);
		CHECK_INT(item, i);
	}
	return (0);
}

PLAIN_TEST(a_channel_is_filled_before_its_loop_and_emptied_after_it)
{
	int i;

	REQUIRE(open_ints(4));
	for (i = 0; i < 4; i++)
		CHECK_INT(put(i), 0);
	CHECK_INT(IN_LOOP(receive_three, NULL, NULL), 0);
	CHECK_INT(take(), 3);
	close_both();
}

static int
receive_in_vain(void *arg)
{
	int item;

	(void)arg;
	return (green_channel_receive(rx, &item));
}

static int
send_in_vain(void *arg)
{
	int item = 1;

	(void)arg;
	return (green_channel_send(tx, &item));
}

static int
deadlock(void *arg)
{
	CHECK_ERRNO(IN_LOOP(*(green_fn **)arg, NULL, NULL), EDEADLK);
	return (0);
}

PLAIN_TEST(waiting_for_nobody_is_a_deadlock)
{
	green_fn *receiving = receive_in_vain, *sending = send_in_vain;

	REQUIRE(open_ints(0));
	survives_plain(deadlock, &receiving, "waits for item of channel");
	survives_plain(deadlock, &sending, "waits for room in channel");
	close_both();
}

/*
 * Statistics.
 */

MOCK_TEST(every_end_tells_the_same)
{
	struct green_channel_stats a, b;
	struct trade t[2] = { { .item = 1 }, { .item = 2 } };
	struct green_group g;

	REQUIRE(open_ints(1));
	CHECK_INT(put(0), 0);
	green_group_open(&g);
	t[0].tx = t[1].tx = tx;
	trade_begin(&g, &t[0]);
	trade_begin(&g, &t[1]);
	memset(&a, 0, sizeof(a));
	memset(&b, 0, sizeof(b));
	green_sender_stats(tx, &a);
	green_receiver_stats(rx, &b);
	CHECK(memcmp(&a, &b, sizeof(a)) == 0);
	CHECK_INT(a.buffered, 1);
	CHECK_INT(a.capacity, 1);
	CHECK_INT(a.senders, 1);
	CHECK_INT(a.receivers, 1);
	CHECK_INT(a.senders_waiting, 2);
	CHECK_INT(a.receivers_waiting, 0);
	CHECK_INT(a.peak, 1);
	green_receiver_close(rx);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(stats_of(tx, NULL).senders_waiting, 0);
	green_sender_close(tx);
}

GREEN_TEST(the_peak_is_the_most_that_was_ever_buffered)
{
	int i;

	REQUIRE(open_ints(GREEN_UNBOUNDED));
	CHECK_INT(stats_of(tx, NULL).peak, 0);
	for (i = 0; i < 100; i++)
		CHECK_INT(put(i), 0);
	for (i = 0; i < 100; i++)
		CHECK_INT(take(), i);
	CHECK_INT(put(0), 0);
	CHECK_INT(stats_of(tx, NULL).peak, 100);
	CHECK_INT(stats_of(tx, NULL).buffered, 1);
	close_both();
}

MOCK_TEST(what_is_handed_over_is_never_buffered)
{
	struct trade t = { .item = 7 };
	struct green_group g;

	REQUIRE(open_ints(5));
	green_group_open(&g);
	t.rx = rx;
	trade_begin(&g, &t);
	CHECK_INT(put(1), 0);
	CHECK_INT(stats_of(tx, NULL).peak, 0);
	CHECK_INT(green_group_close(&g, 0), 0);
	close_both();
}

GREEN_TEST(capacities_are_told_as_given)
{
	REQUIRE(open_ints(0));
	CHECK_INT(stats_of(tx, NULL).capacity, 0);
	close_both();
	REQUIRE(open_ints(GREEN_UNBOUNDED));
	CHECK(stats_of(NULL, rx).capacity == GREEN_UNBOUNDED);
	close_both();
}

CU_TestInfo channel_tests[] = {
	CLAIM(items_without_a_size_are_refused),
	CLAIM(what_no_memory_holds_is_refused),
	CLAIM(items_arrive_in_order),
	CLAIM(items_have_any_size),
	CLAIM(a_bounded_one_holds_its_capacity),
	CLAIM(an_empty_one_has_nothing_at_once),
	CLAIM(a_bounded_buffer_goes_round_in_order),
	CLAIM(an_unbounded_buffer_grows_and_shrinks_in_order),
	CLAIM(an_unbounded_one_never_makes_its_sender_wait),
	CLAIM(a_full_one_makes_its_senders_wait_in_order),
	CLAIM(receiving_lets_a_waiting_item_into_the_buffer),
	CLAIM(receivers_wait_in_order),
	CLAIM(a_rendezvous_waits_for_a_receiver),
	CLAIM(a_rendezvous_waits_for_a_sender),
	CLAIM(nowait_at_a_rendezvous_needs_who_waits),
	CLAIM(nobody_overtakes_those_who_wait),
	CLAIM(the_end_comes_behind_what_is_buffered),
	CLAIM(the_last_sender_to_close_wakes_all_receivers_with_the_end),
	CLAIM(a_sender_that_is_left_keeps_the_receivers_waiting),
	CLAIM(sending_to_nobody_fails),
	CLAIM(the_last_receiver_to_close_wakes_all_senders),
	CLAIM(a_receiver_that_is_left_keeps_the_senders_waiting),
	CLAIM(closing_a_sender_wakes_who_waits_on_that_very_one),
	CLAIM(closing_a_receiver_wakes_who_waits_on_that_very_one),
	CLAIM(closing_the_last_end_wakes_its_own_with_ebadf),
	CLAIM(closing_nothing_is_allowed),
	CLAIM(closing_leaves_errno_alone),
	CLAIM(who_has_an_item_keeps_it_when_his_end_is_closed),
	CLAIM(who_was_served_has_sent_when_his_end_is_closed),
	CLAIM(the_ends_close_in_any_order),
	CLAIM(what_is_left_at_the_last_receivers_close_is_dropped),
	CLAIM(nothing_is_dropped_while_a_receiver_is_left),
	CLAIM(what_was_not_taken_from_its_sender_is_not_dropped),
	CLAIM(the_drop_can_be_taken_back),
	CLAIM(dropping_an_item_may_close_the_channels_last_end),
	CLAIM(what_drop_sends_to_its_own_channel_goes_nowhere),
	CLAIM(clones_are_counted),
	CLAIM(each_item_goes_to_one_of_several_receivers),
	CLAIM(the_items_of_one_sender_stay_in_order),
	CLAIM(a_cancelled_task_sends_nothing),
	CLAIM(a_cancelled_task_receives_nothing),
	CLAIM(nowait_does_not_look_for_cancellation),
	CLAIM(a_send_that_waits_can_be_cancelled),
	CLAIM(a_receive_that_waits_can_be_cancelled),
	CLAIM(an_item_handed_over_before_a_cancellation_is_received),
	CLAIM(an_item_taken_before_a_cancellation_is_sent),
	CLAIM(the_end_seen_before_a_cancellation_counts),
	CLAIM(a_deadline_ends_a_wait),
	CLAIM(a_whole_group_that_waits_can_be_cancelled),
	CLAIM(cancellations_lose_no_item),
	CLAIM(who_never_waits_gives_way_now_and_then),
	CLAIM(nowait_never_gives_way),
	CLAIM(waiting_needs_a_loop),
	CLAIM(a_channel_is_filled_before_its_loop_and_emptied_after_it),
	CLAIM(waiting_for_nobody_is_a_deadlock),
	CLAIM(every_end_tells_the_same),
	CLAIM(the_peak_is_the_most_that_was_ever_buffered),
	CLAIM(what_is_handed_over_is_never_buffered),
	CLAIM(capacities_are_told_as_given),
	CU_TEST_INFO_NULL
};
