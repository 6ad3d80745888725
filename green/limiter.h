/*
 * Limiters for borrowers that bring the memory for their name along: worker
 * calls, each of which is a borrower of its own.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#ifndef GREEN_LIMITER_H
#define GREEN_LIMITER_H

#include <sys/queue.h>

#include <stdbool.h>

struct green_limiter;

struct green__borrower {
	const void *who;
	LIST_ENTRY(green__borrower) link;	/* while it holds a token */
	bool	 holds;
};

/*
 * Lend b a token, b->who being set; b stays where it is until that is given
 * back.  Waits for one if it must, and fails with ECANCELED, which it looks for
 * only then; shielded, it waits as long as it takes.
 */
int	 green__limiter_borrow(struct green_limiter *l,
	    struct green__borrower *b, bool shielded);
void	 green__limiter_give_back(struct green_limiter *l,
	    struct green__borrower *b);

#endif /* GREEN_LIMITER_H */
