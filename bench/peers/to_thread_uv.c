/* An empty call to a thread and back with libuv: as bench/to_thread.c. */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
/* There is no config.h here; peers are built by hand, on Linux. */
#define _GNU_SOURCE
#define HAVE_SCHED_SETAFFINITY	1

#include <string.h>
#include <uv.h>

#include "../bench.h"
#include "../place.h"

static long left;

static void
nothing(uv_work_t *w)
{
	(void)w;
}

static void
go_elsewhere(uv_work_t *w)
{
	(void)w;
	place(1);
}

static void
done(uv_work_t *w, int status)
{
	if (status != 0)
		errx(1, "uv_queue_work: %s", uv_strerror(status));
	if (left > 0) {
		left--;
		uv_queue_work(w->loop, w, nothing, done);
	}
}

static void
went(uv_work_t *w, int status)
{
	(void)w;
	(void)status;
}

static void
call_all(uv_loop_t *l, uv_work_t *w, int at_once, long calls)
{
	int i;

	left = calls - at_once;
	for (i = 0; i < at_once; i++)
		uv_queue_work(l, &w[i], nothing, done);
	uv_run(l, UV_RUN_DEFAULT);
}

int
main(int argc, char *argv[])
{
	uv_loop_t *l = uv_default_loop();
	double wall, cpu;
	uv_work_t *w;
	long calls;
	int at_once;

	if (argc < 3)
		errx(2, "usage: to_thread_uv AT_ONCE CALLS [apart]");
	at_once = atoi(argv[1]);
	calls = atol(argv[2]);
	if ((w = calloc((size_t)at_once, sizeof(*w))) == NULL)
		err(1, NULL);
	if (argc > 3) {
		/* One thread, which can be sent away. */
		setenv("UV_THREADPOOL_SIZE", "1", 1);
		place(0);
		uv_queue_work(l, w, go_elsewhere, went);
		uv_run(l, UV_RUN_DEFAULT);
	}
	call_all(l, w, at_once, calls / 10 + at_once);
	cpu = cpu_seconds();
	wall = seconds();
	call_all(l, w, at_once, calls);
	printf("%.3f %.3f\n", (seconds() - wall) / (double)calls * 1e6,
	    (cpu_seconds() - cpu) / (double)calls * 1e6);
	free(w);
	return (0);
}
