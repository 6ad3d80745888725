/*
 * Open files: what the page cache has, what it has not, and one task at a time.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <sys/uio.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <green/file.h>
#include <green/thread.h>

#include "check.h"
#include "scratch.h"
#include "tasks.h"

/* A file of size bytes, open for reading and writing. */
static struct green_file *
open_filled(size_t size)
{
	char *path = scratch_file("file", size);
	struct green_file *f = green_file_open(path, O_RDWR, 0);

	CHECK(f != NULL);
	free(path);
	return (f);
}

static bool
is_filled(const char *buf, size_t len, size_t at)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (buf[i] != scratch_byte(at + i))
			return (false);
	return (true);
}

GREEN_TEST(what_is_not_there_cannot_be_opened)
{
	CHECK_NULL(green_file_open("/nowhere/at/all", O_RDONLY, 0), ENOENT);
	CHECK_NULL(green_file_from_fd(-1), EBADF);
	CHECK_NULL(green_file_from_fd(1000), EBADF);
	CHECK_INT(green_file_close(NULL), 0);
}

GREEN_TEST(descriptors_are_close_on_exec)
{
	struct green_file *f = open_filled(1);
	int fd = dup(green_file_fd(f));

	CHECK(fcntl(green_file_fd(f), F_GETFD) & FD_CLOEXEC);
	CHECK_INT(green_file_close(f), 0);
	CHECK_INT(fcntl(fd, F_GETFD) & FD_CLOEXEC, 0);
	f = green_file_from_fd(fd);
	REQUIRE(CHECK(f != NULL));
	CHECK_INT(green_file_fd(f), fd);
	CHECK(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	CHECK_INT(green_file_close(f), 0);
	CHECK_INT(fcntl(fd, F_GETFD), -1);
}

GREEN_TEST(reads_go_on_from_where_they_were)
{
	struct green_file *f = open_filled(10000);
	char buf[4096];

	CHECK_INT(green_file_read(f, buf, 4096), 4096);
	CHECK(is_filled(buf, 4096, 0));
	CHECK_INT(green_file_tell(f), 4096);
	CHECK_INT(green_file_read(f, buf, 4096), 4096);
	CHECK(is_filled(buf, 4096, 4096));
	CHECK_INT(green_file_read(f, buf, 4096), 10000 - 8192);
	CHECK(is_filled(buf, 10000 - 8192, 8192));
	CHECK_INT(green_file_read(f, buf, 4096), 0);
	CHECK_INT(green_file_read(f, buf, 0), 0);
	CHECK_INT(green_file_close(f), 0);
}

GREEN_TEST(a_file_may_end_at_a_page_boundary)
{
	struct green_file *f = open_filled(8192);
	char buf[16384];

	CHECK_INT(green_file_read(f, buf, sizeof(buf)), 8192);
	CHECK(is_filled(buf, 8192, 0));
	CHECK_INT(green_file_read(f, buf, sizeof(buf)), 0);
	CHECK_INT(green_file_pread(f, buf, sizeof(buf), 4096), 4096);
	CHECK(is_filled(buf, 4096, 4096));
	CHECK_INT(green_file_pread(f, buf, sizeof(buf), 8192), 0);
	CHECK_INT(green_file_pread(f, buf, 1, 1 << 30), 0);
	CHECK_INT(green_file_close(f), 0);
}

GREEN_TEST(what_is_not_cached_is_read_by_a_worker)
{
	struct green_file *f = open_filled(1 << 20);
	char *buf = malloc(1 << 20);

	/* As far as the system can be told to forget. */
	CHECK_INT(green_file_sync(f), 0);
#ifdef HAVE_POSIX_FADVISE
	(void)posix_fadvise(green_file_fd(f), 0, 0, POSIX_FADV_DONTNEED);
	/* One page in the middle is there. */
	CHECK_INT(pread(green_file_fd(f), buf, 1, 1 << 19), 1);
#endif
	CHECK_INT(green_file_read(f, buf, 1 << 20), 1 << 20);
	CHECK(is_filled(buf, 1 << 20, 0));
	CHECK_INT(green_file_tell(f), 1 << 20);
	CHECK_INT(green_file_pread(f, buf, 1 << 20, 1 << 19), 1 << 19);
	CHECK(is_filled(buf, 1 << 19, 1 << 19));
	CHECK_INT(green_file_close(f), 0);
	free(buf);
}

GREEN_TEST(pieces_are_read_in_order)
{
	struct green_file *f = open_filled(10000);
	char a[10], b[5000], c[20000];
	struct iovec iov[] = { { a, 10 }, { NULL, 0 }, { b, 5000 },
	    { c, 20000 } };

	CHECK_INT(green_file_readv(f, iov, 4), 10000);
	CHECK(is_filled(a, 10, 0));
	CHECK(is_filled(b, 5000, 10));
	CHECK(is_filled(c, 4990, 5010));
	CHECK_INT(green_file_readv(f, iov, 4), 0);
	CHECK_INT(green_file_readv(f, iov, 0), 0);
	CHECK_ERRNO(green_file_readv(f, iov, -1), EINVAL);
	CHECK_ERRNO(green_file_readv(f, iov, 1 << 20), EINVAL);
	CHECK_INT(green_file_close(f), 0);
}

GREEN_TEST(writes_write_all)
{
	struct green_file *f = open_filled(0);
	struct iovec iov[3000];
	char buf[3000];
	size_t i;

	for (i = 0; i < 3000; i++) {
		buf[i] = scratch_byte(i);
		iov[i].iov_base = &buf[i];
		iov[i].iov_len = 1;
	}
	/* More pieces than a system call takes. */
	CHECK_INT(green_file_writev(f, iov, 3000), 0);
	CHECK_INT(green_file_tell(f), 3000);
	CHECK_INT(green_file_pwrite(f, "xyz", 3, 10), 0);
	CHECK_INT(green_file_tell(f), 3000);
	CHECK_INT(green_file_write(f, "end", 3), 0);
	CHECK_INT(green_file_write(f, "", 0), 0);
	CHECK_INT(green_file_seek(f, 0, SEEK_SET), 0);
	CHECK_INT(green_file_read(f, buf, 10), 10);
	CHECK(is_filled(buf, 10, 0));
	CHECK_INT(green_file_read(f, buf, 3), 3);
	CHECK(memcmp(buf, "xyz", 3) == 0);
	CHECK_INT(green_file_read(f, buf, 2987), 2987);
	CHECK(is_filled(buf, 2987, 13));
	CHECK_INT(green_file_read(f, buf, 100), 3);
	CHECK(memcmp(buf, "end", 3) == 0);
	CHECK_INT(green_file_close(f), 0);
}

GREEN_TEST(the_file_is_as_it_says)
{
	struct green_file *f = open_filled(5000);
	struct stat st;

	CHECK_INT(green_file_stat(f, &st), 0);
	CHECK_INT(st.st_size, 5000);
	CHECK_INT(green_file_seek(f, -10, SEEK_END), 4990);
	CHECK_INT(green_file_seek(f, 5, SEEK_CUR), 4995);
	CHECK_ERRNO(green_file_seek(f, -1, SEEK_SET), EINVAL);
	CHECK_INT(green_file_truncate(f, 100), 0);
	CHECK_INT(green_file_stat(f, &st), 0);
	CHECK_INT(st.st_size, 100);
	CHECK_INT(green_file_sync(f), 0);
	CHECK_INT(green_file_datasync(f), 0);
	CHECK_ERRNO(green_file_pread(f, &st, 1, -1), EINVAL);
	CHECK_ERRNO(green_file_pwrite(f, &st, 1, -1), EINVAL);
	CHECK_INT(green_file_close(f), 0);
}

GREEN_TEST(what_fails_says_why)
{
	char *path = scratch_file("file", 10), buf[4] = "";
	struct green_file *f = green_file_open(path, O_WRONLY, 0);

	REQUIRE(CHECK(f != NULL));
	CHECK_ERRNO(green_file_read(f, buf, 4), EBADF);
	CHECK_INT(green_file_close(f), 0);
	f = green_file_open(path, O_RDONLY, 0);
	CHECK_ERRNO(green_file_write(f, buf, 4), EBADF);
	CHECK_ERRNO(green_file_pwrite(f, buf, 4, 0), EBADF);
	CHECK_ERRNO(green_file_truncate(f, 0), EINVAL);
	CHECK_INT(green_file_close(f), 0);
	free(path);
}

/* A pipe keeps a worker busy for as long as it has to. */

struct reading {
	struct green_file *f;
	char	 buf[16];
	ssize_t	 n;
	bool	 done;
};

static int
read_some(void *arg)
{
	struct reading *r = arg;

	r->n = green_file_read(r->f, r->buf, sizeof(r->buf));
	r->done = true;
	return (0);
}

static int
close_file(void *arg)
{
	struct reading *r = arg;

	CHECK_INT(green_file_close(r->f), 0);
	CHECK(r->done);
	return (0);
}

GREEN_TEST(a_second_task_is_refused)
{
	struct green_group g;
	struct reading r = { .f = NULL };
	struct stat st;
	char buf[4];
	int fd[2];

	REQUIRE(CHECK_INT(pipe(fd), 0));
	r.f = green_file_from_fd(fd[0]);
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, read_some, &r), 0);
	green_cancel_shielded_checkpoint();
	CHECK_ERRNO(green_file_read(r.f, buf, 4), EBUSY);
	CHECK_ERRNO(green_file_write(r.f, buf, 4), EBUSY);
	CHECK_ERRNO(green_file_seek(r.f, 0, SEEK_SET), EBUSY);
	CHECK_ERRNO(green_file_pread(r.f, buf, 4, 0), ESPIPE);
	CHECK_INT(green_file_stat(r.f, &st), 0);
	CHECK(!r.done);
	CHECK_INT(write(fd[1], "abc", 3), 3);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(r.n, 3);
	CHECK_INT(green_file_close(r.f), 0);
	close(fd[1]);
}

GREEN_TEST(close_waits_for_the_call_in_progress)
{
	struct green_group g, closing;
	struct reading r = { .f = NULL };
	int fd[2];

	REQUIRE(CHECK_INT(pipe(fd), 0));
	r.f = green_file_from_fd(fd[0]);
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, read_some, &r), 0);
	green_group_open(&closing);
	CHECK_INT(green_spawn(&closing, close_file, &r), 0);
	green_cancel_shielded_checkpoint();
	green_cancel_shielded_checkpoint();
	CHECK(!r.done);
	/* Nobody gets in any more, and no cancellation changes that. */
	CHECK_ERRNO(green_file_pread(r.f, r.buf, 1, 0), EBADF);
	green_group_cancel(&closing, NULL);
	CHECK_INT(write(fd[1], "abc", 3), 3);
	CHECK_INT(green_group_close(&closing, 0), 0);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(r.n, 3);
	CHECK_INT(fcntl(fd[0], F_GETFD), -1);
	close(fd[1]);
}

GREEN_TEST(a_broken_pipe_raises_no_signal)
{
	struct green_file *f;
	int fd[2];

	REQUIRE(CHECK_INT(pipe(fd), 0));
	close(fd[0]);
	f = green_file_from_fd(fd[1]);
	CHECK_ERRNO(green_file_write(f, "abc", 3), EPIPE);
	CHECK_INT(green_file_close(f), 0);
}

GREEN_TEST(a_cancelled_task_reads_nothing_but_closes)
{
	struct green_file *f = open_filled(100);
	struct green_scope s;
	char buf[4];
	int fd = green_file_fd(f);

	green_scope_open(&s);
	green_scope_cancel(&s, NULL);
	CHECK_ERRNO(green_file_read(f, buf, 4), ECANCELED);
	CHECK_ERRNO(green_file_pread(f, buf, 4, 0), ECANCELED);
	CHECK_ERRNO(green_file_write(f, buf, 4), ECANCELED);
	CHECK_ERRNO(green_file_seek(f, 0, SEEK_END), ECANCELED);
	CHECK_NULL(green_file_open("/", O_RDONLY, 0), ECANCELED);
	errno = EDOM;
	CHECK_INT(green_file_close(f), 0);
	CHECK_INT(errno, EDOM);
	CHECK_INT(fcntl(fd, F_GETFD), -1);
	CHECK_INT(green_scope_close(&s, 0), 0);
}

GREEN_TEST(a_file_can_have_its_own_limiter)
{
	struct green_file *f = open_filled(100);
	struct green_limiter none = { 0 };
	struct green_scope s;
	struct stat st;

	green_file_set_limiter(f, &none);
	green_move_on_after(&s, GREEN_MSEC);
	CHECK_ERRNO(green_file_stat(f, &st), ECANCELED);
	CHECK_INT(green_scope_close(&s, 0), 0);
	green_file_set_limiter(f, NULL);
	CHECK_INT(green_file_stat(f, &st), 0);
	CHECK_INT(green_file_close(f), 0);
}

PLAIN_TEST(outside_of_a_loop_a_file_can_only_be_closed)
{
	int fd = dup(0);
	struct green_file *f = green_file_from_fd(fd);
	char buf[4];

	REQUIRE(CHECK(f != NULL));
	CHECK_ERRNO(green_file_read(f, buf, 4), EPERM);
	CHECK_INT(green_file_close(f), 0);
	CHECK_INT(fcntl(fd, F_GETFD), -1);
}

CU_TestInfo file_tests[] = {
	CLAIM(what_is_not_there_cannot_be_opened),
	CLAIM(descriptors_are_close_on_exec),
	CLAIM(reads_go_on_from_where_they_were),
	CLAIM(a_file_may_end_at_a_page_boundary),
	CLAIM(what_is_not_cached_is_read_by_a_worker),
	CLAIM(pieces_are_read_in_order),
	CLAIM(writes_write_all),
	CLAIM(the_file_is_as_it_says),
	CLAIM(what_fails_says_why),
	CLAIM(a_second_task_is_refused),
	CLAIM(close_waits_for_the_call_in_progress),
	CLAIM(a_broken_pipe_raises_no_signal),
	CLAIM(a_cancelled_task_reads_nothing_but_closes),
	CLAIM(a_file_can_have_its_own_limiter),
	CLAIM(outside_of_a_loop_a_file_can_only_be_closed),
	CU_TEST_INFO_NULL
};
