/*
 * Guests: loops that a plain poll(2) loop drives, here, and what holds for
 * each.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <sys/wait.h>

#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>

#include <green/net.h>
#include <green/testing.h>
#include <green/thread.h>

#include "check.h"
#include "guests.h"
#include "harness.h"
#include "streams.h"
#include "tasks.h"

static int
drive(struct green_guest *g, int at_most)
{
	struct pollfd p = { .fd = green_guest_fd(g), .events = POLLIN };
	int rc, steps = 0;

	while (steps < at_most) {
		steps++;
		if ((rc = green_guest_step(g)) != 1) {
			CHECK_INT(rc, 0);
			break;
		}
		if (steps < at_most)
			(void)poll(&p, 1, guest_patience(g));
	}
	return (steps);
}

PLAIN_TEST(a_poll_loop_drives_a_guest)
{
	check_host(drive);
}

static int
yield_for_ever(void *arg)
{
	while (green_checkpoint() == 0)
		++*(int64_t *)arg;
	return (-1);
}

PLAIN_TEST(a_step_ends_though_tasks_are_ready)
{
	struct green_guest *g;
	int64_t n = 0, before;

	g = open_guest(yield_for_ever, &n, NULL);
	REQUIRE(CHECK(g != NULL));
	CHECK_INT(green_guest_deadline(g), 0);
	/* In one that is stopped right away, nobody may have had a turn. */
	do
		REQUIRE(CHECK_INT(green_guest_step(g), 1));
	while (n == 0);
	CHECK_INT(green_guest_deadline(g), 0);
	before = n;
	do
		REQUIRE(CHECK_INT(green_guest_step(g), 1));
	while (n == before);
	CHECK_ERRNO(green_guest_close(g), ECANCELED);
}

PLAIN_TEST(a_guest_that_waits_for_its_descriptor_has_no_deadline)
{
	struct green_guest *g;

	g = open_guest(sleep_forever, NULL, NULL);
	REQUIRE(CHECK(g != NULL));
	/* In a loop of its own, it would be a deadlock. */
	CHECK_INT(green_guest_step(g), 1);
	CHECK_INT(green_guest_deadline(g), GREEN_FOREVER);
	CHECK_INT(green_guest_step(g), 1);
	CHECK_ERRNO(green_guest_close(g), ECANCELED);
	CHECK_STR(green_errmsg(), "the guest was closed");
}

PLAIN_TEST(a_guest_that_never_stepped_is_run_by_its_close)
{
	struct green_guest *g;
	int n = 0;

	g = open_guest(count_up, &n, NULL);
	REQUIRE(CHECK(g != NULL));
	CHECK_INT(green_guest_close(g), 0);
	CHECK_INT(n, 1);
	CHECK_INT(green_guest_close(NULL), 0);
}

static int
clean_up(void *arg)
{
	struct green_scope s;
	int rc = green_sleep_forever();

	GREEN_SHIELD(&s, GREEN_FOREVER)
		if (green_sleep(20 * GREEN_MSEC) == 0 &&
		    green_to_thread(count_up, arg) == 0)
			++*(int *)arg;
	errno = ECANCELED;
	return (rc);
}

PLAIN_TEST(closing_waits_for_what_is_shielded)
{
	struct green_guest *g;
	int n = 0;

	g = open_guest(clean_up, &n, NULL);
	REQUIRE(CHECK(g != NULL));
	CHECK_INT(green_guest_step(g), 1);
	CHECK_ERRNO(green_guest_close(g), ECANCELED);
	CHECK_INT(n, 2);
}

static int
wait_shielded(void *arg)
{
	struct green_event e = { { 0 } };
	struct green_scope s;
	int rc = 0;

	(void)arg;
	GREEN_SHIELD(&s, GREEN_FOREVER)
		rc = green_event_wait(&e);
	return (rc);
}

static int
close_what_is_stuck(void *arg)
{
	struct green_guest *g = open_guest(wait_shielded, NULL, NULL);

	(void)arg;
	if (g == NULL)
		return (-1);
	CHECK_INT(green_guest_step(g), 1);
	CHECK_INT(green_guest_close(g), -1);
	return (0);
}

PLAIN_TEST(closing_cuts_through_what_nothing_can_wake)
{
	survives_plain(close_what_is_stuck, NULL, "waits for event");
}

static int
try_guests_in_a_task(void *arg)
{
	CHECK_NULL(open_guest(do_nothing, NULL, NULL), EBUSY);
	if (arg != NULL) {
		CHECK_ERRNO(green_guest_step(arg), EBUSY);
		CHECK_ERRNO(green_guest_close(arg), EBUSY);
	}
	return (0);
}

PLAIN_TEST(in_a_task_there_are_no_guests)
{
	struct green_guest *g, *other;

	g = open_guest(sleep_forever, NULL, NULL);
	REQUIRE(CHECK(g != NULL));
	CHECK_INT(IN_LOOP(try_guests_in_a_task, g, NULL), 0);
	other = open_guest(try_guests_in_a_task, g, NULL);
	if (CHECK(other != NULL)) {
		CHECK_INT(green_guest_step(other), 0);
		CHECK_INT(green_guest_close(other), 0);
	}
	CHECK_ERRNO(green_guest_close(g), ECANCELED);
}

PLAIN_TEST(outside_of_a_step_there_is_no_loop)
{
	struct green_guest *g;
	struct green_event e = { { 0 } };

	g = open_guest(sleep_forever, NULL, NULL);
	REQUIRE(CHECK(g != NULL));
	CHECK_INT(green_guest_step(g), 1);
	CHECK(green_backend() == NULL);
	CHECK_NULL(green_self(), EPERM);
	CHECK_ERRNO(green_checkpoint(), EPERM);
	CHECK_ERRNO(green_event_wait(&e), EPERM);
	CHECK_INT(IN_LOOP(do_nothing, NULL, NULL), 0);
	CHECK_INT(green_guest_step(g), 1);
	CHECK_ERRNO(green_guest_close(g), ECANCELED);
}

struct stranger {
	struct green_guest *g;
	int	 step, step_errno, close, close_errno;
};

static void *
be_strange(void *arg)
{
	struct stranger *s = arg;

	s->step = green_guest_step(s->g);
	s->step_errno = errno;
	s->close = green_guest_close(s->g);
	s->close_errno = errno;
	return (NULL);
}

PLAIN_TEST(a_guest_belongs_to_its_thread)
{
	struct stranger s = { .step = 0 };
	pthread_t thread;

	s.g = open_guest(sleep_forever, NULL, NULL);
	REQUIRE(CHECK(s.g != NULL));
	if (CHECK_INT(pthread_create(&thread, NULL, be_strange, &s), 0))
		pthread_join(thread, NULL);
	CHECK_INT(s.step, -1);
	CHECK_INT(s.step_errno, EPERM);
	CHECK_INT(s.close, -1);
	CHECK_INT(s.close_errno, EPERM);
	CHECK_ERRNO(green_guest_close(s.g), ECANCELED);
}

/* Works with threads and sleeps, so that guests get into each other's way. */
static int
work(void *arg)
{
	int i;

	for (i = 0; i < 10; i++)
		if (green_to_thread(count_up, arg) == -1 ||
		    green_sleep(GREEN_MSEC) == -1)
			return (-1);
	return (0);
}

static int
work_together(void *arg)
{
	struct green_group g;
	int i, rc = 0;

	green_group_open(&g);
	for (i = 0; rc == 0 && i < 5; i++)
		rc = green_spawn(&g, work, arg);
	return (green_group_close(&g, rc));
}

#define GUESTS	3

PLAIN_TEST(a_thread_may_have_several_guests)
{
	struct green_guest *g[GUESTS] = { NULL };
	struct pollfd p[GUESTS];
	int n[GUESTS] = { 0 }, i, ms, left = GUESTS;
	struct green_options opt = { .max_threads = 1 };

	for (i = 0; i < GUESTS; i++) {
		g[i] = open_guest(work_together, &n[i], &opt);
		REQUIRE(CHECK(g[i] != NULL));
		p[i].fd = green_guest_fd(g[i]);
		p[i].events = POLLIN;
	}
	while (left > 0) {
		for (i = 0, ms = -1; i < GUESTS; i++) {
			if (p[i].fd == -1)
				continue;
			if (green_guest_step(g[i]) == 0) {
				p[i].fd = -1;
				left--;
			} else if (ms == -1 || (guest_patience(g[i]) != -1 &&
			    guest_patience(g[i]) < ms))
				ms = guest_patience(g[i]);
		}
		if (left > 0)
			(void)poll(p, GUESTS, ms);
	}
	for (i = 0; i < GUESTS; i++) {
		CHECK_INT(green_guest_close(g[i]), 0);
		CHECK_INT(n[i], 50);
	}
}

static int
sleep_long(void *arg)
{
	(void)arg;
	return (green_sleep(3600 * GREEN_SEC) == 0 &&
	    green_wait_all_blocked(0) == 0 &&
	    green_sleep(3600 * GREEN_SEC) == 0 ? 0 : -1);
}

PLAIN_TEST(a_mock_clock_jumps_in_a_step)
{
	struct green_guest *g;

	g = open_guest(sleep_long, NULL, &check_mock_clock);
	REQUIRE(CHECK(g != NULL));
	CHECK_INT(green_guest_step(g), 0);
	CHECK_INT(green_guest_close(g), 0);
}

PLAIN_TEST(a_mock_clock_of_a_guest_waits_for_quiet)
{
	struct green_options opt = {
		.mock_clock = true,
		.mock_autojump = 20 * GREEN_MSEC
	};
	struct green_guest *g;

	g = open_guest(sleep_long, NULL, &opt);
	REQUIRE(CHECK(g != NULL));
	CHECK_INT(green_guest_step(g), 1);
	CHECK(guest_patience(g) <= 20);
	/* Steps that find nothing do not disturb the quiet. */
	CHECK_INT(green_guest_step(g), 1);
	CHECK(drive(g, 100) <= 12);
	CHECK_INT(green_guest_close(g), 0);
}

static int
read_one(void *arg)
{
	int fd = *(int *)arg;
	char c;

	if (green_wait_readable(fd) == -1)
		return (-1);
	return (read(fd, &c, 1) == 1 ? c : -1);
}

PLAIN_TEST(what_the_host_does_reaches_a_guest)
{
	struct green_guest *g;
	struct pollfd p = { .events = POLLIN };
	int fd[2];

	REQUIRE(CHECK_INT(pipe(fd), 0));
	g = open_guest(read_one, &fd[0], NULL);
	REQUIRE(CHECK(g != NULL));
	p.fd = green_guest_fd(g);
	CHECK_INT(green_guest_step(g), 1);
	CHECK_INT(poll(&p, 1, 0), 0);
	CHECK_INT(write(fd[1], "x", 1), 1);
	CHECK_INT(poll(&p, 1, 10000), 1);
	CHECK_INT(green_guest_step(g), 0);
	CHECK_INT(green_guest_deadline(g), GREEN_FOREVER);
	CHECK_INT(green_guest_close(g), 'x');
	close(fd[0]);
	close(fd[1]);
}

/* Two ends of a connection, one of them for the host to close. */
static int
receive_the_end(void *arg)
{
	struct green_stream **end = arg;
	char c;

	if (!CHECK(streams_open(end)))
		return (-1);
	return ((int)green_stream_receive(end[0], &c, 1));
}

PLAIN_TEST(a_host_may_close_a_stream_between_two_steps)
{
	struct green_stream *end[2];
	struct green_guest *g = open_guest(receive_the_end, end, NULL);
	struct pollfd p = { .events = POLLIN };
	int steps = 0;

	REQUIRE(CHECK(g != NULL));
	p.fd = green_guest_fd(g);
	while (green_guest_step(g) == 1 && poll(&p, 1, 0) == 1 &&
	    steps++ < 100)
		continue;
	CHECK_INT(green_stream_close(end[1]), 0);
	CHECK_INT(drive(g, 100) < 100, true);
	CHECK_INT(green_guest_close(g), 0);
	CHECK_INT(green_stream_close(end[0]), 0);
}

/* A call that is collected with others', and taken back before it is made. */
static int
call_thread(void *n)
{
	return (green_to_thread(count_up, n));
}

static int
take_back(void *n)
{
	struct green_group g;
	int rc;

	green_group_open(&g);
	rc = green_spawn(&g, call_thread, n);
	if (rc == 0)
		rc = green_spawn(&g, do_nothing, NULL);
	if (rc == 0)
		rc = green_checkpoint();
	green_group_cancel(&g, NULL);
	return (green_group_close(&g, rc));
}

static int
call_twice(void *n)
{
	struct green_group g;
	int rc;

	green_group_open(&g);
	rc = green_spawn(&g, call_thread, n);
	if (rc == 0)
		rc = green_spawn(&g, call_thread, n);
	return (green_group_close(&g, rc));
}

PLAIN_TEST(a_guest_that_has_ended_holds_up_no_other_loops_calls)
{
	struct green_guest *g;
	int n = 0;

	g = open_guest(take_back, &n, NULL);
	REQUIRE(CHECK(g != NULL));
	CHECK(drive(g, 100) < 100);
	n = 0;
	CHECK_INT(IN_LOOP(call_twice, &n, NULL), 0);
	CHECK_INT(n, 2);
	CHECK_INT(green_guest_close(g), 0);
}

PLAIN_TEST(in_a_forked_child_a_guest_is_left_alone)
{
	struct green_guest *g = open_guest(sleep_forever, NULL, NULL);
	int status = -1;
	pid_t pid;

	REQUIRE(CHECK(g != NULL));
	CHECK_INT(green_guest_step(g), 1);
	if ((pid = fork()) == 0) {
		if (green_guest_step(g) == -1 && errno == EPERM &&
		    green_guest_close(g) == -1 && errno == EPERM)
			_exit(0);
		_exit(1);
	}
	CHECK_INT(waitpid(pid, &status, 0), pid);
	CHECK_INT(status, 0);
	CHECK_INT(green_guest_step(g), 1);
	CHECK_ERRNO(green_guest_close(g), ECANCELED);
}

PLAIN_TEST(a_guest_that_cannot_be_says_why)
{
	struct green_options opt = { .stack_size = 1 };

	CHECK_NULL(open_guest(do_nothing, NULL, &opt), EINVAL);
	opt = (struct green_options){ .backend = "nothing" };
	CHECK_NULL(green_guest_open(do_nothing, NULL, &opt), EINVAL);
}

CU_TestInfo guest_tests[] = {
	CLAIM(a_poll_loop_drives_a_guest),
	CLAIM(a_step_ends_though_tasks_are_ready),
	CLAIM(a_guest_that_waits_for_its_descriptor_has_no_deadline),
	CLAIM(a_guest_that_never_stepped_is_run_by_its_close),
	CLAIM(closing_waits_for_what_is_shielded),
	CLAIM(closing_cuts_through_what_nothing_can_wake),
	CLAIM(in_a_task_there_are_no_guests),
	CLAIM(outside_of_a_step_there_is_no_loop),
	CLAIM(a_guest_belongs_to_its_thread),
	CLAIM(a_thread_may_have_several_guests),
	CLAIM(a_mock_clock_jumps_in_a_step),
	CLAIM(a_mock_clock_of_a_guest_waits_for_quiet),
	CLAIM(what_the_host_does_reaches_a_guest),
	CLAIM(a_host_may_close_a_stream_between_two_steps),
	CLAIM(a_guest_that_has_ended_holds_up_no_other_loops_calls),
	CLAIM(in_a_forked_child_a_guest_is_left_alone),
	CLAIM(a_guest_that_cannot_be_says_why),
	CU_TEST_INFO_NULL
};
