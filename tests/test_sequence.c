/*
 * Sequencers: tasks pass the points in order, or learn that nobody will.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <green/testing.h>

#include "check.h"

#define POINTS	16

struct run {
	struct green_sequencer q;
	unsigned passed[POINTS];
	int	 n;
	int	 code;			/* what the last one failed with */
};

struct passer {
	struct run *run;
	unsigned point;
};

static int
pass(void *arg)
{
	struct passer *p = arg;

	if (green_sequence(&p->run->q, p->point) == -1) {
		p->run->code = errno;
		return (0);
	}
	p->run->passed[p->run->n++] = p->point;
	return (0);
}

static int
spawn_passer(struct green_group *g, struct run *r, unsigned point)
{
	struct passer p = { r, point };

	return (green_spawn_copy(g, pass, &p, sizeof(p)));
}

MOCK_TEST(tasks_pass_the_points_in_order)
{
	struct run r = { .n = 0 };
	struct green_group g;
	unsigned i;

	green_group_open(&g);
	for (i = POINTS; i > 0; i--)
		CHECK_INT(spawn_passer(&g, &r, i - 1), 0);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(r.n, POINTS);
	for (i = 0; i < POINTS; i++)
		CHECK_INT(r.passed[i], i);
}

static int
alternate(void *arg)
{
	struct passer *p = arg;

	for (; p->point < POINTS; p->point += 2) {
		if (green_sequence(&p->run->q, p->point) == -1)
			return (-1);
		p->run->passed[p->run->n++] = p->point;
		if (green_checkpoint() == -1)
			return (-1);
	}
	return (0);
}

static int
run_two(void *arg)
{
	struct passer even = { arg, 0 }, odd = { arg, 1 };
	struct green_group g;
	int rc;

	green_group_open(&g);
	rc = green_spawn(&g, alternate, &even);
	if (rc == 0)
		rc = green_spawn(&g, alternate, &odd);
	return (green_group_close(&g, rc));
}

PLAIN_TEST(two_tasks_alternate_whatever_the_order)
{
	struct green_options opt = { .mock_clock = true };
	struct run r;
	int i, j;

	for (i = 1; i <= 50; i++) {
		opt.seed = (uint64_t)i;
		r = (struct run){ .n = 0 };
		CHECK_INT(IN_LOOP(run_two, &r, &opt), 0);
		CHECK_INT(r.n, POINTS);
		for (j = 0; j < r.n; j++)
			CHECK_INT(r.passed[j], j);
	}
}

MOCK_TEST(who_passes_goes_on_before_the_next)
{
	struct run r = { .n = 0 };
	struct green_group g;

	green_group_open(&g);
	CHECK_INT(spawn_passer(&g, &r, 1), 0);
	CHECK_INT(spawn_passer(&g, &r, 2), 0);
	green_cancel_shielded_checkpoint();
	CHECK_INT(green_sequence(&r.q, 0), 0);
	CHECK_INT(r.n, 0);
	/* The one at 1 has its turn, and has not run yet. */
	CHECK_ERRNO(green_sequence(&r.q, 2), EINVAL);
	CHECK_INT(green_sequence(&r.q, 3), 0);
	CHECK_INT(r.n, 2);
	CHECK_INT(green_group_close(&g, 0), 0);
}

MOCK_TEST(a_point_used_twice_is_refused)
{
	struct run r = { .n = 0 };
	struct green_group g;

	CHECK_INT(green_sequence(&r.q, 0), 0);
	CHECK_ERRNO(green_sequence(&r.q, 0), EINVAL);
	green_group_open(&g);
	CHECK_INT(spawn_passer(&g, &r, 2), 0);
	green_cancel_shielded_checkpoint();
	CHECK_ERRNO(green_sequence(&r.q, 2), EINVAL);
	CHECK_INT(green_sequence(&r.q, 1), 0);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(r.n, 1);
	CHECK_INT(r.code, 0);
}

MOCK_TEST(a_cancelled_wait_breaks_the_sequence)
{
	struct run r = { .n = 0 };
	struct green_group g;
	struct green_scope s;

	green_group_open(&g);
	CHECK_INT(spawn_passer(&g, &r, 2), 0);
	green_move_on_after(&s, GREEN_SEC);
	CHECK_ERRNO(green_sequence(&r.q, 1), ECANCELED);
	CHECK_INT(green_scope_close(&s, 0), 0);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(r.code, EOWNERDEAD);
	CHECK_INT(r.n, 0);
	CHECK_ERRNO(green_sequence(&r.q, 0), EOWNERDEAD);
}

MOCK_TEST(who_comes_cancelled_breaks_the_sequence)
{
	struct run r = { .n = 0 };
	struct green_scope s;

	green_scope_open(&s);
	green_scope_cancel(&s, NULL);
	CHECK_ERRNO(green_sequence(&r.q, 0), ECANCELED);
	CHECK_INT(green_scope_close(&s, 0), 0);
	CHECK_ERRNO(green_sequence(&r.q, 0), EOWNERDEAD);
}

MOCK_TEST(a_turn_that_has_come_is_kept)
{
	struct run r = { .n = 0 };
	struct green_group g;
	struct green_scope s;

	/* Of the one at 1, when the sequence breaks before it runs. */
	green_group_open(&g);
	CHECK_INT(spawn_passer(&g, &r, 1), 0);
	CHECK_INT(spawn_passer(&g, &r, 2), 0);
	green_cancel_shielded_checkpoint();
	CHECK_INT(green_sequence(&r.q, 0), 0);
	green_scope_open(&s);
	green_scope_cancel(&s, NULL);
	CHECK_ERRNO(green_sequence(&r.q, 3), ECANCELED);
	CHECK_INT(green_scope_close(&s, 0), 0);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(r.n, 1);
	CHECK_INT(r.passed[0], 1);
	CHECK_INT(r.code, EOWNERDEAD);

	/* And when it is cancelled before it runs. */
	r = (struct run){ .n = 0 };
	green_group_open(&g);
	CHECK_INT(spawn_passer(&g, &r, 1), 0);
	green_cancel_shielded_checkpoint();
	CHECK_INT(green_sequence(&r.q, 0), 0);
	green_group_cancel(&g, NULL);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(r.n, 1);
}

PLAIN_TEST(sequences_need_a_loop)
{
	struct green_sequencer q = { { 0 } };

	CHECK_ERRNO(green_sequence(&q, 0), EPERM);
	CHECK_ERRNO(green_sequence(&q, 1), EPERM);
}

CU_TestInfo sequence_tests[] = {
	CLAIM(tasks_pass_the_points_in_order),
	CLAIM(two_tasks_alternate_whatever_the_order),
	CLAIM(who_passes_goes_on_before_the_next),
	CLAIM(a_point_used_twice_is_refused),
	CLAIM(a_cancelled_wait_breaks_the_sequence),
	CLAIM(who_comes_cancelled_breaks_the_sequence),
	CLAIM(a_turn_that_has_come_is_kept),
	CLAIM(sequences_need_a_loop),
	CU_TEST_INFO_NULL
};
