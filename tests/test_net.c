/*
 * What surrounds sockets: the text of addresses, names, and waiting for
 * descriptors of others.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "pair.h"
#include "streams.h"
#include "tasks.h"

#define SA(a)	((const struct sockaddr *)(a))

GREEN_TEST(addresses_as_text)
{
	struct sockaddr_in in = { .sin_family = AF_INET };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };
	struct sockaddr odd = { .sa_family = 250 };
	char buf[GREEN_ADDRSTRLEN];

	in.sin_port = htons(80);
	CHECK_INT(inet_pton(AF_INET, "192.0.2.1", &in.sin_addr), 1);
	CHECK_STR(green_addr_format(SA(&in), sizeof(in), buf, sizeof(buf)),
	    "192.0.2.1:80");
	in6.sin6_port = htons(65535);
	CHECK_INT(inet_pton(AF_INET6, "2001:db8::1", &in6.sin6_addr), 1);
	CHECK_STR(green_addr_format(SA(&in6), sizeof(in6), buf, sizeof(buf)),
	    "[2001:db8::1]:65535");
	CHECK_INT(inet_pton(AF_INET6, "fe80::1", &in6.sin6_addr), 1);
	in6.sin6_scope_id = 999999;
	CHECK_STR(green_addr_format(SA(&in6), sizeof(in6), buf, sizeof(buf)),
	    "[fe80::1%999999]:65535");
	CHECK_STR(green_addr_format(&odd, sizeof(odd), buf, sizeof(buf)),
	    "address of family 250");
	/* Cut, or nothing to tell. */
	CHECK_STR(green_addr_format(SA(&in), sizeof(in), buf, 6), "192.0");
	CHECK_STR(green_addr_format(SA(&in), 0, buf, sizeof(buf)), "");
	CHECK(green_addr_format(SA(&in), sizeof(in), buf, 0) == buf);
}

/* getaddrinfo() takes them nowhere else. */
GREEN_TEST(names_of_interfaces_stand_in_addresses_of_a_link_alone)
{
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };
	char buf[GREEN_ADDRSTRLEN], name[IF_NAMESIZE], want[64];

	in6.sin6_scope_id = 1;
	REQUIRE(if_indextoname(1, name) != NULL);
	snprintf(want, sizeof(want), "[fe80::1%%%s]:0", name);
	CHECK_INT(inet_pton(AF_INET6, "fe80::1", &in6.sin6_addr), 1);
	CHECK_STR(green_addr_format(SA(&in6), sizeof(in6), buf, sizeof(buf)),
	    want);
	CHECK_INT(inet_pton(AF_INET6, "2001:db8::1", &in6.sin6_addr), 1);
	CHECK_STR(green_addr_format(SA(&in6), sizeof(in6), buf, sizeof(buf)),
	    "[2001:db8::1%1]:0");
}

GREEN_TEST(addresses_of_unix_sockets_as_text)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	socklen_t at = offsetof(struct sockaddr_un, sun_path);
	char buf[GREEN_ADDRSTRLEN], full[sizeof(un.sun_path) + 1];

	strcpy(un.sun_path, "/run/s");
	CHECK_STR(green_addr_format(SA(&un), sizeof(un), buf, sizeof(buf)),
	    "/run/s");
	CHECK_STR(green_addr_format(SA(&un), at, buf, sizeof(buf)), "");
	memcpy(un.sun_path, "\0name", 5);
	CHECK_STR(green_addr_format(SA(&un), at + 5, buf, sizeof(buf)),
	    "@name");
	memset(un.sun_path, 'x', sizeof(un.sun_path));
	memset(full, 'x', sizeof(full) - 1);
	full[sizeof(full) - 1] = '\0';
	CHECK_STR(green_addr_format(SA(&un), sizeof(un), buf, sizeof(buf)),
	    full);
}

GREEN_TEST(names_and_numbers_resolve)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *res;
	char host[64], port[16];

	CHECK_INT(green_getaddrinfo("127.0.0.1", "80", &hints, &res), 0);
	CHECK_INT(res->ai_family, AF_INET);
	CHECK_INT(green_getnameinfo(res->ai_addr, res->ai_addrlen, host,
	    sizeof(host), port, sizeof(port),
	    NI_NUMERICHOST | NI_NUMERICSERV), 0);
	CHECK_STR(host, "127.0.0.1");
	CHECK_STR(port, "80");
	CHECK_INT(green_getnameinfo(res->ai_addr, res->ai_addrlen, NULL, 0,
	    port, sizeof(port), 0), 0);
	freeaddrinfo(res);
	CHECK_INT(green_getaddrinfo("localhost", NULL, NULL, &res), 0);
	freeaddrinfo(res);
	CHECK_INT(green_getaddrinfo(NULL, "80", NULL, &res), 0);
	freeaddrinfo(res);
	hints.ai_flags = AI_NUMERICHOST;
	CHECK_INT(green_getaddrinfo("localhost", NULL, &hints, &res),
	    EAI_NONAME);
}

GREEN_TEST(a_cancelled_lookup_is_eai_system)
{
	struct sockaddr_in in = { .sin_family = AF_INET };
	struct addrinfo *res;
	struct green_scope s;
	char host[64];

	green_scope_open(&s);
	green_scope_cancel(&s, NULL);
	CHECK_INT(green_getaddrinfo("localhost", NULL, NULL, &res), EAI_SYSTEM);
	CHECK_INT(errno, ECANCELED);
	CHECK_INT(green_getnameinfo(SA(&in), sizeof(in), host, sizeof(host),
	    NULL, 0, 0), EAI_SYSTEM);
	CHECK_INT(errno, ECANCELED);
	CHECK_INT(green_scope_close(&s, 0), 0);
}

PLAIN_TEST(without_a_loop_nothing_waits)
{
	struct addrinfo *res;

	CHECK_INT(green_getaddrinfo("localhost", NULL, NULL, &res), EAI_SYSTEM);
	CHECK_INT(errno, EPERM);
	CHECK_ERRNO(green_wait_readable(0), EPERM);
	CHECK_NULL(green_connect_tcp("127.0.0.1", "80", NULL), EPERM);
	CHECK_NULL(green_connect_unix("/tmp/s"), EPERM);
	CHECK_NULL(green_listen_tcp(NULL, "0", NULL), EPERM);
	CHECK_NULL(green_listen_unix("/tmp/s", NULL), EPERM);
	green_fd_closing(0);
}

struct wait {
	int	 fd;
	bool	 done;
	int	 rc;
	int	 error;
};

static int
wait_readable(void *arg)
{
	struct wait *w = arg;

	w->rc = green_wait_readable(w->fd);
	w->error = errno;
	w->done = true;
	return (0);
}

GREEN_TEST(foreign_descriptors_are_waited_for)
{
	struct green_group g;
	struct wait w = { .done = false };
	int fd[2];

	REQUIRE(CHECK(pair_open(fd)));
	w.fd = fd[0];
	CHECK_INT(green_wait_writable(fd[0]), 0);
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, wait_readable, &w), 0);
	settle();
	CHECK_ERRNO(green_wait_readable(fd[0]), EBUSY);
	CHECK_INT(green_wait_writable(fd[0]), 0);
	CHECK(!w.done);
	CHECK_INT(write(fd[1], "x", 1), 1);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(w.rc, 0);
	CHECK_INT(green_wait_readable(fd[0]), 0);
	CHECK_INT(read(fd[0], &(char){ 0 }, 1), 1);

	green_group_open(&g);
	CHECK_INT(green_spawn(&g, wait_readable, &w), 0);
	settle();
	green_fd_closing(fd[0]);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(w.rc, -1);
	CHECK_INT(w.error, EBADF);
	pair_close(fd);
}

CU_TestInfo net_tests[] = {
	CLAIM(addresses_as_text),
	CLAIM(names_of_interfaces_stand_in_addresses_of_a_link_alone),
	CLAIM(addresses_of_unix_sockets_as_text),
	CLAIM(names_and_numbers_resolve),
	CLAIM(a_cancelled_lookup_is_eai_system),
	CLAIM(without_a_loop_nothing_waits),
	CLAIM(foreign_descriptors_are_waited_for),
	CU_TEST_INFO_NULL
};
