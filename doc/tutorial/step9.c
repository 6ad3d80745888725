/* Files: the system's calls, such that a disk keeps nobody else waiting. */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <green.h>

static int
number_lines(const char *from, const char *to)
{
	struct green_file *in, *out = NULL;
	char *line = NULL, text[16];
	size_t size = 0;
	ssize_t n = -1;
	int count = 0;

	if ((in = green_file_open(from, O_RDONLY, 0)) != NULL &&
	    (out = green_file_replace(to, 0644)) != NULL)
		while ((n = green_file_getline(in, &line, &size)) > 0) {
			snprintf(text, sizeof(text), "%3d  ", ++count);
			if (green_file_write(out, text, strlen(text)) == -1 ||
			    green_file_write(out, line, (size_t)n) == -1) {
				n = -1;
				break;
			}
		}
	if (n == 0 && green_file_commit(out) == -1)
		n = -1;
	else if (n == -1)
		green_file_close(out);
	green_file_close(in);
	free(line);
	return (n == -1 ? -1 : count);
}

static int
number(void *arg)
{
	char **file = arg;
	int n;

	if ((n = number_lines(file[0], file[1])) != -1)
		printf("%d lines\n", n);
	return (n == -1 ? -1 : 0);
}

int
main(int argc, char *argv[])
{
	if (argc != 3)
		errx(2, "usage: step9 from to");
	if (green_run(number, argv + 1, NULL) == -1)
		err(1, "%s to %s", argv[1], argv[2]);
	return (0);
}
