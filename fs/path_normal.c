/*
 * Paths without "." and "..", and the way from one to another, as far as text
 * can tell: where "a" is a link, "a/.." is another place than ".".
 */
/* SPDX-License-Identifier: ISC */
/* Copyright (c) 2026 The libgreen authors */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include <green/path.h>

#include "internal.h"
#include "path_text.h"

static bool
is(struct green__piece part, const char *name)
{
	return (part.len == strlen(name) &&
	    memcmp(part.at, name, part.len) == 0);
}

/* Behind the len bytes that s has by now. */
static size_t
append(char *s, size_t len, struct green__piece part)
{
	if (len > 0 && s[len - 1] != '/')
		s[len++] = '/';
	memcpy(s + len, part.at, part.len);
	return (len + part.len);
}

/* s without its last part: "/" stays, and "a" leaves nothing. */
static size_t
cut(const char *s, size_t len)
{
	while (len > 0 && s[len - 1] != '/')
		len--;
	return (len > 1 ? len - 1 : len);
}

char *
green_path_normalize(const char *path)
{
	bool root = green_path_is_absolute(path);
	struct green__piece part;
	size_t len = 0, depth = 0;	/* depth: parts that ".." can take */
	char *s;

	/* It never grows, but from "" to ".". */
	if ((s = malloc(strlen(path) + 2)) == NULL) {
		green__fail(ENOMEM);
		return (NULL);
	}
	if (root)
		s[len++] = '/';
	while ((part = green__path_next(&path)).len > 0) {
		if (is(part, "."))
			continue;
		if (!is(part, "..")) {
			len = append(s, len, part);
			depth++;
		} else if (depth > 0) {
			len = cut(s, len);
			depth--;
		} else if (!root)
			len = append(s, len, part);
	}
	if (len == 0)
		s[len++] = '.';
	s[len] = '\0';
	return (s);
}

/* Of a normal path, which is "." if it has no parts. */
static struct green__piece
next(const char **p)
{
	struct green__piece part = green__path_next(p);

	if (is(part, "."))
		part.len = 0;
	return (part);
}

/* Both normal. */
static char *
climb(const char *path, const char *base)
{
	const struct green__piece up = { "..", 2 };
	const char *p = path, *b = base;
	struct green__piece a = next(&p), c = next(&b);
	size_t len = 0;
	char *s;

	while (a.len > 0 && a.len == c.len && memcmp(a.at, c.at, a.len) == 0) {
		a = next(&p);
		c = next(&b);
	}
	/* Each part of base takes two bytes at least, and "../" takes three. */
	if ((s = malloc(strlen(path) + 2 * strlen(base) + 4)) == NULL) {
		green__fail(ENOMEM);
		return (NULL);
	}
	for (; c.len > 0; c = next(&b)) {
		/* What is it called, from up there? */
		if (is(c, "..")) {
			free(s);
			green__fail(EINVAL);
			return (NULL);
		}
		len = append(s, len, up);
	}
	for (; a.len > 0; a = next(&p))
		len = append(s, len, a);
	if (len == 0)
		s[len++] = '.';
	s[len] = '\0';
	return (s);
}

char *
green_path_relative(const char *path, const char *base)
{
	char *from, *to, *s = NULL;

	if (green_path_is_absolute(path) != green_path_is_absolute(base)) {
		green__fail(EINVAL);
		return (NULL);
	}
	from = green_path_normalize(base);
	to = green_path_normalize(path);
	if (from != NULL && to != NULL)
		s = climb(to, from);
	free(from);
	free(to);
	return (s);
}
