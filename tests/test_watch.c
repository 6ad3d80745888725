/*
 * Watching trees: by every way that there is here, what happens is told, and
 * nothing else.
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

#include <green/debug.h>
#include <green/path.h>
#include <green/testing.h>
#include <green/thread.h>
#include <green/watch.h>

#include "check.h"
#include "fs/watch_tree.h"
#include "scratch.h"
#include "tasks.h"

#define NOBODY	65534

#ifdef HAVE_VNODES
extern const struct green__watch_ops vnodes_ops;
#endif

static const struct green__watch_ops *const ways[] = {
#ifdef HAVE_INOTIFY
	&green__watch_inotify,
#endif
#ifdef HAVE_EVFILT_VNODE
	&green__watch_kqueue,
#endif
#ifdef HAVE_VNODES
	&vnodes_ops,
#endif
	&green__watch_poll
};
#define WAYS	(sizeof(ways) / sizeof(ways[0]))

static const struct green__watch_ops *way;
static char root[256];

/* A claim that holds by every way, on a tree that is new each time. */
#define WATCH_TEST(name)						\
	static void name##_by(void);					\
	MOCK_TEST(name)							\
	{								\
		each_way(name##_by);					\
	}								\
	static void name##_by(void)

static void
remove_root(void)
{
	CHECK_INT(green_path_remove(root, GREEN_PATH_RECURSIVE |
	    GREEN_PATH_MISSING_OK), 0);
}

static void
each_way(void (*claim)(void))
{
	char *path = scratch_path("watched");
	size_t i;

	snprintf(root, sizeof(root), "%s", path);
	free(path);
	for (i = 0; i < WAYS; i++) {
		way = ways[i];
		check_note("by %s", way->name);
		REQUIRE(CHECK_INT(mkdir(root, 0700), 0));
		claim();
		remove_root();
	}
	check_note(" ");
}

static bool
looks(void)
{
	return (way == &green__watch_poll);
}

static bool
tells_of_each(void)
{
#ifdef HAVE_INOTIFY
	return (way == &green__watch_inotify);
#else
	return (false);
#endif
}

/* inotify does not tell its removal of a directory that is open: kqueue would.
   */
static bool
is_a_makeshift(void)
{
#ifdef HAVE_VNODES
	return (way == &vnodes_ops);
#else
	return (false);
#endif
}

/* Below the root; good for the next seven calls. */
static const char *
at(const char *name)
{
	static char paths[8][512];
	static unsigned next;
	char *buf = paths[next++ % 8];

	snprintf(buf, sizeof(paths[0]), "%s/%s", root, name);
	return (buf);
}

static void
put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND, 0600);

	CHECK(fd != -1);
	CHECK_INT(write(fd, text, strlen(text)), strlen(text));
	CHECK_INT(close(fd), 0);
}

static struct green_watch *
watch(const struct green_watch_options *opt)
{
	struct green_watch *w = green__watch_open(way, root, opt);

	CHECK(w != NULL);
	return (w);
}

static const char *
below_root(const char *path)
{
	size_t len = strlen(root);

	if (strncmp(path, root, len) != 0)
		return (path);
	return (path[len] == '\0' ? "." : path + len + 1);
}

static void
append_event(char *text, size_t size, const struct green_watch_event *e)
{
	static const char *const words[] = { "", "created", "changed",
	    "attributes", "removed", "renamed", "overflow", "unwatched",
	    "gone" };
	size_t len = strlen(text);

	if (e->kind == GREEN_WATCH_RENAMED)
		snprintf(text + len, size - len, "renamed %s %s%s; ",
		    below_root(e->from), below_root(e->path),
		    e->dir ? "/" : "");
	else
		snprintf(text + len, size - len, "%s %s%s; ", words[e->kind],
		    below_root(e->path), e->dir ? "/" : "");
}

/* What is told until nothing happens any more, on the mock clock; "changed"
   once however often in a row. */
static const char *
heard(struct green_watch *w)
{
	static char text[4000];
	struct green_watch_event e;
	struct green_scope s;
	char last[512] = "";
	int rc = 1;

	*text = '\0';
	while (rc == 1) {
		green_move_on_after(&s, 5 * GREEN_SEC);
		rc = green_watch_next(w, &e);
		CHECK(rc != -1 || errno == ECANCELED);
		if (green_scope_close(&s, rc) == 0 && green_scope_caught(&s))
			break;
		if (rc == 1 && e.kind == GREEN_WATCH_CHANGED &&
		    strcmp(last, e.path) == 0)
			continue;
		snprintf(last, sizeof(last), "%s", rc == 1 &&
		    e.kind == GREEN_WATCH_CHANGED ? e.path : "");
		if (rc == 1)
			append_event(text, sizeof(text), &e);
	}
	return (text);
}

WATCH_TEST(what_happens_in_a_tree_is_told)
{
	struct green_watch *w = watch(NULL);

	REQUIRE(w != NULL);
	CHECK_STR(heard(w), "");
	put(at("file"), "");
	CHECK_STR(heard(w), "created file; ");
	put(at("file"), "text");
	CHECK_STR(heard(w), "changed file; ");
	CHECK_INT(rename(at("file"), at("name")), 0);
	CHECK_STR(heard(w), "renamed file name; ");
	CHECK_INT(truncate(at("name"), 1), 0);
	CHECK_STR(heard(w), "changed name; ");
	CHECK_INT(unlink(at("name")), 0);
	CHECK_STR(heard(w), "removed name; ");
	CHECK_INT(mkdir(at("dir"), 0700), 0);
	CHECK_STR(heard(w), "created dir/; ");
	CHECK_INT(rmdir(at("dir")), 0);
	CHECK_STR(heard(w), "removed dir/; ");
	CHECK_INT(symlink("nowhere", at("link")), 0);
	CHECK_STR(heard(w), "created link; ");
	CHECK_INT(mkfifo(at("fifo"), 0600), 0);
	CHECK_STR(heard(w), "created fifo; ");
	CHECK_INT(green_watch_close(w), 0);
}

WATCH_TEST(what_is_there_already_is_watched_and_not_told)
{
	struct green_watch *w;

	CHECK_INT(mkdir(at("a"), 0700), 0);
	CHECK_INT(mkdir(at("a/b"), 0700), 0);
	put(at("a/b/f"), "x");
	w = watch(NULL);
	REQUIRE(w != NULL);
	CHECK_STR(heard(w), "");
	put(at("a/b/f"), "y");
	CHECK_STR(heard(w), "changed a/b/f; ");
	CHECK_INT(unlink(at("a/b/f")), 0);
	CHECK_INT(rmdir(at("a/b")), 0);
	CHECK_STR(heard(w), tells_of_each() ? "removed a/b/f; removed a/b/; " :
	    looks() ? "removed a/b/; " : "removed a/b/; ");
	CHECK_INT(green_watch_close(w), 0);
}

WATCH_TEST(new_directories_are_watched_with_what_they_had)
{
	struct green_watch *w = watch(NULL);

	REQUIRE(w != NULL);
	CHECK_INT(mkdir(at("a"), 0700), 0);
	CHECK_INT(mkdir(at("a/b"), 0700), 0);
	put(at("a/b/f"), "");
	CHECK_STR(heard(w), "created a/; created a/b/; created a/b/f; ");
	put(at("a/b/f"), "x");
	put(at("a/g"), "");
	CHECK_STR(heard(w), "changed a/b/f; created a/g; ");
	CHECK_INT(green_watch_close(w), 0);
}

WATCH_TEST(what_is_there_is_told_if_asked_for)
{
	struct green_watch_options opt = { .existing = true };
	struct green_watch *w;

	CHECK_INT(mkdir(at("a"), 0700), 0);
	CHECK_INT(mkdir(at("a/b"), 0700), 0);
	put(at("a/b/f"), "x");
	put(at("c"), "x");
	w = watch(&opt);
	REQUIRE(w != NULL);
	CHECK_STR(heard(w), "created a/; created c; created a/b/; "
	    "created a/b/f; ");
	CHECK_INT(unlink(at("a/b/f")), 0);
	CHECK_STR(heard(w), "removed a/b/f; ");
	CHECK_INT(green_watch_close(w), 0);
}

WATCH_TEST(a_directory_keeps_its_watch_when_it_is_renamed)
{
	struct green_watch *w;

	CHECK_INT(mkdir(at("a"), 0700), 0);
	CHECK_INT(mkdir(at("a/b"), 0700), 0);
	CHECK_INT(mkdir(at("a/b/c"), 0700), 0);
	CHECK_INT(mkdir(at("z"), 0700), 0);
	w = watch(NULL);
	REQUIRE(w != NULL);
	CHECK_INT(rename(at("a/b"), at("z/y")), 0);
	CHECK_STR(heard(w), "renamed a/b z/y/; ");
	put(at("z/y/c/f"), "");
	CHECK_STR(heard(w), "created z/y/c/f; ");
	CHECK_INT(rename(at("z"), at("a/z")), 0);
	CHECK_STR(heard(w), "renamed z a/z/; ");
	put(at("a/z/y/c/f"), "x");
	CHECK_STR(heard(w), "changed a/z/y/c/f; ");
	CHECK_INT(green_watch_close(w), 0);
}

WATCH_TEST(what_is_moved_in_is_told_with_all_that_it_has)
{
	char *away = scratch_path("away");
	struct green_watch *w = watch(NULL);
	char path[300];

	REQUIRE(w != NULL);
	CHECK_INT(mkdir(away, 0700), 0);
	snprintf(path, sizeof(path), "%s/sub", away);
	CHECK_INT(mkdir(path, 0700), 0);
	snprintf(path, sizeof(path), "%s/sub/file", away);
	put(path, "");
	CHECK_INT(rename(away, at("in")), 0);
	CHECK_STR(heard(w), "created in/; created in/sub/; "
	    "created in/sub/file; ");
	CHECK_INT(rename(at("in"), away), 0);
	CHECK_STR(heard(w), "removed in/; ");
	put(path, "not told");
	CHECK_STR(heard(w), "");
	CHECK_INT(rename(away, at("in")), 0);
	CHECK_STR(heard(w), "created in/; created in/sub/; "
	    "created in/sub/file; ");
	put(at("in/sub/file"), "told");
	CHECK_STR(heard(w), "changed in/sub/file; ");
	CHECK_INT(green_watch_close(w), 0);
	free(away);
}

WATCH_TEST(a_file_that_is_replaced_is_renamed_to)
{
	struct green_watch *w;

	put(at("file"), "old");
	put(at("new"), "newer");
	w = watch(NULL);
	REQUIRE(w != NULL);
	CHECK_INT(rename(at("new"), at("file")), 0);
	CHECK_STR(heard(w), "renamed new file; ");
	put(at("file"), "x");
	CHECK_STR(heard(w), "changed file; ");
	CHECK_INT(green_watch_close(w), 0);
}

WATCH_TEST(the_end_of_the_tree_itself_is_told_last)
{
	char *away = scratch_path("away");
	struct green_watch_event e;
	struct green_watch *w = watch(NULL);

	REQUIRE(w != NULL);
	if (!is_a_makeshift()) {
		CHECK_INT(rmdir(root), 0);
		CHECK_STR(heard(w), "gone ./; ");
		CHECK_INT(green_watch_next(w, &e), 0);
		CHECK_INT(green_watch_next(w, &e), 0);
		CHECK_INT(mkdir(root, 0700), 0);
	}
	CHECK_INT(green_watch_close(w), 0);
	w = watch(NULL);
	REQUIRE(w != NULL);
	CHECK_INT(rename(root, away), 0);
	CHECK_STR(heard(w), "gone ./; ");
	CHECK_INT(green_watch_next(w, &e), 0);
	CHECK_INT(green_watch_close(w), 0);
	CHECK_INT(rmdir(away), 0);
	free(away);
}

WATCH_TEST(one_directory_can_be_watched_alone)
{
	struct green_watch_options opt = { .shallow = true };
	struct green_watch *w;

	CHECK_INT(mkdir(at("old"), 0700), 0);
	w = watch(&opt);
	REQUIRE(w != NULL);
	CHECK_INT(mkdir(at("dir"), 0700), 0);
	put(at("dir/file"), "");
	put(at("old/file"), "");
	CHECK_STR(heard(w), "created dir/; ");
	CHECK_INT(rename(at("dir"), at("other")), 0);
	CHECK_STR(heard(w), "renamed dir other/; ");
	CHECK_INT(green_watch_close(w), 0);
}

WATCH_TEST(attributes_are_told_if_asked_for)
{
	struct green_watch_options opt = { .attributes = true };
	struct green_watch *w, *v;

	put(at("file"), "");
	w = watch(&opt);
	v = watch(NULL);
	REQUIRE(w != NULL && v != NULL);
	CHECK_INT(chmod(at("file"), 0640), 0);
	CHECK_STR(heard(w), "attributes file; ");
	CHECK_STR(heard(v), "");
	CHECK_INT(green_watch_close(w), 0);
	CHECK_INT(green_watch_close(v), 0);
}

WATCH_TEST(paths_begin_as_the_one_that_was_opened)
{
	struct green_watch_event e;
	struct green_watch *w;
	char path[300], want[400];

	snprintf(path, sizeof(path), "%s/", root);
	w = green__watch_open(way, path, NULL);
	REQUIRE(CHECK(w != NULL));
	put(at("\xff \n\\"), "");
	REQUIRE(CHECK_INT(green_watch_next(w, &e), 1));
	snprintf(want, sizeof(want), "%s/\xff \n\\", root);
	CHECK_STR(e.path, want);
	CHECK(e.from == NULL && !e.dir && e.error == 0);
	CHECK_INT(green_watch_close(w), 0);

	/* A link to it is followed, none below. */
	CHECK_INT(unlink(at("\xff \n\\")), 0);
	CHECK_INT(mkdir(at("real"), 0700), 0);
	CHECK_INT(symlink("real", at("link")), 0);
	snprintf(path, sizeof(path), "%s/link", root);
	w = green__watch_open(way, path, NULL);
	REQUIRE(CHECK(w != NULL));
	CHECK_INT(symlink("..", at("real/up")), 0);
	CHECK_STR(heard(w), "created link/up; ");
	put(at("file"), "");
	CHECK_STR(heard(w), "");
	CHECK_INT(green_watch_close(w), 0);
}

static int
hear_the_end(void *arg)
{
	struct green_watch_event e;

	CHECK_ERRNO(green_watch_next(arg, &e), EBADF);
	return (0);
}

WATCH_TEST(one_task_waits_and_a_close_ends_that)
{
	struct green_watch_event e;
	struct green_watch *w = watch(NULL);
	struct green_group g;

	REQUIRE(w != NULL);
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, hear_the_end, w), 0);
	CHECK_INT(green_sleep(1), 0);
	CHECK_ERRNO(green_watch_next(w, &e), EBUSY);
	CHECK_INT(green_watch_close(w), 0);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(green_watch_close(NULL), 0);
}

static int
hear_a_cancellation(void *arg)
{
	struct green_watch_event e;

	CHECK_ERRNO(green_watch_next(arg, &e), ECANCELED);
	return (0);
}

/* It was woken for both, as a poll's nap did not know that it had ended. */
WATCH_TEST(a_close_does_not_wake_whom_a_cancellation_woke)
{
	struct green_watch *w = watch(NULL);
	struct green_group g;

	REQUIRE(w != NULL);
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, hear_a_cancellation, w), 0);
	CHECK_INT(green_sleep(1), 0);
	green_group_cancel(&g, NULL);
	CHECK_INT(green_watch_close(w), 0);
	CHECK_INT(green_group_close(&g, 0), 0);
}

WATCH_TEST(a_cancelled_task_loses_no_event)
{
	struct green_watch_event e;
	struct green_scope s;
	struct green_watch *w = watch(NULL);

	REQUIRE(w != NULL);
	put(at("a"), "");
	CHECK_INT(mkdir(at("d"), 0700), 0);
	put(at("d/b"), "");
	green_scope_open(&s);
	green_scope_cancel(&s, NULL);
	CHECK_ERRNO(green_watch_next(w, &e), ECANCELED);
	CHECK_NULL(green__watch_open(way, root, NULL), ECANCELED);
	CHECK_INT(green_scope_close(&s, 0), 0);
	CHECK_STR(heard(w), "created a; created d/; created d/b; ");
	CHECK_INT(green_watch_close(w), 0);
}

WATCH_TEST(what_cannot_be_watched_is_not_opened)
{
	struct green_watch_options opt = { .interval = -1 };

	put(at("file"), "");
	CHECK_NULL(green__watch_open(way, at("file"), NULL), ENOTDIR);
	CHECK_NULL(green__watch_open(way, at("none"), NULL), ENOENT);
	CHECK_NULL(green__watch_open(way, at("file/x"), NULL), ENOTDIR);
	CHECK_NULL(green__watch_open(way, "", NULL), ENOENT);
	CHECK_NULL(green__watch_open(way, root, &opt), EINVAL);
	CHECK_INT(symlink("loop", at("loop")), 0);
	CHECK_NULL(green__watch_open(way, at("loop"), NULL), ELOOP);
}

/* In the first task of a loop of a child, which may want what it likes. */
static int
each_way_in_child(void (*claim)(void))
{
	each_way(claim);
	return (0);
}

static void
unreadable_by(void)
{
	struct green_watch_event e;
	struct green_watch *w;

	CHECK_INT(mkdir(at("a"), 0700), 0);
	CHECK_INT(mkdir(at("b"), 0000), 0);
	w = watch(NULL);
	REQUIRE(w != NULL);
	REQUIRE(CHECK_INT(green_watch_next(w, &e), 1));
	CHECK_INT(e.kind, GREEN_WATCH_UNWATCHED);
	CHECK_STR(below_root(e.path), "b");
	CHECK_INT(e.error, EACCES);
	CHECK(e.dir);
	put(at("a/f"), "");
	CHECK_STR(heard(w), "created a/f; ");
	CHECK_INT(mkdir(at("a/c"), 0000), 0);
	CHECK_STR(heard(w), "created a/c/; unwatched a/c/; ");
	CHECK_INT(green_watch_close(w), 0);
	CHECK_NULL(green__watch_open(way, at("b"), NULL), EACCES);
	CHECK_INT(chmod(at("b"), 0700), 0);
	CHECK_INT(chmod(at("a/c"), 0700), 0);
}

static int
without_rights(void *unused)
{
	(void)unused;
	REQUIRE_TASK(CHECK(geteuid() != 0 || setuid(NOBODY) == 0));
	return (each_way_in_child(unreadable_by));
}

PLAIN_TEST(what_cannot_be_read_is_told_and_the_rest_is_watched)
{
	char *path = scratch_path(NULL);
	struct stat st;

	CHECK_INT(stat(path, &st), 0);
	if (geteuid() == 0)
		CHECK_INT(chown(path, NOBODY, NOBODY), 0);
	survives_mocked(without_rights, NULL, NULL);
	if (geteuid() == 0)
		CHECK_INT(chown(path, st.st_uid, st.st_gid), 0);
	free(path);
}

static void
no_descriptor_by(void)
{
	struct rlimit old, none;

	REQUIRE(CHECK_INT(getrlimit(RLIMIT_NOFILE, &old), 0));
	none = old;
	none.rlim_cur = 3;
	CHECK_INT(setrlimit(RLIMIT_NOFILE, &none), 0);
	CHECK_NULL(green__watch_open(way, root, NULL), EMFILE);
	CHECK_INT(setrlimit(RLIMIT_NOFILE, &old), 0);
}

static int
without_descriptors(void *unused)
{
	(void)unused;
	return (each_way_in_child(no_descriptor_by));
}

PLAIN_TEST(want_of_descriptors_is_told)
{
	survives_mocked(without_descriptors, NULL, NULL);
}

#if defined(HAVE_INOTIFY) && defined(CLONE_NEWUSER)
/* This process's inotify has so few watches; false: that cannot be had here. */
static bool
few_watches(const char *n)
{
	int fd;
	bool ok;

	if (unshare(CLONE_NEWUSER) == -1 ||
	    (fd = open("/proc/sys/user/max_inotify_watches", O_WRONLY)) == -1)
		return (false);
	ok = write(fd, n, strlen(n)) == (ssize_t)strlen(n);
	close(fd);
	return (ok);
}

static int
out_of_watches(void *unused)
{
	struct green_watch *w;

	(void)unused;
	way = &green__watch_inotify;
	CHECK_NULL(green__watch_open(way, root, NULL), ENOSPC);
	CHECK_HAS(green_errmsg(), "max_user_watches");
	CHECK_INT(rmdir(at("c")), 0);
	w = watch(NULL);
	REQUIRE_TASK(w != NULL);
	CHECK_INT(mkdir(at("c"), 0700), 0);
	CHECK_STR(heard(w), "created c/; unwatched c/; ");
	put(at("a/f"), "");
	CHECK_STR(heard(w), "created a/f; ");
	CHECK_INT(green_watch_close(w), 0);
	return (0);
}

static int
with_few_watches(void *unused)
{
	if (!few_watches("3"))
		return (0);
	return (IN_LOOP(out_of_watches, unused, &check_mock_clock));
}

PLAIN_TEST(want_of_watches_is_told)
{
	char *path = scratch_path("watched");

	snprintf(root, sizeof(root), "%s", path);
	free(path);
	CHECK_INT(mkdir(root, 0777), 0);
	CHECK_INT(chmod(root, 0777), 0);
	CHECK_INT(mkdir(at("a"), 0777), 0);
	CHECK_INT(chmod(at("a"), 0777), 0);
	CHECK_INT(mkdir(at("b"), 0777), 0);
	CHECK_INT(mkdir(at("c"), 0777), 0);
	survives_plain(with_few_watches, NULL, NULL);
	(void)unlink(at("a/f"));
	CHECK_INT(rmdir(at("a")), 0);
	CHECK_INT(rmdir(at("b")), 0);
	CHECK_INT(rmdir(at("c")), 0);
	CHECK_INT(rmdir(root), 0);
}
#endif

static size_t
queue_length(void)
{
	FILE *fp = fopen("/proc/sys/fs/inotify/max_queued_events", "r");
	unsigned n = 0;

	if (fp == NULL)
		return (0);
	if (fscanf(fp, "%u", &n) != 1)
		n = 0;
	(void)fclose(fp);
	return (n);
}

WATCH_TEST(an_overflow_is_told_and_all_is_watched_again)
{
	size_t i, n = queue_length();
	struct green_watch_event e;
	struct green_watch *w;
	int rc;

	if (!tells_of_each() || n == 0 || n > 100000)
		return;
	CHECK_INT(mkdir(at("old"), 0700), 0);
	w = watch(NULL);
	REQUIRE(w != NULL);
	for (i = 0; i < n / 2 + 10; i++) {
		put(at("file"), "");
		CHECK_INT(unlink(at("file")), 0);
	}
	CHECK_INT(rename(at("old"), at("new")), 0);
	CHECK_INT(mkdir(at("late"), 0700), 0);
	while ((rc = green_watch_next(w, &e)) == 1 &&
	    e.kind != GREEN_WATCH_OVERFLOW)
		;
	CHECK_INT(rc, 1);
	CHECK_STR(e.path, root);
	CHECK_STR(heard(w), "");
	put(at("late/f"), "");
	put(at("new/f"), "");
	CHECK_STR(heard(w), "created late/f; created new/f; ");
	CHECK_INT(green_watch_close(w), 0);
}

#if defined(HAVE_INOTIFY) && defined(RENAME_EXCHANGE)
WATCH_TEST(what_changes_places_is_watched_on)
{
	struct green_watch *w;

	CHECK_INT(mkdir(at("a"), 0700), 0);
	CHECK_INT(mkdir(at("b"), 0700), 0);
	put(at("a/f"), "");
	w = watch(NULL);
	REQUIRE(w != NULL);
	if (renameat2(AT_FDCWD, at("a"), AT_FDCWD, at("b"),
	    RENAME_EXCHANGE) == 0) {
		CHECK_STR(heard(w), tells_of_each() ?
		    "renamed a b/; overflow ./; " :
		    "renamed a b/; created a/; ");
		put(at("b/f"), "x");
		CHECK_STR(heard(w), "changed b/f; ");
		put(at("a/g"), "");
		CHECK_STR(heard(w), "created a/g; ");
	}
	CHECK_INT(green_watch_close(w), 0);
}
#endif

static int
watch_a_while(void *unused)
{
	struct green_watch_options opt = { .existing = true };
	struct green_watch_event e;
	struct green_watch *w = green__watch_open(way, root, &opt);
	int error, i, rc = 1;

	(void)unused;
	if (w == NULL)
		return (-1);
	for (i = 0; i < 4 && rc == 1; i++)
		rc = green_watch_next(w, &e);
	error = errno;
	CHECK_INT(green_watch_close(w), 0);
	errno = error;
	return (rc == 1 ? 0 : rc);
}

PLAIN_TEST(a_watch_is_cancelled_anywhere)
{
	char *path = scratch_path("watched");
	size_t i;

	snprintf(root, sizeof(root), "%s", path);
	free(path);
	CHECK_INT(mkdir(root, 0700), 0);
	CHECK_INT(mkdir(at("a"), 0700), 0);
	CHECK_INT(mkdir(at("a/b"), 0700), 0);
	put(at("a/f"), "");
	put(at("g"), "");
	for (i = 0; i < WAYS; i++) {
		way = ways[i];
		check_note("by %s", way->name);
		CHECK(green_test_cancel_everywhere(watch_a_while, NULL,
		    &check_mock_clock) > 5);
	}
	CHECK_INT(unlink(at("g")), 0);
	CHECK_INT(unlink(at("a/f")), 0);
	CHECK_INT(rmdir(at("a/b")), 0);
	CHECK_INT(rmdir(at("a")), 0);
	CHECK_INT(rmdir(root), 0);
}

PLAIN_TEST(without_a_loop_nothing_is_watched)
{
	CHECK_NULL(green_watch_open("/", NULL), EPERM);
}

GREEN_TEST(the_first_way_that_there_is_watches)
{
	struct green_watch_event e;
	struct green_watch *w;

	each_way(remove_root);
	CHECK_INT(mkdir(root, 0700), 0);
	w = green_watch_open(root, &(struct green_watch_options){
	    .interval = GREEN_MSEC });
	REQUIRE(CHECK(w != NULL));
	put(at("f"), "");
	CHECK_INT(green_watch_next(w, &e), 1);
	CHECK_INT(e.kind, GREEN_WATCH_CREATED);
	CHECK_INT(green_watch_close(w), 0);
	remove_root();
}

/*
 * A tree where much happens at once, and what the events make of it.
 */
#define NAMES	4
#define MODEL	4096

static struct {
	char	*path[MODEL];
	size_t	 n;
} model;

static bool
within(const char *path, const char *dir)
{
	size_t len = strlen(dir);

	return (strncmp(path, dir, len) == 0 &&
	    (path[len] == '\0' || path[len] == '/'));
}

static void
model_remove(const char *path)
{
	size_t i, kept = 0;

	for (i = 0; i < model.n; i++)
		if (within(model.path[i], path))
			free(model.path[i]);
		else
			model.path[kept++] = model.path[i];
	model.n = kept;
}

static bool
model_has(const char *path)
{
	size_t i;

	for (i = 0; i < model.n; i++)
		if (strcmp(model.path[i], path) == 0)
			return (true);
	return (false);
}

static void
model_add(const char *path)
{
	if (!model_has(path) && model.n < MODEL)
		model.path[model.n++] = strdup(path);
}

static void
model_rename(const char *from, const char *path)
{
	char text[1024];
	size_t i;

	model_remove(path);
	for (i = 0; i < model.n; i++)
		if (within(model.path[i], from)) {
			snprintf(text, sizeof(text), "%s%s", path,
			    model.path[i] + strlen(from));
			free(model.path[i]);
			model.path[i] = strdup(text);
		}
	/* Its old name may never have been told. */
	if (!model_has(path))
		model_add(path);
}

static void
model_follow(const struct green_watch_event *e)
{
	switch (e->kind) {
	case GREEN_WATCH_CREATED:
		model_add(e->path);
		break;
	case GREEN_WATCH_REMOVED:
		model_remove(e->path);
		break;
	case GREEN_WATCH_RENAMED:
		model_rename(e->from, e->path);
		break;
	case GREEN_WATCH_OVERFLOW:
		model_remove(root);
		break;
	default:
		break;
	}
}

static unsigned chance;

static unsigned
draw(unsigned n)
{
	chance = chance * 1103515245u + 12345u;
	return ((chance >> 12) % n);
}

/* One of few, so that they are made, removed, and made again. */
static void
draw_path(char *path, size_t size)
{
	unsigned depth = 1 + draw(3);
	size_t len = (size_t)snprintf(path, size, "%s", root);

	while (depth-- > 0)
		len += (size_t)snprintf(path + len, size - len, "/%c",
		    'a' + (int)draw(NAMES));
}

/* In a worker: whatever is possible. */
static int
stir(void *arg)
{
	char a[512], b[512], away[512];
	int fd, i, n = *(int *)arg;

	snprintf(away, sizeof(away), "%s.away", root);
	for (i = 0; i < n; i++) {
		draw_path(a, sizeof(a));
		draw_path(b, sizeof(b));
		switch (draw(8)) {
		case 0:
		case 1:
		case 2:
			(void)mkdir(a, 0700);
			break;
		case 3:
		case 4:
			if ((fd = open(a, O_WRONLY | O_CREAT, 0600)) != -1)
				close(fd);
			break;
		case 5:
			if (unlink(a) == -1)
				(void)rmdir(a);
			break;
		case 6:
			(void)rename(a, b);
			break;
		case 7:
			if (rename(a, away) == 0)
				(void)rename(away, b);
			/* Where there is no way in, it stays outside. */
			if (unlink(away) == -1)
				(void)rmdir(away);
			break;
		}
	}
	return (0);
}

static int
follow(void *arg)
{
	struct green_watch_event e;
	int rc;

	while ((rc = green_watch_next(arg, &e)) == 1)
		model_follow(&e);
	return (rc);
}

static void
compare_model(void)
{
	struct green_dirent e;
	struct green_dir *d = green_dir_walk(root, 0);
	size_t n = 0;

	REQUIRE(CHECK(d != NULL));
	while (green_dir_next(d, &e) == 1) {
		/* One failure is enough. */
		if (n++ < MODEL && !model_has(e.path)) {
			CHECK_STR(e.path, "told");
			n = MODEL;
		}
	}
	if (!CHECK_INT(model.n, n))
		CHECK_STR(way->name, "right");
	CHECK_INT(green_dir_close(d), 0);
}

WATCH_TEST(who_follows_the_events_has_the_tree)
{
	int rounds = 8 / (int)check_slowness() + 1, i, n = 400;
	struct green_watch_options opt = { .existing = true };
	struct green_watch *w = watch(&opt);
	struct green_group g;
	char away[300];

	REQUIRE(w != NULL);
	model_remove(root);
	chance = 7;
	for (i = 0; i < rounds; i++) {
		check_note("by %s, round %d", way->name, i);
		green_group_open(&g);
		CHECK_INT(green_spawn(&g, follow, w), 0);
		CHECK_INT(green_to_thread(stir, &n), 0);
		/* All has been told by the time that nothing happens. */
		CHECK_INT(green_sleep(5 * GREEN_SEC), 0);
		green_group_cancel(&g, NULL);
		CHECK_INT(green_group_close(&g, 0), 0);
		compare_model();
	}
	model_remove(root);
	CHECK_INT(green_watch_close(w), 0);
	snprintf(away, sizeof(away), "%s.away", root);
	CHECK_INT(green_path_remove(away, GREEN_PATH_RECURSIVE |
	    GREEN_PATH_MISSING_OK), 0);
}

/* Of a tree that learns of changes: these come between its look at what is in
   the root and that at the root itself. */
static int
enter_late(struct green__tree *t, struct green__entry *e, const char *path)
{
	if (path == NULL)
		return (e->fd);
	if (e == t->root && access(at("tmp"), F_OK) == 0) {
		CHECK_INT(rmdir(at("d")), 0);
		CHECK_INT(rename(at("tmp"), at("d")), 0);
	}
	return (open(path, O_RDONLY | O_CLOEXEC));
}

static void
leave_entry(struct green__tree *t, struct green__entry *e)
{
	(void)t;
	CHECK_INT(close(e->fd), 0);
	e->fd = -1;
}

static void
check_tree_tells(struct green__tree *t, enum green_watch_kind kind,
    const char *path)
{
	struct green_watch_event e = { 0 };

	CHECK_INT(green__tree_next(t, &e), 1);
	CHECK_INT(e.kind, kind);
	CHECK_STR(e.path, path);
}

/* What it was, a part of what it replaces, was freed before it was left. */
MOCK_TEST(what_takes_the_place_of_what_it_was_in_is_new)
{
	static const struct green_watch_options none;
	struct green__tree t = { .enter = enter_late, .leave = leave_entry };
	struct green_watch_event e;
	char *path = scratch_path("watched");

	snprintf(root, sizeof(root), "%s", path);
	free(path);
	CHECK_INT(mkdir(root, 0700), 0);
	CHECK_INT(mkdir(at("d"), 0700), 0);
	CHECK_INT(mkdir(at("d/x"), 0700), 0);
	REQUIRE(CHECK_INT(green__tree_open(&t, root, &none), 0));
	CHECK_INT(green_to_thread(green__tree_look, &t), 0);
	CHECK_INT(rename(at("d/x"), at("tmp")), 0);
	green__tree_due(&t, TAILQ_FIRST(&t.root->children));
	green__tree_due(&t, t.root);
	leave_entry(&t, t.root);
	CHECK_INT(green_to_thread(green__tree_look, &t), 0);
	check_tree_tells(&t, GREEN_WATCH_REMOVED, at("d/x"));
	check_tree_tells(&t, GREEN_WATCH_REMOVED, at("d"));
	check_tree_tells(&t, GREEN_WATCH_CREATED, at("d"));
	CHECK_INT(green__tree_next(&t, &e), 0);
	green__tree_close(&t);
	remove_root();
}

CU_TestInfo watch_tests[] = {
	CLAIM(what_happens_in_a_tree_is_told),
	CLAIM(what_is_there_already_is_watched_and_not_told),
	CLAIM(new_directories_are_watched_with_what_they_had),
	CLAIM(what_is_there_is_told_if_asked_for),
	CLAIM(a_directory_keeps_its_watch_when_it_is_renamed),
	CLAIM(what_is_moved_in_is_told_with_all_that_it_has),
	CLAIM(a_file_that_is_replaced_is_renamed_to),
	CLAIM(the_end_of_the_tree_itself_is_told_last),
	CLAIM(one_directory_can_be_watched_alone),
	CLAIM(attributes_are_told_if_asked_for),
	CLAIM(paths_begin_as_the_one_that_was_opened),
	CLAIM(one_task_waits_and_a_close_ends_that),
	CLAIM(a_close_does_not_wake_whom_a_cancellation_woke),
	CLAIM(a_cancelled_task_loses_no_event),
	CLAIM(what_cannot_be_watched_is_not_opened),
	CLAIM(what_cannot_be_read_is_told_and_the_rest_is_watched),
	CLAIM(want_of_descriptors_is_told),
#if defined(HAVE_INOTIFY) && defined(CLONE_NEWUSER)
	CLAIM(want_of_watches_is_told),
#endif
	CLAIM(an_overflow_is_told_and_all_is_watched_again),
#if defined(HAVE_INOTIFY) && defined(RENAME_EXCHANGE)
	CLAIM(what_changes_places_is_watched_on),
#endif
	CLAIM(what_takes_the_place_of_what_it_was_in_is_new),
	CLAIM(a_watch_is_cancelled_anywhere),
	CLAIM(without_a_loop_nothing_is_watched),
	CLAIM(the_first_way_that_there_is_watches),
	CLAIM(who_follows_the_events_has_the_tree),
	CU_TEST_INFO_NULL
};
