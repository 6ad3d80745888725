/*
 * The spin before a thread sleeps: how often it is tried, what time it takes,
 * and where it is not tried at all.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#ifdef HAVE_SCHED_SETAFFINITY
#include <sched.h>
#endif
#include <limits.h>
#include <poll.h>
#include <unistd.h>

#include <green/testing.h>
#include <green/thread.h>

#include "green/internal.h"

#include "check.h"
#include "gate.h"
#include "guests.h"

#define SHORT	(100 * GREEN_USEC)	/* what a spin takes */

/* Looks, and the last that sees nothing. */
struct look {
	long	 looks;
	long	 nothing;
};

static bool
look(void *arg)
{
	struct look *l = arg;

	return (++l->looks > l->nothing);
}

/* Threads have been seen on two CPUs; false: there are not so many. */
static bool
have_two_cpus(void)
{
#if defined(HAVE_SCHED_GETCPU) && defined(HAVE_SCHED_SETAFFINITY)
	struct look l = { 0, 0 };
	struct spin s = { 0, 0 };
	int64_t timeout = GREEN_FOREVER;
	cpu_set_t all, one;
	int cpu;

	if (sched_getaffinity(0, sizeof(all), &all) == -1 ||
	    CPU_COUNT(&all) < 2)
		return (false);
	for (cpu = 0; cpu < CPU_SETSIZE; cpu++)
		if (CPU_ISSET(cpu, &all)) {
			CPU_ZERO(&one);
			CPU_SET(cpu, &one);
			(void)sched_setaffinity(0, sizeof(one), &one);
			(void)green__spin(&s, &timeout, look, &l);
		}
	(void)sched_setaffinity(0, sizeof(all), &all);
	return (true);
#else
	return (sysconf(_SC_NPROCESSORS_ONLN) > 1);
#endif
}

/* How many of n sleeps are put off in vain. */
static int
count_vain(struct spin *s, int n)
{
	struct look l = { 0, LONG_MAX };
	int64_t timeout = GREEN_FOREVER;
	long before;
	int i, spins = 0;

	for (i = 0; i < n; i++) {
		before = l.looks;
		CHECK(!green__spin(s, &timeout, look, &l));
		spins += l.looks > before;
	}
	CHECK(timeout == GREEN_FOREVER);
	return (spins);
}

PLAIN_TEST(each_spin_in_vain_doubles_the_sleeps_until_the_next)
{
	struct look there = { 0, 0 };
	struct spin s = { 0, 0 };
	int64_t timeout = GREEN_FOREVER;

	if (!have_two_cpus())
		return;
	/* The first, and after 1, 2, 4 ... 256 sleeps the next. */
	CHECK_INT(count_vain(&s, 521), 10);
	CHECK_INT(s.skip, 256);
	CHECK_INT(count_vain(&s, 257), 1);
	CHECK_INT(count_vain(&s, 257), 1);
	CHECK_INT(count_vain(&s, 256), 0);
	/* One that is not makes it worth while again. */
	CHECK(green__spin(&s, &timeout, look, &there));
	CHECK_INT(there.looks, 1);
	CHECK_INT(count_vain(&s, 1), 1);
	CHECK_INT(s.skip, 1);
}

PLAIN_TEST(a_spin_takes_its_time_off_the_sleep_or_is_not_tried)
{
	struct look l = { 0, LONG_MAX };
	struct spin s = { 0, 0 };
	int64_t timeout = SHORT, began, took;

	if (!have_two_cpus())
		return;
	CHECK(!green__spin(&s, &timeout, look, &l));
	timeout = 0;
	CHECK(!green__spin(&s, &timeout, look, &l));
	CHECK_INT(l.looks, 0);
	timeout = GREEN_SEC;
	began = green__clock();
	CHECK(!green__spin(&s, &timeout, look, &l));
	took = green__clock() - began;
	CHECK(l.looks > 0);
	CHECK(GREEN_SEC - timeout >= SHORT && GREEN_SEC - timeout <= took);
}

/* In a child, whose only thread stays where it is. */
static int
spin_on_one_cpu(void *unused)
{
	struct spin s = { 0, 0 };

	(void)unused;
#ifdef HAVE_SCHED_SETAFFINITY
	cpu_set_t all, one;
	int cpu = 0;

	CHECK_INT(sched_getaffinity(0, sizeof(all), &all), 0);
	while (!CPU_ISSET(cpu, &all))
		cpu++;
	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	CHECK_INT(sched_setaffinity(0, sizeof(one), &one), 0);
	CHECK_INT(count_vain(&s, 1000), 0);
#endif
	return (s.skip == 0 ? 0 : -1);
}

static int
do_nothing_in_thread(void *unused)
{
	(void)unused;
	return (0);
}

static int
fork_on_one_cpu(void *unused)
{
	(void)unused;
	survives_plain(spin_on_one_cpu, NULL, NULL);
	return (0);
}

PLAIN_TEST(on_one_cpu_nobody_spins)
{
#ifdef HAVE_SCHED_GETCPU
	CHECK_INT(IN_LOOP(do_nothing_in_thread, NULL, NULL), 0);
	CHECK_INT(IN_LOOP(fork_on_one_cpu, NULL, NULL), 0);
#endif
}

/* It ends when the loop sleeps, after the spin. */
static int
call_long(void *vain)
{
	int rc = green_to_thread(gate_till_asleep, green__loop);

	*(unsigned *)vain = green__loop->spin.vain;
	return (rc);
}

PLAIN_TEST(a_loop_spins_and_a_guests_step_does_not)
{
	struct pollfd p = { .events = POLLIN };
	struct green_guest *g;
	unsigned vain = 0;

	if (!have_two_cpus())
		return;
	CHECK_INT(IN_LOOP(call_long, &vain, NULL), 0);
	CHECK(vain > 0);
	g = open_guest(call_long, &vain, NULL);
	if (!CHECK(g != NULL))
		return;
	p.fd = green_guest_fd(g);
	while (green_guest_step(g) == 1)
		(void)poll(&p, 1, guest_patience(g));
	CHECK_INT(green_guest_close(g), 0);
	CHECK_INT(vain, 0);
}

static int
await_input(void *fd)
{
	return (green_wait_readable(*(const int *)fd));
}

/* With a task that waits for a descriptor, how often the reactor is asked while
   the loop has nothing to do but to wait for a thread. */
static int
count_polls(void *polls)
{
	struct green_group g;
	uint64_t before;
	int fd[2], rc;

	if (pipe(fd) == -1)
		return (-1);
	green_group_open(&g);
	rc = green_spawn(&g, await_input, &fd[0]);
	if (rc == 0)
		rc = green_checkpoint();
	before = green__loop->polls;
	if (rc == 0)
		rc = green_to_thread(gate_till_asleep, green__loop);
	*(uint64_t *)polls = green__loop->polls - before;
	green_group_cancel(&g, NULL);
	rc = green_group_close(&g, rc);
	close(fd[0]);
	close(fd[1]);
	return (rc);
}

PLAIN_TEST(descriptors_do_not_wait_until_a_spin_is_over)
{
	uint64_t polls = 0;
	int tries;

	if (!have_two_cpus())
		return;
	/* A thread that another one takes the CPU from may not come to it. */
	for (tries = 0; tries < 100 && polls <= 2; tries++)
		CHECK_INT(IN_LOOP(count_polls, &polls, NULL), 0);
	CHECK(polls > 2);
}

CU_TestInfo spin_tests[] = {
	CLAIM(each_spin_in_vain_doubles_the_sleeps_until_the_next),
	CLAIM(a_spin_takes_its_time_off_the_sleep_or_is_not_tried),
	CLAIM(on_one_cpu_nobody_spins),
	CLAIM(a_loop_spins_and_a_guests_step_does_not),
	CLAIM(descriptors_do_not_wait_until_a_spin_is_over),
	CU_TEST_INFO_NULL
};
