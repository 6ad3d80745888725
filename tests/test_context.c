/*
 * Contexts: what belongs to a task survives every switch, and getting onto a
 * new stack disturbs nobody.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <fenv.h>
#include <pthread.h>
#include <signal.h>
#include <stdalign.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>
#ifdef HAVE__UNWIND_BACKTRACE
#include <unwind.h>
#endif

#include "green/internal.h"

#include "check.h"

#define ROUNDS	5
/* The signal that context_sigaltstack.c borrows. */
#define BORROWED SIGURG

/* Run n tasks, each given its number, at the same time. */
static void
together(green_fn *fn, int n)
{
	struct green_group g;
	int i, numbers[64];

	green_group_open(&g);
	for (i = 0; i < n; i++) {
		numbers[i] = i;
		CHECK_INT(green_spawn(&g, fn, &numbers[i]), 0);
	}
	CHECK_INT(green_group_close(&g, 0), 0);
}

static void
let_others_run(void)
{
	CHECK_INT(green_checkpoint(), 0);
}

GREEN_TEST(it_is_the_one_that_was_asked_for)
{
	CHECK_STR(green_context_backend(), getenv("GREEN_CONTEXT"));
}

PLAIN_TEST(outside_of_a_loop_it_is_the_one_that_would_be)
{
	CHECK_STR(green_context_backend(), getenv("GREEN_CONTEXT"));
}

static int
return_0(void *arg)
{
	(void)arg;
	return (0);
}

PLAIN_TEST(an_unknown_name_is_refused)
{
	char *right = strdup(getenv("GREEN_CONTEXT"));

	setenv("GREEN_CONTEXT", "teleport", 1);
	CHECK_NULL(green__context_choose(), EINVAL);
	CHECK_ERRNO(green_run(return_0, NULL, NULL), EINVAL);
	CHECK_HAS(green_errmsg(), "teleport");
	CHECK(green_context_backend() == NULL);
	setenv("GREEN_CONTEXT", "", 1);
	CHECK(green__context_choose() == green__contexts[0]);
	setenv("GREEN_CONTEXT", right, 1);
	free(right);
}

/* More values than registers, so that all of these are in use. */
static int
compute(void *arg)
{
	volatile int seed = *(const int *)arg;
	long a = seed, b = a + 1, c = b * 3, d = c - 7, e = d ^ 5, f = e + a;
	double p = seed, q = p / 3, r = q + 2, s = r * r, t = s - p, u = t / 7;
	long round, whole = a + 2 * b + 3 * c + 4 * d + 5 * e + 6 * f;
	double real = p + 2 * q + 3 * r + 4 * s + 5 * t + 6 * u;

	for (round = 0; round < ROUNDS; round++) {
		let_others_run();
		CHECK_INT(a + 2 * b + 3 * c + 4 * d + 5 * e + 6 * f, whole);
		CHECK(p + 2 * q + 3 * r + 4 * s + 5 * t + 6 * u == real);
	}
	return (0);
}

GREEN_TEST(a_switch_keeps_registers)
{
	together(compute, 16);
}

static int
fail_in_its_own_way(void *arg)
{
	int round, code = *(const int *)arg + 1;

	errno = code;
	for (round = 0; round < ROUNDS; round++) {
		let_others_run();
		errno = code;
		green_cancel_shielded_checkpoint();
		CHECK_INT(errno, code);
	}
	return (0);
}

GREEN_TEST(a_switch_keeps_errno)
{
	together(fail_in_its_own_way, 16);
}

static int
be_aligned(void *arg)
{
	max_align_t any;
	alignas(64) char line[64];
	char text[64];

	(void)arg;
	let_others_run();
	CHECK_INT((uintptr_t)&any % alignof(max_align_t), 0);
	CHECK_INT((uintptr_t)line % 64, 0);
	/* On many processors this faults where the stack is not aligned. */
	snprintf(text, sizeof(text), "%.2f %.2Lf", 1.25, 2.5L);
	CHECK_STR(text, "1.25 2.50");
	return (0);
}

GREEN_TEST(stacks_are_aligned)
{
	together(be_aligned, 16);
}

/*
 * The floating-point environment.
 */

/* Not everything that runs programs has all of it: valgrind has no flags. */
static bool
flags_work(void)
{
	bool work;

	feclearexcept(FE_ALL_EXCEPT);
	feraiseexcept(FE_DIVBYZERO);
	work = fetestexcept(FE_DIVBYZERO) != 0;
	feclearexcept(FE_ALL_EXCEPT);
	return (work && fetestexcept(FE_ALL_EXCEPT) == 0);
}

static const int directions[] = {
	FE_TONEAREST,
#ifdef FE_UPWARD
	FE_UPWARD,
#endif
#ifdef FE_DOWNWARD
	FE_DOWNWARD,
#endif
#ifdef FE_TOWARDZERO
	FE_TOWARDZERO,
#endif
};
#define NDIRECTIONS	((int)(sizeof(directions) / sizeof(directions[0])))

static volatile double one = 1, three = 3;
static volatile long double long_one = 1, long_three = 3;

static int
round_in_its_own_way(void *arg)
{
	int round, direction = directions[*(const int *)arg % NDIRECTIONS];
	long double long_third;
	double third;

	CHECK_INT(fesetround(direction), 0);
	third = one / three;
	long_third = long_one / long_three;
	for (round = 0; round < ROUNDS; round++) {
		let_others_run();
		CHECK_INT(fegetround(), direction);
		CHECK(one / three == third);
		CHECK(long_one / long_three == long_third);
	}
	return (0);
}

GREEN_TEST(each_task_has_its_own_rounding)
{
	together(round_in_its_own_way, 16);
	CHECK_INT(fegetround(), FE_TONEAREST);
}

static const int flags[] = {
	FE_DIVBYZERO, FE_INVALID, FE_OVERFLOW, FE_UNDERFLOW, FE_INEXACT, 0
};
#define NFLAGS	((int)(sizeof(flags) / sizeof(flags[0])))

static int
raise_its_own_flag(void *arg)
{
	int round, flag = flags[*(const int *)arg % NFLAGS];

	for (round = 0; round < ROUNDS; round++) {
		feclearexcept(FE_ALL_EXCEPT);
		if (flag != 0)
			feraiseexcept(flag);
		flag = fetestexcept(FE_ALL_EXCEPT);
		let_others_run();
		CHECK_INT(fetestexcept(FE_ALL_EXCEPT), flag);
	}
	return (0);
}

GREEN_TEST(each_task_has_its_own_flags)
{
	if (!flags_work())
		return;
	together(raise_its_own_flag, 16);
	CHECK_INT(fetestexcept(FE_ALL_EXCEPT), 0);
}

static int
expect_what_its_spawner_had(void *arg)
{
	CHECK_INT(fegetround(), directions[*(const int *)arg]);
	fesetround(FE_TONEAREST);
	return (0);
}

/* On new stacks as on used ones, and as of the spawn, like threads. */
GREEN_TEST(a_task_begins_with_its_spawners_environment)
{
	struct green_group g;
	int round, i, numbers[NDIRECTIONS];

	for (round = 0; round < 2; round++) {
		green_group_open(&g);
		for (i = 0; i < NDIRECTIONS; i++) {
			numbers[i] = i;
			fesetround(directions[i]);
			CHECK_INT(green_spawn(&g, expect_what_its_spawner_had,
			    &numbers[i]), 0);
		}
		fesetround(FE_TONEAREST);
		CHECK_INT(green_group_close(&g, 0), 0);
	}
}

static int
leave_it_changed(void *arg)
{
	(void)arg;
	fesetround(directions[NDIRECTIONS - 1]);
	return (0);
}

PLAIN_TEST(a_loop_leaves_its_thread_as_it_was)
{
	CHECK_INT(IN_LOOP(leave_it_changed, NULL, NULL), 0);
	CHECK_INT(fegetround(), FE_TONEAREST);
}

/*
 * Backtraces.
 */
#ifdef HAVE__UNWIND_BACKTRACE
#define FRAMES	200

struct trace {
	bool	 alone;			/* in a thread, with no loop */
	int	 most;			/* frames to look at */
	int	 frames;
	uintptr_t last;			/* the outermost place */
};

static _Unwind_Reason_Code
count_frame(struct _Unwind_Context *c, void *arg)
{
	struct trace *tr = arg;
	uintptr_t place = _Unwind_GetIP(c);

	if (place != 0)			/* where there is no more */
		tr->last = place;
	return (++tr->frames < tr->most ? _URC_NO_REASON : _URC_END_OF_STACK);
}

/* The one frame that all others are above; only contexts in assembly have it. */
static bool
is_first_frame(uintptr_t place)
{
#ifdef HAVE_CONTEXT_ASM
	const uintptr_t first = (uintptr_t)green__context_first;

	return (place >= first && place < first + 64);
#else
	(void)place;
	return (false);
#endif
}

static bool
in_assembly(void)
{
	return (strcmp(green_context_backend(), "asm") == 0);
}

static __attribute__((__noinline__)) int
dive(int depth, struct trace *tr)
{
	volatile int below = 0;

	if (depth > 0)
		below = dive(depth - 1, tr);
	else {
		if (!tr->alone)
			let_others_run();
		(void)_Unwind_Backtrace(count_frame, tr);
	}
	return (below + 1);
}

static int
look_back(void *arg)
{
	struct trace tr = { .most = 21 };

	(void)arg;
	/* Other contexts have frames of their making below the task's: those that
	   a signal's handler has left lead nowhere. */
	if (in_assembly())
		tr.most = FRAMES;
	CHECK_INT(dive(20, &tr), 21);
	CHECK(tr.frames >= 21);
	if (in_assembly()) {
		CHECK(tr.frames < FRAMES);
		CHECK(is_first_frame(tr.last));
	}
	return (0);
}

static void *
look_back_alone(void *arg)
{
	struct trace *tr = arg;

	(void)dive(20, tr);
	return (NULL);
}

/* Where it goes through a thread: compilers may leave out what it goes by. */
GREEN_TEST(a_backtrace_goes_through_all_of_a_task)
{
	struct trace tr = { .alone = true, .most = 21 };
	pthread_t thread;

	REQUIRE(CHECK_INT(pthread_create(&thread, NULL, look_back_alone, &tr),
	    0));
	CHECK_INT(pthread_join(thread, NULL), 0);
	if (tr.frames == 21)
		together(look_back, 4);
}

static volatile sig_atomic_t looks, lost;

static void
look_around(int signal)
{
	struct trace tr = { .most = FRAMES };
	int error = errno;

	(void)signal;
	(void)_Unwind_Backtrace(count_frame, &tr);
	looks++;
	if (!is_first_frame(tr.last))
		lost++;
	errno = error;
}

static int
switch_a_lot(void *arg)
{
	while (looks < *(const int *)arg)
		if (green_checkpoint() == -1)
			return (-1);
	return (0);
}

/* A profiler may come at any instruction, also in the middle of a switch. */
GREEN_TEST(a_profiler_can_look_at_any_moment)
{
	struct itimerval often = { { 0, 200 }, { 0, 200 } }, never;
	struct sigaction sa, old_sa;
	struct trace tr = { .most = FRAMES };
	struct green_group g;
	int enough = 100;

	if (!in_assembly())
		return;
	(void)_Unwind_Backtrace(count_frame, &tr);	/* it has loaded now */
	memset(&sa, 0, sizeof(sa));
	sa.sa_handler = look_around;
	sa.sa_flags = SA_RESTART;
	sigemptyset(&sa.sa_mask);
	sigaction(SIGPROF, &sa, &old_sa);
	looks = lost = 0;
	memset(&never, 0, sizeof(never));
	setitimer(ITIMER_PROF, &often, NULL);
	green_group_open(&g);
	CHECK_INT(green_spawn(&g, switch_a_lot, &enough), 0);
	CHECK_INT(green_spawn(&g, switch_a_lot, &enough), 0);
	CHECK_INT(green_group_close(&g, 0), 0);
	setitimer(ITIMER_PROF, &never, NULL);
	sigaction(SIGPROF, &old_sa, NULL);
	CHECK_INT(lost, 0);
}
#endif

/*
 * Signals.
 */
static volatile sig_atomic_t caught;

static void
catch_signal(int signal)
{
	(void)signal;
	caught++;
}

static int
spawn_some(void *arg)
{
	(void)arg;
	together(return_0, 40);
	return (0);
}

PLAIN_TEST(new_stacks_leave_signals_as_they_were)
{
	struct sigaction sa, old_sa, seen;
	sigset_t mask, old_mask;
	stack_t before, after;

	memset(&sa, 0, sizeof(sa));
	sa.sa_handler = catch_signal;
	sigemptyset(&sa.sa_mask);
	sigaddset(&sa.sa_mask, SIGHUP);
	sigaction(BORROWED, &sa, &old_sa);
	sigemptyset(&mask);
	sigaddset(&mask, BORROWED);
	sigaddset(&mask, SIGHUP);
	pthread_sigmask(SIG_SETMASK, &mask, &old_mask);
	sigaltstack(NULL, &before);
	caught = 0;
	raise(BORROWED);

	CHECK_INT(IN_LOOP(spawn_some, NULL, NULL), 0);

	CHECK_INT(caught, 0);
	pthread_sigmask(SIG_SETMASK, NULL, &mask);
	CHECK(sigismember(&mask, BORROWED) && sigismember(&mask, SIGHUP) &&
	    !sigismember(&mask, SIGTERM));
	sigaltstack(NULL, &after);
	CHECK_INT(after.ss_flags, before.ss_flags);
	pthread_sigmask(SIG_SETMASK, &old_mask, NULL);
	CHECK_INT(caught, 1);
	sigaction(BORROWED, &old_sa, &seen);
	CHECK(seen.sa_handler == catch_signal &&
	    sigismember(&seen.sa_mask, SIGHUP) &&
	    !sigismember(&seen.sa_mask, SIGINT));
}

static void *
run_loops(void *arg)
{
	int i, rc = 0;

	for (i = 0; i < 5 && rc == 0; i++)
		rc = green_run(return_0, NULL, NULL);
	*(int *)arg = rc;
	return (NULL);
}

/* Several threads make stacks while the signal comes again and again. */
PLAIN_TEST(signals_from_elsewhere_are_not_lost)
{
	struct sigaction sa, old_sa;
	pthread_t threads[4];
	int i, rc[4];

	memset(&sa, 0, sizeof(sa));
	sa.sa_handler = catch_signal;
	sigemptyset(&sa.sa_mask);
	sigaction(BORROWED, &sa, &old_sa);
	for (i = 0; i < 4; i++)
		CHECK_INT(pthread_create(&threads[i], NULL, run_loops, &rc[i]),
		    0);
	for (i = 0; i < 20; i++)
		kill(getpid(), BORROWED);
	for (i = 0; i < 4; i++) {
		pthread_join(threads[i], NULL);
		CHECK_INT(rc[i], 0);
	}
	caught = 0;
	raise(BORROWED);
	CHECK_INT(caught, 1);
	sigaction(BORROWED, &old_sa, NULL);
}

CU_TestInfo context_tests[] = {
	CLAIM(it_is_the_one_that_was_asked_for),
	CLAIM(outside_of_a_loop_it_is_the_one_that_would_be),
	CLAIM(an_unknown_name_is_refused),
	CLAIM(a_switch_keeps_registers),
	CLAIM(a_switch_keeps_errno),
	CLAIM(stacks_are_aligned),
	CLAIM(each_task_has_its_own_rounding),
	CLAIM(each_task_has_its_own_flags),
	CLAIM(a_task_begins_with_its_spawners_environment),
	CLAIM(a_loop_leaves_its_thread_as_it_was),
#ifdef HAVE__UNWIND_BACKTRACE
	CLAIM(a_backtrace_goes_through_all_of_a_task),
	CLAIM(a_profiler_can_look_at_any_moment),
#endif
	CLAIM(new_stacks_leave_signals_as_they_were),
	CLAIM(signals_from_elsewhere_are_not_lost),
	CU_TEST_INFO_NULL
};
