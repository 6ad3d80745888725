/*
 * Several workers at one thing.  The caller's own is enough: who does not find
 * a worker, or waits for a token when all is done, is not missed.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <green/group.h>

#include "crew.h"
#include "internal.h"

#define WORKERS	4

struct crew {
	green_fn *fn;
	void	*arg;
};

static int
help(void *arg)
{
	const struct crew *c = arg;

	(void)!green__path_work(c->fn, c->arg);
	return (0);
}

int
green__crew(green_fn *fn, void *arg)
{
	struct crew c = { fn, arg };
	struct green_group g;
	int i, rc;

	green_group_open(&g);
	for (i = 1; i < WORKERS; i++)
		if (green_spawn(&g, help, &c) == -1)
			break;
	if ((rc = green__path_work(fn, arg)) != -1)
		green_scope_cancel(&g.scope, NULL);
	return (green_group_close(&g, rc));
}
