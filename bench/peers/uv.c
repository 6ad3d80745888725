/* libuv: callbacks. */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#define _GNU_SOURCE

#include <fcntl.h>
#include <uv.h>

#include "../bench.h"
#include "peer.h"

static uv_loop_t *loop;
static struct trial *now;
static long begun;

/* Sleeps. */

static void
rung(uv_timer_t *h)
{
	uv_close((uv_handle_t *)h, NULL);
}

static int
timer(void *arg)
{
	struct trial *t = arg;
	uv_timer_t *h = calloc((size_t)t->tasks, sizeof(*h));
	long i, j, rounds = (t->n + t->tasks - 1) / t->tasks;

	t->n = rounds * t->tasks;
	for (i = 0; i < rounds; i++) {
		for (j = 0; j < t->tasks; j++) {
			uv_timer_init(loop, &h[j]);
			uv_timer_start(&h[j], rung, (uint64_t)
			    (nap_ns(t->tasks) / 1000000 + 1), 0);
		}
		uv_run(loop, UV_RUN_DEFAULT);
	}
	free(h);
	return (0);
}

/* Calls in threads. */

static void
nothing(uv_work_t *w)
{
	(void)w;
}

static void
called(uv_work_t *w, int status)
{
	if (status == 0 && begun < now->n && ++begun)
		uv_queue_work(loop, w, nothing, called);
}

static void
call_all(long tasks, uv_work_t *w)
{
	for (begun = 0; begun < tasks; begun++)
		uv_queue_work(loop, &w[begun], nothing, called);
	uv_run(loop, UV_RUN_DEFAULT);
}

static int
to_thread(void *arg)
{
	struct trial *t = now = arg;
	uv_work_t *w = calloc((size_t)t->tasks, sizeof(*w));
	long n = t->n;

	t->n = 0;
	call_all(t->tasks, w);
	t->n = n < t->tasks ? t->tasks : n;
	trial_start(t);
	call_all(t->tasks, w);
	trial_stop(t);
	free(w);
	return (0);
}

/* Reading a file. */

struct reader {
	uv_fs_t	 req;
	uv_buf_t buf;
	int64_t	 at;			/* or anywhere, if -1 */
};
static int file;

static void have_read(uv_fs_t *req);

static void
read_on(struct reader *r)
{
	int64_t at = r->at;

	if (at == -1)
		at = random() % (FILE_SIZE / r->buf.len) * r->buf.len;
	else
		r->at = (at + r->buf.len) % FILE_SIZE;
	uv_fs_read(loop, &r->req, file, &r->buf, 1, at, have_read);
}

static void
have_read(uv_fs_t *req)
{
	struct reader *r = (struct reader *)req;

	if (req->result != (ssize_t)r->buf.len)
		errx(1, "uv_fs_read: %d", (int)req->result);
	uv_fs_req_cleanup(req);
	if (begun < now->n && ++begun)
		read_on(r);
}

static int
read_file(void *arg)
{
	struct trial *t = now = arg;
	const unsigned *size = t->arg;
	struct reader *r = calloc((size_t)t->tasks, sizeof(*r));
	long i;

	file = open(getenv("BENCH_FILE"), O_RDONLY);
	if (t->n < t->tasks)
		t->n = t->tasks;
	begun = t->tasks;
	for (i = 0; i < t->tasks; i++) {
		r[i].buf = uv_buf_init(malloc(*size), *size);
		r[i].at = *size == PAGE ? -1 : 0;
	}
	trial_start(t);
	for (i = 0; i < t->tasks; i++)
		read_on(&r[i]);
	uv_run(loop, UV_RUN_DEFAULT);
	trial_stop(t);
	for (i = 0; i < t->tasks; i++)
		free(r[i].buf.base);
	free(r);
	return (close(file));
}

/* Processes. */

static char *const command[] = { (char[]){ "true" }, NULL };

static void start(uv_process_t *p);

static void
closed(uv_handle_t *h)
{
	if (begun < now->n && ++begun)
		start((uv_process_t *)h);
}

static void
ended(uv_process_t *p, int64_t status, int signal)
{
	if (status != 0 || signal != 0)
		errx(1, "true: %d", (int)status);
	uv_close((uv_handle_t *)p, closed);
}

static void
start(uv_process_t *p)
{
	uv_process_options_t o = {
		.exit_cb = ended,
		.file = command[0],
		.args = (char **)command
	};

	if (uv_spawn(loop, p, &o) != 0)
		errx(1, "uv_spawn");
}

static int
process(void *arg)
{
	struct trial *t = now = arg;
	uv_process_t *p = calloc((size_t)t->tasks, sizeof(*p));
	long i;

	if (t->n < t->tasks)
		t->n = t->tasks;
	begun = t->tasks;
	for (i = 0; i < t->tasks; i++)
		start(&p[i]);
	uv_run(loop, UV_RUN_DEFAULT);
	free(p);
	return (0);
}

/* The server: what can be written at once is. */

static bool http;

static void
give_room(uv_handle_t *h, size_t size, uv_buf_t *b)
{
	static char room[4096];

	(void)h;
	(void)size;
	*b = uv_buf_init(room, sizeof(room));
}

static void
gone(uv_handle_t *h)
{
	free(h);
}

static void
answer(uv_stream_t *s, const char *p, size_t len)
{
	uv_buf_t b = uv_buf_init((char *)p, (unsigned)len);

	if (uv_try_write(s, &b, 1) != (int)len)
		uv_close((uv_handle_t *)s, gone);
}

static void
received(uv_stream_t *s, ssize_t n, const uv_buf_t *b)
{
	if (n < 0)
		uv_close((uv_handle_t *)s, gone);
	else if (!http)
		answer(s, b->base, (size_t)n);
	else
		for (; n > 0 && !uv_is_closing((uv_handle_t *)s); n -= REQUEST)
			answer(s, page, sizeof(page) - 1);
}

static void
connected(uv_stream_t *l, int status)
{
	uv_tcp_t *c = malloc(sizeof(*c));

	if (status < 0 || c == NULL || uv_tcp_init(l->loop, c) != 0 ||
	    uv_accept(l, (uv_stream_t *)c) != 0)
		abort();
	uv_tcp_nodelay(c, 1);
	uv_read_start((uv_stream_t *)c, give_room, received);
}

static int
serve(bool as_http)
{
	uv_tcp_t l;

	http = as_http;
	if (uv_tcp_init(loop, &l) != 0 || uv_tcp_open(&l, 3) != 0 ||
	    uv_listen((uv_stream_t *)&l, 4096, connected) != 0)
		return (1);
	return (uv_run(loop, UV_RUN_DEFAULT));
}

static const unsigned small = PAGE, large = PIECE;

static const struct subject subjects[] = {
	{ "timer", "libuv", timer, NULL, { 1000 }, NULL },
	{ "to_thread", "libuv", to_thread, NULL, { 1, 64 }, NULL },
	{ "file-4k", "libuv", read_file, NULL, { 1 }, &small },
	{ "file-64k", "libuv", read_file, NULL, { 1 }, &large },
	{ "process", "libuv", process, NULL, { 1, 64 }, NULL },
	{ .name = NULL }
};

int
main(int argc, char *argv[])
{
	loop = uv_default_loop();
	return (to_serve(argc, argv) ? serve(is_http(argv)) :
	    bench(argc, argv, subjects));
}
