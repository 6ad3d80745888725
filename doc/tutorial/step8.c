/* A worker thread: what blocks, or computes for long, leaves the loop. */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include <err.h>
#include <stdint.h>
#include <stdio.h>

#include <green.h>

struct sum {
	uint32_t n;			/* in: how far to go */
	uint64_t sum;			/* out */
};

/* In a thread of its own: plain C, with none of the loop's objects. */
static int
add_up(void *arg)
{
	struct sum *s = arg;

	for (uint32_t i = 1; i <= s->n; i++)
		s->sum += i;
	return (0);
}

static int
tick(void *arg)
{
	int *ticks = arg;

	while (green_sleep(1 * GREEN_MSEC) == 0)
		++*ticks;
	return (-1);
}

static int
both(void *arg)
{
	struct sum s = { 100 * 1000 * 1000, 0 };
	struct green_group g;
	int rc, ticks = 0;

	(void)arg;
	green_group_open(&g);
	if ((rc = green_spawn_daemon(&g, tick, &ticks)) == 0)
		rc = green_to_thread(add_up, &s);
	rc = green_group_close(&g, rc);
	if (rc == 0)
		printf("the sum is %ju; the clock %s\n", (uintmax_t)s.sum,
		    ticks > 0 ? "went on" : "stood still");
	return (rc);
}

int
main(void)
{
	if (green_run(both, NULL, NULL) == -1)
		err(1, "both");
	return (0);
}
