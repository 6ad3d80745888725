/*
 * The nursery: a process without threads that worker processes are forked from.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#ifndef PROC_NURSERY_H
#define PROC_NURSERY_H

#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>

/* 0; ENOTSUP: it is too late; EAGAIN, EMFILE, ENOMEM, ... */
int	 green__nursery_open(void);
/*
 * A worker that serves fd, which stays the caller's; its number.  Any thread;
 * may block.  EAGAIN, ENOMEM; EPIPE: the nursery has been killed.
 */
pid_t	 green__nursery_fork(int fd);
/* The same: kill a worker, if it has not ended by itself; its status. */
int	 green__nursery_end(pid_t pid, int *status);

/* threads.c: has this process one thread?  false: no, or nobody can tell. */
bool	 green__single_threaded(void);

/* socket_pair.c: two ends of a stream, close-on-exec; sent with GREEN_SEND_FLAGS,
   nothing raises SIGPIPE. */
int	 green__socket_pair(int fd[2]);

/* worker.c: what a worker does until nobody is at the other end of fd. */
void	 green__worker_serve(int fd);

struct green__worker_request {
	ssize_t	(*fn)(const void *in, size_t len, void *out, size_t max);
	size_t	 len;			/* of what follows */
	size_t	 max;
	int	 idle;			/* afterwards, ms until it leaves */
};
struct green__worker_reply {
	ssize_t	 n;			/* of what follows; -1: failed; */
	int	 error;			/* -1 here too: it leaves, unused for long */
};

/* to_process.c: ms that a worker stays without a request. */
extern int green__worker_idle;

#endif /* PROC_NURSERY_H */
