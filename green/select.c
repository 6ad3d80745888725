/*
 * green_select(): one of several channel operations, whichever can go ahead
 * first.  The search begins at a case that the loop draws, in a sequence that
 * its seed determines: none starves, whatever the rhythm of the calls.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <limits.h>
#include <stdlib.h>

#include "channel_internal.h"

#define FEW	8		/* cases that wait without allocating */

/* Where the search begins.  The low bits of such a sequence have short periods:
   only the high ones are used. */
static size_t
draw(size_t n)
{
	struct loop *l = green__loop;

	if (l == NULL)
		return (0);
	l->draw = l->draw * UINT32_C(1664525) + UINT32_C(1013904223);
	return ((size_t)((uint64_t)l->draw * n >> 32));
}

static bool
valid(const struct green_case *cases, size_t n)
{
	size_t i;

	if (n == 0 || n > INT_MAX)
		return (false);
	for (i = 0; i < n; i++)
		if ((cases[i].send_to == NULL) ==
		    (cases[i].receive_from == NULL))
			return (false);
	return (true);
}

static struct end *
end_of(const struct green_case *c)
{
	return (c->send_to != NULL ? &c->send_to->end : &c->receive_from->end);
}

static int
chosen(struct green_case *cases, size_t i, int result)
{
	cases[i].code = result == -1 ? errno : 0;
	cases[i].result = result;
	return ((int)i);
}

static int
wait_for_one(struct green_case *cases, size_t n, size_t first)
{
	struct offer few[FEW];
	struct party p = { .offers = few, .n = n };
	size_t i;
	int rc;

	if (n > FEW &&
	    (p.offers = reallocarray(NULL, n, sizeof(*p.offers))) == NULL)
		return (green__fail(ENOMEM));
	for (i = 0; i < n; i++) {
		p.offers[i].end = end_of(&cases[i]);
		p.offers[i].item = cases[i].item;
	}
	rc = green__party_wait(&p, first, "one of several channels");
	if (p.taken != NULL)
		rc = chosen(cases, (size_t)(p.taken - p.offers), rc);
	if (p.offers != few) {
		int error = errno;

		free(p.offers);
		errno = error;
	}
	return (rc);
}

int
green_select(struct green_case *cases, size_t n, bool block)
{
	size_t first, i, k;
	int rc;

	if (block && green__check() == -1)
		return (-1);
	if (!valid(cases, n))
		return (green__fail(EINVAL));
	first = draw(n);
	for (k = 0; k < n; k++) {
		i = first + k < n ? first + k : first + k - n;
		rc = green__trade_now(end_of(&cases[i]), cases[i].item);
		if (rc == GREEN__NOT_NOW)
			continue;
		rc = chosen(cases, i, rc);
		if (block)
			green__spend();
		return (rc);
	}
	if (!block)
		return (green__fail(EAGAIN));
	return (wait_for_one(cases, n, first));
}
