/*
 * The reactors themselves: which one runs, how long it waits, what wakes it,
 * and which edges it tells of descriptors of its own.  They are looked at from
 * a task that calls the loop's reactor by hand.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "green/internal.h"
#include "check.h"
#include "pair.h"

#define BOTH	((unsigned)(GREEN__READ | GREEN__WRITE))

static void
look(int64_t timeout)
{
	green__loop->ops->wait(green__loop->reactor, timeout);
}

static void
wake(void)
{
	green__loop->ops->wake(green__loop->reactor);
}

/*
 * Which one runs.
 */
static int
nothing(void *arg)
{
	(void)arg;
	return (0);
}

static int
runs_on(void *arg)
{
	return (strcmp(green_backend(), arg) != 0);
}

/* green_run() with a backend and $GREEN_BACKEND, which is put back. */
static int
run_with(green_fn *fn, const char *backend, const char *env)
{
	struct green_options opt = { .backend = backend };
	const char *was = getenv("GREEN_BACKEND");
	char *saved = was == NULL ? NULL : strdup(was);
	int rc, error;

	if (env == NULL)
		unsetenv("GREEN_BACKEND");
	else
		setenv("GREEN_BACKEND", env, 1);
	rc = green_run(fn, (void *)(uintptr_t)(env != NULL && *env != '\0' ?
	    env : green_backends()[0]), &opt);
	error = errno;
	if (saved == NULL)
		unsetenv("GREEN_BACKEND");
	else
		setenv("GREEN_BACKEND", saved, 1);
	free(saved);
	errno = error;
	return (rc);
}

PLAIN_TEST(names_choose_the_reactor)
{
	const char *const *names = green_backends();
	size_t i;

	for (i = 0; names[i] != NULL; i++) {
		CHECK_INT(run_with(runs_on, NULL, names[i]), 0);
		CHECK_INT(run_with(nothing, names[i], "nonsense"), 0);
	}
	CHECK_INT(run_with(runs_on, NULL, NULL), 0);
	CHECK_INT(run_with(runs_on, NULL, ""), 0);
	CHECK(i > 0 && strcmp(names[i - 1], "poll") == 0);
}

PLAIN_TEST(unknown_names_are_refused_with_the_known_ones)
{
	CHECK_ERRNO(run_with(nothing, "io_uring", NULL), EINVAL);
	CHECK_HAS(green_errmsg(), "\"io_uring\"");
	CHECK_HAS(green_errmsg(), "poll");
	CHECK_ERRNO(run_with(nothing, NULL, "POLL"), EINVAL);
}

PLAIN_TEST(outside_of_a_loop_there_is_no_reactor)
{
	CHECK(green_backend() == NULL);
	CHECK_ERRNO(green_backend_fd(), EPERM);
}

GREEN_TEST(only_poll_has_no_descriptor)
{
	int fd = green_backend_fd();

	if (strcmp(green_backend(), "poll") == 0) {
		CHECK_INT(fd, -1);
		CHECK_INT(errno, ENOTSUP);
	} else {
		CHECK(fcntl(fd, F_GETFD) == FD_CLOEXEC);
	}
}

/* What it costs to open one is given back when there is too little. */
PLAIN_TEST(opening_fails_when_descriptors_run_out)
{
	const struct timespec moment = { 0, GREEN_MSEC };
	struct rlimit was, few;
	int fd, rc = -1, error = EMFILE;

	REQUIRE(CHECK_INT(IN_LOOP(nothing, NULL, NULL), 0));
	REQUIRE(CHECK(getrlimit(RLIMIT_NOFILE, &was) == 0));
	REQUIRE(CHECK((fd = open("/dev/null", O_RDONLY)) != -1));
	close(fd);
	few = was;
	for (; rc == -1 && error == EMFILE && fd < 256; fd++) {
		few.rlim_cur = (rlim_t)fd;
		REQUIRE(CHECK(setrlimit(RLIMIT_NOFILE, &few) == 0));
		rc = IN_LOOP(nothing, NULL, NULL);
		error = errno;
		REQUIRE(CHECK(setrlimit(RLIMIT_NOFILE, &was) == 0));
		/* libkqueue gives back what it had a moment later. */
		nanosleep(&moment, NULL);
	}
	CHECK_INT(rc, 0);
}

/*
 * How long it waits, and what wakes it.
 */
GREEN_TEST(a_wait_lasts_as_long_as_it_should)
{
	static const int64_t times[] = { 0, 1, 300 * GREEN_USEC, GREEN_MSEC,
	    2500 * GREEN_USEC, 20 * GREEN_MSEC };
	int64_t took;
	size_t i;

	for (i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		took = green__clock();
		look(times[i]);
		took = green__clock() - took;
		CHECK(took >= times[i]);
		/* In another unit, it would be an hour, or a day. */
		CHECK(took < times[i] + 60 * GREEN_SEC);
	}
}

GREEN_TEST(a_wake_before_the_wait_ends_it)
{
	int64_t took;

	wake();
	wake();
	look(GREEN_FOREVER);
	/* Both are used up. */
	took = green__clock();
	look(10 * GREEN_MSEC);
	CHECK(green__clock() - took >= 10 * GREEN_MSEC);
}

struct waker {
	struct loop *loop;
	atomic_uint asked, seen;
	unsigned rounds;
};

/* Ask, wake, and wait until the loop has noticed. */
static void *
waker_main(void *arg)
{
	struct waker *w = arg;
	unsigned i;

	for (i = 1; i <= w->rounds; i++) {
		atomic_store(&w->asked, i);
		w->loop->ops->wake(w->loop->reactor);
		if (i % 100 == 0)
			w->loop->ops->wake(w->loop->reactor);
		while (atomic_load(&w->seen) != i)
			sched_yield();
	}
	return (NULL);
}

GREEN_TEST(no_wake_from_another_thread_is_lost)
{
	struct waker w = { .loop = green__loop, .rounds = 5000 };
	pthread_t thread;
	unsigned seen = 0;

	REQUIRE(CHECK(pthread_create(&thread, NULL, waker_main, &w) == 0));
	while (seen < w.rounds) {
		look(GREEN_FOREVER);
		seen = atomic_load(&w.asked);
		atomic_store(&w.seen, seen);
	}
	pthread_join(thread, NULL);
}

static struct loop *signalled;

static void
wake_from_handler(int sig)
{
	(void)sig;
	signalled->ops->wake(signalled->reactor);
}

GREEN_TEST(a_signal_handler_may_wake)
{
	struct itimerval often = { { 0, 500 }, { 0, 500 } }, never = { 0 };
	struct sigaction sa = { .sa_handler = wake_from_handler }, was;
	struct itimerval before;
	int64_t start;
	int i;

	/* Restarted system calls do not hide a lost wake. */
	sa.sa_flags = SA_RESTART;
	signalled = green__loop;
	REQUIRE(CHECK(sigaction(SIGVTALRM, &sa, &was) == 0));
	for (i = 0; i < 100; i++) {
		raise(SIGVTALRM);
		look(GREEN_FOREVER);
	}
	/* Also amid the reactor's own work. */
	REQUIRE(CHECK(setitimer(ITIMER_VIRTUAL, &often, &before) == 0));
	start = green__clock();
	do
		look(0);
	while (green__clock() - start < 50 * GREEN_MSEC);
	REQUIRE(CHECK(setitimer(ITIMER_VIRTUAL, &never, NULL) == 0));
	/* One that is still to come is not to end the program. */
	signal(SIGVTALRM, SIG_IGN);
	sigaction(SIGVTALRM, &was, NULL);
	look(0);
}

/*
 * Edges.
 */

/* Is f ready in dirs, and no others of them, after a look? */
static bool
is_ready(struct green__fd *f, unsigned dirs)
{
	look(0);
	return ((f->ready & BOTH) == dirs);
}

/* poll has no edges, but for waiting tasks. */
static bool
has_edges(void)
{
	return (strcmp(green_backend(), "poll") != 0);
}

GREEN_TEST(an_edge_comes_once_for_what_arrives)
{
	struct green__fd f;
	int fd[2];

	if (!has_edges())
		return;
	REQUIRE(CHECK(pair_open(fd)));
	REQUIRE(CHECK(green__fd_open(&f, fd[0]) == 0));
	CHECK_INT(f.ready, BOTH);
	look(0);
	green__fd_drained(&f, GREEN__READ, true);
	CHECK(is_ready(&f, GREEN__WRITE));
	CHECK(write(fd[1], "a", 1) == 1);
	CHECK(is_ready(&f, BOTH));
	/* The byte stays unread: no edge. */
	green__fd_drained(&f, GREEN__READ, true);
	CHECK(is_ready(&f, GREEN__WRITE));
	CHECK(write(fd[1], "b", 1) == 1);
	CHECK(is_ready(&f, BOTH));
	CHECK((f.flags & GREEN__FD_HUNGUP) == 0);
	CHECK_INT(green__fd_close(&f), fd[0]);
	pair_close(fd);
}

GREEN_TEST(room_to_write_is_an_edge)
{
	static char buf[65536];
	struct green__fd f;
	int fd[2];

	if (!has_edges())
		return;
	REQUIRE(CHECK(pair_open(fd)));
	REQUIRE(CHECK(green__fd_open(&f, fd[0]) == 0));
	look(0);
	while (write(fd[0], buf, sizeof(buf)) > 0)
		continue;
	green__fd_drained(&f, BOTH, true);
	CHECK(is_ready(&f, 0));
	while (read(fd[1], buf, sizeof(buf)) > 0)
		continue;
	CHECK(is_ready(&f, GREEN__WRITE));
	CHECK_INT(green__fd_close(&f), fd[0]);
	pair_close(fd);
}

/* The end, after data that one read takes: the next read must be tried. */
static void
check_end(int fd[2], bool data_first)
{
	struct green__fd f;
	char buf[16];

	REQUIRE(CHECK(green__fd_open(&f, fd[0]) == 0));
	look(0);
	green__fd_drained(&f, GREEN__READ, true);
	if (data_first)
		CHECK(write(fd[1], "data", 4) == 4);
	close(fd[1]);
	look(0);
	CHECK(green__fd_can(&f, GREEN__READ));
	CHECK(f.flags & GREEN__FD_HUNGUP);
	if (data_first) {
		CHECK_INT(read(fd[0], buf, sizeof(buf)), 4);
		green__fd_drained(&f, GREEN__READ, false);
		CHECK(green__fd_can(&f, GREEN__READ));
	}
	CHECK_INT(read(fd[0], buf, sizeof(buf)), 0);
	CHECK_INT(green__fd_close(&f), fd[0]);
	close(fd[0]);
}

GREEN_TEST(a_hangup_is_an_edge)
{
	int fd[2];

	if (!has_edges())
		return;
	REQUIRE(CHECK(pair_open(fd)));
	check_end(fd, false);
	REQUIRE(CHECK(pair_open(fd)));
	check_end(fd, true);
	REQUIRE(CHECK(pair_open_pipe(fd)));
	check_end(fd, false);
	REQUIRE(CHECK(pair_open_pipe(fd)));
	check_end(fd, true);
}

GREEN_TEST(the_end_of_a_pipes_reader_is_an_edge_to_write)
{
	static char buf[65536];
	struct green__fd f;
	int fd[2];

	if (!has_edges())
		return;
	REQUIRE(CHECK(pair_open_pipe(fd)));
	REQUIRE(CHECK(green__fd_open(&f, fd[1]) == 0));
	look(0);
	while (write(fd[1], buf, sizeof(buf)) > 0)
		continue;
	green__fd_drained(&f, GREEN__WRITE, true);
	look(0);
	CHECK(!green__fd_can(&f, GREEN__WRITE));
	close(fd[0]);
	look(0);
	CHECK(green__fd_can(&f, GREEN__WRITE));
	CHECK_INT(green__fd_close(&f), fd[1]);
	close(fd[1]);
}

/* A FIFO's reader sees the end of one writer, and then the next one come. */
GREEN_TEST(a_new_writer_ends_a_hangup)
{
	char dir[] = "/tmp/green-XXXXXX", path[64];
	struct green__fd f;
	int in, out;

	if (!has_edges())
		return;
	REQUIRE(CHECK(mkdtemp(dir) != NULL));
	snprintf(path, sizeof(path), "%s/fifo", dir);
	REQUIRE(CHECK(mkfifo(path, 0600) == 0));
	REQUIRE(CHECK((in = open(path, O_RDONLY | O_NONBLOCK)) != -1));
	REQUIRE(CHECK((out = open(path, O_WRONLY | O_NONBLOCK)) != -1));
	REQUIRE(CHECK(green__fd_open(&f, in) == 0));
	close(out);
	look(0);
	CHECK(f.flags & GREEN__FD_HUNGUP);
	REQUIRE(CHECK((out = open(path, O_WRONLY | O_NONBLOCK)) != -1));
	green__fd_drained(&f, GREEN__READ, true);
	CHECK(write(out, "a", 1) == 1);
	look(0);
	CHECK(green__fd_can(&f, GREEN__READ));
	CHECK((f.flags & GREEN__FD_HUNGUP) == 0);
	CHECK_INT(green__fd_close(&f), in);
	close(in);
	close(out);
	unlink(path);
	rmdir(dir);
}

/*
 * Registrations.
 */
GREEN_TEST(a_duplicate_does_not_bring_a_closed_one_back)
{
	struct green__fd *f;
	int fd[2], copy;

	REQUIRE(CHECK(pair_open(fd)));
	REQUIRE(CHECK((f = malloc(sizeof(*f))) != NULL));
	REQUIRE(CHECK(green__fd_open(f, fd[0]) == 0));
	REQUIRE(CHECK((copy = dup(fd[0])) != -1));
	CHECK_INT(green__fd_close(f), fd[0]);
	close(fd[0]);
	free(f);
	CHECK(write(fd[1], "a", 1) == 1);
	look(0);
	close(fd[1]);
	look(0);
	close(copy);
}

GREEN_TEST(a_number_used_again_is_another_descriptor)
{
	struct green__fd f, g;
	int fd[2], other[2], copy;

	if (!has_edges())
		return;
	REQUIRE(CHECK(pair_open(fd)));
	REQUIRE(CHECK(pair_open(other)));
	REQUIRE(CHECK((copy = dup(fd[0])) != -1));
	REQUIRE(CHECK(green__fd_open(&f, fd[0]) == 0));
	CHECK_INT(green__fd_close(&f), fd[0]);
	REQUIRE(CHECK(dup2(other[0], fd[0]) == fd[0]));
	REQUIRE(CHECK(green__fd_open(&g, fd[0]) == 0));
	look(0);
	green__fd_drained(&g, GREEN__READ, true);
	CHECK(write(fd[1], "a", 1) == 1);
	CHECK(is_ready(&g, GREEN__WRITE));
	CHECK(write(other[1], "a", 1) == 1);
	CHECK(is_ready(&g, BOTH));
	CHECK_INT(green__fd_close(&g), fd[0]);
	pair_close(fd);
	pair_close(other);
	close(copy);
}

GREEN_TEST(given_up_without_being_closed_it_may_be_taken_again)
{
	struct green__fd f;
	int fd[2], i;

	REQUIRE(CHECK(pair_open(fd)));
	for (i = 0; i < 3; i++) {
		REQUIRE(CHECK(green__fd_open(&f, fd[0]) == 0));
		look(0);
		green__fd_drained(&f, GREEN__READ, true);
		CHECK(write(fd[1], "a", 1) == 1);
		look(0);
		CHECK(!has_edges() || f.ready == BOTH);
		CHECK_INT(green__fd_close(&f), fd[0]);
	}
	pair_close(fd);
}

GREEN_TEST(a_number_has_one_owner)
{
	struct green__fd f, g;
	int fd[2];

	REQUIRE(CHECK(pair_open(fd)));
	REQUIRE(CHECK(green__fd_open(&f, fd[0]) == 0));
	CHECK_ERRNO(green__fd_open(&g, fd[0]), EBUSY);
	CHECK_INT(green__fd_close(&f), fd[0]);
	CHECK_ERRNO(green__fd_close(&f), EBADF);
	pair_close(fd);
	CHECK_ERRNO(green__fd_open(&f, fd[0]), EBADF);
	CHECK_ERRNO(green__fd_open(&f, -1), EBADF);
}

CU_TestInfo reactor_tests[] = {
	CLAIM(names_choose_the_reactor),
	CLAIM(unknown_names_are_refused_with_the_known_ones),
	CLAIM(outside_of_a_loop_there_is_no_reactor),
	CLAIM(only_poll_has_no_descriptor),
	CLAIM(opening_fails_when_descriptors_run_out),
	CLAIM(a_wait_lasts_as_long_as_it_should),
	CLAIM(a_wake_before_the_wait_ends_it),
	CLAIM(no_wake_from_another_thread_is_lost),
	CLAIM(a_signal_handler_may_wake),
	CLAIM(an_edge_comes_once_for_what_arrives),
	CLAIM(room_to_write_is_an_edge),
	CLAIM(a_hangup_is_an_edge),
	CLAIM(the_end_of_a_pipes_reader_is_an_edge_to_write),
	CLAIM(a_new_writer_ends_a_hangup),
	CLAIM(a_duplicate_does_not_bring_a_closed_one_back),
	CLAIM(a_number_used_again_is_another_descriptor),
	CLAIM(given_up_without_being_closed_it_may_be_taken_again),
	CLAIM(a_number_has_one_owner),
	CU_TEST_INFO_NULL
};
