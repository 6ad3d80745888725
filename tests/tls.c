/*
 * TLS connections to test with.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <stdio.h>

#include "certs.h"
#include "check.h"
#include "streams.h"
#include "tls.h"

int
side_wrap(void *arg)
{
	struct side *e = arg;

	e->s = green_tls_wrap(e->s, e->opt);
	e->error = e->s == NULL ? errno : 0;
	snprintf(e->msg, sizeof(e->msg), "%s",
	    e->s == NULL ? green_errmsg() : "");
	return (0);
}

void
sides_wrap(struct side side[2])
{
	struct green_group g;

	green_group_open(&g);
	CHECK_INT(green_spawn(&g, side_wrap, &side[0]), 0);
	CHECK_INT(green_spawn(&g, side_wrap, &side[1]), 0);
	CHECK_INT(green_group_close(&g, 0), 0);
}

const char *const sides_hostname = "server.example";

struct green_tls_options
server_options(void)
{
	return ((struct green_tls_options){
		.server_side = true,
		.cert_file = cert_server()->file,
		.key_file = cert_server()->file
	});
}

struct green_tls_options
client_options(void)
{
	return ((struct green_tls_options){
		.hostname = sides_hostname,
		.ca_file = cert_ca()->file
	});
}

bool
sides_open(struct side side[2], const struct green_tls_options *server,
    const struct green_tls_options *client)
{
	struct green_tls_options s = server_options(), c = client_options();
	struct green_stream *end[2];

	side[0] = side[1] = (struct side){ .s = NULL };
	if (!streams_open_local(end))
		return (false);
	side[0].s = end[0];
	side[0].opt = server == NULL ? &s : server;
	side[1].s = end[1];
	side[1].opt = client == NULL ? &c : client;
	sides_wrap(side);
	return (side[0].s != NULL && side[1].s != NULL);
}

void
sides_close(struct side side[2])
{
	CHECK_INT(green_stream_close(side[0].s), 0);
	CHECK_INT(green_stream_close(side[1].s), 0);
}
