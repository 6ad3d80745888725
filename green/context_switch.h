/*
 * The switch from one context to another, the same for all backends.  It is a
 * macro, as no compiler inlines a function that calls setjmp(), and every
 * function between a task's call and the jump is one more return that the
 * processor predicts wrongly, seven nanoseconds each.  Files that use it
 * undefine _FORTIFY_SOURCE first: its longjmp() refuses to change stacks.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#ifndef GREEN_CONTEXT_SWITCH_H
#define GREEN_CONTEXT_SWITCH_H

#include "context.h"
#include "context_annotate.h"

/* Go on in to, and come back when somebody switches back to from. */
#define green__context_switch(from, to) do {				\
	struct green__context *const from_ = (from), *const to_ = (to);	\
									\
	annotate_leave(from_, to_);					\
	green__fpenv_switch(&from_->fpenv, &to_->fpenv);		\
	if (_setjmp(from_->env) == 0)					\
		_longjmp(to_->env, 1);					\
	annotate_arrive(from_);						\
} while (0)

#endif /* GREEN_CONTEXT_SWITCH_H */
