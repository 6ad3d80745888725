/*
 * The floating-point environment of a context: rounding, masks, and the flags
 * that are raised.  Every switch reads it, which takes two nanoseconds, and
 * writes it only where the next context's differs, which takes many.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#ifndef GREEN_CONTEXT_FPENV_H
#define GREEN_CONTEXT_FPENV_H

#if defined(__SSE__) && (defined(__x86_64__) || defined(__i386__))
#include <stdint.h>

struct green__fpenv {
	uint32_t mxcsr;
	uint16_t control;		/* of the x87 */
	uint16_t status;
};

static inline void
green__fpenv_save(struct green__fpenv *e)
{
	__asm__ volatile("stmxcsr %0" : "=m" (e->mxcsr));
	__asm__ volatile("fnstcw %0" : "=m" (e->control));
	__asm__ volatile("fnstsw %0" : "=m" (e->status));
}

/* The flags of the x87 can only be written with all else that it has. */
static inline void
green__fpenv_load_x87(const struct green__fpenv *e)
{
	struct {
		uint16_t control, control_pad;
		uint16_t status, status_pad;
		uint32_t other[5];
	} x87;
	const uint16_t flags = 0x3f;

	__asm__ volatile("fnstenv %0" : "=m" (x87));
	x87.control = e->control;
	x87.status = (uint16_t)((x87.status & ~flags) | (e->status & flags));
	__asm__ volatile("fldenv %0" : : "m" (x87));
}

static inline void
green__fpenv_switch(struct green__fpenv *from, const struct green__fpenv *to)
{
	green__fpenv_save(from);
	if (from->mxcsr != to->mxcsr)
		__asm__ volatile("ldmxcsr %0" : : "m" (to->mxcsr));
	if (from->control != to->control ||
	    ((from->status ^ to->status) & 0x3f) != 0)
		green__fpenv_load_x87(to);
}

#elif defined(__aarch64__)
#include <stdint.h>

struct green__fpenv {
	uint64_t control;
	uint64_t status;
};

static inline void
green__fpenv_save(struct green__fpenv *e)
{
	__asm__ volatile("mrs %0, fpcr" : "=r" (e->control));
	__asm__ volatile("mrs %0, fpsr" : "=r" (e->status));
}

static inline void
green__fpenv_switch(struct green__fpenv *from, const struct green__fpenv *to)
{
	green__fpenv_save(from);
	if (from->control != to->control)
		__asm__ volatile("msr fpcr, %0" : : "r" (to->control));
	if (from->status != to->status)
		__asm__ volatile("msr fpsr, %0" : : "r" (to->status));
}

#elif defined(__riscv_flen)

struct green__fpenv {
	unsigned long fcsr;
};

static inline void
green__fpenv_save(struct green__fpenv *e)
{
	__asm__ volatile("frcsr %0" : "=r" (e->fcsr));
}

static inline void
green__fpenv_switch(struct green__fpenv *from, const struct green__fpenv *to)
{
	green__fpenv_save(from);
	if (from->fcsr != to->fcsr)
		__asm__ volatile("fscsr %0" : : "r" (to->fcsr));
}

#else
#include <fenv.h>
#include <string.h>

struct green__fpenv {
	fenv_t	 env;
};

static inline void
green__fpenv_save(struct green__fpenv *e)
{
	fegetenv(&e->env);
}

static inline void
green__fpenv_switch(struct green__fpenv *from, const struct green__fpenv *to)
{
	green__fpenv_save(from);
	if (memcmp(&from->env, &to->env, sizeof(to->env)) != 0)
		fesetenv(&to->env);
}
#endif

#endif /* GREEN_CONTEXT_FPENV_H */
