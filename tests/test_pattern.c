/*
 * Patterns: map, gather, first, as completed.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include "check.h"
#include "tasks.h"

struct work {
	int	 done[100];
	int	 at_once;
	int	 most;
	size_t	 failing;		/* which one fails, or none */
};

static int
work(size_t i, void *arg)
{
	struct work *w = arg;
	int rc;

	if (++w->at_once > w->most)
		w->most = w->at_once;
	rc = green_sleep(GREEN_MSEC);
	w->at_once--;
	if (rc == 0 && i == w->failing) {
		errno = EDOM;
		return (-1);
	}
	w->done[i] += rc == 0;
	return (rc);
}

MOCK_TEST(map_does_every_piece_once)
{
	struct work w = { .failing = SIZE_MAX };
	int i;

	CHECK_INT(green_map(100, 0, work, &w), 0);
	for (i = 0; i < 100; i++)
		CHECK_INT(w.done[i], 1);
	CHECK_INT(w.most, 100);
}

MOCK_TEST(map_keeps_its_limit)
{
	int64_t began = green_now();
	struct work w = { .failing = SIZE_MAX };
	int i;

	CHECK_INT(green_map(100, 10, work, &w), 0);
	for (i = 0; i < 100; i++)
		CHECK_INT(w.done[i], 1);
	CHECK_INT(w.most, 10);
	CHECK_INT(green_now() - began, 10 * GREEN_MSEC);
}

MOCK_TEST(map_over_nothing_is_done)
{
	CHECK_INT(green_map(0, 0, work, NULL), 0);
}

MOCK_TEST(the_first_failure_ends_a_map)
{
	struct work w = { .failing = 15 };
	int i, done = 0;

	CHECK_ERRNO(green_map(100, 10, work, &w), EDOM);
	for (i = 0; i < 100; i++)
		done += w.done[i];
	CHECK(done >= 10 && done < 20);
	CHECK_INT(w.at_once, 0);
}

MOCK_TEST(a_cancelled_map_starts_nothing_more)
{
	struct work w = { .failing = SIZE_MAX };
	struct green_scope s;
	int i, done = 0;

	green_move_on_after(&s, 3 * GREEN_MSEC + 1);
	CHECK_INT(green_scope_close(&s, green_map(100, 10, work, &w)), 0);
	CHECK(green_scope_caught(&s));
	for (i = 0; i < 100; i++)
		done += w.done[i];
	CHECK_INT(done, 30);
}

static int
take(void *arg)
{
	int n = *(int *)arg;

	if (green_sleep(n * GREEN_SEC) == -1)
		return (-1);
	if (n > 5) {
		errno = ERANGE;
		return (-1);
	}
	return (n);
}

MOCK_TEST(gather_has_the_results_in_order)
{
	int64_t began = green_now();
	int n[] = { 3, 1, 2 }, rc[3];
	struct green_call calls[] = {
		{ take, &n[0] }, { take, &n[1] }, { take, &n[2] }
	};

	CHECK_INT(green_gather(calls, 3, rc), 0);
	CHECK_INT(rc[0], 3);
	CHECK_INT(rc[1], 1);
	CHECK_INT(rc[2], 2);
	CHECK_INT(green_now() - began, 3 * GREEN_SEC);
	CHECK_INT(green_gather(calls, 3, NULL), 0);
	CHECK_INT(green_gather(NULL, 0, NULL), 0);
}

MOCK_TEST(gather_fails_with_the_first_failure_and_marks_the_rest)
{
	int64_t began = green_now();
	int n[] = { 3, 6, 9 }, rc[3] = { 77, 77, 77 };
	struct green_call calls[] = {
		{ take, &n[0] }, { take, &n[1] }, { take, &n[2] }
	};

	CHECK_ERRNO(green_gather(calls, 3, rc), ERANGE);
	CHECK_INT(rc[0], 3);
	CHECK_INT(rc[1], -1);
	CHECK_INT(rc[2], -1);
	CHECK_INT(green_now() - began, 6 * GREEN_SEC);
}

MOCK_TEST(first_tells_who_was_first_and_cancels_the_rest)
{
	int64_t began = green_now();
	int n[] = { 3, 1, 2 };
	struct green_call calls[] = {
		{ take, &n[0] }, { take, &n[1] }, { take, &n[2] }
	};

	CHECK_INT(green_first(calls, 3), 1);
	CHECK_INT(green_now() - began, GREEN_SEC);
}

MOCK_TEST(first_of_a_failure_is_that_failure)
{
	int n[] = { 7, 6, 8 };
	struct green_call calls[] = {
		{ take, &n[0] }, { take, &n[1] }, { take, &n[2] }
	};

	CHECK_ERRNO(green_first(calls, 3), ERANGE);
}

MOCK_TEST(first_of_none_is_EINVAL)
{
	CHECK_ERRNO(green_first(NULL, 0), EINVAL);
}

MOCK_TEST(a_cancelled_race_has_no_winner)
{
	int n[] = { 3, 4 };
	struct green_call calls[] = { { take, &n[0] }, { take, &n[1] } };
	struct green_scope s;

	green_move_on_after(&s, GREEN_SEC);
	CHECK_INT(green_scope_close(&s, green_first(calls, 2)), 0);
	CHECK(green_scope_caught(&s));
}

struct told {
	size_t	 order[8];
	int	 rc[8];
	int	 code[8];
	size_t	 n;
	size_t	 enough;
};

static int
tell(size_t i, int rc, int code, void *arg)
{
	struct told *t = arg;

	t->order[t->n] = i;
	t->rc[t->n] = rc;
	t->code[t->n] = code;
	return (++t->n == t->enough ? 42 : 0);
}

MOCK_TEST(completions_come_in_their_order_with_failures_among_them)
{
	int n[] = { 3, 1, 6, 2 };
	struct green_call calls[] = {
		{ take, &n[0] }, { take, &n[1] }, { take, &n[2] },
		{ take, &n[3] }
	};
	struct told t = { .enough = 99 };

	CHECK_INT(green_as_completed(calls, 4, tell, &t), 0);
	CHECK_INT(t.n, 4);
	CHECK_INT(t.order[0], 1);
	CHECK_INT(t.order[1], 3);
	CHECK_INT(t.order[2], 0);
	CHECK_INT(t.order[3], 2);
	CHECK_INT(t.rc[0], 1);
	CHECK_INT(t.rc[3], -1);
	CHECK_INT(t.code[3], ERANGE);
}

MOCK_TEST(enough_completions_cancel_the_rest)
{
	int64_t began = green_now();
	int n[] = { 3, 1, 4, 2 };
	struct green_call calls[] = {
		{ take, &n[0] }, { take, &n[1] }, { take, &n[2] },
		{ take, &n[3] }
	};
	struct told t = { .enough = 2 };

	CHECK_INT(green_as_completed(calls, 4, tell, &t), 42);
	CHECK_INT(t.n, 2);
	CHECK_INT(green_now() - began, 2 * GREEN_SEC);
}

MOCK_TEST(cancelled_completions_tell_of_nobody)
{
	int n[] = { 3, 4 };
	struct green_call calls[] = { { take, &n[0] }, { take, &n[1] } };
	struct told t = { .enough = 99 };
	struct green_scope s;

	green_move_on_after(&s, GREEN_SEC);
	CHECK_INT(green_scope_close(&s,
	    green_as_completed(calls, 2, tell, &t)), 0);
	CHECK(green_scope_caught(&s));
	CHECK_INT(t.n, 0);
	CHECK_INT(green_as_completed(NULL, 0, tell, &t), 0);
}

/* The bug: the cancelled caller was woken once more, by whoever completed before
   he ran, and when he had ended, his task began anew. */
static struct green_scope *around_completions;

static int
cancel_and_complete(void *arg)
{
	(void)arg;
	CHECK_INT(green_sleep(1), 0);
	green_scope_cancel(around_completions, NULL);
	return (1);
}

static int
wait_for_completion(void *runs)
{
	struct green_call call = { cancel_and_complete, NULL };
	struct told t = { .enough = 99 };
	struct green_scope s;

	++*(int *)runs;
	green_scope_open(&s);
	around_completions = &s;
	CHECK_INT(green_scope_close(&s,
	    green_as_completed(&call, 1, tell, &t)), 0);
	CHECK(green_scope_caught(&s));
	CHECK_INT(t.n, 0);
	return (0);
}

MOCK_TEST(a_completion_after_the_cancellation_wakes_nobody_again)
{
	struct green_group g;
	int runs = 0;

	green_group_open(&g);
	CHECK_INT(green_spawn(&g, wait_for_completion, &runs), 0);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(runs, 1);
}

/* The bug: the caller waited for ever for a task that had been cancelled before a
   shield was put around both. */
struct shielding {
	struct green_scope around, shield;
};

static int
cancel_and_shield(size_t i, int rc, int code, void *arg)
{
	struct shielding *s = arg;

	CHECK_INT(i, 0);
	CHECK_INT(rc, 1);
	(void)code;
	green_scope_cancel(&s->around, NULL);
	green_cancel_shielded_checkpoint();
	green_scope_set_shield(&s->shield, true);
	return (0);
}

MOCK_TEST(completions_that_will_not_come_are_not_waited_for)
{
	int one = 1;
	struct green_call calls[] = {
		{ take, &one }, { sleep_forever, NULL }, { sleep_forever, NULL }
	};
	struct shielding s;

	green_scope_open(&s.around);
	green_scope_open(&s.shield);
	CHECK_ERRNO(green_as_completed(calls, 3, cancel_and_shield, &s),
	    ECANCELED);
	CHECK_INT(green_checkpoint(), 0);
	CHECK_INT(green_scope_close(&s.shield, 0), 0);
	CHECK_INT(green_scope_close(&s.around, 0), 0);
}

CU_TestInfo pattern_tests[] = {
	CLAIM(map_does_every_piece_once),
	CLAIM(map_keeps_its_limit),
	CLAIM(map_over_nothing_is_done),
	CLAIM(the_first_failure_ends_a_map),
	CLAIM(a_cancelled_map_starts_nothing_more),
	CLAIM(gather_has_the_results_in_order),
	CLAIM(gather_fails_with_the_first_failure_and_marks_the_rest),
	CLAIM(first_tells_who_was_first_and_cancels_the_rest),
	CLAIM(first_of_a_failure_is_that_failure),
	CLAIM(first_of_none_is_EINVAL),
	CLAIM(a_cancelled_race_has_no_winner),
	CLAIM(completions_come_in_their_order_with_failures_among_them),
	CLAIM(enough_completions_cancel_the_rest),
	CLAIM(cancelled_completions_tell_of_nobody),
	CLAIM(a_completion_after_the_cancellation_wakes_nobody_again),
	CLAIM(completions_that_will_not_come_are_not_waited_for),
	CU_TEST_INFO_NULL
};
