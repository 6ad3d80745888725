/*
 * The server of bench/echo.c on libuv: what can be written at once is.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#define REQUEST	64

static const char page[] = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
    "Content-Length: 14\r\n\r\nHello, world!\n";
static int http;

static void
give_room(uv_handle_t *h, size_t size, uv_buf_t *b)
{
	static char room[4096];

	(void)h;
	(void)size;
	*b = uv_buf_init(room, sizeof(room));
}

static void
done(uv_handle_t *h)
{
	free(h);
}

static void
answer(uv_stream_t *s, const char *p, size_t len)
{
	uv_buf_t b = uv_buf_init((char *)p, (unsigned)len);

	if (uv_try_write(s, &b, 1) != (int)len)
		uv_close((uv_handle_t *)s, done);
}

static void
received(uv_stream_t *s, ssize_t n, const uv_buf_t *b)
{
	if (n < 0)
		uv_close((uv_handle_t *)s, done);
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

int
main(int argc, char *argv[])
{
	uv_tcp_t l;

	http = argc > 1 && strcmp(argv[1], "http") == 0;
	if (uv_tcp_init(uv_default_loop(), &l) != 0 || uv_tcp_open(&l, 3) != 0 ||
	    uv_listen((uv_stream_t *)&l, 4096, connected) != 0)
		return (1);
	return (uv_run(uv_default_loop(), UV_RUN_DEFAULT));
}
