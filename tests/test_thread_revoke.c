/*
 * Worker calls whose cancellation does more than wait: abandonable and
 * interruptible ones, cancelled at every stage that a call goes through.
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
#include "pool/internal.h"

#include "check.h"
#include "gate.h"
#include "shortage.h"
#include "tasks.h"

/* A call with its argument, and what became of it. */
struct trial {
	struct green_limiter *limiter;
	struct green_scope scope;
	atomic_int disposed;
	pthread_t thread;		/* fn's, */
	pthread_t disposer;		/* dispose's, */
	pthread_t interrupter;		/* and interrupt's */
	int	 interrupted;
	int	 checkpoint;		/* what one in interrupt said, */
	int	 error;			/* and its errno */
	bool	 posted;		/* fn was done before interrupt */
	int	 rc;
	int	 code;
	bool	 abandoned;
};

static int
fn(void *arg)
{
	struct trial *t = arg;

	t->thread = pthread_self();
	return (gate_pass(NULL));
}

static void
dispose(void *arg)
{
	struct trial *t = arg;

	t->disposer = pthread_self();
	atomic_fetch_add(&t->disposed, 1);
}

static int
call_abandonable(void *arg)
{
	struct trial *t = arg;

	t->rc = green_to_thread_abandonable(t->limiter, fn, t, dispose);
	t->code = errno;
	t->abandoned = green_thread_abandoned();
	errno = t->code;
	return (t->rc);
}

static void
interrupt(void *arg)
{
	struct trial *t = arg;

	t->interrupter = pthread_self();
	t->interrupted++;
	t->checkpoint = green_checkpoint();
	t->error = errno;
	gate_open();
	errno = ENOTTY;
}

static int
call_interruptible(void *arg)
{
	struct trial *t = arg;

	t->rc = green_to_thread_interruptible(t->limiter, fn, t, interrupt);
	t->code = errno;
	return (t->rc);
}

/* Everything in the loop stands still until a worker has something for it. */
static void
wait_for_inbox(void)
{
	while (atomic_load(&green__loop->inbox) == NULL)
		sched_yield();
}

/* In a test's own time, no loop's: an abandoned call ends. */
static void
wait_for_dispose(struct trial *t)
{
	while (t->disposed == 0)
		sched_yield();
}

/* The same in a loop, until it has the token back. */
static void
wait_for_token(struct green_limiter *l)
{
	while (green_limiter_borrowed(l) > 0)
		green_cancel_shielded_checkpoint();
}

/* t's call, cancelled while its fn is at the gate. */
static void
cancel_at_gate(struct trial *t, green_fn *call)
{
	struct green_group g;

	green_group_open(&g);
	CHECK_INT(green_spawn(&g, call, t), 0);
	gate_wait();
	green_group_cancel(&g, "enough");
	CHECK_INT(green_group_close(&g, 0), 0);
}

/* The same, cancelled by a deadline. */
static void
be_late_at_gate(struct trial *t, green_fn *call)
{
	struct green_group g;

	green_group_open(&g);
	CHECK_INT(green_spawn(&g, call, t), 0);
	gate_wait();
	green_scope_set_deadline(&t->scope, green_now());
	CHECK_INT(green_group_close(&g, 0), 0);
}

/* Abandonable calls. */

GREEN_TEST(an_abandonable_call_brings_its_result_back)
{
	struct trial t = { 0 };

	gate_shut();
	gate_open();
	CHECK_INT(call_abandonable(&t), 5);
	CHECK_INT(t.code, E2BIG);
	CHECK(!t.abandoned);
	CHECK_INT(t.disposed, 0);
	CHECK_INT(green_limiter_borrowed(green_thread_limiter()), 0);
}

GREEN_TEST(a_cancelled_call_is_abandoned_at_once)
{
	struct trial t = { 0 };

	gate_shut();
	cancel_at_gate(&t, call_abandonable);
	CHECK_INT(t.rc, -1);
	CHECK_INT(t.code, ECANCELED);
	CHECK(t.abandoned);
	CHECK_INT(t.disposed, 0);
	CHECK_INT(gate.inside, 1);
	gate_open();
	wait_for_token(green_thread_limiter());
	CHECK_INT(t.disposed, 1);
	CHECK(pthread_equal(t.disposer, t.thread));
	CHECK(!pthread_equal(t.disposer, pthread_self()));
}

GREEN_TEST(an_abandoned_call_keeps_its_token_until_it_is_done)
{
	struct green_limiter l;
	struct trial t = { .limiter = &l }, next = { .limiter = &l };
	struct green_group g;

	green_limiter_init(&l, 1);
	gate_shut();
	cancel_at_gate(&t, call_abandonable);
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, call_abandonable, &next), 0);
	CHECK_INT(green_checkpoint(), 0);
	CHECK_INT(green_limiter_borrowed(&l), 1);
	CHECK_INT(green_limiter_waiting(&l), 1);
	CHECK_INT(gate.most, 1);
	/* The call that nobody waits for is what lets this go on. */
	gate_open();
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(next.rc, 5);
	CHECK_INT(next.disposed, 0);
	CHECK_INT(t.disposed, 1);
	CHECK_INT(green_limiter_borrowed(&l), 0);
}

/* It waits for the loop's next turn when the cancellation comes. */
GREEN_TEST(a_result_that_is_there_already_is_delivered)
{
	struct trial t = { 0 };
	struct green_group g;

	gate_shut();
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, call_abandonable, &t), 0);
	gate_wait();
	gate_open();
	wait_for_inbox();
	green_group_cancel(&g, NULL);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(t.rc, 5);
	CHECK_INT(t.code, E2BIG);
	CHECK(!t.abandoned);
	CHECK_INT(t.disposed, 0);
}

GREEN_TEST(a_cancelled_task_abandons_nothing)
{
	struct trial t = { 0 };
	struct green_scope s;

	gate_shut();
	gate_open();
	green_scope_open(&s);
	green_scope_cancel(&s, NULL);
	CHECK_ERRNO(call_abandonable(&t), ECANCELED);
	CHECK(!t.abandoned);
	CHECK_INT(green_scope_close(&s, 0), 0);
	CHECK_INT(gate.ran, 0);
	CHECK_INT(t.disposed, 0);
}

GREEN_TEST(a_call_without_a_token_is_not_abandoned)
{
	struct green_limiter l;
	struct trial t = { .limiter = &l };
	struct green_group g;

	gate_shut();
	gate_open();
	green_limiter_init(&l, 0);
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, call_abandonable, &t), 0);
	CHECK_INT(green_checkpoint(), 0);
	green_group_cancel(&g, NULL);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(t.code, ECANCELED);
	CHECK(!t.abandoned);
	CHECK_INT(t.disposed, 0);
	CHECK_INT(gate.ran, 0);
}

/* Two calls of one turn, handed over together: one is cancelled before. */
GREEN_TEST(a_call_that_was_not_handed_over_is_not_abandoned)
{
	struct trial t = { 0 }, other = { 0 };
	struct green_group g, h;

	gate_shut();
	gate_open();
	green_group_open(&h);
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, call_abandonable, &t), 0);
	CHECK_INT(green_spawn(&h, call_abandonable, &other), 0);
	CHECK_INT(green_checkpoint(), 0);
	green_group_cancel(&g, NULL);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(t.code, ECANCELED);
	CHECK(!t.abandoned);
	CHECK_INT(green_group_close(&h, 0), 0);
	CHECK_INT(other.rc, 5);
	CHECK_INT(gate.ran, 1);
	CHECK_INT(t.disposed + other.disposed, 0);
}

/* With one worker, who is at the gate: others wait in the pool's line. */
static int
cancel_in_line(void *call)
{
	struct trial first = { 0 }, t = { 0 };
	struct green_group g, h;

	gate_shut();
	gate_open();
	CHECK_INT(call_abandonable(&first), 5);
	gate_shut();
	if (!no_more_threads())
		return (0);
	green_group_open(&h);
	CHECK_INT(green_spawn(&h, call_abandonable, &first), 0);
	gate_wait();
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, *(green_fn **)call, &t), 0);
	CHECK_INT(green_checkpoint(), 0);
	CHECK_INT(green_checkpoint(), 0);
	CHECK_INT(green_limiter_borrowed(green_thread_limiter()), 2);
	green_group_cancel(&g, NULL);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(t.code, ECANCELED);
	CHECK(!t.abandoned);
	gate_open();
	CHECK_INT(green_group_close(&h, 0), 0);
	CHECK_INT(first.rc, 5);
	CHECK_INT(gate.ran, 1);
	CHECK_INT(t.disposed + t.interrupted, 0);
	CHECK_INT(green_limiter_borrowed(green_thread_limiter()), 0);
	green__pool_end();
	return (0);
}

PLAIN_TEST(a_call_that_waits_for_a_thread_is_not_abandoned)
{
	green_fn *call = call_abandonable;

	survives(cancel_in_line, &call, NULL);
}

static int
call_for_nobody(void *arg)
{
	CHECK_ERRNO(green_to_thread_abandonable(NULL, fn, arg, NULL),
	    ECANCELED);
	return (-1);
}

GREEN_TEST(nobody_need_dispose)
{
	struct trial t = { 0 };

	gate_shut();
	cancel_at_gate(&t, call_for_nobody);
	gate_open();
	wait_for_token(green_thread_limiter());
	CHECK_INT(gate.ran, 1);
}

static int
call_in_time(void *arg)
{
	struct trial *t = arg;
	int rc;

	green_fail_after(&t->scope, GREEN_FOREVER);
	rc = call_abandonable(t);
	CHECK_ERRNO(green_scope_close(&t->scope, rc), ETIMEDOUT);
	return (0);
}

GREEN_TEST(a_deadline_abandons_a_call)
{
	struct trial t = { 0 };

	gate_shut();
	be_late_at_gate(&t, call_in_time);
	CHECK(t.abandoned);
	gate_open();
	wait_for_token(green_thread_limiter());
	CHECK_INT(t.disposed, 1);
}

static int
call_shielded(void *arg)
{
	struct green_scope s;
	int rc;

	green_scope_open(&s);
	green_scope_set_shield(&s, true);
	rc = call_abandonable(arg);
	return ((int)green_scope_close(&s, rc));
}

GREEN_TEST(a_shield_keeps_a_call_from_being_abandoned)
{
	struct trial t = { 0 };
	struct green_group g;

	gate_shut();
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, call_shielded, &t), 0);
	gate_wait();
	green_group_cancel(&g, NULL);
	CHECK_INT(green_checkpoint(), -1);
	CHECK_INT(t.rc, 0);
	gate_open();
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(t.rc, 5);
	CHECK_INT(t.disposed, 0);
}

static int
leave_a_call_behind(void *arg)
{
	cancel_at_gate(arg, call_abandonable);
	return (0);
}

PLAIN_TEST(a_loops_end_waits_for_no_abandoned_call)
{
	struct trial t = { 0 };

	gate_shut();
	CHECK_INT(IN_LOOP(leave_a_call_behind, &t, NULL), 0);
	CHECK(t.abandoned);
	CHECK_INT(t.disposed, 0);
	CHECK_INT(gate.inside, 1);
	gate_open();
	wait_for_dispose(&t);
	CHECK_INT(t.disposed, 1);
}

/* The loop learns of it when no task is left: the limiter may be gone. */
static int
leave_a_call_that_ends(void *arg)
{
	struct trial *t = arg;
	struct green_limiter l;

	green_limiter_init(&l, 1);
	t->limiter = &l;
	cancel_at_gate(t, call_abandonable);
	gate_open();
	wait_for_inbox();
	memset(&l, 0xff, sizeof(l));
	return (0);
}

PLAIN_TEST(a_limiter_goes_with_the_last_task)
{
	struct trial t = { 0 };

	gate_shut();
	CHECK_INT(IN_LOOP(leave_a_call_that_ends, &t, NULL), 0);
	CHECK_INT(t.disposed, 1);
}

static int
look_while_abandoned(void *arg)
{
	(void)arg;
	return (gate_pass_unless_cancelled(NULL));
}

static int
call_that_looks(void *arg)
{
	return (green_to_thread_abandonable(NULL, look_while_abandoned, arg,
	    dispose));
}

GREEN_TEST(an_abandoned_call_sees_that_it_is)
{
	struct trial t = { 0 };

	gate_shut();
	cancel_at_gate(&t, call_that_looks);
	wait_for_token(green_thread_limiter());
	CHECK_INT(gate.seen, ECANCELED);
	CHECK_INT(t.disposed, 1);
}

/* What fn sees comes after it is abandoned, never before. */
GREEN_TEST(a_call_that_looks_is_abandoned_all_the_same)
{
	struct trial t;
	int i;

	for (i = 0; i < 100; i++) {
		t = (struct trial){ .limiter = NULL };
		gate_shut();
		cancel_at_gate(&t, call_that_looks);
		wait_for_token(green_thread_limiter());
		if (!CHECK_INT(t.disposed, 1))
			break;
	}
}

MOCK_TEST(an_abandoned_call_does_not_hold_the_mock_clock)
{
	struct trial t = { 0 };
	int64_t began = green_now();

	gate_shut();
	cancel_at_gate(&t, call_abandonable);
	CHECK_INT(green_sleep(3600 * GREEN_SEC), 0);
	CHECK_INT(green_now() - began, 3600 * GREEN_SEC);
	CHECK_INT(gate.inside, 1);
	gate_open();
	wait_for_token(green_thread_limiter());
}

/* A storm: heap arguments freed by whoever has them, in time at random. */

static atomic_int freed;

static int
work_on_heap(void *arg)
{
	*(char *)arg = 'x';
	return (0);
}

static void
free_counted(void *arg)
{
	atomic_fetch_add(&freed, 1);
	free(arg);
}

static int
call_with_heap(void *unused)
{
	void *arg = malloc(16);
	int rc;

	(void)unused;
	if (!CHECK(arg != NULL))
		return (0);
	rc = green_to_thread_abandonable(NULL, work_on_heap, arg, free_counted);
	CHECK(rc == 0 || errno == ECANCELED);
	if (!green_thread_abandoned())
		free_counted(arg);
	return (0);
}

#define STORM	200

GREEN_TEST(every_argument_is_freed_once_whenever_the_cancellation_comes)
{
	struct green_group g;
	int i, k, n = 0;

	freed = 0;
	for (i = 0; i < STORM; i++) {
		green_group_open(&g);
		for (k = 0; k < 8; k++, n++)
			CHECK_INT(green_spawn(&g, call_with_heap, NULL), 0);
		for (k = 0; k < i % 7; k++)
			CHECK_INT(green_checkpoint(), 0);
		for (k = 0; k < i % 5 * 100; k++)
			atomic_signal_fence(memory_order_seq_cst);
		green_group_cancel(&g, NULL);
		CHECK_INT(green_group_close(&g, 0), 0);
	}
	wait_for_token(green_thread_limiter());
	CHECK_INT(freed, n);
	CHECK_INT(green__loop->external, 0);
	CHECK_INT(green__loop->calls, 0);
}

/* Interruptible calls. */

GREEN_TEST(an_interruptible_call_brings_its_result_back)
{
	struct trial t = { 0 };

	gate_shut();
	gate_open();
	CHECK_INT(call_interruptible(&t), 5);
	CHECK_INT(t.code, E2BIG);
	CHECK_INT(t.interrupted, 0);
}

GREEN_TEST(a_cancellation_interrupts_fn_in_the_loops_thread)
{
	struct trial t = { 0 };

	gate_shut();
	cancel_at_gate(&t, call_interruptible);
	CHECK_INT(t.interrupted, 1);
	CHECK(pthread_equal(t.interrupter, pthread_self()));
	/* What fn returns then is the result. */
	CHECK_INT(t.rc, 5);
	CHECK_INT(t.code, E2BIG);
	CHECK_INT(green_limiter_borrowed(green_thread_limiter()), 0);
}

GREEN_TEST(interrupt_cannot_wait_and_leaves_errno_alone)
{
	struct trial t = { 0 };
	struct green_group g;

	gate_shut();
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, call_interruptible, &t), 0);
	gate_wait();
	errno = EDOM;
	green_group_cancel(&g, NULL);
	CHECK_INT(errno, EDOM);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(t.checkpoint, -1);
	CHECK_INT(t.error, EDEADLK);
}

static int
call_interruptible_in_time(void *arg)
{
	struct trial *t = arg;

	green_fail_after(&t->scope, GREEN_FOREVER);
	return ((int)green_scope_close(&t->scope, call_interruptible(t)));
}

GREEN_TEST(a_deadline_interrupts_fn)
{
	struct trial t = { 0 };

	gate_shut();
	be_late_at_gate(&t, call_interruptible_in_time);
	CHECK_INT(t.interrupted, 1);
	CHECK_INT(t.error, EDEADLK);
	CHECK_INT(t.rc, 5);
	CHECK_INT(green_scope_cause(&t.scope), GREEN_DEADLINE);
}

GREEN_TEST(fn_is_not_interrupted_when_it_has_returned)
{
	struct trial t = { 0 };
	struct green_group g;

	gate_shut();
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, call_interruptible, &t), 0);
	gate_wait();
	gate_open();
	wait_for_inbox();
	green_group_cancel(&g, NULL);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(t.rc, 5);
	CHECK_INT(t.interrupted, 0);
}

GREEN_TEST(fn_is_not_interrupted_before_it_begins)
{
	struct trial t = { 0 }, other = { 0 };
	struct green_group g, h;

	gate_shut();
	gate_open();
	green_group_open(&h);
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, call_interruptible, &t), 0);
	CHECK_INT(green_spawn(&h, call_interruptible, &other), 0);
	CHECK_INT(green_checkpoint(), 0);
	green_group_cancel(&g, NULL);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(t.code, ECANCELED);
	CHECK_INT(t.interrupted, 0);
	CHECK_INT(green_group_close(&h, 0), 0);
	CHECK_INT(other.rc, 5);
	CHECK_INT(gate.ran, 1);
}

PLAIN_TEST(a_call_that_waits_for_a_thread_is_not_interrupted)
{
	green_fn *call = call_interruptible;

	survives(cancel_in_line, &call, NULL);
}

/* fn returns as soon as it is told, and its worker has to wait for the rest. */
static void
interrupt_slowly(void *arg)
{
	struct trial *t = arg;
	int i;

	gate_open();
	while (gate.ran == 0)
		sched_yield();
	for (i = 0; i < 100; i++)
		sched_yield();
	t->posted = atomic_load(&green__loop->inbox) != NULL;
	t->interrupted++;
}

static int
call_slow_to_interrupt(void *arg)
{
	struct trial *t = arg;

	t->rc = green_to_thread_interruptible(NULL, fn, t, interrupt_slowly);
	return (t->rc);
}

GREEN_TEST(the_worker_is_there_until_interrupt_returns)
{
	struct trial t = { 0 };

	gate_shut();
	cancel_at_gate(&t, call_slow_to_interrupt);
	CHECK_INT(t.interrupted, 1);
	CHECK(!t.posted);
	CHECK_INT(t.rc, 5);
}

static void
count_interrupt(void *arg)
{
	((struct trial *)arg)->interrupted++;
}

static int
call_in_a_scope(void *arg)
{
	struct trial *t = arg;

	green_scope_open(&t->scope);
	t->rc = green_to_thread_interruptible(NULL, fn, t, count_interrupt);
	return ((int)green_scope_close(&t->scope, t->rc));
}

GREEN_TEST(fn_is_interrupted_once)
{
	struct trial t = { 0 };
	struct green_group g;

	gate_shut();
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, call_in_a_scope, &t), 0);
	gate_wait();
	green_scope_cancel(&t.scope, NULL);
	CHECK_INT(t.interrupted, 1);
	green_group_cancel(&g, NULL);
	gate_open();
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(t.interrupted, 1);
	CHECK_INT(t.rc, 5);
}

static int
call_for_no_interrupt(void *arg)
{
	struct trial *t = arg;

	t->rc = green_to_thread_interruptible(NULL,
	    gate_pass_unless_cancelled, NULL, NULL);
	t->code = errno;
	return (t->rc);
}

GREEN_TEST(nobody_need_interrupt)
{
	struct trial t = { 0 };

	gate_shut();
	cancel_at_gate(&t, call_for_no_interrupt);
	CHECK_INT(t.rc, -1);
	CHECK_INT(t.code, ECANCELED);
}

/* Threads that end in the midst of it. */

static int
end_thread(void *unused)
{
	(void)unused;
	(void)gate_pass(NULL);
	pthread_exit(NULL);
}

static int
abandon_what_ends(void *arg)
{
	struct trial *t = arg;

	t->rc = green_to_thread_abandonable(NULL, end_thread, t, dispose);
	t->code = errno;
	t->abandoned = green_thread_abandoned();
	return (t->rc);
}

static int
interrupt_what_ends(void *arg)
{
	struct trial *t = arg;

	t->rc = green_to_thread_interruptible(NULL, end_thread, t, interrupt);
	t->code = errno;
	return (0);
}

GREEN_TEST(a_thread_that_ends_leaves_the_argument_alone)
{
	struct trial t = { 0 };

	gate_shut();
	gate_open();
	CHECK_INT(abandon_what_ends(&t), -1);
	CHECK_INT(t.code, EIO);
	CHECK(!t.abandoned);
	CHECK_INT(t.disposed, 0);
	CHECK_INT(interrupt_what_ends(&t), 0);
	CHECK_INT(t.rc, -1);
	CHECK_INT(t.code, EIO);
	CHECK_INT(t.interrupted, 0);
	CHECK_INT(green_limiter_borrowed(green_thread_limiter()), 0);
}

GREEN_TEST(an_abandoned_thread_that_ends_disposes_once)
{
	struct trial t = { 0 };

	gate_shut();
	cancel_at_gate(&t, abandon_what_ends);
	CHECK_INT(t.rc, -1);
	CHECK_INT(t.code, ECANCELED);
	CHECK(t.abandoned);
	CHECK_INT(t.disposed, 0);
	gate_open();
	wait_for_token(green_thread_limiter());
	CHECK_INT(t.disposed, 1);
}

static void
dispose_and_end(void *arg)
{
	dispose(arg);
	pthread_exit(NULL);
}

static int
abandon_to_dispose(void *arg)
{
	struct trial *t = arg;

	return (green_to_thread_abandonable(NULL, fn, t, dispose_and_end));
}

GREEN_TEST(dispose_that_ends_its_thread_is_not_called_again)
{
	struct trial t = { 0 };

	gate_shut();
	cancel_at_gate(&t, abandon_to_dispose);
	gate_open();
	wait_for_token(green_thread_limiter());
	CHECK_INT(t.disposed, 1);
}

GREEN_TEST(an_interrupted_thread_may_end)
{
	struct trial t = { 0 };

	gate_shut();
	cancel_at_gate(&t, interrupt_what_ends);
	CHECK_INT(t.interrupted, 1);
	CHECK_INT(t.rc, -1);
	CHECK_INT(t.code, EIO);
}

PLAIN_TEST(such_calls_need_a_loop)
{
	CHECK_ERRNO(green_to_thread_abandonable(NULL, fn, NULL, NULL), EPERM);
	CHECK_ERRNO(green_to_thread_interruptible(NULL, fn, NULL, NULL), EPERM);
	CHECK(!green_thread_abandoned());
}

CU_TestInfo thread_revoke_tests[] = {
	CLAIM(an_abandonable_call_brings_its_result_back),
	CLAIM(a_cancelled_call_is_abandoned_at_once),
	CLAIM(an_abandoned_call_keeps_its_token_until_it_is_done),
	CLAIM(a_result_that_is_there_already_is_delivered),
	CLAIM(a_cancelled_task_abandons_nothing),
	CLAIM(a_call_without_a_token_is_not_abandoned),
	CLAIM(a_call_that_was_not_handed_over_is_not_abandoned),
	CLAIM(a_call_that_waits_for_a_thread_is_not_abandoned),
	CLAIM(nobody_need_dispose),
	CLAIM(a_deadline_abandons_a_call),
	CLAIM(a_shield_keeps_a_call_from_being_abandoned),
	CLAIM(a_loops_end_waits_for_no_abandoned_call),
	CLAIM(a_limiter_goes_with_the_last_task),
	CLAIM(an_abandoned_call_sees_that_it_is),
	CLAIM(a_call_that_looks_is_abandoned_all_the_same),
	CLAIM(an_abandoned_call_does_not_hold_the_mock_clock),
	CLAIM(every_argument_is_freed_once_whenever_the_cancellation_comes),
	CLAIM(an_interruptible_call_brings_its_result_back),
	CLAIM(a_cancellation_interrupts_fn_in_the_loops_thread),
	CLAIM(interrupt_cannot_wait_and_leaves_errno_alone),
	CLAIM(a_deadline_interrupts_fn),
	CLAIM(fn_is_not_interrupted_when_it_has_returned),
	CLAIM(fn_is_not_interrupted_before_it_begins),
	CLAIM(a_call_that_waits_for_a_thread_is_not_interrupted),
	CLAIM(the_worker_is_there_until_interrupt_returns),
	CLAIM(fn_is_interrupted_once),
	CLAIM(nobody_need_interrupt),
	CLAIM(a_thread_that_ends_leaves_the_argument_alone),
	CLAIM(an_abandoned_thread_that_ends_disposes_once),
	CLAIM(dispose_that_ends_its_thread_is_not_called_again),
	CLAIM(an_interrupted_thread_may_end),
	CLAIM(such_calls_need_a_loop),
	CU_TEST_INFO_NULL
};
