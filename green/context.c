/*
 * Contexts: which ways onto a new stack are built in, and how a stack's first
 * frame is left waiting there.  A context belongs to one thread: compilers keep
 * the address of what is thread-local across a switch.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#undef _FORTIFY_SOURCE		/* its longjmp() refuses to change stacks */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "internal.h"

#include "context_switch.h"

const struct green__context_ops *const green__contexts[] = {
#ifdef HAVE_CONTEXT_ASM
	&green__context_asm,
#endif
#ifdef HAVE_UCONTEXT
	&green__context_ucontext,
#endif
	&green__context_sigaltstack,
	NULL
};

const struct green__context_ops *
green__context_choose(void)
{
	const char *name = getenv("GREEN_CONTEXT");
	size_t i;

	if (name == NULL || *name == '\0')
		return (green__contexts[0]);
	for (i = 0; green__contexts[i] != NULL; i++)
		if (strcmp(green__contexts[i]->name, name) == 0)
			return (green__contexts[i]);
	green__failx(EINVAL, "GREEN_CONTEXT=%s: no such context here", name);
	return (NULL);
}

const char *
green_context_backend(void)
{
	const struct green__context_ops *ops;

	ops = green__loop != NULL ? green__loop->context_ops :
	    green__context_choose();
	return (ops == NULL ? NULL : ops->name);
}

void
green__context_open_thread(struct green__context *c)
{
	memset(c, 0, sizeof(*c));
	annotate_thread(c);
}

void
green__context_close_thread(struct green__context *c)
{
	memset(c, 0, sizeof(*c));
}

#ifdef HAVE_CONTEXT_ASM
void
green__context_setjmp(struct green__context *from, struct green__context *to)
{
	switch_by_setjmp(from, to);
}
#endif

/* A stack's first frame on its way: nothing else is handed to a new stack. */
struct birth {
	struct green__context parent;
	struct green__context *child;
	void	(*entry)(void);
};
static _Thread_local struct birth *birth;

static void
born(void)
{
	struct birth *b = birth;	/* gone when somebody switches here */
	struct green__context *c = b->child;
	void (*entry)(void) = b->entry;

	annotate_begun();
	green__context_switch(c, &b->parent);
	entry();
	abort();
}

int
green__context_bear(struct green__context *c, void (*entry)(void),
    int (*enter)(struct green__context *c, void (*fn)(void)))
{
	struct birth b;
	int error;

	green__context_open_thread(&b.parent);
	green__fpenv_save(&b.parent.fpenv);
	b.child = c;
	b.entry = entry;
	birth = &b;
	if (_setjmp(b.parent.env) != 0) {
		annotate_arrive(&b.parent);
		return (0);
	}
	annotate_begin(&b.parent, c);
	(void)enter(c, born);
	error = errno;
	annotate_begun();
	annotate_leave(c, &b.parent);
	annotate_arrive(&b.parent);
	errno = error;
	return (-1);
}

int
green__context_open(const struct green__context_ops *ops,
    struct green__context *c, void *stack, size_t size, void (*entry)(void))
{
	int error;

	memset(c, 0, sizeof(*c));
	c->stack = stack;
	c->size = size;
	annotate_open(c);
	if (ops->open(c, entry) == 0)
		return (0);
	error = errno;
	annotate_close(c);
	errno = error;
	return (-1);
}

void
green__context_close(struct green__context *c)
{
	(void)c;
	annotate_close(c);
}
