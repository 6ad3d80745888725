/*
 * What a run leaves behind: descriptors, calls in worker threads, children.
 * All is compared with what there was before, and nothing of it is touched.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include <green.h>

#include "green/probe.h"

#include "internal.h"

/* A descriptor that is not open is POLLNVAL: one call asks for all. */
static void
look_at_descriptors(bool *open)
{
	struct pollfd fds[GREEN__DESCRIPTORS];
	nfds_t i, n = GREEN__DESCRIPTORS;
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < n)
		n = (nfds_t)limit.rlim_cur;
	for (i = 0; i < GREEN__DESCRIPTORS; i++) {
		fds[i].fd = (int)i;
		fds[i].events = 0;
		fds[i].revents = POLLNVAL;
	}
	while (poll(fds, n, 0) == -1 && errno == EINTR)
		continue;
	for (i = 0; i < GREEN__DESCRIPTORS; i++)
		open[i] = (fds[i].revents & POLLNVAL) == 0;
}

/* A child that has ended, left as it is: its id; 0: none has; -1: there is none,
   or no telling. */
static pid_t
look_at_children(void)
{
#ifdef HAVE_WAITID
	siginfo_t info = { .si_pid = 0 };

	if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0)
		return (info.si_pid);
#endif
	return (-1);
}

#ifdef HAVE_LIBKQUEUE
/*
 * libkqueue has a thread, and descriptors for it, from the first queue of a
 * process on, also of a child of fork(); and it closes what a queue had in that
 * thread, a moment later.
 */
#define LATER	500		/* ms that this may take */

static const struct timespec moment = { 0, 1000000 };

static int
nothing(void *arg)
{
	(void)arg;
	return (0);
}

void
green__remains_settle(void)
{
	static const struct green_options kqueue = { .backend = "kqueue" };
	static pid_t settled;
	int i;

	if (settled == getpid())
		return;
	settled = getpid();
	(void)!green_run(nothing, NULL, &kqueue);
	for (i = 0; i < LATER / 10; i++)
		nanosleep(&moment, NULL);
}
#else
#define LATER	0
static const struct timespec moment = { 0, 0 };

void
green__remains_settle(void)
{
}
#endif

void
green__remains_note(struct green__remains *r)
{
	look_at_descriptors(r->open);
	r->children = look_at_children() != -1;
	r->calls = green_thread_calls_();
}

static const char *
kind(int fd)
{
	struct stat st;

	if (fstat(fd, &st) == -1)
		return ("unknown");
	if (S_ISSOCK(st.st_mode))
		return ("a socket");
	if (S_ISFIFO(st.st_mode))
		return ("a pipe");
	if (S_ISREG(st.st_mode))
		return ("a file");
	if (S_ISDIR(st.st_mode))
		return ("a directory");
	return (S_ISCHR(st.st_mode) ? "a device" : "neither file nor socket");
}

/* How many are open that were not, or the other way round; said aloud if told. */
static int
differences(const struct green__remains *before, const char *who)
{
	bool open[GREEN__DESCRIPTORS];
	int fd, n = 0;

	look_at_descriptors(open);
	for (fd = 0; fd < GREEN__DESCRIPTORS; fd++) {
		if (open[fd] == before->open[fd])
			continue;
		n++;
		if (who == NULL)
			continue;
		if (open[fd])
			fprintf(stderr, "%s: descriptor %d is left open (%s)\n",
			    who, fd, kind(fd));
		else
			fprintf(stderr, "%s: descriptor %d has been closed, "
			    "which is not the run's\n", who, fd);
	}
	return (n);
}

static bool
descriptors_match(const struct green__remains *before, const char *who)
{
	int i;

	for (i = 0; i < LATER && differences(before, NULL) > 0; i++)
		nanosleep(&moment, NULL);
	return (differences(before, who) == 0);
}

bool
green__remains_none(const struct green__remains *before, const char *who)
{
	bool none = descriptors_match(before, who);
	size_t calls = green_thread_calls_();
	pid_t child = look_at_children();

	if (calls > before->calls) {
		fprintf(stderr, "%s: %zu worker thread call%s still under way\n",
		    who, calls - before->calls,
		    calls - before->calls == 1 ? " is" : "s are");
		none = false;
	}
	if (child != -1 && !before->children) {
		if (child > 0)
			fprintf(stderr, "%s: child %jd was not waited for\n",
			    who, (intmax_t)child);
		else
			fprintf(stderr, "%s: a child still runs\n", who);
		none = false;
	}
	return (none);
}
