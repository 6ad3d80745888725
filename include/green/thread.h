/*
 * Worker threads: blocking calls leave the loop, and threads get back in.
 */
#ifndef GREEN_THREAD_H
#define GREEN_THREAD_H

#include <green/group.h>
#include <green/sync.h>

GREEN_BEGIN_DECLS

/*
 * Run fn(arg) in a worker thread; the calling task waits, the others go on.
 * Returns what fn returns, with fn's errno.  The wait for a token of the
 * limiter can be cancelled, and so can the call until a thread takes it
 * (ECANCELED: fn has not run, and never will); once fn runs, the call returns
 * only when fn does, with its result.  fn may poll
 * green_thread_check_cancelled(), and return -1 with its ECANCELED.
 *
 * Threads are started when there is work for them and leave after ten idle
 * seconds; the loops of a process share them.  They have all signals blocked
 * but those of faults (SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSEGV, SIGSYS,
 * SIGTRAP), which end the process as they do in any thread.
 *
 * fn should return.  If it ends its thread instead, by pthread_exit() or since
 * the thread is cancelled, which it can be while fn runs, the call fails and
 * another thread takes the place of that one.  A task, or what a loop calls
 * itself, must never do so, nor may a thread be cancelled that a loop runs in.
 *   EAGAIN   no thread could be started, and none is there (with others at
 *            work, the call waits for one of them)
 *   EIO      fn has ended its thread
 */
int	 green_to_thread(green_fn *fn, void *arg) GREEN_CHECK;
/* The same under another limiter (NULL: green_to_thread()'s).  The borrower of
   the token is the call itself: never EBUSY. */
int	 green_to_thread_limited(struct green_limiter *l, green_fn *fn, void *arg) GREEN_CHECK;

/*
 * The same, but a cancellation while fn runs abandons the thread: the call
 * fails with ECANCELED at once, fn runs on, and its result is thrown away;
 * dispose(arg) (may be NULL) is then called once, in the worker, when fn is
 * done, or has ended its thread.  In every other case dispose is not called and
 * arg stays the caller's: when fn has returned already as the cancellation
 * comes, its result is the call's; when no thread has begun fn by then, it
 * never runs (ECANCELED); and after any other failure.
 * green_thread_abandoned() tells which ECANCELED it was.
 *
 * An abandoned fn owns arg and what hangs on it.  It may go on for as long as
 * it likes, also after the loop's end, which does not wait for it.  It keeps
 * its token of l until it is done, and so l must last until then, or until the
 * loop's last task has ended.  It may ask green_thread_check_cancelled(), which
 * says ECANCELED.
 *   ENOMEM
 */
int	 green_to_thread_abandonable(struct green_limiter *l, green_fn *fn, void *arg,
	    void (*dispose)(void *)) GREEN_CHECK;
/* Has the calling task's last such call been abandoned, so that arg is no longer
   the caller's? */
bool	 green_thread_abandoned(void);
/*
 * The same as green_to_thread_limited(), but a cancellation while fn runs calls
 * interrupt(arg) in the loop's thread, once and never after fn has returned,
 * and goes on waiting for fn: for libraries that can be told to stop (PQcancel,
 * sqlite3_interrupt).  The call returns what fn returns then.  interrupt runs
 * in the loop itself, not in a task: it must not block (EDEADLK from a
 * checkpoint inside), and the worker goes on to nothing else before it has
 * returned.
 */
int	 green_to_thread_interruptible(struct green_limiter *l, green_fn *fn, void *arg,
	    void (*interrupt)(void *)) GREEN_CHECK;

/* The loop's own limiters: for the program's calls (40 tokens unless options
   say otherwise), for files, for names.  None starves another. */
struct green_limiter *green_thread_limiter(void);
struct green_limiter *green_file_limiter(void);
struct green_limiter *green_name_limiter(void);
/* From here on, the caller and the tasks that inherit from it use l (NULL: the
   loop's default again) where a call to a thread names no limiter; returns the
   one used so far.  NULL: ENOMEM, EPERM */
struct green_limiter *green_thread_use_limiter(struct green_limiter *l);

/*
 * In a worker thread: run fn(arg) in the loop that it came from, as a task that
 * may block, and wait for it (green_from_thread_run); or inside the loop
 * itself, in no task, where it must not block (green_from_thread_call: EDEADLK
 * from a checkpoint inside).  They return what fn returns, with its errno and
 * green_errmsg().  The task runs in the innermost scope of the task that waits
 * for the worker, is cancelled with it, and inherits from it; it may call
 * threads in turn, to any depth.  When that call is an abandonable one, it is
 * abandoned when the task has ended.
 *   EPERM      not a worker thread of a loop's call
 *   ECANCELED  run: the call has been abandoned
 *   ESHUTDOWN  it has been, and the loop has ended
 *   ENOMEM, EAGAIN
 */
int	 green_from_thread_run(green_fn *fn, void *arg) GREEN_CHECK;
int	 green_from_thread_run_(green_fn *fn, void *arg, const char *name,
	    const char *where) GREEN_CHECK;
#define green_from_thread_run(fn, arg)					\
	green_from_thread_run_((fn), (arg), #fn, GREEN_HERE_)
int	 green_from_thread_call(green_fn *fn, void *arg) GREEN_CHECK;

/* In a worker thread: ECANCELED if the task that waits for it is cancelled.
   EPERM: not in a worker thread. */
int	 green_thread_check_cancelled(void) GREEN_CHECK;

/*
 * A token lets any thread into a loop.  It stays valid after its loop has ended
 * (calls then fail with ESHUTDOWN) until it is released.  As long as one is
 * held, somebody may come: green_run() reports no deadlock.  NULL: EPERM,
 * ENOMEM
 */
struct green_token;
struct green_token *green_token_get(void) GREEN_CHECK;		/* of the running loop */
void	 green_token_release(struct green_token *t);		/* any thread */
/*
 * From any thread but the loop's own (EDEADLK), which waits meanwhile: run
 * fn(arg) in the loop, as a task; or, green_token_call(), inside the loop
 * itself, in no task, where it must not block (EDEADLK from a checkpoint
 * inside).  They return what fn returns, with its errno and green_errmsg().
 * The task belongs to the loop: when the first task has ended, it is cancelled,
 * and waited for.
 *   ESHUTDOWN   the loop has ended, or its first task has
 *   ENOMEM, EAGAIN
 */
int	 green_token_run(struct green_token *t, green_fn *fn, void *arg) GREEN_CHECK;
int	 green_token_run_(struct green_token *t, green_fn *fn, void *arg,
	    const char *name, const char *where) GREEN_CHECK;
#define green_token_run(t, fn, arg)					\
	green_token_run_((t), (fn), (arg), #fn, GREEN_HERE_)
int	 green_token_call(struct green_token *t, green_fn *fn, void *arg) GREEN_CHECK;
/*
 * Have the loop call fn(arg) soon, in no task, without waiting for it.  From
 * any thread, the loop's own too, and from signal handlers.  Those of one
 * thread are called in their order; those that the loop's end overtakes are
 * called when its last task has ended, before green_run() returns.
 *   EAGAIN      4096 such calls are pending already
 *   ESHUTDOWN   the loop has ended: fn will not be called
 */
int	 green_token_post(struct green_token *t, void (*fn)(void *), void *arg) GREEN_CHECK;

/*
 * A portal is a task group that other threads start tasks in.  As long as it is
 * open somebody may come: green_run() reports no deadlock.  green_portal_open()
 * makes one of g, whose tasks these are, too; but a task that fails, fails its
 * call alone.  It is closed by green_portal_close(), or by the close of g when
 * the last of g's tasks has ended.  green_portal_start() makes a loop in a
 * thread of its own for a portal; opt may be NULL, and is not needed
 * afterwards; closing the portal ends the loop.  NULL:
 *   EINVAL   g is closed; a bad option
 *   EPERM    green_portal_open(): no loop
 *   ENOMEM, EAGAIN, and what green_run() fails with
 */
struct green_portal;
struct green_portal_call;
struct green_portal *green_portal_open(struct green_group *g) GREEN_CHECK;
struct green_portal *green_portal_start(const struct green_options *opt) GREEN_CHECK;
/*
 * Any thread, and the loop's tasks, for which it is a checkpoint that blocks if
 * it must: nothing is started any more (ESHUTDOWN); wait for the portal's
 * tasks; cancel: cancel them before.  Closing again waits again, and does no
 * harm.  With a loop of the portal's own, it has ended.  A task that is
 * cancelled while it waits cancels them, and goes on waiting (ECANCELED).
 *   EDEADLK  the caller is one of the tasks, or a call in the loop itself; or the
 *            portal's loop is its own, and the caller in it
 *   EPERM    its loop is that of a process which has forked this one
 *   and what the portal's own loop has failed with
 */
int	 green_portal_close(struct green_portal *p, bool cancel) GREEN_CHECK;
/* Any thread.  A portal that is still open goes when it is closed; with a loop of
   its own, that is once no task is left. */
void	 green_portal_release(struct green_portal *p);
/*
 * From any thread but the loop's own (EDEADLK): run fn(arg) as a task of the
 * portal, and wait for it, as green_token_run(); or do not wait, and have a
 * handle for it, once the loop has started the task; or wait until the task has
 * called green_started(value), which is stored in *value (value may be NULL),
 * or has failed before: with its errno, or EPROTO if it just returned.
 *   ESHUTDOWN   the portal is closed
 *   EPERM       it is that of a process which has forked this one
 *   ENOMEM, EAGAIN
 */
int	 green_portal_run(struct green_portal *p, green_fn *fn, void *arg) GREEN_CHECK;
int	 green_portal_run_(struct green_portal *p, green_fn *fn, void *arg,
	    const char *name, const char *where) GREEN_CHECK;
#define green_portal_run(p, fn, arg)					\
	green_portal_run_((p), (fn), (arg), #fn, GREEN_HERE_)
struct green_portal_call *green_portal_spawn(struct green_portal *p,
	    green_fn *fn, void *arg) GREEN_CHECK;
struct green_portal_call *green_portal_spawn_(struct green_portal *p,
	    green_fn *fn, void *arg, const char *name,
	    const char *where) GREEN_CHECK;
#define green_portal_spawn(p, fn, arg)					\
	green_portal_spawn_((p), (fn), (arg), #fn, GREEN_HERE_)
struct green_portal_call *green_portal_start_task(struct green_portal *p,
	    green_fn *fn, void *arg, void **value) GREEN_CHECK;
struct green_portal_call *green_portal_start_task_(struct green_portal *p,
	    green_fn *fn, void *arg, void **value, const char *name,
	    const char *where) GREEN_CHECK;
#define green_portal_start_task(p, fn, arg, value)			\
	green_portal_start_task_((p), (fn), (arg), (value), #fn, GREEN_HERE_)

/*
 * Handles, for any thread, until they are released, also after the portal and
 * the loop.  Wait for the result of the task (timeout in ns, or GREEN_FOREVER)
 * and return it, with its errno and green_errmsg(), each time.
 *   ETIMEDOUT   it is not there yet
 *   EDEADLK     nor can it be: the caller is in the loop's own thread
 *   EPERM       nor can it be: the loop is not in this process, but its parent
 */
int	 green_portal_call_wait(struct green_portal_call *h, int64_t timeout);
/* Have the task cancelled soon; no effect when it has ended. */
void	 green_portal_call_cancel(struct green_portal_call *h);
bool	 green_portal_call_done(struct green_portal_call *h);
/* The task goes on. */
void	 green_portal_call_release(struct green_portal_call *h);

GREEN_END_DECLS
#endif /* GREEN_THREAD_H */
