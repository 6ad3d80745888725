/*
 * Trees: removed, copied and moved whole, or told why not; what is cut short
 * leaves nothing half done.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <sys/resource.h>
#include <sys/stat.h>

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <green/path.h>
#include <green/thread.h>

#include "check.h"
#include "fs/tour.h"
#include "gate.h"
#include "scratch.h"
#include "tasks.h"

#define BRANCHES	60
#define DEEP	3000			/* its path is longer than PATH_MAX */
#define NOBODY	65534
#define ALL	(GREEN_PATH_RECURSIVE | GREEN_PATH_PRESERVE)
#define MIB	((off_t)1024 * 1024)

/* A path in the scratch directory; good for the next seven calls. */
static const char *
at(const char *name)
{
	static char paths[8][512];
	static unsigned next;
	char *buf = paths[next++ % 8], *path = scratch_path(name);

	snprintf(buf, sizeof(paths[0]), "%s", path);
	free(path);
	return (buf);
}

static void
put(const char *path, const char *text, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);

	CHECK(fd != -1);
	CHECK_INT(write(fd, text, strlen(text)), strlen(text));
	CHECK_INT(fchmod(fd, mode), 0);
	CHECK_INT(close(fd), 0);
}

static bool
has(const char *path, const char *text)
{
	char buf[100] = "";
	int fd = open(path, O_RDONLY);
	ssize_t n = fd == -1 ? -1 : read(fd, buf, sizeof(buf) - 1);

	if (fd != -1)
		close(fd);
	return (n >= 0 && strcmp(buf, text) == 0);
}

static bool
gone(const char *path)
{
	struct stat st;

	return (lstat(path, &st) == -1 && errno == ENOENT);
}

static size_t
entries(const char *path)
{
	DIR *dir = opendir(path);
	size_t n = 0;

	if (dir == NULL)
		return (SIZE_MAX);
	while (readdir(dir) != NULL)
		n++;
	closedir(dir);
	return (n - 2);
}

static void
set_times(const char *path, time_t seconds)
{
	struct timespec t[2] = { { seconds, 5 }, { seconds + 1, 7 } };

	CHECK_INT(utimensat(AT_FDCWD, path, t, AT_SYMLINK_NOFOLLOW), 0);
}

/* tree: a file, a program, a directory with a file, an empty one, a link that
   leads out, one that leads nowhere, a FIFO. */
static void
make_tree(void)
{
	CHECK_INT(mkdir(at("outside"), 0700), 0);
	put(at("outside/kept"), "kept", 0600);
	CHECK_INT(mkdir(at("tree"), 0700), 0);
	put(at("tree/file"), "text", 0666);
	put(at("tree/run"), "#!", 0777);
	CHECK_INT(mkdir(at("tree/dir"), 0700), 0);
	put(at("tree/dir/below"), "low", 0400);
	CHECK_INT(mkdir(at("tree/empty"), 0700), 0);
	CHECK_INT(symlink("../outside", at("tree/link")), 0);
	CHECK_INT(symlink("nowhere", at("tree/dangling")), 0);
	CHECK_INT(mkfifo(at("tree/fifo"), 0600), 0);
	CHECK_INT(chmod(at("tree/dir"), 0500), 0);
	set_times(at("tree/dir"), 1000);
	set_times(at("tree/file"), 2000);
	set_times(at("tree/link"), 3000);
	set_times(at("tree"), 4000);
}

static void
clean(const char *name)
{
	(void)chmod(at("tree/dir"), 0700);
	CHECK_INT(green_path_remove(at(name), GREEN_PATH_RECURSIVE |
	    GREEN_PATH_MISSING_OK), 0);
}

static void
clean_all(void)
{
	clean("tree");
	clean("copy");
	clean("outside");
}

static bool
like(const char *a, const char *b, bool facts)
{
	struct stat x, y;

	if (lstat(a, &x) == -1 || lstat(b, &y) == -1 ||
	    (x.st_mode & S_IFMT) != (y.st_mode & S_IFMT))
		return (false);
	return (!facts || (x.st_mode == y.st_mode &&
	    x.st_mtim.tv_sec == y.st_mtim.tv_sec &&
	    x.st_mtim.tv_nsec == y.st_mtim.tv_nsec));
}

static void
check_tree(const char *path, bool facts)
{
	static const char *const names[] = { "", "/file", "/run", "/dir",
	    "/dir/below", "/empty", "/link", "/dangling", "/fifo" };
	char a[600], copy[512], text[100];
	size_t i;
	ssize_t n;

	snprintf(copy, sizeof(copy), "%s", path);
	for (i = 0; i < sizeof(names) / sizeof(*names); i++) {
		snprintf(a, sizeof(a), "%s%s", copy, names[i]);
		snprintf(text, sizeof(text), "tree%s", names[i]);
		check_note("%s", names[i]);
		CHECK(like(a, at(text), facts));
	}
	CHECK_INT(entries(copy), 7);
	snprintf(a, sizeof(a), "%s/file", copy);
	CHECK(has(a, "text"));
	snprintf(a, sizeof(a), "%s/dir/below", copy);
	CHECK(has(a, "low"));
	snprintf(a, sizeof(a), "%s/link", copy);
	n = readlink(a, text, sizeof(text) - 1);
	CHECK_INT(n, 10);
	CHECK(memcmp(text, "../outside", 10) == 0);
}

GREEN_TEST(a_tree_is_removed_and_links_lead_nowhere)
{
	make_tree();
	CHECK_INT(chmod(at("tree/dir"), 0700), 0);
	CHECK_ERRNO(green_path_remove(at("tree"), 0), EISDIR);
	CHECK_INT(green_path_remove(at("tree"), GREEN_PATH_RECURSIVE), 0);
	CHECK(gone(at("tree")));
	CHECK(has(at("outside/kept"), "kept"));
	clean_all();
}

GREEN_TEST(anything_else_is_removed_too)
{
	make_tree();
	CHECK_INT(green_path_remove(at("tree/file"), 0), 0);
	CHECK_INT(green_path_remove(at("tree/fifo"), 0), 0);
	CHECK_INT(green_path_remove(at("tree/dangling"), 0), 0);
	CHECK_INT(green_path_remove(at("tree/link"), GREEN_PATH_RECURSIVE), 0);
	CHECK(has(at("outside/kept"), "kept"));
	CHECK_INT(green_path_remove(at("tree/empty//"), GREEN_PATH_RECURSIVE),
	    0);
	CHECK_INT(entries(at("tree")), 2);
	clean_all();
}

GREEN_TEST(what_cannot_be_removed_is_told)
{
	make_tree();
	CHECK_ERRNO(green_path_remove(at("none"), 0), ENOENT);
	CHECK_INT(green_path_remove(at("none"), GREEN_PATH_MISSING_OK), 0);
	CHECK_ERRNO(green_path_remove("", 0), ENOENT);
	CHECK_ERRNO(green_path_remove(at("tree/file/x"), 0), ENOTDIR);
	CHECK_ERRNO(green_path_remove(at("tree/file/"), 0), ENOTDIR);
	/* It would lead out. */
	CHECK_ERRNO(green_path_remove(at("tree/link/"), GREEN_PATH_RECURSIVE),
	    ENOTDIR);
	CHECK_ERRNO(green_path_remove(at("tree/."), GREEN_PATH_RECURSIVE),
	    EINVAL);
	CHECK_ERRNO(green_path_remove("..", GREEN_PATH_RECURSIVE), EINVAL);
	CHECK_ERRNO(green_path_remove("//", GREEN_PATH_RECURSIVE), EBUSY);
	CHECK_ERRNO(green_path_remove(at("tree"), 1 << 20), EINVAL);
	CHECK_INT(entries(at("tree")), 7);
	CHECK(has(at("outside/kept"), "kept"));
	clean_all();
}

/* DEEP directories below one another, with a file in the lowest. */
static void
make_deep(void)
{
	int below, fd, i;

	CHECK_INT(mkdir(at("tree"), 0700), 0);
	fd = open(at("tree"), O_RDONLY | O_DIRECTORY);
	for (i = 0; i < DEEP; i++) {
		CHECK_INT(mkdirat(fd, "d", 0700), 0);
		below = openat(fd, "d", O_RDONLY | O_DIRECTORY);
		close(fd);
		fd = below;
	}
	close(openat(fd, "file", O_WRONLY | O_CREAT, 0600));
	close(fd);
}

GREEN_TEST(depth_takes_few_descriptors)
{
	struct rlimit old, few;

	make_deep();
	CHECK_INT(getrlimit(RLIMIT_NOFILE, &old), 0);
	few = old;
	few.rlim_cur = 100;
	CHECK_INT(setrlimit(RLIMIT_NOFILE, &few), 0);
	CHECK_INT(green_path_copy(at("tree"), at("copy"), ALL), 0);
	CHECK_INT(green_path_remove(at("tree"), GREEN_PATH_RECURSIVE), 0);
	CHECK_INT(green_path_remove(at("copy"), GREEN_PATH_RECURSIVE), 0);
	CHECK_INT(setrlimit(RLIMIT_NOFILE, &old), 0);
	CHECK(gone(at("tree")));
	CHECK(gone(at("copy")));
}

/* A tree's root, and below it n more, each "d" of the one before; held once. */
static void
open_branches(struct green__tree *t, struct green__branch *b, int n)
{
	static char path[512];
	int i, fd;

	snprintf(path, sizeof(path), "%s", at("tree"));
	CHECK_INT(mkdir(path, 0700), 0);
	CHECK_INT(green__tree_init(t), 0);
	for (i = 0; i <= n; i++) {
		green__branch_init(&b[i], i == 0 ? NULL : &b[i - 1],
		    i == 0 ? path : "d");
		fd = green__branch_hold(t, &b[i]);
		CHECK(fd != -1);
		CHECK_INT(mkdirat(fd, "d", 0700), 0);
		green__branch_let_go(t, &b[i]);
	}
}

static void
end_branches(struct green__tree *t, struct green__branch *b, int n)
{
	while (n >= 0)
		green__branch_end(t, &b[n--], false);
	CHECK_INT(t->nopen, 0);
	green__tree_destroy(t);
	clean_all();
}

static size_t
open_now(const struct green__branch *b, int n)
{
	size_t open = 0;

	while (n >= 0)
		open += b[n--].fd != -1;
	return (open);
}

GREEN_TEST(few_branches_of_a_tree_are_open_at_once)
{
	struct green__tree t;
	struct green__branch b[BRANCHES + 1];
	int i;

	open_branches(&t, b, BRANCHES);
	CHECK_INT(open_now(b, BRANCHES), t.nopen);
	CHECK(t.nopen <= BRANCHES / 2);
	/* Each is found again: from above, ... */
	CHECK_INT(b[BRANCHES / 2].fd, -1);
	CHECK(green__branch_hold(&t, &b[BRANCHES / 2]) != -1);
	green__branch_let_go(&t, &b[BRANCHES / 2]);
	/* ... or from below. */
	for (i = BRANCHES; i > 0; i--) {
		CHECK(green__branch_hold(&t, &b[i]) != -1);
		green__branch_let_go(&t, &b[i]);
		green__branch_end(&t, &b[i], true);
		CHECK(b[i - 1].fd != -1);
	}
	end_branches(&t, b, BRANCHES);
}

GREEN_TEST(a_link_in_a_directorys_place_is_not_followed)
{
	struct green__tree t;
	struct green__branch b[2];

	make_tree();
	CHECK_INT(green__tree_init(&t), 0);
	green__branch_init(&b[0], NULL, at("tree"));
	CHECK(green__branch_hold(&t, &b[0]) != -1);
	green__branch_let_go(&t, &b[0]);
	green__branch_init(&b[1], &b[0], "link");
	CHECK_INT(green__branch_hold(&t, &b[1]), -1);
	CHECK(errno == ELOOP || errno == ENOTDIR);
	green__branch_end(&t, &b[0], false);
	green__branch_init(&b[0], NULL, at("tree/link"));
	CHECK_INT(green__branch_hold(&t, &b[0]), -1);
	CHECK(errno == ELOOP || errno == ENOTDIR);
	end_branches(&t, b, 1);
}

GREEN_TEST(a_link_swapped_in_higher_up_is_not_followed)
{
	struct green__tree t;
	struct green__branch b[BRANCHES + 1];
	int mid = BRANCHES / 2, fd;

	open_branches(&t, b, BRANCHES);
	/* The second is closed by now, and so are some below it. */
	CHECK_INT(b[1].fd, -1);
	CHECK_INT(b[mid].fd, -1);
	CHECK_INT(rename(at("tree/d"), at("outside")), 0);
	CHECK_INT(symlink("../outside", at("tree/d")), 0);
	CHECK_INT(green__branch_hold(&t, &b[1]), -1);
	CHECK(errno == ELOOP || errno == ENOTDIR);
	CHECK_INT(green__branch_hold(&t, &b[mid]), -1);
	CHECK(errno == ELOOP || errno == ENOTDIR);
	/* Nor is another directory taken for it. */
	CHECK_INT(unlink(at("tree/d")), 0);
	CHECK_INT(mkdir(at("tree/d"), 0700), 0);
	CHECK_INT(mkdir(at("tree/d/d"), 0700), 0);
	CHECK_ERRNO(green__branch_hold(&t, &b[1]), ESTALE);
	CHECK_ERRNO(green__branch_hold(&t, &b[mid]), ESTALE);
	/* The way up leads to it, and not out of the tree. */
	CHECK((fd = green__branch_hold(&t, &b[BRANCHES])) != -1);
	green__branch_let_go(&t, &b[BRANCHES]);
	CHECK_INT(rename(at("outside/d/d/d"), at("tree/d/d/d")), 0);
	end_branches(&t, b, BRANCHES);
}

/* Tours of tree that wait at the gate, or fail, where something is in it. */
static atomic_int entered, left;

static int
enter_at_gate(struct green__tour *t, struct green__stop *s)
{
	int fd = green__branch_hold(&t->tree, &s->branch);

	entered++;
	if (fd == -1 || green__names_read(&s->names, fd, NAMES_BY_NAME) == -1)
		return (-1);
	green__branch_let_go(&t->tree, &s->branch);
	if (s->parent == NULL)
		return (0);
	(void)gate_pass_unless_cancelled(NULL);
	return (green__tour_check(t));
}

static int
enter_and_fail(struct green__tour *t, struct green__stop *s)
{
	bool below = s->parent != NULL;

	if (enter_at_gate(t, s) == -1)
		return (-1);
	errno = EIO;
	return (below ? -1 : 0);
}

static int
leave(struct green__tour *t, struct green__stop *s)
{
	green__branch_end(&t->tree, &s->branch, true);
	left++;
	return (0);
}

static void
end(struct green__tour *t, struct green__stop *s)
{
	(void)t;
	(void)s;
}

static const struct green__tour_ops waits = {
	.size = sizeof(struct green__stop),
	.enter = enter_at_gate,
	.leave = leave,
	.end = end
};
static const struct green__tour_ops fails = {
	.size = sizeof(struct green__stop),
	.enter = enter_and_fail,
	.leave = leave,
	.end = end
};

static int
go_on_tour(void *tour)
{
	return (green__tour(tour, at("tree")));
}

GREEN_TEST(a_cancelled_tour_stops)
{
	struct green__tour t = { .ops = &waits };
	struct green_group g;

	make_tree();
	entered = left = 0;
	gate_shut();
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, go_on_tour, &t), 0);
	gate_wait();
	green_scope_cancel(&g.scope, NULL);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(entered, 2);
	CHECK_INT(left, 0);
	clean_all();
}

GREEN_TEST(a_tour_that_nothing_stops_goes_on)
{
	struct green__tour t = { .ops = &waits, .unstoppable = true };
	struct green_group g;

	make_tree();
	entered = left = 0;
	gate_shut();
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, go_on_tour, &t), 0);
	gate_wait();
	green_scope_cancel(&g.scope, NULL);
	CHECK_INT(green_checkpoint(), -1);
	gate_open();
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(entered, 3);
	CHECK_INT(left, 3);
	clean_all();
}

GREEN_TEST(a_tour_ends_at_its_first_failure)
{
	struct green__tour t = { .ops = &fails };

	make_tree();
	entered = left = 0;
	gate_shut();
	gate_open();
	CHECK_ERRNO(green__tour(&t, at("tree")), EIO);
	CHECK_INT(entered, 2);
	CHECK_INT(left, 0);
	clean_all();
}

GREEN_TEST(a_tree_is_copied)
{
	mode_t mask = umask(027);
	struct stat st;

	make_tree();
	CHECK_ERRNO(green_path_copy(at("tree"), at("copy"), 0), EISDIR);
	CHECK(gone(at("copy")));
	CHECK_INT(green_path_copy(at("tree"), at("copy"),
	    GREEN_PATH_RECURSIVE), 0);
	check_tree(at("copy"), false);
	CHECK_INT(stat(at("copy/file"), &st), 0);
	CHECK_INT(st.st_mode & 07777, 0640);
	CHECK(st.st_mtime > 2001);
	CHECK_INT(stat(at("copy/run"), &st), 0);
	CHECK_INT(st.st_mode & 07777, 0750);
	CHECK_INT(stat(at("copy/dir"), &st), 0);
	CHECK_INT(st.st_mode & 07777, 0500);
	CHECK_INT(chmod(at("copy/dir"), 0700), 0);
	clean_all();
	(void)umask(mask);
}

GREEN_TEST(preserve_keeps_modes_and_times)
{
	mode_t mask = umask(077);

	make_tree();
	CHECK_INT(green_path_copy(at("tree"), at("copy//"), ALL), 0);
	check_tree(at("copy"), true);
	CHECK_INT(chmod(at("copy/dir"), 0700), 0);
	clean_all();
	(void)umask(mask);
}

GREEN_TEST(what_is_there_is_in_the_way_unless_that_is_fine)
{
	make_tree();
	CHECK_INT(mkdir(at("copy"), 0700), 0);
	put(at("copy/mine"), "mine", 0600);
	put(at("copy/file"), "old", 0600);
	CHECK_ERRNO(green_path_copy(at("tree"), at("copy"), ALL), EEXIST);
	CHECK_ERRNO(green_path_copy(at("tree/file"), at("copy/file"), 0),
	    EEXIST);
	CHECK(has(at("copy/file"), "old"));
	CHECK_INT(green_path_copy(at("tree/file"), at("copy/file"),
	    GREEN_PATH_EXIST_OK), 0);
	CHECK(has(at("copy/file"), "text"));
	CHECK_INT(entries(at("copy")), 2);
	CHECK_INT(green_path_copy(at("tree"), at("copy"), ALL |
	    GREEN_PATH_EXIST_OK), 0);
	CHECK(has(at("copy/mine"), "mine"));
	CHECK_INT(unlink(at("copy/mine")), 0);
	check_tree(at("copy"), false);
	/* Twice, over links and FIFOs. */
	CHECK_INT(green_path_copy(at("tree"), at("copy"), ALL |
	    GREEN_PATH_EXIST_OK), 0);
	check_tree(at("copy"), true);
	CHECK_INT(chmod(at("copy/dir"), 0700), 0);
	/* A file for a directory, and the other way round. */
	CHECK_ERRNO(green_path_copy(at("tree/file"), at("copy/dir"),
	    GREEN_PATH_EXIST_OK), EISDIR);
	CHECK_ERRNO(green_path_copy(at("tree/dir"), at("copy/file"), ALL |
	    GREEN_PATH_EXIST_OK), EEXIST);
	CHECK_ERRNO(green_path_copy(at("tree/dir"), at("copy/link"), ALL |
	    GREEN_PATH_EXIST_OK), EEXIST);
	CHECK_INT(entries(at("outside")), 1);
	clean_all();
}

GREEN_TEST(a_directory_is_not_copied_into_itself)
{
	make_tree();
	CHECK_INT(symlink("tree/empty", at("copy")), 0);
	CHECK_ERRNO(green_path_copy(at("tree"), at("tree"), ALL), EINVAL);
	CHECK_ERRNO(green_path_copy(at("tree"), at("tree/x"), ALL), EINVAL);
	CHECK_ERRNO(green_path_copy(at("tree"), at("tree/dir/../x"), ALL),
	    EINVAL);
	CHECK_ERRNO(green_path_copy(at("tree"), at("copy/x"), ALL), EINVAL);
	CHECK_ERRNO(green_path_copy(at("tree"), at("tree/a/b"), ALL |
	    GREEN_PATH_PARENTS), EINVAL);
	CHECK_ERRNO(green_path_copy(at("tree/file"), at("tree/file"),
	    GREEN_PATH_EXIST_OK), EINVAL);
	CHECK_ERRNO(green_path_move(at("tree"), at("tree/x")), EINVAL);
	CHECK_INT(entries(at("tree")), 7);
	CHECK_INT(entries(at("tree/empty")), 0);
	CHECK(has(at("tree/file"), "text"));
	clean_all();
}

GREEN_TEST(parents_are_made)
{
	make_tree();
	CHECK_ERRNO(green_path_copy(at("tree/file"), at("copy/a/b"), 0),
	    ENOENT);
	CHECK_INT(green_path_copy(at("tree/file"), at("copy/a/b"),
	    GREEN_PATH_PARENTS), 0);
	CHECK(has(at("copy/a/b"), "text"));
	CHECK_INT(green_path_copy(at("tree/empty"), at("copy/c/d"),
	    GREEN_PATH_PARENTS | GREEN_PATH_RECURSIVE), 0);
	CHECK_INT(entries(at("copy/c/d")), 0);
	CHECK_ERRNO(green_path_copy(at("none"), at("copy/x"), 0), ENOENT);
	CHECK_ERRNO(green_path_copy(at("tree/file/"), at("copy/x"), 0),
	    ENOTDIR);
	CHECK_ERRNO(green_path_copy(at("tree/file"), at("copy/x/"), 0),
	    ENOTDIR);
	CHECK_ERRNO(green_path_copy(at("tree"), at("copy"), 1 << 20), EINVAL);
	clean_all();
}

/* 12 MiB, data at its beginning and in its middle alone. */
static void
make_sparse(const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL, 0600);

	CHECK_INT(pwrite(fd, "begin", 5, 0), 5);
	CHECK_INT(pwrite(fd, "middle", 6, 6 * MIB), 6);
	CHECK_INT(ftruncate(fd, 12 * MIB), 0);
	CHECK_INT(close(fd), 0);
}

GREEN_TEST(holes_are_kept)
{
	struct stat st, copy;
	char buf[7] = "";
	int fd;

	make_sparse(at("tree"));
	CHECK_INT(green_path_copy(at("tree"), at("copy"), 0), 0);
	CHECK_INT(stat(at("tree"), &st), 0);
	CHECK_INT(stat(at("copy"), &copy), 0);
	CHECK_INT(copy.st_size, st.st_size);
	CHECK(copy.st_blocks <= st.st_blocks + 64);
	fd = open(at("copy"), O_RDONLY);
	CHECK_INT(pread(fd, buf, 6, 6 * MIB), 6);
	CHECK_STR(buf, "middle");
	CHECK_INT(pread(fd, buf, 5, 0), 5);
	CHECK(memcmp(buf, "begin", 5) == 0);
	CHECK_INT(pread(fd, buf, 5, 12 * MIB - 5), 5);
	CHECK(memcmp(buf, "\0\0\0\0\0", 5) == 0);
	close(fd);
	clean_all();
}

static void
make_big(const char *path, off_t size)
{
	static char block[65536];
	off_t done;
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
	size_t i;

	for (i = 0; i < sizeof(block); i++)
		block[i] = scratch_byte(i);
	for (done = 0; done < size; done += (off_t)sizeof(block))
		CHECK_INT(write(fd, block, sizeof(block)), sizeof(block));
	close(fd);
}

struct seen {
	struct green_path_progress last;
	struct green_scope *cancel;
	int	 calls;
	bool	 rose;
};

static void
look(const struct green_path_progress *p, void *arg)
{
	struct seen *s = arg;

	s->calls++;
	s->rose = s->rose && p->bytes >= s->last.bytes &&
	    p->files >= s->last.files;
	s->last = *p;
	if (s->cancel != NULL)
		green_scope_cancel(s->cancel, NULL);
}

GREEN_TEST(progress_is_told_in_the_loop)
{
	struct seen seen = { .rose = true };

	make_tree();
	make_big(at("tree/big"), 12 * MIB);
	CHECK_INT(green_path_copy_progress(at("tree"), at("copy"), ALL, look,
	    &seen), 0);
	CHECK(seen.calls >= 3);
	CHECK(seen.rose);
	CHECK_INT(seen.last.bytes, 12 * MIB + 4 + 2 + 3);
	CHECK_INT(seen.last.files, 10);
	CHECK_INT(chmod(at("copy/dir"), 0700), 0);
	clean_all();
}

GREEN_TEST(a_cancelled_copy_removes_its_unfinished_file)
{
	struct green_scope s;
	struct seen seen = { .cancel = &s };

	make_tree();
	make_big(at("tree/big"), 12 * MIB);
	green_scope_open(&s);
	CHECK_ERRNO(green_path_copy_progress(at("tree/big"), at("copy"), 0,
	    look, &seen), ECANCELED);
	CHECK_INT(green_scope_close(&s, 0), 0);
	CHECK_INT(seen.calls, 1);
	CHECK(gone(at("copy")));
	/* What would have been replaced is as it was. */
	CHECK_INT(mkdir(at("copy"), 0700), 0);
	put(at("copy/big"), "old", 0600);
	green_scope_open(&s);
	CHECK_ERRNO(green_path_copy_progress(at("tree/big"), at("copy/big"),
	    GREEN_PATH_EXIST_OK, look, &seen), ECANCELED);
	CHECK_INT(green_scope_close(&s, 0), 0);
	CHECK(has(at("copy/big"), "old"));
	CHECK_INT(entries(at("copy")), 1);
	/* In a tree, what was complete stays. */
	CHECK_INT(unlink(at("copy/big")), 0);
	green_scope_open(&s);
	CHECK_ERRNO(green_path_copy_progress(at("tree"), at("copy"), ALL |
	    GREEN_PATH_EXIST_OK, look, &seen), ECANCELED);
	CHECK_INT(green_scope_close(&s, 0), 0);
	CHECK(gone(at("copy/big")));
	CHECK(entries(at("copy")) < 7);
	(void)chmod(at("copy/dir"), 0700);
	clean_all();
}

/* No file larger than size; the old limit. */
static struct rlimit
limit_size(rlim_t size)
{
	struct rlimit old, now;

	CHECK(signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
	CHECK_INT(getrlimit(RLIMIT_FSIZE, &old), 0);
	now = old;
	now.rlim_cur = size;
	CHECK_INT(setrlimit(RLIMIT_FSIZE, &now), 0);
	return (old);
}

GREEN_TEST(a_copy_that_finds_no_room_leaves_nothing)
{
	struct rlimit old;

	CHECK_INT(mkdir(at("tree"), 0700), 0);
	make_big(at("tree/big"), 8 * MIB);
	CHECK_INT(mkdir(at("copy"), 0700), 0);
	old = limit_size(6 * MIB);
	CHECK_ERRNO(green_path_copy(at("tree/big"), at("copy/big"), 0), EFBIG);
	CHECK_INT(entries(at("copy")), 0);
	CHECK_INT(setrlimit(RLIMIT_FSIZE, &old), 0);
	CHECK(signal(SIGXFSZ, SIG_DFL) != SIG_ERR);
	clean_all();
}

GREEN_TEST(files_that_hide_their_size_are_copied)
{
	struct stat st;

	if (stat("/proc/version", &st) == -1)
		return;
	CHECK_INT(green_path_copy("/proc/version", at("copy"), 0), 0);
	CHECK_INT(stat(at("copy"), &st), 0);
	CHECK(st.st_size > 0);
	clean_all();
}

GREEN_TEST(a_move_is_a_rename)
{
	struct stat before, after;

	make_tree();
	CHECK_INT(stat(at("tree"), &before), 0);
	CHECK_INT(green_path_move(at("tree"), at("copy")), 0);
	CHECK_INT(stat(at("copy"), &after), 0);
	CHECK_INT(after.st_ino, before.st_ino);
	CHECK(gone(at("tree")));
	CHECK_ERRNO(green_path_move(at("tree"), at("x")), ENOENT);
	CHECK_ERRNO(green_path_move(at("copy/file/"), at("x")), ENOTDIR);
	CHECK_INT(green_path_move(at("copy/file"), at("copy/run")), 0);
	CHECK(has(at("copy/run"), "text"));
	CHECK_INT(chmod(at("copy/dir"), 0700), 0);
	clean_all();
}

/* A directory of another file system; false: there is none here. */
static bool
elsewhere(char *buf, size_t size)
{
	struct stat here, there;

	if (stat(at(NULL), &here) == -1 || stat("/dev/shm", &there) == -1 ||
	    here.st_dev == there.st_dev)
		return (false);
	snprintf(buf, size, "/dev/shm/green-check.XXXXXX");
	return (mkdtemp(buf) != NULL);
}

GREEN_TEST(a_move_crosses_file_systems)
{
	char dir[64], to[80];

	if (!elsewhere(dir, sizeof(dir)))
		return;
	make_tree();
	snprintf(to, sizeof(to), "%s/moved", dir);
	/* A copy to compare it with. */
	CHECK_INT(green_path_copy(at("tree"), at("copy"), ALL), 0);
	/* Who is not root could not remove what it has. */
	CHECK_INT(chmod(at("tree/dir"), 0700), 0);
	CHECK_INT(mkdir(to, 0700), 0);	/* an empty one may be there */
	CHECK_INT(green_path_move(at("tree"), to), 0);
	CHECK(gone(at("tree")));
	CHECK_INT(green_path_move(to, at("tree")), 0);
	CHECK(gone(to));
	CHECK_INT(chmod(at("copy/dir"), 0700), 0);
	check_tree(at("copy"), true);
	/* A file, over another. */
	put(to, "old", 0600);
	CHECK_INT(green_path_move(at("tree/file"), to), 0);
	CHECK(like(to, at("copy/file"), true));
	CHECK(has(to, "text"));
	CHECK_INT(entries(dir), 1);
	CHECK_INT(green_path_remove(dir, GREEN_PATH_RECURSIVE), 0);
	clean_all();
}

GREEN_TEST(a_move_that_fails_has_not_happened)
{
	char dir[64], to[80];
	struct rlimit old;

	if (!elsewhere(dir, sizeof(dir)))
		return;
	CHECK_INT(mkdir(at("tree"), 0700), 0);
	put(at("tree/a"), "a", 0600);
	make_big(at("tree/big"), 8 * MIB);
	snprintf(to, sizeof(to), "%s/moved", dir);
	old = limit_size(6 * MIB);
	CHECK_ERRNO(green_path_move(at("tree"), to), EFBIG);
	CHECK_ERRNO(green_path_move(at("tree/big"), to), EFBIG);
	CHECK_INT(setrlimit(RLIMIT_FSIZE, &old), 0);
	CHECK(signal(SIGXFSZ, SIG_DFL) != SIG_ERR);
	CHECK_INT(entries(dir), 0);
	CHECK_INT(entries(at("tree")), 2);
	/* A directory that is not empty is in the way. */
	CHECK_INT(mkdir(to, 0700), 0);
	strcat(to, "/x");
	put(to, "x", 0600);
	*strrchr(to, '/') = '\0';
	CHECK_INT(green_path_move(at("tree"), to), -1);
	CHECK(errno == ENOTEMPTY || errno == EEXIST);
	CHECK_ERRNO(green_path_move(at("tree/a"), to), EISDIR);
	CHECK_INT(entries(to), 1);
	CHECK_INT(green_path_remove(dir, GREEN_PATH_RECURSIVE), 0);
	clean_all();
}

struct rename {
	const char *from;
	const char *to;
	int	 error;
};

static int
move_it(void *arg)
{
	struct rename *r = arg;

	r->error = green_path_move(r->from, r->to) == -1 ? errno : 0;
	return (0);
}

/* It was taken for the copy, of which nothing was made yet. */
GREEN_TEST(a_move_that_is_cancelled_leaves_what_others_have_put_there)
{
	struct green_limiter *l = green_file_limiter();
	size_t total = green_limiter_total(l);
	struct green_group g;
	struct rename r = { .from = at("tree") };
	char dir[64], to[80];

	if (!elsewhere(dir, sizeof(dir)))
		return;
	CHECK_INT(mkdir(at("tree"), 0700), 0);
	snprintf(to, sizeof(to), "%s/moved", dir);
	r.to = to;
	/* Between its look and its copy, it waits. */
	green_limiter_set_total(l, 1);
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, move_it, &r), 0);
	CHECK_INT(green_checkpoint(), 0);
	CHECK_INT(green_limiter_acquire(l), 0);
	CHECK_INT(mkdir(to, 0700), 0);
	strcat(to, "/x");
	put(to, "x", 0600);
	*strrchr(to, '/') = '\0';
	green_group_cancel(&g, NULL);
	CHECK_INT(green_limiter_release(l), 0);
	CHECK_INT(green_group_close(&g, 0), 0);
	green_limiter_set_total(l, total);
	CHECK_INT(r.error, ECANCELED);
	CHECK_INT(entries(to), 1);
	CHECK_INT(green_path_remove(dir, GREEN_PATH_RECURSIVE), 0);
	clean_all();
}

/* As somebody who may not do everything. */
static int
without_rights(void *unused)
{
	(void)unused;
	REQUIRE_TASK(CHECK(geteuid() != 0 || setuid(NOBODY) == 0));
	CHECK_INT(mkdir(at("mine"), 0700), 0);
	CHECK_INT(mkdir(at("mine/shut"), 0000), 0);
	/* An empty one goes though it cannot be looked into. */
	CHECK_INT(green_path_remove(at("mine/shut"), GREEN_PATH_RECURSIVE), 0);
	CHECK_INT(mkdir(at("mine/shut"), 0700), 0);
	put(at("mine/shut/in"), "", 0600);
	put(at("mine/secret"), "", 0000);
	CHECK_INT(chmod(at("mine/shut"), 0000), 0);
	CHECK_ERRNO(green_path_remove(at("mine/shut"), GREEN_PATH_RECURSIVE),
	    EACCES);
	CHECK_ERRNO(green_path_copy(at("mine/secret"), at("copy"), 0), EACCES);
	CHECK(gone(at("copy")));
	CHECK_ERRNO(green_path_copy(at("mine/shut"), at("copy"), ALL), EACCES);
	CHECK(gone(at("copy")));
	/* Its copy is written in before it has that mode. */
	CHECK_INT(chmod(at("mine/shut"), 0500), 0);
	CHECK_INT(green_path_copy(at("mine/shut"), at("copy"),
	    GREEN_PATH_RECURSIVE), 0);
	CHECK_INT(entries(at("copy")), 1);
	CHECK_INT(chmod(at("mine/shut"), 0700), 0);
	CHECK_INT(chmod(at("copy"), 0700), 0);
	clean("mine");
	clean("copy");
	return (0);
}

PLAIN_TEST(what_is_not_allowed_is_told)
{
	struct stat st;

	CHECK_INT(stat(at(NULL), &st), 0);
	if (geteuid() == 0)
		CHECK_INT(chown(at(NULL), NOBODY, NOBODY), 0);
	survives(without_rights, NULL, NULL);
	if (geteuid() == 0)
		CHECK_INT(chown(at(NULL), st.st_uid, st.st_gid), 0);
}

GREEN_TEST(a_cancelled_task_begins_nothing)
{
	struct green_scope s;

	make_tree();
	green_scope_open(&s);
	green_scope_cancel(&s, NULL);
	CHECK_ERRNO(green_path_remove(at("tree"), GREEN_PATH_RECURSIVE),
	    ECANCELED);
	CHECK_ERRNO(green_path_copy(at("tree"), at("copy"), ALL), ECANCELED);
	CHECK_ERRNO(green_path_move(at("tree"), at("copy")), ECANCELED);
	CHECK_INT(green_scope_close(&s, 0), 0);
	CHECK_INT(entries(at("tree")), 7);
	CHECK(gone(at("copy")));
	clean_all();
}

PLAIN_TEST(without_a_loop_no_tree_is_touched)
{
	CHECK_ERRNO(green_path_remove("/nowhere", 0), EPERM);
	CHECK_ERRNO(green_path_copy("/nowhere", "/x", 0), EPERM);
	CHECK_ERRNO(green_path_move("/nowhere", "/x"), EPERM);
}

CU_TestInfo tree_tests[] = {
	CLAIM(a_tree_is_removed_and_links_lead_nowhere),
	CLAIM(anything_else_is_removed_too),
	CLAIM(what_cannot_be_removed_is_told),
	CLAIM(depth_takes_few_descriptors),
	CLAIM(few_branches_of_a_tree_are_open_at_once),
	CLAIM(a_link_in_a_directorys_place_is_not_followed),
	CLAIM(a_link_swapped_in_higher_up_is_not_followed),
	CLAIM(a_cancelled_tour_stops),
	CLAIM(a_tour_that_nothing_stops_goes_on),
	CLAIM(a_tour_ends_at_its_first_failure),
	CLAIM(a_tree_is_copied),
	CLAIM(preserve_keeps_modes_and_times),
	CLAIM(what_is_there_is_in_the_way_unless_that_is_fine),
	CLAIM(a_directory_is_not_copied_into_itself),
	CLAIM(parents_are_made),
	CLAIM(holes_are_kept),
	CLAIM(progress_is_told_in_the_loop),
	CLAIM(a_cancelled_copy_removes_its_unfinished_file),
	CLAIM(a_copy_that_finds_no_room_leaves_nothing),
	CLAIM(files_that_hide_their_size_are_copied),
	CLAIM(a_move_is_a_rename),
	CLAIM(a_move_crosses_file_systems),
	CLAIM(a_move_that_fails_has_not_happened),
	CLAIM(a_move_that_is_cancelled_leaves_what_others_have_put_there),
	CLAIM(what_is_not_allowed_is_told),
	CLAIM(a_cancelled_task_begins_nothing),
	CLAIM(without_a_loop_no_tree_is_touched),
	CU_TEST_INFO_NULL
};
