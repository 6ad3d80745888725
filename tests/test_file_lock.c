/*
 * Waits on files that can be cancelled: for a lock, for a FIFO's other end.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include <green/file.h>
#include <green/thread.h>

#include "check.h"
#include "scratch.h"
#include "tasks.h"

#define CROWD	50

/* The same file, opened once more: one that can be locked against the others. */
static struct green_file *
open_again(void)
{
	char *path = scratch_file("locked", 1);
	struct green_file *f = green_file_open(path, O_RDWR, 0);

	CHECK(f != NULL);
	free(path);
	return (f);
}

GREEN_TEST(a_lock_excludes_others)
{
	struct green_file *a = open_again(), *b = open_again();

	CHECK_INT(green_file_lock(a, LOCK_EX), 0);
	CHECK_ERRNO(green_file_lock(b, LOCK_EX | LOCK_NB), EWOULDBLOCK);
	CHECK_ERRNO(green_file_lock(b, LOCK_SH | LOCK_NB), EWOULDBLOCK);
	CHECK_INT(green_file_lock(a, LOCK_SH), 0);
	CHECK_INT(green_file_lock(b, LOCK_SH | LOCK_NB), 0);
	CHECK_ERRNO(green_file_lock(b, LOCK_EX | LOCK_NB), EWOULDBLOCK);
	CHECK_INT(green_file_lock(a, LOCK_UN), 0);
	CHECK_INT(green_file_lock(b, LOCK_EX | LOCK_NB), 0);
	CHECK_INT(green_file_close(b), 0);
	CHECK_INT(green_file_lock(a, LOCK_EX | LOCK_NB), 0);
	CHECK_INT(green_file_close(a), 0);
}

GREEN_TEST(what_is_no_lock_is_refused)
{
	struct green_file *f = open_again();

	CHECK_ERRNO(green_file_lock(f, 0), EINVAL);
	CHECK_ERRNO(green_file_lock(f, LOCK_NB), EINVAL);
	CHECK_ERRNO(green_file_lock(f, LOCK_SH | LOCK_EX), EINVAL);
	CHECK_ERRNO(green_file_lock(f, LOCK_EX | 1 << 20), EINVAL);
	CHECK_INT(green_file_close(f), 0);
}

struct locking {
	struct green_file *file;
	struct green_group *group;
	int	*got;
	int	 error;
};

static int
lock_it(void *arg)
{
	struct locking *k = arg;
	int rc = green_file_lock(k->file, LOCK_EX);

	k->error = rc == -1 ? errno : 0;
	if (rc == 0 && k->got != NULL)
		++*k->got;
	return (0);
}

/* and the next one gets it */
static int
lock_and_close(void *arg)
{
	struct locking *k = arg;

	(void)lock_it(k);
	CHECK_INT(green_file_close(k->file), 0);
	return (0);
}

MOCK_TEST(a_wait_for_a_lock_can_be_cancelled)
{
	struct green_file *a = open_again(), *b = open_again();
	struct green_scope s;
	int64_t began = green_now();

	CHECK_INT(green_file_lock(a, LOCK_EX), 0);
	green_move_on_after(&s, 10 * GREEN_SEC);
	CHECK_ERRNO(green_file_lock(b, LOCK_EX), ECANCELED);
	CHECK_INT(green_scope_close(&s, 0), 0);
	CHECK_INT(green_now() - began, 10 * GREEN_SEC);
	/* It has not got it all the same. */
	CHECK_INT(green_file_lock(a, LOCK_UN), 0);
	CHECK_INT(green_file_lock(a, LOCK_EX | LOCK_NB), 0);
	CHECK_INT(green_file_close(b), 0);
	CHECK_INT(green_file_close(a), 0);
}

MOCK_TEST(who_waits_gets_it_when_it_is_free)
{
	struct green_file *a = open_again();
	struct locking k = { .file = open_again() };
	struct green_group g;
	int got = 0;

	k.got = &got;
	CHECK_INT(green_file_lock(a, LOCK_EX), 0);
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, lock_it, &k), 0);
	CHECK_INT(green_sleep(GREEN_SEC), 0);
	CHECK_INT(got, 0);
	CHECK_INT(green_file_lock(a, LOCK_UN), 0);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(got, 1);
	CHECK_INT(green_file_close(k.file), 0);
	CHECK_INT(green_file_close(a), 0);
}

/* A single token is enough, and is there for others between the tries. */
MOCK_TEST(fifty_who_wait_for_a_lock_hold_no_worker)
{
	struct green_file *a = open_again();
	struct locking k[CROWD];
	struct green_limiter one;
	struct green_group g;
	struct stat st;
	int got = 0, i;

	green_limiter_init(&one, 1);
	CHECK_INT(green_file_lock(a, LOCK_EX), 0);
	green_group_open(&g);
	for (i = 0; i < CROWD; i++) {
		k[i] = (struct locking){ .file = open_again(), .got = &got };
		green_file_set_limiter(k[i].file, &one);
		CHECK_INT(green_spawn(&g, lock_and_close, &k[i]), 0);
	}
	CHECK_INT(green_sleep(GREEN_SEC), 0);
	CHECK_INT(got, 0);
	green_file_set_limiter(a, &one);
	CHECK_INT(green_file_stat(a, &st), 0);
	CHECK_INT(green_file_lock(a, LOCK_UN), 0);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(got, CROWD);
	CHECK_INT(green_file_close(a), 0);
}

MOCK_TEST(close_ends_a_wait_for_a_lock)
{
	struct green_file *a = open_again();
	struct locking k = { .file = open_again() };
	struct green_group g;
	char c;

	CHECK_INT(green_file_lock(a, LOCK_EX), 0);
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, lock_it, &k), 0);
	CHECK_INT(green_sleep(GREEN_SEC), 0);
	CHECK_ERRNO(green_file_read(k.file, &c, 1), EBUSY);
	CHECK_INT(green_file_pread(k.file, &c, 1, 0), 1);
	CHECK_INT(green_file_close(k.file), 0);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(k.error, EBADF);
	CHECK_INT(green_file_close(a), 0);
}

/* FIFOs. */

static char *
make_fifo(void)
{
	char *path = scratch_path("lock-fifo");

	(void)unlink(path);
	CHECK_INT(mkfifo(path, 0600), 0);
	return (path);
}

struct opening {
	const char *path;
	int	 flags;
	struct green_file *file;
};

static int
open_it(void *arg)
{
	struct opening *o = arg;

	o->file = green_file_open(o->path, o->flags, 0);
	return (o->file == NULL ? -1 : 0);
}

MOCK_TEST(opening_a_fifo_can_be_cancelled)
{
	static const int flags[] = { O_RDONLY, O_WRONLY };
	char *path = make_fifo();
	struct green_scope s;
	size_t i;

	for (i = 0; i < 2; i++) {
		green_move_on_after(&s, GREEN_SEC);
		CHECK_NULL(green_file_open(path, flags[i], 0), ECANCELED);
		CHECK_INT(green_scope_close(&s, 0), 0);
	}
	free(path);
}

/* Which of them comes first makes no difference. */
MOCK_TEST(both_ends_of_a_fifo_find_each_other)
{
	char *path = make_fifo(), buf[4];
	struct opening o[2] = { { path, O_RDONLY, NULL },
	    { path, O_WRONLY, NULL } };
	struct green_group g;
	int first;

	for (first = 0; first < 2; first++) {
		green_group_open(&g);
		CHECK_INT(green_spawn(&g, open_it, &o[first]), 0);
		CHECK_INT(green_sleep(GREEN_SEC), 0);
		CHECK_INT(green_spawn(&g, open_it, &o[!first]), 0);
		REQUIRE(CHECK_INT(green_group_close(&g, 0), 0));
		CHECK_INT(fcntl(green_file_fd(o[0].file), F_GETFL) &
		    O_NONBLOCK, 0);
		CHECK_INT(fcntl(green_file_fd(o[1].file), F_GETFL) &
		    O_NONBLOCK, 0);
		CHECK_INT(green_file_write(o[1].file, "abc", 3), 0);
		CHECK_INT(green_file_read(o[0].file, buf, 4), 3);
		CHECK_INT(green_file_close(o[1].file), 0);
		CHECK_INT(green_file_read(o[0].file, buf, 4), 0);
		CHECK_INT(green_file_close(o[0].file), 0);
	}
	free(path);
}

/* A writer that has come and gone was there. */
MOCK_TEST(a_reader_is_let_in_by_a_writer_that_has_left)
{
	char *path = make_fifo(), c;
	struct opening o = { path, O_RDONLY, NULL };
	struct green_group g;
	int fd;

	green_group_open(&g);
	CHECK_INT(green_spawn(&g, open_it, &o), 0);
	while ((fd = open(path, O_WRONLY | O_NONBLOCK)) == -1)
		CHECK_INT(green_sleep(GREEN_MSEC), 0);
	close(fd);
	REQUIRE(CHECK_INT(green_group_close(&g, 0), 0));
	CHECK_INT(green_file_read(o.file, &c, 1), 0);
	CHECK_INT(green_file_close(o.file), 0);
	free(path);
}

GREEN_TEST(who_does_not_want_to_wait_for_a_fifo_need_not)
{
	char *path = make_fifo();
	struct green_file *f;

	CHECK_NULL(green_file_open(path, O_WRONLY | O_NONBLOCK, 0), ENXIO);
	f = green_file_open(path, O_RDONLY | O_NONBLOCK, 0);
	REQUIRE(CHECK(f != NULL));
	CHECK(fcntl(green_file_fd(f), F_GETFL) & O_NONBLOCK);
	CHECK_INT(green_file_close(f), 0);
	free(path);
}

CU_TestInfo file_lock_tests[] = {
	CLAIM(a_lock_excludes_others),
	CLAIM(what_is_no_lock_is_refused),
	CLAIM(a_wait_for_a_lock_can_be_cancelled),
	CLAIM(who_waits_gets_it_when_it_is_free),
	CLAIM(fifty_who_wait_for_a_lock_hold_no_worker),
	CLAIM(close_ends_a_wait_for_a_lock),
	CLAIM(opening_a_fifo_can_be_cancelled),
	CLAIM(both_ends_of_a_fifo_find_each_other),
	CLAIM(a_reader_is_let_in_by_a_writer_that_has_left),
	CLAIM(who_does_not_want_to_wait_for_a_fifo_need_not),
	CU_TEST_INFO_NULL
};
