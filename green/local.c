/*
 * Variables of tasks and loops.  Each owner has an array of values, found by
 * the number of their key.  A task has two: its own, and the inherited ones,
 * which are shared with its spawner until one of them sets a value, so that a
 * spawn costs a count.  A shared array never changes: worker threads may read
 * it.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include <green/local.h>

#include "internal.h"

#define ROUNDS	4	/* for values that destructors set */

/* A key's id is its number, from 1 on, times two, and GREEN_KEY_INHERIT. */
static atomic_uint nkeys;
static void (*destructors[GREEN_KEYS + 1])(void *);

/* What worker threads read. */
static _Thread_local struct green__values *lent;

int
green_key_create(struct green_key *k, void (*destroy)(void *), int flags)
{
	unsigned n = atomic_load(&nkeys);

	if ((flags & ~GREEN_KEY_INHERIT) != 0 ||
	    (destroy != NULL && flags != 0))
		return (green__fail(EINVAL));
	do {
		if (n == GREEN_KEYS)
			return (green__fail(EAGAIN));
	} while (!atomic_compare_exchange_weak(&nkeys, &n, n + 1));
	destructors[++n] = destroy;
	k->id = n * 2 + (unsigned)flags;
	return (0);
}

static bool
inherits(struct green_key k)
{
	return ((k.id & GREEN_KEY_INHERIT) != 0);
}

/* A copy with room for the key of number i; NULL: out of memory. */
static struct green__values *
copy(const struct green__values *old, size_t i)
{
	size_t n = old == NULL ? 0 : old->n, room = n > i ? n : (i | 3) + 1;
	struct green__values *v;

	v = calloc(1, sizeof(*v) + room * sizeof(v->value[0]));
	if (v == NULL)
		return (NULL);
	atomic_init(&v->refs, 1);
	v->n = room;
	if (n > 0)
		memcpy(v->value, old->value, n * sizeof(v->value[0]));
	return (v);
}

void
green__values_drop(struct green__values *v)
{
	if (v != NULL && atomic_fetch_sub_explicit(&v->refs, 1,
	    memory_order_acq_rel) == 1)
		free(v);
}

static int
set_at(struct green__values **at, size_t i, void *value)
{
	struct green__values *v = *at;

	if (value == NULL && (v == NULL || i >= v->n))
		return (0);
	if (v == NULL || i >= v->n ||
	    atomic_load_explicit(&v->refs, memory_order_acquire) > 1) {
		if ((v = copy(v, i)) == NULL)
			return (green__fail(ENOMEM));
		green__values_drop(*at);
		*at = v;
	}
	v->value[i] = value;
	return (0);
}

static int
set(struct green__values **at, struct green_key k, void *value)
{
	size_t i = k.id / 2;

	if (i == 0 || i > atomic_load(&nkeys))
		return (green__fail(EINVAL));
	return (set_at(at, i, value));
}

static void *
get(const struct green__values *v, struct green_key k)
{
	size_t i = k.id / 2;

	return (v != NULL && i > 0 && i < v->n ? v->value[i] : NULL);
}

void
green__values_destroy(struct green__values **at)
{
	bool some = true;
	void *value;
	size_t i;
	int round;

	for (round = 0; some && round < ROUNDS; round++) {
		some = false;
		/* A destructor may set values, and so move them all. */
		for (i = 1; *at != NULL && i < (*at)->n; i++) {
			value = (*at)->value[i];
			if (value == NULL || destructors[i] == NULL)
				continue;
			(*at)->value[i] = NULL;
			destructors[i](value);
			some = true;
		}
	}
	green__values_drop(*at);
	*at = NULL;
}

void
green__locals_end(struct green_task *t)
{
	char *errmsg = t->errmsg;
	int code = t->errmsg_code, error = errno;

	t->errmsg = NULL;
	green__values_destroy(&t->locals);
	if (t->scope != &t->self)
		green__scope_left_open(t);
	green__values_drop(t->inherited);
	t->inherited = NULL;
	free(t->errmsg);
	t->errmsg = errmsg;
	t->errmsg_code = code;
	errno = error;
}

struct green__values *
green__values_lend(struct green__values *v)
{
	struct green__values *before = lent;

	lent = v;
	return (before);
}

int
green__limiter_set(struct green_limiter *l)
{
	return (set_at(&green__task()->inherited, 0, l));
}

struct green_limiter *
green__limiter_get(const struct green_task *t)
{
	return (GREEN__LIKELY(t->inherited == NULL) ? NULL :
	    t->inherited->value[0]);
}

int
green_local_set(struct green_key k, void *value)
{
	struct green_task *t = green__task();

	if (t == NULL)
		return (green__fail(EPERM));
	return (set(inherits(k) ? &t->inherited : &t->locals, k, value));
}

void *
green_local_get(struct green_key k)
{
	const struct green_task *t = green__task();

	if (t == NULL)
		return (inherits(k) ? get(lent, k) : NULL);
	return (get(inherits(k) ? t->inherited : t->locals, k));
}

int
green_loop_local_set(struct green_key k, void *value)
{
	if (green__loop == NULL)
		return (green__fail(EPERM));
	return (set(&green__loop->locals, k, value));
}

void *
green_loop_local_get(struct green_key k)
{
	return (green__loop == NULL ? NULL : get(green__loop->locals, k));
}
