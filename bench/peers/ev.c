/* libev: callbacks. */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#define _GNU_SOURCE

#include <sys/socket.h>

#include <netinet/in.h>
#include <netinet/tcp.h>

#include <ev.h>
#include <unistd.h>

#include "../bench.h"
#include "peer.h"

static void
rung(struct ev_loop *loop, ev_timer *w, int events)
{
	(void)loop;
	(void)w;
	(void)events;
}

static int
timer(void *arg)
{
	struct trial *t = arg;
	ev_timer *w = calloc((size_t)t->tasks, sizeof(*w));
	long i, j, rounds = (t->n + t->tasks - 1) / t->tasks;

	t->n = rounds * t->tasks;
	for (i = 0; i < rounds; i++) {
		ev_now_update(EV_DEFAULT);
		for (j = 0; j < t->tasks; j++) {
			ev_timer_init(&w[j], rung,
			    (double)nap_ns(t->tasks) / 1e9, 0);
			ev_timer_start(EV_DEFAULT, &w[j]);
		}
		ev_run(EV_DEFAULT, 0);
	}
	free(w);
	return (0);
}

static bool http;

static void
hang_up(struct ev_loop *loop, ev_io *w)
{
	ev_io_stop(loop, w);
	close(w->fd);
	free(w);
}

static void
readable(struct ev_loop *loop, ev_io *w, int events)
{
	char buf[4096];
	ssize_t n = recv(w->fd, buf, sizeof(buf), 0);

	(void)events;
	if (n <= 0)
		hang_up(loop, w);
	else if (!http)
		(void)send(w->fd, buf, (size_t)n, MSG_NOSIGNAL);
	else
		for (; n > 0; n -= REQUEST)
			(void)send(w->fd, page, sizeof(page) - 1, MSG_NOSIGNAL);
}

static void
connected(struct ev_loop *loop, ev_io *l, int events)
{
	ev_io *w;
	int fd, on = 1;

	(void)events;
	while ((fd = accept4(l->fd, NULL, NULL, SOCK_NONBLOCK)) != -1) {
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
		w = malloc(sizeof(*w));
		ev_io_init(w, readable, fd, EV_READ);
		ev_io_start(loop, w);
	}
}

static int
serve(bool as_http)
{
	ev_io l;

	http = as_http;
	ev_io_init(&l, connected, 3, EV_READ);
	ev_io_start(EV_DEFAULT, &l);
	return (ev_run(EV_DEFAULT, 0));
}

static const struct subject subjects[] = {
	{ "timer", "libev", timer, NULL, { 1000 }, NULL },
	{ .name = NULL }
};

int
main(int argc, char *argv[])
{
	(void)ev_default_loop(0);
	return (to_serve(argc, argv) ? serve(is_http(argv)) :
	    bench(argc, argv, subjects));
}
