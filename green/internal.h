/*
 * What the folders of libgreen build on: the loop, its tasks, the one wait
 * primitive, scopes and groups as they really are, descriptors, the inbox.
 * A loop and all that hangs on it belongs to one thread; only what says "any
 * thread" may be called from others.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#ifndef GREEN_INTERNAL_H
#define GREEN_INTERNAL_H

#include <sys/queue.h>

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <green/debug.h>
#include <green/group.h>
#include <green/run.h>
#include <green/scope.h>
#include <green/sync.h>

#include "context.h"
#include "door.h"
#include "fd.h"
#include "reactor.h"
#include "signal.h"

struct loop;
struct group;
struct stacks;
struct green_answer;

#define GREEN__NAME_MAX	32

#define GREEN__LIKELY(e)	__builtin_expect(!!(e), 1)
#define GREEN__UNLIKELY(e)	__builtin_expect(!!(e), 0)
#define GREEN__NORETURN		__attribute__((__noreturn__))
#define GREEN__PRINTF(m, n)	__attribute__((__format__(__printf__, m, n)))
/* The real object behind reserved storage of the public headers. */
#define GREEN__ALIAS		__attribute__((__may_alias__))
#define GREEN__FITS(real, shown)					\
	_Static_assert(sizeof(real) <= sizeof(shown) &&			\
	    _Alignof(real) <= _Alignof(shown), #real " does not fit")
#define GREEN__CONTAINER(p, type, member)				\
	((type *)(void *)((char *)(p) - offsetof(type, member)))

/*
 * Signal handlers look at the loop at any moment (dump.c): what they can reach
 * is whole before it is linked in, and unlinked before it goes.  This keeps the
 * compiler to that order, and is no instruction.
 */
#define green__in_order()	atomic_signal_fence(memory_order_seq_cst)

/*
 * Waiting (wait.c).  A waiter lives on the parked task's stack; whatever it
 * waits on links it in, and unhooks it in abort().
 */
struct waiter {
	TAILQ_ENTRY(waiter) link;	/* for what it waits on */
	struct green_task *task;
	/*
	 * The task was cancelled: unhook the waiter and return true, and the
	 * wait fails with ECANCELED; or return false to go on waiting, as what
	 * is under way cannot be stopped.  Called once.  NULL: not cancellable.
	 */
	bool	(*abort)(struct waiter *w);
	const char *what;		/* "event", "fd # readable": for dumps */
	intptr_t detail;		/* its number, at the # or the end; or -1 */
	int	 result;
	int	 error;			/* errno of a result of -1 */
	int64_t	 since;			/* the loop's last turn before it */
};
TAILQ_HEAD(waiters, waiter);

/*
 * Give way until green__wake().  Returns its result, errno set with -1.  A task
 * that is cancelled already is aborted at once.  deadline: when the wait is to
 * end with -1 and ETIMEDOUT, after a call of abort(), which must then unhook;
 * GREEN_FOREVER if never.  That leaves green_errmsg() as it was: if it is to
 * fail the caller's call, that is the caller's to say.
 */
int	 green__park(struct waiter *w, bool (*abort)(struct waiter *),
	    const char *what, intptr_t detail, int64_t deadline);
/* Put its task back among the ready ones; what w waits on has unhooked it. */
void	 green__wake(struct waiter *w, int result, int error);
/* The queue's first come, unhooked and woken; false: nobody waits. */
bool	 green__wake_first(struct waiters *q, int result, int error);
/* The cancellation that reached a parked task: abort its wait, once. */
void	 green__abort(struct green_task *t);
/* The end of a wait's time. */
void	 green__time_out(struct green_task *t);

/*
 * Checkpoints.  green__check() begins every call that may block: -1 and EPERM
 * outside of a loop, -1 and ECANCELED in a cancelled task, else 0.
 * green__spend() ends one that did its work without blocking: it never fails,
 * and gives way when the task's budget is used up.
 */
int	 green__check(void);
void	 green__spend(void);

/*
 * For a task that bears a mark of SCOPE_ATTENTION (probe.c): its loop's probe
 * is told, and may cancel it.  The checkpoint's result; whether it is
 * cancelled.
 */
int	 green__attend_check(struct green_task *t);
bool	 green__attend_park(struct green_task *t);
/* It has ended, and held a lock. */
void	 green__attend_locks(struct green_task *t);

/* The calling task is cancelled: fail so, with the reason; -1. */
int	 green__cancelled(void);

/* Errors (errmsg.c): set errno, say no more about it; -1. */
int	 green__fail(int code);
/* The same with a text for green_errmsg(). */
int	 green__failx(int code, const char *fmt, ...) GREEN__PRINTF(2, 3);
/* The same with a text that is copied; NULL: none. */
int	 green__fail_text(int code, const char *text);
/* Where something happened, for messages. */
static inline const char *
green__place(const char *where)
{
	return (where == NULL ? "an unknown place" : where);
}
/* What there is to say of errno beyond strerror(), for somebody else to say:
   malloc'd; NULL: nothing. */
char	*green__fail_told(void);
/* A bug in the program: "libgreen: ..." on stderr, and abort(). */
void	 green__die(const char *fmt, ...) GREEN__PRINTF(1, 2) GREEN__NORETURN;

/*
 * Scopes (scope.c) and how cancellation spreads (cancel.c).  A scope is linked
 * to the one around it and, within a task, to the one inside.  The outermost
 * scope of a task (task->self) has its group's scope as parent.
 */
enum {
	SCOPE_CANCELLED	= 1 << 0,	/* cancel_called */
	SCOPE_EFFECTIVE	= 1 << 1,	/* cancelled, or visibly within one that is */
	SCOPE_SHIELD	= 1 << 2,
	SCOPE_FAIL	= 1 << 3,	/* its deadline becomes ETIMEDOUT */
	SCOPE_CAUGHT	= 1 << 4,
	SCOPE_STOPPABLE	= 1 << 5,
	SCOPE_STOPPED	= 1 << 6,	/* green_scope_stop() was called */
	SCOPE_STOPPING	= 1 << 7,	/* stopped, or visibly within one that is */
	SCOPE_GROUP	= 1 << 8,	/* is the scope of a group */
	SCOPE_SEEN	= 1 << 9,	/* a checkpoint inside failed because of it */
	SCOPE_OPEN	= 1 << 10,
	SCOPE_OUTSIDE	= 1 << 11,	/* of any loop: it does nothing */
	SCOPE_TIMED	= 1 << 12,	/* it or one around it in its task has a time */
	SCOPE_PROBED	= 1 << 13	/* its loop has a probe (probe.c) */
};
/* These are inherited, and of the innermost scope, its task's attention. */
#define SCOPE_ATTENTION	(SCOPE_EFFECTIVE | SCOPE_PROBED)
struct scope {
	struct scope *parent;
	struct scope *inner;
	struct green_task *task;	/* who opened it, while it is open */
	struct scope *culprit;		/* whom ECANCELED unwinds to; or NULL */
	int64_t	 deadline;
	int64_t	 stop_at;		/* the end of a stop's grace */
	uint64_t order;			/* among equal deadlines */
	char	*reason;		/* of a cancel or stop; malloc'd, or NULL */
	char	*lateness;		/* of the deadline's, likewise */
	const char *where;
	unsigned flags;
	enum green_cause cause;
	int	 error;			/* a block: errno before it */
} GREEN__ALIAS;
#define SCOPE(s)	((struct scope *)(void *)(s))

/* Is s within a cancelled scope that it is not shielded from? */
static inline bool
green__scope_around_cancelled(const struct scope *s)
{
	return ((s->flags & SCOPE_SHIELD) == 0 && s->parent != NULL &&
	    (s->parent->flags & SCOPE_EFFECTIVE) != 0);
}

/* Open s in t inside parent; closing puts the task back into parent. */
void	 green__scope_open(struct scope *s, struct green_task *t,
	    struct scope *parent, int64_t deadline, unsigned flags,
	    const char *where);
/* Die if s cannot be opened in t: bugs in the program.  frame: of the function
   that the program calls, as near to its own as can be. */
void	 green__scope_check_open(const struct scope *s,
	    const struct green_task *t, const void *frame, const char *where);
/* Die as t has ended with scopes open. */
void	 green__scope_left_open(const struct green_task *t) GREEN__NORETURN;
/* Die unless s is the calling task's innermost scope; what: of which call. */
void	 green__scope_check(const struct scope *s, const char *what);
/* Is s open in the calling thread's loop?  Die if in another; what: as above. */
bool	 green__scope_is_open(const struct scope *s, const char *what);
void	 green__scope_leave(struct scope *s);
void	 green__scope_cancel(struct scope *s, enum green_cause cause,
	    const char *reason);
/* reason with the calling task's name; malloc'd, or NULL. */
char	*green__scope_explain(const char *reason);
/* What s, cancelled, tells of that; NULL: nothing. */
const char *green__scope_reason(const struct scope *s);
/* Flags that hang on s or on what is around it have changed: spread that. */
void	 green__scope_update(struct scope *s);
/* The next moment at which s does something by itself. */
int64_t	 green__scope_due(const struct scope *s);

/* Groups (group.c). */
struct failure_record;
/* What closes with a group, when its tasks have ended; or before, and then it
   leaves. */
struct companion {
	LIST_ENTRY(companion) link;
	void	(*closed)(struct companion *c);
};
struct group {
	struct scope scope;		/* at the front, as green_group's */
	void	*pad_[16 - sizeof(struct scope) / sizeof(void *)];
	struct loop *loop;		/* NULL: closed */
	TAILQ_HEAD(, green_task) tasks;
	TAILQ_HEAD(, green_task) ended;	/* those with handles */
	LIST_HEAD(, companion) companions;
	STAILQ_ENTRY(group) link;	/* in cancel.c's work list */
	struct waiter *closing;		/* its host, in green_group_close() */
	uint64_t serial;		/* of its failures' record */
	size_t	 ntasks;
	size_t	 ndaemons;		/* of ntasks */
	size_t	 nfailures;
	int	 codes[GREEN_GROUP_ERRORS];
	bool	 queued;		/* in cancel.c's work list */
	bool	 saw_cancel;		/* a task came back with ECANCELED */
} GREEN__ALIAS;
#define GROUP(g)	((struct group *)(void *)(g))

void	 green__group_open(struct group *g, struct loop *l,
	    struct green_task *host, const char *where);
/* t has returned rc, with errno if that is -1: take it out of its group. */
void	 green__group_leave(struct green_task *t, int rc);

/* handle.c: t has ended with t->result; and its handle goes with the group. */
void	 green__handle_settle(struct green_task *t);
void	 green__handle_close(struct green_task *t);
/* The names and texts of a group's failures (failure.c), kept by its host. */
void	 green__failure_add(struct group *g, int code, const char *name,
	    const char *text);
/* Of the first: its text in full, or NULL. */
const char *green__failure_text(const struct group *g,
	    const struct green_task *host);
void	 green__failures_free(struct green_task *t);

/*
 * Variables of a task or loop (local.c), by the number of their key.
 */
struct green__values {
	atomic_size_t refs;		/* of more than one: never changes */
	size_t	 n;
	void	*value[];		/* [0]: the library's own, see below */
};
static inline struct green__values *
green__values_hold(struct green__values *v)
{
	if (GREEN__UNLIKELY(v != NULL))
		atomic_fetch_add_explicit(&v->refs, 1, memory_order_relaxed);
	return (v);
}
void	 green__values_drop(struct green__values *v);	/* any thread */
void	 green__values_destroy(struct green__values **at);
/* What green_local_get() finds in the calling thread outside of a loop: the
   inherited values of whoever called a worker, NULL when it is done. */
void	 green__values_lend(struct green__values *v);
/* What tasks inherit beside the program's keys: the limiter of their calls to
   threads; NULL: the loop's.  set: the calling task's; ENOMEM */
int	 green__limiter_set(struct green_limiter *l);
struct green_limiter *green__limiter_get(const struct green_task *t);
/* t has returned: destroy its variables; errno and green_errmsg() stay. */
void	 green__locals_end(struct green_task *t);

/*
 * Who waits for a task from outside of its group, for its start or its end:
 * that it fails is his affair then, not the group's.
 */
struct patron {
	/* It has called green_started(value); NULL: nobody asks. */
	void	(*started)(struct patron *p, struct green_task *t, void *value);
	/* It has returned t->result, with errno. */
	void	(*ended)(struct patron *p, struct green_task *t);
};

/*
 * Tasks (task.c).  A task lives at the top of its stack, with everything that
 * a parked one needs in its topmost page.
 */
struct green_task {
	/* With the front of its context, one cache line: all of the task that a
	   switch touches. */
	unsigned attention;		/* what its checkpoints must look at */
	bool	 timed;			/* its innermost scope is */
	bool	 aborted;		/* its wait was aborted, and goes on */
	struct waiter *waiter;		/* NULL: it runs, or is ready */
	struct loop *loop;
	int64_t	 wake_at;		/* the end of its wait; GREEN_FOREVER */
	struct green__context context;
	bool	 daemon;
	bool	 handle;		/* somebody has one: the stack stays */
	bool	 ended;
	bool	 gave_in;		/* ended by its cancellation */
	bool	 abandoned;		/* a thread runs on for it; of pool/ */
	struct scope *scope;		/* the innermost, and what is to be said */
	const char *where;		/* of it when its memory is gone */
	bool	 in_group;
	uint64_t wake_order;
	size_t	 timer;			/* its timer's id + 1; 0: none */
	struct group *group;
	TAILQ_ENTRY(green_task) sibling;
	struct patron *patron;		/* NULL: none */
	bool	 started;
	green_fn *fn;
	void	*arg;
	int	 result;		/* once it has ended, */
	int	 code;			/* and its errno */
	struct waiters joiners;
	const char *name;
	const char *default_name;
	uint64_t id;
	uint64_t parent_id;
	char	*errmsg;		/* malloc'd; NULL: strerror() says all */
	int	 errmsg_code;
	unsigned failed_checks;		/* in a row, with ECANCELED */
	TAILQ_HEAD(, failure_record) failures;	/* of groups it has opened */
	size_t	 nfailures;
	SLIST_HEAD(, lock) locks;	/* those that it holds */
	struct green__values *locals;	/* its own; NULL: none */
	struct green__values *inherited;	/* shared, unless refs is 1 */
	void	*user;			/* what the layers above hang on it */
	char	 name_buf[GREEN__NAME_MAX];
	struct scope self;
	_Alignas(max_align_t) char copy[1024];	/* green_spawn_copy()'s */
};

/* Do its checkpoints fail? */
static inline bool
green__is_cancelled(const struct green_task *t)
{
	return ((t->attention & SCOPE_EFFECTIVE) != 0);
}

/* t has returned: the locks that it holds are dead (lock.c).  To be called when
   a task ends; its list of locks is empty when it begins. */
void	 green__locks_abandon(struct green_task *t);

/* EINVAL, ENOMEM, EAGAIN.  copy not NULL: len bytes there are its argument. */
struct green_task *green__task_spawn(struct group *g, green_fn *fn, void *arg,
	    const void *copy, size_t len, const char *name, const char *where);
/* Its function, and what its end brings with it; sched.c has it switch then. */
void	 green__task_run(struct green_task *t);

/*
 * The loop (run.c, sched.c).
 */
struct loop;
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
/* What is to be taken down with the loop, when its tasks are gone; or before,
   and then it says so. */
struct loop_end {
	LIST_ENTRY(loop_end) link;
	void	(*run)(struct loop_end *e);	/* NULL: it is in no list */
};
void	 green__end_add(struct loop_end *e, void (*run)(struct loop_end *e));
void	 green__end_remove(struct loop_end *e);
struct timer_entry {
	int64_t	 at;
	uint64_t order;
	struct green_task *task;
	size_t	 id;
};
/* How long tasks run (meter.c): one run at a time where runs are long, else a
   batch of them, between two turns of the reactor. */
struct green__meter {
	int64_t	 began;			/* what goes on, by the real clock */
	int64_t	 longest;
	int64_t	 total;			/* since the reactor's turn, */
	unsigned runs;			/* and how many */
	unsigned batch;			/* switches counted at once, now */
	unsigned grain;			/* and from the next time on; 1: exact */
	uint64_t switches;		/* all, up to the last turn */
	int64_t	 limit;			/* the watchdog's */
	struct green__watchdog *watchdog;	/* NULL: no stall limit */
};
struct loop {
	struct green_task *current;	/* NULL: the loop's own work */
	struct green_task **ready;	/* a ring, with room for every task */
	size_t	 ready_mask;
	size_t	 ready_head;
	size_t	 nready;
	unsigned budget;		/* of the task that runs */
	unsigned turn_in;		/* switches until the loop's turn */
	size_t	 batch;			/* ready tasks left of the shuffled ones */
	int64_t	 time;			/* the mock clock; else the last turn's */

	struct timer_entry *timers;	/* a heap, with room for every task */
	size_t	*timer_places;		/* in the heap, by an entry's id; */
	size_t	*timer_ids;		/* those in use, then those that are free */
	size_t	 ntimers;
	size_t	 room;			/* tasks that ready and timers can hold */
	size_t	 ntasks;
	uint64_t order;			/* the last one given out */
	uint64_t last_id;

	struct green__context main;	/* green_run()'s caller */
	const struct green__context_ops *context_ops;
	const struct green__reactor_ops *ops;
	struct green__reactor *reactor;
	struct stacks *stacks;
	struct group root;		/* holds the first task, */
	struct group guests;		/* and this what came in by the door */
	bool	 ending;		/* the first task has ended */
	int	 result;		/* the first task's */
	int	 error;
	char	*errmsg;		/* malloc'd; NULL: none */

	struct green__fd **fds;		/* by descriptor: those waited on */
	size_t	 nfds;
	size_t	 waiting_fds;		/* tasks that wait for descriptors */
	size_t	 calls;			/* worker calls and children under way */
	size_t	 external;		/* what else may wake a task from outside */

	struct waiters idlers;		/* by their cushions (idle.c) */
	int64_t	 quiet_since;		/* nothing was ready; 0: something was */
	struct green_probe_ *probe;	/* NULL: none */
	struct green_guest *guest;	/* NULL: it waits by itself */
	int	*error_at;		/* its thread's errno, which is a call away */
	struct green_task *turns_on;	/* whose stack the last turn was on */

	bool	 mock;
	int64_t	 mock_autojump;
	uint64_t seed;			/* the state of the shuffle; 0: none */
	bool	 deadlocked;
	bool	 forced;		/* shields do not hold any more */
	int	 index;			/* green_run_index() */
	uint32_t draw;			/* what green_select() draws from */
	struct green__values *locals;	/* NULL: none */

	LIST_HEAD(, loop_end) ends;
	void	*workers;		/* processes; proc/'s own */
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

/* sched.c */
void	 green__shuffle(struct loop *l);	/* what is ready, by the seed */
void	 green__ready(struct green_task *t);	/* queue it; never fails */
/* Let others run.  0; with check, -1 and ECANCELED if cancelled afterwards. */
int	 green__yield(bool check);
void	 green__run_tasks(struct loop *l);	/* run tasks till the last ends */
void	 green__task_entry(void);	/* the first frame of every stack */
int	 green__reserve(struct loop *l, size_t ntasks);	/* room; ENOMEM */

/* inbox.c: it->run(it) in the loop, soon.  Any thread. */
void	 green__inbox_post(struct loop *l, struct inbox_item *it);
bool	 green__inbox_run(struct loop *l);	/* false: there was nothing */
bool	 green__inbox_sleep(struct loop *l);	/* false: there is something */
/* Nobody comes any more: run what has come, and what that leads to. */
void	 green__inbox_close(struct loop *l);

/* timer.c, clock.c */
int	 green__timer_reserve(struct loop *l, size_t room);	/* ENOMEM */
void	 green__timers_free(struct loop *l);
int64_t	 green__clock(void);			/* CLOCK_MONOTONIC */
int64_t	 green__now(const struct loop *l);
int64_t	 green__after(int64_t now, int64_t duration);	/* without overflow */
void	 green__timer_arm(struct green_task *t);	/* it waits, and has a time */
void	 green__timer_disarm(struct green_task *t);	/* it ends */
int64_t	 green__timer_next(struct loop *l);	/* GREEN_FOREVER: none */
bool	 green__timer_fire(struct loop *l, int64_t now);	/* any due? */

/* idle.c: how long those want it quiet who wait for that; GREEN_FOREVER: nobody */
int64_t	 green__idle_cushion(struct loop *l);
void	 green__idle_wake(struct loop *l);	/* it was */

/* guest.c, in a loop's turn: let the host do the waiting; has the step lasted for
   too long; then let the host go on */
void	 green__guest_wait(struct loop *l, int64_t timeout);
bool	 green__guest_overdue(const struct loop *l, int64_t now);
void	 green__guest_rest(struct loop *l);

/* stack.c: a task with its context made, running entry() over and over. */
struct stacks *green__stacks_open(size_t stack_size,
	    const struct green__context_ops *ops, void (*entry)(void));
void	 green__stacks_close(struct stacks *s);
struct green_task *green__stack_get(struct stacks *s);	/* ENOMEM, EAGAIN */
void	 green__stack_put(struct stacks *s, struct green_task *t);
/* Give idle memory back; true: call again in a second. */
bool	 green__stack_trim(struct stacks *s, int64_t now);
size_t	 green__stack_size(const struct stacks *s);
/* How deep t is in its stack, or was when it last gave way. */
size_t	 green__stack_used(const struct stacks *s, const struct green_task *t);
void	 green__stacks_count(const struct stacks *s, struct green_stats *st);
/* Whose guard is at addr?  Async-signal-safe. */
bool	 green__stack_guard_at(const struct stacks *s, const void *addr,
	    const struct green_task **t);
int	 green__overflow_watch(void);		/* overflow.c: this thread */
void	 green__overflow_unwatch(void);

/* interrupt.c: the signals whose arrival cancels all; EINVAL. */
int	 green__interrupt_open(struct loop *l, const int *signals);
void	 green__interrupt_close(struct loop *l);

/* dump.c: the tree of tasks.  Async-signal-safe, in the loop's thread. */
void	 green__dump(const struct loop *l, int fd);
/* Depth first, from NULL on; NULL after the last.  *depth begins with -1. */
const struct green_task *green__task_after(const struct loop *l,
	    const struct green_task *t, int *depth);
/* What w waits for, in words: "event", "fd 7 readable". */
void	 green__waiter_words(const struct waiter *w, char *buf, size_t size);

/* loops.c: the loops of the process.  Whoever holds the lock gets no signal
   meanwhile, so that handlers may wait for it. */
LIST_HEAD(green__loops, loop);
extern struct green__loops green__loops;
void	 green__loops_lock(sigset_t *before);
void	 green__loops_unlock(const sigset_t *before);
void	 green__loops_add(struct loop *l);	/* the calling thread's */
void	 green__loops_remove(struct loop *l);

/* meter.c.  The turn has come at now: are the reactor and the inbox due, or does
   the meter alone want to know?  Then the next task is about to run. */
bool	 green__meter_stop(struct loop *l, int64_t now);
void	 green__meter_start(struct loop *l, int64_t now);
int	 green__meter_open(struct loop *l);	/* EINVAL: $GREEN_STALL */
void	 green__meter_close(struct loop *l);

/* watchdog.c: a thread that tells of a task while it keeps the loop too long.
   NULL: there can be none. */
struct green__watchdog *green__watchdog_open(int64_t limit);
void	 green__watchdog_close(struct green__watchdog *w);
/* t's run begins; and it is over. */
void	 green__watchdog_watch(struct green__watchdog *w,
	    const struct green_task *t, int64_t began);
void	 green__watchdog_rest(struct green__watchdog *w);

/* stats.c: the worker threads' numbers, told by the pool once there is one. */
extern _Atomic(void (*)(struct green_stats *)) green__count_threads;

#endif /* GREEN_INTERNAL_H */
