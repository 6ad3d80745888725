/*
 * A walk through a tree of so many files, for each of these, beside nftw(3), which
 * looks at each file where a walk with GREEN_PATH_STAT does.  bench/tree has more
 * that is done with trees, beside the usual tools.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <sys/stat.h>

#include <fcntl.h>
#include <ftw.h>
#include <unistd.h>

#include "in_green.h"

#define IN_ONE		100		/* files of a directory */

static char top[] = "/tmp/bench-walk.XXXXXX";
static long made;			/* files */

static void
make_files(long n)
{
	char path[100];
	int fd;

	for (; made < n; made++) {
		snprintf(path, sizeof(path), "%s/d%ld", top, made / IN_ONE);
		if (made % IN_ONE == 0 && mkdir(path, 0755) == -1)
			err(1, "%s", path);
		snprintf(path, sizeof(path), "%s/d%ld/f%ld", top,
		    made / IN_ONE, made);
		if ((fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0644)) == -1)
			err(1, "%s", path);
		close(fd);
	}
}

static int
erase(const char *path, const struct stat *st, int type, struct FTW *f)
{
	(void)st;
	(void)type;
	(void)f;
	return (remove(path));
}

static void
remove_all(void)
{
	if (nftw(top, erase, 10, FTW_DEPTH | FTW_PHYS) == -1)
		err(1, "%s", top);
	made = 0;
}

static long met;

static int
meet(const char *path, const struct stat *st, int type, struct FTW *f)
{
	(void)path;
	(void)f;
	met += type == FTW_F && S_ISREG(st->st_mode);
	return (0);
}

static int
walk_once(bool with_stat)
{
	struct green_dir *d = green_dir_walk(top, with_stat ?
	    GREEN_PATH_STAT : 0);
	struct green_dirent e;
	int rc;

	if (d == NULL)
		return (-1);
	while ((rc = green_dir_next(d, &e)) == 1)
		met += e.type == DT_REG;
	return (green_dir_close(d) == -1 ? -1 : rc);
}

/* With a new tree, if this one has too many files; walks until n are met. */
static int
walk(struct trial *t, int (*once)(void))
{
	int rc = 0;

	if (made > t->tasks)
		remove_all();
	if (made == 0 && mkdir(top, 0755) == -1 && errno != EEXIST)
		return (-1);
	make_files(t->tasks);
	trial_start(t);
	for (met = 0; met < t->n && rc == 0;)
		rc = once();
	trial_stop(t);
	t->n = met;
	return (rc);
}

static int
names(void)
{
	return (walk_once(false));
}

static int
stats(void)
{
	return (walk_once(true));
}

static int
plainly(void)
{
	return (nftw(top, meet, 10, FTW_PHYS));
}

static int
walk_names(void *arg)
{
	return (walk(arg, names));
}

static int
walk_stats(void *arg)
{
	return (walk(arg, stats));
}

static int
walk_plainly(void *arg)
{
	return (walk(arg, plainly));
}

static const struct subject subjects[] = {
	{ "walk", "libgreen", walk_names, in_green, { 100, 10000 }, NULL },
	{ "walk-stat", "libgreen", walk_stats, in_green, { 100, 10000 }, NULL },
	{ "walk-stat", "nftw", walk_plainly, NULL, { 100 }, NULL },
	{ .name = NULL }
};

int
main(int argc, char *argv[])
{
	int rc;

	if (mkdtemp(top) == NULL)
		err(1, "%s", top);
	rc = bench(argc, argv, subjects);
	remove_all();
	return (rc);
}
