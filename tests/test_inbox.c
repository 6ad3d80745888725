/*
 * The inbox: what other threads post arrives, in each thread's order, whatever
 * the loop is doing.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <pthread.h>
#include <stdlib.h>

#include "green/internal.h"

#include "check.h"
#include "tasks.h"

#define THREADS	4
#define POSTS	5000

struct post {
	struct inbox_item item;		/* at the front */
	int	 thread;
	int	 number;
	struct tally *tally;
};

struct tally {
	struct loop *loop;
	int	 next[THREADS];		/* the number to come */
	int	 disorder;
	int	 left;
	struct green_event all;
};

static void
arrive(struct inbox_item *it)
{
	struct post *p = (struct post *)(void *)it;
	struct tally *t = p->tally;

	if (t->next[p->thread]++ != p->number)
		t->disorder++;
	if (--t->left == 0)
		green_event_set(&t->all);
	free(p);
}

struct poster {
	struct tally *tally;
	int	 thread;
	int	 posts;
};

static void *
post_many(void *arg)
{
	struct poster *pr = arg;
	struct post *p;
	int i;

	for (i = 0; i < pr->posts; i++) {
		/* Out of memory, the loop would wait for ever: time tells. */
		if ((p = malloc(sizeof(*p))) == NULL)
			abort();
		p->item.run = arrive;
		p->thread = pr->thread;
		p->number = i;
		p->tally = pr->tally;
		green__inbox_post(pr->tally->loop, &p->item);
	}
	return (NULL);
}

/* Posts from all threads at once, while the loop does what wait() does. */
static void
collect(int (*wait)(struct tally *))
{
	int posts = POSTS / (int)check_slowness();
	struct tally t = { .loop = green__loop, .left = THREADS * posts };
	struct poster pr[THREADS];
	pthread_t thread[THREADS];
	int i;

	t.loop->external++;
	for (i = 0; i < THREADS; i++) {
		pr[i] = (struct poster){ &t, i, posts };
		REQUIRE(CHECK_INT(pthread_create(&thread[i], NULL, post_many,
		    &pr[i]), 0));
	}
	CHECK_INT(wait(&t), 0);
	for (i = 0; i < THREADS; i++)
		CHECK_INT(pthread_join(thread[i], NULL), 0);
	t.loop->external--;
	CHECK_INT(t.left, 0);
	CHECK_INT(t.disorder, 0);
}

static int
sleep_till_all(struct tally *t)
{
	return (green_event_wait(&t->all));
}

static int
yield_till_all(struct tally *t)
{
	while (!green_event_is_set(&t->all))
		if (green_checkpoint() == -1)
			return (-1);
	return (0);
}

static int
doze_till_all(struct tally *t)
{
	while (!green_event_is_set(&t->all))
		if (green_sleep(GREEN_USEC) == -1)
			return (-1);
	return (0);
}

GREEN_TEST(posts_reach_a_loop_that_sleeps)
{
	collect(sleep_till_all);
}

GREEN_TEST(posts_reach_a_loop_that_is_always_busy)
{
	collect(yield_till_all);
}

GREEN_TEST(posts_reach_a_loop_that_sleeps_and_wakes)
{
	collect(doze_till_all);
}

MOCK_TEST(posts_reach_a_loop_on_the_mock_clock)
{
	collect(sleep_till_all);
}

/* One post for each time that the loop falls asleep. */
struct ping {
	struct inbox_item item;		/* at the front */
	struct loop *loop;
	struct green_event *came;
	pthread_mutex_t lock;
	pthread_cond_t asked;
	int	 requests;
	bool	 over;
};

static void
pong(struct inbox_item *it)
{
	green_event_set(((struct ping *)(void *)it)->came);
}

static void *
answer(void *arg)
{
	struct ping *p = arg;
	bool over = false;

	while (!over) {
		pthread_mutex_lock(&p->lock);
		while (p->requests == 0 && !p->over)
			pthread_cond_wait(&p->asked, &p->lock);
		over = p->requests == 0;
		if (!over)
			p->requests--;
		pthread_mutex_unlock(&p->lock);
		if (!over)
			green__inbox_post(p->loop, &p->item);
	}
	return (NULL);
}

static void
ask(struct ping *p, bool over)
{
	pthread_mutex_lock(&p->lock);
	if (over)
		p->over = true;
	else
		p->requests++;
	pthread_cond_signal(&p->asked);
	pthread_mutex_unlock(&p->lock);
}

GREEN_TEST(no_wake_up_is_lost)
{
	struct ping p = { .item = { .run = pong }, .loop = green__loop };
	struct green_event came;
	pthread_t thread;
	int i;

	pthread_mutex_init(&p.lock, NULL);
	pthread_cond_init(&p.asked, NULL);
	p.loop->external++;
	REQUIRE(CHECK_INT(pthread_create(&thread, NULL, answer, &p), 0));
	for (i = 0; i < 1000; i++) {
		came = (struct green_event){ { NULL } };
		p.came = &came;
		ask(&p, false);
		if (!CHECK_INT(green_event_wait(&came), 0))
			break;
	}
	ask(&p, true);
	CHECK_INT(pthread_join(thread, NULL), 0);
	p.loop->external--;
	pthread_cond_destroy(&p.asked);
	pthread_mutex_destroy(&p.lock);
}

GREEN_TEST(a_post_cuts_a_long_sleep_short)
{
	struct green_event came = { 0 };
	struct ping p = {
		.item = { .run = pong }, .loop = green__loop, .came = &came,
		.requests = 1, .over = true
	};
	struct green_scope s;
	pthread_t thread;

	pthread_mutex_init(&p.lock, NULL);
	pthread_cond_init(&p.asked, NULL);
	green_fail_after(&s, 3600 * GREEN_SEC);
	if (CHECK_INT(pthread_create(&thread, NULL, answer, &p), 0)) {
		CHECK_INT(green_event_wait(&came), 0);
		CHECK_INT(pthread_join(thread, NULL), 0);
	}
	CHECK_INT(green_scope_close(&s, 0), 0);
	pthread_cond_destroy(&p.asked);
	pthread_mutex_destroy(&p.lock);
}

/* From inside. */

struct chain {
	struct inbox_item item;		/* at the front */
	int	 left;
	struct green_event end;
};

static void
post_again(struct inbox_item *it)
{
	struct chain *c = (struct chain *)(void *)it;

	if (--c->left == 0)
		green_event_set(&c->end);
	else
		green__inbox_post(green__loop, it);
}

GREEN_TEST(an_item_posts_itself_again_and_others_still_run)
{
	struct chain c = { .item = { .run = post_again }, .left = 1000 };
	int64_t moment = GREEN_USEC;
	struct green_group g;

	green__loop->external++;
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, sleep_for, &moment), 0);
	green__inbox_post(green__loop, &c.item);
	CHECK_INT(green_event_wait(&c.end), 0);
	green__loop->external--;
	CHECK_INT(c.left, 0);
	CHECK_INT(green_group_close(&g, 0), 0);
}

CU_TestInfo inbox_tests[] = {
	CLAIM(posts_reach_a_loop_that_sleeps),
	CLAIM(posts_reach_a_loop_that_is_always_busy),
	CLAIM(posts_reach_a_loop_that_sleeps_and_wakes),
	CLAIM(posts_reach_a_loop_on_the_mock_clock),
	CLAIM(no_wake_up_is_lost),
	CLAIM(a_post_cuts_a_long_sleep_short),
	CLAIM(an_item_posts_itself_again_and_others_still_run),
	CU_TEST_INFO_NULL
};
