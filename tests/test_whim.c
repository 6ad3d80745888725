/*
 * Calls that random deadlines abandon or interrupt, with arguments on the heap.
 * $GREEN_STORM multiplies them: 100 makes 200 000 of each.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <stdatomic.h>
#include <stdlib.h>

#include <green/thread.h>

#include "check.h"

static atomic_long allocated, disposed;

static int
use(void *arg)
{
	atomic_int *ready = arg;
	int i;

	/* Some are over before the cancellation comes, others are not. */
	for (i = 0; i < 100 * *ready; i++)
		if (green_thread_check_cancelled() == -1)
			break;
	return (*ready);
}

static void
dispose(void *arg)
{
	atomic_fetch_add(&disposed, 1);
	free(arg);
}

static void
ask_to_stop(void *arg)
{
	*(atomic_int *)arg = 0;
}

struct whim {
	unsigned draw;
	bool	 abandons;
	long	 came_back;
	long	 given_up;
};

static unsigned
draw(struct whim *w, unsigned n)
{
	w->draw = w->draw * 1103515245 + 12345;
	return ((w->draw >> 16) % n);
}

/* One call, which may be left. */
static void
call_by_whim(struct whim *w)
{
	atomic_int *arg = malloc(sizeof(*arg));
	int rc;

	if (arg == NULL)
		abort();
	atomic_fetch_add(&allocated, 1);
	atomic_init(arg, (int)draw(w, 30) + 1);
	if (!w->abandons) {
		rc = green_to_thread_interruptible(NULL, use, arg,
		    ask_to_stop);
		dispose(arg);
	} else if ((rc = green_to_thread_abandonable(NULL, use, arg,
	    dispose)) != -1 || !green_thread_abandoned())
		dispose(arg);
	if (rc == -1)
		w->given_up++;
	else
		w->came_back++;
}

static int
call_under_deadlines(void *arg)
{
	struct whim *w = arg;
	struct green_scope s;
	int i, n = check_storm(20), failed = 0;

	for (i = 0; i < n; i++) {
		green_move_on_after(&s, (int64_t)draw(w, 40) * 5 * GREEN_USEC);
		call_by_whim(w);
		failed |= green_scope_close(&s, 0);
	}
	return (failed);
}

static void
rage(bool abandons)
{
	static struct whim w[100];
	struct green_group g;
	long calls = 0, left = 0;
	size_t i;

	allocated = 0;
	disposed = 0;
	green_group_open(&g);
	for (i = 0; i < 100; i++) {
		w[i] = (struct whim){ .draw = (unsigned)i + 1,
		    .abandons = abandons };
		CHECK_INT(green_spawn(&g, call_under_deadlines, &w[i]), 0);
	}
	CHECK_INT(green_group_close(&g, 0), 0);
	for (i = 0; i < 100; i++) {
		calls += w[i].came_back + w[i].given_up;
		left += w[i].given_up;
	}
	CHECK_INT(calls, 100L * check_storm(20));
	CHECK(left > 0);
	/* Those that were abandoned bring their tokens back. */
	while (green_limiter_borrowed(green_thread_limiter()) > 0)
		CHECK_INT(green_sleep(GREEN_MSEC), 0);
	CHECK_INT((long)allocated, calls);
	CHECK_INT((long)disposed, calls);
}

GREEN_TEST(abandoned_arguments_are_disposed_of_once)
{
	rage(true);
}

GREEN_TEST(interrupted_arguments_are_still_there)
{
	rage(false);
}

CU_TestInfo whim_tests[] = {
	CLAIM(abandoned_arguments_are_disposed_of_once),
	CLAIM(interrupted_arguments_are_still_there),
	CU_TEST_INFO_NULL
};
