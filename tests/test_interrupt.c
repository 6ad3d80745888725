/* Signals that cancel a loop. */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "check.h"

static const int usr[] = { SIGUSR1, SIGUSR2, 0 };
static const struct green_options on_usr = { .cancel_on_signals = usr };

static int ncaught;

static void
count(int sig)
{
	(void)sig;
	ncaught++;
}

static void
handle(int sig, struct sigaction *before)
{
	struct sigaction sa = { .sa_handler = count };

	ncaught = 0;
	sigemptyset(&sa.sa_mask);
	CHECK(sigaction(sig, &sa, before) == 0);
}

static int
raise_and_sleep(void *arg)
{
	(void)arg;
	raise(SIGUSR2);
	return (green_sleep_forever());
}

PLAIN_TEST(the_first_signal_cancels_the_first_task)
{
	CHECK_ERRNO(IN_LOOP(raise_and_sleep, NULL, &on_usr), ECANCELED);
	CHECK_HAS(green_errmsg(), "signal ");
}

static int
sleep_forever(void *arg)
{
	(void)arg;
	return (green_sleep_forever());
}

static int
interrupt_a_group(void *arg)
{
	struct green_group g;
	int rc;

	(void)arg;
	green_group_open(&g);
	rc = green_spawn(&g, sleep_forever, NULL);
	raise(SIGUSR1);
	return (green_group_close(&g, rc));
}

PLAIN_TEST(it_cancels_all_that_the_first_task_has_started)
{
	CHECK_ERRNO(IN_LOOP(interrupt_a_group, NULL, &on_usr), ECANCELED);
}

static int
be_raised_twice(void *arg)
{
	(void)arg;
	raise(SIGUSR1);
	CHECK_ERRNO(green_sleep_forever(), ECANCELED);
	CHECK_INT(ncaught, 0);
	raise(SIGUSR1);
	CHECK_INT(ncaught, 1);
	return (0);
}

PLAIN_TEST(the_second_does_what_it_did_before)
{
	struct sigaction before;

	handle(SIGUSR1, &before);
	CHECK_INT(IN_LOOP(be_raised_twice, NULL, &on_usr), 0);
	sigaction(SIGUSR1, &before, NULL);
}

static int
raise_at_last(void *arg)
{
	(void)arg;
	raise(SIGUSR1);
	return (3);
}

PLAIN_TEST(one_that_comes_too_late_is_raised_again)
{
	struct sigaction before;

	handle(SIGUSR1, &before);
	CHECK_INT(IN_LOOP(raise_at_last, NULL, &on_usr), 3);
	CHECK_INT(ncaught, 1);
	raise(SIGUSR1);
	CHECK_INT(ncaught, 2);
	sigaction(SIGUSR1, &before, NULL);
}

static int
nothing(void *arg)
{
	(void)arg;
	return (0);
}

PLAIN_TEST(signals_that_cannot_be_caught_are_a_bad_option)
{
	static const int kill[] = { SIGKILL, 0 };
	const struct green_options o = { .cancel_on_signals = kill };

	CHECK_ERRNO(IN_LOOP(nothing, NULL, &o), EINVAL);
	CHECK_HAS(green_errmsg(), "signal");
}

PLAIN_TEST(without_a_signal_nothing_happens)
{
	static const int none[] = { 0 };
	const struct green_options o = { .cancel_on_signals = none };

	CHECK_INT(IN_LOOP(nothing, NULL, &on_usr), 0);
	CHECK_INT(IN_LOOP(nothing, NULL, &o), 0);
}

CU_TestInfo interrupt_tests[] = {
	CLAIM(the_first_signal_cancels_the_first_task),
	CLAIM(it_cancels_all_that_the_first_task_has_started),
	CLAIM(the_second_does_what_it_did_before),
	CLAIM(one_that_comes_too_late_is_raised_again),
	CLAIM(signals_that_cannot_be_caught_are_a_bad_option),
	CLAIM(without_a_signal_nothing_happens),
	CU_TEST_INFO_NULL
};
