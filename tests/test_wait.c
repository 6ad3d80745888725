/*
 * The wait primitive itself: who ends a wait first decides it, and what was
 * handed over is never lost.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include "green/internal.h"

#include "check.h"
#include "tasks.h"

/* Something to wait for, and how a task's wait for it went. */
struct thing {
	struct waiters queue;
	int	 aborts;
	bool	 stubborn;		/* cannot be stopped */
};

struct client {
	struct thing *thing;
	struct waiter w;
	int64_t	 deadline;
	int	 rc;
	int	 error;
	bool	 back;
};

static struct thing *
the_thing(struct waiter *w)
{
	return (GREEN__CONTAINER(w, struct client, w)->thing);
}

static bool
leave(struct waiter *w)
{
	struct thing *th = the_thing(w);

	th->aborts++;
	if (th->stubborn)
		return (false);
	TAILQ_REMOVE(&th->queue, w, link);
	return (true);
}

static int
be_client(void *arg)
{
	struct client *c = arg;

	TAILQ_INSERT_TAIL(&c->thing->queue, &c->w, link);
	errno = EDOM;
	c->rc = green__park(&c->w, leave, "thing", -1, c->deadline);
	c->error = errno;
	c->back = true;
	return (0);
}

static void
open_thing(struct thing *th, struct client *c, int n, struct green_group *g)
{
	int i;

	TAILQ_INIT(&th->queue);
	th->aborts = 0;
	th->stubborn = false;
	green_group_open(g);
	for (i = 0; i < n; i++) {
		c[i].thing = th;
		c[i].deadline = GREEN_FOREVER;
		c[i].back = false;
		CHECK_INT(green_spawn(g, be_client, &c[i]), 0);
	}
	CHECK_INT(green_checkpoint(), 0);
}

MOCK_TEST(a_wake_hands_over_a_result)
{
	struct thing th;
	struct client c[3];
	struct green_group g;

	open_thing(&th, c, 3, &g);
	CHECK(green__wake_first(&th.queue, 42, 0));
	CHECK(green__wake_first(&th.queue, -1, EPIPE));
	CHECK(green__wake_first(&th.queue, 0, 0));
	CHECK(!green__wake_first(&th.queue, 0, 0));
	CHECK(!c[0].back);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(c[0].rc, 42);
	CHECK_INT(c[0].error, EDOM);
	CHECK_INT(c[1].rc, -1);
	CHECK_INT(c[1].error, EPIPE);
	CHECK_INT(c[2].rc, 0);
	CHECK_INT(th.aborts, 0);
}

MOCK_TEST(a_cancellation_aborts_a_wait_once)
{
	struct thing th;
	struct client c[1];
	struct green_group g;

	open_thing(&th, c, 1, &g);
	green_group_cancel(&g, NULL);
	green_group_cancel(&g, NULL);
	CHECK_INT(th.aborts, 1);
	CHECK(TAILQ_EMPTY(&th.queue));
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(c[0].rc, -1);
	CHECK_INT(c[0].error, ECANCELED);
}

MOCK_TEST(what_cannot_be_stopped_is_asked_once_and_goes_on)
{
	struct thing th;
	struct client c[1];
	struct green_group g, around;

	green_group_open(&around);
	open_thing(&th, c, 1, &g);
	th.stubborn = true;
	green_group_cancel(&g, NULL);
	CHECK_INT(th.aborts, 1);
	green_group_cancel(&around, NULL);
	green_scope_set_shield(&g.scope, true);
	green_scope_set_shield(&g.scope, false);
	CHECK_INT(th.aborts, 1);
	green_cancel_shielded_checkpoint();
	CHECK(!c[0].back);
	CHECK(green__wake_first(&th.queue, 7, 0));
	CHECK_ERRNO(green_group_close(&g, 0), ECANCELED);
	CHECK_INT(c[0].rc, 7);
	errno = ECANCELED;
	CHECK_INT(green_group_close(&around, -1), 0);
}

MOCK_TEST(a_wake_before_a_cancellation_wins)
{
	struct thing th;
	struct client c[1];
	struct green_group g;

	open_thing(&th, c, 1, &g);
	CHECK(green__wake_first(&th.queue, 7, 0));
	green_group_cancel(&g, NULL);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(c[0].rc, 7);
	CHECK_INT(th.aborts, 0);
}

MOCK_TEST(a_cancellation_before_a_wake_wins)
{
	struct thing th;
	struct client c[2];
	struct green_group g;

	open_thing(&th, c, 2, &g);
	green_group_cancel(&g, NULL);
	CHECK(!green__wake_first(&th.queue, 7, 0));
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(c[0].error, ECANCELED);
	CHECK_INT(c[1].error, ECANCELED);
}

MOCK_TEST(a_cancelled_task_does_not_begin_to_wait)
{
	struct thing th;
	struct client c[1];
	struct green_group g;

	TAILQ_INIT(&th.queue);
	th.aborts = 0;
	th.stubborn = false;
	c[0] = (struct client){ .thing = &th, .deadline = GREEN_FOREVER };
	green_group_open(&g);
	green_group_cancel(&g, NULL);
	CHECK_INT(be_client(&c[0]), 0);
	CHECK_INT(c[0].rc, -1);
	CHECK_INT(c[0].error, ECANCELED);
	CHECK_INT(th.aborts, 1);
	CHECK_INT(green_group_close(&g, 0), 0);
}

MOCK_TEST(a_wait_ends_at_its_time)
{
	struct thing th;
	struct client c[1];
	struct green_group g;
	int64_t began = green_now();

	open_thing(&th, c, 0, &g);
	c[0] = (struct client){ .thing = &th, .deadline = began + GREEN_SEC };
	CHECK_INT(be_client(&c[0]), 0);
	CHECK_INT(c[0].rc, -1);
	CHECK_INT(c[0].error, ETIMEDOUT);
	CHECK_INT(green_now() - began, GREEN_SEC);
	CHECK_INT(th.aborts, 1);
	CHECK_INT(green_group_close(&g, 0), 0);
}

static int
wake_first(void *arg)
{
	struct thing *th = arg;

	CHECK(green__wake_first(&th->queue, 7, 0));
	return (0);
}

MOCK_TEST(a_wait_that_ended_leaves_no_time_behind)
{
	struct thing th;
	struct client c[1];
	struct green_group g;
	int64_t began = green_now();

	open_thing(&th, c, 0, &g);
	c[0] = (struct client){ .thing = &th, .deadline = began + GREEN_SEC };
	CHECK_INT(green_spawn(&g, wake_first, &th), 0);
	CHECK_INT(be_client(&c[0]), 0);
	CHECK_INT(c[0].rc, 7);
	CHECK_INT(green_sleep(2 * GREEN_SEC), 0);
	c[0].deadline = GREEN_FOREVER;
	CHECK_INT(green_spawn(&g, wake_first, &th), 0);
	CHECK_INT(be_client(&c[0]), 0);
	CHECK_INT(c[0].rc, 7);
	CHECK_INT(th.aborts, 0);
	CHECK_INT(green_group_close(&g, 0), 0);
}

/* The same of an event, as programs see it. */

struct waiting {
	struct green_event e;
	struct green_scope s;
	int	 first, then;
};

static int
wait_in_scope(void *arg)
{
	struct waiting *w = arg;

	green_scope_open(&w->s);
	w->first = green_event_wait(&w->e);
	w->then = green_checkpoint();
	return ((int)green_scope_close(&w->s, 0));
}

MOCK_TEST(an_event_set_before_a_cancellation_was_waited_for)
{
	struct waiting w = { .first = -2, .then = -2 };
	struct green_group g;

	green_group_open(&g);
	CHECK_INT(green_spawn(&g, wait_in_scope, &w), 0);
	CHECK_INT(green_checkpoint(), 0);
	green_event_set(&w.e);
	green_scope_cancel(&w.s, NULL);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(w.first, 0);
	CHECK_INT(w.then, -1);
}

MOCK_TEST(an_event_set_after_a_cancellation_comes_too_late)
{
	struct waiting w = { .first = -2, .then = -2 };
	struct green_group g;

	green_group_open(&g);
	CHECK_INT(green_spawn(&g, wait_in_scope, &w), 0);
	CHECK_INT(green_checkpoint(), 0);
	green_scope_cancel(&w.s, NULL);
	CHECK_INT(green_event_waiting(&w.e), 0);
	green_event_set(&w.e);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(w.first, -1);
}

CU_TestInfo wait_tests[] = {
	CLAIM(a_wake_hands_over_a_result),
	CLAIM(a_cancellation_aborts_a_wait_once),
	CLAIM(what_cannot_be_stopped_is_asked_once_and_goes_on),
	CLAIM(a_wake_before_a_cancellation_wins),
	CLAIM(a_cancellation_before_a_wake_wins),
	CLAIM(a_cancelled_task_does_not_begin_to_wait),
	CLAIM(a_wait_ends_at_its_time),
	CLAIM(a_wait_that_ended_leaves_no_time_behind),
	CLAIM(an_event_set_before_a_cancellation_was_waited_for),
	CLAIM(an_event_set_after_a_cancellation_comes_too_late),
	CU_TEST_INFO_NULL
};
