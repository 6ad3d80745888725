/*
 * Framing: pieces found in streams that come in any portions, limits, ends in
 * the midst, and nothing lost by a failure.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "streams.h"

static void
put(struct green_stream *s, const char *text)
{
	CHECK_INT(green_stream_send(s, text, strlen(text)), 0);
}

GREEN_TEST(lines_come_without_their_ends)
{
	struct green_stream *end[2];
	char *line;

	REQUIRE(streams_open(end));
	put(end[0], "one\ntwo\r\n\n\r\n\rx\r\r\nlast");
	CHECK_INT(green_stream_send_eof(end[0]), 0);
	CHECK_INT(green_stream_receive_line(end[1], 100, &line), 1);
	CHECK_STR(line, "one");
	CHECK(green_stream_buffered(end[1]) > 0);
	CHECK_INT(green_stream_receive_line(end[1], 100, &line), 1);
	CHECK_STR(line, "two");
	CHECK_INT(green_stream_receive_line(end[1], 100, &line), 1);
	CHECK_STR(line, "");
	CHECK_INT(green_stream_receive_line(end[1], 100, &line), 1);
	CHECK_STR(line, "");
	CHECK_INT(green_stream_receive_line(end[1], 100, &line), 1);
	CHECK_STR(line, "\rx\r");
	CHECK_INT(green_stream_receive_line(end[1], 100, &line), 1);
	CHECK_STR(line, "last");
	CHECK_INT(green_stream_receive_line(end[1], 100, &line), 0);
	CHECK_INT(green_stream_receive_line(end[1], 100, &line), 0);
	streams_close(end);
}

GREEN_TEST(a_line_too_long_is_emsgsize_and_stays)
{
	struct green_stream *end[2];
	char *line;

	REQUIRE(streams_open(end));
	put(end[0], "1234567\n");
	CHECK_ERRNO(green_stream_receive_line(end[1], 7, &line), EMSGSIZE);
	CHECK_ERRNO(green_stream_receive_line(end[1], 0, &line), EINVAL);
	CHECK_INT(green_stream_buffered(end[1]), 8);
	CHECK_INT(green_stream_receive_line(end[1], 8, &line), 1);
	CHECK_STR(line, "1234567");
	streams_close(end);
}

/* The delimiter arrives byte by byte, after beginnings that were none. */
GREEN_TEST(a_delimiter_is_found_wherever_it_is_cut)
{
	static const char text[] = "a--b-----end";
	struct green_stream *end[2];
	const char *data;
	struct green_group g;
	size_t i;

	for (i = 0; i < sizeof(text) - 1; i++) {
		REQUIRE(streams_open(end));
		CHECK_INT(green_stream_send(end[0], text, i), 0);
		CHECK_INT(green_sleep(GREEN_MSEC), 0);
		struct call c = { .s = end[0], .buf = (char *)(uintptr_t)text +
		    i, .len = sizeof(text) - 1 - i };
		green_group_open(&g);
		CHECK_INT(green_spawn(&g, call_send, &c), 0);
		CHECK_INT(green_stream_receive_until(end[1], "-----", 5, 64,
		    &data), 9);
		CHECK(memcmp(data, "a--b-----", 9) == 0);
		CHECK_INT(green_stream_receive_until(end[1], "d", 1, 3, &data),
		    3);
		CHECK(memcmp(data, "end", 3) == 0);
		CHECK_INT(green_group_close(&g, 0), 0);
		streams_close(end);
	}
}

GREEN_TEST(limits_and_ends_of_until)
{
	struct green_stream *end[2];
	const char *data;
	char buf[16];

	REQUIRE(streams_open(end));
	put(end[0], "abc;rest");
	CHECK_INT(green_stream_send_eof(end[0]), 0);
	CHECK_ERRNO(green_stream_receive_until(end[1], "", 0, 9, &data),
	    EINVAL);
	CHECK_ERRNO(green_stream_receive_until(end[1], ";", 1, 0, &data),
	    EINVAL);
	CHECK_ERRNO(green_stream_receive_until(end[1], ";", 1, 3, &data),
	    EMSGSIZE);
	CHECK_INT(green_stream_receive_until(end[1], ";", 1, 4, &data), 4);
	CHECK_ERRNO(green_stream_receive_until(end[1], ";", 1, 99, &data),
	    EPIPE);
	CHECK_ERRNO(green_stream_receive_until(end[1], ";", 1, 99, &data),
	    EPIPE);
	CHECK_INT(green_stream_receive(end[1], buf, sizeof(buf)), 4);
	CHECK(memcmp(buf, "rest", 4) == 0);
	CHECK_INT(green_stream_receive_until(end[1], ";", 1, 99, &data), 0);
	streams_close(end);
}

GREEN_TEST(what_was_read_too_much_comes_first)
{
	struct green_stream *end[2];
	char *line, buf[16];

	REQUIRE(streams_open(end));
	put(end[0], "head\nbody");
	CHECK_INT(green_stream_receive_line(end[1], 99, &line), 1);
	CHECK_INT(green_stream_buffered(end[1]), 4);
	CHECK_INT(green_stream_receive(end[1], buf, 2), 2);
	put(end[0], "more");
	CHECK_INT(green_stream_receive_exactly(end[1], buf + 2, 6), 6);
	CHECK(memcmp(buf, "bodymore", 8) == 0);
	CHECK_INT(green_stream_buffered(end[1]), 0);
	streams_close(end);
}

GREEN_TEST(exactly_gives_less_only_at_the_end)
{
	struct green_stream *end[2];
	char buf[16];

	REQUIRE(streams_open(end));
	put(end[0], "123456");
	CHECK_INT(green_stream_receive_exactly(end[1], buf, 0), 0);
	CHECK_INT(green_stream_receive_exactly(end[1], buf, 4), 4);
	CHECK_INT(green_stream_send_eof(end[0]), 0);
	CHECK_INT(green_stream_receive_exactly(end[1], buf, 4), 2);
	CHECK_INT(green_stream_receive_exactly(end[1], buf, 4), 0);
	CHECK_ERRNO(green_stream_receive_exactly(end[1], buf, SIZE_MAX),
	    EINVAL);
	streams_close(end);
}

/* Half a record has come, and been put where the caller wanted it. */
GREEN_TEST(a_cancelled_exactly_loses_nothing)
{
	struct green_stream *end[2];
	struct green_scope s;
	char buf[16], *line;
	int i;

	REQUIRE(streams_open(end));
	for (i = 1; i <= 3; i++) {
		put(end[0], "ab");
		green_move_on_after(&s, 5 * GREEN_MSEC);
		CHECK_INT(green_scope_close(&s, green_stream_receive_exactly(
		    end[1], buf, 8)), 0);
		CHECK(green_scope_caught(&s));
		CHECK_INT(green_stream_buffered(end[1]), 2 * i);
		green_move_on_after(&s, 5 * GREEN_MSEC);
		CHECK_INT(green_scope_close(&s, green_stream_receive_line(
		    end[1], 99, &line)), 0);
		CHECK(green_scope_caught(&s));
	}
	put(end[0], "ab");
	CHECK_INT(green_stream_receive_exactly(end[1], buf, 8), 8);
	CHECK(memcmp(buf, "abababab", 8) == 0);
	streams_close(end);
}

GREEN_TEST(unread_bytes_come_again)
{
	struct green_stream *end[2];
	static char large[10000];
	char *line, *got = malloc(sizeof(large) + 8);
	size_t i;

	for (i = 0; i < sizeof(large); i++)
		large[i] = (char)(i % 61);
	REQUIRE(streams_open(end));
	CHECK_INT(green_stream_unread(end[1], "b", 1), 0);
	CHECK_INT(green_stream_unread(end[1], "", 0), 0);
	CHECK_INT(green_stream_unread(end[1], "a", 1), 0);
	put(end[0], "c\nd\n");
	CHECK_INT(green_stream_receive_line(end[1], 99, &line), 1);
	CHECK_STR(line, "abc");
	/* What it has left in the buffer itself. */
	CHECK_INT(green_stream_unread(end[1], line, 2), 0);
	CHECK_INT(green_stream_unread(end[1], large, sizeof(large)), 0);
	CHECK_INT(green_stream_receive_exactly(end[1], got,
	    sizeof(large) + 4), sizeof(large) + 4);
	CHECK(memcmp(got, large, sizeof(large)) == 0);
	CHECK(memcmp(got + sizeof(large), "abd\n", 4) == 0);
	streams_close(end);
	free(got);
}

/* Many pieces in one buffer, and one larger than any buffer before. */
GREEN_TEST(pieces_of_all_sizes)
{
	enum { N = 300 };
	struct green_stream *end[2];
	struct green_group g;
	size_t len = 0, n, i;
	char *text = malloc(N * N * 40), *p = text;
	const char *data;
	ssize_t got;

	for (i = 0; i < N; i++) {
		n = i * i % 40 * i;
		memset(p, 'a' + (int)(i % 26), n);
		p[n] = '.';
		p += n + 1;
	}
	len = (size_t)(p - text);
	REQUIRE(streams_open(end));
	struct call c = { .s = end[0], .buf = text, .len = len };
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, call_send, &c), 0);
	for (i = 0; i < N; i++) {
		got = green_stream_receive_until(end[1], ".", 1, 1 << 20,
		    &data);
		n = i * i % 40 * i;
		if (!CHECK_INT(got, n + 1) || (n > 0 &&
		    !CHECK(data[0] == 'a' + (int)(i % 26) &&
		    data[n - 1] == data[0])))
			break;
	}
	CHECK_INT(green_stream_buffered(end[1]), 0);
	CHECK_INT(green_group_close(&g, 0), 0);
	streams_close(end);
	free(text);
}

CU_TestInfo frame_tests[] = {
	CLAIM(lines_come_without_their_ends),
	CLAIM(a_line_too_long_is_emsgsize_and_stays),
	CLAIM(a_delimiter_is_found_wherever_it_is_cut),
	CLAIM(limits_and_ends_of_until),
	CLAIM(what_was_read_too_much_comes_first),
	CLAIM(exactly_gives_less_only_at_the_end),
	CLAIM(a_cancelled_exactly_loses_nothing),
	CLAIM(unread_bytes_come_again),
	CLAIM(pieces_of_all_sizes),
	CU_TEST_INFO_NULL
};
