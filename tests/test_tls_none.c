/*
 * TLS where there is none.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <green/tls.h>

#include "check.h"
#include "streams.h"

GREEN_TEST(every_call_is_enotsup)
{
	const struct green_connect_options to = { .tls = true };
	const struct green_listen_options at = { .tls = true };
	struct green_stream *end[2];
	struct green_listener *l;
	int port;

	CHECK_NULL(green_tls_config_open(NULL), ENOTSUP);
	green_tls_config_release(NULL);
	REQUIRE(streams_open_local(end));
	CHECK_NULL(green_tls_wrap(end[0], NULL), ENOTSUP);
	CHECK_HAS(green_errmsg(), "not built in");
	CHECK_NULL(green_tls_unwrap(end[1]), ENOTSUP);
	CHECK_NULL(green_connect_tcp("127.0.0.1", "80", &to), ENOTSUP);
	CHECK_NULL(green_listen_tcp(NULL, "0", &at), ENOTSUP);
	CHECK_NULL(green_listen_unix("/nowhere/s", &at), ENOTSUP);
	l = streams_listen(&port);
	CHECK_ERRNO(green_tls_listener_set_config(l, NULL), ENOTSUP);
	CHECK_NULL(green_tls_listener(l, NULL, 0), ENOTSUP);
}

CU_TestInfo tls_none_tests[] = {
	CLAIM(every_call_is_enotsup),
	CU_TEST_INFO_NULL
};
