/*
 * What libgreen-testing tells of the programs that it runs: of good ones
 * nothing, of bad ones what is wrong.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <sys/wait.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <green/channel.h>
#include <green/net.h>
#include <green/testing.h>
#include <green/thread.h>

#include "check.h"
#include "harness.h"
#include "tasks.h"

static const struct green_options *
here(void)
{
	static struct green_options opt;

	opt = (struct green_options){
		.backend = combo.reactor,
		.mock_clock = true
	};
	return (&opt);
}

/*
 * green_test()
 */

static int
note_backend(void *arg)
{
	strcat(arg, green_backend());
	strcat(arg, " ");
	return (0);
}

PLAIN_TEST(a_test_runs_on_every_backend)
{
	const char *const *b;
	char all[64] = "", seen[64] = "";

	for (b = green_backends(); *b != NULL; b++) {
		strcat(all, *b);
		strcat(all, " ");
	}
	CHECK_INT(green_test(note_backend, seen, NULL), 0);
	CHECK_STR(seen, all);
}

PLAIN_TEST(a_test_runs_on_the_backend_that_is_named)
{
	struct green_options opt = { .backend = "poll" };
	char seen[64] = "";

	CHECK_INT(green_test(note_backend, seen, &opt), 0);
	CHECK_STR(seen, "poll ");
	seen[0] = '\0';
	setenv("GREEN_BACKEND", combo.reactor, 1);
	CHECK_INT(green_test(note_backend, seen, NULL), 0);
	unsetenv("GREEN_BACKEND");
	CHECK(strncmp(seen, combo.reactor, strlen(combo.reactor)) == 0);
	CHECK_INT(strlen(seen), strlen(combo.reactor) + 1);
}

/* The child's part: fn(NULL) fails its test, on this suite's backend. */
static int
fails(void *fn)
{
	struct green_options opt = { .backend = combo.reactor };

	if (green_test(*(green_fn **)fn, NULL, &opt) == 0)
		return (1);
	CHECK_INT(errno, EPROTO);
	return (0);
}

static int
leak_a_pipe(void *arg)
{
	int fd[2];

	(void)arg;
	return (pipe(fd));
}

PLAIN_TEST(a_leaked_descriptor_is_told)
{
	green_fn *fn = leak_a_pipe;

	survives_plain(fails, &fn, "green_test: on ");
	survives_plain(fails, &fn, "is left open (a pipe)");
}

static int
close_a_stranger(void *arg)
{
	(void)arg;
	return (close(STDIN_FILENO));
}

static int
fails_with_stdin(void *fn)
{
	int fd = open("/dev/null", O_RDONLY);

	if (fd == -1 || dup2(fd, STDIN_FILENO) == -1)
		return (1);
	return (fails(fn));
}

PLAIN_TEST(a_descriptor_closed_by_mistake_is_told)
{
	green_fn *fn = close_a_stranger;

	survives_plain(fails_with_stdin, &fn, "descriptor 0 has been closed");
}

static int
leave_a_child(void *arg)
{
	pid_t pid = fork();

	(void)arg;
	if (pid == 0)
		_exit(0);
	return (pid == -1 ? -1 : 0);
}

PLAIN_TEST(a_child_left_behind_is_told)
{
	green_fn *fn = leave_a_child;

#ifdef HAVE_WAITID
	survives_plain(fails, &fn, "child");
#else
	(void)fn;
#endif
}

static int
return_seven(void *arg)
{
	(void)arg;
	return (7);
}

PLAIN_TEST(a_result_that_is_not_0_is_told)
{
	green_fn *fn = return_seven;

	survives_plain(fails, &fn, "the test returns 7");
}

static int
fails_with_enoent(void *arg)
{
	struct green_options opt = { .backend = combo.reactor };
	int code = ENOENT;

	(void)arg;
	CHECK_ERRNO(green_test(fail_with, &code, &opt), ENOENT);
	return (0);
}

PLAIN_TEST(a_failure_is_told_with_its_errno)
{
	survives_plain(fails_with_enoent, NULL, strerror(ENOENT));
}

GREEN_TEST(inside_a_loop_tests_are_refused)
{
	CHECK_ERRNO(green_test(do_nothing, NULL, NULL), EBUSY);
	CHECK_ERRNO(green_test_cancel_everywhere(do_nothing, NULL, NULL),
	    EBUSY);
}

GREEN_CU_TEST(the_macro_makes_a_cunit_test)
{
	return (green_sleep(1));
}

/*
 * green_wait_all_blocked()
 */

MOCK_TEST(waiting_for_the_others_comes_before_time)
{
	struct green_group g;
	int64_t began = green_now(), hour = 3600 * GREEN_SEC;
	struct green_event e = { 0 };

	green_group_open(&g);
	CHECK_INT(green_spawn(&g, wait_for_event, &e), 0);
	CHECK_INT(green_spawn(&g, sleep_for, &hour), 0);
	CHECK_INT(green_event_waiting(&e), 0);
	CHECK_INT(green_wait_all_blocked(0), 0);
	CHECK_INT(green_event_waiting(&e), 1);
	CHECK_INT(green_wait_all_blocked(GREEN_MSEC), 0);
	CHECK_INT(green_now(), began);
	green_event_set(&e);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(green_now() - began, hour);
}

struct worker {
	int	 steps;
	int	 n;
};

static int
take_steps(void *arg)
{
	struct worker *w = arg;

	for (; w->n < w->steps; w->n++)
		if (green_checkpoint() == -1)
			return (-1);
	return (green_sleep_forever());
}

GREEN_TEST(who_is_ready_is_not_blocked)
{
	struct worker w = { .steps = 1000 };
	struct green_group g;

	green_group_open(&g);
	CHECK_INT(green_spawn(&g, take_steps, &w), 0);
	CHECK_INT(green_wait_all_blocked(0), 0);
	CHECK_INT(w.n, 1000);
	green_group_cancel(&g, NULL);
	CHECK_INT(green_group_close(&g, 0), 0);
}

#define NAP	(20 * GREEN_MSEC)

static int
nap(void *arg)
{
	int rc = green_sleep(NAP);

	++*(int *)arg;
	return (rc);
}

GREEN_TEST(who_wakes_within_the_cushion_was_not_blocked)
{
	struct green_group g;
	int64_t began = green_now();
	int n = 0;

	green_group_open(&g);
	CHECK_INT(green_spawn(&g, nap, &n), 0);
	CHECK_INT(green_wait_all_blocked(0), 0);
	CHECK(n == 0 || green_now() - began >= NAP);
	began = green_now();
	CHECK_INT(green_wait_all_blocked(100 * GREEN_MSEC), 0);
	CHECK_INT(n, 1);
	CHECK(green_now() - began >= 100 * GREEN_MSEC);
	CHECK_INT(green_group_close(&g, 0), 0);
}

struct waiting {
	int64_t	 cushion;
	char	*log;
	char	 name;
};

static int
wait_and_log(void *arg)
{
	struct waiting *w = arg;
	char name[2] = { w->name, '\0' };

	if (green_wait_all_blocked(w->cushion) == -1)
		return (-1);
	strcat(w->log, name);
	return (0);
}

MOCK_TEST(the_shortest_cushion_comes_first)
{
	char log[8] = "";
	struct waiting w[] = {
		{ 3 * GREEN_MSEC, log, 'd' },
		{ 0, log, 'a' },
		{ 2 * GREEN_MSEC, log, 'c' },
		{ -1, log, 'b' }
	};
	struct green_group g;
	int i;

	green_group_open(&g);
	for (i = 0; i < 4; i++)
		CHECK_INT(green_spawn(&g, wait_and_log, &w[i]), 0);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_STR(log, "abcd");
}

MOCK_TEST(a_passed_deadline_counts_as_ready)
{
	struct green_group g;
	int n = 0;

	green_group_open(&g);
	CHECK_INT(green_spawn(&g, nap, &n), 0);
	CHECK_INT(green_wait_all_blocked(0), 0);
	CHECK_INT(n, 0);
	CHECK_INT(green_mock_advance(20 * GREEN_MSEC), 0);
	CHECK_INT(green_wait_all_blocked(0), 0);
	CHECK_INT(n, 1);
	CHECK_INT(green_group_close(&g, 0), 0);
}

MOCK_TEST(waiting_for_the_others_can_be_cancelled)
{
	struct green_scope s;

	green_scope_open(&s);
	green_scope_cancel(&s, NULL);
	CHECK_ERRNO(green_wait_all_blocked(0), ECANCELED);
	CHECK_INT(green_scope_close(&s, 0), 0);

	green_move_on_after(&s, 5 * GREEN_MSEC);
	CHECK_INT(green_wait_all_blocked(0), 0);
	CHECK_INT(green_scope_close(&s, 0), 0);
}

GREEN_TEST(a_wait_for_the_others_ends_at_its_deadline)
{
	struct green_scope s;

	green_move_on_after(&s, 5 * GREEN_MSEC);
	CHECK_ERRNO(green_wait_all_blocked(3600 * GREEN_SEC), ECANCELED);
	CHECK_INT(green_scope_close(&s, -1), 0);
	CHECK_INT(green_wait_all_blocked(0), 0);
}

PLAIN_TEST(waiting_for_the_others_needs_a_loop)
{
	CHECK_ERRNO(green_wait_all_blocked(0), EPERM);
	CHECK_ERRNO(green_mock_advance(0), EPERM);
	CHECK_ERRNO(green_test_checkpoints(do_nothing, NULL), EPERM);
}

/*
 * green_mock_advance()
 */

static int
by_hand(void *arg)
{
	struct green_group g;
	struct green_scope s;
	int64_t began = green_now();
	int n = 0;

	(void)arg;
	CHECK_INT(green_mock_advance(0), 0);
	CHECK_INT(green_mock_advance(GREEN_SEC), 0);
	CHECK_INT(green_now() - began, GREEN_SEC);
	CHECK_ERRNO(green_mock_advance(-1), EINVAL);

	green_group_open(&g);
	CHECK_INT(green_spawn(&g, nap, &n), 0);
	CHECK_INT(green_wait_all_blocked(0), 0);
	CHECK_INT(green_mock_advance(20 * GREEN_MSEC - 1), 0);
	CHECK_INT(green_wait_all_blocked(0), 0);
	CHECK_INT(n, 0);
	CHECK_INT(green_mock_advance(1), 0);
	CHECK_INT(n, 0);
	CHECK_INT(green_checkpoint(), 0);
	CHECK_INT(n, 1);
	CHECK_INT(green_group_close(&g, 0), 0);

	/* The caller's own deadlines, too. */
	green_fail_after(&s, GREEN_SEC);
	CHECK_INT(green_mock_advance(GREEN_SEC), 0);
	CHECK_ERRNO(green_scope_close(&s, green_checkpoint()), ETIMEDOUT);
	CHECK_INT(green_mock_advance(GREEN_FOREVER), 0);
	CHECK_INT(green_now(), GREEN_FOREVER);
	return (0);
}

PLAIN_TEST(the_mock_clock_moves_by_hand)
{
	struct green_options opt = { .mock_clock = true, .mock_autojump = -1 };

	CHECK_INT(IN_LOOP(by_hand, NULL, &opt), 0);
}

GREEN_TEST(a_real_clock_does_not_move_by_hand)
{
	CHECK_ERRNO(green_mock_advance(1), EINVAL);
}

/*
 * green_test_checkpoints()
 */

static int
checkpoint(void *arg)
{
	(void)arg;
	return (green_checkpoint());
}

static int
look_only(void *arg)
{
	(void)arg;
	return (green_checkpoint_if_cancelled());
}

static int
give_way_only(void *arg)
{
	(void)arg;
	green_cancel_shielded_checkpoint();
	return (0);
}

static int
checkpoint_shielded(void *arg)
{
	struct green_scope s;
	int rc = 0;

	(void)arg;
	GREEN_SHIELD(&s, 3600 * GREEN_SEC)
		rc = green_checkpoint();
	return (rc);
}

static int
sleep_a_little(void *arg)
{
	(void)arg;
	return (green_sleep(1));
}

static int
take_and_give(void *arg)
{
	struct green_sem *s = arg;
	int i;

	for (i = 0; i < 1000; i++)
		if (green_sem_acquire(s) == -1 || green_sem_release(s) == -1)
			return (-1);
	return (0);
}

static int
spawn_one(void *arg)
{
	struct green_group g;

	(void)arg;
	green_group_open(&g);
	return (green_group_close(&g, green_spawn(&g, do_nothing, NULL)));
}

MOCK_TEST(full_checkpoints_are_told_from_half_ones)
{
	struct green_event set = { { 0 } };
	struct green_sem sem;

	green_event_set(&set);
	CHECK_INT(green_sem_init(&sem, 1, 1), 0);
	CHECK_INT(green_test_checkpoints(checkpoint, NULL), 1);
	CHECK_INT(green_test_checkpoints(sleep_a_little, NULL), 1);
	CHECK_INT(green_test_checkpoints(spawn_one, NULL), 1);
	CHECK_INT(green_test_checkpoints(do_nothing, NULL), 0);
	CHECK_INT(green_test_checkpoints(look_only, NULL), 0);
	CHECK_INT(green_test_checkpoints(give_way_only, NULL), 0);
	CHECK_INT(green_test_checkpoints(checkpoint_shielded, NULL), 0);
	CHECK_INT(green_test_checkpoints(wait_for_event, &set), 0);
	CHECK_INT(green_test_checkpoints(take_and_give, &sem), 0);
	CHECK_INT(green_checkpoint(), 0);
}

MOCK_TEST(a_budget_outlives_the_question)
{
	struct green_event set = { { 0 } };
	struct green_group g;
	int i, n = 0;

	green_event_set(&set);
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, count_up, &n), 0);
	CHECK_INT(green_test_checkpoints(wait_for_event, &set), 0);
	CHECK_INT(n, 0);
	for (i = 0; i < 100; i++)
		CHECK_INT(green_event_wait(&set), 0);
	CHECK_INT(n, 1);
	CHECK_INT(green_group_close(&g, 0), 0);
}

/*
 * green_test_cancel_everywhere()
 */

static int
three_checkpoints(void *arg)
{
	++*(int *)arg;
	if (green_checkpoint() == -1 || green_sleep(GREEN_SEC) == -1 ||
	    green_checkpoint_if_cancelled() == -1)
		return (-1);
	*(int *)arg += 100;
	return (0);
}

PLAIN_TEST(each_checkpoint_is_cancelled_once)
{
	int n = 0;

	CHECK_INT(green_test_cancel_everywhere(three_checkpoints, &n, here()),
	    3);
	/* Undisturbed, three times at a checkpoint, once in the sleep. */
	CHECK_INT(n, 105);
	CHECK_INT(green_test_cancel_everywhere(do_nothing, NULL, here()), 0);
}

struct parts {
	struct green_lock lock;
	struct green_sem sem;
	struct green_event event;
	struct green_cond cond;
	struct green_sender *tx;
	struct green_receiver *rx;
	int	 held, permits, sent, received;
};

static int
consume(void *arg)
{
	struct parts *p = arg;
	int item, rc;

	while ((rc = green_channel_receive(p->rx, &item)) == 1)
		p->received++;
	return (rc);
}

static int
produce(void *arg)
{
	struct parts *p = arg;
	int i, rc = 0;

	for (i = 0; rc == 0 && i < 3; i++)
		if ((rc = green_channel_send(p->tx, &i)) == 0)
			p->sent++;
	green_sender_close(p->tx);
	p->tx = NULL;
	return (rc);
}

static int
use_lock(void *arg)
{
	struct parts *p = arg;
	int rc;

	if (green_lock_acquire(&p->lock) == -1)
		return (-1);
	p->held++;
	rc = green_sleep(1);
	p->held--;
	CHECK_INT(green_lock_release(&p->lock), 0);
	if (rc == 0)
		green_event_set(&p->event);
	return (rc);
}

static int
use_permit(void *arg)
{
	struct parts *p = arg;
	int rc;

	if (green_sem_acquire(&p->sem) == -1)
		return (-1);
	p->permits++;
	rc = green_sleep(1);
	p->permits--;
	CHECK_INT(green_sem_release(&p->sem), 0);
	return (rc);
}

static int
use_thread(void *arg)
{
	return (green_to_thread(do_nothing, arg));
}

static int
use_event(void *arg)
{
	struct parts *p = arg;

	return (green_event_wait(&p->event));
}

static int
use_time(void *arg)
{
	struct green_scope s;

	(void)arg;
	green_move_on_after(&s, 5);
	return ((int)green_scope_close(&s, green_sleep_forever()));
}

static int
use_everything(void *arg)
{
	green_fn *const uses[] = { use_lock, use_lock, use_permit, use_permit,
	    use_event, use_time, use_thread, consume };
	struct parts *p = arg;
	struct green_group g;
	size_t i;
	int item, rc = 0;

	memset(p, 0, sizeof(*p));
	if (green_sem_init(&p->sem, 1, 1) == -1 ||
	    green_channel_open(sizeof(int), 1, &p->tx, &p->rx) == -1)
		return (-1);
	green_group_open(&g);
	for (i = 0; rc == 0 && i < sizeof(uses) / sizeof(uses[0]); i++)
		rc = green_spawn(&g, uses[i], p);
	if (rc == 0)
		rc = produce(p);
	rc = green_group_close(&g, rc);
	CHECK_INT(p->held, 0);
	CHECK_INT(p->permits, 0);
	CHECK_INT(green_sem_value(&p->sem), 1);
	CHECK(!green_lock_locked(&p->lock));
	while (green_channel_receive_nowait(p->rx, &item) == 1)
		p->received++;
	CHECK_INT(p->received, p->sent);
	green_sender_close(p->tx);
	green_receiver_close(p->rx);
	return (rc);
}

PLAIN_TEST(a_program_of_everything_survives_cancellation_everywhere)
{
	struct green_options opt = *here();
	struct parts p;
	int n;

	n = green_test_cancel_everywhere(use_everything, &p, &opt);
	CHECK(n > 15);
	for (opt.seed = 1; opt.seed <= 5; opt.seed++)
		CHECK(green_test_cancel_everywhere(use_everything, &p, &opt) >
		    15);
}

static int
talk(void *arg)
{
	struct green_listener *l = arg;
	struct green_stream *st;
	char buf[4];
	int rc;

	if ((st = green_accept(l)) == NULL)
		return (-1);
	rc = green_stream_receive_exactly(st, buf, sizeof(buf)) == -1 ? -1 :
	    green_stream_send(st, buf, sizeof(buf));
	(void)!green_stream_close(st);
	return (rc);
}

static int
use_sockets(void *arg)
{
	struct green_listener *l;
	struct green_stream *st;
	struct green_group g;
	char buf[4], service[16];
	int port, rc;

	(void)arg;
	if ((l = green_listen_tcp("127.0.0.1", "0", NULL)) == NULL)
		return (-1);
	green_group_open(&g);
	rc = green_listener_attr(l, GREEN_ATTR_LOCAL_PORT, &port, sizeof(port));
	if (rc == 0)
		rc = green_spawn(&g, talk, l);
	if (rc == 0) {
		snprintf(service, sizeof(service), "%d", port);
		st = green_connect_tcp("127.0.0.1", service, NULL);
		if (st == NULL)
			rc = -1;
		else {
			rc = green_stream_send(st, "ping", 4);
			if (rc == 0 && green_stream_receive_exactly(st, buf,
			    sizeof(buf)) == -1)
				rc = -1;
			(void)!green_stream_close(st);
		}
	}
	rc = green_group_close(&g, rc);
	green_listener_close(l);
	return (rc);
}

PLAIN_TEST(sockets_survive_cancellation_everywhere)
{
	struct green_options opt = { .backend = combo.reactor };

	CHECK(green_test_cancel_everywhere(use_sockets, NULL, &opt) >= 5);
}

/* The child's part: fn(NULL) does not stand being cancelled. */
static int
fails_somewhere(void *fn)
{
	CHECK_ERRNO(green_test_cancel_everywhere(*(green_fn **)fn, NULL,
	    here()), EPROTO);
	return (0);
}

static int
keep_the_pipe_when_cancelled(void *arg)
{
	int fd[2];

	(void)arg;
	if (pipe(fd) == -1)
		return (-1);
	if (green_checkpoint() == -1 || green_sleep(1) == -1)
		return (-1);
	close(fd[0]);
	close(fd[1]);
	return (0);
}

PLAIN_TEST(an_error_path_that_leaks_is_found)
{
	green_fn *fn = keep_the_pipe_when_cancelled;

	survives_plain(fails_somewhere, &fn,
	    "checkpoint 1 of 2, in task \"main\": descriptor\n"
	    "checkpoint 2 of 2, in task \"main\": descriptor\n"
	    "wait 1 of 1, in task \"main\": descriptor\n"
	    "is left open (a pipe)");
}

static struct green_lock lock;

static int
keep_the_lock_when_cancelled(void *arg)
{
	(void)arg;
	if (green_lock_acquire(&lock) == -1 || green_sleep(1) == -1)
		return (-1);
	return (green_lock_release(&lock));
}

static int
lock_in_a_task(void *arg)
{
	struct green_group g;

	memset(&lock, 0, sizeof(lock));
	green_group_open(&g);
	return (green_group_close(&g,
	    green_spawn(&g, keep_the_lock_when_cancelled, arg)));
}

PLAIN_TEST(a_lock_left_held_is_found)
{
	green_fn *fn = lock_in_a_task;

	survives_plain(fails_somewhere, &fn, "checkpoint 3 of 3, in task \""
	    "keep_the_lock_when_cancelled\": task \""
	    "keep_the_lock_when_cancelled\" has ended with a lock held");
}

static int
keep_the_token_when_cancelled(void *arg)
{
	struct green_limiter *l = green_file_limiter();

	(void)arg;
	if (green_limiter_acquire_for_nowait(l, l) == -1 ||
	    green_checkpoint() == -1)
		return (-1);
	return (green_limiter_release_for(l, l));
}

PLAIN_TEST(a_token_left_lent_is_found)
{
	green_fn *fn = keep_the_token_when_cancelled;

	survives_plain(fails_somewhere, &fn, "the loop's limiters have lent 1 "
	    "token that did not come back");
}

static int
wait_for_what_a_cancelled_task_owes(void *arg)
{
	struct green_event e = { { 0 } };
	struct green_scope s;
	int rc = 0;

	(void)arg;
	if (green_checkpoint() == 0)
		green_event_set(&e);
	GREEN_SHIELD(&s, GREEN_FOREVER)
		rc = green_event_wait(&e);
	return (rc);
}

PLAIN_TEST(a_deadlock_after_cancellation_is_found)
{
	green_fn *fn = wait_for_what_a_cancelled_task_owes;

	survives_plain(fails_somewhere, &fn, "checkpoint 1 of 2, in task "
	    "\"main\": every task waited, and nothing could wake one");
}

static int
fails_undisturbed(void *arg)
{
	int code = ENOENT;

	(void)arg;
	CHECK_ERRNO(green_test_cancel_everywhere(fail_with, &code, here()),
	    EPROTO);
	return (0);
}

PLAIN_TEST(a_program_that_fails_undisturbed_is_told)
{
	char text[128];

	snprintf(text, sizeof(text), "the undisturbed run: %s",
	    strerror(ENOENT));
	survives_plain(fails_undisturbed, NULL, text);
}

static int
hangs(void *fn)
{
	/* For the run that hangs; the others take no time. */
	setenv("GREEN_TEST_TIMEOUT", "3", 1);
	return (green_test_cancel_everywhere(*(green_fn **)fn, NULL, here()));
}

static int
ignore_cancellation(void *arg)
{
	int i;

	(void)arg;
	for (i = 0; i < 3; i++)
		while (green_checkpoint() == -1)
			continue;
	return (0);
}

PLAIN_TEST(a_task_that_ignores_its_cancellation_is_told)
{
	green_fn *fn = ignore_cancellation;

	dies_plain(hangs, &fn, "checkpoint 1 of 3: it does not come back");
}

static int
wait_for_nobody_when_cancelled(void *arg)
{
	struct green_scope s;
	int fd[2], rc;

	(void)arg;
	if ((rc = green_checkpoint()) == 0)
		return (0);
	if (pipe(fd) == -1)
		return (-1);
	GREEN_SHIELD(&s, GREEN_FOREVER)
		rc = green_wait_readable(fd[0]);
	return (rc);
}

PLAIN_TEST(a_wait_that_cancellation_does_not_end_is_told)
{
	green_fn *fn = wait_for_nobody_when_cancelled;

	dies_plain(hangs, &fn, "checkpoint 1 of 1: it does not come back\n"
	    "main (2): waits for fd\n"
	    "readable");
}

CU_TestInfo testing_tests[] = {
	CLAIM(a_test_runs_on_every_backend),
	CLAIM(a_test_runs_on_the_backend_that_is_named),
	CLAIM(a_leaked_descriptor_is_told),
	CLAIM(a_descriptor_closed_by_mistake_is_told),
	CLAIM(a_child_left_behind_is_told),
	CLAIM(a_result_that_is_not_0_is_told),
	CLAIM(a_failure_is_told_with_its_errno),
	CLAIM(inside_a_loop_tests_are_refused),
	CLAIM(the_macro_makes_a_cunit_test),
	CLAIM(waiting_for_the_others_comes_before_time),
	CLAIM(who_is_ready_is_not_blocked),
	CLAIM(who_wakes_within_the_cushion_was_not_blocked),
	CLAIM(the_shortest_cushion_comes_first),
	CLAIM(a_passed_deadline_counts_as_ready),
	CLAIM(waiting_for_the_others_can_be_cancelled),
	CLAIM(a_wait_for_the_others_ends_at_its_deadline),
	CLAIM(waiting_for_the_others_needs_a_loop),
	CLAIM(the_mock_clock_moves_by_hand),
	CLAIM(a_real_clock_does_not_move_by_hand),
	CLAIM(full_checkpoints_are_told_from_half_ones),
	CLAIM(a_budget_outlives_the_question),
	CLAIM(each_checkpoint_is_cancelled_once),
	CLAIM(a_program_of_everything_survives_cancellation_everywhere),
	CLAIM(sockets_survive_cancellation_everywhere),
	CLAIM(an_error_path_that_leaks_is_found),
	CLAIM(a_lock_left_held_is_found),
	CLAIM(a_token_left_lent_is_found),
	CLAIM(a_deadlock_after_cancellation_is_found),
	CLAIM(a_program_that_fails_undisturbed_is_told),
	CLAIM(a_task_that_ignores_its_cancellation_is_told),
	CLAIM(a_wait_that_cancellation_does_not_end_is_told),
	CU_TEST_INFO_NULL
};
