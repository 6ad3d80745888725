/*
 * Storms: a thousand clients who reset, hang, or read slowly, and a server that
 * is as it was when they are gone.  $CHECK_STORM is another number of them.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <sys/resource.h>
#include <sys/socket.h>

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "green/internal.h"

#include "check.h"
#include "streams.h"

#define CLIENTS		1000
#define LARGE		((size_t)256 * 1024)	/* what no client takes at once */
#define SMALL		4096			/* their sockets' buffers */

struct storm {
	size_t	 n;
	int	*fds;			/* the clients', without any task */
	int	 port;
	struct rlimit limit;		/* as it was */
	size_t	 open;			/* descriptors before it, */
	size_t	 tasks;			/* and tasks */
	struct green_listener *l;
	struct green_group g;
	size_t	 begun;			/* handlers */
	size_t	 ended;
	size_t	 failed;
	size_t	 told;			/* failures that were reported, */
	int	 code;			/* each of them this one */
};

static size_t
count_open(void)
{
	struct rlimit limit;
	size_t n = 0;
	int fd;

	if (getrlimit(RLIMIT_NOFILE, &limit) == -1)
		return (0);
	for (fd = 0; fd < (int)limit.rlim_cur && fd < 65536; fd++)
		n += fcntl(fd, F_GETFD) != -1;
	return (n);
}

/* As many as asked for, or as there are descriptors for: two each. */
static size_t
storm_size(struct rlimit *limit)
{
	const char *asked = getenv("CHECK_STORM");
	size_t n = asked == NULL ? CLIENTS : (size_t)strtoul(asked, NULL, 10);
	struct rlimit more;

	n = check_crowd(n < 1 ? 1 : n);
	if (getrlimit(RLIMIT_NOFILE, limit) == -1)
		return (0);
	more = *limit;
	if (more.rlim_cur < 2 * n + 100) {
		more.rlim_cur = 2 * n + 100;
		if (more.rlim_cur > more.rlim_max)
			more.rlim_cur = more.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &more);
	}
	return (more.rlim_cur < 2 * n + 100 ?
	    (size_t)(more.rlim_cur - 100) / 2 : n);
}

static int
begin_client(int port)
{
	struct sockaddr_in in = { .sin_family = AF_INET };
	int size = SMALL, fd = socket(AF_INET, SOCK_STREAM, 0);

	in.sin_port = htons((uint16_t)port);
	in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	CHECK_INT(connect(fd, (struct sockaddr *)&in, sizeof(in)), 0);
	CHECK_INT(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
	return (fd);
}

static void
reset(int *fd)
{
	const struct linger now = { .l_onoff = 1, .l_linger = 0 };

	(void)setsockopt(*fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	close(*fd);
	*fd = -1;
}

/* Handlers count themselves. */
static int
over(struct storm *st, int rc)
{
	st->ended++;
	st->failed += rc == -1;
	return (rc);
}

static int
serve_echo(struct green_stream *s, void *arg)
{
	struct storm *st = arg;

	st->begun++;
	return (over(st, echo(s, NULL)));
}

/* Whoever says nothing for a second is sent away. */
static int
serve_impatiently(struct green_stream *s, void *arg)
{
	struct storm *st = arg;
	struct green_scope patience;
	char buf[64];
	ssize_t n;

	st->begun++;
	do {
		green_fail_after(&patience, GREEN_SEC);
		n = green_stream_receive(s, buf, sizeof(buf));
		n = (ssize_t)green_scope_close(&patience, (int)n);
	} while (n > 0);
	return (over(st, (int)n));
}

static int
serve_large(struct green_stream *s, void *arg)
{
	static const char large[LARGE];
	struct storm *st = arg;
	int fd, size = SMALL;

	st->begun++;
	if (green_stream_attr(s, GREEN_ATTR_FD, &fd, sizeof(fd)) == 0)
		(void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size,
		    sizeof(size));
	return (over(st, green_stream_send(s, large, LARGE)));
}

/* What stderr would be told otherwise. */
static void
take_report(struct green_stream *s, void *arg)
{
	struct storm *st = arg;

	if (st->told++ == 0)
		st->code = errno;
	CHECK_INT(errno, st->code);
	CHECK(s != NULL);
}

static int (*served)(struct green_stream *, void *);

static int
serve(void *arg)
{
	struct storm *st = arg;

	return (green_serve(st->l, &st->g, served, st));
}

/* Let others run until that many handlers have begun, or ended. */
static bool
reaches(const size_t *count, size_t n)
{
	while (*count < n)
		if (green_checkpoint() == -1)
			return (CHECK(false));
	return (CHECK_INT(*count, n));
}

/* A server, and its clients, all of which have a handler. */
static bool
begin(struct storm *st, int (*handler)(struct green_stream *, void *))
{
	size_t i;

	memset(st, 0, sizeof(*st));
	st->n = storm_size(&st->limit);
	st->open = count_open();
	st->tasks = green__loop->ntasks;
	served = handler;
	if (!CHECK((st->fds = calloc(st->n, sizeof(int))) != NULL) ||
	    !CHECK((st->l = streams_listen(&st->port)) != NULL))
		return (false);
	green_serve_on_error(st->l, take_report, st);
	green_group_open(&st->g);
	CHECK_INT(green_spawn(&st->g, serve, st), 0);
	for (i = 0; i < st->n; i++) {
		st->fds[i] = begin_client(st->port);
		/* The listener's queue is not endless. */
		if (i % 64 == 63)
			(void)reaches(&st->begun, i + 1);
	}
	return (reaches(&st->begun, st->n));
}

/* All is as it was, and so many failures were reported. */
static void
end(struct storm *st, size_t told, int code)
{
	size_t i;

	for (i = 0; i < st->n; i++)
		if (st->fds[i] != -1)
			close(st->fds[i]);
	green_listener_close(st->l);
	CHECK_INT(green_group_close(&st->g, 0), 0);
	CHECK_INT(st->ended, st->begun);
	CHECK_INT(st->told, told);
	CHECK_INT(st->code, code);
	CHECK_INT(green__loop->ntasks, st->tasks);
	CHECK_INT(count_open(), st->open);
	free(st->fds);
	(void)setrlimit(RLIMIT_NOFILE, &st->limit);
}

static bool
answers(struct storm *st)
{
	struct green_stream *s = streams_connect(st->port);
	char buf[16];
	bool ok = CHECK(s != NULL) &&
	    CHECK_INT(green_stream_send(s, "hello", 5), 0) &&
	    CHECK_INT(green_stream_receive_exactly(s, buf, 5), 5);

	CHECK_INT(green_stream_close(s), 0);
	return (ok);
}

GREEN_TEST(a_thousand_resets_leave_nothing_behind)
{
	struct storm st;
	size_t i;

	REQUIRE(begin(&st, serve_echo));
	/* While it waits, while it has something to answer, and at once. */
	for (i = 0; i < st.n; i++) {
		if (i % 2 == 0)
			CHECK_INT(send(st.fds[i], "hello", 5, 0), 5);
		if (i % 4 == 0)
			green_cancel_shielded_checkpoint();
		reset(&st.fds[i]);
	}
	CHECK(reaches(&st.ended, st.n));
	CHECK(st.failed > 0);
	CHECK(answers(&st));
	end(&st, 0, 0);
}

GREEN_TEST(a_thousand_who_leave_before_they_are_accepted_are_passed_over)
{
	struct storm st;
	size_t i;

	REQUIRE(begin(&st, serve_echo));
	for (i = 0; i < st.n; i++) {
		close(st.fds[i]);
		st.fds[i] = begin_client(st.port);
		reset(&st.fds[i]);
		if (i % 64 == 63)
			settle();
	}
	CHECK(answers(&st));
	end(&st, 0, 0);
}

MOCK_TEST(a_thousand_half_open_connections_are_sent_away)
{
	struct storm st;
	size_t i;

	REQUIRE(begin(&st, serve_impatiently));
	/* Some hang in the middle, some say that they will say no more. */
	for (i = 0; i < st.n; i++) {
		if (i % 3 == 1)
			CHECK_INT(send(st.fds[i], "hel", 3, 0), 3);
		if (i % 3 == 2)
			CHECK_INT(shutdown(st.fds[i], SHUT_WR), 0);
	}
	while (st.ended < st.n)
		CHECK_INT(green_sleep(GREEN_SEC), 0);
	CHECK_INT(st.failed, st.n - st.n / 3);
	end(&st, st.failed, ETIMEDOUT);
}

/* All that is there for a client now. */
static size_t
drain(int fd)
{
	char buf[8192];
	size_t all = 0;
	ssize_t n;

	while ((n = recv(fd, buf, sizeof(buf), 0)) > 0)
		all += (size_t)n;
	return (all);
}

GREEN_TEST(a_thousand_slow_readers_hold_up_nobody)
{
	struct storm st;
	size_t i, got = 0;
	char *buf = malloc(LARGE);
	struct green_stream *s;

	REQUIRE(begin(&st, serve_large));
	settle();
	CHECK_INT(st.ended, 0);
	/* One who reads is served while they hang. */
	REQUIRE(CHECK((s = streams_connect(st.port)) != NULL));
	CHECK_INT(green_stream_receive_exactly(s, buf, LARGE), LARGE);
	CHECK_INT(green_stream_close(s), 0);
	CHECK(reaches(&st.ended, 1));
	/* One of them reads to the end, slowly; some leave, some read a bit. */
	while (got < LARGE) {
		got += drain(st.fds[0]);
		green_cancel_shielded_checkpoint();
	}
	CHECK_INT(got, LARGE);
	CHECK(reaches(&st.ended, 2));
	for (i = 1; i < st.n; i++) {
		if (i % 3 == 0)
			(void)drain(st.fds[i]);
		if (i % 3 == 1)
			reset(&st.fds[i]);
	}
	CHECK(reaches(&st.ended, 2 + st.n / 3 + (st.n % 3 == 2)));
	/* Those that are left are cut off. */
	green_group_cancel(&st.g, "that is enough");
	end(&st, 0, 0);
	free(buf);
}

CU_TestInfo storm_tests[] = {
	CLAIM(a_thousand_resets_leave_nothing_behind),
	CLAIM(a_thousand_who_leave_before_they_are_accepted_are_passed_over),
	CLAIM(a_thousand_half_open_connections_are_sent_away),
	CLAIM(a_thousand_slow_readers_hold_up_nobody),
	CU_TEST_INFO_NULL
};
