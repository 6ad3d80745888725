/*
 * What programs that were compiled before must still find: how large the
 * structures of the headers are, which are theirs to allocate.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <string.h>

#include <green.h>
#include <green/testing.h>

#include "check.h"

#define WORDS(type, n)							\
	CHECK_INT(sizeof(struct type) / sizeof(void *), (n))

PLAIN_TEST(objects_are_as_large_as_ever)
{
	WORDS(green_scope, 16);
	WORDS(green_group, 40);
	WORDS(green_event, 4);
	WORDS(green_lock, 6);
	WORDS(green_cond, 12);
	WORDS(green_sem, 8);
	WORDS(green_limiter, 12);
	WORDS(green_future, 8);
	WORDS(green_guard, 2);
	WORDS(green_sequencer, 8);
	CHECK_INT(sizeof(struct green_key), sizeof(unsigned));
}

/* On a machine with pointers and long of 64 bits; others differ alike. */
PLAIN_TEST(options_are_as_large_as_ever)
{
	if (sizeof(void *) != 8)
		return;
	CHECK_INT(sizeof(struct green_options), 80);
	CHECK_INT(sizeof(struct green_connect_options), 80);
	CHECK_INT(sizeof(struct green_listen_options), 64);
	CHECK_INT(sizeof(struct green_dgram_options), 64);
	CHECK_INT(sizeof(struct green_process_options), 144);
	CHECK_INT(sizeof(struct green_watch_options), 48);
}

static ssize_t
receive(void *impl, void *buf, size_t max)
{
	(void)impl;
	memset(buf, 0, max);
	return (0);
}

static int
sendv(void *impl, const struct iovec *iov, int n)
{
	(void)impl;
	(void)iov;
	(void)n;
	return (0);
}

static int
close_it(void *impl, bool abort)
{
	(void)impl;
	(void)abort;
	return (0);
}

static int
option(void *impl, enum green_option o, int64_t *value, bool set)
{
	(void)impl;
	(void)o;
	(void)set;
	*value = 1;
	return (0);
}

GREEN_TEST(a_shorter_table_of_a_stream_is_read_no_further)
{
	const struct green_stream_ops ops = {
		.receive = receive,
		.sendv = sendv,
		.close = close_it,
		.option = option
	};
	struct green_stream *s;
	int64_t value;

	s = (green_stream_new)(&ops, NULL);
	REQUIRE(CHECK(s != NULL));
	CHECK_ERRNO(green_stream_get(s, GREEN_OPT_NODELAY, &value), ENOTSUP);
	CHECK_INT(green_stream_close(s), 0);
	s = green_stream_new(&ops, NULL);
	REQUIRE(CHECK(s != NULL));
	CHECK_INT(green_stream_get(s, GREEN_OPT_NODELAY, &value), 0);
	CHECK_INT(green_stream_close(s), 0);
	CHECK_NULL(green_stream_new_(&ops, 8, NULL), EINVAL);
}

CU_TestInfo layout_tests[] = {
	CLAIM(objects_are_as_large_as_ever),
	CLAIM(options_are_as_large_as_ever),
	CLAIM(a_shorter_table_of_a_stream_is_read_no_further),
	CU_TEST_INFO_NULL
};
