/*
 * The test program: every suite that runs loops is registered for every reactor
 * and every context, `scope [epoll/ucontext]`, the others once, `path [-]`.
 * What this host lacks is registered too, inactive, so that the summary tells.
 *
 * To add test_x.c, which exports CU_TestInfo x_tests[]: a row here, and a line
 * in local.mk.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <err.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <CUnit/Basic.h>

#include <green/process.h>

#include "green/internal.h"

#include "check.h"
#include "harness.h"

/* Event loops of others, where configure has found them. */
#ifdef HAVE_LIBEV
#define LIBEV(loops)	loops(guest_ev)
#else
#define LIBEV(loops)
#endif
#ifdef HAVE_LIBUV
#define LIBUV(loops)	loops(guest_uv)
#else
#define LIBUV(loops)
#endif

#ifdef HAVE_TLS
#define TLS(loops)							\
	loops(tls)							\
	loops(tls_certs)						\
	loops(tls_conform)						\
	loops(tls_end)							\
	loops(tls_listener)						\
	loops(tls_peer)							\
	loops(tls_trust)
#else
#define TLS(loops)	loops(tls_none)
#endif

#define SUITES(loops, once)						\
	loops(anyio)							\
	loops(block)							\
	loops(channel)							\
	loops(checkpoint)						\
	loops(clock)							\
	loops(cond)							\
	loops(connect)							\
	loops(conform)							\
	loops(context)							\
	loops(copy)							\
	loops(crowd)							\
	loops(custom)							\
	loops(deadline)							\
	loops(deadlock)							\
	loops(dgram)							\
	loops(dir)							\
	loops(dump)							\
	loops(errmsg)							\
	loops(event)							\
	loops(everywhere)						\
	loops(failure)							\
	loops(fd)							\
	loops(fd_any)							\
	loops(fd_stream)						\
	loops(file)							\
	loops(file_line)						\
	loops(file_lock)						\
	loops(file_replace)						\
	loops(file_send)						\
	loops(file_stream)						\
	loops(fopen)							\
	loops(frame)							\
	loops(fuzz)							\
	loops(future)							\
	loops(group)							\
	loops(guard)							\
	loops(guest)							\
	LIBEV(loops)							\
	LIBUV(loops)							\
	loops(handle)							\
	loops(inbox)							\
	loops(interrupt)						\
	loops(layout)							\
	loops(limiter)							\
	loops(local)							\
	loops(lock)							\
	loops(memory)							\
	loops(misuse)							\
	loops(nest)							\
	loops(net)							\
	loops(option)							\
	loops(options)							\
	loops(pair)							\
	loops(parallel)							\
	loops(pass)							\
	loops(path)							\
	loops(path_ask)							\
	loops(path_atomic)						\
	loops(path_change)						\
	loops(path_edge)						\
	loops(path_meta)						\
	once(path_text)							\
	loops(pattern)							\
	loops(process)							\
	loops(process_run)						\
	loops(portal)							\
	loops(reactor)							\
	loops(resolver)							\
	loops(run)							\
	loops(scope)							\
	loops(select)							\
	loops(sem)							\
	loops(sequence)							\
	loops(serve)							\
	loops(signals)							\
	loops(spawn)							\
	loops(spin)							\
	loops(stack)							\
	loops(stall)							\
	loops(start)							\
	loops(stats)							\
	loops(stop)							\
	loops(stranger)							\
	loops(storm)							\
	loops(stream)							\
	loops(task)							\
	loops(task_info)						\
	loops(tcp)							\
	loops(temp)							\
	loops(testing)							\
	loops(text)							\
	loops(thread)							\
	loops(thread_from)						\
	loops(thread_revoke)						\
	loops(timer)							\
	TLS(loops)							\
	loops(to_process)						\
	loops(token)							\
	loops(topic)							\
	loops(tree)							\
	loops(unix)							\
	loops(unix_dgram)						\
	loops(wait)							\
	loops(walk)							\
	loops(watch)							\
	loops(whim)							\
	/* EOL */

#define DECLARE(name)	extern CU_TestInfo name##_tests[];
#define LOOPS(name)	{ #name, name##_tests, true },
#define ONCE(name)	{ #name, name##_tests, false },

SUITES(DECLARE, DECLARE)

static const struct module {
	const char *name;
	CU_TestInfo *tests;
	bool	 loops;
} modules[] = { SUITES(LOOPS, ONCE) };

/* All that there are, anywhere. */
static const char *const reactors[] = { "epoll", "kqueue", "poll" };
static const char *const contexts[] = { "asm", "ucontext", "sigaltstack" };
#define COUNT(array)	(sizeof(array) / sizeof(*(array)))

static struct registered {
	CU_pSuite suite;
	struct combo combo;
} suites[COUNT(modules) * COUNT(reactors) * COUNT(contexts)];
static size_t nsuites;

/* The options: patterns of what to run, NULL for all. */
static const char *only_suite, *only_test, *only_reactor, *only_context;

static bool
wanted(const char *pattern, const char *name)
{
	return (pattern == NULL || fnmatch(pattern, name, 0) == 0);
}

/* Of suites without a loop there is neither. */
static const char *
named(const char *of_combo)
{
	return (of_combo == NULL ? "-" : of_combo);
}

static int
nothing(void *arg)
{
	(void)arg;
	return (0);
}

static void
take(const struct combo *c)
{
	combo = *c;
	if (c->context == NULL)
		unsetenv("GREEN_CONTEXT");
	else if (setenv("GREEN_CONTEXT", c->context, 1) == -1)
		err(1, "setenv");
}

/* Does a loop run on it here? */
static bool
works(const struct combo *c)
{
	bool ok;

	if (c->reactor == NULL)
		return (true);
	take(c);
	ok = check_run(nothing, NULL, NULL) == 0;
	take(&(struct combo){ NULL, NULL });
	return (ok);
}

/* CUnit's callbacks have no argument: the suite is found in the table. */
static int
suite_begin(void)
{
	size_t i;

	for (i = 0; i < nsuites; i++)
		if (suites[i].suite == CU_get_current_suite()) {
			take(&suites[i].combo);
			return (0);
		}
	return (1);
}

static int
suite_end(void)
{
	take(&(struct combo){ NULL, NULL });
	return (0);
}

static void
must(const void *made, const char *what)
{
	if (made == NULL || CU_get_error() != CUE_SUCCESS)
		errx(1, "%s: %s", what, CU_get_error_msg());
}

/* "a_claim_in_words", as words. */
static void
add_test(CU_pSuite suite, const CU_TestInfo *t)
{
	char name[256], *p;
	CU_pTest test;

	snprintf(name, sizeof(name), "%s", t->pName);
	for (p = name; *p != '\0'; p++)
		if (*p == '_')
			*p = ' ';
	test = CU_add_test(suite, name, t->pTestFunc);
	must(test, name);
	if (!wanted(only_test, name))
		CU_set_test_active(test, CU_FALSE);
}

static void
add_suite(const struct module *m, const struct combo *c, bool works_here)
{
	char name[128];
	const CU_TestInfo *t;
	CU_pSuite suite;

	if (c->reactor == NULL)
		snprintf(name, sizeof(name), "%s [-]", m->name);
	else
		snprintf(name, sizeof(name), "%s [%s/%s]", m->name, c->reactor,
		    c->context);
	suite = CU_add_suite_with_setup_and_teardown(name, suite_begin,
	    suite_end, watch_begin, watch_end);
	must(suite, name);
	suites[nsuites].suite = suite;
	suites[nsuites++].combo = *c;
	for (t = m->tests; t->pName != NULL; t++)
		add_test(suite, t);
	if (!works_here || !wanted(only_suite, m->name) ||
	    !wanted(only_reactor, named(c->reactor)) ||
	    !wanted(only_context, named(c->context)))
		CU_set_suite_active(suite, CU_FALSE);
}

static void
add_all(void)
{
	struct combo c;
	bool here;
	size_t m, r, k;

	for (m = 0; m < COUNT(modules); m++)
		if (!modules[m].loops)
			add_suite(&modules[m], &(struct combo){ NULL, NULL },
			    true);
	for (r = 0; r < COUNT(reactors); r++)
		for (k = 0; k < COUNT(contexts); k++) {
			c = (struct combo){ reactors[r], contexts[k] };
			here = works(&c);
			for (m = 0; m < COUNT(modules); m++)
				if (modules[m].loops)
					add_suite(&modules[m], &c, here);
		}
}

/* The active tests; said aloud if asked to. */
static size_t
survey(bool list)
{
	CU_pTest t;
	size_t i, n = 0;

	for (i = 0; i < nsuites; i++) {
		if (!suites[i].suite->fActive)
			continue;
		if (list)
			printf("%s\n", suites[i].suite->pName);
		for (t = suites[i].suite->pTest; t != NULL; t = t->pNext) {
			if (!t->fActive)
				continue;
			n++;
			if (list)
				printf("\t%s\n", t->pName);
		}
	}
	return (n);
}

static int
run_all(CU_BasicRunMode mode)
{
	CU_ErrorCode error;

	watch_prepare();
	CU_basic_set_mode(mode);
	CU_set_fail_on_inactive(CU_FALSE);
	if ((error = CU_basic_run_tests()) != CUE_SUCCESS)
		warnx("%s", CU_get_error_msg());
	return (error != CUE_SUCCESS ||
	    CU_get_number_of_failure_records() != 0 ? 1 : 0);
}

/* What is wanted, in this process; how many tests that are. */
static size_t
prepare(bool list)
{
	/* Before the first thread. */
	if (green_process_prepare() == -1)
		warn("green_process_prepare");
	setvbuf(stdout, NULL, _IOLBF, 0);
	unsetenv("GREEN_BACKEND");
	unsetenv("GREEN_CONTEXT");
	/* The machine may be busy, or stop for a while. */
	(void)setenv("GREEN_TEST_TIMEOUT", "100", 0);
	CU_set_error_action(CUEA_FAIL);
	if (CU_initialize_registry() != CUE_SUCCESS)
		errx(1, "%s", CU_get_error_msg());
	watch_faults();
	add_all();
	return (survey(list));
}

/* In a process of the combination's own. */
static int
run_combo(const struct combo *c, struct tally *tally)
{
	int status = 0;

	only_reactor = named(c->reactor);
	only_context = named(c->context);
	if (prepare(false) > 0)
		status = run_all(CU_BRM_NORMAL);
	tally->suites = CU_get_number_of_suites_run();
	tally->tests = CU_get_number_of_tests_run();
	tally->failed = CU_get_number_of_tests_failed();
	CU_cleanup_registry();
	return (status);
}

/* The wanted combinations, those first that take long. */
static size_t
choose(struct combo *chosen)
{
	size_t r, k, n = 0;

	for (r = 0; r < COUNT(reactors); r++)
		for (k = 0; k < COUNT(contexts); k++)
			if (wanted(only_reactor, reactors[r]) &&
			    wanted(only_context, contexts[k]))
				chosen[n++] = (struct combo){ reactors[r],
				    contexts[k] };
	if (wanted(only_reactor, "-") && wanted(only_context, "-"))
		chosen[n++] = (struct combo){ NULL, NULL };
	return (n);
}

static size_t
processors(void)
{
	long n = sysconf(_SC_NPROCESSORS_ONLN);

	return (n < 1 ? 1 : (size_t)n);
}

static void
usage(void)
{
	fprintf(stderr, "usage: check [-lv] [-j jobs] [-s suite] [-t test] "
	    "[-r reactor] [-c context]\n"
	    "  -l  list what would run\n"
	    "  -v  name each test as it runs, all in one process\n"
	    "  -j  reactors and contexts at a time: the processors' number\n"
	    "  the others are patterns, as -s 'scope*' -t '*shield*' -r poll\n"
	    "$CHECK_TIMEOUT_FACTOR multiplies the time that a test may take\n");
	exit(2);
}

int
main(int argc, char *argv[])
{
	struct combo chosen[COUNT(reactors) * COUNT(contexts) + 1];
	bool list = false, verbose = false;
	size_t n, jobs = processors();
	int opt, status = 0;

	while ((opt = getopt(argc, argv, "c:j:lr:s:t:v")) != -1)
		switch (opt) {
		case 'c':
			only_context = optarg;
			break;
		case 'j':
			jobs = strtoul(optarg, NULL, 10);
			break;
		case 'l':
			list = true;
			break;
		case 'r':
			only_reactor = optarg;
			break;
		case 's':
			only_suite = optarg;
			break;
		case 't':
			only_test = optarg;
			break;
		case 'v':
			verbose = true;
			break;
		default:
			usage();
		}
	if (optind != argc || jobs == 0)
		usage();

	n = choose(chosen);
	if (n > 1 && jobs > 1 && !list && !verbose)
		return (run_pairs(chosen, n, jobs, run_combo));
	if (prepare(list) == 0)
		errx(1, "no such test here");
	if (!list)
		status = run_all(verbose ? CU_BRM_VERBOSE : CU_BRM_NORMAL);
	CU_cleanup_registry();
	return (status);
}
