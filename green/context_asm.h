/*
 * The jump from one stack to another, in line: the compiler, told that every
 * register is lost, saves those that it needs, and knows how to unwind.  It
 * ends in a jump, as a return would be predicted wrongly.  It touches nothing
 * below the stack pointer, and has no use for shadow stacks: configure sees to
 * it that libgreen is not marked as fit for them.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#ifndef GREEN_CONTEXT_ASM_H
#define GREEN_CONTEXT_ASM_H

#include "context.h"

#define ASM_SP		offsetof(struct green__context, sp)
#define ASM_FP		offsetof(struct green__context, fp)
#define ASM_PC		offsetof(struct green__context, pc)

/*
 * Of the last instruction, for which the stack is the other one already: as if
 * it were the end of a function that the other place had called.  Unwinders
 * look at what is before the place to go on at, so that a nop has to be there.
 */
#ifdef __GCC_HAVE_DWARF2_CFI_ASM
#define CFI(s)		s "\n\t"
#else
#define CFI(s)
#endif

#ifdef __x86_64__

#if defined(__CET__) && (__CET__ & 1) != 0
#define ASM_LANDING	"endbr64\n"
#else
#define ASM_LANDING
#endif

#define ASM_NOP_SIZE	1

#ifdef __AVX512F__
#define ASM_CLOBBERS_AVX512						\
	, "xmm16", "xmm17", "xmm18", "xmm19", "xmm20", "xmm21", "xmm22",	\
	"xmm23", "xmm24", "xmm25", "xmm26", "xmm27", "xmm28", "xmm29",	\
	"xmm30", "xmm31", "k1", "k2", "k3", "k4", "k5", "k6", "k7"
#else
#define ASM_CLOBBERS_AVX512
#endif

static inline __attribute__((__always_inline__)) void
jump(struct green__context *from, struct green__context *to)
{
	__asm__ volatile(
	    "leaq 1f(%%rip), %%rdx\n\t"
	    "movq %%rsp, %c[sp](%[from])\n\t"
	    "movq %%rbp, %c[fp](%[from])\n\t"
	    "movq %%rdx, %c[pc](%[from])\n\t"
	    "movq %c[pc](%[to]), %%rdx\n\t"
	    "movq %c[fp](%[to]), %%rbp\n\t"
	    "movq %c[sp](%[to]), %%rsp\n\t"
	    CFI(".cfi_remember_state")
	    CFI(".cfi_def_cfa %%rsp, 0")
	    CFI(".cfi_register %%rip, %%rdx")
	    CFI(".cfi_same_value %%rbp")
	    "jmp *%%rdx\n\t"
	    CFI(".cfi_restore_state")
	    "nop\n"
	    "1:\t" ASM_LANDING
	    : [from] "+D" (from), [to] "+S" (to)
	    : [sp] "i" (ASM_SP), [fp] "i" (ASM_FP), [pc] "i" (ASM_PC)
	    : "rax", "rbx", "rcx", "rdx", "r8", "r9", "r10", "r11", "r12",
	    "r13", "r14", "r15", "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5",
	    "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", "xmm12", "xmm13",
	    "xmm14", "xmm15" ASM_CLOBBERS_AVX512, "memory", "cc");
}

#else /* __aarch64__ */

#ifdef __ARM_FEATURE_BTI_DEFAULT
#define ASM_LANDING	"hint #36\n"		/* bti j */
#else
#define ASM_LANDING
#endif

#define ASM_NOP_SIZE	4

/* The system's on macOS, as everybody's elsewhere. */
#ifdef __APPLE__
#define ASM_CLOBBERS_X18
#else
#define ASM_CLOBBERS_X18	"x18",
#endif

#ifdef __ARM_FEATURE_SVE
#define ASM_CLOBBERS_SVE						\
	, "p0", "p1", "p2", "p3", "p4", "p5", "p6", "p7", "p8", "p9",	\
	"p10", "p11", "p12", "p13", "p14", "p15", "ffr"
#else
#define ASM_CLOBBERS_SVE
#endif

static inline __attribute__((__always_inline__)) void
jump(struct green__context *from, struct green__context *to)
{
	register struct green__context *x0 __asm__("x0") = from;
	register struct green__context *x1 __asm__("x1") = to;

	__asm__ volatile(
	    "adr x16, 1f\n\t"
	    "mov x2, sp\n\t"
	    "str x2, [%[from], %[sp]]\n\t"
	    "str x29, [%[from], %[fp]]\n\t"
	    "str x16, [%[from], %[pc]]\n\t"
	    "ldr x16, [%[to], %[pc]]\n\t"
	    "ldr x29, [%[to], %[fp]]\n\t"
	    "ldr x2, [%[to], %[sp]]\n\t"
	    "mov sp, x2\n\t"
	    CFI(".cfi_remember_state")
	    CFI(".cfi_def_cfa sp, 0")
	    CFI(".cfi_register x30, x16")
	    CFI(".cfi_same_value x29")
	    "br x16\n\t"
	    CFI(".cfi_restore_state")
	    "nop\n"
	    "1:\t" ASM_LANDING
	    : [from] "+r" (x0), [to] "+r" (x1)
	    : [sp] "i" (ASM_SP), [fp] "i" (ASM_FP), [pc] "i" (ASM_PC)
	    : "x2", "x3", "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11",
	    "x12", "x13", "x14", "x15", "x16", "x17", ASM_CLOBBERS_X18 "x19",
	    "x20", "x21", "x22", "x23", "x24", "x25", "x26", "x27", "x28",
	    "x30", "v0", "v1", "v2", "v3", "v4", "v5", "v6", "v7", "v8", "v9",
	    "v10", "v11", "v12", "v13", "v14", "v15", "v16", "v17", "v18",
	    "v19", "v20", "v21", "v22", "v23", "v24", "v25", "v26", "v27",
	    "v28", "v29", "v30", "v31" ASM_CLOBBERS_SVE, "memory", "cc");
}

#endif

#endif /* GREEN_CONTEXT_ASM_H */
