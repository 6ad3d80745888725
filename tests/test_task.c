/*
 * What belongs to a task: its name, its number, its errno, its registers.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "check.h"
#include "tasks.h"

static int
tell_name(void *name)
{
	snprintf(name, 64, "%s", green_name(green_self()));
	return (0);
}

static int
tell_copied_name(void *unused)
{
	(void)unused;
	CHECK_STR(green_name(green_self()), "tell_copied_name");
	return (0);
}

MOCK_TEST(a_tasks_default_name_is_its_functions)
{
	char name[64] = "", address[64] = "";
	struct green_group g;

	green_group_open(&g);
	CHECK_INT(green_spawn(&g, tell_name, name), 0);
	CHECK_INT(green_spawn(&g, &tell_name, address), 0);
	CHECK_INT(green_spawn_copy(&g, tell_copied_name, "", 1), 0);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_STR(name, "tell_name");
	CHECK_STR(address, "tell_name");
}

static int
tell_id_and_name(void *name)
{
	char expected[64];

	snprintf(expected, sizeof(expected), "task-%ju",
	    (uintmax_t)green_task_id(green_self()));
	CHECK_STR(green_name(green_self()), expected);
	return (tell_name(name));
}

MOCK_TEST(a_task_of_no_known_function_is_named_by_its_number)
{
	int (*spawn)(struct green_group *, green_fn *, void *) = green_spawn;
	char name[64] = "";
	struct green_group g;

	green_group_open(&g);
	CHECK_INT(spawn(&g, tell_id_and_name, name), 0);
	CHECK_INT((green_spawn)(&g, tell_id_and_name, name), 0);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(strncmp(name, "task-", 5), 0);
}

static int
rename_itself(void *arg)
{
	char name[] = "somebody";
	struct green_task *t = green_self();

	(void)arg;
	green_set_name(t, name);
	memset(name, '-', sizeof(name) - 1);
	CHECK_STR(green_name(t), "somebody");
	green_set_name(t, "");
	CHECK_STR(green_name(t), "");
	green_set_name(t, "0123456789012345678901234567890123456789");
	CHECK_STR(green_name(t), "0123456789012345678901234567890");
	green_set_name(t, NULL);
	return (0);
}

static int
rename_and_check(void *arg)
{
	rename_itself(arg);
	CHECK_STR(green_name(green_self()), "rename_and_check");
	return (0);
}

static int
rename_unknown(void *arg)
{
	char number[64];

	rename_itself(arg);
	snprintf(number, sizeof(number), "task-%ju",
	    (uintmax_t)green_task_id(green_self()));
	CHECK_STR(green_name(green_self()), number);
	return (0);
}

static int
a_function_whose_name_is_longer_than_a_task_name(void *arg)
{
	CHECK_STR(green_name(green_self()), "a_function_whose_name_is_longer");
	rename_itself(arg);
	CHECK_STR(green_name(green_self()), "a_function_whose_name_is_longer");
	return (0);
}

MOCK_TEST(a_name_is_copied_cut_and_given_back)
{
	struct green_group g;

	green_group_open(&g);
	CHECK_INT(green_spawn(&g, rename_and_check, NULL), 0);
	CHECK_INT((green_spawn)(&g, rename_unknown, NULL), 0);
	CHECK_INT(green_spawn(&g,
	    a_function_whose_name_is_longer_than_a_task_name, NULL), 0);
	CHECK_INT(green_group_close(&g, 0), 0);
}

struct ids {
	uint64_t id;
	uint64_t parent;
};

static int
tell_ids(void *arg)
{
	struct ids *i = arg;

	i->id = green_task_id(green_self());
	i->parent = green_task_parent_id(green_self());
	return (0);
}

static int
spawn_tell_ids(void *arg)
{
	struct ids *i = arg;
	struct green_group g;

	tell_ids(&i[0]);
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, tell_ids, &i[1]), 0);
	return (green_group_close(&g, 0));
}

MOCK_TEST(a_tasks_parent_is_who_spawned_it)
{
	struct ids self, i[2];
	struct green_group g;

	tell_ids(&self);
	CHECK(self.id != 0);
	CHECK_INT(self.parent, 0);
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, spawn_tell_ids, i), 0);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(i[0].parent, self.id);
	CHECK_INT(i[1].parent, i[0].id);
}

MOCK_TEST(ids_are_never_reused)
{
	uint64_t last = green_task_id(green_self());
	struct green_group g;
	struct ids i;
	int n;

	for (n = 0; n < 1000; n++) {
		green_group_open(&g);
		CHECK_INT(green_spawn(&g, tell_ids, &i), 0);
		CHECK_INT(green_group_close(&g, 0), 0);
		if (!CHECK(i.id > last))
			break;
		last = i.id;
	}
}

/* errno. */

static int
keep_errno(void *code)
{
	int i;

	for (i = 0; i < 10; i++) {
		errno = *(int *)code;
		if (i % 2 == 0)
			green_cancel_shielded_checkpoint();
		else
			CHECK_INT(green_sleep(1), 0);
		errno = *(int *)code;
		green_cancel_shielded_checkpoint();
		CHECK_INT(errno, *(int *)code);
	}
	return (0);
}

MOCK_TEST(errno_belongs_to_the_task)
{
	int codes[] = { EIO, EPROTO, EDOM, ERANGE, 0 }, i;
	struct green_group g;

	green_group_open(&g);
	for (i = 0; i < 5; i++)
		CHECK_INT(green_spawn(&g, keep_errno, &codes[i]), 0);
	errno = EXDEV;
	for (i = 0; i < 30; i++)
		green_cancel_shielded_checkpoint();
	CHECK_INT(errno, EXDEV);
	CHECK_INT(green_group_close(&g, 0), 0);
}

/* Registers: sums of many parts, with and without switches in between. */

static int
no_switch(void)
{
	return (0);
}

static uint64_t
churn(int (*between)(void), uint64_t seed)
{
	uint64_t a = seed, b = seed * 3, c = seed * 5, d = seed * 7;
	uint64_t e = seed * 11, f = seed * 13, g = seed * 17, h = seed * 19;
	double p = (double)seed, q = p / 3, r = p / 7, s = p / 11;
	int i;

	for (i = 0; i < 200; i++) {
		a += b ^ c;
		b += c ^ d;
		c += d ^ e;
		d += e ^ f;
		e += f ^ g;
		f += g ^ h;
		g += h ^ a;
		h += (uint64_t)between() + a;
		p = p / 2 + q;
		q = q / 3 + r;
		r = r / 5 + s;
		s = s / 7 + (double)(i % 3);
	}
	return (a ^ b ^ c ^ d ^ e ^ f ^ g ^ h ^
	    (uint64_t)((p + q + r + s) * 1e6));
}

static int
churn_both_ways(void *seed)
{
	uint64_t n = *(uint64_t *)seed;

	CHECK_INT(churn(green_checkpoint, n), churn(no_switch, n));
	return (0);
}

MOCK_TEST(registers_survive_a_switch)
{
	uint64_t seed;
	struct green_group g;

	green_group_open(&g);
	for (seed = 1; seed <= 20; seed++)
		CHECK_INT(green_spawn_copy(&g, churn_both_ways, &seed,
		    sizeof(seed)), 0);
	CHECK_INT(green_group_close(&g, 0), 0);
}

static uintptr_t
misalignment(const void *p)
{
	return ((uintptr_t)p % _Alignof(max_align_t));
}

static int
look_at_stack(void *unused)
{
	uintptr_t (*volatile look)(const void *) = misalignment;
	max_align_t here;
	char text[64];
	int i;

	(void)unused;
	for (i = 0; i < 3; i++) {
		CHECK_INT(look(&here), 0);
		/* Library functions of floating point rely on it as well. */
		snprintf(text, sizeof(text), "%.3f %.3Lf", i + 0.5,
		    (long double)i + 0.25L);
		CHECK_HAS(text, ".500 ");
		CHECK_INT(green_checkpoint(), 0);
	}
	return (0);
}

MOCK_TEST(a_stack_is_aligned)
{
	struct green_group g;
	int i;

	look_at_stack(NULL);
	green_group_open(&g);
	for (i = 0; i < 40; i++)
		CHECK_INT(green_spawn(&g, look_at_stack, NULL), 0);
	CHECK_INT(green_group_close(&g, 0), 0);
}

CU_TestInfo task_tests[] = {
	CLAIM(a_tasks_default_name_is_its_functions),
	CLAIM(a_task_of_no_known_function_is_named_by_its_number),
	CLAIM(a_name_is_copied_cut_and_given_back),
	CLAIM(a_tasks_parent_is_who_spawned_it),
	CLAIM(ids_are_never_reused),
	CLAIM(errno_belongs_to_the_task),
	CLAIM(registers_survive_a_switch),
	CLAIM(a_stack_is_aligned),
	CU_TEST_INFO_NULL
};
