/*
 * Each reactor with each context in a process of its own, several at a time,
 * since tests wait more than they compute.  One that went well is a line, of
 * another all is told that it said.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <sys/mman.h>
#include <sys/wait.h>

#include <err.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "harness.h"

struct pair {
	char	 name[32];
	pid_t	 pid;			/* 0: not begun, or ended */
	FILE	*said;			/* stdout and stderr; NULL: ended */
	time_t	 begun;
	struct tally *tally;		/* the process writes it */
};

/* The process is to have the descriptors alone that it would have by itself. */
static void
take_over(struct pair *pairs, struct pair *p)
{
	if (dup2(fileno(p->said), STDOUT_FILENO) == -1 ||
	    dup2(fileno(p->said), STDERR_FILENO) == -1)
		err(1, "%s", p->name);
	for (; pairs <= p; pairs++)
		if (pairs->said != NULL)
			close(fileno(pairs->said));
}

static void
begin(struct pair *pairs, struct pair *p, const struct combo *c,
    int (*run)(const struct combo *, struct tally *))
{
	if (c->reactor == NULL)
		snprintf(p->name, sizeof(p->name), "-");
	else
		snprintf(p->name, sizeof(p->name), "%s/%s", c->reactor,
		    c->context);
	p->begun = time(NULL);
	fflush(NULL);
	if ((p->said = tmpfile()) == NULL || (p->pid = fork()) == -1)
		err(1, "%s", p->name);
	if (p->pid > 0)
		return;
	take_over(pairs, p);
	exit(run(c, p->tally));
}

/* What went wrong, whole. */
static void
tell(struct pair *p, int status)
{
	char buf[4096];
	size_t n;

	rewind(p->said);
	while ((n = fread(buf, 1, sizeof(buf), p->said)) > 0)
		fwrite(buf, 1, n, stdout);
	if (WIFSIGNALED(status))
		printf("%s: dies of signal %d (%s)\n", p->name,
		    WTERMSIG(status), strsignal(WTERMSIG(status)));
	else
		printf("%s: status %d\n", p->name, WEXITSTATUS(status));
}

/* Wait for one of them to end: has it done well? */
static bool
await(struct pair *pairs, size_t n)
{
	struct pair *p;
	int status;
	pid_t pid;

	while ((pid = wait(&status)) == -1)
		if (errno != EINTR)
			err(1, "wait");
	for (p = pairs; p < pairs + n && p->pid != pid; p++)
		continue;
	if (p == pairs + n)
		return (true);
	p->pid = 0;
	if (status != 0)
		tell(p, status);
	else if (p->tally->tests > 0)
		printf("%-20s %5u tests of %3u suites passed, %3ld s\n",
		    p->name, p->tally->tests, p->tally->suites,
		    (long)(time(NULL) - p->begun));
	fclose(p->said);
	p->said = NULL;
	return (status == 0);
}

int
run_pairs(const struct combo *combos, size_t n, size_t jobs,
    int (*run)(const struct combo *, struct tally *))
{
	struct pair *pairs = calloc(n, sizeof(*pairs));
	struct tally all = { 0, 0, 0 }, *t = mmap(NULL, n * sizeof(*t),
	    PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANON, -1, 0);
	size_t i, running = 0, failed = 0;

	if (pairs == NULL || t == MAP_FAILED)
		err(1, "no memory");
	for (i = 0; i < n || running > 0;)
		if (i < n && running < jobs) {
			pairs[i].tally = &t[i];
			begin(pairs, &pairs[i], &combos[i], run);
			running++;
			i++;
		} else {
			if (!await(pairs, n))
				failed++;
			running--;
		}
	for (i = 0; i < n; i++) {
		all.suites += t[i].suites;
		all.tests += t[i].tests;
		all.failed += t[i].failed;
	}
	if (all.tests == 0 && failed == 0)
		errx(1, "no such test here");
	if (failed == 0)
		printf("%u tests of %u suites: all passed\n", all.tests,
		    all.suites);
	else
		printf("%u tests of %u suites: %u failed, %zu of %zu "
		    "processes with them\n", all.tests, all.suites, all.failed,
		    failed, n);
	munmap(t, n * sizeof(*t));
	free(pairs);
	return (failed == 0 ? 0 : 1);
}
