/*
 * Paths: modes and owners, of one file and of whole trees.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <sys/resource.h>
#include <sys/stat.h>

#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <green/path.h>
#include <green/thread.h>

#include "fs/path_meta.h"

#include "check.h"
#include "scratch.h"

static mode_t
mode_of(const char *name)
{
	char *path = scratch_path(name);
	struct stat st;
	mode_t mode = 0;

	if (CHECK_INT(lstat(path, &st), 0))
		mode = st.st_mode & 07777;
	free(path);
	return (mode);
}

static const char *const dirs[] = { "tree", "tree/d", "tree/d/e", "tree/f" };
static const char *const files[] = { "tree/a", "tree/d/b", "tree/d/e/c" };
#define NDIRS	(sizeof(dirs) / sizeof(*dirs))
#define NFILES	(sizeof(files) / sizeof(*files))

/* With a file that is not in it, and links to that one and to its directory. */
static char *
make_tree(void)
{
	char *path;
	size_t i;

	for (i = 0; i < NDIRS; i++) {
		path = scratch_path(dirs[i]);
		CHECK_INT(mkdir(path, 0700), 0);
		CHECK_INT(chmod(path, 0700), 0);
		free(path);
	}
	for (i = 0; i < NFILES; i++) {
		path = scratch_file(files[i], 1);
		CHECK_INT(chmod(path, 0600), 0);
		free(path);
	}
	path = scratch_path("outside");
	CHECK_INT(mkdir(path, 0700), 0);
	free(path);
	path = scratch_file("outside/file", 1);
	CHECK_INT(chmod(path, 0600), 0);
	free(path);
	path = scratch_path("tree/link");
	CHECK_INT(symlink("../outside/file", path), 0);
	free(path);
	path = scratch_path("tree/dirlink");
	CHECK_INT(symlink("../outside", path), 0);
	free(path);
	return (scratch_path("tree"));
}

static void
remove_tree(char *tree)
{
	static const char *const others[] = {
		"tree/link", "tree/dirlink", "outside/file"
	};
	char *path;
	size_t i;

	for (i = 0; i < NDIRS; i++) {
		path = scratch_path(dirs[i]);
		(void)chmod(path, 0700);
		free(path);
	}
	for (i = 0; i < NFILES + 3; i++) {
		path = scratch_path(i < NFILES ? files[i] : others[i - NFILES]);
		(void)unlink(path);
		free(path);
	}
	for (i = NDIRS; i > 0; i--) {
		path = scratch_path(dirs[i - 1]);
		CHECK_INT(rmdir(path), 0);
		free(path);
	}
	path = scratch_path("outside");
	CHECK_INT(rmdir(path), 0);
	free(path);
	free(tree);
}

static void
outside_is_untouched(void)
{
	CHECK_INT(mode_of("outside"), 0700);
	CHECK_INT(mode_of("outside/file"), 0600);
}

GREEN_TEST(a_mode_is_set)
{
	char *file = scratch_file("plain", 1), *link = scratch_path("meta-soft");

	CHECK_INT(green_path_chmod(file, 0640, 0), 0);
	CHECK_INT(mode_of("plain"), 0640);
	/* As stat(2) tells it, too. */
	CHECK_INT(green_path_chmod(file, S_IFREG | 04711, 0), 0);
	CHECK_INT(mode_of("plain"), 04711);
	CHECK_INT(symlink("plain", link), 0);
	CHECK_INT(green_path_chmod(link, 0600, 0), 0);
	CHECK_INT(mode_of("plain"), 0600);
	CHECK_ERRNO(green_path_chmod("/nowhere", 0600, 0), ENOENT);
	CHECK_ERRNO(green_path_chmod(file, 0, GREEN_PATH_EXIST_OK), EINVAL);
	CHECK_INT(mode_of("plain"), 0600);
	CHECK_INT(unlink(link), 0);
	free(file);
	free(link);
}

GREEN_TEST(a_mode_of_a_link_is_never_that_of_its_target)
{
	char *file = scratch_file("plain", 1), *link = scratch_path("meta-soft");
	int rc;

	CHECK_INT(chmod(file, 0600), 0);
	CHECK_INT(symlink("plain", link), 0);
	rc = green_path_chmod(link, 0640, GREEN_PATH_NOFOLLOW);
	CHECK(rc == 0 || errno == ENOTSUP || errno == EOPNOTSUPP);
	CHECK_INT(mode_of("plain"), 0600);
	CHECK_INT(green_path_chmod(file, 0640, GREEN_PATH_NOFOLLOW), 0);
	CHECK_INT(mode_of("plain"), 0640);
	CHECK_INT(unlink(link), 0);
	free(file);
	free(link);
}

GREEN_TEST(a_mode_of_a_tree_is_that_of_all_in_it)
{
	char *tree = make_tree();
	size_t i;

	CHECK_INT(green_path_chmod(tree, 0750, GREEN_PATH_RECURSIVE), 0);
	for (i = 0; i < NDIRS; i++)
		CHECK_INT(mode_of(dirs[i]), 0750);
	for (i = 0; i < NFILES; i++)
		CHECK_INT(mode_of(files[i]), 0750);
	outside_is_untouched();
	remove_tree(tree);
}

/* In an order in which it neither locks itself out, ... */
GREEN_TEST(a_tree_is_closed_from_within)
{
	char *tree = make_tree();
	static const mode_t modes[] = { 0, 0400, 0100, 0077 };
	size_t i, j;

	for (i = 0; i < sizeof(modes) / sizeof(*modes); i++) {
		CHECK_INT(green_path_chmod(tree, 0700, GREEN_PATH_RECURSIVE),
		    0);
		CHECK_INT(green_path_chmod(tree, modes[i],
		    GREEN_PATH_RECURSIVE), 0);
		for (j = 0; j < NDIRS; j++) {
			char *path = scratch_path(dirs[j]);

			CHECK_INT(mode_of(dirs[j]), modes[i]);
			CHECK_INT(chmod(path, 0700), 0);
			free(path);
		}
		for (j = 0; j < NFILES; j++)
			CHECK_INT(mode_of(files[j]), modes[i]);
		outside_is_untouched();
	}
	remove_tree(tree);
}

/* ... nor stays outside of what it opens. */
GREEN_TEST(a_tree_is_opened_from_without)
{
	char *tree = make_tree();
	size_t i;

	CHECK_INT(green_path_chmod(tree, 0, GREEN_PATH_RECURSIVE), 0);
	CHECK_INT(mode_of("tree"), 0);
	CHECK_INT(green_path_chmod(tree, 0700, GREEN_PATH_RECURSIVE), 0);
	for (i = 0; i < NDIRS; i++)
		CHECK_INT(mode_of(dirs[i]), 0700);
	for (i = 0; i < NFILES; i++)
		CHECK_INT(mode_of(files[i]), 0700);
	outside_is_untouched();
	remove_tree(tree);
}

GREEN_TEST(a_file_is_a_tree_of_one)
{
	char *file = scratch_file("plain", 1), *link = scratch_path("meta-soft");

	CHECK_INT(green_path_chmod(file, 0640, GREEN_PATH_RECURSIVE), 0);
	CHECK_INT(mode_of("plain"), 0640);
	CHECK_INT(green_path_chmod(file, 0, GREEN_PATH_RECURSIVE), 0);
	CHECK_INT(mode_of("plain"), 0);
	CHECK_INT(green_path_chmod(file, 0600, GREEN_PATH_RECURSIVE), 0);
	CHECK_ERRNO(green_path_chmod("/nowhere", 0, GREEN_PATH_RECURSIVE),
	    ENOENT);
	CHECK_ERRNO(green_path_chmod("/nowhere", 0700, GREEN_PATH_RECURSIVE),
	    ENOENT);
	free(file);
	free(link);
}

GREEN_TEST(the_path_itself_may_be_a_link_to_a_tree)
{
	char *tree = make_tree(), *link = scratch_path("meta-soft");
	int rc;

	CHECK_INT(symlink("tree", link), 0);
	CHECK_INT(green_path_chmod(link, 0750, GREEN_PATH_RECURSIVE), 0);
	CHECK_INT(mode_of("tree"), 0750);
	CHECK_INT(mode_of("tree/d/e/c"), 0750);
	rc = green_path_chmod(link, 0700, GREEN_PATH_RECURSIVE |
	    GREEN_PATH_NOFOLLOW);
	CHECK(rc == 0 || errno == ENOTSUP || errno == EOPNOTSUPP);
	CHECK_INT(mode_of("tree"), 0750);
	CHECK_INT(mode_of("tree/d/e/c"), 0750);
	CHECK_INT(unlink(link), 0);
	remove_tree(tree);
	free(link);
}

#define DEPTH	300

/* A descriptor each would be too many, and so would a path. */
static int
chmod_deep(void *arg)
{
	struct rlimit few;

	REQUIRE_TASK(CHECK_INT(getrlimit(RLIMIT_NOFILE, &few), 0));
	few.rlim_cur = 64;
	REQUIRE_TASK(CHECK_INT(setrlimit(RLIMIT_NOFILE, &few), 0));
	CHECK_INT(green_path_chmod(arg, 0750, GREEN_PATH_RECURSIVE), 0);
	CHECK_INT(green_path_chmod(arg, 0, GREEN_PATH_RECURSIVE), 0);
	CHECK_INT(green_path_chmod(arg, 0700, GREEN_PATH_RECURSIVE), 0);
	return (0);
}

PLAIN_TEST(a_tree_may_be_deeper_than_there_are_descriptors)
{
	char *path = scratch_path("meta-deep");
	int fds[2] = { -1, -1 }, i;
	struct stat st;

	CHECK_INT(mkdir(path, 0700), 0);
	fds[0] = open(path, O_RDONLY | O_DIRECTORY);
	for (i = 0; i < DEPTH; i++) {
		CHECK_INT(mkdirat(fds[0], "directory-with-a-name", 0755), 0);
		fds[1] = openat(fds[0], "directory-with-a-name",
		    O_RDONLY | O_DIRECTORY);
		close(fds[0]);
		fds[0] = fds[1];
	}
	survives(chmod_deep, path, NULL);
	CHECK_INT(fstat(fds[0], &st), 0);
	CHECK_INT(st.st_mode & 07777, 0700);
	for (i = 0; i < DEPTH; i++) {
		fds[1] = openat(fds[0], "..", O_RDONLY | O_DIRECTORY);
		close(fds[0]);
		fds[0] = fds[1];
		CHECK_INT(unlinkat(fds[0], "directory-with-a-name",
		    AT_REMOVEDIR), 0);
	}
	close(fds[0]);
	CHECK_INT(rmdir(path), 0);
	free(path);
}

/* Each name is one longer than the one before. */
#define WIDE	"meta-wide/"

static void
wide_name(char name[300], size_t i)
{
	memcpy(name, WIDE, sizeof(WIDE) - 1);
	memset(name + sizeof(WIDE) - 1, 'n', i + 1);
	name[sizeof(WIDE) + i] = '\0';
}

GREEN_TEST(a_directory_may_have_many_directories)
{
	char *path = scratch_path("meta-wide"), *in, name[300];
	size_t i;

	CHECK_INT(mkdir(path, 0700), 0);
	for (i = 0; i < 200; i++) {
		wide_name(name, i);
		in = scratch_path(name);
		CHECK_INT(mkdir(in, 0700), 0);
		free(in);
	}
	CHECK_INT(green_path_chmod(path, 0750, GREEN_PATH_RECURSIVE), 0);
	for (i = 0; i < 200; i++) {
		wide_name(name, i);
		CHECK_INT(mode_of(name), 0750);
		in = scratch_path(name);
		CHECK_INT(rmdir(in), 0);
		free(in);
	}
	CHECK_INT(rmdir(path), 0);
	free(path);
}

GREEN_TEST(an_owner_is_set)
{
	char *file = scratch_file("plain", 1);
	struct stat st;

	/* Anybody may leave it as it is. */
	CHECK_INT(green_path_chown(file, geteuid(), (gid_t)-1, 0), 0);
	CHECK_INT(green_path_chown(file, (uid_t)-1, getegid(),
	    GREEN_PATH_NOFOLLOW), 0);
	CHECK_ERRNO(green_path_chown(file, 0, 0, GREEN_PATH_PARENTS), EINVAL);
	CHECK_ERRNO(green_path_chown("/nowhere", 0, 0, 0), ENOENT);
	if (geteuid() != 0) {
		CHECK_ERRNO(green_path_chown(file, 0, (gid_t)-1, 0), EPERM);
	} else if (CHECK_INT(green_path_chown(file, 3987, 3988, 0), 0)) {
		CHECK_INT(stat(file, &st), 0);
		CHECK_INT(st.st_uid, 3987);
		CHECK_INT(st.st_gid, 3988);
	}
	CHECK_INT(unlink(file), 0);
	free(file);
}

static void
is_of(const char *name, uid_t uid)
{
	char *path = scratch_path(name);
	struct stat st;

	check_note("%s", name);
	CHECK_INT(lstat(path, &st), 0);
	CHECK_INT(st.st_uid, uid);
	free(path);
}

GREEN_TEST(an_owner_of_a_tree_has_its_links_but_not_their_targets)
{
	char *tree = make_tree();
	bool root = geteuid() == 0;
	uid_t uid = root ? 3987 : geteuid();
	size_t i;

	CHECK_INT(green_path_chown(tree, uid, (gid_t)-1, GREEN_PATH_RECURSIVE),
	    0);
	for (i = 0; i < NDIRS; i++)
		is_of(dirs[i], uid);
	for (i = 0; i < NFILES; i++)
		is_of(files[i], uid);
	is_of("tree/link", uid);
	is_of("tree/dirlink", uid);
	is_of("outside", geteuid());
	is_of("outside/file", geteuid());
	if (!root)
		CHECK_ERRNO(green_path_chown(tree, 0, (gid_t)-1,
		    GREEN_PATH_RECURSIVE), EPERM);
	remove_tree(tree);
}

GREEN_TEST(an_owner_of_a_link_alone)
{
	char *file = scratch_file("plain", 1), *link = scratch_path("meta-soft");

	CHECK_INT(symlink("plain", link), 0);
	CHECK_INT(green_path_chown(link, geteuid(), (gid_t)-1,
	    GREEN_PATH_NOFOLLOW | GREEN_PATH_RECURSIVE), 0);
	if (geteuid() == 0) {
		CHECK_INT(green_path_chown(link, 3987, (gid_t)-1,
		    GREEN_PATH_NOFOLLOW), 0);
		is_of("meta-soft", 3987);
		is_of("plain", 0);
		CHECK_INT(green_path_chown(link, 3988, (gid_t)-1, 0), 0);
		is_of("meta-soft", 3987);
		is_of("plain", 3988);
	}
	CHECK_INT(unlink(link), 0);
	CHECK_INT(unlink(file), 0);
	free(file);
	free(link);
}

GREEN_TEST(a_cancelled_task_changes_no_mode)
{
	char *file = scratch_file("plain", 1);
	struct green_scope s;

	CHECK_INT(chmod(file, 0600), 0);
	green_scope_open(&s);
	green_scope_cancel(&s, NULL);
	CHECK_ERRNO(green_path_chmod(file, 0, 0), ECANCELED);
	CHECK_ERRNO(green_path_chmod(file, 0, GREEN_PATH_RECURSIVE), ECANCELED);
	CHECK_ERRNO(green_path_chown(file, 1, 1, 0), ECANCELED);
	CHECK_INT(green_scope_close(&s, 0), 0);
	CHECK_INT(mode_of("plain"), 0600);
	free(file);
}

struct cut {
	const char *path;
	struct green_scope *scope;
};

static int
cancel_it(void *arg)
{
	struct cut *c = arg;

	green_scope_cancel(c->scope, NULL);
	return (0);
}

static int
set_when_cancelled(void *arg)
{
	const struct green__meta meta = { .mode = 0750 };
	struct cut *c = arg;

	if (green_from_thread_call(cancel_it, c) == -1)
		return (-1);
	while (green_thread_check_cancelled() == 0)
		(void)sched_yield();
	return (green__meta_set_tree(&meta, c->path, 0));
}

GREEN_TEST(a_tree_looks_at_cancellation_on_its_way)
{
	char *tree = make_tree();
	struct green_scope s;
	struct cut c = { tree, &s };

	green_scope_open(&s);
	CHECK_ERRNO(green_to_thread(set_when_cancelled, &c), ECANCELED);
	CHECK_INT(green_scope_close(&s, 0), 0);
	CHECK_INT(mode_of("tree"), 0750);
	CHECK_INT(mode_of("tree/d"), 0700);
	CHECK_INT(mode_of("tree/a"), 0600);
	remove_tree(tree);
}

CU_TestInfo path_meta_tests[] = {
	CLAIM(a_mode_is_set),
	CLAIM(a_mode_of_a_link_is_never_that_of_its_target),
	CLAIM(a_mode_of_a_tree_is_that_of_all_in_it),
	CLAIM(a_tree_is_closed_from_within),
	CLAIM(a_tree_is_opened_from_without),
	CLAIM(a_file_is_a_tree_of_one),
	CLAIM(the_path_itself_may_be_a_link_to_a_tree),
	CLAIM(a_tree_may_be_deeper_than_there_are_descriptors),
	CLAIM(a_directory_may_have_many_directories),
	CLAIM(an_owner_is_set),
	CLAIM(an_owner_of_a_tree_has_its_links_but_not_their_targets),
	CLAIM(an_owner_of_a_link_alone),
	CLAIM(a_cancelled_task_changes_no_mode),
	CLAIM(a_tree_looks_at_cancellation_on_its_way),
	CU_TEST_INFO_NULL
};
