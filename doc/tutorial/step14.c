/* A test of the service: a minute passes at once, without any network. */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <green/testing.h>

#include "shout.h"

static int
server(void *arg)
{
	struct green_stream *s = arg;
	int rc = shout(s, NULL);

	green_stream_close(s);
	return (rc);
}

static int
expect(struct green_stream *s, const char *want)
{
	char *line;
	int rc;

	if ((rc = green_stream_receive_line(s, 80, &line)) == -1)
		return (-1);
	if (rc == 1 && strcmp(line, want) == 0)
		return (0);
	warnx("not %s, but %s", want, rc == 1 ? line : "the end");
	errno = EPROTO;
	return (-1);
}

static int
a_minute_of_silence_ends_it(void *arg)
{
	struct green_stream *end[2];
	struct green_group g;
	int64_t began = green_now();
	int rc;

	(void)arg;
	if (green_stream_pair(100, end) == -1)
		return (-1);
	green_group_open(&g);
	if ((rc = green_spawn(&g, server, end[1])) == -1)
		green_stream_close(end[1]);
	else if ((rc = green_stream_printf(end[0], "hello\n")) == 0 &&
	    (rc = expect(end[0], "HELLO")) == 0)
		rc = expect(end[0], "BYE");
	green_stream_close(end[0]);
	rc = green_group_close(&g, rc);
	if (rc == 0)
		printf("it took %d s\n", (int)((green_now() - began) /
		    GREEN_SEC));
	return (rc);
}

int
main(void)
{
	const struct green_options opt = { .backend = "poll",
	    .mock_clock = true };

	if (green_test(a_minute_of_silence_ends_it, NULL, &opt) == -1)
		errx(1, "a minute of silence does not end it");
	return (0);
}
