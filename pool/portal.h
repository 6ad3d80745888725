/*
 * Portals as their files see them.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#ifndef POOL_PORTAL_H
#define POOL_PORTAL_H

#include <green/thread.h>

#include "errand.h"

/* A task of a portal: of run(), in the waiting thread's frame, or a handle's. */
struct portal_task {
	TAILQ_ENTRY(portal_task) link;
	struct green_portal *portal;
	struct green_task *task;	/* NULL: it has ended */
};

/* Who waits for a portal's end, in the loop or elsewhere. */
struct closer {
	SLIST_ENTRY(closer) link;
	void	(*closed)(struct closer *c);
};

struct green_portal {
	atomic_size_t refs;		/* the program's, the loop's, the thread's */
	struct green_token *door;	/* held */
	struct portal_thread *thread;	/* its loop's own; NULL: it has none */
	/* For the loop alone. */
	struct group *group;
	struct companion companion;
	bool	 shut;			/* nothing is started any more, */
	bool	 over;			/* and nothing is left */
	TAILQ_HEAD(, portal_task) tasks;
	SLIST_HEAD(, closer) closers;
};

/* Held by the program, and not attached yet; NULL: ENOMEM. */
struct green_portal *green__portal_new(void);
/* In the loop.  p gets a group, and may be used from then on. */
void	 green__portal_attach(struct green_portal *p, struct group *g);
/* No more tasks; cancel: those that are there are cancelled. */
void	 green__portal_shut(struct green_portal *p, bool cancel);
/* t, which has been spawned in the group, is p's from now on; and has ended. */
void	 green__portal_add(struct green_portal *p, struct portal_task *pt,
	    struct green_task *t);
void	 green__portal_remove(struct portal_task *pt);
/* Any thread: has it come where it would wait for itself?  EDEADLK, ESHUTDOWN */
int	 green__portal_check(const struct green_portal *p);
bool	 green__portal_is_own(const struct green_portal *p);
void	 green__portal_drop(struct green_portal *p);

/* The thread of a portal's own loop (portal_start.c): wait for its end, once it
   is to come; the loop's result.  Or let it come without anybody waiting. */
int	 green__portal_join(struct green_portal *p);
void	 green__portal_detach(struct green_portal *p);
void	 green__portal_thread_free(struct portal_thread *t);

#endif /* POOL_PORTAL_H */
