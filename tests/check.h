/*
 * What tests are written with: checks that print what they saw, test bodies
 * that run in a task on the reactor and context of their suite, claims about
 * what kills a program.  A check notes its failure and goes on: CUnit's own
 * *_FATAL would jump out of a task's stack, where nobody may.
 *
 *	MOCK_TEST(a_sleep_takes_its_time)
 *	{
 *		int64_t began = green_now();
 *
 *		CHECK_INT(green_sleep(GREEN_SEC), 0);
 *		CHECK_INT(green_now() - began, GREEN_SEC);
 *	}
 *
 *	CU_TestInfo clock_tests[] = {
 *		CLAIM(a_sleep_takes_its_time),
 *		CU_TEST_INFO_NULL
 *	};
 *
 * and main.c's list has a row for clock.  CUnit belongs to the main thread:
 * what other threads see, they store, and the test checks.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#ifndef CHECK_H
#define CHECK_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <CUnit/CUnit.h>
#include <CUnit/TestDB.h>

#include <green/group.h>
#include <green/run.h>
#include <green/scope.h>
#include <green/sync.h>

/* A test as its suite lists it: named by what it claims. */
#define CLAIM(test)	{ #test, test }

/* A test whose body runs in the first task of a loop. */
#define GREEN_TEST(name)	TEST_IN_LOOP_(name, NULL)
/* The same on a mock clock, which jumps when every task waits: there,
   green_sleep(1) lets the others get as far as they can. */
#define MOCK_TEST(name)		TEST_IN_LOOP_(name, &check_mock_clock)
/* A test whose body runs outside of any loop. */
#define PLAIN_TEST(name)	static void name(void)

#define TEST_IN_LOOP_(name, options)					\
	static void name##_body(void);					\
	static void							\
	name(void)							\
	{								\
		check_in_loop_(name##_body, (options));			\
	}								\
	static void name##_body(void)

/* green_run() on the suite's reactor, whatever opt (or NULL) says of that. */
#define IN_LOOP(fn, arg, opt)	check_run((fn), (arg), (opt))
int	 check_run(green_fn *fn, void *arg, const struct green_options *opt);
extern const struct green_options check_mock_clock;

/*
 * Checks.  Each is an expression, true if it holds.  CHECK_ERRNO() wants -1 and
 * that errno of a call, CHECK_NULL() a null pointer and that errno.
 */
#define CHECK(e)							\
	check_((e) ? true : false, #e, __FILE__, __LINE__)
#define CHECK_INT(got, want)						\
	check_int_((intmax_t)(got), (intmax_t)(want), #got, __FILE__, __LINE__)
#define CHECK_STR(got, want)						\
	check_str_((got), (want), #got, __FILE__, __LINE__)
/* The text has this somewhere in it. */
#define CHECK_HAS(text, part)						\
	check_has_((text), (part), #text, __FILE__, __LINE__)
#define CHECK_ERRNO(call, code)						\
	check_errno_((intmax_t)(call), (code), #call, __FILE__, __LINE__)
#define CHECK_NULL(call, code)						\
	check_null_((call), (code), #call, __FILE__, __LINE__)

/* What the rest of a test cannot do without: return if it does not hold.  A
   scope or group that is open in this task must be closed first. */
#define REQUIRE(check)		do { if (!(check)) return; } while (0)
/* The same in a task's function, which returns 0: what failed is noted. */
#define REQUIRE_TASK(check)	do { if (!(check)) return (0); } while (0)

/*
 * Claims that need a process of their own.  fn(arg) is the first task of a loop
 * in a child (with check_mock_clock by *_mocked), or called as it is where the
 * test is in a loop already, or by *_plain.  What the child finds wrong counts.
 *   dies      it aborts or gets SIGSEGV, and stderr has the text
 *   survives  it returns 0, and stderr has the text; NULL: it says nothing
 * A text of several lines is several: each must be there, somewhere.
 */
#define dies(fn, arg, text)						\
	check_dies_((fn), (arg), (text), CHECK_LOOP, __FILE__, __LINE__)
#define dies_mocked(fn, arg, text)					\
	check_dies_((fn), (arg), (text), CHECK_MOCKED, __FILE__, __LINE__)
#define dies_plain(fn, arg, text)					\
	check_dies_((fn), (arg), (text), CHECK_PLAIN, __FILE__, __LINE__)
#define survives(fn, arg, text)						\
	check_survives_((fn), (arg), (text), CHECK_LOOP, __FILE__, __LINE__)
#define survives_mocked(fn, arg, text)					\
	check_survives_((fn), (arg), (text), CHECK_MOCKED, __FILE__, __LINE__)
#define survives_plain(fn, arg, text)					\
	check_survives_((fn), (arg), (text), CHECK_PLAIN, __FILE__, __LINE__)

/* Slower than usual (sanitizers, valgrind): $CHECK_TIMEOUT_FACTOR, or 1. */
unsigned check_slowness(void);
/* What the test is at, told with its name if it crashes or its time is over. */
void	 check_note(const char *fmt, ...)
	    __attribute__((__format__(__printf__, 1, 2)));
/* As many of n tasks at once as there is time and room for. */
size_t	 check_crowd(size_t n);

/* n, times $GREEN_STORM: of what may go wrong only now and then. */
int	 check_storm(int n);

enum check_where {
	CHECK_PLAIN,
	CHECK_LOOP,
	CHECK_MOCKED
};
bool	 check_(bool ok, const char *what, const char *file, int line);
bool	 check_int_(intmax_t got, intmax_t want, const char *what,
	    const char *file, int line);
bool	 check_str_(const char *got, const char *want, const char *what,
	    const char *file, int line);
bool	 check_has_(const char *text, const char *part, const char *what,
	    const char *file, int line);
bool	 check_errno_(intmax_t rc, int code, const char *what,
	    const char *file, int line);
bool	 check_null_(const void *p, int code, const char *what,
	    const char *file, int line);
bool	 check_dies_(green_fn *fn, void *arg, const char *text,
	    enum check_where where, const char *file, int line);
bool	 check_survives_(green_fn *fn, void *arg, const char *text,
	    enum check_where where, const char *file, int line);
void	 check_in_loop_(void (*body)(void), const struct green_options *opt);

#endif /* CHECK_H */
