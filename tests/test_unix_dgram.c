/*
 * Datagrams by UNIX sockets, and the files that these are known by.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "scratch.h"
#include "streams.h"

#define SA(a)	((const struct sockaddr *)(a))

/* Good until the next but three. */
static const char *
in_dir(const char *name)
{
	static char paths[4][512];
	static unsigned next;
	char *to = paths[next++ % 4], *path = scratch_path(name);

	(void)strlcpy(to, path, sizeof(paths[0]));
	free(path);
	return (to);
}

static struct sockaddr_un
at(const char *path)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };

	(void)strlcpy(un.sun_path, path, sizeof(un.sun_path));
	return (un);
}

GREEN_TEST(a_path_comes_and_goes_with_its_socket)
{
	struct green_dgram *d, *c;
	struct sockaddr_storage from;
	struct sockaddr_un un;
	struct stat st;
	socklen_t len = 0;
	char buf[16];

	REQUIRE(CHECK((d = green_unix_dgram_open(in_dir("s"))) != NULL));
	CHECK_INT(lstat(in_dir("s"), &st), 0);
	CHECK(S_ISSOCK(st.st_mode));
	REQUIRE(CHECK((c = green_unix_dgram_connect(in_dir("s"),
	    in_dir("c"))) != NULL));
	CHECK_INT(green_dgram_send(c, "hello", 5, NULL, 0), 0);
	CHECK_INT(green_dgram_receive(d, buf, sizeof(buf), &from, &len), 5);
	memcpy(&un, &from, sizeof(un));
	CHECK_INT(un.sun_family, AF_UNIX);
	CHECK_STR(un.sun_path, in_dir("c"));
	CHECK_INT(green_dgram_send(d, "hi", 2, SA(&from), len), 0);
	CHECK_INT(green_dgram_receive(c, buf, sizeof(buf), NULL, NULL), 2);
	green_dgram_close(d);
	CHECK_ERRNO(lstat(in_dir("s"), &st), ENOENT);
	green_dgram_close(c);
	CHECK_ERRNO(lstat(in_dir("c"), &st), ENOENT);
}

GREEN_TEST(who_has_no_path_has_no_address)
{
	struct green_dgram *d, *c;
	struct sockaddr_storage from;
	socklen_t len = 99;
	char buf[16];

	REQUIRE(CHECK((d = green_unix_dgram_open(in_dir("s"))) != NULL));
	REQUIRE(CHECK((c = green_unix_dgram_connect(in_dir("s"), NULL)) !=
	    NULL));
	CHECK_INT(green_dgram_send(c, "abc", 3, NULL, 0), 0);
	CHECK_ERRNO(green_dgram_receive(d, buf, 2, &from, &len), EMSGSIZE);
	CHECK(len <= offsetof(struct sockaddr_un, sun_path));
	CHECK_STR(green_addr_format(SA(&from), len, buf, sizeof(buf)), "");
	green_dgram_close(c);
	green_dgram_close(d);
}

GREEN_TEST(a_stale_path_is_replaced)
{
	struct sockaddr_un un;
	struct green_dgram *d;
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);

	un = at(in_dir("s"));
	CHECK_INT(bind(fd, SA(&un), sizeof(un)), 0);
	/* As long as somebody has it, it is not. */
	CHECK_NULL(green_unix_dgram_open(in_dir("s")), EADDRINUSE);
	CHECK_HAS(green_errmsg(), "/s: ");
	CHECK_INT(close(fd), 0);
	CHECK_NULL(green_unix_dgram_connect(in_dir("s"), NULL), ECONNREFUSED);
	CHECK_HAS(green_errmsg(), "/s: ");
	CHECK((d = green_unix_dgram_open(in_dir("s"))) != NULL);
	CHECK_NULL(green_unix_dgram_open(in_dir("s")), EADDRINUSE);
	green_dgram_close(d);
	/* No socket at all: not ours to remove. */
	CHECK((fd = open(in_dir("s"), O_CREAT | O_WRONLY, 0600)) != -1);
	CHECK_INT(close(fd), 0);
	CHECK_NULL(green_unix_dgram_open(in_dir("s")), EADDRINUSE);
	CHECK_INT(unlink(in_dir("s")), 0);
}

GREEN_TEST(closing_leaves_alone_a_path_that_is_another_s)
{
	struct green_dgram *d, *other;
	struct stat st;

	REQUIRE(CHECK((d = green_unix_dgram_open(in_dir("s"))) != NULL));
	CHECK_INT(unlink(in_dir("s")), 0);
	CHECK((other = green_unix_dgram_open(in_dir("s"))) != NULL);
	green_dgram_close(d);
	CHECK_INT(lstat(in_dir("s"), &st), 0);
	green_dgram_close(other);
	CHECK_ERRNO(lstat(in_dir("s"), &st), ENOENT);
}

GREEN_TEST(paths_that_no_datagram_socket_has)
{
	char path[300];

	memset(path, 'x', sizeof(path) - 1);
	path[sizeof(path) - 1] = '\0';
	CHECK_NULL(green_unix_dgram_open(path), ENAMETOOLONG);
	CHECK_NULL(green_unix_dgram_connect(path, NULL), ENAMETOOLONG);
	CHECK_NULL(green_unix_dgram_open("/no/such/directory/s"), ENOENT);
	CHECK_NULL(green_unix_dgram_connect("/no/such/directory/s", NULL),
	    ENOENT);
}

GREEN_TEST(failing_to_connect_leaves_no_path)
{
	struct stat st;

	CHECK_NULL(green_unix_dgram_connect(in_dir("s"), in_dir("c")), ENOENT);
	CHECK_ERRNO(lstat(in_dir("c"), &st), ENOENT);
}

/* More than the receiver has room for. */
#define MANY	3000

struct flood {
	struct green_dgram *d;
	const struct sockaddr_un *to;	/* NULL: it is connected */
	bool	 by_batch;
	int	 sent;
	int	 error;
};

static int
send_one(struct flood *f)
{
	struct green_datagram g = { .data = &f->sent, .len = sizeof(f->sent) };

	if (f->by_batch) {
		if (f->to != NULL) {
			g.addrlen = sizeof(*f->to);
			memcpy(&g.addr, f->to, sizeof(*f->to));
		}
		return (green_dgram_send_many(f->d, &g, 1) == 1 ? 0 : -1);
	}
	return (green_dgram_send(f->d, &f->sent, sizeof(f->sent),
	    f->to == NULL ? NULL : SA(f->to),
	    f->to == NULL ? 0 : sizeof(*f->to)));
}

static int
flood(void *arg)
{
	struct flood *f = arg;

	while (f->sent < MANY && send_one(f) == 0)
		f->sent++;
	f->error = errno;
	return (0);
}

/* All of it arrives, in order, however slowly it is received. */
static void
check_patience(bool connected, bool by_batch)
{
	struct flood f = { .to = NULL, .by_batch = by_batch };
	struct sockaddr_un un;
	struct green_dgram *d;
	struct green_group g;
	int i, n = -1, before;

	un = at(in_dir("s"));
	REQUIRE(CHECK((d = green_unix_dgram_open(in_dir("s"))) != NULL));
	f.d = connected ? green_unix_dgram_connect(in_dir("s"), NULL) :
	    green_unix_dgram_open(NULL);
	REQUIRE(CHECK(f.d != NULL));
	if (!connected)
		f.to = &un;
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, flood, &f), 0);
	do {
		before = f.sent;
		CHECK_INT(green_sleep(GREEN_MSEC), 0);
	} while (f.sent != before || before == 0);
	CHECK(f.sent < MANY);
	for (i = 0; i < MANY; i++) {
		CHECK_INT(green_dgram_receive(d, &n, sizeof(n), NULL, NULL),
		    sizeof(n));
		if (!CHECK_INT(n, i))
			break;
	}
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(f.sent, MANY);
	green_dgram_close(f.d);
	green_dgram_close(d);
}

GREEN_TEST(sending_waits_for_room_with_the_receiver)
{
	check_patience(true, false);
}

GREEN_TEST(sending_to_a_path_waits_for_room_with_the_receiver)
{
	check_patience(false, false);
}

GREEN_TEST(sending_a_batch_waits_for_room_with_the_receiver)
{
	check_patience(true, true);
	check_patience(false, true);
}

/* Who waits for room is cancelled, or finds his socket closed. */
static void
check_end(bool connected, bool close)
{
	struct flood f = { .to = NULL };
	struct sockaddr_un un;
	struct green_dgram *d;
	struct green_group g;
	int before;

	un = at(in_dir("s"));
	REQUIRE(CHECK((d = green_unix_dgram_open(in_dir("s"))) != NULL));
	f.d = connected ? green_unix_dgram_connect(in_dir("s"), NULL) :
	    green_unix_dgram_open(NULL);
	REQUIRE(CHECK(f.d != NULL));
	if (!connected)
		f.to = &un;
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, flood, &f), 0);
	do {
		before = f.sent;
		CHECK_INT(green_sleep(GREEN_MSEC), 0);
	} while (f.sent != before || before == 0);
	if (close)
		green_dgram_close(f.d);
	else
		green_group_cancel(&g, NULL);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(f.error, close ? EBADF : ECANCELED);
	if (!close)
		green_dgram_close(f.d);
	green_dgram_close(d);
}

GREEN_TEST(waiting_for_room_can_be_cancelled)
{
	check_end(true, false);
	check_end(false, false);
}

GREEN_TEST(closing_under_a_sender_is_ebadf)
{
	check_end(true, true);
	check_end(false, true);
}

GREEN_TEST(a_receiver_that_is_gone_is_econnrefused)
{
	struct green_dgram *d, *c;

	REQUIRE(CHECK((d = green_unix_dgram_open(in_dir("s"))) != NULL));
	REQUIRE(CHECK((c = green_unix_dgram_connect(in_dir("s"), NULL)) !=
	    NULL));
	green_dgram_close(d);
	CHECK_INT(green_dgram_send(c, "x", 1, NULL, 0), -1);
	CHECK(errno == ECONNREFUSED || errno == ECONNRESET);
	green_dgram_close(c);
}

GREEN_TEST(a_cancelled_task_opens_no_path)
{
	struct green_scope s;
	struct green_dgram *d;
	struct stat st;

	REQUIRE(CHECK((d = green_unix_dgram_open(in_dir("s"))) != NULL));
	green_scope_open(&s);
	green_scope_cancel(&s, NULL);
	CHECK_NULL(green_unix_dgram_open(in_dir("t")), ECANCELED);
	CHECK_NULL(green_unix_dgram_connect(in_dir("s"), NULL), ECANCELED);
	/* But it cleans up. */
	green_dgram_close(d);
	CHECK_INT(green_scope_close(&s, 0), 0);
	CHECK_ERRNO(lstat(in_dir("s"), &st), ENOENT);
	CHECK_ERRNO(lstat(in_dir("t"), &st), ENOENT);
}

CU_TestInfo unix_dgram_tests[] = {
	CLAIM(a_path_comes_and_goes_with_its_socket),
	CLAIM(who_has_no_path_has_no_address),
	CLAIM(a_stale_path_is_replaced),
	CLAIM(closing_leaves_alone_a_path_that_is_another_s),
	CLAIM(paths_that_no_datagram_socket_has),
	CLAIM(failing_to_connect_leaves_no_path),
	CLAIM(sending_waits_for_room_with_the_receiver),
	CLAIM(sending_to_a_path_waits_for_room_with_the_receiver),
	CLAIM(sending_a_batch_waits_for_room_with_the_receiver),
	CLAIM(waiting_for_room_can_be_cancelled),
	CLAIM(closing_under_a_sender_is_ebadf),
	CLAIM(a_receiver_that_is_gone_is_econnrefused),
	CLAIM(a_cancelled_task_opens_no_path),
	CU_TEST_INFO_NULL
};
