/*
 * Channels as they really are, for channel.c and select.c.  Whoever waits has
 * an offer in the line of his side: one alone, or several that stand for one
 * green_select(), of which the first to be taken withdraws the others.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#ifndef GREEN_CHANNEL_INTERNAL_H
#define GREEN_CHANNEL_INTERNAL_H

#include <green/channel.h>

#include "internal.h"

struct channel;

enum side {
	SENDING,
	RECEIVING
};
struct end {
	struct channel *channel;
	enum side side;
};
struct green_sender {
	struct end end;
};
struct green_receiver {
	struct end end;
};

struct offer {
	TAILQ_ENTRY(offer) link;
	struct end *end;
	void	*item;			/* to be sent, or room for one */
	struct party *party;
};

/* A task that waits, with its offers. */
struct party {
	struct waiter waiter;
	struct offer *offers;
	size_t	 n;
	struct offer *taken;		/* the one that came about, or NULL */
};

/* Send or receive item at once, if that can be: the result, or -1 with errno;
   GREEN__NOT_NOW: it would have to wait. */
#define GREEN__NOT_NOW	(-2)
int	 green__trade_now(struct end *e, void *item);
/*
 * Stand in line with every offer of p, that of index first in front, until one
 * of them has come about: its result, or -1 with errno.  If p->taken is NULL
 * then, none has, and the wait itself failed.
 */
int	 green__party_wait(struct party *p, size_t first, const char *what);

#endif /* GREEN_CHANNEL_INTERNAL_H */
