/*
 * SIGPIPE kept away from system calls that have no flag for that: where nobody
 * reads any more that is EPIPE alone.  The signal is blocked meanwhile, and
 * taken off the thread's pending ones if it has come.  Writing is left to a
 * kernel that can be asked not to raise it.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <errno.h>
#include <stdatomic.h>
#include <stddef.h>

#include "quiet.h"

static void
only_pipe(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGPIPE);
}

static bool
is_pending(void)
{
	sigset_t pending;

	return (sigpending(&pending) == 0 &&
	    sigismember(&pending, SIGPIPE) == 1);
}

void
green__quiet_begin(struct green__quiet *q)
{
	sigset_t pipe;

	only_pipe(&pipe);
	(void)pthread_sigmask(SIG_BLOCK, &pipe, &q->before);
	/* Only where it was blocked can one pend that is none of ours. */
	q->pending = sigismember(&q->before, SIGPIPE) == 1 && is_pending();
}

void
green__quiet_end(const struct green__quiet *q, bool broken)
{
	int error = errno, signo;
	sigset_t pipe;

	only_pipe(&pipe);
	if (broken && !q->pending && is_pending())
		(void)sigwait(&pipe, &signo);
	(void)pthread_sigmask(SIG_SETMASK, &q->before, NULL);
	errno = error;
}

ssize_t
green__quiet_write_masked(int fd, struct iovec *iov, int n)
{
	struct green__quiet q;
	ssize_t done;

	green__quiet_begin(&q);
	while ((done = writev(fd, iov, n)) == -1 && errno == EINTR)
		continue;
	green__quiet_end(&q, done == -1 && errno == EPIPE);
	return (done);
}

#if defined(HAVE_PREADV2) && defined(RWF_NOSIGNAL)
ssize_t
green__quiet_write(int fd, struct iovec *iov, int n)
{
	static atomic_bool refused;	/* the kernel is too old for that */
	ssize_t done;

	if (atomic_load_explicit(&refused, memory_order_relaxed))
		return (green__quiet_write_masked(fd, iov, n));
	while ((done = pwritev2(fd, iov, n, -1, RWF_NOSIGNAL)) == -1 &&
	    errno == EINTR)
		continue;
	if (done != -1 || (errno != EOPNOTSUPP && errno != ENOSYS))
		return (done);
	atomic_store_explicit(&refused, true, memory_order_relaxed);
	return (green__quiet_write_masked(fd, iov, n));
}
#else
ssize_t
green__quiet_write(int fd, struct iovec *iov, int n)
{
	return (green__quiet_write_masked(fd, iov, n));
}
#endif
