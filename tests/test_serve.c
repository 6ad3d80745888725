/*
 * Listeners and what is served from them: one stream, a thousand, too many; how
 * accepting ends, and what never ends it.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <sys/resource.h>
#include <sys/socket.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "harness.h"
#include "scratch.h"
#include "streams.h"
#include "tasks.h"
#include "watched.h"

/* A listener, and a task of a group that accepts from it. */
struct server {
	struct green_listener *l;
	int	 port;
	struct green_group g;
	int	(*handler)(struct green_stream *s, void *arg);
	void	*arg;
	bool	 done;
	int	 rc;
	int	 error;
};

static int
ended(struct server *sv, int rc)
{
	sv->error = errno;
	sv->rc = rc;
	sv->done = true;
	return (0);
}

static int
serve_all(void *server)
{
	struct server *sv = server;

	return (ended(sv, green_serve(sv->l, &sv->g, sv->handler, sv->arg)));
}

static int
accept_one(void *server)
{
	struct server *sv = server;
	struct green_stream *s = green_accept(sv->l);

	(void)ended(sv, s == NULL ? -1 : 0);
	return (green_stream_close(s));
}

/* Start with sv->l, and let it wait. */
static void
begin_on(struct server *sv, green_fn *fn)
{
	sv->done = false;
	green_group_open(&sv->g);
	CHECK_INT(green_spawn(&sv->g, fn, sv), 0);
	settle();
	CHECK(!sv->done);
}

static bool
begin(struct server *sv, green_fn *fn)
{
	if ((sv->l = streams_listen(&sv->port)) == NULL)
		return (false);
	begin_on(sv, fn);
	return (true);
}

static void
finish(struct server *sv, int rc)
{
	CHECK_INT(green_group_close(&sv->g, 0), 0);
	CHECK_INT(sv->rc, rc);
	green_listener_close(sv->l);
	sv->l = NULL;
}

/* Close the listener first: a server that serves has done its work. */
static void
finish_serving(struct server *sv)
{
	green_listener_close(sv->l);
	sv->l = NULL;
	finish(sv, 0);
}

static bool
is_greeted_on(struct green_stream *s)
{
	char *line;

	return (CHECK(s != NULL) &&
	    CHECK_INT(green_stream_receive_line(s, 99, &line), 1) &&
	    CHECK_STR(line, "hello") &&
	    CHECK_INT(green_stream_receive_line(s, 99, &line), 0));
}

static bool
is_greeted(int port)
{
	struct green_stream *s = streams_connect(port);
	bool ok = is_greeted_on(s);

	CHECK_INT(green_stream_close(s), 0);
	return (ok);
}

GREEN_TEST(accept_waits_for_a_stream)
{
	struct server sv;
	struct green_stream *s;
	char c;

	REQUIRE(begin(&sv, accept_one));
	CHECK((s = streams_connect(sv.port)) != NULL);
	CHECK_INT(green_stream_receive(s, &c, 1), 0);
	CHECK_INT(green_stream_close(s), 0);
	finish(&sv, 0);
}

GREEN_TEST(accepted_streams_do_not_delay)
{
	struct green_stream *a, *b;
	int port, fd, on = 0;
	socklen_t len = sizeof(on);
	struct green_listener *l = streams_listen(&port);

	REQUIRE(l != NULL);
	REQUIRE(CHECK((a = streams_connect(port)) != NULL));
	REQUIRE(CHECK((b = green_accept(l)) != NULL));
	CHECK_INT(green_stream_attr(b, GREEN_ATTR_FD, &fd, sizeof(fd)), 0);
	CHECK_INT(getsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, &len), 0);
	CHECK(on != 0);
	CHECK_INT(fcntl(fd, F_GETFD), FD_CLOEXEC);
	CHECK((fcntl(fd, F_GETFL) & O_NONBLOCK) != 0);
	CHECK_INT(green_stream_close(a), 0);
	CHECK_INT(green_stream_close(b), 0);
	green_listener_close(l);
}

GREEN_TEST(one_task_accepts_at_a_time)
{
	struct server sv = { .handler = greet };

	REQUIRE(begin(&sv, serve_all));
	CHECK_NULL(green_accept(sv.l), EBUSY);
	CHECK_ERRNO(green_serve(sv.l, &sv.g, greet, NULL), EBUSY);
	finish_serving(&sv);
}

GREEN_TEST(closing_ends_accepting)
{
	struct server sv = { .handler = greet };

	REQUIRE(begin(&sv, serve_all));
	finish_serving(&sv);
	REQUIRE(begin(&sv, accept_one));
	green_listener_close(sv.l);
	sv.l = NULL;
	finish(&sv, -1);
	CHECK_INT(sv.error, EBADF);
	green_listener_close(NULL);
}

/* At once, even though somebody waits to be accepted. */
GREEN_TEST(a_stop_ends_accepting)
{
	struct server sv = { .handler = greet };
	struct green_stream *s;
	int i;

	for (i = 0; i < 2; i++) {
		REQUIRE(begin(&sv, i == 0 ? serve_all : accept_one));
		green_scope_stop(&sv.g.scope, 10 * GREEN_SEC, NULL);
		settle();
		CHECK(sv.done);
		CHECK((s = streams_connect(sv.port)) != NULL);
		CHECK_NULL(green_accept(sv.l), ESHUTDOWN);
		CHECK_INT(green_serve(sv.l, &sv.g, greet, NULL), 0);
		CHECK_INT(green_stream_close(s), 0);
		finish(&sv, i == 0 ? 0 : -1);
		if (i == 1)
			CHECK_INT(sv.error, ESHUTDOWN);
	}
}

GREEN_TEST(a_cancelled_server_fails)
{
	struct server sv = { .handler = greet };

	REQUIRE(begin(&sv, serve_all));
	green_group_cancel(&sv.g, NULL);
	finish(&sv, -1);
	CHECK_INT(sv.error, ECANCELED);
}

GREEN_TEST(a_cancelled_accept_loses_no_connection)
{
	int port;
	struct green_listener *l = streams_listen(&port);
	struct green_stream *a, *b;
	struct green_scope s;

	REQUIRE(l != NULL);
	green_move_on_after(&s, 5 * GREEN_MSEC);
	CHECK_NULL(green_accept(l), ECANCELED);
	CHECK_INT(green_scope_close(&s, 0), 0);
	CHECK((a = streams_connect(port)) != NULL);
	green_scope_open(&s);
	green_scope_cancel(&s, NULL);
	CHECK_NULL(green_accept(l), ECANCELED);
	CHECK_INT(green_scope_close(&s, 0), 0);
	CHECK((b = green_accept(l)) != NULL);
	CHECK_INT(green_stream_close(a), 0);
	CHECK_INT(green_stream_close(b), 0);
	green_listener_close(l);
}

/* A handler that looks at its name, and fails. */
static int
looks_and_fails(struct green_stream *s, void *arg)
{
	(void)s;
	*(int *)arg += CHECK_STR(green_name(green_self()), "looks_and_fails");
	errno = EDOM;
	return (-1);
}

static int
serve_looks(void *server)
{
	struct server *sv = server;

	return (ended(sv, green_serve(sv->l, &sv->g, looks_and_fails,
	    sv->arg)));
}

/* How a failure was told. */
struct told {
	int	 n;
	int	 error;
	int	 port;			/* the peer's; -1: there is no stream */
	char	 name[32];
	char	 text[64];
};

static void
take_note(struct green_stream *s, void *arg)
{
	struct told *t = arg;

	t->n++;
	t->error = errno;
	snprintf(t->text, sizeof(t->text), "%s", green_errmsg());
	snprintf(t->name, sizeof(t->name), "%s", green_name(green_self()));
	if (s == NULL || green_stream_attr(s, GREEN_ATTR_REMOTE_PORT, &t->port,
	    sizeof(t->port)) == -1)
		t->port = -1;
}

GREEN_TEST(a_handler_has_its_name_and_fails_alone)
{
	int n = 0, i;
	struct server sv = { .arg = &n };
	struct told told = { 0 };
	struct green_stream *s;
	char c;

	REQUIRE(begin(&sv, serve_looks));
	green_serve_on_error(sv.l, take_note, &told);
	for (i = 0; i < 3; i++) {
		CHECK((s = streams_connect(sv.port)) != NULL);
		CHECK_INT(green_stream_receive(s, &c, 1), 0);
		CHECK_INT(green_stream_close(s), 0);
	}
	CHECK_INT(n, 3);
	CHECK(!sv.done);
	finish_serving(&sv);
}

/* Closes its stream if that is negative, and fails with an errno. */
static int
fails(struct green_stream *s, void *arg)
{
	int code = *(int *)arg;

	if (code < 0)
		CHECK_INT(green_stream_close(s), 0);
	errno = abs(code);
	return (-1);
}

/* Serve one stream by fails(), and tell told. */
static void
serve_failure(int code, struct told *told)
{
	struct server sv = { .handler = fails, .arg = &code };
	struct green_stream *s;
	int port;
	char c;

	*told = (struct told){ 0 };
	REQUIRE((sv.l = streams_listen(&sv.port)) != NULL);
	green_serve_on_error(sv.l, take_note, told);
	begin_on(&sv, serve_all);
	CHECK((s = streams_connect(sv.port)) != NULL);
	CHECK_INT(green_stream_receive(s, &c, 1), 0);
	CHECK_INT(green_stream_attr(s, GREEN_ATTR_LOCAL_PORT, &port,
	    sizeof(port)), 0);
	if (told->n == 1 && code > 0)
		CHECK_INT(told->port, port);
	CHECK_INT(green_stream_close(s), 0);
	finish_serving(&sv);
}

GREEN_TEST(a_failing_handler_is_told)
{
	struct told told;

	serve_failure(EDOM, &told);
	CHECK_INT(told.n, 1);
	CHECK_INT(told.error, EDOM);
	CHECK_STR(told.name, "sv->handler");
	CHECK_STR(told.text, strerror(EDOM));
	serve_failure(-ERANGE, &told);
	CHECK_INT(told.n, 1);
	CHECK_INT(told.error, ERANGE);
	CHECK_INT(told.port, -1);
}

GREEN_TEST(connections_that_break_are_no_news)
{
	static const int codes[] = { ECONNRESET, EPIPE, ECANCELED };
	struct told told;
	size_t i;

	for (i = 0; i < sizeof(codes) / sizeof(*codes); i++) {
		serve_failure(codes[i], &told);
		CHECK_INT(told.n, 0);
	}
}

/* On TCP, then on a UNIX socket, with no function to tell. */
static int
fail_aloud(void *path)
{
	static int code = EDOM;
	struct server sv = { .handler = fails, .arg = &code };
	struct green_stream *s;
	char c;

	sv.l = path == NULL ? streams_listen(&sv.port) :
	    green_listen_unix(path, NULL);
	REQUIRE_TASK(CHECK(sv.l != NULL));
	begin_on(&sv, serve_all);
	s = path == NULL ? streams_connect(sv.port) : green_connect_unix(path);
	CHECK(s != NULL);
	CHECK_INT(green_stream_receive(s, &c, 1), 0);
	CHECK_INT(green_stream_close(s), 0);
	finish_serving(&sv);
	return (0);
}

PLAIN_TEST(a_failing_handler_is_told_on_stderr)
{
	char *path = scratch_path("failing"), told[256];

	snprintf(told, sizeof(told), "libgreen: sv->handler, 127.0.0.1:\n: %s",
	    strerror(EDOM));
	survives(fail_aloud, NULL, told);
	snprintf(told, sizeof(told), "libgreen: sv->handler\n: %s",
	    strerror(EDOM));
	survives(fail_aloud, path, told);
	free(path);
}

static int
closes(struct green_stream *s, void *arg)
{
	int n = ++*(int *)arg;

	if (n == 1)
		return (green_stream_close(s));
	green_stream_abort(s);
	return (0);
}

GREEN_TEST(a_handler_may_close_its_stream)
{
	int n = 0, i;
	struct server sv = { .handler = closes, .arg = &n };
	struct green_stream *s;
	char c;

	REQUIRE(begin(&sv, serve_all));
	for (i = 0; i < 2; i++) {
		CHECK((s = streams_connect(sv.port)) != NULL);
		CHECK_INT(green_stream_receive(s, &c, 1), 0);
		CHECK_INT(green_stream_close(s), 0);
	}
	finish_serving(&sv);
}

/* Those that are being served end with the group, and are no failure. */
GREEN_TEST(cancelling_the_group_ends_its_streams)
{
	struct server sv = { .handler = echo };
	struct green_stream *s;
	char c;

	REQUIRE(begin(&sv, serve_all));
	CHECK((s = streams_connect(sv.port)) != NULL);
	CHECK_INT(green_stream_send(s, "x", 1), 0);
	CHECK_INT(green_stream_receive(s, &c, 1), 1);
	green_group_cancel(&sv.g, NULL);
	finish(&sv, -1);
	CHECK(green_scope_caught(&sv.g.scope));
	CHECK_INT(green_group_failures(&sv.g), 0);
	CHECK_INT(green_stream_receive(s, &c, 1), 0);
	CHECK_INT(green_stream_close(s), 0);
}

GREEN_TEST(a_closed_group_cannot_serve)
{
	static struct green_group none;
	struct green_listener *l;
	struct green_stream *s;
	int port;
	char c;

	REQUIRE((l = streams_listen(&port)) != NULL);
	CHECK((s = streams_connect(port)) != NULL);
	CHECK_ERRNO(green_serve(l, &none, greet, NULL), EINVAL);
	CHECK_INT(green_stream_receive(s, &c, 1), 0);
	CHECK_INT(green_stream_close(s), 0);
	green_listener_close(l);
}

/* A client that sends a number of its own, over and over, and gets it back. */
struct client {
	int	 port;
	int	 rounds;
	int	*arrived;	/* how many are connected */
	struct green_event *start;
};

static int
converse(void *arg)
{
	struct client *c = arg;
	struct green_stream *s = streams_connect(c->port);
	char out[64], in[64];
	int i, rc = -1;

	if (!CHECK(s != NULL))
		return (-1);
	if (green_stream_attr(s, GREEN_ATTR_LOCAL_PORT, &i, sizeof(i)) == -1)
		goto done;
	memset(out, 'x', sizeof(out));
	snprintf(out, sizeof(out), "%d", i);
	++*c->arrived;
	if (green_event_wait(c->start) == -1)
		goto done;
	for (i = 0; i < c->rounds; i++)
		if (green_stream_send(s, out, sizeof(out)) == -1 ||
		    green_stream_receive_exactly(s, in, sizeof(in)) !=
		    sizeof(in) || memcmp(in, out, sizeof(in)) != 0)
			goto done;
	rc = 0;
done:
	CHECK_INT(rc, 0);
	(void)green_stream_close(s);
	return (rc);
}

/* As many at once as there are descriptors for, up to n. */
static int
available(int n)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == -1)
		return (10);
	limit.rlim_cur = limit.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &limit);
	return (limit.rlim_cur < (rlim_t)(2 * n + 100) ?
	    (int)(limit.rlim_cur - 100) / 2 : n);
}

GREEN_TEST(a_thousand_converse_at_once)
{
	struct server sv = { .handler = echo };
	struct green_event start = { { NULL } };
	struct green_group g;
	struct rlimit limit;
	int arrived = 0, n, i;

	REQUIRE(CHECK_INT(getrlimit(RLIMIT_NOFILE, &limit), 0));
	n = available(1000);
	if (begin(&sv, serve_all)) {
		struct client c = { sv.port, 10, &arrived, &start };

		green_group_open(&g);
		for (i = 0; i < n; i++)
			CHECK_INT(green_spawn(&g, converse, &c), 0);
		while (arrived < n && green_sleep(GREEN_MSEC) == 0)
			continue;
		green_event_set(&start);
		CHECK_INT(green_group_close(&g, 0), 0);
		finish_serving(&sv);
	}
	CHECK_INT(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

/* The number of the lowest descriptor that is free. */
static int
lowest_free(void)
{
	int fd = dup(0);

	close(fd);
	return (fd);
}

/* Running out of descriptors.  Valgrind itself closes what is beyond them, when
   the kernel has accepted it already. */
#define LOSSLESS	(!RUNNING_ON_VALGRIND)

/*
 * Everybody is connected already, in the kernel's queue, when descriptors for
 * five of them are left.
 */
GREEN_TEST(accepting_goes_on_after_running_out_of_descriptors)
{
	enum { N = 20 };
	struct server sv = { .handler = echo };
	struct green_stream *s[N];
	struct rlimit limit, low;
	int i;

	REQUIRE(LOSSLESS);
	REQUIRE((sv.l = streams_listen(&sv.port)) != NULL);
	for (i = 0; i < N; i++)
		CHECK((s[i] = streams_connect(sv.port)) != NULL);
	CHECK_INT(getrlimit(RLIMIT_NOFILE, &limit), 0);
	low = limit;
	low.rlim_cur = (rlim_t)lowest_free() + 5;
	CHECK_INT(setrlimit(RLIMIT_NOFILE, &low), 0);
	begin_on(&sv, serve_all);
	CHECK_INT(green_sleep(5 * GREEN_MSEC), 0);
	CHECK_NULL(streams_connect(sv.port), EMFILE);
	for (i = 0; i < N; i++) {
		char c = 'x';

		CHECK_INT(green_stream_send(s[i], &c, 1), 0);
		CHECK_INT(green_stream_receive(s[i], &c, 1), 1);
		CHECK_INT(green_stream_close(s[i]), 0);
	}
	CHECK(!sv.done);
	CHECK_INT(setrlimit(RLIMIT_NOFILE, &limit), 0);
	finish_serving(&sv);
}

/* One loop of a thread waits for room, and another one closes something. */
struct crowded {
	struct server sv;
	struct rlimit limit;
	bool	 full;
	bool	 go_on;
};

static int
serve_in_a_crowd(void *arg)
{
	struct crowded *c = arg;
	struct rlimit low = c->limit;
	struct green_stream *s;

	REQUIRE_TASK((c->sv.l = streams_listen(&c->sv.port)) != NULL);
	s = streams_connect(c->sv.port);
	low.rlim_cur = (rlim_t)lowest_free();
	CHECK_INT(setrlimit(RLIMIT_NOFILE, &low), 0);
	begin_on(&c->sv, serve_all);
	c->full = true;
	while (!c->go_on)
		CHECK_INT(green_sleep(GREEN_MSEC), 0);
	CHECK(is_greeted_on(s));
	CHECK_INT(green_stream_close(s), 0);
	finish_serving(&c->sv);
	return (0);
}

static int
open_and_close(void *unused)
{
	struct green_stream *end[2];

	(void)unused;
	REQUIRE_TASK(CHECK(streams_open(end)));
	streams_close(end);
	return (0);
}

PLAIN_TEST(what_one_loop_closes_wakes_no_server_of_another)
{
	const struct green_options opt = { .backend = combo.reactor };
	struct crowded c = { .sv = { .handler = greet } };
	struct green_guest *g;

	REQUIRE(LOSSLESS);
	CHECK_INT(getrlimit(RLIMIT_NOFILE, &c.limit), 0);
	g = green_guest_open(serve_in_a_crowd, &c, &opt);
	REQUIRE(CHECK(g != NULL));
	while (!c.full)
		REQUIRE(CHECK_INT(green_guest_step(g), 1));
	CHECK_INT(setrlimit(RLIMIT_NOFILE, &c.limit), 0);
	CHECK_INT(IN_LOOP(open_and_close, NULL, NULL), 0);
	c.go_on = true;
	while (green_guest_step(g) == 1)
		(void)poll(NULL, 0, 1);
	CHECK_INT(green_guest_close(g), 0);
}

/* Nothing of ours is closed: time alone brings it about; and a stop ends it. */
GREEN_TEST(accepting_tries_again_after_a_while)
{
	struct server sv = { .handler = greet };
	struct green_stream *s;
	struct rlimit limit, low;
	int64_t began;
	int i;

	REQUIRE(LOSSLESS);
	CHECK_INT(getrlimit(RLIMIT_NOFILE, &limit), 0);
	for (i = 0; i < 2; i++) {
		REQUIRE((sv.l = streams_listen(&sv.port)) != NULL);
		CHECK((s = streams_connect(sv.port)) != NULL);
		low = limit;
		low.rlim_cur = (rlim_t)lowest_free();
		CHECK_INT(setrlimit(RLIMIT_NOFILE, &low), 0);
		began = green_now();
		begin_on(&sv, serve_all);
		if (i == 1) {
			green_scope_stop(&sv.g.scope, GREEN_SEC, NULL);
			settle();
			CHECK(sv.done);
		}
		CHECK_INT(setrlimit(RLIMIT_NOFILE, &limit), 0);
		if (i == 0) {
			CHECK(is_greeted_on(s));
			CHECK(green_now() - began >= 90 * GREEN_MSEC);
		}
		CHECK_INT(green_stream_close(s), 0);
		finish_serving(&sv);
	}
}

GREEN_TEST(several_listeners_are_one)
{
	struct server sv = { .handler = greet };
	struct green_listener *l[3];
	int port[3], i, first;

	for (i = 0; i < 3; i++)
		REQUIRE((l[i] = streams_listen(&port[i])) != NULL);
	sv.l = green_listener_multi(l, 2);
	REQUIRE(CHECK(sv.l != NULL));
	/* And again, in another one. */
	l[0] = sv.l;
	l[1] = l[2];
	REQUIRE(CHECK((sv.l = green_listener_multi(l, 2)) != NULL));
	CHECK_INT(green_listener_attr(sv.l, GREEN_ATTR_LOCAL_PORT, &first,
	    sizeof(first)), 0);
	CHECK_INT(first, port[0]);
	begin_on(&sv, serve_all);
	for (i = 0; i < 30; i++)
		CHECK(is_greeted(port[i % 3]));
	finish_serving(&sv);
	for (i = 0; i < 3; i++)
		CHECK_NULL(streams_connect(port[i]), ECONNREFUSED);
}

GREEN_TEST(several_listeners_stop_and_are_cancelled_as_one)
{
	struct server sv = { .handler = greet };
	struct green_listener *l[2];
	struct green_scope s;
	struct green_stream *a, *b;
	int port[2], i;

	REQUIRE((l[0] = streams_listen(&port[0])) != NULL);
	REQUIRE((l[1] = streams_listen(&port[1])) != NULL);
	REQUIRE(CHECK((sv.l = green_listener_multi(l, 2)) != NULL));
	for (i = 0; i < 2; i++) {
		green_move_on_after(&s, 5 * GREEN_MSEC);
		CHECK_NULL(green_accept(sv.l), ECANCELED);
		CHECK_INT(green_scope_close(&s, 0), 0);
		CHECK((a = streams_connect(port[i])) != NULL);
		CHECK((b = green_accept(sv.l)) != NULL);
		CHECK_INT(green_stream_close(a), 0);
		CHECK_INT(green_stream_close(b), 0);
	}
	begin_on(&sv, serve_all);
	green_scope_stop(&sv.g.scope, GREEN_SEC, NULL);
	settle();
	CHECK(sv.done);
	finish(&sv, 0);
}

/* One that is in use spoils it: all are closed. */
GREEN_TEST(a_busy_listener_joins_no_others)
{
	struct server sv = { .handler = greet };
	struct green_listener *l[2];
	int port;

	REQUIRE((l[0] = streams_listen(&port)) != NULL);
	REQUIRE(begin(&sv, serve_all));
	l[1] = sv.l;
	CHECK_NULL(green_listener_multi(l, 2), EBUSY);
	sv.l = NULL;
	finish(&sv, 0);
	CHECK_NULL(green_listener_multi(l, 0), EINVAL);
}

CU_TestInfo serve_tests[] = {
	CLAIM(accept_waits_for_a_stream),
	CLAIM(accepted_streams_do_not_delay),
	CLAIM(one_task_accepts_at_a_time),
	CLAIM(closing_ends_accepting),
	CLAIM(a_stop_ends_accepting),
	CLAIM(a_cancelled_server_fails),
	CLAIM(a_cancelled_accept_loses_no_connection),
	CLAIM(a_handler_has_its_name_and_fails_alone),
	CLAIM(a_failing_handler_is_told),
	CLAIM(connections_that_break_are_no_news),
	CLAIM(a_failing_handler_is_told_on_stderr),
	CLAIM(a_handler_may_close_its_stream),
	CLAIM(cancelling_the_group_ends_its_streams),
	CLAIM(a_closed_group_cannot_serve),
	CLAIM(a_thousand_converse_at_once),
	CLAIM(accepting_goes_on_after_running_out_of_descriptors),
	CLAIM(accepting_tries_again_after_a_while),
	CLAIM(what_one_loop_closes_wakes_no_server_of_another),
	CLAIM(several_listeners_are_one),
	CLAIM(several_listeners_stop_and_are_cancelled_as_one),
	CLAIM(a_busy_listener_joins_no_others),
	CU_TEST_INFO_NULL
};
