/*
 * TCP: listening on every address or one, connecting by name and by number, and
 * what bad addresses, hosts and ports are answered with.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <sys/socket.h>
#include <netinet/in.h>

#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "streams.h"

/* Does this machine have a family, with its loopback address? */
static bool
has_family(int family)
{
	struct green_listener *l = green_listen_tcp(family == AF_INET6 ?
	    "::1" : "127.0.0.1", "0", NULL);

	green_listener_close(l);
	return (l != NULL);
}

/* Connect to l's port at host, and accept that. */
static bool
reaches(struct green_listener *l, const char *host)
{
	struct green_stream *a, *b = NULL;
	char port[16];
	int n;

	if (!CHECK_INT(green_listener_attr(l, GREEN_ATTR_LOCAL_PORT, &n,
	    sizeof(n)), 0))
		return (false);
	snprintf(port, sizeof(port), "%d", n);
	if ((a = green_connect_tcp(host, port, NULL)) != NULL)
		CHECK((b = green_accept(l)) != NULL);
	CHECK_INT(green_stream_close(a), 0);
	CHECK_INT(green_stream_close(b), 0);
	return (b != NULL);
}

GREEN_TEST(without_host_all_families_share_a_port)
{
	struct green_listener *l = green_listen_tcp(NULL, "0", NULL);

	REQUIRE(CHECK(l != NULL));
	if (has_family(AF_INET))
		CHECK(reaches(l, "127.0.0.1"));
	if (has_family(AF_INET6))
		CHECK(reaches(l, "::1"));
	CHECK(reaches(l, "localhost"));
	green_listener_close(l);
}

GREEN_TEST(a_family_alone)
{
	struct green_listen_options opt = { .family = AF_INET };
	struct green_listener *l;
	int family;

	REQUIRE(CHECK((l = green_listen_tcp(NULL, "0", &opt)) != NULL));
	CHECK_INT(green_listener_attr(l, GREEN_ATTR_FAMILY, &family,
	    sizeof(family)), 0);
	CHECK_INT(family, AF_INET);
	CHECK(reaches(l, "127.0.0.1"));
	CHECK(!reaches(l, "::1"));
	green_listener_close(l);
}

GREEN_TEST(a_name_is_all_its_addresses)
{
	struct green_listener *l = green_listen_tcp("localhost", "0", NULL);

	REQUIRE(CHECK(l != NULL));
	CHECK(reaches(l, "localhost"));
	CHECK(reaches(l, "127.0.0.1"));
	green_listener_close(l);
}

/* In the way of the second socket of a listener, as it is about to be bound. */
struct rival {
	int	 n;
	int	 first;			/* descriptor of the first */
	int	 tries;			/* that it spoils */
	int	 fd[32];
};

static int
port_of(int fd)
{
	struct sockaddr_storage sa;
	socklen_t len = sizeof(sa);

	CHECK_INT(getsockname(fd, (struct sockaddr *)&sa, &len), 0);
	return (sa.ss_family == AF_INET6 ?
	    ((struct sockaddr_in6 *)&sa)->sin6_port :
	    ((struct sockaddr_in *)&sa)->sin_port);
}

static int
spoil(int fd, void *arg)
{
	struct sockaddr_in sa = { .sin_family = AF_INET };
	struct rival *r = arg;
	int s, on = 1;

	if (r->n++ % 2 == 0) {
		r->first = fd;
		return (0);
	}
	if (r->n / 2 > r->tries || r->n / 2 > 32)
		return (0);
	CHECK((s = socket(AF_INET, SOCK_STREAM, 0)) != -1);
	/* As connections of the past may still have the port. */
	CHECK_INT(setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)), 0);
	sa.sin_port = (in_port_t)port_of(r->first);
	/* Others on this machine may have been as quick. */
	if (bind(s, (struct sockaddr *)&sa, sizeof(sa)) == -1)
		CHECK_INT(errno, EADDRINUSE);
	else
		CHECK_INT(listen(s, 1), 0);
	r->fd[r->n / 2 - 1] = s;
	return (0);
}

static void
make_up(struct rival *r)
{
	int i;

	for (i = 0; i < r->tries && i < r->n / 2 && i < 32; i++)
		CHECK_INT(close(r->fd[i]), 0);
}

GREEN_TEST(a_free_port_is_free_for_all_families)
{
	struct rival r = { .tries = 3 };
	struct green_listen_options opt = {
		.prepare = spoil,
		.prepare_arg = &r
	};
	struct green_listener *l;

	if (!has_family(AF_INET) || !has_family(AF_INET6))
		return;
	CHECK((l = green_listen_tcp(NULL, "0", &opt)) != NULL);
	CHECK(r.n >= 8);
	if (l != NULL) {
		CHECK(reaches(l, "127.0.0.1"));
		CHECK(reaches(l, "::1"));
	}
	green_listener_close(l);
	make_up(&r);
	/* But not for ever. */
	r = (struct rival){ .tries = 1000 };
	CHECK_NULL(green_listen_tcp(NULL, "0", &opt), EADDRINUSE);
	CHECK_HAS(green_errmsg(), "0.0.0.0:");
	CHECK(r.n > 4 && r.n <= 64);
	make_up(&r);
}

static int
refuse(int fd, void *arg)
{
	(void)fd;
	(void)arg;
	errno = EPROTO;
	return (-1);
}

GREEN_TEST(a_socket_that_cannot_be_prepared_does_not_listen)
{
	struct green_listen_options opt = { .prepare = refuse };

	CHECK_NULL(green_listen_tcp("127.0.0.1", "0", &opt), EPROTO);
	opt = (struct green_listen_options){ .send_buffer = -1 };
	CHECK_NULL(green_listen_tcp("127.0.0.1", "0", &opt), EINVAL);
}

/* They are the accepted streams' too. */
GREEN_TEST(buffers_are_set_before_a_socket_listens)
{
	struct green_listen_options opt = {
		.receive_buffer = 100000,
		.send_buffer = 50000
	};
	struct green_listener *l;
	struct green_stream *a, *b;
	char text[16];
	int64_t n;
	int port;

	CHECK((l = green_listen_tcp("127.0.0.1", "0", &opt)) != NULL);
	CHECK_INT(green_listener_attr(l, GREEN_ATTR_LOCAL_PORT, &port,
	    sizeof(port)), 0);
	snprintf(text, sizeof(text), "%d", port);
	CHECK((a = green_connect_tcp("127.0.0.1", text, NULL)) != NULL);
	CHECK((b = green_accept(l)) != NULL);
	CHECK_INT(green_stream_get(b, GREEN_OPT_RECEIVE_BUFFER, &n), 0);
	CHECK(n >= 100000);
	CHECK_INT(green_stream_get(b, GREEN_OPT_SEND_BUFFER, &n), 0);
	CHECK(n >= 50000);
	CHECK_INT(green_stream_close(a), 0);
	CHECK_INT(green_stream_close(b), 0);
	green_listener_close(l);
}

/* What connects again and again finds a port again. */
GREEN_TEST(a_port_can_be_listened_on_again)
{
	struct green_listener *l, *second;
	struct green_stream *a, *b;
	char text[16];
	int port, i;

	for (i = 0; i < 3; i++) {
		REQUIRE((l = streams_listen(&port)) != NULL);
		CHECK((a = streams_connect(port)) != NULL);
		CHECK((b = green_accept(l)) != NULL);
		snprintf(text, sizeof(text), "%d", port);
		CHECK_NULL(green_listen_tcp("127.0.0.1", text, NULL),
		    EADDRINUSE);
		CHECK_HAS(green_errmsg(), "127.0.0.1:");
		/* Ours is left in TIME_WAIT. */
		CHECK_INT(green_stream_close(b), 0);
		CHECK_INT(green_stream_close(a), 0);
		green_listener_close(l);
		second = green_listen_tcp("127.0.0.1", text, NULL);
		CHECK(second != NULL);
		green_listener_close(second);
	}
}

GREEN_TEST(several_may_share_a_port_that_ask_for_it)
{
	struct green_listen_options opt = { .reuse_port = true };
	struct green_listener *a, *b;
	char text[16];
	int port;

	a = green_listen_tcp("127.0.0.1", "0", &opt);
	if (a == NULL && errno == ENOTSUP)
		return;
	REQUIRE(CHECK(a != NULL));
	CHECK_INT(green_listener_attr(a, GREEN_ATTR_LOCAL_PORT, &port,
	    sizeof(port)), 0);
	snprintf(text, sizeof(text), "%d", port);
	CHECK((b = green_listen_tcp("127.0.0.1", text, &opt)) != NULL);
	green_listener_close(a);
	CHECK(reaches(b, "127.0.0.1"));
	green_listener_close(b);
}

GREEN_TEST(nobody_there_is_econnrefused)
{
	int port, fd = streams_refuse(&port);
	char text[16], want[64];

	CHECK_NULL(streams_connect(port), ECONNREFUSED);
	snprintf(want, sizeof(want), "127.0.0.1:%d: Connection refused", port);
	CHECK_STR(green_errmsg(), want);
	snprintf(text, sizeof(text), "%d", port);
	CHECK_NULL(green_connect_tcp("localhost", text, NULL), ECONNREFUSED);
	CHECK_HAS(green_errmsg(), want);
	CHECK_INT(close(fd), 0);
}

GREEN_TEST(bad_ports_are_einval)
{
	static const char *const bad[] = {
		"65536", "99999999999999999999", "-1", "+80", " 80", "80 ", "",
		"no-such-service", NULL
	};
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		CHECK_NULL(green_connect_tcp("127.0.0.1", bad[i], NULL),
		    EINVAL);
		CHECK_HAS(green_errmsg(), bad[i] == NULL || bad[i][0] == '\0' ?
		    "no port" : bad[i]);
		CHECK_NULL(green_listen_tcp(NULL, bad[i], NULL), EINVAL);
	}
	CHECK_NULL(green_connect_tcp("127.0.0.1", "0", NULL), EINVAL);
}

GREEN_TEST(bad_hosts_and_options)
{
	struct green_connect_options to;
	struct green_listen_options at;

	CHECK_NULL(green_connect_tcp(NULL, "80", NULL), EINVAL);
	to = (struct green_connect_options){ .family = AF_UNIX };
	CHECK_NULL(green_connect_tcp("127.0.0.1", "80", &to), EINVAL);
	to.family = AF_INET6;
	CHECK_NULL(green_connect_tcp("127.0.0.1", "80", &to), EADDRNOTAVAIL);
	CHECK_HAS(green_errmsg(), "no IPv6 address");
	at = (struct green_listen_options){ .backlog = -1 };
	CHECK_NULL(green_listen_tcp(NULL, "0", &at), EINVAL);
	at = (struct green_listen_options){ .family = AF_INET };
	CHECK_NULL(green_listen_tcp("::1", "0", &at), EADDRNOTAVAIL);
	/* TEST-NET-1 is nobody's. */
	CHECK_NULL(green_listen_tcp("192.0.2.1", "0", NULL), EADDRNOTAVAIL);
	CHECK_HAS(green_errmsg(), "192.0.2.1:0: ");
	/* Without a name server it cannot be known. */
	CHECK(green_connect_tcp("no-such-host.invalid", "80", NULL) == NULL);
	CHECK(errno == EADDRNOTAVAIL || errno == EAGAIN);
	CHECK_HAS(green_errmsg(), "no-such-host.invalid");
}

GREEN_TEST(services_have_names)
{
	/* Where the system knows any. */
	if (getservbyname("discard", "tcp") == NULL)
		return;
	CHECK_NULL(green_listen_tcp("192.0.2.1", "discard", NULL),
	    EADDRNOTAVAIL);
	CHECK_HAS(green_errmsg(), "192.0.2.1:9: ");
}

GREEN_TEST(a_connection_leaves_from_where_it_is_told_to)
{
	struct green_connect_options opt = { .local_host = "127.0.0.1" };
	struct green_listener *l, *other;
	struct green_stream *a, *b;
	char text[16], from[16];
	int port, local, remote;

	REQUIRE((l = streams_listen(&port)) != NULL);
	REQUIRE((other = streams_listen(&local)) != NULL);
	green_listener_close(other);
	snprintf(text, sizeof(text), "%d", port);
	snprintf(from, sizeof(from), "%d", local);
	opt.local_port = from;
	a = green_connect_tcp("127.0.0.1", text, &opt);
	REQUIRE(CHECK(a != NULL));
	CHECK((b = green_accept(l)) != NULL);
	CHECK_INT(green_stream_attr(b, GREEN_ATTR_REMOTE_PORT, &remote,
	    sizeof(remote)), 0);
	CHECK_INT(remote, local);
	CHECK_INT(green_stream_close(a), 0);
	CHECK_INT(green_stream_close(b), 0);
	opt.local_host = "192.0.2.1";
	opt.local_port = NULL;
	CHECK_NULL(green_connect_tcp("127.0.0.1", text, &opt), EADDRNOTAVAIL);
	CHECK_HAS(green_errmsg(), "local address");
	opt.local_host = "::1";
	CHECK_NULL(green_connect_tcp("127.0.0.1", text, &opt), EADDRNOTAVAIL);
	CHECK_HAS(green_errmsg(), "no local address of that family");
	green_listener_close(l);
}

/* Its queue is full: nobody answers. */
GREEN_TEST(connecting_can_be_cancelled)
{
	struct green_listen_options opt = { .backlog = 1 };
	struct green_listener *l = green_listen_tcp("127.0.0.1", "0", &opt);
	struct green_stream *s[8] = { NULL };
	struct green_scope scope;
	int port, i;

	REQUIRE(CHECK(l != NULL));
	CHECK_INT(green_listener_attr(l, GREEN_ATTR_LOCAL_PORT, &port,
	    sizeof(port)), 0);
	green_move_on_after(&scope, 20 * GREEN_MSEC);
	for (i = 0; i < 8; i++)
		if ((s[i] = streams_connect(port)) == NULL)
			break;
	CHECK(i == 8 || errno == ECANCELED);
	CHECK_INT(green_scope_close(&scope, 0), 0);
	while (i-- > 0)
		CHECK_INT(green_stream_close(s[i]), 0);
	green_listener_close(l);
	green_scope_open(&scope);
	green_scope_cancel(&scope, NULL);
	CHECK_NULL(streams_connect(port), ECANCELED);
	CHECK_NULL(green_listen_tcp(NULL, "0", NULL), ECANCELED);
	CHECK_INT(green_scope_close(&scope, 0), 0);
}

GREEN_TEST(descriptors_that_are_no_such_sockets_are_left_alone)
{
	int fd[2], s;

	CHECK_NULL(green_stream_from_fd(-1), EBADF);
	CHECK_NULL(green_listener_from_fd(-1), EBADF);
	CHECK_INT(pipe(fd), 0);
	CHECK_NULL(green_listener_from_fd(fd[0]), ENOTSOCK);
	CHECK_INT(close(fd[0]), 0);
	CHECK_INT(close(fd[1]), 0);
	CHECK((s = socket(AF_INET, SOCK_STREAM, 0)) != -1);
	CHECK_NULL(green_stream_from_fd(s), ENOTCONN);
	CHECK_NULL(green_listener_from_fd(s), EINVAL);
	CHECK_INT(listen(s, 1), 0);
	CHECK_NULL(green_stream_from_fd(s), EINVAL);
	CHECK_INT(close(s), 0);
	CHECK((s = socket(AF_INET, SOCK_DGRAM, 0)) != -1);
	CHECK_NULL(green_stream_from_fd(s), EINVAL);
	CHECK_NULL(green_listener_from_fd(s), EINVAL);
	CHECK_INT(close(s), 0);
}

GREEN_TEST(a_listener_made_elsewhere_accepts)
{
	struct sockaddr_in sa = { .sin_family = AF_INET };
	struct green_listener *l;
	int s;

	sa.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	CHECK((s = socket(AF_INET, SOCK_STREAM, 0)) != -1);
	CHECK_INT(bind(s, (struct sockaddr *)&sa, sizeof(sa)), 0);
	CHECK_INT(listen(s, 5), 0);
	REQUIRE(CHECK((l = green_listener_from_fd(s)) != NULL));
	CHECK(reaches(l, "127.0.0.1"));
	/* It has an owner already. */
	CHECK_NULL(green_listener_from_fd(s), EBUSY);
	CHECK(reaches(l, "127.0.0.1"));
	green_listener_close(l);
}

CU_TestInfo tcp_tests[] = {
	CLAIM(without_host_all_families_share_a_port),
	CLAIM(a_family_alone),
	CLAIM(a_name_is_all_its_addresses),
	CLAIM(a_free_port_is_free_for_all_families),
	CLAIM(a_socket_that_cannot_be_prepared_does_not_listen),
	CLAIM(buffers_are_set_before_a_socket_listens),
	CLAIM(a_port_can_be_listened_on_again),
	CLAIM(several_may_share_a_port_that_ask_for_it),
	CLAIM(nobody_there_is_econnrefused),
	CLAIM(bad_ports_are_einval),
	CLAIM(bad_hosts_and_options),
	CLAIM(services_have_names),
	CLAIM(a_connection_leaves_from_where_it_is_told_to),
	CLAIM(connecting_can_be_cancelled),
	CLAIM(descriptors_that_are_no_such_sockets_are_left_alone),
	CLAIM(a_listener_made_elsewhere_accepts),
	CU_TEST_INFO_NULL
};
