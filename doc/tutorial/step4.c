/* A failure ends its group, and reaches whoever opened it. */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include <errno.h>
#include <stdio.h>

#include <green.h>

static int
good(void *arg)
{
	int rc;

	(void)arg;
	if ((rc = green_sleep(3600 * GREEN_SEC)) == -1 && errno == ECANCELED)
		printf("good: cancelled\n");
	return (rc);
}

static int
bad(void *arg)
{
	(void)arg;
	if (green_sleep(100 * GREEN_MSEC) == -1)
		return (-1);
	printf("bad: out of paper\n");
	errno = ENOSPC;
	return (-1);
}

static int
work(void *arg)
{
	struct green_group g;
	int rc;

	(void)arg;
	green_group_open(&g);
	if ((rc = green_spawn(&g, good, NULL)) == 0)
		rc = green_spawn(&g, bad, NULL);
	return (green_group_close(&g, rc));
}

int
main(void)
{
	if (green_run(work, NULL, NULL) == -1)
		printf("work: %s\n", green_errmsg());
	return (0);
}
