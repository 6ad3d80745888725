/*
 * Limiters.  A token that is given back with tasks in line goes to the first of
 * them at once, so a token is there to be had only while nobody waits.
 *
 * Borrowers named by the program, those that wait and those that hold a token,
 * are found in a search tree by their scrambled addresses: these come in no
 * order, so that nothing has to keep the tree in balance.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <stdlib.h>

#include "limiter.h"
#include "queue.h"

struct named {
	struct green__borrower borrower;
	uint64_t key;
	struct named *child[2];
};

struct limiter {
	struct waiters queue;
	LIST_HEAD(, green__borrower) holders;
	size_t	 total;
	size_t	 lent;
	struct named *tree;
} GREEN__ALIAS;
#define LIMITER(l)	((struct limiter *)(void *)(l))

GREEN__FITS(struct limiter, struct green_limiter);

struct limiter_waiter {
	struct queued queued;
	struct green__borrower *borrower;
};

void
green_limiter_init(struct green_limiter *l, size_t total)
{
	*LIMITER(l) = (struct limiter){ .total = total };
}

static void
lend(struct limiter *l, struct green__borrower *b)
{
	l->lent++;
	b->holds = true;
	LIST_INSERT_HEAD(&l->holders, b, link);
}

/* To those in line, as many tokens as there are. */
static void
hand_out(struct limiter *l)
{
	struct queued *e;

	while (l->lent < l->total &&
	    (e = green__queue_take(&l->queue)) != NULL) {
		lend(l, GREEN__CONTAINER(e, struct limiter_waiter,
		    queued)->borrower);
		green__wake(&e->waiter, 0, 0);
	}
}

static int
borrow(struct limiter *l, struct green__borrower *b,
    bool (*abort)(struct waiter *))
{
	struct limiter_waiter self;

	if (l->lent < l->total) {
		lend(l, b);
		return (0);
	}
	self.borrower = b;
	green__queue_add(&l->queue, &self.queued);
	return (green__park(&self.queued.waiter, abort, "limiter", -1,
	    GREEN_FOREVER));
}

int
green__limiter_borrow(struct green_limiter *l, struct green__borrower *b,
    bool shielded)
{
	return (borrow(LIMITER(l), b, shielded ? NULL : green__queue_abort));
}

void
green__limiter_give_back(struct green_limiter *shown,
    struct green__borrower *b)
{
	struct limiter *l = LIMITER(shown);

	LIST_REMOVE(b, link);
	b->holds = false;
	l->lent--;
	hand_out(l);
}

/* One key for each address, near ones far apart. */
static uint64_t
scramble(const void *who)
{
	uint64_t x = (uintptr_t)who;

	x ^= x >> 32;
	x *= UINT64_C(0x9e3779b97f4a7c15);
	x ^= x >> 29;
	return (x * UINT64_C(0xbf58476d1ce4e5b9));
}

/* Where in the tree who is, or would be. */
static struct named **
find(struct limiter *l, const void *who)
{
	uint64_t key = scramble(who);
	struct named **at = &l->tree;

	while (*at != NULL && (*at)->key != key)
		at = &(*at)->child[key > (*at)->key];
	return (at);
}

/* Take the borrower out of that place in the tree, and free it. */
static void
forget(struct named **at)
{
	struct named *gone = *at, **next, *heir;

	if (gone->child[0] == NULL || gone->child[1] == NULL)
		*at = gone->child[gone->child[0] == NULL];
	else {
		for (next = &gone->child[1]; (*next)->child[0] != NULL;
		    next = &(*next)->child[0])
			continue;
		heir = *next;
		*next = heir->child[1];
		heir->child[0] = gone->child[0];
		heir->child[1] = gone->child[1];
		*at = heir;
	}
	free(gone);
}

/* Enter who as a borrower without a token yet; EBUSY, ENOMEM. */
static struct named *
enter(struct limiter *l, const void *who)
{
	struct named **at = find(l, who);

	if (*at != NULL) {
		green__fail(EBUSY);
		return (NULL);
	}
	/* Not calloc(3), which takes glibc twice as long. */
	if ((*at = malloc(sizeof(**at))) == NULL) {
		green__fail(ENOMEM);
		return (NULL);
	}
	**at = (struct named){ .borrower.who = who, .key = scramble(who) };
	return (*at);
}

static bool
abort_named(struct waiter *waiter)
{
	struct limiter_waiter *w = GREEN__CONTAINER(waiter,
	    struct limiter_waiter, queued.waiter);

	forget(find(GREEN__CONTAINER(w->queued.queue, struct limiter, queue),
	    w->borrower->who));
	return (green__queue_abort(waiter));
}

int
green_limiter_acquire_for(struct green_limiter *l, const void *borrower)
{
	struct named *n;
	bool waits;

	if (green__check() == -1)
		return (-1);
	if ((n = enter(LIMITER(l), borrower)) == NULL)
		return (-1);
	waits = LIMITER(l)->lent >= LIMITER(l)->total;
	if (borrow(LIMITER(l), &n->borrower, abort_named) == -1)
		return (-1);
	if (!waits)
		green__spend();
	return (0);
}

int
green_limiter_acquire_for_nowait(struct green_limiter *l, const void *borrower)
{
	struct named *n;

	if (*find(LIMITER(l), borrower) != NULL)
		return (green__fail(EBUSY));
	if (LIMITER(l)->lent >= LIMITER(l)->total)
		return (green__fail(EAGAIN));
	if ((n = enter(LIMITER(l), borrower)) == NULL)
		return (-1);
	lend(LIMITER(l), &n->borrower);
	return (0);
}

int
green_limiter_release_for(struct green_limiter *l, const void *borrower)
{
	struct named **at = find(LIMITER(l), borrower);

	if (*at == NULL || !(*at)->borrower.holds)
		return (green__fail(EPERM));
	green__limiter_give_back(l, &(*at)->borrower);
	forget(at);
	return (0);
}

int
green_limiter_acquire(struct green_limiter *l)
{
	return (green_limiter_acquire_for(l, green__task()));
}

int
green_limiter_acquire_nowait(struct green_limiter *l)
{
	if (green__task() == NULL)
		return (green__fail(EPERM));
	return (green_limiter_acquire_for_nowait(l, green__task()));
}

int
green_limiter_release(struct green_limiter *l)
{
	if (green__task() == NULL)
		return (green__fail(EPERM));
	return (green_limiter_release_for(l, green__task()));
}

void
green_limiter_set_total(struct green_limiter *l, size_t total)
{
	LIMITER(l)->total = total;
	hand_out(LIMITER(l));
}

size_t
green_limiter_total(const struct green_limiter *l)
{
	return (LIMITER(l)->total);
}

size_t
green_limiter_borrowed(const struct green_limiter *l)
{
	return (LIMITER(l)->lent);
}

size_t
green_limiter_available(const struct green_limiter *l)
{
	size_t total = LIMITER(l)->total, lent = LIMITER(l)->lent;

	if (total == GREEN_UNLIMITED)
		return (GREEN_UNLIMITED);
	return (lent < total ? total - lent : 0);
}

size_t
green_limiter_borrowers(const struct green_limiter *l, const void **who,
    size_t n)
{
	const struct green__borrower *b;
	size_t i = 0;

	LIST_FOREACH(b, &LIMITER(l)->holders, link) {
		if (i == n)
			break;
		who[i++] = b->who;
	}
	return (LIMITER(l)->lent);
}

size_t
green_limiter_waiting(const struct green_limiter *l)
{
	return (green__queue_count(&LIMITER(l)->queue));
}
