/*
 * Dumps at a signal, which goes to any thread.  A loop is looked at by its own
 * thread alone: whoever gets the signal marks every loop, draws his own, and
 * sends the signal on to the thread of each other one.  A thread whose loop is
 * marked knows by that that the signal was sent on.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "internal.h"
#include "out.h"

#ifdef SIGINFO
#define DEFAULT		SIGINFO
#else
#define DEFAULT		SIGUSR1
#endif

/* One dump at a time; never taken but in the handler, which is not interrupted. */
static atomic_flag drawing = ATOMIC_FLAG_INIT;

/* Was it sent on?  Then this thread's loops alone are marked. */
static bool
sent_on(void)
{
	struct loop *l;

	LIST_FOREACH(l, &green__loops, link)
		if (pthread_equal(l->thread, pthread_self()) &&
		    atomic_load(&l->dump_due))
			return (true);
	return (false);
}

static void
send_on(int sig)
{
	struct loop *l;

	LIST_FOREACH(l, &green__loops, link) {
		atomic_store(&l->dump_due, true);
		if (!pthread_equal(l->thread, pthread_self()))
			pthread_kill(l->thread, sig);
	}
}

/* The next loop of this thread that is marked; only this thread ends it. */
static struct loop *
take_marked(void)
{
	struct loop *l;

	LIST_FOREACH(l, &green__loops, link)
		if (pthread_equal(l->thread, pthread_self()) &&
		    atomic_exchange(&l->dump_due, false))
			break;
	return (l);
}

static void
handle(int sig)
{
	struct out o = { .fd = STDERR_FILENO };
	int error = errno;
	sigset_t before;
	struct loop *l;
	bool none;

	green__loops_lock(&before);
	none = LIST_EMPTY(&green__loops);
	if (!sent_on())
		send_on(sig);
	green__loops_unlock(&before);
	if (none) {
		green__out_text(&o, "libgreen: no loop in this process\n");
		green__out_flush(&o);
	}
	for (;;) {
		green__loops_lock(&before);
		l = take_marked();
		green__loops_unlock(&before);
		if (l == NULL)
			break;
		while (atomic_flag_test_and_set(&drawing))
			(void)poll(NULL, 0, 1);
		green__dump(l, STDERR_FILENO);
		atomic_flag_clear(&drawing);
	}
	errno = error;
}

static bool
tells_of_a_fault(int sig)
{
	static const int faults[] = {
		SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGABRT, SIGSYS
	};
	size_t i;

	for (i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
		if (sig == faults[i])
			return (true);
	return (false);
}

int
green_dump_on(int sig)
{
	struct sigaction sa;

	if (sig == 0)
		sig = DEFAULT;
	if (sig < 0 || tells_of_a_fault(sig))
		return (green__fail(EINVAL));
	memset(&sa, 0, sizeof(sa));
	sa.sa_handler = handle;
	sa.sa_flags = SA_RESTART | SA_ONSTACK;
	sigfillset(&sa.sa_mask);
	return (sigaction(sig, &sa, NULL) == -1 ? green__fail(errno) : 0);
}
