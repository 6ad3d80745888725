/*
 * What is the same for every host of a guest.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <sys/socket.h>

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <green/net.h>
#include <green/thread.h>

#include "check.h"
#include "guests.h"
#include "harness.h"
#include "tasks.h"

struct green_guest *
open_guest(green_fn *fn, void *arg, const struct green_options *opt)
{
	struct green_options o = { 0 };

	if (opt != NULL)
		o = *opt;
	o.backend = combo.reactor;
	return (green_guest_open(fn, arg, &o));
}

int
guest_patience(const struct green_guest *g)
{
	int64_t deadline = green_guest_deadline(g), left;
	struct timespec ts;

	if (deadline == GREEN_FOREVER)
		return (-1);
	clock_gettime(CLOCK_MONOTONIC, &ts);
	left = deadline - (int64_t)ts.tv_sec * GREEN_SEC - ts.tv_nsec;
	return (left <= 0 ? 0 : (int)((left + GREEN_MSEC - 1) / GREEN_MSEC));
}

static int
sleep_thrice(void *arg)
{
	int i;

	for (i = 0; i < 3; i++) {
		if (green_sleep(10 * GREEN_MSEC) == -1)
			return (-1);
		++*(int *)arg;
	}
	return (42);
}

static int
echo(void *arg)
{
	struct green_stream *st = arg;
	char buf[1000];
	ssize_t n;

	while ((n = green_stream_receive(st, buf, sizeof(buf))) > 0)
		if (green_stream_send(st, buf, (size_t)n) == -1)
			return (-1);
	green_stream_close(st);
	return (n == -1 ? -1 : 0);
}

/* Ten thousand bytes there and back, a hundred times. */
static int
converse(void *arg)
{
	struct green_stream *a, *b;
	struct green_group g;
	static char out[10000], in[sizeof(out)];
	int *rounds = arg, rc = 0, sv[2];

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, sv) == -1)
		return (-1);
	memset(out, 'x', sizeof(out));
	a = green_stream_from_fd(sv[0]);
	b = green_stream_from_fd(sv[1]);
	if (!CHECK(a != NULL && b != NULL))
		return (-1);
	green_group_open(&g);
	rc = green_spawn(&g, echo, b);
	for (; rc == 0 && *rounds < 100; ++*rounds) {
		memset(in, 0, sizeof(in));
		if (green_stream_send(a, out, sizeof(out)) == -1 ||
		    green_stream_receive_exactly(a, in, sizeof(in)) == -1 ||
		    memcmp(in, out, sizeof(in)) != 0)
			rc = -1;
	}
	green_stream_close(a);
	return (green_group_close(&g, rc));
}

static int
block_for_a_while(void *arg)
{
	const struct timespec ts = { 0, 20000000 };

	nanosleep(&ts, NULL);
	++*(int *)arg;
	return (0);
}

static int
call_threads(void *arg)
{
	struct green_group g;
	int i, rc = 0;

	for (i = 0; rc == 0 && i < 3; i++)
		rc = green_to_thread(block_for_a_while, arg);
	green_group_open(&g);
	for (i = 0; rc == 0 && i < 3; i++)
		rc = green_spawn(&g, do_nothing, NULL);
	return (green_group_close(&g, rc));
}

static int
time_out(void *arg)
{
	struct green_scope s;
	struct green_group g;
	int rc = 0, i;

	green_move_on_after(&s, 20 * GREEN_MSEC);
	green_group_open(&g);
	for (i = 0; rc == 0 && i < 10; i++)
		rc = green_spawn(&g, sleep_forever, NULL);
	rc = green_group_close(&g, rc);
	rc = (int)green_scope_close(&s, rc);
	*(int *)arg = green_scope_caught(&s);
	return (rc);
}

/* A guest's whole life; steps: at most so many. */
static void
live(host_fn *host, green_fn *fn, int want, int wanted_n, int steps)
{
	struct green_guest *g;
	int n = 0, taken;

	g = open_guest(fn, &n, NULL);
	if (!CHECK(g != NULL))
		return;
	taken = host(g, 100000);
	CHECK_INT(green_guest_step(g), 0);
	CHECK_INT(green_guest_close(g), want);
	CHECK_INT(n, wanted_n);
	if (!CHECK(taken <= steps))
		fprintf(stderr, "%d steps, not %d\n", taken, steps);
}

void
check_host(host_fn *host)
{
	struct green_guest *g;
	int n = 0;

	live(host, do_nothing, 0, 0, 1);
	/* A step for each event, and a few that come early. */
	live(host, sleep_thrice, 42, 3, 12);
	live(host, call_threads, 0, 3, 12);
	live(host, time_out, 0, 1, 6);
	live(host, converse, 0, 100, 2000);

	/* The host has had enough. */
	if ((g = open_guest(converse, &n, NULL)) == NULL)
		return;
	CHECK_INT(host(g, 2), 2);
	CHECK_ERRNO(green_guest_close(g), ECANCELED);
	CHECK(n < 100);
}
