/*
 * Datagrams by UDP: one at a time, by the batch, and to groups.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <sys/socket.h>
#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>

#include <fcntl.h>
#include <ifaddrs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "pair.h"
#include "streams.h"

#define SA(a)	((const struct sockaddr *)(a))

static int
port_of(struct green_dgram *d)
{
	int port = -1;

	CHECK_INT(green_dgram_attr(d, GREEN_ATTR_LOCAL_PORT, &port,
	    sizeof(port)), 0);
	return (port);
}

static struct sockaddr_in
at(const char *host, int port)
{
	struct sockaddr_in in = { .sin_family = AF_INET };

	in.sin_port = htons((uint16_t)port);
	CHECK_INT(inet_pton(AF_INET, host, &in.sin_addr), 1);
	return (in);
}

static struct green_dgram *
open_loopback(void)
{
	const struct green_dgram_options opt = { .local_host = "127.0.0.1" };
	struct green_dgram *d = green_udp_open(&opt);

	(void)CHECK(d != NULL);
	return (d);
}

static struct green_dgram *
connect_to(int port)
{
	char text[16];

	snprintf(text, sizeof(text), "%d", port);
	return (green_udp_connect("127.0.0.1", text, NULL));
}

/* An unconnected one, and one that is connected to it. */
static bool
open_both(struct green_dgram *d[2])
{
	return ((d[0] = open_loopback()) != NULL &&
	    CHECK((d[1] = connect_to(port_of(d[0]))) != NULL));
}

static void
close_both(struct green_dgram *d[2])
{
	green_dgram_close(d[0]);
	green_dgram_close(d[1]);
}

GREEN_TEST(a_datagram_comes_whole_and_with_its_sender)
{
	struct sockaddr_storage from;
	struct sockaddr_in in;
	struct green_dgram *d[2];
	socklen_t len = 0;
	char buf[16];

	REQUIRE(open_both(d));
	CHECK_INT(green_dgram_send(d[1], "hello", 5, NULL, 0), 0);
	CHECK_INT(green_dgram_send(d[1], "you", 3, NULL, 0), 0);
	CHECK_INT(green_dgram_receive(d[0], buf, sizeof(buf), &from, &len), 5);
	CHECK(memcmp(buf, "hello", 5) == 0);
	CHECK_INT(len, sizeof(in));
	memcpy(&in, &from, sizeof(in));
	CHECK_INT(in.sin_family, AF_INET);
	CHECK_INT(ntohs(in.sin_port), port_of(d[1]));
	CHECK_INT(green_dgram_receive(d[0], buf, sizeof(buf), NULL, NULL), 3);
	CHECK_INT(green_dgram_send(d[0], "bye", 3, SA(&from), len), 0);
	CHECK_INT(green_dgram_receive(d[1], buf, sizeof(buf), &from, NULL), 3);
	CHECK(memcmp(buf, "bye", 3) == 0);
	close_both(d);
}

GREEN_TEST(an_empty_datagram_is_no_end)
{
	struct green_dgram *d[2];
	char buf[16];

	REQUIRE(open_both(d));
	CHECK_INT(green_dgram_send(d[1], NULL, 0, NULL, 0), 0);
	CHECK_INT(green_dgram_send(d[1], "x", 1, NULL, 0), 0);
	CHECK_INT(green_dgram_receive(d[0], buf, sizeof(buf), NULL, NULL), 0);
	CHECK_INT(green_dgram_receive(d[0], buf, sizeof(buf), NULL, NULL), 1);
	/* Room for nothing takes an empty one, too. */
	CHECK_INT(green_dgram_send(d[1], NULL, 0, NULL, 0), 0);
	CHECK_INT(green_dgram_receive(d[0], NULL, 0, NULL, NULL), 0);
	close_both(d);
}

GREEN_TEST(the_rest_of_a_longer_datagram_is_lost)
{
	struct sockaddr_storage from;
	struct green_dgram *d[2];
	socklen_t len = 0;
	char buf[4];

	REQUIRE(open_both(d));
	CHECK_INT(green_dgram_send(d[1], "abcdef", 6, NULL, 0), 0);
	CHECK_INT(green_dgram_send(d[1], "wxyz", 4, NULL, 0), 0);
	CHECK_ERRNO(green_dgram_receive(d[0], buf, sizeof(buf), &from, &len),
	    EMSGSIZE);
	CHECK(memcmp(buf, "abcd", 4) == 0);
	CHECK_INT(len, sizeof(struct sockaddr_in));
	CHECK_INT(green_dgram_receive(d[0], buf, sizeof(buf), NULL, NULL), 4);
	CHECK(memcmp(buf, "wxyz", 4) == 0);
	close_both(d);
}

GREEN_TEST(a_datagram_too_long_to_send_is_emsgsize)
{
	struct green_dgram *d[2];
	size_t len = 70000;
	char *buf = calloc(1, len);

	REQUIRE(open_both(d));
	CHECK_ERRNO(green_dgram_send(d[1], buf, len, NULL, 0), EMSGSIZE);
	CHECK_INT(green_dgram_send(d[1], buf, 1, NULL, 0), 0);
	CHECK_INT(green_dgram_receive(d[0], buf, len, NULL, NULL), 1);
	free(buf);
	close_both(d);
}

GREEN_TEST(sending_to_nowhere_is_edestaddrreq)
{
	struct green_dgram *d;

	REQUIRE(CHECK((d = open_loopback()) != NULL));
	CHECK_ERRNO(green_dgram_send(d, "x", 1, NULL, 0), EDESTADDRREQ);
	CHECK_ERRNO(green_dgram_send_many(d,
	    &(struct green_datagram){ .data = (void *)"x", .len = 1 }, 1),
	    EDESTADDRREQ);
	green_dgram_close(d);
}

struct reception {
	struct green_dgram *d;
	ssize_t	 n;
	int	 error;
	bool	 done;
};

static int
receive(void *arg)
{
	struct reception *r = arg;
	char buf[16];

	r->n = green_dgram_receive(r->d, buf, sizeof(buf), NULL, NULL);
	r->error = errno;
	r->done = true;
	return (0);
}

GREEN_TEST(a_second_task_in_a_direction_is_ebusy)
{
	struct reception r = { .done = false };
	struct green_dgram *d[2];
	struct green_datagram g = { .data = NULL };
	struct green_group group;
	char buf[16];

	REQUIRE(open_both(d));
	r.d = d[0];
	green_group_open(&group);
	CHECK_INT(green_spawn(&group, receive, &r), 0);
	settle();
	CHECK_ERRNO(green_dgram_receive(d[0], buf, sizeof(buf), NULL, NULL),
	    EBUSY);
	CHECK_ERRNO(green_dgram_receive_many(d[0], &g, 1), EBUSY);
	CHECK(!r.done);
	/* The other direction is free. */
	CHECK_INT(green_dgram_send(d[1], "x", 1, NULL, 0), 0);
	CHECK_INT(green_group_close(&group, 0), 0);
	CHECK_INT(r.n, 1);
	close_both(d);
}

GREEN_TEST(closing_under_a_receiver_is_ebadf)
{
	struct reception r = { .done = false };
	struct green_group group;

	REQUIRE(CHECK((r.d = open_loopback()) != NULL));
	green_group_open(&group);
	CHECK_INT(green_spawn(&group, receive, &r), 0);
	settle();
	green_dgram_close(r.d);
	CHECK_INT(green_group_close(&group, 0), 0);
	CHECK_INT(r.n, -1);
	CHECK_INT(r.error, EBADF);
	green_dgram_close(NULL);
}

GREEN_TEST(a_cancelled_receive_has_taken_nothing)
{
	struct green_dgram *d[2];
	struct green_scope s;
	char buf[16];

	REQUIRE(open_both(d));
	green_move_on_after(&s, 0);
	CHECK_ERRNO(green_dgram_receive(d[0], buf, sizeof(buf), NULL, NULL),
	    ECANCELED);
	CHECK_INT(green_dgram_send(d[1], "x", 1, NULL, 0), -1);
	CHECK_INT(green_scope_close(&s, 0), 0);
	CHECK_INT(green_dgram_send(d[1], "abc", 3, NULL, 0), 0);
	green_scope_open(&s);
	green_scope_cancel(&s, NULL);
	CHECK_ERRNO(green_dgram_receive(d[0], buf, sizeof(buf), NULL, NULL),
	    ECANCELED);
	CHECK_NULL(green_udp_open(NULL), ECANCELED);
	CHECK_NULL(green_udp_connect("127.0.0.1", "9", NULL), ECANCELED);
	CHECK_INT(green_scope_close(&s, 0), 0);
	CHECK_INT(green_dgram_receive(d[0], buf, sizeof(buf), NULL, NULL), 3);
	close_both(d);
}

GREEN_TEST(a_local_port_without_a_host_is_honoured)
{
	struct green_dgram_options opt = { .family = AF_INET };
	struct green_dgram *d, *other;
	char text[16];
	int port;

	/* One that is free now. */
	REQUIRE(CHECK((d = green_udp_open(&opt)) != NULL));
	port = port_of(d);
	green_dgram_close(d);
	snprintf(text, sizeof(text), "%d", port);
	opt.local_port = text;
	REQUIRE(CHECK((d = green_udp_open(&opt)) != NULL));
	CHECK_INT(port_of(d), port);
	CHECK_NULL(green_udp_open(&opt), EADDRINUSE);
	green_dgram_close(d);
	/* Connected, or of both families, as well. */
	REQUIRE(CHECK((d = green_udp_connect("127.0.0.1", "9", &opt)) != NULL));
	CHECK_INT(port_of(d), port);
	green_dgram_close(d);
	opt.family = AF_UNSPEC;
	REQUIRE(CHECK((d = green_udp_open(&opt)) != NULL));
	CHECK_INT(port_of(d), port);
	green_dgram_close(d);
	/* Several may have it if all want that. */
	opt.reuse_port = true;
	CHECK((d = green_udp_open(&opt)) != NULL);
	CHECK((other = green_udp_open(&opt)) != NULL);
	green_dgram_close(d);
	green_dgram_close(other);
}

static int
receive_from(struct green_dgram *d, struct sockaddr_storage *from)
{
	socklen_t len = 0;
	char buf[16];

	CHECK_INT(green_dgram_receive(d, buf, sizeof(buf), from, &len), 1);
	CHECK_INT(green_dgram_send(d, buf, 1, SA(from), len), 0);
	return (from->ss_family);
}

GREEN_TEST(a_socket_for_any_address_has_both_families)
{
	struct sockaddr_storage from;
	struct sockaddr_in in;
	struct green_dgram *d, *c;
	char text[16], buf[16];
	int family;

	REQUIRE(CHECK((d = green_udp_open(NULL)) != NULL));
	CHECK_INT(green_dgram_attr(d, GREEN_ATTR_FAMILY, &family,
	    sizeof(family)), 0);
	snprintf(text, sizeof(text), "%d", port_of(d));
	REQUIRE(CHECK((c = green_udp_connect("127.0.0.1", text, NULL)) !=
	    NULL));
	CHECK_INT(green_dgram_send(c, "x", 1, NULL, 0), 0);
	CHECK_INT(receive_from(d, &from), AF_INET);
	memcpy(&in, &from, sizeof(in));
	CHECK_INT(ntohl(in.sin_addr.s_addr), INADDR_LOOPBACK);
	CHECK_INT(ntohs(in.sin_port), port_of(c));
	CHECK_INT(green_dgram_receive(c, buf, sizeof(buf), NULL, NULL), 1);
	green_dgram_close(c);
	if (family == AF_INET6 &&
	    (c = green_udp_connect("::1", text, NULL)) != NULL) {
		CHECK_INT(green_dgram_send(c, "x", 1, NULL, 0), 0);
		CHECK_INT(receive_from(d, &from), AF_INET6);
		CHECK_INT(green_dgram_receive(c, buf, sizeof(buf), NULL, NULL),
		    1);
		green_dgram_close(c);
	}
	green_dgram_close(d);
}

GREEN_TEST(one_family_is_one_family)
{
	const struct green_dgram_options opt = { .family = AF_INET6 };
	const struct green_dgram_options odd = { .family = AF_UNIX };
	const struct sockaddr_in in = at("127.0.0.1", 9);
	struct green_dgram *d;

	CHECK_NULL(green_udp_open(&odd), EINVAL);
	if ((d = green_udp_open(&opt)) == NULL) {
		CHECK_INT(errno, EAFNOSUPPORT);
		return;
	}
	CHECK_INT(green_dgram_send(d, "x", 1, SA(&in), sizeof(in)), -1);
	green_dgram_close(d);
}

/* Hears somebody else alone: at its port there is nobody for the others, nor will
   there be. */
static struct green_dgram *
open_deaf(void)
{
	return (green_udp_connect("127.0.0.1", "9", NULL));
}

GREEN_TEST(nobody_there_is_econnrefused_where_connected)
{
	struct green_dgram *d, *deaf;
	char buf[16];

	REQUIRE(CHECK((deaf = open_deaf()) != NULL));
	REQUIRE(CHECK((d = connect_to(port_of(deaf))) != NULL));
	CHECK_INT(green_dgram_send(d, "x", 1, NULL, 0), 0);
	CHECK_ERRNO(green_dgram_receive(d, buf, sizeof(buf), NULL, NULL),
	    ECONNREFUSED);
	/* And it is told of once. */
	CHECK_INT(green_dgram_send(d, "x", 1, NULL, 0), 0);
	CHECK_ERRNO(green_dgram_receive(d, buf, sizeof(buf), NULL, NULL),
	    ECONNREFUSED);
	green_dgram_close(d);
	green_dgram_close(deaf);
}

GREEN_TEST(nobody_there_wakes_who_waits_for_an_answer)
{
	struct reception r = { .done = false };
	struct green_dgram *deaf;
	struct green_group group;

	REQUIRE(CHECK((deaf = open_deaf()) != NULL));
	REQUIRE(CHECK((r.d = connect_to(port_of(deaf))) != NULL));
	green_group_open(&group);
	CHECK_INT(green_spawn(&group, receive, &r), 0);
	settle();
	CHECK(!r.done);
	CHECK_INT(green_dgram_send(r.d, "x", 1, NULL, 0), 0);
	CHECK_INT(green_group_close(&group, 0), 0);
	CHECK_INT(r.n, -1);
	CHECK_INT(r.error, ECONNREFUSED);
	green_dgram_close(r.d);
	green_dgram_close(deaf);
}

GREEN_TEST(a_connected_socket_hears_its_peer_alone)
{
	struct green_dgram *d[2], *stranger;
	struct sockaddr_in in;
	struct sockaddr_storage from;
	socklen_t len;
	char buf[16];

	REQUIRE(open_both(d));
	REQUIRE(CHECK((stranger = open_loopback()) != NULL));
	in = at("127.0.0.1", port_of(d[1]));
	CHECK_INT(green_dgram_send(stranger, "boo", 3, SA(&in), sizeof(in)),
	    0);
	CHECK_INT(green_dgram_send(d[1], "x", 1, NULL, 0), 0);
	CHECK_INT(green_dgram_receive(d[0], buf, sizeof(buf), &from, &len), 1);
	CHECK_INT(green_dgram_send(d[0], "hi", 2, SA(&from), len), 0);
	CHECK_INT(green_dgram_receive(d[1], buf, sizeof(buf), NULL, NULL), 2);
	CHECK(memcmp(buf, "hi", 2) == 0);
	green_dgram_close(stranger);
	close_both(d);
}

GREEN_TEST(where_a_datagram_socket_cannot_be_connected_to)
{
	CHECK_NULL(green_udp_connect(NULL, "9", NULL), EINVAL);
	CHECK_NULL(green_udp_connect("127.0.0.1", "0", NULL), EINVAL);
	CHECK_NULL(green_udp_connect("127.0.0.1", "no such port", NULL),
	    EINVAL);
	/* Without leave to broadcast. */
	CHECK_NULL(green_udp_connect("255.255.255.255", "9", NULL), EACCES);
	CHECK_HAS(green_errmsg(), "255.255.255.255:9: ");
}

GREEN_TEST(names_of_datagram_services_resolve)
{
	struct green_dgram *d;
	struct sockaddr_storage sa;

	REQUIRE(CHECK((d = green_udp_connect("localhost", "9", NULL)) !=
	    NULL));
	CHECK_INT(green_dgram_attr(d, GREEN_ATTR_REMOTE_ADDR, &sa, sizeof(sa)),
	    0);
	green_dgram_close(d);
}

GREEN_TEST(only_who_asked_may_broadcast)
{
	struct green_dgram_options opt = { .local_host = "127.0.0.1" };
	const struct sockaddr_in in = at("255.255.255.255", 9);
	struct green_dgram *d;

	REQUIRE(CHECK((d = green_udp_open(&opt)) != NULL));
	CHECK_ERRNO(green_dgram_send(d, "x", 1, SA(&in), sizeof(in)), EACCES);
	green_dgram_close(d);
	opt.broadcast = true;
	REQUIRE(CHECK((d = green_udp_open(&opt)) != NULL));
	/* Or there is no network that it could go to. */
	CHECK(green_dgram_send(d, "x", 1, SA(&in), sizeof(in)) == 0 ||
	    errno != EACCES);
	green_dgram_close(d);
}

GREEN_TEST(from_fd_takes_datagram_sockets_alone)
{
	struct green_dgram *d;
	int fd[2], pipes[2];

	CHECK_NULL(green_dgram_from_fd(-1), EBADF);
	REQUIRE(CHECK(pipe(pipes) == 0));
	CHECK_NULL(green_dgram_from_fd(pipes[0]), ENOTSOCK);
	pair_close(pipes);
	REQUIRE(CHECK(pair_open(fd)));
	CHECK_NULL(green_dgram_from_fd(fd[0]), EINVAL);
	pair_close(fd);
	REQUIRE(CHECK((fd[0] = socket(AF_INET, SOCK_DGRAM, 0)) != -1));
	CHECK_NULL(green_stream_from_fd(fd[0]), EINVAL);
	CHECK_NULL(green_listener_from_fd(fd[0]), EINVAL);
	/* On failure all is as it was. */
	CHECK_INT(fcntl(fd[0], F_GETFL) & O_NONBLOCK, 0);
	CHECK_INT(fcntl(fd[0], F_GETFD), 0);
	REQUIRE(CHECK((d = green_dgram_from_fd(fd[0])) != NULL));
	CHECK(fcntl(fd[0], F_GETFL) & O_NONBLOCK);
	CHECK_INT(fcntl(fd[0], F_GETFD), FD_CLOEXEC);
	CHECK_NULL(green_dgram_from_fd(fd[0]), EBUSY);
	green_dgram_close(d);
	CHECK_ERRNO(fcntl(fd[0], F_GETFD), EBADF);
}

GREEN_TEST(attributes_of_datagram_sockets)
{
	struct green_dgram *d[2];
	struct sockaddr_storage sa;
	struct green_cred cred;
	int n;

	REQUIRE(open_both(d));
	CHECK_INT(green_dgram_attr(d[0], GREEN_ATTR_FD, &n, sizeof(n)), 0);
	CHECK(fcntl(n, F_GETFL) & O_NONBLOCK);
	CHECK_INT(fcntl(n, F_GETFD), FD_CLOEXEC);
	CHECK_INT(green_dgram_attr(d[0], GREEN_ATTR_FAMILY, &n, sizeof(n)), 0);
	CHECK_INT(n, AF_INET);
	CHECK_INT(green_dgram_attr(d[1], GREEN_ATTR_REMOTE_PORT, &n,
	    sizeof(n)), 0);
	CHECK_INT(n, port_of(d[0]));
	CHECK_INT(green_dgram_attr(d[0], GREEN_ATTR_LOCAL_ADDR, &sa,
	    sizeof(sa)), 0);
	CHECK_ERRNO(green_dgram_attr(d[0], GREEN_ATTR_REMOTE_ADDR, &sa,
	    sizeof(sa)), ENOTSUP);
	CHECK_ERRNO(green_dgram_attr(d[0], GREEN_ATTR_LOCAL_ADDR, &sa, 1),
	    EINVAL);
	CHECK_ERRNO(green_dgram_attr(d[0], GREEN_ATTR_PEER_CRED, &cred,
	    sizeof(cred)), ENOTSUP);
	CHECK_ERRNO(green_dgram_attr(d[0], GREEN_ATTR_TLS_ALPN, &sa,
	    sizeof(sa)), ENOTSUP);
	close_both(d);
}

#define MANY	50

GREEN_TEST(a_batch_is_sent_and_received_at_once)
{
	static struct green_datagram v[MANY];
	static char room[MANY][12];
	struct green_dgram *d[2];
	int i, got, all = 0;

	REQUIRE(open_both(d));
	for (i = 0; i < MANY; i++) {
		snprintf(room[i], sizeof(room[i]), "%d", i);
		v[i] = (struct green_datagram){
			.data = room[i], .len = strlen(room[i])
		};
	}
	CHECK_INT(green_dgram_send_many(d[1], v, MANY), MANY);
	for (i = 0; i < MANY; i++)
		v[i].size = sizeof(room[i]);
	while (all < MANY) {
		got = green_dgram_receive_many(d[0], v + all, MANY - all);
		REQUIRE(CHECK(got > 0));
		all += got;
	}
	for (i = 0; i < MANY; i++)
		CHECK_INT(strtol(room[i], NULL, 10), i);
	CHECK(!v[0].cut);
	CHECK_INT(v[MANY - 1].len, 2);
	/* As it has come, so it goes back. */
	CHECK_INT(green_dgram_send_many(d[0], v, MANY), MANY);
	for (all = 0; all < MANY; all += got) {
		got = green_dgram_receive_many(d[1], v, MANY);
		REQUIRE(CHECK(got > 0));
	}
	CHECK_INT(all, MANY);
	CHECK_INT(green_dgram_send_many(d[1], v, 0), 0);
	CHECK_ERRNO(green_dgram_send_many(d[1], v, -1), EINVAL);
	CHECK_ERRNO(green_dgram_receive_many(d[1], v, 0), EINVAL);
	close_both(d);
}

GREEN_TEST(what_does_not_fit_in_a_batch_is_marked)
{
	struct green_dgram *d[2];
	char a[2], b[8];
	struct green_datagram v[2] = {
		{ .data = a, .size = sizeof(a) },
		{ .data = b, .size = sizeof(b) }
	};

	REQUIRE(open_both(d));
	CHECK_INT(green_dgram_send(d[1], "long", 4, NULL, 0), 0);
	CHECK_INT(green_dgram_send(d[1], "short", 5, NULL, 0), 0);
	CHECK_INT(green_dgram_receive_many(d[0], v, 2), 2);
	CHECK(v[0].cut);
	CHECK_INT(v[0].len, sizeof(a));
	CHECK(!v[1].cut);
	CHECK_INT(v[1].len, 5);
	close_both(d);
}

GREEN_TEST(a_batch_ends_before_what_cannot_be_sent)
{
	struct green_dgram *d[2];
	char *big = calloc(1, 70000), buf[16];
	struct green_datagram v[3] = {
		{ .data = (void *)"a", .len = 1 },
		{ .data = big, .len = 70000 },
		{ .data = (void *)"b", .len = 1 }
	};

	REQUIRE(open_both(d));
	CHECK_INT(green_dgram_send_many(d[1], v, 3), 1);
	CHECK_ERRNO(green_dgram_send_many(d[1], v + 1, 2), EMSGSIZE);
	CHECK_INT(green_dgram_send_many(d[1], v + 2, 1), 1);
	CHECK_INT(green_dgram_receive(d[0], buf, sizeof(buf), NULL, NULL), 1);
	CHECK_INT(green_dgram_receive(d[0], buf, sizeof(buf), NULL, NULL), 1);
	free(big);
	close_both(d);
}

#define GROUP	"239.255.71.3"

static const char *
loopback(void)
{
	return (if_nametoindex("lo") != 0 ? "lo" : "lo0");
}

/* Can a socket be told where to send what goes to groups?  Emulated kernels may
   not know that option. */
static bool
have_groups(int family)
{
	const uint32_t any = 0;		/* struct in_addr, or unsigned */
	bool six = family == AF_INET6, know;
	int fd = socket(family, SOCK_DGRAM, 0);

	REQUIRE_TASK(CHECK(fd != -1));
	know = setsockopt(fd, six ? IPPROTO_IPV6 : IPPROTO_IP, six ?
	    IPV6_MULTICAST_IF : IP_MULTICAST_IF, &any, sizeof(any)) == 0 ||
	    errno != ENOPROTOOPT;
	close(fd);
	return (know);
}

GREEN_TEST(a_group_reaches_those_who_have_joined)
{
	struct green_dgram_options opt = { .family = AF_INET };
	struct green_dgram *d, *out;
	struct sockaddr_in in;
	struct green_scope s;
	char buf[16];

	if (!have_groups(AF_INET))
		return;
	REQUIRE(CHECK((d = green_udp_open(&opt)) != NULL));
	REQUIRE(CHECK((out = green_udp_open(&opt)) != NULL));
	in = at(GROUP, port_of(d));
	CHECK_INT(green_dgram_join(d, GROUP, loopback()), 0);
	CHECK_ERRNO(green_dgram_join(d, GROUP, loopback()), EADDRINUSE);
	CHECK_INT(green_dgram_set_multicast_interface(out, loopback()), 0);
	CHECK_INT(green_dgram_set_multicast_ttl(out, 0), 0);
	CHECK_INT(green_dgram_send(out, "x", 1, SA(&in), sizeof(in)), 0);
	CHECK_INT(green_dgram_receive(d, buf, sizeof(buf), NULL, NULL), 1);
	CHECK_INT(green_dgram_leave(d, GROUP, loopback()), 0);
	CHECK_ERRNO(green_dgram_leave(d, GROUP, loopback()), EADDRNOTAVAIL);
	/* It comes no more: what is sent to the socket itself does. */
	CHECK_INT(green_dgram_send(out, "x", 1, SA(&in), sizeof(in)), 0);
	in = at("127.0.0.1", port_of(d));
	CHECK_INT(green_dgram_send(out, "own", 3, SA(&in), sizeof(in)), 0);
	CHECK_INT(green_dgram_receive(d, buf, sizeof(buf), NULL, NULL), 3);
	/* Nor does it where this host's are left out. */
	CHECK_INT(green_dgram_join(d, GROUP, loopback()), 0);
	CHECK_INT(green_dgram_set_multicast_loop(out, false), 0);
	in = at(GROUP, port_of(d));
	CHECK_INT(green_dgram_send(out, "x", 1, SA(&in), sizeof(in)), 0);
	green_move_on_after(&s, 0);
	CHECK_INT(green_dgram_receive(d, buf, sizeof(buf), NULL, NULL), -1);
	CHECK_INT(green_scope_close(&s, 0), 0);
	green_dgram_close(d);
	green_dgram_close(out);
}

GREEN_TEST(groups_that_others_have_joined_are_not_ours)
{
	struct green_dgram_options opt = { .family = AF_INET };
	struct green_dgram *d, *other;
	struct sockaddr_in in;
	char buf[16];

	if (!have_groups(AF_INET))
		return;
	REQUIRE(CHECK((d = green_udp_open(&opt)) != NULL));
	REQUIRE(CHECK((other = green_udp_open(&opt)) != NULL));
	CHECK_INT(green_dgram_join(other, GROUP, loopback()), 0);
	CHECK_INT(green_dgram_set_multicast_interface(other, loopback()), 0);
	in = at(GROUP, port_of(d));
	CHECK_INT(green_dgram_send(other, "x", 1, SA(&in), sizeof(in)), 0);
	in = at("127.0.0.1", port_of(d));
	CHECK_INT(green_dgram_send(other, "own", 3, SA(&in), sizeof(in)), 0);
	CHECK_INT(green_dgram_receive(d, buf, sizeof(buf), NULL, NULL), 3);
	green_dgram_close(d);
	green_dgram_close(other);
}

/* An interface that has IPv6 and multicast, or "". */
static void
find_interface6(char name[IF_NAMESIZE])
{
	const unsigned wanted = IFF_UP | IFF_MULTICAST;
	struct ifaddrs *all, *i;

	name[0] = '\0';
	REQUIRE(CHECK_INT(getifaddrs(&all), 0));
	for (i = all; i != NULL; i = i->ifa_next)
		if (i->ifa_addr != NULL && i->ifa_addr->sa_family == AF_INET6 &&
		    (i->ifa_flags & wanted) == wanted)
			(void)strlcpy(name, i->ifa_name, IF_NAMESIZE);
	freeifaddrs(all);
}

/* Where there is an interface for it. */
GREEN_TEST(a_group_of_ipv6_reaches_those_who_have_joined)
{
	struct green_dgram_options opt = { .family = AF_INET6 };
	struct green_dgram *d, *out;
	struct sockaddr_in6 to = { .sin6_family = AF_INET6 };
	char buf[16], name[IF_NAMESIZE];

	find_interface6(name);
	if (name[0] == '\0' || !have_groups(AF_INET6))
		return;
	REQUIRE(CHECK((d = green_udp_open(&opt)) != NULL));
	REQUIRE(CHECK((out = green_udp_open(&opt)) != NULL));
	CHECK_INT(green_dgram_join(d, "ff01::7103", name), 0);
	to.sin6_port = htons((uint16_t)port_of(d));
	CHECK_INT(inet_pton(AF_INET6, "ff01::7103", &to.sin6_addr), 1);
	CHECK_INT(green_dgram_set_multicast_interface(out, name), 0);
	CHECK_INT(green_dgram_set_multicast_ttl(out, 1), 0);
	CHECK_INT(green_dgram_set_multicast_loop(out, true), 0);
	if (CHECK_INT(green_dgram_send(out, "x", 1, SA(&to), sizeof(to)), 0))
		CHECK_INT(green_dgram_receive(d, buf, sizeof(buf), NULL, NULL),
		    1);
	CHECK_INT(green_dgram_leave(d, "ff01::7103", name), 0);
	green_dgram_close(d);
	green_dgram_close(out);
}

GREEN_TEST(what_is_no_group_cannot_be_joined)
{
	struct green_dgram_options opt = { .family = AF_INET };
	struct green_dgram *d;

	REQUIRE(CHECK((d = green_udp_open(&opt)) != NULL));
	CHECK_ERRNO(green_dgram_join(d, "127.0.0.1", NULL), EINVAL);
	CHECK_ERRNO(green_dgram_join(d, "::1", NULL), EINVAL);
	CHECK_ERRNO(green_dgram_join(d, "example.org", NULL), EINVAL);
	CHECK_ERRNO(green_dgram_join(d, "ff02::1", NULL), EAFNOSUPPORT);
	CHECK_ERRNO(green_dgram_join(d, GROUP, "no-such-if"), ENXIO);
	CHECK_ERRNO(green_dgram_set_multicast_interface(d, "no-such-if"),
	    ENXIO);
	CHECK_ERRNO(green_dgram_set_multicast_ttl(d, 256), EINVAL);
	CHECK_ERRNO(green_dgram_set_multicast_ttl(d, -1), EINVAL);
	green_dgram_close(d);
	REQUIRE(CHECK((d = green_unix_dgram_open(NULL)) != NULL));
	CHECK_ERRNO(green_dgram_join(d, GROUP, NULL), ENOTSUP);
	CHECK_ERRNO(green_dgram_set_multicast_ttl(d, 1), ENOTSUP);
	green_dgram_close(d);
}

PLAIN_TEST(without_a_loop_no_datagrams)
{
	CHECK_NULL(green_udp_open(NULL), EPERM);
	CHECK_NULL(green_udp_connect("127.0.0.1", "9", NULL), EPERM);
	CHECK_NULL(green_unix_dgram_open(NULL), EPERM);
	CHECK_NULL(green_unix_dgram_connect("/tmp/s", NULL), EPERM);
}

static int
open_one(void *arg)
{
	struct green_dgram **d = arg;

	return ((*d = open_loopback()) == NULL ? -1 : 0);
}

PLAIN_TEST(a_socket_outlives_its_loop)
{
	struct green_dgram *d = NULL;

	CHECK_INT(IN_LOOP(open_one, &d, NULL), 0);
	green_dgram_close(d);
}

CU_TestInfo dgram_tests[] = {
	CLAIM(a_datagram_comes_whole_and_with_its_sender),
	CLAIM(an_empty_datagram_is_no_end),
	CLAIM(the_rest_of_a_longer_datagram_is_lost),
	CLAIM(a_datagram_too_long_to_send_is_emsgsize),
	CLAIM(sending_to_nowhere_is_edestaddrreq),
	CLAIM(a_second_task_in_a_direction_is_ebusy),
	CLAIM(closing_under_a_receiver_is_ebadf),
	CLAIM(a_cancelled_receive_has_taken_nothing),
	CLAIM(a_local_port_without_a_host_is_honoured),
	CLAIM(a_socket_for_any_address_has_both_families),
	CLAIM(one_family_is_one_family),
	CLAIM(nobody_there_is_econnrefused_where_connected),
	CLAIM(nobody_there_wakes_who_waits_for_an_answer),
	CLAIM(a_connected_socket_hears_its_peer_alone),
	CLAIM(where_a_datagram_socket_cannot_be_connected_to),
	CLAIM(names_of_datagram_services_resolve),
	CLAIM(only_who_asked_may_broadcast),
	CLAIM(from_fd_takes_datagram_sockets_alone),
	CLAIM(attributes_of_datagram_sockets),
	CLAIM(a_batch_is_sent_and_received_at_once),
	CLAIM(what_does_not_fit_in_a_batch_is_marked),
	CLAIM(a_batch_ends_before_what_cannot_be_sent),
	CLAIM(a_group_reaches_those_who_have_joined),
	CLAIM(groups_that_others_have_joined_are_not_ours),
	CLAIM(a_group_of_ipv6_reaches_those_who_have_joined),
	CLAIM(what_is_no_group_cannot_be_joined),
	CLAIM(without_a_loop_no_datagrams),
	CLAIM(a_socket_outlives_its_loop),
	CU_TEST_INFO_NULL
};
