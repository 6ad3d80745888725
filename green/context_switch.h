/*
 * The switch from one context to another: a jump where assembly opened the one
 * to go to, which one well-predicted branch tells, and _setjmp() and _longjmp()
 * elsewhere.  It is a macro, as no compiler inlines a function that calls
 * setjmp(), and every function between a task's call and the jump is one more
 * return that the processor predicts wrongly, seven nanoseconds each.  But
 * where there is the jump, whoever asks for the other pays for a function: the
 * compiler keeps nothing in registers around setjmp().  Files that use either
 * undefine _FORTIFY_SOURCE first: its longjmp() refuses to change stacks.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#ifndef GREEN_CONTEXT_SWITCH_H
#define GREEN_CONTEXT_SWITCH_H

#include "context.h"
#include "context_annotate.h"
#define switch_by_setjmp(from, to) do {					\
	(from)->sp = __builtin_frame_address(0);			\
	if (_setjmp((from)->env) == 0)					\
		_longjmp((to)->env, 1);					\
} while (0)

#ifdef HAVE_CONTEXT_ASM
#include "context_asm.h"

void	 green__context_setjmp(struct green__context *from,
	    struct green__context *to);

#define switch_somehow(from, to) do {					\
	if (__builtin_expect((to)->pc != NULL, 1))			\
		jump(from, to);						\
	else								\
		green__context_setjmp(from, to);			\
} while (0)
#else
#define switch_somehow	switch_by_setjmp
#endif

/* Go on in to, and come back when somebody switches back to from. */
#define green__context_switch(from, to) do {				\
	struct green__context *const from_ = (from), *const to_ = (to);	\
									\
	annotate_leave(from_, to_);					\
	green__fpenv_switch(&from_->fpenv, &to_->fpenv);		\
	switch_somehow(from_, to_);					\
	annotate_arrive(from_);						\
} while (0)

#endif /* GREEN_CONTEXT_SWITCH_H */
