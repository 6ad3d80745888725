/*
 * Cancel scopes.  A scope marks a stretch of one task's execution that can be
 * cancelled as a whole, by a call or by a deadline, together with every task
 * group that it encloses.  Scopes nest, and close in the reverse order.
 *
 *	struct green_scope s;
 *	ssize_t n;
 *
 *	green_fail_after(&s, 5 * GREEN_SEC);
 *	n = green_stream_receive(st, buf, sizeof(buf));
 *	n = green_scope_close(&s, n);		// -1 and ETIMEDOUT after 5 s
 */
#ifndef GREEN_SCOPE_H
#define GREEN_SCOPE_H

#include <sys/types.h>
#include <green/run.h>

GREEN_BEGIN_DECLS

struct green_scope {
	void	*reserved_[16];
} __attribute__((__aligned__(8)));	/* on 32 bits, too */

/* The kinds of deadline that the calls below open a scope with. */
enum green_scope_kind_ {
	GREEN_SCOPE_PLAIN_,
	GREEN_SCOPE_MOVE_ON_AFTER_,
	GREEN_SCOPE_MOVE_ON_AT_,
	GREEN_SCOPE_FAIL_AFTER_,
	GREEN_SCOPE_FAIL_AT_
};

/*
 * Open a scope in the calling task: one without a deadline, one that just ends
 * early at its deadline (move_on), one that then fails with ETIMEDOUT (fail).
 * Never fail.  A deadline in the past cancels at once.  Deadlines are noticed
 * by the loop: a task that never gives way does not see its own pass.  The
 * macros of the same names hand over the place, for messages.
 */
void	 green_scope_open(struct green_scope *s);
void	 green_move_on_after(struct green_scope *s, int64_t duration);
void	 green_move_on_at(struct green_scope *s, int64_t deadline);
void	 green_fail_after(struct green_scope *s, int64_t duration);
void	 green_fail_at(struct green_scope *s, int64_t deadline);
void	 green_scope_open_(struct green_scope *s, enum green_scope_kind_ kind,
	    int64_t time, const char *where);
#define green_scope_open(s)						\
	green_scope_open_((s), GREEN_SCOPE_PLAIN_, 0, GREEN_HERE_)
#define green_move_on_after(s, duration)				\
	green_scope_open_((s), GREEN_SCOPE_MOVE_ON_AFTER_, (duration),	\
	    GREEN_HERE_)
#define green_move_on_at(s, deadline)					\
	green_scope_open_((s), GREEN_SCOPE_MOVE_ON_AT_, (deadline), GREEN_HERE_)
#define green_fail_after(s, duration)					\
	green_scope_open_((s), GREEN_SCOPE_FAIL_AFTER_, (duration), GREEN_HERE_)
#define green_fail_at(s, deadline)					\
	green_scope_open_((s), GREEN_SCOPE_FAIL_AT_, (deadline), GREEN_HERE_)

/*
 * Close the innermost scope.  rc is the result of what ran inside it.
 *   - If rc is -1 with ECANCELED, this scope was cancelled, and no scope
 *     around it that it is not shielded from is cancelled, the cancellation
 *     ends here: green_scope_caught() turns true and the result is 0; or -1
 *     with ETIMEDOUT for a fail_* scope that its deadline has cancelled.
 *   - Otherwise the result is rc, and errno is untouched.
 * Where 0 is a result of its own (the end of a stream), use a fail_* scope, or
 * pass r == -1 ? -1 : 0 and ask green_scope_caught(). It is no failing call:
 * green_errmsg() still tells of what failed inside.  Cause and cancel_called
 * stay readable afterwards. Closing a scope that is not the innermost one of
 * the calling task, twice, or in another task, and ending a task with a scope
 * open, is a bug in the program: a message naming the task and the scopes is
 * written to stderr, and abort().
 */
int64_t	 green_scope_close(struct green_scope *s, int64_t rc) GREEN_CHECK;

/*
 * Cancel: what blocks inside fails with ECANCELED now, and so does every later
 * checkpoint inside.  reason (copied, may be NULL) is what green_errmsg() then
 * tells, with the name of the cancelling task; the first reason stays.
 * Cancelling twice, or after close, is harmless while the memory lives.
 */
void	 green_scope_cancel(struct green_scope *s, const char *reason);

/*
 * Stop in good order.  At once, inside the scope: green_stopping() turns true,
 * green_serve() returns 0, green_accept() fails with ESHUTDOWN, and scopes that
 * are stoppable are cancelled; all the rest is cancelled when grace has passed.
 * A stoppable scope is for the wait between two pieces of work: the next
 * request, the next job.  The cause is GREEN_CALLED, and nothing turns into
 * ETIMEDOUT; shields hide a stop; of several, the earliest end wins.
 */
void	 green_scope_stop(struct green_scope *s, int64_t grace, const char *reason);
void	 green_scope_set_stoppable(struct green_scope *s, bool stoppable);
bool	 green_stopping(void);

enum green_cause {
	GREEN_NOT_CANCELLED,
	GREEN_CALLED,			/* green_scope_cancel(), green_scope_stop() */
	GREEN_DEADLINE,
	GREEN_FAILURE			/* a group, after a failure in it */
};
enum green_cause green_scope_cause(const struct green_scope *s);
bool	 green_scope_cancel_called(const struct green_scope *s);
bool	 green_scope_caught(const struct green_scope *s);	/* valid after close */

/* What green_errmsg() tells after the deadline's ETIMEDOUT (copied). */
void	 green_scope_set_reason(struct green_scope *s, const char *reason);

/* A shielded scope does not see cancellation from around it. */
void	 green_scope_set_shield(struct green_scope *s, bool shield);
bool	 green_scope_shield(const struct green_scope *s);

/* GREEN_FOREVER: none.  May be moved at any time before it has passed; without
   effect once the scope is cancelled. */
void	 green_scope_set_deadline(struct green_scope *s, int64_t deadline);
int64_t	 green_scope_deadline(const struct green_scope *s);
/* A deadline duration from now: for idle timeouts that start again. */
void	 green_scope_extend(struct green_scope *s, int64_t duration);

/* The nearest deadline that applies to the calling task; INT64_MIN if it is
   cancelled already, GREEN_FOREVER if there is none. */
int64_t	 green_effective_deadline(void);

/*
 * Blocks that close their scope however they are left (break, return, goto),
 * and leave errno as it was before them if they end a cancellation: it is
 * caught if a checkpoint inside failed with ECANCELED because of this scope.
 * break leaves the block, not a loop around it.
 *
 *	struct green_scope s;
 *
 *	GREEN_MOVE_ON_AFTER(&s, 2 * GREEN_SEC) {
 *		...
 *	}
 *	if (green_scope_caught(&s))
 *		...
 */
#define GREEN_JOIN_(a, b)	a ## b
#define GREEN_UNIQUE_(a, line)	GREEN_JOIN_(a, line)
#define GREEN_BLOCK_(opened)						\
	GREEN_BLOCK_AS_((opened), GREEN_UNIQUE_(green_block_, __LINE__),	\
	    GREEN_UNIQUE_(green_once_, __LINE__))
#define GREEN_BLOCK_AS_(opened, block, once)				\
	for (struct green_scope *block					\
	    __attribute__((__cleanup__(green_block_end_))) = (opened),	\
	    *once = block; once != NULL; once = NULL)
#define GREEN_SCOPE(sp)							\
	GREEN_BLOCK_(green_block_open_at_((sp), GREEN_HERE_))
#define GREEN_MOVE_ON_AFTER(sp, ns)					\
	GREEN_BLOCK_(green_block_after_at_((sp), (ns), GREEN_HERE_))
/* Shielded, but not for longer than ns: clean-up that must happen, and end.  It
   leaves errno as it was before in any case. */
#define GREEN_SHIELD(sp, ns)						\
	GREEN_BLOCK_(green_block_shield_at_((sp), (ns), GREEN_HERE_))
struct green_scope *green_block_open_at_(struct green_scope *s,
	    const char *where);
struct green_scope *green_block_after_at_(struct green_scope *s, int64_t ns,
	    const char *where);
struct green_scope *green_block_shield_at_(struct green_scope *s, int64_t ns,
	    const char *where);
/* The same for callers that have no place to tell. */
struct green_scope *green_block_open_(struct green_scope *s);
struct green_scope *green_block_after_(struct green_scope *s, int64_t ns);
struct green_scope *green_block_shield_(struct green_scope *s, int64_t ns);
void	 green_block_end_(struct green_scope **s);

GREEN_END_DECLS
#endif /* GREEN_SCOPE_H */
