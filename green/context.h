/*
 * Contexts: a stack with somebody's frames on it, and the way from one to
 * another.  A backend gets onto a new stack, once in its life; switching is the
 * same for all (context_switch.h): _setjmp() and _longjmp(), which make no
 * system call.  What a switch keeps: callee-saved registers, the stack, and the
 * floating-point environment (rounding, masks and raised flags).  errno is the
 * scheduler's.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#ifndef GREEN_CONTEXT_H
#define GREEN_CONTEXT_H

#include <setjmp.h>
#include <stddef.h>

#include "context_fpenv.h"

struct green__context {
	jmp_buf	 env;
	struct green__fpenv fpenv;
	void	*stack;			/* its lowest byte; NULL: unknown */
	size_t	 size;
	void	*fake_stack;		/* AddressSanitizer's */
	void	*fiber;			/* ThreadSanitizer's */
	unsigned valgrind;		/* its id of the stack */
};

struct green__context_ops {
	const char *name;
	/*
	 * Call fn(), which never returns, on c's stack.  Comes back only when
	 * that cannot be: -1 and errno.
	 */
	int	(*enter)(struct green__context *c, void (*fn)(void));
};

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
