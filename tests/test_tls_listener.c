/*
 * TLS listeners, and TLS by the options of connecting and listening.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "certs.h"
#include "check.h"
#include "streams.h"
#include "tls.h"

static struct green_listener *
listen_tls(int *port, int64_t timeout)
{
	const struct green_tls_options s = server_options();
	struct green_listener *l = streams_listen(port);

	if (l != NULL)
		CHECK((l = green_tls_listener(l, &s, timeout)) != NULL);
	return (l);
}

/* Connect with a good handshake, be greeted, and leave. */
static int
be_greeted(void *port)
{
	struct green_tls_options tls = client_options();
	const struct green_connect_options opt = {
		.tls = true,
		.tls_options = &tls
	};
	struct green_stream *s;
	char text[16], *line;

	snprintf(text, sizeof(text), "%d", *(int *)port);
	tls.hostname = NULL;		/* the host's then */
	s = green_connect_tcp("127.0.0.1", text, &opt);
	REQUIRE_TASK(CHECK(s != NULL));
	if (CHECK_INT(green_stream_receive_line(s, 100, &line), 1))
		CHECK_STR(line, "hello");
	CHECK_INT(green_stream_close(s), 0);
	return (0);
}

struct served {
	struct green_listener *l;
	struct green_group *g;
};

static int
serve(void *arg)
{
	struct served *v = arg;

	return (green_serve(v->l, v->g, greet, NULL));
}

GREEN_TEST(streams_come_out_after_their_handshake)
{
	struct green_group g;
	struct served v = { .g = &g };
	int port;

	REQUIRE(CHECK((v.l = listen_tls(&port, 0)) != NULL));
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, serve, &v), 0);
	CHECK_INT(be_greeted(&port), 0);
	CHECK_INT(be_greeted(&port), 0);
	green_listener_close(v.l);
	CHECK_INT(green_group_close(&g, 0), 0);
}

GREEN_TEST(bad_handshakes_and_stalls_delay_nobody)
{
	struct green_stream *mute, *http, *gone, *wary;
	struct green_tls_options c = { .hostname = "b.example" };
	struct green_group g;
	struct served v = { .g = &g };
	char buf[64];
	int port, i;

	REQUIRE(CHECK((v.l = listen_tls(&port, 0)) != NULL));
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, serve, &v), 0);
	mute = streams_connect(port);
	http = streams_connect(port);
	CHECK_INT(green_stream_send(http, "GET / HTTP/1.0\r\n\r\n", 18), 0);
	gone = streams_connect(port);
	green_stream_abort(gone);
	wary = streams_connect(port);
	CHECK_NULL(green_tls_wrap(wary, &c), EACCES);
	for (i = 0; i < 3; i++)
		CHECK_INT(be_greeted(&port), 0);
	while (green_stream_receive(http, buf, sizeof(buf)) > 0)
		continue;
	CHECK_INT(green_stream_close(http), 0);
	/* The end of the listener is that of its handshakes. */
	green_listener_close(v.l);
	CHECK(green_stream_receive(mute, buf, sizeof(buf)) <= 0);
	CHECK_INT(green_stream_close(mute), 0);
	CHECK_INT(green_group_close(&g, 0), 0);
}

MOCK_TEST(a_handshake_that_stalls_is_dropped)
{
	struct green_stream *mute;
	struct green_group g;
	struct served v = { .g = &g };
	int64_t began = green_now();
	char byte;
	int port;

	REQUIRE(CHECK((v.l = listen_tls(&port, 0)) != NULL));
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, serve, &v), 0);
	mute = streams_connect(port);
	CHECK_INT(green_stream_receive(mute, &byte, 1), 0);
	CHECK_INT(green_now() - began, 30 * GREEN_SEC);
	CHECK_INT(green_stream_close(mute), 0);
	CHECK_INT(be_greeted(&port), 0);
	green_listener_close(v.l);
	CHECK_INT(green_group_close(&g, 0), 0);
}

MOCK_TEST(also_in_the_time_that_is_given)
{
	struct green_stream *mute;
	struct green_group g;
	struct served v = { .g = &g };
	int64_t began = green_now();
	char byte;
	int port;

	REQUIRE(CHECK((v.l = listen_tls(&port, GREEN_SEC)) != NULL));
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, serve, &v), 0);
	mute = streams_connect(port);
	/* Half a record keeps it no longer. */
	CHECK_INT(green_stream_send(mute, "\x16\x03\x01", 3), 0);
	CHECK(green_stream_receive(mute, &byte, 1) <= 0);
	CHECK_INT(green_now() - began, GREEN_SEC);
	CHECK_INT(green_stream_close(mute), 0);
	green_listener_close(v.l);
	CHECK_INT(green_group_close(&g, 0), 0);
}

GREEN_TEST(what_nobody_accepts_any_more_is_closed)
{
	struct green_stream *s[3], *first;
	struct green_listener *l;
	struct green_group g;
	struct side e[3];
	struct green_tls_options c = client_options();
	char byte;
	int port, i;

	REQUIRE(CHECK((l = listen_tls(&port, 0)) != NULL));
	green_group_open(&g);
	for (i = 0; i < 3; i++) {
		s[i] = streams_connect(port);
		e[i] = (struct side){ .s = s[i], .opt = &c };
		CHECK_INT(green_spawn(&g, side_wrap, &e[i]), 0);
	}
	CHECK((first = green_accept(l)) != NULL);
	CHECK_INT(green_group_close(&g, 0), 0);
	green_listener_close(l);
	CHECK_INT(green_stream_close(first), 0);
	for (i = 0; i < 3; i++)
		if (CHECK(e[i].s != NULL)) {
			CHECK(green_stream_receive(e[i].s, &byte, 1) <= 0);
			(void)green_stream_close(e[i].s);
		}
}

GREEN_TEST(a_renewed_certificate_serves_new_connections)
{
	const struct cert_wish w = { .name = "renewed",
	    .san = "DNS:server.example", .issuer = cert_ca() };
	struct green_tls_options n = { .server_side = true };
	struct green_tls_options c = client_options();
	struct green_tls_config *cfg;
	struct green_stream *before, *after;
	struct green_group g;
	struct served v = { .g = &g };
	struct cert renewed = { .x = NULL };
	X509 *shown = NULL;
	char buf[8];
	int port;

	REQUIRE(cert_make(&renewed, &w));
	n.cert_file = n.key_file = renewed.file;
	REQUIRE(CHECK((v.l = listen_tls(&port, 0)) != NULL));
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, serve, &v), 0);
	before = green_tls_wrap(streams_connect(port), &c);
	CHECK((cfg = green_tls_config_open(&n)) != NULL);
	CHECK_INT(green_tls_listener_set_config(v.l, cfg), 0);
	green_tls_config_release(cfg);
	after = green_tls_wrap(streams_connect(port), &c);
	if (CHECK(before != NULL && after != NULL)) {
		CHECK_INT(green_stream_attr(after, GREEN_ATTR_TLS_PEER_CERT,
		    &shown, sizeof(shown)), 0);
		CHECK(X509_cmp(shown, renewed.x) == 0);
		CHECK_INT(green_stream_receive(before, buf, sizeof(buf)), 6);
		CHECK_INT(green_stream_receive(after, buf, sizeof(buf)), 6);
	}
	CHECK_INT(green_stream_close(before), 0);
	CHECK_INT(green_stream_close(after), 0);
	green_listener_close(v.l);
	CHECK_INT(green_group_close(&g, 0), 0);
	cert_free(&renewed);
}

GREEN_TEST(what_makes_no_listener_of_tls_is_einval)
{
	const struct green_tls_options s = server_options();
	const struct green_tls_options c = client_options();
	struct green_tls_config *cfg;
	struct green_listener *l;
	int port;

	CHECK_NULL(green_tls_listener(streams_listen(&port), &c, 0), EINVAL);
	CHECK_NULL(green_tls_listener(streams_listen(&port), &s, -1), EINVAL);
	CHECK_NULL(green_tls_listener(listen_tls(&port, 0), &s, 0), EINVAL);
	CHECK((cfg = green_tls_config_open(&s)) != NULL);
	l = streams_listen(&port);
	CHECK_ERRNO(green_tls_listener_set_config(l, cfg), EINVAL);
	green_listener_close(l);
	green_tls_config_release(cfg);
}

GREEN_TEST(options_ask_for_tls)
{
	struct green_tls_options s = server_options(), c = client_options();
	const struct green_listen_options at = { .tls = true,
	    .tls_options = &s };
	struct green_connect_options to = { .tls = true, .tls_options = &c };
	const struct green_listen_options bad = { .tls = true };
	struct green_group g;
	struct served v = { .g = &g };
	int port;

	CHECK_NULL(green_listen_tcp("127.0.0.1", "0", &bad), EINVAL);
	CHECK_HAS(green_errmsg(), "a server needs");
	s.server_side = false;		/* goes without saying */
	v.l = green_listen_tcp("127.0.0.1", "0", &at);
	REQUIRE(CHECK(v.l != NULL));
	CHECK_INT(green_listener_attr(v.l, GREEN_ATTR_LOCAL_PORT, &port,
	    sizeof(port)), 0);
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, serve, &v), 0);
	CHECK_INT(be_greeted(&port), 0);
	c.ca_file = "/nowhere/ca.pem";
	CHECK_NULL(green_connect_tcp("127.0.0.1", "1", &to), ENOENT);
	green_listener_close(v.l);
	CHECK_INT(green_group_close(&g, 0), 0);
}

CU_TestInfo tls_listener_tests[] = {
	CLAIM(streams_come_out_after_their_handshake),
	CLAIM(bad_handshakes_and_stalls_delay_nobody),
	CLAIM(a_handshake_that_stalls_is_dropped),
	CLAIM(also_in_the_time_that_is_given),
	CLAIM(what_nobody_accepts_any_more_is_closed),
	CLAIM(a_renewed_certificate_serves_new_connections),
	CLAIM(what_makes_no_listener_of_tls_is_einval),
	CLAIM(options_ask_for_tls),
	CU_TEST_INFO_NULL
};
