/*
 * Locks on files.  Who has to wait for one tries again and again, so that he
 * can be cancelled meanwhile, and holds no worker, which the one who is to
 * unlock may need.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <sys/file.h>

#include "internal.h"

#ifdef HAVE_FLOCK
struct locking {
	int	 fd;
	int	 how;
};

static int
do_lock(void *arg)
{
	struct locking *k = arg;
	int rc;

	while ((rc = flock(k->fd, k->how | LOCK_NB)) == -1 && errno == EINTR)
		continue;
	return (rc);
}

static int
lock(struct green_file *f, int how)
{
	struct locking k = { .fd = f->fd, .how = how };
	int64_t nap = 0;

	for (;;) {
		if (green__file_work(f, do_lock, &k) == 0)
			return (0);
		if (errno != EWOULDBLOCK || (how & LOCK_NB))
			return (-1);
		if (green__nap(&nap, "lock of fd", f->fd) == -1)
			return (-1);
		if (f->use.closing)
			return (green__fail(EBADF));
	}
}
#else
static int
lock(struct green_file *f, int how)
{
	(void)f;
	(void)how;
	return (green__fail(ENOTSUP));
}
#endif

int
green_file_lock(struct green_file *f, int how)
{
	int kind = how & ~LOCK_NB, rc;

	if (kind != LOCK_SH && kind != LOCK_EX && kind != LOCK_UN)
		return (green__fail(EINVAL));
	if (green__use_enter(&f->use, USE_ALONE) == -1)
		return (-1);
	rc = lock(f, how);
	green__use_leave(&f->use, USE_ALONE);
	return (rc);
}
