/*
 * Files as streams.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <sys/socket.h>

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <green/file.h>
#include <green/stream.h>
#include <green/thread.h>

#include "check.h"
#include "scratch.h"
#include "tasks.h"

static struct green_stream *
open_stream(const char *path, int flags)
{
	struct green_file *f = green_file_open(path, flags, 0600);
	struct green_stream *s = f == NULL ? NULL : green_file_stream(f);

	CHECK(s != NULL);
	return (s);
}

GREEN_TEST(a_stream_goes_on_from_the_files_position)
{
	char *path = scratch_file("stream", 100), buf[200];
	struct green_file *f = green_file_open(path, O_RDWR, 0);
	struct green_stream *s;
	int i;

	CHECK_INT(green_file_seek(f, 90, SEEK_SET), 90);
	s = green_file_stream(f);
	REQUIRE(CHECK(s != NULL));
	CHECK_INT(green_stream_receive(s, buf, 4), 4);
	for (i = 0; i < 4; i++)
		CHECK_INT(buf[i], scratch_byte((size_t)(90 + i)));
	/* One position for both directions. */
	CHECK_INT(green_stream_send(s, "ab", 2), 0);
	CHECK_INT(green_stream_receive(s, buf, sizeof(buf)), 4);
	CHECK_INT(buf[0], scratch_byte(96));
	CHECK_INT(green_stream_receive(s, buf, sizeof(buf)), 0);
	CHECK_INT(green_stream_send(s, "end", 3), 0);
	CHECK_INT(green_stream_receive(s, buf, sizeof(buf)), 0);
	CHECK_INT(green_stream_close(s), 0);
	f = green_file_open(path, O_RDONLY, 0);
	CHECK_INT(green_file_pread(f, buf, sizeof(buf), 94), 9);
	CHECK(memcmp(buf, "ab", 2) == 0);
	CHECK(memcmp(buf + 6, "end", 3) == 0);
	CHECK_INT(green_file_close(f), 0);
	free(path);
}

GREEN_TEST(the_wrong_direction_is_ebadf)
{
	char *path = scratch_file("stream", 10), c;
	struct green_stream *s = open_stream(path, O_RDONLY);

	CHECK_ERRNO(green_stream_send(s, "x", 1), EBADF);
	CHECK_INT(green_stream_receive(s, &c, 1), 1);
	CHECK_INT(green_stream_close(s), 0);
	s = open_stream(path, O_WRONLY | O_APPEND);
	CHECK_ERRNO(green_stream_receive(s, &c, 1), EBADF);
	CHECK_INT(green_stream_send(s, "x", 1), 0);
	CHECK_INT(green_stream_close(s), 0);
	free(path);
}

GREEN_TEST(a_file_has_no_end_of_its_own_to_send)
{
	char *path = scratch_file("stream", 0);
	struct green_stream *s = open_stream(path, O_RDWR);

	CHECK_ERRNO(green_stream_send_eof(s), ENOTSUP);
	CHECK_INT(green_stream_send(s, "x", 1), 0);
	CHECK_INT(green_stream_close(s), 0);
	free(path);
}

GREEN_TEST(a_files_stream_knows_path_and_descriptor)
{
	char *path = scratch_file("stream", 0);
	struct green_file *f = green_file_open(path, O_RDWR, 0);
	int fd = green_file_fd(f), seen = -1, copy = dup(fd);
	const char *name = NULL;
	struct green_stream *s = green_file_stream(f);

	CHECK_INT(green_stream_attr(s, GREEN_ATTR_FD, &seen, sizeof(seen)), 0);
	CHECK_INT(seen, fd);
	CHECK_INT(green_stream_attr(s, GREEN_ATTR_PATH, &name, sizeof(name)),
	    0);
	CHECK_STR(name, path);
	CHECK_ERRNO(green_stream_attr(s, GREEN_ATTR_PATH, &name, 1), EINVAL);
	CHECK_ERRNO(green_stream_attr(s, GREEN_ATTR_FAMILY, &seen,
	    sizeof(seen)), ENOTSUP);
	CHECK_INT(green_stream_close(s), 0);
	CHECK_INT(fcntl(fd, F_GETFD), -1);
	s = green_file_stream(green_file_from_fd(copy));
	CHECK_ERRNO(green_stream_attr(s, GREEN_ATTR_PATH, &name, sizeof(name)),
	    ENOTSUP);
	CHECK_INT(green_stream_close(s), 0);
	free(path);
}

GREEN_TEST(a_files_stream_is_like_any_other)
{
	char *path = scratch_file("stream", 0), *line, x[] = "x", end[] = "\n";
	struct green_stream *to = open_stream(path, O_RDWR), *from;
	struct iovec iov[2000];
	size_t i;

	for (i = 0; i < 2000; i++)
		iov[i] = (struct iovec){ i % 20 == 19 ? end : x, 1 };
	CHECK_INT(green_stream_sendv(to, iov, 2000), 0);
	CHECK_INT(green_stream_printf(to, "%d\n", 42), 0);
	CHECK_INT(green_stream_close(to), 0);
	from = open_stream(path, O_RDONLY);
	for (i = 0; i < 100; i++) {
		CHECK_INT(green_stream_receive_line(from, 100, &line), 1);
		CHECK_STR(line, "xxxxxxxxxxxxxxxxxxx");
	}
	CHECK_INT(green_stream_receive_line(from, 100, &line), 1);
	CHECK_STR(line, "42");
	CHECK_INT(green_stream_receive_line(from, 100, &line), 0);
	CHECK_INT(green_stream_close(from), 0);
	free(path);
}

GREEN_TEST(what_lines_have_read_ahead_comes_first)
{
	char *path = scratch_file("stream", 0), *line = NULL, buf[20];
	struct green_file *f = green_file_open(path, O_RDWR, 0);
	struct green_stream *s;
	size_t size = 0;

	CHECK_INT(green_file_pwrite(f, "one\ntwo", 7, 0), 0);
	CHECK_INT(green_file_getline(f, &line, &size), 4);
	s = green_file_stream(f);
	CHECK_INT(green_stream_receive(s, buf, sizeof(buf)), 3);
	CHECK(memcmp(buf, "two", 3) == 0);
	CHECK_INT(green_stream_close(s), 0);
	free(line);
	free(path);
}

struct moving {
	struct green_stream *stream;
	bool	 sends;
	ssize_t	 rc;
	int	 error;
	bool	 done;
};

static int
move_some(void *arg)
{
	struct moving *m = arg;
	char buf[8] = "written";

	m->rc = m->sends ? green_stream_send(m->stream, buf, 8) :
	    green_stream_receive(m->stream, buf, 8);
	m->error = errno;
	m->done = true;
	return (0);
}

static int
close_stream(void *arg)
{
	struct moving *m = arg;

	CHECK_INT(green_stream_close(m->stream), 0);
	return (0);
}

/* Its limiter keeps one inside for as long as the test wants. */
GREEN_TEST(directions_take_turns)
{
	char *path = scratch_file("stream", 8);
	struct green_file *f = green_file_open(path, O_RDWR, 0);
	struct green_limiter one;
	struct moving in = { .stream = NULL }, out = { .sends = true };
	struct green_group g;
	struct stat st;

	green_limiter_init(&one, 1);
	green_file_set_limiter(f, &one);
	CHECK_INT(green_limiter_acquire(&one), 0);
	in.stream = out.stream = green_file_stream(f);
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, move_some, &out), 0);
	green_cancel_shielded_checkpoint();
	CHECK_INT(green_spawn(&g, move_some, &in), 0);
	green_cancel_shielded_checkpoint();
	CHECK(!in.done && !out.done);
	CHECK_ERRNO(green_stream_send(out.stream, "x", 1), EBUSY);
	CHECK_INT(green_limiter_release(&one), 0);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(out.rc, 0);
	CHECK_INT(in.rc, 0);		/* at the end by then */
	CHECK_INT(stat(path, &st), 0);
	CHECK_INT(st.st_size, 8);
	CHECK_INT(green_stream_close(in.stream), 0);
	free(path);
}

GREEN_TEST(a_wait_for_the_turn_can_be_cancelled_or_closed)
{
	char *path = scratch_file("stream", 8);
	struct green_file *f = green_file_open(path, O_RDWR, 0);
	struct green_limiter one;
	struct moving in = { .stream = NULL }, out = { .sends = true };
	struct green_group g, receiving;

	green_limiter_init(&one, 1);
	green_file_set_limiter(f, &one);
	CHECK_INT(green_limiter_acquire(&one), 0);
	in.stream = out.stream = green_file_stream(f);
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, move_some, &out), 0);
	green_cancel_shielded_checkpoint();
	green_group_open(&receiving);
	CHECK_INT(green_spawn(&receiving, move_some, &in), 0);
	green_cancel_shielded_checkpoint();
	green_group_cancel(&receiving, NULL);
	CHECK_INT(green_group_close(&receiving, 0), 0);
	CHECK_INT(in.rc, -1);
	CHECK_INT(in.error, ECANCELED);
	in.done = false;
	CHECK_INT(green_spawn(&g, move_some, &in), 0);
	green_cancel_shielded_checkpoint();
	CHECK_INT(green_spawn(&g, close_stream, &in), 0);
	green_cancel_shielded_checkpoint();
	green_cancel_shielded_checkpoint();
	CHECK(in.done);
	CHECK_INT(in.rc, -1);
	CHECK_INT(in.error, EBADF);
	/* What has started is waited for. */
	CHECK(!out.done);
	CHECK_INT(green_limiter_release(&one), 0);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(out.rc, 0);
	free(path);
}

GREEN_TEST(what_has_no_position_takes_no_turns)
{
	struct moving in = { .stream = NULL };
	struct green_group g;
	int fd[2];
	char buf[4];

	REQUIRE(CHECK_INT(socketpair(AF_UNIX, SOCK_STREAM, 0, fd), 0));
	in.stream = green_file_stream(green_file_from_fd(fd[0]));
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, move_some, &in), 0);
	green_cancel_shielded_checkpoint();
	CHECK_INT(green_stream_send(in.stream, "abc", 3), 0);
	CHECK(!in.done);
	CHECK_INT(read(fd[1], buf, 4), 3);
	CHECK_INT(write(fd[1], "de", 2), 2);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(in.rc, 2);
	CHECK_INT(green_stream_close(in.stream), 0);
	close(fd[1]);
}

GREEN_TEST(a_cancelled_task_closes_a_files_stream)
{
	char *path = scratch_file("stream", 8), c;
	struct green_stream *s = open_stream(path, O_RDWR);
	struct green_scope scope;
	int fd = -1;

	CHECK_INT(green_stream_attr(s, GREEN_ATTR_FD, &fd, sizeof(fd)), 0);
	green_scope_open(&scope);
	green_scope_cancel(&scope, NULL);
	CHECK_ERRNO(green_stream_receive(s, &c, 1), ECANCELED);
	CHECK_ERRNO(green_stream_send(s, &c, 1), ECANCELED);
	CHECK_INT(green_stream_close(s), 0);
	CHECK_INT(green_scope_close(&scope, 0), 0);
	CHECK_INT(fcntl(fd, F_GETFD), -1);
	free(path);
}

CU_TestInfo file_stream_tests[] = {
	CLAIM(a_stream_goes_on_from_the_files_position),
	CLAIM(the_wrong_direction_is_ebadf),
	CLAIM(a_file_has_no_end_of_its_own_to_send),
	CLAIM(a_files_stream_knows_path_and_descriptor),
	CLAIM(a_files_stream_is_like_any_other),
	CLAIM(what_lines_have_read_ahead_comes_first),
	CLAIM(directions_take_turns),
	CLAIM(a_wait_for_the_turn_can_be_cancelled_or_closed),
	CLAIM(what_has_no_position_takes_no_turns),
	CLAIM(a_cancelled_task_closes_a_files_stream),
	CU_TEST_INFO_NULL
};
