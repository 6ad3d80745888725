/* TLS as a user of libgreen has it. */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <err.h>
#include <stdio.h>
#include <unistd.h>

#include <green.h>

#include "tls.h"

static int
send_all(struct green_stream *s, long n)
{
	static char piece[PIECE];

	while (n-- > 0)
		if (green_stream_send(s, piece, PIECE) == -1)
			return (-1);
	return (0);
}

static int
receive_all(struct green_stream *s, long n)
{
	static _Thread_local char buf[PIECE];
	long have;
	ssize_t got;

	for (have = 0; have < n; have += got)
		if ((got = green_stream_receive(s, buf, sizeof(buf))) <= 0)
			return (-1);
	return (0);
}

static struct green_stream *
accept_one(struct green_listener *l, const struct green_tls_options *opt)
{
	struct green_stream *s = green_accept(l);

	return (s == NULL ? NULL : green_tls_wrap(s, opt));
}

static int
serve(void *arg)
{
	struct side *p = arg;
	struct green_tls_options opt = {
		.server_side = true,
		.context = p->ctx
	};
	struct green_listener *l = green_listener_from_fd(dup(p->listener));
	struct green_stream *s;
	long i, n = p->work == UP || p->work == DOWN ? 1 : p->n;
	int rc = 0;

	if (l == NULL || (opt.config = green_tls_config_open(&opt)) == NULL)
		return (-1);
	for (i = 0; i < n && rc == 0; i++) {
		if ((s = accept_one(l, &opt)) == NULL)
			return (-1);
		if (p->work == UP)
			rc = receive_all(s, p->n * PIECE);
		else if (p->work == DOWN)
			rc = send_all(s, p->n);
		if (rc == 0)
			rc = green_stream_send(s, "x", 1);
		green_stream_close(s);
	}
	green_tls_config_release(opt.config);
	green_listener_close(l);
	return (rc);
}

void *
green_server(void *side)
{
	if (green_run(serve, side, NULL) == -1)
		err(1, "the server");
	return (NULL);
}

static int
be_served(const struct side *p, const char *port,
    const struct green_tls_options *opt)
{
	struct green_stream *s = green_connect_tcp("127.0.0.1", port, NULL);
	int rc = 0;

	if (s == NULL || (s = green_tls_wrap(s, opt)) == NULL)
		return (-1);
	if (p->work == UP)
		rc = send_all(s, p->n);
	else if (p->work == DOWN)
		rc = receive_all(s, p->n * PIECE);
	if (rc == 0)
		rc = receive_all(s, 1);
	green_stream_close(s);
	return (rc);
}

static int
ask(void *arg)
{
	struct side *p = arg;
	struct green_tls_options opt = { .hostname = NAME, .ca_file = p->ca };
	long i, n = p->work == UP || p->work == DOWN ? 1 : p->n;
	char port[16];
	int rc = 0;

	snprintf(port, sizeof(port), "%d", p->port);
	if ((opt.config = green_tls_config_open(&opt)) == NULL)
		return (-1);
	for (i = 0; i < n && rc == 0; i++)
		rc = be_served(p, port, &opt);
	green_tls_config_release(opt.config);
	return (rc);
}

void *
green_client(void *side)
{
	if (green_run(ask, side, NULL) == -1)
		errx(1, "the client: %s", green_errmsg());
	return (NULL);
}
