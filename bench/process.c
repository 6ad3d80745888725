/*
 * Processes started and reaped: by libgreen, 64 at a time, beside posix_spawn(3)
 * and waitpid(2) in a loop, one at a time and 64 at a time.  Afterwards there is
 * no child left, and no more descriptors than before.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <unistd.h>

#include <green.h>

#include "bench.h"

#define AT_ONCE	64

extern char **environ;

static char *const argv[] = { (char[]){ "true" }, NULL };

static int
run_one(size_t i, void *arg)
{
	struct green_process *p;
	int rc, status;

	(void)i;
	(void)arg;
	if ((p = green_process_open(argv, NULL)) == NULL)
		return (-1);
	rc = green_process_wait(p, &status);
	if (green_process_close(p) == -1)
		return (-1);
	return (rc == 0 && status == 0 ? 0 : -1);
}

static int
run_all(void *arg)
{
	return (green_map((size_t)*(long *)arg, AT_ONCE, run_one, NULL));
}

static double
by_libgreen(long n)
{
	double start = seconds();

	if (green_run(run_all, &n, NULL) == -1)
		err(1, "green_run");
	return (seconds() - start);
}

static void
spawn(void)
{
	pid_t pid;
	int error;

	error = posix_spawnp(&pid, argv[0], NULL, NULL, argv, environ);
	errno = error;
	if (error != 0)
		err(1, "posix_spawnp");
}

static void
reap(void)
{
	if (wait(NULL) == -1)
		err(1, "wait");
}

static double
one_by_one(long n)
{
	double start = seconds();

	for (; n > 0; n--) {
		spawn();
		reap();
	}
	return (seconds() - start);
}

static double
by_posix_spawn(long n)
{
	double start = seconds();
	long i;

	for (i = 0; i < n; i++) {
		if (i >= AT_ONCE)
			reap();
		spawn();
	}
	for (i = n < AT_ONCE ? n : AT_ONCE; i > 0; i--)
		reap();
	return (seconds() - start);
}

static int
count_fds(void)
{
	int fd, n = 0;

	for (fd = 0; fd < 1024; fd++)
		n += fcntl(fd, F_GETFD) != -1;
	return (n);
}

int
main(void)
{
	int before = count_fds();

	report("posix_spawn, one at a time", 1000, one_by_one);
	report("posix_spawn, 64 at a time", 1000, by_posix_spawn);
	report("green_process_open, 64 at a time", 1000, by_libgreen);
	if (waitpid(-1, NULL, WNOHANG) != -1 || errno != ECHILD)
		errx(1, "a child is left");
	if (count_fds() != before)
		errx(1, "%d descriptors are left", count_fds() - before);
	return (0);
}
