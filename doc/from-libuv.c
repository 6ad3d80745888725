/* cat(1): libuv's is four callbacks, and has no timeout. */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include <green.h>

static int
cat(const char *path, struct green_stream *to)
{
	struct green_file *f;
	char buf[4096];
	ssize_t n;

	if ((f = green_file_open(path, O_RDONLY, 0)) == NULL)	/* uv_fs_open */
		return (-1);
	while ((n = green_file_read(f, buf, sizeof(buf))) > 0)	/* uv_fs_read */
		if (green_stream_send(to, buf, (size_t)n) == -1) /* uv_write */
			break;
	if (n > 0)
		n = -1;
	green_file_close(f);					/* uv_fs_close */
	return ((int)n);
}

static int
cat_in_time(void *arg)
{
	struct green_stream *out;
	struct green_scope s;
	struct green_file *f;
	int fd, rc;

	if ((fd = dup(STDOUT_FILENO)) == -1)
		return (-1);
	out = green_stream_from_fd(fd);		/* uv_pipe_open, uv_tty_init, ... */
	if (out == NULL && (f = green_file_from_fd(fd)) != NULL)
		out = green_file_stream(f);
	else if (out == NULL)
		close(fd);
	if (out == NULL)
		return (-1);
	green_fail_after(&s, 60 * GREEN_SEC);		/* uv_timer_start, ... */
	rc = green_scope_close(&s, cat(arg, out));
	green_stream_close(out);
	return (rc);
}

int
main(int argc, char *argv[])
{
	if (argc != 2)
		errx(2, "usage: from-libuv file");
	if (green_run(cat_in_time, argv[1], NULL) == -1)	/* uv_run */
		err(1, "%s", argv[1]);
	return (0);
}
