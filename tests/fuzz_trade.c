/*
 * Random programs: what goes from one task to another.  Each item that was sent
 * is received once, or dropped once if nobody is left to receive it; what was
 * not sent is not received.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <errno.h>
#include <string.h>

#include <green/thread.h>

#include "fuzz.h"

#define PATIENCE	3	/* ns of a wait that may be for nothing */
#define PRIVATE		255	/* as an item's channel */

/*
 * The ledger.
 */

/* An item to be sent on channel c; -1: no more. */
static int
new_item(struct fuzz *p, unsigned c)
{
	if (p->nitems == FUZZ_ITEMS)
		return (-1);
	p->channel[p->nitems] = (unsigned char)c;
	return (p->nitems++);
}

static void
came(struct fuzz *p, int item, unsigned c)
{
	fuzz_must(p, item >= 0 && item < p->nitems, "an item is whole");
	if (p->bad)
		return;
	fuzz_must(p, p->channel[item] == c, "an item goes where it should");
	fuzz_must(p, ++p->received[item] == 1, "an item comes once");
}

/*
 * The channels of all.
 */

static struct green_channel_stats
stats(const struct fuzz *p, unsigned c)
{
	struct green_channel_stats st;

	green_sender_stats(p->tx[c], &st);
	return (st);
}

static int
send(struct fuzz_job *j)
{
	struct fuzz *p = j->p;
	unsigned c = fuzz_draw(p, FUZZ_CHANNELS);
	struct green_channel_stats st = stats(p, c);
	int rc, item = new_item(p, c);
	struct green_scope s;

	if (item == -1)
		return (0);
	if (fuzz_draw(p, 3) == 0) {
		rc = green_channel_send_nowait(p->tx[c], &item);
		fuzz_must(p, rc == 0 || (errno == EAGAIN &&
		    st.buffered == st.capacity && st.receivers_waiting == 0),
		    "nowait tells the truth");
		p->sent[item] = rc == 0;
		return (0);
	}
	green_move_on_after(&s, PATIENCE);
	rc = fuzz_level(p, green_channel_send(p->tx[c], &item));
	p->sent[item] = rc == 0;
	return ((int)green_scope_close(&s, rc));
}

static int
receive(struct fuzz_job *j)
{
	struct fuzz *p = j->p;
	unsigned c = fuzz_draw(p, FUZZ_CHANNELS);
	struct green_channel_stats st = stats(p, c);
	struct green_scope s;
	int rc, item = -1;

	if (fuzz_draw(p, 3) == 0) {
		rc = green_channel_receive_nowait(p->rx[c], &item);
		fuzz_must(p, rc == 1 || (rc == -1 && errno == EAGAIN &&
		    st.buffered == 0 && st.senders_waiting == 0),
		    "nowait tells the truth");
		if (rc == 1)
			came(p, item, c);
		return (0);
	}
	green_move_on_after(&s, PATIENCE);
	rc = fuzz_level(p, green_channel_receive(p->rx[c], &item));
	fuzz_must(p, rc != 0, "an open channel has no end");
	if (rc == 1)
		came(p, item, c);
	return ((int)green_scope_close(&s, rc == 1 ? 0 : rc));
}

/* One of up to five operations, on any channels. */
static int
select_one(struct fuzz_job *j)
{
	struct fuzz *p = j->p;
	struct green_case cases[5];
	unsigned c[5], i, n = 1 + fuzz_draw(p, 5);
	bool block = fuzz_draw(p, 3) != 0;
	struct green_scope s;
	int item[5], rc;

	memset(cases, 0, sizeof(cases));
	for (i = 0; i < n; i++) {
		c[i] = fuzz_draw(p, FUZZ_CHANNELS);
		item[i] = -1;
		cases[i].item = &item[i];
		if (fuzz_draw(p, 2) == 0 && (item[i] = new_item(p, c[i])) != -1)
			cases[i].send_to = p->tx[c[i]];
		else
			cases[i].receive_from = p->rx[c[i]];
	}
	green_move_on_after(&s, PATIENCE);
	rc = green_select(cases, n, block);
	if (rc >= 0) {
		i = (unsigned)rc;
		fuzz_must(p, i < n && cases[i].result != -1,
		    "a case comes about");
		if (p->bad)
			rc = 0;
		else if (cases[i].send_to != NULL)
			p->sent[item[i]] = 1;
		else
			came(p, item[i], c[i]);
		rc = 0;
	} else if (!block && errno == EAGAIN)
		rc = 0;
	return ((int)green_scope_close(&s, fuzz_level(p, rc)));
}

/*
 * A channel of some tasks: producers and consumers have clones of their own,
 * and close them when they end; one end is shared, and closed under whoever
 * uses it.
 */
struct shared {
	struct green_receiver *rx;	/* NULL: closed */
};
struct party {
	struct fuzz_job job;
	struct green_sender *tx;
	struct green_receiver *rx;
	struct shared *shared;
};

static struct fuzz *dropping;

static void
drop(void *item)
{
	came(dropping, *(int *)item, PRIVATE);
}

static int
produce(struct fuzz_job *j, struct green_sender *tx)
{
	struct fuzz *p = j->p;
	int rc, item, n = (int)fuzz_draw(p, 6);

	for (; n > 0; n--) {
		if ((item = new_item(p, PRIVATE)) == -1)
			return (0);
		rc = green_channel_send(tx, &item);
		p->sent[item] = rc == 0;
		if (rc == -1 && errno == EPIPE)
			return (0);
		if (rc == -1 || fuzz_steps(j, fuzz_draw(p, 2)) == -1)
			return (-1);
	}
	return (0);
}

static int
consume(struct fuzz_job *j, struct green_receiver *rx)
{
	struct fuzz *p = j->p;
	int rc, item, n = 1 + (int)fuzz_draw(p, 12);

	while (n-- > 0 && (rc = green_channel_receive(rx, &item)) != 0) {
		if (rc == -1)
			return (-1);
		came(p, item, PRIVATE);
		if (fuzz_steps(j, fuzz_draw(p, 2)) == -1)
			return (-1);
	}
	return (0);
}

/* The end may be closed by another task, while we wait on it or not. */
static int
share(struct fuzz_job *j, struct shared *s)
{
	struct fuzz *p = j->p;
	struct green_receiver *rx;
	int rc = 1, item;

	while (rc == 1 && s->rx != NULL && fuzz_draw(p, 4) != 0) {
		rc = green_channel_receive(s->rx, &item);
		if (rc == 1)
			came(p, item, PRIVATE);
		else if (rc == -1 && errno == EBADF) {
			fuzz_must(p, s->rx == NULL,
			    "EBADF is for what is closed");
			return (0);
		}
	}
	rx = s->rx;
	s->rx = NULL;
	green_receiver_close(rx);
	return (rc == -1 ? -1 : 0);
}

static int
take_part(void *arg)
{
	struct party *me = arg;
	int rc, error;

	fuzz_task_begins(&me->job, NULL);
	rc = me->tx != NULL ? produce(&me->job, me->tx) :
	    me->rx != NULL ? consume(&me->job, me->rx) :
	    share(&me->job, me->shared);
	error = errno;
	green_sender_close(me->tx);
	green_receiver_close(me->rx);
	fuzz_task_ends(&me->job);
	errno = error;
	return (fuzz_level(me->job.p, rc));
}

static int
private_channel(struct fuzz_job *j)
{
	struct fuzz *p = j->p;
	struct party next = { .job = { .p = p, .depth = j->depth + 1 } };
	unsigned i, n = 2 + fuzz_draw(p, 7);
	struct green_sender *tx;
	struct green_receiver *rx;
	struct shared shared;
	struct green_group g;
	int rc;

	if (j->holds || j->depth >= 3 || p->budget < 20)
		return (0);
	if (green_channel_open(sizeof(int), fuzz_draw(p, 3), &tx, &rx) == -1 ||
	    (shared.rx = green_receiver_clone(rx)) == NULL)
		return (-1);
	green_channel_set_drop(rx, drop);
	next.shared = &shared;
	green_group_open(&g);
	for (i = 0; i < n; i++) {
		next.tx = i % 3 == 0 ? green_sender_clone(tx) : NULL;
		next.rx = i % 3 == 1 ? green_receiver_clone(rx) : NULL;
		fuzz_must(p, green_spawn_copy(&g, take_part, &next,
		    sizeof(next)) == 0, "spawn");
	}
	green_sender_close(tx);
	green_receiver_close(rx);
	if (n < 3) {
		green_receiver_close(shared.rx);
		shared.rx = NULL;
	}
	rc = green_group_close(&g, fuzz_draw(p, 4) == 0 ? fuzz_steps(j, 1) : 0);
	fuzz_must(p, shared.rx == NULL, "every end is closed");
	return (fuzz_failed(rc) ? 0 : rc);
}

/*
 * Topics: each subscriber sees every number in order, or is told how many it
 * has missed.
 */

static struct fuzz_topic *
topic_of(struct fuzz *p)
{
	struct fuzz_topic *t;

	if (p->ntopics > 0 && p->topics[p->ntopics - 1].topic != NULL)
		return (&p->topics[p->ntopics - 1]);
	if (p->ntopics == FUZZ_TOPICS)
		return (NULL);
	t = &p->topics[p->ntopics++];
	t->capacity = 1 + (int)fuzz_draw(p, 4);
	t->topic = green_topic_open(sizeof(int), (size_t)t->capacity);
	fuzz_must(p, t->topic != NULL, "open");
	return (t->topic == NULL ? NULL : t);
}

static int
publish(struct fuzz_job *j)
{
	struct fuzz *p = j->p;
	struct fuzz_topic *t = topic_of(p);
	struct green_topic *topic;
	unsigned n = fuzz_draw(p, 4);

	if (t == NULL)
		return (0);
	for (; n > 0; n--) {
		fuzz_must(p, green_topic_publish(t->topic, &t->published) == 0,
		    "publish");
		t->published++;
	}
	if (fuzz_draw(p, 24) == 0) {
		topic = t->topic;
		t->topic = NULL;
		green_topic_close(topic);
	}
	return (0);
}

/* What was received, or missed, is what came next. */
static int
receive_next(struct fuzz *p, const struct fuzz_topic *t,
    struct green_subscriber *s, int *next)
{
	struct green_scope scope;
	int rc, item = -1, kept = t->published - t->capacity;

	green_move_on_after(&scope, PATIENCE);
	rc = green_subscriber_receive(s, &item);
	if (rc == 1) {
		fuzz_must(p, item == *next && item < t->published,
		    "items come in order");
		++*next;
		rc = 0;
	} else if (rc == 0)
		fuzz_must(p, t->topic == NULL && *next == t->published,
		    "the end comes when all is read");
	else if (errno == EOVERFLOW) {
		*next += (int)green_subscriber_missed(s);
		fuzz_must(p, *next == kept, "what is missed is told");
		rc = 0;
	}
	return ((int)green_scope_close(&scope, fuzz_level(p, rc)));
}

static int
subscribe(struct fuzz_job *j)
{
	struct fuzz *p = j->p;
	struct fuzz_topic *t = topic_of(p);
	struct green_subscriber *s;
	int next, n = 1 + (int)fuzz_draw(p, 4), rc = 0;

	if (t == NULL)
		return (0);
	next = t->published;
	if ((s = green_topic_subscribe(t->topic)) == NULL)
		return (-1);
	for (; n > 0 && rc == 0; n--) {
		rc = receive_next(p, t, s, &next);
		if (rc == 0)
			rc = fuzz_steps(j, fuzz_draw(p, 3));
	}
	green_subscriber_close(s);
	return (rc);
}

static int
twice(void *n)
{
	return (2 * *(int *)n);
}

static int
call_worker(struct fuzz_job *j)
{
	int n = (int)fuzz_draw(j->p, 100), rc;

	if (!j->p->threads)
		return (0);
	rc = fuzz_level(j->p, green_to_thread(twice, &n));
	fuzz_must(j->p, rc == -1 || rc == 2 * n, "a worker's result comes back");
	return (rc == -1 ? -1 : 0);
}

fuzz_step *const fuzz_trade_steps[] = {
	send, send, receive, receive, select_one, private_channel, publish,
	subscribe, call_worker, NULL
};

void
fuzz_trade_begin(struct fuzz *p)
{
	const size_t capacity[FUZZ_CHANNELS] = { 0, 1 + fuzz_draw(p, 3),
	    GREEN_UNBOUNDED };
	unsigned c;

	dropping = p;
	for (c = 0; c < FUZZ_CHANNELS; c++)
		fuzz_must(p, green_channel_open(sizeof(int), capacity[c],
		    &p->tx[c], &p->rx[c]) == 0, "open");
}

/* Nobody waits for what could go on. */
void
fuzz_trade_look(struct fuzz *p)
{
	struct green_channel_stats st;
	unsigned c;

	for (c = 0; c < FUZZ_CHANNELS; c++) {
		st = stats(p, c);
		fuzz_must(p, st.buffered <= st.capacity &&
		    st.buffered <= st.peak, "a buffer has its bounds");
		fuzz_must(p, st.senders_waiting == 0 ||
		    st.buffered == st.capacity, "nobody waits for room that is "
		    "there");
		fuzz_must(p, st.receivers_waiting == 0 || st.buffered == 0,
		    "nobody waits for an item that is there");
		fuzz_must(p, st.senders == 1 && st.receivers == 1,
		    "ends are counted");
	}
}

void
fuzz_trade_end(struct fuzz *p)
{
	unsigned c;
	int i, item;

	for (c = 0; c < FUZZ_CHANNELS; c++) {
		while (green_channel_receive_nowait(p->rx[c], &item) == 1)
			came(p, item, c);
		green_sender_close(p->tx[c]);
		green_receiver_close(p->rx[c]);
	}
	for (i = 0; i < p->nitems; i++)
		fuzz_must(p, p->sent[i] == p->received[i],
		    "what was sent is received, and nothing else");
	for (i = 0; i < p->ntopics; i++)
		green_topic_close(p->topics[i].topic);
}
