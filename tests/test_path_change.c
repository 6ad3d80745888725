/*
 * Paths: links, FIFOs, appended and truncated files, times.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <sys/stat.h>

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <green/path.h>

#include "check.h"
#include "scratch.h"

static void
holds(const char *path, const char *want)
{
	void *buf = NULL;

	CHECK_INT(green_path_read(path, &buf, NULL), 0);
	CHECK_STR(buf, want);
	free(buf);
}

GREEN_TEST(what_is_appended_follows_what_is_there)
{
	char *path = scratch_path("new-appended");
	struct stat st;

	CHECK_INT(green_path_append(path, "a", 1, 0600), 0);
	CHECK_INT(stat(path, &st), 0);
	CHECK_INT(st.st_mode & 07777, 0600);
	CHECK_INT(green_path_append(path, "", 0, 0644), 0);
	CHECK_INT(green_path_append(path, "bc", 2, 0644), 0);
	holds(path, "abc");
	CHECK_INT(stat(path, &st), 0);
	CHECK_INT(st.st_mode & 07777, 0600);
	CHECK_ERRNO(green_path_append("/", "", 0, 0600), EISDIR);
	CHECK_ERRNO(green_path_append("/nowhere/a", "", 0, 0600), ENOENT);
	CHECK_INT(unlink(path), 0);
	free(path);
}

GREEN_TEST(a_full_device_is_told)
{
	if (green_path_is_char("/dev/full") != 1)
		return;
	CHECK_ERRNO(green_path_append("/dev/full", "a", 1, 0600), ENOSPC);
	CHECK_ERRNO(green_path_write("/dev/full", "a", 1, 0600), ENOSPC);
}

GREEN_TEST(a_file_gets_another_name)
{
	char *a = scratch_file("new-one", 3), *b = scratch_path("new-two");

	CHECK_INT(green_path_link(a, b), 0);
	CHECK_INT(green_path_samefile(a, b), 1);
	CHECK_ERRNO(green_path_link(a, b), EEXIST);
	CHECK_ERRNO(green_path_link("/nowhere", a), ENOENT);
	CHECK_INT(unlink(a), 0);
	CHECK_INT(unlink(b), 0);
	free(a);
	free(b);
}

GREEN_TEST(a_link_gets_another_name_itself)
{
	char *a = scratch_path("new-soft"), *b = scratch_path("b"), *got;

	CHECK_INT(green_path_symlink("no where", a), 0);
	CHECK_INT(green_path_link(a, b), 0);
	CHECK_STR(got = green_path_readlink(b), "no where");
	free(got);
	CHECK_INT(unlink(a), 0);
	CHECK_INT(unlink(b), 0);
	free(a);
	free(b);
}

GREEN_TEST(a_link_says_what_it_is_told)
{
	char *path = scratch_path("new-soft"), *got;

	CHECK_INT(green_path_symlink("../a//b", path), 0);
	CHECK_STR(got = green_path_readlink(path), "../a//b");
	free(got);
	CHECK_ERRNO(green_path_symlink("x", path), EEXIST);
	CHECK_ERRNO(green_path_symlink("x", "/nowhere/a"), ENOENT);
	CHECK_INT(unlink(path), 0);
	free(path);
}

GREEN_TEST(a_fifo_is_made)
{
	char *path = scratch_path("new-fifo");
	struct stat st;

	CHECK_INT(green_path_mkfifo(path, 0600), 0);
	CHECK_INT(stat(path, &st), 0);
	CHECK(S_ISFIFO(st.st_mode));
	CHECK_INT(st.st_mode & 07777, 0600);
	CHECK_ERRNO(green_path_mkfifo(path, 0600), EEXIST);
	CHECK_INT(unlink(path), 0);
	free(path);
}

GREEN_TEST(files_shrink_and_grow)
{
	char *path = scratch_path("new-cut");
	struct stat st;

	CHECK_INT(green_path_write(path, "abcdef", 6, 0600), 0);
	CHECK_INT(green_path_truncate(path, 2), 0);
	holds(path, "ab");
	CHECK_INT(green_path_truncate(path, (off_t)1 << 33), 0);
	CHECK_INT(stat(path, &st), 0);
	CHECK_INT(st.st_size, (off_t)1 << 33);
	CHECK_INT(green_path_truncate(path, 0), 0);
	holds(path, "");
	CHECK_ERRNO(green_path_truncate(path, -1), EINVAL);
	CHECK_ERRNO(green_path_truncate("/", 0), EISDIR);
	CHECK_ERRNO(green_path_truncate("/nowhere", 0), ENOENT);
	CHECK_INT(unlink(path), 0);
	free(path);
}

static const struct timespec long_ago[2] = {
	{ .tv_sec = 1000, .tv_nsec = 5 },
	{ .tv_sec = 2000, .tv_nsec = 6 }
};

GREEN_TEST(times_are_set)
{
	char *path = scratch_file("timed", 1);
	struct stat st;

	CHECK_INT(green_path_utimens(path, long_ago, 0), 0);
	CHECK_INT(stat(path, &st), 0);
	CHECK_INT(st.st_atime, 1000);
	CHECK_INT(st.st_mtime, 2000);
	/* None: now. */
	CHECK_INT(green_path_utimens(path, NULL, 0), 0);
	CHECK_INT(stat(path, &st), 0);
	CHECK(st.st_atime > 1000000);
	CHECK(st.st_mtime > 1000000);
	CHECK_ERRNO(green_path_utimens("/nowhere", NULL, 0), ENOENT);
	CHECK_ERRNO(green_path_utimens(path, NULL, GREEN_PATH_RECURSIVE),
	    EINVAL);
	free(path);
}

GREEN_TEST(times_of_a_link_are_its_own_or_not)
{
	char *file = scratch_file("timed", 1), *link = scratch_path("new-soft");
	struct stat st;

	CHECK_INT(symlink("timed", link), 0);
	CHECK_INT(green_path_utimens(link, long_ago, GREEN_PATH_NOFOLLOW), 0);
	CHECK_INT(lstat(link, &st), 0);
	CHECK_INT(st.st_mtime, 2000);
	CHECK_INT(stat(file, &st), 0);
	CHECK(st.st_mtime > 1000000);
	CHECK_INT(green_path_utimens(link, NULL, GREEN_PATH_NOFOLLOW), 0);
	CHECK_INT(green_path_utimens(link, long_ago, 0), 0);
	CHECK_INT(stat(file, &st), 0);
	CHECK_INT(st.st_mtime, 2000);
	CHECK_INT(unlink(link), 0);
	free(file);
	free(link);
}

GREEN_TEST(touch_makes_an_empty_file)
{
	char *path = scratch_path("new-touched");
	struct stat st;

	CHECK_INT(green_path_touch(path, 0640, 0), 0);
	CHECK_INT(stat(path, &st), 0);
	CHECK_INT(st.st_size, 0);
	CHECK_INT(st.st_mode & 07777 & ~040, 0600);
	CHECK_INT(unlink(path), 0);
	CHECK_INT(green_path_touch(path, 0600, GREEN_PATH_EXIST_OK), 0);
	CHECK_INT(green_path_is_file(path), 1);
	CHECK_INT(unlink(path), 0);
	CHECK_ERRNO(green_path_touch("/nowhere/a", 0600, 0), ENOENT);
	CHECK_ERRNO(green_path_touch("/nowhere/a", 0600, GREEN_PATH_EXIST_OK),
	    ENOENT);
	CHECK_ERRNO(green_path_touch(path, 0600, GREEN_PATH_PARENTS), EINVAL);
	CHECK_INT(green_path_exists(path), 0);
	free(path);
}

GREEN_TEST(touch_of_what_is_there_needs_leave)
{
	char *path = scratch_file("new-touched", 3);
	struct stat st;

	CHECK_INT(chmod(path, 0600), 0);
	CHECK_INT(green_path_utimens(path, long_ago, 0), 0);
	CHECK_ERRNO(green_path_touch(path, 0644, 0), EEXIST);
	CHECK_INT(stat(path, &st), 0);
	CHECK_INT(st.st_mtime, 2000);
	CHECK_INT(green_path_touch(path, 0644, GREEN_PATH_EXIST_OK), 0);
	CHECK_INT(stat(path, &st), 0);
	CHECK(st.st_mtime > 1000000);
	CHECK_INT(st.st_size, 3);
	CHECK_INT(st.st_mode & 07777, 0600);
	CHECK_INT(unlink(path), 0);
	free(path);
}

GREEN_TEST(touch_goes_through_links_if_it_may)
{
	char *link = scratch_path("new-soft"), *path = scratch_path("new-touched");
	char *dir = scratch_path(NULL), *fifo = scratch_path("new-fifo");

	CHECK_INT(symlink("new-touched", link), 0);
	CHECK_ERRNO(green_path_touch(link, 0600, 0), EEXIST);
	CHECK_INT(green_path_exists(path), 0);
	CHECK_INT(green_path_touch(link, 0600, GREEN_PATH_EXIST_OK), 0);
	CHECK_INT(green_path_is_file(path), 1);
	/* Nor need it be a file. */
	CHECK_INT(green_path_touch(dir, 0600, GREEN_PATH_EXIST_OK), 0);
	CHECK_INT(mkfifo(fifo, 0600), 0);
	CHECK_INT(green_path_touch(fifo, 0600, GREEN_PATH_EXIST_OK), 0);
	CHECK_INT(unlink(fifo), 0);
	CHECK_INT(unlink(link), 0);
	CHECK_INT(unlink(path), 0);
	free(link);
	free(path);
	free(dir);
	free(fifo);
}

GREEN_TEST(names_have_any_byte_but_two)
{
	char name[256], *path, *link = scratch_path("new-soft"), *got;
	int i, n = 0;

	for (i = 1; i < 256; i++)
		if (i != '/')
			name[n++] = (char)i;
	name[n] = '\0';
	path = scratch_path(name);
	if (green_path_touch(path, 0600, 0) == 0) {
		CHECK_INT(green_path_is_file(path), 1);
		CHECK_INT(green_path_append(path, "a", 1, 0600), 0);
		CHECK_INT(green_path_symlink(path, link), 0);
		CHECK_STR(got = green_path_readlink(link), path);
		free(got);
		CHECK_INT(unlink(link), 0);
		CHECK_INT(unlink(path), 0);
	} else
		/* A file system that wants UTF-8. */
		CHECK(errno == EILSEQ || errno == EINVAL);
	free(path);
	free(link);
}

GREEN_TEST(a_cancelled_task_makes_no_change)
{
	char *path = scratch_path("new-never"), *file = scratch_file("plain", 3);
	struct green_scope s;
	struct stat st;

	green_scope_open(&s);
	green_scope_cancel(&s, NULL);
	CHECK_ERRNO(green_path_append(path, "x", 1, 0600), ECANCELED);
	CHECK_ERRNO(green_path_link(file, path), ECANCELED);
	CHECK_ERRNO(green_path_symlink(file, path), ECANCELED);
	CHECK_ERRNO(green_path_mkfifo(path, 0600), ECANCELED);
	CHECK_ERRNO(green_path_touch(path, 0600, 0), ECANCELED);
	CHECK_ERRNO(green_path_truncate(file, 0), ECANCELED);
	CHECK_ERRNO(green_path_utimens(file, long_ago, 0), ECANCELED);
	CHECK_INT(green_scope_close(&s, 0), 0);
	CHECK_INT(green_path_exists(path), 0);
	CHECK_INT(stat(file, &st), 0);
	CHECK_INT(st.st_size, 3);
	CHECK(st.st_mtime > 1000000);
	free(path);
	free(file);
}

CU_TestInfo path_change_tests[] = {
	CLAIM(what_is_appended_follows_what_is_there),
	CLAIM(a_full_device_is_told),
	CLAIM(a_file_gets_another_name),
	CLAIM(a_link_gets_another_name_itself),
	CLAIM(a_link_says_what_it_is_told),
	CLAIM(a_fifo_is_made),
	CLAIM(files_shrink_and_grow),
	CLAIM(times_are_set),
	CLAIM(times_of_a_link_are_its_own_or_not),
	CLAIM(touch_makes_an_empty_file),
	CLAIM(touch_of_what_is_there_needs_leave),
	CLAIM(touch_goes_through_links_if_it_may),
	CLAIM(names_have_any_byte_but_two),
	CLAIM(a_cancelled_task_makes_no_change),
	CU_TEST_INFO_NULL
};
