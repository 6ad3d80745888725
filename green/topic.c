/*
 * Topics.  What was published last is kept once for all, in a ring, and a
 * subscriber is a place in the sequence of items, however far behind.  One that
 * waits has read everything, so what is published next is his at once.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include <green/channel.h>

#include "internal.h"

struct green_topic {
	size_t	 item_size;
	size_t	 capacity;
	size_t	 at;			/* the next one's place in the ring */
	uint64_t published;		/* items so far */
	size_t	 refs;			/* subscribers, and who has opened it */
	bool	 closed;
	TAILQ_HEAD(, green_subscriber) waiting;
	char	*ring;
};

struct green_subscriber {
	TAILQ_ENTRY(green_subscriber) link;	/* while it waits */
	struct green_topic *topic;
	uint64_t next;			/* the item to be received */
	size_t	 missed;
	struct waiter *waiter;		/* NULL: nobody waits */
	void	*item;			/* his */
};

struct green_topic *
green_topic_open(size_t item_size, size_t capacity)
{
	struct green_topic *t;

	if (item_size == 0 || capacity == 0) {
		green__fail(EINVAL);
		return (NULL);
	}
	if ((t = calloc(1, sizeof(*t))) == NULL ||
	    (t->ring = reallocarray(NULL, capacity, item_size)) == NULL) {
		free(t);
		green__fail(ENOMEM);
		return (NULL);
	}
	t->item_size = item_size;
	t->capacity = capacity;
	t->refs = 1;
	TAILQ_INIT(&t->waiting);
	return (t);
}

static void
release(struct green_topic *t)
{
	if (--t->refs > 0)
		return;
	free(t->ring);
	free(t);
}

/* The wait on s ends. */
static void
wake(struct green_subscriber *s, int result, int error)
{
	struct waiter *w = s->waiter;

	TAILQ_REMOVE(&s->topic->waiting, s, link);
	s->waiter = NULL;
	green__wake(w, result, error);
}

int
green_topic_publish(struct green_topic *t, const void *item)
{
	struct green_subscriber *s;

	if (t->closed)
		return (green__fail(EPIPE));
	memcpy(t->ring + t->at * t->item_size, item, t->item_size);
	if (++t->at == t->capacity)
		t->at = 0;
	t->published++;
	while ((s = TAILQ_FIRST(&t->waiting)) != NULL) {
		memcpy(s->item, item, t->item_size);
		s->next++;
		wake(s, 1, 0);
	}
	return (0);
}

void
green_topic_close(struct green_topic *t)
{
	struct green_subscriber *s;
	int error = errno;

	if (t == NULL || t->closed)
		return;
	t->closed = true;
	while ((s = TAILQ_FIRST(&t->waiting)) != NULL)
		wake(s, 0, 0);
	release(t);
	errno = error;
}

struct green_subscriber *
green_topic_subscribe(struct green_topic *t)
{
	struct green_subscriber *s;

	if (t->closed) {
		green__fail(EPIPE);
		return (NULL);
	}
	if ((s = calloc(1, sizeof(*s))) == NULL) {
		green__fail(ENOMEM);
		return (NULL);
	}
	s->topic = t;
	s->next = t->published;
	t->refs++;
	return (s);
}

/* 1, 0; EOVERFLOW; EAGAIN: nothing yet. */
static int
receive_now(struct green_subscriber *s, void *item)
{
	const struct green_topic *t = s->topic;
	uint64_t unread = t->published - s->next;
	size_t from;

	if (unread == 0)
		return (t->closed ? 0 : green__fail(EAGAIN));
	if (unread > t->capacity) {
		s->missed = (size_t)(unread - t->capacity);
		s->next += s->missed;
		return (green__fail(EOVERFLOW));
	}
	from = t->at >= unread ? t->at - (size_t)unread :
	    t->at + t->capacity - (size_t)unread;
	memcpy(item, t->ring + from * t->item_size, t->item_size);
	s->next++;
	return (1);
}

struct subscriber_waiter {
	struct waiter waiter;
	struct green_subscriber *subscriber;
};

static bool
abort_receive(struct waiter *w)
{
	struct green_subscriber *s = GREEN__CONTAINER(w,
	    struct subscriber_waiter, waiter)->subscriber;

	TAILQ_REMOVE(&s->topic->waiting, s, link);
	s->waiter = NULL;
	return (true);
}

int
green_subscriber_receive(struct green_subscriber *s, void *item)
{
	struct subscriber_waiter self;
	int rc;

	if (green__check() == -1)
		return (-1);
	if (s->waiter != NULL)
		return (green__fail(EBUSY));
	if ((rc = receive_now(s, item)) != -1 || errno != EAGAIN) {
		green__spend();
		return (rc);
	}
	self.subscriber = s;
	s->waiter = &self.waiter;
	s->item = item;
	TAILQ_INSERT_TAIL(&s->topic->waiting, s, link);
	return (green__park(&self.waiter, abort_receive, "item of topic", -1,
	    GREEN_FOREVER));
}

size_t
green_subscriber_missed(const struct green_subscriber *s)
{
	return (s->missed);
}

void
green_subscriber_close(struct green_subscriber *s)
{
	int error = errno;

	if (s == NULL)
		return;
	if (s->waiter != NULL)
		wake(s, -1, EBADF);
	release(s->topic);
	free(s);
	errno = error;
}
