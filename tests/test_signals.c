/* Signals as a stream of them. */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <sys/wait.h>

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include <green/process.h>

#include "check.h"
#include "streams.h"

#define OPEN(...)							\
	green_signals_open((const int[]){ __VA_ARGS__ },		\
	    sizeof((const int[]){ __VA_ARGS__ }) / sizeof(int))

static int caught[3];
static int ncaught;

static void
note(int sig)
{
	if (ncaught < 3)
		caught[ncaught++] = sig;
}

/* The program's own handling, for the time of a test. */
static void
handle(int sig, void (*handler)(int), struct sigaction *before)
{
	struct sigaction sa = { .sa_handler = handler };

	ncaught = 0;
	sigemptyset(&sa.sa_mask);
	CHECK(sigaction(sig, &sa, before) == 0);
}

GREEN_TEST(signals_come_in_the_order_of_their_arrival)
{
	struct green_signals *s = OPEN(SIGUSR1, SIGUSR2, SIGHUP);

	REQUIRE(CHECK(s != NULL));
	raise(SIGUSR2);
	raise(SIGHUP);
	raise(SIGUSR1);
	CHECK_INT(green_signals_next(s), SIGUSR2);
	CHECK_INT(green_signals_next(s), SIGHUP);
	CHECK_INT(green_signals_next(s), SIGUSR1);
	green_signals_close(s);
}

GREEN_TEST(the_same_signal_twice_is_one_where_the_first_was)
{
	struct green_signals *s = OPEN(SIGUSR1, SIGUSR2);

	REQUIRE(CHECK(s != NULL));
	raise(SIGUSR1);
	raise(SIGUSR2);
	raise(SIGUSR1);
	CHECK_INT(green_signals_next(s), SIGUSR1);
	CHECK_INT(green_signals_next(s), SIGUSR2);
	raise(SIGUSR1);
	CHECK_INT(green_signals_next(s), SIGUSR1);
	green_signals_close(s);
}

struct receiver {
	struct green_signals *s;
	int	 got;
	int	 error;
};

static int
receive(void *arg)
{
	struct receiver *r = arg;

	r->got = green_signals_next(r->s);
	r->error = errno;
	return (r->got == -1 && r->error == ECANCELED ? -1 : 0);
}

GREEN_TEST(a_task_waits_until_one_arrives)
{
	struct receiver r = { .s = OPEN(SIGUSR1) };
	struct green_group g;

	REQUIRE(CHECK(r.s != NULL));
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, receive, &r), 0);
	settle();
	CHECK_INT(r.got, 0);
	raise(SIGUSR1);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(r.got, SIGUSR1);
	green_signals_close(r.s);
}

static void *
raise_from_a_thread(void *arg)
{
	(void)kill(getpid(), SIGUSR1);
	return (arg);
}

GREEN_TEST(any_thread_may_be_the_one_that_is_interrupted)
{
	struct green_signals *s = OPEN(SIGUSR1);
	pthread_t thread;

	REQUIRE(CHECK(s != NULL));
	CHECK_INT(pthread_create(&thread, NULL, raise_from_a_thread, NULL), 0);
	CHECK_INT(green_signals_next(s), SIGUSR1);
	pthread_join(thread, NULL);
	green_signals_close(s);
}

GREEN_TEST(several_receivers_all_get_it)
{
	struct green_signals *a = OPEN(SIGUSR1), *b = OPEN(SIGUSR2, SIGUSR1);

	REQUIRE(CHECK(a != NULL && b != NULL));
	raise(SIGUSR1);
	raise(SIGUSR2);
	CHECK_INT(green_signals_next(a), SIGUSR1);
	CHECK_INT(green_signals_next(b), SIGUSR1);
	CHECK_INT(green_signals_next(b), SIGUSR2);
	green_signals_close(a);
	raise(SIGUSR1);
	CHECK_INT(green_signals_next(b), SIGUSR1);
	green_signals_close(b);
}

GREEN_TEST(closing_brings_the_old_handling_back)
{
	struct sigaction before, now;
	struct green_signals *a, *b;

	handle(SIGUSR1, note, &before);
	a = OPEN(SIGUSR1);
	b = OPEN(SIGUSR1);
	raise(SIGUSR1);
	CHECK_INT(ncaught, 0);
	CHECK_INT(green_signals_next(a), SIGUSR1);
	CHECK_INT(green_signals_next(b), SIGUSR1);
	green_signals_close(a);
	CHECK(sigaction(SIGUSR1, NULL, &now) == 0 && now.sa_handler != note);
	green_signals_close(b);
	CHECK(sigaction(SIGUSR1, NULL, &now) == 0 && now.sa_handler == note);
	sigaction(SIGUSR1, &before, NULL);
}

GREEN_TEST(those_not_received_are_raised_again_in_order)
{
	struct sigaction before[2];
	struct green_signals *s;

	handle(SIGUSR1, note, &before[0]);
	handle(SIGUSR2, note, &before[1]);
	s = OPEN(SIGUSR1, SIGUSR2);
	raise(SIGUSR2);
	raise(SIGUSR1);
	CHECK_INT(ncaught, 0);
	green_signals_close(s);
	CHECK_INT(ncaught, 2);
	CHECK_INT(caught[0], SIGUSR2);
	CHECK_INT(caught[1], SIGUSR1);
	sigaction(SIGUSR1, &before[0], NULL);
	sigaction(SIGUSR2, &before[1], NULL);
}

GREEN_TEST(one_that_another_receiver_has_is_not_raised_again)
{
	struct green_signals *a = OPEN(SIGUSR1), *b = OPEN(SIGUSR1);

	REQUIRE(CHECK(a != NULL && b != NULL));
	raise(SIGUSR1);
	green_signals_close(a);
	CHECK_INT(green_signals_next(b), SIGUSR1);
	green_signals_close(b);
}

GREEN_TEST(what_cannot_be_caught_is_refused)
{
	CHECK_NULL(green_signals_open(NULL, 0), EINVAL);
	CHECK_NULL(OPEN(SIGKILL), EINVAL);
	CHECK_NULL(OPEN(SIGUSR1, SIGSTOP), EINVAL);
	CHECK_NULL(OPEN(0), EINVAL);
	CHECK_NULL(OPEN(-1), EINVAL);
	CHECK_NULL(OPEN(100000), EINVAL);
}

PLAIN_TEST(outside_of_a_loop_none_can_be_received)
{
	CHECK_NULL(OPEN(SIGUSR1), EPERM);
	green_signals_close(NULL);
}

GREEN_TEST(a_second_task_in_the_same_receiver_is_busy)
{
	struct receiver r = { .s = OPEN(SIGUSR1) };
	struct green_group g;

	REQUIRE(CHECK(r.s != NULL));
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, receive, &r), 0);
	CHECK_INT(green_checkpoint(), 0);
	CHECK_ERRNO(green_signals_next(r.s), EBUSY);
	green_group_cancel(&g, NULL);
	CHECK_INT(green_group_close(&g, 0), 0);
	green_signals_close(r.s);
}

GREEN_TEST(a_receiver_closed_under_a_task_is_ebadf)
{
	struct receiver r = { .s = OPEN(SIGUSR1) };
	struct green_group g;

	REQUIRE(CHECK(r.s != NULL));
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, receive, &r), 0);
	CHECK_INT(green_checkpoint(), 0);
	green_signals_close(r.s);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(r.got, -1);
	CHECK_INT(r.error, EBADF);
}

struct closing {
	struct receiver r;
	int	 fd[2];			/* there is something to read, */
	int	 next[2];		/* and it takes the closed one's number */
};

static int
close_when_readable(void *arg)
{
	struct closing *c = arg;

	CHECK_INT(green_wait_readable(c->fd[0]), 0);
	green_signals_close(c->r.s);
	REQUIRE_TASK(CHECK_INT(pipe(c->next), 0));
	CHECK_INT(fcntl(c->next[0], F_SETFL, O_NONBLOCK), 0);
	CHECK_INT(write(c->next[1], "abc", 3), 3);
	return (0);
}

GREEN_TEST(a_receiver_closed_before_its_woken_task_runs_reads_no_more)
{
	struct closing c = { .r.s = NULL };
	struct sigaction before;
	struct green_group g;
	char buf[8];

	REQUIRE(CHECK_INT(pipe(c.fd), 0));
	handle(SIGUSR1, note, &before);
	REQUIRE(CHECK((c.r.s = OPEN(SIGUSR1)) != NULL));
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, close_when_readable, &c), 0);
	CHECK_INT(green_spawn(&g, receive, &c.r), 0);
	settle();
	CHECK_INT(write(c.fd[1], "a", 1), 1);
	raise(SIGUSR1);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK(c.r.got == SIGUSR1 ? ncaught == 0 :
	    c.r.error == EBADF && ncaught == 1);
	CHECK_INT(read(c.next[0], buf, sizeof(buf)), 3);
	sigaction(SIGUSR1, &before, NULL);
	close(c.fd[0]);
	close(c.fd[1]);
	close(c.next[0]);
	close(c.next[1]);
}

GREEN_TEST(a_cancelled_receiver_loses_no_signal)
{
	struct green_signals *s = OPEN(SIGUSR1);
	struct green_scope scope;

	REQUIRE(CHECK(s != NULL));
	green_move_on_after(&scope, 0);
	raise(SIGUSR1);
	CHECK_ERRNO(green_signals_next(s), ECANCELED);
	errno = ECANCELED;
	CHECK_INT(green_scope_close(&scope, -1), 0);
	CHECK_INT(green_signals_next(s), SIGUSR1);
	green_signals_close(s);
}

GREEN_TEST(a_forked_child_may_close_its_parents_receiver)
{
	struct green_signals *s = OPEN(SIGUSR1);
	int status = -1;
	pid_t pid;

	REQUIRE(CHECK(s != NULL));
	if ((pid = fork()) == 0) {
		green_signals_close(s);
		_exit(0);
	}
	CHECK_INT(waitpid(pid, &status, 0), pid);
	CHECK_INT(status, 0);
	raise(SIGUSR1);
	CHECK_INT(green_signals_next(s), SIGUSR1);
	green_signals_close(s);
}

GREEN_TEST(errno_is_left_alone_by_signals)
{
	struct green_signals *s = OPEN(SIGUSR1);

	REQUIRE(CHECK(s != NULL));
	errno = 1234;
	raise(SIGUSR1);
	CHECK_INT(errno, 1234);
	CHECK_INT(green_signals_next(s), SIGUSR1);
	green_signals_close(s);
}

/* Cancelled already when the signal comes, and at no cancellation point before. */
static void *
take_no_notice(void *go_on)
{
	while (!atomic_load((atomic_bool *)go_on))
		;
	pthread_testcancel();
	return (NULL);
}

GREEN_TEST(a_cancelled_thread_does_not_end_in_the_midst_of_a_signal)
{
	struct green_signals *s = OPEN(SIGUSR1);
	atomic_bool go_on = false;
	pthread_t thread;
	void *how;

	REQUIRE(CHECK(s != NULL));
	REQUIRE(CHECK_INT(pthread_create(&thread, NULL, take_no_notice,
	    &go_on), 0));
	CHECK_INT(pthread_cancel(thread), 0);
	CHECK_INT(pthread_kill(thread, SIGUSR1), 0);
	CHECK_INT(green_signals_next(s), SIGUSR1);
	go_on = true;
	CHECK_INT(pthread_join(thread, &how), 0);
	CHECK(how == PTHREAD_CANCELED);
	/* Which waits for whoever is in the midst of one. */
	green_signals_close(s);
}

CU_TestInfo signals_tests[] = {
	CLAIM(signals_come_in_the_order_of_their_arrival),
	CLAIM(the_same_signal_twice_is_one_where_the_first_was),
	CLAIM(a_task_waits_until_one_arrives),
	CLAIM(any_thread_may_be_the_one_that_is_interrupted),
	CLAIM(several_receivers_all_get_it),
	CLAIM(closing_brings_the_old_handling_back),
	CLAIM(those_not_received_are_raised_again_in_order),
	CLAIM(one_that_another_receiver_has_is_not_raised_again),
	CLAIM(what_cannot_be_caught_is_refused),
	CLAIM(outside_of_a_loop_none_can_be_received),
	CLAIM(a_second_task_in_the_same_receiver_is_busy),
	CLAIM(a_receiver_closed_under_a_task_is_ebadf),
	CLAIM(a_receiver_closed_before_its_woken_task_runs_reads_no_more),
	CLAIM(a_cancelled_receiver_loses_no_signal),
	CLAIM(a_forked_child_may_close_its_parents_receiver),
	CLAIM(errno_is_left_alone_by_signals),
	CLAIM(a_cancelled_thread_does_not_end_in_the_midst_of_a_signal),
	CU_TEST_INFO_NULL
};
