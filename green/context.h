/*
 * Contexts: a stack with somebody's frames on it, and the way from one to
 * another.  A backend leaves a first frame on a new stack, once in its life.
 * Switching (context_switch.h) is a jump in assembly between those that
 * context_asm.c opened, _setjmp() and _longjmp() between all others; neither
 * makes a system call.  What a switch keeps: callee-saved registers, the stack,
 * and the floating-point environment (rounding, masks and raised flags).  errno
 * is the scheduler's.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#ifndef GREEN_CONTEXT_H
#define GREEN_CONTEXT_H

#include <setjmp.h>
#include <stddef.h>

#include "context_fpenv.h"

struct green__context {
	/* Half a cache line, with what every switch touches. */
	struct green__fpenv fpenv;
	const void *sp;			/* where it left its stack */
	const void *fp;			/* its frame pointer, */
	const void *pc;			/* and the place to go on at; NULL: */
	jmp_buf	 env;			/* this is */
	void	*stack;			/* its lowest byte; NULL: unknown */
	size_t	 size;
	void	*fake_stack;		/* AddressSanitizer's */
	void	*fiber;			/* ThreadSanitizer's */
	unsigned valgrind;		/* its id of the stack */
};

struct green__context_ops {
	const char *name;
	/*
	 * Have the first switch to c call entry(), which never returns.  -1 and
	 * errno.
	 */
	int	(*open)(struct green__context *c, void (*entry)(void));
};

extern const struct green__context_ops green__context_asm;
/* Its first frame: no function to call. */
void	 green__context_first(void) __attribute__((__visibility__("hidden")));
extern const struct green__context_ops green__context_ucontext;
extern const struct green__context_ops green__context_sigaltstack;
/* Those built in, best first, NULL-terminated. */
extern const struct green__context_ops *const green__contexts[];

/* $GREEN_CONTEXT's, or the best that is built in; NULL and EINVAL. */
const struct green__context_ops *green__context_choose(void);

/* The calling thread's own stack, as one to come back to. */
void	 green__context_open_thread(struct green__context *c);
void	 green__context_close_thread(struct green__context *c);
/*
 * A new stack, where entry(), which never returns, is called by the first
 * switch to c.  -1 and errno: c is not open.  stack is aligned as by malloc().
 */
int	 green__context_open(const struct green__context_ops *ops,
	    struct green__context *c, void *stack, size_t size,
	    void (*entry)(void));
/*
 * The whole of open() for a backend that can only call a function on a stack:
 * enter(c, fn) calls fn(), which never returns, on c's.  It comes back only
 * when that cannot be: -1 and errno.
 */
int	 green__context_bear(struct green__context *c, void (*entry)(void),
	    int (*enter)(struct green__context *c, void (*fn)(void)));
/* Of a context that nobody switches to any more, on another stack than its. */
void	 green__context_close(struct green__context *c);
/* Let c, when next switched to, go on with the caller's floating-point
   environment in place of its own, as a new thread does. */
static inline void
green__context_inherit(struct green__context *c)
{
	green__fpenv_save(&c->fpenv);
}

#endif /* GREEN_CONTEXT_H */
