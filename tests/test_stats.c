/*
 * Statistics: small programs that are known to the last switch, counted.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include <green/thread.h>

#include "green/internal.h"

#include "check.h"
#include "gate.h"
#include "pair.h"
#include "tasks.h"
#include "watched.h"

static struct green_stats
stats(void)
{
	struct green_stats st;

	green_stats(&st);
	return (st);
}

PLAIN_TEST(outside_of_a_loop_all_counts_of_one_are_0)
{
	struct green_stats st;

	memset(&st, 1, sizeof(st));
	green_stats(&st);
	CHECK_INT(st.tasks, 0);
	CHECK_INT(st.stacks, 0);
	CHECK_INT(st.switches, 0);
	CHECK_INT(st.longest_run, 0);
}

GREEN_TEST(tasks_are_counted_and_those_that_are_ready)
{
	struct green_event never = { 0 };
	struct green_group g;
	int i;

	CHECK_INT(stats().tasks, 1);
	CHECK_INT(stats().tasks_ready, 0);
	green_group_open(&g);
	for (i = 0; i < 3; i++)
		CHECK_INT(green_spawn(&g, wait_for_event, &never), 0);
	CHECK_INT(stats().tasks, 4);
	CHECK_INT(stats().tasks_ready, 3);
	CHECK_INT(green_checkpoint(), 0);
	CHECK_INT(stats().tasks_ready, 0);
	green_event_set(&never);
	CHECK_INT(stats().tasks_ready, 3);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(stats().tasks, 1);
	CHECK_INT(stats().spawns, 4);
}

static int
hop(void *n)
{
	int i, rc = 0;

	for (i = 0; i < *(int *)n && rc == 0; i++)
		rc = green_checkpoint();
	return (rc);
}

GREEN_TEST(every_switch_is_counted)
{
	uint64_t before = stats().switches;
	int n = 1000;
	struct green_group g;

	CHECK_INT(before, 1);		/* to this task */
	CHECK_INT(hop(&n), 0);
	CHECK_INT(stats().switches - before, 1000);
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, hop, &n), 0);
	CHECK_INT(green_spawn(&g, hop, &n), 0);
	CHECK_INT(green_group_close(&g, 0), 0);
	/* Each starts, and hops; then this task goes on. */
	CHECK_INT(stats().switches - before, 1000 + 2 * 1001 + 1);
}

static int
crunch(void *ns)
{
	int64_t end = green__clock() + *(int64_t *)ns;

	while (green__clock() < end)
		continue;
	return (0);
}

static int
crunch_and_hop(void *n)
{
	int64_t while_ = 5 * GREEN_USEC;
	int i, rc = 0;

	for (i = 0; i < *(int *)n && rc == 0; i++) {
		(void)crunch(&while_);
		rc = green_checkpoint();
	}
	return (rc);
}

GREEN_TEST(every_switch_is_counted_also_when_runs_are_long)
{
	uint64_t before = stats().switches;
	int n = 500;

	CHECK_INT(crunch_and_hop(&n), 0);
	CHECK_INT(hop(&n), 0);
	CHECK_INT(crunch_and_hop(&n), 0);
	CHECK_INT(stats().switches - before, 1500);
}

MOCK_TEST(tasks_that_a_deadline_wakes_count_as_timers)
{
	int64_t duration = GREEN_SEC;
	struct green_group g;

	CHECK_INT(stats().timers, 0);
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, sleep_for, &duration), 0);
	CHECK_INT(green_spawn(&g, sleep_for, &duration), 0);
	CHECK_INT(green_checkpoint(), 0);
	CHECK_INT(stats().timers, 2);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(stats().timers, 0);
}

static int
read_from(void *fd)
{
	return (green__fd_wait_foreign(*(int *)fd, GREEN__READ));
}

GREEN_TEST(descriptors_are_counted)
{
	struct green__fd own;
	struct green_group g;
	int fd[2];

	CHECK_INT(stats().fds, 0);
	REQUIRE(CHECK(pair_open_pipe(fd)));
	CHECK_INT(green__fd_open(&own, fd[1]), 0);
	CHECK_INT(stats().fds, 1);
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, read_from, &fd[0]), 0);
	CHECK_INT(green_checkpoint(), 0);
	CHECK_INT(stats().fds, 2);
	CHECK_INT(write(fd[1], "x", 1), 1);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(stats().fds, 1);
	CHECK_INT(green__fd_close(&own), fd[1]);
	CHECK_INT(stats().fds, 0);
	close(fd[0]);
	close(fd[1]);
}

GREEN_TEST(stacks_are_counted_and_the_memory_that_they_have_touched)
{
	const size_t page = (size_t)sysconf(_SC_PAGESIZE);
	struct green_event never = { 0 };
	struct green_group g;
	struct green_stats st;
	int i;

	green_group_open(&g);
	for (i = 0; i < 50; i++)
		CHECK_INT(green_spawn(&g, wait_for_event, &never), 0);
	CHECK_INT(green_checkpoint(), 0);
	st = stats();
	CHECK_INT(st.stacks, 51);
	CHECK_INT(st.stacks_idle, 0);
	CHECK(st.stack_bytes >= 51 * page);
	CHECK(st.stack_bytes <= 52 * (128 * 1024 + page));
	green_event_set(&never);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(stats().stacks, 51);
	CHECK_INT(stats().stacks_idle, 50);
}

GREEN_TEST(polls_are_counted)
{
	uint64_t before = stats().polls;

	CHECK_INT(green_sleep(GREEN_MSEC), 0);
	CHECK(stats().polls > before);
}

/* Another thread, which calls once the loop is asleep. */
struct call {
	struct inbox_item item;
	struct loop *loop;
	struct green_event came;
};

static void
come(struct inbox_item *it)
{
	green_event_set(&GREEN__CONTAINER(it, struct call, item)->came);
}

static void *
call_when_asleep(void *arg)
{
	struct call *c = arg;

	(void)gate_till_asleep(c->loop);
	green__inbox_post(c->loop, &c->item);
	return (NULL);
}

GREEN_TEST(wake_ups_by_other_threads_are_counted)
{
	struct call c = { .item = { .run = come }, .loop = green__loop };
	uint64_t before = stats().wakeups;
	pthread_t thread;

	CHECK_INT(before, 0);
	green__loop->external++;
	CHECK_INT(pthread_create(&thread, NULL, call_when_asleep, &c), 0);
	CHECK_INT(green_event_wait(&c.came), 0);
	CHECK_INT(pthread_join(thread, NULL), 0);
	green__loop->external--;
	CHECK_INT(stats().wakeups, 1);
	/* What comes from the loop itself wakes nobody. */
	c.came = (struct green_event){ { NULL } };
	green__inbox_post(green__loop, &c.item);
	CHECK_INT(green_event_wait(&c.came), 0);
	CHECK_INT(stats().wakeups, 1);
}

static int
wait_for_flag(void *flag)
{
	while (!*(atomic_bool *)flag)
		(void)poll(NULL, 0, 1);
	return (0);
}

static int
wait_in_thread(void *flag)
{
	return (green_to_thread(wait_for_flag, flag));
}

GREEN_TEST(worker_threads_are_counted)
{
	atomic_bool done = false;
	struct green_group g;

	green_group_open(&g);
	CHECK_INT(green_spawn(&g, wait_in_thread, &done), 0);
	CHECK_INT(green_spawn(&g, wait_in_thread, &done), 0);
	while (stats().threads < 2 ||
	    stats().threads_idle > stats().threads - 2 ||
	    stats().calls_queued > 0)
		CHECK_INT(green_sleep(GREEN_MSEC), 0);
	done = true;
	CHECK_INT(green_group_close(&g, 0), 0);
	while (stats().threads_idle < 2)
		CHECK_INT(green_sleep(GREEN_MSEC), 0);
	CHECK(stats().threads >= stats().threads_idle);
}

GREEN_TEST(the_longest_run_is_measured)
{
	int64_t duration = 3 * GREEN_MSEC;
	struct green_group g;

	green_group_open(&g);
	CHECK_INT(green_spawn(&g, crunch, &duration), 0);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK(stats().longest_run >= duration);
}

struct runs {
	int64_t	 longest, all;
};

static int
crunch_by_forty(void *arg)
{
	/* When this run began, its own time included. */
	int64_t began = green__loop->meter.began, duration = GREEN_MSEC;
	struct runs *r = arg;
	struct green_group g;
	int i, rc = 0;

	green_group_open(&g);
	for (i = 0; i < 40 && rc == 0; i++)
		rc = green_spawn(&g, crunch, &duration);
	rc = green_group_close(&g, rc);
	r->longest = stats().longest_run;
	r->all = green__clock() - began;
	return (rc);
}

PLAIN_TEST(long_runs_are_measured_one_by_one)
{
	struct runs r = { 0, 0 };

	CHECK_INT(IN_LOOP(crunch_by_forty, &r, NULL), 0);
	CHECK(r.longest >= GREEN_MSEC);
	/* Not as one batch of forty: however long one of them was stopped, the
	   others have had their time too. */
	CHECK(r.longest <= r.all - 20 * GREEN_MSEC);
}

/* A reactor's turn comes after n runs that each last for so long; how many the
   meter takes for one from then on. */
static unsigned
metered(struct loop *l, int n, int64_t each)
{
	struct green__meter *m = &l->meter;

	do {
		green__meter_start(l, l->time);
		n -= (int)m->batch;
		l->time += m->batch * each;
		l->turn_in = 0;
	} while (!green__meter_stop(l, l->time));
	CHECK(n <= 0);
	return (m->grain);
}

PLAIN_TEST(longer_runs_are_metered_in_smaller_batches)
{
	struct loop l = { .nready = 1, .meter = { .grain = 1 } };

	CHECK_INT(metered(&l, 64, 100 * GREEN_USEC), 1);
	CHECK_INT(l.meter.longest, 100 * GREEN_USEC);
	/* All is well below what is known already. */
	CHECK_INT(metered(&l, 64, 5 * GREEN_USEC), 5);
	CHECK_INT(metered(&l, 64, 5 * GREEN_USEC), 5);
	CHECK_INT(metered(&l, 64, GREEN_USEC), 64);
	CHECK_INT(metered(&l, 64, GREEN_USEC), 64);
	CHECK_INT(l.meter.longest, 100 * GREEN_USEC);
	/* A batch that is not counts as one, and there is no second one. */
	CHECK_INT(metered(&l, 64, 10 * GREEN_USEC), 1);
	CHECK_INT(l.meter.longest, 640 * GREEN_USEC);
	CHECK_INT(metered(&l, 64, GREEN_MSEC), 1);
	CHECK_INT(l.meter.longest, GREEN_MSEC);
}

CU_TestInfo stats_tests[] = {
	CLAIM(outside_of_a_loop_all_counts_of_one_are_0),
	CLAIM(tasks_are_counted_and_those_that_are_ready),
	CLAIM(every_switch_is_counted),
	CLAIM(every_switch_is_counted_also_when_runs_are_long),
	CLAIM(tasks_that_a_deadline_wakes_count_as_timers),
	CLAIM(descriptors_are_counted),
	CLAIM(stacks_are_counted_and_the_memory_that_they_have_touched),
	CLAIM(polls_are_counted),
	CLAIM(wake_ups_by_other_threads_are_counted),
	CLAIM(worker_threads_are_counted),
	CLAIM(the_longest_run_is_measured),
	CLAIM(long_runs_are_measured_one_by_one),
	CLAIM(longer_runs_are_metered_in_smaller_batches),
	CU_TEST_INFO_NULL
};
