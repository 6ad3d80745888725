/* Linux's way: a descriptor that is a process. */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <sys/syscall.h>

#include <fcntl.h>
#include <unistd.h>

#include "child.h"

static int
open_pidfd(struct green__child *c)
{
	/* Close-on-exec it is by itself. */
	return ((int)syscall(SYS_pidfd_open, c->pid, 0));
}

static void
lower(struct green__child *c)
{
	(void)c;
}

const struct green__child_ops green__child_pidfd = {
	.name = "pidfd",
	.open = open_pidfd,
	.lower = lower
};
