/*
 * Time as a loop tells it: the system's monotonic clock, or the mock clock,
 * which stands still until the loop moves it; and sleeping.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include "internal.h"
#include "probe.h"

int64_t
green_now(void)
{
	return (green__loop == NULL ? green__clock() : green__now(green__loop));
}

/* A sleeper is in no queue: its timer alone wakes it. */
static bool
wake_sleeper(struct waiter *w)
{
	(void)w;
	return (true);
}

static int
sleep_until(int64_t deadline, const char *what)
{
	struct waiter w;
	int rc;

	rc = green__park(&w, wake_sleeper, what, -1, deadline);
	return (rc == -1 && errno == ETIMEDOUT ? 0 : rc);
}

int
green_sleep_until(int64_t deadline)
{
	if (green__check() == -1)
		return (-1);
	if (deadline <= green__now(green__loop))
		return (green__yield(true));
	return (sleep_until(deadline, "sleep"));
}

int
green_sleep(int64_t duration)
{
	if (green__check() == -1)
		return (-1);
	if (duration <= 0)
		return (green__yield(true));
	return (sleep_until(green__after(green__now(green__loop), duration),
	    "sleep"));
}

int
green_sleep_forever(void)
{
	if (green__check() == -1)
		return (-1);
	return (sleep_until(GREEN_FOREVER, "sleep for ever"));
}

int
green_mock_advance_(int64_t duration)
{
	struct loop *l = green__loop;

	if (l == NULL)
		return (green__fail(EPERM));
	if (!l->mock)
		return (green__failx(EINVAL, "the loop's clock is no mock"));
	if (duration < 0)
		return (green__failx(EINVAL, "time does not run backwards"));
	l->time = green__after(l->time, duration);
	/* The caller's own deadlines, too. */
	green__timer_arm(l->current);
	green__timer_fire(l, l->time);
	return (0);
}
