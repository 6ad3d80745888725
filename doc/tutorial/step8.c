/* A worker thread: what blocks, or computes for long, leaves the loop. */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include <err.h>
#include <stdio.h>
#include <unistd.h>

#include <green.h>

static int end[2];			/* of a pipe */

/* In a thread of its own: plain C, with none of the loop's objects. */
static int
wait_for_byte(void *arg)
{
	char *c = arg;

	return (read(end[0], c, 1) == 1 ? 0 : -1);	/* blocks its thread */
}

static int
tick(void *arg)
{
	int rc = 0;

	(void)arg;
	for (int i = 1; i <= 3 && rc == 0; i++)
		if ((rc = green_sleep(10 * GREEN_MSEC)) == 0)
			printf("tick %d\n", i);
	if (rc == 0 && write(end[1], "!", 1) == -1)
		rc = -1;
	close(end[1]);		/* whatever happened, the reader's wait ends */
	return (rc);
}

static int
both(void *arg)
{
	struct green_group g;
	char c = '?';
	int rc;

	(void)arg;
	green_group_open(&g);
	if ((rc = green_spawn(&g, tick, NULL)) == 0)
		rc = green_to_thread(wait_for_byte, &c);
	rc = green_group_close(&g, rc);
	if (rc == 0)
		printf("the thread has read %c\n", c);
	return (rc);
}

int
main(void)
{
	if (pipe(end) == -1 || green_run(both, NULL, NULL) == -1)
		err(1, "both");
	return (0);
}
