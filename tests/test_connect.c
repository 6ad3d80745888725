/*
 * Connecting by happy eyeballs, to names that lead where the test says: which
 * addresses are tried when, who wins, what becomes of the others.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <sys/socket.h>
#include <arpa/inet.h>
#include <netinet/in.h>

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <green/net.h>

#include "green/internal.h"
#include "check.h"
#include "streams.h"

#define DELAY	(20 * GREEN_MSEC)

/* Every name has these, up to a NULL. */
static int
resolve(const char *host, int family, struct green_answer *answer, void *arg)
{
	const char *const *a;

	(void)host;
	(void)family;
	for (a = arg; *a != NULL; a++)
		CHECK_INT(green_answer_add(answer, *a), 0);
	return (0);
}

static struct green_stream *
connect_to(const char *const *addresses, int port,
    const struct green_connect_options *opt)
{
	struct green_stream *s;
	char text[16];

	snprintf(text, sizeof(text), "%d", port);
	CHECK_INT(green_resolver_set(resolve, (void *)(uintptr_t)addresses), 0);
	s = green_connect_tcp("name.test", text, opt);
	CHECK_INT(green_resolver_set(NULL, NULL), 0);
	return (s);
}

/* The machine's loopback network has more than one address? */
static bool
has_loopbacks(void)
{
	struct green_listener *l = green_listen_tcp("127.0.0.2", "0", NULL);

	green_listener_close(l);
	return (l != NULL);
}

/*
 * Where nobody answers: the queue of a socket that listens is full.  How many
 * it takes is the system's business.
 */
#define CROWD	32
struct hole {
	int	 fd[CROWD + 1];
	size_t	 n;
};

static bool
is_full(struct hole *h, const struct sockaddr_in *sa)
{
	struct pollfd p = { .events = POLLOUT };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	(void)fcntl(fd, F_SETFL, O_NONBLOCK);
	(void)connect(fd, (const struct sockaddr *)sa, sizeof(*sa));
	h->fd[h->n++] = p.fd = fd;
	return (poll(&p, 1, 20) == 0);
}

static void
hole_close(struct hole *h)
{
	while (h->n > 0)
		CHECK_INT(close(h->fd[--h->n]), 0);
}

/* *port 0: any, which it then is. */
static bool
hole_open(struct hole *h, const char *address, int *port)
{
	struct sockaddr_in sa = { .sin_family = AF_INET };
	socklen_t len = sizeof(sa);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	sa.sin_port = htons((uint16_t)*port);
	inet_pton(AF_INET, address, &sa.sin_addr);
	h->fd[0] = fd;
	h->n = 1;
	if (bind(fd, (struct sockaddr *)&sa, len) == -1 ||
	    listen(fd, 0) == -1 ||
	    getsockname(fd, (struct sockaddr *)&sa, &len) == -1) {
		hole_close(h);
		return (false);
	}
	*port = ntohs(sa.sin_port);
	while (h->n <= CROWD)
		if (is_full(h, &sa))
			return (true);
	hole_close(h);
	return (false);
}

/* Holes at 127.0.0.2 and on, with one port; false where there can be none. */
static bool
holes_open(struct hole *h, size_t n, int *port)
{
	char address[32];
	size_t i;

	*port = 0;
	for (i = 0; i < n; i++) {
		snprintf(address, sizeof(address), "127.0.0.%zu", i + 2);
		if (hole_open(&h[i], address, port))
			continue;
		while (i > 0)
			hole_close(&h[--i]);
		return (false);
	}
	return (true);
}

static void
holes_close(struct hole *h, size_t n)
{
	while (n > 0)
		hole_close(&h[--n]);
}

static struct green_listener *
listen_at(const char *address, int port)
{
	char text[16];

	snprintf(text, sizeof(text), "%d", port);
	return (green_listen_tcp(address, text, NULL));
}

/* Holes at 127.0.0.2 and on, and a listener at 127.0.0.1, with one port: with
   another one while somebody else has that.  NULL where there can be none. */
static struct green_listener *
listen_beside(struct hole *h, size_t n, int *port)
{
	struct green_listener *l;
	int i;

	for (i = 0; i < 100 && holes_open(h, n, port); i++) {
		if ((l = listen_at("127.0.0.1", *port)) != NULL)
			return (l);
		holes_close(h, n);
		if (!CHECK_INT(errno, EADDRINUSE))
			break;
	}
	return (NULL);
}

static bool
leads_to(struct green_stream *s, const char *address)
{
	struct sockaddr_storage sa;
	char text[GREEN_ADDRSTRLEN];

	CHECK_INT(green_stream_attr(s, GREEN_ATTR_REMOTE_ADDR, &sa,
	    sizeof(sa)), 0);
	green_addr_format((struct sockaddr *)&sa, sizeof(sa), text,
	    sizeof(text));
	return (strncmp(text, address, strlen(address)) == 0 &&
	    text[strlen(address)] == ':');
}

GREEN_TEST(families_take_turns_beginning_with_the_resolvers_first)
{
	static const char *const v4_first[] = {
		"127.0.0.1", "127.0.0.1", "127.0.0.2", "::1", NULL
	};
	static const char *const v6_first[] = {
		"::1", "127.0.0.1", "127.0.0.2", NULL
	};
	/* One after the other, however slowly. */
	const struct green_connect_options opt = {
		.happy_eyeballs_delay = GREEN_FOREVER
	};
	char at[3][64];
	const char *text, *p[3];
	int i, port, fd = streams_refuse(&port);

	snprintf(at[0], sizeof(at[0]), "127.0.0.1:%d: ", port);
	snprintf(at[1], sizeof(at[1]), "[::1]:%d: ", port);
	snprintf(at[2], sizeof(at[2]), "127.0.0.2:%d: ", port);
	CHECK(connect_to(v4_first, port, &opt) == NULL);
	text = green_errmsg();
	for (i = 0; i < 3; i++)
		p[i] = strstr(text, at[i]);
	if (CHECK(p[0] != NULL && p[1] != NULL && p[2] != NULL)) {
		CHECK(p[0] == text && p[0] < p[1] && p[1] < p[2]);
		/* Each address once. */
		CHECK(strstr(p[0] + 1, at[0]) == NULL);
	}
	CHECK(connect_to(v6_first, port, &opt) == NULL);
	text = green_errmsg();
	for (i = 0; i < 3; i++)
		p[i] = strstr(text, at[i]);
	if (CHECK(p[0] != NULL && p[1] != NULL && p[2] != NULL))
		CHECK(p[1] == text && p[1] < p[0] && p[0] < p[2]);
	CHECK_INT(close(fd), 0);
}

GREEN_TEST(a_family_may_be_asked_for)
{
	static const char *const both[] = { "::1", "127.0.0.1", NULL };
	static const char *const other[] = { "::1", NULL };
	struct green_connect_options opt = { .family = AF_INET };
	char want[64];
	int port, fd = streams_refuse(&port);

	CHECK_NULL(connect_to(both, port, &opt), ECONNREFUSED);
	snprintf(want, sizeof(want), "127.0.0.1:%d: Connection refused", port);
	CHECK_STR(green_errmsg(), want);
	CHECK_NULL(connect_to(other, port, &opt), EADDRNOTAVAIL);
	CHECK_HAS(green_errmsg(), "name.test");
	CHECK_INT(close(fd), 0);
}

GREEN_TEST(a_failed_attempt_begins_the_next_at_once)
{
	static const char *const addresses[] = {
		"127.0.0.2", "127.0.0.3", "127.0.0.1", NULL
	};
	struct green_connect_options opt = {
		.happy_eyeballs_delay = GREEN_FOREVER
	};
	struct green_listener *l;
	struct green_stream *s;
	int port;

	REQUIRE((l = streams_listen(&port)) != NULL);
	CHECK((s = connect_to(addresses, port, &opt)) != NULL);
	CHECK(s != NULL && leads_to(s, "127.0.0.1"));
	CHECK_INT(green_stream_close(s), 0);
	green_listener_close(l);
}

MOCK_TEST(an_address_has_its_delay_then_the_next_begins)
{
	static const char *const addresses[] = {
		"127.0.0.2", "127.0.0.1", NULL
	};
	struct green_connect_options opt = { .happy_eyeballs_delay = DELAY };
	struct green_listener *l;
	struct green_stream *s;
	struct hole h;
	int64_t began;
	int port;

	if ((l = listen_beside(&h, 1, &port)) == NULL)
		return;
	began = green_now();
	CHECK((s = connect_to(addresses, port, &opt)) != NULL);
	CHECK_INT(green_now() - began, DELAY);
	CHECK(s != NULL && leads_to(s, "127.0.0.1"));
	CHECK_INT(green_stream_close(s), 0);
	began = green_now();
	CHECK((s = connect_to(addresses, port, NULL)) != NULL);
	CHECK_INT(green_now() - began, 250 * GREEN_MSEC);
	CHECK_INT(green_stream_close(s), 0);
	green_listener_close(l);
	holes_close(&h, 1);
}

MOCK_TEST(ten_dead_addresses_delay_a_good_one_ten_times)
{
	enum { N = 10 };
	static const char *const addresses[] = {
		"127.0.0.2", "127.0.0.3", "127.0.0.4", "127.0.0.5",
		"127.0.0.6", "127.0.0.7", "127.0.0.8", "127.0.0.9",
		"127.0.0.10", "127.0.0.11", "127.0.0.1", NULL
	};
	struct green_connect_options opt = { .happy_eyeballs_delay = DELAY };
	struct green_listener *l;
	struct green_stream *s;
	struct hole h[N];
	int64_t began;
	int port;

	if ((l = listen_beside(h, N, &port)) == NULL)
		return;
	began = green_now();
	CHECK((s = connect_to(addresses, port, &opt)) != NULL);
	CHECK_INT(green_now() - began, N * DELAY);
	CHECK(s != NULL && leads_to(s, "127.0.0.1"));
	CHECK_INT(green_stream_close(s), 0);
	green_listener_close(l);
	holes_close(h, N);
}

static int
count(int fd, void *arg)
{
	(void)fd;
	++*(int *)arg;
	return (0);
}

/* All are begun, and connected, before anybody looks; which takes some luck, as
   clocks may stand still for a moment. */
static struct green_stream *
connect_to_all(const char *const *addresses, int n, int port)
{
	int begun;
	struct green_connect_options opt = {
		.happy_eyeballs_delay = 1,
		.prepare = count,
		.prepare_arg = &begun
	};
	struct green_stream *s;
	int i;

	for (i = 0; i < 10000; i++) {
		begun = 0;
		s = connect_to(addresses, port, &opt);
		if (s == NULL || begun == n)
			return (s);
		CHECK_INT(green_stream_close(s), 0);
	}
	return (NULL);
}

/* There are connections to l, and no more comes from them. */
static void
drain(struct green_listener *l)
{
	struct green_stream *a;
	struct green_scope s;
	char buf[8];

	a = green_accept(l);
	while (a != NULL) {
		CHECK(green_stream_receive(a, buf, sizeof(buf)) == 0 ||
		    errno == ECONNRESET);
		CHECK_INT(green_stream_close(a), 0);
		green_move_on_after(&s, 10 * GREEN_MSEC);
		a = green_accept(l);
		(void)!green_scope_close(&s, a == NULL ? -1 : 0);
	}
}

/* At three addresses, with one port: with another one while somebody else has
   that. */
static bool
listen_at_all(const char *const *addresses, struct green_listener *l[3],
    int *port)
{
	int i, tries;

	for (tries = 0; tries < 100; tries++) {
		if ((l[0] = streams_listen(port)) == NULL)
			return (false);
		for (i = 1; i < 3; i++)
			if ((l[i] = listen_at(addresses[i], *port)) == NULL)
				break;
		if (i == 3)
			return (true);
		if (!CHECK_INT(errno, EADDRINUSE))
			tries = 100;
		while (i > 0)
			green_listener_close(l[--i]);
	}
	return (false);
}

GREEN_TEST(late_winners_are_closed)
{
	static const char *const addresses[] = {
		"127.0.0.1", "127.0.0.2", "127.0.0.3", NULL
	};
	struct green_listener *l[3];
	struct green_stream *s;
	int i, port;

	if (!has_loopbacks())
		return;
	REQUIRE(CHECK(listen_at_all(addresses, l, &port)));
	if (CHECK((s = connect_to_all(addresses, 3, port)) != NULL)) {
		/* Any may have been seen first. */
		for (i = 0; i < 3; i++)
			if (!leads_to(s, addresses[i]))
				drain(l[i]);
		CHECK_INT(green_stream_close(s), 0);
	}
	for (i = 0; i < 3; i++)
		green_listener_close(l[i]);
}

/* At each of its moments: before, between and after the attempts begin. */
MOCK_TEST(cancelling_it_ends_every_attempt)
{
	enum { N = 3 };
	static const char *const addresses[] = {
		"127.0.0.2", "127.0.0.3", "127.0.0.4", NULL
	};
	struct green_connect_options opt = { .happy_eyeballs_delay = DELAY };
	struct green_scope s;
	struct hole h[N];
	int64_t began, after;
	int port;

	if (!holes_open(h, N, &port))
		return;
	for (after = 0; after < 5 * DELAY; after += DELAY / 2) {
		began = green_now();
		green_move_on_after(&s, after);
		CHECK_NULL(connect_to(addresses, port, &opt), ECANCELED);
		CHECK_INT(green_scope_close(&s, -1), 0);
		CHECK(green_scope_caught(&s));
		CHECK_INT(green_now() - began, after);
		CHECK_INT(green__loop->waiting_fds, 0);
	}
	holes_close(h, N);
}

/* The scope around is cancelled, not the one inside: it gets to know. */
MOCK_TEST(a_cancellation_from_outside_is_never_swallowed)
{
	static const char *const addresses[] = {
		"127.0.0.2", "127.0.0.3", NULL
	};
	struct green_connect_options opt = { .happy_eyeballs_delay = DELAY };
	struct green_scope outer, inner;
	struct green_stream *c;
	struct hole h[2];
	int port;

	if (!holes_open(h, 2, &port))
		return;
	green_move_on_after(&outer, DELAY + DELAY / 2);
	green_fail_after(&inner, GREEN_SEC);
	c = connect_to(addresses, port, &opt);
	CHECK_NULL(c, ECANCELED);
	CHECK_ERRNO(green_scope_close(&inner, -1), ECANCELED);
	CHECK(!green_scope_caught(&inner));
	CHECK_ERRNO(green_checkpoint(), ECANCELED);
	CHECK_INT(green_scope_close(&outer, -1), 0);
	CHECK(green_scope_caught(&outer));
	holes_close(h, 2);
}

static int
cancel_self(int fd, void *arg)
{
	(void)fd;
	green_scope_cancel(arg, NULL);
	return (0);
}

GREEN_TEST(what_is_connected_already_is_not_lost_to_a_cancellation)
{
	static const char *const addresses[] = { "127.0.0.1", NULL };
	struct green_connect_options opt = { .prepare = cancel_self };
	struct green_listener *l;
	struct green_stream *s;
	struct green_scope scope;
	int port;

	REQUIRE((l = streams_listen(&port)) != NULL);
	green_scope_open(&scope);
	opt.prepare_arg = &scope;
	/* Either there is a connection, or nothing is left of it. */
	s = connect_to(addresses, port, &opt);
	CHECK(s != NULL || errno == ECANCELED);
	CHECK_INT(green_scope_close(&scope, s == NULL ? -1 : 0), 0);
	CHECK_INT(green_stream_close(s), 0);
	green_listener_close(l);
}

GREEN_TEST(when_all_fail_each_is_told_of)
{
	static const char *const addresses[] = {
		"127.0.0.1", "127.0.0.2", "127.0.0.3", NULL
	};
	static const char *many[101];
	char want[256], text[100][32];
	struct green_connect_options opt = {
		.happy_eyeballs_delay = GREEN_FOREVER
	};
	int i, port, fd = streams_refuse(&port);

	snprintf(want, sizeof(want), "127.0.0.1:%d: Connection refused; "
	    "127.0.0.2:%d: Connection refused; "
	    "127.0.0.3:%d: Connection refused", port, port, port);
	CHECK_NULL(connect_to(addresses, port, &opt), ECONNREFUSED);
	if (has_loopbacks())
		CHECK_STR(green_errmsg(), want);
	/* However many. */
	for (i = 0; i < 100; i++) {
		snprintf(text[i], sizeof(text[i]), "127.0.1.%d", i + 1);
		many[i] = text[i];
	}
	CHECK(connect_to(many, port, NULL) == NULL);
	for (i = 0; i < 100; i++) {
		snprintf(want, sizeof(want), "127.0.1.%d:%d: ", i + 1, port);
		CHECK_HAS(green_errmsg(), want);
	}
	/* Those that do not get as far as connecting too. */
	opt.local_host = "192.0.2.1";
	CHECK_NULL(connect_to(addresses, port, &opt), EADDRNOTAVAIL);
	snprintf(want, sizeof(want), "127.0.0.3:%d: local address: ", port);
	CHECK_HAS(green_errmsg(), want);
	CHECK_INT(close(fd), 0);
}

GREEN_TEST(a_local_port_may_stand_alone)
{
	struct green_connect_options opt = { .family = AF_UNSPEC };
	struct green_listener *l;
	struct green_stream *a, *b = NULL;
	char from[16];
	int port, local, remote = 0, i = 0;

	REQUIRE((l = streams_listen(&port)) != NULL);
	opt.local_port = from;
	/* One that was free a moment ago, and still is. */
	do {
		CHECK_INT(close(streams_refuse(&local)), 0);
		snprintf(from, sizeof(from), "%d", local);
		a = connect_to((const char *const[]){ "127.0.0.1", NULL },
		    port, &opt);
	} while (a == NULL && errno == EADDRINUSE && i++ < 100);
	if (CHECK(a != NULL) && CHECK((b = green_accept(l)) != NULL)) {
		CHECK_INT(green_stream_attr(b, GREEN_ATTR_REMOTE_PORT, &remote,
		    sizeof(remote)), 0);
		CHECK_INT(remote, local);
	}
	CHECK_INT(green_stream_close(a), 0);
	CHECK_INT(green_stream_close(b), 0);
	green_listener_close(l);
}

struct prepared {
	int	 calls;
	int	 fail_with;		/* 0: do not */
};

static int
prepare(int fd, void *arg)
{
	struct prepared *p = arg;
	struct sockaddr_storage sa;
	socklen_t len = sizeof(sa);
	int on = 1;

	p->calls++;
	/* Not connected yet. */
	CHECK_INT(getpeername(fd, (struct sockaddr *)&sa, &len), -1);
	CHECK_INT(setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on)), 0);
	errno = p->fail_with;
	return (p->fail_with == 0 ? 0 : -1);
}

GREEN_TEST(sockets_are_prepared_before_they_connect)
{
	static const char *const addresses[] = {
		"127.0.0.2", "127.0.0.1", NULL
	};
	struct prepared p = { .calls = 0 };
	struct green_connect_options opt = {
		.prepare = prepare,
		.prepare_arg = &p,
		.receive_buffer = 100000,
		.send_buffer = 50000
	};
	struct green_listener *l;
	struct green_stream *s;
	int64_t n;
	int port;

	REQUIRE((l = streams_listen(&port)) != NULL);
	if (CHECK((s = connect_to(addresses, port, &opt)) != NULL)) {
		CHECK_INT(p.calls, 2);
		CHECK_INT(green_stream_get(s, GREEN_OPT_KEEPALIVE, &n), 0);
		CHECK_INT(n, 1);
		CHECK_INT(green_stream_get(s, GREEN_OPT_RECEIVE_BUFFER, &n), 0);
		CHECK(n >= 100000);
		CHECK_INT(green_stream_get(s, GREEN_OPT_SEND_BUFFER, &n), 0);
		CHECK(n >= 50000);
	}
	CHECK_INT(green_stream_close(s), 0);
	p.fail_with = EPROTO;
	CHECK_NULL(connect_to(addresses, port, &opt), EPROTO);
	CHECK_INT(p.calls, 4);
	opt = (struct green_connect_options){ .send_buffer = -1 };
	CHECK_NULL(connect_to(addresses, port, &opt), EINVAL);
	opt = (struct green_connect_options){ .happy_eyeballs_delay = -1 };
	CHECK_NULL(connect_to(addresses, port, &opt), EINVAL);
	green_listener_close(l);
}

/* A reactor may be wrong about a connection that has only begun. */
static int
connect_task(void *arg)
{
	struct green_stream **s = arg;
	int port = (int)(intptr_t)*s;

	*s = streams_connect(port);
	return (*s == NULL ? -1 : 0);
}

GREEN_TEST(what_is_not_connected_yet_is_not_taken_for_it)
{
	struct green_stream *s;
	struct green_group g;
	struct hole h;
	int port = 0, i;
	size_t fd;

	if (!hole_open(&h, "127.0.0.1", &port))
		return;
	s = (void *)(intptr_t)port;
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, connect_task, &s), 0);
	settle();
	for (i = 0; i < 3; i++) {
		for (fd = 0; fd < green__loop->nfds; fd++)
			if (green__loop->fds[fd] != NULL &&
			    green__loop->fds[fd]->wanted != 0)
				green__fd_ready(green__loop->fds[fd],
				    GREEN__WRITE, false);
		settle();
		CHECK_INT(green__loop->waiting_fds, 1);
	}
	green_group_cancel(&g, NULL);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK(s == NULL);
	hole_close(&h);
}

CU_TestInfo connect_tests[] = {
	CLAIM(families_take_turns_beginning_with_the_resolvers_first),
	CLAIM(a_family_may_be_asked_for),
	CLAIM(a_failed_attempt_begins_the_next_at_once),
	CLAIM(an_address_has_its_delay_then_the_next_begins),
	CLAIM(ten_dead_addresses_delay_a_good_one_ten_times),
	CLAIM(late_winners_are_closed),
	CLAIM(cancelling_it_ends_every_attempt),
	CLAIM(a_cancellation_from_outside_is_never_swallowed),
	CLAIM(what_is_connected_already_is_not_lost_to_a_cancellation),
	CLAIM(when_all_fail_each_is_told_of),
	CLAIM(a_local_port_may_stand_alone),
	CLAIM(sockets_are_prepared_before_they_connect),
	CLAIM(what_is_not_connected_yet_is_not_taken_for_it),
	CU_TEST_INFO_NULL
};
