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

static int
play_both(void *arg)
{
	struct trial *t = arg;
	pthread_t other;
	long i;

	if (!place(0)) {
		t->n = 0;
		return (0);
	}
	ball = 0;
	if ((errno = pthread_create(&other, NULL, play, &t->n)) != 0)
		return (-1);
	for (i = 0; i < t->n; i++) {
		atomic_store_explicit(&ball, 2 * i + 1, memory_order_release);
		while (atomic_load_explicit(&ball, memory_order_acquire) !=
		    2 * i + 2)
			continue;
	}
	pthread_join(other, NULL);
	return (0);
}

static const struct subject subjects[] = {
	{ "cacheline", "cpu", play_both, NULL, { 2 }, NULL },
	{ .name = NULL }
};

int
main(int argc, char *argv[])
{
	return (bench(argc, argv, subjects));
}
