/* A channel: items from task to task, and an end. */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include <err.h>
#include <stdio.h>

#include <green.h>

struct belt {
	struct green_sender *tx;
	struct green_receiver *rx;
};

static int
produce(void *arg)
{
	struct belt *belt = arg;
	int rc = 0;

	for (int i = 1; i <= 5 && rc == 0; i++)
		rc = green_channel_send(belt->tx, &i);
	green_sender_close(belt->tx);		/* no more will come */
	return (rc);
}

static int
consume(void *arg)
{
	struct belt *belt = arg;
	int item, rc, sum = 0;

	while ((rc = green_channel_receive(belt->rx, &item)) == 1)
		sum += item;
	green_receiver_close(belt->rx);
	if (rc == 0)
		printf("the sum is %d\n", sum);
	return (rc);
}

static int
factory(void *arg)
{
	struct green_group g;
	struct belt belt;
	int rc;

	(void)arg;
	if (green_channel_open(sizeof(int), 2, &belt.tx, &belt.rx) == -1)
		return (-1);
	green_group_open(&g);
	if ((rc = green_spawn(&g, produce, &belt)) == -1)
		green_sender_close(belt.tx);
	if (rc == -1 || (rc = green_spawn(&g, consume, &belt)) == -1)
		green_receiver_close(belt.rx);
	return (green_group_close(&g, rc));
}

int
main(void)
{
	if (green_run(factory, NULL, NULL) == -1)
		err(1, "factory");
	return (0);
}
