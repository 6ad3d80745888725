/*
 * One task that waits for any of several descriptors: by what such a wait ends,
 * and that it leaves none of the others behind.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <string.h>
#include <unistd.h>

#include "green/internal.h"
#include "check.h"
#include "pair.h"

#define N	5

/* Ends that are waited for, and what writes to them. */
struct ends {
	struct green__fd f[N];
	struct green__fd *v[N];
	int	 fd[N][2];
	unsigned dir;			/* that is waited for */
	bool	 done;
	int	 rc;
	int	 error;
};

static bool
ends_open(struct ends *e)
{
	int i;

	e->dir = GREEN__READ;
	e->done = false;
	for (i = 0; i < N; i++) {
		if (!CHECK(pair_open(e->fd[i])) ||
		    !CHECK_INT(green__fd_open(&e->f[i], e->fd[i][0]), 0))
			return (false);
		green__fd_drained(&e->f[i], GREEN__READ, true);
		e->v[i] = &e->f[i];
	}
	return (true);
}

static void
ends_close(struct ends *e)
{
	int i;

	for (i = 0; i < N; i++) {
		(void)green__fd_close(&e->f[i]);
		pair_close(e->fd[i]);
	}
}

/* Nobody waits for any of them. */
static bool
idle(const struct ends *e)
{
	int i;

	for (i = 0; i < N; i++)
		if (e->f[i].wanted != 0 || e->f[i].task[0] != NULL ||
		    e->f[i].task[1] != NULL)
			return (false);
	return (green__loop->waiting_fds == 0);
}

static int
wait_any(void *arg)
{
	struct ends *e = arg;

	e->rc = green__fd_wait_any(e->v, N, e->dir, GREEN_FOREVER);
	e->error = errno;
	e->done = true;
	return (0);
}

static void
start(struct green_group *g, struct ends *e)
{
	int i;

	e->done = false;
	CHECK_INT(green_spawn(g, wait_any, e), 0);
	for (i = 0; i < 3; i++)
		green_cancel_shielded_checkpoint();
	CHECK(!e->done);
}

GREEN_TEST(each_of_them_ends_the_wait)
{
	struct green_group g;
	struct ends e;
	char c;
	int i;

	REQUIRE(ends_open(&e));
	for (i = 0; i < N; i++) {
		green_group_open(&g);
		start(&g, &e);
		CHECK_INT(write(e.fd[i][1], "a", 1), 1);
		CHECK_INT(green_group_close(&g, 0), 0);
		CHECK_INT(e.rc, 0);
		CHECK(idle(&e));
		CHECK(green__fd_can(&e.f[i], GREEN__READ));
		CHECK(!green__fd_can(&e.f[(i + 1) % N], GREEN__READ));
		/* As long as it may be ready there is no wait. */
		CHECK_INT(green__fd_wait_any(e.v, N, GREEN__READ,
		    GREEN_FOREVER), 0);
		CHECK_INT(read(e.fd[i][0], &c, 1), 1);
		green__fd_drained(&e.f[i], GREEN__READ, true);
	}
	ends_close(&e);
}

GREEN_TEST(several_at_once_wake_it_once)
{
	struct green_group g;
	struct ends e;
	int i;

	REQUIRE(ends_open(&e));
	green_group_open(&g);
	start(&g, &e);
	for (i = 0; i < N; i++)
		CHECK_INT(write(e.fd[i][1], "a", 1), 1);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(e.rc, 0);
	CHECK(idle(&e));
	/* None of the others is forgotten. */
	for (i = 0; i < N; i++)
		CHECK_INT(green__fd_wait(&e.f[i], GREEN__READ), 0);
	ends_close(&e);
}

GREEN_TEST(time_ends_it)
{
	struct ends e;
	int64_t began = green_now();

	REQUIRE(ends_open(&e));
	CHECK_INT(green__fd_wait_any(e.v, N, GREEN__READ,
	    began + 2 * GREEN_MSEC), -1);
	CHECK_INT(errno, ETIMEDOUT);
	CHECK(green_now() - began >= 2 * GREEN_MSEC);
	CHECK(idle(&e));
	/* Without descriptors there is only that. */
	CHECK_INT(green__fd_wait_any(NULL, 0, GREEN__READ, began), -1);
	CHECK_INT(errno, ETIMEDOUT);
	ends_close(&e);
}

GREEN_TEST(cancelling_it_leaves_nothing_behind)
{
	struct green_group g;
	struct ends e;

	REQUIRE(ends_open(&e));
	green_group_open(&g);
	start(&g, &e);
	green_group_cancel(&g, NULL);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK(e.rc == -1 && e.error == ECANCELED);
	CHECK(idle(&e));
	ends_close(&e);
}

GREEN_TEST(closing_any_of_them_ends_it_with_ebadf)
{
	struct green_group g;
	struct ends e;

	REQUIRE(ends_open(&e));
	green_group_open(&g);
	start(&g, &e);
	CHECK_INT(green__fd_close(&e.f[3]), e.fd[3][0]);
	CHECK(idle(&e));
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK(e.rc == -1 && e.error == EBADF);
	CHECK_ERRNO(green__fd_wait_any(e.v, N, GREEN__READ, GREEN_FOREVER),
	    EBADF);
	ends_close(&e);
}

static int
wait_one(void *arg)
{
	struct green__fd *f = arg;

	CHECK_INT(green__fd_wait(f, GREEN__READ), 0);
	return (0);
}

GREEN_TEST(one_task_a_direction_of_each)
{
	struct green_group g;
	struct ends e;
	int i;

	REQUIRE(ends_open(&e));
	green_group_open(&g);
	start(&g, &e);
	CHECK_ERRNO(green__fd_wait(&e.f[2], GREEN__READ), EBUSY);
	CHECK_ERRNO(green__fd_wait_any(e.v, 1, GREEN__READ, GREEN_FOREVER),
	    EBUSY);
	CHECK_INT(green__fd_wait_any(e.v, N, GREEN__WRITE, GREEN_FOREVER), 0);
	CHECK_INT(write(e.fd[4][1], "a", 1), 1);
	CHECK_INT(green_group_close(&g, 0), 0);
	/* Where one is taken, none is waited for. */
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, wait_one, &e.f[2]), 0);
	for (i = 0; i < 3; i++)
		green_cancel_shielded_checkpoint();
	green__fd_drained(&e.f[4], GREEN__READ, true);
	CHECK_ERRNO(green__fd_wait_any(e.v, N, GREEN__READ, GREEN_FOREVER),
	    EBUSY);
	CHECK_INT(green__loop->waiting_fds, 1);
	CHECK_INT(write(e.fd[2][1], "a", 1), 1);
	CHECK_INT(green_group_close(&g, 0), 0);
	ends_close(&e);
}

/* Two tasks wait for all of them, one in each direction: the first to be woken
   leaves the other's wait as it was. */
GREEN_TEST(the_two_directions_are_apart)
{
	struct green_group g;
	struct ends e, w;
	int i;

	REQUIRE(ends_open(&e));
	for (i = 0; i < N; i++)
		green__fd_drained(&e.f[i], GREEN__WRITE, true);
	green_group_open(&g);
	start(&g, &e);
	memcpy(w.v, e.v, sizeof(w.v));
	w.dir = GREEN__WRITE;
	start(&g, &w);
	CHECK_INT(green__loop->waiting_fds, 2 * N);
	green__fd_ready(&e.f[1], GREEN__WRITE, false);
	CHECK_INT(green__loop->waiting_fds, N);
	green__fd_ready(&e.f[2], GREEN__READ, false);
	CHECK(idle(&e));
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK(e.done && e.rc == 0 && w.done && w.rc == 0);
	ends_close(&e);
}

CU_TestInfo fd_any_tests[] = {
	CLAIM(each_of_them_ends_the_wait),
	CLAIM(several_at_once_wake_it_once),
	CLAIM(time_ends_it),
	CLAIM(cancelling_it_leaves_nothing_behind),
	CLAIM(closing_any_of_them_ends_it_with_ebadf),
	CLAIM(one_task_a_direction_of_each),
	CLAIM(the_two_directions_are_apart),
	CU_TEST_INFO_NULL
};
