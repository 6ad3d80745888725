/*
 * The door: the way into a loop for threads that cannot know whether it is
 * still there.  Programs know it as a token, see <green/thread.h>.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#ifndef GREEN_DOOR_H
#define GREEN_DOOR_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

struct loop;
struct posts;

struct green_token {
	atomic_size_t refs;
	atomic_uint state;		/* see door.c */
	struct loop *loop;
	atomic_size_t held;		/* of refs, by the program */
	struct posts *posts;		/* pool/post.c's; malloc'd, or NULL */
};

/* One for each loop, which holds it; NULL: out of memory. */
struct green_token *green__door_open(struct loop *l);
/* The loop lets nobody in any more, and waits for those inside. */
void	 green__door_close(struct green_token *d);

/* Any thread, as long as it holds the door. */
struct green_token *green__door_hold(struct green_token *d);
void	 green__door_drop(struct green_token *d);
/*
 * The loop, which stays until green__door_leave(); NULL with ESHUTDOWN: it has
 * ended; with EPERM: it is that of a process that has forked us.  To be inside
 * is no time to wait.  Async-signal-safe.
 */
struct loop *green__door_enter(struct green_token *d);
void	 green__door_leave(struct green_token *d);
bool	 green__door_is_ours(const struct green_token *d);
/* In the child of a fork: none of them leads anywhere any more. */
void	 green__doors_leave_behind(void);

#endif /* GREEN_DOOR_H */
