/*
 * Around every test: it has so much time, and leaves what it found: the same
 * open descriptors, threads (where /proc tells; idle workers of the pool may
 * stay) and no child.  What differs fails the test.  A test whose time is over
 * ends the program, with its name and what its tasks wait for.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <sys/resource.h>
#include <sys/wait.h>

#include <dirent.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <CUnit/TestRun.h>

#include "green/internal.h"

#include "check.h"
#include "harness.h"
#include "watched.h"

#define SECONDS		300	/* for a test, times $CHECK_TIMEOUT_FACTOR */
#define MOMENTS		10000	/* ms, for what goes by itself */
#define DESCRIPTORS	1024	/* those looked at: a leak takes the lowest */
#define WORKER		"green-worker"

#if SANITIZED
/* Newer AddressSanitizers keep locals elsewhere than on the stack, where nothing
   tells a forgotten scope from one in use. */
const char *__asan_default_options(void);

const char *
__asan_default_options(void)
{
	return ("detect_stack_use_after_return=0");
}
#endif

static struct pollfd before[DESCRIPTORS];
static int nthreads;
static char who[512];		/* the test, for the signal handlers */
static char note[128];		/* and what it is at */

unsigned
check_slowness(void)
{
	const char *factor = getenv("CHECK_TIMEOUT_FACTOR");
	long n = factor == NULL ? 1 : strtol(factor, NULL, 10);

	return (n < 1 || n > 1000 ? 1 : (unsigned)n);
}

size_t
check_crowd(size_t n)
{
	/* ThreadSanitizer has room for 8128 stacks, idle ones included. */
	const size_t most = SANITIZED_THREADS ? 4000 : SIZE_MAX;

	n /= check_slowness();
	return (n < most ? n : most);
}

void
check_note(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(note, sizeof(note), fmt, ap);
	va_end(ap);
}

int
check_storm(int n)
{
	const char *factor = getenv("GREEN_STORM");

	if (factor != NULL && atoi(factor) > 0)
		return (n * atoi(factor));
	n /= (int)check_slowness();
	return (n > 0 ? n : 1);
}

static void
say(const char *text)
{
	(void)!write(STDERR_FILENO, text, strlen(text));
}

static void
say_who(const char *what)
{
	say("\n");
	say(what);
	say(": ");
	say(who);
	if (note[0] != '\0') {
		say(", ");
		say(note);
	}
	say("\n");
}

static void
time_is_over(int signo)
{
	(void)signo;
	say_who("Time is over");
	if (green__loop != NULL)
		green__dump(green__loop, STDERR_FILENO);
	_exit(1);
}

/* The default action follows. */
static void
aborted(int signo)
{
	(void)signo;
	say_who("Aborted");
}

static void
handle(int signo, void (*handler)(int), int flags)
{
	struct sigaction sa;

	memset(&sa, 0, sizeof(sa));
	sa.sa_handler = handler;
	sa.sa_flags = flags;
	sigemptyset(&sa.sa_mask);
	(void)sigaction(signo, &sa, NULL);
}

/* Likewise, once this has returned. */
static void
crashed(int signo)
{
	say_who("Crashed");
	handle(signo, SIG_DFL, 0);
	raise(signo);
}

/* The library's own handler passes on to these what it does not know. */
void
watch_faults(void)
{
	if (SANITIZED)
		return;
	handle(SIGSEGV, crashed, 0);
	handle(SIGBUS, crashed, 0);
}

/* A descriptor that is not open is POLLNVAL: one call asks for all. */
static void
look_at_descriptors(struct pollfd *fds)
{
	struct rlimit limit;
	nfds_t i, n = DESCRIPTORS;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < n)
		n = (nfds_t)limit.rlim_cur;
	for (i = 0; i < DESCRIPTORS; i++) {
		fds[i].fd = (int)i;
		fds[i].events = 0;
		fds[i].revents = POLLNVAL;
	}
	while (poll(fds, n, 0) == -1 && errno == EINTR)
		continue;
}

/* Is it one of the pool's threads, or one that ends just now? */
static bool
is_worker(const char *id)
{
	char path[64], name[32] = "";
	FILE *fp;

	snprintf(path, sizeof(path), "/proc/self/task/%.16s/comm", id);
	if ((fp = fopen(path, "r")) == NULL)
		return (true);
	if (fgets(name, sizeof(name), fp) == NULL)
		name[0] = '\0';
	fclose(fp);
	return (strncmp(name, WORKER, strlen(WORKER)) == 0);
}

/* 0 where there is no telling. */
static int
count_threads(void)
{
	DIR *dir = opendir("/proc/self/task");
	const struct dirent *d;
	int n = 0;

	if (dir == NULL)
		return (0);
	while ((d = readdir(dir)) != NULL)
		if (d->d_name[0] != '.' && !is_worker(d->d_name))
			n++;
	closedir(dir);
	return (n);
}

static void *
nothing(void *arg)
{
	return (arg);
}

/*
 * Let those come and go that are not the tests' doing: ThreadSanitizer's thread
 * begins with the first of the program's, and libkqueue's ends after it.
 */
void
watch_prepare(void)
{
	const struct timespec while_they_settle = { 0, 50000000 };
	pthread_t thread;

	if (pthread_create(&thread, NULL, nothing, NULL) == 0)
		pthread_join(thread, NULL);
	nanosleep(&while_they_settle, NULL);
}

void
watch_begin(void)
{
	snprintf(who, sizeof(who), "%s: %s", CU_get_current_suite()->pName,
	    CU_get_current_test()->pName);
	note[0] = '\0';
	look_at_descriptors(before);
	nthreads = count_threads();
	handle(SIGALRM, time_is_over, 0);
	handle(SIGABRT, aborted, (int)SA_RESETHAND);
	alarm(SECONDS * check_slowness());
}

unsigned
watch_remaining(void)
{
	unsigned left = alarm(0);

	alarm(left);
	return (left);
}

void
watch_child(unsigned seconds)
{
	handle(SIGABRT, SIG_DFL, 0);
	alarm(seconds > 1 ? seconds - 1 : 1);
}

/* The first that is open now and was not, or the other way round; -1: none. */
static int
first_difference(void)
{
	static struct pollfd now[DESCRIPTORS];
	int i;

	look_at_descriptors(now);
	for (i = 0; i < DESCRIPTORS; i++)
		if ((before[i].revents & POLLNVAL) !=
		    (now[i].revents & POLLNVAL))
			return (i);
	return (-1);
}

/* libkqueue closes what a queue had in a thread of its own, a moment later. */
static void
compare_descriptors(void)
{
	const struct timespec moment = { 0, 1000000 };
	char text[128];
	int fd, i;

	for (i = 0; (fd = first_difference()) != -1 && i < MOMENTS; i++)
		nanosleep(&moment, NULL);
	if (fd == -1)
		return;
	snprintf(text, sizeof(text), "descriptor %d is %s now, and was not", fd,
	    before[fd].revents & POLLNVAL ? "open" : "closed");
	check_(false, text, __FILE__, __LINE__);
}

/* A thread that has been joined may still be seen for a moment. */
static void
compare_threads(void)
{
	const struct timespec moment = { 0, 1000000 };
	char text[128];
	int i, n;

	for (i = 0; (n = count_threads()) > nthreads && i < MOMENTS; i++)
		nanosleep(&moment, NULL);
	if (n <= nthreads)
		return;
	snprintf(text, sizeof(text), "%d threads are left, %d were there", n,
	    nthreads);
	check_(false, text, __FILE__, __LINE__);
}

static void
compare_children(void)
{
	char text[128];
	pid_t pid;

	while ((pid = waitpid(-1, NULL, WNOHANG)) != -1) {
		if (pid == 0)
			snprintf(text, sizeof(text), "a child still runs");
		else
			snprintf(text, sizeof(text), "child %jd was not waited "
			    "for", (intmax_t)pid);
		check_(false, text, __FILE__, __LINE__);
		if (pid == 0)
			break;
	}
}

void
watch_end(void)
{
	compare_descriptors();
	compare_threads();
	compare_children();
	alarm(0);
}
