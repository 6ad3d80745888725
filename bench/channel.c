/*
 * What an item costs on its way from one task to another: through a rendezvous,
 * a small buffer, an unbounded one, a select of two, and a topic.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <green.h>

#include "bench.h"

struct flow {
	struct green_sender *tx;
	struct green_receiver *rx;
	struct green_receiver *other;	/* of a channel where nothing comes */
	long	 n;
};

static int
produce(void *arg)
{
	struct flow *f = arg;
	long i;

	for (i = 0; i < f->n; i++)
		if (green_channel_send(f->tx, &i) == -1)
			return (-1);
	green_sender_close(f->tx);
	return (0);
}

static int
consume(void *arg)
{
	struct flow *f = arg;
	long item;
	int rc;

	while ((rc = green_channel_receive(f->rx, &item)) == 1)
		continue;
	return (rc);
}

static int
choose(void *arg)
{
	struct flow *f = arg;
	long item;
	struct green_case cases[] = {
		{ .receive_from = f->rx, .item = &item },
		{ .receive_from = f->other, .item = &item },
	};

	do {
		if (green_select(cases, 2, true) == -1)
			return (-1);
	} while (cases[0].result == 1);
	return (0);
}

static size_t capacity;
static green_fn *receiver;

static int
flow(void *arg)
{
	struct green_sender *other;
	struct green_group g;
	struct flow f = { .n = *(long *)arg };
	int rc;

	if (green_channel_open(sizeof(long), capacity, &f.tx, &f.rx) == -1 ||
	    green_channel_open(sizeof(long), 0, &other, &f.other) == -1)
		return (-1);
	green_group_open(&g);
	rc = green_spawn(&g, receiver, &f);
	if (rc == 0)
		rc = green_spawn(&g, produce, &f);
	rc = green_group_close(&g, rc);
	green_receiver_close(f.rx);
	green_receiver_close(f.other);
	green_sender_close(other);
	return (rc);
}

static int
read_topic(void *arg)
{
	long item;
	int rc;

	while ((rc = green_subscriber_receive(arg, &item)) == 1)
		continue;
	green_subscriber_close(arg);
	return (rc);
}

static int
topic(void *arg)
{
	struct green_topic *t = green_topic_open(sizeof(long), 64);
	struct green_subscriber *s;
	struct green_group g;
	long i, n = *(long *)arg;
	int rc;

	if (t == NULL || (s = green_topic_subscribe(t)) == NULL)
		return (-1);
	green_group_open(&g);
	rc = green_spawn(&g, read_topic, s);
	for (i = 0; i < n && rc == 0; i++) {
		rc = green_topic_publish(t, &i);
		if (i % 32 == 0 && rc == 0)
			rc = green_checkpoint();
	}
	green_topic_close(t);
	return (green_group_close(&g, rc));
}

static green_fn *job;

static double
measure(long n)
{
	double start = seconds();

	if (green_run(job, &n, NULL) == -1)
		err(1, "green_run");
	return (seconds() - start);
}

int
main(void)
{
	job = flow;
	receiver = consume;
	report("item through a rendezvous", 5000000, measure);
	capacity = 64;
	report("item through a buffer of 64", 5000000, measure);
	capacity = GREEN_UNBOUNDED;
	report("item through an unbounded buffer", 5000000, measure);
	capacity = 0;
	receiver = choose;
	report("item through a rendezvous, select of two", 5000000, measure);
	job = topic;
	report("item through a topic, one subscriber", 5000000, measure);
	return (0);
}
