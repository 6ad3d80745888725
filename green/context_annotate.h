/*
 * What AddressSanitizer, ThreadSanitizer and Valgrind are told of stacks and
 * switches; nothing in a build without them.  For files that switch, alone.
 * Each switch is a leave() on the old stack and an arrive() on the new one, but
 * for the first on a stack, a begin() and a begun().
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#ifndef GREEN_CONTEXT_ANNOTATE_H
#define GREEN_CONTEXT_ANNOTATE_H

#include "context.h"

#ifdef __has_feature
#if __has_feature(address_sanitizer)
#define ANNOTATE_ADDRESSES
#endif
#if __has_feature(thread_sanitizer)
#define ANNOTATE_THREADS
#endif
#endif
#ifdef __SANITIZE_ADDRESS__
#define ANNOTATE_ADDRESSES
#endif
#ifdef __SANITIZE_THREAD__
#define ANNOTATE_THREADS
#endif

/* Inlined without fail: a frame must not be left on another stack than it was
   entered on. */
#define ANNOTATION	static inline __attribute__((__always_inline__)) void

#ifdef ANNOTATE_ADDRESSES
#include <sanitizer/asan_interface.h>

/* Whoever changes stacks under its own feet, or is left by a jump for ever, must
   not have its frame looked at. */
#define ANNOTATE_UNSEEN	__attribute__((__no_sanitize_address__, __noinline__))

/*
 * Jumping makes AddressSanitizer forget what it watches on the stack that is
 * jumped from, up to its end.  So it is told, while on the way, that the stack
 * ends here: buffers of a task that waits stay watched.
 */
ANNOTATION
annotate_leave_addresses(struct green__context *from)
{
	char *here = __builtin_frame_address(0);

	__sanitizer_start_switch_fiber(&from->fake_stack, here - 1024, 1024);
	__sanitizer_finish_switch_fiber(NULL, NULL, NULL);
}

ANNOTATION
annotate_arrive_addresses(const struct green__context *c)
{
	__sanitizer_start_switch_fiber(NULL, c->stack, c->size);
	__sanitizer_finish_switch_fiber(c->fake_stack, NULL, NULL);
}

ANNOTATION
annotate_begin_addresses(struct green__context *from,
    const struct green__context *to)
{
	__sanitizer_start_switch_fiber(&from->fake_stack, to->stack, to->size);
}

ANNOTATION
annotate_begun_addresses(void)
{
	__sanitizer_finish_switch_fiber(NULL, NULL, NULL);
}

/* Where a thread's stack lies comes out when it is left: pretend that. */
static ANNOTATE_UNSEEN void
annotate_thread_addresses(struct green__context *c)
{
	const void *stack;
	void *fake;
	size_t size;

	__sanitizer_start_switch_fiber(&fake, c, sizeof(*c));
	__sanitizer_finish_switch_fiber(fake, &stack, &size);
	__sanitizer_start_switch_fiber(&fake, stack, size);
	__sanitizer_finish_switch_fiber(fake, NULL, NULL);
	c->stack = (void *)(uintptr_t)stack;
	c->size = size;
}

ANNOTATION
annotate_open_addresses(const struct green__context *c)
{
	__asan_unpoison_memory_region(c->stack, c->size);
}

/* A fake stack goes when it is left for ever: put it on, and leave it. */
static ANNOTATE_UNSEEN void
annotate_close_addresses(const struct green__context *c)
{
	const void *stack;
	void *fake;
	size_t size;

	if (c->fake_stack != NULL) {
		__sanitizer_start_switch_fiber(&fake, c->stack, c->size);
		__sanitizer_finish_switch_fiber(c->fake_stack, &stack, &size);
		__sanitizer_start_switch_fiber(NULL, stack, size);
		__sanitizer_finish_switch_fiber(fake, NULL, NULL);
	}
	__asan_unpoison_memory_region(c->stack, c->size);
}
#else
#define ANNOTATE_UNSEEN
#define annotate_leave_addresses(from)		((void)0)
#define annotate_arrive_addresses(c)		((void)0)
#define annotate_begin_addresses(from, to)	((void)0)
#define annotate_begun_addresses()		((void)0)
#define annotate_thread_addresses(c)		((void)0)
#define annotate_open_addresses(c)		((void)0)
#define annotate_close_addresses(c)		((void)0)
#endif

#ifdef ANNOTATE_THREADS
#include <sanitizer/tsan_interface.h>

#define annotate_leave_threads(to)	__tsan_switch_to_fiber((to)->fiber, 0)
#define annotate_thread_threads(c)					\
	((c)->fiber = __tsan_get_current_fiber())
#define annotate_open_threads(c)	((c)->fiber = __tsan_create_fiber(0))
#define annotate_close_threads(c)	__tsan_destroy_fiber((c)->fiber)
#else
#define annotate_leave_threads(to)	((void)0)
#define annotate_thread_threads(c)	((void)0)
#define annotate_open_threads(c)	((void)0)
#define annotate_close_threads(c)	((void)0)
#endif

#ifdef HAVE_VALGRIND_VALGRIND_H
#include <valgrind/memcheck.h>

#define annotate_open_valgrind(c)					\
	((c)->valgrind = VALGRIND_STACK_REGISTER((c)->stack,		\
	    (char *)(c)->stack + (c)->size))
/* Asked first, so that closing need not fetch c from memory. */
#define annotate_close_valgrind(c) do {					\
	if (RUNNING_ON_VALGRIND)					\
		VALGRIND_STACK_DEREGISTER((c)->valgrind);		\
} while (0)
/* A signal's handler has returned from c's stack; its frame is still wanted. */
#define annotate_signal_over(c)						\
	((void)VALGRIND_MAKE_MEM_DEFINED((c)->stack, (c)->size))
/* Valgrind 3.19 goes on using a signal stack that was disabled. */
#define annotate_keeps_signal_stack()	(RUNNING_ON_VALGRIND != 0)
#else
#define annotate_keeps_signal_stack()	false
#define annotate_signal_over(c)		((void)0)
#define annotate_open_valgrind(c)	((void)0)
#define annotate_close_valgrind(c)	((void)0)
#endif

/* from is about to be left for to. */
ANNOTATION
annotate_leave(struct green__context *from, struct green__context *to)
{
	(void)from, (void)to;
	annotate_leave_addresses(from);
	annotate_leave_threads(to);
}

/* c goes on. */
ANNOTATION
annotate_arrive(struct green__context *c)
{
	(void)c;
	annotate_arrive_addresses(c);
}

/* Likewise, but nothing is on to's stack yet. */
ANNOTATION
annotate_begin(struct green__context *from, struct green__context *to)
{
	(void)from, (void)to;
	annotate_begin_addresses(from, to);
	annotate_leave_threads(to);
}

ANNOTATION
annotate_begun(void)
{
	annotate_begun_addresses();
}

/* c is the stack that this runs on. */
ANNOTATION
annotate_thread(struct green__context *c)
{
	(void)c;
	annotate_thread_addresses(c);
	annotate_thread_threads(c);
}

ANNOTATION
annotate_open(struct green__context *c)
{
	(void)c;
	annotate_open_addresses(c);
	annotate_open_threads(c);
	annotate_open_valgrind(c);
}

ANNOTATION
annotate_close(struct green__context *c)
{
	(void)c;
	annotate_close_valgrind(c);
	annotate_close_threads(c);
	annotate_close_addresses(c);
}

#endif /* GREEN_CONTEXT_ANNOTATE_H */
