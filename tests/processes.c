/* Commands to test processes with. */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "processes.h"

static struct green_process_options
in_shell(const struct green_process_options *opt)
{
	struct green_process_options o = { .shell = false };

	if (opt != NULL)
		o = *opt;
	o.shell = true;
	return (o);
}

struct green_process *
shell(const char *command, const struct green_process_options *opt)
{
	struct green_process_options o = in_shell(opt);

	return (green_process_open(ARGV(command), &o));
}

int
shell_status(const char *command, const struct green_process_options *opt)
{
	struct green_process *p = shell(command, opt);
	int status = -1;

	if (!CHECK(p != NULL))
		return (-1);
	CHECK_INT(green_process_wait(p, &status), 0);
	CHECK_INT(green_process_close(p), 0);
	return (status);
}

char *
shell_output(const char *command, const struct green_process_options *opt)
{
	struct green_process_options o = in_shell(opt);
	struct green_output res;

	if (!CHECK_INT(green_process_run(ARGV(command), &o, NULL, 0, false,
	    &res), 0))
		return (strdup(""));
	free(res.err);
	return (res.out);
}

char *
process_line(struct green_process *p)
{
	struct green_stream *s = green_process_stdout(p);
	char *line;

	if (!CHECK_INT(green_stream_receive_line(s, 4096, &line), 1))
		return (strdup(""));
	return (strdup(line));
}

long
process_number(struct green_process *p)
{
	char *line = process_line(p);
	long n = strtol(line, NULL, 10);

	free(line);
	return (n);
}
