/*
 * What an item costs that comes through one of many rendezvous: one task selects
 * among as many channels as there are others, each of which sends on its own.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include "in_green.h"

static int
produce(void *arg)
{
	struct green_sender *tx = *(struct green_sender **)arg;
	long i = 0;
	int rc;

	while ((rc = green_channel_send(tx, &i)) == 0)
		i++;
	green_sender_close(tx);
	return (rc);
}

static int
take_all(struct green_case *cases, size_t n, long items)
{
	int rc = 0;

	while (items > 0 && rc != -1) {
		rc = green_select(cases, n, true);
		items -= rc >= 0 && cases[rc].result == 1;
	}
	return (rc == -1 ? -1 : 0);
}

static int
choose(void *arg)
{
	struct trial *t = arg;
	struct green_case *cases = calloc((size_t)t->tasks, sizeof(*cases));
	struct green_receiver *rx;
	struct green_sender *tx;
	struct green_group g;
	int rc = 0;
	long i, item;

	if (cases == NULL)
		return (-1);
	green_group_open(&g);
	for (i = 0; i < t->tasks && rc == 0; i++) {
		rc = green_channel_open(sizeof(long), 0, &tx, &rx);
		if (rc == 0)
			rc = green_spawn_copy(&g, produce, &tx, sizeof(tx));
		cases[i].receive_from = rx;
		cases[i].item = &item;
	}
	if (rc == 0)
		rc = green_checkpoint();
	trial_start(t);
	if (rc == 0)
		rc = take_all(cases, (size_t)t->tasks, t->n);
	trial_stop(t);
	green_group_cancel(&g, NULL);
	rc = green_group_close(&g, rc);
	while (i-- > 0)
		green_receiver_close(cases[i].receive_from);
	free(cases);
	return (rc);
}

static const struct subject subjects[] = {
	{ "select", "libgreen", choose, in_green, { 2, 16 }, NULL },
	{ .name = NULL }
};

int
main(int argc, char *argv[])
{
	return (bench(argc, argv, subjects));
}
