/*
 * Fuzz target: URLs, and references from the first line's to the second's.
 * What is understood is fit to be sent, and is the same when it is written down
 * and read again.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "examples/url.h"
#include "target.h"

static bool
same(const struct url *a, const struct url *b)
{
	return (a->tls == b->tls && strcmp(a->host, b->host) == 0 &&
	    strcmp(a->port, b->port) == 0 && strcmp(a->target, b->target) == 0);
}

/* The path has no "." and ".." left, however they are written. */
static bool
has_dots(const char *target)
{
	size_t end = strcspn(target, "?"), n;

	for (const char *s = target; s < target + end; s += n) {
		n = 1 + strcspn(s + 1, "/?");
		if (strncmp(s, "/.", n) == 0 || strncmp(s, "/..", n) == 0)
			return (n > 1);
	}
	return (false);
}

static void
check(const struct url *u)
{
	char text[8192], authority[272], name[256];
	struct url again;

	MUST(*u->host != '\0' && strpbrk(u->host, "/@?#%[] ") == NULL);
	MUST(atoi(u->port) >= 1 && atoi(u->port) <= 65535);
	MUST(*u->target == '/' && strchr(u->target, '#') == NULL);
	for (const char *s = u->target; *s != '\0'; s++)
		MUST(isgraph((unsigned char)*s));
	MUST(!has_dots(u->target));
	url_name(u, name);
	MUST(*name != '\0' && strchr(name, '/') == NULL);
	MUST(strspn(name, ".") < strlen(name));

	snprintf(text, sizeof(text), "%s://%s%s", u->tls ? "https" : "http",
	    url_authority(u, authority), u->target);
	MUST(url_parse(&again, text) == NULL && same(u, &again));
	MUST(url_follow(&again, u, text) == NULL && same(u, &again));
	MUST(url_follow(&again, u, u->target) != NULL ||
	    strncmp(u->target, "//", 2) == 0 || same(u, &again));
	MUST(url_follow(&again, u, "") == NULL && same(u, &again));
}

TARGET(url)
{
	struct fuzz_bytes rest = { data, size };
	char *first = fuzz_string(&rest, '\n');
	char *second = fuzz_string(&rest, '\0');
	struct url from, to;

	if (url_parse(&from, first) == NULL) {
		check(&from);
		if (url_follow(&to, &from, second) == NULL)
			check(&to);
	}
	free(first);
	free(second);
	return (0);
}
