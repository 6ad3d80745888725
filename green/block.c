/*
 * Blocks: scopes that close however they are left.  A block has no result to
 * tell it of a cancellation, so it asks whether a checkpoint inside has failed
 * because of it.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include "internal.h"

struct green_scope *
green_block_open_at_(struct green_scope *s, const char *where)
{
	green_scope_open_(s, GREEN_SCOPE_PLAIN_, 0, where);
	SCOPE(s)->error = errno;
	return (s);
}

struct green_scope *
green_block_after_at_(struct green_scope *s, int64_t ns, const char *where)
{
	green_scope_open_(s, GREEN_SCOPE_MOVE_ON_AFTER_, ns, where);
	SCOPE(s)->error = errno;
	return (s);
}

struct green_scope *
green_block_shield_at_(struct green_scope *s, int64_t ns, const char *where)
{
	green_block_after_at_(s, ns, where);
	green_scope_set_shield(s, true);
	return (s);
}

void
green_block_end_(struct green_scope **block)
{
	struct scope *s = SCOPE(*block);
	int error = errno;

	/* What was to be cleaned up is no news to whoever was about to fail. */
	if (s->flags & SCOPE_SHIELD)
		error = s->error;
	if (s->flags & SCOPE_SEEN)
		errno = ECANCELED;
	if (green_scope_close(*block, s->flags & SCOPE_SEEN ? -1 : 0) == 0 &&
	    (s->flags & SCOPE_CAUGHT))
		error = s->error;
	errno = error;
}

struct green_scope *
green_block_open_(struct green_scope *s)
{
	return (green_block_open_at_(s, NULL));
}

struct green_scope *
green_block_after_(struct green_scope *s, int64_t ns)
{
	return (green_block_after_at_(s, ns, NULL));
}

struct green_scope *
green_block_shield_(struct green_scope *s, int64_t ns)
{
	return (green_block_shield_at_(s, ns, NULL));
}
