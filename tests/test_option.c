/*
 * Options of sockets: what they are at first, what they are set to, who has
 * them, and how layers hand them down.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <sys/socket.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

#include <string.h>

#include "check.h"
#include "streams.h"

/* What s has for o, or -1. */
static int64_t
value_of(struct green_stream *s, enum green_option o)
{
	int64_t n;

	return (green_stream_get(s, o, &n) == -1 ? -1 : n);
}

/* Set, and then had; a system may not know it at all. */
static void
try(struct green_stream *s, enum green_option o, int64_t value, int64_t want)
{
	if (green_stream_set(s, o, value) == -1) {
		CHECK_INT(errno, ENOTSUP);
		CHECK_ERRNO(green_stream_get(s, o, &value), ENOTSUP);
		return;
	}
	CHECK_INT(value_of(s, o), want);
}

/* Both ends of a connection that was made by connecting. */
static bool
meet(struct green_stream *end[2])
{
	struct green_listener *l;
	int port;

	end[0] = end[1] = NULL;
	if ((l = streams_listen(&port)) == NULL)
		return (false);
	if (CHECK((end[0] = streams_connect(port)) != NULL))
		CHECK((end[1] = green_accept(l)) != NULL);
	green_listener_close(l);
	return (end[1] != NULL);
}

GREEN_TEST(small_pieces_go_at_once_from_the_start)
{
	struct green_stream *end[2];

	REQUIRE(meet(end));
	CHECK_INT(value_of(end[0], GREEN_OPT_NODELAY), 1);
	CHECK_INT(value_of(end[1], GREEN_OPT_NODELAY), 1);
	CHECK_INT(green_stream_set(end[0], GREEN_OPT_NODELAY, 0), 0);
	CHECK_INT(value_of(end[0], GREEN_OPT_NODELAY), 0);
	streams_close(end);
}

GREEN_TEST(options_are_what_they_were_set_to)
{
	struct green_stream *end[2], *s;

	REQUIRE(streams_open(end));
	s = end[0];
	CHECK_INT(value_of(s, GREEN_OPT_KEEPALIVE), 0);
	try(s, GREEN_OPT_KEEPALIVE, 1, 1);
	try(s, GREEN_OPT_KEEPALIVE_IDLE, 15 * GREEN_SEC, 15 * GREEN_SEC);
	try(s, GREEN_OPT_KEEPALIVE_INTERVAL, 5 * GREEN_SEC, 5 * GREEN_SEC);
	try(s, GREEN_OPT_KEEPALIVE_COUNT, 4, 4);
	try(s, GREEN_OPT_USER_TIMEOUT, 30 * GREEN_SEC, 30 * GREEN_SEC);
	CHECK_INT(value_of(s, GREEN_OPT_RESET), 0);
	try(s, GREEN_OPT_RESET, 1, 1);
	try(s, GREEN_OPT_RESET, 0, 0);
	CHECK_INT(green_stream_set(s, GREEN_OPT_SEND_BUFFER, 100000), 0);
	CHECK(value_of(s, GREEN_OPT_SEND_BUFFER) >= 100000);
	CHECK_INT(green_stream_set(s, GREEN_OPT_RECEIVE_BUFFER, 50000), 0);
	CHECK(value_of(s, GREEN_OPT_RECEIVE_BUFFER) >= 50000);
	streams_close(end);
}

GREEN_TEST(times_are_rounded_up)
{
	struct green_stream *end[2];

	REQUIRE(streams_open(end));
	try(end[0], GREEN_OPT_KEEPALIVE_IDLE, 1, GREEN_SEC);
	try(end[0], GREEN_OPT_KEEPALIVE_INTERVAL, 2 * GREEN_SEC + 1,
	    3 * GREEN_SEC);
	streams_close(end);
}

GREEN_TEST(values_out_of_range_are_einval)
{
	struct green_stream *end[2], *s;
	int64_t n;

	REQUIRE(streams_open(end));
	s = end[0];
	CHECK_ERRNO(green_stream_set(s, GREEN_OPT_NODELAY, 2), EINVAL);
	CHECK_ERRNO(green_stream_set(s, GREEN_OPT_NODELAY, -1), EINVAL);
	CHECK_ERRNO(green_stream_set(s, GREEN_OPT_KEEPALIVE,
	    INT64_C(1) << 32), EINVAL);
	CHECK_ERRNO(green_stream_set(s, GREEN_OPT_SEND_BUFFER, 0), EINVAL);
	CHECK_ERRNO(green_stream_set(s, GREEN_OPT_SEND_BUFFER,
	    INT64_C(1) << 31), EINVAL);
	if (value_of(s, GREEN_OPT_KEEPALIVE_IDLE) != -1) {
		CHECK_ERRNO(green_stream_set(s, GREEN_OPT_KEEPALIVE_IDLE, 0),
		    EINVAL);
		CHECK_ERRNO(green_stream_set(s, GREEN_OPT_KEEPALIVE_IDLE,
		    GREEN_FOREVER), EINVAL);
	}
	CHECK_ERRNO(green_stream_set(s, (enum green_option)99, 1), EINVAL);
	CHECK_ERRNO(green_stream_get(s, (enum green_option)99, &n), EINVAL);
	streams_close(end);
}

GREEN_TEST(unix_sockets_have_buffers_alone)
{
	struct green_stream *end[2];
	int64_t n;

	REQUIRE(streams_open_local(end));
	CHECK_ERRNO(green_stream_set(end[0], GREEN_OPT_NODELAY, 1), ENOTSUP);
	CHECK_ERRNO(green_stream_get(end[0], GREEN_OPT_KEEPALIVE, &n),
	    ENOTSUP);
	CHECK_INT(green_stream_set(end[0], GREEN_OPT_SEND_BUFFER, 50000), 0);
	CHECK(value_of(end[0], GREEN_OPT_SEND_BUFFER) >= 50000);
	streams_close(end);
}

GREEN_TEST(a_reset_tells_the_peer_at_once)
{
	struct green_stream *end[2];
	char buf[8];

	REQUIRE(meet(end));
	CHECK_INT(green_stream_set(end[0], GREEN_OPT_RESET, 1), 0);
	CHECK_INT(green_stream_close(end[0]), 0);
	CHECK_ERRNO(green_stream_receive(end[1], buf, sizeof(buf)),
	    ECONNRESET);
	CHECK_INT(green_stream_close(end[1]), 0);
}

/* A layer of the program's own, which hands everything down. */
static ssize_t
layer_receive(void *impl, void *buf, size_t max)
{
	return (green_stream_receive(impl, buf, max));
}

static int
layer_sendv(void *impl, const struct iovec *iov, int n)
{
	return (green_stream_sendv(impl, iov, n));
}

static int
layer_close(void *impl, bool abort)
{
	if (!abort)
		return (green_stream_close(impl));
	green_stream_abort(impl);
	return (0);
}

static int
layer_option(void *impl, enum green_option o, int64_t *value, bool set)
{
	return (set ? green_stream_set(impl, o, *value) :
	    green_stream_get(impl, o, value));
}

GREEN_TEST(layers_hand_options_down)
{
	struct green_stream_ops ops = {
		.receive = layer_receive,
		.sendv = layer_sendv,
		.close = layer_close,
		.option = layer_option
	};
	struct green_stream *end[2], *s;
	int64_t n;

	REQUIRE(streams_open(end));
	CHECK((s = green_stream_new(&ops, end[0])) != NULL);
	CHECK_INT(green_stream_set(s, GREEN_OPT_NODELAY, 1), 0);
	CHECK_INT(value_of(end[0], GREEN_OPT_NODELAY), 1);
	CHECK_INT(value_of(s, GREEN_OPT_NODELAY), 1);
	end[0] = s;
	streams_close(end);
	/* One that has none. */
	REQUIRE(streams_open(end));
	ops.option = NULL;
	CHECK((s = green_stream_new(&ops, end[0])) != NULL);
	CHECK_ERRNO(green_stream_set(s, GREEN_OPT_NODELAY, 1), ENOTSUP);
	CHECK_ERRNO(green_stream_get(s, GREEN_OPT_NODELAY, &n), ENOTSUP);
	end[0] = s;
	streams_close(end);
}

CU_TestInfo option_tests[] = {
	CLAIM(small_pieces_go_at_once_from_the_start),
	CLAIM(options_are_what_they_were_set_to),
	CLAIM(times_are_rounded_up),
	CLAIM(values_out_of_range_are_einval),
	CLAIM(unix_sockets_have_buffers_alone),
	CLAIM(a_reset_tells_the_peer_at_once),
	CLAIM(layers_hand_options_down),
	CU_TEST_INFO_NULL
};
