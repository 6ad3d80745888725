/*
 * Paths: questions, changes, whole files.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <sys/stat.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <green/path.h>

#include "check.h"
#include "scratch.h"

GREEN_TEST(questions_are_answered)
{
	char *file = scratch_file("asked", 10), *dir = scratch_path(NULL);
	char *link = scratch_path("link"), *none = scratch_path("asked/none");
	struct stat st;

	(void)unlink(link);
	CHECK_INT(symlink(file, link), 0);
	CHECK_INT(green_path_exists(file), 1);
	CHECK_INT(green_path_exists(link), 1);
	CHECK_INT(green_path_is_file(file), 1);
	CHECK_INT(green_path_is_file(link), 1);
	CHECK_INT(green_path_is_dir(file), 0);
	CHECK_INT(green_path_is_dir(dir), 1);
	CHECK_INT(green_path_is_symlink(link), 1);
	CHECK_INT(green_path_is_symlink(file), 0);
	CHECK_INT(green_path_stat(link, &st), 0);
	CHECK(S_ISREG(st.st_mode));
	CHECK_INT(green_path_lstat(link, &st), 0);
	CHECK(S_ISLNK(st.st_mode));
	/* A file's entry: ENOTDIR. */
	CHECK_INT(green_path_exists(none), 0);
	CHECK_ERRNO(green_path_stat(none, &st), ENOTDIR);
	CHECK_INT(green_path_exists("/nowhere/at/all"), 0);
	CHECK_INT(green_path_is_dir("/nowhere"), 0);
	CHECK_ERRNO(green_path_lstat("/nowhere", &st), ENOENT);
	CHECK_INT(unlink(link), 0);
	free(file);
	free(dir);
	free(link);
	free(none);
}

GREEN_TEST(what_is_not_absence_is_an_error)
{
	char *loop = scratch_path("loop");

	(void)unlink(loop);
	CHECK_INT(symlink(loop, loop), 0);
	CHECK_ERRNO(green_path_exists(loop), ELOOP);
	CHECK_ERRNO(green_path_is_file(loop), ELOOP);
	CHECK_INT(green_path_is_symlink(loop), 1);
	CHECK_INT(unlink(loop), 0);
	free(loop);
}

GREEN_TEST(links_are_resolved)
{
	char *file = scratch_file("there", 1), *link = scratch_path("link");
	char *want = realpath(file, NULL), *got;
	char text[1000];

	(void)unlink(link);
	CHECK_INT(symlink("there", link), 0);
	got = green_path_resolve(link);
	CHECK_STR(got, want);
	free(got);
	got = green_path_readlink(link);
	CHECK_STR(got, "there");
	free(got);
	CHECK_INT(unlink(link), 0);
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	CHECK_INT(symlink(text, link), 0);
	got = green_path_readlink(link);
	CHECK_STR(got, text);
	free(got);
	CHECK_INT(unlink(link), 0);
	CHECK_NULL(green_path_resolve(link), ENOENT);
	CHECK_NULL(green_path_readlink(file), EINVAL);
	free(file);
	free(link);
	free(want);
}

GREEN_TEST(whole_files_are_written_and_read)
{
	static const size_t sizes[] = { 0, 1, 4095, 4096, 2500000 };
	char *path = scratch_path("whole"), *data = malloc(2500000);
	void *buf;
	size_t i, len;
	struct stat st;

	for (i = 0; i < 2500000; i++)
		data[i] = scratch_byte(i);
	for (i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		CHECK_INT(green_path_write(path, data, sizes[i], 0600), 0);
		CHECK_INT(green_path_read(path, &buf, &len), 0);
		CHECK_INT(len, sizes[i]);
		CHECK(memcmp(buf, data, len) == 0);
		CHECK_INT(((char *)buf)[len], '\0');
		free(buf);
	}
	CHECK_INT(green_path_write(path, "ab", 2, 0600), 0);
	CHECK_INT(green_path_read(path, &buf, NULL), 0);
	CHECK_STR(buf, "ab");
	free(buf);
	CHECK_INT(stat(path, &st), 0);
	CHECK_INT(st.st_mode & 0777, 0600);
	CHECK_INT(green_path_unlink(path, 0), 0);
	CHECK_ERRNO(green_path_read(path, &buf, &len), ENOENT);
	free(data);
	free(path);
}

GREEN_TEST(files_that_hide_their_size_are_read)
{
	void *buf;
	size_t len;

	if (green_path_exists("/proc/self/status") != 1)
		return;
	CHECK_INT(green_path_read("/proc/self/status", &buf, &len), 0);
	CHECK(len > 0);
	free(buf);
}

GREEN_TEST(what_is_no_file_is_not_read)
{
	void *buf;

	CHECK_ERRNO(green_path_read("/", &buf, NULL), EISDIR);
	CHECK_ERRNO(green_path_write("/", "", 0, 0600), EISDIR);
}

GREEN_TEST(directories_are_made)
{
	char *a = scratch_path("a"), *deep = scratch_path("a//b/c/");
	char *b = scratch_path("a/b"), *c = scratch_path("a/b/c");
	char *file = scratch_file("plain", 1), *below = scratch_path("plain/x");

	CHECK_ERRNO(green_path_mkdir(deep, 0700, 0), ENOENT);
	CHECK_INT(green_path_mkdir(deep, 0700, GREEN_PATH_PARENTS), 0);
	CHECK_INT(green_path_is_dir(c), 1);
	CHECK_ERRNO(green_path_mkdir(deep, 0700, GREEN_PATH_PARENTS), EEXIST);
	CHECK_ERRNO(green_path_mkdir(c, 0700, 0), EEXIST);
	CHECK_INT(green_path_mkdir(c, 0700, GREEN_PATH_EXIST_OK), 0);
	CHECK_INT(green_path_mkdir(deep, 0700, GREEN_PATH_PARENTS |
	    GREEN_PATH_EXIST_OK), 0);
	CHECK_ERRNO(green_path_mkdir(file, 0700, GREEN_PATH_EXIST_OK), EEXIST);
	CHECK_ERRNO(green_path_mkdir(below, 0700, GREEN_PATH_PARENTS),
	    ENOTDIR);
	CHECK_ERRNO(green_path_mkdir(c, 0700, 1 << 20), EINVAL);
	CHECK_INT(green_path_mkdir("/", 0700, GREEN_PATH_EXIST_OK), 0);
	CHECK_ERRNO(green_path_rmdir(b), ENOTEMPTY);
	CHECK_INT(green_path_rmdir(c), 0);
	CHECK_INT(green_path_rmdir(b), 0);
	CHECK_INT(green_path_rmdir(a), 0);
	free(a);
	free(deep);
	free(b);
	free(c);
	free(file);
	free(below);
}

GREEN_TEST(names_come_and_go)
{
	char *from = scratch_file("from", 3), *to = scratch_path("to");

	CHECK_INT(green_path_rename(from, to), 0);
	CHECK_INT(green_path_exists(from), 0);
	CHECK_INT(green_path_unlink(to, 0), 0);
	CHECK_ERRNO(green_path_unlink(to, 0), ENOENT);
	CHECK_INT(green_path_unlink(to, GREEN_PATH_MISSING_OK), 0);
	CHECK_ERRNO(green_path_unlink(to, 1 << 20), EINVAL);
	CHECK_ERRNO(green_path_rename(from, to), ENOENT);
	free(from);
	free(to);
}

GREEN_TEST(a_cancelled_task_changes_nothing)
{
	char *path = scratch_path("never");
	struct green_scope s;

	green_scope_open(&s);
	green_scope_cancel(&s, NULL);
	CHECK_ERRNO(green_path_write(path, "x", 1, 0600), ECANCELED);
	CHECK_ERRNO(green_path_exists(path), ECANCELED);
	CHECK_NULL(green_path_resolve("/"), ECANCELED);
	CHECK_INT(green_scope_close(&s, 0), 0);
	CHECK_INT(green_path_exists(path), 0);
	free(path);
}

PLAIN_TEST(outside_of_a_loop_nothing_is_asked)
{
	CHECK_ERRNO(green_path_exists("/"), EPERM);
	CHECK_NULL(green_path_resolve("/"), EPERM);
}

CU_TestInfo path_tests[] = {
	CLAIM(questions_are_answered),
	CLAIM(what_is_not_absence_is_an_error),
	CLAIM(links_are_resolved),
	CLAIM(whole_files_are_written_and_read),
	CLAIM(files_that_hide_their_size_are_read),
	CLAIM(what_is_no_file_is_not_read),
	CLAIM(directories_are_made),
	CLAIM(names_come_and_go),
	CLAIM(a_cancelled_task_changes_nothing),
	CLAIM(outside_of_a_loop_nothing_is_asked),
	CU_TEST_INFO_NULL
};
