/*
 * stdio on streams: reading, writing and both, what fails and what a
 * cancellation leaves.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "streams.h"

/* A FILE on one end of a pair, and the other. */
static FILE *
open_file(const char *mode, struct green_stream **far)
{
	struct green_stream *end[2];
	FILE *f;

	if (!CHECK_INT(green_stream_pair(100000, end), 0))
		return (NULL);
	*far = end[1];
	f = green_stream_fopen(end[0], mode);
	CHECK(f != NULL);
	return (f);
}

MOCK_TEST(stdio_reads_a_stream_to_its_end)
{
	struct green_stream *far;
	char line[16];
	FILE *f;
	int n;

	REQUIRE((f = open_file("r", &far)) != NULL);
	CHECK_INT(green_stream_printf(far, "one\n%d\nlast", 42), 0);
	CHECK_INT(green_stream_send_eof(far), 0);
	CHECK_STR(fgets(line, sizeof(line), f), "one\n");
	CHECK_INT(fscanf(f, "%d\n", &n), 1);
	CHECK_INT(n, 42);
	CHECK_STR(fgets(line, sizeof(line), f), "last");
	CHECK(fgets(line, sizeof(line), f) == NULL);
	CHECK(feof(f) != 0 && ferror(f) == 0);
	CHECK_INT(fclose(f), 0);
	CHECK_ERRNO(green_stream_send(far, "x", 1), EPIPE);
	CHECK_INT(green_stream_close(far), 0);
}

MOCK_TEST(stdio_writes_to_a_stream_when_it_is_flushed)
{
	struct green_stream *far;
	char buf[16];
	FILE *f;

	REQUIRE((f = open_file("w", &far)) != NULL);
	CHECK_INT(fprintf(f, "%s %d\n", "number", 7), 9);
	CHECK_INT(fflush(f), 0);
	CHECK_INT(green_stream_receive(far, buf, sizeof(buf)), 9);
	CHECK(memcmp(buf, "number 7\n", 9) == 0);
	CHECK_INT(fputs("rest", f) < 0, 0);
	CHECK_INT(fclose(f), 0);
	CHECK_INT(green_stream_receive(far, buf, sizeof(buf)), 4);
	CHECK_INT(green_stream_receive(far, buf, sizeof(buf)), 0);
	CHECK_INT(green_stream_close(far), 0);
}

/* What stdio has read ahead comes again, after what is written in between. */
MOCK_TEST(stdio_reads_and_writes_in_turns)
{
	struct green_stream *far;
	char line[16], *got;
	FILE *f;
	int i;

	REQUIRE((f = open_file("r+", &far)) != NULL);
	CHECK_INT(green_stream_send(far, "a\nb\nc\n", 6), 0);
	for (i = 0; i < 3; i++) {
		CHECK(fgets(line, sizeof(line), f) != NULL);
		CHECK_INT(line[0], 'a' + i);
		CHECK_INT(fseek(f, 0, SEEK_CUR), 0);
		CHECK_INT(fprintf(f, "got %s", line), 6);
		CHECK_INT(fflush(f), 0);
		CHECK_INT(green_stream_receive_line(far, 99, &got), 1);
		CHECK_INT(got[4], 'a' + i);
	}
	CHECK_INT(ftell(f), 24);
	CHECK_ERRNO(fseek(f, 0, SEEK_SET), ESPIPE);
	CHECK_ERRNO(fseek(f, 0, SEEK_END), ESPIPE);
	CHECK_INT(fclose(f), 0);
	CHECK_INT(green_stream_close(far), 0);
}

MOCK_TEST(stdio_moves_much_of_it)
{
	enum { N = 1 << 20 };
	struct green_stream *end[2];
	struct green_group g;
	char *text = malloc(N), *got = malloc(N);
	struct call c = { .buf = text, .len = N };
	FILE *f;
	int i;

	for (i = 0; i < N; i++)
		text[i] = (char)(i * 7 / 3);
	REQUIRE(CHECK_INT(green_stream_pair(1000, end), 0));
	REQUIRE(CHECK((f = green_stream_fopen(end[0], "r+")) != NULL));
	c.s = end[1];
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, call_send, &c), 0);
	CHECK_INT(fread(got, 1, 1000, f), 1000);
	CHECK_INT(fread(got + 1000, 1, N - 1000, f), N - 1000);
	CHECK(memcmp(text, got, N) == 0);
	CHECK_INT(green_group_close(&g, 0), 0);
	memset(got, 0, N);
	c = (struct call){ .s = end[1], .buf = got, .len = N };
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, call_receive_exactly, &c), 0);
	CHECK_INT(fseek(f, 0, SEEK_CUR), 0);
	CHECK_INT(fwrite(text, 1, N, f), N);
	CHECK_INT(fflush(f), 0);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(c.rc, N);
	CHECK(memcmp(text, got, N) == 0);
	CHECK_INT(fclose(f), 0);
	CHECK_INT(green_stream_close(end[1]), 0);
	free(text);
	free(got);
}

MOCK_TEST(a_cancelled_stdio_read_fails_and_loses_nothing)
{
	struct green_stream *far;
	struct green_scope s;
	char line[16];
	FILE *f;

	REQUIRE((f = open_file("r", &far)) != NULL);
	green_move_on_after(&s, GREEN_SEC);
	CHECK(fgets(line, sizeof(line), f) == NULL);
	CHECK_INT(errno, ECANCELED);
	CHECK(ferror(f) != 0 && feof(f) == 0);
	CHECK_INT(green_scope_close(&s, 0), 0);
	clearerr(f);
	CHECK_INT(green_stream_send(far, "later\n", 6), 0);
	CHECK_STR(fgets(line, sizeof(line), f), "later\n");
	CHECK_INT(fclose(f), 0);
	CHECK_INT(green_stream_close(far), 0);
}

MOCK_TEST(a_failed_stdio_write_is_an_error)
{
	static char large[100000];
	struct green_stream *far;
	FILE *f;

	REQUIRE((f = open_file("w", &far)) != NULL);
	CHECK_INT(green_stream_close(far), 0);
	CHECK_INT(fprintf(f, "x"), 1);
	errno = 0;
	CHECK_ERRNO(fflush(f), EPIPE);
	CHECK(ferror(f) != 0);
	clearerr(f);
	CHECK(fwrite(large, 1, sizeof(large), f) < sizeof(large));
	CHECK_INT(errno, EPIPE);
	CHECK(ferror(f) != 0);
	(void)fclose(f);
}

MOCK_TEST(a_stdio_file_goes_one_way_if_told_so)
{
	struct green_stream *far;
	FILE *f;

	REQUIRE((f = open_file("r", &far)) != NULL);
	CHECK(fputc('x', f) == EOF || fflush(f) == EOF);
	(void)fclose(f);
	CHECK_INT(green_stream_close(far), 0);
	REQUIRE((f = open_file("w", &far)) != NULL);
	CHECK_INT(fgetc(f), EOF);
	(void)fclose(f);
	CHECK_INT(green_stream_close(far), 0);
}

/* Its last bytes do not get out, but it is closed all the same. */
MOCK_TEST(fclose_closes_in_a_cancelled_scope)
{
	struct green_stream *far;
	struct green_scope s;
	char c;
	FILE *f;

	REQUIRE((f = open_file("w", &far)) != NULL);
	CHECK_INT(fputc('x', f), 'x');
	green_scope_open(&s);
	green_scope_cancel(&s, NULL);
	CHECK_ERRNO(fclose(f), ECANCELED);
	CHECK_INT(green_scope_close(&s, 0), 0);
	CHECK_INT(green_stream_receive(far, &c, 1), 0);
	CHECK_INT(green_stream_close(far), 0);
}

MOCK_TEST(other_modes_are_einval_and_close)
{
	static const char *const modes[] = { "", "a", "w+", "x", "rw", "r+x" };
	struct green_stream *end[2];
	size_t i;
	char c;

	for (i = 0; i < sizeof(modes) / sizeof(*modes); i++) {
		REQUIRE(CHECK_INT(green_stream_pair(8, end), 0));
		CHECK_NULL(green_stream_fopen(end[0], modes[i]), EINVAL);
		CHECK_INT(green_stream_receive(end[1], &c, 1), 0);
		CHECK_INT(green_stream_close(end[1]), 0);
	}
}

CU_TestInfo fopen_tests[] = {
	CLAIM(stdio_reads_a_stream_to_its_end),
	CLAIM(stdio_writes_to_a_stream_when_it_is_flushed),
	CLAIM(stdio_reads_and_writes_in_turns),
	CLAIM(stdio_moves_much_of_it),
	CLAIM(a_cancelled_stdio_read_fails_and_loses_nothing),
	CLAIM(a_failed_stdio_write_is_an_error),
	CLAIM(a_stdio_file_goes_one_way_if_told_so),
	CLAIM(fclose_closes_in_a_cancelled_scope),
	CLAIM(other_modes_are_einval_and_close),
	CU_TEST_INFO_NULL
};
