/*
 * Tokens: threads that come into a loop which is there, ends, or has ended, to
 * have something done, with or without waiting for it.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <sys/wait.h>

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <green/channel.h>
#include <green/local.h>
#include <green/thread.h>

#include "green/internal.h"

#include "check.h"
#include "gate.h"
#include "shortage.h"
#include "tasks.h"
#include "watched.h"

/* A thread's visit to a loop, and what came of it. */
struct visit {
	struct green_token *token;
	green_fn *fn;
	void	*arg;
	int	(*way)(struct green_token *, green_fn *, void *);
	int	 rc;
	int	 code;
	char	 text[128];
	atomic_bool over;
};

static int
pay(struct visit *v)
{
	v->rc = v->way(v->token, v->fn, v->arg);
	v->code = errno;
	snprintf(v->text, sizeof(v->text), "%s", green_errmsg());
	v->over = true;
	errno = v->code;
	return (v->rc);
}

static int
pay_as_worker(void *visit)
{
	return (pay(visit));
}

static void *
pay_as_thread(void *visit)
{
	(void)pay(visit);
	return (NULL);
}

#define RUN(token, fn, arg)						\
	{ (token), (fn), (arg), green_token_run, 0, 0, "", false }
#define CALL(token, fn, arg)						\
	{ (token), (fn), (arg), green_token_call, 0, 0, "", false }

static pthread_t loop_thread;

static int
stay_a_while(void *moment)
{
	CHECK(pthread_equal(pthread_self(), loop_thread));
	CHECK_STR(green_name(green_self()), "task-2");
	CHECK_INT(green_task_parent_id(green_self()), 0);
	CHECK_INT(green_sleep(*(int64_t *)moment), 0);
	errno = E2BIG;
	return (9);
}

GREEN_TEST(a_thread_runs_a_task_in_the_loop)
{
	int64_t moment = GREEN_USEC;
	struct visit v = RUN(green_token_get(), stay_a_while, &moment);

	loop_thread = pthread_self();
	CHECK_INT(green_to_thread(pay_as_worker, &v), 9);
	CHECK_INT(v.rc, 9);
	CHECK_INT(v.code, E2BIG);
	green_token_release(v.token);
}

static int
look_at_name(void *unused)
{
	(void)unused;
	CHECK_STR(green_name(green_self()), "look_at_name");
	return (0);
}

static int
run_by_name(void *token)
{
	return (green_token_run(token, look_at_name, NULL));
}

GREEN_TEST(its_task_has_its_functions_name)
{
	struct green_token *t = green_token_get();

	CHECK_INT(green_to_thread(run_by_name, t), 0);
	green_token_release(t);
}

static int
refuse_to_wait(void *unused)
{
	(void)unused;
	CHECK(pthread_equal(pthread_self(), loop_thread));
	CHECK_NULL(green_self(), EPERM);
	CHECK_ERRNO(green_checkpoint(), EDEADLK);
	errno = E2BIG;
	return (9);
}

GREEN_TEST(a_thread_calls_the_loop_itself_which_cannot_wait)
{
	struct visit v = CALL(green_token_get(), refuse_to_wait, NULL);

	loop_thread = pthread_self();
	CHECK_INT(green_to_thread(pay_as_worker, &v), 9);
	CHECK_INT(v.code, E2BIG);
	green_token_release(v.token);
}

GREEN_TEST(the_loops_own_thread_would_wait_for_itself)
{
	struct green_token *t = green_token_get();

	CHECK_ERRNO(green_token_run(t, do_nothing, NULL), EDEADLK);
	CHECK_ERRNO(green_token_call(t, do_nothing, NULL), EDEADLK);
	green_token_release(t);
}

static int
fail_with_a_text(void *unused)
{
	(void)unused;
	return (green_run(do_nothing, NULL, NULL));
}

GREEN_TEST(a_tasks_failure_is_the_threads_alone)
{
	struct green_token *t = green_token_get();
	struct visit run = RUN(t, fail_with_a_text, NULL);
	struct visit call = CALL(t, fail_with_a_text, NULL);

	CHECK_ERRNO(green_to_thread(pay_as_worker, &run), EBUSY);
	CHECK_HAS(run.text, "a loop is running");
	CHECK_ERRNO(green_to_thread(pay_as_worker, &call), EBUSY);
	CHECK_HAS(call.text, "a loop is running");
	CHECK_INT(green_checkpoint(), 0);
	green_token_release(t);
}

static struct green_key inherited;

static int
look_at_variable(void *unused)
{
	(void)unused;
	CHECK(green_local_get(inherited) == NULL);
	return (0);
}

GREEN_TEST(a_thread_hands_nothing_down)
{
	struct visit v = RUN(green_token_get(), look_at_variable, NULL);

	if (inherited.id == 0)
		REQUIRE(CHECK_INT(green_key_create(&inherited, NULL,
		    GREEN_KEY_INHERIT), 0));
	CHECK_INT(green_local_set(inherited, &inherited), 0);
	CHECK_INT(green_to_thread(pay_as_worker, &v), 0);
	green_token_release(v.token);
}

MOCK_TEST(the_mock_clock_goes_on_for_a_threads_task)
{
	int64_t hour = 3600 * GREEN_SEC, began = green_now();
	struct visit v = RUN(green_token_get(), sleep_for, &hour);
	pthread_t thread;

	REQUIRE(CHECK_INT(pthread_create(&thread, NULL, pay_as_thread, &v), 0));
	while (!v.over)
		CHECK_INT(green_sleep(hour), 0);
	CHECK(green_now() - began >= hour);
	CHECK_INT(pthread_join(thread, NULL), 0);
	CHECK_INT(v.rc, 0);
	green_token_release(v.token);
}

/* One loop's task in another loop's thread. */
static int
visit_from_a_loop(void *visit)
{
	return (green_run(pay_as_worker, visit, NULL));
}

GREEN_TEST(another_loops_thread_may_come_in)
{
	struct visit v = RUN(green_token_get(), fail_with_a_text, NULL);

	CHECK_ERRNO(green_to_thread(visit_from_a_loop, &v), EBUSY);
	CHECK_HAS(v.text, "a loop is running");
	green_token_release(v.token);
}

/* Ends. */

static int
take_token(void *at)
{
	*(struct green_token **)at = green_token_get();
	return (0);
}

static void
note_call(void *n)
{
	++*(int *)n;
}

PLAIN_TEST(a_token_outlives_its_loop)
{
	struct green_token *t = NULL;
	int n = 0;

	CHECK_INT(IN_LOOP(take_token, &t, NULL), 0);
	REQUIRE(CHECK(t != NULL));
	CHECK_ERRNO(green_token_run(t, do_nothing, NULL), ESHUTDOWN);
	CHECK_ERRNO(green_token_call(t, do_nothing, NULL), ESHUTDOWN);
	CHECK_ERRNO(green_token_post(t, note_call, &n), ESHUTDOWN);
	CHECK_INT(n, 0);
	green_token_release(t);
}

static struct green_event entered;

/* Its clean-up takes time, and another thread tries to come in meanwhile. */
struct guest {
	struct visit task;
	struct visit late;
	struct visit call;
	pthread_t thread;
	bool	 cleaned_up;
	int	 n;
};

static int
enter_and_clean_up(void *arg)
{
	struct guest *g = arg;
	struct green_scope s;

	green_event_set(&entered);
	CHECK_ERRNO(green_sleep_forever(), ECANCELED);
	CHECK_HAS(green_errmsg(), "first task has ended");
	green_scope_open(&s);
	green_scope_set_shield(&s, true);
	CHECK_INT(green_to_thread(pay_as_worker, &g->call), 0);
	CHECK_ERRNO(green_to_thread(pay_as_worker, &g->late), ESHUTDOWN);
	CHECK_INT(green_scope_close(&s, 0), 0);
	g->cleaned_up = true;
	return (4);
}

static int
receive_guest(void *arg)
{
	struct guest *g = arg;
	struct green_token *t = green_token_get();

	*g = (struct guest){
		.task = RUN(t, enter_and_clean_up, g),
		.late = RUN(t, do_nothing, NULL),
		.call = CALL(t, count_up, &g->n)
	};
	memset(&entered, 0, sizeof(entered));
	REQUIRE_TASK(CHECK_INT(pthread_create(&g->thread, NULL, pay_as_thread,
	    &g->task), 0));
	CHECK_INT(green_event_wait(&entered), 0);
	return (6);
}

PLAIN_TEST(the_first_tasks_end_cancels_the_others_and_waits_for_them)
{
	struct guest g;

	CHECK_INT(IN_LOOP(receive_guest, &g, NULL), 6);
	CHECK(g.cleaned_up);
	CHECK_INT(pthread_join(g.thread, NULL), 0);
	CHECK_INT(g.task.rc, 4);
	CHECK_INT(g.late.code, ESHUTDOWN);
	CHECK_INT(g.n, 1);
	green_token_release(g.task.token);
}

/* Threads that keep on coming while the loop ends. */

static int
hop(void *unused)
{
	(void)unused;
	return (green_checkpoint());
}

static void *
visit_till_the_end(void *arg)
{
	struct visit *v = arg;
	int n = 0;

	while (pay(v) == 0)
		n++;
	v->rc = n;
	return (NULL);
}

struct crowd {
	struct visit visit[3];
	pthread_t thread[3];
};

static int
receive_crowd(void *arg)
{
	struct crowd *c = arg;
	int i;

	for (i = 0; i < 3; i++) {
		c->visit[i] = i == 2 ?
		    (struct visit)CALL(green_token_get(), do_nothing, NULL) :
		    (struct visit)RUN(green_token_get(), hop, NULL);
		REQUIRE_TASK(CHECK_INT(pthread_create(&c->thread[i], NULL,
		    visit_till_the_end, &c->visit[i]), 0));
	}
	for (i = 0; i < 20; i++)
		CHECK_INT(green_sleep(10 * GREEN_USEC), 0);
	return (0);
}

PLAIN_TEST(a_loop_ends_while_threads_come_in)
{
	struct crowd c;
	int i, round;

	for (round = 0; round < 10; round++) {
		CHECK_INT(IN_LOOP(receive_crowd, &c, NULL), 0);
		for (i = 0; i < 3; i++) {
			CHECK_INT(pthread_join(c.thread[i], NULL), 0);
			/* A task under way is cancelled, and fails so. */
			CHECK(c.visit[i].code == ESHUTDOWN ||
			    (i < 2 && c.visit[i].code == ECANCELED));
			green_token_release(c.visit[i].token);
		}
	}
}

/* Deadlocks. */

static struct green_token *held;

static void *
release_held(void *unused)
{
	(void)unused;
	green_token_release(held);
	return (NULL);
}

static int
wait_for_release(void *unused)
{
	struct green_token *t = green_token_get();
	struct green_event never = { 0 };
	pthread_t thread;

	(void)unused;
	held = green_token_get();
	CHECK(held == t);
	green_token_release(t);
	CHECK_INT(pthread_create(&thread, NULL, release_held, NULL), 0);
	CHECK_ERRNO(green_event_wait(&never), ECANCELED);
	CHECK_INT(pthread_join(thread, NULL), 0);
	return (0);
}

static int
run_into_deadlock(void *unused)
{
	(void)unused;
	CHECK_ERRNO(IN_LOOP(wait_for_release, NULL, NULL), EDEADLK);
	return (0);
}

PLAIN_TEST(nothing_is_a_deadlock_until_the_last_token_is_released)
{
	survives_plain(run_into_deadlock, NULL, "1 task (\n"
	    "main (1): waits for event");
}

/*
 * A thread that stops the loop by a signal, somewhere on its way to sleep, and
 * posts and lets go of the last token meanwhile.
 */
static struct caller {
	_Atomic(struct green_token *) handed;
	atomic_bool stopped, go_on, over;
	pthread_t loop;
	struct green_event event;
} caller;

static void
stand_still(int sig)
{
	(void)sig;
	caller.stopped = true;
	while (!caller.go_on)
		sched_yield();
	caller.go_on = false;
}

static void
set_callers_event(void *unused)
{
	(void)unused;
	green_event_set(&caller.event);
}

static void *
post_and_release(void *unused)
{
	struct green_token *t;

	while (!caller.over) {
		if (caller.handed == NULL) {
			sched_yield();
			continue;
		}
		pthread_kill(caller.loop, SIGUSR1);
		while (!caller.stopped)
			sched_yield();
		caller.stopped = false;
		t = atomic_exchange(&caller.handed, NULL);
		(void)!green_token_post(t, set_callers_event, NULL);
		green_token_release(t);
		caller.go_on = true;
		while (caller.go_on)
			sched_yield();
	}
	return (unused);
}

GREEN_TEST(what_was_posted_before_the_last_release_is_no_deadlock)
{
	struct sigaction sa = { .sa_handler = stand_still }, before;
	int i, n = check_storm(20000 / (int)check_slowness());
	volatile int pause;
	pthread_t thread;

	caller.over = false;
	caller.loop = pthread_self();
	sa.sa_flags = SA_RESTART | SA_ONSTACK;
	sigemptyset(&sa.sa_mask);
	CHECK_INT(sigaction(SIGUSR1, &sa, &before), 0);
	REQUIRE(CHECK_INT(pthread_create(&thread, NULL, post_and_release,
	    NULL), 0));
	for (i = 0; i < n; i++) {
		caller.event = (struct green_event){ 0 };
		caller.handed = green_token_get();
		/* The signal takes its time. */
		for (pause = i % 4000; pause > 0; pause--)
			;
		if (!CHECK_INT(green_event_wait(&caller.event), 0))
			break;
	}
	caller.over = true;
	CHECK_INT(pthread_join(thread, NULL), 0);
	CHECK_INT(sigaction(SIGUSR1, &before, NULL), 0);
}

static int
leave_guest(void *arg)
{
	struct guest *g = arg;
	struct green_event never = { 0 };

	g->task = (struct visit)RUN(green_token_get(), wait_for_event, &never);
	CHECK_INT(pthread_create(&g->thread, NULL, pay_as_thread, &g->task), 0);
	while (green_event_waiting(&never) == 0)
		CHECK_INT(green_checkpoint(), 0);
	green_token_release(g->task.token);
	CHECK_ERRNO(green_event_wait(&never), ECANCELED);
	return (0);
}

static int
deadlock_with_guest(void *unused)
{
	struct guest g;

	(void)unused;
	CHECK_ERRNO(IN_LOOP(leave_guest, &g, NULL), EDEADLK);
	CHECK_INT(pthread_join(g.thread, NULL), 0);
	CHECK_INT(g.task.code, ECANCELED);
	return (0);
}

PLAIN_TEST(a_deadlock_cancels_the_tasks_of_threads_too)
{
	survives_plain(deadlock_with_guest, NULL, "2 tasks (\n"
	    "main (1): waits for event\ntask-2 (2): waits for event");
}

/* Posts. */

GREEN_TEST(a_post_is_called_soon_and_not_at_once)
{
	struct green_token *t = green_token_get();
	int n = 0;

	CHECK_INT(green_token_post(t, note_call, &n), 0);
	CHECK_INT(n, 0);
	while (n == 0)
		CHECK_INT(green_checkpoint(), 0);
	green_token_release(t);
}

/* Each in its thread's order. */
#define POSTERS	8
#define MANY	20000

struct poster {
	struct green_token *token;
	struct green_event *all;
	int	*left;
	long	 next;			/* the number to come */
	int	 disorder;
	int	 full;			/* how often there was no room */
	int	 failed;
	long	 posts;
	pthread_t thread;
};

struct numbered {
	struct poster *by;
	long	 number;
};

static void
arrive(void *arg)
{
	struct numbered *n = arg;

	if (n->number != n->by->next++)
		n->by->disorder++;
	if (--*n->by->left == 0)
		green_event_set(n->by->all);
	free(n);
}

static void *
post_many(void *arg)
{
	struct poster *p = arg;
	struct numbered *n;
	long i;

	for (i = 0; i < p->posts; i++) {
		if ((n = malloc(sizeof(*n))) == NULL)
			abort();
		n->by = p;
		n->number = i;
		while (green_token_post(p->token, arrive, n) == -1) {
			if (errno != EAGAIN)
				p->failed++;
			p->full++;
			sched_yield();
		}
	}
	return (NULL);
}

GREEN_TEST(posts_of_many_threads_all_come_in_their_order)
{
	struct green_token *t = green_token_get();
	long posts = MANY / (long)check_slowness();
	int i, left = POSTERS * (int)posts;
	struct green_event all = { 0 };
	struct poster p[POSTERS];

	for (i = 0; i < POSTERS; i++) {
		p[i] = (struct poster){
			.token = t, .all = &all, .left = &left, .posts = posts
		};
		REQUIRE(CHECK_INT(pthread_create(&p[i].thread, NULL, post_many,
		    &p[i]), 0));
	}
	CHECK_INT(green_event_wait(&all), 0);
	for (i = 0; i < POSTERS; i++) {
		CHECK_INT(pthread_join(p[i].thread, NULL), 0);
		CHECK_INT(p[i].next, posts);
		CHECK_INT(p[i].disorder, 0);
		CHECK_INT(p[i].failed, 0);
	}
	green_token_release(t);
}

GREEN_TEST(there_is_room_for_4096_posts)
{
	struct green_token *t = green_token_get();
	int i, n = 0, round;

	/* From a place that is not the first, and around the ring. */
	for (round = 0; round < 3; round++) {
		CHECK_INT(green_token_post(t, note_call, &n), 0);
		while (n == 0)
			CHECK_INT(green_checkpoint(), 0);
		n = 0;
		for (i = 0; i < 4096; i++)
			if (green_token_post(t, note_call, &n) == -1)
				break;
		CHECK_INT(i, 4096);
		CHECK_ERRNO(green_token_post(t, note_call, &n), EAGAIN);
		CHECK_ERRNO(green_token_post(t, note_call, &n), EAGAIN);
		while (n < 4096)
			CHECK_INT(green_checkpoint(), 0);
		CHECK_INT(green_checkpoint(), 0);
		CHECK_INT(n, 4096);
		n = 0;
	}
	green_token_release(t);
}

/* A post that posts itself again lets others run. */
struct chain {
	struct green_token *token;
	int	 left;
	struct green_event end;
};

static void
post_again(void *arg)
{
	struct chain *c = arg;

	if (--c->left == 0)
		green_event_set(&c->end);
	else if (green_token_post(c->token, post_again, c) == -1)
		c->left = -1;
}

GREEN_TEST(a_post_may_post_itself_again_and_others_still_run)
{
	struct chain c = { .token = green_token_get(), .left = 20000 };
	int64_t moment = GREEN_USEC;
	struct green_group g;

	green_group_open(&g);
	CHECK_INT(green_spawn(&g, sleep_for, &moment), 0);
	CHECK_INT(green_token_post(c.token, post_again, &c), 0);
	CHECK_INT(green_event_wait(&c.end), 0);
	CHECK_INT(c.left, 0);
	CHECK_INT(green_group_close(&g, 0), 0);
	green_token_release(c.token);
}

static struct green_sender *tx;

static void
send_number(void *number)
{
	CHECK_INT(green_channel_send_nowait(tx, number), 0);
}

GREEN_TEST(a_post_may_send_to_a_channel)
{
	struct green_token *t = green_token_get();
	struct green_receiver *rx;
	int n = 5, got = 0;

	REQUIRE(CHECK_INT(green_channel_open(sizeof(int), 1, &tx, &rx), 0));
	CHECK_INT(green_token_post(t, send_number, &n), 0);
	CHECK_INT(green_channel_receive(rx, &got), 1);
	CHECK_INT(got, 5);
	green_sender_close(tx);
	green_receiver_close(rx);
	green_token_release(t);
}

/* Signal handlers. */

static struct {
	struct green_token *token;
	volatile sig_atomic_t raised;
	int	 refused;
	int	 called;
} signals;

static void
count_signal(void *unused)
{
	(void)unused;
	signals.called++;
}

static void
post_from_handler(int signo)
{
	int error = errno;

	(void)signo;
	signals.raised++;
	if (green_token_post(signals.token, count_signal, NULL) == -1)
		signals.refused++;
	errno = error;
}

static void
with_handler(void (*body)(void))
{
	struct sigaction sa = { .sa_handler = post_from_handler }, before;

	sigemptyset(&sa.sa_mask);
	sa.sa_flags = SA_RESTART;
	memset(&signals, 0, sizeof(signals));
	signals.token = green_token_get();
	CHECK_INT(sigaction(SIGUSR1, &sa, &before), 0);
	body();
	CHECK_INT(sigaction(SIGUSR1, &before, NULL), 0);
	while (signals.called + signals.refused < signals.raised)
		CHECK_INT(green_checkpoint(), 0);
	CHECK_INT(signals.refused, 0);
	CHECK_INT(signals.called, signals.raised);
	green_token_release(signals.token);
}

static void
raise_some(void)
{
	int i;

	for (i = 0; i < 100; i++) {
		CHECK_INT(raise(SIGUSR1), 0);
		if (i % 10 == 0)
			CHECK_INT(green_checkpoint(), 0);
	}
}

GREEN_TEST(a_signal_handler_posts)
{
	with_handler(raise_some);
}

/* Another thread's signals come in the midst of posting and of sleeping. */
static atomic_bool enough;

static void *
pester(void *thread)
{
	while (!enough) {
		pthread_kill(*(pthread_t *)thread, SIGUSR1);
		sched_yield();
	}
	return (NULL);
}

static void
post_while_pestered(void)
{
	pthread_t self = pthread_self(), thread;
	int i, n = 0, want = 0;

	enough = false;
	REQUIRE(CHECK_INT(pthread_create(&thread, NULL, pester, &self), 0));
	for (i = 0; i < 2000; i++) {
		if (green_token_post(signals.token, note_call, &n) == 0)
			want++;
		if (i % 50 == 0)
			CHECK_INT(green_sleep(10 * GREEN_USEC), 0);
	}
	enough = true;
	CHECK_INT(pthread_join(thread, NULL), 0);
	while (n < want)
		CHECK_INT(green_checkpoint(), 0);
}

GREEN_TEST(signal_handlers_post_in_the_midst_of_posting)
{
	with_handler(post_while_pestered);
}

static int
interrupt_sleep(void *thread)
{
	/* Some time, the loop sleeps. */
	green_cancel_shielded_checkpoint();
	sched_yield();
	return (pthread_kill(*(pthread_t *)thread, SIGUSR1));
}

static void
wake_from_handler(void)
{
	pthread_t self = pthread_self();

	CHECK_INT(green_to_thread(interrupt_sleep, &self), 0);
	while (signals.called == 0)
		CHECK_INT(green_sleep(GREEN_MSEC), 0);
}

GREEN_TEST(a_signal_handlers_post_wakes_a_loop_that_sleeps)
{
	with_handler(wake_from_handler);
}

/* Posts and ends. */

struct last_words {
	struct green_token *token;
	int	 called;
	int	 order;
	int	 rc;
	int	 code;
	bool	 in_loop;
};

static void
post_too_late(void *arg)
{
	struct last_words *w = arg;

	w->called++;
	w->in_loop = green_backend() != NULL;
	w->rc = green_token_post(w->token, note_call, &w->called);
	w->code = errno;
}

static int
post_and_leave(void *arg)
{
	struct last_words *w = arg;

	w->token = green_token_get();
	CHECK_INT(green_token_post(w->token, post_too_late, w), 0);
	CHECK_INT(w->called, 0);
	return (8);
}

PLAIN_TEST(posts_that_the_end_overtakes_are_called_before_it)
{
	struct last_words w = { .rc = 0 };

	CHECK_INT(IN_LOOP(post_and_leave, &w, NULL), 8);
	CHECK_INT(w.called, 1);
	CHECK(w.in_loop);
	CHECK_INT(w.rc, -1);
	CHECK_INT(w.code, ESHUTDOWN);
	green_token_release(w.token);
}

static void *
post_till_the_end(void *arg)
{
	struct visit *v = arg;

	for (;;) {
		if (green_token_post(v->token, note_call, v->arg) == 0)
			v->rc++;
		else if (errno != EAGAIN)
			break;
		else
			sched_yield();
	}
	v->code = errno;
	return (NULL);
}

static int
be_posted_to(void *arg)
{
	struct crowd *c = arg;
	static int called[3];
	int i;

	for (i = 0; i < 3; i++) {
		called[i] = 0;
		c->visit[i] = (struct visit)RUN(green_token_get(), NULL,
		    &called[i]);
		REQUIRE_TASK(CHECK_INT(pthread_create(&c->thread[i], NULL,
		    post_till_the_end, &c->visit[i]), 0));
	}
	for (i = 0; i < 10; i++)
		CHECK_INT(green_sleep(10 * GREEN_USEC), 0);
	return (0);
}

PLAIN_TEST(every_post_that_was_taken_is_called_though_the_loop_ends)
{
	struct crowd c;
	int i, round;

	for (round = 0; round < 10; round++) {
		CHECK_INT(IN_LOOP(be_posted_to, &c, NULL), 0);
		for (i = 0; i < 3; i++) {
			CHECK_INT(pthread_join(c.thread[i], NULL), 0);
			CHECK_INT(c.visit[i].code, ESHUTDOWN);
			CHECK_INT(*(int *)c.visit[i].arg, c.visit[i].rc);
			green_token_release(c.visit[i].token);
		}
	}
}

PLAIN_TEST(without_a_loop_there_is_no_token)
{
	CHECK_NULL(green_token_get(), EPERM);
	errno = EDOM;
	green_token_release(NULL);
	CHECK_INT(errno, EDOM);
}

/* Forks. */

static struct green_token *parents;

static int
call_gate_for(void *unused)
{
	(void)unused;
	CHECK_INT(green_to_thread(gate_pass, NULL), 5);
	return (0);
}

static int
use_parents_loop(void *unused)
{
	int n = 0;

	(void)unused;
	CHECK(green_backend() == NULL);
	CHECK_ERRNO(green_checkpoint(), EPERM);
	CHECK_ERRNO(green_sleep(1), EPERM);
	CHECK_ERRNO(green_to_thread(gate_pass, NULL), EPERM);
	CHECK_ERRNO(green_token_run(parents, do_nothing, NULL), EPERM);
	CHECK_ERRNO(green_token_call(parents, do_nothing, NULL), EPERM);
	CHECK_ERRNO(green_token_post(parents, note_call, &n), EPERM);
	green_token_release(parents);
	return (0);
}

/* From within a task, with calls collected and a worker under way. */
static int
fork_in_task(void *use)
{
	survives_plain(*(green_fn **)use, NULL, NULL);
	return (0);
}

static void
fork_with(green_fn *use)
{
	struct green_group g;

	parents = green_token_get();
	gate_shut();
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, call_gate_for, NULL), 0);
	gate_wait();
	CHECK_INT(green_spawn(&g, call_gate_for, NULL), 0);
	CHECK_INT(green_spawn(&g, fork_in_task, &use), 0);
	CHECK_INT(green_checkpoint(), 0);
	gate_open();
	CHECK_INT(green_group_close(&g, 0), 0);
	green_token_release(parents);
}

GREEN_TEST(in_a_forked_child_there_is_no_loop)
{
	if (!SANITIZED_THREADS)
		fork_with(use_parents_loop);
}

static int
use_own_loop(void *unused)
{
	struct visit v = { .token = NULL };

	(void)unused;
	CHECK_INT(IN_LOOP(take_token, &v.token, NULL), 0);
	green_token_release(v.token);
	gate_shut();
	gate_open();
	CHECK_INT(IN_LOOP(call_gate_for, NULL, NULL), 0);
	return (0);
}

GREEN_TEST(a_forked_child_may_run_a_loop_of_its_own)
{
	if (!SANITIZED_THREADS)
		fork_with(use_own_loop);
}

/* In the child, the task's stack leads back to where its loop was. */
static int
fork_and_return(void *unused)
{
	pid_t pid = fork();
	int status;

	(void)unused;
	if (pid == 0)
		return (0);
	CHECK(waitpid(pid, &status, 0) == pid);
	CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
	return (0);
}

PLAIN_TEST(a_task_that_returns_in_a_forked_child_is_a_bug)
{
	if (!SANITIZED)
		survives(fork_and_return, NULL, "main\" has returned in a "
		    "process that was forked");
}

/* No memory for the task's stack. */

static int
come_in_without_memory(void *unused)
{
	struct visit v = RUN(green_token_get(), do_nothing, NULL);
	struct green_group g;

	(void)unused;
	green_group_open(&g);
	CHECK_INT(green_to_thread(pay_as_worker, &v), 0);
	if (no_more_memory((size_t)3 << 30)) {
		while (green_spawn(&g, sleep_forever, NULL) == 0)
			continue;
		CHECK_ERRNO(green_to_thread(pay_as_worker, &v), ENOMEM);
	}
	green_group_cancel(&g, NULL);
	green_token_release(v.token);
	return (green_group_close(&g, 0));
}

static int
run_without_memory(void *unused)
{
	const struct green_options o = { .stack_size = (size_t)1 << 29 };

	(void)unused;
	return (IN_LOOP(come_in_without_memory, NULL, &o));
}

PLAIN_TEST(what_keeps_a_task_from_starting_the_thread_learns)
{
	if (LIMITABLE)
		survives_plain(run_without_memory, NULL, NULL);
}

CU_TestInfo token_tests[] = {
	CLAIM(a_thread_runs_a_task_in_the_loop),
	CLAIM(its_task_has_its_functions_name),
	CLAIM(a_thread_calls_the_loop_itself_which_cannot_wait),
	CLAIM(the_loops_own_thread_would_wait_for_itself),
	CLAIM(a_tasks_failure_is_the_threads_alone),
	CLAIM(a_thread_hands_nothing_down),
	CLAIM(the_mock_clock_goes_on_for_a_threads_task),
	CLAIM(another_loops_thread_may_come_in),
	CLAIM(a_token_outlives_its_loop),
	CLAIM(the_first_tasks_end_cancels_the_others_and_waits_for_them),
	CLAIM(a_loop_ends_while_threads_come_in),
	CLAIM(nothing_is_a_deadlock_until_the_last_token_is_released),
	CLAIM(what_was_posted_before_the_last_release_is_no_deadlock),
	CLAIM(a_deadlock_cancels_the_tasks_of_threads_too),
	CLAIM(a_post_is_called_soon_and_not_at_once),
	CLAIM(posts_of_many_threads_all_come_in_their_order),
	CLAIM(there_is_room_for_4096_posts),
	CLAIM(a_post_may_post_itself_again_and_others_still_run),
	CLAIM(a_post_may_send_to_a_channel),
	CLAIM(a_signal_handler_posts),
	CLAIM(signal_handlers_post_in_the_midst_of_posting),
	CLAIM(a_signal_handlers_post_wakes_a_loop_that_sleeps),
	CLAIM(posts_that_the_end_overtakes_are_called_before_it),
	CLAIM(every_post_that_was_taken_is_called_though_the_loop_ends),
	CLAIM(without_a_loop_there_is_no_token),
	CLAIM(in_a_forked_child_there_is_no_loop),
	CLAIM(a_forked_child_may_run_a_loop_of_its_own),
	CLAIM(a_task_that_returns_in_a_forked_child_is_a_bug),
	CLAIM(what_keeps_a_task_from_starting_the_thread_learns),
	CU_TEST_INFO_NULL
};
