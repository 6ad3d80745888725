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

#endif /* GREEN_CANCEL_H */
