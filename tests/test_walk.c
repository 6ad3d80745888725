/*
 * Walks and globs: every entry once, in one order, whoever reads it.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <sys/resource.h>
#include <sys/stat.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <green/path.h>

#include "check.h"
#include "scratch.h"

#define WIDE	40			/* directories, in each of them again */
#define DEEP	60			/* its path is longer than PATH_MAX */
#define COMB	300
#define MANY	3000
#define NOBODY	65534

static char root[512];

static void
make(const char *name, mode_t type)
{
	char path[700];

	snprintf(path, sizeof(path), "%s/%s", root, name);
	if (type == S_IFDIR)
		CHECK_INT(mkdir(path, 0700), 0);
	else if (type == S_IFLNK)
		CHECK_INT(symlink("..", path), 0);
	else
		CHECK_INT(close(open(path, O_WRONLY | O_CREAT | O_EXCL, 0600)),
		    0);
}

static void
make_root(void)
{
	char *path = scratch_path("walked");

	snprintf(root, sizeof(root), "%s", path);
	free(path);
	CHECK_INT(mkdir(root, 0700), 0);
}

/* .h, a/, a/.h, a/b/, a/b/x.c, a-b, c.c, l -> .., z/ */
static void
make_tree(void)
{
	make_root();
	make("z", S_IFDIR);
	make("l", S_IFLNK);
	make("c.c", S_IFREG);
	make("a-b", S_IFREG);
	make("a", S_IFDIR);
	make("a/b", S_IFDIR);
	make("a/b/x.c", S_IFREG);
	make("a/.h", S_IFREG);
	make(".h", S_IFREG);
}

static void
clean(void)
{
	CHECK_INT(green_path_remove(root, GREEN_PATH_RECURSIVE), 0);
}

/* The paths below root, with a space after each; closes d. */
static const char *
listed(struct green_dir *d)
{
	static char text[1000];
	struct green_dirent e;
	int rc;

	*text = '\0';
	if (!CHECK(d != NULL))
		return (text);
	while ((rc = green_dir_next(d, &e)) == 1) {
		strcat(text, e.path + strlen(root) + 1);
		strcat(text, " ");
	}
	CHECK_INT(rc, 0);
	CHECK_INT(green_dir_next(d, &e), 0);
	CHECK_INT(green_dir_close(d), 0);
	return (text);
}

GREEN_TEST(parents_come_before_what_is_in_them_sorted)
{
	make_tree();
	CHECK_STR(listed(green_dir_walk(root, 0)),
	    ".h a a/.h a/b a/b/x.c a-b c.c l z ");
	clean();
}

GREEN_TEST(entries_say_what_they_are)
{
	struct green_dirent e;
	struct green_dir *d;
	char slash[520], path[700];
	int n = 0;

	make_tree();
	snprintf(slash, sizeof(slash), "%s/", root);
	d = green_dir_walk(slash, GREEN_PATH_STAT);
	REQUIRE(CHECK(d != NULL));
	while (green_dir_next(d, &e) == 1) {
		n++;
		snprintf(path, sizeof(path), "%s/%s", root,
		    e.depth == 2 ? "a/b/x.c" : e.depth == 0 ? e.name :
		    *e.name == 'b' ? "a/b" : "a/.h");
		CHECK_STR(e.path, path);
		CHECK_INT(e.error, 0);
		CHECK_INT(e.type, strchr("abz", *e.name) != NULL &&
		    e.name[1] == '\0' ? DT_DIR : *e.name == 'l' ? DT_LNK :
		    DT_REG);
		REQUIRE(CHECK(e.st != NULL));
		CHECK(S_ISDIR(e.st->st_mode) == (e.type == DT_DIR));
		CHECK(S_ISLNK(e.st->st_mode) == (e.type == DT_LNK));
	}
	CHECK_INT(n, 9);
	CHECK_INT(green_dir_close(d), 0);
	clean();
}

GREEN_TEST(what_is_skipped_is_not_entered)
{
	struct green_dirent e;
	struct green_dir *d;
	char text[100] = "";

	make_tree();
	d = green_dir_walk(root, 0);
	REQUIRE(CHECK(d != NULL));
	green_dir_skip(d);		/* there is nothing yet */
	while (green_dir_next(d, &e) == 1) {
		strcat(text, e.name);
		strcat(text, " ");
		if (strcmp(e.name, "a") == 0 || e.type != DT_DIR)
			green_dir_skip(d);
		CHECK(e.st == NULL);
	}
	CHECK_STR(text, ".h a a-b c.c l z ");
	CHECK_INT(green_dir_close(d), 0);
	clean();
}

GREEN_TEST(what_cannot_be_walked_is_not_opened)
{
	char path[700];

	make_tree();
	CHECK_NULL(green_dir_walk("/nowhere", 0), ENOENT);
	CHECK_NULL(green_dir_walk("", 0), ENOENT);
	snprintf(path, sizeof(path), "%s/c.c", root);
	CHECK_NULL(green_dir_walk(path, 0), ENOTDIR);
	CHECK_NULL(green_dir_glob(path, "*"), ENOTDIR);
	CHECK_NULL(green_dir_walk(root, 1 << 20), EINVAL);
	CHECK_NULL(green_dir_glob(root, ""), EINVAL);
	CHECK_NULL(green_dir_glob(root, "/x"), EINVAL);
	clean();
}

/* Many directories, for all workers; in order all the same. */
GREEN_TEST(many_workers_keep_one_order)
{
	struct green_dirent e;
	struct green_dir *d;
	char before[700] = "", name[50];
	int dirs = 0, files = 0, i, j;

	make_root();
	for (i = 0; i < WIDE; i++) {
		snprintf(name, sizeof(name), "%02d", i);
		make(name, S_IFDIR);
		for (j = 0; j < WIDE; j++) {
			snprintf(name, sizeof(name), "%02d/%02d", i, j);
			make(name, S_IFDIR);
			snprintf(name, sizeof(name), "%02d/%02d/f", i, j);
			make(name, S_IFREG);
		}
	}
	d = green_dir_walk(root, 0);
	REQUIRE(CHECK(d != NULL));
	while (green_dir_next(d, &e) == 1) {
		CHECK(strcmp(before, e.path) < 0);
		snprintf(before, sizeof(before), "%s", e.path);
		dirs += e.type == DT_DIR;
		files += e.type == DT_REG;
	}
	CHECK_INT(dirs, WIDE + WIDE * WIDE);
	CHECK_INT(files, WIDE * WIDE);
	CHECK_INT(green_dir_close(d), 0);
	/* One that is closed in its middle has read ahead. */
	d = green_dir_walk(root, 0);
	REQUIRE(CHECK(d != NULL));
	for (i = 0; i < 2000; i++)
		CHECK_INT(green_dir_next(d, &e), 1);
	green_dir_skip(d);
	CHECK_INT(green_dir_next(d, &e), 1);
	CHECK_INT(green_dir_close(d), 0);
	clean();
}

GREEN_TEST(a_cancelled_walk_goes_on_where_it_was)
{
	struct green_dirent e;
	struct green_scope s;
	struct green_dir *d;
	char name[50];
	int i, n = 0;

	make_root();
	for (i = 0; i < WIDE; i++) {
		snprintf(name, sizeof(name), "%02d", i);
		make(name, S_IFDIR);
	}
	d = green_dir_walk(root, 0);
	REQUIRE(CHECK(d != NULL));
	do {
		green_scope_open(&s);
		green_scope_cancel(&s, NULL);
		CHECK_ERRNO(green_dir_next(d, &e), ECANCELED);
		CHECK_NULL(green_dir_walk(root, 0), ECANCELED);
		CHECK_INT(green_scope_close(&s, 0), 0);
	} while (green_dir_next(d, &e) == 1 && atoi(e.name) == n++);
	CHECK_INT(n, WIDE);
	CHECK_INT(green_dir_close(d), 0);
	clean();
}

GREEN_TEST(depth_is_no_limit)
{
	struct green_dirent e;
	struct green_dir *d;
	char name[101];
	int below, fd, i, n = 0;

	make_root();
	memset(name, 'd', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	fd = open(root, O_RDONLY | O_DIRECTORY);
	for (i = 0; i < DEEP; i++) {
		CHECK_INT(mkdirat(fd, name, 0700), 0);
		below = openat(fd, name, O_RDONLY | O_DIRECTORY);
		close(fd);
		fd = below;
	}
	close(fd);
	d = green_dir_walk(root, 0);
	REQUIRE(CHECK(d != NULL));
	while (green_dir_next(d, &e) == 1 && e.error == 0)
		CHECK_INT(e.depth, n++);
	CHECK_INT(n, DEEP);
	CHECK_INT(green_dir_close(d), 0);
	clean();
}

/* At each of many levels, two directories: "d", which has the next, and "z". */
static void
make_comb(int levels)
{
	int below, fd = open(root, O_RDONLY | O_DIRECTORY), i;

	for (i = 0; i < levels; i++) {
		CHECK_INT(mkdirat(fd, "d", 0700), 0);
		CHECK_INT(mkdirat(fd, "z", 0700), 0);
		below = openat(fd, "d", O_RDONLY | O_DIRECTORY);
		close(fd);
		fd = below;
	}
	CHECK_INT(mkdirat(fd, "z", 0700), 0);
	close(fd);
}

static void
walk_comb(int flags)
{
	struct green_dirent e;
	struct green_dir *d = green_dir_walk(root, flags);
	int n = 0;

	REQUIRE(CHECK(d != NULL));
	/* All the way down, and then back up. */
	while (green_dir_next(d, &e) == 1 && e.error == 0) {
		CHECK(*e.name == (n < COMB ? 'd' : 'z'));
		CHECK_INT(e.depth, n < COMB ? n : 2 * COMB - n);
		CHECK((e.st != NULL) == (flags != 0));
		n++;
	}
	CHECK_INT(n, 2 * COMB + 1);
	CHECK_INT(green_dir_close(d), 0);
}

GREEN_TEST(depth_takes_few_descriptors_of_a_walk)
{
	struct rlimit old, few;

	make_root();
	make_comb(COMB);
	CHECK_INT(getrlimit(RLIMIT_NOFILE, &old), 0);
	few = old;
	few.rlim_cur = 100;
	CHECK_INT(setrlimit(RLIMIT_NOFILE, &few), 0);
	walk_comb(0);
	walk_comb(GREEN_PATH_STAT);
	CHECK_INT(setrlimit(RLIMIT_NOFILE, &old), 0);
	clean();
}

/* More names than stat(2) is asked of at once. */
GREEN_TEST(a_large_directory_has_the_stats_of_all)
{
	struct green_dirent e;
	struct green_dir *d;
	char name[50];
	int i, n = 0;

	make_root();
	make("d", S_IFDIR);
	for (i = 0; i < MANY; i++) {
		snprintf(name, sizeof(name), "d/%04d", i);
		make(name, i % 100 == 99 ? S_IFDIR : S_IFREG);
	}
	d = green_dir_walk(root, GREEN_PATH_STAT);
	REQUIRE(CHECK(d != NULL));
	CHECK_INT(green_dir_next(d, &e), 1);
	while (green_dir_next(d, &e) == 1) {
		CHECK_INT(atoi(e.name), n++);
		if (n == MANY / 2)
			(void)clean();
		if (n < MANY / 2)
			CHECK(e.st != NULL);
		if (e.st != NULL)
			CHECK(S_ISDIR(e.st->st_mode) == (n % 100 == 0));
	}
	CHECK_INT(n, MANY);
	/* Those at its end had gone. */
	CHECK(e.st == NULL);
	CHECK_INT(green_dir_close(d), 0);
}

/* A directory is moved out, and a link to it put in its place. */
GREEN_TEST(a_walk_follows_no_link_that_is_swapped_in)
{
	struct green_dirent e;
	struct green_dir *d;
	char from[700], to[700], name[50];
	int i, n = 0;

	make_root();
	make("a", S_IFDIR);
	/* So many that the walk's first trip does not reach "b". */
	for (i = 0; i < MANY; i++) {
		snprintf(name, sizeof(name), "a/%04d", i);
		make(name, S_IFREG);
	}
	make("b", S_IFDIR);
	make("b/c", S_IFDIR);
	make("b/c/f", S_IFREG);
	make("out", S_IFDIR);
	d = green_dir_walk(root, 0);
	REQUIRE(CHECK(d != NULL));
	CHECK_INT(green_dir_next(d, &e), 1);
	snprintf(from, sizeof(from), "%s/b", root);
	snprintf(to, sizeof(to), "%s/out/b", root);
	CHECK_INT(rename(from, to), 0);
	CHECK_INT(symlink("out/b", from), 0);
	while (green_dir_next(d, &e) == 1) {
		CHECK_INT(e.error, 0);
		CHECK(strstr(e.path, "/b/c") == NULL ||
		    strstr(e.path, "/out/b/") != NULL);
		n++;
	}
	/* "b" itself, and what is in "out" now. */
	CHECK_INT(n, MANY + 2 + 3);
	CHECK_INT(green_dir_close(d), 0);
	clean();
}

GREEN_TEST(what_has_gone_meanwhile_is_empty)
{
	struct green_dirent e;
	struct green_dir *d;
	char name[50];
	int i, n = 0;

	make_root();
	/* More than a trip reads ahead. */
	for (i = 0; i < 1000; i++) {
		snprintf(name, sizeof(name), "%03d", i);
		make(name, S_IFDIR);
		snprintf(name, sizeof(name), "%03d/f", i);
		make(name, S_IFREG);
	}
	d = green_dir_walk(root, 0);
	REQUIRE(CHECK(d != NULL));
	CHECK_INT(green_dir_next(d, &e), 1);
	clean();
	while (green_dir_next(d, &e) == 1) {
		CHECK_INT(e.error, 0);
		n += e.depth == 0;
	}
	CHECK_INT(n, 999);
	CHECK_INT(green_dir_close(d), 0);
}

GREEN_TEST(globs_find_what_matches_once)
{
	make_tree();
	CHECK_STR(listed(green_dir_glob(root, "*")), ".h a a-b c.c l z ");
	CHECK_STR(listed(green_dir_glob(root, "*.c")), "c.c ");
	CHECK_STR(listed(green_dir_glob(root, "**/*.c")), "a/b/x.c c.c ");
	CHECK_STR(listed(green_dir_glob(root, "**/**/*.c")), "a/b/x.c c.c ");
	CHECK_STR(listed(green_dir_glob(root, "*/b")), "a/b ");
	CHECK_STR(listed(green_dir_glob(root, "a/*/x.c")), "a/b/x.c ");
	CHECK_STR(listed(green_dir_glob(root, "a/**")), "a/.h a/b a/b/x.c ");
	CHECK_STR(listed(green_dir_glob(root, "**")),
	    ".h a a/.h a/b a/b/x.c a-b c.c l z ");
	CHECK_STR(listed(green_dir_glob(root, "**/b/**")), "a/b/x.c ");
	CHECK_STR(listed(green_dir_glob(root, "l/*")), "");
	CHECK_STR(listed(green_dir_glob(root, "none*")), "");
	clean();
}

static int
without_rights(void *unused)
{
	char path[700];
	struct green_dirent e;
	struct green_dir *d;
	int n = 0;

	(void)unused;
	REQUIRE_TASK(CHECK(geteuid() != 0 || setuid(NOBODY) == 0));
	make_tree();
	snprintf(path, sizeof(path), "%s/a", root);
	CHECK_INT(chmod(path, 0000), 0);
	d = green_dir_walk(root, 0);
	REQUIRE_TASK(CHECK(d != NULL));
	while (green_dir_next(d, &e) == 1) {
		n++;
		CHECK_INT(e.error, strcmp(e.name, "a") == 0 ? EACCES : 0);
	}
	CHECK_INT(n, 6);
	CHECK_INT(green_dir_close(d), 0);
	CHECK_NULL(green_dir_walk(path, 0), EACCES);
	CHECK_INT(chmod(path, 0700), 0);
	clean();
	return (0);
}

PLAIN_TEST(what_cannot_be_read_is_handed_out_with_its_error)
{
	char *path = scratch_path(NULL);
	struct stat st;

	CHECK_INT(stat(path, &st), 0);
	if (geteuid() == 0)
		CHECK_INT(chown(path, NOBODY, NOBODY), 0);
	survives(without_rights, NULL, NULL);
	if (geteuid() == 0)
		CHECK_INT(chown(path, st.st_uid, st.st_gid), 0);
	free(path);
}

PLAIN_TEST(without_a_loop_nothing_is_walked)
{
	CHECK_NULL(green_dir_walk("/", 0), EPERM);
	CHECK_NULL(green_dir_glob("/", "*"), EPERM);
}

CU_TestInfo walk_tests[] = {
	CLAIM(parents_come_before_what_is_in_them_sorted),
	CLAIM(entries_say_what_they_are),
	CLAIM(what_is_skipped_is_not_entered),
	CLAIM(what_cannot_be_walked_is_not_opened),
	CLAIM(many_workers_keep_one_order),
	CLAIM(a_cancelled_walk_goes_on_where_it_was),
	CLAIM(depth_is_no_limit),
	CLAIM(depth_takes_few_descriptors_of_a_walk),
	CLAIM(a_large_directory_has_the_stats_of_all),
	CLAIM(a_walk_follows_no_link_that_is_swapped_in),
	CLAIM(what_has_gone_meanwhile_is_empty),
	CLAIM(globs_find_what_matches_once),
	CLAIM(what_cannot_be_read_is_handed_out_with_its_error),
	CLAIM(without_a_loop_nothing_is_walked),
	CU_TEST_INFO_NULL
};
