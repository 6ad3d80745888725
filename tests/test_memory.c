/*
 * Memory: many tasks at once, and running out of it, with nothing lost.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <stdlib.h>

#include "check.h"
#include "shortage.h"
#include "tasks.h"
#include "watched.h"

struct crowd {
	struct green_event go;
	size_t	 here;
	size_t	 gone;
};

static int
wait_and_leave(void *arg)
{
	struct crowd *c = arg;
	int rc;

	c->here++;
	rc = green_event_wait(&c->go);
	c->gone++;
	return (rc);
}

static void
gather(struct crowd *c, struct green_group *g, size_t n)
{
	size_t i;

	green_group_open(g);
	for (i = 0; i < n; i++)
		if (green_spawn(g, wait_and_leave, c) == -1)
			break;
	CHECK_INT(i, n);
	CHECK_INT(green_sleep(1), 0);
	CHECK_INT(c->here, n);
	CHECK_INT(green_event_waiting(&c->go), n);
}

MOCK_TEST(a_hundred_thousand_tasks_wait_and_go_on)
{
	size_t n = check_crowd(100000);
	struct crowd c = { .here = 0 };
	struct green_group g;

	gather(&c, &g, n);
	green_event_set(&c.go);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(c.gone, n);
}

MOCK_TEST(a_hundred_thousand_tasks_are_cancelled)
{
	size_t n = check_crowd(100000);
	struct crowd c = { .here = 0 };
	struct green_group g;

	gather(&c, &g, n);
	green_group_cancel(&g, NULL);
	CHECK_INT(green_event_waiting(&c.go), 0);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(c.gone, n);
	CHECK(green_scope_caught(&g.scope));
}

MOCK_TEST(a_million_tasks_live_one_after_the_other)
{
	int i, rounds = 10000 / (int)check_slowness(), rc = 0, n = 0;
	struct green_group g;

	while (rc == 0 && rounds-- > 0) {
		green_group_open(&g);
		for (i = 0; i < 100 && rc == 0; i++)
			rc = green_spawn(&g, count_up, &n);
		rc = green_group_close(&g, rc);
	}
	CHECK_INT(rc, 0);
	CHECK_INT(n, 1000000 / check_slowness() / 100 * 100);
}

/* Running out. */

static size_t
spawn_till_enomem(struct green_group *g, struct crowd *c)
{
	size_t n = 0;

	while (green_spawn(g, wait_and_leave, c) == 0)
		n++;
	CHECK_ERRNO(-1, ENOMEM);
	return (n);
}

static int
run_out(void *unused)
{
	struct crowd c = { .here = 0 };
	struct green_group g;
	size_t n, more;

	(void)unused;
	/* The arenas of threads that have been count too, a GiB of them. */
	if (!no_more_memory((size_t)3 * 1024 * 1024 * 1024))
		return (0);
	green_group_open(&g);
	n = spawn_till_enomem(&g, &c);
	CHECK(n > 100);
	CHECK_ERRNO(green_spawn_copy(&g, wait_and_leave, "", 1), ENOMEM);

	/* Those that were started all run, and find nothing missing. */
	CHECK_INT(green_sleep(GREEN_MSEC), 0);
	CHECK_INT(c.here, n);
	CHECK_INT(green_event_waiting(&c.go), n);
	green_event_set(&c.go);
	CHECK_INT(green_group_close(&g, 5), 5);
	CHECK_INT(c.gone, n);

	/* Their stacks serve others. */
	c = (struct crowd){ .here = 0 };
	green_group_open(&g);
	more = spawn_till_enomem(&g, &c);
	CHECK(more >= n);
	green_group_cancel(&g, NULL);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(c.gone, more);
	return (0);
}

PLAIN_TEST(spawn_runs_out_of_memory_and_nothing_is_lost)
{
	if (LIMITABLE)
		survives(run_out, NULL, NULL);
	else
		CHECK(true);
}

static int
have_no_room(void *unused)
{
	(void)unused;
	if (!no_more_memory(1024))
		return (0);
	CHECK_ERRNO(IN_LOOP(do_nothing, NULL, NULL), ENOMEM);
	return (0);
}

PLAIN_TEST(a_loop_that_has_no_room_says_so)
{
	if (LIMITABLE)
		survives_plain(have_no_room, NULL, NULL);
	else
		CHECK(true);
}

CU_TestInfo memory_tests[] = {
	CLAIM(a_hundred_thousand_tasks_wait_and_go_on),
	CLAIM(a_hundred_thousand_tasks_are_cancelled),
	CLAIM(a_million_tasks_live_one_after_the_other),
	CLAIM(spawn_runs_out_of_memory_and_nothing_is_lost),
	CLAIM(a_loop_that_has_no_room_says_so),
	CU_TEST_INFO_NULL
};
