/*
 * Stack overflows: a fault in a stack's guard ends the process with a message
 * that names the task.  Faults elsewhere are passed on to whoever was asked
 * before.  The handler is the process's; each thread with a loop lends it a
 * stack, as the one that is full cannot hold it.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <sys/mman.h>

#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "context_annotate.h"
#include "internal.h"

#define STACK_SIZE	((size_t)64 * 1024)

static struct {
	int	 signal;
	struct sigaction before;
} watched[] = {
	{ .signal = SIGSEGV },
	{ .signal = SIGBUS }
};
#define NWATCHED	(sizeof(watched) / sizeof(watched[0]))

static pthread_once_t once = PTHREAD_ONCE_INIT;
static _Thread_local void *stack;	/* NULL: the thread has another */
static _Thread_local unsigned nloops;	/* that the thread has: guests, and one */

/*
 * A line made of pieces, as stdio does not belong into signal handlers.
 */
struct line {
	char	 text[256];
	size_t	 len;
};

static void
add(struct line *l, const char *text)
{
	while (*text != '\0' && l->len < sizeof(l->text) - 1)
		l->text[l->len++] = *text++;
}

static void
add_number(struct line *l, uint64_t n)
{
	char digits[24], *d = &digits[sizeof(digits) - 1];

	*d = '\0';
	do {
		*--d = (char)('0' + n % 10);
	} while ((n /= 10) > 0);
	add(l, d);
}

static void
report(const struct green_task *t, size_t size)
{
	struct line l = { .len = 0 };

	add(&l, "libgreen: stack overflow in task \"");
	add(&l, t->name);
	add(&l, "\" (id ");
	add_number(&l, t->id);
	add(&l, "): all ");
	add_number(&l, size / 1024);
	add(&l, " KiB used; see green_options.stack_size");
	l.text[l.len++] = '\n';
	(void)!write(STDERR_FILENO, l.text, l.len);
}

/* The default action, at the place of the fault: it happens again.  What was
   sent by a process does not, and has codes beyond those of faults. */
static void
die(int signal, const siginfo_t *info)
{
	struct sigaction dfl = { .sa_handler = SIG_DFL };

	sigemptyset(&dfl.sa_mask);
	sigaction(signal, &dfl, NULL);
	if (info->si_code <= 0 || info->si_code >= 0x10000)
		raise(signal);
}

static void
handle(int signal, siginfo_t *info, void *registers)
{
	const struct loop *l = green__loop;
	const struct sigaction *before;
	const struct green_task *t;
	int error = errno;
	size_t i;

	if (l != NULL && l->stacks != NULL &&
	    green__stack_guard_at(l->stacks, info->si_addr, &t)) {
		report(t, green__stack_size(l->stacks));
		die(signal, info);
		return;
	}
	for (i = 0; watched[i].signal != signal; i++)
		;
	before = &watched[i].before;
	if ((before->sa_flags & SA_SIGINFO) != 0)
		before->sa_sigaction(signal, info, registers);
	else if (before->sa_handler == SIG_DFL ||
	    before->sa_handler == SIG_IGN)
		die(signal, info);
	else
		before->sa_handler(signal);
	errno = error;
}

static void
install(void)
{
	struct sigaction action;
	size_t i;

	memset(&action, 0, sizeof(action));
	action.sa_sigaction = handle;
	action.sa_flags = SA_SIGINFO | SA_ONSTACK;
	sigemptyset(&action.sa_mask);
	for (i = 0; i < NWATCHED; i++)
		sigaction(watched[i].signal, &action, &watched[i].before);
}

int
green__overflow_watch(void)
{
	stack_t ss;

	if (sigaltstack(NULL, &ss) == -1)
		return (-1);
	if ((ss.ss_flags & SS_DISABLE) != 0) {
		ss.ss_sp = mmap(NULL, STACK_SIZE, PROT_READ | PROT_WRITE,
		    GREEN_MAP_STACK, -1, 0);
		if (ss.ss_sp == MAP_FAILED)
			return (-1);
		ss.ss_size = STACK_SIZE;
		ss.ss_flags = 0;
		if (sigaltstack(&ss, NULL) == -1) {
			munmap(ss.ss_sp, STACK_SIZE);
			return (-1);
		}
		stack = ss.ss_sp;
	}
	nloops++;
	(void)pthread_once(&once, install);
	return (0);
}

void
green__overflow_unwatch(void)
{
	stack_t ss;

	if (--nloops > 0 || stack == NULL)
		return;
	/* Unless the program has put its own there meanwhile. */
	if (sigaltstack(NULL, &ss) == 0 && ss.ss_sp == stack) {
		ss.ss_flags = SS_DISABLE;
		ss.ss_size = STACK_SIZE;
		(void)sigaltstack(&ss, NULL);
	}
	if (!annotate_keeps_signal_stack())
		(void)munmap(stack, STACK_SIZE);
	stack = NULL;
}
