/*
 * Stall reports: lines on standard error, so that each is tried in a child; the
 * limit is the process's.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "green/internal.h"

#include "check.h"
#include "harness.h"
#include "tasks.h"

#define LIMIT	(5 * GREEN_MSEC)

static int
crunch(void *unused)
{
	int64_t end = green__clock() + 2 * LIMIT;

	(void)unused;
	while (green__clock() < end)
		continue;
	return (0);
}

static int
crunch_and_wait(void *event)
{
	(void)crunch(NULL);
	return (green_event_wait(event));
}

static int
host(void *fn)
{
	struct green_event e = { 0 };
	struct green_group g;
	int rc;

	green_group_open(&g);
	rc = green_spawn_(&g, *(green_fn **)fn, &e, "cruncher", NULL);
	if (rc == 0)
		rc = green_sleep(3 * LIMIT);
	green_event_set(&e);
	return (green_group_close(&g, rc));
}

static int
with_limit(void *fn)
{
	green_set_stall_limit(LIMIT);
	return (IN_LOOP(host, fn, NULL));
}

PLAIN_TEST(a_stall_is_told_with_the_name_of_the_task)
{
	green_fn *fn = crunch;

	survives_plain(with_limit, &fn,
	    "libgreen: task \"cruncher\" (2) kept the loop for ");
}

PLAIN_TEST(a_stall_is_told_with_what_the_task_waited_for_then)
{
	green_fn *fn = crunch_and_wait;

	survives_plain(with_limit, &fn, " before it waited for event\n");
}

static int
first_task_alone(void *unused)
{
	(void)unused;
	green_set_stall_limit(LIMIT);
	return (IN_LOOP(crunch, NULL, NULL));
}

PLAIN_TEST(a_stall_of_a_task_that_ends_last_is_told)
{
	survives_plain(first_task_alone, NULL,
	    "libgreen: task \"main\" (1) kept the loop for ");
}

/* It goes on until somebody has told of it: its standard error is a pipe. */
static int
go_on_till_told(void *unused)
{
	static char said[512];
	size_t len = 0;
	ssize_t n;
	int fd[2], err;

	(void)unused;
	if ((err = dup(STDERR_FILENO)) == -1 || pipe(fd) == -1 ||
	    fcntl(fd[0], F_SETFL, O_NONBLOCK) == -1 ||
	    dup2(fd[1], STDERR_FILENO) == -1)
		return (-1);
	while (strchr(said, '\n') == NULL)
		if ((n = read(fd[0], said + len, sizeof(said) - 1 - len)) > 0)
			len += (size_t)n;
	if (dup2(err, STDERR_FILENO) == -1)
		return (-1);
	close(err);
	close(fd[0]);
	close(fd[1]);
	CHECK_HAS(said, "libgreen: task \"cruncher\" (2) has kept the loop for ");
	CHECK_HAS(said, " and still runs\n");
	return (0);
}

PLAIN_TEST(a_task_that_never_gives_way_is_told_of_while_it_runs)
{
	green_fn *fn = go_on_till_told;

	survives_plain(with_limit, &fn,
	    "libgreen: task \"cruncher\" (2) kept the loop for ");
}

static int
hop_about(void *unused)
{
	struct green_group g;
	int i, n, rc = 0;

	(void)unused;
	for (n = 0; n < 50 && rc == 0; n++) {
		green_group_open(&g);
		for (i = 0; i < 10 && rc == 0; i++)
			rc = green_spawn(&g, do_nothing, NULL);
		if (rc == 0)
			rc = green_sleep(GREEN_USEC);
		rc = green_group_close(&g, rc);
	}
	return (rc);
}

static int
all_is_quiet(void *unused)
{
	(void)unused;
	green_set_stall_limit(3600 * GREEN_SEC);
	CHECK_INT(IN_LOOP(hop_about, NULL, NULL), 0);
	green_set_stall_limit(0);
	return (IN_LOOP(crunch, NULL, NULL));
}

PLAIN_TEST(who_keeps_to_the_limit_is_not_told_of)
{
	survives_plain(all_is_quiet, NULL, NULL);
}

static int
limit_from_environment(void *unused)
{
	(void)unused;
	CHECK_INT(setenv("GREEN_STALL", "5", 1), 0);
	return (IN_LOOP(crunch, NULL, NULL));
}

PLAIN_TEST(the_environment_may_set_the_limit)
{
	survives_plain(limit_from_environment, NULL,
	    "libgreen: task \"main\" (1) kept the loop for ");
}

static int
call_beats_environment(void *unused)
{
	(void)unused;
	CHECK_INT(setenv("GREEN_STALL", "5", 1), 0);
	green_set_stall_limit(0);
	return (IN_LOOP(crunch, NULL, NULL));
}

PLAIN_TEST(the_call_beats_the_environment)
{
	survives_plain(call_beats_environment, NULL, NULL);
}

static int
bad_environment(void *text)
{
	CHECK_INT(setenv("GREEN_STALL", text, 1), 0);
	CHECK_ERRNO(IN_LOOP(do_nothing, NULL, NULL), EINVAL);
	errno = EINVAL;
	CHECK_HAS(green_errmsg(), "GREEN_STALL=");
	return (0);
}

PLAIN_TEST(a_limit_that_is_no_number_is_refused)
{
	static char bad[][24] = { "soon", "5s", "-5", "99999999999999999999" };
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		survives_plain(bad_environment, bad[i], NULL);
}

/* The limit is set in the loop, by a task that has stalled already. */
static int
set_late(void *unused)
{
	(void)crunch(unused);
	green_set_stall_limit(LIMIT);
	CHECK_INT(green_checkpoint(), 0);
	return (crunch(unused));
}

static int
limit_set_late(void *unused)
{
	(void)unused;
	return (IN_LOOP(set_late, NULL, NULL));
}

PLAIN_TEST(a_limit_holds_from_the_moment_it_is_set)
{
	survives_plain(limit_set_late, NULL, "(1) kept the loop for ");
}

/* 0 where there is no telling. */
static int
count_threads(void)
{
	DIR *dir = opendir("/proc/self/task");
	const struct dirent *d;
	int n = 0;

	if (dir == NULL)
		return (0);
	while ((d = readdir(dir)) != NULL)
		n += d->d_name[0] != '.';
	closedir(dir);
	return (n);
}

static int
see_watchdog(void *threads)
{
	/* It comes with the first turn. */
	CHECK(*(int *)threads == 0 || count_threads() > *(int *)threads);
	return (hop_about(NULL));
}

static int
threads_come_and_go(void *unused)
{
	int i, before = count_threads();

	(void)unused;
	green_set_stall_limit(3600 * GREEN_SEC);
	CHECK_INT(IN_LOOP(see_watchdog, &before, NULL), 0);
	/* A thread that has been joined may still be seen for a moment. */
	for (i = 0; i < 60000 && count_threads() != before; i++)
		(void)poll(NULL, 0, 1);
	CHECK_INT(count_threads(), before);
	return (0);
}

PLAIN_TEST(the_watchdog_leaves_with_its_loop)
{
	survives_plain(threads_come_and_go, NULL, NULL);
}

/* The order of a seed. */
struct order {
	char	 names[64];
	size_t	 n;
};
struct digit {
	struct order *order;
	char	 name;
};

static int
note(void *arg)
{
	struct digit *d = arg;
	int i, rc = 0;

	for (i = 0; i < 6 && rc == 0; i++) {
		d->order->names[d->order->n++] = d->name;
		rc = green_checkpoint();
	}
	return (rc);
}

static int
note_all(void *order)
{
	struct green_group g;
	struct digit d = { .order = order };
	int rc = 0;

	green_group_open(&g);
	for (d.name = '0'; d.name < '9' && rc == 0; d.name++)
		rc = green_spawn_copy(&g, note, &d, sizeof(d));
	return (green_group_close(&g, rc));
}

static int
same_order(void *unused)
{
	const struct green_options opt = { .seed = 42 };
	struct order with = { .n = 0 }, without = { .n = 0 };

	(void)unused;
	CHECK_INT(IN_LOOP(note_all, &without, &opt), 0);
	green_set_stall_limit(3600 * GREEN_SEC);
	CHECK_INT(IN_LOOP(note_all, &with, &opt), 0);
	CHECK_STR(with.names, without.names);
	return (0);
}

PLAIN_TEST(a_limit_does_not_change_the_order_of_a_seed)
{
	survives_plain(same_order, NULL, NULL);
}

CU_TestInfo stall_tests[] = {
	CLAIM(a_stall_is_told_with_the_name_of_the_task),
	CLAIM(a_stall_is_told_with_what_the_task_waited_for_then),
	CLAIM(a_stall_of_a_task_that_ends_last_is_told),
	CLAIM(a_task_that_never_gives_way_is_told_of_while_it_runs),
	CLAIM(who_keeps_to_the_limit_is_not_told_of),
	CLAIM(the_environment_may_set_the_limit),
	CLAIM(the_call_beats_the_environment),
	CLAIM(a_limit_that_is_no_number_is_refused),
	CLAIM(a_limit_holds_from_the_moment_it_is_set),
	CLAIM(the_watchdog_leaves_with_its_loop),
	CLAIM(a_limit_does_not_change_the_order_of_a_seed),
	CU_TEST_INFO_NULL
};
