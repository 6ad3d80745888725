/*
 * Posts: calls that a loop is to make soon, left at its door by anybody.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#ifndef POOL_POST_H
#define POOL_POST_H

#include "green/internal.h"

/* Room for posts at the door; ENOMEM.  In the loop, before others post. */
int	 green__posts_open(struct green_token *d);
/* Any thread and signal handlers; EAGAIN, ESHUTDOWN, EPERM.  errno alone says
   so. */
int	 green__post(struct green_token *d, void (*fn)(void *), void *arg);
/* Have the loop come to its senses, if it sleeps.  Any thread. */
void	 green__posts_nudge(struct green_token *d);

#endif /* POOL_POST_H */
