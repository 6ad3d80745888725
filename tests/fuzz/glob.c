/*
 * Fuzz target: a path, and a pattern, in two lines.  What the library says is
 * what the plainest matcher says, which tries everything; and a walk that looks
 * for matches enters each directory above one.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include <green/path.h>

#include "fs/walk_tree.h"
#include "target.h"

#define LONGEST	64			/* bytes: trying everything takes long */

static bool
matches(char *const *path, char *const *pattern)
{
	if (*pattern == NULL)
		return (*path == NULL);
	if (strcmp(*pattern, "**") == 0)
		return ((pattern[1] == NULL ? *path != NULL :
		    matches(path, pattern + 1)) ||
		    (*path != NULL && matches(path + 1, pattern)));
	return (*path != NULL && fnmatch(*pattern, *path, 0) == 0 &&
	    matches(path + 1, pattern + 1));
}

TARGET(glob)
{
	struct fuzz_bytes rest = { data, size < LONGEST ? size : LONGEST };
	char *path = fuzz_string(&rest, '\n');
	char *pattern = fuzz_string(&rest, '\0');
	char **parts = green_path_parts(path);
	char **wanted = green_path_parts(pattern);
	bool ok = green_path_match(path, pattern);
	struct node n = { .depth = 0 };

	MUST(parts != NULL && wanted != NULL);
	MUST(ok == (green_path_is_absolute(path) ==
	    green_path_is_absolute(pattern) && matches(parts, wanted)));
	if (ok && *parts != NULL && !green_path_is_absolute(path))
		for (; parts[n.depth + 1] != NULL; n.depth++)
			MUST(green__walk_leads_on(pattern, &n,
			    parts[n.depth]));
	free(parts);
	free(wanted);
	free(path);
	free(pattern);
	return (0);
}
