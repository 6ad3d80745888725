/*
 * Processes started and reaped, so many at a time, beside posix_spawn(3) and
 * wait(2) in a loop.  Afterwards there is no child left, and no more descriptors
 * than before.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include <sys/wait.h>

#include <fcntl.h>
#include <spawn.h>
#include <unistd.h>

#include "in_green.h"

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
	struct trial *t = arg;

	return (green_map((size_t)t->n, (size_t)t->tasks, run_one, NULL));
}

static int
spawn(void)
{
	pid_t pid;

	errno = posix_spawnp(&pid, argv[0], NULL, NULL, argv, environ);
	return (errno == 0 ? 0 : -1);
}

static int
reap(void)
{
	return (wait(NULL) == -1 ? -1 : 0);
}

static int
plainly(void *arg)
{
	struct trial *t = arg;
	long i, ahead = t->n < t->tasks ? t->n : t->tasks;
	int rc = 0;

	for (i = 0; i < t->n && rc == 0; i++) {
		if (i >= ahead)
			rc = reap();
		if (rc == 0)
			rc = spawn();
	}
	for (i = 0; i < ahead && rc == 0; i++)
		rc = reap();
	return (rc);
}

static int
count_fds(void)
{
	int fd, n = 0;

	for (fd = 0; fd < 1024; fd++)
		n += fcntl(fd, F_GETFD) != -1;
	return (n);
}

static const struct subject subjects[] = {
	{ "process", "libgreen", run_all, in_green, { 1, 64 }, NULL },
	{ "process", "posix_spawn", plainly, NULL, { 0 }, NULL },
	{ .name = NULL }
};

int
main(int argc, char *args[])
{
	int before = count_fds(), rc = bench(argc, args, subjects);

	if (waitpid(-1, NULL, WNOHANG) != -1 || errno != ECHILD)
		errx(1, "a child is left");
	if (count_fds() != before)
		errx(1, "%d descriptors are left", count_fds() - before);
	return (rc);
}
