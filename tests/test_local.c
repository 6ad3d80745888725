/*
 * Variables of tasks and loops: whose they are, who inherits them, when they
 * are destroyed.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include <green/local.h>

#include "green/internal.h"
#include "check.h"

/* The keys of these tests, made once: keys last as long as the process. */
static struct green_key own, inherited, counted;

static int values[8];		/* to point to */
static void *destroyed[64];
static size_t ndestroyed;

static void
note(void *value)
{
	if (ndestroyed < 64)
		destroyed[ndestroyed] = value;
	ndestroyed++;
}

static bool
make_keys(void)
{
	static bool made;

	ndestroyed = 0;
	if (made)
		return (true);
	made = true;
	return (CHECK_INT(green_key_create(&own, NULL, 0), 0) &&
	    CHECK_INT(green_key_create(&inherited, NULL, GREEN_KEY_INHERIT),
	    0) && CHECK_INT(green_key_create(&counted, note, 0), 0));
}

/* Run fn in a task, to its end; what it returns when it does not fail. */
static int
run_task(green_fn *fn, void *arg)
{
	struct green_group g;

	green_group_open(&g);
	return (green_group_close(&g, green_spawn(&g, fn, arg)));
}

/*
 * Keys.
 */

PLAIN_TEST(a_destructor_of_what_is_inherited_is_refused)
{
	struct green_key k;

	CHECK_ERRNO(green_key_create(&k, note, GREEN_KEY_INHERIT), EINVAL);
}

PLAIN_TEST(unknown_flags_are_refused)
{
	struct green_key k;

	CHECK_ERRNO(green_key_create(&k, NULL, 2), EINVAL);
	CHECK_ERRNO(green_key_create(&k, NULL, -1), EINVAL);
}

GREEN_TEST(what_was_never_made_is_no_key)
{
	const struct green_key none = { 0 }, far = { ~0U - 1 };
	const struct green_key far_inherited = { ~0U };

	CHECK_ERRNO(green_local_set(none, values), EINVAL);
	CHECK_ERRNO(green_local_set(far, values), EINVAL);
	CHECK_ERRNO(green_local_set(far_inherited, values), EINVAL);
	CHECK_ERRNO(green_loop_local_set(none, values), EINVAL);
	CHECK_ERRNO(green_loop_local_set(far, values), EINVAL);
	CHECK(green_local_get(none) == NULL);
	CHECK(green_local_get(far) == NULL);
	CHECK(green_local_get(far_inherited) == NULL);
	CHECK(green_loop_local_get(far) == NULL);
}

#define THREADS	4
#define KEYS	20

static void *
make_some(void *arg)
{
	struct green_key *k = arg;
	int i;

	for (i = 0; i < KEYS; i++)
		if (green_key_create(&k[i], NULL, i % 2) == -1)
			k[i].id = 0;
	return (NULL);
}

/* In a child, which takes its keys with it. */
static int
make_from_threads(void *arg)
{
	static struct green_key k[THREADS * KEYS];
	pthread_t thread[THREADS];
	size_t i, j;

	(void)arg;
	for (i = 0; i < THREADS; i++)
		CHECK_INT(pthread_create(&thread[i], NULL, make_some,
		    &k[i * KEYS]), 0);
	for (i = 0; i < THREADS; i++)
		CHECK_INT(pthread_join(thread[i], NULL), 0);
	for (i = 0; i < THREADS * KEYS; i++) {
		CHECK(k[i].id != 0);
		for (j = 0; j < i; j++)
			CHECK(k[i].id / 2 != k[j].id / 2);
	}
	return (0);
}

PLAIN_TEST(keys_are_made_in_any_thread)
{
	survives_plain(make_from_threads, NULL, NULL);
}

static int
set_all(void *arg)
{
	const struct green_key *k = arg;
	size_t i, n = 0;

	for (i = 0; k[i].id != 0; i++)
		CHECK_INT(green_local_set(k[i], (void *)(uintptr_t)(i + 1)), 0);
	for (n = i, i = 0; i < n; i++)
		CHECK(green_local_get(k[i]) == (void *)(uintptr_t)(i + 1));
	return (0);
}

static int
make_too_many(void *arg)
{
	static struct green_key k[GREEN_KEYS + 1];
	struct green_key more;
	size_t i;

	(void)arg;
	for (i = 0; i < GREEN_KEYS; i++)
		if (green_key_create(&k[i], i % 3 == 0 ? note : NULL,
		    i % 3 == 1 ? GREEN_KEY_INHERIT : 0) == -1)
			break;
	CHECK(i >= GREEN_KEYS - 100);
	k[i].id = 0;
	CHECK_ERRNO(green_key_create(&more, NULL, 0), EAGAIN);
	CHECK_ERRNO(green_key_create(&more, NULL, 0), EAGAIN);
	ndestroyed = 0;
	CHECK_INT(IN_LOOP(set_all, k, NULL), 0);
	CHECK_INT(ndestroyed, (i + 2) / 3);
	return (0);
}

PLAIN_TEST(there_are_so_many_keys_and_no_more)
{
	survives_plain(make_too_many, NULL, NULL);
}

/*
 * A task's own.
 */

GREEN_TEST(what_was_not_set_is_null)
{
	REQUIRE(make_keys());
	CHECK(green_local_get(own) == NULL);
	CHECK(green_local_get(inherited) == NULL);
	CHECK(green_local_get(counted) == NULL);
}

static int
set_own(void *arg)
{
	CHECK(green_local_get(own) == NULL);
	CHECK_INT(green_local_set(own, arg), 0);
	CHECK_INT(green_checkpoint(), 0);
	CHECK(green_local_get(own) == arg);
	return (0);
}

GREEN_TEST(each_task_has_its_own_values)
{
	struct green_group g;
	int i;

	REQUIRE(make_keys());
	green_group_open(&g);
	for (i = 0; i < 8; i++)
		CHECK_INT(green_spawn(&g, set_own, &values[i]), 0);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK(green_local_get(own) == NULL);
}

GREEN_TEST(a_value_can_be_set_again_and_taken_back)
{
	REQUIRE(make_keys());
	CHECK_INT(green_local_set(own, NULL), 0);
	CHECK_INT(green_local_set(own, &values[0]), 0);
	CHECK_INT(green_local_set(own, &values[1]), 0);
	CHECK(green_local_get(own) == &values[1]);
	CHECK_INT(green_local_set(own, NULL), 0);
	CHECK(green_local_get(own) == NULL);
}

PLAIN_TEST(outside_of_a_loop_there_are_no_values)
{
	REQUIRE(make_keys());
	CHECK_ERRNO(green_local_set(own, values), EPERM);
	CHECK_ERRNO(green_local_set(inherited, values), EPERM);
	CHECK_ERRNO(green_loop_local_set(own, values), EPERM);
	CHECK(green_local_get(own) == NULL);
	CHECK(green_local_get(inherited) == NULL);
	CHECK(green_loop_local_get(own) == NULL);
}

/*
 * What is inherited.
 */

static int
has_inherited(void *arg)
{
	CHECK(green_local_get(inherited) == arg);
	CHECK(green_local_get(own) == NULL);
	return (0);
}

GREEN_TEST(a_task_starts_with_its_spawners_values)
{
	REQUIRE(make_keys());
	CHECK_INT(green_local_set(inherited, &values[0]), 0);
	CHECK_INT(green_local_set(own, &values[1]), 0);
	CHECK_INT(run_task(has_inherited, &values[0]), 0);
	CHECK(green_local_get(own) == &values[1]);
}

static int
has_inherited_copy(void *arg)
{
	return (has_inherited(*(void **)arg));
}

GREEN_TEST(so_does_one_spawned_with_a_copy)
{
	void *want = &values[0];
	struct green_group g;

	REQUIRE(make_keys());
	CHECK_INT(green_local_set(inherited, want), 0);
	green_group_open(&g);
	CHECK_INT(green_group_close(&g, green_spawn_copy(&g,
	    has_inherited_copy, &want, sizeof(want))), 0);
}

static int
start_inherited(void *arg)
{
	CHECK(green_local_get(inherited) == arg);
	return (green_started(NULL));
}

/* The caller need not be who has opened the group. */
static int
start_other(void *arg)
{
	CHECK_INT(green_local_set(inherited, &values[1]), 0);
	return (green_start(arg, start_inherited, &values[1], NULL));
}

GREEN_TEST(one_that_is_started_inherits_from_the_caller)
{
	struct green_group g;

	REQUIRE(make_keys());
	CHECK_INT(green_local_set(inherited, &values[0]), 0);
	green_group_open(&g);
	CHECK_INT(green_start(&g, start_inherited, &values[0], NULL), 0);
	CHECK_INT(green_spawn(&g, start_other, &g), 0);
	CHECK_INT(green_group_close(&g, 0), 0);
}

static int
spawn_other(void *arg)
{
	CHECK_INT(green_local_set(inherited, &values[1]), 0);
	return (green_spawn(arg, has_inherited, &values[1]));
}

GREEN_TEST(the_spawner_counts_and_not_the_groups_task)
{
	struct green_group g;

	REQUIRE(make_keys());
	CHECK_INT(green_local_set(inherited, &values[0]), 0);
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, spawn_other, &g), 0);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK(green_local_get(inherited) == &values[0]);
}

GREEN_TEST(the_moment_of_the_spawn_counts)
{
	struct green_group g;

	REQUIRE(make_keys());
	CHECK_INT(green_local_set(inherited, &values[0]), 0);
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, has_inherited, &values[0]), 0);
	CHECK_INT(green_local_set(inherited, &values[1]), 0);
	CHECK_INT(green_spawn(&g, has_inherited, &values[1]), 0);
	CHECK_INT(green_local_set(inherited, NULL), 0);
	CHECK_INT(green_spawn(&g, has_inherited, NULL), 0);
	CHECK_INT(green_group_close(&g, 0), 0);
}

static int
set_inherited(void *arg)
{
	CHECK_INT(green_local_set(inherited, arg), 0);
	CHECK_INT(green_checkpoint(), 0);
	CHECK(green_local_get(inherited) == arg);
	return (0);
}

GREEN_TEST(what_a_task_sets_is_nobody_elses)
{
	struct green_group g;

	REQUIRE(make_keys());
	CHECK_INT(green_local_set(inherited, &values[0]), 0);
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, set_inherited, &values[1]), 0);
	CHECK_INT(green_spawn(&g, set_inherited, NULL), 0);
	CHECK_INT(green_checkpoint(), 0);
	CHECK(green_local_get(inherited) == &values[0]);
	CHECK_INT(green_spawn(&g, has_inherited, &values[0]), 0);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK(green_local_get(inherited) == &values[0]);
}

static int
pass_on(void *arg)
{
	uintptr_t depth = (uintptr_t)arg;

	CHECK(green_local_get(inherited) == &values[0]);
	return (depth == 0 ? 0 : run_task(pass_on, (void *)(depth - 1)));
}

GREEN_TEST(values_are_handed_down_from_task_to_task)
{
	REQUIRE(make_keys());
	CHECK_INT(green_local_set(inherited, &values[0]), 0);
	CHECK_INT(run_task(pass_on, (void *)(uintptr_t)20), 0);
}

static int
check_shared(void *arg)
{
	CHECK(green__task()->inherited == arg);
	CHECK(green__task()->locals == NULL);
	return (0);
}

GREEN_TEST(a_spawn_copies_no_values)
{
	REQUIRE(make_keys());
	CHECK_INT(green_local_set(inherited, &values[0]), 0);
	CHECK_INT(green_local_set(own, &values[0]), 0);
	CHECK_INT(run_task(check_shared, green__task()->inherited), 0);
}

static int
outlive_spawner(void *arg)
{
	CHECK_INT(green_sleep(GREEN_SEC), 0);
	CHECK(green_local_get(inherited) == arg);
	return (0);
}

static int
spawn_and_end(void *arg)
{
	CHECK_INT(green_local_set(inherited, &values[3]), 0);
	return (green_spawn(arg, outlive_spawner, &values[3]));
}

MOCK_TEST(values_outlive_who_handed_them_down)
{
	struct green_group g;

	REQUIRE(make_keys());
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, spawn_and_end, &g), 0);
	CHECK_INT(green_group_close(&g, 0), 0);
}

static void *
run_elsewhere(void *arg)
{
	*(int *)arg = green_run(has_inherited, NULL, NULL);
	return (NULL);
}

GREEN_TEST(the_first_task_of_a_loop_inherits_nothing)
{
	pthread_t thread;
	int rc = -1;

	REQUIRE(make_keys());
	CHECK_INT(green_local_set(inherited, &values[0]), 0);
	REQUIRE(CHECK_INT(pthread_create(&thread, NULL, run_elsewhere, &rc),
	    0));
	CHECK_INT(pthread_join(thread, NULL), 0);
	CHECK_INT(rc, 0);
}

/* A thread that does a call for a task: it reads what the task handed down. */
struct call {
	struct green__values *lent;
	void	*inherited;
	void	*own;
	int	 set;
	void	*afterwards;
};

static void *
do_call(void *arg)
{
	struct call *c = arg;

	green__values_lend(c->lent);
	c->inherited = green_local_get(inherited);
	c->own = green_local_get(own);
	c->set = green_local_set(inherited, NULL) == -1 ? errno : 0;
	green__values_lend(NULL);
	green__values_drop(c->lent);
	c->afterwards = green_local_get(inherited);
	return (NULL);
}

GREEN_TEST(a_worker_reads_a_snapshot_of_what_is_inherited)
{
	struct call c;
	pthread_t thread;

	REQUIRE(make_keys());
	CHECK_INT(green_local_set(inherited, &values[0]), 0);
	CHECK_INT(green_local_set(own, &values[1]), 0);
	c.lent = green__values_hold(green__task()->inherited);
	CHECK_INT(green_local_set(inherited, &values[2]), 0);
	REQUIRE(CHECK_INT(pthread_create(&thread, NULL, do_call, &c), 0));
	CHECK_INT(pthread_join(thread, NULL), 0);
	CHECK(c.inherited == &values[0]);
	CHECK(c.own == NULL);
	CHECK_INT(c.set, EPERM);
	CHECK(c.afterwards == NULL);
	CHECK(green_local_get(inherited) == &values[2]);
}

/*
 * Destruction.
 */

static int
set_counted(void *arg)
{
	return (green_local_set(counted, arg));
}

GREEN_TEST(values_are_destroyed_when_their_task_ends)
{
	REQUIRE(make_keys());
	CHECK_INT(run_task(set_counted, &values[0]), 0);
	CHECK_INT(ndestroyed, 1);
	CHECK(destroyed[0] == &values[0]);
}

static int
set_twice(void *arg)
{
	CHECK_INT(green_local_set(counted, &values[1]), 0);
	return (green_local_set(counted, arg));
}

GREEN_TEST(setting_does_not_destroy_the_old_value)
{
	REQUIRE(make_keys());
	CHECK_INT(run_task(set_twice, &values[0]), 0);
	CHECK_INT(ndestroyed, 1);
	CHECK(destroyed[0] == &values[0]);
}

GREEN_TEST(null_is_not_destroyed)
{
	REQUIRE(make_keys());
	CHECK_INT(run_task(set_twice, NULL), 0);
	CHECK_INT(ndestroyed, 0);
}

static int
set_and_wait(void *arg)
{
	CHECK_INT(green_local_set(counted, arg), 0);
	return (green_sleep_forever());
}

static int
set_and_fail(void *arg)
{
	CHECK_INT(green_local_set(counted, arg), 0);
	errno = EDOM;
	return (-1);
}

GREEN_TEST(however_it_ends_a_tasks_values_are_destroyed)
{
	struct green_group g;

	REQUIRE(make_keys());
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, set_and_wait, &values[0]), 0);
	CHECK_INT(green_spawn(&g, set_and_fail, &values[1]), 0);
	CHECK_ERRNO(green_group_close(&g, 0), EDOM);
	CHECK_INT(ndestroyed, 2);
}

GREEN_TEST(a_thousand_tasks_each_destroy_their_own)
{
	struct green_group g;
	int i;

	REQUIRE(make_keys());
	green_group_open(&g);
	for (i = 0; i < 1000; i++)
		CHECK_INT(green_spawn(&g, set_counted, &values[i % 8]), 0);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(ndestroyed, 1000);
}

/* A key whose destructor is the test's own. */
static void (*destructor)(void *);

static void
call_destructor(void *value)
{
	ndestroyed++;
	if (destructor != NULL)
		destructor(value);
}

static struct green_key special;

static bool
make_special(void (*fn)(void *))
{
	static bool made;

	destructor = fn;
	if (!make_keys())
		return (false);
	if (made)
		return (true);
	made = true;
	return (CHECK_INT(green_key_create(&special, call_destructor, 0), 0));
}

static int
set_special(void *arg)
{
	green_set_name(green_self(), "owner");
	return (green_local_set(special, arg));
}

static void
check_where(void *value)
{
	CHECK_STR(green_name(green_self()), "owner");
	CHECK(value == &values[0]);
	/* It is taken out before. */
	CHECK(green_local_get(special) == NULL);
}

GREEN_TEST(destructors_run_in_the_task_itself)
{
	REQUIRE(make_special(check_where));
	CHECK_INT(run_task(set_special, &values[0]), 0);
	CHECK_INT(ndestroyed, 1);
}

static void
give_way(void *value)
{
	int i;

	for (i = 0; i < 10; i++)
		CHECK_INT(green_checkpoint(), 0);
	note(value);
}

GREEN_TEST(a_group_waits_for_the_destructors_of_its_tasks)
{
	REQUIRE(make_special(give_way));
	CHECK_INT(run_task(set_special, &values[0]), 0);
	CHECK_INT(ndestroyed, 2);
}

static void
fail_in_destructor(void *value)
{
	(void)value;
	CHECK_ERRNO(green_key_create(&own, NULL, -1), EINVAL);
	CHECK_INT(green__failx(ENOENT, "something else"), -1);
	errno = ERANGE;
}

static int
fail_with_text(void *arg)
{
	CHECK_INT(green_local_set(special, arg), 0);
	return (green__failx(EDOM, "not in its domain"));
}

GREEN_TEST(destructors_leave_the_tasks_result_alone)
{
	REQUIRE(make_special(fail_in_destructor));
	CHECK_ERRNO(run_task(fail_with_text, &values[0]), EDOM);
	CHECK_STR(green_errmsg(), "not in its domain");
	CHECK_INT(ndestroyed, 1);
}

static void
set_another(void *value)
{
	CHECK_INT(green_local_set(counted, value), 0);
	CHECK_INT(green_local_set(own, value), 0);
}

GREEN_TEST(what_a_destructor_sets_is_destroyed_too)
{
	REQUIRE(make_special(set_another));
	CHECK_INT(run_task(set_special, &values[0]), 0);
	CHECK_INT(ndestroyed, 2);
	CHECK(destroyed[1] == &values[0]);
}

static void
set_again(void *value)
{
	CHECK_INT(green_local_set(special, value), 0);
}

GREEN_TEST(a_destructor_that_sets_its_value_again_is_given_up)
{
	REQUIRE(make_special(set_again));
	CHECK_INT(run_task(set_special, &values[0]), 0);
	CHECK(ndestroyed > 1 && ndestroyed < 10);
}

static void
spawn_heir(void *value)
{
	/* Its group is open until the task has ended. */
	CHECK_INT(green_spawn(value, has_inherited, &values[5]), 0);
}

static int
set_group(void *arg)
{
	CHECK_INT(green_local_set(inherited, &values[5]), 0);
	return (green_local_set(special, arg));
}

GREEN_TEST(a_destructor_may_spawn_and_hand_down_values)
{
	struct green_group g;

	REQUIRE(make_special(spawn_heir));
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, set_group, &g), 0);
	CHECK_INT(green_group_close(&g, 0), 0);
	CHECK_INT(ndestroyed, 1);
}

static struct green_lock lock;

static void
release_lock(void *value)
{
	CHECK_INT(green_lock_release(value), 0);
}

static int
hold_lock(void *arg)
{
	CHECK_INT(green_lock_acquire(&lock), 0);
	return (green_local_set(special, arg));
}

GREEN_TEST(a_destructor_may_release_what_its_task_holds)
{
	REQUIRE(make_special(release_lock));
	CHECK_INT(run_task(hold_lock, &lock), 0);
	CHECK(!green_lock_locked(&lock));
}

static void
leave_scope_open(void *value)
{
	green_scope_open(value);
}

static int
leave_open_at_end(void *arg)
{
	static struct green_scope s;

	(void)arg;
	return (set_special(&s));
}

PLAIN_TEST(a_destructor_that_leaves_a_scope_open_is_found_at_once)
{
	REQUIRE(make_special(leave_scope_open));
	dies(leave_open_at_end, NULL, "ended with a scope open");
}

/*
 * A loop's own.
 */

static int
check_loop_value(void *arg)
{
	CHECK(green_loop_local_get(own) == arg);
	return (green_loop_local_set(own, &values[1]));
}

GREEN_TEST(a_loop_has_one_value_for_all_its_tasks)
{
	REQUIRE(make_keys());
	CHECK(green_loop_local_get(own) == NULL);
	CHECK_INT(green_loop_local_set(own, &values[0]), 0);
	CHECK_INT(run_task(check_loop_value, &values[0]), 0);
	CHECK(green_loop_local_get(own) == &values[1]);
}

GREEN_TEST(a_loops_values_are_apart_from_its_tasks)
{
	REQUIRE(make_keys());
	CHECK_INT(green_loop_local_set(own, &values[0]), 0);
	CHECK_INT(green_loop_local_set(inherited, &values[1]), 0);
	CHECK(green_local_get(own) == NULL);
	CHECK(green_local_get(inherited) == NULL);
	CHECK_INT(green_local_set(own, &values[2]), 0);
	CHECK_INT(green_local_set(inherited, &values[3]), 0);
	CHECK(green_loop_local_get(own) == &values[0]);
	CHECK(green_loop_local_get(inherited) == &values[1]);
}

static int
set_loop_value(void *arg)
{
	CHECK(green_loop_local_get(counted) == NULL);
	CHECK_INT(green_loop_local_set(counted, &values[1]), 0);
	CHECK_INT(green_loop_local_set(counted, arg), 0);
	CHECK_INT(green_local_set(counted, &values[2]), 0);
	return (0);
}

PLAIN_TEST(a_loops_values_end_with_it)
{
	int i;

	REQUIRE(make_keys());
	for (i = 0; i < 2; i++) {
		ndestroyed = 0;
		CHECK_INT(IN_LOOP(set_loop_value, &values[0], NULL), 0);
		CHECK_INT(ndestroyed, 2);
		/* The task's came first. */
		CHECK(destroyed[0] == &values[2]);
		CHECK(destroyed[1] == &values[0]);
	}
}

static pthread_t where;
static bool in_task;

static void
note_where(void *value)
{
	where = pthread_self();
	in_task = green__task() != NULL;
	CHECK(green_loop_local_get(special) == NULL);
	CHECK_INT(green_loop_local_set(counted, value), 0);
	errno = ERANGE;
}

static int
fail_with_loop_value(void *arg)
{
	CHECK_INT(green_loop_local_set(special, arg), 0);
	return (green__failx(EDOM, "not in its domain"));
}

PLAIN_TEST(a_loops_destructors_run_in_its_thread_after_all_tasks)
{
	REQUIRE(make_special(note_where));
	CHECK_ERRNO(IN_LOOP(fail_with_loop_value, &values[0], NULL), EDOM);
	errno = EDOM;
	CHECK_STR(green_errmsg(), "not in its domain");
	CHECK(pthread_equal(where, pthread_self()));
	CHECK(!in_task);
	CHECK_INT(ndestroyed, 2);
	CHECK(destroyed[1] == &values[0] || destroyed[0] == &values[0]);
}

static int
own_loop_value(void *arg)
{
	static int of_index[4];

	(void)arg;
	CHECK(green_loop_local_get(own) == NULL);
	if (green_loop_local_set(own, &of_index[green_run_index()]) == -1 ||
	    green_sleep(GREEN_MSEC) == -1)
		return (-1);
	return (green_loop_local_get(own) == &of_index[green_run_index()] ?
	    0 : 1);
}

static void *
loop_in_thread(void *arg)
{
	*(int *)arg = green_run(own_loop_value, NULL, NULL);
	return (NULL);
}

GREEN_TEST(each_loop_has_its_own)
{
	pthread_t thread;
	int rc = -1;

	REQUIRE(make_keys());
	CHECK_INT(green_loop_local_set(own, &values[0]), 0);
	REQUIRE(CHECK_INT(pthread_create(&thread, NULL, loop_in_thread, &rc),
	    0));
	CHECK_INT(pthread_join(thread, NULL), 0);
	CHECK_INT(rc, 0);
	CHECK(green_loop_local_get(own) == &values[0]);
}

CU_TestInfo local_tests[] = {
	CLAIM(a_destructor_of_what_is_inherited_is_refused),
	CLAIM(unknown_flags_are_refused),
	CLAIM(what_was_never_made_is_no_key),
	CLAIM(keys_are_made_in_any_thread),
	CLAIM(there_are_so_many_keys_and_no_more),
	CLAIM(what_was_not_set_is_null),
	CLAIM(each_task_has_its_own_values),
	CLAIM(a_value_can_be_set_again_and_taken_back),
	CLAIM(outside_of_a_loop_there_are_no_values),
	CLAIM(a_task_starts_with_its_spawners_values),
	CLAIM(so_does_one_spawned_with_a_copy),
	CLAIM(one_that_is_started_inherits_from_the_caller),
	CLAIM(the_spawner_counts_and_not_the_groups_task),
	CLAIM(the_moment_of_the_spawn_counts),
	CLAIM(what_a_task_sets_is_nobody_elses),
	CLAIM(values_are_handed_down_from_task_to_task),
	CLAIM(a_spawn_copies_no_values),
	CLAIM(values_outlive_who_handed_them_down),
	CLAIM(the_first_task_of_a_loop_inherits_nothing),
	CLAIM(a_worker_reads_a_snapshot_of_what_is_inherited),
	CLAIM(values_are_destroyed_when_their_task_ends),
	CLAIM(setting_does_not_destroy_the_old_value),
	CLAIM(null_is_not_destroyed),
	CLAIM(however_it_ends_a_tasks_values_are_destroyed),
	CLAIM(a_thousand_tasks_each_destroy_their_own),
	CLAIM(destructors_run_in_the_task_itself),
	CLAIM(a_group_waits_for_the_destructors_of_its_tasks),
	CLAIM(destructors_leave_the_tasks_result_alone),
	CLAIM(what_a_destructor_sets_is_destroyed_too),
	CLAIM(a_destructor_that_sets_its_value_again_is_given_up),
	CLAIM(a_destructor_may_spawn_and_hand_down_values),
	CLAIM(a_destructor_may_release_what_its_task_holds),
	CLAIM(a_destructor_that_leaves_a_scope_open_is_found_at_once),
	CLAIM(a_loop_has_one_value_for_all_its_tasks),
	CLAIM(a_loops_values_are_apart_from_its_tasks),
	CLAIM(a_loops_values_end_with_it),
	CLAIM(a_loops_destructors_run_in_its_thread_after_all_tasks),
	CLAIM(each_loop_has_its_own),
	CU_TEST_INFO_NULL
};
