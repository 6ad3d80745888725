/*
 * UNIX sockets, and the files that they are known by.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "streams.h"
#include "tasks.h"

/* A directory of its own for each test. */
static char dir[64];

static const char *
in_dir(const char *name)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return (path);
}

static bool
make_dir(void)
{
	strcpy(dir, "/tmp/green-test.XXXXXX");
	return (CHECK(mkdtemp(dir) != NULL));
}

/* Empty by now. */
static void
remove_dir(void)
{
	CHECK_INT(rmdir(dir), 0);
}

/* A socket file that nobody listens behind. */
static void
leave_stale(const char *path)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	strcpy(sa.sun_path, path);
	CHECK_INT(bind(fd, (struct sockaddr *)&sa, sizeof(sa)), 0);
	CHECK_INT(close(fd), 0);
}

static bool
reaches(struct green_listener *l, const char *path)
{
	struct green_stream *a = green_connect_unix(path), *b = NULL;
	char buf[8];

	if (CHECK(a != NULL) && CHECK((b = green_accept(l)) != NULL)) {
		CHECK_INT(green_stream_send(a, "x", 1), 0);
		CHECK_INT(green_stream_receive(b, buf, sizeof(buf)), 1);
	}
	CHECK_INT(green_stream_close(a), 0);
	CHECK_INT(green_stream_close(b), 0);
	return (b != NULL);
}

GREEN_TEST(a_file_comes_and_goes_with_its_listener)
{
	struct green_listener *l;
	struct stat st;

	REQUIRE(make_dir());
	REQUIRE(CHECK((l = green_listen_unix(in_dir("s"), NULL)) != NULL));
	CHECK_INT(lstat(in_dir("s"), &st), 0);
	CHECK(S_ISSOCK(st.st_mode));
	CHECK(reaches(l, in_dir("s")));
	green_listener_close(l);
	CHECK_ERRNO(lstat(in_dir("s"), &st), ENOENT);
	CHECK_NULL(green_connect_unix(in_dir("s")), ENOENT);
	CHECK_HAS(green_errmsg(), "/s: ");
	remove_dir();
}

GREEN_TEST(the_mode_is_as_asked_for)
{
	struct green_listen_options opt = { .unix_mode = 0600 };
	struct green_listener *l;
	struct stat st;

	REQUIRE(make_dir());
	REQUIRE(CHECK((l = green_listen_unix(in_dir("s"), &opt)) != NULL));
	CHECK_INT(lstat(in_dir("s"), &st), 0);
	CHECK_INT(st.st_mode & 07777, 0600);
	green_listener_close(l);
	opt.unix_mode = 0666;
	REQUIRE(CHECK((l = green_listen_unix(in_dir("s"), &opt)) != NULL));
	CHECK_INT(lstat(in_dir("s"), &st), 0);
	CHECK_INT(st.st_mode & 07777, 0666);
	green_listener_close(l);
	remove_dir();
}

GREEN_TEST(a_stale_file_is_replaced)
{
	struct green_listener *l;

	REQUIRE(make_dir());
	leave_stale(in_dir("s"));
	CHECK_NULL(green_connect_unix(in_dir("s")), ECONNREFUSED);
	REQUIRE(CHECK((l = green_listen_unix(in_dir("s"), NULL)) != NULL));
	CHECK(reaches(l, in_dir("s")));
	green_listener_close(l);
	remove_dir();
}

/* Many find it stale at once: one of them replaces it, and is not replaced. */
struct claim {
	const char *path;
	struct green_listener *l[16];
	int	 n;
};

static int
claim(void *arg)
{
	struct claim *c = arg;
	struct green_listener *l = green_listen_unix(c->path, NULL);

	if (l == NULL)
		CHECK_INT(errno, EADDRINUSE);
	else
		c->l[c->n++] = l;
	return (0);
}

GREEN_TEST(of_many_one_replaces_a_stale_file)
{
	struct green_group g;
	struct claim c = { .n = 0 };
	struct green_stream *s;
	int i, round;

	REQUIRE(make_dir());
	c.path = in_dir("s");
	for (round = 0; round < 5; round++) {
		leave_stale(c.path);
		c.n = 0;
		green_group_open(&g);
		for (i = 0; i < 16; i++)
			CHECK_INT(green_spawn(&g, claim, &c), 0);
		CHECK_INT(green_group_close(&g, 0), 0);
		CHECK_INT(c.n, 1);
		CHECK((s = green_connect_unix(c.path)) != NULL);
		CHECK_INT(green_stream_close(s), 0);
		while (c.n > 0)
			green_listener_close(c.l[--c.n]);
	}
	remove_dir();
}

/* Another is at the directory's files: listening waits, and can be cancelled. */
GREEN_TEST(a_directory_that_is_locked_is_waited_for)
{
#ifdef HAVE_FLOCK
	struct green_group g;
	struct green_scope s;
	struct claim c = { .n = 0 };
	struct stat st;
	int fd;

	REQUIRE(make_dir());
	c.path = in_dir("s");
	CHECK((fd = open(dir, O_RDONLY)) != -1);
	CHECK_INT(flock(fd, LOCK_EX), 0);
	green_move_on_after(&s, 5 * GREEN_MSEC);
	CHECK_NULL(green_listen_unix(c.path, NULL), ECANCELED);
	CHECK_INT(green_scope_close(&s, -1), 0);
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, claim, &c), 0);
	CHECK_INT(green_sleep(5 * GREEN_MSEC), 0);
	CHECK_INT(c.n, 0);
	CHECK_ERRNO(lstat(c.path, &st), ENOENT);
	CHECK_INT(flock(fd, LOCK_UN), 0);
	CHECK_INT(green_group_close(&g, 0), 0);
	if (CHECK_INT(c.n, 1)) {
		/* It keeps no lock. */
		CHECK_INT(flock(fd, LOCK_EX | LOCK_NB), 0);
		CHECK(reaches(c.l[0], c.path));
		green_listener_close(c.l[0]);
	}
	CHECK_INT(close(fd), 0);
	remove_dir();
#endif
}

GREEN_TEST(abstract_names_are_no_files)
{
#ifdef HAVE_ABSTRACT_SOCKETS
	struct green_listen_options opt = { .unix_mode = 0600 };
	struct sockaddr_un sa;
	socklen_t len = sizeof(sa);
	struct green_listener *l;
	char name[64], want[48], text[GREEN_ADDRSTRLEN], path[300];
	int fd;

	snprintf(want, sizeof(want), "@green-test-%ld", (long)getpid());
	snprintf(name, sizeof(name), "abstract:%s", want + 1);
	CHECK_NULL(green_connect_unix(name), ECONNREFUSED);
	CHECK_HAS(green_errmsg(), name);
	REQUIRE(CHECK((l = green_listen_unix(name, NULL)) != NULL));
	CHECK(reaches(l, name));
	CHECK_INT(green_listener_attr(l, GREEN_ATTR_FD, &fd, sizeof(fd)), 0);
	CHECK_INT(getsockname(fd, (struct sockaddr *)&sa, &len), 0);
	CHECK_STR(green_addr_format((struct sockaddr *)&sa, len, text,
	    sizeof(text)), want);
	CHECK_NULL(green_listen_unix(name, NULL), EADDRINUSE);
	CHECK_HAS(green_errmsg(), name);
	green_listener_close(l);
	CHECK_NULL(green_connect_unix(name), ECONNREFUSED);
	CHECK_NULL(green_listen_unix(name, &opt), EINVAL);
	CHECK_HAS(green_errmsg(), "mode");
	CHECK_NULL(green_connect_unix("abstract:"), EINVAL);
	memset(path, 'x', sizeof(path) - 1);
	memcpy(path, "abstract:", 9);
	path[sizeof(path) - 1] = '\0';
	CHECK_NULL(green_connect_unix(path), ENAMETOOLONG);
	path[9 + sizeof(((struct sockaddr_un *)0)->sun_path) - 1] = '\0';
	CHECK_NULL(green_connect_unix(path), ECONNREFUSED);
#else
	CHECK_NULL(green_connect_unix("abstract:name"), ENOTSUP);
	CHECK_NULL(green_listen_unix("abstract:name", NULL), ENOTSUP);
#endif
}

/* The file system keeps every name that begins otherwise, and this one too. */
GREEN_TEST(only_the_prefix_makes_a_name_abstract)
{
	static const char *const names[] = { "@s", "./abstract:s" };
	char before[1024];
	struct green_listener *l;
	struct stat st;
	size_t i;

	REQUIRE(CHECK(getcwd(before, sizeof(before)) != NULL));
	REQUIRE(make_dir());
	CHECK_INT(chdir(dir), 0);
	for (i = 0; i < 2; i++) {
		CHECK((l = green_listen_unix(names[i], NULL)) != NULL);
		CHECK_INT(lstat(names[i], &st), 0);
		CHECK(l != NULL && reaches(l, names[i]));
		green_listener_close(l);
	}
	CHECK_INT(chdir(before), 0);
	remove_dir();
}

static int
shrink(int fd, void *arg)
{
	struct sockaddr_storage sa;
	socklen_t len = sizeof(sa);

	++*(int *)arg;
	/* Not bound yet. */
	CHECK_INT(getsockname(fd, (struct sockaddr *)&sa, &len), 0);
	CHECK(len <= offsetof(struct sockaddr_un, sun_path) ||
	    ((struct sockaddr_un *)&sa)->sun_path[0] == '\0');
	errno = EPROTO;
	return (*(int *)arg == 1 ? 0 : -1);
}

GREEN_TEST(a_socket_is_prepared_before_it_has_its_file)
{
	int calls = 0;
	struct green_listen_options opt = {
		.prepare = shrink,
		.prepare_arg = &calls,
		.receive_buffer = 50000
	};
	struct green_listener *l;
	struct stat st;

	REQUIRE(make_dir());
	CHECK((l = green_listen_unix(in_dir("s"), &opt)) != NULL);
	CHECK_INT(calls, 1);
	green_listener_close(l);
	CHECK_NULL(green_listen_unix(in_dir("s"), &opt), EPROTO);
	CHECK_ERRNO(lstat(in_dir("s"), &st), ENOENT);
	remove_dir();
}

GREEN_TEST(a_file_in_use_is_eaddrinuse)
{
	struct green_listener *l;
	struct green_stream *s;
	int fd;

	REQUIRE(make_dir());
	REQUIRE(CHECK((l = green_listen_unix(in_dir("s"), NULL)) != NULL));
	CHECK_NULL(green_listen_unix(in_dir("s"), NULL), EADDRINUSE);
	CHECK_HAS(green_errmsg(), "/s: ");
	/* It has seen who asked. */
	REQUIRE(CHECK((s = green_accept(l)) != NULL));
	CHECK_INT(green_stream_close(s), 0);
	CHECK(reaches(l, in_dir("s")));
	green_listener_close(l);
	/* No socket at all: not ours to remove. */
	CHECK((fd = open(in_dir("s"), O_CREAT | O_WRONLY, 0600)) != -1);
	CHECK_INT(close(fd), 0);
	CHECK_NULL(green_listen_unix(in_dir("s"), NULL), EADDRINUSE);
	CHECK_INT(unlink(in_dir("s")), 0);
	remove_dir();
}

GREEN_TEST(closing_leaves_alone_what_is_not_the_same_file)
{
	struct green_listener *l, *other;

	REQUIRE(make_dir());
	REQUIRE(CHECK((l = green_listen_unix(in_dir("s"), NULL)) != NULL));
	CHECK_INT(unlink(in_dir("s")), 0);
	CHECK((other = green_listen_unix(in_dir("s"), NULL)) != NULL);
	green_listener_close(l);
	CHECK(reaches(other, in_dir("s")));
	green_listener_close(other);
	remove_dir();
}

GREEN_TEST(paths_that_no_address_holds)
{
	char path[300];

	memset(path, 'x', sizeof(path) - 1);
	path[sizeof(path) - 1] = '\0';
	CHECK_NULL(green_connect_unix(path), ENAMETOOLONG);
	CHECK_NULL(green_listen_unix(path, NULL), ENAMETOOLONG);
	CHECK_NULL(green_connect_unix(""), ENOENT);
	CHECK_NULL(green_listen_unix("/no/such/directory/s", NULL), ENOENT);
	CHECK_HAS(green_errmsg(), "/no/such/directory/s: ");
}

/* The directory is another one when the listener closes. */
GREEN_TEST(a_relative_path_is_found_again)
{
	char before[1024];
	struct green_listener *l;

	REQUIRE(CHECK(getcwd(before, sizeof(before)) != NULL));
	REQUIRE(make_dir());
	CHECK_INT(chdir(dir), 0);
	CHECK((l = green_listen_unix("s", NULL)) != NULL);
	CHECK_INT(chdir(before), 0);
	green_listener_close(l);
	remove_dir();
}

/* More than its queue holds connect at once; then they are accepted. */
struct crowd {
	const char *path;
	int	 connected;
};

static int
join_crowd(void *arg)
{
	struct crowd *c = arg;
	struct green_stream *s = green_connect_unix(c->path);
	char buf[8];

	if (!CHECK(s != NULL))
		return (-1);
	c->connected++;
	CHECK_INT(green_stream_receive(s, buf, sizeof(buf)), 6);
	return (green_stream_close(s));
}

GREEN_TEST(connecting_waits_for_a_place_in_the_queue)
{
	enum { N = 12 };
	struct green_listen_options opt = { .backlog = 1 };
	struct crowd c = { .path = NULL };
	struct green_listener *l;
	struct green_stream *s;
	struct green_group g;
	int i;

	REQUIRE(make_dir());
	c.path = in_dir("s");
	REQUIRE(CHECK((l = green_listen_unix(c.path, &opt)) != NULL));
	green_group_open(&g);
	for (i = 0; i < N; i++)
		CHECK_INT(green_spawn(&g, join_crowd, &c), 0);
	CHECK_INT(green_sleep(20 * GREEN_MSEC), 0);
	CHECK(c.connected < N);
	for (i = 0; i < N; i++) {
		CHECK((s = green_accept(l)) != NULL);
		CHECK_INT(green_stream_send(s, "hello\n", 6), 0);
		CHECK_INT(green_stream_close(s), 0);
	}
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(c.connected, N);
	green_listener_close(l);
	remove_dir();
}

/* Descriptors that came along end a receive early; the next one goes on. */
GREEN_TEST(a_short_receive_is_not_the_last)
{
	struct green_stream *end[2];
	union {
		struct cmsghdr header;
		char	 space[CMSG_SPACE(sizeof(int))];
	} control;
	struct iovec iov = { .iov_base = (void *)"ab", .iov_len = 2 };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	struct cmsghdr *c;
	char buf[16];
	size_t got = 0;
	ssize_t n;
	int fd, i, zero = 0;

	REQUIRE(streams_open_local(end));
	CHECK_INT(green_stream_attr(end[0], GREEN_ATTR_FD, &fd, sizeof(fd)), 0);
	for (i = 0; i < 4; i++) {
		memset(&control, 0, sizeof(control));
		msg.msg_control = &control;
		msg.msg_controllen = sizeof(control);
		c = CMSG_FIRSTHDR(&msg);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(c), &zero, sizeof(int));
		CHECK_INT(sendmsg(fd, &msg, 0), 2);
	}
	while (got < 8 && (n = green_stream_receive(end[1], buf + got,
	    sizeof(buf) - got)) > 0)
		got += (size_t)n;
	CHECK_INT(got, 8);
	streams_close(end);
}

GREEN_TEST(a_cancelled_task_listens_and_connects_no_more)
{
	struct green_listener *l;
	struct green_scope s;
	struct stat st;

	REQUIRE(make_dir());
	REQUIRE(CHECK((l = green_listen_unix(in_dir("s"), NULL)) != NULL));
	green_scope_open(&s);
	green_scope_cancel(&s, NULL);
	CHECK_NULL(green_listen_unix(in_dir("t"), NULL), ECANCELED);
	CHECK_NULL(green_connect_unix(in_dir("s")), ECANCELED);
	/* But it cleans up. */
	green_listener_close(l);
	CHECK_INT(green_scope_close(&s, 0), 0);
	CHECK_ERRNO(lstat(in_dir("s"), &st), ENOENT);
	CHECK_ERRNO(lstat(in_dir("t"), &st), ENOENT);
	remove_dir();
}

CU_TestInfo unix_tests[] = {
	CLAIM(a_file_comes_and_goes_with_its_listener),
	CLAIM(the_mode_is_as_asked_for),
	CLAIM(a_stale_file_is_replaced),
	CLAIM(of_many_one_replaces_a_stale_file),
	CLAIM(a_directory_that_is_locked_is_waited_for),
	CLAIM(abstract_names_are_no_files),
	CLAIM(only_the_prefix_makes_a_name_abstract),
	CLAIM(a_socket_is_prepared_before_it_has_its_file),
	CLAIM(a_file_in_use_is_eaddrinuse),
	CLAIM(closing_leaves_alone_what_is_not_the_same_file),
	CLAIM(paths_that_no_address_holds),
	CLAIM(a_relative_path_is_found_again),
	CLAIM(connecting_waits_for_a_place_in_the_queue),
	CLAIM(a_short_receive_is_not_the_last),
	CLAIM(a_cancelled_task_listens_and_connects_no_more),
	CU_TEST_INFO_NULL
};
