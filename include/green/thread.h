/*
 * Worker threads: blocking calls leave the loop.
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
 * seconds; the loops of a process share them.  They have all signals blocked.
 *   EAGAIN   no thread could be started, and none is there (with others at
 *            work, the call waits for one of them)
 */
int	 green_to_thread(green_fn *fn, void *arg) GREEN_CHECK;
/* The same under another limiter (NULL: the loop's default).  The borrower of
   the token is the call itself: never EBUSY. */
int	 green_to_thread_limited(struct green_limiter *l, green_fn *fn, void *arg) GREEN_CHECK;

/* The loop's own limiters: for the program's calls (40 tokens unless options
   say otherwise), for files, for names.  None starves another. */
struct green_limiter *green_thread_limiter(void);
struct green_limiter *green_file_limiter(void);
struct green_limiter *green_name_limiter(void);

/* In a worker thread: ECANCELED if the task that waits for it is cancelled.
   EPERM: not in a worker thread. */
int	 green_thread_check_cancelled(void) GREEN_CHECK;

GREEN_END_DECLS
#endif /* GREEN_THREAD_H */
