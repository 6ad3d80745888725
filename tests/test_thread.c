/*
 * Worker calls: what they bring back, how many run at once, when they can be
 * cancelled.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <sys/resource.h>
#include <sys/wait.h>

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include <green/thread.h>

#include "green/internal.h"
#include "pool/internal.h"

#include "check.h"
#include "tasks.h"

/* Functions that run in workers. */

static int
set_errno(void *code)
{
	errno = *(int *)code;
	return (*(int *)code == 0 ? 7 : -1);
}

static int
note_thread(void *thread)
{
	*(pthread_t *)thread = pthread_self();
	return (0);
}

/* A worker that stays until it is let go. */
struct gate {
	atomic_int inside;
	atomic_int ran;
	atomic_int most;		/* at once */
	atomic_bool open;
	atomic_int seen;		/* what check_cancelled() said */
};

static int
pass(void *arg)
{
	struct gate *g = arg;
	int n = atomic_fetch_add(&g->inside, 1) + 1, most = g->most;

	while (n > most && !atomic_compare_exchange_weak(&g->most, &most, n))
		continue;
	while (!g->open)
		sched_yield();
	atomic_fetch_sub(&g->inside, 1);
	atomic_fetch_add(&g->ran, 1);
	return (5);
}

/* Until it is told that its task is cancelled. */
static int
pass_unless_cancelled(void *arg)
{
	struct gate *g = arg;

	atomic_fetch_add(&g->inside, 1);
	while (green_thread_check_cancelled() == 0)
		sched_yield();
	g->seen = errno;
	return (-1);
}

/* Tasks that make such calls. */

static struct gate gate;
static int	 rc, error, after;

static int
call_gate(void *limiter)
{
	rc = green_to_thread_limited(limiter, pass, &gate);
	error = errno;
	after = green_checkpoint();
	return (0);
}

static void
start_over(void)
{
	memset(&gate, 0, sizeof(gate));
	rc = error = after = 99;
}

/* Until a worker is inside. */
static void
wait_for_worker(void)
{
	while (gate.inside == 0)
		green_cancel_shielded_checkpoint();
}

GREEN_TEST(result_and_errno_come_back)
{
	int code = 0;

	CHECK_INT(green_to_thread(set_errno, &code), 7);
	code = ENOTTY;
	CHECK_ERRNO(green_to_thread(set_errno, &code), ENOTTY);
	CHECK_STR(green_errmsg(), strerror(ENOTTY));
	/* From a task that is not cancelled, this is a failure like any. */
	code = ECANCELED;
	CHECK_ERRNO(green_to_thread(set_errno, &code), ECANCELED);
}

GREEN_TEST(another_thread_does_it)
{
	pthread_t first = pthread_self(), second = pthread_self();

	CHECK_INT(green_to_thread(note_thread, &first), 0);
	CHECK(!pthread_equal(first, pthread_self()));
	/* The one that is idle, not a new one. */
	CHECK_INT(green_to_thread(note_thread, &second), 0);
	CHECK(!pthread_equal(second, pthread_self()));
}

static int
look_at_signals(void *unused)
{
	sigset_t set;

	(void)unused;
	if (pthread_sigmask(SIG_BLOCK, NULL, &set) != 0)
		return (-1);
	return (sigismember(&set, SIGINT) && sigismember(&set, SIGPIPE) &&
	    sigismember(&set, SIGALRM));
}

GREEN_TEST(workers_get_no_signals)
{
	CHECK_INT(green_to_thread(look_at_signals, NULL), 1);
}

static int
open_gate(void *unused)
{
	(void)unused;
	wait_for_worker();
	gate.open = true;
	return (0);
}

GREEN_TEST(others_run_meanwhile)
{
	struct green_group g;

	start_over();
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, open_gate, NULL), 0);
	CHECK_INT(green_to_thread(pass, &gate), 5);
	CHECK_INT(green_group_close(&g, 0), 0);
}

GREEN_TEST(a_limiter_says_how_many_at_once)
{
	struct green_limiter l;
	struct green_group g;
	int i;

	start_over();
	green_limiter_init(&l, 2);
	green_group_open(&g);
	for (i = 0; i < 6; i++)
		CHECK_INT(green_spawn(&g, call_gate, &l), 0);
	while (gate.inside < 2)
		green_cancel_shielded_checkpoint();
	CHECK_INT(green_limiter_borrowed(&l), 2);
	CHECK_INT(green_limiter_waiting(&l), 4);
	gate.open = true;
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(gate.ran, 6);
	CHECK_INT(gate.most, 2);
	CHECK_INT(green_limiter_borrowed(&l), 0);
}

GREEN_TEST(the_default_limiter_is_the_loops)
{
	struct green_limiter *l = green_thread_limiter();
	struct green_group g;

	CHECK_INT(green_limiter_total(l), 40);
	CHECK(l != green_file_limiter() && l != green_name_limiter());
	CHECK(green_limiter_total(green_file_limiter()) > 0);
	CHECK(green_limiter_total(green_name_limiter()) > 0);
	start_over();
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, call_gate, NULL), 0);
	wait_for_worker();
	CHECK_INT(green_limiter_borrowed(l), 1);
	gate.open = true;
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(green_limiter_borrowed(l), 0);
}

static int
see_three(void *unused)
{
	(void)unused;
	CHECK_INT(green_limiter_total(green_thread_limiter()), 3);
	return (0);
}

PLAIN_TEST(options_say_how_many_threads)
{
	const struct green_options o = { .max_threads = 3 };

	CHECK_INT(IN_LOOP(see_three, NULL, &o), 0);
}

/* Cancellation. */

GREEN_TEST(the_wait_for_a_token_can_be_cancelled)
{
	struct green_limiter l;
	struct green_group g;

	start_over();
	green_limiter_init(&l, 0);
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, call_gate, &l), 0);
	green_cancel_shielded_checkpoint();
	CHECK_INT(green_limiter_waiting(&l), 1);
	green_group_cancel(&g, NULL);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(rc, -1);
	CHECK_INT(error, ECANCELED);
	CHECK_INT(gate.ran, 0);
	CHECK_INT(green_limiter_waiting(&l), 0);
}

GREEN_TEST(a_token_that_comes_with_the_cancellation_is_given_back)
{
	struct green_limiter l;
	struct green_group g;

	start_over();
	green_limiter_init(&l, 0);
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, call_gate, &l), 0);
	green_cancel_shielded_checkpoint();
	green_limiter_set_total(&l, 1);
	CHECK_INT(green_limiter_borrowed(&l), 1);
	green_group_cancel(&g, NULL);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(error, ECANCELED);
	CHECK_INT(gate.ran, 0);
	CHECK_INT(green_limiter_borrowed(&l), 0);
}

GREEN_TEST(a_cancelled_task_calls_nobody)
{
	struct green_scope s;

	start_over();
	gate.open = true;
	green_scope_open(&s);
	green_scope_cancel(&s, NULL);
	CHECK_ERRNO(green_to_thread(pass, &gate), ECANCELED);
	CHECK_INT(green_scope_close(&s, 0), 0);
	CHECK_INT(gate.ran, 0);
}

GREEN_TEST(a_call_that_runs_is_waited_for)
{
	struct green_group g;

	start_over();
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, call_gate, NULL), 0);
	wait_for_worker();
	green_group_cancel(&g, NULL);
	green_cancel_shielded_checkpoint();
	CHECK_INT(rc, 99);
	gate.open = true;
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(rc, 5);
	CHECK_INT(after, -1);
}

static int
call_until_cancelled(void *unused)
{
	(void)unused;
	rc = green_to_thread(pass_unless_cancelled, &gate);
	error = errno;
	return (rc);
}

GREEN_TEST(a_call_can_see_that_it_is_cancelled)
{
	struct green_group g;

	start_over();
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, call_until_cancelled, NULL), 0);
	wait_for_worker();
	green_group_cancel(&g, "enough");
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK(green_scope_caught(&g.scope));
	CHECK_INT(rc, -1);
	CHECK_INT(error, ECANCELED);
	CHECK_INT(gate.seen, ECANCELED);
	CHECK_INT(green_group_failures(&g), 0);
}

GREEN_TEST(a_deadline_reaches_a_call_that_looks)
{
	struct green_scope s;

	start_over();
	green_fail_after(&s, 10 * GREEN_MSEC);
	CHECK_INT(green_to_thread(pass_unless_cancelled, &gate), -1);
	CHECK_ERRNO(green_scope_close(&s, -1), ETIMEDOUT);
}

static int
call_and_note(void *result)
{
	*(int *)result = green_to_thread(pass, &gate);
	return (0);
}

/* Both are handed over in one turn of the loop; one is cancelled before. */
GREEN_TEST(a_call_cancelled_before_a_thread_has_it_never_runs)
{
	struct green_group g, h;
	int i, first, last;

	for (i = 0; i < 100; i++) {
		start_over();
		gate.open = true;
		green_group_open(&h);
		green_group_open(&g);
		CHECK_INT(green_spawn(&g, call_and_note, &first), 0);
		CHECK_INT(green_spawn(&h, call_and_note, &last), 0);
		green_cancel_shielded_checkpoint();
		green_group_cancel(&g, NULL);
		CHECK_INT(green_group_close(&g, 0), 0);
		CHECK_INT(green_group_close(&h, 0), 0);
		CHECK_INT(first, -1);
		CHECK_INT(last, 5);
		CHECK_INT(gate.ran, 1);
	}
	CHECK_INT(green_limiter_borrowed(green_thread_limiter()), 0);
}

/* Many. */

static int
add_one(void *n)
{
	atomic_fetch_add((atomic_int *)n, 1);
	return (0);
}

static int
add_many(void *n)
{
	int i, failed = 0;

	for (i = 0; i < 100; i++)
		failed |= green_to_thread(add_one, n);
	return (failed);
}

GREEN_TEST(thousands_of_calls_are_each_made_once)
{
	struct green_group g;
	atomic_int n = 0;
	int i;

	green_group_open(&g);
	for (i = 0; i < 100; i++)
		CHECK_INT(green_spawn(&g, add_many, &n), 0);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(n, 10000);
}

static int
call_in_every_loop(void *n)
{
	return (add_many(n));
}

PLAIN_TEST(loops_share_the_threads)
{
	atomic_int n = 0;

	CHECK_INT(green_run_parallel(4, call_in_every_loop, &n, NULL), 0);
	CHECK_INT(n, 400);
}

/* Calls count for the clock and for deadlocks. */

static int
nap(void *unused)
{
	(void)unused;
	return (usleep(20000));
}

MOCK_TEST(the_mock_clock_stands_still_meanwhile)
{
	int64_t began = green_now(), hour = 3600 * GREEN_SEC;
	struct green_group g;

	green_group_open(&g);
	CHECK_INT(green_spawn(&g, sleep_for, &hour), 0);
	CHECK_INT(green_to_thread(nap, NULL), 0);
	CHECK_INT(green_now() - began, 0);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(green_now() - began, hour);
}

/* Processes. */

/*
 * ThreadSanitizer gives no signals, nor new threads, to the child of a process
 * that has some.
 */
#ifdef __has_feature
#if __has_feature(thread_sanitizer)
#define LONELY
#endif
#endif
#ifdef __SANITIZE_THREAD__
#define LONELY
#endif

static void
prepare_to_fork(void)
{
#ifdef LONELY
	green__pool_end();
#endif
}

static int
call_in_child(void *unused)
{
	atomic_int n = 0;

	(void)unused;
	CHECK_INT(IN_LOOP(add_many, &n, NULL), 0);
	CHECK_INT(n, 100);
	green__pool_end();
	return (0);
}

static int
call_once(void *unused)
{
	atomic_int n = 0;

	(void)unused;
	return (green_to_thread(add_one, &n));
}

PLAIN_TEST(a_forked_child_has_workers_of_its_own)
{
	CHECK_INT(IN_LOOP(call_once, NULL, NULL), 0);
	prepare_to_fork();
	survives_plain(call_in_child, NULL, NULL);
}

/* Threads run out. */

static void *
do_no_work(void *arg)
{
	return (arg);
}

/* Does the system let a user's number of threads be limited? */
static bool
no_more_threads(void)
{
	const struct rlimit none = { 0, 0 };
	pthread_t t;

	/* The superuser has no limit. */
	if ((getuid() == 0 && setuid(65534) == -1) ||
	    setrlimit(RLIMIT_NPROC, &none) == -1)
		return (false);
	if (pthread_create(&t, NULL, do_no_work, NULL) != 0)
		return (true);
	pthread_join(t, NULL);
	return (false);
}

static int
call_without_threads(void *unused)
{
	int code = 0;

	(void)unused;
	if (!no_more_threads())
		return (0);
	CHECK_ERRNO(green_to_thread(set_errno, &code), EAGAIN);
	CHECK_INT(green_limiter_borrowed(green_thread_limiter()), 0);
	CHECK_INT(green__loop->calls, 0);
	CHECK_INT(green_sleep(1), 0);
	return (0);
}

PLAIN_TEST(without_any_thread_a_call_fails)
{
	prepare_to_fork();
	survives(call_without_threads, NULL, NULL);
}

static int
call_with_one_thread(void *unused)
{
	atomic_int n = 0;
	struct green_group g;
	int i;

	(void)unused;
	CHECK_INT(green_to_thread(add_one, &n), 0);
	green_group_open(&g);
	for (i = 0; i < 20; i++)
		CHECK_INT(green_spawn(&g, add_many, &n), 0);
	(void)no_more_threads();
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(n, 2001);
	green__pool_end();
	return (0);
}

PLAIN_TEST(with_few_threads_calls_wait_for_them)
{
	prepare_to_fork();
	survives(call_with_one_thread, NULL, NULL);
}

PLAIN_TEST(idle_workers_end_when_they_are_told_to)
{
	int i;

	for (i = 0; i < 20; i++) {
		CHECK_INT(IN_LOOP(call_once, NULL, NULL), 0);
		green__pool_end();
	}
}

PLAIN_TEST(outside_of_loops_and_workers_there_is_nothing)
{
	CHECK_ERRNO(green_to_thread(nap, NULL), EPERM);
	CHECK_ERRNO(green_thread_check_cancelled(), EPERM);
	CHECK_NULL(green_thread_limiter(), EPERM);
	CHECK_NULL(green_file_limiter(), EPERM);
	CHECK_NULL(green_name_limiter(), EPERM);
}

CU_TestInfo thread_tests[] = {
	CLAIM(result_and_errno_come_back),
	CLAIM(another_thread_does_it),
	CLAIM(workers_get_no_signals),
	CLAIM(others_run_meanwhile),
	CLAIM(a_limiter_says_how_many_at_once),
	CLAIM(the_default_limiter_is_the_loops),
	CLAIM(options_say_how_many_threads),
	CLAIM(the_wait_for_a_token_can_be_cancelled),
	CLAIM(a_token_that_comes_with_the_cancellation_is_given_back),
	CLAIM(a_cancelled_task_calls_nobody),
	CLAIM(a_call_that_runs_is_waited_for),
	CLAIM(a_call_can_see_that_it_is_cancelled),
	CLAIM(a_deadline_reaches_a_call_that_looks),
	CLAIM(a_call_cancelled_before_a_thread_has_it_never_runs),
	CLAIM(thousands_of_calls_are_each_made_once),
	CLAIM(loops_share_the_threads),
	CLAIM(the_mock_clock_stands_still_meanwhile),
	CLAIM(a_forked_child_has_workers_of_its_own),
	CLAIM(without_any_thread_a_call_fails),
	CLAIM(with_few_threads_calls_wait_for_them),
	CLAIM(idle_workers_end_when_they_are_told_to),
	CLAIM(outside_of_loops_and_workers_there_is_nothing),
	CU_TEST_INFO_NULL
};
