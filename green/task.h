/*
 * Tasks (task.c, handle.c) and the groups that they live in (group.c, failure.c),
 * their variables (local.c) and who waits for them.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#ifndef GREEN_TASK_H
#define GREEN_TASK_H

#include <sys/queue.h>

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <green/group.h>
#include <green/sync.h>

#include "cancel.h"
#include "context.h"
#include "wait.h"

struct loop;

#define GREEN__NAME_MAX	32

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
   inherited values of whoever called a worker, and what was lent before when it
   is done. */
struct green__values *green__values_lend(struct green__values *v);
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
	unsigned marks;			/* SCOPE_MARKS of its innermost scope */
	bool	 aborted;		/* its wait was aborted, and goes on */
	struct waiter *waiter;		/* NULL: none, see green__waiting() */
	struct loop *loop;
	int64_t	 wake_at;		/* the end of its wait; GREEN_FOREVER */
	struct green__context context;
	bool	 daemon;
	bool	 handle;		/* somebody has one: the stack stays */
	bool	 ended;
	bool	 left;			/* nothing runs on the stack any more */
	bool	 gave_in;		/* ended by its cancellation */
	bool	 abandoned;		/* a thread runs on for it; of pool/ */
	bool	 started;
	struct scope *scope;		/* the innermost, and what is to be said */
	const char *where;		/* of it when its memory is gone */
	size_t	 timer;			/* its timer's id + 1; 0: none */
	green_fn *fn;
	void	*arg;
	int	 result;		/* once it has ended, */
	int	 code;			/* and its errno */
	struct group *group;
	TAILQ_ENTRY(green_task) sibling;
	struct patron *patron;		/* NULL: none */
	struct waiters joiners;
	SLIST_HEAD(, lock) locks;	/* those that it holds */
	TAILQ_HEAD(, failure_record) failures;	/* of groups it has opened */
	struct green__values *locals;	/* its own; NULL: none */
	struct green__values *inherited;	/* shared, unless refs is 1 */
	void	*user;			/* what the layers above hang on it */
	char	*errmsg;		/* malloc'd; NULL: strerror() says all */
	const char *name;
	const char *default_name;
	uint64_t id;
	uint64_t parent_id;
	size_t	 nfailures;
	unsigned failed_checks;		/* in a row, with ECANCELED */
	int	 errmsg_code;
	struct scope self;
	/* What most tasks never touch. */
	uint64_t wake_order;
	char	 name_buf[GREEN__NAME_MAX];
	_Alignas(max_align_t) char copy[1024];	/* green_spawn_copy()'s */
};

/* Do its checkpoints fail? */
static inline bool
green__is_cancelled(const struct green_task *t)
{
	return ((t->marks & SCOPE_EFFECTIVE) != 0);
}

/* t has returned: the locks that it holds are dead (lock.c).  To be called when
   a task ends; its list of locks is empty when it begins. */
void	 green__locks_abandon(struct green_task *t);

/* EINVAL, ENOMEM, EAGAIN.  copy not NULL: len bytes there are its argument. */
struct green_task *green__task_spawn(struct group *g, green_fn *fn, void *arg,
	    const void *copy, size_t len, const char *name, const char *where);
/* Its function, and what its end brings with it; sched.c has it switch then. */
void	 green__task_run(struct green_task *t);

#endif /* GREEN_TASK_H */
