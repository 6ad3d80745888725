/*
 * One operation on a channel or a select, in a task of its own: how it ends.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#ifndef TRADE_H
#define TRADE_H

#include <green/channel.h>

#include "check.h"

struct trade {
	struct green_sender *tx;	/* send item to this, */
	struct green_receiver *rx;	/* or receive it from this, */
	struct green_case *cases;	/* or select one of ncases */
	size_t	 ncases;
	int	 item;
	struct green_scope *scope;	/* around it, while it is under way */
	bool	 done;
	int	 rc;
	int	 error;
	int	 after;			/* what a checkpoint says then, */
	unsigned place;			/* and who ended before this */
};

/* How many have ended, in this test program. */
static unsigned trades;

static inline int
trade_task(void *arg)
{
	struct trade *t = arg;
	struct green_scope s;

	green_scope_open(&s);
	t->scope = &s;
	if (t->cases != NULL)
		t->rc = green_select(t->cases, t->ncases, true);
	else if (t->tx != NULL)
		t->rc = green_channel_send(t->tx, &t->item);
	else
		t->rc = green_channel_receive(t->rx, &t->item);
	t->error = errno;
	t->after = green_checkpoint_if_cancelled();
	t->scope = NULL;
	t->done = true;
	t->place = trades++;
	return ((int)green_scope_close(&s, t->after));
}

/* Start it, and let it get as far as it can. */
static inline void
trade_begin(struct green_group *g, struct trade *t)
{
	CHECK_INT(green_spawn(g, trade_task, t), 0);
	CHECK_INT(green_sleep(1), 0);
}

/* Has it failed so? */
static inline bool
trade_failed(const struct trade *t, int code)
{
	return (CHECK(t->done) && CHECK_INT(t->rc, -1) &&
	    CHECK_INT(t->error, code));
}

static inline void
trade_cancel(struct trade *t)
{
	if (CHECK(t->scope != NULL))
		green_scope_cancel(t->scope, NULL);
}

#define WAITING_TO_SEND(end)	(stats_of((end), NULL).senders_waiting)
#define WAITING_TO_RECEIVE(end)	(stats_of(NULL, (end)).receivers_waiting)

static inline struct green_channel_stats
stats_of(const struct green_sender *tx, const struct green_receiver *rx)
{
	struct green_channel_stats st;

	if (tx != NULL)
		green_sender_stats(tx, &st);
	else
		green_receiver_stats(rx, &st);
	return (st);
}

#endif /* TRADE_H */
