/*
 * Options and the environment: what is chosen, what is refused and how.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "harness.h"
#include "tasks.h"

/* green_run() itself: IN_LOOP() names the suite's reactor. */
static int
run_on(const char *backend, const char *env, green_fn *fn, void *arg)
{
	struct green_options opt = { .backend = backend };
	int rc, error;

	if (env != NULL)
		setenv("GREEN_BACKEND", env, 1);
	rc = green_run(fn, arg, &opt);
	error = errno;
	unsetenv("GREEN_BACKEND");
	errno = error;
	return (rc);
}

static int
tell_backend(void *name)
{
	snprintf(name, 32, "%s", green_backend());
	return (0);
}

PLAIN_TEST(an_unknown_backend_is_refused_with_those_there_are)
{
	size_t i;

	CHECK_ERRNO(run_on("kpoll", NULL, do_nothing, NULL), EINVAL);
	errno = EINVAL;
	CHECK_HAS(green_errmsg(), "kpoll");
	for (i = 0; green_backends()[i] != NULL; i++)
		CHECK_HAS(green_errmsg(), green_backends()[i]);
}

PLAIN_TEST(the_best_backend_is_the_first_listed)
{
	char name[32] = "";

	CHECK_INT(run_on(NULL, NULL, tell_backend, name), 0);
	CHECK_STR(name, green_backends()[0]);
	CHECK_INT(run_on(NULL, "", tell_backend, name), 0);
	CHECK_STR(name, green_backends()[0]);
}

PLAIN_TEST(the_environment_names_a_backend)
{
	char name[32] = "";

	CHECK_INT(run_on(NULL, combo.reactor, tell_backend, name), 0);
	CHECK_STR(name, combo.reactor);
	CHECK_ERRNO(run_on(NULL, "kpoll", do_nothing, NULL), EINVAL);
	errno = EINVAL;
	CHECK_HAS(green_errmsg(), "kpoll");
}

PLAIN_TEST(options_win_over_the_environment)
{
	char name[32] = "";

	CHECK_INT(run_on(combo.reactor, "kpoll", tell_backend, name), 0);
	CHECK_STR(name, combo.reactor);
}

PLAIN_TEST(an_unknown_context_is_refused)
{
	int rc, error;

	setenv("GREEN_CONTEXT", "telepathy", 1);
	rc = IN_LOOP(do_nothing, NULL, NULL);
	error = errno;
	setenv("GREEN_CONTEXT", combo.context, 1);
	errno = error;
	CHECK_ERRNO(rc, EINVAL);
	errno = EINVAL;
	CHECK_HAS(green_errmsg(), "telepathy");
}

PLAIN_TEST(bad_options_are_refused)
{
	const struct green_options bad[] = {
		{ .stack_size = 1 },
		{ .stack_size = SIZE_MAX },
		{ .stack_size = SIZE_MAX / 2 },
		{ .max_threads = SIZE_MAX },
		{ .mock_autojump = 1 },
		{ .mock_autojump = -1 }
	};
	const char *const names[] = {
		"stack_size", "stack_size", "stack_size", "max_threads",
		"mock_autojump", "mock_autojump"
	};
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		CHECK_ERRNO(IN_LOOP(do_nothing, NULL, &bad[i]), EINVAL);
		errno = EINVAL;
		CHECK_HAS(green_errmsg(), names[i]);
	}
}

/* Uses a KiB of stack, and as many more as it is told. */
static size_t
dig(size_t kib)
{
	volatile char room[1024];

	room[0] = (char)kib;
	room[sizeof(room) - 1] = (char)kib;
	return (kib == 0 ? 0 : dig(kib - 1) + 1 + (size_t)(room[0] -
	    room[sizeof(room) - 1]));
}

static int
dig_deep(void *kib)
{
	CHECK_INT(dig(*(size_t *)kib), *(size_t *)kib);
	return (0);
}

PLAIN_TEST(a_stack_is_as_large_as_asked_for)
{
	const struct green_options large = {
		.stack_size = (size_t)8 * 1024 * 1024
	};
	const struct green_options small = {
		.stack_size = (size_t)64 * 1024
	};
	size_t kib = 2048, little = 2;

	/* A sanitizer's frames are some times larger. */
	CHECK_INT(IN_LOOP(dig_deep, &kib, &large), 0);
	CHECK_INT(IN_LOOP(dig_deep, &little, &small), 0);
}

/* Who runs when: the letters of tasks, as they get on. */
struct order {
	char	 text[128];
	size_t	 len;
};

struct letter {
	struct order *order;
	char	 letter;
};

static int
write_letter(void *arg)
{
	struct letter *l = arg;
	int i;

	for (i = 0; i < 3; i++) {
		l->order->text[l->order->len++] = l->letter;
		CHECK_INT(green_checkpoint(), 0);
	}
	return (0);
}

static int
write_order(void *arg)
{
	struct letter l = { arg, 'a' };
	struct green_group g;

	green_group_open(&g);
	for (; l.letter <= 'j'; l.letter++)
		CHECK_INT(green_spawn_copy(&g, write_letter, &l, sizeof(l)),
		    0);
	return (green_group_close(&g, 0));
}

static void
order_by(struct order *o, uint64_t seed)
{
	const struct green_options opt = { .seed = seed };

	memset(o, 0, sizeof(*o));
	CHECK_INT(IN_LOOP(write_order, o, &opt), 0);
	CHECK_INT(o->len, 30);
}

PLAIN_TEST(without_a_seed_tasks_run_in_the_order_they_became_ready)
{
	struct order o;

	order_by(&o, 0);
	CHECK_STR(o.text, "abcdefghijabcdefghijabcdefghij");
}

PLAIN_TEST(a_seed_shuffles_the_same_way_each_time)
{
	struct order a, b;
	uint64_t seed;

	for (seed = 1; seed < 10; seed++) {
		order_by(&a, seed);
		order_by(&b, seed);
		CHECK_STR(a.text, b.text);
		CHECK(strcmp(a.text, "abcdefghijabcdefghijabcdefghij") != 0);
		order_by(&b, seed + 1);
		CHECK(strcmp(a.text, b.text) != 0);
	}
	order_by(&a, UINT64_MAX);
	order_by(&b, UINT64_MAX);
	CHECK_STR(a.text, b.text);
}

CU_TestInfo options_tests[] = {
	CLAIM(an_unknown_backend_is_refused_with_those_there_are),
	CLAIM(the_best_backend_is_the_first_listed),
	CLAIM(the_environment_names_a_backend),
	CLAIM(options_win_over_the_environment),
	CLAIM(an_unknown_context_is_refused),
	CLAIM(bad_options_are_refused),
	CLAIM(a_stack_is_as_large_as_asked_for),
	CLAIM(without_a_seed_tasks_run_in_the_order_they_became_ready),
	CLAIM(a_seed_shuffles_the_same_way_each_time),
	CU_TEST_INFO_NULL
};
