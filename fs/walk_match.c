/*
 * Which directories a pattern has to look into.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "walk_tree.h"

/* The next part of a pattern; its length, 0: there is none. */
static size_t
part(const char **p)
{
	*p += strspn(*p, "/");
	return (strcspn(*p, "/"));
}

bool
green__walk_leads_on(const char *pattern, const struct node *n,
    const char *name)
{
	const char *p = pattern;
	char *glob;
	size_t len;
	bool same;
	int i;

	for (i = 0; i <= n->depth; i++) {
		if ((len = part(&p)) == 2 && memcmp(p, "**", 2) == 0)
			return (true);
		if (len == 0)
			return (false);
		if (i < n->depth) {	/* that n is entered says it */
			p += len;
			continue;
		}
		if ((glob = strndup(p, len)) == NULL)
			return (true);	/* it only takes longer */
		same = fnmatch(glob, name, 0) == 0;
		free(glob);
		if (!same)
			return (false);
		p += len;
	}
	return (part(&p) > 0);
}
