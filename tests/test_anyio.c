/*
 * What programs for AnyIO are made of, as it is written here: the programs of
 * doc/from-anyio.md, which shows their functions word for word, and what comes
 * of them.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <green.h>

#include "check.h"
#include "scratch.h"
#include "tasks.h"

/* A function that starts tasks, and leaves none behind. */

static bool background_done;

static int
background_work(void *arg)
{
	(void)arg;
	if (green_sleep(1 * GREEN_SEC) == -1)
		return (-1);
	background_done = true;
	return (0);
}

static int
contained(void)
{
	struct green_group tg;
	int rc;

	green_group_open(&tg);
	rc = green_spawn(&tg, background_work, NULL);
	rc = green_group_close(&tg, rc);
	/* background_work has ended here. */
	return (rc);
}

MOCK_TEST(what_a_function_starts_has_ended_when_it_returns)
{
	background_done = false;
	CHECK_INT(contained(), 0);
	CHECK(background_done);
}

/* Three results at once. */

static int
fetch_a(void *arg)
{
	(void)arg;
	return (green_sleep(2 * GREEN_SEC) == -1 ? -1 : 1);
}

static int
fetch_b(void *arg)
{
	(void)arg;
	return (green_sleep(3 * GREEN_SEC) == -1 ? -1 : 2);
}

static int
fetch_c(void *arg)
{
	(void)arg;
	return (green_sleep(1 * GREEN_SEC) == -1 ? -1 : 3);
}

static int
fetch_all(int results[3])
{
	const struct green_call calls[] = {
		{ fetch_a, NULL }, { fetch_b, NULL }, { fetch_c, NULL }
	};

	return (green_gather(calls, 3, results));
}

MOCK_TEST(gather_has_results_in_order)
{
	int64_t began = green_now();
	int results[3] = { 0 };

	CHECK_INT(fetch_all(results), 0);
	CHECK_INT(results[0], 1);
	CHECK_INT(results[1], 2);
	CHECK_INT(results[2], 3);
	CHECK_INT(green_now() - began, 3 * GREEN_SEC);
}

struct results {
	int	 a, b, c;
};

static int
run_a(void *arg)
{
	struct results *r = arg;

	return (r->a = fetch_a(NULL));
}

static int
run_b(void *arg)
{
	struct results *r = arg;

	return (r->b = fetch_b(NULL));
}

static int
run_c(void *arg)
{
	struct results *r = arg;

	return (r->c = fetch_c(NULL));
}

static int
fetch_by_name(struct results *r)
{
	struct green_group tg;
	int rc;

	green_group_open(&tg);
	if ((rc = green_spawn(&tg, run_a, r)) == 0 &&
	    (rc = green_spawn(&tg, run_b, r)) == 0)
		rc = green_spawn(&tg, run_c, r);
	return (green_group_close(&tg, rc));
}

MOCK_TEST(tasks_of_a_group_share_a_structure)
{
	struct results r = { 0, 0, 0 };

	CHECK_INT(fetch_by_name(&r), 0);
	CHECK_INT(r.a, 1);
	CHECK_INT(r.b, 2);
	CHECK_INT(r.c, 3);
}

/* wait_for() is a scope. */

static int
wait_for(green_fn *fn, void *arg, int64_t timeout)
{
	struct green_scope scope;

	green_fail_after(&scope, timeout);
	return (green_scope_close(&scope, fn(arg)));
}

MOCK_TEST(a_call_with_a_timeout_fails_at_it)
{
	CHECK_INT(wait_for(fetch_c, NULL, 2 * GREEN_SEC), 3);
	CHECK_ERRNO(wait_for(fetch_b, NULL, 2 * GREEN_SEC), ETIMEDOUT);
}

/* A queue, its workers, and its end. */

struct queue {
	struct green_sender *send;
	struct green_receiver *receive;
	int	 handled;
};

static int
queue_worker(void *arg)
{
	struct queue *q = arg;
	int job, rc;

	while ((rc = green_channel_receive(q->receive, &job)) == 1) {
		if (green_sleep(job * GREEN_MSEC) == -1)
			return (-1);
		q->handled++;
	}
	return (rc);
}

static int
queue_jobs(struct queue *q)
{
	struct green_group tg;
	int rc = 0;

	if (green_channel_open(sizeof(int), 10, &q->send, &q->receive) == -1)
		return (-1);
	green_group_open(&tg);
	for (int i = 0; i < 3 && rc == 0; i++)
		rc = green_spawn(&tg, queue_worker, q);
	for (int job = 0; job < 20 && rc == 0; job++)
		rc = green_channel_send(q->send, &job);
	green_sender_close(q->send);		/* the workers see the end */
	rc = green_group_close(&tg, rc);
	green_receiver_close(q->receive);
	return (rc);
}

MOCK_TEST(a_queue_is_a_channel_and_has_an_end)
{
	struct queue q = { NULL, NULL, 0 };

	CHECK_INT(queue_jobs(&q), 0);
	CHECK_INT(q.handled, 20);
}

/* Threads, both ways. */

struct sum {
	int	 a, b;
	int	 sum;
};

static int
add(void *arg)
{
	struct sum *s = arg;

	s->sum = s->a + s->b;
	return (0);
}

static int
add_in_thread(int a, int b)
{
	struct sum s = { a, b, 0 };

	return (green_to_thread(add, &s) == -1 ? -1 : s.sum);
}

GREEN_TEST(arguments_go_to_a_thread_in_a_structure)
{
	CHECK_INT(add_in_thread(40, 2), 42);
}

static int
async_function(void *arg)
{
	int *n = arg;

	if (green_sleep(1 * GREEN_MSEC) == -1)
		return (-1);
	return (*n + 1);
}

static int
sync_function(void *arg)
{
	return (green_from_thread_run(async_function, arg));
}

GREEN_TEST(a_thread_runs_a_task_in_its_loop)
{
	int n = 6;

	CHECK_INT(green_to_thread(sync_function, &n), 7);
}

/* A call that may be abandoned owns what it works on. */

static int
blocking_io(void *arg)
{
	const struct timespec moment = { 0, 10 * 1000 * 1000 };
	const int *seconds = arg;

	for (int i = 0; i < *seconds * 100; i++) {
		if (green_thread_check_cancelled() == -1)
			return (-1);
		nanosleep(&moment, NULL);
	}
	return (0);
}

static int
cancellable(int n, int64_t patience)
{
	struct green_scope scope;
	int *seconds, rc;

	if ((seconds = malloc(sizeof(*seconds))) == NULL)
		return (-1);
	*seconds = n;
	green_fail_after(&scope, patience);
	rc = green_to_thread_abandonable(NULL, blocking_io, seconds, free);
	rc = green_scope_close(&scope, rc);
	if (!green_thread_abandoned())
		free(seconds);
	return (rc);
}

GREEN_TEST(a_cancellable_call_is_left_to_itself)
{
	CHECK_INT(cancellable(0, GREEN_FOREVER), 0);
	CHECK_ERRNO(cancellable(3600, 50 * GREEN_MSEC), ETIMEDOUT);
}

/* A client library, and a program that uses it. */

struct client {
	struct green_stream *stream;
	const char *host;
	int64_t	 timeout;
};

static int
client_open(struct client *c, const char *host, const char *port,
    const struct green_connect_options *opt)
{
	c->host = host;
	c->timeout = 30 * GREEN_SEC;
	c->stream = green_connect_tcp(host, port, opt);
	return (c->stream == NULL ? -1 : 0);
}

static ssize_t
client_request(struct client *c, const char *path, void *answer, size_t max)
{
	struct green_scope scope;
	ssize_t n;

	green_fail_after(&scope, c->timeout);
	n = green_stream_printf(c->stream,
	    "GET %s HTTP/1.1\r\nHost: %s\r\n\r\n", path, c->host);
	if (n == 0)
		n = green_stream_receive(c->stream, answer, max);
	return (green_scope_close(&scope, n));
}

static void
client_close(struct client *c)
{
	green_stream_close(c->stream);
}

static int
answer(struct green_stream *s, void *arg)
{
	char *line;
	int rc;

	(void)arg;
	do
		rc = green_stream_receive_line(s, 1000, &line);
	while (rc == 1 && *line != '\0');
	return (rc != 1 ? rc : green_stream_printf(s, "HTTP/1.1 204 -\r\n\r\n"));
}

struct answers {
	struct green_listener *l;
	struct green_group *g;
};

static int
serve_answers(void *arg)
{
	struct answers *a = arg;

	return (green_serve(a->l, a->g, answer, NULL));
}

GREEN_TEST(a_client_asks_a_server)
{
	struct green_group g;
	struct answers a = { green_listen_tcp("127.0.0.1", "0", NULL), &g };
	struct client c;
	char port[8], buf[100] = "";
	int n;

	REQUIRE(CHECK(a.l != NULL));
	CHECK_INT(green_listener_attr(a.l, GREEN_ATTR_LOCAL_PORT, &n,
	    sizeof(n)), 0);
	snprintf(port, sizeof(port), "%d", n);
	green_group_open(&g);
	CHECK_INT(green_spawn_daemon(&g, serve_answers, &a), 0);
	if (CHECK_INT(client_open(&c, "127.0.0.1", port, NULL), 0)) {
		CHECK(client_request(&c, "/", buf, sizeof(buf) - 1) > 0);
		CHECK_HAS(buf, "HTTP/1.1 204");
		client_close(&c);
	}
	CHECK_INT(green_group_close(&g, 0), 0);
	green_listener_close(a.l);
}

/* Scopes in scopes. */

static int
fast_operation(void)
{
	return (green_sleep(1 * GREEN_SEC));
}

static int
optional_enrichment(int *value)
{
	if (green_sleep(60 * GREEN_SEC) == -1)
		return (-1);
	*value = 1000;
	return (0);
}

static int
complex_cancellation(int *value)
{
	struct green_scope outer, inner, optional;
	int rc;

	green_fail_after(&outer, 30 * GREEN_SEC);

	green_fail_after(&inner, 5 * GREEN_SEC);
	rc = green_scope_close(&inner, fast_operation());

	/* The inner scope is gone, but outer is still active. */
	if (rc == 0) {
		green_move_on_after(&optional, 10 * GREEN_SEC);
		rc = green_scope_close(&optional, optional_enrichment(value));
		if (green_scope_caught(&optional))
			*value = 1;		/* too slow: the default */
	}
	return (green_scope_close(&outer, rc));
}

MOCK_TEST(an_optional_part_ends_alone)
{
	int64_t began = green_now();
	int value = 0;

	CHECK_INT(complex_cancellation(&value), 0);
	CHECK_INT(value, 1);
	CHECK_INT(green_now() - began, 11 * GREEN_SEC);
}

MOCK_TEST(the_outer_scope_ends_it_all)
{
	struct green_scope s;
	int value = 0;

	green_fail_after(&s, 5 * GREEN_SEC);
	CHECK_ERRNO(green_scope_close(&s, complex_cancellation(&value)),
	    ETIMEDOUT);
	CHECK_INT(value, 0);
}

/* Clean-up that must be done. */

static bool saved, told;

static int
save_state_to_disk(void)
{
	if (green_sleep(1 * GREEN_SEC) == -1)
		return (-1);
	saved = true;
	return (0);
}

static int
notify_peers(void)
{
	if (green_sleep(1 * GREEN_SEC) == -1)
		return (-1);
	told = true;
	return (0);
}

static int
critical_cleanup(void)
{
	struct green_scope shield;
	int rc = -1;

	/* This runs even if a scope around it is cancelled. */
	GREEN_SHIELD(&shield, 30 * GREEN_SEC)
		if (save_state_to_disk() == 0 && notify_peers() == 0)
			rc = 0;
	return (rc);
}

static int
clean_up_when_cancelled(void *arg)
{
	CHECK_ERRNO(sleep_forever(arg), ECANCELED);
	CHECK_INT(critical_cleanup(), 0);
	errno = ECANCELED;
	return (-1);
}

MOCK_TEST(a_shield_lets_a_cancelled_task_clean_up)
{
	struct green_group g;

	saved = told = false;
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, clean_up_when_cancelled, NULL), 0);
	CHECK_INT(green_sleep(1), 0);
	green_group_cancel(&g, NULL);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK(saved);
	CHECK(told);
}

/* Files and directories. */

static int
process_file(const char *path, char *contents, size_t max)
{
	struct green_file *f;
	ssize_t n;

	if ((f = green_file_open(path, O_RDONLY, 0)) == NULL)
		return (-1);
	n = green_file_read(f, contents, max);
	green_file_close(f);
	return ((int)n);
}

static int
list_dir(const char *path)
{
	struct green_dirent e;
	struct green_dir *d;
	int n = 0, rc;

	if ((d = green_dir_open(path)) == NULL)
		return (-1);
	while ((rc = green_dir_next(d, &e)) == 1)
		n++;				/* its name is e.name */
	green_dir_close(d);
	return (rc == -1 ? -1 : n);
}

GREEN_TEST(a_file_is_read_and_a_directory_listed)
{
	char *dir = scratch_path("anyio"), *path = NULL, buf[100];

	REQUIRE(CHECK(dir != NULL));
	CHECK_INT(green_path_mkdir(dir, 0755, 0), 0);
	if (CHECK((path = green_path_join(dir, "file")) != NULL)) {
		CHECK_INT(green_path_write(path, "contents", 8, 0644), 0);
		CHECK_INT(process_file(path, buf, sizeof(buf)), 8);
		CHECK(memcmp(buf, "contents", 8) == 0);
		CHECK_INT(list_dir(dir), 1);
	}
	CHECK_INT(green_path_remove(dir, GREEN_PATH_RECURSIVE), 0);
	free(path);
	free(dir);
}

/* What only one backend has. */

static bool
with_backend_specific(void)
{
	const char *backend = green_backend();
	int fd;

	if (strcmp(backend, "epoll") == 0 || strcmp(backend, "kqueue") == 0) {
		fd = green_backend_fd();	/* for epoll_ctl(), kevent() */
		return (fd >= 0);
	}
	return (false);
}

GREEN_TEST(a_program_may_ask_what_it_runs_on)
{
	CHECK(with_backend_specific() == (strcmp(green_backend(), "poll") != 0));
}

CU_TestInfo anyio_tests[] = {
	CLAIM(what_a_function_starts_has_ended_when_it_returns),
	CLAIM(gather_has_results_in_order),
	CLAIM(tasks_of_a_group_share_a_structure),
	CLAIM(a_call_with_a_timeout_fails_at_it),
	CLAIM(a_queue_is_a_channel_and_has_an_end),
	CLAIM(arguments_go_to_a_thread_in_a_structure),
	CLAIM(a_thread_runs_a_task_in_its_loop),
	CLAIM(a_cancellable_call_is_left_to_itself),
	CLAIM(a_client_asks_a_server),
	CLAIM(an_optional_part_ends_alone),
	CLAIM(the_outer_scope_ends_it_all),
	CLAIM(a_shield_lets_a_cancelled_task_clean_up),
	CLAIM(a_file_is_read_and_a_directory_listed),
	CLAIM(a_program_may_ask_what_it_runs_on),
	CU_TEST_INFO_NULL
};
