/*
 * Temporary files, directories and spools.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <green/path.h>
#include <green/stream.h>
#include <green/thread.h>

#include "check.h"
#include "scratch.h"
#include "tasks.h"

#define MANY	32

/* An empty directory, and what is in it. */
static char *
make_dir(void)
{
	char *path = scratch_path("temp");

	(void)rmdir(path);
	CHECK_INT(mkdir(path, 0700), 0);
	return (path);
}

static int
count_entries(const char *path)
{
	struct green_dir *d = green_dir_open(path);
	struct green_dirent e;
	int n = 0;

	REQUIRE_TASK(CHECK(d != NULL));
	while (green_dir_next(d, &e) == 1)
		n++;
	CHECK_INT(green_dir_close(d), 0);
	return (n);
}

PLAIN_TEST(temporary_files_are_where_the_environment_says)
{
	const char *was = getenv("TMPDIR");
	char *before = was == NULL ? NULL : strdup(was);

	CHECK_INT(setenv("TMPDIR", "/some/where", 1), 0);
	CHECK_STR(green_temp_root(), "/some/where");
	CHECK_INT(setenv("TMPDIR", "", 1), 0);
	CHECK_STR(green_temp_root(), "/tmp");
	CHECK_INT(unsetenv("TMPDIR"), 0);
	CHECK_STR(green_temp_root(), "/tmp");
	if (before != NULL)
		CHECK_INT(setenv("TMPDIR", before, 1), 0);
	free(before);
}

GREEN_TEST(a_temporary_file_has_no_name)
{
	char *dir = make_dir(), buf[4];
	struct green_file *f = green_temp_file(dir);
	struct stat st;

	REQUIRE(CHECK(f != NULL));
	CHECK_INT(count_entries(dir), 0);
	CHECK_INT(green_file_stat(f, &st), 0);
	CHECK_INT(st.st_mode & 07777, 0600);
	CHECK_INT(st.st_nlink, 0);
	CHECK(fcntl(green_file_fd(f), F_GETFD) & FD_CLOEXEC);
	CHECK_INT(green_file_write(f, "abc", 3), 0);
	CHECK_INT(green_file_pread(f, buf, 4, 0), 3);
	CHECK_INT(green_file_close(f), 0);
	CHECK_INT(count_entries(dir), 0);
	CHECK_NULL(green_temp_file("/nowhere/at/all"), ENOENT);
	f = green_temp_file(NULL);
	CHECK(f != NULL);
	CHECK_INT(green_file_close(f), 0);
	CHECK_INT(rmdir(dir), 0);
	free(dir);
}

GREEN_TEST(a_named_file_stays_until_it_is_removed)
{
	char *dir = make_dir(), *path = NULL, *name;
	struct green_file *f = green_temp_named(dir, "pre-", ".txt", &path);
	struct stat st;

	REQUIRE(CHECK(f != NULL));
	CHECK(strncmp(path, dir, strlen(dir)) == 0);
	name = strrchr(path, '/') + 1;
	CHECK(strncmp(name, "pre-", 4) == 0);
	CHECK_STR(path + strlen(path) - 4, ".txt");
	CHECK(strlen(name) >= 4 + 12 + 4);
	CHECK_INT(green_file_write(f, "abc", 3), 0);
	CHECK_INT(green_file_close(f), 0);
	CHECK_INT(stat(path, &st), 0);
	CHECK_INT(st.st_mode & 07777, 0600);
	CHECK_INT(st.st_size, 3);
	CHECK_INT(unlink(path), 0);
	free(path);
	CHECK_INT(rmdir(dir), 0);
	free(dir);
}

GREEN_TEST(who_does_not_ask_for_a_path_gets_none)
{
	char *dir = make_dir();
	struct green_file *f = green_temp_named(dir, NULL, NULL, NULL);
	struct green_stream *s;
	const char *path;

	REQUIRE(CHECK(f != NULL));
	s = green_file_stream(f);
	CHECK_INT(green_stream_attr(s, GREEN_ATTR_PATH, &path, sizeof(path)),
	    0);
	CHECK_INT(unlink(path), 0);
	CHECK_INT(green_stream_close(s), 0);
	CHECK_INT(rmdir(dir), 0);
	free(dir);
}

GREEN_TEST(names_of_temporary_files_are_never_the_same)
{
	char *dir = make_dir(), *path[MANY];
	size_t i, j;

	for (i = 0; i < MANY; i++) {
		struct green_file *f = green_temp_named(dir, NULL, NULL,
		    &path[i]);

		REQUIRE(CHECK(f != NULL));
		CHECK_INT(green_file_close(f), 0);
		CHECK_INT(unlink(path[i]), 0);
		for (j = 0; j < i; j++)
			CHECK(strcmp(path[i], path[j]) != 0);
	}
	for (i = 0; i < MANY; i++)
		free(path[i]);
	CHECK_INT(rmdir(dir), 0);
	free(dir);
}

GREEN_TEST(a_part_of_a_name_is_no_path)
{
	char *path = NULL;

	CHECK_NULL(green_temp_named(NULL, "../x", NULL, &path), EINVAL);
	CHECK_NULL(green_temp_named(NULL, NULL, "/x", &path), EINVAL);
	CHECK_NULL(green_temp_dir(NULL, "a/b"), EINVAL);
	CHECK_NULL(green_temp_named("/nowhere/at/all", NULL, NULL, &path),
	    ENOENT);
	CHECK(path == NULL);
}

GREEN_TEST(a_temporary_directory_is_its_makers_alone)
{
	char *dir = make_dir(), *path = green_temp_dir(dir, "d");
	struct stat st;

	REQUIRE(CHECK(path != NULL));
	CHECK_INT(stat(path, &st), 0);
	CHECK(S_ISDIR(st.st_mode));
	CHECK_INT(st.st_mode & 07777, 0700);
	CHECK_INT(rmdir(path), 0);
	free(path);
	CHECK_NULL(green_temp_dir("/nowhere/at/all", NULL), ENOENT);
	CHECK_INT(rmdir(dir), 0);
	free(dir);
}

GREEN_TEST(a_cancelled_task_makes_no_temporary_file)
{
	char *dir = make_dir(), *path = NULL;
	struct green_scope s;

	green_scope_open(&s);
	green_scope_cancel(&s, NULL);
	CHECK_NULL(green_temp_file(dir), ECANCELED);
	CHECK_NULL(green_temp_named(dir, NULL, NULL, &path), ECANCELED);
	CHECK_NULL(green_temp_dir(dir, NULL), ECANCELED);
	CHECK_INT(green_scope_close(&s, 0), 0);
	CHECK_INT(rmdir(dir), 0);
	free(dir);
}

/* Spools. */

static bool
is_in_memory(struct green_stream *s)
{
	int fd;

	return (green_stream_attr(s, GREEN_ATTR_FD, &fd, sizeof(fd)) == -1);
}

GREEN_TEST(a_spool_is_in_memory_until_it_grows_beyond_its_size)
{
	char *dir = make_dir(), buf[32];
	struct green_stream *s = green_temp_spooled(10, dir);

	REQUIRE(CHECK(s != NULL));
	CHECK_INT(green_stream_send(s, "0123456", 7), 0);
	CHECK_INT(green_stream_send(s, "789", 3), 0);
	CHECK(is_in_memory(s));
	CHECK_INT(green_stream_receive(s, buf, 4), 4);
	CHECK(memcmp(buf, "0123", 4) == 0);
	/* What has been received counts too. */
	CHECK_INT(green_stream_send(s, "x", 1), 0);
	CHECK(!is_in_memory(s));
	CHECK_INT(green_stream_send(s, "yz", 2), 0);
	CHECK_INT(green_stream_receive(s, buf, sizeof(buf)), 9);
	CHECK(memcmp(buf, "456789xyz", 9) == 0);
	CHECK_INT(green_stream_receive(s, buf, sizeof(buf)), 0);
	CHECK_INT(green_stream_send(s, "more", 4), 0);
	CHECK_INT(green_stream_receive(s, buf, sizeof(buf)), 4);
	CHECK_INT(count_entries(dir), 0);
	CHECK_INT(green_stream_close(s), 0);
	CHECK_INT(rmdir(dir), 0);
	free(dir);
}

GREEN_TEST(a_spool_of_any_size_gives_back_what_it_was_given)
{
	static const size_t max[] = { 0, 1, 4096, 99999, 100000, SIZE_MAX };
	char *sent = malloc(100000), *got = malloc(100000);
	struct green_stream *s;
	size_t i, n, len;

	for (i = 0; i < 100000; i++)
		sent[i] = scratch_byte(i);
	for (i = 0; i < sizeof(max) / sizeof(max[0]); i++) {
		s = green_temp_spooled(max[i], NULL);
		for (n = 0; n < 100000; n += len) {
			struct iovec iov[2];

			len = 1 + n / 3;
			if (len > 100000 - n)
				len = 100000 - n;
			iov[0] = (struct iovec){ sent + n, len / 2 };
			iov[1] = (struct iovec){ sent + n + len / 2,
			    len - len / 2 };
			CHECK_INT(green_stream_sendv(s, iov, 2), 0);
		}
		CHECK_INT(is_in_memory(s), max[i] >= 100000);
		CHECK_INT(green_stream_send_eof(s), 0);
		CHECK_ERRNO(green_stream_send(s, "x", 1), EPIPE);
		CHECK_INT(green_stream_receive_exactly(s, got, 100000),
		    100000);
		CHECK(memcmp(sent, got, 100000) == 0);
		CHECK_INT(green_stream_receive(s, got, 1), 0);
		CHECK_INT(green_stream_close(s), 0);
	}
	free(sent);
	free(got);
}

GREEN_TEST(a_spools_directory_is_looked_at_when_it_is_needed)
{
	struct green_stream *s = green_temp_spooled(4, "/nowhere/at/all");
	char buf[8];

	REQUIRE(CHECK(s != NULL));
	CHECK_INT(green_stream_send(s, "abcd", 4), 0);
	CHECK_ERRNO(green_stream_send(s, "e", 1), ENOENT);
	CHECK_INT(green_stream_receive(s, buf, 8), 4);
	CHECK(memcmp(buf, "abcd", 4) == 0);
	CHECK_INT(green_stream_receive(s, buf, 8), 0);
	CHECK_INT(green_stream_close(s), 0);
}

static int
send_more(void *arg)
{
	CHECK_ERRNO(green_stream_send(arg, "more", 4), EBADF);
	return (0);
}

/* It is closed while a worker makes its file. */
GREEN_TEST(a_spool_closed_as_it_rolls_over_leaves_nothing)
{
	struct green_stream *s = green_temp_spooled(2, NULL);
	struct green_limiter *files = green_file_limiter();
	size_t total = green_limiter_total(files);
	struct green_group g;

	CHECK_INT(green_stream_send(s, "ab", 2), 0);
	green_limiter_set_total(files, 0);
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, send_more, s), 0);
	green_cancel_shielded_checkpoint();
	CHECK_INT(green_stream_close(s), 0);
	green_limiter_set_total(files, total);
	CHECK_INT(green_group_close(&g, 0), 0);
}

PLAIN_TEST(a_spool_needs_no_loop_to_be_made_and_closed)
{
	struct green_stream *s = green_temp_spooled(2, "x");

	REQUIRE(CHECK(s != NULL));
	CHECK_INT(green_stream_close(s), 0);
	CHECK_NULL(green_temp_file(NULL), EPERM);
	CHECK_NULL(green_temp_dir(NULL, NULL), EPERM);
}

CU_TestInfo temp_tests[] = {
	CLAIM(temporary_files_are_where_the_environment_says),
	CLAIM(a_temporary_file_has_no_name),
	CLAIM(a_named_file_stays_until_it_is_removed),
	CLAIM(who_does_not_ask_for_a_path_gets_none),
	CLAIM(names_of_temporary_files_are_never_the_same),
	CLAIM(a_part_of_a_name_is_no_path),
	CLAIM(a_temporary_directory_is_its_makers_alone),
	CLAIM(a_cancelled_task_makes_no_temporary_file),
	CLAIM(a_spool_is_in_memory_until_it_grows_beyond_its_size),
	CLAIM(a_spool_of_any_size_gives_back_what_it_was_given),
	CLAIM(a_spools_directory_is_looked_at_when_it_is_needed),
	CLAIM(a_spool_closed_as_it_rolls_over_leaves_nothing),
	CLAIM(a_spool_needs_no_loop_to_be_made_and_closed),
	CU_TEST_INFO_NULL
};
