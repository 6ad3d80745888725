/*
 * A brief spin before a thread sleeps until another one answers.  To be woken
 * across CPUs takes longer than most calls do, 5 to 80 us.  A spin outlasts such
 * a wake-up: of two threads that hand things to and fro, one that has slept once
 * still finds the other one awake.  Where it does not help, as with calls that
 * take long, it is soon tried but now and then: each that was in vain doubles how
 * many sleeps come before the next.  Where nobody who comes to sleep has ever
 * been on another CPU, it is never tried.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <sched.h>
#include <unistd.h>

#include "internal.h"

#define SPIN		(100 * GREEN_USEC)
#define LOOKS		32	/* between two at the clock */
#define VAIN_MAX	256

/* The CPU that all of the process's threads were on, as far as has been seen. */
#define UNKNOWN		(-1)
#define SEVERAL		(-2)
static atomic_int seen_on = UNKNOWN;

static int
current_cpu(void)
{
#ifdef HAVE_SCHED_GETCPU
	int cpu = sched_getcpu();

	return (cpu >= 0 ? cpu : SEVERAL);
#else
	return (sysconf(_SC_NPROCESSORS_ONLN) == 1 ? 0 : SEVERAL);
#endif
}

static bool
on_several_cpus(void)
{
	int cpu, on = atomic_load_explicit(&seen_on, memory_order_relaxed);

	if (on == SEVERAL)
		return (true);
	cpu = current_cpu();
	if (on == UNKNOWN && atomic_compare_exchange_strong(&seen_on, &on, cpu))
		return (cpu == SEVERAL);
	if (on == cpu)
		return (false);
	atomic_store(&seen_on, SEVERAL);
	return (true);
}

void
green__spin_leave_behind(void)
{
	seen_on = UNKNOWN;
}

bool
green__spin(struct spin *s, int64_t *timeout, bool (*there)(void *arg),
    void *arg)
{
	int64_t began, now;
	int i;

	if (*timeout <= SPIN || !on_several_cpus())
		return (false);
	if (s->skip > 0) {
		s->skip--;
		return (false);
	}
	began = green__clock();
	do {
		for (i = 0; i < LOOKS; i++)
			if (there(arg)) {
				s->vain = 0;
				return (true);
			}
	} while ((now = green__clock()) - began < SPIN);
	if (*timeout != GREEN_FOREVER)
		*timeout -= now - began;
	s->vain = s->vain == 0 ? 1 : s->vain * 2;
	if (s->vain > VAIN_MAX)
		s->vain = VAIN_MAX;
	s->skip = s->vain;
	return (false);
}
