/* What Go writes with an errgroup, a context and select. */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include <err.h>
#include <errno.h>
#include <stdio.h>

#include <green.h>

/* Squares and cubes, as they come, until both channels have ended. */
struct numbers {
	struct green_sender *tx;
	int	 power;
};

static int
generate(void *arg)
{
	struct numbers *n = arg;
	int rc = 0;

	for (int i = 1, x; i <= 3 && rc == 0; i++) {
		x = n->power == 2 ? i * i : i * i * i;
		rc = green_channel_send(n->tx, &x);
	}
	green_sender_close(n->tx);			/* close(ch) */
	return (rc);
}

static int
sum(struct green_receiver *squares, struct green_receiver *cubes)
{
	struct green_case cases[2];
	int i, left = 2, total = 0, x;

	while (left > 0) {
		cases[0] = (struct green_case){ .receive_from = squares,
		    .item = &x };
		cases[1] = (struct green_case){ .receive_from = cubes,
		    .item = &x };
		/* Of one that has ended, the rest alone is left to ask. */
		if (squares == NULL)
			cases[0] = cases[1];
		if ((i = green_select(cases, (size_t)left, true)) == -1 ||
		    cases[i].result == -1)
			return (-1);
		if (cases[i].result == 1) {
			total += x;
			continue;
		}
		left--;
		if (cases[i].receive_from == squares)
			squares = NULL;
	}
	return (total);
}

static int
select_both(void *arg)
{
	struct numbers n[2] = { { NULL, 2 }, { NULL, 3 } };
	struct green_receiver *rx[2] = { NULL, NULL };
	struct green_group g;
	int rc = 0, total = 0;

	(void)arg;
	green_group_open(&g);
	for (int i = 0; i < 2 && rc == 0; i++) {
		rc = green_channel_open(sizeof(int), 0, &n[i].tx, &rx[i]);
		if (rc == 0 && (rc = green_spawn(&g, generate, &n[i])) == -1)
			green_sender_close(n[i].tx);
	}
	if (rc == 0 && (rc = total = sum(rx[0], rx[1])) != -1)
		printf("squares and cubes: %d\n", total);
	green_receiver_close(rx[0]);
	green_receiver_close(rx[1]);
	return (green_group_close(&g, rc));
}

/* errgroup.WithContext(), and context.WithTimeout() around it. */
static int
mirror(void *arg)
{
	const int *ms = arg;

	return (green_sleep(*ms * GREEN_MSEC) == -1 ? -1 : *ms);
}

static int
fastest(int64_t timeout)
{
	const int ms[] = { 300, 20, 500 };
	const struct green_call mirrors[] = {
		{ mirror, (void *)&ms[0] }, { mirror, (void *)&ms[1] },
		{ mirror, (void *)&ms[2] }
	};
	struct green_scope s;

	green_fail_after(&s, timeout);
	return (green_scope_close(&s, green_first(mirrors, 3)));
}

static int
both(void *arg)
{
	int i;

	if (select_both(arg) == -1 || (i = fastest(1 * GREEN_SEC)) == -1)
		return (-1);
	printf("mirror %d was the first\n", i);
	if (fastest(1 * GREEN_MSEC) == -1 && errno == ETIMEDOUT)
		printf("none is that fast\n");
	return (0);
}

int
main(void)
{
	/* On this clock waiting takes no time. */
	const struct green_options opt = { .mock_clock = true };

	if (green_run(both, NULL, &opt) == -1)
		err(1, "both");
	return (0);
}
