/*
 * The queue of what inotify tells: read in the loop, which never blocks.
 *
 * The two halves of a rename come one soon after the other, but not at once.
 * Of a first half without a second, it is waited a little for that.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <sys/inotify.h>

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "watch_inotify.h"

#define PATIENCE	(10 * GREEN_MSEC)
/* What one event may take. */
#define EVENT		(sizeof(struct inotify_event) + NAME_MAX + 1)

static struct inotify_event *
event_at(struct green__inotify *w, size_t at)
{
	return ((struct inotify_event *)(void *)(w->buf + at));
}

static size_t
size_of(const struct inotify_event *in)
{
	return (sizeof(*in) + in->len);
}

struct inotify_event *
green__inotify_first(struct green__inotify *w)
{
	return (event_at(w, w->start));
}

/* What waited for that goes on. */
void
green__inotify_use(struct green__inotify *w)
{
	size_t n = size_of(green__inotify_first(w));
	struct green__dir *d;

	w->start += n;
	w->used += n;
	while ((d = TAILQ_FIRST(&w->dirs.list[DIR_LATER])) != NULL &&
	    d->until <= w->used) {
		green__dir_forget_names(&w->dirs, d);
		green__dir_put(&w->dirs, d, d->again ? DIR_PENDING : DIR_KNOWN);
	}
}

ssize_t
green__inotify_fill(struct green__inotify *w)
{
	ssize_t n;

	if (w->start > 0) {
		memmove(w->buf, w->buf + w->start, w->end - w->start);
		w->end -= w->start;
		w->start = 0;
	}
	if (WATCH_BUFFER - w->end < EVENT ||
	    !green__fd_can(&w->fd, GREEN__READ))
		return (0);
	do
		n = read(w->queue, w->buf + w->end, WATCH_BUFFER - w->end);
	while (n == -1 && errno == EINTR);
	if (n == -1 && errno == EAGAIN) {
		green__fd_drained(&w->fd, GREEN__READ, true);
		return (0);
	}
	if (n == -1)
		return (green__fail(errno));
	w->end += (size_t)n;
	return (n);
}

/* The second half of a rename; it is still to be used. */
static struct inotify_event *
second_half(struct green__inotify *w, const struct inotify_event *first)
{
	struct inotify_event *in;
	size_t at;

	for (at = w->start + size_of(first); at < w->end; at += size_of(in)) {
		in = event_at(w, at);
		if ((in->mask & IN_MOVED_TO) && in->cookie == first->cookie)
			return (in);
	}
	return (NULL);
}

int
green__inotify_await_half(struct green__inotify *w,
    struct inotify_event **second)
{
	struct green__fd *fd = &w->fd;
	ssize_t n;

	for (;;) {
		*second = second_half(w, green__inotify_first(w));
		if (*second != NULL)
			break;
		if ((n = green__inotify_fill(w)) > 0)
			continue;
		if (n == -1)
			return (-1);
		if (WATCH_BUFFER - w->end < EVENT)
			break;
		if (w->patience == 0)
			w->patience = green__from_now(PATIENCE);
		if (green__fd_wait_any(&fd, 1, GREEN__READ, w->patience) == 0)
			continue;
		if (errno != ETIMEDOUT)
			return (-1);
		break;
	}
	w->patience = 0;
	return (0);
}
