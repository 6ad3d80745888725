/*
 * Portals: threads that start tasks, wait for them, cancel them and close what
 * they came in by; in a running loop and in one of the portal's own.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include <green/thread.h>

#include "green/internal.h"

#include "check.h"
#include "harness.h"
#include "tasks.h"
#include "watched.h"

#define MOMENT	(10 * GREEN_MSEC)

/* What a thread does with a portal, and what it notes, for the loop to check. */
struct visitor {
	struct green_portal *portal;
	green_fn *fn;
	void	*arg;
	struct green_event *go;		/* to be set in the loop */
	int	 rc[4];
	int	 code[4];
	char	 text[128];
	void	*value;
	bool	 flag[4];
	struct green_portal_call *call;
};

static void
note(struct visitor *v, int i, int rc)
{
	v->rc[i] = rc;
	v->code[i] = errno;
	if (rc == -1)
		strncpy(v->text, green_errmsg(), sizeof(v->text) - 1);
}

/* A portal of a group of its own for each test, which fn visits as a thread. */
static void
visit(struct visitor *v, green_fn *as_thread)
{
	struct green_group g;

	green_group_open(&g);
	v->portal = green_portal_open(&g);
	if (CHECK(v->portal != NULL))
		CHECK_INT(green_to_thread(as_thread, v), 0);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(green_group_failures(&g), 0);
	green_portal_release(v->portal);
	CHECK_INT(green__loop->external, 0);
}

static pthread_t loop_thread;

static int
stay_a_while(void *unused)
{
	(void)unused;
	CHECK(pthread_equal(pthread_self(), loop_thread));
	CHECK_STR(green_name(green_self()), "stay_a_while");
	CHECK_INT(green_task_parent_id(green_self()), 1);
	CHECK_INT(green_sleep(GREEN_USEC), 0);
	errno = E2BIG;
	return (9);
}

static int
fail_with_a_text(void *unused)
{
	(void)unused;
	return (green_run(do_nothing, NULL, NULL));
}

static int
run_two(void *arg)
{
	struct visitor *v = arg;

	note(v, 0, green_portal_run(v->portal, stay_a_while, NULL));
	note(v, 1, green_portal_run(v->portal, fail_with_a_text, NULL));
	return (0);
}

GREEN_TEST(a_thread_runs_a_task_and_waits_for_it)
{
	struct visitor v = { 0 };

	loop_thread = pthread_self();
	visit(&v, run_two);
	CHECK_INT(v.rc[0], 9);
	CHECK_INT(v.code[0], E2BIG);
	CHECK_INT(v.rc[1], -1);
	CHECK_INT(v.code[1], EBUSY);
	CHECK_HAS(v.text, "a loop is running");
}

static int
spawn_two(void *arg)
{
	struct visitor *v = arg;
	struct green_portal_call *good, *bad;

	good = green_portal_spawn(v->portal, stay_a_while, NULL);
	bad = green_portal_spawn(v->portal, fail_with_a_text, NULL);
	if (good == NULL || bad == NULL)
		return (-1);
	note(v, 0, green_portal_call_wait(good, GREEN_FOREVER));
	note(v, 1, green_portal_call_wait(bad, GREEN_FOREVER));
	v->flag[0] = green_portal_call_done(good);
	/* And again. */
	note(v, 2, green_portal_call_wait(good, 0));
	note(v, 3, green_portal_call_wait(bad, GREEN_SEC));
	green_portal_call_release(good);
	green_portal_call_release(bad);
	return (0);
}

GREEN_TEST(a_handle_has_the_result_of_its_task_each_time)
{
	struct visitor v = { 0 };

	loop_thread = pthread_self();
	visit(&v, spawn_two);
	CHECK_INT(v.rc[0], 9);
	CHECK_INT(v.code[0], E2BIG);
	CHECK_INT(v.rc[1], -1);
	CHECK_INT(v.code[1], EBUSY);
	CHECK(v.flag[0]);
	CHECK_INT(v.rc[2], 9);
	CHECK_INT(v.code[2], E2BIG);
	CHECK_INT(v.rc[3], -1);
	CHECK_INT(v.code[3], EBUSY);
	CHECK_HAS(v.text, "a loop is running");
}

static int
set_and_note(void *arg)
{
	struct visitor *v = arg;

	green_event_set(v->go);
	return (0);
}

static int
wait_twice(void *arg)
{
	struct visitor *v = arg;
	struct green_portal_call *h;

	h = green_portal_spawn(v->portal, wait_for_event, v->go);
	if (h == NULL)
		return (-1);
	note(v, 0, green_portal_call_wait(h, 0));
	note(v, 1, green_portal_call_wait(h, MOMENT));
	v->flag[0] = green_portal_call_done(h);
	note(v, 2, green_portal_run(v->portal, set_and_note, v));
	note(v, 3, green_portal_call_wait(h, 3600 * GREEN_SEC));
	green_portal_call_release(h);
	return (0);
}

GREEN_TEST(a_wait_ends_when_its_time_is_over)
{
	struct green_event go = { 0 };
	struct visitor v = { .go = &go };

	visit(&v, wait_twice);
	CHECK_INT(v.rc[0], -1);
	CHECK_INT(v.code[0], ETIMEDOUT);
	CHECK_INT(v.rc[1], -1);
	CHECK_INT(v.code[1], ETIMEDOUT);
	CHECK(!v.flag[0]);
	CHECK_INT(v.rc[2], 0);
	CHECK_INT(v.rc[3], 0);
}

/* Cancelling. */

static int
cancel_one(void *arg)
{
	struct visitor *v = arg;
	struct green_portal_call *one, *other;

	one = green_portal_spawn(v->portal, sleep_forever, NULL);
	other = green_portal_spawn(v->portal, wait_for_event, v->go);
	if (one == NULL || other == NULL)
		return (-1);
	green_portal_call_cancel(one);
	green_portal_call_cancel(one);
	note(v, 0, green_portal_call_wait(one, GREEN_FOREVER));
	note(v, 1, green_portal_call_wait(other, 0));
	if (green_portal_run(v->portal, set_and_note, v) == -1)
		return (-1);
	note(v, 2, green_portal_call_wait(other, GREEN_FOREVER));
	/* Too late. */
	green_portal_call_cancel(other);
	note(v, 3, green_portal_call_wait(other, 0));
	green_portal_call_release(one);
	green_portal_call_release(other);
	return (0);
}

GREEN_TEST(cancelling_a_handle_cancels_its_task_alone)
{
	struct green_event go = { 0 };
	struct visitor v = { .go = &go };

	visit(&v, cancel_one);
	CHECK_INT(v.rc[0], -1);
	CHECK_INT(v.code[0], ECANCELED);
	CHECK_INT(v.code[1], ETIMEDOUT);
	CHECK_INT(v.rc[2], 0);
	CHECK_INT(v.rc[3], 0);
}

static int
release_at_once(void *arg)
{
	struct visitor *v = arg;
	struct green_portal_call *h;

	h = green_portal_spawn(v->portal, v->fn, v->arg);
	if (h == NULL)
		return (-1);
	green_portal_call_release(h);
	return (0);
}

GREEN_TEST(a_task_goes_on_without_its_handle)
{
	int n = 0;
	struct visitor v = { .fn = count_up, .arg = &n };

	visit(&v, release_at_once);
	CHECK_INT(n, 1);
	errno = EDOM;
	green_portal_call_release(NULL);
	green_portal_release(NULL);
	CHECK_INT(errno, EDOM);
}

static int
keep_handles(void *arg)
{
	struct visitor *v = arg;

	v->call = green_portal_spawn(v->portal, fail_with_a_text, NULL);
	return (v->call == NULL ? -1 : 0);
}

static int
leave_handle(void *visitor)
{
	visit(visitor, keep_handles);
	return (0);
}

PLAIN_TEST(a_handle_outlives_portal_and_loop)
{
	struct visitor v = { 0 };

	CHECK_INT(IN_LOOP(leave_handle, &v, NULL), 0);
	REQUIRE(CHECK(v.call != NULL));
	CHECK(green_portal_call_done(v.call));
	CHECK_ERRNO(green_portal_call_wait(v.call, GREEN_FOREVER), EBUSY);
	CHECK_HAS(green_errmsg(), "a loop is running");
	green_portal_call_cancel(v.call);
	CHECK_ERRNO(green_portal_call_wait(v.call, GREEN_FOREVER), EBUSY);
	green_portal_call_release(v.call);
}

/* Starting. */

static int
start_and_return(void *value)
{
	CHECK_INT(green_started(value), 0);
	CHECK_ERRNO(green_started(NULL), EALREADY);
	CHECK_INT(green_checkpoint(), 0);
	return (7);
}

static int
start_some(void *arg)
{
	struct visitor *v = arg;
	int code = ENOTTY;

	v->call = green_portal_start_task(v->portal, start_and_return, v,
	    &v->value);
	if (v->call == NULL)
		return (-1);
	note(v, 0, green_portal_call_wait(v->call, GREEN_FOREVER));
	green_portal_call_release(v->call);
	v->flag[0] = green_portal_start_task(v->portal, fail_with, &code,
	    NULL) == NULL;
	v->code[1] = errno;
	v->flag[1] = green_portal_start_task(v->portal, do_nothing, NULL,
	    NULL) == NULL;
	v->code[2] = errno;
	v->flag[2] = green_portal_start_task(v->portal, fail_with_a_text, NULL,
	    NULL) == NULL;
	note(v, 3, -1);
	return (0);
}

GREEN_TEST(start_task_waits_for_the_start)
{
	struct visitor v = { 0 };

	visit(&v, start_some);
	CHECK(v.value == &v);
	CHECK_INT(v.rc[0], 7);
	CHECK(v.flag[0]);
	CHECK_INT(v.code[1], ENOTTY);
	CHECK(v.flag[1]);
	CHECK_INT(v.code[2], EPROTO);
	CHECK(v.flag[2]);
	CHECK_INT(v.code[3], EBUSY);
	CHECK_HAS(v.text, "a loop is running");
}

/* Closing. */

static int
try_everything(void *arg)
{
	struct visitor *v = arg;

	note(v, 0, green_portal_run(v->portal, do_nothing, NULL));
	v->flag[1] = green_portal_spawn(v->portal, do_nothing, NULL) == NULL;
	v->code[1] = errno;
	v->flag[2] = green_portal_start_task(v->portal, do_nothing, NULL,
	    NULL) == NULL;
	v->code[2] = errno;
	return (0);
}

static void
check_all_refused(const struct visitor *v, int code)
{
	CHECK_INT(v->rc[0], -1);
	CHECK_INT(v->code[0], code);
	CHECK(v->flag[1]);
	CHECK_INT(v->code[1], code);
	CHECK(v->flag[2]);
	CHECK_INT(v->code[2], code);
}

static int
close_and_try(void *arg)
{
	struct visitor *v = arg;
	int i;

	for (i = 0; i < 2; i++)
		if (green_portal_close(v->portal, i == 1) == -1)
			return (-1);
	return (try_everything(v));
}

GREEN_TEST(a_closed_portal_starts_nothing)
{
	struct visitor v = { 0 };

	visit(&v, close_and_try);
	check_all_refused(&v, ESHUTDOWN);
}

GREEN_TEST(the_loops_own_thread_would_wait_for_itself)
{
	struct visitor v = { 0 };
	struct green_group g;

	green_group_open(&g);
	v.portal = green_portal_open(&g);
	CHECK_INT(try_everything(&v), 0);
	check_all_refused(&v, EDEADLK);
	CHECK_INT(green_portal_close(v.portal, false), 0);
	CHECK_INT(try_everything(&v), 0);
	check_all_refused(&v, ESHUTDOWN);
	CHECK_INT(green_group_close(&g, 0), 0);
	green_portal_release(v.portal);
}

/* A thread that closes while tasks are there, and one of them ends it. */
static int
close_late(void *arg)
{
	struct visitor *v = arg;

	v->call = green_portal_spawn(v->portal, v->fn, v->arg);
	if (v->call == NULL)
		return (-1);
	note(v, 0, green_portal_close(v->portal, v->flag[3]));
	v->flag[0] = green_portal_call_done(v->call);
	note(v, 1, green_portal_call_wait(v->call, GREEN_FOREVER));
	green_portal_call_release(v->call);
	return (0);
}

static int
sleep_a_moment(void *unused)
{
	(void)unused;
	return (green_sleep(MOMENT));
}

GREEN_TEST(closing_waits_for_the_tasks)
{
	struct visitor v = { .fn = sleep_a_moment };

	visit(&v, close_late);
	CHECK_INT(v.rc[0], 0);
	CHECK(v.flag[0]);
	CHECK_INT(v.rc[1], 0);
}

GREEN_TEST(closing_may_cancel_the_tasks)
{
	struct visitor v = { .fn = sleep_forever, .flag = { [3] = true } };

	visit(&v, close_late);
	CHECK_INT(v.rc[0], 0);
	CHECK(v.flag[0]);
	CHECK_INT(v.rc[1], -1);
	CHECK_INT(v.code[1], ECANCELED);
	CHECK_HAS(v.text, "portal is closed");
}

static int
close_portal(void *visitor)
{
	return (green_portal_close(((struct visitor *)visitor)->portal, false));
}

GREEN_TEST(several_may_close_a_portal)
{
	struct green_event go = { 0 };
	struct visitor v = { .fn = wait_for_event, .arg = &go };
	struct green_group g, h;
	int i;

	green_group_open(&g);
	v.portal = green_portal_open(&g);
	CHECK_INT(green_to_thread(release_at_once, &v), 0);
	green_group_open(&h);
	for (i = 0; i < 3; i++)
		CHECK_INT(green_spawn(&h, close_portal, &v), 0);
	CHECK_INT(green_checkpoint(), 0);
	CHECK_INT(green_to_thread(try_everything, &v), 0);
	check_all_refused(&v, ESHUTDOWN);
	green_event_set(&go);
	CHECK_INT(green_to_thread(close_portal, &v), 0);
	CHECK_INT(green_group_close(&h, 0), 0);
	CHECK_INT(green_group_close(&g, 0), 0);
	green_portal_release(v.portal);
}

GREEN_TEST(a_cancelled_close_cancels_the_tasks_and_waits)
{
	int64_t moment = MOMENT;
	struct visitor v = { .fn = sleep_shielded, .arg = &moment };
	struct green_group g;
	struct green_scope s;

	green_group_open(&g);
	v.portal = green_portal_open(&g);
	CHECK_INT(green_to_thread(release_at_once, &v), 0);
	v.fn = sleep_forever;
	CHECK_INT(green_to_thread(release_at_once, &v), 0);
	green_scope_open(&s);
	green_scope_cancel(&s, NULL);
	CHECK_ERRNO(green_portal_close(v.portal, false), ECANCELED);
	CHECK_INT(GROUP(&g)->ntasks, 0);
	/* All its work is done. */
	CHECK_INT(green_portal_close(v.portal, false), 0);
	CHECK_INT(green_scope_close(&s, 0), 0);
	CHECK_INT(green_group_close(&g, 0), 0);
	green_portal_release(v.portal);
}

static int
close_from_inside(void *visitor)
{
	struct visitor *v = visitor;

	CHECK_ERRNO(green_portal_close(v->portal, true), EDEADLK);
	return (0);
}

GREEN_TEST(a_task_cannot_wait_for_its_own_end)
{
	struct visitor v = { .fn = close_from_inside };

	v.arg = &v;
	visit(&v, release_at_once);
}

GREEN_TEST(the_groups_close_waits_for_the_tasks_and_closes_the_portal)
{
	int64_t moment = MOMENT;
	struct visitor v = { .fn = sleep_for, .arg = &moment };
	struct green_group g;
	int64_t began = green_now();

	green_group_open(&g);
	v.portal = green_portal_open(&g);
	CHECK_INT(green_to_thread(release_at_once, &v), 0);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK(green_now() - began >= moment);
	CHECK_INT(green_to_thread(try_everything, &v), 0);
	check_all_refused(&v, ESHUTDOWN);
	CHECK_INT(green_portal_close(v.portal, true), 0);
	green_portal_release(v.portal);
}

/* Until its last task has ended, others may come for what the tasks wait for. */
static int
set_through_portal(void *arg)
{
	struct visitor *v = arg;

	return (green_portal_run(v->portal, set_and_note, v));
}

static void *
set_as_thread(void *visitor)
{
	return (set_through_portal(visitor) == 0 ? NULL : visitor);
}

GREEN_TEST(the_portal_is_open_as_long_as_the_group_has_tasks)
{
	struct green_event go = { 0 };
	struct visitor v = { .go = &go };
	struct green_group g;
	pthread_t thread;
	void *failed;

	green_group_open(&g);
	v.portal = green_portal_open(&g);
	CHECK_INT(green_spawn(&g, wait_for_event, &go), 0);
	if (CHECK_INT(pthread_create(&thread, NULL, set_as_thread, &v), 0)) {
		CHECK_INT(green_group_close(&g, 0), 0);
		CHECK_INT(pthread_join(thread, &failed), 0);
		CHECK(failed == NULL);
	}
	green_portal_release(v.portal);
}

GREEN_TEST(a_cancelled_group_takes_the_portals_tasks_along)
{
	struct visitor v = { .fn = sleep_forever };
	struct green_group g;

	green_group_open(&g);
	v.portal = green_portal_open(&g);
	CHECK_INT(green_to_thread(keep_handles, &v), 0);
	green_portal_call_release(v.call);
	CHECK_INT(green_to_thread(release_at_once, &v), 0);
	green_group_cancel(&g, NULL);
	CHECK_INT(green_group_close(&g, 0), 0);
	green_portal_release(v.portal);
}

GREEN_TEST(who_is_in_the_loop_may_look_at_a_handle_but_not_wait)
{
	struct green_event go = { 0 };
	struct visitor v = { .fn = wait_for_event, .arg = &go };
	struct green_group g;

	green_group_open(&g);
	v.portal = green_portal_open(&g);
	CHECK_INT(green_to_thread(keep_handles, &v), 0);
	while (!green_portal_call_done(v.call))
		CHECK_INT(green_checkpoint(), 0);
	CHECK_ERRNO(green_portal_call_wait(v.call, GREEN_FOREVER), EBUSY);
	green_portal_call_release(v.call);
	v.call = NULL;
	CHECK_INT(green_group_close(&g, 0), 0);
	green_portal_release(v.portal);
}

static int
spawn_waiting(void *arg)
{
	struct visitor *v = arg;

	v->call = green_portal_spawn(v->portal, wait_for_event, v->go);
	return (v->call == NULL ? -1 : 0);
}

GREEN_TEST(waiting_for_ones_own_loop_is_refused)
{
	struct green_event go = { 0 };
	struct visitor v = { .go = &go };
	struct green_group g;

	green_group_open(&g);
	v.portal = green_portal_open(&g);
	CHECK_INT(green_to_thread(spawn_waiting, &v), 0);
	CHECK_ERRNO(green_portal_call_wait(v.call, GREEN_FOREVER), EDEADLK);
	CHECK_ERRNO(green_portal_call_wait(v.call, 0), ETIMEDOUT);
	/* Cancelling does not wait. */
	green_portal_call_cancel(v.call);
	while (!green_portal_call_done(v.call))
		CHECK_INT(green_checkpoint(), 0);
	CHECK_ERRNO(green_portal_call_wait(v.call, GREEN_FOREVER), ECANCELED);
	green_portal_call_release(v.call);
	CHECK_INT(green_group_close(&g, 0), 0);
	green_portal_release(v.portal);
}

PLAIN_TEST(a_portal_needs_a_loop_and_an_open_group)
{
	struct green_group g;

	memset(&g, 0, sizeof(g));
	CHECK_NULL(green_portal_open(&g), EPERM);
}

GREEN_TEST(a_closed_group_gets_no_portal)
{
	struct green_group g;

	memset(&g, 0, sizeof(g));
	CHECK_NULL(green_portal_open(&g), EINVAL);
}

static void *
close_as_thread(void *portal)
{
	return (green_portal_close(portal, false) == 0 ? NULL : portal);
}

static int
wait_with_portal(void *unused)
{
	struct green_portal *p;
	struct green_group g;
	pthread_t thread;

	(void)unused;
	green_group_open(&g);
	p = green_portal_open(&g);
	CHECK_INT(pthread_create(&thread, NULL, close_as_thread, p), 0);
	CHECK_ERRNO(green_sleep_forever(), ECANCELED);
	CHECK_INT(pthread_join(thread, NULL), 0);
	errno = ECANCELED;
	CHECK_ERRNO(green_group_close(&g, -1), ECANCELED);
	green_portal_release(p);
	return (0);
}

static int
run_into_deadlock(void *unused)
{
	(void)unused;
	CHECK_ERRNO(IN_LOOP(wait_with_portal, NULL, NULL), EDEADLK);
	return (0);
}

PLAIN_TEST(nothing_is_a_deadlock_while_a_portal_is_open)
{
	survives_plain(run_into_deadlock, NULL, "main (1)\nsleep for ever");
}

/* Many threads. */

struct crowd {
	struct green_portal *portal;
	int	 n;
	atomic_int failed;
};

static int
count_and_yield(void *arg)
{
	++*(int *)arg;
	return (green_checkpoint());
}

static void *
spawn_many(void *arg)
{
	struct crowd *c = arg;
	struct green_portal_call *h[20];
	int i, k;

	for (k = 0; k < 5; k++) {
		for (i = 0; i < 20; i++)
			if ((h[i] = green_portal_spawn(c->portal,
			    count_and_yield, &c->n)) == NULL)
				c->failed++;
		for (i = 0; i < 20; i++) {
			if (h[i] == NULL)
				continue;
			if (i % 3 == 0)
				green_portal_call_cancel(h[i]);
			if (green_portal_call_wait(h[i], GREEN_FOREVER) == -1 &&
			    errno != ECANCELED)
				c->failed++;
			green_portal_call_release(h[i]);
		}
	}
	return (NULL);
}

PLAIN_TEST(many_threads_use_one_portal)
{
	const struct green_options o = { .backend = combo.reactor };
	struct crowd c = { .portal = green_portal_start(&o) };
	pthread_t thread[8];
	int i;

	REQUIRE(CHECK(c.portal != NULL));
	for (i = 0; i < 8; i++)
		CHECK_INT(pthread_create(&thread[i], NULL, spawn_many, &c), 0);
	for (i = 0; i < 8; i++)
		CHECK_INT(pthread_join(thread[i], NULL), 0);
	CHECK_INT(green_portal_close(c.portal, false), 0);
	green_portal_release(c.portal);
	CHECK_INT(c.failed, 0);
	CHECK_INT(c.n, 800);
}

/* Loops of their own. */

struct look {
	pthread_t thread;
	char	 backend[16];
};

static int
look_around(void *arg)
{
	struct look *l = arg;
	int64_t hour = 3600 * GREEN_SEC, began = green_now();

	l->thread = pthread_self();
	strncpy(l->backend, green_backend(), sizeof(l->backend) - 1);
	if (green_sleep(hour) == -1 || green_now() - began != hour)
		return (-1);
	return (6);
}

PLAIN_TEST(a_portal_may_have_a_loop_of_its_own)
{
	struct green_options o = { .backend = combo.reactor };
	struct green_portal *p;
	struct look l = { .thread = pthread_self() };

	o.mock_clock = true;
	p = green_portal_start(&o);
	REQUIRE(CHECK(p != NULL));
	memset(&o, 0xff, sizeof(o));
	CHECK_INT(green_portal_run(p, look_around, &l), 6);
	CHECK(!pthread_equal(l.thread, pthread_self()));
	CHECK_STR(l.backend, combo.reactor);
	CHECK_INT(green_portal_close(p, false), 0);
	CHECK_INT(green_portal_close(p, false), 0);
	CHECK_ERRNO(green_portal_run(p, do_nothing, NULL), ESHUTDOWN);
	CHECK_NULL(green_portal_spawn(p, do_nothing, NULL), ESHUTDOWN);
	green_portal_release(p);
}

PLAIN_TEST(a_loop_that_does_not_open_is_reported)
{
	const struct green_options o = { .backend = "a carrier pigeon" };

	CHECK_NULL(green_portal_start(&o), EINVAL);
	CHECK_HAS(green_errmsg(), "a carrier pigeon");
}

static int
close_own_loop(void *portal)
{
	return (green_portal_close(portal, false) == -1 ? errno : 0);
}

PLAIN_TEST(a_loop_of_its_own_cannot_close_its_portal)
{
	const struct green_options o = { .backend = combo.reactor };
	struct green_portal *p = green_portal_start(&o);

	REQUIRE(CHECK(p != NULL));
	CHECK_INT(green_portal_run(p, close_own_loop, p), EDEADLK);
	CHECK_INT(green_portal_close(p, false), 0);
	green_portal_release(p);
}

PLAIN_TEST(closing_with_cancel_ends_a_loop_of_its_own)
{
	const struct green_options o = { .backend = combo.reactor };
	struct green_portal *p = green_portal_start(&o);
	struct green_portal_call *h;

	REQUIRE(CHECK(p != NULL));
	h = green_portal_spawn(p, sleep_forever, NULL);
	CHECK(h != NULL);
	CHECK_INT(green_portal_close(p, true), 0);
	CHECK_ERRNO(green_portal_call_wait(h, 0), ECANCELED);
	green_portal_call_release(h);
	green_portal_release(p);
}

static int
close_into_deadlock(void *unused)
{
	const struct green_options o = { .backend = combo.reactor };
	struct green_portal *p = green_portal_start(&o);
	struct green_portal_call *h;

	(void)unused;
	REQUIRE_TASK(CHECK(p != NULL));
	h = green_portal_spawn(p, sleep_forever, NULL);
	CHECK(h != NULL);
	CHECK_ERRNO(green_portal_close(p, false), EDEADLK);
	CHECK_ERRNO(green_portal_call_wait(h, 0), ECANCELED);
	green_portal_call_release(h);
	green_portal_release(p);
	return (0);
}

PLAIN_TEST(closing_tells_how_its_own_loop_ended)
{
	survives_plain(close_into_deadlock, NULL, "waits for portal\n"
	    "sleep_forever");
}

static int
count_later(void *n)
{
	if (green_sleep(GREEN_MSEC) == -1)
		return (-1);
	atomic_fetch_add((atomic_int *)n, 1);
	return (0);
}

/* What is left behind, the harness would see. */
PLAIN_TEST(a_loop_of_its_own_ends_when_its_portal_is_released)
{
	const struct green_options o = { .backend = combo.reactor };
	struct green_portal *p;
	struct green_portal_call *h;
	atomic_int n = 0;
	int i;

	for (i = 0; i < 10; i++) {
		p = green_portal_start(&o);
		REQUIRE(CHECK(p != NULL));
		h = green_portal_spawn(p, count_later, &n);
		green_portal_release(p);
		CHECK_INT(green_portal_call_wait(h, GREEN_FOREVER), 0);
		green_portal_call_release(h);
	}
	CHECK_INT(n, 10);
}

PLAIN_TEST(a_thousand_portals_leave_nothing_behind)
{
	const struct green_options o = { .backend = combo.reactor };
	int i, n = 0, portals = 1000 / (int)check_slowness();
	struct green_portal *p;

	for (i = 0; i < portals; i++) {
		p = green_portal_start(&o);
		REQUIRE(CHECK(p != NULL));
		if (i % 10 == 0)
			CHECK_INT(green_portal_run(p, count_up, &n), 0);
		CHECK_INT(green_portal_close(p, false), 0);
		green_portal_release(p);
	}
	CHECK_INT(n, (portals + 9) / 10);
}

/* Forks. */

static void
use_parents_portal(struct green_portal *p)
{
	CHECK_ERRNO(green_portal_run(p, do_nothing, NULL), EPERM);
	CHECK_NULL(green_portal_spawn(p, do_nothing, NULL), EPERM);
	CHECK_NULL(green_portal_start_task(p, do_nothing, NULL, NULL), EPERM);
	CHECK_ERRNO(green_portal_close(p, true), EPERM);
	green_portal_release(p);
}

static void
use_parents_handle(struct green_portal_call *h)
{
	CHECK(!green_portal_call_done(h));
	CHECK_ERRNO(green_portal_call_wait(h, 0), ETIMEDOUT);
	CHECK_ERRNO(green_portal_call_wait(h, GREEN_FOREVER), EPERM);
	errno = EDOM;
	green_portal_call_cancel(h);
	CHECK_INT(errno, EDOM);
	green_portal_call_release(h);
}

static int
use_what_parent_opened(void *arg)
{
	struct visitor *v = arg;

	use_parents_portal(v->portal);
	use_parents_handle(v->call);
	return (0);
}

GREEN_TEST(in_a_forked_child_portal_and_handle_are_the_parents)
{
	struct green_event go = { 0 };
	struct visitor v = { .go = &go };
	struct green_group g;

	if (SANITIZED_THREADS)
		return;
	green_group_open(&g);
	v.portal = green_portal_open(&g);
	CHECK_INT(green_to_thread(spawn_waiting, &v), 0);
	survives_plain(use_what_parent_opened, &v, NULL);
	CHECK(!green_portal_call_done(v.call));
	green_event_set(&go);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(green_portal_call_wait(v.call, 0), 0);
	green_portal_call_release(v.call);
	green_portal_release(v.portal);
}

/* The portal's thread is not there, and is neither joined nor detached. */
PLAIN_TEST(in_a_forked_child_a_loop_of_its_own_is_the_parents)
{
	const struct green_options o = { .backend = combo.reactor };
	struct green_event go = { 0 };
	struct visitor v = { .go = &go };

	if (SANITIZED_THREADS)
		return;
	v.portal = green_portal_start(&o);
	REQUIRE(CHECK(v.portal != NULL));
	CHECK_INT(spawn_waiting(&v), 0);
	survives_plain(use_what_parent_opened, &v, NULL);
	green_portal_call_cancel(v.call);
	CHECK_ERRNO(green_portal_call_wait(v.call, GREEN_FOREVER), ECANCELED);
	green_portal_call_release(v.call);
	CHECK_INT(green_portal_close(v.portal, false), 0);
	green_portal_release(v.portal);
}

static int
have_own_portal(void *unused)
{
	struct green_portal *p = green_portal_start(NULL);
	int n = 0;

	(void)unused;
	CHECK_INT(green_portal_run(p, count_up, &n), 0);
	CHECK_INT(green_portal_close(p, false), 0);
	green_portal_release(p);
	CHECK_INT(n, 1);
	return (0);
}

PLAIN_TEST(a_forked_child_may_have_a_portal_of_its_own)
{
	if (!SANITIZED_THREADS)
		survives_plain(have_own_portal, NULL, NULL);
}

CU_TestInfo portal_tests[] = {
	CLAIM(a_thread_runs_a_task_and_waits_for_it),
	CLAIM(a_handle_has_the_result_of_its_task_each_time),
	CLAIM(a_wait_ends_when_its_time_is_over),
	CLAIM(cancelling_a_handle_cancels_its_task_alone),
	CLAIM(a_task_goes_on_without_its_handle),
	CLAIM(a_handle_outlives_portal_and_loop),
	CLAIM(start_task_waits_for_the_start),
	CLAIM(a_closed_portal_starts_nothing),
	CLAIM(the_loops_own_thread_would_wait_for_itself),
	CLAIM(closing_waits_for_the_tasks),
	CLAIM(closing_may_cancel_the_tasks),
	CLAIM(several_may_close_a_portal),
	CLAIM(a_cancelled_close_cancels_the_tasks_and_waits),
	CLAIM(a_task_cannot_wait_for_its_own_end),
	CLAIM(the_groups_close_waits_for_the_tasks_and_closes_the_portal),
	CLAIM(the_portal_is_open_as_long_as_the_group_has_tasks),
	CLAIM(a_cancelled_group_takes_the_portals_tasks_along),
	CLAIM(who_is_in_the_loop_may_look_at_a_handle_but_not_wait),
	CLAIM(waiting_for_ones_own_loop_is_refused),
	CLAIM(a_portal_needs_a_loop_and_an_open_group),
	CLAIM(a_closed_group_gets_no_portal),
	CLAIM(nothing_is_a_deadlock_while_a_portal_is_open),
	CLAIM(many_threads_use_one_portal),
	CLAIM(a_portal_may_have_a_loop_of_its_own),
	CLAIM(a_loop_that_does_not_open_is_reported),
	CLAIM(a_loop_of_its_own_cannot_close_its_portal),
	CLAIM(closing_with_cancel_ends_a_loop_of_its_own),
	CLAIM(closing_tells_how_its_own_loop_ended),
	CLAIM(a_loop_of_its_own_ends_when_its_portal_is_released),
	CLAIM(a_thousand_portals_leave_nothing_behind),
	CLAIM(in_a_forked_child_portal_and_handle_are_the_parents),
	CLAIM(in_a_forked_child_a_loop_of_its_own_is_the_parents),
	CLAIM(a_forked_child_may_have_a_portal_of_its_own),
	CU_TEST_INFO_NULL
};
