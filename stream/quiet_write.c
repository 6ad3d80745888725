/*
 * Writing to pipes: where nobody reads them any more that is EPIPE, and SIGPIPE
 * in any case.  A kernel that can is asked not to raise it; else it is blocked
 * meanwhile, and taken off the pending ones if it has come.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <sys/types.h>
#include <sys/uio.h>

#include <signal.h>
#include <stdatomic.h>

#include "internal.h"

static ssize_t
write_all(int fd, struct iovec *iov, int n)
{
	ssize_t done;

	while ((done = writev(fd, iov, n)) == -1 && errno == EINTR)
		continue;
	return (done);
}

ssize_t
green__quiet_write_masked(int fd, struct iovec *iov, int n)
{
	sigset_t pipe, before, pending;
	int error, signo;
	ssize_t done;

	sigemptyset(&pipe);
	sigaddset(&pipe, SIGPIPE);
	sigemptyset(&pending);
	(void)pthread_sigmask(SIG_BLOCK, &pipe, &before);
	/* Only where it was blocked can one pend that is none of ours. */
	if (sigismember(&before, SIGPIPE))
		(void)sigpending(&pending);
	done = write_all(fd, iov, n);
	error = errno;
	if (done == -1 && error == EPIPE && !sigismember(&pending, SIGPIPE)) {
		(void)sigpending(&pending);
		if (sigismember(&pending, SIGPIPE))
			(void)sigwait(&pipe, &signo);
	}
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	errno = error;
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
