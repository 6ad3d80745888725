/*
 * Bugs in a program that would corrupt memory: each dies at once, with a
 * message that names the task and the scopes.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <string.h>

#include "check.h"
#include "tasks.h"

#define HERE	"test_misuse.c:"

static void
called(const char *name)
{
	green_set_name(green_self(), name);
}

static int
close_out_of_order(void *unused)
{
	struct green_scope outer, inner;

	(void)unused;
	called("hasty");
	green_scope_open(&outer);
	green_scope_open(&inner);
	return ((int)green_scope_close(&outer, 0));
}

static int
close_group_out_of_order(void *unused)
{
	struct green_group g;
	struct green_scope s;

	(void)unused;
	called("hasty");
	green_group_open(&g);
	green_scope_open(&s);
	return (green_group_close(&g, 0));
}

PLAIN_TEST(a_scope_closed_out_of_order_dies)
{
	dies(close_out_of_order, NULL, "green_scope_close\n\"hasty\"\n" HERE
	    "\ninnermost");
	dies(close_group_out_of_order, NULL, "green_group_close\n\"hasty\"\n"
	    HERE "\ninnermost");
}

static int
close_twice(void *unused)
{
	struct green_scope s;

	(void)unused;
	called("thorough");
	green_scope_open(&s);
	CHECK_INT(green_scope_close(&s, 0), 0);
	return ((int)green_scope_close(&s, 0));
}

static int
close_group_twice(void *unused)
{
	struct green_group g;

	(void)unused;
	called("thorough");
	green_group_open(&g);
	CHECK_INT(green_group_close(&g, 0), 0);
	return (green_group_close(&g, 0));
}

static int
close_zeroes(void *unused)
{
	struct green_group g;

	(void)unused;
	called("thorough");
	memset(&g, 0, sizeof(g));
	return (green_group_close(&g, 0));
}

PLAIN_TEST(a_scope_closed_twice_dies)
{
	dies(close_twice, NULL, "green_scope_close\n\"thorough\"");
	dies(close_group_twice, NULL, "green_group_close\n\"thorough\"");
	dies(close_zeroes, NULL, "green_group_close\n\"thorough\"");
}

static int
close_groups_scope(void *unused)
{
	struct green_group g;

	(void)unused;
	called("mistaken");
	green_group_open(&g);
	return ((int)green_scope_close(&g.scope, 0));
}

PLAIN_TEST(a_groups_scope_closed_as_a_scope_dies)
{
	dies(close_groups_scope, NULL, "green_scope_close\n" HERE "\ngroup");
}

static int
close_anothers(void *scope)
{
	called("meddler");
	return ((int)green_scope_close(scope, 0));
}

static int
let_another_close(void *unused)
{
	struct green_scope s;
	struct green_group g;

	(void)unused;
	called("owner");
	green_scope_open(&s);
	green_group_open(&g);
	if (green_spawn(&g, close_anothers, &s) == -1)
		return (-1);
	return (green_group_close(&g, 0));
}

static int
close_anothers_group(void *group)
{
	called("meddler");
	return (green_group_close(group, 0));
}

static int
let_another_close_group(void *unused)
{
	struct green_group g;

	(void)unused;
	called("owner");
	green_group_open(&g);
	if (green_spawn(&g, close_anothers_group, &g) == -1)
		return (-1);
	return (green_group_close(&g, 0));
}

PLAIN_TEST(a_scope_closed_in_another_task_dies)
{
	dies(let_another_close, NULL, "green_scope_close\n\"owner\"\n"
	    "\"meddler\"\n" HERE);
	dies(let_another_close_group, NULL, "green_group_close\n\"owner\"\n"
	    "\"meddler\"\n" HERE);
}

static int
end_with_scope(void *unused)
{
	struct green_scope s;

	(void)unused;
	called("untidy");
	green_scope_open(&s);
	return (0);
}

static int
end_with_group(void *unused)
{
	struct green_group g;

	(void)unused;
	called("untidy");
	green_group_open(&g);
	return (0);
}

static int
let_end(void *fn)
{
	struct green_group g;

	green_group_open(&g);
	if (green_spawn(&g, *(green_fn **)fn, NULL) == -1)
		return (-1);
	return (green_group_close(&g, 0));
}

PLAIN_TEST(a_task_that_ends_with_a_scope_open_dies)
{
	green_fn *fn = end_with_scope;

	dies(end_with_scope, NULL, "\"untidy\"\nscope\n" HERE);
	dies(let_end, &fn, "\"untidy\"\nscope\n" HERE);
	fn = end_with_group;
	dies(end_with_group, NULL, "\"untidy\"\ngroup\n" HERE);
	dies(let_end, &fn, "\"untidy\"\ngroup\n" HERE);
}

static int
open_twice(void *unused)
{
	struct green_scope s;

	(void)unused;
	called("eager");
	green_scope_open(&s);
	green_scope_open(&s);
	return ((int)green_scope_close(&s, 0));
}

PLAIN_TEST(a_scope_opened_twice_dies)
{
	dies(open_twice, NULL, "\"eager\"\n" HERE);
}

/* A function that forgets its scope, and others that use its stack again. */
static __attribute__((__noinline__)) void
forget(void)
{
	struct green_scope s;

	green_scope_open(&s);
}

static __attribute__((__noinline__)) void
scribble(void)
{
	volatile char stack[4096];
	size_t i;

	for (i = 0; i < sizeof(stack); i++)
		stack[i] = (char)0xa5;
}

static int
open_after_forgetting(void *unused)
{
	struct green_scope s;

	(void)unused;
	called("forgetful");
	forget();
	green_scope_open(&s);
	return ((int)green_scope_close(&s, 0));
}

static int
open_after_scribbling(void *unused)
{
	struct green_scope s;

	(void)unused;
	called("forgetful");
	forget();
	scribble();
	green_scope_open(&s);
	return ((int)green_scope_close(&s, 0));
}

static int
open_group_after_scribbling(void *unused)
{
	struct green_group g;

	(void)unused;
	called("forgetful");
	forget();
	scribble();
	green_group_open(&g);
	return (green_group_close(&g, 0));
}

static int
end_after_scribbling(void *unused)
{
	(void)unused;
	called("forgetful");
	forget();
	scribble();
	return (0);
}

PLAIN_TEST(a_scope_opened_after_one_was_forgotten_dies)
{
	dies(open_after_forgetting, NULL, "\"forgetful\"\n" HERE);
}

PLAIN_TEST(a_forgotten_scope_whose_memory_was_used_again_dies_by_name)
{
	dies(open_after_scribbling, NULL, "\"forgetful\"\n" HERE);
	dies(open_group_after_scribbling, NULL, "\"forgetful\"\n" HERE);
	dies(end_after_scribbling, NULL, "\"forgetful\"");
}

/* Stacks. */

static int
dig(int depth)
{
	volatile char room[512];

	room[0] = (char)depth;
	return (depth == 0 ? 0 : dig(depth - 1) + room[0]);
}

static int
overflow(void *unused)
{
	(void)unused;
	called("digger");
	return (dig(100000));
}

static int
let_overflow(void *unused)
{
	green_fn *fn = overflow;

	(void)unused;
	return (let_end(&fn));
}

PLAIN_TEST(a_stack_that_overflows_dies_by_its_tasks_name)
{
	dies(overflow, NULL, "stack\ndigger");
	dies(let_overflow, NULL, "stack\ndigger");
}

CU_TestInfo misuse_tests[] = {
	CLAIM(a_scope_closed_out_of_order_dies),
	CLAIM(a_scope_closed_twice_dies),
	CLAIM(a_groups_scope_closed_as_a_scope_dies),
	CLAIM(a_scope_closed_in_another_task_dies),
	CLAIM(a_task_that_ends_with_a_scope_open_dies),
	CLAIM(a_scope_opened_twice_dies),
	CLAIM(a_scope_opened_after_one_was_forgotten_dies),
	CLAIM(a_forgotten_scope_whose_memory_was_used_again_dies_by_name),
	CLAIM(a_stack_that_overflows_dies_by_its_tasks_name),
	CU_TEST_INFO_NULL
};
