/*
 * Onto a new stack by makecontext() and setcontext(), which need no trick; that
 * they ask for the signal mask and set it, by two system calls, matters little
 * once in a stack's life.  No arguments are handed over: they would be ints.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#undef _FORTIFY_SOURCE		/* its longjmp() refuses to change stacks */
#include "config.h"

#include <ucontext.h>

#include "context_annotate.h"

static ANNOTATE_UNSEEN int
enter(struct green__context *c, void (*fn)(void))
{
	ucontext_t there;

	if (getcontext(&there) == -1)
		return (-1);
	there.uc_link = NULL;
	there.uc_stack.ss_sp = c->stack;
	there.uc_stack.ss_size = c->size;
	there.uc_stack.ss_flags = 0;
	makecontext(&there, fn, 0);
	return (setcontext(&there));
}

static int
open_context(struct green__context *c, void (*entry)(void))
{
	return (green__context_bear(c, entry, enter));
}

const struct green__context_ops green__context_ucontext = {
	.name = "ucontext",
	.open = open_context
};
