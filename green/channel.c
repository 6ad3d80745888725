/*
 * Channels.  Two lines of offers face each other over a buffer, and:
 *
 *	senders wait only while the buffer is full,
 *	receivers wait only while it is empty,
 *	so never do both, but for a rendezvous that one party offers both sides.
 *
 * An item goes straight from the sender's memory into the receiver's, or into
 * the buffer; whoever was given one has it, even if he is cancelled before he
 * runs.  A party is in line only while it waits, so it never meets itself.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "channel_internal.h"

#define LEAST_ROOM	16	/* items, of an unbounded buffer */

TAILQ_HEAD(offers, offer);

struct channel {
	size_t	 item_size;
	size_t	 capacity;
	char	*buffer;		/* a ring of room items */
	size_t	 room;
	size_t	 first;
	size_t	 buffered;
	size_t	 peak;
	size_t	 ends[2];		/* open ones of each side */
	size_t	 refs;			/* ends, and closes under way */
	struct offers line[2];
	void	(*drop)(void *item);
};

/*
 * The buffer.  A bounded one has its room from the first, so that sending never
 * runs out of memory; an unbounded one doubles, and shrinks when it is nearly
 * empty.
 */

static char *
slot(const struct channel *c, size_t i)
{
	i += c->first;
	if (i >= c->room)
		i -= c->room;
	return (c->buffer + i * c->item_size);
}

static int
resize(struct channel *c, size_t room)
{
	size_t n = c->room - c->first;
	char *buffer;

	if ((buffer = reallocarray(NULL, room, c->item_size)) == NULL)
		return (-1);
	if (n > c->buffered)
		n = c->buffered;
	if (n > 0)
		memcpy(buffer, slot(c, 0), n * c->item_size);
	if (c->buffered > n)
		memcpy(buffer + n * c->item_size, c->buffer,
		    (c->buffered - n) * c->item_size);
	free(c->buffer);
	c->buffer = buffer;
	c->room = room;
	c->first = 0;
	return (0);
}

static int
put(struct channel *c, const void *item)
{
	if (GREEN__UNLIKELY(c->buffered == c->room) &&
	    resize(c, c->room == 0 ? LEAST_ROOM : c->room * 2) == -1)
		return (-1);
	memcpy(slot(c, c->buffered++), item, c->item_size);
	if (c->buffered > c->peak)
		c->peak = c->buffered;
	return (0);
}

/* The first item is gone. */
static void
advance(struct channel *c)
{
	if (++c->first == c->room)
		c->first = 0;
	if (--c->buffered == 0)
		c->first = 0;	/* the same few pages again */
}

static void
get(struct channel *c, void *item)
{
	memcpy(item, slot(c, 0), c->item_size);
	advance(c);
	if (GREEN__UNLIKELY(c->capacity == GREEN_UNBOUNDED &&
	    c->room > LEAST_ROOM && c->buffered < c->room / 4))
		(void)resize(c, c->room / 2);
}

/*
 * Offers.
 */

static void
withdraw(struct party *p)
{
	struct offer *o;

	for (o = p->offers; o < p->offers + p->n; o++)
		TAILQ_REMOVE(&o->end->channel->line[o->end->side], o, link);
}

/* o has come about: its party goes on with that. */
static void
settle(struct offer *o, int result, int error)
{
	struct party *p = o->party;

	withdraw(p);
	p->taken = o;
	green__wake(&p->waiter, result, error);
}

static int
send_now(struct channel *c, const void *item)
{
	struct offer *r;

	if (c->ends[RECEIVING] == 0)
		return (green__fail(EPIPE));
	if ((r = TAILQ_FIRST(&c->line[RECEIVING])) != NULL) {
		memcpy(r->item, item, c->item_size);
		settle(r, 1, 0);
		return (0);
	}
	if (c->buffered == c->capacity)
		return (GREEN__NOT_NOW);
	return (put(c, item) == -1 ? green__fail(ENOMEM) : 0);
}

static int
receive_now(struct channel *c, void *item)
{
	struct offer *s = TAILQ_FIRST(&c->line[SENDING]);

	if (c->buffered > 0) {
		get(c, item);
		if (s != NULL) {
			(void)put(c, s->item);	/* there is room */
			settle(s, 0, 0);
		}
		return (1);
	}
	if (s != NULL) {
		memcpy(item, s->item, c->item_size);
		settle(s, 0, 0);
		return (1);
	}
	return (c->ends[SENDING] == 0 ? 0 : GREEN__NOT_NOW);
}

int
green__trade_now(struct end *e, void *item)
{
	return (e->side == SENDING ? send_now(e->channel, item) :
	    receive_now(e->channel, item));
}

static void
stand_in_line(struct offer *o, struct party *p)
{
	o->party = p;
	TAILQ_INSERT_TAIL(&o->end->channel->line[o->end->side], o, link);
}

static bool
abort_party(struct waiter *w)
{
	withdraw(GREEN__CONTAINER(w, struct party, waiter));
	return (true);
}

int
green__party_wait(struct party *p, size_t first, const char *what)
{
	size_t i;

	for (i = first; i < p->n; i++)
		stand_in_line(&p->offers[i], p);
	for (i = 0; i < first; i++)
		stand_in_line(&p->offers[i], p);
	p->taken = NULL;
	return (green__park(&p->waiter, abort_party, what, -1, GREEN_FOREVER));
}

/* One operation that blocks. */
static int
trade(struct end *e, void *item, const char *what)
{
	struct offer o;
	struct party p;
	int rc;

	if (green__check() == -1)
		return (-1);
	if ((rc = green__trade_now(e, item)) != GREEN__NOT_NOW) {
		green__spend();
		return (rc);
	}
	o.end = e;
	o.item = item;
	p.offers = &o;
	p.n = 1;
	return (green__party_wait(&p, 0, what));
}

static int
trade_nowait(struct end *e, void *item)
{
	int rc = green__trade_now(e, item);

	return (rc == GREEN__NOT_NOW ? green__fail(EAGAIN) : rc);
}

int
green_channel_send(struct green_sender *tx, const void *item)
{
	return (trade(&tx->end, (void *)(uintptr_t)item, "room in channel"));
}

int
green_channel_send_nowait(struct green_sender *tx, const void *item)
{
	return (trade_nowait(&tx->end, (void *)(uintptr_t)item));
}

int
green_channel_receive(struct green_receiver *rx, void *item)
{
	return (trade(&rx->end, item, "item of channel"));
}

int
green_channel_receive_nowait(struct green_receiver *rx, void *item)
{
	return (trade_nowait(&rx->end, item));
}

/*
 * Ends.
 */

static void *
open_end(struct channel *c, enum side side)
{
	struct end *e = malloc(sizeof(*e));

	if (e == NULL) {
		green__fail(ENOMEM);
		return (NULL);
	}
	e->channel = c;
	e->side = side;
	c->ends[side]++;
	c->refs++;
	return (e);
}

/* Of a side, wake those who wait on e, or with NULL all of them. */
static void
wake(struct channel *c, enum side side, const struct end *e, int result,
    int error)
{
	struct offer *o, *next;

	for (o = TAILQ_FIRST(&c->line[side]); o != NULL; o = next) {
		next = TAILQ_NEXT(o, link);
		if (e != NULL && o->end != e)
			continue;
		/* A party's offers, all withdrawn now, are neighbours. */
		while (next != NULL && next->party == o->party)
			next = TAILQ_NEXT(next, link);
		settle(o, result, error);
	}
}

/* Nobody will receive what is left.  drop() may do anything, with other ends of
   this channel too. */
static void
drop_all(struct channel *c)
{
	void *item;

	while (c->buffered > 0) {
		item = slot(c, 0);
		advance(c);
		if (c->drop != NULL)
			c->drop(item);
	}
	free(c->buffer);
	c->buffer = NULL;
	c->room = 0;
}

static void
close_end(struct end *e)
{
	struct channel *c = e->channel;
	enum side side = e->side;
	int error = errno;

	wake(c, side, e, -1, EBADF);
	free(e);
	if (--c->ends[side] == 0) {
		if (side == SENDING)
			wake(c, RECEIVING, NULL, 0, 0);
		else {
			wake(c, SENDING, NULL, -1, EPIPE);
			drop_all(c);
		}
	}
	if (--c->refs == 0) {
		free(c->buffer);
		free(c);
	}
	errno = error;
}

int
green_channel_open(size_t item_size, size_t capacity, struct green_sender **tx,
    struct green_receiver **rx)
{
	struct channel *c;

	if (item_size == 0)
		return (green__fail(EINVAL));
	if ((c = calloc(1, sizeof(*c))) == NULL)
		return (green__fail(ENOMEM));
	c->item_size = item_size;
	c->capacity = capacity;
	TAILQ_INIT(&c->line[SENDING]);
	TAILQ_INIT(&c->line[RECEIVING]);
	if (capacity != 0 && capacity != GREEN_UNBOUNDED &&
	    resize(c, capacity) == -1)
		goto fail;
	if ((*tx = open_end(c, SENDING)) == NULL)
		goto fail;
	if ((*rx = open_end(c, RECEIVING)) == NULL) {
		free(*tx);
		goto fail;
	}
	return (0);
fail:
	free(c->buffer);
	free(c);
	return (green__fail(ENOMEM));
}

struct green_sender *
green_sender_clone(struct green_sender *tx)
{
	return (open_end(tx->end.channel, SENDING));
}

struct green_receiver *
green_receiver_clone(struct green_receiver *rx)
{
	return (open_end(rx->end.channel, RECEIVING));
}

void
green_sender_close(struct green_sender *tx)
{
	if (tx != NULL)
		close_end(&tx->end);
}

void
green_receiver_close(struct green_receiver *rx)
{
	if (rx != NULL)
		close_end(&rx->end);
}

void
green_channel_set_drop(struct green_receiver *rx, void (*drop)(void *item))
{
	rx->end.channel->drop = drop;
}

/* Tasks, each of which may have several offers, one behind the other. */
static size_t
count(const struct offers *line)
{
	const struct party *last = NULL;
	const struct offer *o;
	size_t n = 0;

	TAILQ_FOREACH(o, line, link) {
		n += o->party != last;
		last = o->party;
	}
	return (n);
}

static void
stats(const struct channel *c, struct green_channel_stats *st)
{
	st->buffered = c->buffered;
	st->capacity = c->capacity;
	st->senders = c->ends[SENDING];
	st->receivers = c->ends[RECEIVING];
	st->senders_waiting = count(&c->line[SENDING]);
	st->receivers_waiting = count(&c->line[RECEIVING]);
	st->peak = c->peak;
}

void
green_sender_stats(const struct green_sender *tx,
    struct green_channel_stats *st)
{
	stats(tx->end.channel, st);
}

void
green_receiver_stats(const struct green_receiver *rx,
    struct green_channel_stats *st)
{
	stats(rx->end.channel, st);
}
