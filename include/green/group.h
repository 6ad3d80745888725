/*
 * Task groups: no task outlives the group that it was started in.
 *
 *	struct green_group g;
 *	int rc = 0;
 *
 *	green_group_open(&g);
 *	for (i = 0; i < n && rc == 0; i++)
 *		rc = green_spawn(&g, fetch, &url[i]);
 *	return (green_group_close(&g, rc));
 */
#ifndef GREEN_GROUP_H
#define GREEN_GROUP_H

#include <green/run.h>
#include <green/scope.h>

GREEN_BEGIN_DECLS

struct green_task;

struct green_group {
	struct green_scope scope;		/* cancels the whole group */
	void	*reserved_[24];
};

/* One task's failure. */
struct green_error {
	int	 code;			/* errno */
	char	 task[32];		/* the task's name, cut to fit */
	char	 text[96];		/* its green_errmsg(), likewise */
};

void	 green_group_open(struct green_group *g);
void	 green_group_open_(struct green_group *g, const char *where);
#define green_group_open(g)	green_group_open_((g), GREEN_HERE_)

/*
 * Wait for every task of the group, those that tasks start meanwhile too, and
 * close it.  rc is the result of the body that opened it: -1 cancels the
 * group.  The first task to fail (other than by ECANCELED) cancels the rest.
 * Returns
 *   - -1 with the errno of the first failure, body or task, if any;
 *   - else, if the body or a task came back with ECANCELED because the group
 *     was cancelled, 0, with green_scope_caught(&g->scope) true; but -1 with
 *     ECANCELED if it was a scope around the group;
 *   - else rc.
 * With nothing left to wait for it does not look at scopes around it: an empty
 * group returns rc.  A cancelled group in which nothing failed with ECANCELED
 * returns rc, and caught is false.  ECANCELED from a body or task that was not
 * cancelled is a failure like any other.
 */
int	 green_group_close(struct green_group *g, int rc) GREEN_CHECK;
void	 green_group_cancel(struct green_group *g, const char *reason);

/* After close: how many failed, body included, and the i-th failure.  The
   first GREEN_GROUP_ERRORS are kept; EINVAL beyond.  They are valid until the
   task that opened g ends or opens it again; of the failed groups that one task
   has closed, the last 64 keep names and texts, older ones the codes alone. */
#define GREEN_GROUP_ERRORS 4
size_t	 green_group_failures(const struct green_group *g);
int	 green_group_error(const struct green_group *g, size_t i, struct green_error *e) GREEN_CHECK;

/*
 * Start fn(arg) as a task of the group.  It runs when the caller next gives
 * way, inside the group's scope (not the spawner's own).  It starts in a
 * cancelled group too, and finds out at its first checkpoint.
 *   EINVAL  the group is closed
 *   ENOMEM, EAGAIN
 */
int	 green_spawn(struct green_group *g, green_fn *fn, void *arg) GREEN_CHECK;

int	 green_spawn_(struct green_group *g, green_fn *fn, void *arg,
	    const char *name, const char *where) GREEN_CHECK;
#define green_spawn(g, fn, arg)						\
	green_spawn_((g), (fn), (arg), #fn, GREEN_HERE_)

/* The same, but this task does not keep the group open: when only daemons are
   left, they are cancelled one by one: the group's result is as if they were not
   there.  They may still spawn. */
int	 green_spawn_daemon(struct green_group *g, green_fn *fn,
	    void *arg) GREEN_CHECK;
int	 green_spawn_daemon_(struct green_group *g, green_fn *fn, void *arg,
	    const char *name, const char *where) GREEN_CHECK;
#define green_spawn_daemon(g, fn, arg)					\
	green_spawn_daemon_((g), (fn), (arg), #fn, GREEN_HERE_)

/* green_spawn() with a copy of *arg (len bytes, at most 1024, aligned for any
   type) on the task's own stack: nothing to allocate, nothing to free.  E2BIG */
int	 green_spawn_copy(struct green_group *g, green_fn *fn, const void *arg,
	    size_t len) GREEN_CHECK;
int	 green_spawn_copy_(struct green_group *g, green_fn *fn, const void *arg,
	    size_t len, const char *name, const char *where) GREEN_CHECK;
#define green_spawn_copy(g, fn, arg, len)				\
	green_spawn_copy_((g), (fn), (arg), (len), #fn, GREEN_HERE_)

/*
 * Start a task and wait until it calls green_started(value), which is stored
 * in *value (value may be NULL).  If the task fails first, that failure is the
 * result here and does not cancel the group; if it returns without calling
 * green_started(), EPROTO.  If the caller is cancelled meanwhile, the task is
 * cancelled and waited for.  The task runs to its first checkpoint even if the
 * caller is cancelled already; its parent is the caller until it has started,
 * then the task that opened the group.  EINVAL: the group is closed.
 */
int	 green_start(struct green_group *g, green_fn *fn, void *arg,
	    void **value) GREEN_CHECK;
int	 green_start_(struct green_group *g, green_fn *fn, void *arg,
	    void **value, const char *name, const char *where) GREEN_CHECK;
#define green_start(g, fn, arg, value)					\
	green_start_((g), (fn), (arg), (value), #fn, GREEN_HERE_)
/* green_start() with a handle to the task; NULL on failure. */
struct green_task *green_start_task(struct green_group *g, green_fn *fn,
	    void *arg, void **value) GREEN_CHECK;
struct green_task *green_start_task_(struct green_group *g, green_fn *fn,
	    void *arg, void **value, const char *name,
	    const char *where) GREEN_CHECK;
#define green_start_task(g, fn, arg, value)				\
	green_start_task_((g), (fn), (arg), (value), #fn, GREEN_HERE_)
/* In a task: ready.  In one that green_start() does not wait for it does nothing
   and returns 0; else a second call fails with EALREADY. */
int	 green_started(void *value) GREEN_CHECK;

/*
 * Handles.  green_spawn_task() is green_spawn() with a handle, which lasts
 * until green_task_release() or the group's close, whichever comes first.
 */
enum green_task_status {
	GREEN_TASK_PENDING,		/* not finished */
	GREEN_TASK_CANCELLING,		/* green_task_cancel() called, not finished */
	GREEN_TASK_FINISHED,		/* returned a result */
	GREEN_TASK_FAILED,		/* returned -1 */
	GREEN_TASK_CANCELLED		/* returned -1 with ECANCELED, cancelled */
};
struct green_task *green_spawn_task(struct green_group *g, green_fn *fn,
	    void *arg) GREEN_CHECK;
struct green_task *green_spawn_task_(struct green_group *g, green_fn *fn,
	    void *arg, const char *name, const char *where) GREEN_CHECK;
#define green_spawn_task(g, fn, arg)					\
	green_spawn_task_((g), (fn), (arg), #fn, GREEN_HERE_)
enum green_task_status green_task_status(const struct green_task *t);
/* Wait until it ends; 0 whatever its outcome, ECANCELED if the caller is,
   EDEADLK if it is the caller. */
int	 green_task_wait(struct green_task *t) GREEN_CHECK;
/* Its result, or -1 and its errno; EINPROGRESS while it runs. */
int	 green_task_result(const struct green_task *t);
/* Cancel just this task; the group goes on. */
void	 green_task_cancel(struct green_task *t, const char *reason);
void	 green_task_release(struct green_task *t);

/* Names (copied, cut at 31 bytes) show up in dumps and errors.  The default, and
   what a NULL name brings back, is the function's, or "task-ID". */
struct green_task *green_self(void);
void	 green_set_name(struct green_task *t, const char *name);
const char *green_name(const struct green_task *t);
uint64_t green_task_id(const struct green_task *t);	/* never reused in a loop */
uint64_t green_task_parent_id(const struct green_task *t);	/* 0: the first task */

/*
 * Patterns. green_map runs fn(i, arg) for i in 0 .. n-1, at most limit at a
 * time (0: no limit); the first failure cancels the rest.  green_gather runs n
 * functions and stores their results in rc[] (may be NULL), in order.
 * green_first runs n functions and cancels the rest as soon as one ends: its
 * index, or -1 with its errno; EINVAL for none.  map and gather return 0 when
 * all succeed; rc[i] is -1 where one failed, was cancelled or never ran.
 */
int	 green_map(size_t n, size_t limit, int (*fn)(size_t i, void *arg),
	    void *arg) GREEN_CHECK;
struct green_call {
	green_fn *fn;
	void	*arg;
};
int	 green_gather(const struct green_call *calls, size_t n,
	    int rc[]) GREEN_CHECK;
int	 green_first(const struct green_call *calls, size_t n) GREEN_CHECK;
/* Run n functions; done(i, result, errno, arg) as each ends, in that order.
   When done, which the caller's task runs, returns other than 0, the rest is
   cancelled, and that is the result. */
int	 green_as_completed(const struct green_call *calls, size_t n,
	    int (*done)(size_t i, int rc, int code, void *arg),
	    void *arg) GREEN_CHECK;

GREEN_END_DECLS
#endif /* GREEN_GROUP_H */
