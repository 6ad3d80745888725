/*
 * Text in other encodings where there is no iconv.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include "check.h"

MOCK_TEST(without_iconv_a_text_is_enotsup_and_closes)
{
	struct green_stream *end[2];
	char c;

	REQUIRE(CHECK_INT(green_stream_pair(8, end), 0));
	CHECK_NULL(green_text(end[0], "UTF-8"), ENOTSUP);
	CHECK_HAS(green_errmsg(), "not built in");
	CHECK_INT(green_stream_receive(end[1], &c, 1), 0);
	CHECK_INT(green_stream_close(end[1]), 0);
}

CU_TestInfo text_tests[] = {
	CLAIM(without_iconv_a_text_is_enotsup_and_closes),
	CU_TEST_INFO_NULL
};
