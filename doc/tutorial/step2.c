/* A task group: nothing that was started in it outlives it. */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include <err.h>
#include <stdio.h>

#include <green.h>

static int
cook(void *arg)
{
	const char *dish = arg;

	printf("%s: begun\n", dish);
	if (green_sleep(100 * GREEN_MSEC) == -1)
		return (-1);
	printf("%s: done\n", dish);
	return (0);
}

static int
dinner(void *arg)
{
	char soup[] = "soup", fish[] = "fish";
	struct green_group kitchen;
	int rc;

	(void)arg;
	green_group_open(&kitchen);
	if ((rc = green_spawn(&kitchen, cook, soup)) == 0)
		rc = green_spawn(&kitchen, cook, fish);
	printf("both ordered\n");
	rc = green_group_close(&kitchen, rc);
	printf("dinner is served\n");
	return (rc);
}

int
main(void)
{
	if (green_run(dinner, NULL, NULL) == -1)
		err(1, "dinner");
	return (0);
}
