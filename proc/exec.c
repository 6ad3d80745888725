/*
 * Starting a program.  The child is born by vfork(2), which copies nothing; as
 * it shares the parent's memory until its exec, it calls nothing here but the
 * system, and the parent's thread, a worker with all signals blocked, stands
 * still meanwhile.  Where it is to become another user it is born by fork(2):
 * the C library's setuid(2) and its like look after all threads of the process
 * that they see in memory, which would be the parent's.
 *
 * What went wrong before the program ran, the parent finds in that memory when
 * it goes on.  A pipe, which the exec closes, tells it where the child has a copy:
 * after fork(2), or where vfork(2) is no more than that.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <signal.h>
#include <unistd.h>

#include "green/pipe.h"

#include "exec.h"

#ifndef NSIG
#define NSIG	65
#endif

/* Everything as a new program expects it: no handlers, nothing ignored. */
static void
reset_signals(void)
{
	struct sigaction sa = { .sa_handler = SIG_DFL };
	int sig;

	sigemptyset(&sa.sa_mask);
	for (sig = 1; sig < NSIG; sig++)
		if (sig != SIGKILL && sig != SIGSTOP)
			(void)sigaction(sig, &sa, NULL);
}

/*
 * Each where it belongs.  They are lifted above the first three before any of
 * those is overwritten, as they may be among them.
 */
static int
place_fds(const struct green__exec *e)
{
	int i, fd[3];

	for (i = 0; i < 3; i++) {
		fd[i] = e->fd[i];
		if (fd[i] != -1 && fd[i] <= 2 &&
		    (fd[i] = fcntl(fd[i], F_DUPFD_CLOEXEC, 3)) == -1)
			return (-1);
	}
	for (i = 0; i < 3; i++)
		if (fd[i] != -1 && dup2(fd[i], i) == -1)
			return (-1);
	return (0);
}

#ifdef HAVE_CLOSE_RANGE
static void
close_between(int from, int to)
{
	if (from <= to)
		(void)close_range((unsigned)from, (unsigned)to, 0);
}
#else
static void
close_between(int from, int to)
{
	if (to == INT_MAX) {
#ifdef HAVE_CLOSEFROM
		closefrom(from);
		return;
#else
		long max = sysconf(_SC_OPEN_MAX);

		to = max <= 0 || max > INT_MAX ? 65535 : (int)max - 1;
#endif
	}
	for (; from <= to; from++)
		(void)close(from);
}
#endif

void
green__close_all_but(const int *stay, size_t n)
{
	int from = 3;
	size_t i;

	for (i = 0; i < n; i++) {
		close_between(from, stay[i] - 1);
		from = stay[i] + 1;
	}
	close_between(from, INT_MAX);
}

/* Only those that are to stay; the report goes with the exec. */
static int
close_others(const struct green__exec *e)
{
	size_t i;

	green__close_all_but(e->stay, e->nstay);
	for (i = 0; i < e->nstay; i++)
		if (e->stay[i] != e->report[1] &&
		    fcntl(e->stay[i], F_SETFD, 0) == -1)
			return (-1);
	return (0);
}

static int
change_user(const struct green__exec *e)
{
	if (e->uid == NULL && e->gid == NULL)
		return (0);
	/* The parent's other groups are nothing for it. */
	if (geteuid() == 0 && setgroups(0, NULL) == -1)
		return (-1);
	if (e->gid != NULL && setgid(*e->gid) == -1)
		return (-1);
	if (e->uid != NULL && setuid(*e->uid) == -1)
		return (-1);
	return (0);
}

static int
settle_in(const struct green__exec *e)
{
	if (e->session && setsid() == -1)
		return (-1);
	if (e->group && !e->session && setpgid(0, 0) == -1)
		return (-1);
	if (e->terminal != -1 && ioctl(e->terminal, TIOCSCTTY, 0) == -1)
		return (-1);
	if (place_fds(e) == -1 || close_others(e) == -1)
		return (-1);
	if (e->cwd != NULL && chdir(e->cwd) == -1)
		return (-1);
	if (e->set_umask)
		(void)umask(e->umask);
	return (change_user(e));
}

/* The first that there is; what is there but must not be run is remembered. */
static void
run_program(const struct green__exec *e)
{
	int error = ENOENT;
	size_t i;

	for (i = 0; e->paths[i] != NULL; i++) {
		(void)execve(e->paths[i], e->argv, e->env);
		if (errno == EACCES)
			error = EACCES;
		else if (errno != ENOENT && errno != ENOTDIR)
			return;
	}
	errno = error;
}

static void
live(struct green__exec *e)
{
	sigset_t none;
	int error;

	e->born = true;
	reset_signals();
	if (settle_in(e) == 0) {
		sigemptyset(&none);
		(void)sigprocmask(SIG_SETMASK, &none, NULL);
		run_program(e);
	}
	e->error = error = errno;
	while (write(e->report[1], &error, sizeof(error)) == -1 &&
	    errno == EINTR)
		continue;
	_exit(127);
}

#ifdef HAVE_VFORK
#define share()	vfork()
#else
#define share()	fork()
#endif

static __attribute__((__noinline__)) pid_t
bear(struct green__exec *e)
{
	pid_t pid;

	pid = e->uid == NULL && e->gid == NULL ? share() : fork();
	if (pid == 0)
		live(e);
	return (pid);
}

/* What the child had to report; 0: nothing, it runs. */
static int
hear(int fd)
{
	int error;
	ssize_t n;

	while ((n = read(fd, &error, sizeof(error))) == -1 && errno == EINTR)
		continue;
	return (n == (ssize_t)sizeof(error) ? error : 0);
}

/* Above the first three, which are the child's to fill. */
static int
open_report(struct green__exec *e)
{
	int i, fd;

	if (green__pipe(e->report) == -1)
		return (-1);
	for (i = 0; i < 2; i++) {
		if (e->report[i] > 2)
			continue;
		if ((fd = fcntl(e->report[i], F_DUPFD_CLOEXEC, 3)) == -1)
			break;
		(void)close(e->report[i]);
		e->report[i] = fd;
	}
	if (i == 2)
		return (0);
	i = errno;
	(void)close(e->report[0]);
	(void)close(e->report[1]);
	errno = i;
	return (-1);
}

/* The report stays with the others, in its place among them. */
static void
let_stay(struct green__exec *e, int fd)
{
	size_t i;

	for (i = e->nstay++; i > 0 && e->stay[i - 1] > fd; i--)
		e->stay[i] = e->stay[i - 1];
	e->stay[i] = fd;
}

pid_t
green__exec(struct green__exec *e)
{
	int error;
	pid_t pid;

	if (open_report(e) == -1)
		return (-1);
	let_stay(e, e->report[1]);
	e->born = false;
	e->error = 0;
	pid = bear(e);
	error = errno;
	(void)close(e->report[1]);
	if (pid != -1)
		error = e->born ? e->error : hear(e->report[0]);
	(void)close(e->report[0]);
	if (pid != -1 && error == 0)
		return (pid);
	while (pid != -1 && waitpid(pid, NULL, 0) == -1 && errno == EINTR)
		continue;
	errno = error;
	return (-1);
}
