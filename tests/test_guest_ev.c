/*
 * libev's loop drives a guest.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <stddef.h>

#include <ev.h>

#include "check.h"
#include "guests.h"

struct host {
	struct ev_loop *loop;
	struct ev_io io;
	struct ev_timer timer;
	struct green_guest *g;
	int	 steps, at_most;
};

static void
step(struct host *h)
{
	int ms;

	h->steps++;
	ev_timer_stop(h->loop, &h->timer);
	if (green_guest_step(h->g) != 1 || h->steps == h->at_most) {
		/* Stopped, it is not called for what has come meanwhile. */
		ev_io_stop(h->loop, &h->io);
		ev_break(h->loop, EVBREAK_ALL);
		return;
	}
	if ((ms = guest_patience(h->g)) == -1)
		return;
	ev_now_update(h->loop);
	ev_timer_set(&h->timer, (double)ms / 1000, 0.);
	ev_timer_start(h->loop, &h->timer);
}

static void
on_readable(struct ev_loop *loop, struct ev_io *w, int events)
{
	(void)loop, (void)events;
	step(w->data);
}

static void
on_time(struct ev_loop *loop, struct ev_timer *w, int events)
{
	(void)loop, (void)events;
	step(w->data);
}

static int
drive(struct green_guest *g, int at_most)
{
	struct host h = { .g = g, .at_most = at_most };

	h.loop = ev_loop_new(EVFLAG_AUTO);
	if (!CHECK(h.loop != NULL))
		return (-1);
	ev_io_init(&h.io, on_readable, green_guest_fd(g), EV_READ);
	ev_timer_init(&h.timer, on_time, 0., 0.);
	h.io.data = h.timer.data = &h;
	ev_io_start(h.loop, &h.io);
	ev_timer_start(h.loop, &h.timer);
	ev_run(h.loop, 0);
	ev_io_stop(h.loop, &h.io);
	ev_timer_stop(h.loop, &h.timer);
	ev_loop_destroy(h.loop);
	return (h.steps);
}

PLAIN_TEST(libev_drives_a_guest)
{
	check_host(drive);
}

CU_TestInfo guest_ev_tests[] = {
	CLAIM(libev_drives_a_guest),
	CU_TEST_INFO_NULL
};
