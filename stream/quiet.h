/*
 * SIGPIPE kept away from system calls that have no flag for that.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#ifndef GREEN_QUIET_H
#define GREEN_QUIET_H

#include <sys/types.h>
#include <sys/uio.h>

#include <signal.h>
#include <stdbool.h>

struct green__quiet {
	sigset_t before;
	bool	 pending;		/* one that is none of ours */
};
/* The system call comes between these; broken: it failed with EPIPE. */
void	 green__quiet_begin(struct green__quiet *q);
void	 green__quiet_end(const struct green__quiet *q, bool broken);

/* writev(2) so; and where the kernel has a flag for that, how it goes without. */
ssize_t	 green__quiet_write(int fd, struct iovec *iov, int n);
ssize_t	 green__quiet_write_masked(int fd, struct iovec *iov, int n);

#endif /* GREEN_QUIET_H */
