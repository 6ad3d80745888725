/* TLS: a server with a certificate. */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include <err.h>
#include <stdio.h>

#include <green.h>

#include "shout.h"

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
	rc = green_serve(l, &g, shout, NULL);
	green_listener_close(l);
	return (green_group_close(&g, rc));
}

int
main(int argc, char *argv[])
{
	if (argc != 2)
		errx(2, "usage: step12 port");
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (green_run(serve, argv[1], NULL) == -1)
		errx(1, "%s", green_errmsg());
	return (0);
}
