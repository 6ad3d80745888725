/*
 * Fuzz target: paths as text; two of them, in two lines.  What is taken apart
 * can be put together again, and normal paths stay as they are.
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <green/path.h>

#include "target.h"

/* a is what b says, and both go. */
static void
same(char *a, char *b)
{
	MUST(a != NULL && b != NULL && strcmp(a, b) == 0);
	free(a);
	free(b);
}

/* fn(s), and s goes. */
static char *
then(char *(*fn)(const char *), char *s)
{
	char *t;

	MUST(s != NULL);
	t = fn(s);
	free(s);
	return (t);
}

/* a joined with b, and both go. */
static char *
join(char *a, char *b)
{
	char *s;

	MUST(a != NULL && b != NULL);
	s = green_path_join(a, b);
	free(a);
	free(b);
	return (s);
}

static char *
put_together(char *const *parts)
{
	char *s = strdup("");

	for (; *parts != NULL; parts++)
		s = join(s, strdup(*parts));
	return (s);
}

static void
check(const char *p)
{
	char *s, *t, *name = green_path_basename(p), **parts;

	/* Normal paths: shorter, and normal. */
	s = green_path_normalize(p);
	MUST(s != NULL && *s != '\0' && strlen(s) <= strlen(p) + (*p == '\0'));
	MUST(green_path_is_absolute(s) == green_path_is_absolute(p));
	MUST(strstr(s, "//") == NULL && strstr(s, "/./") == NULL);
	MUST(strcmp(s, "/") == 0 || s[strlen(s) - 1] != '/');
	same(green_path_normalize(s), s);

	/* Where the last name is, and what of it is the suffix. */
	MUST(name != NULL && *name != '\0');
	MUST(strchr(name, '/') == NULL || strcmp(name, "/") == 0);
	same(then(green_path_normalize, join(green_path_dirname(p),
	    strdup(name))), green_path_normalize(p));
	s = green_path_stem(p);
	t = green_path_suffix(p);
	MUST(s != NULL && t != NULL && *s != '\0');
	MUST(*t == '\0' || (*t == '.' && strlen(t) > 1));
	MUST(strlen(s) + strlen(t) == strlen(name));
	MUST(strncmp(name, s, strlen(s)) == 0);
	MUST(strcmp(name + strlen(s), t) == 0);
	free(t);
	if ((t = green_path_with_stem(p, s)) != NULL)
		same(then(green_path_basename, t), strdup(name));
	if ((t = green_path_with_suffix(p, "")) != NULL)
		same(then(green_path_basename, t), strdup(s));
	free(s);
	if ((t = green_path_with_name(p, name)) != NULL)
		same(then(green_path_normalize, t), green_path_normalize(p));
	free(name);

	/* All of its parts. */
	MUST((parts = green_path_parts(p)) != NULL);
	same(then(green_path_normalize, put_together(parts)),
	    green_path_normalize(p));
	free(parts);

	/* URIs. */
	s = green_path_to_uri(p);
	MUST((s != NULL) == green_path_is_absolute(p));
	if (s != NULL)
		same(then(green_path_from_uri, s), strdup(p));
	if ((s = green_path_from_uri(p)) != NULL) {
		MUST(green_path_is_absolute(s));
		same(then(green_path_from_uri, green_path_to_uri(s)), s);
	}
}

static void
check_both(const char *a, const char *b)
{
	char *s = green_path_join(a, b), *way;

	MUST(s != NULL && strlen(s) <= strlen(a) + strlen(b) + 1);
	MUST(strcmp(s + strlen(s) - strlen(b), b) == 0);
	free(s);
	if ((way = green_path_relative(a, b)) == NULL) {
		MUST(errno == EINVAL);
		return;
	}
	MUST(!green_path_is_absolute(way));
	same(then(green_path_normalize, join(strdup(b), strdup(way))),
	    green_path_normalize(a));
	same(then(green_path_normalize, strdup(way)), way);
}

TARGET(path)
{
	struct fuzz_bytes rest = { data, size };
	char *a = fuzz_string(&rest, '\n'), *b = fuzz_string(&rest, '\0');

	check(a);
	check(b);
	check_both(a, b);
	free(a);
	free(b);
	return (0);
}
