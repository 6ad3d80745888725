/*
 * What peers of TLS do that they should not, or that is none: each ends with a
 * clear error, or changes nothing.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <string.h>

#include <openssl/err.h>

#include "net/tls.h"

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
	CHECK_STR(green_errmsg(), "the peer does not speak TLS");
	CHECK_INT(green_stream_close(end[1]), 0);
}

GREEN_TEST(a_server_of_plain_http_is_told_too)
{
	static const char answer[] = "HTTP/1.1 400 Bad Request\r\n\r\n";
	struct green_tls_options c = client_options();
	struct green_stream *end[2];

	REQUIRE(streams_open_local(end));
	CHECK_INT(green_stream_send(end[1], answer, sizeof(answer) - 1), 0);
	CHECK_NULL(green_tls_wrap(end[0], &c), EPROTO);
	CHECK_HAS(green_errmsg(), "plain HTTP");
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

/* Greetings of TLS 1.1, which some libraries cannot speak any more. */
#define ZEROS	"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
static const char client_1_1[] = "\x16\3\1\0\x2d" "\1\0\0\x29" "\3\2"
    ZEROS ZEROS "\0" "\0\2\xc0\x09" "\1";
static const char server_1_1[] = "\x16\3\2\0\x2a" "\2\0\0\x26" "\3\2"
    ZEROS ZEROS "\0" "\xc0\x09";

/* Who is greeted so fails, and tells the peer. */
static void
refuses(const struct green_tls_options *opt, const char *greeting, size_t len)
{
	static const char alert[] = "\x15\3?\0\2\2\x46";
	struct green_stream *end[2];
	char got[8192];
	size_t have = 0;
	ssize_t n;

	REQUIRE(streams_open_local(end));
	CHECK_INT(green_stream_send(end[1], greeting, len), 0);
	CHECK_NULL(green_tls_wrap(end[0], opt), EPROTO);
	CHECK_HAS(green_errmsg(), "offers no version of TLS that is allowed");
	while ((n = green_stream_receive(end[1], got + have,
	    sizeof(got) - have)) > 0)
		have += (size_t)n;
	/* A fatal one: protocol version. */
	if (CHECK(have >= 7)) {
		CHECK(memcmp(got + have - 7, alert, 2) == 0);
		CHECK(memcmp(got + have - 4, alert + 3, 4) == 0);
	}
	CHECK_INT(green_stream_close(end[1]), 0);
}

GREEN_TEST(tls_1_1_is_refused)
{
	const struct green_tls_options c = client_options();

	refuses(&c, server_1_1, sizeof(server_1_1));
}

GREEN_TEST(nor_is_a_client_of_tls_1_1_served)
{
	const struct green_tls_options s = server_options();

	refuses(&s, client_1_1, sizeof(client_1_1));
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
 * LibreSSL leaves alerts that were sent among its errors, too.
 */
GREEN_TEST(an_alert_that_was_sent_is_not_the_peers)
{
	static const struct {
		int	 alert;
		const char *words;
	} v[] = {
		{ SSL_AD_PROTOCOL_VERSION, "the peer offers no version of TLS "
		    "that is allowed" },
		{ SSL_AD_DECODE_ERROR,
		    "what the peer has sent was refused: decode error" }
	};
	char why[128];
	size_t i;

	for (i = 0; i < sizeof(v) / sizeof(v[0]); i++) {
		ERR_put_error(ERR_LIB_SSL, 0, SSL_AD_REASON_OFFSET +
		    v[i].alert, __FILE__, __LINE__);
		CHECK_INT(green__tls_reason(why, sizeof(why)), EPROTO);
		CHECK_STR(why, v[i].words);
	}
	ERR_put_error(ERR_LIB_SSL, 0, SSL_AD_REASON_OFFSET +
	    SSL_AD_DECODE_ERROR, __FILE__, __LINE__);
	ERR_put_error(ERR_LIB_SSL, 0, SSL_R_NO_SHARED_CIPHER, __FILE__,
	    __LINE__);
	CHECK_INT(green__tls_reason(why, sizeof(why)), EPROTO);
	CHECK_STR(why, "the peer offers no cipher that is allowed");
	CHECK_INT(ERR_peek_error(), 0);
}

GREEN_TEST(one_that_has_come_is)
{
	static char number[] = "SSL alert number 50";
	char why[128];

	ERR_put_error(ERR_LIB_SSL, 0, SSL_AD_REASON_OFFSET +
	    SSL_AD_DECODE_ERROR, __FILE__, __LINE__);
	ERR_set_error_data(number, ERR_TXT_STRING);
	CHECK_INT(green__tls_reason(why, sizeof(why)), EPROTO);
	CHECK_STR(why, "the peer has refused: decode error");
}

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
	CLAIM(a_server_of_plain_http_is_told_too),
	CLAIM(an_end_in_the_handshake_is_eproto),
	CLAIM(bytes_before_the_handshake_are_refused),
	CLAIM(tls_1_1_is_refused),
	CLAIM(nor_is_a_client_of_tls_1_1_served),
	CLAIM(a_client_cannot_renegotiate),
	CLAIM(nor_can_a_server),
#ifdef SSL_KEY_UPDATE_REQUESTED
	CLAIM(who_asks_for_keys_and_takes_none_is_left),
#endif
	CLAIM(an_alert_that_was_sent_is_not_the_peers),
	CLAIM(one_that_has_come_is),
	CLAIM(errors_of_one_task_are_not_anothers),
	CU_TEST_INFO_NULL
};
