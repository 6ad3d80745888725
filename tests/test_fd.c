/*
 * Tasks that wait for descriptors: libgreen's own and foreign ones, sockets and
 * pipes, a few and many, and all the ways in which such a wait ends.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <sys/resource.h>
#include <sys/socket.h>

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "green/internal.h"
#include "check.h"
#include "pair.h"

/* A wait in a task of its own: how it ends. */
struct wait {
	struct green__fd *f;		/* NULL: fd is a foreign one */
	int	 fd;
	unsigned dir;
	bool	 done;
	int	 rc;
	int	 error;
};

static int
wait_task(void *arg)
{
	struct wait *w = arg;

	w->rc = w->f == NULL ? green__fd_wait_foreign(w->fd, w->dir) :
	    green__fd_wait(w->f, w->dir);
	w->error = errno;
	w->done = true;
	return (0);
}

/* Let the others run until they wait. */
static void
settle(void)
{
	int i;

	for (i = 0; i < 3; i++)
		green_cancel_shielded_checkpoint();
}

/* ... until w is done, or for a minute. */
static bool
ends(const struct wait *w)
{
	int i;

	for (i = 0; i < 60000 && !w->done; i++)
		CHECK_INT(green_sleep(GREEN_MSEC), 0);
	return (w->done);
}

/* Send all of len bytes, or take them; -1: failed. */
static int
transfer(struct green__fd *f, unsigned dir, size_t len)
{
	static char buf[65536];
	size_t want;
	ssize_t n;

	while (len > 0) {
		want = len < sizeof(buf) ? len : sizeof(buf);
		n = !green__fd_can(f, dir) ? -1 : dir == GREEN__READ ?
		    read(f->fd, buf, want) : write(f->fd, buf, want);
		if (n == 0 || (n == -1 && green__fd_can(f, dir) &&
		    errno != EAGAIN && errno != EINTR))
			return (-1);
		if (n > 0)
			len -= (size_t)n;
		if (n < (ssize_t)want) {
			green__fd_drained(f, dir, n == -1);
			if (green__fd_wait(f, dir) == -1)
				return (-1);
		}
	}
	return (0);
}

struct transfer {
	struct green__fd *f;
	unsigned dir;
	size_t	 len;
};

static int
transfer_task(void *arg)
{
	struct transfer *t = arg;

	return (transfer(t->f, t->dir, t->len));
}

/* All four directions of a pair at once. */
static void
exchange(int fd[2], size_t len)
{
	struct green__fd f[2];
	struct transfer t[4];
	struct green_group g;
	int i;

	REQUIRE(CHECK(green__fd_open(&f[0], fd[0]) == 0));
	REQUIRE(CHECK(green__fd_open(&f[1], fd[1]) == 0));
	green_group_open(&g);
	for (i = 0; i < 4; i++) {
		t[i].f = &f[i / 2];
		t[i].dir = i % 2 == 0 ? GREEN__READ : GREEN__WRITE;
		t[i].len = len;
		CHECK_INT(green_spawn(&g, transfer_task, &t[i]), 0);
	}
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(green__fd_close(&f[0]), fd[0]);
	CHECK_INT(green__fd_close(&f[1]), fd[1]);
}

GREEN_TEST(both_directions_of_a_socket_flow)
{
	int fd[2];

	REQUIRE(CHECK(pair_open(fd)));
	exchange(fd, 8 << 20);
	pair_close(fd);
}

GREEN_TEST(both_directions_of_a_connection_flow)
{
	int fd[2];

	REQUIRE(CHECK(pair_open_tcp(fd)));
	exchange(fd, 8 << 20);
	pair_close(fd);
}

GREEN_TEST(a_pipe_flows)
{
	struct green__fd in, out;
	struct transfer read = { &in, GREEN__READ, 4 << 20 };
	struct transfer write = { &out, GREEN__WRITE, 4 << 20 };
	struct green_group g;
	int fd[2];

	REQUIRE(CHECK(pair_open_pipe(fd)));
	REQUIRE(CHECK(green__fd_open(&in, fd[0]) == 0));
	REQUIRE(CHECK(green__fd_open(&out, fd[1]) == 0));
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, transfer_task, &read), 0);
	CHECK_INT(green_spawn(&g, transfer_task, &write), 0);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(green__fd_close(&in), fd[0]);
	CHECK_INT(green__fd_close(&out), fd[1]);
	pair_close(fd);
}

/* A reset ends both waits: what comes next are errors, not more waits. */
GREEN_TEST(a_reset_ends_both_directions)
{
	struct linger hard = { .l_onoff = 1, .l_linger = 0 };
	struct green__fd f;
	struct wait r = { .f = &f, .dir = GREEN__READ };
	struct wait w = { .f = &f, .dir = GREEN__WRITE };
	static char buf[65536];
	struct green_group g;
	int fd[2];

	REQUIRE(CHECK(pair_open_tcp(fd)));
	REQUIRE(CHECK(green__fd_open(&f, fd[0]) == 0));
	while (write(fd[0], buf, sizeof(buf)) > 0)
		continue;
	(void)!green_sleep(10 * GREEN_MSEC);
	while (write(fd[0], buf, sizeof(buf)) > 0)
		continue;
	green__fd_drained(&f, GREEN__READ, true);
	green__fd_drained(&f, GREEN__WRITE, true);
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, wait_task, &r), 0);
	CHECK_INT(green_spawn(&g, wait_task, &w), 0);
	settle();
	CHECK(!r.done && !w.done);
	CHECK_INT(green__loop->waiting_fds, 2);
	CHECK_INT(setsockopt(fd[1], SOL_SOCKET, SO_LINGER, &hard,
	    sizeof(hard)), 0);
	close(fd[1]);
	CHECK(ends(&r) && r.rc == 0);
	CHECK(ends(&w) && w.rc == 0);
	green_group_cancel(&g, NULL);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(green__loop->waiting_fds, 0);
	CHECK_INT(green__fd_close(&f), fd[0]);
	close(fd[0]);
}

/*
 * The ways in which a wait ends.
 */
static void
start(struct green_group *g, struct wait *w)
{
	w->done = false;
	CHECK_INT(green_spawn(g, wait_task, w), 0);
	settle();
	CHECK(!w->done);
}

GREEN_TEST(one_task_a_direction)
{
	struct green__fd f;
	struct wait w = { .f = &f, .dir = GREEN__READ };
	struct green_group g;
	int fd[2];

	REQUIRE(CHECK(pair_open(fd)));
	REQUIRE(CHECK(green__fd_open(&f, fd[0]) == 0));
	CHECK_INT(green__fd_wait(&f, GREEN__READ), 0);
	green__fd_drained(&f, GREEN__READ, true);
	green_group_open(&g);
	start(&g, &w);
	CHECK_ERRNO(green__fd_wait(&f, GREEN__READ), EBUSY);
	CHECK_ERRNO(green__fd_wait_foreign(fd[0], GREEN__READ), EBUSY);
	CHECK_INT(green__fd_wait(&f, GREEN__WRITE), 0);
	CHECK(write(fd[1], "a", 1) == 1);
	CHECK(ends(&w) && w.rc == 0);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(green__fd_close(&f), fd[0]);
	pair_close(fd);
}

GREEN_TEST(closing_beats_waiting)
{
	static char buf[65536];
	struct green__fd f;
	struct wait r = { .f = &f, .dir = GREEN__READ };
	struct wait w = { .f = &f, .dir = GREEN__WRITE };
	struct green_group g;
	int fd[2];

	REQUIRE(CHECK(pair_open(fd)));
	REQUIRE(CHECK(green__fd_open(&f, fd[0]) == 0));
	while (write(fd[0], buf, sizeof(buf)) > 0)
		continue;
	green__fd_drained(&f, GREEN__READ, true);
	green__fd_drained(&f, GREEN__WRITE, true);
	green_group_open(&g);
	start(&g, &r);
	start(&g, &w);
	CHECK_INT(green__fd_close(&f), fd[0]);
	CHECK_INT(green__loop->waiting_fds, 0);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK(r.rc == -1 && r.error == EBADF);
	CHECK(w.rc == -1 && w.error == EBADF);
	CHECK_ERRNO(green__fd_wait(&f, GREEN__READ), EBADF);
	pair_close(fd);
}

/* A wait that was cancelled leaves nothing behind: the next one works. */
static void
cancel_and_wait_again(struct wait *w, int other)
{
	struct green_group g;
	int i;

	for (i = 0; i < 3; i++) {
		green_group_open(&g);
		start(&g, w);
		green_group_cancel(&g, NULL);
		CHECK_INT(green_group_close(&g, 0), 0);
		CHECK(w->done && w->rc == -1 && w->error == ECANCELED);
		CHECK_INT(green__loop->waiting_fds, 0);
	}
	green_group_open(&g);
	start(&g, w);
	CHECK(write(other, "a", 1) == 1);
	CHECK(ends(w) && w->rc == 0);
	CHECK_INT(green_group_close(&g, 0), 0);
}

/* Does some task of the loop wait, for all that green_tasks() says? */
static bool
somebody_waits(void)
{
	struct green_task_info *info;
	size_t i, n;
	bool any = false;

	REQUIRE_TASK(CHECK(green_tasks(&info, &n) == 0));
	for (i = 0; i < n; i++)
		any = any || info[i].waiting_for[0] != '\0';
	free(info);
	return (any);
}

/* It is ready, and its task has not run yet. */
GREEN_TEST(a_ready_descriptor_beats_cancelling_and_closing)
{
	struct green__fd f;
	struct wait w = { .f = &f, .dir = GREEN__READ };
	struct green_group g;
	int fd[2];

	REQUIRE(CHECK(pair_open(fd)));
	REQUIRE(CHECK(green__fd_open(&f, fd[0]) == 0));
	green__fd_drained(&f, GREEN__READ, true);
	green_group_open(&g);
	start(&g, &w);
	CHECK(somebody_waits());
	green__fd_ready(&f, GREEN__READ, false);
	CHECK_INT(green__loop->waiting_fds, 0);
	CHECK(!w.done && !somebody_waits());
	green_group_cancel(&g, NULL);
	CHECK_INT(green__fd_close(&f), fd[0]);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK(w.done && w.rc == 0);
	pair_close(fd);
}

GREEN_TEST(a_cancelled_wait_leaves_nothing_behind)
{
	struct green__fd f;
	struct wait own = { .f = &f, .dir = GREEN__READ };
	struct wait foreign = { .dir = GREEN__READ };
	int fd[2];

	REQUIRE(CHECK(pair_open(fd)));
	REQUIRE(CHECK(green__fd_open(&f, fd[0]) == 0));
	green__fd_drained(&f, GREEN__READ, true);
	cancel_and_wait_again(&own, fd[1]);
	CHECK_INT(green__fd_close(&f), fd[0]);
	pair_close(fd);
	REQUIRE(CHECK(pair_open(fd)));
	foreign.fd = fd[0];
	cancel_and_wait_again(&foreign, fd[1]);
	pair_close(fd);
}

/*
 * Foreign descriptors.
 */
GREEN_TEST(a_foreign_one_that_is_ready_already_is_noticed)
{
	int fd[2], i;

	REQUIRE(CHECK(pair_open(fd)));
	CHECK(write(fd[1], "a", 1) == 1);
	for (i = 0; i < 3; i++) {
		CHECK_INT(green__fd_wait_foreign(fd[0], GREEN__READ), 0);
		CHECK_INT(green__fd_wait_foreign(fd[0], GREEN__WRITE), 0);
	}
	pair_close(fd);
}

GREEN_TEST(two_tasks_wait_for_the_two_directions_of_a_foreign_one)
{
	static char buf[65536];
	struct wait r = { .dir = GREEN__READ }, w = { .dir = GREEN__WRITE };
	struct green_group g;
	int fd[2];

	REQUIRE(CHECK(pair_open(fd)));
	while (write(fd[0], buf, sizeof(buf)) > 0)
		continue;
	r.fd = w.fd = fd[0];
	green_group_open(&g);
	start(&g, &r);
	start(&g, &w);
	CHECK_ERRNO(green__fd_wait_foreign(fd[0], GREEN__READ), EBUSY);
	CHECK(write(fd[1], "a", 1) == 1);
	CHECK(ends(&r) && r.rc == 0);
	CHECK(!w.done);
	CHECK_INT(read(fd[0], buf, 1), 1);
	start(&g, &r);
	while (read(fd[1], buf, sizeof(buf)) > 0)
		continue;
	CHECK(ends(&w) && w.rc == 0);
	CHECK(!r.done);
	CHECK(write(fd[1], "a", 1) == 1);
	CHECK(ends(&r) && r.rc == 0);
	CHECK_INT(green_group_close(&g, 0), 0);
	pair_close(fd);
}

GREEN_TEST(what_is_not_open_is_refused)
{
	int fd[2];

	REQUIRE(CHECK(pair_open(fd)));
	CHECK_INT(green__fd_wait_foreign(fd[0], GREEN__WRITE), 0);
	pair_close(fd);
	CHECK_ERRNO(green__fd_wait_foreign(fd[0], GREEN__READ), EBADF);
	CHECK_ERRNO(green__fd_wait_foreign(fd[0], GREEN__WRITE), EBADF);
	CHECK_ERRNO(green__fd_wait_foreign(-1, GREEN__READ), EBADF);
	CHECK_INT(green__loop->waiting_fds, 0);
}

GREEN_TEST(announcing_a_close_wakes_with_ebadf)
{
	struct wait w = { .dir = GREEN__READ };
	struct green_group g;
	int fd[2];

	REQUIRE(CHECK(pair_open(fd)));
	w.fd = fd[0];
	green_group_open(&g);
	start(&g, &w);
	green__fd_closing(fd[0]);
	green__fd_closing(fd[1]);
	green__fd_closing(12345);
	green__fd_closing(-1);
	pair_close(fd);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK(w.rc == -1 && w.error == EBADF);
}

/* Closed while a task waits, unannounced, and the number given to another. */
GREEN_TEST(a_number_used_again_unannounced_does_no_harm)
{
	struct wait w = { .dir = GREEN__READ };
	struct green_group g;
	int fd[2], other[2], copy, i;

	for (i = 0; i < 2; i++) {
		REQUIRE(CHECK(pair_open(fd)));
		REQUIRE(CHECK(pair_open(other)));
		w.fd = fd[0];
		green_group_open(&g);
		start(&g, &w);
		/* With and without something that keeps the old one alive. */
		copy = i == 0 ? -1 : dup(fd[0]);
		CHECK_INT(dup2(other[0], fd[0]), fd[0]);
		CHECK_INT(green__fd_wait_foreign(fd[0], GREEN__WRITE), 0);
		green_group_cancel(&g, NULL);
		CHECK_INT(green_group_close(&g, 0), 0);
		CHECK(w.done);
		CHECK(copy == -1 || write(fd[1], "a", 1) == 1);
		cancel_and_wait_again(&w, other[1]);
		pair_close(fd);
		pair_close(other);
		if (copy != -1)
			close(copy);
	}
}

GREEN_TEST(a_foreign_one_closed_and_opened_between_waits_works)
{
	int fd[2], i;

	for (i = 0; i < 5; i++) {
		REQUIRE(CHECK(i % 2 == 0 ? pair_open(fd) : pair_open_pipe(fd)));
		CHECK(write(fd[1], "a", 1) == 1);
		CHECK_INT(green__fd_wait_foreign(fd[0], GREEN__READ), 0);
		CHECK_INT(green__fd_wait_foreign(fd[1], GREEN__WRITE), 0);
		pair_close(fd);
	}
}

GREEN_TEST(an_owner_takes_a_number_over)
{
	struct green__fd f;
	struct wait w = { .dir = GREEN__READ };
	struct green_group g;
	int fd[2];

	REQUIRE(CHECK(pair_open(fd)));
	w.fd = fd[0];
	green_group_open(&g);
	start(&g, &w);
	CHECK_INT(green__fd_open(&f, fd[0]), 0);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK(w.rc == -1 && w.error == EBADF);
	green__fd_drained(&f, GREEN__READ, true);
	w.f = &f;
	cancel_and_wait_again(&w, fd[1]);
	CHECK_INT(green__fd_close(&f), fd[0]);
	w.f = NULL;
	CHECK_INT(green__fd_wait_foreign(fd[0], GREEN__READ), 0);
	pair_close(fd);
}

/* The state is asked for, not remembered: nobody may have tried for long. */
GREEN_TEST(an_own_one_may_be_waited_for_by_its_number)
{
	struct green__fd f;
	struct wait w = { .dir = GREEN__READ };
	struct green_group g;
	int fd[2];

	REQUIRE(CHECK(pair_open(fd)));
	REQUIRE(CHECK(green__fd_open(&f, fd[0]) == 0));
	CHECK_INT(green__fd_wait_foreign(fd[0], GREEN__WRITE), 0);
	w.fd = fd[0];
	green_group_open(&g);
	start(&g, &w);
	CHECK(write(fd[1], "a", 1) == 1);
	CHECK(ends(&w) && w.rc == 0);
	CHECK_INT(green__fd_wait_foreign(fd[0], GREEN__READ), 0);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(green__fd_close(&f), fd[0]);
	pair_close(fd);
}

struct ending {
	struct green__fd *f;
	struct green_group *waits;
	struct wait first;
};

static int
close_and_cancel(void *arg)
{
	struct ending *e = arg;

	(void)wait_task(&e->first);
	CHECK_INT(e->first.rc, 0);
	CHECK(green__fd_close(e->f) != -1);
	free(e->f);
	green_group_cancel(e->waits, NULL);
	return (0);
}

/* It is closed, and its memory gone, when the waiting task is cancelled, which was
   woken before, and has not run yet. */
GREEN_TEST(an_own_one_that_was_waited_for_by_its_number_may_go)
{
	struct ending e = { .f = malloc(sizeof(*e.f)),
	    .first = { .dir = GREEN__READ } };
	struct wait w = { .dir = GREEN__READ };
	struct green_group g, all;
	int first[2], fd[2];

	REQUIRE(CHECK(e.f != NULL && pair_open(first) && pair_open(fd)));
	REQUIRE(CHECK(green__fd_open(e.f, fd[0]) == 0));
	e.first.fd = first[0];
	w.fd = fd[0];
	green_group_open(&all);
	green_group_open(&g);
	e.waits = &g;
	CHECK_INT(green_spawn(&all, close_and_cancel, &e), 0);
	start(&g, &w);
	/* That it is writable is told first. */
	CHECK_INT(green_sleep(GREEN_MSEC), 0);
	CHECK(write(first[1], "a", 1) == 1);
	CHECK(write(fd[1], "a", 1) == 1);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK(w.rc == 0 || w.error == EBADF);
	CHECK_INT(green_group_close(&all, 0), 0);
	pair_close(first);
	pair_close(fd);
}

static void
check_always_ready(const char *path, int flags)
{
	struct green__fd f;
	int fd, i;

	REQUIRE(CHECK((fd = open(path, flags)) != -1));
	for (i = 0; i < 3; i++) {
		CHECK_INT(green__fd_wait_foreign(fd, GREEN__READ), 0);
		CHECK_INT(green__fd_wait_foreign(fd, GREEN__WRITE), 0);
	}
	REQUIRE(CHECK(green__fd_open(&f, fd) == 0));
	for (i = 0; i < 3; i++) {
		CHECK_INT(green__fd_wait(&f, GREEN__READ), 0);
		CHECK_INT(green__fd_wait(&f, GREEN__WRITE), 0);
		green__fd_drained(&f, GREEN__READ, true);
		green__fd_drained(&f, GREEN__WRITE, true);
	}
	CHECK_INT(green__fd_wait_foreign(fd, GREEN__READ), 0);
	CHECK_INT(green__loop->waiting_fds, 0);
	CHECK_INT(green__fd_close(&f), fd);
	close(fd);
}

GREEN_TEST(files_and_their_like_are_always_ready)
{
	char path[] = "/tmp/green-XXXXXX";
	int fd;

	REQUIRE(CHECK((fd = mkstemp(path)) != -1));
	close(fd);
	check_always_ready(path, O_RDWR);
	unlink(path);
	check_always_ready("/", O_RDONLY);
	check_always_ready("/dev/null", O_RDWR);
	check_always_ready("/dev/zero", O_RDWR);
}

/*
 * Many.
 */
#define MANY	700

struct many {
	struct green__fd f[MANY];
	int	 fd[MANY][2];
	struct wait w[MANY];
	struct transfer t[MANY];
};

/* As many pairs as the limit lets us have, with some left for others. */
static size_t
allowed(void)
{
	struct rlimit rl;

	if (getrlimit(RLIMIT_NOFILE, &rl) == -1)
		return (0);
	if (rl.rlim_cur < 2 * MANY + 100 && rl.rlim_cur < rl.rlim_max) {
		rl.rlim_cur = rl.rlim_max < 2 * MANY + 100 ? rl.rlim_max :
		    2 * MANY + 100;
		if (setrlimit(RLIMIT_NOFILE, &rl) == -1)
			return (0);
	}
	return (rl.rlim_cur >= 2 * MANY + 100 ? MANY : rl.rlim_cur / 4);
}

/* All become ready at once, more than a reactor fetches at a time. */
static void
many_at_once(bool foreign)
{
	struct many *m = calloc(1, sizeof(*m));
	size_t i, round, n = allowed();
	struct green_group g;
	char c;

	REQUIRE(CHECK(m != NULL));
	for (i = 0; i < n; i++) {
		REQUIRE(CHECK(pair_open(m->fd[i])));
		m->w[i].fd = m->fd[i][0];
		m->t[i].f = &m->f[i];
		m->w[i].dir = m->t[i].dir = GREEN__READ;
		m->t[i].len = 1;
		REQUIRE(CHECK(foreign ||
		    green__fd_open(&m->f[i], m->fd[i][0]) == 0));
	}
	for (round = 0; round < 3; round++) {
		green_group_open(&g);
		for (i = 0; i < n; i++)
			CHECK_INT(foreign ?
			    green_spawn(&g, wait_task, &m->w[i]) :
			    green_spawn(&g, transfer_task, &m->t[i]), 0);
		for (i = 0; i < 60000 && green__loop->waiting_fds < n; i++)
			(void)!green_sleep(GREEN_MSEC);
		CHECK_INT(green__loop->waiting_fds, n);
		for (i = 0; i < n; i++)
			CHECK(write(m->fd[i][1], "a", 1) == 1);
		CHECK_INT(green_group_close(&g, 0), 0);
		CHECK_INT(green__loop->waiting_fds, 0);
		for (i = 0; foreign && i < n; i++)
			CHECK(read(m->fd[i][0], &c, 1) == 1);
	}
	for (i = 0; i < n; i++) {
		if (!foreign)
			CHECK_INT(green__fd_close(&m->f[i]), m->fd[i][0]);
		pair_close(m->fd[i]);
	}
	free(m);
}

GREEN_TEST(many_of_our_own_become_ready_at_once)
{
	many_at_once(false);
}

GREEN_TEST(many_foreign_ones_become_ready_at_once)
{
	many_at_once(true);
}

/*
 * Waits that begin, end and run out of time in a wild order: each ends by what
 * its own descriptor gets.
 */
#define WILD	40

struct wild {
	struct green__fd f;
	int	 fd[2];
	bool	 foreign;
	unsigned seed;
	size_t	 got;
};

static unsigned
draw(unsigned *seed)
{
	*seed = *seed * 1103515245 + 12345;
	return (*seed >> 16);
}

static int
wild_task(void *arg)
{
	struct wild *w = arg;
	struct green_scope s;
	int64_t rc;
	char c;
	int i;

	for (i = 0; i < 200; i++) {
		green_move_on_after(&s, draw(&w->seed) % 400 * GREEN_USEC);
		rc = green_scope_close(&s, w->foreign ?
		    green__fd_wait_foreign(w->fd[0], GREEN__READ) :
		    green__fd_wait(&w->f, GREEN__READ));
		CHECK_INT(rc, 0);
		if (green_scope_caught(&s))
			continue;
		if (read(w->fd[0], &c, 1) == 1)
			w->got++;
		else if (CHECK(!w->foreign && errno == EAGAIN))
			green__fd_drained(&w->f, GREEN__READ, true);
	}
	return (0);
}

GREEN_TEST(waits_come_and_go_in_any_order)
{
	struct wild *w = calloc(WILD, sizeof(*w));
	size_t i, got = 0, fed = 0;
	struct green_group g;
	unsigned seed = 1;
	char c;

	REQUIRE(CHECK(w != NULL));
	for (i = 0; i < WILD; i++) {
		w[i].seed = (unsigned)i;
		w[i].foreign = i % 3 == 0;
		REQUIRE(CHECK(pair_open(w[i].fd)));
		REQUIRE(CHECK(w[i].foreign ||
		    green__fd_open(&w[i].f, w[i].fd[0]) == 0));
	}
	green_group_open(&g);
	for (i = 0; i < WILD; i++)
		CHECK_INT(green_spawn(&g, wild_task, &w[i]), 0);
	for (; fed < 4000; fed++) {
		CHECK(write(w[draw(&seed) % WILD].fd[1], "a", 1) == 1);
		if (draw(&seed) % 4 == 0)
			CHECK_INT(green_sleep(20 * GREEN_USEC), 0);
	}
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(green__loop->waiting_fds, 0);
	for (i = 0; i < WILD; i++) {
		for (got += w[i].got; read(w[i].fd[0], &c, 1) == 1; got++)
			continue;
		if (!w[i].foreign)
			CHECK_INT(green__fd_close(&w[i].f), w[i].fd[0]);
		pair_close(w[i].fd);
	}
	CHECK_INT(got, fed);
	free(w);
}

GREEN_TEST(large_numbers_have_their_place)
{
	struct green__fd f;
	struct wait w = { .dir = GREEN__READ };
	struct rlimit rl;
	int fd[2], far;

	REQUIRE(CHECK(pair_open(fd)));
	REQUIRE(CHECK(getrlimit(RLIMIT_NOFILE, &rl) == 0));
	REQUIRE(CHECK((far = fcntl(fd[0], F_DUPFD,
	    rl.rlim_cur > 5000 ? 4999 : (int)rl.rlim_cur - 1)) != -1));
	CHECK_INT(green__fd_wait_foreign(far, GREEN__WRITE), 0);
	REQUIRE(CHECK(green__fd_open(&f, far) == 0));
	w.f = &f;
	green__fd_drained(&f, GREEN__READ, true);
	cancel_and_wait_again(&w, fd[1]);
	CHECK_INT(green__fd_close(&f), far);
	close(far);
	pair_close(fd);
}

/* Nobody closes it before the loop has ended. */
static struct green__fd left_over;
static int left_over_fd[2];

static int
leave_over(void *arg)
{
	(void)arg;
	if (!pair_open(left_over_fd))
		return (-1);
	if (green__fd_wait_foreign(left_over_fd[1], GREEN__WRITE) == -1)
		return (-1);
	return (green__fd_open(&left_over, left_over_fd[0]));
}

PLAIN_TEST(what_outlives_its_loop_can_still_be_closed)
{
	REQUIRE(CHECK(IN_LOOP(leave_over, NULL, NULL) == 0));
	CHECK_INT(green__fd_close(&left_over), left_over_fd[0]);
	pair_close(left_over_fd);
}

CU_TestInfo fd_tests[] = {
	CLAIM(both_directions_of_a_socket_flow),
	CLAIM(both_directions_of_a_connection_flow),
	CLAIM(a_pipe_flows),
	CLAIM(a_reset_ends_both_directions),
	CLAIM(one_task_a_direction),
	CLAIM(closing_beats_waiting),
	CLAIM(a_ready_descriptor_beats_cancelling_and_closing),
	CLAIM(a_cancelled_wait_leaves_nothing_behind),
	CLAIM(a_foreign_one_that_is_ready_already_is_noticed),
	CLAIM(two_tasks_wait_for_the_two_directions_of_a_foreign_one),
	CLAIM(what_is_not_open_is_refused),
	CLAIM(announcing_a_close_wakes_with_ebadf),
	CLAIM(a_number_used_again_unannounced_does_no_harm),
	CLAIM(a_foreign_one_closed_and_opened_between_waits_works),
	CLAIM(an_owner_takes_a_number_over),
	CLAIM(an_own_one_may_be_waited_for_by_its_number),
	CLAIM(an_own_one_that_was_waited_for_by_its_number_may_go),
	CLAIM(files_and_their_like_are_always_ready),
	CLAIM(many_of_our_own_become_ready_at_once),
	CLAIM(many_foreign_ones_become_ready_at_once),
	CLAIM(waits_come_and_go_in_any_order),
	CLAIM(large_numbers_have_their_place),
	CLAIM(what_outlives_its_loop_can_still_be_closed),
	CU_TEST_INFO_NULL
};
