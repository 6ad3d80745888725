/*
 * What the files of this folder share: who is inside of a file or directory,
 * the file itself, what the page cache can tell.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#ifndef FS_INTERNAL_H
#define FS_INTERNAL_H

#include <sys/types.h>

#include <dirent.h>

#include <green/file.h>
#include <green/thread.h>

#include "green/internal.h"
#include "pool/call.h"

/*
 * Who is inside (use.c): at most one of those who want to be alone with it,
 * and any number of others; closing waits for all, and lets nobody in any more.
 */
struct green__use {
	size_t	 inside;
	bool	 taken;			/* by one who wants to be alone */
	bool	 closing;
	struct waiter *closer;
};
enum green__use_kind { USE_TOGETHER, USE_ALONE };
/* EPERM, ECANCELED, EBADF, EBUSY */
int	 green__use_enter(struct green__use *u, enum green__use_kind kind);
void	 green__use_leave(struct green__use *u, enum green__use_kind kind);
void	 green__use_close(struct green__use *u);

/* What lines are taken out of (line.c). */
struct green__ahead {
	char	*buf;			/* NULL: never used */
	size_t	 size;
	size_t	 start;			/* what is kept: from here */
	size_t	 end;
};
struct green__replacement;
struct green_file {
	int	 fd;
	bool	 no_nowait;		/* no read can be kept from blocking */
	struct green__use use;
	struct green_limiter *limiter;	/* NULL: the loop's for files */
	struct green__ahead ahead;
	char	*path;			/* NULL: it has none that is known */
	/* What it is to take the place of (file_replace.c), or NULL. */
	struct green__replacement *replacement;
};
/* path is copied; NULL: ENOMEM.  And what f holds beside the descriptor; errno
   stays. */
struct green_file *green__file_new(const char *path);
void	 green__file_free(struct green_file *f);
/* A trip to a worker, for somebody inside. */
int	 green__file_work(struct green_file *f, green_fn *fn, void *arg);
/* The pieces, from at on (then one piece is read), or from the position: -1.
   write: 0, when all of it is. */
#define FILE_POSITION	((off_t)-1)
ssize_t	 green__file_read(struct green_file *f, const struct iovec *iov, int n,
	    off_t at);
ssize_t	 green__file_write(struct green_file *f, const struct iovec *iov, int n,
	    off_t at);

/*
 * The page cache (cached.c).  read: what is there, or -1 whatever the reason;
 * a short count need not be the end of the file.  holds: does it hold all of a
 * range, so that to read it blocks nobody?
 */
ssize_t	 green__cached_read(struct green_file *f, const struct iovec *iov,
	    int n, off_t at);
bool	 green__cached_holds(struct green_file *f, off_t at, size_t len);

/*
 * Opening.  In a worker: open it, or find that this is a FIFO, and that it
 * would wait for its other end; fd is -1 then.
 */
struct green__opening {
	const char *path;
	int	 flags;
	mode_t	 mode;
	int	 fd;
};
int	 green__file_do_open(void *opening);
/* fifo.c: would it?  In a worker; and open it all the same. */
bool	 green__fifo_waits(const char *path, int flags);
int	 green__fifo_open(struct green_file *f, struct green__opening *o);

/* nap.c: between two tries, of which *length, 0 before the first, is kept; what
   it waits for, as green__park() has it.  0; ECANCELED */
int	 green__nap(int64_t *length, const char *what, intptr_t detail);

/* A trip to a worker under the loop's limiter for files. */
int	 green__path_work(green_fn *fn, void *arg);

/* A copy without slashes at its end, but for those of the root; *slash: it had
   some.  NULL without memory. */
char	*green__path_trim(const char *path, bool *slash);
/* In a worker: the directories above path, as far as they are missing. */
int	 green__make_parents(const char *path);
/* In a task: a directory and all that it has; stoppably: ECANCELED. */
enum green__removal { REMOVE_ALL, REMOVE_STOPPABLY };
int	 green__remove_tree(const char *path, enum green__removal how);

/* DT_* of what a directory has; DT_UNKNOWN if it cannot be told. */
unsigned char green__type_of(DIR *dir, const struct dirent *e);
unsigned char green__type_at(int dir, const char *name);
unsigned char green__type_of_mode(mode_t mode);

/* In a worker: what a link below dir says; malloc'd. */
char	*green__readlink(int dir, const char *path);
/* In a worker: all of it, EINTR or not.  What write(2) fails with, and EIO. */
int	 green__write_all(int fd, const void *buf, size_t len);

/* file_replace.c: close that without a commit, and free it; errno stays. */
void	 green__file_abandon(struct green_limiter *l,
	    struct green__replacement *r);

/* close(2) in a worker, or here if there is none. */
int	 green__close(struct green_limiter *l, int fd);

#endif /* FS_INTERNAL_H */
