/*
 * Looking inside: what tasks wait for, what a loop has done, and who keeps it
 * from going on.
 */
#ifndef GREEN_DEBUG_H
#define GREEN_DEBUG_H

#include <green/group.h>

GREEN_BEGIN_DECLS

/*
 * Write the tree of all tasks of this loop to a descriptor: name, id, what each
 * waits for and since when, its scopes and their deadlines, stack used of its
 * size.  What cannot be written is left out.  Async-signal-safe; errno stays.
 * Outside of a loop, a line that says so.
 */
void	 green_dump(int fd);

/*
 * From now on, dump every loop of the process to stderr when sig comes; 0:
 * SIGINFO (Ctrl-T on the BSDs), or SIGUSR1 where there is none.  It takes the
 * place of what was done at that signal; sigaction() takes it back.  A loop
 * whose thread blocks the signal is dumped when it does not any more.  Any
 * thread.
 *   EINVAL  no such signal, or one that cannot be caught, or that tells of a
 *           fault in the program (SIGSEGV, SIGBUS, SIGILL, SIGFPE, ...)
 */
int	 green_dump_on(int sig) GREEN_CHECK;

struct green_task_info {
	uint64_t id, parent_id;
	char	 name[32];
	char	 waiting_for[64];	/* "fd 7 readable", "lock", ...; "": it
					   runs, or is ready to; see green(7) */
	int64_t	 waiting_since;		/* on the loop's clock, at most 64 switches
					   early; 0: it does not wait */
	size_t	 stack_used, stack_size;	/* as deep as it is right now */
	bool	 cancelled;		/* its checkpoints fail */
};

/*
 * Tell of every task of the loop that has not ended, each before those in its
 * groups: *n of them in *info, the caller's to free().  No checkpoint.
 *   EPERM, ENOMEM
 */
int	 green_tasks(struct green_task_info **info, size_t *n) GREEN_CHECK;

/*
 * Counts: of this loop, but for threads, threads_idle and calls_queued, which
 * are those of the process's worker threads; 0 of the loop outside of one.
 */
struct green_stats {
	size_t	 tasks;			/* that have not ended */
	size_t	 tasks_ready;		/* of these, neither waiting nor running */
	size_t	 timers;		/* tasks that a deadline will wake */
	size_t	 fds;			/* libgreen's own, and others waited for */
	size_t	 threads;		/* workers, */
	size_t	 threads_idle;		/* those with nothing to do, */
	size_t	 calls_queued;		/* and calls that no worker has begun */
	size_t	 stacks;		/* that tasks have, or had, */
	size_t	 stacks_idle;		/* those kept for the next ones, */
	size_t	 stack_bytes;		/* and memory touched by them all */
	uint64_t switches;		/* times that a task got its turn */
	uint64_t spawns;		/* tasks so far */
	uint64_t polls;			/* times that the reactor was asked */
	uint64_t wakeups;		/* out of sleep, by another thread */
	int64_t	 longest_run;		/* ns that one task kept the loop, at most:
					   of short runs, dozens count as one */
};
/* Any thread.  (C++ sees a constructor hidden, and warns of it if asked to.) */
_Pragma("GCC diagnostic push")
_Pragma("GCC diagnostic ignored \"-Wshadow\"")
void	 green_stats(struct green_stats *st);
_Pragma("GCC diagnostic pop")

/*
 * Write a line to stderr when a task keeps any loop of the process for that
 * long or longer without giving way: while it does, and again when it has.  0:
 * never. Until the first call, $GREEN_STALL in milliseconds holds, if it is
 * set.  While there is a limit, a switch costs two to three times as much.  Any
 * thread.
 */
void	 green_set_stall_limit(int64_t ns);

GREEN_END_DECLS
#endif /* GREEN_DEBUG_H */
