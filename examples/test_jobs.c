/*
 * The tests of jobs.c, with CUnit and libgreen-testing: each of them on every
 * backend, and all that it does cancelled at each of its checkpoints.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <CUnit/Basic.h>
#include <green/testing.h>

#include "jobs.h"

/* A server with its queue, and a test that talks to it. */
struct world {
	struct jobs q;
	struct green_listener *l;
	char	 port[16];
};

static int
server(void *arg)
{
	struct world *w = arg;
	struct green_group g;

	green_group_open(&g);
	return (green_group_close(&g,
	    green_serve(w->l, &g, jobs_serve, &w->q)));
}

static int
in_world(int (*test)(struct world *w))
{
	struct green_group g;
	struct world w;
	int port, rc;

	if (jobs_init(&w.q) == -1 ||
	    (w.l = green_listen_tcp("127.0.0.1", "0", NULL)) == NULL)
		return (-1);
	green_group_open(&g);
	rc = green_listener_attr(w.l, GREEN_ATTR_LOCAL_PORT, &port,
	    sizeof(port));
	if (rc == 0) {
		snprintf(w.port, sizeof(w.port), "%d", port);
		rc = green_spawn_daemon(&g, server, &w);
	}
	if (rc == 0)
		rc = test(&w);
	rc = green_group_close(&g, rc);
	green_listener_close(w.l);
	jobs_free(&w.q);
	return (rc);
}

static struct green_stream *
client(struct world *w)
{
	return (green_connect_tcp("127.0.0.1", w->port, NULL));
}

/* What comes next on the stream is this line. */
static int
expect(struct green_stream *st, const char *wanted)
{
	char *line;
	int rc = green_stream_receive_line(st, 4096, &line);

	if (rc == -1)
		return (-1);
	CU_ASSERT(rc == 1 && strcmp(line, wanted) == 0);
	return (0);
}

static int
ask(struct green_stream *st, const char *question, const char *wanted)
{
	if (green_stream_printf(st, "%s\n", question) == -1)
		return (-1);
	return (expect(st, wanted));
}

static int
put_and_take(struct world *w)
{
	struct green_stream *st = client(w);
	int rc;

	if (st == NULL)
		return (-1);
	rc = ask(st, "put wash the dishes", "ok");
	if (rc == 0)
		rc = ask(st, "put dry them", "ok");
	if (rc == 0)
		rc = ask(st, "take 1", "job wash the dishes");
	if (rc == 0)
		rc = ask(st, "done", "ok");
	if (rc == 0)
		rc = ask(st, "break them", "what?");
	green_stream_close(st);
	CU_ASSERT(rc == -1 || w->q.n == 1);
	return (rc);
}

GREEN_CU_TEST(jobs_are_taken_in_the_order_in_which_they_were_put)
{
	return (in_world(put_and_take));
}

static int
take_two_and_put_one(struct world *w)
{
	struct green_stream *a = client(w), *b = client(w);
	int rc = a == NULL || b == NULL ? -1 : 0;

	if (rc == 0)
		rc = green_stream_printf(a, "take 10\n");
	if (rc == 0)
		rc = green_wait_all_blocked(GREEN_MSEC);
	if (rc == 0)
		rc = green_stream_printf(b, "take 5\n");
	if (rc == 0)
		rc = green_wait_all_blocked(GREEN_MSEC);
	CU_ASSERT(rc == -1 || green_sem_waiting(&w->q.there) == 2);
	/* Five seconds pass, in no time. */
	if (rc == 0)
		rc = expect(b, "none");
	if (rc == 0)
		rc = ask(b, "put wake up", "ok");
	if (rc == 0)
		rc = expect(a, "job wake up");
	green_stream_close(a);
	green_stream_close(b);
	return (rc);
}

static int
patience(void *arg)
{
	(void)arg;
	return (in_world(take_two_and_put_one));
}

static void
who_waits_gets_a_job_or_gives_up(void)
{
	struct green_options opt = { .mock_clock = true };

	CU_ASSERT(green_test(patience, NULL, &opt) == 0);
}

static int
take_and_leave(struct world *w)
{
	struct green_stream *a = client(w), *b = client(w);
	int rc = a == NULL || b == NULL ? -1 : 0;

	if (rc == 0)
		rc = ask(a, "put feed the cat", "ok");
	if (rc == 0)
		rc = ask(a, "take 1", "job feed the cat");
	CU_ASSERT(rc == -1 || w->q.n == 0);
	green_stream_close(a);
	if (rc == 0)
		rc = ask(b, "take 1", "job feed the cat");
	if (rc == 0)
		rc = ask(b, "done", "ok");
	green_stream_close(b);
	CU_ASSERT(rc == -1 || w->q.n == 0);
	return (rc);
}

GREEN_CU_TEST(a_job_that_was_not_done_comes_back)
{
	return (in_world(take_and_leave));
}

static int
all_at_once(void *arg)
{
	(void)arg;
	return (in_world(put_and_take) == 0 && in_world(take_and_leave) == 0 &&
	    in_world(take_two_and_put_one) == 0 ? 0 : -1);
}

static void
cancelled_anywhere_it_leaves_nothing_behind(void)
{
	struct green_options opt = { .mock_clock = true };

	CU_ASSERT(green_test_cancel_everywhere(all_at_once, NULL, &opt) > 0);
}

int
main(void)
{
	CU_TestInfo tests[] = {
		{ "jobs are taken in the order in which they were put",
		    jobs_are_taken_in_the_order_in_which_they_were_put },
		{ "who waits gets a job or gives up",
		    who_waits_gets_a_job_or_gives_up },
		{ "a job that was not done comes back",
		    a_job_that_was_not_done_comes_back },
		{ "cancelled anywhere it leaves nothing behind",
		    cancelled_anywhere_it_leaves_nothing_behind },
		CU_TEST_INFO_NULL
	};
	CU_SuiteInfo suites[] = {
		{ "jobs", NULL, NULL, NULL, NULL, tests },
		CU_SUITE_INFO_NULL
	};

	if (CU_initialize_registry() != CUE_SUCCESS ||
	    CU_register_suites(suites) != CUE_SUCCESS ||
	    CU_basic_run_tests() != CUE_SUCCESS)
		return (1);
	return (CU_get_number_of_failure_records() == 0 ? 0 : 1);
}
