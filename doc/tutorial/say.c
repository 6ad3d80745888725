/*
 * A client over TLS: send words to a server, a line each, and print what it
 * answers until it ends the connection.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include <err.h>
#include <stdio.h>

#include <green.h>

static int
say(void *arg)
{
	char **argv = arg, *line;
	const struct green_tls_options tls = { .ca_file = argv[2] };
	const struct green_connect_options opt = {
		.tls = true, .tls_options = &tls
	};
	struct green_stream *s;
	int rc = 0;

	if ((s = green_connect_tcp(argv[0], argv[1], &opt)) == NULL)
		return (-1);
	for (char **word = argv + 3; *word != NULL && rc == 0; word++)
		rc = green_stream_printf(s, "%s\n", *word);
	while (rc != -1 && (rc = green_stream_receive_line(s, 1024, &line)) == 1)
		puts(line);
	green_stream_close(s);
	return (rc);
}

int
main(int argc, char *argv[])
{
	if (argc < 4)
		errx(2, "usage: say host port ca-file word...");
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (green_run(say, argv + 1, NULL) == -1)
		errx(1, "%s", green_errmsg());
	return (0);
}
