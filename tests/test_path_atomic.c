/*
 * Paths: files that are as before or complete.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <green/path.h>

#include "check.h"
#include "harness.h"
#include "scratch.h"

static void
holds(const char *path, const char *want)
{
	void *buf = NULL;

	CHECK_INT(green_path_read(path, &buf, NULL), 0);
	CHECK_STR(buf, want);
	free(buf);
}

/* How many entries the directory has, and removes them. */
static int
empty(const char *dir)
{
	struct dirent *e;
	DIR *d = opendir(dir);
	int n = 0;

	if (d == NULL)
		return (-1);
	while ((e = readdir(d)) != NULL)
		if (strcmp(e->d_name, ".") != 0 &&
		    strcmp(e->d_name, "..") != 0) {
			(void)unlinkat(dirfd(d), e->d_name, 0);
			n++;
		}
	closedir(d);
	return (n);
}

/* A directory of the test's own, and a path in it. */
static char *
make_dir(void)
{
	char *dir = scratch_path("atomic");

	CHECK(mkdir(dir, 0700) == 0 || errno == EEXIST);
	(void)empty(dir);
	return (dir);
}

static void
remove_dir(char *dir)
{
	(void)empty(dir);
	CHECK_INT(rmdir(dir), 0);
	free(dir);
}

GREEN_TEST(a_file_is_replaced_and_nothing_is_left)
{
	char *dir = make_dir(), *path = scratch_path("atomic/file");

	CHECK_INT(green_path_write_atomic(path, "new", 3, 0600), 0);
	holds(path, "new");
	CHECK_INT(green_path_write_atomic(path, "newer", 5, 0600), 0);
	holds(path, "newer");
	CHECK_INT(green_path_write_atomic(path, "", 0, 0600), 0);
	holds(path, "");
	CHECK_INT(empty(dir), 1);
	remove_dir(dir);
	free(path);
}

GREEN_TEST(a_new_file_has_its_mode_by_umask)
{
	char *dir = make_dir(), *path = scratch_path("atomic/file");
	mode_t mask = umask(027);
	struct stat st;

	CHECK_INT(green_path_write_atomic(path, "a", 1, 0666), 0);
	(void)umask(mask);
	CHECK_INT(stat(path, &st), 0);
	CHECK_INT(st.st_mode & 07777, 0640);
	CHECK_INT(unlink(path), 0);
	/* One that could not be written to, either. */
	CHECK_INT(green_path_write_atomic(path, "a", 1, 0400), 0);
	CHECK_INT(stat(path, &st), 0);
	CHECK_INT(st.st_mode & 07777, 0400);
	remove_dir(dir);
	free(path);
}

GREEN_TEST(a_file_that_is_there_keeps_its_mode)
{
	static const mode_t modes[] = { 0600, 0644, 0666, 0400, 0755 };
	char *dir = make_dir(), *path = scratch_path("atomic/file");
	struct stat st;
	size_t i;

	for (i = 0; i < sizeof(modes) / sizeof(*modes); i++) {
		(void)unlink(path);
		CHECK_INT(green_path_touch(path, 0600, 0), 0);
		CHECK_INT(chmod(path, modes[i]), 0);
		CHECK_INT(green_path_write_atomic(path, "b", 1, 0600), 0);
		CHECK_INT(stat(path, &st), 0);
		CHECK_INT(st.st_mode & 07777, modes[i]);
		CHECK_INT(st.st_size, 1);
	}
	remove_dir(dir);
	free(path);
}

GREEN_TEST(a_file_that_is_there_keeps_its_owner_if_it_may)
{
	char *dir = make_dir(), *path = scratch_path("atomic/file");
	bool root = geteuid() == 0;
	struct stat st;

	CHECK_INT(green_path_touch(path, 0600, 0), 0);
	if (root)
		CHECK_INT(chown(path, 3987, 3988), 0);
	CHECK_INT(chmod(path, 06711), 0);
	CHECK_INT(green_path_write_atomic(path, "b", 1, 0600), 0);
	CHECK_INT(stat(path, &st), 0);
	CHECK_INT(st.st_uid, root ? 3987 : geteuid());
	CHECK_INT(st.st_mode & 07777, 06711);
	remove_dir(dir);
	free(path);
}

/* In a child that is nobody, and may write where the file is. */
static int
replace_as_nobody(void *arg)
{
	struct stat st;

	REQUIRE_TASK(CHECK_INT(setgid(3988), 0));
	REQUIRE_TASK(CHECK_INT(setuid(3989), 0));
	CHECK_INT(green_path_write_atomic(arg, "b", 1, 0600), 0);
	CHECK_INT(stat(arg, &st), 0);
	CHECK_INT(st.st_uid, 3989);
	CHECK_INT(st.st_mode & 07777, 0711);
	return (0);
}

PLAIN_TEST(no_new_owner_gets_the_rights_of_the_old_one)
{
	char *dir = make_dir(), *path = scratch_path("atomic/file");
	char *above = scratch_path(NULL);
	int fd;

	if (geteuid() == 0) {
		CHECK_INT(chmod(above, 0755), 0);
		CHECK_INT(chmod(dir, 0777), 0);
		fd = open(path, O_WRONLY | O_CREAT, 0600);
		CHECK_INT(close(fd), 0);
		CHECK_INT(chmod(path, 06711), 0);
		survives(replace_as_nobody, path, NULL);
		CHECK_INT(chmod(above, 0700), 0);
	}
	remove_dir(dir);
	free(path);
	free(above);
}

GREEN_TEST(links_to_a_file_stay_links)
{
	char *dir = make_dir(), *path = scratch_path("atomic/file");
	char *one = scratch_path("atomic/one"), *two = scratch_path("atomic-two");
	struct stat st;

	/* The first to nothing yet, by way of another. */
	CHECK_INT(symlink("file", one), 0);
	CHECK_INT(symlink("atomic/one", two), 0);
	CHECK_INT(green_path_write_atomic(two, "a", 1, 0600), 0);
	holds(path, "a");
	CHECK_INT(green_path_write_atomic(two, "b", 1, 0600), 0);
	holds(path, "b");
	CHECK_INT(unlink(two), 0);
	CHECK_INT(symlink(path, two), 0);
	CHECK_INT(green_path_write_atomic(two, "c", 1, 0600), 0);
	holds(path, "c");
	CHECK_INT(lstat(path, &st), 0);
	CHECK(S_ISREG(st.st_mode));
	CHECK_INT(green_path_is_symlink(one), 1);
	CHECK_INT(green_path_is_symlink(two), 1);
	CHECK_INT(unlink(two), 0);
	CHECK_INT(empty(dir), 2);
	remove_dir(dir);
	free(path);
	free(one);
	free(two);
}

GREEN_TEST(other_names_keep_the_old_content)
{
	char *dir = make_dir(), *path = scratch_path("atomic/file");
	char *other = scratch_path("atomic/other");

	CHECK_INT(green_path_write(path, "a", 1, 0600), 0);
	CHECK_INT(link(path, other), 0);
	CHECK_INT(green_path_write_atomic(path, "b", 1, 0600), 0);
	holds(path, "b");
	holds(other, "a");
	remove_dir(dir);
	free(path);
	free(other);
}

GREEN_TEST(what_is_no_file_is_not_replaced)
{
	char *dir = make_dir(), *fifo = scratch_path("atomic/fifo");
	char *loop = scratch_path("atomic/loop");
	char *slash = scratch_path("atomic/new/");

	CHECK_INT(mkfifo(fifo, 0600), 0);
	CHECK_INT(symlink("loop", loop), 0);
	CHECK_ERRNO(green_path_write_atomic(dir, "a", 1, 0600), EISDIR);
	CHECK_ERRNO(green_path_write_atomic("/", "a", 1, 0600), EISDIR);
	CHECK_ERRNO(green_path_write_atomic(".", "a", 1, 0600), EISDIR);
	CHECK_ERRNO(green_path_write_atomic(slash, "a", 1, 0600), EISDIR);
	CHECK_ERRNO(green_path_write_atomic(fifo, "a", 1, 0600), EINVAL);
	CHECK_ERRNO(green_path_write_atomic(loop, "a", 1, 0600), ELOOP);
	CHECK_ERRNO(green_path_write_atomic("", "a", 1, 0600), ENOENT);
	CHECK_ERRNO(green_path_write_atomic("/nowhere/a", "a", 1, 0600),
	    ENOENT);
	CHECK_INT(green_path_is_fifo(fifo), 1);
	CHECK_INT(empty(dir), 2);
	remove_dir(dir);
	free(fifo);
	free(loop);
	free(slash);
}

/* The temporary file's own name fits where that of the file does. */
GREEN_TEST(a_name_may_be_as_long_as_any)
{
	char name[NAME_MAX + 9], *dir = make_dir(), *path;

	memcpy(name, "atomic/", 7);
	memset(name + 7, 'x', NAME_MAX);
	name[7 + NAME_MAX] = '\0';
	path = scratch_path(name);
	CHECK_INT(green_path_write_atomic(path, "a", 1, 0600), 0);
	holds(path, "a");
	free(path);
	name[7 + NAME_MAX] = 'x';
	name[8 + NAME_MAX] = '\0';
	path = scratch_path(name);
	CHECK_ERRNO(green_path_write_atomic(path, "a", 1, 0600), ENAMETOOLONG);
	free(path);
	CHECK_INT(empty(dir), 1);
	remove_dir(dir);
}

static int
write_too_much(void *arg)
{
	struct rlimit small = { 1000, 1000 };
	char data[2000] = "";

	(void)signal(SIGXFSZ, SIG_IGN);
	REQUIRE_TASK(CHECK_INT(setrlimit(RLIMIT_FSIZE, &small), 0));
	CHECK_ERRNO(green_path_write_atomic(arg, data, sizeof(data), 0600),
	    EFBIG);
	holds(arg, "old");
	return (0);
}

PLAIN_TEST(after_a_failure_the_old_file_is_there_and_nothing_else)
{
	char *dir = make_dir(), *path = scratch_path("atomic/file");
	int fd = open(path, O_WRONLY | O_CREAT, 0600);

	CHECK_INT(write(fd, "old", 3), 3);
	CHECK_INT(close(fd), 0);
	survives(write_too_much, path, NULL);
	CHECK_INT(empty(dir), 1);
	remove_dir(dir);
	free(path);
}

GREEN_TEST(a_cancelled_task_replaces_nothing)
{
	char *dir = make_dir(), *path = scratch_path("atomic/file");
	struct green_scope s;

	CHECK_INT(green_path_write_atomic(path, "old", 3, 0600), 0);
	green_scope_open(&s);
	green_scope_cancel(&s, NULL);
	CHECK_ERRNO(green_path_write_atomic(path, "new", 3, 0600), ECANCELED);
	CHECK_INT(green_scope_close(&s, 0), 0);
	holds(path, "old");
	CHECK_INT(empty(dir), 1);
	remove_dir(dir);
	free(path);
}

/* Readers that come meanwhile see one or the other. */
#define SIZE	20000

static char *
content(char c)
{
	char *data = malloc(SIZE + 1);

	memset(data, c, SIZE);
	data[SIZE] = '\0';
	return (data);
}

static bool
is_whole(const char *path)
{
	char *data = malloc(SIZE + 1);
	FILE *fp = fopen(path, "r");
	size_t i, n = 0;

	if (fp != NULL) {
		n = fread(data, 1, SIZE + 1, fp);
		(void)fclose(fp);
	}
	for (i = 0; i < n && data[i] == data[0]; i++)
		;
	free(data);
	return (n == SIZE && i == n);
}

static int
write_for_ever(void *arg)
{
	char *data[] = { content('a'), content('b') };
	unsigned i;

	for (i = 0; green_path_write_atomic(arg, data[i % 2], SIZE, 0600) == 0;
	    i++)
		;
	return (-1);
}

/* From its start on, killed when chance has it. */
static bool
kill_a_writer(char *path, unsigned *chance)
{
	struct timespec t = { 0, 0 };
	unsigned left = watch_remaining();
	pid_t pid;

	*chance = *chance * 1103515245u + 12345u;
	t.tv_nsec = (long)(*chance >> 8) % 3000000;
	if ((pid = fork()) == -1)
		return (false);
	if (pid == 0) {
		watch_child(left);
		(void)IN_LOOP(write_for_ever, path, NULL);
		_exit(1);
	}
	(void)nanosleep(&t, NULL);
	(void)kill(pid, SIGKILL);
	return (waitpid(pid, NULL, 0) == pid);
}

/*
 * All reactors and contexts together do it a thousand times and more, if forks
 * and the disk take less than half of the test's time.
 */
PLAIN_TEST(who_is_killed_leaves_the_old_file_or_the_new_one)
{
	char *dir = make_dir(), *path = scratch_path("atomic/file");
	char *first = content('0');
	unsigned chance = 1, i, n = 200 / check_slowness();
	FILE *fp = fopen(path, "w");
	unsigned half = watch_remaining() / 2;
	bool whole = true;

	CHECK_INT(fwrite(first, 1, SIZE, fp), SIZE);
	CHECK_INT(fclose(fp), 0);
	for (i = 0; i < n && whole && watch_remaining() > half; i++) {
		check_note("kill %u", i);
		whole = CHECK(kill_a_writer(path, &chance)) &&
		    CHECK(is_whole(path));
	}
	CHECK(i > 0);
	free(first);
	remove_dir(dir);
	free(path);
}

CU_TestInfo path_atomic_tests[] = {
	CLAIM(a_file_is_replaced_and_nothing_is_left),
	CLAIM(a_new_file_has_its_mode_by_umask),
	CLAIM(a_file_that_is_there_keeps_its_mode),
	CLAIM(a_file_that_is_there_keeps_its_owner_if_it_may),
	CLAIM(no_new_owner_gets_the_rights_of_the_old_one),
	CLAIM(links_to_a_file_stay_links),
	CLAIM(other_names_keep_the_old_content),
	CLAIM(what_is_no_file_is_not_replaced),
	CLAIM(a_name_may_be_as_long_as_any),
	CLAIM(after_a_failure_the_old_file_is_there_and_nothing_else),
	CLAIM(a_cancelled_task_replaces_nothing),
	CLAIM(who_is_killed_leaves_the_old_file_or_the_new_one),
	CU_TEST_INFO_NULL
};
