/*
 * Streams on what is no socket: pipes, FIFOs, terminals, devices.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <sys/stat.h>
#include <sys/uio.h>

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "stream/internal.h"
#include "stream/quiet.h"

#include "check.h"
#include "pair.h"
#include "scratch.h"
#include "streams.h"

/* One receives from the first, and sends to the second. */
static bool
open_pipe(struct green_stream *end[2])
{
	int fd[2];

	return (CHECK(pipe(fd) == 0) &&
	    CHECK((end[0] = green_stream_from_fd(fd[0])) != NULL) &&
	    CHECK((end[1] = green_stream_from_fd(fd[1])) != NULL));
}

GREEN_TEST(a_pipe_is_a_stream_one_way)
{
	struct green_stream *end[2];
	char buf[16];
	int fd;

	REQUIRE(open_pipe(end));
	CHECK_INT(green_stream_send(end[1], "hello", 5), 0);
	CHECK_INT(green_stream_receive(end[0], buf, sizeof(buf)), 5);
	CHECK_ERRNO(green_stream_send(end[0], "x", 1), EBADF);
	CHECK_ERRNO(green_stream_receive(end[1], buf, 1), EBADF);
	CHECK_INT(green_stream_attr(end[0], GREEN_ATTR_FD, &fd, sizeof(fd)), 0);
	CHECK(fcntl(fd, F_GETFL) & O_NONBLOCK);
	CHECK_INT(fcntl(fd, F_GETFD), FD_CLOEXEC);
	CHECK_ERRNO(green_stream_attr(end[0], GREEN_ATTR_FAMILY, &fd,
	    sizeof(fd)), ENOTSUP);
	CHECK_NULL(green_stream_from_fd(fd), EBUSY);
	streams_close(end);
}

GREEN_TEST(the_end_of_a_pipe_is_its_sender_s)
{
	struct green_stream *end[2];
	char buf[16];
	int fd;

	REQUIRE(open_pipe(end));
	CHECK_ERRNO(green_stream_send_eof(end[0]), ENOTSUP);
	CHECK_INT(green_stream_send(end[1], "last", 4), 0);
	CHECK_INT(green_stream_send_eof(end[1]), 0);
	CHECK_INT(green_stream_send_eof(end[1]), 0);
	CHECK_ERRNO(green_stream_send(end[1], "x", 1), EPIPE);
	CHECK_ERRNO(green_stream_attr(end[1], GREEN_ATTR_FD, &fd, sizeof(fd)),
	    ENOTSUP);
	CHECK_INT(green_stream_receive(end[0], buf, sizeof(buf)), 4);
	CHECK_INT(green_stream_receive(end[0], buf, sizeof(buf)), 0);
	CHECK_INT(green_stream_receive(end[0], buf, sizeof(buf)), 0);
	streams_close(end);
}

GREEN_TEST(a_broken_pipe_is_epipe_without_a_signal)
{
	struct green_stream *end[2];

	REQUIRE(open_pipe(end));
	CHECK_INT(green_stream_close(end[0]), 0);
	CHECK_ERRNO(green_stream_send(end[1], "x", 1), EPIPE);
	CHECK_ERRNO(green_stream_send(end[1], "x", 1), EPIPE);
	CHECK_INT(green_stream_close(end[1]), 0);
}

/* Whatever the kernel can; and what was pending before stays so. */
PLAIN_TEST(a_masked_write_takes_its_own_signal_alone)
{
	struct iovec iov = { .iov_base = (void *)"x", .iov_len = 1 };
	sigset_t pipes, before, pending;
	int fd[2], signo;

	REQUIRE(CHECK(pipe(fd) == 0));
	CHECK_INT(green__quiet_write_masked(fd[1], &iov, 1), 1);
	close(fd[0]);
	CHECK_INT(green__quiet_write_masked(fd[1], &iov, 1), -1);
	CHECK_INT(errno, EPIPE);
	sigemptyset(&pipes);
	sigaddset(&pipes, SIGPIPE);
	CHECK_INT(pthread_sigmask(SIG_BLOCK, &pipes, &before), 0);
	CHECK(!sigismember(&before, SIGPIPE));
	CHECK_INT(green__quiet_write_masked(fd[1], &iov, 1), -1);
	CHECK_INT(sigpending(&pending), 0);
	CHECK(!sigismember(&pending, SIGPIPE));
	CHECK_INT(raise(SIGPIPE), 0);
	CHECK_INT(green__quiet_write_masked(fd[1], &iov, 1), -1);
	CHECK_INT(sigpending(&pending), 0);
	CHECK(sigismember(&pending, SIGPIPE));
	CHECK_INT(sigwait(&pipes, &signo), 0);
	CHECK_INT(pthread_sigmask(SIG_SETMASK, &before, NULL), 0);
	close(fd[1]);
}

#define LENGTH	((size_t)1 << 20)
#define PIECES	3000

struct sending {
	struct green_stream *s;
	char	*data;
	int	 rc;
};

static int
send_pieces(void *arg)
{
	struct sending *c = arg;
	struct iovec *iov = calloc(PIECES, sizeof(*iov));
	size_t piece = LENGTH / PIECES + 1, at = 0, i;

	for (i = 0; i < PIECES; i++, at += iov[i - 1].iov_len)
		iov[i] = (struct iovec){
			.iov_base = c->data + at,
			.iov_len = LENGTH - at < piece ? LENGTH - at : piece
		};
	c->rc = green_stream_sendv(c->s, iov, PIECES);
	free(iov);
	return (green_stream_send_eof(c->s));
}

GREEN_TEST(more_goes_through_a_pipe_than_it_holds)
{
	struct sending c = { .rc = -1 };
	struct green_stream *end[2];
	struct green_group g;
	char buf[5000];
	size_t i, wrong = 0, all = 0;
	ssize_t n;

	REQUIRE(open_pipe(end));
	REQUIRE(CHECK((c.data = malloc(LENGTH)) != NULL));
	for (i = 0; i < LENGTH; i++)
		c.data[i] = scratch_byte(i);
	c.s = end[1];
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, send_pieces, &c), 0);
	while ((n = green_stream_receive(end[0], buf, sizeof(buf))) > 0) {
		for (i = 0; i < (size_t)n; i++)
			wrong += buf[i] != scratch_byte(all + i);
		all += (size_t)n;
	}
	CHECK_INT(n, 0);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(c.rc, 0);
	CHECK_INT(all, LENGTH);
	CHECK_INT(wrong, 0);
	free(c.data);
	streams_close(end);
}

GREEN_TEST(a_fifo_is_a_stream)
{
	char *path = scratch_path("stream-fifo"), buf[16];
	struct green_stream *end[2];
	int fd[2];

	REQUIRE(CHECK_INT(mkfifo(path, 0600), 0));
	REQUIRE(CHECK((fd[0] = open(path, O_RDONLY | O_NONBLOCK)) != -1));
	REQUIRE(CHECK((fd[1] = open(path, O_WRONLY)) != -1));
	REQUIRE(CHECK((end[0] = green_stream_from_fd(fd[0])) != NULL));
	REQUIRE(CHECK((end[1] = green_stream_from_fd(fd[1])) != NULL));
	CHECK_INT(green_stream_send(end[1], "hello", 5), 0);
	CHECK_INT(green_stream_receive(end[0], buf, sizeof(buf)), 5);
	CHECK_INT(green_stream_close(end[1]), 0);
	CHECK_INT(green_stream_receive(end[0], buf, sizeof(buf)), 0);
	CHECK_INT(green_stream_close(end[0]), 0);
	CHECK_INT(unlink(path), 0);
	free(path);
}

GREEN_TEST(one_task_receives_from_a_pipe_and_close_ends_it)
{
	char buf[16];
	struct call c = { .buf = buf, .len = sizeof(buf) };
	struct green_stream *end[2];
	struct green_group g;

	REQUIRE(open_pipe(end));
	c.s = end[0];
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, call_receive, &c), 0);
	settle();
	CHECK_ERRNO(green_stream_receive(end[0], buf, 1), EBUSY);
	CHECK(!c.done);
	CHECK_INT(green_stream_close(end[0]), 0);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(c.rc, -1);
	CHECK_INT(c.error, EBADF);
	CHECK_INT(green_stream_close(end[1]), 0);
}

GREEN_TEST(sending_to_a_full_pipe_can_be_cancelled)
{
	struct call c = { .buf = NULL, .len = LENGTH };
	struct green_stream *end[2];
	struct green_group g;
	char buf[16];

	REQUIRE(open_pipe(end));
	c.s = end[1];
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, call_send, &c), 0);
	settle();
	CHECK(!c.done);
	green_group_cancel(&g, NULL);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(c.error, ECANCELED);
	CHECK_INT(green_stream_receive(end[0], buf, sizeof(buf)), sizeof(buf));
	streams_close(end);
}

GREEN_TEST(a_shared_pipe_blocks_again_after_its_stream)
{
	struct green_stream *s;
	int fd[2], shared;

	REQUIRE(CHECK(pipe(fd) == 0));
	REQUIRE(CHECK((shared = dup(fd[0])) != -1));
	REQUIRE(CHECK((s = green_stream_from_fd(fd[0])) != NULL));
	CHECK(fcntl(shared, F_GETFL) & O_NONBLOCK);
	CHECK_INT(green_stream_close(s), 0);
	CHECK_INT(fcntl(shared, F_GETFL) & O_NONBLOCK, 0);
	/* Unless it did not before. */
	CHECK_INT(fcntl(fd[1], F_SETFL, O_NONBLOCK), 0);
	close(shared);
	REQUIRE(CHECK((shared = dup(fd[1])) != -1));
	REQUIRE(CHECK((s = green_stream_from_fd(fd[1])) != NULL));
	CHECK_INT(green_stream_close(s), 0);
	CHECK(fcntl(shared, F_GETFL) & O_NONBLOCK);
	close(shared);
}

static bool
open_terminal(int fd[2])
{
	const char *name;

	return (CHECK((fd[0] = posix_openpt(O_RDWR | O_NOCTTY)) != -1) &&
	    CHECK_INT(grantpt(fd[0]), 0) && CHECK_INT(unlockpt(fd[0]), 0) &&
	    CHECK((name = ptsname(fd[0])) != NULL) &&
	    CHECK((fd[1] = open(name, O_RDWR | O_NOCTTY)) != -1));
}

GREEN_TEST(a_terminal_is_shared_with_nobody)
{
	struct green_stream *s;
	int fd[2], shared;
	char buf[16];

	REQUIRE(open_terminal(fd));
	REQUIRE(CHECK((shared = dup(fd[1])) != -1));
	REQUIRE(CHECK((s = green_stream_from_fd(fd[1])) != NULL));
	/* Those who had it before still find it blocking. */
	CHECK_INT(fcntl(shared, F_GETFL) & O_NONBLOCK, 0);
	CHECK(fcntl(fd[1], F_GETFL) & O_NONBLOCK);
	CHECK_INT(fcntl(fd[1], F_GETFD), FD_CLOEXEC);
	CHECK(isatty(fd[1]));
	CHECK_NULL(green_stream_from_fd(fd[1]), EBUSY);
	CHECK_INT(write(fd[0], "a line\n", 7), 7);
	CHECK_INT(green_stream_receive(s, buf, sizeof(buf)), 7);
	CHECK_ERRNO(green_stream_send_eof(s), ENOTSUP);
	CHECK_INT(green_stream_close(s), 0);
	CHECK_INT(fcntl(shared, F_GETFL) & O_NONBLOCK, 0);
	close(shared);
	close(fd[0]);
}

GREEN_TEST(a_terminal_gives_line_after_line)
{
	char line[16];
	struct call c = { .buf = line, .len = sizeof(line) };
	struct green_stream *master, *s;
	struct green_group g;
	char buf[64], *p;
	int fd[2];

	REQUIRE(open_terminal(fd));
	REQUIRE(CHECK((master = green_stream_from_fd(fd[0])) != NULL));
	REQUIRE(CHECK((s = green_stream_from_fd(fd[1])) != NULL));
	c.s = s;
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, call_receive, &c), 0);
	settle();
	CHECK_INT(green_stream_send(master, "one\ntwo\nthree\n", 14), 0);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(c.rc, 4);
	/* They were there already: no edge tells of them. */
	CHECK_INT(green_stream_receive(s, buf, sizeof(buf)), 4);
	CHECK_INT(green_stream_receive(s, buf, sizeof(buf)), 6);
	/* It echoes, and its end is the other's. */
	CHECK_INT(green_stream_receive_line(master, 80, &p), 1);
	CHECK_STR(p, "one");
	CHECK_INT(green_stream_receive_line(master, 80, &p), 1);
	CHECK_INT(green_stream_receive_line(master, 80, &p), 1);
	CHECK_INT(green_stream_close(s), 0);
	CHECK_INT(green_stream_receive(master, buf, sizeof(buf)), 0);
	CHECK_INT(green_stream_close(master), 0);
}

GREEN_TEST(devices_are_streams_and_files_are_not)
{
	struct green_stream *s;
	char *path = scratch_file("file", 10), buf[16];
	int fd;

	REQUIRE(CHECK((fd = open(path, O_RDWR)) != -1));
	CHECK_NULL(green_stream_from_fd(fd), EINVAL);
	CHECK_INT(fcntl(fd, F_GETFL) & O_NONBLOCK, 0);
	CHECK_INT(fcntl(fd, F_GETFD), 0);
	CHECK_NULL(green_listener_from_fd(fd), ENOTSOCK);
	CHECK_INT(close(fd), 0);
	REQUIRE(CHECK((fd = open("/", O_RDONLY)) != -1));
	CHECK_NULL(green_stream_from_fd(fd), EINVAL);
	CHECK_INT(close(fd), 0);
	REQUIRE(CHECK((fd = open("/dev/null", O_RDWR)) != -1));
	REQUIRE(CHECK((s = green_stream_from_fd(fd)) != NULL));
	CHECK_INT(green_stream_send(s, "x", 1), 0);
	CHECK_INT(green_stream_receive(s, buf, sizeof(buf)), 0);
	CHECK_INT(green_stream_close(s), 0);
	CHECK_INT(unlink(path), 0);
	free(path);
}

PLAIN_TEST(without_a_loop_a_pipe_is_left_alone)
{
	int fd[2];

	REQUIRE(CHECK(pipe(fd) == 0));
	CHECK_NULL(green_stream_from_fd(fd[0]), EPERM);
	CHECK_INT(fcntl(fd[0], F_GETFL) & O_NONBLOCK, 0);
	CHECK_INT(fcntl(fd[0], F_GETFD), 0);
	pair_close(fd);
}

CU_TestInfo fd_stream_tests[] = {
	CLAIM(a_pipe_is_a_stream_one_way),
	CLAIM(the_end_of_a_pipe_is_its_sender_s),
	CLAIM(a_broken_pipe_is_epipe_without_a_signal),
	CLAIM(a_masked_write_takes_its_own_signal_alone),
	CLAIM(more_goes_through_a_pipe_than_it_holds),
	CLAIM(a_fifo_is_a_stream),
	CLAIM(one_task_receives_from_a_pipe_and_close_ends_it),
	CLAIM(sending_to_a_full_pipe_can_be_cancelled),
	CLAIM(a_shared_pipe_blocks_again_after_its_stream),
	CLAIM(a_terminal_is_shared_with_nobody),
	CLAIM(a_terminal_gives_line_after_line),
	CLAIM(devices_are_streams_and_files_are_not),
	CLAIM(without_a_loop_a_pipe_is_left_alone),
	CU_TEST_INFO_NULL
};
