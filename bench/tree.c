/*
 * Whole trees beside the usual tools: walked, walked with what stat(2) tells,
 * checksummed, copied, removed.  Each run is a process of its own, ours too
 * (this program, given a verb), so that all pay for their start, and rusage
 * tells of all that they took.  The two take turns: with warm caches, and with
 * caches that were dropped before each run, which takes root; what was written
 * before is on the disk by then.
 *
 *	tree [-d dir] [-f files] [-r runs] [-o verb]
 *	tree walk | stat | sum | copy | copy-all | remove path [to]
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"
#include "tree.h"

#define IN_ONE		100		/* files of a directory */
#define BRANCHES	8		/* directories of a directory */
#define MAX_RUNS	20

/* The tree to be measured with. */

static void
make_file(int dir, long i)
{
	static char text[8192];
	char name[20];
	size_t size = (size_t)(i * 37 % 61) * 100;
	int fd;

	snprintf(name, sizeof(name), "f%ld", i * 7919 % 1000003);
	memset(text, 'a' + (int)(i % 26), sizeof(text));
	fd = openat(dir, name, O_WRONLY | O_CREAT | O_EXCL, 0644);
	if (fd == -1 || write(fd, text, size) != (ssize_t)size)
		err(1, "%s", name);
	close(fd);
}

static void
path_of_dir(char *buf, size_t size, const char *root, long i)
{
	size_t len;

	if (i == 0) {
		snprintf(buf, size, "%s", root);
		return;
	}
	path_of_dir(buf, size, root, (i - 1) / BRANCHES);
	len = strlen(buf);
	snprintf(buf + len, size - len, "/d%ld", i);
}

static void
make_tree(const char *root, long files)
{
	char path[1000];
	long i, j;
	int fd;

	for (i = 0; i * IN_ONE < files; i++) {
		path_of_dir(path, sizeof(path), root, i);
		if (mkdir(path, 0755) == -1 || (fd = open(path, O_RDONLY |
		    O_DIRECTORY)) == -1)
			err(1, "%s", path);
		for (j = 0; j < IN_ONE; j++)
			make_file(fd, i * IN_ONE + j);
		close(fd);
	}
}

/* The measurements. */

struct times {
	double	 wall[MAX_RUNS];
	double	 cpu[MAX_RUNS];
};

static int runs = 5;
static const char *self;

static double
in_seconds(struct timeval t)
{
	return ((double)t.tv_sec + (double)t.tv_usec / 1e6);
}

/* What is written is on the disk, and if cold, what was read is forgotten. */
static bool
settle(bool cold)
{
	int fd;
	bool ok;

	sync();
	if (!cold)
		return (true);
	fd = open("/proc/sys/vm/drop_caches", O_WRONLY | O_CLOEXEC);
	ok = fd != -1 && write(fd, "3", 1) == 1;
	if (fd != -1)
		close(fd);
	return (ok);
}

static void
run(const char *command, struct times *t, int i)
{
	double start = seconds();
	struct rusage u;
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		execl("/bin/sh", "sh", "-c", command, (char *)NULL);
		err(127, "/bin/sh");
	}
	if (pid == -1 || wait4(pid, &status, 0, &u) == -1)
		err(1, "%s", command);
	t->wall[i] = seconds() - start;
	t->cpu[i] = in_seconds(u.ru_utime) + in_seconds(u.ru_stime);
	if (status != 0)
		errx(1, "%s: status %#x", command, (unsigned)status);
}

/* A contest: their command and ours, in turns; each may have to be made ready
   for, which does not count.  %s: the directory. */
struct contest {
	const char *who;
	const char *theirs;
	const char *verb;
	const char *args;
	const char *before;		/* or NULL */
	const char *after;
};

static const struct contest contests[] = {
	{ "find", "exec find tree", "walk", "tree", NULL, NULL },
	{ "find", "exec find tree -printf '%s %p\\n'", "stat",
	    "tree", NULL, NULL },
#ifdef HAVE_TLS
	{ "sha256sum", "find tree -type f -print0 | "
	    "xargs -0 -P2 sha256sum", "sum", "tree", NULL, NULL },
#endif
	{ "cp", "exec cp -r tree copy", "copy", "tree copy",
	    NULL, "rm -r copy" },
	{ "cp", "exec cp -a tree copy", "copy-all",
	    "tree copy", NULL, "rm -r copy" },
	{ "rm", "exec rm -r copy", "remove", "copy", "cp -r tree copy",
	    NULL },
};

static void
prepare(const char *command)
{
	if (command != NULL && system(command) != 0)
		errx(1, "%s failed", command);
}

static void
compete(const struct contest *c, long files, bool cold)
{
	static struct times theirs, ours;
	char their[1000], our[1000], name[64];
	int i, turn;

	snprintf(name, sizeof(name), "tree-%s%s", c->verb, cold ? "-cold" : "");
	snprintf(their, sizeof(their), "%s >/dev/null", c->theirs);
	snprintf(our, sizeof(our), "exec %s %s %s >/dev/null", self, c->verb,
	    c->args);
	for (i = 0; i < 2 * runs; i++) {
		turn = (i + i / 2) % 2;
		prepare(c->before);
		if (!settle(cold)) {
			printf("# %s: not allowed\n", name);
			return;
		}
		if (turn == 0)
			run(their, &theirs, i / 2);
		else
			run(our, &ours, i / 2);
		prepare(c->after);
	}
	bench_line(name, files, "libgreen", ours.wall, ours.cpu, runs, files, 0);
	bench_line(name, files, c->who, theirs.wall, theirs.cpu, runs, files, 0);
}

static void
measure(const char *only, long files)
{
	size_t i;

	for (i = 0; i < sizeof(contests) / sizeof(*contests); i++) {
		if (only != NULL && strcmp(only, contests[i].verb) != 0)
			continue;
		compete(&contests[i], files, false);
		compete(&contests[i], files, true);
	}
}

static void
usage(void)
{
	fprintf(stderr, "usage: tree [-d dir] [-f files] [-r runs] "
	    "[-o verb]\n       tree verb path [to]\n");
	exit(2);
}

int
main(int argc, char *argv[])
{
	const char *in = "/tmp", *only = NULL;
	char dir[500];
	long files = 200000;
	int c;

	if ((self = realpath(argv[0], NULL)) == NULL)
		err(1, "%s", argv[0]);
	while ((c = getopt(argc, argv, "d:f:o:r:")) != -1)
		switch (c) {
		case 'd':
			in = optarg;
			break;
		case 'f':
			files = atol(optarg);
			break;
		case 'o':
			only = optarg;
			break;
		case 'r':
			runs = atoi(optarg);
			break;
		default:
			usage();
		}
	if (optind < argc)
		return (tree_verb(argc - optind, argv + optind));
	if (files < 1 || runs < 1 || runs > MAX_RUNS)
		usage();
	snprintf(dir, sizeof(dir), "%s/bench-tree.XXXXXX", in);
	if (mkdtemp(dir) == NULL || chdir(dir) == -1)
		err(1, "%s", dir);
	make_tree("tree", files);
	bench_head();
	measure(only, files);
	prepare("rm -r tree");
	if (rmdir(dir) == -1)
		err(1, "%s", dir);
	return (0);
}
