/*
 * Worker calls: what they bring back, how many run at once, when they can be
 * cancelled.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <sys/wait.h>

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <green/local.h>
#include <green/thread.h>

#include "green/internal.h"
#include "pool/internal.h"

#include "check.h"
#include "gate.h"
#include "shortage.h"
#include "tasks.h"
#include "watched.h"

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

/* Tasks that make such calls. */

static int	 rc, error, after;

static int
call_gate(void *limiter)
{
	rc = green_to_thread_limited(limiter, gate_pass, NULL);
	error = errno;
	after = green_checkpoint();
	return (0);
}

static void
start_over(void)
{
	gate_shut();
	rc = error = after = 99;
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

/* What it would do, end the process, is not done: it waits for the thread. */
static int
raise_signal(void *unused)
{
	sigset_t set;
	int sig;

	(void)unused;
	if (raise(SIGUSR1) != 0 || sigpending(&set) == -1 ||
	    sigismember(&set, SIGUSR1) != 1)
		return (-1);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	return (sigwait(&set, &sig) == 0 ? sig : -1);
}

GREEN_TEST(a_signal_that_a_worker_raises_hurts_nobody)
{
	CHECK_INT(green_to_thread(raise_signal, NULL), SIGUSR1);
}

/* Where that can be looked up. */
static int
look_at_name(void *text)
{
	FILE *f = fopen("/proc/thread-self/comm", "r");
	bool ok = f != NULL && fgets(text, 32, f) != NULL;

	if (f != NULL)
		fclose(f);
	return (ok);
}

GREEN_TEST(workers_have_a_name_for_debuggers)
{
	char text[32];

	if (green_to_thread(look_at_name, text) == 1)
		CHECK_STR(text, "green-worker\n");
}

static int
look_at_faults(void *unused)
{
	static const int faults[] = {
		SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSEGV, SIGSYS, SIGTRAP
	};
	sigset_t set;
	size_t i;

	(void)unused;
	if (pthread_sigmask(SIG_BLOCK, NULL, &set) != 0)
		return (-1);
	for (i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
		if (sigismember(&set, faults[i]))
			return (faults[i]);
	return (0);
}

GREEN_TEST(workers_get_the_signals_of_their_own_faults)
{
	CHECK_INT(green_to_thread(look_at_faults, NULL), 0);
}

static int
abort_in_worker(void *unused)
{
	static const char text[] = "a worker aborts\n";

	(void)unused;
	(void)!write(STDERR_FILENO, text, sizeof(text) - 1);
	return (raise(SIGABRT));
}

static int
call_what_aborts(void *unused)
{
	(void)unused;
	return (green_to_thread(abort_in_worker, NULL));
}

PLAIN_TEST(a_fault_in_a_worker_ends_the_process)
{
	dies(call_what_aborts, NULL, "a worker aborts");
}

static int
open_gate(void *unused)
{
	(void)unused;
	gate_wait();
	gate_open();
	return (0);
}

GREEN_TEST(others_run_meanwhile)
{
	struct green_group g;

	start_over();
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, open_gate, NULL), 0);
	CHECK_INT(green_to_thread(gate_pass, NULL), 5);
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
	gate_open();
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
	gate_wait();
	CHECK_INT(green_limiter_borrowed(l), 1);
	gate_open();
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
	gate_open();
	green_scope_open(&s);
	green_scope_cancel(&s, NULL);
	CHECK_ERRNO(green_to_thread(gate_pass, NULL), ECANCELED);
	CHECK_INT(green_scope_close(&s, 0), 0);
	CHECK_INT(gate.ran, 0);
}

GREEN_TEST(a_call_that_runs_is_waited_for)
{
	struct green_group g;

	start_over();
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, call_gate, NULL), 0);
	gate_wait();
	green_group_cancel(&g, NULL);
	green_cancel_shielded_checkpoint();
	CHECK_INT(rc, 99);
	gate_open();
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(rc, 5);
	CHECK_INT(after, -1);
}

static int
call_until_cancelled(void *unused)
{
	(void)unused;
	rc = green_to_thread(gate_pass_unless_cancelled, NULL);
	error = errno;
	return (rc);
}

GREEN_TEST(a_call_can_see_that_it_is_cancelled)
{
	struct green_group g;

	start_over();
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, call_until_cancelled, NULL), 0);
	gate_wait();
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
	CHECK_INT(green_to_thread(gate_pass_unless_cancelled, NULL), -1);
	CHECK_ERRNO(green_scope_close(&s, -1), ETIMEDOUT);
}

static int
call_and_note(void *result)
{
	*(int *)result = green_to_thread(gate_pass, NULL);
	return (0);
}

/* Both are handed over in one turn of the loop; one is cancelled before. */
GREEN_TEST(a_call_cancelled_before_a_thread_has_it_never_runs)
{
	struct green_group g, h;
	int i, first, last;

	for (i = 0; i < 100; i++) {
		start_over();
		gate_open();
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

/* What workers are given. */

static int
set_limiter_in_child(void *limiter)
{
	/* It has its spawner's, and sets its own. */
	CHECK(green_thread_use_limiter(NULL) == limiter);
	CHECK(green_thread_use_limiter(limiter) == green_thread_limiter());
	return (call_gate(NULL));
}

GREEN_TEST(a_task_and_those_it_starts_use_another_limiter)
{
	struct green_limiter l, *own = green_thread_limiter();
	struct green_group g;

	start_over();
	green_limiter_init(&l, 5);
	green_group_open(&g);
	CHECK(green_thread_use_limiter(&l) == own);
	CHECK_INT(green_spawn(&g, set_limiter_in_child, &l), 0);
	CHECK_INT(green_spawn(&g, call_gate, NULL), 0);
	CHECK_INT(green_spawn(&g, call_gate, green_file_limiter()), 0);
	while (gate.inside < 3)
		green_cancel_shielded_checkpoint();
	CHECK_INT(green_limiter_borrowed(&l), 2);
	CHECK_INT(green_limiter_borrowed(green_file_limiter()), 1);
	CHECK_INT(green_limiter_borrowed(own), 0);
	gate_open();
	CHECK_INT(green_to_thread(gate_pass, NULL), 5);
	CHECK(green_thread_use_limiter(own) == &l);
	CHECK(green_thread_use_limiter(NULL) == own);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(green_limiter_borrowed(&l), 0);
}

static struct green_key inherited, own;

static int
look_at_variables(void *seen)
{
	((void **)seen)[0] = green_local_get(inherited);
	((void **)seen)[1] = green_local_get(own);
	return (0);
}

static bool
make_keys(void)
{
	return (inherited.id != 0 || (CHECK_INT(green_key_create(&inherited,
	    NULL, GREEN_KEY_INHERIT), 0) &&
	    CHECK_INT(green_key_create(&own, NULL, 0), 0)));
}

GREEN_TEST(a_worker_reads_what_its_task_would_hand_down)
{
	int a, b;
	void *seen[2];

	REQUIRE(make_keys());
	CHECK_INT(green_local_set(inherited, &a), 0);
	CHECK_INT(green_local_set(own, &b), 0);
	CHECK_INT(green_to_thread(look_at_variables, seen), 0);
	CHECK(seen[0] == &a);
	CHECK(seen[1] == NULL);
	CHECK_INT(green_to_thread_abandonable(NULL, look_at_variables, seen,
	    NULL), 0);
	CHECK(seen[0] == &a);
	/* And nothing stays behind in the thread. */
	CHECK_INT(green_local_set(inherited, NULL), 0);
	CHECK_INT(green_to_thread(look_at_variables, seen), 0);
	CHECK(seen[0] == NULL);
}

static int
fail_with_a_text(void *unused)
{
	const struct green_options o = { .backend = "a carrier pigeon" };

	(void)unused;
	return (green_run(do_nothing, NULL, &o));
}

GREEN_TEST(what_a_worker_has_to_say_comes_back)
{
	int code = EINVAL;

	CHECK_ERRNO(green_to_thread(fail_with_a_text, NULL), EINVAL);
	CHECK_HAS(green_errmsg(), "a carrier pigeon");
	CHECK_ERRNO(green_to_thread(set_errno, &code), EINVAL);
	CHECK_STR(green_errmsg(), strerror(EINVAL));
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

/* Threads that end in the midst of a call. */

static int
end_thread(void *unused)
{
	(void)unused;
	pthread_exit(NULL);
}

GREEN_TEST(a_call_whose_function_ends_its_thread_fails)
{
	pthread_t before = pthread_self(), thread = pthread_self();
	struct green_group g;

	CHECK_INT(green_to_thread(note_thread, &before), 0);
	green_group_open(&g);
	CHECK_ERRNO(green_to_thread(end_thread, NULL), EIO);
	CHECK_HAS(green_errmsg(), "ended before its function returned");
	CHECK_INT(green_limiter_borrowed(green_thread_limiter()), 0);
	CHECK_INT(green__loop->calls, 0);
	/* Another one does what comes next, and knows nothing of it. */
	CHECK_INT(green_to_thread(note_thread, &thread), 0);
	CHECK(!pthread_equal(thread, pthread_self()));
	CHECK_INT(green_group_close(&g, 0), 0);
}

static int
add_and_end_some(void *n)
{
	if (atomic_fetch_add((atomic_int *)n, 1) % 3 == 0)
		pthread_exit(NULL);
	return (0);
}

static atomic_int fallen;

static int
call_what_ends_some(void *n)
{
	int i;

	for (i = 0; i < 10; i++)
		if (green_to_thread(add_and_end_some, n) == -1)
			fallen += errno == EIO;
	return (0);
}

static int
call_many_that_end_some(void *n)
{
	struct green_group g;
	int i;

	green_group_open(&g);
	for (i = 0; i < 60; i++)
		CHECK_INT(green_spawn(&g, call_what_ends_some, n), 0);
	return (green_group_close(&g, 0));
}

GREEN_TEST(others_take_the_places_of_threads_that_end)
{
	atomic_int n = 0;

	fallen = 0;
	CHECK_INT(call_many_that_end_some(&n), 0);
	CHECK_INT(n, 600);
	CHECK_INT(fallen, 200);
}

static int
end_one_thread_of_few(void *unused)
{
	struct green_options o = { .max_threads = 2 };
	atomic_int n = 0;

	(void)unused;
	fallen = 0;
	CHECK_INT(IN_LOOP(call_many_that_end_some, &n, &o), 0);
	CHECK_INT(n, 600);
	CHECK_INT(fallen, 200);
	/* Joined, those that fell too. */
	green__pool_end();
	return (0);
}

PLAIN_TEST(a_thread_that_ends_is_replaced_while_jobs_wait)
{
	survives_plain(end_one_thread_of_few, NULL, NULL);
}

static int
end_the_last_thread(void *unused)
{
	(void)unused;
	CHECK_INT(green_to_thread(gate_pass, NULL), 5);
	if (!no_more_threads())
		return (0);
	CHECK_ERRNO(green_to_thread(end_thread, NULL), EIO);
	CHECK_ERRNO(green_to_thread(gate_pass, NULL), EAGAIN);
	CHECK_INT(green_limiter_borrowed(green_thread_limiter()), 0);
	green__pool_end();
	return (0);
}

PLAIN_TEST(without_one_to_replace_the_last_a_call_fails)
{
	gate_shut();
	gate_open();
	survives(end_the_last_thread, NULL, NULL);
}

static pthread_t victim;

static int
wait_to_be_cancelled(void *unused)
{
	(void)unused;
	victim = pthread_self();
	atomic_fetch_add(&gate.inside, 1);
	while (!gate.open) {
		pthread_testcancel();
		sched_yield();
	}
	return (0);
}

static int
call_victim(void *unused)
{
	(void)unused;
	rc = green_to_thread(wait_to_be_cancelled, NULL);
	error = errno;
	return (0);
}

GREEN_TEST(a_call_whose_thread_is_cancelled_fails)
{
	struct green_group g;

	start_over();
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, call_victim, NULL), 0);
	gate_wait();
	CHECK_INT(pthread_cancel(victim), 0);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(rc, -1);
	CHECK_INT(error, EIO);
}

static int
take_no_cancellation(void *unused)
{
	(void)unused;
	pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, NULL);
	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL);
	return (0);
}

static int
look_at_cancellation(void *unused)
{
	int state, type;

	(void)unused;
	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
	pthread_setcanceltype(PTHREAD_CANCEL_DEFERRED, &type);
	return (state == PTHREAD_CANCEL_ENABLE &&
	    type == PTHREAD_CANCEL_DEFERRED);
}

GREEN_TEST(how_a_thread_is_cancelled_is_as_if_new_in_each_call)
{
	CHECK_INT(green_to_thread(take_no_cancellation, NULL), 0);
	CHECK_INT(green_to_thread(look_at_cancellation, NULL), 1);
}

/* Processes. */

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
	survives_plain(call_in_child, NULL, NULL);
}

/* In the child: what is not as it should be. */
static int
look_round_in_child(void)
{
	if (green_thread_check_cancelled() != -1 || errno != EPERM)
		return (1);
	if (green_from_thread_run(call_once, NULL) != -1 || errno != EPERM)
		return (2);
	if (green_from_thread_call(call_once, NULL) != -1 || errno != EPERM)
		return (3);
	if (green_to_thread(nap, NULL) != -1 || errno != EPERM)
		return (4);
	if (IN_LOOP(call_once, NULL, NULL) != 0)
		return (5);
	return (0);
}

static int
fork_in_worker(void *returns)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		if (*(bool *)returns)
			return (0);
		_exit(look_round_in_child());
	}
	return (waitpid(pid, &status, 0) == pid ? status : -1);
}

GREEN_TEST(a_child_that_a_worker_forks_has_no_loop_to_go_back_to)
{
	bool returns = false;

	if (!SANITIZED_THREADS)
		CHECK_INT(green_to_thread(fork_in_worker, &returns), 0);
}

static int
fork_in_worker_and_return(void *unused)
{
	bool returns = true;
	int status = green_to_thread(fork_in_worker, &returns);

	(void)unused;
	CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
	return (0);
}

PLAIN_TEST(a_worker_that_returns_in_a_forked_child_is_a_bug)
{
	if (!SANITIZED)
		survives(fork_in_worker_and_return, NULL, "a function in a "
		    "worker thread has returned in a process that was forked");
}

/* Threads run out. */

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

static int
call_and_outlast(void *unused)
{
	struct green_stats st;

	(void)unused;
	CHECK_INT(call_once(NULL), 0);
	do {
		CHECK_INT(green_sleep(GREEN_MSEC), 0);
		green_stats(&st);
	} while (st.threads > 0);
	/* Then another one is started. */
	return (call_once(NULL));
}

PLAIN_TEST(workers_that_are_idle_for_long_leave)
{
	green__pool_end();
	green__pool_patience = GREEN_MSEC;
	CHECK_INT(IN_LOOP(call_and_outlast, NULL, NULL), 0);
	green__pool_end();
	green__pool_patience = 10 * GREEN_SEC;
}

PLAIN_TEST(outside_of_loops_and_workers_there_is_nothing)
{
	CHECK_ERRNO(green_to_thread(nap, NULL), EPERM);
	CHECK_ERRNO(green_thread_check_cancelled(), EPERM);
	CHECK_NULL(green_thread_limiter(), EPERM);
	CHECK_NULL(green_file_limiter(), EPERM);
	CHECK_NULL(green_name_limiter(), EPERM);
	CHECK_NULL(green_thread_use_limiter(NULL), EPERM);
}

CU_TestInfo thread_tests[] = {
	CLAIM(result_and_errno_come_back),
	CLAIM(another_thread_does_it),
	CLAIM(workers_get_no_signals),
	CLAIM(a_signal_that_a_worker_raises_hurts_nobody),
	CLAIM(workers_have_a_name_for_debuggers),
	CLAIM(workers_get_the_signals_of_their_own_faults),
	CLAIM(a_fault_in_a_worker_ends_the_process),
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
	CLAIM(a_task_and_those_it_starts_use_another_limiter),
	CLAIM(a_worker_reads_what_its_task_would_hand_down),
	CLAIM(what_a_worker_has_to_say_comes_back),
	CLAIM(thousands_of_calls_are_each_made_once),
	CLAIM(loops_share_the_threads),
	CLAIM(the_mock_clock_stands_still_meanwhile),
	CLAIM(a_call_whose_function_ends_its_thread_fails),
	CLAIM(others_take_the_places_of_threads_that_end),
	CLAIM(a_thread_that_ends_is_replaced_while_jobs_wait),
	CLAIM(without_one_to_replace_the_last_a_call_fails),
	CLAIM(a_call_whose_thread_is_cancelled_fails),
	CLAIM(how_a_thread_is_cancelled_is_as_if_new_in_each_call),
	CLAIM(a_forked_child_has_workers_of_its_own),
	CLAIM(a_child_that_a_worker_forks_has_no_loop_to_go_back_to),
	CLAIM(a_worker_that_returns_in_a_forked_child_is_a_bug),
	CLAIM(without_any_thread_a_call_fails),
	CLAIM(with_few_threads_calls_wait_for_them),
	CLAIM(idle_workers_end_when_they_are_told_to),
	CLAIM(workers_that_are_idle_for_long_leave),
	CLAIM(outside_of_loops_and_workers_there_is_nothing),
	CU_TEST_INFO_NULL
};
