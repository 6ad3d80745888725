/*
 * Watching a tree.  The first way that this system has does it.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include "watch.h"

static const struct green__watch_ops *const ways[] = {
#ifdef HAVE_INOTIFY
	&green__watch_inotify,
#endif
#ifdef HAVE_EVFILT_VNODE
	&green__watch_kqueue,
#endif
	&green__watch_poll
};
#define WAYS	(sizeof(ways) / sizeof(ways[0]))

struct green_watch *
green__watch_open(const struct green__watch_ops *ops, const char *path,
    const struct green_watch_options *opt)
{
	static const struct green_watch_options none;
	struct green_watch *w;

	if (green__check() == -1)
		return (NULL);
	if (opt == NULL)
		opt = &none;
	if (opt->interval < 0) {
		(void)green__fail(EINVAL);
		return (NULL);
	}
	if ((w = ops->open(path, opt)) != NULL)
		w->ops = ops;
	return (w);
}

struct green_watch *
green_watch_open(const char *path, const struct green_watch_options *opt)
{
	struct green_watch *w;
	size_t i;

	for (i = 0;; i++) {
		w = green__watch_open(ways[i], path, opt);
		if (w != NULL || errno != ENOSYS || i + 1 == WAYS)
			return (w);
	}
}

int
green_watch_next(struct green_watch *w, struct green_watch_event *e)
{
	int rc = 0;

	if (green__use_enter(&w->use, USE_ALONE) == -1)
		return (-1);
	*e = (struct green_watch_event){ 0 };
	if (!w->over && (rc = w->ops->next(w, e)) == 1)
		w->over = e->kind == GREEN_WATCH_GONE;
	if (rc != -1)
		green__spend();
	green__use_leave(&w->use, USE_ALONE);
	return (rc);
}

int
green_watch_close(struct green_watch *w)
{
	int rc, error = errno;

	if (w == NULL)
		return (0);
	if (w->use.inside > 0)
		w->ops->stop(w);
	green__use_close(&w->use);
	if ((rc = w->ops->close(w)) == 0)
		errno = error;
	return (rc);
}
