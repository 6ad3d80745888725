/*
 * Files to streams: all of it arrives, whichever way it goes.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <green/file.h>

#include "check.h"
#include "scratch.h"
#include "streams.h"
#include "tasks.h"

struct sink {
	struct green_stream *s;
	size_t	 at;			/* of the file, what comes next */
	size_t	 n;
	bool	 wrong;
	int	 pause;			/* checkpoints between two pieces */
};

static int
swallow(void *arg)
{
	struct sink *k = arg;
	char buf[10000];
	ssize_t n;
	int i;

	while ((n = green_stream_receive(k->s, buf, sizeof(buf))) > 0) {
		for (i = 0; i < n; i++)
			k->wrong |= buf[i] != scratch_byte(k->at + k->n +
			    (size_t)i);
		k->n += (size_t)n;
		for (i = 0; i < k->pause; i++)
			if (green_checkpoint() == -1)
				return (-1);
	}
	return ((int)n);
}

static struct green_file *
open_filled(size_t size)
{
	char *path = scratch_file("send", size);
	struct green_file *f = green_file_open(path, O_RDONLY, 0);

	CHECK(f != NULL);
	free(path);
	return (f);
}

/* A large one that holds nothing. */
static struct green_file *
open_hole(off_t size)
{
	char *path = scratch_file("hole", 0);
	struct green_file *f;

	CHECK_INT(truncate(path, size), 0);
	f = green_file_open(path, O_RDONLY, 0);
	CHECK(f != NULL);
	free(path);
	return (f);
}

/* Sending len from at gives want, and that arrives. */
static void
sends(struct green_stream *end[2], struct green_file *f, off_t at, int64_t len,
    int64_t want)
{
	struct sink k = { .s = end[1], .at = (size_t)at, .pause = 1 };
	struct green_group g;

	green_group_open(&g);
	CHECK_INT(green_spawn(&g, swallow, &k), 0);
	CHECK_INT(green_file_send(end[0], f, at, len), want);
	CHECK_INT(green_stream_send_eof(end[0]), 0);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(k.n, want);
	CHECK(!k.wrong);
	CHECK_INT(green_file_tell(f), 0);
	streams_close(end);
}

GREEN_TEST(a_file_arrives_whole)
{
	static const size_t sizes[] = { 0, 1, 4096, 32768, 32769, 100000,
	    3000000 };
	struct green_stream *end[2];
	struct green_file *f;
	size_t i;

	for (i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		REQUIRE(streams_open(end));
		f = open_filled(sizes[i]);
		sends(end, f, 0, (int64_t)sizes[i], (int64_t)sizes[i]);
		CHECK_INT(green_file_close(f), 0);
	}
}

GREEN_TEST(a_part_arrives)
{
	struct green_file *f = open_filled(300000);
	struct green_stream *end[2];

	REQUIRE(streams_open(end));
	sends(end, f, 12345, 200000, 200000);
	REQUIRE(streams_open_local(end));
	sends(end, f, 12345, 200000, 200000);
	REQUIRE(streams_open(end));
	sends(end, f, 12345, 0, 0);
	CHECK_INT(green_file_close(f), 0);
}

GREEN_TEST(at_the_files_end_it_is_less)
{
	struct green_file *f = open_filled(300000);
	struct green_stream *end[2];

	REQUIRE(streams_open(end));
	sends(end, f, 0, INT64_MAX, 300000);
	REQUIRE(streams_open(end));
	sends(end, f, 299990, 100, 10);
	REQUIRE(streams_open(end));
	sends(end, f, 300000, 100, 0);
	REQUIRE(streams_open(end));
	sends(end, f, 400000, 100, 0);
	CHECK_INT(green_file_close(f), 0);
}

GREEN_TEST(what_is_not_cached_arrives_too)
{
	struct green_file *f = open_filled(3000000);
	struct green_stream *end[2];

	REQUIRE(streams_open(end));
	(void)fsync(green_file_fd(f));
#ifdef HAVE_POSIX_FADVISE
	(void)posix_fadvise(green_file_fd(f), 0, 0, POSIX_FADV_DONTNEED);
#endif
	sends(end, f, 0, 3000000, 3000000);
	CHECK_INT(green_file_close(f), 0);
}

GREEN_TEST(what_has_no_size_arrives_too)
{
	struct green_stream *end[2];
	struct green_file *f = green_file_open("/dev/zero", O_RDONLY, 0);
	char buf[1000];
	int i, n = 0;

	REQUIRE(CHECK(f != NULL));
	REQUIRE(streams_open(end));
	CHECK_INT(green_file_send(end[0], f, 0, 1000), 1000);
	CHECK_INT(green_stream_receive_exactly(end[1], buf, 1000), 1000);
	for (i = 0; i < 1000; i++)
		n += buf[i] != 0;
	CHECK_INT(n, 0);
	CHECK_INT(green_file_close(f), 0);
	streams_close(end);
}

struct send {
	struct green_stream *s;
	struct green_file *f;
	int64_t	 len;
	int64_t	 rc;
	int	 error;
};

static int
send_it(void *arg)
{
	struct send *s = arg;

	s->rc = green_file_send(s->s, s->f, 0, s->len);
	s->error = errno;
	return (0);
}

GREEN_TEST(a_second_sender_is_refused)
{
	struct send s = { .f = open_hole(50000000), .len = 50000000 };
	struct green_stream *end[2];
	struct green_group g;

	REQUIRE(streams_open(end));
	s.s = end[0];
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, send_it, &s), 0);
	CHECK_INT(green_sleep(GREEN_MSEC), 0);
	CHECK_ERRNO(green_file_send(end[0], s.f, 0, 1), EBUSY);
	CHECK_ERRNO(green_stream_send(end[0], "x", 1), EBUSY);
	green_group_cancel(&g, NULL);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(s.rc, -1);
	CHECK_INT(s.error, ECANCELED);
	CHECK_INT(green_file_close(s.f), 0);
	streams_close(end);
}

GREEN_TEST(closing_the_stream_ends_it)
{
	struct send s = { .f = open_hole(50000000), .len = 50000000 };
	struct green_stream *end[2];
	struct green_group g;

	REQUIRE(streams_open(end));
	s.s = end[0];
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, send_it, &s), 0);
	CHECK_INT(green_sleep(GREEN_MSEC), 0);
	CHECK_INT(green_stream_close(end[0]), 0);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(s.rc, -1);
	CHECK_INT(s.error, EBADF);
	CHECK_INT(green_file_close(s.f), 0);
	CHECK_INT(green_stream_close(end[1]), 0);
}

static int
signals_seen(void)
{
	sigset_t set;

	sigemptyset(&set);
	(void)sigpending(&set);
	return (sigismember(&set, SIGPIPE));
}

GREEN_TEST(a_broken_connection_raises_no_signal)
{
	struct send s = { .f = open_filled(200000), .len = 200000 };
	struct green_stream *end[2];

	REQUIRE(streams_open_local(end));
	CHECK_INT(green_stream_close(end[1]), 0);
	s.s = end[0];
	CHECK_INT(send_it(&s), 0);
	CHECK_INT(s.rc, -1);
	CHECK(s.error == EPIPE || s.error == ECONNRESET);
	CHECK_INT(signals_seen(), 0);
	CHECK_INT(green_file_close(s.f), 0);
	CHECK_INT(green_stream_close(end[0]), 0);
}

GREEN_TEST(nonsense_is_refused)
{
	struct green_file *f = open_filled(10);
	struct green_stream *end[2];

	REQUIRE(streams_open(end));
	CHECK_ERRNO(green_file_send(end[0], f, 0, -1), EINVAL);
	CHECK_ERRNO(green_file_send(end[0], f, -1, 1), EINVAL);
	CHECK_INT(green_stream_send_eof(end[0]), 0);
	CHECK_ERRNO(green_file_send(end[0], f, 0, 1), EPIPE);
	CHECK_INT(green_file_close(f), 0);
	streams_close(end);
}

CU_TestInfo file_send_tests[] = {
	CLAIM(a_file_arrives_whole),
	CLAIM(a_part_arrives),
	CLAIM(at_the_files_end_it_is_less),
	CLAIM(what_is_not_cached_arrives_too),
	CLAIM(what_has_no_size_arrives_too),
	CLAIM(a_second_sender_is_refused),
	CLAIM(closing_the_stream_ends_it),
	CLAIM(a_broken_connection_raises_no_signal),
	CLAIM(nonsense_is_refused),
	CU_TEST_INFO_NULL
};
