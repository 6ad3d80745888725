/*
 * TLS as one stream among others: it does what every stream must do, over any
 * of them, and a cancellation anywhere leaves nothing behind.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>

#include <green/testing.h>

#include "certs.h"
#include "check.h"
#include "streams.h"
#include "tls.h"

/* TLS on both ends, by configurations that are shared. */
struct layer {
	struct green_tls_config *server, *client;
	int	(*below)(struct layer *l, struct green_stream *end[2]);
	int	 depth;			/* so many layers */
	size_t	 capacity;		/* of a pair */
};

static int
make_tls(void *arg, struct green_stream *end[2])
{
	struct layer *l = arg;
	const struct green_tls_options s = { .config = l->server };
	const struct green_tls_options c = { .config = l->client,
	    .hostname = sides_hostname };
	struct side e[2];
	int i;

	if (l->below(l, end) == -1)
		return (-1);
	for (i = 0; i < l->depth; i++) {
		e[0] = (struct side){ .s = end[0], .opt = &s };
		e[1] = (struct side){ .s = end[1], .opt = &c };
		sides_wrap(e);
		end[0] = e[0].s;
		end[1] = e[1].s;
		if (!CHECK(end[0] != NULL && end[1] != NULL))
			return (-1);
	}
	return (0);
}

static int
below_pair(struct layer *l, struct green_stream *end[2])
{
	return (green_stream_pair(l->capacity, end));
}

static int
below_unix(struct layer *l, struct green_stream *end[2])
{
	(void)l;
	return (streams_open_local(end) ? 0 : -1);
}

static int
below_tcp(struct layer *l, struct green_stream *end[2])
{
	(void)l;
	return (streams_open(end) ? 0 : -1);
}

static bool
open_layer(struct layer *l)
{
	const struct green_tls_options s = server_options();
	const struct green_tls_options c = client_options();

	l->server = green_tls_config_open(&s);
	l->client = green_tls_config_open(&c);
	return (CHECK(l->server != NULL && l->client != NULL));
}

static void
close_layer(struct layer *l)
{
	green_tls_config_release(l->server);
	green_tls_config_release(l->client);
}

static void
conforms(int (*below)(struct layer *, struct green_stream *[2]), int depth,
    size_t capacity)
{
	struct layer l = {
		.below = below,
		.depth = depth,
		.capacity = capacity
	};

	if (open_layer(&l))
		CHECK_INT(green_test_stream(make_tls, &l), 0);
	close_layer(&l);
}

GREEN_TEST(over_a_pair_it_is_a_stream)
{
	conforms(below_pair, 1, 65536);
}

GREEN_TEST(over_a_small_pair_it_is_a_stream)
{
	conforms(below_pair, 1, 2048);
}

GREEN_TEST(over_a_unix_socket_it_is_a_stream)
{
	conforms(below_unix, 1, 0);
}

GREEN_TEST(over_tcp_it_is_a_stream)
{
	conforms(below_tcp, 1, 0);
}

GREEN_TEST(tls_in_tls_is_a_stream)
{
	conforms(below_tcp, 2, 0);
}

/*
 * Cancellation.  Each task is cancelled at each of its checkpoints; what must
 * hold is that it comes back, and that nothing is left.
 */
static struct layer common;		/* read once, outside of the loops */

static void
everywhere(green_fn *fn)
{
	const struct green_options opt = { .mock_clock = true };

	if (open_layer(&common)) {
		common.below = below_pair;
		common.depth = 1;
		common.capacity = 1024;
		CHECK(green_test_cancel_everywhere(fn, NULL, &opt) > 0);
	}
	close_layer(&common);
}

static int
cut_wrap(void *unused)
{
	struct green_stream *end[2];
	const struct green_tls_options s = { .config = common.server };
	const struct green_tls_options c = { .config = common.client };
	struct side e[2];
	struct green_group g;
	int rc;

	(void)unused;
	if (below_pair(&common, end) == -1)
		return (-1);
	e[0] = (struct side){ .s = end[0], .opt = &s };
	e[1] = (struct side){ .s = end[1], .opt = &c };
	green_group_open(&g);
	if (green_spawn(&g, side_wrap, &e[0]) == -1)
		abort();
	(void)side_wrap(&e[1]);
	rc = green_group_close(&g, e[1].s == NULL ? -1 : 0);
	if (e[0].s != NULL)
		(void)green_stream_close(e[0].s);
	if (e[1].s != NULL)
		(void)green_stream_close(e[1].s);
	return (rc);
}

PLAIN_TEST(a_wrap_that_is_cancelled_leaves_nothing)
{
	everywhere(cut_wrap);
}

/* Both ends, without a checkpoint that could be cut on the way. */
static bool
shielded_pair(struct green_stream *end[2])
{
	struct green_scope s;
	int rc;

	green_scope_open(&s);
	green_scope_set_shield(&s, true);
	rc = make_tls(&common, end);
	return (green_scope_close(&s, rc) == 0 && rc == 0);
}

struct half {
	struct green_stream *s;
	const char *text;
	size_t	 len;
};

static int
send_half(void *arg)
{
	struct half *h = arg;
	int rc = green_stream_send(h->s, h->text, h->len);

	return (green_stream_close(h->s) == -1 ? -1 : rc);
}

static int
receive_half(void *arg)
{
	struct half *h = arg;
	char buf[1000];
	ssize_t n;

	while ((n = green_stream_receive(h->s, buf, sizeof(buf))) > 0)
		continue;
	return (green_stream_close(h->s) == -1 || n == -1 ? -1 : 0);
}

static int
cut_transfer(void *unused)
{
	static char much[40000];
	struct green_stream *end[2];
	struct half to, from;
	struct green_group g;

	(void)unused;
	if (!shielded_pair(end))
		return (-1);
	to = (struct half){ end[0], much, sizeof(much) };
	from = (struct half){ .s = end[1] };
	green_group_open(&g);
	if (green_spawn(&g, send_half, &to) == -1 ||
	    green_spawn(&g, receive_half, &from) == -1)
		abort();
	return (green_group_close(&g, 0));
}

PLAIN_TEST(a_transfer_that_is_cancelled_leaves_nothing)
{
	everywhere(cut_transfer);
}

static int
unwrap_half(void *arg)
{
	struct half *h = arg;
	struct green_stream *below = green_tls_unwrap(h->s);

	if (below == NULL)
		return (-1);
	return (green_stream_close(below));
}

static int
cut_unwrap(void *unused)
{
	struct green_stream *end[2];
	struct half h[2];
	struct green_group g;
	int i;

	(void)unused;
	if (!shielded_pair(end))
		return (-1);
	green_group_open(&g);
	for (i = 0; i < 2; i++) {
		h[i] = (struct half){ .s = end[i] };
		if (green_spawn(&g, unwrap_half, &h[i]) == -1)
			abort();
	}
	return (green_group_close(&g, 0));
}

PLAIN_TEST(an_unwrap_that_is_cancelled_leaves_nothing)
{
	everywhere(cut_unwrap);
}

static int
accept_one(void *listener)
{
	struct green_stream *s = green_accept(listener);
	int rc;

	if (s == NULL)
		return (-1);
	rc = green_stream_send(s, "x", 1);
	return (green_stream_close(s) == -1 ? -1 : rc);
}

static int
cut_listener(void *unused)
{
	const struct green_tls_options s = { .config = common.server };
	const struct green_tls_options c = { .config = common.client,
	    .hostname = sides_hostname };
	struct green_listener *l;
	struct green_stream *client;
	struct green_group g;
	char byte, text[16];
	int port, rc = -1;

	(void)unused;
	if ((l = green_listen_tcp("127.0.0.1", "0", NULL)) == NULL ||
	    green_listener_attr(l, GREEN_ATTR_LOCAL_PORT, &port,
	    sizeof(port)) == -1 || (l = green_tls_listener(l, &s, 0)) == NULL)
		return (-1);
	green_group_open(&g);
	if (green_spawn(&g, accept_one, l) == -1)
		abort();
	snprintf(text, sizeof(text), "%d", port);
	if ((client = green_connect_tcp("127.0.0.1", text, NULL)) != NULL &&
	    (client = green_tls_wrap(client, &c)) != NULL) {
		rc = green_stream_receive(client, &byte, 1) == 1 ? 0 : -1;
		(void)green_stream_close(client);
	}
	if (rc == -1)
		green_group_cancel(&g, NULL);
	rc = green_group_close(&g, rc);
	green_listener_close(l);
	return (rc);
}

PLAIN_TEST(a_listener_that_is_cancelled_leaves_nothing)
{
	everywhere(cut_listener);
}

CU_TestInfo tls_conform_tests[] = {
	CLAIM(over_a_pair_it_is_a_stream),
	CLAIM(over_a_small_pair_it_is_a_stream),
	CLAIM(over_a_unix_socket_it_is_a_stream),
	CLAIM(over_tcp_it_is_a_stream),
	CLAIM(tls_in_tls_is_a_stream),
	CLAIM(a_wrap_that_is_cancelled_leaves_nothing),
	CLAIM(a_transfer_that_is_cancelled_leaves_nothing),
	CLAIM(an_unwrap_that_is_cancelled_leaves_nothing),
	CLAIM(a_listener_that_is_cancelled_leaves_nothing),
	CU_TEST_INFO_NULL
};
