/* Processes: other programs, with their input, output and end. */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <green.h>

static int
sorted(const char *text)
{
	char name[] = "sort", *argv[] = { name, NULL };
	struct green_output res;

	if (green_process_run(argv, NULL, text, strlen(text), true, &res) == -1)
		return (-1);
	fputs(res.out, stdout);
	free(res.out);
	free(res.err);
	return (0);
}

/* The same, line by line, while the program runs. */
static int
first_line(void)
{
	char command[] = "while :; do echo yes; done";
	char *argv[] = { command, NULL };
	struct green_process_options opt = {
		.out = GREEN_STDIO_PIPE, .shell = true
	};
	struct green_process *p;
	char *line;
	int rc;

	if ((p = green_process_open(argv, &opt)) == NULL)
		return (-1);
	rc = green_stream_receive_line(green_process_stdout(p), 80, &line);
	if (rc == 1)
		printf("it says %s\n", line);
	if (green_process_close(p) == -1)	/* ends it, and waits */
		return (-1);
	return (rc);
}

static int
programs(void *arg)
{
	char name[] = "false", *argv[] = { name, NULL };

	(void)arg;
	if (sorted("pear\napple\nfig\n") == -1 || first_line() == -1)
		return (-1);
	if (green_process_run(argv, NULL, NULL, 0, true, NULL) == -1)
		printf("false fails, and all the rest goes on\n");
	return (0);
}

int
main(void)
{
	if (green_run(programs, NULL, NULL) == -1)
		errx(1, "%s", green_errmsg());
	return (0);
}
