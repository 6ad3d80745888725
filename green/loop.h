/*
 * The loop (run.c, sched.c) as it really is, and the small things that it is
 * made of; what they do is in internal.h.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#ifndef GREEN_LOOP_H
#define GREEN_LOOP_H

#include <sys/queue.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <green/run.h>
#include <green/sync.h>

#include "fd.h"
#include "meter.h"
#include "reactor.h"
#include "signal.h"
#include "task.h"

struct green_answer;
struct stacks;

/* Who runs several loops (parallel.c), told of the beginning and end of each. */
struct loop_owner {
	int	 index;
	void	(*began)(struct loop_owner *o, struct loop *l);
	void	(*ended)(struct loop_owner *o);
};
int	 green__run(green_fn *fn, void *arg, const struct green_options *opt,
	    struct loop_owner *owner);
/*
 * Its parts.  open: with nothing in it yet; NULL with errno and green_errmsg().
 * begin: it is the calling thread's, with fn ready as its first task; -1
 * likewise. end: all of its tasks have ended; what the first returned, and
 * close.
 */
struct loop *green__loop_open(const struct green_options *opt,
	    struct loop_owner *owner);
void	 green__loop_close(struct loop *l);
int	 green__loop_begin(struct loop *l, green_fn *fn, void *arg);
int	 green__loop_end(struct loop *l);
/* spin.c: see whether it is there, for a short time, which is taken off timeout;
   false: sleep. */
struct spin {
	unsigned skip;			/* sleeps until the next */
	unsigned vain;			/* and how many, if that is in vain */
};
bool	 green__spin(struct spin *s, int64_t *timeout,
	    bool (*there)(void *arg), void *arg);
/* In the child of a fork: of the parent's threads, it has one. */
void	 green__spin_leave_behind(void);

struct inbox_item {
	struct inbox_item *next;
	void	(*run)(struct inbox_item *it);	/* in the loop; must not block */
};
/* See pool/internal.h. */
TAILQ_HEAD(green__jobs, green__job);
/* What is to be taken down with the loop, when its tasks are gone; or before,
   and then it says so. */
struct loop_end {
	LIST_ENTRY(loop_end) link;
	void	(*run)(struct loop_end *e);	/* NULL: it is in no list */
};
void	 green__end_add(struct loop_end *e, void (*run)(struct loop_end *e));
void	 green__end_remove(struct loop_end *e);
/* The clock between two readings, by a counter (clock.h). */
struct green__clock {
	int64_t	 read;			/* the last reading, */
	uint64_t count;			/* the counter with it, */
	uint64_t good_for;		/* and how far it may go; 0: read anew */
	uint64_t rate;			/* nanoseconds a count; 0: unknown */
	uint64_t reach;			/* GREEN__CLOCK_REACH in counts */
	uint64_t found;			/* the rate as last found; or 0 */
	int64_t	 since;			/* a reading to find it by; 0: none */
	uint64_t since_count;
	unsigned wide;			/* readings of no use, in a row */
	bool	 steady;		/* there is a counter */
};
struct timer_entry {
	int64_t	 at;
	uint64_t order;
	struct green_task *task;
	size_t	 id;
};
struct loop {
	/* One cache line: all of the loop that a switch touches. */
	_Alignas(GREEN__CACHE_LINE)
	struct green_task *current;	/* NULL: the loop's own work */
	struct green_task **ready;	/* a ring, with room for every task */
	size_t	 ready_mask;
	size_t	 ready_head;
	size_t	 nready;
	unsigned budget;		/* of the task that runs */
	unsigned turn_in;		/* switches until the loop's turn */
	uint64_t seed;			/* the state of the shuffle; 0: none */
	int	*error_at;		/* its thread's errno, which is a call away */

	/* And another: what a wait for a descriptor does. */
	int64_t	 time;			/* the mock clock; else the last turn's */
	struct green__fd **fds;		/* by descriptor: those waited on */
	size_t	 nfds;
	size_t	 waiting_fds;		/* tasks that wait for descriptors */
	const struct green__reactor_ops *ops;
	struct green__reactor *reactor;
	size_t	 ntimers;
	size_t	 batch;			/* ready tasks left of the shuffled ones */

	struct timer_entry *timers;	/* a heap, with room for every task */
	size_t	*timer_places;		/* in the heap, by an entry's id; */
	size_t	*timer_ids;		/* those in use, then those that are free */
	size_t	 room;			/* tasks that ready and timers can hold */
	size_t	 ntasks;
	uint64_t order;			/* the last one given out */
	uint64_t last_id;

	struct green__context main;	/* green_run()'s caller */
	const struct green__context_ops *context_ops;
	struct stacks *stacks;
	struct group root;		/* holds the first task, */
	struct group guests;		/* and this what came in by the door */
	bool	 ending;		/* the first task has ended */
	int	 result;		/* the first task's */
	int	 error;
	char	*errmsg;		/* malloc'd; NULL: none */

	size_t	 calls;			/* worker calls and children under way */
	size_t	 external;		/* what else may wake a task from outside */

	struct waiters idlers;		/* by their cushions (idle.c) */
	int64_t	 quiet_since;		/* nothing was ready; 0: something was */
	struct green_probe_ *probe;	/* NULL: none */
	struct green_guest *guest;	/* NULL: it waits by itself */
	struct green_task *turns_on;	/* whose stack the last turn was on */

	bool	 mock;
	int64_t	 mock_autojump;
	bool	 deadlocked;
	bool	 forced;		/* shields do not hold any more */
	int	 index;			/* green_run_index() */
	uint32_t draw;			/* what green_select() draws from */
	struct green__values *locals;	/* NULL: none */

	LIST_HEAD(, loop_end) ends;
	void	*workers;		/* processes; proc/'s own */
	/* Jobs for the pool, until the next turn; pool/to_thread.c's own. */
	struct green__jobs collected;
	struct inbox_item collected_turn;
	bool	 collected_posted;
	struct waiters paused;		/* until something is closed (serve.c) */
	struct green_limiter limiter_calls, limiter_files, limiter_names;
	/* For names, in place of the system's; NULL: that. */
	int	(*resolver)(const char *host, int family,
		    struct green_answer *answer, void *arg);
	void	*resolver_arg;

	struct green__signal_watch interrupt;	/* options' cancel_on_signals */
	struct inbox_item interrupted;
	atomic_int signal;		/* that has arrived; 0: none */

	struct green_token *door;
	_Atomic(struct inbox_item *) inbox;
	struct spin spin;		/* while worker calls are under way */
	unsigned looks;			/* at the inbox, in spins */
	_Atomic(unsigned) wakers;	/* threads about to wake the reactor */

	struct green__clock clock;
	struct green__meter meter;
	uint64_t polls;			/* the reactor's waits */
	uint64_t wakeups;		/* from sleep, by other threads */

	LIST_ENTRY(loop) link;		/* in green__loops */
	pthread_t thread;
	atomic_bool dump_due;		/* a signal asks for its dump */
};

/* The calling thread's loop and task; NULL outside of one.  A task never moves
   to another thread, so that a compiler may keep the address. */
extern _Thread_local struct loop *green__loop
    __attribute__((__tls_model__("initial-exec")));
static inline struct green_task *
green__task(void)
{
	return (green__loop == NULL ? NULL : green__loop->current);
}

/* The reactors': what this loop knows by the number of fd, or NULL. */
static inline struct green__fd *
green__fd_find(int fd)
{
	struct loop *l = green__loop;

	return ((size_t)fd < l->nfds ? l->fds[fd] : NULL);
}

#endif /* GREEN_LOOP_H */
