/*
 * Time as a loop tells it: the system's monotonic clock, or the mock clock,
 * which stands still until the loop moves it; and sleeping.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include "internal.h"
#include "probe.h"

#define SPAN_MIN	GREEN_MSEC	/* to find a rate by */
#define SPAN_MAX	GREEN_SEC
#define ALIKE		128		/* rates that differ by a part of so many */
#define WIDTH		60		/* between two readings in a row, in ns */
#define WIDE_MAX	100		/* in a row */

/* How fast the counter is, by what it and the clock have done since some time;
   0: there is no telling. */
static uint64_t
rate_since(const struct green__clock *c, int64_t now, uint64_t count)
{
	int64_t span = now - c->since;

	if (c->since == 0 || span > SPAN_MAX || count <= c->since_count)
		return (0);
	return (((uint64_t)span << GREEN__CLOCK_RATE) /
	    (count - c->since_count));
}

static bool
is_alike(uint64_t a, uint64_t b)
{
	return ((a > b ? a - b : b - a) <= b / ALIKE);
}

/* A rate is believed when it is found twice: a leap of the counter does not give
   the same one again. */
static void
find_rate(struct green__clock *c, int64_t now, uint64_t count)
{
	uint64_t found;

	if (c->since != 0 && now - c->since < SPAN_MIN)
		return;
	found = rate_since(c, now, count);
	c->rate = is_alike(found, c->found) ? found : 0;
	c->reach = c->rate == 0 ? 0 :
	    ((uint64_t)GREEN__CLOCK_REACH << GREEN__CLOCK_RATE) / c->rate;
	c->found = found;
	c->since = now;
	c->since_count = count;
}

void
green__clock_learn(struct green__clock *c, int64_t before, uint64_t count,
    int64_t after)
{
	c->good_for = 0;
	if (after - before > WIDTH) {
		/* Held up; or, if that is always so, the clock is slow here. */
		if (++c->wide == WIDE_MAX)
			c->steady = false;
		return;
	}
	c->wide = 0;
	find_rate(c, after, count);
	c->read = after;
	c->count = count;
	c->good_for = c->reach;
}

int64_t
green__clock_read(struct green__clock *c)
{
	int64_t before = green__clock(), after;
	uint64_t count;

	if (!c->steady)
		return (before);
	count = green__counter();
	after = green__clock();
	green__clock_learn(c, before, count, after);
	return (after);
}

int64_t
green_now(void)
{
	return (green__loop == NULL ? green__clock() : green__now(green__loop));
}

int
green_sleep_until(int64_t deadline)
{
	if (green__check() == -1)
		return (-1);
	if (deadline <= green__now(green__loop))
		return (green__yield(true));
	return (green__sleep(NULL, "sleep", -1, deadline));
}

int
green_sleep(int64_t duration)
{
	if (green__check() == -1)
		return (-1);
	if (duration <= 0)
		return (green__yield(true));
	return (green__sleep(NULL, "sleep", -1, green__from_now(duration)));
}

int
green_sleep_forever(void)
{
	if (green__check() == -1)
		return (-1);
	return (green__sleep(NULL, "sleep for ever", -1, GREEN_FOREVER));
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
