/*
 * Dumps: what they say of tasks, and that a signal may ask for one at whatever
 * moment.  A dump goes to a pipe here, or to the standard error of a child.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <sys/wait.h>

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <green/channel.h>

#include "green/internal.h"

#include "check.h"
#include "harness.h"
#include "pair.h"
#include "tasks.h"

/* What green_dump() writes now, as far as it fits. */
static const char *
dumped(void)
{
	static char text[8192];
	ssize_t n = -1;
	FILE *fp = tmpfile();

	if (CHECK(fp != NULL)) {
		green_dump(fileno(fp));
		n = pread(fileno(fp), text, sizeof(text) - 1, 0);
		fclose(fp);
	}
	text[n > 0 ? n : 0] = '\0';
	return (text);
}

static int
lock_and_pass(void *lock)
{
	if (green_lock_acquire(lock) == -1)
		return (-1);
	return (green_lock_release(lock));
}

static int
read_from(void *fd)
{
	return (green__fd_wait_foreign(*(int *)fd, GREEN__READ));
}

GREEN_TEST(a_dump_tells_what_each_task_waits_for)
{
	struct green_event event = { 0 };
	struct green_lock lock = { 0 };
	struct green_group g;
	char line[64];
	int fd[2];

	REQUIRE(CHECK(pair_open_pipe(fd)));
	CHECK_INT(green_lock_acquire(&lock), 0);
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, wait_for_event, &event), 0);
	CHECK_INT(green_spawn(&g, lock_and_pass, &lock), 0);
	CHECK_INT(green_spawn(&g, read_from, &fd[0]), 0);
	CHECK_INT(green_checkpoint(), 0);
	CHECK_INT(green_spawn(&g, do_nothing, NULL), 0);
	dumped();
	CHECK_HAS(dumped(), "libgreen: 5 tasks (");
	CHECK_HAS(dumped(), "  main (1): runs, group ");
	CHECK_HAS(dumped(), "    wait_for_event (2): waits for event since ");
	CHECK_HAS(dumped(), "    lock_and_pass (3): waits for lock of main (1), "
	    "who took it at ");
	snprintf(line, sizeof(line), "    read_from (4): waits for fd %d "
	    "readable since ", fd[0]);
	CHECK_HAS(dumped(), line);
	CHECK_HAS(dumped(), "    do_nothing (5): ready");
	green_event_set(&event);
	CHECK_INT(green_lock_release(&lock), 0);
	CHECK_INT(write(fd[1], "x", 1), 1);
	CHECK_INT(green_group_close(&g, 0), 0);
	close(fd[0]);
	close(fd[1]);
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

MOCK_TEST(a_dump_is_the_tree_of_tasks)
{
	struct green_group outer, inner;

	green_group_open(&outer);
	CHECK_INT(green_spawn(&outer, host_a_sleeper, NULL), 0);
	green_group_open(&inner);
	CHECK_INT(green_spawn(&inner, do_nothing, NULL), 0);
	CHECK_INT(green_sleep(1), 0);
	CHECK_INT(green_spawn(&inner, sleep_forever, NULL), 0);
	CHECK_INT(green_spawn(&outer, do_nothing, NULL), 0);
	CHECK_HAS(dumped(), "\n  main (1): runs, group ");
	CHECK_HAS(dumped(), "\n    host_a_sleeper (2): waits for group ");
	CHECK_HAS(dumped(), "\n      sleep_forever (4): waits for sleep for ever");
	CHECK_HAS(dumped(), "\n    sleep_forever (5): ready");
	CHECK_HAS(dumped(), "\n    do_nothing (6): ready");
	green_group_cancel(&inner, NULL);
	CHECK_INT(green_group_close(&inner, 0), 0);
	green_group_cancel(&outer, NULL);
	CHECK_INT(green_group_close(&outer, 0), 0);
}

MOCK_TEST(a_dump_tells_since_when_and_until_when)
{
	int64_t long_time = 4 * GREEN_SEC;
	struct green_group g;

	green_group_open(&g);
	CHECK_INT(green_spawn(&g, sleep_for, &long_time), 0);
	CHECK_INT(green_sleep(1500 * GREEN_MSEC), 0);
	CHECK_HAS(dumped(), "waits for sleep since 1.500 s ago, "
	    "until in 2.500 s");
	CHECK_INT(green_group_close(&g, 0), 0);
}

GREEN_TEST(since_when_is_told_on_the_real_clock_too)
{
	struct green_event event = { 0 };
	struct green_group g;
	int64_t began = green_now(), since;

	/* The loop looks at the clock. */
	CHECK_INT(green_sleep(1), 0);
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, wait_for_event, &event), 0);
	CHECK_INT(green_sleep(5 * GREEN_MSEC), 0);
	since = TAILQ_FIRST(&GROUP(&g)->tasks)->waiter->since;
	CHECK(since <= green_now() - 5 * GREEN_MSEC);
	CHECK(since >= began);
	green_event_set(&event);
	CHECK_INT(green_group_close(&g, 0), 0);
}

MOCK_TEST(a_dump_tells_scopes_and_their_deadlines)
{
	struct green_scope shielded, limited, cancelled;

	green_scope_open_(&shielded, GREEN_SCOPE_PLAIN_, 0, "here.c:1");
	green_scope_set_shield(&shielded, true);
	green_scope_open_(&limited, GREEN_SCOPE_FAIL_AFTER_, 2 * GREEN_SEC,
	    "here.c:2");
	green_scope_open_(&cancelled, GREEN_SCOPE_PLAIN_, 0, NULL);
	green_scope_cancel(&cancelled, NULL);
	CHECK_HAS(dumped(), "main (1): runs, cancelled, scope here.c:1 "
	    "shielded, scope here.c:2 due in 2.000 s, scope ? cancelled");
	CHECK_INT(green_scope_close(&cancelled, 0), 0);
	CHECK_INT(green_scope_close(&limited, 0), 0);
	CHECK_INT(green_scope_close(&shielded, 0), 0);
}

GREEN_TEST(a_dump_tells_the_size_of_stacks)
{
	CHECK_HAS(dumped(), " of 128 KiB\n");
}

PLAIN_TEST(outside_of_a_loop_a_dump_says_so)
{
	CHECK_STR(dumped(), "libgreen: no loop in this thread\n");
}

GREEN_TEST(a_dump_leaves_errno_alone_whatever_the_descriptor)
{
	errno = 77;
	green_dump(-1);
	CHECK_INT(errno, 77);
	(void)dumped();
	errno = 78;
	green_dump(1000000);
	CHECK_INT(errno, 78);
}

/* Who empties a pipe, slowly at first, and counts lines. */
struct reader {
	int	 fd;
	size_t	 lines;
	bool	 broken;		/* a line that does not begin as lines do */
};

static void *
read_lines(void *arg)
{
	struct reader *r = arg;
	char buf[4096], last = '\n';
	ssize_t i, n;

	(void)poll(NULL, 0, 20);
	while ((n = read(r->fd, buf, sizeof(buf))) > 0)
		for (i = 0; i < n; i++) {
			if (last == '\n' && buf[i] != ' ' && buf[i] != 'l')
				r->broken = true;
			last = buf[i];
			r->lines += buf[i] == '\n';
		}
	return (NULL);
}

GREEN_TEST(a_long_dump_waits_for_a_pipe_that_does_not_block)
{
	size_t i, n = check_crowd(2000);
	struct green_event never = { 0 };
	struct reader r = { .lines = 0 };
	struct green_group g;
	pthread_t thread;
	int fd[2];

	green_group_open(&g);
	for (i = 0; i < n; i++)
		CHECK_INT(green_spawn(&g, wait_for_event, &never), 0);
	CHECK_INT(green_checkpoint(), 0);
	REQUIRE(CHECK_INT(pipe(fd), 0));
	CHECK_INT(fcntl(fd[1], F_SETFL, O_NONBLOCK), 0);
	r.fd = fd[0];
	CHECK_INT(pthread_create(&thread, NULL, read_lines, &r), 0);
	green_dump(fd[1]);
	close(fd[1]);
	CHECK_INT(pthread_join(thread, NULL), 0);
	close(fd[0]);
	CHECK_INT(r.lines, n + 2);
	CHECK(!r.broken);
	green_event_set(&never);
	CHECK_INT(green_group_close(&g, 0), 0);
}

/* Signals. */

PLAIN_TEST(a_signal_that_cannot_ask_for_a_dump_is_refused)
{
	CHECK_ERRNO(green_dump_on(-1), EINVAL);
	CHECK_ERRNO(green_dump_on(100000), EINVAL);
	CHECK_ERRNO(green_dump_on(SIGKILL), EINVAL);
	CHECK_ERRNO(green_dump_on(SIGSTOP), EINVAL);
	CHECK_ERRNO(green_dump_on(SIGSEGV), EINVAL);
	CHECK_ERRNO(green_dump_on(SIGABRT), EINVAL);
}

static int
ask_by_signal(void *unused)
{
	(void)unused;
	errno = 77;
	CHECK_INT(raise(SIGUSR2), 0);
	CHECK_INT(errno, 77);
	return (0);
}

static int
dump_on_usr2(void *unused)
{
	(void)unused;
	CHECK_INT(green_dump_on(SIGUSR2), 0);
	return (IN_LOOP(ask_by_signal, NULL, NULL));
}

PLAIN_TEST(a_signal_brings_a_dump_of_a_task_that_does_not_give_way)
{
	survives_plain(dump_on_usr2, NULL, "libgreen: 1 task (\n"
	    "  main (1): runs, stack ");
}

static int
ask_by_default(void *unused)
{
	(void)unused;
	CHECK_INT(green_dump_on(0), 0);
#ifdef SIGINFO
	return (raise(SIGINFO));
#else
	return (raise(SIGUSR1));
#endif
}

GREEN_TEST(there_is_a_default_signal)
{
	survives(ask_by_default, NULL, "  main (1): runs, ");
}

/* Has every loop been dumped that was to be? */
static bool
all_are_dumped(void)
{
	const struct loop *l;
	bool all = true;
	sigset_t before;

	green__loops_lock(&before);
	LIST_FOREACH(l, &green__loops, link)
		if (l->dump_due)
			all = false;
	green__loops_unlock(&before);
	return (all);
}

/* A loop that sleeps, asked by another thread until it has been caught. */
static atomic_bool asked_enough;

static void *
ask_process(void *unused)
{
	int i;

	for (i = 0; i < 5; i++) {
		(void)poll(NULL, 0, 5);
		kill(getpid(), SIGUSR2);
		while (!all_are_dumped())
			(void)poll(NULL, 0, 1);
	}
	asked_enough = true;
	return (unused);
}

static int
sleep_till_asked(void *unused)
{
	int rc = 0;

	(void)unused;
	while (!asked_enough && rc == 0)
		rc = green_sleep(20 * GREEN_MSEC);
	return (rc);
}

static int
ask_sleeping_loop(void *unused)
{
	pthread_t thread;
	int rc;

	(void)unused;
	CHECK_INT(green_dump_on(SIGUSR2), 0);
	CHECK_INT(pthread_create(&thread, NULL, ask_process, NULL), 0);
	rc = IN_LOOP(sleep_till_asked, NULL, NULL);
	CHECK_INT(pthread_join(thread, NULL), 0);
	return (rc);
}

PLAIN_TEST(a_signal_brings_a_dump_of_a_loop_that_sleeps)
{
	survives_plain(ask_sleeping_loop, NULL,
	    "main (1): waits for sleep since ");
}

/* Several loops: each task's name tells which. */
struct loops {
	atomic_int there;
	atomic_bool go_home;
	int	 wanted;
};

static int
be_there(void *arg)
{
	struct loops *l = arg;
	char name[32];

	snprintf(name, sizeof(name), "loop-%d", green_run_index());
	green_set_name(green_self(), name);
	atomic_fetch_add(&l->there, 1);
	while (!l->go_home)
		if (green_sleep(GREEN_MSEC) == -1)
			return (-1);
	return (0);
}

static void *
ask_when_all_are_there(void *arg)
{
	struct loops *l = arg;

	while (l->there < l->wanted)
		(void)poll(NULL, 0, 1);
	raise(SIGUSR2);			/* to this thread, which has no loop */
	while (!all_are_dumped())
		(void)poll(NULL, 0, 1);
	l->go_home = true;
	return (NULL);
}

static int
dump_three_loops(void *unused)
{
	const struct green_options opt = { .backend = combo.reactor };
	struct loops l = { .wanted = 3 };
	pthread_t thread;

	(void)unused;
	CHECK_INT(green_dump_on(SIGUSR2), 0);
	CHECK_INT(pthread_create(&thread, NULL, ask_when_all_are_there, &l),
	    0);
	CHECK_INT(green_run_parallel(3, be_there, &l, &opt), 0);
	return (pthread_join(thread, NULL));
}

PLAIN_TEST(a_signal_to_any_thread_brings_a_dump_of_every_loop)
{
	survives_plain(dump_three_loops, NULL,
	    "  loop-0 (1): \n  loop-1 (1): \n  loop-2 (1): ");
}

static int
ask_without_loop(void *unused)
{
	(void)unused;
	CHECK_INT(green_dump_on(SIGUSR2), 0);
	return (raise(SIGUSR2));
}

PLAIN_TEST(without_a_loop_the_signal_says_so)
{
	survives_plain(ask_without_loop, NULL,
	    "libgreen: no loop in this process");
}

/* In a child after a fork, the parent's loops are not there. */
static int
fork_and_ask(void *arg)
{
	struct loops *l = arg;
	int status = -1;
	pid_t pid;

	if (green_run_index() != 0)
		return (be_there(arg));
	while (l->there < l->wanted)
		if (green_sleep(GREEN_MSEC) == -1)
			return (-1);
	if ((pid = fork()) == 0) {
		raise(SIGUSR2);
		_exit(0);
	}
	while (pid != -1 && waitpid(pid, &status, 0) == -1)
		continue;
	l->go_home = true;
	return (status == 0 ? 0 : -2);
}

static int
dump_in_child(void *unused)
{
	const struct green_options opt = { .backend = combo.reactor };
	struct loops l = { .wanted = 1 };

	(void)unused;
	CHECK_INT(green_dump_on(SIGUSR2), 0);
	return (green_run_parallel(2, fork_and_ask, &l, &opt));
}

PLAIN_TEST(after_a_fork_the_child_has_no_loop_to_dump)
{
	survives_plain(dump_in_child, NULL,
	    "libgreen: no loop in this process");
}

/*
 * A storm of signals, each with a dump, while tasks come and go and do a bit of
 * everything.
 */

static atomic_int dumps;
static int nowhere;

static void
dump_to_nowhere(int sig)
{
	(void)sig;
	green_dump(nowhere);
	atomic_fetch_add(&dumps, 1);
}

struct storm {
	pthread_t target;
	int	 signals;
	atomic_bool over;
};

/* The next signal once the last one has been seen to. */
static void *
blow(void *arg)
{
	struct storm *s = arg;
	int i;

	for (i = 0; i < s->signals; i++) {
		pthread_kill(s->target, SIGUSR2);
		while (atomic_load(&dumps) <= i)
			sched_yield();
	}
	s->over = true;
	return (NULL);
}

struct traffic {
	struct green_lock lock;
	struct green_event event;
	struct green_sender *to;
	struct green_receiver *from;
};

static int
do_a_bit(void *arg)
{
	struct traffic *tr = arg;
	struct green_scope s;
	int item = 1, rc = 0;

	green_move_on_after(&s, 10 * GREEN_USEC);
	green_set_name(green_self(), "busy as a bee");
	if ((rc = green_lock_acquire(&tr->lock)) == 0) {
		rc = green_checkpoint();
		if (green_lock_release(&tr->lock) == -1)
			rc = -1;
	}
	if (rc == 0)
		rc = green_channel_send(tr->to, &item);
	if (rc == 0)
		rc = green_channel_receive(tr->from, &item) == -1 ? -1 : 0;
	return ((int)green_scope_close(&s, rc));
}

static int
start_and_do_a_bit(void *arg)
{
	green_set_name(green_self(), NULL);
	if (green_started(NULL) == -1)
		return (-1);
	return (do_a_bit(arg));
}

static int
one_round(struct traffic *tr)
{
	struct green_task *t;
	struct green_group g;
	int i, rc = 0;

	green_group_open(&g);
	for (i = 0; i < 5 && rc == 0; i++)
		rc = green_spawn(&g, do_a_bit, tr);
	t = rc == 0 ? green_spawn_task(&g, do_a_bit, tr) : NULL;
	if (rc == 0 && t != NULL)
		rc = green_start(&g, start_and_do_a_bit, tr, NULL);
	if (rc == 0 && t != NULL && (rc = green_task_wait(t)) == 0)
		green_task_release(t);
	return (green_group_close(&g, rc));
}

GREEN_TEST(a_storm_of_dumps_harms_nothing)
{
	struct sigaction sa = { .sa_handler = dump_to_nowhere }, before;
	struct storm s = {
		.target = pthread_self(),
		.signals = 1000 / (int)check_slowness()
	};
	struct traffic tr = { .to = NULL };
	pthread_t thread;
	int rc = 0;

	dumps = 0;
	sa.sa_flags = SA_RESTART | SA_ONSTACK;
	sigemptyset(&sa.sa_mask);
	REQUIRE(CHECK((nowhere = open("/dev/null", O_WRONLY)) != -1));
	CHECK_INT(green_channel_open(sizeof(int), 1, &tr.to, &tr.from), 0);
	CHECK_INT(sigaction(SIGUSR2, &sa, &before), 0);
	CHECK_INT(pthread_create(&thread, NULL, blow, &s), 0);
	while (!s.over && rc == 0)
		rc = one_round(&tr);
	CHECK_INT(rc, 0);
	CHECK_INT(pthread_join(thread, NULL), 0);
	CHECK_INT(sigaction(SIGUSR2, &before, NULL), 0);
	CHECK_INT(dumps, s.signals);
	green_sender_close(tr.to);
	green_receiver_close(tr.from);
	close(nowhere);
}

/* The same of loops that come and go, by the library's own handler. */
static void *
blow_on_all(void *arg)
{
	struct storm *s = arg;
	int i;

	for (i = 0; i < s->signals; i++) {
		kill(getpid(), SIGUSR2);
		sched_yield();
	}
	s->over = true;
	return (NULL);
}

static int
briefly(void *unused)
{
	struct green_group g;
	int rc;

	(void)unused;
	green_group_open(&g);
	rc = green_spawn(&g, do_nothing, NULL);
	return (green_group_close(&g, rc));
}

static int
loops_come_and_go(void *unused)
{
	const struct green_options opt = { .backend = combo.reactor };
	struct storm s = { .signals = 500 / (int)check_slowness() };
	pthread_t thread;
	int fd, rc = 0;

	(void)unused;
	if ((fd = open("/dev/null", O_WRONLY)) != -1)
		dup2(fd, STDERR_FILENO);
	CHECK_INT(green_dump_on(SIGUSR2), 0);
	CHECK_INT(pthread_create(&thread, NULL, blow_on_all, &s), 0);
	while (!s.over && rc == 0)
		rc = green_run_parallel(2, briefly, NULL, &opt);
	return (pthread_join(thread, NULL) == 0 ? rc : -1);
}

PLAIN_TEST(signals_find_loops_that_come_and_go)
{
	survives_plain(loops_come_and_go, NULL, NULL);
}

CU_TestInfo dump_tests[] = {
	CLAIM(a_dump_tells_what_each_task_waits_for),
	CLAIM(a_dump_is_the_tree_of_tasks),
	CLAIM(a_dump_tells_since_when_and_until_when),
	CLAIM(since_when_is_told_on_the_real_clock_too),
	CLAIM(a_dump_tells_scopes_and_their_deadlines),
	CLAIM(a_dump_tells_the_size_of_stacks),
	CLAIM(outside_of_a_loop_a_dump_says_so),
	CLAIM(a_dump_leaves_errno_alone_whatever_the_descriptor),
	CLAIM(a_long_dump_waits_for_a_pipe_that_does_not_block),
	CLAIM(a_signal_that_cannot_ask_for_a_dump_is_refused),
	CLAIM(a_signal_brings_a_dump_of_a_task_that_does_not_give_way),
	CLAIM(there_is_a_default_signal),
	CLAIM(a_signal_brings_a_dump_of_a_loop_that_sleeps),
	CLAIM(a_signal_to_any_thread_brings_a_dump_of_every_loop),
	CLAIM(without_a_loop_the_signal_says_so),
	CLAIM(after_a_fork_the_child_has_no_loop_to_dump),
	CLAIM(a_storm_of_dumps_harms_nothing),
	CLAIM(signals_find_loops_that_come_and_go),
	CU_TEST_INFO_NULL
};
