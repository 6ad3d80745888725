/*
 * Descriptors passed from one end of a UNIX socket to the other.
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

#include "check.h"
#include "pair.h"
#include "streams.h"
#include "watched.h"

GREEN_TEST(descriptors_come_with_their_data)
{
	struct green_stream *end[2];
	int fd[2], got[4] = { -1, -1, -1, -1 };
	size_t n = 4;
	char buf[16];

	REQUIRE(streams_open_local(end));
	REQUIRE(CHECK(pipe(fd) == 0));
	CHECK_INT(green_send_fds(end[0], "two", 3, fd, 2), 0);
	CHECK_INT(green_receive_fds(end[1], buf, sizeof(buf), got, &n), 3);
	CHECK(memcmp(buf, "two", 3) == 0);
	REQUIRE(CHECK_INT(n, 2));
	CHECK(got[0] != fd[0] && got[1] != fd[1]);
	/* It is the same pipe. */
	CHECK_INT(write(got[1], "x", 1), 1);
	CHECK_INT(read(fd[0], buf, 1), 1);
	/* They are still open here, and no program will inherit them there. */
	CHECK_INT(fcntl(fd[0], F_GETFD), 0);
	CHECK_INT(fcntl(got[0], F_GETFD), FD_CLOEXEC);
	CHECK_INT(fcntl(got[1], F_GETFD), FD_CLOEXEC);
	pair_close(fd);
	pair_close(got);
	streams_close(end);
}

GREEN_TEST(data_may_come_without_descriptors)
{
	struct green_stream *end[2];
	int got;
	size_t n = 1;
	char buf[16];

	REQUIRE(streams_open_local(end));
	CHECK_INT(green_send_fds(end[0], "x", 1, NULL, 0), 0);
	CHECK_INT(green_stream_send(end[0], "y", 1), 0);
	CHECK_INT(green_receive_fds(end[1], buf, 1, &got, &n), 1);
	CHECK_INT(n, 0);
	CHECK_INT(green_receive_fds(end[1], buf, 1, NULL, &n), 1);
	CHECK_INT(green_stream_send_eof(end[0]), 0);
	n = 1;
	CHECK_INT(green_receive_fds(end[1], buf, 1, &got, &n), 0);
	CHECK_INT(n, 0);
	CHECK_ERRNO(green_send_fds(end[0], "x", 1, NULL, 0), EPIPE);
	streams_close(end);
}

GREEN_TEST(descriptors_need_data_and_a_unix_socket)
{
	struct green_stream *end[2];
	int fd = 0, many[GREEN_FDS_MAX + 1] = { 0 };
	size_t n = 1;
	char buf[16];

	REQUIRE(streams_open_local(end));
	CHECK_ERRNO(green_send_fds(end[0], "", 0, &fd, 1), EINVAL);
	CHECK_ERRNO(green_send_fds(end[0], "x", 1, many, GREEN_FDS_MAX + 1),
	    EINVAL);
	CHECK_ERRNO(green_receive_fds(end[0], buf, 0, &fd, &n), EINVAL);
	CHECK_INT(n, 0);
	fd = -1;
	CHECK_ERRNO(green_send_fds(end[0], "x", 1, &fd, 1), EBADF);
	streams_close(end);
	REQUIRE(streams_open(end));
	fd = 0;
	CHECK_ERRNO(green_send_fds(end[0], "x", 1, &fd, 1), ENOTSUP);
	CHECK_ERRNO(green_receive_fds(end[0], buf, 1, &fd, &n), ENOTSUP);
	streams_close(end);
}

GREEN_TEST(as_many_as_there_can_be_are_passed_at_once)
{
	struct green_stream *end[2];
	int sent[GREEN_FDS_MAX] = { 0 }, got[GREEN_FDS_MAX];
	size_t i, n = 0;
	char c;

	REQUIRE(streams_open_local(end));
	if (CHECK_INT(green_send_fds(end[0], "x", 1, sent, GREEN_FDS_MAX), 0)) {
		n = GREEN_FDS_MAX;
		CHECK_INT(green_receive_fds(end[1], &c, 1, got, &n), 1);
	}
	CHECK_INT(n, GREEN_FDS_MAX);
	for (i = 0; i < n; i++)
		close(got[i]);
	streams_close(end);
}

/* The test's end tells if any is left open. */
GREEN_TEST(those_that_do_not_fit_are_closed)
{
	struct green_stream *end[2];
	int sent[3] = { 0, 0, 0 }, got[3] = { -1, -1, -1 };
	size_t n = 1;
	char buf[16];

	REQUIRE(streams_open_local(end));
	CHECK_INT(green_send_fds(end[0], "data", 4, sent, 3), 0);
	CHECK_ERRNO(green_receive_fds(end[1], buf, sizeof(buf), got, &n),
	    EMSGSIZE);
	CHECK_INT(n, 1);
	CHECK_INT(fcntl(got[0], F_GETFD), FD_CLOEXEC);
	CHECK_INT(close(got[0]), 0);
	CHECK_INT(got[1], -1);
	/* The data is no worse for it. */
	n = 3;
	CHECK_INT(green_receive_fds(end[1], buf, sizeof(buf), got, &n), 4);
	CHECK_INT(n, 0);
	CHECK(memcmp(buf, "data", 4) == 0);
	/* No room at all. */
	CHECK_INT(green_send_fds(end[0], "data", 4, sent, 3), 0);
	n = 0;
	CHECK_ERRNO(green_receive_fds(end[1], buf, sizeof(buf), NULL, &n),
	    EMSGSIZE);
	CHECK_INT(green_stream_receive(end[1], buf, sizeof(buf)), 4);
	streams_close(end);
}

GREEN_TEST(a_process_without_room_for_descriptors_is_told)
{
	struct green_stream *end[2];
	struct rlimit limit, none;
	int sent[2] = { 0, 0 }, got[2], fd;
	size_t n = 2;
	char buf[16];

	if (!LIMITABLE)
		return;
	REQUIRE(streams_open_local(end));
	CHECK_INT(green_send_fds(end[0], "data", 4, sent, 2), 0);
	/* The lowest that is free is the last that can be had. */
	REQUIRE(CHECK((fd = dup(0)) != -1));
	CHECK_INT(close(fd), 0);
	REQUIRE(CHECK_INT(getrlimit(RLIMIT_NOFILE, &limit), 0));
	none = limit;
	none.rlim_cur = (rlim_t)fd + 1;
	CHECK_INT(setrlimit(RLIMIT_NOFILE, &none), 0);
	CHECK_ERRNO(green_receive_fds(end[1], buf, sizeof(buf), got, &n),
	    EMSGSIZE);
	CHECK_INT(setrlimit(RLIMIT_NOFILE, &limit), 0);
	CHECK(n < 2);
	while (n > 0)
		close(got[--n]);
	CHECK_INT(green_stream_receive(end[1], buf, sizeof(buf)), 4);
	streams_close(end);
}

/* More data than goes at once. */
#define LENGTH	((size_t)1 << 20)

struct sending {
	struct green_stream *s;
	char	*data;
	int	 rc;
};

static int
send_long(void *arg)
{
	struct sending *c = arg;
	int fd = 0;

	c->rc = green_send_fds(c->s, c->data, LENGTH, &fd, 1);
	return (0);
}

GREEN_TEST(descriptors_go_once_however_long_the_data)
{
	struct green_stream *end[2];
	struct sending c = { .rc = -1 };
	struct green_group g;
	char buf[8192];
	size_t n, all = 0, fds = 0;
	ssize_t got;
	int fd[2];

	REQUIRE(streams_open_local(end));
	c.s = end[0];
	REQUIRE(CHECK((c.data = calloc(1, LENGTH)) != NULL));
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, send_long, &c), 0);
	while (all < LENGTH) {
		n = 2;
		got = green_receive_fds(end[1], buf, sizeof(buf), fd, &n);
		if (!CHECK(got > 0))
			break;
		all += (size_t)got;
		for (fds += n; n > 0; n--)
			close(fd[n - 1]);
	}
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(c.rc, 0);
	CHECK_INT(all, LENGTH);
	CHECK_INT(fds, 1);
	free(c.data);
	streams_close(end);
}

GREEN_TEST(what_was_read_ahead_comes_before_descriptors)
{
	struct green_stream *end[2];
	char buf[16], *line;
	int fd = 0, got;
	size_t n = 1;

	REQUIRE(streams_open_local(end));
	CHECK_INT(green_stream_send(end[0], "line\nrest", 9), 0);
	CHECK_INT(green_stream_receive_line(end[1], 80, &line), 1);
	CHECK_INT(green_send_fds(end[0], "x", 1, &fd, 1), 0);
	CHECK_INT(green_receive_fds(end[1], buf, sizeof(buf), &got, &n), 4);
	CHECK_INT(n, 0);
	n = 1;
	CHECK_INT(green_receive_fds(end[1], buf, sizeof(buf), &got, &n), 1);
	CHECK_INT(n, 1);
	CHECK_INT(close(got), 0);
	streams_close(end);
}

struct receiving {
	struct green_stream *s;
	size_t	 n;
	ssize_t	 got;
	int	 error;
	bool	 done;
};

static int
receive_one(void *arg)
{
	struct receiving *r = arg;
	char c;
	int fd;

	r->n = 1;
	r->got = green_receive_fds(r->s, &c, 1, &fd, &r->n);
	r->error = errno;
	r->done = true;
	if (r->n == 1)
		close(fd);
	return (0);
}

GREEN_TEST(a_cancelled_receive_loses_no_descriptor)
{
	struct green_stream *end[2];
	struct receiving r = { .done = false };
	struct green_group g;
	int fd = 0;

	REQUIRE(streams_open_local(end));
	r.s = end[1];
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, receive_one, &r), 0);
	settle();
	CHECK(!r.done);
	green_group_cancel(&g, NULL);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(r.got, -1);
	CHECK_INT(r.error, ECANCELED);
	CHECK_INT(r.n, 0);
	/* Woken, and cancelled before it runs: now or by the next one. */
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, receive_one, &r), 0);
	settle();
	CHECK_INT(green_send_fds(end[0], "x", 1, &fd, 1), 0);
	green_cancel_shielded_checkpoint();
	green_group_cancel(&g, NULL);
	CHECK_INT(green_group_close(&g, 0), 0);
	if (r.got == -1)
		(void)receive_one(&r);
	CHECK_INT(r.got, 1);
	CHECK_INT(r.n, 1);
	streams_close(end);
}

GREEN_TEST(one_task_receives_descriptors_and_close_ends_it)
{
	struct green_stream *end[2];
	struct receiving r = { .done = false };
	struct green_group g;
	size_t n = 1;
	char c;
	int fd;

	REQUIRE(streams_open_local(end));
	r.s = end[1];
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, receive_one, &r), 0);
	settle();
	CHECK_ERRNO(green_receive_fds(end[1], &c, 1, &fd, &n), EBUSY);
	CHECK_INT(n, 0);
	CHECK_INT(green_stream_close(end[1]), 0);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(r.got, -1);
	CHECK_INT(r.error, EBADF);
	CHECK_ERRNO(green_send_fds(end[0], "x", 1, NULL, 0), EPIPE);
	CHECK_INT(green_stream_close(end[0]), 0);
}

CU_TestInfo pass_tests[] = {
	CLAIM(descriptors_come_with_their_data),
	CLAIM(data_may_come_without_descriptors),
	CLAIM(descriptors_need_data_and_a_unix_socket),
	CLAIM(as_many_as_there_can_be_are_passed_at_once),
	CLAIM(those_that_do_not_fit_are_closed),
	CLAIM(a_process_without_room_for_descriptors_is_told),
	CLAIM(descriptors_go_once_however_long_the_data),
	CLAIM(what_was_read_ahead_comes_before_descriptors),
	CLAIM(a_cancelled_receive_loses_no_descriptor),
	CLAIM(one_task_receives_descriptors_and_close_ends_it),
	CU_TEST_INFO_NULL
};
