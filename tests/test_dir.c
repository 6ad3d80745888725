/*
 * Directories: every entry once.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <sys/stat.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <green/path.h>

#include "check.h"
#include "scratch.h"

#define MANY	400		/* more than a trip's worth of long names */

/* A new directory of that name, its path in buf. */
static void
make(char *buf, size_t size, const char *name)
{
	char *path = scratch_path(name);

	snprintf(buf, size, "%s", path);
	free(path);
	CHECK_INT(mkdir(buf, 0700), 0);
}

GREEN_TEST(every_entry_comes_once)
{
	static char seen[MANY];
	char dir[512], path[700];
	struct green_dirent e;
	struct green_dir *d;
	int i, n = 0, rc;

	make(dir, sizeof(dir), "many");
	for (i = 0; i < MANY; i++) {
		snprintf(path, sizeof(path), "%s/%0100d", dir, i);
		close(open(path, O_WRONLY | O_CREAT, 0600));
	}
	memset(seen, 0, sizeof(seen));
	d = green_dir_open(dir);
	REQUIRE(CHECK(d != NULL));
	while ((rc = green_dir_next(d, &e)) == 1) {
		i = atoi(e.name);
		seen[i]++;
		snprintf(path, sizeof(path), "%s/%0100d", dir, i);
		n += strcmp(e.path, path) == 0 && e.type == DT_REG &&
		    seen[i] == 1;
		(void)unlink(path);
	}
	CHECK_INT(rc, 0);
	CHECK_INT(n, MANY);
	CHECK_INT(green_dir_next(d, &e), 0);
	CHECK_INT(green_dir_close(d), 0);
	CHECK_INT(rmdir(dir), 0);
}

GREEN_TEST(entries_have_types)
{
	char dir[512], path[700];
	struct green_dirent e;
	struct green_dir *d;
	int n = 0;

	make(dir, sizeof(dir), "types");
	snprintf(path, sizeof(path), "%s/dir", dir);
	CHECK_INT(mkdir(path, 0700), 0);
	snprintf(path, sizeof(path), "%s/link", dir);
	CHECK_INT(symlink("dir", path), 0);
	snprintf(path, sizeof(path), "%s/fifo", dir);
	CHECK_INT(mkfifo(path, 0600), 0);
	/* The slash is there already. */
	snprintf(path, sizeof(path), "%s/", dir);
	d = green_dir_open(path);
	REQUIRE(CHECK(d != NULL));
	while (green_dir_next(d, &e) == 1) {
		n++;
		CHECK_INT(e.type, *e.name == 'd' ? DT_DIR :
		    *e.name == 'l' ? DT_LNK : DT_FIFO);
		snprintf(path, sizeof(path), "%s/%s", dir, e.name);
		CHECK_STR(e.path, path);
		CHECK_INT(remove(path), 0);
	}
	CHECK_INT(n, 3);
	CHECK_INT(green_dir_close(d), 0);
	CHECK_INT(rmdir(dir), 0);
}

GREEN_TEST(an_empty_directory_has_none)
{
	char dir[512];
	struct green_dirent e;
	struct green_dir *d;

	make(dir, sizeof(dir), "empty");
	d = green_dir_open(dir);
	REQUIRE(CHECK(d != NULL));
	CHECK_INT(green_dir_next(d, &e), 0);
	CHECK_INT(green_dir_close(d), 0);
	CHECK_INT(rmdir(dir), 0);
}

GREEN_TEST(what_is_no_directory_is_not_opened)
{
	char *file = scratch_file("nodir", 1), *fifo = scratch_path("dir-fifo");

	CHECK_INT(mkfifo(fifo, 0600), 0);
	CHECK_NULL(green_dir_open("/nowhere"), ENOENT);
	CHECK_NULL(green_dir_open(file), ENOTDIR);
	CHECK_NULL(green_dir_open(fifo), ENOTDIR);
	CHECK_INT(green_dir_close(NULL), 0);
	CHECK_INT(unlink(fifo), 0);
	free(file);
	free(fifo);
}

GREEN_TEST(a_cancelled_task_still_closes)
{
	char dir[512], path[700];
	struct green_dirent e;
	struct green_scope s;
	struct green_dir *d;
	int i;

	make(dir, sizeof(dir), "cancelled");
	for (i = 0; i < MANY; i++) {
		snprintf(path, sizeof(path), "%s/%0100d", dir, i);
		close(open(path, O_WRONLY | O_CREAT, 0600));
	}
	d = green_dir_open(dir);
	REQUIRE(CHECK(d != NULL));
	green_scope_open(&s);
	green_scope_cancel(&s, NULL);
	CHECK_ERRNO(green_dir_next(d, &e), ECANCELED);
	CHECK_NULL(green_dir_open(dir), ECANCELED);
	CHECK_INT(green_dir_close(d), 0);
	CHECK_INT(green_scope_close(&s, 0), 0);
	for (i = 0; i < MANY; i++) {
		snprintf(path, sizeof(path), "%s/%0100d", dir, i);
		(void)unlink(path);
	}
	CHECK_INT(rmdir(dir), 0);
}

CU_TestInfo dir_tests[] = {
	CLAIM(every_entry_comes_once),
	CLAIM(entries_have_types),
	CLAIM(an_empty_directory_has_none),
	CLAIM(what_is_no_directory_is_not_opened),
	CLAIM(a_cancelled_task_still_closes),
	CU_TEST_INFO_NULL
};
