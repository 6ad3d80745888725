/*
 * Files that take another's place all at once.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <sys/stat.h>

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <green/path.h>
#include <green/thread.h>

#include "check.h"
#include "scratch.h"
#include "tasks.h"

/* A directory with a file, and nothing else, in it. */
static char *
make_old(mode_t mode)
{
	char *dir = scratch_path("replace"), *path;

	(void)mkdir(dir, 0700);
	free(dir);
	path = scratch_file("replace/file", 3);
	CHECK_INT(chmod(path, mode), 0);
	return (path);
}

static int
count_entries(void)
{
	char *path = scratch_path("replace");
	struct green_dir *d = green_dir_open(path);
	struct green_dirent e;
	int n = 0;

	free(path);
	REQUIRE_TASK(CHECK(d != NULL));
	while (green_dir_next(d, &e) == 1)
		n++;
	CHECK_INT(green_dir_close(d), 0);
	return (n);
}

static off_t
size_of(const char *path)
{
	struct stat st;

	return (CHECK_INT(stat(path, &st), 0) ? st.st_size : -1);
}

static mode_t
mode_of(const char *path)
{
	struct stat st;

	return (CHECK_INT(stat(path, &st), 0) ? st.st_mode & 07777 : 0);
}

GREEN_TEST(a_file_is_as_before_until_the_commit)
{
	char *path = make_old(0640);
	struct green_file *f = green_file_replace(path, 0600);
	int fd;

	REQUIRE(CHECK(f != NULL));
	fd = green_file_fd(f);
	CHECK(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	CHECK_INT(green_file_write(f, "piece ", 6), 0);
	CHECK_INT(green_file_write(f, "by piece", 8), 0);
	CHECK_INT(size_of(path), 3);
	CHECK_INT(count_entries(), 2);
	CHECK_INT(green_file_commit(f), 0);
	CHECK_INT(fcntl(fd, F_GETFD), -1);
	CHECK_INT(size_of(path), 14);
	/* The old one's. */
	CHECK_INT(mode_of(path), 0640);
	CHECK_INT(count_entries(), 1);
	CHECK_INT(unlink(path), 0);
	free(path);
}

GREEN_TEST(closed_without_a_commit_nothing_is_left)
{
	char *path = make_old(0640);
	struct green_file *f = green_file_replace(path, 0600);

	REQUIRE(CHECK(f != NULL));
	CHECK_INT(green_file_write(f, "new", 3), 0);
	CHECK_INT(green_file_close(f), 0);
	CHECK_INT(size_of(path), 3);
	CHECK_INT(count_entries(), 1);
	CHECK_INT(unlink(path), 0);
	f = green_file_replace(path, 0600);
	CHECK_INT(green_stream_close(green_file_stream(f)), 0);
	CHECK_INT(count_entries(), 0);
	free(path);
}

GREEN_TEST(what_was_not_there_has_the_mode_asked_for)
{
	char *path = make_old(0600);
	mode_t mask = umask(027);
	struct green_file *f;

	CHECK_INT(unlink(path), 0);
	f = green_file_replace(path, 0666);
	REQUIRE(CHECK(f != NULL));
	CHECK_INT(green_file_commit(f), 0);
	CHECK_INT(mode_of(path), 0640);
	CHECK_INT(size_of(path), 0);
	CHECK_INT(unlink(path), 0);
	(void)umask(mask);
	free(path);
}

GREEN_TEST(a_link_is_followed_and_stays)
{
	char *path = make_old(0600), *link = scratch_path("replace/link");
	struct green_file *f;
	struct stat st;

	CHECK_INT(symlink("file", link), 0);
	f = green_file_replace(link, 0600);
	REQUIRE(CHECK(f != NULL));
	CHECK_INT(green_file_write(f, "longer", 6), 0);
	CHECK_INT(green_file_commit(f), 0);
	CHECK_INT(lstat(link, &st), 0);
	CHECK(S_ISLNK(st.st_mode));
	CHECK_INT(size_of(path), 6);
	CHECK_INT(unlink(link), 0);
	CHECK_INT(unlink(path), 0);
	free(link);
	free(path);
}

GREEN_TEST(what_cannot_be_replaced_says_why)
{
	char *path = make_old(0600);
	struct green_file *f;

	CHECK_NULL(green_file_replace("/", 0600), EISDIR);
	CHECK_NULL(green_file_replace("/dev/null", 0600), EINVAL);
	CHECK_NULL(green_file_replace("/nowhere/at/all", 0600), ENOENT);
	/* No replacement at all: closed all the same. */
	f = green_file_open(path, O_RDWR, 0);
	REQUIRE(CHECK(f != NULL));
	CHECK_ERRNO(green_file_commit(f), EINVAL);
	CHECK_INT(unlink(path), 0);
	free(path);
}

static int
commit_cancelled(void *arg)
{
	CHECK_ERRNO(green_file_commit(arg), ECANCELED);
	return (0);
}

GREEN_TEST(a_cancelled_commit_changes_nothing)
{
	char *path = make_old(0600);
	struct green_file *f = green_file_replace(path, 0600);
	struct green_limiter none = { 0 };
	struct green_group g;
	struct green_scope s;

	REQUIRE(CHECK(f != NULL));
	CHECK_INT(green_file_write(f, "longer", 6), 0);
	green_scope_open(&s);
	green_scope_cancel(&s, NULL);
	CHECK_NULL(green_file_replace(path, 0600), ECANCELED);
	CHECK_ERRNO(green_file_commit(f), ECANCELED);
	CHECK_INT(green_scope_close(&s, 0), 0);
	CHECK_INT(size_of(path), 3);
	CHECK_INT(count_entries(), 1);
	/* Nor one that is cancelled as it waits for a worker. */
	f = green_file_replace(path, 0600);
	REQUIRE(CHECK(f != NULL));
	green_file_set_limiter(f, &none);
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, commit_cancelled, f), 0);
	green_cancel_shielded_checkpoint();
	green_group_cancel(&g, NULL);
	green_cancel_shielded_checkpoint();
	green_limiter_set_total(&none, 1);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(size_of(path), 3);
	CHECK_INT(count_entries(), 1);
	CHECK_INT(unlink(path), 0);
	free(path);
}

static int
write_more(void *arg)
{
	CHECK_INT(green_file_write(arg, "more", 4), 0);
	return (0);
}

GREEN_TEST(a_commit_waits_for_the_call_in_progress)
{
	char *path = make_old(0600);
	struct green_file *f = green_file_replace(path, 0600);
	struct green_group g;

	REQUIRE(CHECK(f != NULL));
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, write_more, f), 0);
	green_cancel_shielded_checkpoint();
	CHECK_INT(green_file_commit(f), 0);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(size_of(path), 4);
	CHECK_INT(unlink(path), 0);
	free(path);
}

/* Another renames the directory meanwhile. */
GREEN_TEST(a_commit_stays_in_its_directory)
{
	char *path = make_old(0600), *dir = scratch_path("replace"),
	    *moved = scratch_path("moved");
	struct green_file *f = green_file_replace(path, 0600);

	REQUIRE(CHECK(f != NULL));
	CHECK_INT(green_file_write(f, "longer", 6), 0);
	CHECK_INT(rename(dir, moved), 0);
	CHECK_INT(green_file_commit(f), 0);
	CHECK_INT(access(path, F_OK), -1);
	CHECK_INT(rename(moved, dir), 0);
	CHECK_INT(size_of(path), 6);
	CHECK_INT(count_entries(), 1);
	CHECK_INT(unlink(path), 0);
	free(path);
	free(dir);
	free(moved);
}

CU_TestInfo file_replace_tests[] = {
	CLAIM(a_file_is_as_before_until_the_commit),
	CLAIM(closed_without_a_commit_nothing_is_left),
	CLAIM(what_was_not_there_has_the_mode_asked_for),
	CLAIM(a_link_is_followed_and_stays),
	CLAIM(what_cannot_be_replaced_says_why),
	CLAIM(a_cancelled_commit_changes_nothing),
	CLAIM(a_commit_waits_for_the_call_in_progress),
	CLAIM(a_commit_stays_in_its_directory),
	CU_TEST_INFO_NULL
};
