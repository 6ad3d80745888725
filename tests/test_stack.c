/*
 * Stacks: how they are laid out, reused and given back, and what becomes of a
 * task that needs more.  Most of it without a loop: tasks are stood in for by
 * whoever gets a stack.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#undef _FORTIFY_SOURCE		/* its longjmp() refuses to change stacks */
#include "config.h"

#include <sys/mman.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "green/context_switch.h"
#include "green/internal.h"

#include "check.h"
#include "shortage.h"
#include "watched.h"

#define SMALLEST	(16 * 1024 + sizeof(struct green_task))

#define MANY	(SANITIZED ? 400 : 10000)

static size_t
page(void)
{
	return ((size_t)sysconf(_SC_PAGESIZE));
}

/*
 * Stacks of their own, whose first frame counts its turns.
 */
static struct stacks *stacks;
static struct green__context home;
static struct green_task *running;
static int turns;

static void
count_turns(void)
{
	volatile char used[1024];
	struct green_task *t;
	size_t i;

	for (;;) {
		t = running;
		for (i = 0; i < sizeof(used); i++)
			used[i] = 1;
		turns++;
		green__context_switch(&t->context, &home);
	}
}

static bool
begin(size_t size)
{
	stacks = green__stacks_open(size, green__context_choose(), count_turns);
	if (!CHECK(stacks != NULL))
		return (false);
	green__context_open_thread(&home);
	turns = 0;
	return (true);
}

/* Those still in use must have been put back. */
static void
end(void)
{
	green__context_close_thread(&home);
	green__stacks_close(stacks);
}

static void
turn(struct green_task *t)
{
	int before = turns;

	running = t;
	green__context_switch(&home, &t->context);
	CHECK_INT(turns, before + 1);
}

static size_t
get(struct green_task **t, size_t n)
{
	size_t i;

	for (i = 0; i < n && (t[i] = green__stack_get(stacks)) != NULL; i++)
		turn(t[i]);
	return (i);
}

static void
put(struct green_task **t, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		green__stack_put(stacks, t[i]);
}

PLAIN_TEST(absurd_sizes_are_refused)
{
	const size_t absurd[] = { 1, 4096, SMALLEST - 1, SIZE_MAX,
	    SIZE_MAX - 4096, SIZE_MAX / 2 };
	size_t i;

	for (i = 0; i < sizeof(absurd) / sizeof(absurd[0]); i++)
		CHECK_NULL(green__stacks_open(absurd[i],
		    green__context_choose(), count_turns), EINVAL);
}

PLAIN_TEST(the_default_is_128_KiB)
{
	if (!begin(0))
		return;
	CHECK_INT(green__stack_size(stacks), 128 * 1024);
	end();
}

PLAIN_TEST(sizes_are_rounded_up_to_pages)
{
	struct green_task *t;

	if (!begin(SMALLEST))
		return;
	CHECK(green__stack_size(stacks) >= SMALLEST);
	CHECK_INT(green__stack_size(stacks) % page(), 0);
	if (CHECK_INT(get(&t, 1), 1)) {
		CHECK(t->context.size >= 16 * 1024 - 2048);
		put(&t, 1);
	}
	end();
}

PLAIN_TEST(the_last_one_put_back_is_the_first_to_be_used)
{
	struct green_task *t[3], *again[3];

	if (!begin(0))
		return;
	if (CHECK_INT(get(t, 3), 3)) {
		put(t, 3);
		CHECK_INT(get(again, 3), 3);
		CHECK(again[0] == t[2] && again[1] == t[1] && again[2] == t[0]);
		CHECK_INT(turns, 6);
		put(again, 3);
	}
	end();
}

/* Its topmost page holds the task and the frames of one that waits: registers
   that are many belong to processors with larger pages. */
PLAIN_TEST(a_task_lies_at_the_top_of_its_stack)
{
	struct green_task *t[16];
	char *stack, *task, *top;
	size_t i, n, size;

	if (!begin(0))
		return;
	size = green__stack_size(stacks);
	n = get(t, 16);
	CHECK_INT(n, 16);
	for (i = 0; i < n; i++) {
		stack = t[i]->context.stack;
		task = (char *)t[i];
		top = stack + size;
		CHECK_INT((uintptr_t)stack % page(), 0);
		CHECK_INT((uintptr_t)task % 64, 0);
		CHECK(stack + t[i]->context.size <= task);
		CHECK(task + sizeof(*t[i]) <= top);
		CHECK(top - task <= 2816 + (ptrdiff_t)sizeof(jmp_buf));
	}
	put(t, n);
	end();
}

PLAIN_TEST(tops_are_staggered_by_cache_lines)
{
	struct green_task *t[16];
	bool seen[16] = { false };
	size_t i, n, colours = 0;

	if (!begin(0))
		return;
	n = get(t, 16);
	for (i = 0; i < n; i++)
		seen[(uintptr_t)t[i] / 64 % 16] = true;
	for (i = 0; i < 16; i++)
		colours += seen[i];
	CHECK_INT(colours, 16);
	put(t, n);
	end();
}

PLAIN_TEST(a_guard_is_known_by_its_address)
{
	const struct green_task *owner;
	struct green_task *t[20];
	char *stack;
	int local;
	size_t i, n;

	if (!begin(0))
		return;
	n = get(t, 20);
	for (i = 0; i < n; i++) {
		stack = t[i]->context.stack;
		owner = NULL;
		CHECK(green__stack_guard_at(stacks, stack - 1, &owner));
		CHECK(owner == t[i]);
		CHECK(green__stack_guard_at(stacks, stack - page(), &owner));
		CHECK(owner == t[i]);
		CHECK(!green__stack_guard_at(stacks, stack, &owner));
		CHECK(!green__stack_guard_at(stacks, t[i], &owner));
	}
	CHECK(!green__stack_guard_at(stacks, &local, &owner));
	CHECK(!green__stack_guard_at(stacks, NULL, &owner));
	CHECK(!green__stack_guard_at(stacks, (void *)UINTPTR_MAX, &owner));
	put(t, n);
	end();
}

PLAIN_TEST(many_stacks_at_once_all_have_guards)
{
	struct green_task **t = calloc(MANY, sizeof(*t));
	const struct green_task *owner;
	size_t i, n;

	if (!CHECK(t != NULL))
		return;
	if (begin(SMALLEST)) {
		n = get(t, MANY);
		CHECK_INT(n, MANY);
		for (i = 0; i < n; i += 97)
			CHECK(green__stack_guard_at(stacks,
			    (char *)t[i]->context.stack - 1, &owner) &&
			    owner == t[i]);
		put(t, n);
		end();
	}
	free(t);
}

/*
 * Giving memory back.
 */
PLAIN_TEST(idle_stacks_go_cold_after_a_second_and_can_be_used_again)
{
	struct green_task *t[300];
	int64_t now = 0;
	int round, calls;
	size_t n;

	if (!begin(0))
		return;
	for (round = 0; round < 3; round++) {
		n = get(t, 300);
		CHECK_INT(n, 300);
		put(t, n);
		/* They were in use within the last second. */
		CHECK(green__stack_trim(stacks, now += 2 * GREEN_SEC));
		CHECK(green__stack_trim(stacks, now + GREEN_SEC / 2));
		for (calls = 0; calls < 10 &&
		    green__stack_trim(stacks, now += GREEN_SEC); calls++)
			;
		CHECK_INT(calls, 0);
	}
	CHECK_INT(turns, 900);
	end();
}

PLAIN_TEST(stacks_in_use_are_left_alone)
{
	struct green_task *t[300];
	int64_t now = 0;
	size_t i, n;
	int calls;

	if (!begin(0))
		return;
	n = get(t, 300);
	CHECK_INT(n, 300);
	for (i = 0; i < n; i++) {
		*(size_t *)t[i]->context.stack = i;
		if (i % 7 != 0)
			green__stack_put(stacks, t[i]);
	}
	for (calls = 0; calls < 5; calls++)
		(void)green__stack_trim(stacks, now += 2 * GREEN_SEC);
	for (i = 0; i < n; i += 7) {
		CHECK_INT(*(size_t *)t[i]->context.stack, i);
		turn(t[i]);
		green__stack_put(stacks, t[i]);
	}
	end();
}

/* A guard must outlive its stack's pages. */
static int
touch_a_used_guard(void *arg)
{
	struct green_task *t[100];
	int64_t now = 0;
	size_t i;

	(void)arg;
	if (!begin(0) || !CHECK_INT(get(t, 100), 100))
		return (-1);
	for (i = 1; i < 100; i++)
		green__stack_put(stacks, t[i]);
	for (i = 0; i < 5; i++)
		(void)green__stack_trim(stacks, now += 2 * GREEN_SEC);
	if (!CHECK_INT(get(t, 99), 99))
		return (-1);
	fprintf(stderr, "about to die\n");
	((volatile char *)t[98]->context.stack)[-1] = 1;
	return (-1);
}

PLAIN_TEST(a_guard_outlives_its_stacks_pages)
{
	dies_plain(touch_a_used_guard, NULL, "about to die");
}

/*
 * Running out of memory.
 */
static int
use_up_the_address_space(void *arg)
{
	static struct green_task *t[4096];
	size_t n = 5;

	(void)arg;
	if (!begin(0) || !CHECK_INT(get(t, n), n))
		return (-1);
	if (no_more_memory(64 << 20)) {
		n += get(t + n, 4096 - n);
		CHECK(n < 4096);
		CHECK_NULL(green__stack_get(stacks), ENOMEM);
		turn(t[n - 1]);
		green__stack_put(stacks, t[n - 1]);
		CHECK(green__stack_get(stacks) == t[n - 1]);
		CHECK_NULL(green__stack_get(stacks), ENOMEM);
	}
	put(t, n);
	end();
	return (0);
}

PLAIN_TEST(out_of_memory_leaves_all_as_it_was)
{
	if (!SANITIZED && !RUNNING_ON_VALGRIND)
		survives_plain(use_up_the_address_space, NULL, NULL);
}

/*
 * Overflows, in a real loop.
 */
static int
fill(unsigned n)
{
	volatile char frame[512];

	frame[0] = frame[511] = (char)n;
	return (n == 0 ? frame[0] : fill(n + 1) + frame[511]);
}

static int
glutton(void *arg)
{
	(void)arg;
	return (fill(1));
}

static int
spawn_glutton(void *arg)
{
	struct green_group g;

	green_group_open(&g);
	CHECK_INT(green_spawn(&g, glutton, arg), 0);
	return (green_group_close(&g, 0));
}

PLAIN_TEST(an_overflow_names_the_task)
{
	dies(spawn_glutton, NULL, "libgreen: stack overflow in task "
	    "\"glutton\" (id 2): all 128 KiB used; see "
	    "green_options.stack_size\n");
}

PLAIN_TEST(the_first_task_can_overflow_too)
{
	dies(glutton, NULL, "stack overflow in task \"");
}

static int
fault_elsewhere(void *arg)
{
	volatile char *p;

	(void)arg;
	p = mmap(NULL, page(), PROT_NONE, GREEN_MAP_STACK, -1, 0);
	fprintf(stderr, "about to die\n");
	return (p == MAP_FAILED ? -1 : *p);
}

PLAIN_TEST(a_fault_elsewhere_kills_as_ever)
{
	dies(fault_elsewhere, NULL, "about to die\n");
}

static int
use_much(void *arg)
{
	volatile char much[100 * 1024];
	size_t i;

	(void)arg;
	for (i = 0; i < sizeof(much); i += 512)
		much[i] = (char)(i / 512);
	CHECK_INT(green_checkpoint(), 0);
	for (i = 0; i < sizeof(much); i += 512)
		if (much[i] != (char)(i / 512))
			return (-1);
	return (0);
}

GREEN_TEST(a_task_may_use_nearly_all_of_its_stack)
{
	struct green_group g;
	int i;

	green_group_open(&g);
	for (i = 0; i < 20; i++)
		CHECK_INT(green_spawn(&g, use_much, NULL), 0);
	CHECK_INT(green_group_close(&g, 0), 0);
}

PLAIN_TEST(a_loop_refuses_an_absurd_stack_size)
{
	struct green_options opt = { .stack_size = 1000 };

	CHECK_ERRNO(IN_LOOP(use_much, NULL, &opt), EINVAL);
	CHECK_HAS(green_errmsg(), "stack_size");
	opt.stack_size = SIZE_MAX;
	CHECK_ERRNO(IN_LOOP(use_much, NULL, &opt), EINVAL);
	opt.stack_size = 1024 * 1024;
	CHECK_INT(IN_LOOP(use_much, NULL, &opt), 0);
}

CU_TestInfo stack_tests[] = {
	CLAIM(absurd_sizes_are_refused),
	CLAIM(the_default_is_128_KiB),
	CLAIM(sizes_are_rounded_up_to_pages),
	CLAIM(the_last_one_put_back_is_the_first_to_be_used),
	CLAIM(a_task_lies_at_the_top_of_its_stack),
	CLAIM(tops_are_staggered_by_cache_lines),
	CLAIM(a_guard_is_known_by_its_address),
	CLAIM(many_stacks_at_once_all_have_guards),
	CLAIM(idle_stacks_go_cold_after_a_second_and_can_be_used_again),
	CLAIM(stacks_in_use_are_left_alone),
	CLAIM(a_guard_outlives_its_stacks_pages),
	CLAIM(out_of_memory_leaves_all_as_it_was),
	CLAIM(an_overflow_names_the_task),
	CLAIM(the_first_task_can_overflow_too),
	CLAIM(a_fault_elsewhere_kills_as_ever),
	CLAIM(a_task_may_use_nearly_all_of_its_stack),
	CLAIM(a_loop_refuses_an_absurd_stack_size),
	CU_TEST_INFO_NULL
};
