/* Functions that run in worker processes. */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <sys/wait.h>

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <green/process.h>
#include <green/thread.h>

#include "pool/internal.h"
#include "proc/nursery.h"

#include "check.h"
#include "shortage.h"

static ssize_t
reverse(const void *in, size_t len, void *out, size_t max)
{
	const char *from = in;
	char *to = out;
	size_t i;

	for (i = 0; i < len && i < max; i++)
		to[i] = from[len - 1 - i];
	return ((ssize_t)len);
}

static ssize_t
tell_pid(const void *in, size_t len, void *out, size_t max)
{
	pid_t pid = getpid();

	(void)in;
	(void)len;
	(void)max;
	memcpy(out, &pid, sizeof(pid));
	return ((ssize_t)sizeof(pid));
}

/* Byte 0 says how to end. */
static ssize_t
die(const void *in, size_t len, void *out, size_t max)
{
	(void)len;
	(void)out;
	(void)max;
	switch (*(const char *)in) {
	case 'e':
		_exit(3);
	case 'a':
		abort();
	case 's':
		raise(SIGKILL);
	}
	errno = EDOM;
	return (-1);
}

static ssize_t __attribute__((__noreturn__))
stay(const void *in, size_t len, void *out, size_t max)
{
	(void)in;
	(void)len;
	(void)out;
	(void)max;
	for (;;)
		(void)pause();
}

static pid_t
worker_pid(void)
{
	size_t len = sizeof(pid_t);
	pid_t pid = -1;

	CHECK_INT(green_to_process(tell_pid, NULL, 0, &pid, &len), 0);
	CHECK_INT(len, sizeof(pid));
	return (pid);
}

static int
die_by(const char *how)
{
	size_t len = 0;

	return (green_to_process(die, how, 1, NULL, &len));
}

GREEN_TEST(a_function_runs_in_another_process)
{
	size_t len = 16;
	char out[16];

	CHECK_INT(green_to_process(reverse, "abc", 3, out, &len), 0);
	CHECK_INT(len, 3);
	CHECK(memcmp(out, "cba", 3) == 0);
	CHECK(worker_pid() != getpid());
}

GREEN_TEST(an_idle_worker_is_used_again)
{
	pid_t pid = worker_pid();

	CHECK_INT(worker_pid(), pid);
	CHECK_INT(worker_pid(), pid);
}

GREEN_TEST(much_goes_in_and_out)
{
	size_t size = 3 * 1024 * 1024, len = size, i;
	char *in = malloc(size), *out = malloc(size);

	REQUIRE(CHECK(in != NULL && out != NULL));
	for (i = 0; i < size; i++)
		in[i] = (char)(i * 7);
	CHECK_INT(green_to_process(reverse, in, size, out, &len), 0);
	CHECK_INT(len, size);
	for (i = 0; i < size && out[i] == in[size - 1 - i]; i++)
		continue;
	CHECK_INT(i, size);
	free(in);
	free(out);
}

GREEN_TEST(its_errno_is_the_calls)
{
	pid_t pid = worker_pid();

	CHECK_ERRNO(die_by("-"), EDOM);
	CHECK_INT(worker_pid(), pid);
}

GREEN_TEST(more_than_there_is_room_for_is_emsgsize)
{
	size_t len = 2;
	char out[2];

	CHECK_ERRNO(green_to_process(reverse, "abc", 3, out, &len), EMSGSIZE);
	CHECK_INT(len, 2);
}

GREEN_TEST(a_crash_is_eio_and_hurts_nobody_else)
{
	pid_t pid = worker_pid();

	CHECK_ERRNO(die_by("a"), EIO);
	CHECK_HAS(green_errmsg(), "signal 6");
	CHECK_ERRNO(die_by("s"), EIO);
	CHECK_HAS(green_errmsg(), "signal 9");
	CHECK_ERRNO(die_by("e"), EIO);
	CHECK_HAS(green_errmsg(), "exit status 3");
	CHECK(worker_pid() != pid);
}

GREEN_TEST(a_cancelled_call_kills_its_worker)
{
	pid_t pid = worker_pid();
	struct green_scope s;
	size_t len = 0;

	green_fail_after(&s, 10 * GREEN_MSEC);
	CHECK_ERRNO(green_scope_close(&s,
	    green_to_process(stay, NULL, 0, NULL, &len)), ETIMEDOUT);
	CHECK(kill(pid, 0) == -1 && errno == ESRCH);
	CHECK(worker_pid() != pid);
}

GREEN_TEST(one_that_was_killed_while_idle_is_noticed)
{
	pid_t pid = worker_pid();

	CHECK(kill(pid, SIGKILL) == 0);
	CHECK_ERRNO(die_by("-"), EIO);
	CHECK_HAS(green_errmsg(), "signal 9");
	CHECK(worker_pid() != pid);
}

static int
reverse_one(size_t i, void *arg)
{
	char in[8], out[8];
	size_t len = sizeof(out);

	(void)arg;
	memset(in, (int)i, sizeof(in));
	if (green_to_process(reverse, in, sizeof(in), out, &len) == -1)
		return (-1);
	return (memcmp(in, out, sizeof(in)) == 0 ? 0 : 1);
}

GREEN_TEST(one_that_has_left_for_want_of_work_is_replaced)
{
	int usual = green__worker_idle;
	pid_t pid;

	green__worker_idle = 1;
	pid = worker_pid();
	while (worker_pid() == pid)
		if (green_sleep(2 * GREEN_MSEC) == -1)
			break;
	green__worker_idle = usual;
}

GREEN_TEST(many_calls_share_a_few_workers)
{
	CHECK(green_limiter_total(green_process_limiter()) > 0);
	green_limiter_set_total(green_process_limiter(), 3);
	CHECK_INT(green_map(100, 0, reverse_one, NULL), 0);
	CHECK_INT(green_limiter_borrowed(green_process_limiter()), 0);
}

static int
note_pid(void *arg)
{
	*(pid_t *)arg = worker_pid();
	return (0);
}

PLAIN_TEST(workers_end_with_their_loop)
{
	pid_t pid = -1;

	CHECK_INT(IN_LOOP(note_pid, &pid, NULL), 0);
	CHECK(pid > 0 && kill(pid, 0) == -1 && errno == ESRCH);
}

MOCK_TEST(the_mock_clock_stands_still_meanwhile)
{
	int64_t began = green_now();

	(void)worker_pid();
	CHECK_INT(green_now() - began, 0);
}

PLAIN_TEST(outside_of_a_loop_nothing_can_be_called)
{
	size_t len = 0;

	CHECK_ERRNO(green_to_process(reverse, NULL, 0, NULL, &len), EPERM);
	CHECK_NULL(green_process_limiter(), EPERM);
	CHECK_INT(green_process_prepare(), 0);
}

static void *
wait_for_the_end(void *arg)
{
	pthread_mutex_lock(arg);
	pthread_mutex_unlock(arg);
	return (NULL);
}

/* In a child, whose parent's workers are none of its own. */
static int
be_too_late(void *arg)
{
	pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	pthread_t thread;
	size_t len = 0;

	(void)arg;
	pthread_mutex_lock(&lock);
	CHECK_INT(pthread_create(&thread, NULL, wait_for_the_end, &lock), 0);
	CHECK_ERRNO(green_to_process(reverse, NULL, 0, NULL, &len), ENOTSUP);
	CHECK_HAS(green_errmsg(), "green_process_prepare");
	pthread_mutex_unlock(&lock);
	CHECK_INT(pthread_join(thread, NULL), 0);
	return (0);
}

PLAIN_TEST(workers_cannot_be_made_once_there_are_threads)
{
	survives(be_too_late, NULL, NULL);
}

static ssize_t
prepare(const void *in, size_t len, void *out, size_t max)
{
	(void)in;
	(void)len;
	(void)out;
	(void)max;
	return (green_process_prepare());
}

/* It was forked with the lock that only its parent could have let go of. */
GREEN_TEST(a_worker_may_have_workers_of_its_own)
{
	struct green_scope s;
	size_t len = 0;

	green_fail_after(&s, 10 * GREEN_SEC);
	CHECK_INT(green_scope_close(&s,
	    green_to_process(prepare, NULL, 0, NULL, &len)), 0);
}

static ssize_t
tell_parent(const void *in, size_t len, void *out, size_t max)
{
	pid_t pid = getppid();

	(void)in;
	(void)len;
	(void)max;
	memcpy(out, &pid, sizeof(pid));
	return ((ssize_t)sizeof(pid));
}

static int
stay_there(void *arg)
{
	size_t len = 0;

	(void)arg;
	CHECK_ERRNO(green_to_process(stay, NULL, 0, NULL, &len), ECANCELED);
	return (0);
}

static int
do_nothing(void *arg)
{
	(void)arg;
	return (0);
}

/* Two calls, one of them for a worker that is not made yet, as the nursery
   stands still. */
static int
fork_meanwhile(void *arg)
{
	size_t len = sizeof(pid_t);
	struct green_group g;
	pid_t nursery, pid;
	int i, status;

	(void)arg;
	CHECK_INT(green_to_process(tell_parent, NULL, 0, &nursery, &len), 0);
	green_limiter_set_total(green_process_limiter(), 2);
	REQUIRE_TASK(CHECK_INT(kill(nursery, SIGSTOP), 0));
	green_group_open(&g);
	for (i = 0; i < 2; i++)
		CHECK_INT(green_spawn(&g, stay_there, NULL), 0);
	for (i = 0; i < 10; i++) {
		CHECK_INT(green_to_thread(do_nothing, NULL), 0);
		if ((pid = fork()) == 0) {
			(void)alarm(5);
			_exit(green_process_prepare() == 0 ? 0 : 1);
		}
		CHECK(waitpid(pid, &status, 0) == pid);
		if (!CHECK_INT(status, 0))
			break;
	}
	CHECK_INT(kill(nursery, SIGCONT), 0);
	green_group_cancel(&g, NULL);
	return (green_group_close(&g, 0));
}

static int
prepare_to_fork(void *arg)
{
	CHECK_INT(green_process_prepare(), 0);
	CHECK_INT(IN_LOOP(fork_meanwhile, arg, NULL), 0);
	return (0);
}

PLAIN_TEST(a_child_forked_while_a_worker_is_made_may_have_its_own)
{
	survives_plain(prepare_to_fork, NULL, NULL);
}

/* A call is cancelled whose worker no thread is left to end. */
static int
cancel_without_threads(void *arg)
{
	pid_t pid = worker_pid();
	struct green_scope s;
	size_t len = 0;

	(void)arg;
	/* Those that made the worker leave. */
	green__pool_end();
	if (!no_more_threads())
		return (0);
	green_fail_after(&s, 10 * GREEN_MSEC);
	CHECK_ERRNO(green_scope_close(&s,
	    green_to_process(stay, NULL, 0, NULL, &len)), ETIMEDOUT);
	CHECK(kill(pid, 0) == -1 && errno == ESRCH);
	return (0);
}

/* In a child, before any reactor has threads. */
static int
prepare_to_cancel(void *arg)
{
	CHECK_INT(green_process_prepare(), 0);
	CHECK_INT(IN_LOOP(cancel_without_threads, arg, NULL), 0);
	return (0);
}

PLAIN_TEST(a_cancelled_call_kills_its_worker_also_without_a_thread)
{
	survives_plain(prepare_to_cancel, NULL, NULL);
}

CU_TestInfo to_process_tests[] = {
	CLAIM(a_function_runs_in_another_process),
	CLAIM(an_idle_worker_is_used_again),
	CLAIM(much_goes_in_and_out),
	CLAIM(its_errno_is_the_calls),
	CLAIM(more_than_there_is_room_for_is_emsgsize),
	CLAIM(a_crash_is_eio_and_hurts_nobody_else),
	CLAIM(a_cancelled_call_kills_its_worker),
	CLAIM(one_that_was_killed_while_idle_is_noticed),
	CLAIM(one_that_has_left_for_want_of_work_is_replaced),
	CLAIM(many_calls_share_a_few_workers),
	CLAIM(workers_end_with_their_loop),
	CLAIM(the_mock_clock_stands_still_meanwhile),
	CLAIM(outside_of_a_loop_nothing_can_be_called),
	CLAIM(workers_cannot_be_made_once_there_are_threads),
	CLAIM(a_worker_may_have_workers_of_its_own),
	CLAIM(a_child_forked_while_a_worker_is_made_may_have_its_own),
	CLAIM(a_cancelled_call_kills_its_worker_also_without_a_thread),
	CU_TEST_INFO_NULL
};
