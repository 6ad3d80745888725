/*
 * green_tasks(): every task with its fields, and the words for what each kind
 * of call waits for.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <green/channel.h>
#include <green/thread.h>

#include "green/internal.h"

#include "check.h"
#include "pair.h"
#include "tasks.h"

/* The tasks now, valid until the next call. */
static struct green_task_info *tasks;
static size_t ntasks;

static void
look(void)
{
	free(tasks);
	tasks = NULL;
	ntasks = 0;
	CHECK_INT(green_tasks(&tasks, &ntasks), 0);
}

static const struct green_task_info *
named(const char *name)
{
	static const struct green_task_info none = { .name = "(none)" };
	size_t i;

	look();
	for (i = 0; i < ntasks; i++)
		if (strcmp(tasks[i].name, name) == 0)
			return (&tasks[i]);
	return (&none);
}

static void
forget(void)
{
	free(tasks);
	tasks = NULL;
}

static int
host_a_sleeper(void *unused)
{
	struct green_group g;
	int rc;

	(void)unused;
	green_group_open(&g);
	rc = green_spawn(&g, sleep_forever, NULL);
	return (green_group_close(&g, rc));
}

GREEN_TEST(every_task_is_listed_behind_its_parent)
{
	struct green_group g;

	green_group_open(&g);
	CHECK_INT(green_spawn(&g, host_a_sleeper, NULL), 0);
	CHECK_INT(green_spawn(&g, sleep_forever, NULL), 0);
	CHECK_INT(green_checkpoint(), 0);
	CHECK_INT(green_checkpoint(), 0);
	look();
	if (CHECK_INT(ntasks, 4)) {
		CHECK_STR(tasks[0].name, "main");
		CHECK_INT(tasks[0].id, 1);
		CHECK_INT(tasks[0].parent_id, 0);
		CHECK_STR(tasks[1].name, "host_a_sleeper");
		CHECK_INT(tasks[1].id, 2);
		CHECK_INT(tasks[1].parent_id, 1);
		CHECK_STR(tasks[2].name, "sleep_forever");
		CHECK_INT(tasks[2].id, 4);
		CHECK_INT(tasks[2].parent_id, 2);
		CHECK_STR(tasks[3].name, "sleep_forever");
		CHECK_INT(tasks[3].id, 3);
		CHECK_INT(tasks[3].parent_id, 1);
	}
	forget();
	green_group_cancel(&g, NULL);
	CHECK_INT(green_group_close(&g, 0), 0);
}

GREEN_TEST(tasks_that_have_ended_are_not_listed)
{
	struct green_group g;
	struct green_task *t;

	green_group_open(&g);
	REQUIRE(CHECK((t = green_spawn_task(&g, do_nothing, NULL)) != NULL));
	look();
	CHECK_INT(ntasks, 2);
	CHECK_INT(green_task_wait(t), 0);
	look();
	CHECK_INT(ntasks, 1);
	forget();
	CHECK_INT(green_group_close(&g, 0), 0);
}

GREEN_TEST(a_task_that_runs_or_is_ready_waits_for_nothing)
{
	struct green_group g;

	green_group_open(&g);
	CHECK_INT(green_spawn(&g, do_nothing, NULL), 0);
	CHECK_STR(named("main")->waiting_for, "");
	CHECK_INT(named("main")->waiting_since, 0);
	CHECK_STR(named("do_nothing")->waiting_for, "");
	CHECK_STR(named("do_nothing")->name, "do_nothing");
	forget();
	CHECK_INT(green_group_close(&g, 0), 0);
}

MOCK_TEST(waiting_since_is_told_on_the_loops_clock)
{
	int64_t began = green_now(), duration = 10 * GREEN_SEC;
	struct green_group g;

	green_group_open(&g);
	CHECK_INT(green_sleep(GREEN_SEC), 0);
	CHECK_INT(green_spawn(&g, sleep_for, &duration), 0);
	CHECK_INT(green_sleep(5 * GREEN_SEC), 0);
	CHECK_INT(named("sleep_for")->waiting_since, began + GREEN_SEC);
	forget();
	CHECK_INT(green_group_close(&g, 0), 0);
}

GREEN_TEST(cancelled_tasks_are_told)
{
	int64_t moment = GREEN_MSEC;
	struct green_group g;

	green_group_open(&g);
	CHECK_INT(green_spawn(&g, sleep_shielded, &moment), 0);
	CHECK_INT(green_spawn(&g, do_nothing, NULL), 0);
	CHECK(!named("do_nothing")->cancelled);
	CHECK_INT(green_checkpoint(), 0);
	green_group_cancel(&g, NULL);
	CHECK(named("main")->cancelled);
	CHECK(!named("sleep_shielded")->cancelled);
	forget();
	CHECK_INT(green_group_close(&g, 0), 0);
}

GREEN_TEST(names_are_those_that_were_set)
{
	green_set_name(green_self(), "a name that is longer than its place, cut");
	look();
	CHECK_STR(tasks[0].name, "a name that is longer than its ");
	forget();
}

PLAIN_TEST(outside_of_a_loop_there_is_no_list)
{
	struct green_task_info *info = NULL;
	size_t n = 7;

	CHECK_ERRNO(green_tasks(&info, &n), EPERM);
	CHECK(info == NULL);
	CHECK_INT(n, 7);
}

/* Stacks. */

static int
wait_deep(void *event)
{
	volatile char deep[20000];
	volatile size_t last = sizeof(deep) - 1;	/* all of it is needed */

	deep[last] = 1;
	return (green_event_wait(event) + deep[last] - 1);
}

GREEN_TEST(stack_used_is_how_deep_a_task_is)
{
	struct green_event never = { 0 };
	size_t shallow, deep;
	struct green_group g;

	green_group_open(&g);
	CHECK_INT(green_spawn(&g, wait_for_event, &never), 0);
	CHECK_INT(green_spawn(&g, wait_deep, &never), 0);
	CHECK_INT(green_checkpoint(), 0);
	shallow = named("wait_for_event")->stack_used;
	deep = named("wait_deep")->stack_used;
	CHECK(shallow > 0 && shallow < 16384);
	CHECK(deep > shallow + 15000);
	CHECK_INT(named("wait_deep")->stack_size, 128 * 1024);
	/* The task that asks is told of too. */
	CHECK(named("main")->stack_used > 0);
	CHECK(named("main")->stack_used < 128 * 1024);
	forget();
	green_event_set(&never);
	CHECK_INT(green_group_close(&g, 0), 0);
}

/* The words: each of these waits for what its argument has in it. */
struct things {
	struct green_lock lock;
	struct green_cond cond;
	struct green_sem sem;
	struct green_limiter limiter;
	struct green_future future;
	struct green_sender *tx, *full_tx;
	struct green_receiver *rx, *full_rx;
	struct green_task *task;
	int	 fd[2];
};

static int
wait_lock(void *th)
{
	return (green_lock_acquire(&((struct things *)th)->lock));
}

static int
wait_cond(void *arg)
{
	struct things *th = arg;
	int rc;

	if (green_cond_acquire(&th->cond) == -1)
		return (-1);
	rc = green_cond_wait(&th->cond);
	return (green_cond_release(&th->cond) == -1 ? -1 : rc);
}

static int
wait_sem(void *th)
{
	return (green_sem_acquire(&((struct things *)th)->sem));
}

static int
wait_limiter(void *th)
{
	return (green_limiter_acquire(&((struct things *)th)->limiter));
}

static int
wait_future(void *th)
{
	return (green_future_wait(&((struct things *)th)->future, NULL));
}

static int
wait_item(void *th)
{
	int item;

	return (green_channel_receive(((struct things *)th)->rx, &item));
}

static int
wait_room(void *th)
{
	int item = 1;

	return (green_channel_send(((struct things *)th)->full_tx, &item));
}

static int
wait_task(void *th)
{
	return (green_task_wait(((struct things *)th)->task));
}

static int
wait_readable(void *th)
{
	return (green__fd_wait_foreign(((struct things *)th)->fd[0],
	    GREEN__READ));
}

GREEN_TEST(what_calls_wait_for_has_its_words)
{
	static struct things th;
	struct green_group g;
	char words[64];

	memset(&th, 0, sizeof(th));
	green_group_open(&g);
	REQUIRE(CHECK(pair_open_pipe(th.fd)));
	green_limiter_init(&th.limiter, 1);
	CHECK_INT(green_lock_acquire(&th.lock), 0);
	CHECK_INT(green_limiter_acquire(&th.limiter), 0);
	CHECK_INT(green_channel_open(sizeof(int), 0, &th.tx, &th.rx), 0);
	CHECK_INT(green_channel_open(sizeof(int), 0, &th.full_tx, &th.full_rx),
	    0);
	th.task = green_spawn_task(&g, sleep_forever, NULL);
	CHECK_INT(green_spawn(&g, wait_lock, &th), 0);
	CHECK_INT(green_spawn(&g, wait_cond, &th), 0);
	CHECK_INT(green_spawn(&g, wait_sem, &th), 0);
	CHECK_INT(green_spawn(&g, wait_limiter, &th), 0);
	CHECK_INT(green_spawn(&g, wait_future, &th), 0);
	CHECK_INT(green_spawn(&g, wait_item, &th), 0);
	CHECK_INT(green_spawn(&g, wait_room, &th), 0);
	CHECK_INT(green_spawn(&g, wait_task, &th), 0);
	CHECK_INT(green_spawn(&g, wait_readable, &th), 0);
	CHECK_INT(green_checkpoint(), 0);
	CHECK_STR(named("sleep_forever")->waiting_for, "sleep for ever");
	CHECK_STR(named("wait_lock")->waiting_for, "lock");
	CHECK_STR(named("wait_cond")->waiting_for, "condition");
	CHECK_STR(named("wait_sem")->waiting_for, "semaphore");
	CHECK_STR(named("wait_limiter")->waiting_for, "limiter");
	CHECK_STR(named("wait_future")->waiting_for, "future");
	CHECK_STR(named("wait_item")->waiting_for, "item of channel");
	CHECK_STR(named("wait_room")->waiting_for, "room in channel");
	snprintf(words, sizeof(words), "task %ju",
	    (uintmax_t)green_task_id(th.task));
	CHECK_STR(named("wait_task")->waiting_for, words);
	snprintf(words, sizeof(words), "fd %d readable", th.fd[0]);
	CHECK_STR(named("wait_readable")->waiting_for, words);
	forget();
	green_group_cancel(&g, NULL);
	CHECK_INT(green_group_close(&g, 0), 0);
	green_sender_close(th.tx);
	green_receiver_close(th.rx);
	green_sender_close(th.full_tx);
	green_receiver_close(th.full_rx);
	CHECK_INT(green_limiter_release(&th.limiter), 0);
	CHECK_INT(green_lock_release(&th.lock), 0);
	close(th.fd[0]);
	close(th.fd[1]);
}

/* White box: numbers find their place in words, whatever the room. */
PLAIN_TEST(words_are_cut_to_their_room)
{
	struct waiter w = { .what = "fd # readable", .detail = 1234567 };
	char buf[64];

	green__waiter_words(&w, buf, sizeof(buf));
	CHECK_STR(buf, "fd 1234567 readable");
	green__waiter_words(&w, buf, 6);
	CHECK_STR(buf, "fd 12");
	green__waiter_words(&w, buf, 3);
	CHECK_STR(buf, "fd");
	w = (struct waiter){ .what = "task", .detail = 0 };
	green__waiter_words(&w, buf, sizeof(buf));
	CHECK_STR(buf, "task 0");
	w = (struct waiter){ .what = "lock", .detail = -1 };
	green__waiter_words(&w, buf, sizeof(buf));
	CHECK_STR(buf, "lock");
}

CU_TestInfo task_info_tests[] = {
	CLAIM(every_task_is_listed_behind_its_parent),
	CLAIM(tasks_that_have_ended_are_not_listed),
	CLAIM(a_task_that_runs_or_is_ready_waits_for_nothing),
	CLAIM(waiting_since_is_told_on_the_loops_clock),
	CLAIM(cancelled_tasks_are_told),
	CLAIM(names_are_those_that_were_set),
	CLAIM(outside_of_a_loop_there_is_no_list),
	CLAIM(stack_used_is_how_deep_a_task_is),
	CLAIM(what_calls_wait_for_has_its_words),
	CLAIM(words_are_cut_to_their_room),
	CU_TEST_INFO_NULL
};
