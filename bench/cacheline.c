/*
 * What a cache line takes from one CPU to another and back: the floor under
 * whatever crosses them, which differs between machines, and between runs of
 * virtual ones.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "bench.h"
#include "place.h"

static _Alignas(128) atomic_long ball;	/* odd: the other's turn */

static void *
play(void *arg)
{
	long i, n = *(long *)arg;

	(void)place(1);
	for (i = 0; i < n; i++) {
		while (atomic_load_explicit(&ball, memory_order_acquire) !=
		    2 * i + 1)
			continue;
		atomic_store_explicit(&ball, 2 * i + 2, memory_order_release);
	}
	return (NULL);
}

static double
measure(long n)
{
	pthread_t other;
	double start;
	long i;
	int error;

	ball = 0;
	if ((error = pthread_create(&other, NULL, play, &n)) != 0)
		errx(1, "pthread_create: %s", strerror(error));
	start = seconds();
	for (i = 0; i < n; i++) {
		atomic_store_explicit(&ball, 2 * i + 1, memory_order_release);
		while (atomic_load_explicit(&ball, memory_order_acquire) !=
		    2 * i + 2)
			continue;
	}
	start = seconds() - start;
	pthread_join(other, NULL);
	return (start);
}

int
main(void)
{
	if (!place(0))
		errx(1, "threads cannot be placed");
	report("cache line, there and back", 200000, measure);
	return (0);
}
