/*
 * Workers that call back into their loop: as a task there, or in the loop
 * itself.  What threads see they note, and the loop's thread checks.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"


#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <green/local.h>
#include <green/thread.h>

#include "green/internal.h"
#include "pool/internal.h"

#include "check.h"
#include "gate.h"
#include "shortage.h"
#include "tasks.h"
#include "watched.h"

/* A function that a worker has called in its loop, and what comes of it. */
struct back {
	green_fn *fn;
	void	*arg;
	int	(*way)(green_fn *fn, void *arg);	/* run or call */
	int	 rc;
	int	 code;
	char	 text[128];
};

static int
go_back(void *arg)
{
	struct back *b = arg;

	b->rc = b->way(b->fn, b->arg);
	b->code = errno;
	snprintf(b->text, sizeof(b->text), "%s", green_errmsg());
	errno = b->code;
	return (b->rc);
}

/* To a worker, which has fn(arg) run in the loop: its struct back. */
#define RUN(fn, arg)	{ (fn), (arg), green_from_thread_run, 0, 0, "" }
#define CALL(fn, arg)	{ (fn), (arg), green_from_thread_call, 0, 0, "" }

static pthread_t loop_thread;

static int
stay_a_while(void *moment)
{
	CHECK(pthread_equal(pthread_self(), loop_thread));
	CHECK_INT(green_sleep(*(int64_t *)moment), 0);
	errno = E2BIG;
	return (9);
}

MOCK_TEST(a_worker_runs_a_task_in_its_loop)
{
	int64_t hour = 3600 * GREEN_SEC, began = green_now();
	struct back b = RUN(stay_a_while, &hour);

	loop_thread = pthread_self();
	CHECK_INT(green_to_thread(go_back, &b), 9);
	CHECK_INT(b.rc, 9);
	CHECK_INT(b.code, E2BIG);
	/* All calls under way wait for the loop: time goes on. */
	CHECK_INT(green_now() - began, hour);
	CHECK_INT(green__loop->calls, 0);
}

static int
look_at_task(void *host)
{
	CHECK_STR(green_name(green_self()), "look_at_task");
	CHECK_INT(green_task_parent_id(green_self()),
	    green_task_id(host));
	return (0);
}

static int
look_from_thread(void *host)
{
	return (green_from_thread_run(look_at_task, host));
}

GREEN_TEST(its_task_has_its_functions_name_and_the_waiting_task_as_parent)
{
	CHECK_INT(green_to_thread(look_from_thread, green_self()), 0);
}

static int
refuse_to_wait(void *unused)
{
	(void)unused;
	CHECK(pthread_equal(pthread_self(), loop_thread));
	CHECK_NULL(green_self(), EPERM);
	CHECK_ERRNO(green_checkpoint(), EDEADLK);
	CHECK_ERRNO(green_sleep(1), EDEADLK);
	CHECK_ERRNO(green_to_thread(gate_pass, NULL), EDEADLK);
	errno = E2BIG;
	return (9);
}

GREEN_TEST(a_worker_calls_the_loop_itself_which_cannot_wait)
{
	struct back b = CALL(refuse_to_wait, NULL);

	loop_thread = pthread_self();
	CHECK_INT(green_to_thread(go_back, &b), 9);
	CHECK_INT(b.code, E2BIG);
}

static int
set_event_and_spawn(void *group)
{
	return (green_spawn(group, do_nothing, NULL));
}

GREEN_TEST(the_loop_itself_may_wake_and_spawn)
{
	struct green_event e = { 0 };
	struct back b = CALL(set_event, &e), s;
	struct green_group g;

	green_group_open(&g);
	s = (struct back)CALL(set_event_and_spawn, &g);
	CHECK_INT(green_spawn(&g, wait_for_event, &e), 0);
	CHECK_INT(green_to_thread(go_back, &b), 0);
	CHECK_INT(green_to_thread(go_back, &s), 0);
	CHECK_INT(green_group_close(&g, 0), 0);
}

/* Failures. */

static int
fail_with_a_text(void *unused)
{
	(void)unused;
	return (green_run(do_nothing, NULL, NULL));
}

GREEN_TEST(errno_and_what_there_is_to_say_go_both_ways)
{
	struct back run = RUN(fail_with_a_text, NULL);
	struct back call = CALL(fail_with_a_text, NULL);

	CHECK_ERRNO(green_to_thread(go_back, &run), EBUSY);
	CHECK_HAS(green_errmsg(), "a loop is running");
	CHECK_HAS(run.text, "a loop is running");
	CHECK_ERRNO(green_to_thread(go_back, &call), EBUSY);
	CHECK_HAS(green_errmsg(), "a loop is running");
	CHECK_HAS(call.text, "a loop is running");
}

GREEN_TEST(a_failure_without_a_text_has_none_of_an_earlier_one)
{
	int code = EBUSY;
	struct back with = CALL(fail_with_a_text, NULL);
	struct back without = CALL(fail_with, &code);

	CHECK_ERRNO(green_to_thread(go_back, &with), EBUSY);
	CHECK_ERRNO(green_to_thread(go_back, &without), EBUSY);
	CHECK_STR(without.text, strerror(EBUSY));
}

GREEN_TEST(its_tasks_failure_is_the_workers_alone)
{
	int code = ENOTTY;
	struct back b = RUN(fail_with, &code);
	struct green_group g;

	green_group_open(&g);
	CHECK_ERRNO(green_to_thread(go_back, &b), ENOTTY);
	CHECK_INT(green_checkpoint(), 0);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(green_group_failures(&g), 0);
}

/* It lives inside the waiting task. */

/* A task that makes such a call, and what the call said. */
static int
call_back(void *arg)
{
	struct back *b = arg;

	return (green_to_thread(go_back, b));
}

static struct green_event entered;

static int
enter_and_sleep(void *rc)
{
	green_event_set(&entered);
	*(int *)rc = green_sleep_forever() == -1 ? errno : 0;
	errno = *(int *)rc;
	return (-1);
}

GREEN_TEST(its_task_is_cancelled_with_the_waiting_one)
{
	int slept = 0;
	struct back b = RUN(enter_and_sleep, &slept);
	struct green_group g;

	memset(&entered, 0, sizeof(entered));
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, call_back, &b), 0);
	CHECK_INT(green_event_wait(&entered), 0);
	CHECK_INT(green__loop->calls, 0);
	green_group_cancel(&g, "enough");
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK(green_scope_caught(&g.scope));
	CHECK_INT(slept, ECANCELED);
	CHECK_INT(b.rc, -1);
	CHECK_INT(b.code, ECANCELED);
	CHECK_HAS(b.text, "enough");
	CHECK_INT(green__loop->calls, 0);
	CHECK_INT(green_limiter_borrowed(green_thread_limiter()), 0);
}

static int
call_back_shielded(void *b)
{
	struct green_scope s;

	green_scope_open(&s);
	green_scope_set_shield(&s, true);
	return ((int)green_scope_close(&s, call_back(b)));
}

static int
enter_and_wait(void *event)
{
	green_event_set(&entered);
	return (green_event_wait(event));
}

GREEN_TEST(a_shield_around_the_call_is_one_around_its_task)
{
	struct green_event go = { 0 };
	struct back b = RUN(enter_and_wait, &go);
	struct green_group g;

	memset(&entered, 0, sizeof(entered));
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, call_back_shielded, &b), 0);
	CHECK_INT(green_event_wait(&entered), 0);
	green_group_cancel(&g, NULL);
	green_cancel_shielded_checkpoint();
	CHECK_INT(green_event_waiting(&go), 1);
	green_event_set(&go);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(b.rc, 0);
}

static int
note_deadline(void *at)
{
	*(int64_t *)at = green_effective_deadline();
	return (green_sleep_forever());
}

MOCK_TEST(a_deadline_around_the_call_is_one_for_its_task)
{
	int64_t at = 0, hour = green_now() + 3600 * GREEN_SEC;
	struct back b = RUN(note_deadline, &at);
	struct green_scope s;

	green_fail_at(&s, hour);
	CHECK_ERRNO(call_back(&b), ECANCELED);
	CHECK_ERRNO(green_scope_close(&s, -1), ETIMEDOUT);
	CHECK_INT(at, hour);
	CHECK_INT(b.code, ECANCELED);
	CHECK_INT(green_now(), hour);
	/* The scopes are in order. */
	CHECK_INT(green_checkpoint(), 0);
}

static int
look_at_cancellation(void *unused)
{
	(void)unused;
	CHECK_ERRNO(green_checkpoint(), ECANCELED);
	return (3);
}

/* A worker that goes back once its task is cancelled. */
static int
go_back_when_cancelled(void *arg)
{
	(void)gate_pass_unless_cancelled(NULL);
	return (go_back(arg));
}

static int
call_back_when_cancelled(void *b)
{
	return (green_to_thread(go_back_when_cancelled, b));
}

GREEN_TEST(a_cancelled_tasks_worker_still_gets_its_task_to_its_first_checkpoint)
{
	struct back b = RUN(look_at_cancellation, NULL);
	struct green_group g;

	gate_shut();
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, call_back_when_cancelled, &b), 0);
	gate_wait();
	green_group_cancel(&g, NULL);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(b.rc, 3);
}

static struct green_key inherited;

static int
look_at_inheritance(void *limiter)
{
	CHECK(green_local_get(inherited) == &inherited);
	CHECK(green_thread_use_limiter(limiter) == limiter);
	return (0);
}

static int
look_at_variable(void *unused)
{
	(void)unused;
	CHECK(green_local_get(inherited) == &inherited);
	return (0);
}

GREEN_TEST(it_inherits_from_the_waiting_task)
{
	struct green_limiter l;
	struct back b = RUN(look_at_inheritance, &l);
	struct back c = CALL(look_at_variable, NULL);

	if (inherited.id == 0)
		REQUIRE(CHECK_INT(green_key_create(&inherited, NULL,
		    GREEN_KEY_INHERIT), 0));
	green_limiter_init(&l, 1);
	CHECK_INT(green_local_set(inherited, &inherited), 0);
	CHECK(green_thread_use_limiter(&l) != NULL);
	CHECK_INT(call_back(&b), 0);
	CHECK_INT(call_back(&c), 0);
	CHECK_INT(green_limiter_borrowed(&l), 0);
}

/* A worker that runs a loop of its own, which is called from a worker of that. */
static int
call_that_loop(void *unused)
{
	(void)unused;
	return (green_from_thread_call(do_nothing, NULL));
}

static int
be_called_from_worker(void *unused)
{
	(void)unused;
	return (green_to_thread(call_that_loop, NULL));
}

static int
run_loop_of_its_own(void *unused)
{
	(void)unused;
	CHECK(green_local_get(inherited) == &inherited);
	CHECK_INT(IN_LOOP(be_called_from_worker, NULL, NULL), 0);
	CHECK(green_local_get(inherited) == &inherited);
	return (0);
}

GREEN_TEST(a_call_into_a_workers_own_loop_takes_nothing_from_the_worker)
{
	if (inherited.id == 0)
		REQUIRE(CHECK_INT(green_key_create(&inherited, NULL,
		    GREEN_KEY_INHERIT), 0));
	CHECK_INT(green_local_set(inherited, &inherited), 0);
	CHECK_INT(green_to_thread(run_loop_of_its_own, NULL), 0);
}

/* Nesting. */

static int	 depth;
static int	 go_deeper(void *limiter);

static int
go_deeper_from_thread(void *limiter)
{
	return (green_from_thread_run(go_deeper, limiter));
}

static int
go_deeper(void *limiter)
{
	if (depth == 20)
		return (20);
	depth++;
	return (green_to_thread_limited(limiter, go_deeper_from_thread,
	    limiter));
}

GREEN_TEST(threads_and_tasks_nest_to_any_depth)
{
	struct green_limiter l;

	depth = 0;
	green_limiter_init(&l, 20);
	CHECK_INT(go_deeper(&l), 20);
	CHECK_INT(green_limiter_borrowed(&l), 0);
	CHECK_INT(green__loop->calls, 0);
}

/* The eighth call waits for a token that its own ancestors hold. */
static int
nest_too_deep(void *unused)
{
	struct green_limiter l;

	(void)unused;
	depth = 0;
	green_limiter_init(&l, 7);
	CHECK_ERRNO(go_deeper(&l), ECANCELED);
	CHECK_INT(green_limiter_borrowed(&l), 0);
	return (0);
}

static int
run_nest_too_deep(void *unused)
{
	(void)unused;
	CHECK_ERRNO(IN_LOOP(nest_too_deep, NULL, NULL), EDEADLK);
	CHECK_INT(depth, 8);
	return (0);
}

PLAIN_TEST(workers_that_wait_for_each_others_tokens_are_a_deadlock)
{
	survives_plain(run_nest_too_deep, NULL, "main (1): waits for worker "
	    "thread\ngroup from its thread\ngo_deeper\nwaits for limiter");
}

/* One call under way that does not wait for the loop is hope enough. */
static int
open_gate_later(void *unused)
{
	(void)unused;
	CHECK_INT(green_sleep(GREEN_MSEC), 0);
	gate_open();
	return (0);
}

GREEN_TEST(a_call_that_goes_on_keeps_the_others_from_being_a_deadlock)
{
	struct green_event e = { 0 };
	struct back b = RUN(wait_for_event, &e);
	struct green_group g;

	gate_shut();
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, call_back, &b), 0);
	CHECK_INT(green_spawn(&g, open_gate_later, NULL), 0);
	CHECK_INT(green_to_thread(gate_pass, NULL), 5);
	green_event_set(&e);
	CHECK_INT(green_group_close(&g, 0), 0);
}

/* Many. */

static int
go_back_often(void *n)
{
	int i, failed = 0;

	for (i = 0; i < 20; i++) {
		failed |= green_from_thread_run(count_up, n);
		failed |= green_from_thread_call(count_up, n);
	}
	return (failed);
}

static int
call_go_back_often(void *n)
{
	return (green_to_thread(go_back_often, n));
}

GREEN_TEST(many_workers_go_back_at_once)
{
	struct green_group g;
	int i, n = 0;

	green_group_open(&g);
	for (i = 0; i < 30; i++)
		CHECK_INT(green_spawn(&g, call_go_back_often, &n), 0);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(n, 30 * 40);
}

/* Abandoned. */

static atomic_int disposed;

static void
count_dispose(void *arg)
{
	(void)arg;
	atomic_fetch_add(&disposed, 1);
}

/* Through the gate first, and then back into the loop both ways. */
struct late {
	struct back run;
	struct back call;
};

static int
go_back_late(void *arg)
{
	struct late *l = arg;

	(void)gate_pass(NULL);
	(void)go_back(&l->run);
	(void)go_back(&l->call);
	return (0);
}

static int
abandon_late(void *arg)
{
	return (green_to_thread_abandonable(NULL, go_back_late, arg,
	    count_dispose));
}

static int
leave_late(void *arg)
{
	struct green_group g;

	gate_shut();
	disposed = 0;
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, abandon_late, arg), 0);
	gate_wait();
	green_group_cancel(&g, NULL);
	return (green_group_close(&g, 0));
}

GREEN_TEST(an_abandoned_worker_gets_no_task_but_reaches_the_loop)
{
	int n = 0;
	struct late l = { RUN(count_up, &n), CALL(count_up, &n) };

	CHECK_INT(leave_late(&l), 0);
	gate_open();
	while (green_limiter_borrowed(green_thread_limiter()) > 0)
		green_cancel_shielded_checkpoint();
	CHECK_INT(l.run.rc, -1);
	CHECK_INT(l.run.code, ECANCELED);
	CHECK_INT(l.call.rc, 0);
	CHECK_INT(n, 1);
	CHECK_INT(disposed, 1);
}

PLAIN_TEST(after_the_loops_end_an_abandoned_worker_reaches_nobody)
{
	int n = 0;
	struct late l = { RUN(count_up, &n), CALL(count_up, &n) };

	CHECK_INT(IN_LOOP(leave_late, &l, NULL), 0);
	gate_open();
	while (disposed == 0)
		sched_yield();
	CHECK_INT(l.run.rc, -1);
	CHECK_INT(l.run.code, ESHUTDOWN);
	CHECK_INT(l.call.rc, -1);
	CHECK_INT(l.call.code, ESHUTDOWN);
	CHECK_INT(n, 0);
}

static int
abandon_back(void *b)
{
	int rc = green_to_thread_abandonable(NULL, go_back, b, count_dispose);

	CHECK_ERRNO(rc, ECANCELED);
	CHECK(green_thread_abandoned());
	return (rc);
}

GREEN_TEST(a_call_is_abandoned_after_its_task)
{
	int slept = 0;
	struct back b = RUN(enter_and_sleep, &slept);
	struct green_group g;

	disposed = 0;
	memset(&entered, 0, sizeof(entered));
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, abandon_back, &b), 0);
	CHECK_INT(green_event_wait(&entered), 0);
	green_group_cancel(&g, NULL);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(slept, ECANCELED);
	while (green_limiter_borrowed(green_thread_limiter()) > 0)
		green_cancel_shielded_checkpoint();
	CHECK_INT(disposed, 1);
	CHECK_INT(b.code, ECANCELED);
	CHECK_INT(green__loop->calls, 0);
	CHECK_INT(green__loop->external, 0);
}

/* Its clean-up takes what time it needs. */
static int
enter_and_clean_up(void *event)
{
	struct green_scope s;

	green_event_set(&entered);
	CHECK_ERRNO(green_sleep_forever(), ECANCELED);
	green_scope_open(&s);
	green_scope_set_shield(&s, true);
	return ((int)green_scope_close(&s, green_event_wait(event)));
}

static int
abandon_back_and_note(void *b)
{
	int rc = green_to_thread_abandonable(NULL, go_back, b, count_dispose);

	depth = rc;
	return (rc);
}

GREEN_TEST(a_call_is_not_abandoned_before_its_task_has_cleaned_up)
{
	struct green_event go = { 0 };
	struct back b = RUN(enter_and_clean_up, &go);
	struct green_group g;

	disposed = depth = 0;
	memset(&entered, 0, sizeof(entered));
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, abandon_back_and_note, &b), 0);
	CHECK_INT(green_event_wait(&entered), 0);
	green_group_cancel(&g, NULL);
	green_cancel_shielded_checkpoint();
	CHECK_INT(depth, 0);
	green_event_set(&go);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(depth, -1);
	while (green_limiter_borrowed(green_thread_limiter()) > 0)
		green_cancel_shielded_checkpoint();
	/* The task itself came back with 0, to a worker that was left. */
	CHECK_INT(b.rc, 0);
	CHECK_INT(disposed, 1);
}

/* A storm, as for abandonable calls, with tasks under way. */

static int
hop(void *unused)
{
	(void)unused;
	return (green_checkpoint());
}

static int
hop_from_thread(void *unused)
{
	int i, rc = 0;

	(void)unused;
	for (i = 0; i < 3 && rc == 0; i++)
		rc = green_from_thread_run(hop, NULL);
	return (rc);
}

static int
call_hopping(void *freed)
{
	int rc;

	rc = green_to_thread_abandonable(NULL, hop_from_thread, freed,
	    count_dispose);
	CHECK(rc == 0 || errno == ECANCELED);
	if (!green_thread_abandoned())
		++*(int *)freed;
	return (0);
}

GREEN_TEST(abandoned_whenever_every_call_ends_once)
{
	struct green_group g;
	int i, k, n = 0, freed = 0;

	disposed = 0;
	for (i = 0; i < 100; i++) {
		green_group_open(&g);
		for (k = 0; k < 8; k++, n++)
			CHECK_INT(green_spawn(&g, call_hopping, &freed), 0);
		for (k = 0; k < i % 23; k++)
			CHECK_INT(green_checkpoint(), 0);
		green_group_cancel(&g, NULL);
		CHECK_INT(green_group_close(&g, 0), 0);
	}
	while (green_limiter_borrowed(green_thread_limiter()) > 0)
		green_cancel_shielded_checkpoint();
	CHECK_INT(freed + disposed, n);
	CHECK_INT(green__loop->calls, 0);
	CHECK_INT(green__loop->external, 0);
}

/* Cancelled itself, a thread waits for its task first. */

static pthread_t victim;
static bool came_back;

static int
be_cancelled_there(void *arg)
{
	struct back *b = arg;

	victim = pthread_self();
	b->rc = green_from_thread_run(enter_and_wait, b->arg);
	came_back = true;
	pthread_testcancel();
	return (0);
}

static int
call_victim(void *arg)
{
	struct back *b = arg;

	b->rc = 99;
	CHECK_ERRNO(green_to_thread(be_cancelled_there, b), EIO);
	return (0);
}

GREEN_TEST(a_thread_that_is_cancelled_waits_for_its_task)
{
	struct green_event go = { 0 };
	struct back b = RUN(enter_and_wait, &go);
	struct green_group g;

	memset(&entered, 0, sizeof(entered));
	came_back = false;
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, call_victim, &b), 0);
	CHECK_INT(green_event_wait(&entered), 0);
	CHECK_INT(pthread_cancel(victim), 0);
	CHECK_INT(green_checkpoint(), 0);
	CHECK_INT(green_event_waiting(&go), 1);
	green_event_set(&go);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(b.rc, 0);
	CHECK(came_back);
}

/* Without a way back. */

static void *
go_back_as_a_stranger(void *arg)
{
	struct late *l = arg;

	(void)go_back(&l->run);
	(void)go_back(&l->call);
	return (NULL);
}

GREEN_TEST(who_is_no_worker_has_no_loop_to_go_back_to)
{
	struct late l = { RUN(do_nothing, NULL), CALL(do_nothing, NULL) };
	pthread_t stranger;

	CHECK_ERRNO(green_from_thread_run(do_nothing, NULL), EPERM);
	CHECK_ERRNO(green_from_thread_call(do_nothing, NULL), EPERM);
	REQUIRE(CHECK_INT(pthread_create(&stranger, NULL,
	    go_back_as_a_stranger, &l), 0));
	CHECK_INT(pthread_join(stranger, NULL), 0);
	CHECK_INT(l.run.rc, -1);
	CHECK_INT(l.run.code, EPERM);
	CHECK_INT(l.call.rc, -1);
	CHECK_INT(l.call.code, EPERM);
}

/* No memory for the task's stack. */

static int
go_back_without_memory(void *unused)
{
	struct back b = RUN(do_nothing, NULL);
	struct green_group g;

	(void)unused;
	green_group_open(&g);
	CHECK_INT(call_back(&b), 0);
	if (no_more_memory((size_t)3 << 30)) {
		while (green_spawn(&g, sleep_forever, NULL) == 0)
			continue;
		CHECK_INT(call_back(&b), -1);
		CHECK_INT(b.code, ENOMEM);
		CHECK_INT(green__loop->calls, 0);
	}
	green_group_cancel(&g, NULL);
	return (green_group_close(&g, 0));
}

static int
run_without_memory(void *unused)
{
	const struct green_options o = { .stack_size = (size_t)1 << 29 };

	(void)unused;
	return (IN_LOOP(go_back_without_memory, NULL, &o));
}

PLAIN_TEST(what_keeps_a_task_from_starting_the_worker_learns)
{
	if (LIMITABLE)
		survives_plain(run_without_memory, NULL, NULL);
}

CU_TestInfo thread_from_tests[] = {
	CLAIM(a_worker_runs_a_task_in_its_loop),
	CLAIM(its_task_has_its_functions_name_and_the_waiting_task_as_parent),
	CLAIM(a_worker_calls_the_loop_itself_which_cannot_wait),
	CLAIM(the_loop_itself_may_wake_and_spawn),
	CLAIM(errno_and_what_there_is_to_say_go_both_ways),
	CLAIM(a_failure_without_a_text_has_none_of_an_earlier_one),
	CLAIM(its_tasks_failure_is_the_workers_alone),
	CLAIM(its_task_is_cancelled_with_the_waiting_one),
	CLAIM(a_shield_around_the_call_is_one_around_its_task),
	CLAIM(a_deadline_around_the_call_is_one_for_its_task),
	CLAIM(a_cancelled_tasks_worker_still_gets_its_task_to_its_first_checkpoint),
	CLAIM(it_inherits_from_the_waiting_task),
	CLAIM(a_call_into_a_workers_own_loop_takes_nothing_from_the_worker),
	CLAIM(threads_and_tasks_nest_to_any_depth),
	CLAIM(workers_that_wait_for_each_others_tokens_are_a_deadlock),
	CLAIM(a_call_that_goes_on_keeps_the_others_from_being_a_deadlock),
	CLAIM(many_workers_go_back_at_once),
	CLAIM(an_abandoned_worker_gets_no_task_but_reaches_the_loop),
	CLAIM(after_the_loops_end_an_abandoned_worker_reaches_nobody),
	CLAIM(a_call_is_abandoned_after_its_task),
	CLAIM(a_call_is_not_abandoned_before_its_task_has_cleaned_up),
	CLAIM(abandoned_whenever_every_call_ends_once),
	CLAIM(a_thread_that_is_cancelled_waits_for_its_task),
	CLAIM(who_is_no_worker_has_no_loop_to_go_back_to),
	CLAIM(what_keeps_a_task_from_starting_the_worker_learns),
	CU_TEST_INFO_NULL
};
