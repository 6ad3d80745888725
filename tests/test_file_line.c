/*
 * Lines of files.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <green/file.h>
#include <green/thread.h>

#include "check.h"
#include "scratch.h"
#include "tasks.h"

#define LONG	200000

static struct green_file *
open_text(const char *text, size_t len)
{
	char *path = scratch_file("lines", 0);
	struct green_file *f = green_file_open(path, O_RDWR, 0);

	CHECK(f != NULL);
	free(path);
	CHECK_INT(green_file_write(f, text, len), 0);
	CHECK_INT(green_file_seek(f, 0, SEEK_SET), 0);
	return (f);
}

GREEN_TEST(lines_come_one_by_one_with_their_ends)
{
	static const char text[] = "one\n\nthree\0x\nlast";
	struct green_file *f = open_text(text, sizeof(text) - 1);
	char *line = NULL;
	size_t size = 0;

	CHECK_INT(green_file_getline(f, &line, &size), 4);
	CHECK_STR(line, "one\n");
	CHECK(size >= 5);
	CHECK_INT(green_file_getline(f, &line, &size), 1);
	CHECK_STR(line, "\n");
	CHECK_INT(green_file_getline(f, &line, &size), 8);
	CHECK(memcmp(line, "three\0x\n", 9) == 0);
	CHECK_INT(green_file_getline(f, &line, &size), 4);
	CHECK_STR(line, "last");
	CHECK_INT(green_file_getline(f, &line, &size), 0);
	CHECK_INT(green_file_getline(f, &line, &size), 0);
	free(line);
	CHECK_INT(green_file_close(f), 0);
}

GREEN_TEST(lines_may_be_of_any_length)
{
	size_t len = 3 * (LONG + 1), at, size = 1;
	char *text = malloc(len), *line = malloc(1);
	struct green_file *f;
	int i;

	memset(text, 'x', len);
	for (i = 1; i <= 3; i++)
		text[i * (LONG + 1) - 1] = '\n';
	f = open_text(text, len);
	for (at = 0; at < len; at += LONG + 1) {
		CHECK_INT(green_file_getline(f, &line, &size), LONG + 1);
		CHECK(memcmp(line, text + at, LONG + 1) == 0);
		CHECK_INT(line[LONG + 1], '\0');
	}
	CHECK_INT(green_file_getline(f, &line, &size), 0);
	free(line);
	free(text);
	CHECK_INT(green_file_close(f), 0);
}

/* Lines of every length around the size of the buffer and of its parts. */
GREEN_TEST(no_line_is_lost_between_two_reads)
{
	struct green_file *f;
	char *text = malloc(1 << 20), *line = NULL;
	size_t len = 0, size = 0, n;
	ssize_t got;

	for (n = 0; len + n + 1 < 1 << 20; n++) {
		memset(text + len, 'a' + (int)(n % 26), n);
		text[len + n] = '\n';
		len += n + 1;
	}
	f = open_text(text, len);
	len = 0;
	for (n = 0; (got = green_file_getline(f, &line, &size)) > 0; n++) {
		if (!CHECK_INT(got, n + 1) ||
		    !CHECK(memcmp(line, text + len, n + 1) == 0))
			break;
		len += n + 1;
	}
	CHECK_INT(got, 0);
	free(line);
	free(text);
	CHECK_INT(green_file_close(f), 0);
}

GREEN_TEST(a_seek_begins_anew)
{
	struct green_file *f = open_text("one\ntwo\n", 8);
	char *line = NULL;
	size_t size = 0;

	CHECK_INT(green_file_getline(f, &line, &size), 4);
	CHECK_INT(green_file_seek(f, 0, SEEK_SET), 0);
	CHECK_INT(green_file_getline(f, &line, &size), 4);
	CHECK_STR(line, "one\n");
	CHECK_INT(green_file_seek(f, -2, SEEK_END), 6);
	CHECK_INT(green_file_getline(f, &line, &size), 2);
	CHECK_STR(line, "o\n");
	CHECK_INT(green_file_getline(f, &line, &size), 0);
	free(line);
	CHECK_INT(green_file_close(f), 0);
}

GREEN_TEST(a_file_that_grows_has_more_lines)
{
	struct green_file *f = open_text("half", 4);
	char *line = NULL;
	size_t size = 0;

	CHECK_INT(green_file_getline(f, &line, &size), 4);
	CHECK_INT(green_file_getline(f, &line, &size), 0);
	CHECK_INT(green_file_pwrite(f, "\nmore\n", 6, 4), 0);
	CHECK_INT(green_file_getline(f, &line, &size), 1);
	CHECK_INT(green_file_getline(f, &line, &size), 5);
	CHECK_STR(line, "more\n");
	free(line);
	CHECK_INT(green_file_close(f), 0);
}

struct asking {
	struct green_file *file;
	char	*line;
	size_t	 size;
	ssize_t	 n;
};

static int
ask(void *arg)
{
	struct asking *a = arg;

	a->n = green_file_getline(a->file, &a->line, &a->size);
	return (0);
}

GREEN_TEST(a_line_that_comes_in_pieces_is_one)
{
	struct asking a = { .line = NULL };
	struct green_group g;
	int fd[2];

	REQUIRE(CHECK_INT(pipe(fd), 0));
	a.file = green_file_from_fd(fd[0]);
	CHECK_INT(write(fd[1], "be", 2), 2);
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, ask, &a), 0);
	green_cancel_shielded_checkpoint();
	CHECK_ERRNO(green_file_getline(a.file, &a.line, &a.size), EBUSY);
	CHECK_INT(write(fd[1], "gin\nend", 7), 7);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(a.n, 6);
	CHECK_STR(a.line, "begin\n");
	close(fd[1]);
	(void)ask(&a);
	CHECK_INT(a.n, 3);
	CHECK_STR(a.line, "end");
	free(a.line);
	CHECK_INT(green_file_close(a.file), 0);
}

/* The wait for a worker is cancelled, with half of a line there. */
GREEN_TEST(a_cancelled_task_loses_no_line)
{
	struct asking a = { .line = NULL };
	struct green_limiter none = { 0 };
	struct green_scope s;
	int fd[2];

	REQUIRE(CHECK_INT(pipe(fd), 0));
	a.file = green_file_from_fd(fd[0]);
	CHECK_INT(write(fd[1], "one\nha", 6), 6);
	(void)ask(&a);
	CHECK_STR(a.line, "one\n");
	green_file_set_limiter(a.file, &none);
	green_move_on_after(&s, GREEN_MSEC);
	CHECK_ERRNO(green_file_getline(a.file, &a.line, &a.size), ECANCELED);
	CHECK_ERRNO(green_file_getline(a.file, &a.line, &a.size), ECANCELED);
	CHECK_INT(green_scope_close(&s, 0), 0);
	green_file_set_limiter(a.file, NULL);
	CHECK_INT(write(fd[1], "lf\n", 3), 3);
	(void)ask(&a);
	CHECK_STR(a.line, "half\n");
	free(a.line);
	close(fd[1]);
	CHECK_INT(green_file_close(a.file), 0);
}

GREEN_TEST(what_cannot_have_lines_says_why)
{
	struct green_file *f = green_file_open("/", O_RDONLY, 0);
	char *line = NULL;
	size_t size = 0;

	CHECK_ERRNO(green_file_getline(f, &line, &size), EISDIR);
	CHECK_ERRNO(green_file_getline(f, NULL, &size), EINVAL);
	CHECK_ERRNO(green_file_getline(f, &line, NULL), EINVAL);
	CHECK(line == NULL);
	CHECK_INT(green_file_close(f), 0);
}

CU_TestInfo file_line_tests[] = {
	CLAIM(lines_come_one_by_one_with_their_ends),
	CLAIM(lines_may_be_of_any_length),
	CLAIM(no_line_is_lost_between_two_reads),
	CLAIM(a_seek_begins_anew),
	CLAIM(a_file_that_grows_has_more_lines),
	CLAIM(a_line_that_comes_in_pieces_is_one),
	CLAIM(a_cancelled_task_loses_no_line),
	CLAIM(what_cannot_have_lines_says_why),
	CU_TEST_INFO_NULL
};
