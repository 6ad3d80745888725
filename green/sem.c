/*
 * Semaphores.  A permit that is released with tasks in line goes to the first
 * of them at once, so the value is above 0 only while nobody waits.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include "queue.h"

struct sem {
	struct waiters queue;
	size_t	 value;
	size_t	 max;			/* 0: none */
} GREEN__ALIAS;
#define SEM(s)	((struct sem *)(void *)(s))

GREEN__FITS(struct sem, struct green_sem);

int
green_sem_init(struct green_sem *s, size_t value, size_t max)
{
	if (max > 0 && value > max)
		return (green__fail(EINVAL));
	*SEM(s) = (struct sem){ .value = value, .max = max };
	return (0);
}

int
green_sem_acquire(struct green_sem *s)
{
	struct queued self;

	if (green__check() == -1)
		return (-1);
	if (SEM(s)->value == 0)
		return (green__queue_wait(&SEM(s)->queue, &self, "semaphore"));
	SEM(s)->value--;
	green__spend();
	return (0);
}

int
green_sem_acquire_nowait(struct green_sem *s)
{
	if (SEM(s)->value == 0)
		return (green__fail(EAGAIN));
	SEM(s)->value--;
	return (0);
}

int
green_sem_release(struct green_sem *s)
{
	if (green__wake_first(&SEM(s)->queue, 0, 0))
		return (0);
	if (SEM(s)->value == (SEM(s)->max == 0 ? SIZE_MAX : SEM(s)->max))
		return (green__fail(EOVERFLOW));
	SEM(s)->value++;
	return (0);
}

size_t
green_sem_value(const struct green_sem *s)
{
	return (SEM(s)->value);
}

size_t
green_sem_max(const struct green_sem *s)
{
	return (SEM(s)->max);
}

size_t
green_sem_waiting(const struct green_sem *s)
{
	return (green__queue_count(&SEM(s)->queue));
}
