/* A TLS server that stops in good order when it is told to by a signal. */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include <err.h>
#include <signal.h>
#include <stdio.h>

#include <green.h>

#include "shout.h"

static int
await_signal(void *arg)
{
	const int stop[] = { SIGINT, SIGTERM };
	struct green_group *g = arg;
	struct green_signals *signals;
	int sig;

	if ((signals = green_signals_open(stop, 2)) == NULL)
		return (-1);
	if ((sig = green_signals_next(signals)) != -1) {
		printf("stopping\n");
		green_scope_stop(&g->scope, 5 * GREEN_SEC, "signal");
	}
	green_signals_close(signals);
	return (sig == -1 ? -1 : 0);
}

static int
serve(void *arg)
{
	const struct green_tls_options tls = {
		.server_side = true,
		.cert_file = "cert.pem", .key_file = "key.pem"
	};
	const struct green_listen_options opt = {
		.tls = true, .tls_options = &tls
	};
	struct green_listener *l;
	struct green_group g;
	int rc;

	if ((l = green_listen_tcp("localhost", arg, &opt)) == NULL)
		return (-1);
	printf("listening\n");
	green_group_open(&g);
	if ((rc = green_spawn_daemon(&g, await_signal, &g)) == 0)
		rc = green_serve(l, &g, shout, NULL);
	green_listener_close(l);
	return (green_group_close(&g, rc));
}

int
main(int argc, char *argv[])
{
	if (argc != 2)
		errx(2, "usage: step13 port");
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (green_run(serve, argv[1], NULL) == -1)
		errx(1, "%s", green_errmsg());
	return (0);
}
