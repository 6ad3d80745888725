/*
 * Onto a new stack by a first jump (context_asm.h), which finds there a place
 * without a caller: the end of every backtrace.  What it is to call stands
 * where others have their frame pointer.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <stdint.h>
#include <stdlib.h>

#include "context_asm.h"
#include "context_annotate.h"

#define TEXT_OF(s)	#s
#define TEXT(s)		TEXT_OF(s)
#define NAME(s)		TEXT(__USER_LABEL_PREFIX__) #s

/* Called by nobody whom the compiler sees. */
void	 green__context_begin(struct green__context *c, void (*entry)(void));

__attribute__((__used__, __noreturn__)) void
green__context_begin(struct green__context *c, void (*entry)(void))
{
	(void)c;
	annotate_arrive(c);
	entry();
	abort();
}

/* A jump comes here, behind the nop, with its registers from and to as they were. */
__asm__(
    ".text\n\t"
    ".p2align 4\n\t"
    ".globl " NAME(green__context_first) "\n\t"
#ifdef __APPLE__
    ".private_extern " NAME(green__context_first) "\n"
#else
    ".hidden " NAME(green__context_first) "\n\t"
    ".type " NAME(green__context_first) ", %function\n"
#endif
    NAME(green__context_first) ":\n\t"
    ".cfi_startproc\n\t"
#ifdef __x86_64__
    ".cfi_undefined %rip\n\t"
    "nop\n\t"
    ASM_LANDING
    "movq %rsi, %rdi\n\t"
    "movq %rbp, %rsi\n\t"
    "xorl %ebp, %ebp\n\t"
    "call " NAME(green__context_begin) "\n\t"
    "ud2\n\t"
#else
    ".cfi_undefined x30\n\t"
    "nop\n\t"
    ASM_LANDING
    "mov x0, x1\n\t"
    "mov x1, x29\n\t"
    "mov x29, xzr\n\t"
    "mov x30, xzr\n\t"
    "bl " NAME(green__context_begin) "\n\t"
    "brk #1\n\t"
#endif
    ".cfi_endproc\n"
#ifndef __APPLE__
    ".size " NAME(green__context_first) ", . - "
    NAME(green__context_first) "\n"
#endif
);

static int
open_context(struct green__context *c, void (*entry)(void))
{
	uintptr_t top = (uintptr_t)c->stack + c->size;

	c->sp = (const void *)(top & ~(uintptr_t)15);
	c->fp = (const void *)(uintptr_t)entry;
	c->pc = (const char *)(uintptr_t)green__context_first + ASM_NOP_SIZE;
	return (0);
}

const struct green__context_ops green__context_asm = {
	.name = "asm",
	.open = open_context
};
