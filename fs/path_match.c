/*
 * Whether a whole path matches a pattern, part by part: fnmatch(3) for each,
 * and "**" for any number of them.  Each "**" takes as few parts as will do;
 * when what follows does not match, the last one takes one more, which is
 * enough, as an earlier one could not do better.  So the work grows with the
 * product of the lengths, never faster.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include <green/path.h>

#include "internal.h"

static bool
is_any_depth(const char *part)
{
	return (part != NULL && strcmp(part, "**") == 0);
}

/* At the end it is all below, and not the directory itself. */
static bool
match(char *const *path, char *const *pattern)
{
	char *const *again = NULL, *const *rest = NULL;

	for (;;) {
		if (is_any_depth(*pattern)) {
			while (is_any_depth(pattern[1]))
				pattern++;
			if (*++pattern == NULL)
				return (*path != NULL);
			again = path;
			rest = pattern;
			continue;
		}
		if (*path == NULL && *pattern == NULL)
			return (true);
		if (*path != NULL && *pattern != NULL &&
		    fnmatch(*pattern, *path, 0) == 0) {
			path++;
			pattern++;
			continue;
		}
		if (again == NULL || *again == NULL)
			return (false);
		path = ++again;
		pattern = rest;
	}
}

bool
green_path_match(const char *path, const char *pattern)
{
	char **parts, **wanted;
	bool ok;

	if (green_path_is_absolute(path) != green_path_is_absolute(pattern))
		return (false);
	parts = green_path_parts(path);
	wanted = green_path_parts(pattern);
	ok = parts != NULL && wanted != NULL && match(parts, wanted);
	free(parts);
	free(wanted);
	return (ok);
}
