/*
 * Synchronisation between the tasks of one loop.  All are fair: first come,
 * first served, and a woken waiter owns what it waited for, so no newcomer
 * can take it in between.  A wait that is cancelled leaves the queue; what was
 * already handed over is never lost.  No other thread may use them.
 */
#ifndef GREEN_SYNC_H
#define GREEN_SYNC_H

#include <green/run.h>

GREEN_BEGIN_DECLS

/* An event happens once, and stays. */
struct green_event { void *reserved_[4]; };
void	 green_event_set(struct green_event *e);
bool	 green_event_is_set(const struct green_event *e);
int	 green_event_wait(struct green_event *e) GREEN_CHECK;
size_t	 green_event_waiting(const struct green_event *e);

/*
 * A lock belongs to the task that acquired it.  If that task ends without
 * releasing it, the lock stays dead: whoever waits, or comes later, gets
 * EOWNERDEAD; locked is true, owner 0.  Memory that goes away with its task
 * must not hold a lock that the task still holds.  After EDEADLK, EPERM and
 * EOWNERDEAD green_errmsg() names the owner, and the place where it took the
 * lock.
 */
struct green_lock { void *reserved_[6]; };
int	 green_lock_acquire(struct green_lock *l) GREEN_CHECK;		/* EDEADLK: held by caller */
int	 green_lock_acquire_(struct green_lock *l, const char *where) GREEN_CHECK;
#define green_lock_acquire(l)	green_lock_acquire_((l), GREEN_HERE_)
int	 green_lock_acquire_nowait(struct green_lock *l) GREEN_CHECK;	/* EAGAIN, EDEADLK */
int	 green_lock_acquire_nowait_(struct green_lock *l,
	    const char *where) GREEN_CHECK;
#define green_lock_acquire_nowait(l)					\
	green_lock_acquire_nowait_((l), GREEN_HERE_)
int	 green_lock_release(struct green_lock *l) GREEN_CHECK;		/* EPERM: not the owner */
bool	 green_lock_locked(const struct green_lock *l);
uint64_t green_lock_owner(const struct green_lock *l);	/* task id, 0: none */
size_t	 green_lock_waiting(const struct green_lock *l);

/*
 * A condition variable with its lock (given, or its own if NULL).  wait()
 * releases the lock, waits, and acquires it again before it returns, also when
 * it returns ECANCELED.  wait and notify without holding the lock: EPERM.  A
 * lock that is dead, or dies meanwhile, makes wait() return EOWNERDEAD, without
 * it.  wait_for() waits until ready(arg), called with the lock held, is true;
 * it asks before it first waits.
 */
struct green_cond { void *reserved_[12]; };
void	 green_cond_init(struct green_cond *c, struct green_lock *l);
int	 green_cond_acquire(struct green_cond *c) GREEN_CHECK;
int	 green_cond_acquire_(struct green_cond *c, const char *where) GREEN_CHECK;
#define green_cond_acquire(c)	green_cond_acquire_((c), GREEN_HERE_)
int	 green_cond_acquire_nowait(struct green_cond *c) GREEN_CHECK;
int	 green_cond_acquire_nowait_(struct green_cond *c,
	    const char *where) GREEN_CHECK;
#define green_cond_acquire_nowait(c)					\
	green_cond_acquire_nowait_((c), GREEN_HERE_)
int	 green_cond_release(struct green_cond *c) GREEN_CHECK;
int	 green_cond_wait(struct green_cond *c) GREEN_CHECK;
int	 green_cond_wait_for(struct green_cond *c, bool (*ready)(void *), void *arg) GREEN_CHECK;
int	 green_cond_notify(struct green_cond *c, size_t n) GREEN_CHECK;
int	 green_cond_notify_all(struct green_cond *c) GREEN_CHECK;
bool	 green_cond_locked(const struct green_cond *c);
size_t	 green_cond_waiting(const struct green_cond *c);

/* A semaphore's permits may be released by any task.  max 0: no upper bound;
   EINVAL: value > max.  An all-zero one has no permits and no bound. */
struct green_sem { void *reserved_[8]; };
int	 green_sem_init(struct green_sem *s, size_t value, size_t max) GREEN_CHECK;
int	 green_sem_acquire(struct green_sem *s) GREEN_CHECK;
int	 green_sem_acquire_nowait(struct green_sem *s) GREEN_CHECK;	/* EAGAIN */
int	 green_sem_release(struct green_sem *s) GREEN_CHECK;		/* EOVERFLOW: above max */
size_t	 green_sem_value(const struct green_sem *s);
size_t	 green_sem_max(const struct green_sem *s);
size_t	 green_sem_waiting(const struct green_sem *s);

/*
 * A capacity limiter lends tokens to borrowers: a task, or any pointer that
 * the caller chooses.  One borrower holds at most one token (EBUSY).  The
 * total may change at any time; GREEN_UNLIMITED lends without bound, 0 (as an
 * all-zero limiter's) not at all.  Nobody loses a token when the total shrinks:
 * available is 0 then until enough have been given back.
 *   EBUSY    the borrower holds a token already, or waits for one
 *   EPERM    release: it holds none
 *   ENOMEM
 */
#define GREEN_UNLIMITED SIZE_MAX
struct green_limiter { void *reserved_[12]; };
void	 green_limiter_init(struct green_limiter *l, size_t total);
/* The calling task is the borrower, as in acquire_for(l, green_self()). */
int	 green_limiter_acquire(struct green_limiter *l) GREEN_CHECK;
int	 green_limiter_acquire_nowait(struct green_limiter *l) GREEN_CHECK;	/* EAGAIN */
int	 green_limiter_acquire_for(struct green_limiter *l, const void *borrower) GREEN_CHECK;
int	 green_limiter_acquire_for_nowait(struct green_limiter *l, const void *borrower) GREEN_CHECK;
int	 green_limiter_release(struct green_limiter *l) GREEN_CHECK;
int	 green_limiter_release_for(struct green_limiter *l, const void *borrower) GREEN_CHECK;
void	 green_limiter_set_total(struct green_limiter *l, size_t total);
size_t	 green_limiter_total(const struct green_limiter *l);
size_t	 green_limiter_borrowed(const struct green_limiter *l);
size_t	 green_limiter_available(const struct green_limiter *l);
/* Those who hold a token, up to n of them; how many there are. */
size_t	 green_limiter_borrowers(const struct green_limiter *l,
	    const void **who, size_t n);
size_t	 green_limiter_waiting(const struct green_limiter *l);

/* A future is set once, with a value or an error; many may wait for it.  value
   may be NULL. */
struct green_future { void *reserved_[8]; };
int	 green_future_set(struct green_future *f, void *value) GREEN_CHECK;	/* EALREADY */
int	 green_future_fail(struct green_future *f, int code) GREEN_CHECK;	/* EALREADY; EINVAL: 0, ECANCELED */
bool	 green_future_done(const struct green_future *f);
int	 green_future_wait(struct green_future *f, void **value) GREEN_CHECK;	/* or its error */

/* Refuses a second task where only one may be: EBUSY. */
struct green_guard { void *reserved_[2]; };
int	 green_guard_enter(struct green_guard *g) GREEN_CHECK;
void	 green_guard_leave(struct green_guard *g);

GREEN_END_DECLS
#endif /* GREEN_SYNC_H */
