/*
 * Running a loop: one loop runs in one OS thread, and all of its green
 * threads ("tasks") run there, one at a time.  A task gives way only inside a
 * libgreen call that is documented to be a checkpoint.
 *
 * Conventions of the whole library:
 *   - An int or ssize_t function returns -1 and sets errno on failure; a
 *     function that returns a pointer returns NULL and sets errno.
 *   - Times are int64_t nanoseconds of the loop's monotonic clock.
 *   - Every function that may block is a checkpoint, and a checkpoint inside a
 *     cancelled scope fails with ECANCELED, again and again, until that scope
 *     is closed (level-triggered cancellation).  ECANCELED has no other meaning.
 *   - Whatever opens a scope or group, spawns, sets, gets or asks, and *_nowait,
 *     *_cancel and *_release, never gives way to other tasks; everything else
 *     may.
 *   - *_close, *_abort, *_cancel, *_release, *_leave and *_set always do their
 *     work and leave errno as it was when they succeed; those that free take
 *     NULL.  Only green_group_close() waits for tasks.
 *   - A function handed over with its argument to a spawn is called
 *     exactly once if the call returns success, cancelled or not, and so may own
 *     the argument; after a failure the argument is still the caller's.
 *   - Prototypes whose result tells of failure are marked GREEN_CHECK: compilers
 *     warn where it is dropped.
 *   - A call that blocks only if it must checks for cancellation first, and then
 *     usually goes on without letting others run: it gives way once the task has
 *     used up its budget of such calls.  green_checkpoint() always gives way.
 *   - Initialisers, getters and whatever wakes nobody work in any thread.  An
 *     object belongs to one loop from the first time somebody waits on it.
 *   - NULL options are the defaults; options are copied.  errno after success is
 *     unspecified, but for *_close and *_cancel.
 *   - An all-zero object (green_event, green_lock, ...) is ready for use.
 *   - Calls need a running loop in the calling thread (else EPERM), except
 *     where it says "any thread".
 *   - errno belongs to the task: another task never changes it.
 */
#ifndef GREEN_RUN_H
#define GREEN_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GREEN_CHECK	__attribute__((__warn_unused_result__))

/* Around every declaration here: C linkage, visible outside of the library. */
#ifdef __cplusplus
#define GREEN_EXTERN_C_BEGIN_	extern "C" {
#define GREEN_EXTERN_C_END_	}
#else
#define GREEN_EXTERN_C_BEGIN_
#define GREEN_EXTERN_C_END_
#endif
#define GREEN_BEGIN_DECLS						\
	_Pragma("GCC visibility push(default)") GREEN_EXTERN_C_BEGIN_
#define GREEN_END_DECLS							\
	GREEN_EXTERN_C_END_ _Pragma("GCC visibility pop")

/* "file.c:12", for messages that name a place in the program. */
#define GREEN_STRING_(x)	#x
#define GREEN_LINE_(n)		GREEN_STRING_(n)
#define GREEN_HERE_		__FILE__ ":" GREEN_LINE_(__LINE__)

GREEN_BEGIN_DECLS

#define GREEN_NSEC	((int64_t)1)
#define GREEN_USEC	(1000 * GREEN_NSEC)
#define GREEN_MSEC	(1000 * GREEN_USEC)
#define GREEN_SEC	(1000 * GREEN_MSEC)
#define GREEN_FOREVER	INT64_MAX	/* a deadline that never comes */

/*
 * A task's function.  -1 is failure, described by errno at the moment it
 * returns; any other value is its result.
 */
typedef int green_fn(void *arg);

struct green_options {
	const char *backend;	/* "epoll", "kqueue" or "poll"; NULL: the value of
				   $GREEN_BACKEND, else the best one here */
	size_t	stack_size;	/* bytes of stack for a task; 0: 128 KiB */
	size_t	max_threads;	/* tokens of the default thread limiter; 0: 40 */
	uint64_t seed;		/* not 0: run ready tasks in an order shuffled by
				   this seed, to shake out order dependence */
	bool	mock_clock;	/* time stands still, and jumps to the next
				   deadline when every task is blocked and no
				   worker call or child is under way */
	int64_t	mock_autojump;	/* real ns of quiet before a jump; < 0: none */
	const int *cancel_on_signals;	/* ended by 0: the first of them to arrive
					   cancels the first task, and with it all;
					   after that, they do what they did before.
					   NULL: none */
	void	*reserved_[3];
};

/*
 * Run fn(arg) as the first task of a new loop and return what it returns,
 * with its errno.  opt may be NULL.  Nothing started inside outlives the call.
 *   EINVAL   unknown or unavailable backend, or a bad option
 *   EBUSY    a loop is already running in this thread
 *   EDEADLK  every task was blocked with nothing left that could wake one; the
 *            tasks were cancelled, and a dump of them was written to stderr
 *   ENOMEM, EMFILE, ...
 * EDEADLK: worker calls under way, descriptors waited for and whatever else can
 * come from outside count as what could wake a task.  Any thread.
 */
int	 green_run(green_fn *fn, void *arg, const struct green_options *opt) GREEN_CHECK;

/*
 * Run n loops, each in a thread of its own, all running fn(arg); wait for all.
 * When one fails the others are cancelled.  Returns 0, or -1 with the errno of
 * the first that failed.  The i-th loop's seed is opt->seed + i.
 *   EINVAL   n < 1
 *   EBUSY    a loop is running in this thread
 */
int	 green_run_parallel(int n, green_fn *fn, void *arg,
	    const struct green_options *opt) GREEN_CHECK;
int	 green_run_index(void);		/* 0 .. n-1 of this loop, 0 if alone */

/*
 * Guest mode: another event loop, the host, drives this one.  Watch
 * green_guest_fd() for reading, whatever the backend, wake at
 * green_guest_deadline() at the latest, and step.  A guest belongs to the
 * thread that opened it, which may have several; outside of a step there is no
 * running loop in it, and calls from there fail with EPERM.  A guest reports no
 * EDEADLK: it waits, as it cannot know what its host will do.
 */
struct green_guest;
/*
 * fn(arg) is the first task; it runs from the first step on.  The options are
 * green_run()'s: a mock clock jumps in a step when nothing else is to be done.
 * NULL and errno as for green_run(), also EAGAIN: no thread to watch the
 * descriptors, where the system needs one for that; free it by
 * green_guest_close().  Any thread without a running loop: EBUSY.
 */
struct green_guest *green_guest_open(green_fn *fn, void *arg,
	    const struct green_options *opt) GREEN_CHECK;
/* The same all the time; do nothing with it but watch it.  Its thread. */
int	 green_guest_fd(const struct green_guest *g);
/* By CLOCK_MONOTONIC, in ns: 0 if tasks are ready, before the first step too;
   GREEN_FOREVER if only the descriptor tells, or fn has ended.  A step changes
   it.  Its thread. */
int64_t	 green_guest_deadline(const struct green_guest *g);
/*
 * Run what is ready, for about a millisecond, and never wait.  1: there is more
 * to come; 0: fn has ended; or -1:
 *   EBUSY  a loop is running in this thread
 *   EPERM  the guest was opened in another thread, or in a process which has
 *          forked this one
 */
int	 green_guest_step(struct green_guest *g) GREEN_CHECK;
/*
 * Free g, and return what fn returned, with its errno.  If fn has not ended it
 * is cancelled first, and run to its end: this may wait.  NULL: 0.  EBUSY,
 * EPERM as above; then g is still open.
 */
int	 green_guest_close(struct green_guest *g);

/* What runs here: "epoll", "kqueue", "poll"; NULL outside of a loop. Any thread. */
const char *green_backend(void);
/* The epoll or kqueue descriptor, for what libgreen does not wrap; ENOTSUP. */
int	 green_backend_fd(void) GREEN_CHECK;
/* Every backend built in, best first, NULL-terminated.  Any thread. */
const char *const *green_backends(void);
/* "asm", "ucontext", "sigaltstack": how tasks switch stacks.  Any thread. */
const char *green_context_backend(void);

int64_t	 green_now(void);			/* the loop's clock */
int	 green_sleep(int64_t duration) GREEN_CHECK;		/* <= 0: just a checkpoint */
int	 green_sleep_until(int64_t deadline) GREEN_CHECK;
int	 green_sleep_forever(void) GREEN_CHECK;		/* ends only by ECANCELED */

/* Let other tasks run; ECANCELED if the calling task is cancelled.  A task whose
   checkpoints go on failing gives way now and then all the same, and is named on
   stderr after 10 000 of them in a row. */
int	 green_checkpoint(void) GREEN_CHECK;
/* ECANCELED if cancelled, else 0 at once, without letting others run. */
int	 green_checkpoint_if_cancelled(void) GREEN_CHECK;
/* Let other tasks run, but never fail with ECANCELED. */
void	 green_cancel_shielded_checkpoint(void);

/*
 * More about the calling task's last failure, where errno says too little
 * (every address that was tried, why a certificate was refused, ...);
 * strerror(errno) if there is no more to say.  Valid until its next libgreen
 * call that fails. green_run() and green_group_close() hand over that of the
 * first failure.
 */
const char *green_errmsg(void);

/* The library's version, as "1.2.3".  Any thread. */
const char *green_version(void);

GREEN_END_DECLS
#endif /* GREEN_RUN_H */
