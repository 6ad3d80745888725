/*
 * What an item costs on its way from one task to another: through a rendezvous,
 * a small buffer, an unbounded one, and a topic.  Half of the tasks send, each to
 * one of the other half.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include "in_green.h"

struct flow {
	struct green_sender *tx;
	struct green_receiver *rx;
	struct gate *gate;
};

static int
produce(void *arg)
{
	struct flow *f = arg;
	int rc = gate_enter(f->gate);
	long i;

	for (i = 0; i < f->gate->each && rc == 0; i++)
		rc = green_channel_send(f->tx, &i);
	gate_leave(f->gate);
	green_sender_close(f->tx);
	return (rc);
}

static int
consume(void *arg)
{
	struct flow *f = arg;
	int rc = gate_enter(f->gate) == 0 ? 1 : -1;
	long i, item;

	for (i = 0; i < f->gate->each && rc == 1; i++)
		rc = green_channel_receive(f->rx, &item);
	gate_leave(f->gate);
	green_receiver_close(f->rx);
	return (rc == 1 ? 0 : -1);
}

static int
flow(void *arg)
{
	struct trial *t = arg;
	const size_t *capacity = t->arg;
	long i, pairs = t->tasks / 2;
	struct gate gate;
	struct flow f = { NULL, NULL, &gate };
	struct green_group g;
	int rc = 0;

	if (pairs == 0) {
		t->n = 0;
		return (0);
	}
	gate = gate_for(t, pairs);
	green_group_open(&g);
	for (i = 0; i < pairs && rc == 0; i++) {
		rc = green_channel_open(sizeof(long), *capacity, &f.tx, &f.rx);
		if (rc == 0)
			rc = green_spawn_copy(&g, consume, &f, sizeof(f));
		if (rc == 0)
			rc = green_spawn_copy(&g, produce, &f, sizeof(f));
	}
	return (green_group_close(&g, gate_open(&gate, 2 * pairs, rc)));
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

/* The main task publishes; to all others. */
static int
topic(void *arg)
{
	struct trial *t = arg;
	struct green_topic *topic = green_topic_open(sizeof(long), 64);
	struct green_subscriber *s;
	struct green_group g;
	int rc = 0;
	long i;

	if (topic == NULL)
		return (-1);
	green_group_open(&g);
	for (i = 1; i < t->tasks && rc == 0; i++) {
		rc = -1;
		if ((s = green_topic_subscribe(topic)) != NULL)
			rc = green_spawn(&g, read_topic, s);
	}
	for (i = 0; i < t->n && rc == 0; i++) {
		rc = green_topic_publish(topic, &i);
		if (i % 32 == 0 && rc == 0)
			rc = green_checkpoint();
	}
	green_topic_close(topic);
	return (green_group_close(&g, rc));
}

static const size_t none = 0, some = 64, all = GREEN_UNBOUNDED;

static const struct subject subjects[] = {
	{ "channel", "libgreen", flow, in_green, { 2, 1000 }, &none },
	{ "channel-64", "libgreen", flow, in_green, { 2 }, &some },
	{ "channel-endless", "libgreen", flow, in_green, { 2 }, &all },
	{ "topic", "libgreen", topic, in_green, { 2 }, NULL },
	{ .name = NULL }
};

int
main(int argc, char *argv[])
{
	return (bench(argc, argv, subjects));
}
