/* Checkpoints: the only places where another task can run. */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include <err.h>
#include <stdio.h>

#include <green.h>

static int account;

static int
careful(void *arg)
{
	(void)arg;
	for (int i = 0; i < 100; i++) {
		account = account + 1;
		if (green_checkpoint() == -1)
			return (-1);
	}
	return (0);
}

static int
careless(void *arg)
{
	int seen;

	(void)arg;
	for (int i = 0; i < 100; i++) {
		seen = account;
		if (green_checkpoint() == -1)
			return (-1);
		account = seen + 1;	/* what did the others do meanwhile? */
	}
	return (0);
}

static int
ten(green_fn *fn)
{
	struct green_group g;
	int rc = 0;

	account = 0;
	green_group_open(&g);
	for (int i = 0; i < 10 && rc == 0; i++)
		rc = green_spawn(&g, fn, NULL);
	return (green_group_close(&g, rc));
}

static int
count(void *arg)
{
	(void)arg;
	if (ten(careful) == -1)
		return (-1);
	printf("careful: %d\n", account);
	if (ten(careless) == -1)
		return (-1);
	printf("careless: %d\n", account);
	return (0);
}

int
main(void)
{
	if (green_run(count, NULL, NULL) == -1)
		err(1, "count");
	return (0);
}
