/* A shield: the clean-up that has to wait for something. */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include <err.h>
#include <errno.h>
#include <stdio.h>

#include <green.h>

/* To say goodbye takes a moment, and so is a checkpoint itself. */
static int
goodbye(const char *who)
{
	if (green_sleep(10 * GREEN_MSEC) == -1)
		return (-1);
	printf("%s: goodbye\n", who);
	return (0);
}

static int
rude(void *arg)
{
	int rc = green_sleep_forever();

	(void)arg;
	if (goodbye("rude") == -1 && errno == ECANCELED)
		printf("rude: no time to say goodbye\n");
	return (rc);
}

static int
polite(void *arg)
{
	struct green_scope s;
	int error, rc = green_sleep_forever();

	(void)arg;
	error = errno;
	GREEN_SHIELD(&s, 30 * GREEN_SEC)
		if (goodbye("polite") == -1)
			printf("polite: it took too long\n");
	errno = error;
	return (rc);
}

static int
party(void *arg)
{
	struct green_group g;
	int rc;

	(void)arg;
	green_group_open(&g);
	if ((rc = green_spawn(&g, rude, NULL)) == 0 &&
	    (rc = green_spawn(&g, polite, NULL)) == 0)
		rc = green_sleep(50 * GREEN_MSEC);
	green_group_cancel(&g, "the party is over");
	return (green_group_close(&g, rc));
}

int
main(void)
{
	if (green_run(party, NULL, NULL) == -1)
		err(1, "party");
	return (0);
}
