/*
 * What the page cache holds.  A read with RWF_NOWAIT gives what is there and
 * nothing else.  cachestat(2) tells how much of a range is there, and counts
 * what is only on its way from the disk, which a look at the range's last page
 * finds out.  Where a system or a file system has neither, the answer is no.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <sys/uio.h>
#ifdef HAVE_SYS_SYSCALL_H
#include <sys/syscall.h>
#endif

#include <unistd.h>

#include "internal.h"

#ifdef HAVE_PREADV2
ssize_t
green__cached_read(struct green_file *f, const struct iovec *iov, int n,
    off_t at)
{
	ssize_t got;

	if (f->no_nowait)
		return (-1);
	got = preadv2(f->fd, iov, n, at, RWF_NOWAIT);
	if (got == -1 && (errno == EOPNOTSUPP || errno == ENOSYS))
		f->no_nowait = true;
	return (got);
}
#else
ssize_t
green__cached_read(struct green_file *f, const struct iovec *iov, int n,
    off_t at)
{
	(void)f;
	(void)iov;
	(void)n;
	(void)at;
	return (-1);
}
#endif

#ifdef SYS_cachestat
/* As the kernel has them, whose headers may be older than it. */
struct range {
	uint64_t off;
	uint64_t len;
};
struct stats {
	uint64_t cached;
	uint64_t dirty;
	uint64_t writeback;
	uint64_t evicted;
	uint64_t recently_evicted;
};

bool
green__cached_holds(struct green_file *f, off_t at, size_t len)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	struct range range = { (uint64_t)at, len };
	struct stats stats;
	size_t pages = ((size_t)at % page + len + page - 1) / page;
	char last;
	struct iovec iov = { &last, 1 };

	return (!f->no_nowait &&
	    syscall(SYS_cachestat, f->fd, &range, &stats, 0) == 0 &&
	    stats.cached >= pages &&
	    green__cached_read(f, &iov, 1, at + (off_t)len - 1) == 1);
}
#else
bool
green__cached_holds(struct green_file *f, off_t at, size_t len)
{
	(void)f;
	(void)at;
	(void)len;
	return (false);
}
#endif
