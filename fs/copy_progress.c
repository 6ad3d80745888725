/*
 * How far a copy is.  Its workers add to one sum; whoever finds that there is
 * enough to tell tells it, one at a time, so that what is told only grows.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include "copy.h"

/* Told after so much. */
#define BYTES	((uint64_t)4 * 1024 * 1024)
#define FILES	256

static int
tell(void *arg)
{
	struct green__copy *c = arg;

	c->tell(&c->told, c->tell_arg);
	return (0);
}

/* Who cannot be told is none the worse for it. */
static void
tell_now(struct green__copy *c)
{
	int error = errno;

	if (green_from_thread_call(tell, c) == -1)
		errno = error;
}

/* With the lock: is there enough, and nobody at it? */
static bool
begin_to_tell(struct green__copy *c)
{
	if (c->telling || (c->so_far.bytes - c->told.bytes < BYTES &&
	    c->so_far.files - c->told.files < FILES))
		return (false);
	c->told = c->so_far;
	c->telling = true;
	return (true);
}

void
green__copy_went(struct green__copy *c, uint64_t bytes, uint64_t files)
{
	bool due;

	if (c->tell == NULL)
		return;
	pthread_mutex_lock(&c->lock);
	c->so_far.bytes += bytes;
	c->so_far.files += files;
	due = begin_to_tell(c);
	pthread_mutex_unlock(&c->lock);
	if (!due)
		return;
	tell_now(c);
	pthread_mutex_lock(&c->lock);
	c->telling = false;
	pthread_mutex_unlock(&c->lock);
}

/* Nobody is at it any more. */
void
green__copy_done(struct green__copy *c)
{
	if (c->tell == NULL)
		return;
	c->told = c->so_far;
	tell_now(c);
}
