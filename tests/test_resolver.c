/*
 * The loop's own resolver: who is asked when, what becomes of the answers, and
 * of the tasks that wait for them.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <sys/socket.h>
#include <netinet/in.h>

#include <netdb.h>
#include <stdio.h>
#include <string.h>

#include <green/net.h>
#include <green/thread.h>

#include "check.h"
#include "streams.h"

struct names {
	int	 asked;
	int	 family;		/* of the last question */
	char	 host[64];
	const char *address[4];		/* up to a NULL */
	int64_t	 delay;
	int	 rc;
	int	 error;
};

static int
resolve(const char *host, int family, struct green_answer *answer, void *arg)
{
	struct names *n = arg;
	int i;

	n->asked++;
	n->family = family;
	snprintf(n->host, sizeof(n->host), "%s", host);
	if (n->delay > 0 && green_sleep(n->delay) == -1)
		return (EAI_SYSTEM);
	for (i = 0; i < 4 && n->address[i] != NULL; i++)
		CHECK_INT(green_answer_add(answer, n->address[i]), 0);
	errno = n->error;
	return (n->rc);
}

static struct green_stream *
connect_by_name(int port)
{
	char text[16];

	snprintf(text, sizeof(text), "%d", port);
	return (green_connect_tcp("db.test", text, NULL));
}

GREEN_TEST(names_lead_where_it_says)
{
	struct names n = { .address = { "127.0.0.1" } };
	struct green_listener *l;
	struct green_stream *s;
	int port;

	REQUIRE((l = streams_listen(&port)) != NULL);
	CHECK_INT(green_resolver_set(resolve, &n), 0);
	CHECK((s = connect_by_name(port)) != NULL);
	CHECK_INT(green_stream_close(s), 0);
	CHECK_INT(n.asked, 1);
	CHECK_STR(n.host, "db.test");
	CHECK_INT(n.family, AF_UNSPEC);
	green_listener_close(l);
	/* The system's again, which knows nobody there. */
	CHECK_INT(green_resolver_set(NULL, NULL), 0);
	CHECK(connect_by_name(port) == NULL);
	CHECK(errno == EADDRNOTAVAIL || errno == EAGAIN);
	CHECK_INT(n.asked, 1);
}

GREEN_TEST(numbers_never_get_there)
{
	static const char *const numbers[] = {
		"127.0.0.1", "::1", "0.0.0.0", "::ffff:127.0.0.1"
	};
	struct names n = { .rc = EAI_FAIL };
	struct addrinfo *res;
	struct green_listener *l;
	struct green_stream *s;
	char text[16];
	size_t i;
	int port;

	CHECK_INT(green_resolver_set(resolve, &n), 0);
	REQUIRE((l = streams_listen(&port)) != NULL);
	snprintf(text, sizeof(text), "%d", port);
	for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		s = green_connect_tcp(numbers[i], text, NULL);
		CHECK(s != NULL || errno != EADDRNOTAVAIL ||
		    i == 1 || i == 3);
		CHECK_INT(green_stream_close(s), 0);
		CHECK_INT(green_getaddrinfo(numbers[i], text, NULL, &res), 0);
		green_freeaddrinfo(res);
	}
	green_listener_close(l);
	CHECK((l = green_listen_tcp(NULL, "0", NULL)) != NULL);
	green_listener_close(l);
	CHECK_INT(n.asked, 0);
}

/* A worker would have taken a token. */
GREEN_TEST(numbers_need_no_worker)
{
	struct green_limiter *names = green_name_limiter();
	struct addrinfo *res;
	struct green_listener *l;
	struct green_stream *s;
	int port;

	green_limiter_set_total(names, 0);
	REQUIRE((l = streams_listen(&port)) != NULL);
	CHECK((s = streams_connect(port)) != NULL);
	CHECK_INT(green_stream_close(s), 0);
	green_listener_close(l);
	CHECK_INT(green_getaddrinfo("::1", "80", NULL, &res), 0);
	green_freeaddrinfo(res);
	CHECK_INT(green_getaddrinfo(NULL, "80", NULL, &res), 0);
	green_freeaddrinfo(res);
}

GREEN_TEST(its_failures_are_those_of_names)
{
	static const struct {
		int	 rc, error, code;
	} failures[] = {
		{ EAI_NONAME, 0, EADDRNOTAVAIL },
		{ EAI_AGAIN, 0, EAGAIN },
		{ EAI_MEMORY, 0, ENOMEM },
		{ EAI_FAIL, 0, EADDRNOTAVAIL },
		{ EAI_SYSTEM, EIO, EIO },
		{ 0, 0, EADDRNOTAVAIL }		/* no address at all */
	};
	struct names n = { .asked = 0 };
	struct addrinfo *res;
	size_t i;

	CHECK_INT(green_resolver_set(resolve, &n), 0);
	for (i = 0; i < sizeof(failures) / sizeof(failures[0]); i++) {
		n.rc = failures[i].rc;
		n.error = failures[i].error;
		CHECK_NULL(connect_by_name(80), failures[i].code);
		CHECK_HAS(green_errmsg(), "host \"db.test\": ");
		CHECK_NULL(green_listen_tcp("db.test", "0", NULL),
		    failures[i].code);
		CHECK_INT(green_getaddrinfo("db.test", "80", NULL, &res),
		    n.rc == 0 ? EAI_NONAME : n.rc);
		if (n.rc == EAI_SYSTEM)
			CHECK_INT(errno, n.error);
	}
}

MOCK_TEST(it_may_wait_as_any_task)
{
	struct names n = { .address = { "127.0.0.1" }, .delay = GREEN_SEC };
	struct green_listener *l;
	struct green_stream *s;
	int64_t began = green_now();
	int port;

	REQUIRE((l = streams_listen(&port)) != NULL);
	CHECK_INT(green_resolver_set(resolve, &n), 0);
	CHECK((s = connect_by_name(port)) != NULL);
	CHECK_INT(green_now() - began, GREEN_SEC);
	CHECK_INT(green_stream_close(s), 0);
	green_listener_close(l);
}

MOCK_TEST(a_cancelled_question_is_ecanceled)
{
	struct names n = { .address = { "127.0.0.1" }, .delay = GREEN_SEC };
	struct addrinfo *res;
	struct green_scope s;

	CHECK_INT(green_resolver_set(resolve, &n), 0);
	green_move_on_after(&s, GREEN_MSEC);
	CHECK_NULL(connect_by_name(80), ECANCELED);
	CHECK_INT(green_getaddrinfo("db.test", NULL, NULL, &res), EAI_SYSTEM);
	CHECK_INT(errno, ECANCELED);
	CHECK_INT(green_scope_close(&s, -1), 0);
	CHECK(green_scope_caught(&s));
	CHECK_INT(n.asked, 1);
}

GREEN_TEST(one_may_listen_on_its_addresses)
{
	/* Once on each. */
	struct names n = {
		.address = { "127.0.0.1", "127.0.0.2", "127.0.0.1" }
	};
	struct green_listener *l, *probe;
	struct green_stream *a, *b;
	char text[16];
	int i, port;

	if ((probe = green_listen_tcp("127.0.0.2", "0", NULL)) == NULL)
		return;
	green_listener_close(probe);
	CHECK_INT(green_resolver_set(resolve, &n), 0);
	REQUIRE(CHECK((l = green_listen_tcp("db.test", "0", NULL)) != NULL));
	CHECK_INT(green_listener_attr(l, GREEN_ATTR_LOCAL_PORT, &port,
	    sizeof(port)), 0);
	snprintf(text, sizeof(text), "%d", port);
	for (i = 0; i < 2; i++) {
		CHECK((a = green_connect_tcp(n.address[i], text, NULL)) !=
		    NULL);
		CHECK((b = green_accept(l)) != NULL);
		CHECK_INT(green_stream_close(a), 0);
		CHECK_INT(green_stream_close(b), 0);
	}
	green_listener_close(l);
}

GREEN_TEST(other_families_are_passed_over)
{
	struct names n = { .address = { "::1", "127.0.0.1" } };
	struct addrinfo hints = {
		.ai_family = AF_INET,
		.ai_socktype = SOCK_STREAM
	}, *res;

	CHECK_INT(green_resolver_set(resolve, &n), 0);
	REQUIRE(CHECK_INT(green_getaddrinfo("db.test", NULL, &hints, &res),
	    0));
	CHECK_INT(n.family, AF_INET);
	CHECK_INT(res->ai_family, AF_INET);
	CHECK(res->ai_next == NULL);
	green_freeaddrinfo(res);
}

/* As getaddrinfo() would have it, from its addresses. */
GREEN_TEST(lists_are_made_of_its_answers)
{
	struct names n = { .address = { "::1", "127.0.0.1", "::1" } };
	struct addrinfo hints = {
		.ai_flags = AI_CANONNAME,
		.ai_socktype = SOCK_STREAM
	}, *res, *ai;
	char host[64], port[16];
	int i = 0;

	CHECK_INT(green_resolver_set(resolve, &n), 0);
	REQUIRE(CHECK_INT(green_getaddrinfo("db.test", "7777", &hints, &res),
	    0));
	CHECK_STR(res->ai_canonname, "db.test");
	for (ai = res; ai != NULL; ai = ai->ai_next, i++) {
		CHECK_INT(ai->ai_socktype, SOCK_STREAM);
		CHECK_INT(ai->ai_protocol, IPPROTO_TCP);
		CHECK_INT(green_getnameinfo(ai->ai_addr, ai->ai_addrlen, host,
		    sizeof(host), port, sizeof(port),
		    NI_NUMERICHOST | NI_NUMERICSERV), 0);
		CHECK_STR(host, i < 2 ? n.address[i] : "");
		CHECK_STR(port, "7777");
	}
	CHECK_INT(i, 2);
	green_freeaddrinfo(res);
	/* Without hints: each kind of socket. */
	REQUIRE(CHECK_INT(green_getaddrinfo("db.test", NULL, NULL, &res), 0));
	CHECK(res->ai_next != NULL && res->ai_next->ai_next != NULL);
	CHECK(res->ai_canonname == NULL);
	green_freeaddrinfo(res);
	green_freeaddrinfo(NULL);
	/* The resolver is asked about hosts alone. */
	CHECK_INT(green_getaddrinfo("db.test", "no-such-service", &hints,
	    &res), EAI_SERVICE);
	hints.ai_flags = AI_NUMERICHOST;
	CHECK_INT(green_getaddrinfo("db.test", NULL, &hints, &res),
	    EAI_NONAME);
}

static int
answer_badly(const char *host, int family, struct green_answer *answer,
    void *arg)
{
	(void)host;
	(void)family;
	(void)arg;
	CHECK_ERRNO(green_answer_add(answer, "db.test"), EINVAL);
	CHECK_HAS(green_errmsg(), "db.test");
	CHECK_ERRNO(green_answer_add(answer, ""), EINVAL);
	return (EAI_FAIL);
}

GREEN_TEST(what_is_no_address_is_einval)
{
	CHECK_INT(green_resolver_set(answer_badly, NULL), 0);
	CHECK_NULL(connect_by_name(80), EADDRNOTAVAIL);
}

PLAIN_TEST(it_is_a_loops_own)
{
	CHECK_ERRNO(green_resolver_set(resolve, NULL), EPERM);
}

CU_TestInfo resolver_tests[] = {
	CLAIM(names_lead_where_it_says),
	CLAIM(numbers_never_get_there),
	CLAIM(numbers_need_no_worker),
	CLAIM(its_failures_are_those_of_names),
	CLAIM(it_may_wait_as_any_task),
	CLAIM(a_cancelled_question_is_ecanceled),
	CLAIM(one_may_listen_on_its_addresses),
	CLAIM(other_families_are_passed_over),
	CLAIM(lists_are_made_of_its_answers),
	CLAIM(what_is_no_address_is_einval),
	CLAIM(it_is_a_loops_own),
	CU_TEST_INFO_NULL
};
