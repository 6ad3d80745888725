/*
 * Onto a new stack by a signal, for systems without makecontext().  The stack
 * becomes the thread's alternate one, a signal's handler keeps its place there
 * and returns, so that the system knows that the signal is over; then the place
 * is jumped to.  All signals but this one are blocked meanwhile: another would
 * run over the place.
 *
 * The signal's action belongs to the whole process, so threads take turns, and
 * put back what they found.  Such a signal that comes from elsewhere meanwhile
 * is sent again afterwards.  It is SIGURG, which by default is ignored, and
 * which debuggers do not stop at.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#undef _FORTIFY_SOURCE		/* its longjmp() refuses to change stacks */
#include "config.h"

#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <unistd.h>

#include "context.h"
#include "context_annotate.h"

#define SIGNAL	SIGURG

struct arrival {
	jmp_buf	 place;
	char	*stack;
	size_t	 size;
	void	(*fn)(void);
	volatile sig_atomic_t arrived;
};

static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;
static atomic_bool visiting;		/* the signal's action is ours */
static atomic_bool strays;		/* there are some to send again */
static _Thread_local struct arrival *arriving;

/* Once the visit is over: by the visitor, or by whom he did not wait for. */
static void
resend_strays(void)
{
	if (!atomic_load(&visiting) && atomic_exchange(&strays, false))
		kill(getpid(), SIGNAL);
}

static void
stray(void)
{
	int error = errno;

	atomic_store(&strays, true);
	resend_strays();
	errno = error;
}

/* The place is kept at each arrival, also when one of two was a stray: the
   later has run over the place that the earlier one kept. */
static void
arrive(int signal)
{
	struct arrival *a = arriving;

	(void)signal;
	if (a == NULL || (uintptr_t)__builtin_frame_address(0) -
	    (uintptr_t)a->stack >= a->size) {
		stray();
		return;
	}
	if (a->arrived)
		stray();
	a->arrived = 1;
	if (_setjmp(a->place) == 0)
		return;
	a->fn();
}

/* All of it with signals blocked, and in this thread's turn. */
static int
visit(struct arrival *a)
{
	struct sigaction action, old_action;
	stack_t stack, old_stack;
	sigset_t mask;
	int error = 0;

	action.sa_handler = arrive;
	action.sa_flags = SA_ONSTACK | SA_RESTART;
	sigfillset(&action.sa_mask);
	if (sigaction(SIGNAL, &action, &old_action) == -1)
		return (errno);
	stack.ss_sp = a->stack;
	stack.ss_size = a->size;
	stack.ss_flags = 0;
	if (sigaltstack(&stack, &old_stack) == -1)
		error = errno;
	else {
		mask = action.sa_mask;
		sigdelset(&mask, SIGNAL);
		pthread_sigmask(SIG_SETMASK, &mask, NULL);
		raise(SIGNAL);
		pthread_sigmask(SIG_SETMASK, &action.sa_mask, NULL);
		/* macOS looks at the size even where there is no stack. */
		if ((old_stack.ss_flags & SS_DISABLE) != 0)
			old_stack.ss_size = a->size;
		sigaltstack(&old_stack, NULL);
	}
	sigaction(SIGNAL, &old_action, NULL);
	return (error);
}

static ANNOTATE_UNSEEN int
enter(struct green__context *c, void (*fn)(void))
{
	struct arrival a;
	sigset_t all, old_mask;
	int error;

	a.stack = c->stack;
	a.size = c->size;
	a.fn = fn;
	a.arrived = 0;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old_mask);
	pthread_mutex_lock(&turn);
	arriving = &a;
	atomic_store(&visiting, true);
	error = visit(&a);
	atomic_store(&visiting, false);
	arriving = NULL;
	resend_strays();
	pthread_mutex_unlock(&turn);
	pthread_sigmask(SIG_SETMASK, &old_mask, NULL);
	if (error != 0 || !a.arrived) {
		errno = error != 0 ? error : EAGAIN;
		return (-1);
	}
	annotate_signal_over(c);
	_longjmp(a.place, 1);
}

static int
open_context(struct green__context *c, void (*entry)(void))
{
	return (green__context_bear(c, entry, enter));
}

const struct green__context_ops green__context_sigaltstack = {
	.name = "sigaltstack",
	.open = open_context
};
