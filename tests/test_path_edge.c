/*
 * Files and paths at the edge of what a system does: what each call says of it,
 * and that it leaves nothing behind.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <green/path.h>
#include <green/watch.h>

#include "check.h"
#include "scratch.h"

#define NOBODY	65534
#define KIB	((size_t)1024)

static char root[256];
static char source[256];		/* of 256 KiB, in another file system */
static char big[256 * KIB];		/* more than there is room for */

static void
make_root(void)
{
	char *path = scratch_path("edge");

	snprintf(root, sizeof(root), "%s", path);
	free(path);
	CHECK_INT(mkdir(root, 0755), 0);
}

static void
remove_root(void)
{
	CHECK_INT(green_path_remove(root, GREEN_PATH_RECURSIVE), 0);
}

/* Below the root; good for the next seven calls. */
static const char *
at(const char *name)
{
	static char paths[8][600];
	static unsigned next;
	char *buf = paths[next++ % 8];

	snprintf(buf, sizeof(paths[0]), "%s/%s", root, name);
	return (buf);
}

static void
put(const char *path, const char *text)
{
	FILE *fp = fopen(path, "w");

	if (CHECK(fp != NULL)) {
		CHECK(fputs(text, fp) != EOF);
		CHECK_INT(fclose(fp), 0);
	}
}

static bool
has(const char *path, const char *text)
{
	void *buf;
	bool same;

	if (green_path_read(path, &buf, NULL) == -1)
		return (false);
	same = strcmp(buf, text) == 0;
	free(buf);
	return (same);
}

/* How many there are below. */
static int
entries(const char *path)
{
	struct green_dir *d = green_dir_walk(path, 0);
	struct green_dirent e;
	int n = 0;

	if (!CHECK(d != NULL))
		return (-1);
	while (green_dir_next(d, &e) == 1)
		n++;
	CHECK_INT(green_dir_close(d), 0);
	return (n);
}

/*
 * The calls, of one path: 0 or -1.
 */
static int
freed(void *p)
{
	if (p == NULL)
		return (-1);
	free(p);
	return (0);
}

static int
closed(struct green_file *f)
{
	return (f == NULL ? -1 : green_file_close(f));
}

static int
dir_closed(struct green_dir *d)
{
	return (d == NULL ? -1 : green_dir_close(d));
}

#define CALL(name, result)						\
	static int							\
	do_##name(const char *p)					\
	{								\
		return (result);					\
	}
static int
do_read(const char *p)
{
	void *buf;

	return (green_path_read(p, &buf, NULL) == -1 ? -1 : freed(buf));
}

static int
do_stat(const char *p)
{
	struct stat st;

	return (green_path_stat(p, &st));
}

static int
do_lstat(const char *p)
{
	struct stat st;

	return (green_path_lstat(p, &st));
}

static int
do_statvfs(const char *p)
{
	struct statvfs st;

	return (green_path_statvfs(p, &st));
}

CALL(access, green_path_access(p, F_OK))
CALL(resolve, freed(green_path_resolve(p)))
CALL(readlink, freed(green_path_readlink(p)))
CALL(owner, freed(green_path_owner(p)))
CALL(open, closed(green_file_open(p, O_RDONLY, 0)))
CALL(dir_open, dir_closed(green_dir_open(p)))
CALL(dir_walk, dir_closed(green_dir_walk(p, 0)))
CALL(dir_glob, dir_closed(green_dir_glob(p, "*")))
CALL(watch, green_watch_close(green_watch_open(p, NULL)))
CALL(copy_from, green_path_copy(p, at("copy"), GREEN_PATH_RECURSIVE))
CALL(move_from, green_path_move(p, at("moved")))
CALL(rename_from, green_path_rename(p, at("renamed")))
CALL(link_from, green_path_link(p, at("linked")))

CALL(write, green_path_write(p, "x", 1, 0600))
CALL(append, green_path_append(p, "x", 1, 0600))
CALL(write_atomic, green_path_write_atomic(p, "x", 1, 0600))
CALL(replace, closed(green_file_replace(p, 0600)))
CALL(create, closed(green_file_open(p, O_WRONLY | O_CREAT, 0600)))
CALL(mkdir, green_path_mkdir(p, 0700, 0))
CALL(mkdirs, green_path_mkdir(p, 0700, GREEN_PATH_PARENTS))
CALL(symlink, green_path_symlink("x", p))
CALL(mkfifo, green_path_mkfifo(p, 0600))
CALL(touch, green_path_touch(p, 0600, 0))
CALL(link_to, green_path_link(at("file"), p))
CALL(rename_to, green_path_rename(at("file"), p))
CALL(copy_to, green_path_copy(at("file"), p, 0))
CALL(temp_file, closed(green_temp_file(p)))
CALL(temp_named, closed(green_temp_named(p, "x", NULL, NULL)))
CALL(temp_dir, freed(green_temp_dir(p, "x")))

CALL(rmdir, green_path_rmdir(p))
CALL(unlink, green_path_unlink(p, 0))
CALL(remove, green_path_remove(p, GREEN_PATH_RECURSIVE))
CALL(truncate, green_path_truncate(p, 1))
CALL(touch_old, green_path_touch(p, 0600, GREEN_PATH_EXIST_OK))
CALL(utimens, green_path_utimens(p, NULL, 0))
CALL(chmod, green_path_chmod(p, 0700, 0))
CALL(chmod_all, green_path_chmod(p, 0700, GREEN_PATH_RECURSIVE))
CALL(chown, green_path_chown(p, geteuid(), getegid(), 0))

enum kind { LOOKS, MAKES, CHANGES, USES };
static const struct call {
	const char *name;
	int	 (*fn)(const char *path);
	enum kind kind;
} calls[] = {
#define ENTRY(name, kind)	{ #name, do_##name, kind }
	ENTRY(read, LOOKS), ENTRY(stat, LOOKS), ENTRY(lstat, LOOKS),
	ENTRY(statvfs, LOOKS), ENTRY(access, LOOKS), ENTRY(resolve, LOOKS),
	ENTRY(readlink, LOOKS), ENTRY(owner, LOOKS), ENTRY(open, LOOKS),
	ENTRY(dir_open, LOOKS), ENTRY(dir_walk, LOOKS), ENTRY(dir_glob, LOOKS),
	ENTRY(copy_from, LOOKS),
	ENTRY(write, MAKES), ENTRY(append, MAKES), ENTRY(write_atomic, MAKES),
	ENTRY(replace, MAKES), ENTRY(create, MAKES), ENTRY(mkdir, MAKES),
	ENTRY(mkdirs, MAKES), ENTRY(symlink, MAKES), ENTRY(mkfifo, MAKES),
	ENTRY(touch, MAKES), ENTRY(link_to, MAKES), ENTRY(rename_to, MAKES),
	ENTRY(copy_to, MAKES),
	ENTRY(unlink, CHANGES), ENTRY(remove, CHANGES),
	ENTRY(truncate, CHANGES), ENTRY(touch_old, CHANGES),
	ENTRY(utimens, CHANGES), ENTRY(chmod, CHANGES),
	ENTRY(chmod_all, CHANGES), ENTRY(chown, CHANGES),
	ENTRY(rename_from, CHANGES), ENTRY(move_from, CHANGES),
	ENTRY(link_from, CHANGES),
	ENTRY(rmdir, USES), ENTRY(watch, USES), ENTRY(temp_file, USES),
	ENTRY(temp_named, USES), ENTRY(temp_dir, USES)
};

/* Every call with that path fails so. */
static void
all_fail(const char *path, int code)
{
	size_t i;
	int rc;

	for (i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		check_note("%s", calls[i].name);
		errno = 0;
		/* NULL is no watch, which may be closed. */
		if (calls[i].fn == do_watch) {
			CHECK_NULL(green_watch_open(path, NULL), code);
			continue;
		}
		if ((rc = calls[i].fn(path)) != -1 || errno != code) {
			CHECK_STR(calls[i].name, "right");
			CHECK_ERRNO(rc, code);
		}
	}
}

GREEN_TEST(a_way_that_leads_nowhere_is_told_by_every_call)
{
	char name[NAME_MAX + 2];

	make_root();
	put(at("file"), "text");
	CHECK_INT(symlink("loop", at("loop")), 0);
	memset(name, 'n', NAME_MAX + 1);
	name[NAME_MAX + 1] = '\0';
	all_fail(at(name), ENAMETOOLONG);
	all_fail(at("loop/x"), ELOOP);
	all_fail(at("file/x"), ENOTDIR);
	CHECK_ERRNO(green_path_exists(at(name)), ENAMETOOLONG);
	CHECK_ERRNO(green_path_exists(at("loop/x")), ELOOP);
	CHECK_INT(green_path_exists(at("file/x")), 0);
	CHECK_INT(entries(root), 2);
	CHECK(has(at("file"), "text"));
	remove_root();
}

/* As long as the system takes, with its NUL. */
GREEN_TEST(a_path_may_be_as_long_as_any)
{
	char path[PATH_MAX], other[PATH_MAX];
	size_t len;
	struct stat st;

	make_root();
	snprintf(path, sizeof(path), "%s", root);
	for (len = strlen(path); len + 202 < sizeof(path) - 20; len += 201) {
		path[len] = '/';
		memset(path + len + 1, 'd', 200);
		path[len + 201] = '\0';
	}
	CHECK_INT(green_path_mkdir(path, 0700, GREEN_PATH_PARENTS), 0);
	path[len++] = '/';
	memset(path + len, 'f', sizeof(path) - len);
	path[sizeof(path) - 1] = '\0';
	memcpy(other, path, sizeof(path));
	other[sizeof(other) - 2] = 'g';
	CHECK_INT(green_path_write(path, "text", 4, 0600), 0);
	CHECK(has(path, "text"));
	CHECK_INT(green_path_write_atomic(path, "more", 4, 0600), 0);
	CHECK(has(path, "more"));
	CHECK_INT(green_path_copy(path, other, 0), 0);
	CHECK(has(other, "more"));
	CHECK_INT(green_path_unlink(other, 0), 0);
	CHECK_INT(green_path_rename(path, other), 0);
	CHECK_INT(green_path_stat(other, &st), 0);
	CHECK_INT(green_path_move(other, path), 0);
	CHECK_INT(green_path_remove(path, 0), 0);
	CHECK_INT(green_path_exists(path), 0);
	remove_root();
}

GREEN_TEST(a_link_to_nothing_is_a_link)
{
	struct stat st;
	char *text;

	make_root();
	CHECK_INT(symlink("target", at("link")), 0);
	CHECK_INT(green_path_exists(at("link")), 0);
	CHECK_INT(green_path_is_symlink(at("link")), 1);
	CHECK_ERRNO(do_read(at("link")), ENOENT);
	CHECK_ERRNO(do_stat(at("link")), ENOENT);
	CHECK_INT(green_path_lstat(at("link"), &st), 0);
	CHECK_ERRNO(green_path_truncate(at("link"), 0), ENOENT);
	CHECK_ERRNO(green_path_chmod(at("link"), 0600, 0), ENOENT);
	CHECK_INT(green_path_copy(at("link"), at("copy"), 0), 0);
	text = green_path_readlink(at("copy"));
	CHECK_STR(text, "target");
	free(text);
	CHECK_INT(green_path_move(at("copy"), at("moved")), 0);
	CHECK_INT(green_path_remove(at("moved"), 0), 0);
	/* Writing makes what it leads to. */
	CHECK_INT(green_path_write(at("link"), "x", 1, 0600), 0);
	CHECK(has(at("target"), "x"));
	CHECK_INT(green_path_unlink(at("target"), 0), 0);
	CHECK_INT(green_path_write_atomic(at("link"), "y", 1, 0600), 0);
	CHECK_INT(green_path_is_symlink(at("link")), 1);
	CHECK(has(at("target"), "y"));
	CHECK_INT(entries(root), 2);
	remove_root();
}

GREEN_TEST(a_file_that_shrinks_under_its_reader_ends_earlier)
{
	struct green_file *f;
	char buf[4096];
	char *line = NULL;
	size_t size = 0;
	int n;

	make_root();
	memset(big, 'x', sizeof(big));
	CHECK_INT(green_path_write(at("f"), big, sizeof(big), 0600), 0);
	f = green_file_open(at("f"), O_RDONLY, 0);
	REQUIRE(CHECK(f != NULL));
	for (n = 0; n < 4; n++)
		CHECK_INT(green_file_read(f, buf, sizeof(buf)), sizeof(buf));
	CHECK_INT(truncate(at("f"), 4 * 4096 + 10), 0);
	CHECK_INT(green_file_read(f, buf, sizeof(buf)), 10);
	CHECK_INT(green_file_read(f, buf, sizeof(buf)), 0);
	CHECK_INT(truncate(at("f"), 100), 0);
	CHECK_INT(green_file_read(f, buf, sizeof(buf)), 0);
	CHECK_INT(green_file_pread(f, buf, sizeof(buf), 90), 10);
	CHECK_INT(green_file_seek(f, 0, SEEK_SET), 0);
	CHECK_INT(green_file_getline(f, &line, &size), 100);
	CHECK_INT(green_file_getline(f, &line, &size), 0);
	free(line);
	CHECK_INT(green_file_close(f), 0);
	remove_root();
}

#ifdef CLONE_NEWNS
/* A file system of its own at the root, for this process alone; false: that is not
   allowed here. */
static bool
mount_root(const char *options)
{
	if (unshare(CLONE_NEWNS) == -1 ||
	    mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == -1)
		return (false);
	return (mount("tmpfs", root, "tmpfs", 0, options) == 0);
}

static void
skip(const char *why)
{
	printf("    (left out: %s)\n", why);
}

static int
read_only(void *unused)
{
	size_t i;
	int rc;

	(void)unused;
	for (i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		check_note("%s", calls[i].name);
		rc = 0;
		errno = EROFS;
		if (calls[i].kind == MAKES)
			rc = calls[i].fn(at("new")) + 1;
		else if (calls[i].kind == CHANGES)
			rc = calls[i].fn(at("file")) + 1;
		else if (calls[i].fn == do_rmdir)
			rc = calls[i].fn(at("dir")) + 1;
		else if (calls[i].kind == USES && calls[i].fn != do_watch)
			rc = calls[i].fn(root) + 1;
		if (rc != 0 || errno != EROFS) {
			CHECK_STR(calls[i].name, "right");
			CHECK_INT(errno, EROFS);
		}
	}
	CHECK_INT(entries(root), 2);
	CHECK(has(at("file"), "text"));
	return (0);
}

static int
on_read_only(void *unused)
{
	if (!mount_root("size=1m"))
		return (0);
	put(at("file"), "text");
	CHECK_INT(mkdir(at("dir"), 0700), 0);
	if (mount(NULL, root, NULL, MS_REMOUNT | MS_RDONLY, NULL) == -1)
		return (0);
	return (IN_LOOP(read_only, unused, NULL));
}

/* Too much for the file system, or for the user. */
static int
no_room(void *code)
{
	int want = *(int *)code;
	struct green_stream *s;
	struct green_file *f;
	struct stat st;

	CHECK_INT(green_path_write(at("old"), "old", 3, 0600), 0);
	CHECK_ERRNO(green_path_write(at("f"), big, sizeof(big), 0600), want);
	CHECK_INT(green_path_unlink(at("f"), 0), 0);
	CHECK_ERRNO(green_path_append(at("f"), big, sizeof(big), 0600), want);
	CHECK_INT(green_path_unlink(at("f"), 0), 0);
	CHECK_ERRNO(green_path_write_atomic(at("old"), big, sizeof(big), 0600),
	    want);
	CHECK(has(at("old"), "old"));
	CHECK_ERRNO(green_path_copy(source, at("copy"), 0), want);
	CHECK_ERRNO(green_path_stat(at("copy"), &st), ENOENT);
	f = green_file_replace(at("old"), 0600);
	REQUIRE_TASK(CHECK(f != NULL));
	CHECK_ERRNO(green_file_write(f, big, sizeof(big)), want);
	CHECK_INT(green_file_close(f), 0);
	CHECK(has(at("old"), "old"));
	f = green_temp_file(root);
	REQUIRE_TASK(CHECK(f != NULL));
	CHECK_ERRNO(green_file_write(f, big, sizeof(big)), want);
	CHECK_INT(green_file_close(f), 0);
	s = green_temp_spooled(1000, root);
	REQUIRE_TASK(CHECK(s != NULL));
	CHECK_INT(green_stream_send(s, "text", 4), 0);
	CHECK_ERRNO(green_stream_send(s, big, sizeof(big)), want);
	CHECK_INT(green_stream_close(s), 0);
	CHECK_INT(entries(root), 1);
	return (0);
}

static int
on_small(void *unused)
{
	int code = ENOSPC;

	(void)unused;
	if (!mount_root("size=128k"))
		return (0);
	return (IN_LOOP(no_room, &code, NULL));
}

static int
on_quota(void *unused)
{
	int code = EDQUOT;

	(void)unused;
	if (!mount_root("size=4m,mode=1777,usrquota,"
	    "usrquota_block_hardlimit=128k") || setuid(NOBODY) == -1)
		return (0);
	return (IN_LOOP(no_room, &code, NULL));
}

/* Is it allowed? */
static int
try_mount(void *options)
{
	_exit(mount_root(options) ? 0 : 1);
}

static bool
can_mount(const char *options)
{
	int status;
	pid_t pid = fork();

	if (pid == 0)
		(void)try_mount((void *)(uintptr_t)options);
	return (pid != -1 && waitpid(pid, &status, 0) == pid && status == 0);
}

static void
on(const char *options, green_fn *fn)
{
	char *path = scratch_path("edge"), *top = scratch_path(NULL);
	char *other = scratch_file("source", sizeof(big));
	struct stat st;

	snprintf(root, sizeof(root), "%s", path);
	snprintf(source, sizeof(source), "%s", other);
	CHECK_INT(mkdir(root, 0755), 0);
	CHECK_INT(stat(top, &st), 0);
	if (can_mount(options)) {
		CHECK_INT(chmod(top, 0755), 0);
		survives_plain(fn, NULL, NULL);
		CHECK_INT(chmod(top, st.st_mode & 07777), 0);
	} else
		skip("such a file system cannot be mounted here");
	CHECK_INT(rmdir(root), 0);
	CHECK_INT(unlink(other), 0);
	free(path);
	free(top);
	free(other);
}

PLAIN_TEST(a_read_only_file_system_is_told_by_every_call)
{
	on("size=1m", on_read_only);
}

PLAIN_TEST(a_full_file_system_is_told_and_nothing_is_left)
{
	on("size=128k", on_small);
}

PLAIN_TEST(a_quota_is_told_and_nothing_is_left)
{
	on("size=4m,usrquota", on_quota);
}
#endif

CU_TestInfo path_edge_tests[] = {
	CLAIM(a_way_that_leads_nowhere_is_told_by_every_call),
	CLAIM(a_path_may_be_as_long_as_any),
	CLAIM(a_link_to_nothing_is_a_link),
	CLAIM(a_file_that_shrinks_under_its_reader_ends_earlier),
#ifdef CLONE_NEWNS
	CLAIM(a_read_only_file_system_is_told_by_every_call),
	CLAIM(a_full_file_system_is_told_and_nothing_is_left),
	CLAIM(a_quota_is_told_and_nothing_is_left),
#endif
	CU_TEST_INFO_NULL
};
