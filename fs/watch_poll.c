/*
 * Watching a tree where the system does not tell: all of it is looked at, from
 * time to time.  What has come and gone in between is not seen, nor what leaves
 * size and time of a file as they were.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <stdlib.h>

#include "watch_tree.h"

struct poll {
	struct green_watch watch;
	struct green__tree tree;
	int64_t	 interval;
	int64_t	 next_look;
	struct waiter *napping;		/* NULL: nobody */
};

static struct poll *
of(struct green_watch *w)
{
	return (GREEN__CONTAINER(w, struct poll, watch));
}

static void
free_poll(struct poll *p)
{
	green__tree_close(&p->tree);
	free(p);
}

static int
look(struct poll *p)
{
	p->next_look = green__from_now(p->interval);
	return (green__path_work(green__tree_look, &p->tree));
}

static struct green_watch *
open_poll(const char *path, const struct green_watch_options *opt)
{
	struct poll *p = calloc(1, sizeof(*p));
	int error;

	if (p == NULL) {
		(void)green__fail(ENOMEM);
		return (NULL);
	}
	p->interval = opt->interval == 0 ? GREEN_SEC : opt->interval;
	p->tree.deep = true;
	if (green__tree_open(&p->tree, path, opt) == 0 && look(p) == 0) {
		p->tree.opening = false;
		return (&p->watch);
	}
	error = errno;
	free_poll(p);
	errno = error;
	return (NULL);
}

static int
nap(struct poll *p)
{
	if (p->watch.use.closing)
		return (green__fail(EBADF));
	return (green__sleep(&p->napping, "next look", -1, p->next_look));
}

static int
next_poll(struct green_watch *w, struct green_watch_event *e)
{
	struct poll *p = of(w);

	for (;;) {
		if (green__tree_next(&p->tree, e) == 1)
			return (1);
		if (green__tree_is_due(&p->tree)) {
			if (look(p) == -1)
				return (-1);
		} else if (nap(p) == -1)
			return (-1);
		else
			green__tree_due(&p->tree, p->tree.root);
	}
}

static void
stop_poll(struct green_watch *w)
{
	(void)green__rouse(&of(w)->napping, -1, EBADF);
}

static int
close_poll(struct green_watch *w)
{
	free_poll(of(w));
	return (0);
}

const struct green__watch_ops green__watch_poll = {
	.name = "poll",
	.open = open_poll,
	.next = next_poll,
	.stop = stop_poll,
	.close = close_poll
};
