/*
 * Scopes (scope.c) and how cancellation spreads (cancel.c).  A scope is linked
 * to the one around it and, within a task, to the one inside.  The outermost
 * scope of a task (task->self) has its group's scope as parent.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#ifndef GREEN_CANCEL_H
#define GREEN_CANCEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <green/scope.h>

#include "base.h"

struct green_task;

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
	SCOPE_PROBED	= 1 << 13,	/* its loop has a probe (probe.c) */
	SCOPE_EXPLAINED	= 1 << 14	/* has a text for its deadline */
};
/* What a scope has from the one around it, */
#define SCOPE_INHERITED	(SCOPE_EFFECTIVE | SCOPE_STOPPING | SCOPE_PROBED)
/* what checkpoints must look at, */
#define SCOPE_ATTENTION	(SCOPE_EFFECTIVE | SCOPE_PROBED)
/* and what a task bears as its marks: those of its innermost scope. */
#define SCOPE_MARKS	(SCOPE_ATTENTION | SCOPE_TIMED | SCOPE_GROUP)
/* What its end must look at: without one of these, it has no texts. */
#define SCOPE_EVENTFUL	(SCOPE_EFFECTIVE | SCOPE_STOPPED | SCOPE_EXPLAINED)
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

/*
 * Bugs in the program, which die: s is not the calling task's innermost scope, in
 * the call of what; it is opened where it is that already, or within one whose
 * function has returned; and t has ended with scopes open.
 */
void	 green__scope_misused(const struct scope *s, const char *what)
	    GREEN__NORETURN;
void	 green__scope_reopened(const struct scope *s,
	    const struct green_task *t, const char *where) GREEN__NORETURN;
void	 green__scope_left_behind(const struct green_task *t,
	    const char *where) GREEN__NORETURN;
void	 green__scope_left_open(const struct green_task *t) GREEN__NORETURN;
/* Is s open in the calling thread's loop?  Die if in another; what: as above. */
bool	 green__scope_is_open(const struct scope *s, const char *what);
void	 green__scope_cancel(struct scope *s, enum green_cause cause,
	    const char *reason);
/* t has left s, which was eventful. */
void	 green__scope_left(struct scope *s, struct green_task *t);
/* reason with the calling task's name; malloc'd, or NULL. */
char	*green__scope_explain(const char *reason);
/* What s, cancelled, tells of that; NULL: nothing. */
const char *green__scope_reason(const struct scope *s);
/* Flags that hang on s or on what is around it have changed: spread that. */
void	 green__scope_update(struct scope *s);
/* The next moment at which s does something by itself. */
int64_t	 green__scope_due(const struct scope *s);

#endif /* GREEN_CANCEL_H */
