/* Stacks (stack.c), and what becomes of those that overflow (overflow.c). */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#ifndef GREEN_STACK_H
#define GREEN_STACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <green/debug.h>

#include "context.h"

struct green_task;
struct stacks;

/* A task with its context made, running entry() over and over. */
struct stacks *green__stacks_open(size_t stack_size,
	    const struct green__context_ops *ops, void (*entry)(void));
void	 green__stacks_close(struct stacks *s);
struct green_task *green__stack_get(struct stacks *s);	/* ENOMEM, EAGAIN */
void	 green__stack_put(struct stacks *s, struct green_task *t);
/* Give idle memory back; true: call again in a second. */
bool	 green__stack_trim(struct stacks *s, int64_t now);
size_t	 green__stack_size(const struct stacks *s);
/* How deep t is in its stack, or was when it last gave way. */
size_t	 green__stack_used(const struct stacks *s, const struct green_task *t);
void	 green__stacks_count(const struct stacks *s, struct green_stats *st);
/* Whose guard is at addr?  Async-signal-safe. */
bool	 green__stack_guard_at(const struct stacks *s, const void *addr,
	    const struct green_task **t);
int	 green__overflow_watch(void);		/* overflow.c: this thread */
void	 green__overflow_unwatch(void);

#endif /* GREEN_STACK_H */
