/*
 * What peers of TLS do that they should not, or that is none: each ends with a
 * clear error, or changes nothing.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <string.h>

#include <openssl/err.h>

#include "certs.h"
#include "check.h"
#include "streams.h"
#include "tls.h"

/*
 * What is no TLS.
 */
GREEN_TEST(plain_http_is_told_for_what_it_is)
{
	static const char request[] = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
	struct green_tls_options s = server_options();
	struct green_stream *end[2];

	REQUIRE(streams_open_local(end));
	CHECK_INT(green_stream_send(end[1], request, sizeof(request) - 1), 0);
	CHECK_NULL(green_tls_wrap(end[0], &s), EPROTO);
	CHECK_HAS(green_errmsg(), "plain HTTP");
	CHECK_INT(green_stream_close(end[1]), 0);
}

GREEN_TEST(what_is_no_tls_is_eproto)
{
	struct green_tls_options c = client_options();
	struct green_stream *end[2];

	REQUIRE(streams_open_local(end));
	CHECK_INT(green_stream_send(end[1], "220 hello there\r\n", 17), 0);
	CHECK_NULL(green_tls_wrap(end[0], &c), EPROTO);
	CHECK_HAS(green_errmsg(), "does not speak TLS");
	CHECK_INT(green_stream_close(end[1]), 0);
}

GREEN_TEST(an_end_in_the_handshake_is_eproto)
{
	struct green_tls_options c = client_options();
	struct green_stream *end[2];

	REQUIRE(streams_open_local(end));
	CHECK_INT(green_stream_send_eof(end[1]), 0);
	CHECK_NULL(green_tls_wrap(end[0], &c), EPROTO);
	CHECK_HAS(green_errmsg(), "hung up");
	CHECK_INT(green_stream_close(end[1]), 0);
}

GREEN_TEST(bytes_before_the_handshake_are_refused)
{
	struct green_tls_options s = server_options();
	struct green_stream *end[2];

	REQUIRE(streams_open_local(end));
	CHECK_INT(green_stream_unread(end[0], "x", 1), 0);
	CHECK_NULL(green_tls_wrap(end[0], &s), EPROTO);
	CHECK_HAS(green_errmsg(), "in the clear");
	CHECK_INT(green_stream_close(end[1]), 0);
}

/*
 * Versions.
 */
GREEN_TEST(tls_1_1_is_refused)
{
	SSL_CTX *ctx = cert_context(cert_server());
	struct green_tls_options s = { .server_side = true, .context = ctx };
	struct side e[2];

	(void)SSL_CTX_set_min_proto_version(ctx, TLS1_VERSION);
	(void)SSL_CTX_set_max_proto_version(ctx, TLS1_1_VERSION);
	CHECK(!sides_open(e, &s, NULL));
	SSL_CTX_free(ctx);
	CHECK_INT(e[1].error, EPROTO);
}

GREEN_TEST(nor_is_a_client_of_tls_1_1_served)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
	struct green_tls_options c = {
		.hostname = sides_hostname,
		.no_verify = true,
		.context = ctx
	};
	struct side e[2];

	SSL_CTX_set_security_level(ctx, 0);
	(void)SSL_CTX_set_min_proto_version(ctx, TLS1_VERSION);
	(void)SSL_CTX_set_max_proto_version(ctx, TLS1_1_VERSION);
	CHECK(!sides_open(e, NULL, &c));
	SSL_CTX_free(ctx);
	CHECK_INT(e[0].error, EPROTO);
	CHECK_HAS(e[0].msg, "version of TLS");
}

/*
 * Another handshake in the middle, as TLS 1.2 has it.
 */
static SSL *
ssl_of(struct green_stream *s)
{
	SSL *ssl = NULL;

	CHECK_INT(green_stream_attr(s, GREEN_ATTR_TLS_SSL, &ssl, sizeof(ssl)),
	    0);
	return (ssl);
}

static SSL_CTX *
context_1_2(bool server)
{
	SSL_CTX *ctx = server ? cert_context(cert_server()) :
	    SSL_CTX_new(TLS_client_method());

	(void)SSL_CTX_set_max_proto_version(ctx, TLS1_2_VERSION);
	if (!server)
		CHECK(SSL_CTX_load_verify_locations(ctx, cert_ca()->file,
		    NULL) == 1);
	return (ctx);
}

GREEN_TEST(a_client_cannot_renegotiate)
{
	SSL_CTX *ctx = context_1_2(false);
	struct green_tls_options c = {
		.hostname = sides_hostname,
		.context = ctx
	};
	struct green_group g;
	struct call in;
	struct side e[2];
	char buf[8];

	/* Our server; the client's SSL is the program's own. */
	REQUIRE(CHECK(sides_open(e, NULL, &c)));
	SSL_CTX_free(ctx);
	CHECK_INT(green_stream_send(e[1].s, "x", 1), 0);
	in = (struct call){ .s = e[0].s, .buf = buf, .len = 2 };
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, call_receive_exactly, &in), 0);
	settle();
	CHECK_INT(SSL_renegotiate(ssl_of(e[1].s)), 1);
	/* The client is told; whether it goes on is its own affair. */
	if (green_stream_send(e[1].s, "y", 1) == -1)
		CHECK(errno == EPROTO || errno == EPIPE);
	green_stream_abort(e[1].s);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK(in.rc == -1 || (in.rc == 2 && memcmp(buf, "xy", 2) == 0) ||
	    (in.rc == 1 && buf[0] == 'x'));
	CHECK_INT(green_stream_close(e[0].s), 0);
}

GREEN_TEST(nor_can_a_server)
{
	SSL_CTX *ctx = context_1_2(true);
	struct green_tls_options s = { .server_side = true, .context = ctx };
	struct green_group g;
	struct call in;
	struct side e[2];
	char buf[8];

	REQUIRE(CHECK(sides_open(e, &s, NULL)));
	SSL_CTX_free(ctx);
	CHECK_INT(green_stream_send(e[0].s, "x", 1), 0);
	in = (struct call){ .s = e[1].s, .buf = buf, .len = 2 };
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, call_receive_exactly, &in), 0);
	settle();
	CHECK_INT(SSL_renegotiate(ssl_of(e[0].s)), 1);
	if (green_stream_send(e[0].s, "y", 1) == -1)
		CHECK(errno == EPROTO || errno == EPIPE);
	/* Our client stays whole. */
	CHECK_INT(green_stream_send(e[1].s, "z", 1), 0);
	green_stream_abort(e[0].s);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK(in.rc == -1 || (in.rc == 2 && memcmp(buf, "xy", 2) == 0) ||
	    (in.rc == 1 && buf[0] == 'x'));
	CHECK_INT(green_stream_close(e[1].s), 0);
}

#ifdef SSL_KEY_UPDATE_REQUESTED
static int
receive_to_the_end(void *arg)
{
	struct call *c = arg;
	char buf[512];

	while ((c->rc = green_stream_receive(c->s, buf, sizeof(buf))) > 0)
		continue;
	c->error = c->rc == -1 ? errno : 0;
	if (c->error != 0)
		CHECK_HAS(green_errmsg(), "does not take the answers");
	green_stream_abort(c->s);
	c->done = true;
	return (0);
}

GREEN_TEST(who_asks_for_keys_and_takes_none_is_left)
{
	struct green_stream *end[2];
	struct green_tls_options s = server_options(), c = client_options();
	struct green_group g;
	struct call in;
	struct side e[2];
	int i, rc = 0;

	REQUIRE(CHECK_INT(green_stream_pair(4096, end), 0));
	e[0] = (struct side){ .s = end[0], .opt = &s };
	e[1] = (struct side){ .s = end[1], .opt = &c };
	sides_wrap(e);
	REQUIRE(CHECK(e[0].s != NULL && e[1].s != NULL));
	in = (struct call){ .s = e[1].s };
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, receive_to_the_end, &in), 0);
	for (i = 0; i < 30000 && rc == 0 && !in.done; i++) {
		CHECK_INT(SSL_key_update(ssl_of(e[0].s),
		    SSL_KEY_UPDATE_REQUESTED), 1);
		rc = green_stream_send(e[0].s, "x", 1);
	}
	green_stream_abort(e[0].s);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(in.rc, -1);
	CHECK_INT(in.error, EPROTO);
}
#endif

/*
 * OpenSSL's queue of errors is the thread's, and so all tasks' of a loop.
 */
static void
leave_an_error(void)
{
	ERR_put_error(ERR_LIB_USER, 0, 1, __FILE__, __LINE__);
}

GREEN_TEST(errors_of_one_task_are_not_anothers)
{
	static const char request[] = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
	struct green_tls_options s = server_options();
	struct green_stream *end[2];
	struct green_group g;
	struct call in;
	struct side e[2];
	char buf[8];

	REQUIRE(CHECK(sides_open(e, NULL, NULL)));
	in = (struct call){ .s = e[0].s, .buf = buf, .len = sizeof(buf) };
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, call_receive, &in), 0);
	settle();
	/* One fails while another waits. */
	if (CHECK(streams_open_local(end))) {
		CHECK_INT(green_stream_send(end[1], request,
		    sizeof(request) - 1), 0);
		CHECK_NULL(green_tls_wrap(end[0], &s), EPROTO);
		CHECK_INT(ERR_peek_error(), 0);
		CHECK_INT(green_stream_close(end[1]), 0);
	}
	s.key_file = cert_ca()->file;
	CHECK_NULL(green_tls_config_open(&s), EINVAL);
	CHECK_INT(ERR_peek_error(), 0);
	/* What the program itself leaves there makes no difference either. */
	leave_an_error();
	CHECK_INT(green_stream_send(e[1].s, "x", 1), 0);
	leave_an_error();
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(in.rc, 1);
	leave_an_error();
	CHECK_INT(green_stream_send(e[0].s, "y", 1), 0);
	leave_an_error();
	CHECK_INT(green_stream_receive(e[1].s, buf, sizeof(buf)), 1);
	CHECK_INT(ERR_peek_error(), 0);
	sides_close(e);
	CHECK_INT(ERR_peek_error(), 0);
}

CU_TestInfo tls_peer_tests[] = {
	CLAIM(plain_http_is_told_for_what_it_is),
	CLAIM(what_is_no_tls_is_eproto),
	CLAIM(an_end_in_the_handshake_is_eproto),
	CLAIM(bytes_before_the_handshake_are_refused),
	CLAIM(tls_1_1_is_refused),
	CLAIM(nor_is_a_client_of_tls_1_1_served),
	CLAIM(a_client_cannot_renegotiate),
	CLAIM(nor_can_a_server),
#ifdef SSL_KEY_UPDATE_REQUESTED
	CLAIM(who_asks_for_keys_and_takes_none_is_left),
#endif
	CLAIM(errors_of_one_task_are_not_anothers),
	CU_TEST_INFO_NULL
};
