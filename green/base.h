/* What every file of the library may need of its compiler. */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#ifndef GREEN_BASE_H
#define GREEN_BASE_H

#include <stdatomic.h>
#include <stddef.h>

#define GREEN__LIKELY(e)	__builtin_expect(!!(e), 1)
#define GREEN__UNLIKELY(e)	__builtin_expect(!!(e), 0)
#define INLINE	static inline __attribute__((__always_inline__))
#define NOINLINE	__attribute__((__noinline__))
#define GREEN__NORETURN		__attribute__((__noreturn__))
/*
 * What runs for every request lies together: after each system call all of it has
 * to come into the caches again.  Calls of what is cold are moved out of its way.
 */
#define GREEN__HOT		__attribute__((__hot__))
#define GREEN__COLD		__attribute__((__cold__))
/* What the layout of structures reckons with; no more than a guess elsewhere. */
#define GREEN__CACHE_LINE	64
#define GREEN__PRINTF(m, n)	__attribute__((__format__(__printf__, m, n)))
/* The real object behind reserved storage of the public headers. */
#define GREEN__ALIAS		__attribute__((__may_alias__))
#define GREEN__FITS(real, shown)					\
	_Static_assert(sizeof(real) <= sizeof(shown) &&			\
	    _Alignof(real) <= _Alignof(shown), #real " does not fit")
#define GREEN__CONTAINER(p, type, member)				\
	((type *)(void *)((char *)(p) - offsetof(type, member)))

/*
 * Signal handlers look at the loop at any moment (dump.c): what they can reach
 * is whole before it is linked in, and unlinked before it goes.  This keeps the
 * compiler to that order, and is no instruction.
 */
#define green__in_order()	atomic_signal_fence(memory_order_seq_cst)

#endif /* GREEN_BASE_H */
