/*
 * jobd: a queue of jobs on a port of this machine; jobs.h tells how to talk to it,
 * test_jobs.c how it is tested.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */

#include <err.h>

#include "jobs.h"

static int
serve(void *port)
{
	struct green_listener *l;
	struct green_group g;
	struct jobs q;
	int rc;

	if ((l = green_listen_tcp("127.0.0.1", port, NULL)) == NULL)
		return (-1);
	if ((rc = jobs_init(&q)) == 0) {
		green_group_open(&g);
		rc = green_serve(l, &g, jobs_serve, &q);
		rc = green_group_close(&g, rc);
		jobs_free(&q);
	}
	green_listener_close(l);
	return (rc);
}

int
main(int argc, char *argv[])
{
	if (argc != 2)
		errx(2, "usage: jobd port");
	if (green_run(serve, argv[1], NULL) == -1)
		errx(1, "%s", green_errmsg());
	return (0);
}
