/*
 * Crowds: so many calls and posts between threads that what can go wrong has
 * the time to.  $GREEN_STORM multiplies them: 100 makes a million calls and a
 * million posts a thread.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>

#include <green/thread.h>

#include "green/internal.h"

#include "check.h"

#define TASKS		1000
#define LOOPS		16
#define POSTERS		8

/* Calls. */

static int
add_one(void *n)
{
	atomic_fetch_add((atomic_long *)n, 1);
	return (0);
}

/* Each brings back what it has been given. */
struct echo {
	int	 sent;
	int	 came;
};

static int
echo(void *arg)
{
	struct echo *e = arg;

	e->came = e->sent;
	return (e->sent);
}

static int
call_many(void *made)
{
	struct echo e = { -1, -1 };
	int i, n = check_storm(10);

	for (i = 0; i < n; i++) {
		e.sent = i;
		if (green_to_thread(echo, &e) == i && e.came == i)
			(*(long *)made)++;
	}
	return (0);
}

GREEN_TEST(a_thousand_tasks_call_and_no_call_is_lost)
{
	struct green_group g;
	long made = 0;
	int i;

	green_group_open(&g);
	for (i = 0; i < TASKS; i++)
		CHECK_INT(green_spawn(&g, call_many, &made), 0);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(made, (long)TASKS * check_storm(10));
	CHECK_INT(green_limiter_borrowed(green_thread_limiter()), 0);
}

static int
call_in_turn(void *n)
{
	int i, calls = check_storm(10), failed = 0;

	for (i = 0; i < calls; i++)
		failed |= green_to_thread(add_one, n);
	return (failed);
}

static int
call_from_tasks(void *n)
{
	struct green_group g;
	int i;

	green_group_open(&g);
	for (i = 0; i < 50; i++)
		if (green_spawn(&g, call_in_turn, n) == -1)
			break;
	return (green_group_close(&g, 0));
}

PLAIN_TEST(loops_in_sixteen_threads_share_the_workers)
{
	atomic_long n = 0;

	CHECK_INT(green_run_parallel(LOOPS, call_from_tasks, &n, NULL), 0);
	CHECK_INT((long)n, (long)LOOPS * 50 * check_storm(10));
}

/* Posts. */

static struct tally {
	uintptr_t next[POSTERS];
	int	 disorder;
	long	 left;
	struct green_event all;
} tally;

struct poster {
	struct green_token *token;
	pthread_t thread;
	uintptr_t index;
	uintptr_t posts;
	int	 failed;
};

/* What a post brings is its poster, and how many it has posted before. */
static void
arrive(void *arg)
{
	uintptr_t what = (uintptr_t)arg;

	if (tally.next[what % POSTERS]++ != what / POSTERS)
		tally.disorder++;
	if (--tally.left == 0)
		green_event_set(&tally.all);
}

static void *
post_many(void *arg)
{
	struct poster *p = arg;
	uintptr_t i;

	for (i = 0; i < p->posts; i++)
		while (green_token_post(p->token, arrive,
		    (void *)(i * POSTERS + p->index)) == -1) {
			p->failed += errno != EAGAIN;
			sched_yield();
		}
	return (NULL);
}

GREEN_TEST(eight_threads_post_and_each_ones_order_is_kept)
{
	uintptr_t i, posts = (uintptr_t)check_storm(10000);
	struct green_token *token = green_token_get();
	struct poster p[POSTERS];

	REQUIRE(CHECK(token != NULL));
	tally = (struct tally){ .left = (long)(POSTERS * posts) };
	for (i = 0; i < POSTERS; i++) {
		p[i] = (struct poster){
			.token = token,
			.index = i,
			.posts = posts
		};
		REQUIRE(CHECK_INT(pthread_create(&p[i].thread, NULL, post_many,
		    &p[i]), 0));
	}
	CHECK_INT(green_event_wait(&tally.all), 0);
	for (i = 0; i < POSTERS; i++) {
		CHECK_INT(pthread_join(p[i].thread, NULL), 0);
		CHECK_INT(tally.next[i], posts);
		CHECK_INT(p[i].failed, 0);
	}
	CHECK_INT(tally.disorder, 0);
	green_token_release(token);
}

CU_TestInfo crowd_tests[] = {
	CLAIM(a_thousand_tasks_call_and_no_call_is_lost),
	CLAIM(loops_in_sixteen_threads_share_the_workers),
	CLAIM(eight_threads_post_and_each_ones_order_is_kept),
	CU_TEST_INFO_NULL
};
