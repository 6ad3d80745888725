/*
 * Running a program to its end: its input is sent and both its outputs are
 * collected at the same time, so that neither side waits for the other for
 * ever.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <sys/wait.h>

#include <stdlib.h>
#include <string.h>

#include "internal.h"

#define MAX_OUTPUT	((size_t)1 << 30)
#define FIRST		4096		/* room for the first piece of output */

struct output {
	struct green_stream *from;
	const char *name;
	char	*buf;
	size_t	 len;
	size_t	 size;
	size_t	 max;
};

struct run {
	struct green_process *p;
	const void *input;
	size_t	 len;
	struct output out, err;
	int	 status;
};

/* Its input; a program that does not want it all is no failure. */
static int
feed(void *arg)
{
	struct run *r = arg;
	struct green_stream *in = green_process_stdin(r->p);

	if (green_stream_send(in, r->input, r->len) == -1 && errno != EPIPE &&
	    errno != ECONNRESET)
		return (-1);
	return (green_stream_close(in));
}

/* Room for one byte more than there may be, to see what is too much. */
static int
grow(struct output *o)
{
	size_t size = o->size == 0 ? FIRST : o->size * 2;
	char *buf;

	if (o->len + 1 < o->size)
		return (0);
	if (size > o->max + 2 || size < o->size)
		size = o->max + 2;
	if ((buf = realloc(o->buf, size)) == NULL)
		return (green__fail(ENOMEM));
	o->buf = buf;
	o->size = size;
	return (0);
}

static int
gather(void *arg)
{
	struct output *o = arg;
	ssize_t n;

	for (;;) {
		if (grow(o) == -1)
			return (-1);
		n = green_stream_receive(o->from, o->buf + o->len,
		    o->size - o->len - 1);
		if (n == -1)
			return (-1);
		if (n == 0)
			break;
		o->len += (size_t)n;
		if (o->len > o->max)
			return (green__failx(EMSGSIZE, "more than %zu bytes on "
			    "%s", o->max, o->name));
	}
	o->buf[o->len] = '\0';
	return (0);
}

static int
await(void *arg)
{
	struct run *r = arg;

	return (green_process_wait(r->p, &r->status));
}

static int
communicate(struct run *r)
{
	struct green_group g;
	int rc;

	r->out.from = green_process_stdout(r->p);
	r->err.from = green_process_stderr(r->p);
	green_group_open(&g);
	rc = green_spawn(&g, await, r);
	if (rc == 0 && green_process_stdin(r->p) != NULL)
		rc = green_spawn(&g, feed, r);
	if (rc == 0 && r->out.from != NULL)
		rc = green_spawn(&g, gather, &r->out);
	if (rc == 0 && r->err.from != NULL && r->err.from != r->out.from)
		rc = green_spawn(&g, gather, &r->err);
	return (green_group_close(&g, rc));
}

/* The program did not succeed: how, and what it had to say about it. */
static int
failed(const struct run *r)
{
	const char *said = r->err.buf == NULL ? "" : r->err.buf;
	int len = (int)strcspn(said, "\n");
	const char *colon = len > 0 ? ": " : "";

	if (WIFSIGNALED(r->status))
		return (green__failx(EIO, "ended by signal %d (%s)%s%.*s",
		    WTERMSIG(r->status), strsignal(WTERMSIG(r->status)),
		    colon, len, said));
	return (green__failx(EIO, "exit status %d%s%.*s",
	    WEXITSTATUS(r->status), colon, len, said));
}

/* What a program that is run to its end does without being told. */
static int
complete(struct green_process_options *o, const void *input)
{
	if (o->in == GREEN_STDIO_DEFAULT)
		o->in = input == NULL ? GREEN_STDIO_NULL : GREEN_STDIO_PIPE;
	else if (input != NULL && o->in != GREEN_STDIO_PIPE)
		return (green__failx(EINVAL,
		    "there is input, but stdin is no pipe"));
	if (o->out == GREEN_STDIO_DEFAULT)
		o->out = GREEN_STDIO_PIPE;
	if (o->err == GREEN_STDIO_DEFAULT)
		o->err = GREEN_STDIO_PIPE;
	if (o->max_output == 0)
		o->max_output = MAX_OUTPUT;
	if (o->max_output > SIZE_MAX / 2)
		o->max_output = SIZE_MAX / 2;
	return (0);
}

static void
hand_over(struct green_output *res, struct run *r)
{
	res->status = r->status;
	res->out = r->out.buf;
	res->out_len = r->out.len;
	res->err = r->err.buf;
	res->err_len = r->err.len;
}

int
green_process_run(char *const argv[], const struct green_process_options *opt,
    const void *input, size_t len, bool check, struct green_output *res)
{
	struct green_process_options o = { .in = GREEN_STDIO_DEFAULT };
	struct run r = { .input = input, .len = len };
	int rc;

	if (res != NULL)
		*res = (struct green_output){ .status = 0 };
	if (green__check() == -1)
		return (-1);
	if (opt != NULL)
		o = *opt;
	if (complete(&o, input) == -1 ||
	    (r.p = green_process_open(argv, &o)) == NULL)
		return (-1);
	r.out = (struct output){ .name = "stdout", .max = o.max_output };
	r.err = (struct output){ .name = "stderr", .max = o.max_output };
	rc = communicate(&r);
	if (green_process_close(r.p) == -1 && rc == 0)
		rc = -1;
	if (rc == 0 && res != NULL)
		hand_over(res, &r);
	if (rc == 0 && check && r.status != 0)
		rc = failed(&r);
	if (res == NULL || res->out == NULL)
		free(r.out.buf);
	if (res == NULL || res->err == NULL)
		free(r.err.buf);
	return (rc);
}
