/*
 * Children under watch, in one of the ways that there are here: the first that
 * the kernel offers, or $GREEN_CHILD's.  waitpid(2) is only ever asked about
 * one child, by its number, which stays its own until then.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <sys/wait.h>

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "child.h"

static const struct green__child_ops *const ways[] = {
#ifdef HAVE_PIDFD
	&green__child_pidfd,
#endif
#ifdef HAVE_EVFILT_PROC
	&green__child_kqueue,
#endif
	&green__child_sigchld
};
#define NWAYS	(sizeof(ways) / sizeof(ways[0]))

static void
unwatch(struct green__child *c)
{
	if (c->fd.fd == -1)
		return;
	if (c->ops->close != NULL)
		c->ops->close(c);
	(void)close(green__fd_close(&c->fd));
	green__loop->calls--;
}

static pid_t
ask(struct green__child *c, int flags)
{
	siginfo_t info;

	if (!c->keep)
		return (waitpid(c->pid, &c->status, flags));
	info.si_pid = 0;
	if (waitid(P_PID, (id_t)c->pid, &info, WEXITED | WNOWAIT | flags) == -1)
		return (-1);
	c->status = info.si_code == CLD_EXITED ? info.si_status << 8 :
	    info.si_status | (info.si_code == CLD_DUMPED ? 0x80 : 0);
	return (info.si_pid);
}

/* If it has ended, whoever watches is told. */
static void
settle(struct green__child *c, int flags)
{
	pid_t pid;

	while ((pid = ask(c, flags)) == -1 && errno == EINTR)
		continue;
	if (pid == 0)
		return;
	c->error = pid == -1 ? errno : 0;
	c->reaped = !c->keep || pid == -1;
	c->ended = true;
	unwatch(c);
	c->on_end(c);
}

static void
look(struct green__fd *f)
{
	struct green__child *c = GREEN__CONTAINER(f, struct green__child, fd);

	c->ops->lower(c);
	settle(c, WNOHANG);
}

void
green__child_reap(struct green__child *c)
{
	if (!c->ended)
		settle(c, 0);
	while (!c->reaped && waitpid(c->pid, NULL, 0) == -1 && errno == EINTR)
		continue;
	c->reaped = true;
}

/* The next way from *i on that $GREEN_CHILD allows; false: there is none. */
static bool
choose_way(struct green__child *c, size_t *i)
{
	const char *name = getenv("GREEN_CHILD");

	while (*i < NWAYS) {
		c->ops = ways[(*i)++];
		if (name == NULL || *name == '\0' ||
		    strcmp(name, c->ops->name) == 0)
			return (true);
	}
	return (false);
}

int
green__child_watch(struct green__child *c)
{
	size_t i = 0;
	int fd, error;

	c->ended = c->reaped = false;
	c->fd.fd = -1;
	if (!choose_way(c, &i))
		return (green__fail(EINVAL));
	/* Many do so little that they have ended by now. */
	settle(c, WNOHANG);
	if (c->ended)
		return (0);
	while ((fd = c->ops->open(c)) == -1)
		if (errno != ENOSYS || !choose_way(c, &i))
			return (green__fail(errno));
	if (green__fd_open(&c->fd, fd) == 0) {
		if (green__fd_watch(&c->fd, look) == 0) {
			green__loop->calls++;
			/* It may have ended before anybody looked. */
			settle(c, WNOHANG);
			return (0);
		}
		(void)green__fd_close(&c->fd);
	}
	error = errno;
	if (c->ops->close != NULL)
		c->ops->close(c);
	close(fd);
	errno = error;
	return (-1);
}
