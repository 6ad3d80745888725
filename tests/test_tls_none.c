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
	struct green_stream *end[2];

	CHECK_NULL(green_tls_config_open(NULL), ENOTSUP);
	green_tls_config_release(NULL);
	REQUIRE(streams_open_local(end));
	CHECK_NULL(green_tls_wrap(end[0], NULL), ENOTSUP);
	CHECK_HAS(green_errmsg(), "not built in");
	CHECK_NULL(green_tls_unwrap(end[1]), ENOTSUP);
}

CU_TestInfo tls_none_tests[] = {
	CLAIM(every_call_is_enotsup),
	CU_TEST_INFO_NULL
};
