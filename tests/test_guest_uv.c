/*
 * libuv's loop drives a guest.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <uv.h>

#include "check.h"
#include "guests.h"

struct host {
	uv_loop_t loop;
	uv_poll_t poll;
	uv_timer_t timer;
	struct green_guest *g;
	int	 steps, at_most;
};

static void	 on_time(uv_timer_t *timer);

static void
step(struct host *h)
{
	int ms;

	h->steps++;
	uv_timer_stop(&h->timer);
	if (green_guest_step(h->g) != 1 || h->steps == h->at_most) {
		uv_close((uv_handle_t *)&h->poll, NULL);
		uv_close((uv_handle_t *)&h->timer, NULL);
		return;
	}
	if ((ms = guest_patience(h->g)) == -1)
		return;
	uv_update_time(&h->loop);
	uv_timer_start(&h->timer, on_time, (uint64_t)ms, 0);
}

static void
on_time(uv_timer_t *timer)
{
	step(timer->data);
}

static void
on_readable(uv_poll_t *poll, int status, int events)
{
	(void)events;
	CHECK_INT(status, 0);
	step(poll->data);
}

static int
drive(struct green_guest *g, int at_most)
{
	struct host h = { .g = g, .at_most = at_most };

	if (!CHECK_INT(uv_loop_init(&h.loop), 0))
		return (-1);
	if (CHECK_INT(uv_timer_init(&h.loop, &h.timer), 0) &&
	    CHECK_INT(uv_poll_init(&h.loop, &h.poll, green_guest_fd(g)), 0)) {
		h.timer.data = h.poll.data = &h;
		CHECK_INT(uv_poll_start(&h.poll, UV_READABLE, on_readable), 0);
		CHECK_INT(uv_timer_start(&h.timer, on_time, 0, 0), 0);
		CHECK_INT(uv_run(&h.loop, UV_RUN_DEFAULT), 0);
	}
	CHECK_INT(uv_loop_close(&h.loop), 0);
	return (h.steps);
}

static int
be_driven(void *arg)
{
	(void)arg;
	check_host(drive);
	return (0);
}

/* In a child, as libuv keeps descriptors for as long as the process lives. */
PLAIN_TEST(libuv_drives_a_guest)
{
	survives_plain(be_driven, NULL, NULL);
}

CU_TestInfo guest_uv_tests[] = {
	CLAIM(libuv_drives_a_guest),
	CU_TEST_INFO_NULL
};
